import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DevelopmentIssuer } from '../api/development-issuer.ts';
import { createDevelopmentIssuer } from '../api/development-issuer.ts';
import { stateDirectory } from './configuration.ts';

/** The development issuer of this machine: its key lies in the state directory, readable by its owner alone. */
export async function openDevelopmentIssuer(apiHost: string): Promise<DevelopmentIssuer> {
  const path = join(stateDirectory(), 'development-issuer.json');
  const clock = () => new Date();
  try {
    const privateJwk = JSON.parse(await readFile(path, 'utf8')) as DevelopmentIssuer['privateJwk'];
    return await createDevelopmentIssuer({ apiHost, clock, privateJwk });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const issuer = await createDevelopmentIssuer({ apiHost, clock });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, JSON.stringify(issuer.privateJwk), { mode: 0o600, flag: 'wx' });
  return issuer;
}
