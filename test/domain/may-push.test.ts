/** The gate at push alone, with a record that was tampered with: each branch refuses by itself, whoever let the decision in. */
import { describe, expect, it } from 'vitest';
import { CHANGE_PHASES } from '../../src/domain/change.ts';
import { CHANGE_KIND_RULES, CHANGE_KINDS, type ChangeKind } from '../../src/domain/change-kinds.ts';
import { LIFECYCLES } from '../../src/domain/lifecycle.ts';
import { type DecisionFacts, refuseAltered } from '../../src/domain/may-decide.ts';
import { mayOpenStill, mayPush, mayRecover, type Push } from '../../src/domain/may-push.ts';
import type { PersonId } from '../../src/domain/names.ts';
import { isVerdict } from '../../src/errors.ts';
import {
  ASKER,
  decisionFacts,
  EARLIER_PLAN_DIGEST,
  lifecycleOf,
  NOW,
  PLANNER,
  planApproval,
  push,
  REQUESTER,
  SIGNATORY,
  lawChange as sampleChange,
  signature,
} from './agreement-samples.ts';

const person = (name: string) => name as PersonId;
const ENDED = { validUntil: NOW.toISOString() };

const lawChange = (more: Parameters<typeof sampleChange>[0] = {}) => sampleChange({ phase: 'applying', ...more });

/** Everything in order for a change of this kind. */
const inOrder = (kind: ChangeKind, more: Partial<DecisionFacts> = {}): DecisionFacts =>
  decisionFacts({ lifecycle: lifecycleOf(kind), change: lawChange({ kind }), ...more });

it.each(CHANGE_KINDS)('what is in order is pushed: %s', (kind) => {
  expect(mayPush(push({ kind }), inOrder(kind), NOW)).toBeNull();
});

const ALTERED = [{ path: 'approvals', fact: 'the approval of the plan by x for network has no entry in the ledger' }];
it.each(CHANGE_KINDS)('what was altered beside the ledger opens nothing, and keeps nothing open: %s', (kind) => {
  const facts = inOrder(kind, { altered: ALTERED });
  const refusal = CHANGE_KIND_RULES[kind].onlyTakesAway ? null : 'RECORD_ALTERED';
  expect(mayPush(push({ kind }), facts, NOW)?.code ?? null).toBe(refusal);
  // A recovery gives back; `refuseAltered` keeps it from confirming.
  expect(mayRecover(push({ kind }), facts)).toBeNull();
  expect(refuseAltered(kind, facts)?.code ?? null).toBe(refusal);
  expect(isVerdict('RECORD_ALTERED')).toBe(true);
});

/** What no approval heals, for whatever kind. */
const TAMPERED: readonly (readonly [string, (facts: DecisionFacts) => DecisionFacts, Partial<Push>, string, RegExp])[] =
  [
    [
      'the plan was altered after approval',
      (f) => f,
      { contentDigest: EARLIER_PLAN_DIGEST },
      'APPROVAL_DIGEST',
      /it was altered/,
    ],
    ['another plan is in force', (f) => f, { planId: 'IC-0001-C1-P9' }, 'APPROVAL_DIGEST', /is not the plan in force/],
    [
      'the plan in force has another digest',
      (f) => ({ ...f, plan: f.plan && { ...f.plan, digest: EARLIER_PLAN_DIGEST } }),
      {},
      'APPROVAL_DIGEST',
      /is not the plan in force/,
    ],
    ['no plan is in force', (f) => ({ ...f, plan: null }), {}, 'APPROVAL_DIGEST', /is not the plan in force/],
    ['the change is over', (f) => ({ ...f, change: null }), {}, 'APPROVAL_DIGEST', /is not the plan in force/],
    [
      'the driver names another change of the agreement',
      (f) => f,
      { changeId: 'IC-0001-C9', earlierDigests: [EARLIER_PLAN_DIGEST] },
      'APPROVAL_DIGEST',
      /IC-0001-C1-P1 is no plan of IC-0001-C9/,
    ],
    ...CHANGE_PHASES.filter((phase) => phase !== 'applying').map(
      (phase) =>
        [
          `by the record the change is ${phase}`,
          (f: DecisionFacts) => ({ ...f, change: f.change && { ...f.change, phase } }),
          {},
          'LIFECYCLE_STEP',
          /nothing of it is under way at the routers/,
        ] as const,
    ),
  ];

