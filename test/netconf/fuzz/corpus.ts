import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The inputs of a target that are kept in the repository, one a file, named by their digest. */
export function readCorpus(folder: string, target: string): Buffer[] {
  const path = join(folder, target);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .sort()
    .map((name) => readFileSync(join(path, name)));
}

/** Replaces a target's corpus. Inputs named `found-*` once broke something: they stay. */
export function writeCorpus(folder: string, target: string, inputs: readonly Buffer[]): void {
  const path = join(folder, target);
  mkdirSync(path, { recursive: true });
  for (const name of readdirSync(path)) if (!name.startsWith('found-')) rmSync(join(path, name));
  for (const input of inputs) writeFileSync(join(path, digestOf(input)), input);
}

export function digestOf(input: Buffer): string {
  return createHash('sha256').update(input).digest('hex').slice(0, 16);
}
