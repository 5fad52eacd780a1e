/** What may travel in clear, and how far: nothing that leaves this machine, unless an operator says so in so many words. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDevelopmentIssuer } from '../../src/api/development-issuer.ts';
import { openApiTls, refusePlainAbroad, type TlsFiles, watchTls } from '../../src/bin/api-tls.ts';
import { isInClear, refuseBadDatabaseUrl, withPassword } from '../../src/bin/database-url.ts';
import { startApi } from '../../src/bin/serve.ts';
import { asAway } from '../../src/bin/temporal-away.ts';
import { isTemporalInClear, readTemporalLogin } from '../../src/bin/temporal-login.ts';
import type { Store } from '../../src/store/store.ts';
import { AUTHORITY_EXTENSIONS, type CertificateAuthority, type Holder, Pki } from '../support/pki.ts';

const SERVER_EXTENSIONS = ['basicConstraints=critical,CA:false', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
let pki: Pki;
let authority: CertificateAuthority;
let server: Holder;
let renewed: Holder;
beforeAll(() => {
  pki = new Pki();
  authority = pki.authority({ name: 'ca', subject: '/CN=A test CA', extensions: AUTHORITY_EXTENSIONS });
  const wish = { subject: '/CN=localhost', extensions: SERVER_EXTENSIONS };
  server = pki.issue(authority, { name: 'first', ...wish });
  renewed = pki.issue(authority, { name: 'renewed', ...wish });
});
afterAll(() => pki.remove());
/** Readable by its owner alone. */
const ownFile = (text: string) => {
  const path = pki.write(text, 'own');
  chmodSync(path, 0o600);
  return path;
};
const keyOf = ({ key }: Holder) => ownFile(readFileSync(key, 'utf8'));

describe('the database', () => {
  it.each([
    'postgres://wasl:s3cret@db.example/wasl',
    'postgres://wasl:s3cret@192.0.2.1/wasl?sslmode=require',
    'postgres://wasl:s3cret@db.example/wasl?sslmode=prefer',
    'postgres://wasl:s3cret@db.example/wasl?sslmode=no-verify',
    'postgres://wasl:s3cret@db.example/wasl?sslmode=verify-ca',
    // The driver takes the last of two, and the host after the question mark.
    'postgres://wasl:s3cret@db.example/wasl?sslmode=verify-full&sslmode=require',
    'postgres://wasl:s3cret@localhost/wasl?host=db.example',
  ])('%s is refused, with how it is written', (url) => {
    const refuse = () => refuseBadDatabaseUrl(url);
    expect(refuse).toThrow(
      expect.objectContaining({
        ...{ code: 'CONFIGURATION', path: 'DATABASE_URL' },
        remedy: expect.stringContaining('sslmode=verify-full&sslrootcert='),
      }),
    );
    expect(refuse).not.toThrow(/s3cret/);
  });

  it.each([
    ['postgres://wasl:a@db.example/wasl?sslmode=verify-full&sslrootcert=/etc/wasl/ca.pem', false],
    ['postgres://wasl:a@db.example/wasl?sslmode=disable', true],
    ['postgres://wasl:a@127.0.0.1/wasl', false],
    ['postgres://wasl:a@[::1]/wasl?sslmode=disable', false],
    ['postgres:///wasl?host=/run/postgresql', false],
    ['postgres://wasl@%2Frun%2Fpostgresql/wasl', false],
  ])('%s is taken', (url, isTold) => {
    refuseBadDatabaseUrl(url);
    expect(isInClear(url)).toBe(isTold);
  });

  it('has its password where a reference says, once', async () => {
    const env = { WASL_DATABASE_PASSWORD: 'env:PASSWORD', PASSWORD: 'a@b/ c%' };
    const url = await withPassword('postgres://wasl@127.0.0.1:5432/wasl', 'WASL_DATABASE_PASSWORD', env);
    expect(decodeURIComponent(new URL(url).password)).toBe('a@b/ c%');
    expect(await withPassword('postgres://wasl:x@127.0.0.1/wasl', 'WASL_DATABASE_PASSWORD', {})).toContain(':x@');
    for (const text of ['postgres://wasl:x@127.0.0.1/wasl', 'postgres:///wasl?host=/run/postgresql']) {
      await expect(withPassword(text, 'WASL_DATABASE_PASSWORD', env)).rejects.toMatchObject({
        ...{ code: 'CONFIGURATION', path: 'WASL_DATABASE_PASSWORD' },
      });
    }
  });
});

