/** Whoever reaches Temporal's port can have any activity run with any input: a step is taken where the record asks for it, and no other. */
import { describe, expect, it } from 'vitest';
import { recordActivities, requirePlanAsked } from '../../src/activities/record-activities.ts';
import type { AttemptFinding, JournalEntry, Refusal, SettledTransaction } from '../../src/domain/change.ts';
import type { ChangeKind } from '../../src/domain/change-kinds.ts';
import type { ChangeId, InterconnectId, PlanId } from '../../src/domain/names.ts';
import { type InterconnectFacts, nextMove } from '../../src/domain/next-move.ts';
import { WaslError } from '../../src/errors.ts';
import { digestPlan } from '../../src/plan/digest.ts';
import type { Attempt, Store } from '../../src/store/store.ts';
import { changeFacts, moveFacts, NOW } from '../domain/agreement-samples.ts';

const interconnectId = 'IC-0001' as InterconnectId;
const changeId = 'IC-0001-C1' as ChangeId;
const planId = 'IC-0001-C1-P1' as PlanId;
const GHOST = { by: 'ghost', reason: 'the port says so' };
const OVER = { validUntil: new Date(NOW.getTime() - 1).toISOString() };
const WITHDRAWN = { withdrawal: { by: 'moh-signatory', reason: 'the project has ended' } };
const refusal: Refusal = { code: 'VRF_MISSING', path: null, fact: 'no VRF', remedy: 'none', at: NOW.toISOString() };

/** The record as it stands, and what was done to it. */
function standing(
  facts: Partial<InterconnectFacts>,
  attempt: Attempt | null = null,
  kind: ChangeKind = 'provision',
  more: Partial<Record<keyof Store, unknown>> = {},
) {
  const contents = { kind, routers: [{ pe: 'pe1' }, { pe: 'pe2' }] };
  const done: unknown[][] = [];
  const known: Partial<Record<keyof Store, unknown>> = {
    readStandingFacts: async () => moveFacts(facts),
    readAttempt: async () => attempt,
    readPlan: async () => ({ ...contents, digest: digestPlan(contents as never) }),
    readChange: async () => ({ kind }),
    readDecisionFacts: async () => ({ altered: [] }),
    listCarriers: async () => ['pe2', 'pe3'],
    ...more,
  };
  const store = new Proxy(known, {
    get: (target, name: keyof Store) =>
      target[name] ??
      (async (...told: unknown[]) => {
        done.push([name, ...told]);
        return true;
      }),
  }) as unknown as Store;
  const deps = { store, now: () => NOW };
  return { done, deps, activities: recordActivities(deps) };
}

const inPhase = (phase: 'planning' | 'planned' | 'approved' | 'applying') => ({ change: changeFacts({ phase }) });

describe('a change is opened', () => {
  it('where both parties have signed, and in the name of the record', async () => {
    const { done, activities } = standing({});
    await activities.openChange({ interconnectId, kind: 'provision', by: 'ghost' });
    expect(done).toEqual([['openChange', interconnectId, 'provision', 'wasl']]);
  });

  it.each<[string, Partial<InterconnectFacts>, 'provision' | 'suspend' | 'withdraw']>([
    ['an unsigned request', { unsigned: ['MOF'] }, 'provision'],
    ['a suspension that nobody asked for', { lifecycle: 'active' }, 'suspend'],
    ['a withdrawal that nobody asked for', { lifecycle: 'active' }, 'withdraw'],
    ['a suspension instead of a withdrawal', { lifecycle: 'active', ...WITHDRAWN }, 'suspend'],
  ])('and for nothing else: %s', async (_what, facts, kind) => {
    const { done, activities } = standing(facts);
    await activities.openChange({ interconnectId, kind, by: 'ghost' });
    expect(done).toEqual([]);
  });
});

