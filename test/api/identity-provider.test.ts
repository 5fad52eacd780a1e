/** What a real provider issues, in all that may go wrong with it: its keys, its tokens, and those bound to a key. */
import { calculateJwkThumbprint, exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import {
  allowInsecureRequests,
  clientCredentialsGrant,
  discovery,
  getDPoPHandle,
  initiateDeviceAuthorization,
  None,
  pollDeviceAuthorizationGrant,
} from 'openid-client';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuthConfig, type Authenticate, createAuthenticate, TOKEN_TYPE } from '../../src/api/authentication.ts';
import { DISCOVERY_SECONDS, KEYS_AGE_SECONDS_MAX, KEYS_COOLDOWN_SECONDS } from '../../src/api/issuer-keys.ts';
import { PROOF_SECONDS_MAX, type Presented } from '../../src/api/proof-of-possession.ts';
import { createReplayMemory, PROOFS_PER_KEY_MAX } from '../../src/api/replay-memory.ts';
import { readAuth } from '../../src/bin/auth-settings.ts';
import { CLI, createSigningKey, MACHINE, startIdentityProvider } from '../support/identity-provider.ts';

const idp = await startIdentityProvider();
const [one, two] = idp.keys as [(typeof idp.keys)[0], (typeof idp.keys)[0]];
const machine = await idp.machine();
const clock = () => new Date();
const START = Date.now();

/** Only the calendar stands still: sockets and timers go on. */
const advance = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  idp.publish(one);
  idp.isAway = false;
  idp.isSilent = false;
  idp.machineClaims = { roles: ['portal'], entity: 'MOH' };
});
afterAll(async () => {
  vi.useRealTimers();
  await idp.stop();
});

function configured(more: Readonly<Record<string, string>> = {}): AuthConfig {
  const env = { WASL_JWT_ISSUER: idp.issuer.origin, WASL_STEP_UP_ACR: 'gold', ...more };
  const auth = readAuth({ ...env, WASL_PUBLIC_URL: 'https://wasl.example/api' });
  if (auth === null) throw new Error('no issuer');
  return auth;
}
const server = (more?: Readonly<Record<string, string>>) => createAuthenticate(configured(more), clock);

const call = (authorization: string, proof?: string): Presented => ({
  ...{ authorization, ...(proof === undefined ? {} : { proof }), method: 'POST', path: '/v1/interconnects?x=1' },
});
const bearer = (authenticate: Authenticate, token: string) => authenticate(call(`Bearer ${token}`));
async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => ({ code: 'taken', message: '' }),
    (reason: { code: string; message: string }) => reason,
  );
  return `${error.code}: ${error.message}`;
}
const tokenOfMachine = async () => (await clientCredentialsGrant(machine, {})).access_token;

/** Signed with the provider's own key, in order but for what is given. */
async function signed(claims: object = {}, header: object = {}, jwk = one): Promise<string> {
  const seconds = Math.floor(Date.now() / 1_000);
  const payload = { iss: idp.issuer.origin, aud: 'wasl', sub: 'moh-clerk-1', roles: ['auditor'], client_id: MACHINE };
  return new SignJWT({ ...payload, iat: seconds, exp: seconds + 60, jti: `t${seconds}`, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: TOKEN_TYPE, kid: jwk.kid ?? '', ...header })
    .sign(await importJWK(jwk, 'ES256'));
}

