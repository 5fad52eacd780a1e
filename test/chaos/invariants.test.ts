import { expect, it } from 'vitest';
import type { ChangeRecord } from '../../src/domain/change.ts';
import type { EntityId, InterconnectId, PeName, PersonId, VpnId } from '../../src/domain/names.ts';
import type { Prefix } from '../../src/domain/prefix.ts';
import type { RealisedFlow } from '../../src/domain/request.ts';
import type { RouteTarget } from '../../src/domain/route-target.ts';
import type { InterconnectRecord } from '../../src/store/store.ts';
import { PLAN_DIGEST, planApproval, REQUEST_DIGEST, signature } from '../domain/agreement-samples.ts';
import { chainOf, tampered } from '../ledger/ledger-samples.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { findBreaches, INVARIANTS, OFF_WITHIN_MS } from './invariants.ts';
import type { Story } from './people.ts';
import type { Seen, SeenInterconnect, SeenRouter } from './seen.ts';

const CALM = new Date('2026-11-28T12:00:00Z');
const after = (ms: number) => new Date(CALM.getTime() + ms);
const FLOW: RealisedFlow = {
  ...{ from: 'MOH' as VpnId, to: 'MOE' as VpnId, prefixes: ['10.100.20.0/24' as Prefix] },
  routeTarget: '65000:50001' as RouteTarget,
};
const concerns = (name: string) =>
  DEMO_INVENTORY.routers
    .find((router) => router.name === name)
    ?.vrfs.some(
      ({ vpn, attachments }) =>
        vpn === FLOW.to ||
        (vpn === FLOW.from && attachments.some(({ prefixes }) => prefixes.includes('10.100.20.0/24' as Prefix))),
    ) ?? false;

const routers = DEMO_INVENTORY.routers.map(({ name }): SeenRouter => {
  const running = concerns(name) ? 'before, and 65000:50001' : 'before';
  return {
    name,
    running,
    startup: running,
    before: 'before',
    isLocked: false,
    isPending: false,
    isCandidateDirty: false,
  };
});

function record(more: Partial<InterconnectRecord> = {}): InterconnectRecord {
  return {
    id: 'IC-0001' as InterconnectId,
    request: { purpose: 'stays', flows: [FLOW], validUntil: '2036-12-31T23:59:59Z', policyVersion: '2026-1' },
    ...{ requestDigest: REQUEST_DIGEST, agreementVersion: 1, lifecycle: 'active', reason: null, withdrawal: null },
    parties: ['MOE' as EntityId, 'MOH' as EntityId],
    ...{ requestedBy: 'clerk' as PersonId, requestedByEntity: 'MOH' as EntityId },
    ...{ flows: [FLOW], underWay: null, drivenAt: null, createdAt: CALM.toISOString(), updatedAt: CALM.toISOString() },
    ...more,
  };
}

function change(more: Partial<ChangeRecord> = {}): ChangeRecord {
  return {
    ...{ id: 'IC-0001-C1', interconnectId: 'IC-0001', kind: 'provision', agreementVersion: 1, phase: 'ended' },
    ...{ planId: 'IC-0001-C1-P1', outcome: 'applied', attempts: 1, waiting: null, left: [], applyUntil: null },
    ...{ reason: null, refusal: null, requestedBy: 'wasl', startedAt: CALM.toISOString(), endedAt: CALM.toISOString() },
    routers: [{ pe: 'mct-pe-01' as PeName, state: 'confirmed', detail: null }],
    ...more,
  } as ChangeRecord;
}

const story = (more: Partial<Story> = {}): Story => ({
  ...{ request: record().request, wish: 'stays', id: 'IC-0001', created: 1, isGivenUp: false },
  acknowledged: [
    { what: 'signed', person: 'moh-signatory', digest: REQUEST_DIGEST },
    { what: 'approved', person: 'engineer-approver', digest: PLAN_DIGEST },
  ],
  ...more,
});

const interconnect = (more: Partial<SeenInterconnect> = {}): SeenInterconnect => ({
  ...{ record: record(), changes: [change()], approvals: [signature('MOH'), signature('MOF'), planApproval()] },
  ...more,
});

const SOUND: Seen = {
  ...{ inventory: DEMO_INVENTORY, routers, register: [interconnect()], stories: [story()], turns: [] },
  ...{ calmAt: CALM, at: after(60_000), endedAt: new Map(), routeTargetsInUse: 1, ledger: chainOf(['a', 'b', 'c']) },
};

