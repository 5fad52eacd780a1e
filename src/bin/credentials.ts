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
import { readOwnFile } from './own-file.ts';
import { readSecret } from './secrets.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const secret = z.string().min(1).optional();
/** Each secret is there itself, or by reference (`...From`); never both. */
const entrySchema = z
  .strictObject({
    username: z.string().min(1),
    password: secret,
    passwordFrom: secret,
    privateKeyFile: secret,
    privateKeyFrom: secret,
    passphrase: z.string().optional(),
    passphraseFrom: secret,
    ...credentialScopeShape,
  })
  .refine(({ password, passwordFrom }) => password === undefined || passwordFrom === undefined)
  .refine(({ passphrase, passphraseFrom }) => passphrase === undefined || passphraseFrom === undefined)
  .refine(({ privateKeyFile, privateKeyFrom }) => privateKeyFile === undefined || privateKeyFrom === undefined)
  .refine((entry) => hasKey(entry) || (entry.password ?? entry.passwordFrom) !== undefined)
  .refine(({ hosts, hostKeys }) => hosts !== undefined || hostKeys !== undefined);

const hasKey = (entry: { privateKeyFile?: string | undefined; privateKeyFrom?: string | undefined }): boolean =>
  (entry.privateKeyFile ?? entry.privateKeyFrom) !== undefined;

const fileSchema = z.record(credentialNameSchema, entrySchema);
type Entry = z.output<typeof entrySchema>;

/** The login for a router. Throws CONFIGURATION, and CREDENTIAL_HOST where the credential is not for it. */
export type CredentialOf = (router: { readonly name: PeName; readonly management: LoginTarget }) => RouterCredential;

/**
 * Router credentials by name, from a YAML file that its owner alone can read:
 * `backbone: { username, privateKeyFile, passphraseFrom?, hostKeys: [SHA256:...] }` or `{ username, passwordFrom, hosts: [192.0.2.0/24] }`.
 * Where both are there the key is offered first. Errors: CONFIGURATION, without values.
 */
export async function readCredentials(path: string, env: Environment = process.env): Promise<CredentialOf> {
  const entries = await readEntries(path, env);
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

type Known = { readonly entry: Entry; readonly login: RouterCredential };

async function readEntries(path: string, env: Environment): Promise<ReadonlyMap<string, Known>> {
  const document = parseDocument(await readOwnFile(path, 'the file of router credentials'), {
    logLevel: 'error',
    stringKeys: true,
  });
  if (document.errors.length > 0) throw new WaslError('CONFIGURATION', `${path} is not YAML`, { path });
  const value: unknown = document.toJS();
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    // Where, without what stands there: it may be a secret in the wrong place.
    const issues = listInputIssues(parsed.error, undefined);
    const where = [...new Set(issues.map((issue) => formatPath(issue.path) || 'the document'))].join(', ');
    const remedy = 'Each has a username, a password or a private key, and hosts or hostKeys that it is for.';
    throw new WaslError('CONFIGURATION', `${path} is not a credentials file; look at: ${where}`, { path, remedy });
  }
  const entries = Object.entries(parsed.data).map(
    async ([name, entry]) => [name, { entry, login: await loginOf(entry, `${path}#${name}`, env) }] as const,
  );
  return new Map(await Promise.all(entries));
}

async function loginOf(entry: Entry, path: string, env: Environment): Promise<RouterCredential> {
  const { username, privateKeyFile, privateKeyFrom } = entry;
  const referred = (reference: string | undefined, what: string) =>
    reference === undefined ? undefined : readSecret(reference, { path, what }, env);
  const password = entry.password ?? (await referred(entry.passwordFrom, 'the password'));
  if (!hasKey(entry)) return { username, password: password ?? '' };
  const passphrase = entry.passphrase ?? (await referred(entry.passphraseFrom, 'the passphrase'));
  const privateKey =
    privateKeyFile === undefined
      ? ((await referred(privateKeyFrom, 'the private key')) ?? '')
      : await readOwnFile(privateKeyFile, 'the private key');
  refuseBadKey(privateKey, passphrase, privateKeyFile ?? path);
  return {
    ...{ username, privateKey },
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(password === undefined ? {} : { password }),
  };
}

function refuseBadKey(privateKey: string, passphrase: string | undefined, path: string): void {
  const fault = ssh2.utils.parseKey(privateKey, passphrase);
  if (!(fault instanceof Error)) return;
  const isLocked = /passphrase/i.test(fault.message);
  const fact = isLocked ? 'the private key needs its passphrase, or another one' : 'this is no private key';
  const remedy = 'Name a key of OpenSSH or PEM, and its passphrase where it has one.';
  throw new WaslError('CONFIGURATION', fact, { path, remedy });
}
