/** Temporal and Postgres over TLS, with a CA made here: whoever shows another certificate, or none, is not spoken to. */
import { chmodSync } from 'node:fs';
import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { refuseBadDatabaseUrl } from '../../../src/bin/database-url.ts';
import { asAway } from '../../../src/bin/temporal-away.ts';
import { readTemporalLogin, type TemporalLogin } from '../../../src/bin/temporal-login.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { createTestDatabase } from '../../support/database.ts';
import { AUTHORITY_EXTENSIONS, type CertificateAuthority, type Holder, Pki } from '../../support/pki.ts';
import { startTlsFront, type TlsFront } from '../../support/tls-front.ts';

const pki = new Pki();
const authorityOf = (subject: string) => pki.authority({ name: 'ca', subject, extensions: AUTHORITY_EXTENSIONS });
const pem = (holder: Holder) => ({ cert: holder.pem, key: String(pki.openssl(['pkey', '-in', holder.key])) });
let authority: CertificateAuthority;
let stranger: CertificateAuthority;
let server: Holder;
let client: Holder;
let temporal: TlsFront;
const fronts: TlsFront[] = [];

beforeAll(async () => {
  authority = authorityOf('/CN=A test CA');
  stranger = authorityOf('/CN=Another CA');
  const extensions = ['basicConstraints=critical,CA:false', 'subjectAltName=DNS:localhost'];
  server = pki.issue(authority, { name: 'server', subject: '/CN=localhost', extensions });
  client = pki.issue(authority, { name: 'client', subject: '/CN=wasl', extensions: extensions.slice(0, 1) });
  const port = Number(inject('temporalAddress').split(':').at(-1));
  temporal = await startTlsFront(port, 'temporal', { ...pem(server), ca: authority.pem, requestCert: true });
  fronts.push(temporal);
});
afterAll(async () => {
  for (const front of fronts) await front.close();
  pki.remove();
});

describe('Temporal', () => {
  const settings = (holder: Holder, ca = authority) => {
    chmodSync(holder.key, 0o600);
    return {
      TEMPORAL_ADDRESS: `localhost:${temporal.port}`,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca.certificate,
      TEMPORAL_TLS_CLIENT_CERT_PATH: holder.certificate,
      TEMPORAL_TLS_CLIENT_KEY_PATH: holder.key,
    };
  };
  const address = () => `localhost:${temporal.port}`;
  const native = async (login: TemporalLogin) => {
    const connection = await NativeConnection.connect({ address: address(), ...login });
    await connection.close();
  };
  const grpc = async (login: TemporalLogin, connectTimeout = 10_000) => {
    const connection = await Connection.connect({ address: address(), ...login, connectTimeout });
    await connection.close();
  };

  it('is spoken to where both sides show a certificate of the CA', async () => {
    const login = await readTemporalLogin(settings(client));
    await native(login);
    await grpc(login);
  });

  it('that another CA vouches for is not, and an operator is told of TLS', async () => {
    const login = await readTemporalLogin(settings(client, stranger));
    const refused = await native(login).catch((error: unknown) => error);
    const place = { path: 'TEMPORAL_ADDRESS', address: address() };
    expect(asAway(refused, place)).toMatchObject({ code: 'CONFIGURATION', path: 'TEMPORAL_TLS' });
    await expect(grpc(login, 500)).rejects.toThrow();
  });

  it('lets nobody in without a certificate, or with one of somebody else', async () => {
    const foreign = pki.issue(stranger, { name: 'foreign', subject: '/CN=wasl', extensions: [] });
    await expect(native(await readTemporalLogin(settings(foreign)))).rejects.toThrow();
    const none = { TEMPORAL_ADDRESS: address(), TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.certificate };
    await expect(native(await readTemporalLogin(none))).rejects.toThrow();
    await expect(native({})).rejects.toThrow();
  });
});

it('Postgres is spoken to where its certificate is its own, and of the CA', async () => {
  const database = await createTestDatabase();
  const port = Number(new URL(database.databaseUrl).port);
  const front = await startTlsFront(port, 'postgres', pem(server));
  fronts.push(front);
  const urlOf = (host: string, ca: CertificateAuthority) => {
    const url = new URL(database.databaseUrl);
    url.host = `${host}:${front.port}`;
    url.search = `sslmode=verify-full&sslrootcert=${ca.certificate}`;
    refuseBadDatabaseUrl(url.href);
    return url.href;
  };
  const store = await openStore({ databaseUrl: urlOf('localhost', authority) });
  await store.ping();
  await store.close();
  const refusal = { code: 'CONFIGURATION', path: 'DATABASE_URL', message: expect.stringContaining('certificate') };
  await expect(openStore({ databaseUrl: urlOf('localhost', stranger) })).rejects.toMatchObject(refusal);
  // The certificate is for another name.
  await expect(openStore({ databaseUrl: urlOf('127.0.0.1', authority) })).rejects.toMatchObject(refusal);
});
