import { Writable } from 'node:stream';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { createApi } from '../../src/api/create-api.ts';
import { createDevelopmentIssuer } from '../../src/api/development-issuer.ts';
import { isLoopback } from '../../src/api/loopback.ts';
import { absentStore } from '../support/absent-store.ts';
import { CANNED_READS, createApiUnderTest, createRecordingGateway, MOH_MOF, NOW } from '../support/api-under-test.ts';

const upStore = () => absentStore({ ping: async () => undefined });

describe('readiness', () => {
  it('is ready, degraded without workflows, unavailable without the database', async () => {
    const { app, workflows } = await createApiUnderTest(upStore());
    const ready = await app.inject('/ready');
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ready', database: 'up', workflows: 'up' }]);
    workflows.isAway = true;
    const degraded = await app.inject('/ready');
    expect([degraded.statusCode, degraded.json().status]).toEqual([200, 'degraded']);
    const { app: cut } = await createApiUnderTest(absentStore());
    const unavailable = await cut.inject('/ready');
    expect([unavailable.statusCode, unavailable.json().status]).toEqual([503, 'unavailable']);
    expect((await cut.inject('/health')).json()).toEqual({ status: 'ok' });
    await Promise.all([app.close(), cut.close()]);
  });
});

describe('metrics', () => {
  it('count by route, not by address, and the pool by state', async () => {
    const counted = absentStore({ countRouteTargets: async () => ({ free: 7, inUse: 2, quarantined: 1 }) });
    const { app, as } = await createApiUnderTest(counted);
    await app.inject({ url: '/v1/plans/IC-0001-C1-P1', headers: await as('engineer-1', ['engineer']) });
    const { body } = await app.inject('/metrics');
    expect(body).toMatch(
      /wasl_http_request_duration_seconds_count\{route="\/v1\/plans\/:id",method="GET",status="503"\} 1/,
    );
    expect(body).toContain('wasl_route_targets{state="in-use"} 2');
    expect(body).not.toContain('IC-0001');
    await app.close();
  });

  it('are there without the database', async () => {
    const { app } = await createApiUnderTest(absentStore());
    const answer = await app.inject('/metrics');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).not.toContain('wasl_route_targets{');
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
  it('holds neither bodies nor tokens', async () => {
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
    const workflows = createRecordingGateway(() => store);
    const logger = pino({ level: 'trace' }, sink);
    const app = createApi({ store, workflows, routerReads: CANNED_READS, auth: issuer.auth, clock, logger });
    const token = await issuer.mintToken({ person: 'moh-clerk-1', roles: ['portal'], entity: 'MOH' });
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'key-000001' };
    await app.inject({ method: 'POST', url: '/v1/interconnects', headers, payload: MOH_MOF });
    const log = lines.join('');
    expect(log).toContain('/v1/interconnects');
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
