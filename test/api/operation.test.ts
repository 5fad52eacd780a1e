import { Writable } from 'node:stream';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { createApi } from '../../src/api/create-api.ts';
import { createDevelopmentIssuer } from '../../src/api/development-issuer.ts';
import { isLoopback } from '../../src/domain/loopback.ts';
import type { InterconnectId } from '../../src/domain/names.ts';
import type { WorkerRecord } from '../../src/domain/worker.ts';
import { absentStore } from '../support/absent-store.ts';
import { CANNED_READS, createApiUnderTest, createRecordingDriver, MOH_MOF, NOW } from '../support/api-under-test.ts';

const worker = (more: Partial<WorkerRecord> = {}): WorkerRecord => ({
  ...{ id: 'w1', taskQueue: 'q', host: 'wasl-1', pid: 7, version: '1', draining: false, ageMs: 400 },
  ...{ startedAt: '2026-03-01T07:00:00.000Z', lastSeenAt: '2026-03-01T08:00:00.000Z', clockAheadMs: 3 },
  ...more,
});
const upStore = (workers: readonly WorkerRecord[] = [worker()], isWritable = true) =>
  absentStore({ isWritable: async () => isWritable, listWorkers: async () => [...workers] });

describe('readiness', () => {
  const UP = { status: 'ready', database: 'up', workflows: 'up', workers: 'up', says: [] };

  it.each([
    ['all is there', [worker()], true, UP],
    ['one of two workers was killed', [worker({ ageMs: 90_000 }), worker()], true, UP],
    [
      'the clocks are nearly of one mind',
      [worker({ clockAheadMs: -29_000 }), worker({ clockAheadMs: null })],
      true,
      UP,
    ],
    [
      'the clock of a host is wrong',
      [
        worker({ clockAheadMs: -600_000, lastSeenAt: '2026-03-01T07:50:00.000Z' }),
        worker({ clockAheadMs: 90_000, ageMs: 90_000 }),
      ],
      true,
      {
        ...UP,
        status: 'degraded',
        says: [
          "the clock of worker process 7 at wasl-1 is 600 s behind the database's, which counts for every date; its logs are off: set it",
        ],
      },
    ],
    [
      'no worker ever lived',
      [],
      true,
      {
        ...UP,
        ...{ status: 'degraded', workers: 'down' },
        says: ['no worker lives: nothing is planned, pushed or read from routers'],
      },
    ],
    [
      'the last worker was killed',
      [worker({ ageMs: 5_000 })],
      true,
      {
        ...UP,
        ...{ status: 'degraded', workers: 'down' },
        says: [
          'no worker lives: the last one, process 7 at wasl-1, was seen at 2026-03-01T08:00:00.000Z: nothing is planned, pushed or read from routers',
        ],
      },
    ],
    [
      'the last worker is stopping',
      [worker({ draining: true })],
      true,
      {
        ...UP,
        ...{ status: 'degraded', workers: 'down' },
        says: [
          'no worker takes up work: process 7 at wasl-1 is stopping: nothing is planned, pushed or read from routers',
        ],
      },
    ],
    [
      'the database is a standby, which hears no worker',
      [worker({ ageMs: 60_000 })],
      false,
      {
        ...UP,
        ...{ status: 'degraded', database: 'read-only', workers: 'unknown' },
        says: ['the database takes no writes: what is shown is kept, and nothing can be decided'],
      },
    ],
  ])('%s', async (_what, workers, isWritable, expected) => {
    const { app } = await createApiUnderTest(upStore(workers, isWritable));
    const ready = await app.inject('/ready');
    expect([ready.statusCode, ready.json()]).toEqual([200, { undriven: 0, audit: null, ledger: null, ...expected }]);
    await app.close();
  });

  it('tells how many interconnects are in trouble, to whoever asks, and not which', async () => {
    const since: Date[] = [];
    const store = upStore();
    store.countTroubled = async (overdueSince) => {
      since.push(overdueSince);
      return { attention: 2, left: 1, overdue: 0, drifted: 1 };
    };
    const { app } = await createApiUnderTest(store);
    expect((await app.inject('/ready')).json()).toMatchObject({
      status: 'degraded',
      says: [
        'interconnects that need an engineer: the state of a router is not known, or it holds an edit of somebody else: 2 (wasl status names them)',
        'interconnects that are being withdrawn, and a router that may still carry them could not be cleaned yet: 1 (wasl status names them)',
        'interconnects that were last read otherwise than agreed: somebody took a part away, or added one: 1 (wasl status names them)',
      ],
    });
    const { body } = await app.inject('/metrics');
    expect(body).toContain('wasl_troubled_interconnects{trouble="attention"} 2');
    expect(body).toContain('wasl_troubled_interconnects{trouble="overdue"} 0');
    // The end takes a transaction: five minutes are no trouble.
    expect(since[0]?.toISOString()).toBe('2026-03-01T07:55:00.000Z');
    await app.close();
  });

  it('is degraded where the workflow server came back without the namespace, and promises no watchdog', async () => {
    const store = upStore();
    store.listUndriven = async () => ['IC-0007' as InterconnectId];
    const { app, driver } = await createApiUnderTest(store);
    driver.hasNamespace = false;
    expect((await app.inject('/ready')).json()).toMatchObject({
      status: 'degraded',
      workflows: 'down',
      says: [
        'the workflow server has no namespace of this name: decisions are kept, and nothing moves until somebody creates it',
        '1 interconnect waits for a workflow that has not looked (IC-0007)',
      ],
    });
    await app.close();
  });

  it('promises no watchdog where no worker lives: it is a part of them', async () => {
    const says = async (workers: readonly WorkerRecord[]) => {
      const store = upStore(workers);
      store.listUndriven = async () => ['IC-0007' as InterconnectId];
      const { app } = await createApiUnderTest(store);
      const answer = (await app.inject('/ready')).json();
      await app.close();
      return answer.says.at(-1);
    };
    expect(await says([worker()])).toMatch(/\(IC-0007\): the watchdog begins it anew$/);
    expect(await says([])).toBe('1 interconnect waits for a workflow that has not looked (IC-0007)');
  });

  it('is degraded without workflows, unavailable without the database', async () => {
    const { app, driver } = await createApiUnderTest(upStore());
    driver.isAway = true;
    const degraded = await app.inject('/ready');
    expect([degraded.statusCode, degraded.json()]).toMatchObject([200, { status: 'degraded', workflows: 'down' }]);
    const { app: cut } = await createApiUnderTest(absentStore());
    const unavailable = await cut.inject('/ready');
    expect([unavailable.statusCode, unavailable.json()]).toMatchObject([
      503,
      { status: 'unavailable', database: 'down' },
    ]);
    expect((await cut.inject('/health')).json()).toEqual({ status: 'ok' });
    await Promise.all([app.close(), cut.close()]);
  });

  it('waits for nothing that hangs', async () => {
    const { app } = await createApiUnderTest(absentStore({ isWritable: () => new Promise(() => undefined) }));
    const startedAtMs = performance.now();
    expect((await app.inject('/ready')).statusCode).toBe(503);
    expect(performance.now() - startedAtMs).toBeLessThan(4_000);
    await app.close();
  });
});

