/** The codec server: who may decrypt what Temporal stores, from which page, and that it is recorded before it is shown. */
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/api/authentication.ts';
import { createApi } from '../../src/api/create-api.ts';
import { createDevelopmentIssuer } from '../../src/api/development-issuer.ts';
import type { ApiDependencies } from '../../src/api/server-types.ts';
import { readCodecOrigin } from '../../src/bin/configuration.ts';
import { watchCodec } from '../../src/codec/codec-troubles.ts';
import { addKey } from '../../src/codec/key-ring.ts';
import { codecForPeople, createPayloadCodec } from '../../src/codec/payload-codec.ts';
import { absentStore } from '../support/absent-store.ts';
import { CANNED_READS, createRecordingDriver, NOW } from '../support/api-under-test.ts';

const ORIGIN = 'https://temporal.example';
const clock = { now: NOW };
const now = () => clock.now;
const ring = addKey(null, NOW);
const keys = async () => ring;
const codec = createPayloadCodec({ keys, now, troubles: watchCodec(now, () => undefined) });
const WORDS = 'the record of a step';

async function open(more: Partial<ApiDependencies> = {}) {
  const recorded: unknown[] = [];
  const store = absentStore({
    appendLedger: async (fact) => {
      recorded.push(fact);
      return undefined as never;
    },
  });
  const issuer = await createDevelopmentIssuer({ apiHost: '127.0.0.1', clock: now });
  const forPeople = codecForPeople(keys, now);
  const app = createApi({
    ...{ store, driver: createRecordingDriver(), routerReads: CANNED_READS, auth: issuer.auth, clock: now },
    signatures: null,
    ...{ codec: { forPeople, origin: ORIGIN }, ...more },
  });
  const call = async (path: string, role: Role | null, payload: object, headers: Record<string, string> = {}) => {
    const token = role && (await issuer.mintToken({ person: `${role}-1`, roles: [role], entity: 'MOH' }));
    return app.inject({
      ...{ method: 'POST', url: `/v1/codec/${path}`, payload },
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
    });
  };
  return { app, recorded, call };
}

const toWire = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)])),
  data: base64(data ?? new Uint8Array()),
});
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const plain = defaultPayloadConverter.toPayload(WORDS) as Payload;
const encrypted = async () => {
  const [payload] = await codec.encode([plain]);
  return toWire(payload as Payload);
};

it('decodes for an engineer, in the form of Temporal, and has said so in the ledger', async () => {
  const { call, recorded } = await open();
  const answer = await call('decode', 'engineer', { payloads: [await encrypted(), toWire(plain)] });
  expect([answer.statusCode, answer.json()]).toEqual([200, { payloads: [toWire(plain), toWire(plain)] }]);
  const access = { actor: 'engineer-1', action: 'messages.decoded', subject: 'temporal', body: { withinMs: 60_000 } };
  expect(recorded).toEqual([access]);
  // The UI calls for each event: one row tells of a minute, and of one person.
  await call('decode', 'engineer', { payloads: [] });
  await call('decode', 'security', { payloads: [] });
  clock.now = new Date(NOW.getTime() + 61_000);
  await call('decode', 'engineer', { payloads: [] });
  clock.now = NOW;
  expect(recorded).toEqual([access, { ...access, actor: 'security-1' }, access]);
});

it('shows nothing that cannot be recorded', async () => {
  const { call } = await open({ store: absentStore() });
  const answer = await call('decode', 'engineer', { payloads: [await encrypted()] });
  expect([answer.statusCode, answer.json().code]).toEqual([503, 'DATABASE_UNAVAILABLE']);
});

it('encodes for an admin what a worker takes', async () => {
  const { call, recorded } = await open();
  const answer = await call('encode', 'admin', { payloads: [toWire(plain)] });
  const [{ metadata, data }] = answer.json().payloads;
  const bytes = (text: string) => Buffer.from(text, 'base64');
  const payload = {
    metadata: Object.fromEntries(Object.entries<string>(metadata).map(([name, text]) => [name, bytes(text)])),
    data: bytes(data),
  };
  expect((await codec.decode([payload])).map((each) => defaultPayloadConverter.fromPayload(each))).toEqual([WORDS]);
  expect(recorded).toEqual([expect.objectContaining({ actor: 'admin-1', action: 'messages.encoded' })]);
});

