/** `wasl login` at a real provider, and calls of a real API with what it gave. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK } from 'jose';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../../src/api/create-api.ts';
import { readAuth } from '../../src/bin/auth-settings.ts';
import { createProcessIo } from '../../src/bin/process-io.ts';
import { absentStore } from '../support/absent-store.ts';
import { CANNED_READS, createRecordingDriver } from '../support/api-under-test.ts';
import { type CliSettings, runForTest } from '../support/cli-under-test.ts';
import { CLI, type Login, MACHINE, startIdentityProvider } from '../support/identity-provider.ts';

const idp = await startIdentityProvider();
const server = `http://127.0.0.1:${await freePort()}`;
const auth = readAuth({
  ...{ WASL_JWT_ISSUER: idp.issuer.origin, WASL_STEP_UP_ACR: 'gold', WASL_LOGIN_CLIENT: CLI },
  // No token counts that is not bound to its key.
  ...{ WASL_PUBLIC_URL: server, WASL_DPOP_CLIENTS: '*' },
});
if (auth === null) throw new Error('no issuer');
const driver = createRecordingDriver();
const clock = () => new Date();
const app = createApi({ store: absentStore(), driver, routerReads: CANNED_READS, auth, clock, signatures: null });
await app.listen({ host: '127.0.0.1', port: Number(new URL(server).port) });
const folder = await mkdtemp(join(tmpdir(), 'wasl-login-'));

let kept: Map<string, string>;
let sent: { readonly url: string; readonly authorization: string | null; readonly proof: string | null }[];
beforeEach(() => {
  kept = new Map();
  sent = [];
  idp.isAway = false;
  idp.persons.set('engineer-1', { roles: ['engineer'] });
});
afterAll(async () => {
  await app.close();
  await idp.stop();
  await rm(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A command whose person, if the provider shows a code, logs in like that. */
async function wasl(line: string, login?: Login, settings: CliSettings = {}) {
  const seen: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    const url = String(input);
    sent.push({ url, authorization: headers.get('authorization'), proof: headers.get('dpop') });
    const answer = await fetch(input, init);
    if (url.endsWith('/device/auth') && login !== undefined && answer.ok) {
      const { verification_uri_complete: uri } = (await answer.clone().json()) as { verification_uri_complete: string };
      await idp.logIn(uri, login);
    }
    return answer;
  };
  return runForTest(line.split(' '), { WASL_SERVER: server }, { kept, fetch: seen, ...settings });
}
const GOLD = { person: 'engineer-1', acr: 'gold' };
const DECISION = `reject IC-0001-C1-P1 --reason nothing --digest sha256:${'0'.repeat(64)}`;
const later = (seconds: number) => () => new Date(Date.now() + seconds * 1_000);

describe('a person', () => {
  it('logs in by a code, is known after that, and logs out', async () => {
    const login = await wasl('login', GOLD);
    expect([login.code, login.err]).toEqual([0, expect.stringContaining(`open ${idp.issuer.origin}/device and enter`)]);
    expect(login.err).toContain(`The page is one of ${idp.issuer.host}, and names the client ${CLI}.`);
    expect(login.out).toMatch(/^engineer-1 at http.*: engineer\n {2}logged in by gold; decides until /);
    const me = JSON.parse((await wasl('whoami --json')).out);
    expect(me).toMatchObject({ person: 'engineer-1', roles: ['engineer'], entity: null, acr: 'gold' });
    expect(sent.at(-1)).toMatchObject({ authorization: expect.stringMatching(/^DPoP ey/), proof: expect.any(String) });
    expect((await wasl('logout')).out).toBe(`logged out at ${server}\n`);
    expect(sent.at(-1)?.url).toMatch(/\/token\/revocation$/);
    expect([kept.size, (await wasl('whoami')).err]).toEqual([0, expect.stringContaining('UNAUTHENTICATED')]);
  });

  it('stays logged in beyond the end of a token, and no longer than the issuer lets them', async () => {
    await wasl('login', GOLD);
    const before = [...kept.values()].join('');
    sent = [];
    expect((await wasl('whoami', undefined, { now: later(290) })).code).toBe(0);
    expect(sent.map(({ url }) => new URL(url).pathname)).toContain('/token');
    expect([...kept.values()].join('')).not.toBe(before);
    const [[name = '', login = '{}'] = []] = [...kept];
    const forged = { ...JSON.parse(login), renewal: { by: 'refresh-token', refreshToken: 'of nobody' } };
    kept.set(name, JSON.stringify(forged));
    const over = await wasl('whoami', undefined, { now: later(600) });
    expect([over.code, over.err]).toEqual([2, expect.stringContaining('the login at http')]);
    expect(over.err).toContain('Log in again: `wasl login`.');
    expect(kept.size).toBe(0);
    kept.set(name, JSON.stringify(forged));
    expect((await wasl('login', GOLD, { now: later(600) })).code).toBe(0);
  });

  it('is asked again where something is decided, at a terminal; the call is made then', async () => {
    await wasl('login', { person: 'engineer-1' });
    const refused = await wasl(DECISION, GOLD);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('error STEP_UP_NEEDED')]);
    const decided = await wasl(DECISION, GOLD, { isTerminal: true });
    expect(decided.err).toContain('This decides something: it needs a login made for it.');
    // The login was enough: what is missing now is the database.
    expect(decided.err).toContain('error DATABASE_UNAVAILABLE');
    expect((await wasl(DECISION)).err).toContain('error DATABASE_UNAVAILABLE');
  });

  it('is told where the issuer is away, or does not let them in', async () => {
    idp.isAway = true;
    expect(await wasl('login', GOLD)).toMatchObject({ code: 3, err: expect.stringContaining('ISSUER_UNAVAILABLE') });
    idp.isAway = false;
    const plain = await wasl('login --client portal');
    expect(plain.err).toContain('a machine has a client and a key');
    expect(kept.size).toBe(0);
  });

  it('gives up by Ctrl-C, or when the time of the code is over, and nothing is kept', async () => {
    const controller = new AbortController();
    const cutting: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (String(input).endsWith('/device/auth')) controller.abort();
      return answer;
    };
    const cut = await wasl('login', undefined, { fetch: cutting, signal: controller.signal });
    expect([cut.code, kept.size]).toEqual([130, 0]);
    const soon: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!String(input).endsWith('/device/auth')) return answer;
      return Response.json({ ...((await answer.json()) as object), expires_in: 0.05 });
    };
    const late = await wasl('login', undefined, { fetch: soon });
    expect([late.code, kept.size]).toEqual([2, 0]);
    expect(late.err).toContain('error LOGIN_FAILED: nobody entered the code in its time');
  });

  it('takes the token that another command was faster to renew', async () => {
    await wasl('login', GOLD);
    const [[name = '', login = '{}'] = []] = [...kept];
    const old = { ...JSON.parse(login), renewal: { by: 'refresh-token', refreshToken: 'used before' } };
    kept.set(name, JSON.stringify({ ...old, accessToken: 'an old one', expiresAt: new Date(0).toISOString() }));
    const racing: typeof fetch = async (input, init) => {
      if (String(input).endsWith('/token')) kept.set(name, login);
      return fetch(input, init);
    };
    expect(await wasl('whoami', undefined, { fetch: racing })).toMatchObject({ code: 0, err: '' });
  });

  it('brings a token instead, and then no login is used', async () => {
    await wasl('login', GOLD);
    const given = await runForTest(['whoami'], { WASL_SERVER: server, WASL_TOKEN: 'a.b.c' }, { kept });
    expect(given.err).toContain('UNAUTHENTICATED');
    const file = join(folder, 'token');
    await writeFile(file, 'a.b.c');
    const besides = await wasl(`--token-file ${file} login`, GOLD);
    expect(besides.err).toContain('A token is given in another way, and comes before this login.');
  });
});