describe('metrics', () => {
  it('count by route, not by address, and the pool by state', async () => {
    const counted = absentStore({
      countRouteTargets: async () => ({ free: 7, inUse: 2, quarantined: 1 }),
      listUndriven: async () => ['IC-0001' as InterconnectId, 'IC-0002' as InterconnectId],
    });
    const { app, as } = await createApiUnderTest(counted);
    await app.inject({ url: '/v1/plans/IC-0001-C1-P1', headers: await as('engineer-1', ['engineer']) });
    const { body } = await app.inject('/metrics');
    expect(body).toMatch(
      /wasl_http_request_duration_seconds_count\{route="\/v1\/plans\/:id",method="GET",status="503"\} 1/,
    );
    expect(body).toContain('wasl_route_targets{state="in-use"} 2');
    expect(body).toMatch(/^wasl_undriven_interconnects 2$/m);
    expect(body).not.toContain('IC-0001');
    await app.close();
  });

  it('are there without the database', async () => {
    const { app } = await createApiUnderTest(absentStore());
    const answer = await app.inject('/metrics');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).not.toContain('wasl_route_targets{');
    expect(answer.body).toMatch(/^wasl_undriven_interconnects Nan$/im);
    await app.close();
  });
});

describe('failures', () => {
  it('of the database are transient, with Retry-After', async () => {
    const { app, as } = await createApiUnderTest(absentStore());
    const answer = await app.inject({ url: '/v1/interconnects', headers: await as('engineer-1', ['engineer']) });
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([
      503,
      'DATABASE_UNAVAILABLE',
      '5',
    ]);
    await app.close();
  });

  it('that are defects tell nothing of themselves', async () => {
    const broken = absentStore({
      listInterconnects: async () => {
        throw new TypeError('password=hunter2 at db.internal');
      },
    });
    const { app, as } = await createApiUnderTest(broken);
    const answer = await app.inject({ url: '/v1/interconnects', headers: await as('engineer-1', ['engineer']) });
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'INTERNAL']);
    expect(answer.body).not.toMatch(/hunter2|TypeError|\.ts/);
    await app.close();
  });
});

