import { readFileSync, statSync } from 'node:fs';
import ssh2 from 'ssh2';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { credentialScopeShape, scopeFault } from '../domain/credential-scope.ts';
import { formatPath, listInputIssues } from '../domain/input-issues.ts';
import type { PeName } from '../domain/names.ts';
import type { LoginTarget } from '../domain/router-access.ts';
import { credentialNameSchema } from '../domain/router-access.ts';
import { WaslError } from '../errors.ts';
import type { RouterCredential } from '../router/router.ts';
import { explain } from './operator-error.ts';

const entrySchema = z
  .strictObject({
    username: z.string().min(1),
    password: z.string().min(1).optional(),
    privateKeyFile: z.string().min(1).optional(),
    passphrase: z.string().optional(),
    ...credentialScopeShape,
  })
  .refine(({ password, privateKeyFile }) => (password === undefined) !== (privateKeyFile === undefined))
  .refine(({ hosts, hostKeys }) => hosts !== undefined || hostKeys !== undefined);

const fileSchema = z.record(credentialNameSchema, entrySchema);
type Entry = z.output<typeof entrySchema>;

/** The login for a router. Throws CONFIGURATION, and CREDENTIAL_HOST where the credential is not for it. */
export type CredentialOf = (router: { readonly name: PeName; readonly management: LoginTarget }) => RouterCredential;

/**
 * Router credentials by name, from a YAML file that its owner alone can read:
 * `backbone: { username, password, hosts: [192.0.2.0/24] }` or `{ username, privateKeyFile, passphrase?, hostKeys: [SHA256:...] }`.
 * Errors: CONFIGURATION, without values.
 */
export function readCredentials(path: string): CredentialOf {
  const entries = readEntries(path);
  return ({ name: pe, management }) => {
    const { credential: name, host, port } = management;
    const known = entries.get(name);
    if (known === undefined) {
      const remedy = `Add ${name} to the file, or correct the inventory.`;
      throw new WaslError('CONFIGURATION', `no credential is called ${name}`, { path, remedy });
    }
    const fault = scopeFault(known.entry, management);
    if (fault === null) return known.login;
    const fact = `${pe} at ${host} port ${port} gets no login: the credential ${name} was asked for, and ${fault}`;
    throw new WaslError('CREDENTIAL_HOST', fact, { path: `${path}#${name}` });
  };
}

function readEntries(path: string): ReadonlyMap<string, { readonly entry: Entry; readonly login: RouterCredential }> {
  refuseReadableByOthers(path);
  const document = parseDocument(readText(path), { logLevel: 'error', stringKeys: true });
  if (document.errors.length > 0) throw new WaslError('CONFIGURATION', `${path} is not YAML`, { path });
  const value: unknown = document.toJS();
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    // Where, without what stands there: it may be a secret in the wrong place.
    const issues = listInputIssues(parsed.error, undefined);
    const where = [...new Set(issues.map((issue) => formatPath(issue.path) || 'the document'))].join(', ');
    const remedy = 'Each has a username, a password or a privateKeyFile, and hosts or hostKeys that it is for.';
    throw new WaslError('CONFIGURATION', `${path} is not a credentials file; look at: ${where}`, { path, remedy });
  }
  return new Map(Object.entries(parsed.data).map(([name, entry]) => [name, { entry, login: loginOf(entry) }]));
}

function loginOf({ username, password, privateKeyFile, passphrase }: Entry): RouterCredential {
  if (password !== undefined) return { username, password };
  const path = privateKeyFile ?? '';
  const privateKey = readText(path);
  const fault = ssh2.utils.parseKey(privateKey, passphrase);
  if (fault instanceof Error) {
    const isLocked = /passphrase/i.test(fault.message);
    const fact = isLocked ? 'the private key needs its passphrase, or another one' : 'this is no private key';
    const remedy = 'Name a key of OpenSSH or PEM in privateKeyFile, and its passphrase where it has one.';
    throw new WaslError('CONFIGURATION', fact, { path, remedy });
  }
  return { username, privateKey, ...(passphrase === undefined ? {} : { passphrase }) };
}

function refuseReadableByOthers(path: string): void {
  const found = attempt(path, () => statSync(path));
  if (!found.isFile()) {
    const remedy = 'Name a YAML file in WASL_CREDENTIALS.';
    throw new WaslError('CONFIGURATION', `${path} is no file`, { path, remedy });
  }
  const { mode } = found;
  if ((mode & 0o077) === 0) return;
  const remedy = `Run: chmod 600 ${path}`;
  throw new WaslError('CONFIGURATION', `${path} can be read by others than its owner`, { path, remedy });
}

const readText = (path: string): string => attempt(path, () => readFileSync(path, 'utf8'));

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const remedy = 'Check its name and that the worker may read it.';
    const known = explain(cause, { path, what: 'the file', remedy });
    if (known instanceof WaslError) throw known;
    throw new WaslError('CONFIGURATION', `${path} cannot be read`, { path, remedy, cause });
  }
}