describe.each(CHANGE_KINDS)('%s', (kind) => {
  it.each(TAMPERED)('%s', (_what, tamper, more, code, fact) => {
    const refusal = mayPush(push({ kind, ...more }), tamper(inOrder(kind)), NOW);
    expect(refusal).toMatchObject({ code, fact: expect.stringMatching(fact) });
  });

  it.each(TAMPERED)('%s, once it is at the routers', (_what, tamper, more, code, fact) => {
    const refusal = mayOpenStill(push({ kind, ...more }), tamper(inOrder(kind)), NOW);
    expect(refusal).toMatchObject({ code, fact: expect.stringMatching(fact) });
  });

  it('the change in hand is of another kind', () => {
    const other = kind === 'modify' ? 'suspend' : 'modify';
    const facts = inOrder(kind, { change: lawChange({ kind: other }) });
    expect(mayPush(push({ kind }), facts, NOW)).toMatchObject({ code: 'APPROVAL_DIGEST' });
  });

  it('only from where such a change begins', () => {
    for (const lifecycle of LIFECYCLES) {
      const isAllowed = CHANGE_KIND_RULES[kind].from.includes(lifecycle);
      expect([lifecycle, mayPush(push({ kind }), inOrder(kind, { lifecycle }), NOW)?.code ?? null]).toEqual([
        lifecycle,
        isAllowed ? null : 'LIFECYCLE_STEP',
      ]);
    }
  });

  it('at the signed end, to the millisecond', () => {
    const refusal = mayPush(push({ kind }), inOrder(kind, ENDED), NOW);
    expect(refusal?.code ?? null).toBe(kind === 'withdraw' ? null : 'NOT_ITS_TIME');
  });

  it('after the approved window', () => {
    const facts = inOrder(kind, { change: lawChange({ kind, applyUntil: NOW.toISOString() }) });
    expect(mayPush(push({ kind }), facts, NOW)).toMatchObject({
      fact: expect.stringMatching(/approved window .* ended at/),
    });
  });

  it('before its window', () => {
    const refusal = mayPush(push({ kind, notBefore: '2026-11-28T12:00:01Z' }), inOrder(kind), NOW);
    expect(refusal).toMatchObject({
      code: 'NOT_ITS_TIME',
      fact: "IC-0001 starts at 2026-11-28T12:00:01Z; by the record's clock it is 2026-11-28T12:00:00.000Z",
    });
  });
});

it('what began in its window is ended after it, and not after the signed end', () => {
  const facts = inOrder('provision', { change: lawChange({ applyUntil: NOW.toISOString() }) });
  expect(mayPush(push(), facts, NOW)).toMatchObject({ code: 'NOT_ITS_TIME' });
  expect(mayOpenStill(push(), facts, NOW)).toBeNull();
  expect(mayOpenStill(push(), { ...facts, ...ENDED }, NOW)).toMatchObject({ code: 'NOT_ITS_TIME' });
  const rejected = [
    ...facts.approvals.filter(({ party }) => party !== 'MOF'),
    signature('MOF', { decision: 'reject' }),
  ];
  expect(mayOpenStill(push(), { ...facts, approvals: rejected }, NOW)).toMatchObject({ code: 'APPROVAL_PARTY' });
  expect(mayOpenStill(push(), { ...facts, owners: ['MOH', 'MOI'] }, NOW)).toMatchObject({ code: 'APPROVAL_PARTY' });
});