describe('Temporal', () => {
  const there = { TEMPORAL_ADDRESS: 'temporal.example:7233' };

  it('on this machine needs no TLS, elsewhere a word', async () => {
    expect(await readTemporalLogin({})).toEqual({});
    expect(await readTemporalLogin({ TEMPORAL_ADDRESS: '127.0.0.1:7233' })).toEqual({});
    await expect(readTemporalLogin(there)).rejects.toMatchObject({ code: 'CONFIGURATION', path: 'TEMPORAL_TLS' });
    const told = await readTemporalLogin({ ...there, TEMPORAL_TLS: '0' });
    expect([told, isTemporalInClear(there.TEMPORAL_ADDRESS, told)]).toEqual([{}, true]);
    const safe = await readTemporalLogin({ ...there, TEMPORAL_TLS: 'true' });
    expect([safe, isTemporalInClear(there.TEMPORAL_ADDRESS, safe)]).toEqual([{ tls: {} }, false]);
  });

  it('gets certificate, key and API key from where they lie', async () => {
    const login = await readTemporalLogin({
      ...there,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.certificate,
      TEMPORAL_TLS_CLIENT_CERT_PATH: server.certificate,
      TEMPORAL_TLS_CLIENT_KEY_PATH: keyOf(server),
      TEMPORAL_TLS_SERVER_NAME: 'frontend',
      WASL_TEMPORAL_API_KEY: ownFile('an-api-key\n'),
    });
    expect(login).toMatchObject({ apiKey: 'an-api-key', tls: { serverNameOverride: 'frontend' } });
    expect(String(login.tls?.serverRootCACertificate)).toBe(readFileSync(authority.certificate, 'utf8'));
    expect(String(login.tls?.clientCertPair?.crt)).toBe(readFileSync(server.certificate, 'utf8'));
  });

  it.each<[string, () => Record<string, string>, string]>([
    ['a switch that is none', () => ({ ...there, TEMPORAL_TLS: 'yes' }), 'TEMPORAL_TLS'],
    ['TLS off, and a name', () => ({ ...there, TEMPORAL_TLS: '0', TEMPORAL_TLS_SERVER_NAME: 'x' }), 'TEMPORAL_TLS'],
    ['an API key in clear', () => ({ ...there, TEMPORAL_TLS: '0', WASL_TEMPORAL_API_KEY: 'env:K' }), 'TEMPORAL_TLS'],
    ['no server', () => ({ TEMPORAL_TLS: '1' }), 'TEMPORAL_TLS'],
    [
      'a certificate alone',
      () => ({ ...there, TEMPORAL_TLS_CLIENT_CERT_PATH: server.certificate }),
      'TEMPORAL_TLS_CLIENT_KEY_PATH',
    ],
    [
      'the key of another',
      () => ({
        ...{ ...there, TEMPORAL_TLS_CLIENT_CERT_PATH: server.certificate },
        TEMPORAL_TLS_CLIENT_KEY_PATH: keyOf(renewed),
      }),
      'TEMPORAL_TLS_CLIENT_CERT_PATH',
    ],
    [
      'a CA that is not there',
      () => ({ ...there, TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere/ca.pem' }),
      '/nowhere/ca.pem',
    ],
  ])('%s is refused', async (_what, env, path) => {
    await expect(readTemporalLogin(env())).rejects.toMatchObject({ code: 'CONFIGURATION', path });
  });

  it('that shows another certificate is not called away', () => {
    const place = { path: 'TEMPORAL_ADDRESS', address: 'temporal.example:7233' };
    const error = new Error('transport error: invalid peer certificate: UnknownIssuer');
    expect(asAway(error, place)).toMatchObject({ code: 'CONFIGURATION', path: 'TEMPORAL_TLS' });
    expect(asAway(new Error('connection refused'), place).code).toBe('TEMPORAL_UNAVAILABLE');
  });
});

describe('the API', () => {
  it('is not served in clear to others', async () => {
    for (const host of ['0.0.0.0', '192.0.2.1', '::', 'wasl.example']) {
      expect(() => refusePlainAbroad({ host, port: 8080 }, null)).toThrow(
        expect.objectContaining({ code: 'CONFIGURATION', path: 'WASL_LISTEN' }),
      );
    }
    for (const host of ['127.0.0.1', '::1', 'localhost']) refusePlainAbroad({ host, port: 8080 }, null);
    const store = { readInstallation: async () => 'a-test' } as unknown as Store;
    const { auth } = await createDevelopmentIssuer({ apiHost: '127.0.0.1', clock: () => new Date() });
    const temporal = { temporalAddress: '127.0.0.1:9', temporalNamespace: 'default' };
    await expect(
      startApi({ store, auth, signatures: null, ...temporal, listen: { host: '0.0.0.0', port: 0 } }),
    ).rejects.toMatchObject({
      path: 'WASL_LISTEN',
    });
  });

  it.each<[string, () => Record<string, string>, string]>([
    ['a certificate alone', () => ({ WASL_TLS_CERT: server.certificate }), 'WASL_TLS_KEY'],
    ['a key alone', () => ({ WASL_TLS_KEY: keyOf(server) }), 'WASL_TLS_CERT'],
    [
      'the key of another',
      () => ({ WASL_TLS_CERT: server.certificate, WASL_TLS_KEY: keyOf(renewed) }),
      'the certificate',
    ],
  ])('with %s does not start', async (_what, env, path) => {
    const settings = env();
    const expected = path === 'the certificate' ? settings.WASL_TLS_CERT : path;
    await expect(openApiTls(settings)).rejects.toMatchObject({ code: 'CONFIGURATION', path: expected });
  });

  it('takes a renewed certificate into use, and no half of one', async () => {
    const certificate = pki.write(readFileSync(server.certificate), 'pem');
    const key = ownFile(readFileSync(server.key, 'utf8'));
    const tls = await openApiTls({ WASL_TLS_CERT: certificate, WASL_TLS_KEY: key });
    if (tls === null) throw new Error('TLS is set');
    const used: TlsFiles[] = [];
    const told: string[] = [];
    const watch = watchTls(
      tls,
      (files) => used.push(files),
      (fact) => told.push(fact),
    );
    expect(await watch.look()).toBe(false);
    writeFileSync(certificate, readFileSync(renewed.certificate));
    expect(await watch.look()).toBe(false);
    expect(told).toEqual([expect.stringContaining('do not fit')]);
    writeFileSync(key, readFileSync(renewed.key));
    expect([await watch.look(), await watch.look()]).toEqual([true, false]);
    expect(used.map(({ cert }) => cert)).toEqual([readFileSync(renewed.certificate, 'utf8')]);
    watch.stop();
  });

  it('is served by its certificate', async () => {
    const tls = await openApiTls({ WASL_TLS_CERT: server.certificate, WASL_TLS_KEY: keyOf(server) });
    const issuer = await createDevelopmentIssuer({ apiHost: '127.0.0.1', clock: () => new Date() });
    const store = { readInstallation: async () => 'a-test', now: () => new Date() } as unknown as Store;
    const api = await startApi({
      signatures: null,
      ...{ store, tls, auth: issuer.auth, listen: { host: '127.0.0.1', port: 0 } },
      ...{ temporalAddress: '127.0.0.1:9', temporalNamespace: 'default' },
    });
    try {
      expect(api.url).toMatch(/^https:/);
      const ca = readFileSync(authority.certificate);
      const answer = await new Promise<unknown[]>((resolve, reject) => {
        request(`${api.url}/health`, { ca, agent: false }, (response) => {
          resolve([response.statusCode, (response.socket as TLSSocket).getPeerCertificate().subject.CN]);
          response.resume();
        })
          .on('error', reject)
          .end();
      });
      expect(answer).toEqual([200, 'localhost']);
      const port = Number(new URL(api.url).port);
      const offered = (terms: ConnectionOptions) =>
        new Promise<string | null>((resolve) => {
          const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...terms }, () => {
            resolve(socket.getCipher().standardName);
            socket.destroy();
          }).on('error', () => resolve(null));
        });
      // Without forward secrecy, without authenticated encryption, of yesterday.
      const weak = [{ ciphers: 'AES128-GCM-SHA256' }, { ciphers: 'ECDHE+SHA1' }].map(
        (each) => ({ ...each, maxVersion: 'TLSv1.2' }) as const,
      );
      expect(await Promise.all(weak.map(offered))).toEqual([null, null]);
      const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
      expect(await offered(old)).toBeNull();
      expect(await offered({ maxVersion: 'TLSv1.2' })).toMatch(/^TLS_ECDHE_.*GCM/);
      expect(await offered({ minVersion: 'TLSv1.3' })).toMatch(/^TLS_/);
      const strange = new Promise((_resolve, reject) => request(`${api.url}/health`).on('error', reject).end());
      await expect(strange).rejects.toThrow(/certificate/);
      await expect(fetch(`${api.url.replace('https', 'http')}/health`)).rejects.toThrow();
    } finally {
      await api.stop();
    }
  });
});