describe('an agreement is ended', () => {
  it.each<[string, Partial<InterconnectFacts>, 'rejected' | 'expired', unknown[]]>([
    ['its date came', { unsigned: ['MOF'], ...OVER }, 'expired', ['wasl', expect.stringContaining('its end date')]],
    ['it was given up', WITHDRAWN, 'rejected', ['moh-signatory', 'the project has ended']],
  ])('where %s, in the words of the record', async (_what, facts, to, words) => {
    const { done, activities } = standing(facts);
    await activities.settleAgreement({ interconnectId, to, ...GHOST });
    expect(done).toEqual([['settleAgreement', interconnectId, to, ...words]]);
  });

  it('and not because somebody says so', async () => {
    const { done, activities } = standing({ unsigned: ['MOF'] });
    for (const to of ['rejected', 'expired'] as const)
      await activities.settleAgreement({ interconnectId, to, ...GHOST });
    expect(done).toEqual([]);
  });

  it('whether the clock of the worker or of the server is ahead', async () => {
    const { done, activities } = standing({
      unsigned: ['MOF'],
      validUntil: new Date(NOW.getTime() + 20_000).toISOString(),
    });
    await activities.settleAgreement({ interconnectId, to: 'expired', ...GHOST });
    expect(done).toHaveLength(1);
  });
});

describe('a change is given up', () => {
  const lapsed = { ...changeFacts({ phase: 'approved' }), applyUntil: new Date(NOW.getTime() - 60_000).toISOString() };
  it.each<[string, Partial<InterconnectFacts>, unknown[][]]>([
    ['because its window is over', { change: lapsed }, [['abandonChange', changeId, 'refused', expect.any(String)]]],
    [
      'because the agreement is withdrawn',
      { lifecycle: 'active', ...WITHDRAWN, change: changeFacts({ kind: 'modify' }) },
      [['abandonChange', changeId, 'abandoned', 'the agreement is being withdrawn']],
    ],
    ['but not by a ghost', inPhase('planned'), []],
  ])('%s', async (_what, facts, expected) => {
    const { done, activities } = standing(facts);
    await activities.abandonChange({ changeId, outcome: 'applied', reason: 'the port says so' });
    expect(done).toEqual(expected);
  });
});

describe('planning', () => {
  it('is in the name that the record gives', async () => {
    const { deps } = standing({ validFrom: '2027-01-01T00:00:00Z', change: changeFacts({ replanBy: 'engineer-1' }) });
    const asked = requirePlanAsked(deps, {
      interconnectId,
      changeId,
      kind: 'provision',
      plannedBy: 'wasl',
      notBefore: null,
    });
    expect(await asked).toEqual({ plannedBy: 'engineer-1', notBefore: '2027-01-01T00:00:00Z' });
  });

  it.each(['planned', 'approved', 'applying'] as const)(
    'is refused, and its trouble unheard, of what is %s',
    async (phase) => {
      const { done, deps, activities } = standing(inPhase(phase));
      const told = { interconnectId, changeId, kind: 'provision', plannedBy: 'ghost', notBefore: null } as const;
      await expect(requirePlanAsked(deps, told)).rejects.toMatchObject({ code: 'LIFECYCLE_STEP' });
      await activities.noteTrouble({ changeId, refusal });
      expect(done).toEqual([]);
    },
  );

  it('tells its trouble', async () => {
    const { done, activities } = standing(inPhase('planning'));
    await activities.noteTrouble({ changeId, refusal });
    expect(done).toEqual([['noteTrouble', changeId, refusal]]);
  });
});