it.each<[string, Role | null, number]>([
  ['decode', null, 401],
  ['decode', 'auditor', 403],
  ['decode', 'admin', 403],
  ['decode', 'portal', 403],
  ['encode', 'engineer', 403],
  ['encode', 'security', 403],
])('%s is refused to %s: %d', async (path, role, status) => {
  const { call, recorded } = await open();
  const answer = await call(path, role, { payloads: [await encrypted()] });
  expect(answer.statusCode).toBe(status);
  expect([answer.body.includes(base64(Buffer.from(WORDS)).slice(0, 8)), recorded]).toEqual([false, []]);
});

it('of a key that is gone, or of what was altered, is told as that, and troubles nobody else', async () => {
  const troubles = watchCodec(now, () => undefined);
  const { app, call } = await open({ codecTroubles: troubles });
  const { metadata, data } = await encrypted();
  const gone = { data, metadata: { ...metadata, 'encryption-key-id': base64(Buffer.from('gone')) } };
  for (const payload of [gone, { metadata, data: base64(Buffer.from('short')) }]) {
    const answer = await call('decode', 'engineer', { payloads: [payload] });
    expect(answer.json()).toMatchObject({ status: 400, code: 'INPUT_INVALID', path: 'payloads' });
  }
  expect(troubles.current()).toBeNull();
  // What the process itself cannot decrypt does, and whoever asks is told.
  troubles.note('key missing', 'a message is under a key that is not here');
  expect((await app.inject({ url: '/ready' })).json().says).toContain('a message is under a key that is not here');
  const metrics = await app.inject({ url: '/metrics' });
  expect(metrics.body).toContain('wasl_messages_unreadable{reason="altered"} 0');
});

it('is not there where nothing is encrypted', async () => {
  const { call } = await open({ codec: undefined as never });
  expect((await call('decode', 'engineer', { payloads: [] })).statusCode).toBe(404);
});

describe('a page in a browser', () => {
  it("of Temporal's UI is let through, before and after its token", async () => {
    const { app, call } = await open();
    const headers = { origin: ORIGIN, 'access-control-request-method': 'POST' };
    const asked = await app.inject({ method: 'OPTIONS', url: '/v1/codec/decode', headers });
    expect([asked.statusCode, asked.headers]).toMatchObject([
      204,
      {
        ...{ 'access-control-allow-origin': ORIGIN, 'access-control-allow-methods': 'POST', vary: 'origin' },
        'access-control-allow-headers': 'authorization, content-type, x-namespace',
      },
    ]);
    for (const role of ['engineer', null] as const) {
      const answer = await call('decode', role, { payloads: [] }, { origin: ORIGIN, 'x-namespace': 'wasl' });
      expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([role ? 200 : 401, ORIGIN]);
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  it.each(['https://temporal.example.evil', 'http://temporal.example', 'null', ORIGIN.toUpperCase()])(
    'of %s is not, not even with a token',
    async (origin) => {
      const { app, call, recorded } = await open();
      const asked = await app.inject({ method: 'OPTIONS', url: '/v1/codec/decode', headers: { origin } });
      const answer = await call('decode', 'engineer', { payloads: [await encrypted()] }, { origin });
      for (const each of [asked, answer]) {
        expect([each.statusCode, each.headers['access-control-allow-origin']]).toEqual([403, undefined]);
      }
      expect(recorded).toEqual([]);
    },
  );

  it('of another origin reads nothing of the rest of the API', async () => {
    const { app } = await open();
    const answer = await app.inject({ url: '/health', headers: { origin: ORIGIN } });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    '*',
    'temporal.example',
    'https://temporal.example/',
    'https://a b',
    'file:///x',
    'https://me@temporal.example',
  ])('%s is no origin', (text) => {
    expect(() => readCodecOrigin({ WASL_CODEC_ORIGIN: text })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', path: 'WASL_CODEC_ORIGIN' }),
    );
  });

  it('https://temporal.example is one', () => {
    expect(readCodecOrigin({ WASL_CODEC_ORIGIN: ORIGIN })).toBe(ORIGIN);
    expect(readCodecOrigin({})).toBeNull();
  });
});
