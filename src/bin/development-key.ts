import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DevelopmentIssuer } from '../api/development-issuer.ts';
import { createDevelopmentIssuer } from '../api/development-issuer.ts';
import { WaslError } from '../errors.ts';
import { makeFolder } from '../store/make-folder.ts';
import { stateDirectory } from './configuration.ts';
import { explaining } from './operator-error.ts';

const REMEDY = 'Name a folder in WASL_STATE_DIR that this user may write, or remove the file: a new key is made then.';
const clock = () => new Date();

/** The development issuer of this machine: its key lies in the state directory, readable by its owner alone. */
export async function openDevelopmentIssuer(apiHost: string): Promise<DevelopmentIssuer> {
  const path = join(stateDirectory(), 'development-issuer.json');
  const subject = { path, what: 'the key of the development issuer', remedy: REMEDY };
  const text = await explaining(subject, () => readFile(path, 'utf8').catch(nullWhereMissing));
  if (text !== null) return openExisting(text, path, apiHost);
  const issuer = await createDevelopmentIssuer({ apiHost, clock });
  await explaining(subject, async () => {
    await makeFolder(dirname(path), 0o700);
    await writeFile(path, JSON.stringify(issuer.privateJwk), { mode: 0o600, flag: 'wx' });
  });
  return issuer;
}

async function openExisting(text: string, path: string, apiHost: string): Promise<DevelopmentIssuer> {
  try {
    const privateJwk = JSON.parse(text) as DevelopmentIssuer['privateJwk'];
    return await createDevelopmentIssuer({ apiHost, clock, privateJwk });
  } catch (cause) {
    if (cause instanceof WaslError) throw cause;
    throw new WaslError('CONFIGURATION', 'the key of the development issuer is not one', {
      path,
      remedy: REMEDY,
      cause,
    });
  }
}

function nullWhereMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
