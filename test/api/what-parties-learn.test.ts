/** G6: to a party, what is not its own does not exist: in status, headers, body, and in the work that it costs. */
import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/api/authentication.ts';
import { ACCESS } from '../../src/api/authorisation.ts';
import { presentProgress, progressForParty } from '../../src/api/present.ts';
import type { ProgressEvent } from '../../src/domain/change.ts';
import type { EntityId, InterconnectId, PeName } from '../../src/domain/names.ts';
import { WaslError } from '../../src/errors.ts';
import type { InterconnectRecord, Store } from '../../src/store/store.ts';
import { absentStore } from '../support/absent-store.ts';
import { type ApiUnderTest, createApiUnderTest } from '../support/api-under-test.ts';

const FOREIGN = { id: 'IC-0001', parties: ['MOF', 'MOH'] } as unknown as InterconnectRecord;
const ABSENT = 'IC-0999';
const DIGEST = `sha256:${'0'.repeat(64)}`;
/** A body for each action that would be taken of one's own. */
const BODIES: Readonly<Record<string, object>> = {
  approvals: { decision: 'approve', digest: DIGEST },
  withdrawal: { reason: 'no longer needed' },
};

/** As the real one: what the party has no part in is not found. Notes what is asked. */
function storeOf(calls: string[]): Store {
  return absentStore({
    readInterconnect: async (id: InterconnectId, party?: EntityId) => {
      calls.push(`readInterconnect of ${party}`);
      if (id === FOREIGN.id && (party === undefined || FOREIGN.parties.includes(party))) return FOREIGN;
      throw new WaslError('INTERCONNECT_UNKNOWN', `there is no interconnect ${id}`);
    },
  });
}

/** Every route of the table that takes an interconnect's id, in its path or as a filter. */
const ROUTES = [...Object.keys(ACCESS).filter((route) => route.includes('/interconnects/:id')), 'GET /v1/events'];

async function ask(api: ApiUnderTest, calls: string[], route: string, role: Role, id: string) {
  const [method = 'GET', path = ''] = route.split(' ');
  const headers = { ...(await api.as('moe-person-1', [role], 'MOE')), 'idempotency-key': 'key-000001' };
  const url = path.includes(':id') ? path.replace(':id', id) : `${path}?interconnect=${id}`;
  const payload = BODIES[path.split('/').at(-1) ?? ''] ?? {};
  calls.length = 0;
  const answer = await api.app.inject({
    method: method as 'GET',
    url,
    headers,
    ...(method === 'POST' ? { payload } : {}),
  });
  const { date: _date, 'x-request-id': _id, ...rest } = answer.headers;
  return { status: answer.statusCode, rest, body: answer.body.replaceAll(id, 'ID'), calls: [...calls] };
}

describe.each(['portal', 'party-approver'] as const)(
  'to a %s, a foreign interconnect is as one that is none',
  (role) => {
    it.each(ROUTES)('G6a–G6c: %s', async (route) => {
      const calls: string[] = [];
      const api = await createApiUnderTest(storeOf(calls));
      const foreign = await ask(api, calls, route, role, FOREIGN.id);
      expect(foreign).toEqual(await ask(api, calls, route, role, ABSENT));
      const mayAsk = (ACCESS[route] as readonly string[]).includes(role);
      expect([foreign.status, foreign.calls]).toEqual(mayAsk ? [404, ['readInterconnect of MOE']] : [403, []]);
      await api.app.close();
    });
  },
);

describe('G6d: an event, to a party', () => {
  const event = (more: Partial<ProgressEvent>): ProgressEvent => ({
    ...{ sequence: 7, interconnectId: 'IC-0001' as InterconnectId, changeId: null, pe: null, stage: 'lifecycle' },
    ...{ status: 'info', message: 'requested', elapsedMs: null, at: '2026-03-01T08:00:00.000Z' },
    ...more,
  });
  const REASON = 'mct-pe-01: the candidate is locked by sessionId 4711: MOE reaches MTCIT';

  it.each([
    [{ message: `approved: ${REASON}` }, 'approved'],
    [{ message: `withdrawing, planned: ${REASON}` }, 'withdrawing, planned'],
    [{ message: 'active' }, 'active'],
    [{ stage: 'awaiting', message: 'signature of MOF; signature of MOH' }, 'signature of MOF; signature of MOH'],
    [{ stage: 'settled', message: 'active' }, 'active'],
  ] as const)('%o says where its agreement stands', (more, message) => {
    expect(progressForParty(event(more))).toEqual({ ...event(more), message });
    expect(presentProgress(event(more)).message).toBe(event(more).message);
  });

  it.each([
    { stage: 'plan', status: 'failed', message: REASON },
    { stage: 'recover', message: REASON },
    { stage: 'prepare', pe: 'mct-pe-01' as PeName, message: REASON },
    { stage: 'lifecycle', pe: 'mct-pe-01' as PeName, message: 'active' },
  ] as const)('%o is none', (more) => {
    expect(progressForParty(event(more))).toBeNull();
  });
});

describe('G6f: the numbers of the whole installation', () => {
  const PROXIED = [{ 'x-forwarded-for': '192.0.2.1' }, { forwarded: 'for=192.0.2.1' }, { via: '1.1 proxy' }];

  it.each([
    ['from this machine', {}, '127.0.0.1', 200],
    ['from elsewhere', {}, '192.0.2.1', 401],
    ...PROXIED.map((headers) => ['through a proxy on this machine', headers, '127.0.0.1', 401] as const),
  ] as const)('without a token, %s %o', async (_from, headers, remoteAddress, status) => {
    const { app } = await createApiUnderTest(absentStore());
    expect((await app.inject({ url: '/metrics', headers, remoteAddress })).statusCode).toBe(status);
    await app.close();
  });

  it('from elsewhere are read by the network side, and by no party', async () => {
    const { app, as, issuer } = await createApiUnderTest(absentStore());
    expect(issuer.auth.loopbackOnly).toBe(true);
    const remoteAddress = '192.0.2.1';
    const read = async (role: Role) =>
      (await app.inject({ url: '/metrics', headers: await as('person-1', [role], 'MOH'), remoteAddress })).statusCode;
    expect([await read('auditor'), await read('engineer'), await read('portal')]).toEqual([200, 200, 403]);
    await app.close();
  });
});
