/** What an operator may get wrong in a setting: path, fact, remedy, and never a secret. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAuth } from '../../src/bin/auth-settings.ts';
import {
  readAuditMinutes,
  readBackends,
  readDrainSeconds,
  readLimits,
  readListenAddress,
  readMigration,
  readProgressDays,
  readWorkerListen,
} from '../../src/bin/configuration.ts';
import { openDevelopmentIssuer } from '../../src/bin/development-key.ts';
import { WaslError } from '../../src/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasl-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

async function refusal(action: () => unknown): Promise<WaslError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof WaslError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const ISSUER = { WASL_JWT_ISSUER: 'https://issuer.example', WASL_STEP_UP_ACR: 'strong' };
const withFile = (path: string) => () => readAuth({ ...ISSUER, WASL_JWT_JWKS_FILE: path });
const PUBLIC = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };

describe('the key set of the issuer', () => {
  it.each([
    ['missing', () => join(folder, 'absent.json'), /^the key set does not exist \(ENOENT\)$/],
    ['a folder', () => folder, /is a folder, not a file/],
    ['under a file', () => join(file('plain', ''), 'x.json'), /under something that is no folder/],
    ['no JSON', () => file('text.json', 'not json: s3cret'), /^the key set is not JSON$/],
    ['of another shape', () => file('one.json', '{"keys":1}'), /has no `keys` that are keys/],
    ['a list', () => file('list.json', '[]'), /has no `keys` that are keys/],
    ['empty', () => file('empty.json', '{"keys":[]}'), /has no `keys` that are keys/],
    ['of things that are no keys', () => file('odd.json', '{"keys":["s3cret"]}'), /has no `keys` that are keys/],
    ['private', () => file('own.json', JSON.stringify({ keys: [{ ...PUBLIC, d: 's3cret' }] })), /holds a private key/],
  ])('%s', async (_what, make, fact) => {
    const path = make();
    const refused = await refusal(withFile(path));
    expect(refused).toMatchObject({ code: 'CONFIGURATION', class: 'permanent', path });
    expect(refused.message).toMatch(fact);
    expect(`${refused.message} ${refused.remedy}`).not.toContain('s3cret');
  });

  it('that is one is taken', () => {
    const path = file('good.json', JSON.stringify({ keys: [PUBLIC] }));
    expect(readAuth({ ...ISSUER, WASL_JWT_JWKS_FILE: path })).toMatchObject({
      audience: 'wasl',
      keys: { jwks: { keys: [PUBLIC] } },
    });
  });

  it.each([
    [{ ...ISSUER, WASL_JWT_JWKS_URL: 'issuer.example/jwks' }, 'WASL_JWT_JWKS_URL', 'is not a URL'],
    [{ ...ISSUER, WASL_JWT_JWKS_URL: 'file:///etc/keys' }, 'WASL_JWT_JWKS_URL', 'begins with file:'],
    [{ ...ISSUER, WASL_JWT_JWKS_URL: 'http://issuer.example/jwks' }, 'WASL_JWT_JWKS_URL', 'begins with http:'],
    [{ ...ISSUER, WASL_JWT_JWKS_URL: 'https://me:s3cret@issuer.example' }, 'WASL_JWT_JWKS_URL', 'carries a login'],
    [{ ...ISSUER, WASL_JWT_JWKS_URL: 'https://a', WASL_JWT_JWKS_FILE: '/b' }, 'WASL_JWT_JWKS_FILE', 'named twice'],
    [{ WASL_JWT_JWKS_URL: 'https://a' }, 'WASL_JWT_ISSUER', 'not whose they are'],
    [{ ...ISSUER, WASL_JWT_ISSUER: 'urn:issuer' }, 'WASL_JWT_JWKS_URL', 'has no https address to ask'],
    [{ ...ISSUER, WASL_JWT_ISSUER: 'http://issuer.example' }, 'WASL_JWT_JWKS_URL', 'has no https address to ask'],
    [{ ...ISSUER, WASL_JWT_ALGORITHMS: 'ES256,HS256' }, 'WASL_JWT_ALGORITHMS', '"HS256" is no algorithm'],
    [{ ...ISSUER, WASL_JWT_LIFETIME_SECONDS: '86400' }, 'WASL_JWT_LIFETIME_SECONDS', 'is not 60 to 28800 seconds'],
    [{ ...ISSUER, WASL_JWT_CLAIMS: 'roles' }, 'WASL_JWT_CLAIMS', 'is not JSON'],
    [{ ...ISSUER, WASL_JWT_CLAIMS: '{"role":"x"}' }, 'WASL_JWT_CLAIMS', 'has a member that means nothing'],
    [{ ...ISSUER, WASL_JWT_CLAIMS: '{"roles":"/a/~2"}' }, 'WASL_JWT_CLAIMS', 'has a member that means nothing: roles'],
    [{ ...ISSUER, WASL_JWT_ROLES: '{"NOC":"root"}' }, 'WASL_JWT_ROLES', 'has a member that means nothing: NOC'],
    [{ ...ISSUER, WASL_STEP_UP_ACR: ' , ' }, 'WASL_STEP_UP_ACR', 'how the issuer names the login of who decides'],
    [{ ...ISSUER, WASL_PUBLIC_URL: 'wasl.example' }, 'WASL_PUBLIC_URL', 'is not one'],
    [{ ...ISSUER, WASL_PUBLIC_URL: 'https://a:s3cret@wasl.example' }, 'WASL_PUBLIC_URL', 'is not one'],
    [
      { ...ISSUER, WASL_LISTEN: '0.0.0.0:8080', WASL_DPOP_CLIENTS: '*' },
      'WASL_PUBLIC_URL',
      'for an address that is not set',
    ],
    [{ ...ISSUER, WASL_STEP_UP_SECONDS: '0' }, 'WASL_STEP_UP_SECONDS', 'is not 30 to 3600 seconds'],
  ])('%j is refused at %s', async (env, path, fact) => {
    const refused = await refusal(() => readAuth(env));
    expect(refused).toMatchObject({ code: 'CONFIGURATION', path });
    expect(refused.message).toContain(fact);
    expect(`${refused.message} ${refused.remedy}`).not.toContain('s3cret');
  });
});

describe('what is read of an issuer', () => {
  it('is found at its address, and bounded, where nothing else is set', () => {
    expect(readAuth(ISSUER)).toEqual({
      ...{ issuer: 'https://issuer.example', audience: 'wasl', keys: { discovery: new URL('https://issuer.example') } },
      algorithms: ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'PS256', 'RS256'],
      claims: { sources: { roles: 'roles', entity: 'entity', acr: 'acr', auth_time: 'auth_time' }, roleNames: null },
      ...{ lifetimeSecondsMax: 3_600, stepUp: { acrValues: ['strong'], ageSecondsMax: 300 } },
      possession: { publicUrl: new URL('http://127.0.0.1:8080'), clients: [] },
      login: { clientId: null, scope: 'openid offline_access' },
    });
  });

  it('is as it was set', () => {
    const env = {
      ...{ ...ISSUER, WASL_JWT_ALGORITHMS: 'ES256, PS256', WASL_JWT_LIFETIME_SECONDS: '300' },
      ...{ WASL_JWT_CLAIMS: '{"roles":"/realm_access/roles"}', WASL_JWT_ROLES: '{"NOC":"engineer"}' },
      ...{ WASL_STEP_UP_ACR: 'gold,phr', WASL_STEP_UP_SECONDS: '60' },
      ...{ WASL_PUBLIC_URL: 'https://wasl.example/api', WASL_DPOP_CLIENTS: 'portal,witness' },
      ...{ WASL_LOGIN_CLIENT: 'wasl-cli', WASL_LOGIN_SCOPE: 'openid wasl' },
    };
    expect(readAuth(env)).toMatchObject({
      ...{ algorithms: ['ES256', 'PS256'], lifetimeSecondsMax: 300 },
      claims: { sources: { roles: '/realm_access/roles', entity: 'entity' }, roleNames: { NOC: 'engineer' } },
      stepUp: { acrValues: ['gold', 'phr'], ageSecondsMax: 60 },
      possession: { publicUrl: new URL('https://wasl.example/api'), clients: ['portal', 'witness'] },
      login: { clientId: 'wasl-cli', scope: 'openid wasl' },
    });
  });
});

describe('the address of the database', () => {
  it.each([
    ['localhost', 'is not a URL'],
    ['postgres//wasl:s3cret@db/wasl', 'is not a URL'],
    ['postgres://wasl:s3cret@db:notaport/wasl', 'is not a URL'],
    ['postgres://wasl:s3c/ret@db/wasl', 'is not a URL'],
    ['mysql://wasl:s3cret@db/wasl', 'does not begin with postgres://'],
    ['postgres:///wasl', 'names no host'],
    ['postgres://wasl:s3cret@db:5432', 'names no database'],
    ['postgres://wasl:s3cret%zz@db/wasl', 'has a % that is no % code'],
  ])('%s is refused without repeating it', async (url, fact) => {
    const refused = await refusal(() => readBackends({ DATABASE_URL: url }));
    expect(refused).toMatchObject({ code: 'CONFIGURATION', class: 'permanent', path: 'DATABASE_URL' });
    expect(refused.message).toContain(fact);
    expect(refused.message).not.toContain('s3c');
  });

  it('is taken with a password of odd signs, and with a socket', () => {
    for (const url of [
      'postgresql://wasl:a%40b@[::1]:5432/wasl?sslmode=require',
      'postgres:///wasl?host=/run/postgresql',
    ])
      expect(readBackends({ DATABASE_URL: url }).databaseUrl).toBe(url);
  });
});

describe('the two roles of the database', () => {
  const DATABASE_URL = 'postgres://wasl%20app:a@db/wasl?sslmode=verify-full';
  const WASL_DATABASE_OWNER_URL = 'postgres://wasl_owner:s3cret@db/wasl?sslmode=verify-full';

  it('are named by their logins', () => {
    expect(readMigration({ DATABASE_URL, WASL_DATABASE_OWNER_URL })).toEqual({
      ownerUrl: WASL_DATABASE_OWNER_URL,
      application: 'wasl app',
    });
  });

  it.each([
    [{ DATABASE_URL }, 'WASL_DATABASE_OWNER_URL', 'is not set'],
    [{ WASL_DATABASE_OWNER_URL }, 'DATABASE_URL', 'is not set'],
    [{ DATABASE_URL, WASL_DATABASE_OWNER_URL: 'mysql://o:s3cret@db/wasl' }, 'WASL_DATABASE_OWNER_URL', 'postgres://'],
    [{ DATABASE_URL: 'postgres://localhost/wasl', WASL_DATABASE_OWNER_URL }, 'DATABASE_URL', 'names no role'],
  ])('are both needed: %j', async (env, path, fact) => {
    const refused = await refusal(() => readMigration(env));
    expect(refused).toMatchObject({ code: 'CONFIGURATION', path });
    expect(refused.message).toContain(fact);
    expect(refused.message).not.toContain('s3cret');
  });
});

describe('other settings', () => {
  it.each([
    ['WASL_LISTEN', () => readListenAddress({ WASL_LISTEN: '127.0.0.1' })],
    ['WASL_LISTEN', () => readListenAddress({ WASL_LISTEN: 'localhost:99999' })],
    ['WASL_LISTEN', () => readListenAddress({ WASL_LISTEN: 'http://localhost:80' })],
    ['WASL_WORKER_LISTEN', () => readWorkerListen({ WASL_WORKER_LISTEN: '9090' })],
    ['TEMPORAL_ADDRESS', () => readBackends({ TEMPORAL_ADDRESS: 'temporal' })],
    ['TEMPORAL_ADDRESS', () => readBackends({ TEMPORAL_ADDRESS: 'https://temporal:7233' })],
    ['WASL_CONVERGENCE_SECONDS', () => readLimits({ WASL_CONVERGENCE_SECONDS: 'soon' })],
    ['WASL_DRAIN_SECONDS', () => readDrainSeconds({ WASL_DRAIN_SECONDS: '0' })],
    ['WASL_DRAIN_SECONDS', () => readDrainSeconds({ WASL_DRAIN_SECONDS: '1e3' })],
    ['WASL_DRAIN_SECONDS', () => readDrainSeconds({ WASL_DRAIN_SECONDS: '-5' })],
    ['WASL_PROGRESS_DAYS', () => readProgressDays({ WASL_PROGRESS_DAYS: '0' })],
    ['WASL_PROGRESS_DAYS', () => readProgressDays({ WASL_PROGRESS_DAYS: '4000' })],
    ['WASL_AUDIT_MINUTES', () => readAuditMinutes({ WASL_AUDIT_MINUTES: '4' })],
  ])('%s says how it is written', async (path, action) => {
    const refused = await refusal(action);
    expect(refused).toMatchObject({ code: 'CONFIGURATION', path });
    expect(refused.remedy).toMatch(/like|whole number/);
  });

  it('a development key that is none, or that cannot be kept', async () => {
    const before = process.env.WASL_STATE_DIR;
    try {
      process.env.WASL_STATE_DIR = folder;
      file('development-issuer.json', '{"kty":"OKP"}');
      const bad = await refusal(() => openDevelopmentIssuer('127.0.0.1'));
      expect(bad).toMatchObject({ code: 'CONFIGURATION', path: join(folder, 'development-issuer.json') });
      process.env.WASL_STATE_DIR = join(file('plain', ''), 'state');
      const nowhere = await refusal(() => openDevelopmentIssuer('127.0.0.1'));
      expect(nowhere.message).toContain('lies under something that is no folder');
      expect(nowhere.remedy).toContain('WASL_STATE_DIR');
    } finally {
      process.env.WASL_STATE_DIR = before;
    }
  });
});