describe("the provider's keys", () => {
  it('are found by discovery, once, for a machine that proved itself with a private key', async () => {
    const authenticate = server();
    const before = idp.keyReads();
    const tokens = await Promise.all([tokenOfMachine(), tokenOfMachine()]);
    const principals = await Promise.all(tokens.map((token) => bearer(authenticate, token)));
    expect(principals[0]).toMatchObject({ person: MACHINE, roles: ['portal'], entity: 'MOH', authenticatedAt: null });
    expect(idp.keyReads() - before).toBe(1);
  });

  it('rotate with overlap, and no token is refused', async () => {
    const authenticate = server();
    await bearer(authenticate, await tokenOfMachine());
    idp.publish(one, two);
    advance(KEYS_AGE_SECONDS_MAX + 1);
    await bearer(authenticate, await tokenOfMachine());
    const old = await tokenOfMachine();
    idp.publish(two, one);
    const reads = idp.keyReads();
    await bearer(authenticate, await tokenOfMachine());
    await bearer(authenticate, old);
    expect(idp.keyReads()).toBe(reads);
  });

  it('that come without overlap count after a while, and those that went no more', async () => {
    const authenticate = server();
    await bearer(authenticate, await tokenOfMachine());
    const old = await tokenOfMachine();
    idp.publish(two);
    const token = await tokenOfMachine();
    expect(await codeOf(bearer(authenticate, token))).toBe("UNAUTHENTICATED: the token's signature is not valid");
    advance(KEYS_COOLDOWN_SECONDS + 1);
    await bearer(authenticate, token);
    expect(await codeOf(bearer(authenticate, old))).toBe("UNAUTHENTICATED: the token's signature is not valid");
  });

  it('are not read for every key that strangers name', async () => {
    const authenticate = server();
    await bearer(authenticate, await tokenOfMachine());
    const reads = idp.keyReads();
    for (let number = 0; number < 5; number += 1) {
      const stranger = await signed({}, { kid: `k${number}` }, await createSigningKey(`k${number}`));
      expect(await codeOf(bearer(authenticate, stranger))).toMatch(/^UNAUTHENTICATED/);
    }
    expect(idp.keyReads()).toBe(reads);
  });

  it('serve while the provider is away, but not for ever', async () => {
    const authenticate = server();
    await bearer(authenticate, await tokenOfMachine());
    idp.isAway = true;
    advance(KEYS_AGE_SECONDS_MAX - 1);
    await bearer(authenticate, await signed());
    advance(2);
    expect(await codeOf(bearer(authenticate, await signed()))).toMatch(/^ISSUER_UNAVAILABLE/);
    idp.isAway = false;
    await bearer(authenticate, await signed());
  });

  it('serve at once while the metadata are read again, and the provider lets everybody wait', async () => {
    const authenticate = server();
    await bearer(authenticate, await tokenOfMachine());
    advance(DISCOVERY_SECONDS - 1);
    await bearer(authenticate, await signed());
    advance(2);
    idp.isSilent = true;
    await bearer(authenticate, await signed());
    await expect.poll(() => idp.waiting()).toBe(1);
    await bearer(authenticate, await signed());
  });

  it('that nobody could read let nobody in, until they can be read', async () => {
    const authenticate = server();
    idp.isAway = true;
    const refused = "ISSUER_UNAVAILABLE: the issuer's metadata could not be read";
    expect(await codeOf(bearer(authenticate, await signed()))).toBe(refused);
    idp.isAway = false;
    expect(await codeOf(bearer(authenticate, await signed()))).toBe(refused);
    advance(3);
    await bearer(authenticate, await signed());
  });

  it('are not taken from metadata of another issuer', async () => {
    const name = new URL(idp.issuer);
    name.hostname = 'localhost';
    expect(await codeOf(bearer(server({ WASL_JWT_ISSUER: name.origin }), await signed()))).toMatch(
      /^ISSUER_UNAVAILABLE/,
    );
  });
});