it('no clock of one machine is a verdict: a push that comes early or late is tried again under the same approval', () => {
  for (const [more, facts] of [
    [{ notBefore: '2026-11-28T12:00:05Z' }, {}],
    [{}, { validFrom: '2026-11-28T12:00:05Z' }],
    [{}, ENDED],
    [{}, { change: lawChange({ applyUntil: NOW.toISOString() }) }],
  ] as const)
    expect(isVerdict(mayPush(push(more), inOrder('provision', facts), NOW)?.code ?? 'INTERNAL')).toBe(false);
});

const OPENING = CHANGE_KINDS.filter((kind) => !CHANGE_KIND_RULES[kind].onlyTakesAway);

describe.each(OPENING)('no signature, no route: %s', (kind) => {
  const approval = planApproval();
  const on = (digest: string) => (party: string) => signature(party as 'MOH' | 'MOF', { digest });
  it.each<[string, Partial<DecisionFacts>, string, RegExp]>([
    ['no signature at all', { approvals: [approval] }, 'APPROVAL_PARTY', /MOF has not signed/],
    ['a missing signature', { approvals: [signature('MOH'), approval] }, 'APPROVAL_PARTY', /MOF has not signed/],
    [
      'a signature on another version',
      { approvals: [signature('MOH'), signature('MOF', { digest: EARLIER_PLAN_DIGEST }), approval] },
      'APPROVAL_PARTY',
      /MOF has not signed/,
    ],
    [
      'a signature given when the agreement was over',
      { approvals: [signature('MOH'), signature('MOF', { decidedAt: '2027-12-31T00:00:00Z' }), approval] },
      'APPROVAL_PARTY',
      /MOF has not signed/,
    ],
    [
      'a party that rejected after it had signed',
      {
        approvals: [
          signature('MOH'),
          signature('MOF'),
          signature('MOF', { person: person('mof-minister'), decision: 'reject' }),
          approval,
        ],
      },
      'APPROVAL_PARTY',
      /MOF has rejected/,
    ],
    [
      'the requester as signatory',
      { approvals: [signature('MOH', { person: person(REQUESTER) }), signature('MOF'), approval] },
      'APPROVAL_PARTY',
      /MOH has not signed/,
    ],
    [
      'a third party as signatory',
      { approvals: [signature('MOH'), signature('MOF', { party: 'MOE' as never }), approval] },
      'APPROVAL_PARTY',
      /MOF has not signed/,
    ],
    [
      'one person for both parties',
      { approvals: [signature('MOH'), signature('MOF', { person: person(SIGNATORY.MOH) }), approval] },
      'APPROVAL_PARTY',
      /has not signed/,
    ],
    [
      'a VPN that has changed hands',
      { owners: ['MOE', 'MOH'] },
      'APPROVAL_PARTY',
      /now belong to MOE and MOH, not to MOF and MOH/,
    ],
    ['VPNs that are now of one entity', { owners: ['MOH'] }, 'APPROVAL_PARTY', /now belong to MOH/],
    [
      'VPNs that a third entity shares now',
      { owners: ['MOE', 'MOF', 'MOH'] },
      'APPROVAL_PARTY',
      /now belong to MOE and MOF and MOH/,
    ],
    [
      'a request that was altered after it was signed',
      { requestDigest: EARLIER_PLAN_DIGEST, approvals: ['MOH', 'MOF'].map(on(EARLIER_PLAN_DIGEST)).concat(approval) },
      'APPROVAL_DIGEST',
      /request IC-0001 is not what its digest says: it was altered/,
    ],
    ['VPNs that are gone from the inventory', { owners: [] }, 'APPROVAL_PARTY', /now belong to/],
    ['an agreement that was given up', { withdrawnBy: 'officer-1' }, 'LIFECYCLE_STEP', /given up by officer-1/],
    ['a start in 2030', { validFrom: '2030-01-01T00:00:00Z' }, 'NOT_ITS_TIME', /starts at 2030/],
  ])('%s', (_what, more, code, fact) => {
    expect(mayPush(push({ kind }), inOrder(kind, more), NOW)).toMatchObject({
      code,
      fact: expect.stringMatching(fact),
    });
  });
});

