import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { openInventoryRouter } from '../../src/activities/network.ts';
import { readCredentials } from '../../src/bin/credentials.ts';
import type { InventoryRouter } from '../../src/domain/inventory.ts';
import type { PeName } from '../../src/domain/names.ts';
import { WaslError } from '../../src/errors.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { generateEd25519KeyPair } from '../support/ed25519-key-pair.ts';

const KEY = `SHA256:${'K'.repeat(43)}`;
const FOREIGN_KEY = `SHA256:${'F'.repeat(43)}`;
const SECRET = 'n0-0ne-reads-this';
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'wasl-credentials-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function fileOf(content: unknown, mode = 0o600): string {
  const path = join(directory, 'credentials.yaml');
  writeFileSync(path, typeof content === 'string' ? content : stringify(content), { mode });
  chmodSync(path, mode);
  return path;
}

const at = (management: Partial<InventoryRouter['management']>) => ({
  name: 'mct-pe-01' as PeName,
  management: { host: '192.0.2.11', port: 830, hostKeys: [KEY], credential: 'backbone', ...management },
});

async function refusalOf(act: () => unknown): Promise<WaslError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof WaslError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const login = { username: 'wasl', password: SECRET };

describe('a credential is for the routers that its own file lists', () => {
  it.each([
    ['the address', { hosts: ['192.0.2.11'] }, {}],
    ['a prefix', { hosts: ['192.0.2.0/24'] }, {}],
    ['another spelling of the address', { hosts: ['2001:db8:0:0::11'] }, { host: '2001:db8::11' }],
    ['the name, in any case', { hosts: ['PE1.Example.net'] }, { host: 'pe1.example.net' }],
    ['the host key', { hostKeys: [KEY] }, { host: '198.51.100.1' }],
    ['both', { hosts: ['192.0.2.11'], hostKeys: [FOREIGN_KEY, KEY] }, {}],
  ])('%s: it is given', async (_what, scope, management) => {
    const credentialOf = await readCredentials(fileOf({ backbone: { ...login, ...scope } }));
    expect(credentialOf(at(management))).toEqual(login);
  });

  it.each([
    ['another address', { hosts: ['192.0.2.11'] }, { host: '127.0.0.1' }],
    ['outside the prefix', { hosts: ['192.0.2.0/24'] }, { host: '192.0.3.11' }],
    ['a name where a prefix is listed', { hosts: ['192.0.2.0/24'] }, { host: '192.0.2.11.example.net' }],
    ['a name below a listed one', { hosts: ['example.net'] }, { host: 'pe1.example.net' }],
    ['another host key', { hostKeys: [KEY] }, { hostKeys: [FOREIGN_KEY] }],
    ['a foreign key beside the right one', { hostKeys: [KEY] }, { hostKeys: [KEY, FOREIGN_KEY] }],
    ['the right host with another key', { hosts: ['192.0.2.11'], hostKeys: [KEY] }, { hostKeys: [FOREIGN_KEY] }],
    ['the right key at another host', { hosts: ['192.0.2.11'], hostKeys: [KEY] }, { host: '192.0.2.12' }],
  ])('%s: nothing is given', async (_what, scope, management) => {
    const path = fileOf({ backbone: { ...login, ...scope } });
    const credentialOf = await readCredentials(path);
    const refusal = await refusalOf(() => credentialOf(at(management)));
    expect([refusal.code, refusal.path]).toEqual(['CREDENTIAL_HOST', `${path}#backbone`]);
    expect(refusal.message).toMatch(/^mct-pe-01 at \S+ port 830 gets no login: /);
    expect(JSON.stringify([refusal.message, refusal.remedy, refusal.details])).not.toContain(SECRET);
  });

  it('and no session is opened to another', async () => {
    const [router] = DEMO_INVENTORY.routers;
    if (router === undefined) throw new Error('the sample has routers');
    const credential = await readCredentials(fileOf({ backbone: { ...login, hostKeys: router.management.hostKeys } }));
    const management = { ...router.management, port: 59_900, hostKeys: [FOREIGN_KEY] };
    const inventory = { ...DEMO_INVENTORY, routers: [{ ...router, management }] };
    const openRouter = vi.fn();
    const deps = { credential, openRouter } as unknown as Parameters<typeof openInventoryRouter>[0];
    await expect(async () => openInventoryRouter(deps, inventory, router.name)).rejects.toMatchObject({
      code: 'CREDENTIAL_HOST',
    });
    expect(openRouter).not.toHaveBeenCalled();
  });

  it.each(['constructor', '__proto__', 'toString', 'other'])('%s is nobody', async (credential) => {
    const credentialOf = await readCredentials(fileOf({ backbone: { ...login, hosts: ['192.0.2.11'] } }));
    expect((await refusalOf(() => credentialOf(at({ credential })))).code).toBe('CONFIGURATION');
  });
});