describe('a transaction', () => {
  it.each<[string, Partial<InterconnectFacts>, PlanId | null, boolean]>([
    ['begins where it is approved', inPhase('approved'), planId, true],
    ['begins once, though told twice', inPhase('applying'), planId, true],
    ['does not begin where nobody approved', inPhase('planned'), planId, false],
    ['does not begin with another plan', inPhase('approved'), 'IC-0001-C1-P9' as PlanId, false],
    ['is none where planning found nothing to push', inPhase('planning'), null, true],
    ['is not passed over where there is something to push', inPhase('approved'), null, false],
  ])('%s', async (_what, facts, of, begins) => {
    const { done, activities } = standing(facts);
    expect(await activities.beginApplying({ changeId, attempt: 1, planId: of })).toBe(begins);
    expect(done).toHaveLength(begins ? 1 : 0);
  });

  const LEFT = [{ pe: 'pe9' as never, reason: 'the port says so' }];
  const claim = (outcome: SettledTransaction['outcome']) => ({
    outcome,
    reason: 'the port says so',
    code: 'INTERNAL',
    left: LEFT,
  });
  const line = (pe: string, state: string, detail: string | null = null) => ({ pe, state, detail }) as JournalEntry;
  const finding = (more: Partial<AttemptFinding>): AttemptFinding => ({
    ...{ by: 'stage', outcome: null, reason: 'as measured', code: 'VERIFY_FAILED', left: [] },
    ...more,
  });
  const on = (...states: readonly [string, string]) => states.map((state, index) => line(`pe${index + 1}`, state));
  const CLAIMS = ['applied', 'refused', 'rolled-back'] as const;

  it.each<[string, JournalEntry[], AttemptFinding | null, (typeof CLAIMS)[number] | null]>([
    ['every router confirmed', on('confirmed', 'confirmed'), null, 'applied'],
    ['every router was rolled back', on('rolled-back', 'rolled-back'), finding({}), 'rolled-back'],
    ['a worker refused it before it touched a router', [], finding({ outcome: 'refused' }), 'refused'],
    ['a worker let every router go again', on('idle', 'idle'), finding({ outcome: 'refused' }), 'refused'],
    [
      'a recovery read every router',
      on('unknown', 'confirmed'),
      finding({ by: 'recovery', outcome: 'rolled-back' }),
      'rolled-back',
    ],
    ['no router was begun with', [], null, null],
    ['a router was taken up again after a refusal', on('idle', 'preparing'), finding({ outcome: 'refused' }), null],
    ['a router was written after a refusal', on('idle', 'commit-sent'), finding({ outcome: 'refused' }), null],
    ['one router has not confirmed', on('confirmed', 'confirm-sent'), null, null],
    ['one router gave it back', on('confirmed', 'rolled-back'), null, null],
    ['one router is not known', on('rolled-back', 'unknown'), finding({}), null],
    ['it failed, and nothing was undone yet', on('pending-confirm', 'pending-confirm'), finding({}), null],
  ])('ended as workers wrote it down, whatever is claimed: %s', async (_what, journal, found, ended) => {
    for (const outcome of CLAIMS) {
      const { done, activities } = standing(inPhase('applying'), { attempt: 1, planId, journal, finding: found });
      await activities.settleTransaction({ changeId, attempt: 1, planId, result: claim(outcome) });
      expect(done.map(([name]) => name)).toEqual([outcome === ended ? 'settleTransaction' : 'refuseSettlement']);
      expect(JSON.stringify(done)).not.toContain('the port says so');
    }
  });

  it.each<[string, Partial<Record<keyof Store, unknown>>]>([
    ['without its routers', { readPlan: async () => ({ kind: 'provision', routers: [], digest: 'sha256:0' }) }],
    ['with another digest than the ledger has', { readDecisionFacts: async () => ({ altered: [{ path: 'plan' }] }) }],
    ['not there any more', { readPlan: () => Promise.reject(new WaslError('PLAN_UNKNOWN', 'there is no such plan')) }],
  ])('ended by the journal where its plan was altered meanwhile: %s', async (_what, more) => {
    const seen = { attempt: 1, planId, journal: on('confirmed', 'confirmed'), finding: null };
    for (const [kind, left] of [
      ['provision', []],
      ['withdraw', [{ pe: 'pe3', reason: 'plan IC-0001-C1-P1 was altered: pe3 may not have been in it' }]],
    ] as const) {
      const { done, activities } = standing(inPhase('applying'), seen, kind, more);
      await activities.settleTransaction({ changeId, attempt: 1, planId, result: claim('applied') });
      expect(done).toEqual([['settleTransaction', changeId, 1, expect.objectContaining({ outcome: 'applied', left })]]);
    }
  });

  it('is told in the words of the worker that measured it, with its code', async () => {
    const seen = { attempt: 1, planId, journal: on('rolled-back', 'rolled-back'), finding: finding({}) };
    const { done, activities } = standing(inPhase('applying'), seen);
    await activities.settleTransaction({ changeId, attempt: 1, planId, result: claim('rolled-back') });
    const settled = { outcome: 'rolled-back', reason: 'as measured', code: 'VERIFY_FAILED', left: [] };
    expect(done).toEqual([['settleTransaction', changeId, 1, settled]]);
  });

  it('has nothing to push where planning found so, and is not over where it did not', async () => {
    const nothing = finding({ by: 'planning', outcome: 'applied', code: null });
    for (const [found, told] of [
      [nothing, 'settleTransaction'],
      [null, 'refuseSettlement'],
    ] as const) {
      const { done, activities } = standing(inPhase('applying'), {
        attempt: 1,
        planId: null,
        journal: [],
        finding: found,
      });
      await activities.settleTransaction({ changeId, attempt: 1, planId: null, result: claim('applied') });
      expect(done.map(([name]) => name)).toEqual([told]);
    }
  });

  it('is not over because planning refused it', async () => {
    for (const outcome of CLAIMS) {
      const refused = finding({ by: 'planning', outcome: 'refused', code: 'VRF_MISSING' });
      const seen = { attempt: 1, planId: null, journal: [], finding: refused };
      const { done, activities } = standing(inPhase('applying'), seen);
      await activities.settleTransaction({ changeId, attempt: 1, planId: null, result: claim(outcome) });
      expect(done.map(([name]) => name)).toEqual(['refuseSettlement']);
    }
  });

  it('is looked at by a person where nobody wrote down how it ended, and not where it is known', async () => {
    for (const [journal, outcome] of [
      [on('confirmed', 'unknown'), 'attention'],
      [on('confirmed', 'confirmed'), 'applied'],
    ] as const) {
      const { done, activities } = standing(inPhase('applying'), { attempt: 1, planId, journal, finding: null });
      await activities.settleTransaction({ changeId, attempt: 1, planId, result: claim('attention') });
      expect(done).toEqual([['settleTransaction', changeId, 1, expect.objectContaining({ outcome })]]);
    }
  });

  it('of another attempt, or over, is settled by nothing', async () => {
    for (const seen of [{ attempt: 2, planId, journal: on('confirmed', 'confirmed'), finding: null }, null]) {
      const { done, activities } = standing(inPhase('applying'), seen);
      await activities.settleTransaction({ changeId, attempt: 1, planId, result: claim('applied') });
      expect(done).toEqual([]);
    }
  });

  it('is applied without the routers that a removal left, by the journal', async () => {
    const journal = [line('pe1', 'prepared'), line('pe2', 'idle', 'away'), line('pe1', 'confirmed')];
    const seen = { attempt: 1, planId, journal, finding: null };
    const { done, activities } = standing(inPhase('applying'), seen, 'withdraw');
    await activities.settleTransaction({ changeId, attempt: 1, planId, result: claim('applied') });
    const left = [{ pe: 'pe2', reason: 'away' }];
    expect(done).toEqual([['settleTransaction', changeId, 1, expect.objectContaining({ outcome: 'applied', left })]]);
  });
});

it('who asked, and why, is not told to Temporal', async () => {
  const change = changeFacts({ replanBy: 'engineer-7', recoverBy: 'engineer-8' });
  const facts = moveFacts({ ...WITHDRAWN, change });
  const store = { readMoveFacts: async () => facts } as unknown as Store;
  const told = await recordActivities({ store, now: () => NOW }).readFacts({ interconnectId });
  const { by, reason } = WITHDRAWN.withdrawal;
  for (const text of [by, reason, 'engineer-7', 'engineer-8']) expect(JSON.stringify(told)).not.toContain(text);
  // And what follows is the same.
  if (told === null) throw new Error('facts');
  expect(nextMove(told, NOW).move).toBe(nextMove(facts, NOW).move);
});
