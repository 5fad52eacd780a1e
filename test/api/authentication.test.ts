import { generateKeyPair, importJWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { type AuthConfig, createAuthenticate, type Principal, TOKEN_TYPE } from '../../src/api/authentication.ts';
import { createDevelopmentIssuer, DEVELOPMENT_ACR } from '../../src/api/development-issuer.ts';
import { CLAIM_SOURCES_DEFAULT, type ClaimSources, type Role } from '../../src/api/token-claims.ts';
import { PERSON_ID_WORDS } from '../../src/domain/names.ts';
import { WaslError } from '../../src/errors.ts';
import { NOW } from '../support/api-under-test.ts';

const clock = () => NOW;
const issuer = await createDevelopmentIssuer({ apiHost: '127.0.0.1', clock });
const authenticate = authenticatorOf(issuer.auth);
const seconds = Math.floor(NOW.getTime() / 1_000);

/** Of a call that needs nothing but its token. */
function authenticatorOf(auth: AuthConfig): (authorization: string | undefined) => Promise<Principal> {
  const verify = createAuthenticate(auth, clock);
  return (authorization) => verify({ authorization, method: 'GET', path: '/v1/events' });
}

async function refusal(authorization: string | undefined): Promise<string> {
  const error = await authenticate(authorization).then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  return error instanceof WaslError ? `${error.code}: ${error.message}` : String(error);
}

/** A token like the issuer's, with what is wrong about it. */
async function forge(change: (token: SignJWT) => SignJWT, claims: Record<string, unknown> = {}): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const token = new SignJWT({ roles: ['admin'], ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'development', typ: TOKEN_TYPE })
    .setIssuer(issuer.auth.issuer)
    .setAudience(issuer.auth.audience)
    .setSubject('intruder-1')
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 60);
  return `Bearer ${await change(token).sign(privateKey)}`;
}