const onFirst = (more: Partial<SeenRouter>): Partial<Seen> => ({
  routers: routers.map((router, index) => (index === 0 ? { ...router, ...more } : router)),
});
const recorded = (more: Partial<InterconnectRecord>): SeenInterconnect => interconnect({ record: record(more) });
const everywhere = (running: string): Partial<Seen> => ({
  routers: routers.map((router) => ({ ...router, running, startup: running })),
});
/** Withdrawn, its routers clean, its route targets given back. */
const ended = (more: Partial<InterconnectRecord> = {}): Partial<Seen> => ({
  ...{ ...everywhere('before'), routeTargetsInUse: 0, endedAt: new Map([['IC-0001', after(1_000)]]) },
  register: [recorded({ lifecycle: 'withdrawn', flows: null, ...more })],
});
const past = { ...record().request, validUntil: after(-1_000).toISOString() };

it('a sound world has no breach, during the agreement and after it', () => {
  expect(routers.filter(({ name }) => concerns(name))).not.toHaveLength(0);
  expect(findBreaches(SOUND)).toEqual([]);
  expect(findBreaches({ ...SOUND, ...ended(), stories: [story({ wish: 'is withdrawn' })] })).toEqual([]);
  expect(findBreaches({ ...SOUND, ...ended(), stories: [] })).toEqual([]);
  const neverAsked = story({ wish: 'ends on its date', id: null, created: 0, acknowledged: [], isGivenUp: true });
  const nothing = { ...everywhere('before'), register: [], routeTargetsInUse: 0, stories: [neverAsked] };
  expect(findBreaches({ ...SOUND, ...nothing })).toEqual([]);
});

/** By invariant: worlds that it alone, or it first, must find. */
const BROKEN: Readonly<Record<string, readonly Partial<Seen>[]>> = {
  'no half state': [
    {
      register: [
        interconnect({
          changes: [change({ routers: [{ pe: 'a' as PeName, state: 'pending-confirm', detail: null }] })],
        }),
      ],
    },
    { register: [interconnect({ changes: [change({ outcome: 'rolled-back' })] })] },
    { register: [interconnect({ changes: [change({ outcome: null, phase: 'attention' })] })] },
  ],
  'no router keeps': [
    onFirst({ isLocked: true }),
    onFirst({ isPending: true }),
    onFirst({ isCandidateDirty: true }),
    onFirst({ startup: 'older' }),
  ],
  'no change keeps its turn': [{ turns: ['IC-0001-C1'] }],
  'no route target leaks': [
    { routeTargetsInUse: 2 },
    { routeTargetsInUse: 0 },
    { register: [recorded({ lifecycle: 'withdrawn' })] },
    { register: [interconnect(), recorded({ id: 'IC-0002' as InterconnectId })], routeTargetsInUse: 2 },
  ],
  'register = routers': [
    everywhere('before'),
    everywhere('before, and 65000:50001'),
    { routers: routers.map((each) => (concerns(each.name) ? { ...each, running: '65000:50001 and 50002' } : each)) },
    { ...ended(), routers },
  ],
  'a router without an agreement': [{ ...ended(), ...everywhere('before, and a name that stayed') }],
  'the ledger is intact': [
    { ledger: tampered(SOUND.ledger, 1, { actor: 'nobody' }, 'kept') },
    { ledger: SOUND.ledger.slice(1) },
  ],
  'every agreement past its end': [
    { register: [recorded({ request: past })], at: after(OFF_WITHIN_MS + 1) },
    { ...ended({ request: past }), endedAt: new Map([['IC-0001', after(OFF_WITHIN_MS + 1)]]) },
  ],
  'every agreement is where': [
    { register: [recorded({ reason: 'it was withdrawn by nobody', lifecycle: 'withdrawn' })] },
    { register: [recorded({ underWay: { kind: 'withdraw', phase: 'planning' } })] },
    { stories: [story({ wish: 'is withdrawn' })] },
    { stories: [story({ wish: 'ends on its date' })] },
    { ...ended(), register: [], stories: [story({ id: null })] },
  ],
  'nothing acknowledged is lost': [
    { register: [interconnect({ approvals: [signature('MOF'), planApproval()] })] },
    { register: [interconnect({ approvals: [signature('MOF'), signature('MOH')] })] },
    { register: [interconnect({ approvals: [signature('MOH', { decision: 'reject' }), planApproval()] })] },
    { ...ended(), register: [] },
    { ...ended(), stories: [story({ acknowledged: [{ what: 'withdrawn', person: 'x', digest: null }] })] },
  ],
  'nothing acknowledged is doubled': [
    { stories: [story({ created: 2 })] },
    { register: [interconnect(), recorded({ id: 'IC-0002' as InterconnectId })] },
    { register: [interconnect({ approvals: [...interconnect().approvals, planApproval()] })] },
    { register: [interconnect({ changes: [change(), change()] })] },
  ],
};

it.each(INVARIANTS)('$name: finds each world that is not so', ({ name, find }) => {
  const worlds = Object.entries(BROKEN).find(([start]) => name.startsWith(start))?.[1] ?? [];
  expect(worlds).not.toHaveLength(0);
  for (const world of worlds) expect(find({ ...SOUND, ...world })).not.toEqual([]);
});
