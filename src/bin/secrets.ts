/** Secrets are named where they lie, and read there: a file, the environment, or Vault. No setting but these holds one. */
import { WaslError } from '../errors.ts';
import type { Subject } from './operator-error.ts';
import { readOwnFile } from './own-file.ts';
import { readVault } from './vault.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const FORMS = 'Write it as /path, file:/path, env:NAME or vault:MOUNT/PATH#MEMBER.';

/**
 * What a reference names: `/path` or `file:/path` (its owner's alone), `env:NAME`, `vault:MOUNT/PATH#MEMBER` (KV version 2). The end of the last
 * line is no part of it. Errors: CONFIGURATION, which never repeats a reference that is none: it may be the secret.
 */
export async function readSecret(reference: string, { path, what }: Subject, env: Environment): Promise<string> {
  const text = await readReferred(reference, { path, what }, env);
  const secret = text.replace(/\r?\n$/, '');
  if (secret !== '') return secret;
  throw new WaslError('CONFIGURATION', `${what} is empty`, { path, remedy: `Put it where ${path} says.` });
}

async function readReferred(reference: string, { path, what }: Subject, env: Environment): Promise<string> {
  const [, form = '', rest = ''] = /^(file|env|vault):(.+)$/s.exec(reference) ?? [];
  if (/^\.{0,2}\//.test(reference)) return readOwnFile(reference, what);
  if (form === 'file') return readOwnFile(rest, what);
  if (form === 'vault') return readVault(rest, { path, what }, env);
  if (form === 'env') {
    const value = env[rest];
    if (value) return value;
    throw new WaslError('CONFIGURATION', `${what} is not set in the environment`, { path, remedy: `Set ${rest}.` });
  }
  throw new WaslError('CONFIGURATION', `${what} is not named by a reference`, { path, remedy: FORMS });
}