describe('bearer tokens', () => {
  it('make a principal: person, known roles, entity, end', async () => {
    const token = await issuer.mintToken({ person: 'moh-signatory-1', roles: ['party-approver'], entity: 'MOH' });
    const principal = await authenticate(`Bearer ${token}`);
    expect(principal).toEqual({
      person: 'moh-signatory-1',
      roles: ['party-approver'],
      entity: 'MOH',
      expiresAt: new Date((seconds + 8 * 3_600) * 1_000),
      acr: DEVELOPMENT_ACR,
      authenticatedAt: new Date(seconds * 1_000),
    });
  });

  it('are refused without, malformed, or too long', async () => {
    expect(await refusal(undefined)).toBe('UNAUTHENTICATED: the request carries no bearer token');
    expect(await refusal('Basic YTpi')).toBe('UNAUTHENTICATED: the request carries no bearer token');
    expect(await refusal('Bearer a.b.c')).toMatch(/^UNAUTHENTICATED/);
    expect(await refusal(`Bearer ${'a'.repeat(9_000)}`)).toBe('UNAUTHENTICATED: the request carries no bearer token');
  });

  it('are refused with the signature of another key, even under the same key id', async () => {
    expect(await refusal(await forge((token) => token))).toBe("UNAUTHENTICATED: the token's signature is not valid");
  });

  it('are refused unsigned', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: issuer.auth.issuer, aud: 'wasl', sub: 'x', exp: seconds + 60, roles: ['admin'] };
    expect(await refusal(`Bearer ${part({ alg: 'none' })}.${part(claims)}.`)).toMatch(/^UNAUTHENTICATED/);
  });

  it('are refused after their end, of another issuer, for another audience', async () => {
    const expired = await issuer.mintToken({ person: 'a', roles: ['admin'], lifetimeSeconds: -60 });
    expect(await refusal(`Bearer ${expired}`)).toBe('UNAUTHENTICATED: the token has expired');
    const other = authenticatorOf({ ...issuer.auth, audience: 'another-system' });
    const token = await issuer.mintToken({ person: 'a', roles: ['admin'] });
    await expect(other(`Bearer ${token}`)).rejects.toThrow("the token's claim aud is not the one expected");
    const stranger = authenticatorOf({ ...issuer.auth, issuer: 'urn:other' });
    await expect(stranger(`Bearer ${token}`)).rejects.toThrow("the token's claim iss is not the one expected");
  });

  it('of a party need an entity; roles of other systems mean nothing', async () => {
    const token = await issuer.mintToken({ person: 'a', roles: ['portal'] });
    expect(await refusal(`Bearer ${token}`)).toBe(
      'UNAUTHENTICATED: the token has a role of a party and names no entity',
    );
    const foreign = await issuer.mintToken({ person: 'a', roles: ['superuser' as 'admin'] });
    expect((await authenticate(`Bearer ${foreign}`)).roles).toEqual([]);
  });

  it.each([
    ['x-1', 'X-1'],
    ['moh.signatory@example.om', 'MOH.Signatory@EXAMPLE.om'],
    ['caf\u00e9-1', 'CAFE\u0301-1'],
    ['stra\u00dfe', 'STRASSE'],
    ['\uff58-1', 'x-1'],
    ['\u03bf\u03b4\u03bf\u03c2', '\u039f\u0394\u039f\u03a3'],
    ['\u0645\u062d\u0645\u062f-1', '\u0645\u062d\u0645\u062f-1'],
    ['a_b|c', 'A_B|C'],
    ['\u0645\u0635\u0637\u0641\u0649', '\u0645\u0635\u0637\u0641\u064a'],
    ['\u0438\u0432\u0430\u043d', '\u0418\u0412\u0410\u041d'],
  ])('T3c: of %s and of %s are of one person', async (one, other) => {
    const personOf = async (person: string) =>
      (await authenticate(`Bearer ${await issuer.mintToken({ person, roles: ['auditor'] })}`)).person;
    expect(await personOf(other)).toBe(await personOf(one));
    expect(await personOf(await personOf(one))).toBe(await personOf(one));
  });

  it.each([
    '',
    ' x',
    'a b',
    'x\u0000',
    'x\u200d',
    'x\u202e',
    '\u0301x',
    'x\ud800',
    'x\u0441-1',
    // What a reader takes for x-1, and for another's name in other letters, signs or digits.
    'x\u20101',
    'x\u20111',
    'x\u22121',
    'x-\u0661',
    'x\u2019y',
    'x\u00b7y',
    'i\u0307-1',
    '\u03bf-1',
    '\u0441\u0435\u0441-1',
    '\u0435\u0445\u0440-1',
    '\u0251-1',
    '\u0185-1',
    '\u0570-1',
    '\u13a0\u13a1',
    '\u06cc\u0627',
    '\u0645\u06a9',
    '\u0645\u0640\u062d',
    '\u0645\u064e\u062d',
    'ali\u0639',
    'wasl',
    'WASL',
    '\uff37asl',
    'x'.repeat(129),
    '\ufdfa'.repeat(20),
  ])('are refused where the subject is no user id: %j', async (person) => {
    const token = await issuer.mintToken({ person, roles: ['auditor'] });
    expect(await refusal(`Bearer ${token}`)).toBe(
      `UNAUTHENTICATED: the token's claim sub is not valid: it must be ${PERSON_ID_WORDS}`,
    );
  });

  it.each([
    ["of another kind: an ID token's", { typ: 'JWT' }, {}, "the token's type is not the one expected"],
    ['of no kind', {}, {}, "the token's type is not the one expected"],
    ['made for longer than tokens are', {}, { exp: seconds + 28_801 }, 'the token is made for 28801 s, and 28800 s'],
    ['without its beginning', {}, { iat: undefined }, "the token's claim iat is not the one expected"],
    ['made in the future', {}, { iat: seconds + 31 }, 'the token is of a time that has not come'],
    ['not to be used yet', {}, { nbf: seconds + 31 }, "the token's claim nbf is not the one expected"],
    ['without roles', {}, { roles: undefined }, "the token's claim roles is not valid"],
    ['with roles that are no list', {}, { roles: 'admin' }, "the token's claim roles is not valid"],
    ['with a login at no time', {}, { auth_time: 'now' }, "the token's claim auth_time is not valid"],
  ])('are refused %s', async (what, header, claims, fact) => {
    const typ = what === 'of no kind' ? {} : { typ: TOKEN_TYPE };
    const token = await signed({ ...typ, ...header }, claims);
    expect(await refusal(`Bearer ${token}`)).toContain(`UNAUTHENTICATED: ${fact}`);
  });

  it('are refused with a signature of an algorithm that is not to count', async () => {
    const strict = authenticatorOf({ ...issuer.auth, algorithms: ['ES256'] });
    await expect(strict(`Bearer ${await signed({ typ: TOKEN_TYPE })}`)).rejects.toThrow('signature is not valid');
  });

  it('cannot be judged while the key set is away: that is ISSUER_UNAVAILABLE, not a refusal', async () => {
    const jwksUrl = new URL('http://127.0.0.1:1/jwks');
    const away = authenticatorOf({ ...issuer.auth, keys: { jwksUrl } });
    const token = await issuer.mintToken({ person: 'a', roles: ['admin'] });
    await expect(away(`Bearer ${token}`)).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
  });
});