it('a server without an issuer says how to come in', async () => {
  const resource = {
    ...{ resource: server, authorization_servers: [], bearer_methods_supported: ['header'], wasl_scope: '' },
    ...{ dpop_signing_alg_values_supported: [], dpop_bound_access_tokens_required: false, wasl_client_id: null },
  };
  const { code, err } = await wasl('login', undefined, { fetch: async () => Response.json(resource) });
  expect([code, err]).toEqual([2, expect.stringContaining('names no issuer at which `wasl login` is known')]);
  expect(err).toContain('`wasl token` on a development server');
});

describe('a machine', () => {
  it('logs in with its key, again when its token ends, and decides nothing', async () => {
    idp.machineClaims = { roles: ['portal', 'engineer'], entity: 'MOH' };
    const file = join(folder, 'client.json');
    await writeFile(file, JSON.stringify({ ...(await exportJWK(idp.machineKey)), kid: 'machine', alg: 'ES256' }));
    const login = await wasl(`login --client ${MACHINE} --key ${file}`);
    expect([login.code, login.out]).toEqual([
      0,
      expect.stringContaining(`${MACHINE} at ${server}: portal, engineer of MOH`),
    ]);
    expect(login.out).toContain('a decision needs a new login');
    sent = [];
    expect((await wasl('whoami', undefined, { now: later(290) })).code).toBe(0);
    expect(sent.map(({ url }) => new URL(url).pathname)).toContain('/token');
    expect((await wasl(DECISION, undefined, { isTerminal: true })).err).toContain('error STEP_UP_NEEDED');
  });

  it('is told what is wrong with its key, and never the key', async () => {
    const file = join(folder, 'bad.json');
    await writeFile(file, '{"kty":"EC","d":"s3cret"}');
    const { code, err } = await wasl(`login --client ${MACHINE} --key ${file}`);
    expect([code, err]).toEqual([2, expect.stringContaining('the key of the client is not one')]);
    expect(err).not.toContain('s3cret');
  });
});

describe('what is kept of a login', () => {
  it('is for its user alone, replaced as a whole, and gone when it is removed', async () => {
    const { keep } = createProcessIo({ ...process, env: { WASL_STATE_DIR: join(folder, 'state') } } as NodeJS.Process);
    expect(await keep.read('login-1.json')).toBeNull();
    await keep.put('login-1.json', 'a');
    await keep.put('login-1.json', 'b');
    expect(await keep.read('login-1.json')).toBe('b');
    const modes = await Promise.all(
      ['state', 'state/login-1.json'].map(async (path) => (await stat(join(folder, path))).mode),
    );
    expect(modes.map((mode) => mode & 0o777)).toEqual([0o700, 0o600]);
    await keep.remove('login-1.json');
    expect(await keep.read('login-1.json')).toBeNull();
  });
});