const APPROVED_BEFORE = CHANGE_KINDS.filter((kind) => CHANGE_KIND_RULES[kind].approval === 'network side');

describe.each(APPROVED_BEFORE)('four eyes: %s', (kind) => {
  const signed = [signature('MOH'), signature('MOF')];
  it.each<[string, Partial<DecisionFacts>, RegExp]>([
    ['no approval', { approvals: signed }, /has not approved/],
    [
      'an approval of another plan',
      { approvals: [...signed, planApproval({ digest: EARLIER_PLAN_DIGEST })] },
      /has not approved/,
    ],
    ['an approval by a party', { approvals: [...signed, planApproval({ party: 'MOH' as never })] }, /has not approved/],
    [
      'a signature that carries the digest of the plan',
      { approvals: [...signed, planApproval({ subject: 'request' })] },
      /has not approved/,
    ],
    ['a rejection', { approvals: [...signed, planApproval({ decision: 'reject' })] }, /has rejected/],
    [
      'a rejection after the approval',
      { approvals: [...signed, planApproval(), planApproval({ person: person('engineer-9'), decision: 'reject' })] },
      /has rejected/,
    ],
    [
      'the planner as approver',
      { approvals: [...signed, planApproval({ person: person(PLANNER) })] },
      /has not approved/,
    ],
    [
      'the requester as approver',
      { approvals: [...signed, planApproval({ person: person(REQUESTER) })] },
      /has not approved/,
    ],
    [
      'a signatory as approver',
      { approvals: [...signed, planApproval({ person: person(SIGNATORY.MOF) })] },
      /has not approved/,
    ],
    ['the asker as approver', { approvals: [...signed, planApproval({ person: person(ASKER) })] }, /has not approved/],
  ])('%s', (_what, more, fact) => {
    expect(mayPush(push({ kind }), inOrder(kind, more), NOW)).toMatchObject({
      code: 'APPROVAL_DIGEST',
      fact: expect.stringMatching(fact),
    });
  });
});

describe('a removal', () => {
  const removal = (more: Partial<DecisionFacts> = {}) =>
    inOrder('withdraw', {
      change: lawChange({ kind: 'withdraw', requestedBy: 'wasl', applyUntil: null }),
      approvals: [],
      ...more,
    });

  it('is not refused for signatures, owners or a start: what is open must be closed', () => {
    const facts = removal({
      approvals: [planApproval()],
      owners: ['MOE'],
      validFrom: '2030-01-01T00:00:00Z',
      withdrawnBy: 'officer-1',
    });
    expect(mayPush(push({ kind: 'withdraw' }), facts, NOW)).toBeNull();
  });

  it('whoever withdrew does not approve', () => {
    const facts = removal({ withdrawnBy: 'officer-1', approvals: [planApproval({ person: person('officer-1') })] });
    expect(mayPush(push({ kind: 'withdraw' }), facts, NOW)?.code).toBe('APPROVAL_DIGEST');
  });

  it('the signed end date is authority enough, and nothing short of it', () => {
    expect(mayPush(push({ kind: 'withdraw' }), removal(ENDED), NOW)).toBeNull();
    const rejected = removal({ ...ENDED, approvals: [planApproval({ decision: 'reject' })] });
    expect(mayPush(push({ kind: 'withdraw' }), rejected, NOW)).toBeNull();
    const justBefore = new Date(NOW.getTime() - 1);
    expect(mayPush(push({ kind: 'withdraw' }), removal(ENDED), justBefore)?.code).toBe('APPROVAL_DIGEST');
  });

  it('the approval of an earlier plan of the same change covers this one; of another change it does not', () => {
    const facts = removal({ approvals: [planApproval({ digest: EARLIER_PLAN_DIGEST })] });
    expect(mayPush(push({ kind: 'withdraw', earlierDigests: [EARLIER_PLAN_DIGEST] }), facts, NOW)).toBeNull();
    expect(mayPush(push({ kind: 'withdraw' }), facts, NOW)?.code).toBe('APPROVAL_DIGEST');
  });

  it.each(OPENING)('but nothing that opens (%s) is covered by an earlier approval', (kind) => {
    const approvals = [signature('MOH'), signature('MOF'), planApproval({ digest: EARLIER_PLAN_DIGEST })];
    const refusal = mayPush(push({ kind, earlierDigests: [EARLIER_PLAN_DIGEST] }), inOrder(kind, { approvals }), NOW);
    expect(refusal?.code).toBe('APPROVAL_DIGEST');
  });

  it('an earlier approval does not outweigh the rejection of this plan', () => {
    const approvals = [
      planApproval({ digest: EARLIER_PLAN_DIGEST }),
      planApproval({ person: person('e9'), decision: 'reject' }),
    ];
    const refusal = mayPush(
      push({ kind: 'withdraw', earlierDigests: [EARLIER_PLAN_DIGEST] }),
      removal({ approvals }),
      NOW,
    );
    expect(refusal).toMatchObject({ fact: expect.stringMatching(/has rejected/) });
  });
});