/** Signed by the issuer itself, in order but for what is given. */
async function signed(header: object, claims: object = {}): Promise<string> {
  const { issuer: iss, audience: aud } = issuer.auth;
  return new SignJWT({ iss, aud, sub: 'a', iat: seconds, exp: seconds + 60, roles: ['auditor'], ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'development', ...header })
    .sign(await importJWK(issuer.privateJwk, 'EdDSA'));
}

describe('claims that an issuer puts elsewhere', () => {
  const CLAIMS = {
    realm_access: { roles: ['NOC', 'admin', 'constructor'] },
    'https://gov.example/org': 'MOH',
    amr: { 'a/b': { '~': 'gold' } },
  };
  const read = async (sources: Partial<ClaimSources>, names: Readonly<Record<string, Role>> | null, claims: object) => {
    const mapping = { sources: { ...CLAIM_SOURCES_DEFAULT, ...sources }, roleNames: names };
    const mapped = authenticatorOf({ ...issuer.auth, claims: mapping });
    return mapped(`Bearer ${await signed({ typ: TOKEN_TYPE }, claims)}`);
  };
  const ELSEWHERE = { roles: '/realm_access/roles', entity: 'https://gov.example/org', acr: '/amr/a~1b/~0' };

  it('are found by name and by pointer, and roles by the names of the issuer alone', async () => {
    const claims = { roles: undefined, ...CLAIMS };
    expect(await read(ELSEWHERE, { NOC: 'engineer' }, claims)).toMatchObject({
      ...{ roles: ['engineer'], entity: 'MOH', acr: 'gold', authenticatedAt: null },
    });
    expect((await read(ELSEWHERE, null, claims)).roles).toEqual(['admin']);
  });

  it.each(['/realm_access', '/realm_access/none', '/roles/0', '/__proto__/roles', 'constructor', 'none'])(
    'are absent at %s, whatever stands where they are as a rule',
    async (roles) => {
      await expect(read({ roles }, null, { ...CLAIMS, roles: ['admin'] })).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        message: `the token's claim ${roles} is not valid`,
      });
    },
  );
});

describe('the development issuer', () => {
  it.each(['0.0.0.0', '::', '192.0.2.7', 'wasl.example', '127.evil.example'])(
    'does not start for %s',
    async (apiHost) => {
      await expect(createDevelopmentIssuer({ apiHost, clock })).rejects.toMatchObject({
        code: 'CONFIGURATION',
        message: `the development issuer does not start for an API on ${apiHost}`,
      });
    },
  );

  it.each(['127.0.0.1', '127.0.0.53', '::1', 'localhost'])('starts for %s', async (apiHost) => {
    await expect(createDevelopmentIssuer({ apiHost, clock })).resolves.toBeDefined();
  });

  it('publishes no private key', () => {
    expect(JSON.stringify(issuer.auth)).not.toContain('"d"');
    expect(issuer.privateJwk.d).toBeDefined();
  });
});