describe('a token of the provider', () => {
  const unsigned = async () => {
    const [, payload = ''] = (await signed()).split('.');
    const header = { alg: 'none', typ: TOKEN_TYPE, kid: one.kid };
    return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.`;
  };
  const keyed = async () => {
    const { d: _secret, ...publicJwk } = one;
    const spki = await exportSPKI((await importJWK(publicJwk, 'ES256', { extractable: true })) as never);
    return new SignJWT({ iss: idp.issuer.origin, aud: 'wasl', sub: 'a', roles: ['admin'] })
      .setProtectedHeader({ alg: 'HS256', typ: TOKEN_TYPE, kid: one.kid ?? '' })
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(Buffer.from(spki));
  };

  it.each([
    ['for another audience', () => signed({ aud: 'other' }), "the token's claim aud is not the one expected"],
    [
      'of another issuer',
      () => signed({ iss: 'https://else.example' }),
      "the token's claim iss is not the one expected",
    ],
    ['not to be used yet', () => signed({ nbf: Date.now() / 1_000 + 60 }), "the token's claim nbf is not"],
    ['under an unknown key', () => signed({}, { kid: 'three' }), "the token's signature is not valid"],
    ['signed by nobody', unsigned, "the token's signature is not valid"],
    ['signed with the public key as a secret', keyed, "the token's signature is not valid"],
    ['bound to a certificate', () => signed({ cnf: { 'x5t#S256': 'abc' } }), 'the proof of possession is not valid'],
  ])('%s is refused', async (_what, make, fact) => {
    expect(await codeOf(bearer(server(), await make()))).toContain(`UNAUTHENTICATED: ${fact}`);
  });

  it('is refused after its end', async () => {
    const token = await tokenOfMachine();
    advance(331);
    expect(await codeOf(bearer(server(), token))).toBe('UNAUTHENTICATED: the token has expired');
  });

  it('says how and when its person logged in; the ID token beside it lets nobody in', async () => {
    idp.persons.set('moh-signatory-1', { roles: ['party-approver'], entity: 'MOH' });
    const cli = await discovery(idp.issuer, CLI, undefined, None(), { execute: [allowInsecureRequests] });
    const device = await initiateDeviceAuthorization(cli, { scope: 'openid', acr_values: 'gold' });
    await idp.logIn(device.verification_uri_complete ?? '', { person: 'moh-signatory-1', acr: 'gold' });
    const { access_token: token, id_token: idToken = '' } = await pollDeviceAuthorizationGrant(cli, device);
    const principal = await bearer(server(), token);
    expect(principal).toMatchObject({ person: 'moh-signatory-1', entity: 'MOH', acr: 'gold' });
    expect(principal.authenticatedAt?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    const forCli = server({ WASL_JWT_AUDIENCE: CLI });
    expect(await codeOf(bearer(forCli, idToken))).toBe("UNAUTHENTICATED: the token's type is not the one expected");
  });
});

describe('a token bound to a key (RFC 9449)', async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(pair.publicKey);
  const HTU = 'https://wasl.example/api/v1/interconnects';

  async function bound(): Promise<string> {
    return (await clientCredentialsGrant(machine, {}, { DPoP: getDPoPHandle(machine, pair) })).access_token;
  }
  let proofs = 0;
  async function proofOf(token: string, claims: object = {}, key = pair): Promise<string> {
    proofs += 1;
    const ath = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(token))).toString('base64url');
    const iat = Math.floor(Date.now() / 1_000);
    return new SignJWT({ htm: 'POST', htu: HTU, ath, iat, jti: `proof-${proofs}`, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(key.publicKey) })
      .sign(key.privateKey);
  }
  const proven = (authenticate: Authenticate, token: string, proof: string) =>
    authenticate(call(`DPoP ${token}`, proof));

  it('counts with a proof for the call, once', async () => {
    const authenticate = server({ WASL_DPOP_CLIENTS: MACHINE });
    const token = await bound();
    const proof = await proofOf(token);
    expect(await proven(authenticate, token, proof)).toMatchObject({ person: MACHINE, roles: ['portal'] });
    const again = 'UNAUTHENTICATED: the proof of possession was used before';
    expect(await codeOf(proven(authenticate, token, proof))).toBe(again);
    await proven(authenticate, token, await proofOf(token));
  });

  const OTHER = await generateKeyPair('ES256', { extractable: true });
  it.each([
    ['for another address', { htu: 'https://evil.example/v1/interconnects' }, pair],
    ['for the address behind the proxy', { htu: 'https://wasl.example/v1/interconnects' }, pair],
    ['for another route', { htu: 'https://wasl.example/api/v1/events' }, pair],
    ['for another method', { htm: 'GET' }, pair],
    ['for another token', { ath: 'abc' }, pair],
    ['of another key', {}, OTHER],
    ['of too long ago', { iat: Math.floor(START / 1_000) - PROOF_SECONDS_MAX - 2 }, pair],
    ['of a time to come', { iat: Math.floor(START / 1_000) + PROOF_SECONDS_MAX + 2 }, pair],
    ['without an id', { jti: undefined }, pair],
  ])('is refused with a proof %s', async (_what, claims, key) => {
    const token = await bound();
    expect(await codeOf(proven(server(), token, await proofOf(token, claims, key)))).toMatch(
      /^UNAUTHENTICATED: the proof of possession is not valid: /,
    );
  });

  it('is refused as a bearer token, and without a proof, and with two', async () => {
    const authenticate = server();
    const token = await bound();
    const proof = await proofOf(token);
    const joined = `${proof}, ${await proofOf(token)}`;
    const refusals = await Promise.all([
      codeOf(bearer(authenticate, token)),
      codeOf(authenticate(call(`Bearer ${token}`, proof))),
      codeOf(authenticate(call(`DPoP ${token}`))),
      codeOf(proven(authenticate, token, joined)),
    ]);
    for (const refused of refusals) expect(refused).toMatch(/^UNAUTHENTICATED: the proof of possession is not valid/);
  });

  it('is what a client must have that is to; another client need not, and an unbound one has no proof', async () => {
    const token = await tokenOfMachine();
    const refused = 'UNAUTHENTICATED: the token is not bound to a key of its client, and has to be';
    for (const WASL_DPOP_CLIENTS of [MACHINE, `x,${MACHINE}`, '*']) {
      expect(await codeOf(bearer(server({ WASL_DPOP_CLIENTS }), token))).toBe(refused);
    }
    await bearer(server({ WASL_DPOP_CLIENTS: 'another' }), token);
    const nameless = await signed({ client_id: undefined });
    expect(await codeOf(bearer(server({ WASL_DPOP_CLIENTS: 'another' }), nameless))).toBe(refused);
    expect(await codeOf(proven(server(), token, await proofOf(token)))).toMatch(/proof of possession is not valid/);
  });

  it('names the key by its thumbprint', async () => {
    const { cnf } = JSON.parse(Buffer.from((await bound()).split('.')[1] ?? '', 'base64url').toString());
    expect(cnf).toEqual({ jkt: await calculateJwkThumbprint(jwk) });
  });
});

describe('what is remembered of proofs', () => {
  const at = (seconds: number) => new Date(START + seconds * 1_000);

  it('is forgotten when they are too old to count', () => {
    const memory = createReplayMemory(120);
    memory.takeOnce('key', 'a', at(0));
    memory.takeOnce('other key', 'a', at(0));
    expect(() => memory.takeOnce('key', 'a', at(119))).toThrow('was used before');
    memory.takeOnce('key', 'a', at(120));
    expect(() => memory.takeOnce('key', 'a', at(239))).toThrow('was used before');
  });

  it('is bounded for one key, which takes nothing from another', () => {
    const memory = createReplayMemory(120);
    for (let number = 0; number < PROOFS_PER_KEY_MAX; number += 1) memory.takeOnce('key', `${number}`, at(0));
    expect(() => memory.takeOnce('key', 'one more', at(60))).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    memory.takeOnce('other', 'one more', at(60));
    memory.takeOnce('key', 'one more', at(121));
  });
});
