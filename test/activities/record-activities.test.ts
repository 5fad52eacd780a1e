/** Whoever reaches Temporal's port can have any activity run with any input: a step is taken where the record asks for it, and no other. */
import { describe, expect, it } from 'vitest';
import { recordActivities, requirePlanAsked } from '../../src/activities/record-activities.ts';
import type { JournalEntry, Refusal } from '../../src/domain/change.ts';
import type { ChangeId, InterconnectId, PlanId } from '../../src/domain/names.ts';
import type { InterconnectFacts } from '../../src/domain/next-move.ts';
import type { Store } from '../../src/store/store.ts';
import { changeFacts, moveFacts, NOW } from '../domain/agreement-samples.ts';

const interconnectId = 'IC-0001' as InterconnectId;
const changeId = 'IC-0001-C1' as ChangeId;
const planId = 'IC-0001-C1-P1' as PlanId;
const GHOST = { by: 'ghost', reason: 'the port says so' };
const OVER = { validUntil: new Date(NOW.getTime() - 1).toISOString() };
const WITHDRAWN = { withdrawal: { by: 'moh-signatory', reason: 'the project has ended' } };
const refusal: Refusal = { code: 'VRF_MISSING', path: null, fact: 'no VRF', remedy: 'none', at: NOW.toISOString() };

/** The record as it stands, and what was done to it. */
function standing(facts: Partial<InterconnectFacts>, journal: Partial<JournalEntry>[] = []) {
  const done: unknown[][] = [];
  const known: Partial<Record<keyof Store, unknown>> = {
    readStandingFacts: async () => moveFacts(facts),
    readJournal: async () => journal,
    readPlan: async () => ({ routers: [{ pe: 'pe1' }, { pe: 'pe2' }] }),
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
      await activities.noteTrouble({ changeId, refusal, isTransient: false });
      expect(done).toEqual([]);
    },
  );

  it('tells its trouble', async () => {
    const { done, activities } = standing(inPhase('planning'));
    await activities.noteTrouble({ changeId, refusal, isTransient: false });
    expect(done).toEqual([['noteTrouble', changeId, refusal, false]]);
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

  const applied = { outcome: 'applied', reason: 'all hold it', code: null, left: [] } as const;
  const line = (pe: string, state: string) => ({ pe, state }) as Partial<JournalEntry>;
  it.each<[string, Partial<JournalEntry>[], boolean]>([
    ['each router confirmed it', [line('pe1', 'confirmed'), line('pe2', 'confirmed')], true],
    ['no router was asked', [], false],
    ['one router has not confirmed', [line('pe1', 'confirmed'), line('pe2', 'confirm-sent')], false],
    [
      'one router gave it back',
      [line('pe1', 'confirmed'), line('pe2', 'confirmed'), line('pe2', 'rolled-back')],
      false,
    ],
  ])('is applied by what the routers answered: %s', async (_what, journal, isApplied) => {
    const { done, activities } = standing(inPhase('applying'), journal);
    await activities.settleTransaction({ changeId, attempt: 1, planId, result: applied });
    expect(done).toEqual(isApplied ? [['settleTransaction', changeId, 1, applied]] : []);
  });

  it('is applied without the routers that a removal left', async () => {
    const { done, activities } = standing(inPhase('applying'), [line('pe1', 'confirmed'), line('pe2', 'idle')]);
    const result = { ...applied, left: [{ pe: 'pe2' as never, reason: 'away' }] };
    await activities.settleTransaction({ changeId, attempt: 1, planId, result });
    expect(done).toEqual([['settleTransaction', changeId, 1, result]]);
  });
});