it('a suspension needs nobody before it: it is reviewed afterwards', () => {
  const facts = inOrder('suspend', { approvals: [], change: lawChange({ kind: 'suspend', applyUntil: null }) });
  expect(mayPush(push({ kind: 'suspend' }), facts, NOW)).toBeNull();
});

describe('a recovery', () => {
  it.each(CHANGE_PHASES)('is of what is at the routers by the record: %s', (phase) => {
    const facts = inOrder('provision', { change: lawChange({ phase }) });
    const isUnderWay = phase === 'applying' || phase === 'attention';
    expect(mayRecover(push(), facts)?.code ?? null).toBe(isUnderWay ? null : 'LIFECYCLE_STEP');
  });

  it.each<[string, Partial<Push>, RegExp]>([
    ['another change', { changeId: 'IC-0002-C1' }, /IC-0001-C1-P1 is no plan of IC-0002-C1/],
    ['a plan of another change', { plannedFor: 'IC-0002-C1' }, /IC-0001-C1-P1 is no plan of IC-0001-C1/],
    ['an earlier plan', { planId: 'IC-0001-C1-P0' }, /is not the plan in force/],
    ['a plan that was altered', { contentDigest: EARLIER_PLAN_DIGEST }, /it was altered/],
  ])('is not of %s, in force or not', (_what, told, fact) => {
    const refusal = mayRecover(push(told), inOrder('provision', { change: lawChange({ phase: 'attention' }) }));
    expect(refusal).toMatchObject({ code: 'APPROVAL_DIGEST', fact: expect.stringMatching(fact) });
  });

  it('is of nothing where the change is over', () => {
    expect(mayRecover(push(), inOrder('provision', { change: null }))).toMatchObject({ code: 'APPROVAL_DIGEST' });
  });
});

describe('what the plan asks to be accepted by name', () => {
  const toAccept = ['10.0.0.0/8@MOF'];
  const approved = (...approvals: ReturnType<typeof planApproval>[]) =>
    mayPush(
      push({ toAccept }),
      { ...inOrder('provision'), approvals: [signature('MOH'), signature('MOF'), ...approvals] },
      NOW,
    );

  it('is asked for again at push', () => {
    expect(approved(planApproval())).toMatchObject({ code: 'APPROVAL_ACCEPTS' });
    expect(approved(planApproval({ accepts: ['10.1.0.0/16@MOF'] }))).toMatchObject({ code: 'APPROVAL_ACCEPTS' });
    expect(approved(planApproval({ accepts: toAccept }))).toBeNull();
  });

  it('of those alone who may approve', () => {
    const planner = planApproval({ accepts: toAccept, person: PLANNER as PersonId });
    expect(approved(planApproval(), planner)).toMatchObject({ code: 'APPROVAL_ACCEPTS' });
  });
});