describe('the log', () => {
  async function createLoggedApi() {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const clock = () => NOW;
    const issuer = await createDevelopmentIssuer({ apiHost: '127.0.0.1', clock });
    const store = absentStore();
    const driver = createRecordingDriver();
    const logger = pino({ level: 'trace' }, sink);
    const app = createApi({ store, driver, routerReads: CANNED_READS, auth: issuer.auth, clock, logger });
    return { app, issuer, log: () => lines.join('') };
  }

  it('T3d: holds no token that came in an address, and such a token counts for nothing', async () => {
    const { app, issuer, log } = await createLoggedApi();
    const token = await issuer.mintToken({ person: 'engineer-1', roles: ['engineer'] });
    const opaque = 'opaque-token-2f8d1c';
    const remedy = 'Send it in the header Authorization. Have this one revoked: others may have read it.';
    for (const secret of [token, opaque]) {
      for (const query of [`access_token=${secret}`, `x=1&%61ccess_token=${secret}`, `ACCESS_TOKEN=${secret}`]) {
        const bare = await app.inject(`/v1/routers?${query}`);
        const both = await app.inject({
          url: `/v1/routers?${query}`,
          headers: { authorization: `Bearer ${token}` },
        });
        for (const answer of [bare, both]) {
          expect([answer.statusCode, answer.json().code, answer.json().remedy]).toEqual([
            401,
            'UNAUTHENTICATED',
            remedy,
          ]);
          expect(answer.body).not.toContain(secret);
        }
      }
      for (const url of [
        `/nothing?token=${secret}`,
        `/v1/rou%zz?access_token=${secret}`,
        `/health?access_token=${secret}`,
      ]) {
        expect((await app.inject(url)).body).not.toContain(secret);
      }
    }
    await app.inject(`/v1/routers/${token}/check`);
    expect(log()).toContain('"path":"/v1/routers"');
    expect(log()).not.toContain(token);
    expect(log()).not.toContain(token.slice(0, token.indexOf('.')));
    expect(log()).not.toContain(opaque);
    expect(log()).not.toMatch(/access_token/i);
    await app.close();
  });

  it('holds neither bodies nor tokens', async () => {
    const { app, issuer, log: whole } = await createLoggedApi();
    const token = await issuer.mintToken({ person: 'moh-clerk-1', roles: ['portal'], entity: 'MOH' });
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'key-000001' };
    await app.inject({ method: 'POST', url: '/v1/interconnects', headers, payload: MOH_MOF });
    const log = whole();
    expect(log).toContain('/v1/interconnects');
    const lines = log
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'request completed', person: 'moh-clerk-1' }));
    expect(log).toContain('DATABASE_UNAVAILABLE');
    expect(log).not.toContain(token);
    expect(log).not.toContain(MOH_MOF.purpose);
    await app.close();
  });
});

describe('loopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['::ffff:127.0.0.1', true],
    ['[::1]', true],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['127.0.0.1.example', false],
    ['localhost.example', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  it('is asked of every connection that brings a token of the development issuer', async () => {
    const { app, as } = await createApiUnderTest(absentStore());
    const headers = await as('engineer-1', ['engineer']);
    await app.listen({ host: '127.0.0.1', port: 0 });
    app.server.prependListener('request', (request) => {
      Object.defineProperty(request.socket, 'localAddress', { value: '192.0.2.7' });
    });
    const { port } = app.server.address() as { port: number };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/interconnects`, { headers });
    expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
      401,
      'tokens of the development issuer are accepted on loopback only',
    ]);
    await app.close();
  });
});
