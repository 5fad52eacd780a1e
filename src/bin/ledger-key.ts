import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { originOf } from '../ledger/checkpoint.ts';
import { readSigner, type Signer } from '../ledger/signed-note.ts';
import { makeFolder } from '../store/make-folder.ts';
import { stateDirectory } from './configuration.ts';
import { explaining } from './operator-error.ts';
import { readOwnFile } from './own-file.ts';
import { readSecret } from './secrets.ts';

const WHAT = 'the key of the ledger';
const REMEDY =
  'Make it with: umask 077; openssl genpkey -algorithm ed25519 -out <file>; and name it in WASL_LEDGER_KEY.';

/**
 * The key that signs the installation's checkpoints; null: none is named, and the database is not this machine's own. One that is made here is
 * for an embedded database: whoever reads this machine's disk has both.
 */
export async function openLedgerKey(
  installation: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Signer | null> {
  const name = originOf(installation);
  const path = env.WASL_LEDGER_KEY;
  if (path) return readSigner(await readSecret(path, { path: 'WASL_LEDGER_KEY', what: WHAT }, env), 'log', name, path);
  if (env.DATABASE_URL) return null;
  const own = join(stateDirectory(env), 'ledger-key.pem');
  await makeLedgerKey(own);
  return readSigner(await readOwnFile(own, WHAT, REMEDY), 'log', name, own);
}

/** Nothing is done where there is a file already. */
export async function makeLedgerKey(path: string): Promise<void> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
  await explaining({ path, what: WHAT, remedy: REMEDY }, async () => {
    await makeFolder(dirname(path), 0o700);
    await writeFile(path, pem, { mode: 0o600, flag: 'wx' }).catch(unlessThere);
  });
}

function unlessThere(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}