describe('a credentials file', () => {
  it.each<[string, unknown, string]>([
    ['without a scope', { backbone: login }, 'look at: backbone'],
    ['with an empty scope', { backbone: { ...login, hosts: [] } }, 'look at: backbone.hosts'],
    ['with two passwords', { backbone: { ...login, passwordFrom: '/p', hosts: ['pe1'] } }, 'look at: backbone'],
    [
      'with two keys',
      { backbone: { username: 'wasl', privateKeyFile: '/k', privateKeyFrom: 'env:K', hosts: ['pe1'] } },
      'look at: backbone',
    ],
    ['with no login', { backbone: { username: 'wasl', hosts: ['pe1'] } }, 'look at: backbone'],
    ['with a host that is none', { backbone: { ...login, hosts: ['-oProxyCommand=x'] } }, 'look at: backbone.hosts[0]'],
    ['with a key that is none', { backbone: { ...login, hostKeys: ['MD5:00'] } }, 'look at: backbone.hostKeys[0]'],
    ['with a name that is none', { constructor: { ...login, hosts: ['pe1'] } }, 'look at: constructor'],
    ['that is a list', [login], 'look at: the document'],
    ['that is no YAML', 'a: [', 'is not YAML'],
    ['with a secret in the wrong place', SECRET, 'look at: the document'],
  ])('%s is refused without its values', async (_what, content, fact) => {
    const refusal = await refusalOf(() => readCredentials(fileOf(content)));
    expect(refusal.code).toBe('CONFIGURATION');
    expect(refusal.message).toContain(fact);
    expect(JSON.stringify([refusal.message, refusal.remedy, refusal.details])).not.toContain(SECRET);
  });

  it('is its owner’s alone', async () => {
    const path = fileOf({ backbone: { ...login, hosts: ['pe1'] } }, 0o640);
    expect((await refusalOf(() => readCredentials(path))).remedy).toBe(`Run: chmod 600 ${path}`);
  });

  it('and its key files are there', async () => {
    const absent = join(directory, 'absent');
    const path = fileOf({ backbone: { username: 'wasl', privateKeyFile: absent, hosts: ['pe1'] } });
    expect(await refusalOf(() => readCredentials(path))).toMatchObject({ code: 'CONFIGURATION', path: absent });
  });
});

it('a folder is refused, and nobody is told to close it as a file', async () => {
  chmodSync(directory, 0o755);
  const refusal = await refusalOf(() => readCredentials(directory));
  expect([refusal.code, refusal.message]).toEqual(['CONFIGURATION', `${directory} is no file`]);
  expect(refusal.remedy).not.toContain('chmod');
});

describe('the secrets of a credential', () => {
  const { private: key } = generateEd25519KeyPair();
  const scope = { hosts: ['192.0.2.11'] };

  it('lie where a reference says; a key comes with the password that it goes before', async () => {
    const path = fileOf({
      backbone: { username: 'wasl', privateKeyFrom: 'env:KEY', passwordFrom: 'env:PASS', ...scope },
    });
    const credentialOf = await readCredentials(path, { KEY: key, PASS: SECRET });
    expect(credentialOf(at({}))).toEqual({ username: 'wasl', privateKey: key.trimEnd(), password: SECRET });
  });

  it('that are not there are named by the place that asks for them', async () => {
    const path = fileOf({ backbone: { username: 'wasl', passwordFrom: 'env:PASS', ...scope } });
    const refusal = await refusalOf(() => readCredentials(path, {}));
    expect([refusal.path, refusal.message]).toEqual([`${path}#backbone`, 'the password is not set in the environment']);
  });

  it('a key that others can read is none', async () => {
    const keyFile = join(directory, 'id_ed25519');
    writeFileSync(keyFile, key);
    chmodSync(keyFile, 0o644);
    const path = fileOf({ backbone: { username: 'wasl', privateKeyFile: keyFile, ...scope } });
    expect((await refusalOf(() => readCredentials(path))).remedy).toBe(`Run: chmod 600 ${keyFile}`);
    chmodSync(keyFile, 0o600);
    expect((await readCredentials(path))(at({}))).toEqual({ username: 'wasl', privateKey: key });
  });
});
