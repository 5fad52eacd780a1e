import { readFileSync } from 'node:fs';

export async function forbidden(): Promise<string> {
  return readFileSync('/etc/hostname', 'utf8');
}
