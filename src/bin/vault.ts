import { z } from 'zod';
import { isLoopback } from '../domain/loopback.ts';
import { WaslError } from '../errors.ts';
import type { Subject } from './operator-error.ts';
import { readOwnFile } from './own-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Vault answers at once; what starts must not wait for one that is sealed or away. */
const TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 1024 * 1024;

/** KV version 2: `GET /v1/:mount/data/:path`. */
const answerSchema = z.object({ data: z.object({ data: z.record(z.string(), z.unknown()) }) });

/**
 * A member of a secret of Vault's KV engine, version 2: `MOUNT/PATH#MEMBER`, at VAULT_ADDR, with the token of the file that VAULT_TOKEN_FILE
 * names (an agent renews it there). Errors: CONFIGURATION, with nothing that Vault said of the secret.
 */
export async function readVault(place: string, { path, what }: Subject, env: Environment): Promise<string> {
  const [, mount, inner, member] = /^([\w.-]+)\/([\w./-]+)#([\w.-]+)$/.exec(place) ?? [];
  if (mount === undefined || inner === undefined || member === undefined || inner.split('/').includes('..')) {
    const remedy = 'Write it like vault:secret/wasl/database#password.';
    throw new WaslError('CONFIGURATION', `${what} is not named by a place in Vault`, { path, remedy });
  }
  const base = readVaultAddress(env);
  const token = (await readOwnFile(requireFile(env), 'the token for Vault')).trim();
  const answer = await ask(new URL(`v1/${mount}/data/${inner}`, base), token, env.VAULT_NAMESPACE, what, path);
  const parsed = answerSchema.safeParse(answer);
  const value = parsed.success ? parsed.data.data.data[member] : undefined;
  if (typeof value === 'string') return value;
  const remedy = `Put it there, as text, into the member ${member}; the engine is KV version 2.`;
  throw new WaslError('CONFIGURATION', `${what} is not in what Vault has there`, { path, remedy });
}

async function ask(url: URL, token: string, namespace: string | undefined, what: string, path: string) {
  const refuse = (fact: string, remedy: string, cause?: unknown): never => {
    throw new WaslError('CONFIGURATION', `${what}: ${fact}`, { path, remedy, cause });
  };
  const headers = { 'x-vault-token': token, 'x-vault-request': 'true' };
  const response = await fetch(url, {
    headers: namespace ? { ...headers, 'x-vault-namespace': namespace } : headers,
    // The token goes to nobody else.
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) =>
    refuse('Vault does not answer', 'Check VAULT_ADDR, and NODE_EXTRA_CA_CERTS where its CA is your own.', error),
  );
  if (response.status === 403) refuse('Vault does not let this token read it', 'Give its policy the right to read.');
  if (response.status === 404) refuse('Vault has nothing there', 'Correct the place, or put the secret there.');
  if (!response.ok) refuse(`Vault answers with ${response.status}`, 'Look whether it is sealed or busy.');
  const text = await response.text().catch((error: unknown) => refuse('Vault breaks off', 'Try again.', error));
  if (text.length > ANSWER_BYTES_MAX) refuse('Vault answers with too much', 'Correct the place.');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return refuse('Vault does not answer with JSON', 'Check VAULT_ADDR.');
  }
}

function readVaultAddress(env: Environment): URL {
  const refuse = (fact: string): never => {
    const remedy = 'Write it like https://vault.example:8200.';
    throw new WaslError('CONFIGURATION', fact, { path: 'VAULT_ADDR', remedy });
  };
  const text = env.VAULT_ADDR || refuse('a secret is named in Vault, and the address of Vault is not set');
  const url = URL.canParse(text) ? new URL(text) : refuse('the address of Vault is not a URL');
  if (url.username !== '' || url.password !== '') refuse('the address of Vault carries a login');
  const isPrivate = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!isPrivate) refuse('the token for Vault would travel in clear');
  return url.pathname.endsWith('/') ? url : new URL(`${url.pathname}/`, url);
}

function requireFile(env: Environment): string {
  if (env.VAULT_TOKEN_FILE) return env.VAULT_TOKEN_FILE;
  const remedy = 'Name the file that an agent of Vault keeps the token in, mode 0600.';
  throw new WaslError('CONFIGURATION', 'a secret is named in Vault, and no token for it', {
    path: 'VAULT_TOKEN_FILE',
    remedy,
  });
}
