/** What wasl does next: the table, and a property over years of decisions, outcomes and clock jumps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANGE_PHASES } from '../../src/domain/change.ts';
import { CHANGE_KINDS, type ChangeKind, onlyTakesAway } from '../../src/domain/change-kinds.ts';
import { LIFECYCLE_ENDS } from '../../src/domain/lifecycle.ts';
import type { PeName } from '../../src/domain/names.ts';
import { type ChangeFacts, type InterconnectFacts, nextMove, retryDelaySeconds } from '../../src/domain/next-move.ts';
import { changeFacts, lifecycleOf, moveFacts, NOW } from './agreement-samples.ts';
import { simulate } from './years.ts';

const PAST_END = { validUntil: NOW.toISOString() };
const SOON = '2026-11-28T12:00:05Z';
const JUST = '2026-11-28T11:59:59Z';
/** The record is looked at anew after a week, whatever is waited for. */
const IN_A_WEEK = new Date(NOW.getTime() + 7 * 86_400_000).toISOString();
const WITHDRAWAL = { by: 'officer-1', reason: 'the project has ended' };

const during = (kind: ChangeKind, change: Partial<ChangeFacts>, more: Partial<InterconnectFacts> = {}) =>
  moveFacts({ lifecycle: lifecycleOf(kind), change: changeFacts({ kind, ...change }), ...more });
const move = (facts: InterconnectFacts) => nextMove(facts, NOW);
const waits = (until = IN_A_WEEK) => ({ move: 'wait', until });

describe('an end', () => {
  it.each(LIFECYCLE_ENDS)('%s is absorbing, whatever else stands in the record', (lifecycle) => {
    for (const phase of CHANGE_PHASES) {
      const odd = moveFacts({ lifecycle, change: changeFacts({ phase }), withdrawal: WITHDRAWAL, ...PAST_END });
      expect(move(odd)).toEqual({ move: 'finish' });
    }
    expect(move(moveFacts({ lifecycle }))).toEqual({ move: 'finish' });
  });
});

describe('a request', () => {
  it('waits for signatures, and no longer than its end', () => {
    expect(move(moveFacts({ unsigned: ['MOF'] }))).toEqual(waits());
    expect(move(moveFacts({ unsigned: ['MOF'], validUntil: SOON }))).toEqual(waits(SOON));
  });

  it('is provisioned once both have signed', () => {
    expect(move(moveFacts())).toEqual({ move: 'open', kind: 'provision', by: 'wasl' });
  });

  it.each<[string, Partial<InterconnectFacts>]>([
    ['unsigned', { unsigned: ['MOF', 'MOH'] }],
    ['signed', {}],
    ['being planned', { change: changeFacts() }],
    ['refused', { change: changeFacts({ isRefused: true }) }],
    ['planned', { change: changeFacts({ phase: 'planned' }) }],
    ['approved', { change: changeFacts({ phase: 'approved', applyUntil: SOON }) }],
    ['scheduled', { change: changeFacts({ phase: 'scheduled', notBefore: SOON }) }],
    ['to be planned again', { change: changeFacts({ phase: 'planned', replanBy: 'engineer-1' }) }],
  ])('%s: it expires at its end, and is rejected when it is given up', (_what, more) => {
    expect(move(moveFacts({ ...more, ...PAST_END }))).toMatchObject({ move: 'settle', to: 'expired', by: 'wasl' });
    const given = { move: 'settle', to: 'rejected', ...WITHDRAWAL };
    expect(move(moveFacts({ ...more, withdrawal: WITHDRAWAL }))).toEqual(given);
    expect(move(moveFacts({ ...more, withdrawal: WITHDRAWAL, ...PAST_END }))).toEqual(given);
  });
});

describe.each(CHANGE_KINDS)('a change that is to %s', (kind) => {
  const plan = { move: 'plan', changeId: 'IC-0001-C1', kind, by: 'wasl', notBefore: null };
  const apply = { move: 'apply', changeId: 'IC-0001-C1', planId: 'IC-0001-C1-P1', confirmTimeoutSeconds: 120 };
  const closes = onlyTakesAway(kind);

  it('is planned; after a failed try not before its time', () => {
    expect(move(during(kind, { planId: null }))).toEqual(plan);
    expect(move(during(kind, { planId: null, retryAt: SOON }))).toEqual(waits(SOON));
    expect(move(during(kind, { planId: null, retryAt: JUST }))).toEqual(plan);
  });

  it('is planned for the start of the agreement, unless it takes away', () => {
    const validFrom = '2030-01-01T00:00:00Z';
    expect(move(during(kind, {}, { validFrom, validUntil: '2031-01-01T00:00:00Z' }))).toEqual({
      ...plan,
      notBefore: closes ? null : validFrom,
    });
  });

  it('refused by a rule: a person leads on, or the clock where it takes away', () => {
    expect(move(during(kind, { isRefused: true, retryAt: JUST }))).toEqual(closes ? plan : waits());
    expect(move(during(kind, { isRefused: true, replanBy: 'engineer-1' }))).toEqual({ ...plan, by: 'engineer-1' });
  });

  it.each(['planning', 'planned', 'approved', 'scheduled'] as const)(
    '%s: is planned again when a person asks',
    (phase) => {
      const asked = during(kind, { phase, replanBy: 'engineer-1', retryAt: SOON });
      expect(move(asked)).toEqual({ ...plan, by: 'engineer-1' });
    },
  );

  it('planned: waits for its approval', () => {
    expect(move(during(kind, { phase: 'planned' }))).toEqual(waits());
  });

  it('approved: is applied inside its window, and lapses after it', () => {
    expect(move(during(kind, { phase: 'approved' }))).toEqual(apply);
    expect(move(during(kind, { phase: 'approved', applyUntil: SOON }))).toEqual(apply);
    expect(move(during(kind, { phase: 'approved', applyUntil: NOW.toISOString() }))).toMatchObject({ move: 'lapse' });
    // A try that would come after the window waits for the window's end, not for the try.
    expect(move(during(kind, { phase: 'approved', applyUntil: SOON, retryAt: '2026-11-28T12:10:00Z' }))).toEqual(
      waits(SOON),
    );
    expect(move(during(kind, { phase: 'approved', applyUntil: SOON, retryAt: JUST }))).toEqual(apply);
  });

  it('scheduled: is applied at its start and not before', () => {
    expect(move(during(kind, { phase: 'scheduled', notBefore: SOON }))).toEqual(waits(SOON));
    expect(move(during(kind, { phase: 'scheduled', notBefore: NOW.toISOString() }))).toEqual(apply);
  });

  it.each([{}, PAST_END, { withdrawal: WITHDRAWAL }])(
    'under way when its workflow was lost: ended first, whatever the calendar says %o',
    (more) => {
      expect(move(during(kind, { phase: 'applying' }, more))).toEqual({
        ...apply,
        move: 'recover',
        trouble: 'its workflow was lost',
      });
    },
  );

  it('under way without a plan, when there was nothing to push: planned again, and nothing is recovered', () => {
    expect(move(during(kind, { phase: 'applying', planId: null }))).toEqual(plan);
    const atEnd = { provision: 'settle', withdraw: 'plan', modify: 'abandon', suspend: 'abandon', resume: 'abandon' }[
      kind
    ];
    expect(move(during(kind, { phase: 'applying', planId: null }, PAST_END))).toMatchObject({ move: atEnd });
  });

  it('in attention: looked at again by the clock, or when a person asks', () => {
    expect(move(during(kind, { phase: 'attention', retryAt: SOON }))).toEqual(waits(SOON));
    expect(move(during(kind, { phase: 'attention', retryAt: JUST }))).toMatchObject({ move: 'recover' });
    const asked = during(kind, { phase: 'attention', retryAt: SOON, recoverBy: 'engineer-1' });
    expect(move(asked)).toMatchObject({ move: 'recover', trouble: 'engineer-1 asks' });
  });
});

describe('an agreement on the network', () => {
  it.each(['active', 'suspended'] as const)('%s: waits for its end, and is withdrawn then', (lifecycle) => {
    expect(move(moveFacts({ lifecycle }))).toEqual(waits());
    expect(move(moveFacts({ lifecycle, validUntil: SOON }))).toEqual(waits(SOON));
    expect(move(moveFacts({ lifecycle, ...PAST_END }))).toEqual({ move: 'open', kind: 'withdraw', by: 'wasl' });
    expect(move(moveFacts({ lifecycle, withdrawal: WITHDRAWAL }))).toEqual({
      move: 'open',
      kind: 'withdraw',
      by: 'officer-1',
    });
  });

  it.each(['modify', 'suspend', 'resume'] as const)('another change (%s) makes room for its removal', (kind) => {
    for (const phase of ['planning', 'planned', 'approved', 'scheduled'] as const) {
      const atEnd = during(kind, { phase, notBefore: SOON, retryAt: SOON, isRefused: true }, PAST_END);
      expect(move(atEnd)).toMatchObject({ move: 'abandon', changeId: 'IC-0001-C1' });
      expect(move(during(kind, { phase }, { withdrawal: WITHDRAWAL }))).toMatchObject({ move: 'abandon' });
    }
  });

  it('the signed end approves its own removal: nobody is waited for any more', () => {
    expect(move(during('withdraw', { phase: 'planned' }, { withdrawal: WITHDRAWAL }))).toEqual(waits());
    for (const phase of ['planned', 'approved'] as const) {
      expect(move(during('withdraw', { phase }, { withdrawal: WITHDRAWAL, ...PAST_END }))).toMatchObject({
        move: 'apply',
      });
    }
  });

  it('a removal that waits for its approval is looked at when the end comes', () => {
    expect(move(during('withdraw', { phase: 'planned' }, { validUntil: SOON }))).toEqual(waits(SOON));
  });
});

describe('tries', () => {
  it('come quickly at first and every ten minutes for ever', () => {
    const delays = Array.from({ length: 12 }, (_, index) => retryDelaySeconds(index + 1));
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(delays[0]).toBe(2);
    expect(delays.slice(7)).toEqual([600, 600, 600, 600, 600]);
  });
});

describe('over years', () => {
  it('every wait ends in time, nothing is pushed without its approval, every end is reached and kept', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat({ max: 999 })), fc.nat({ max: 400 }), (dice, days) => {
        const told = simulate(() => dice.next().value ?? 0, { endsAfterDays: days + 1 });
        expect(told.faults).toEqual([]);
        expect(LIFECYCLE_ENDS).toContain(told.lifecycle);
      }),
      { numRuns: 300 },
    );
  });

  it('the simulation reaches every move, every lifecycle and every outcome (else it would prove little)', () => {
    const moves = new Set<string>();
    const ends = new Set<string>();
    for (let seed = 1; seed <= 300; seed++) {
      const dice = fc.sample(fc.nat({ max: 999 }), { seed, numRuns: 5_000 })[Symbol.iterator]();
      const told = simulate(() => dice.next().value ?? 0, { endsAfterDays: (seed % 60) + 1 });
      for (const each of told.moves) moves.add(each);
      ends.add(told.lifecycle);
    }
    expect([...ends].sort()).toEqual(['expired', 'rejected', 'withdrawn']);
    const all = ['abandon', 'apply', 'finish', 'lapse', 'open', 'plan', 'recover', 'settle', 'wait'];
    expect([...moves].sort()).toEqual(all);
  });
});

describe('a request of which a try may have left something on a router', () => {
  const carriedBy = ['mct-pe-01' as PeName];
  it.each([{ withdrawal: WITHDRAWAL }, PAST_END])('is taken off it before it is over', (ending) => {
    const by = 'withdrawal' in ending ? WITHDRAWAL.by : 'wasl';
    expect(move(moveFacts({ carriedBy, ...ending }))).toEqual({ move: 'open', kind: 'withdraw', by });
    expect(move(moveFacts({ carriedBy, ...ending, change: changeFacts({ phase: 'approved' }) }))).toMatchObject({
      move: 'abandon',
    });
    expect(move(moveFacts({ carriedBy: [], ...ending }))).toMatchObject({ move: 'settle' });
  });

  it('goes on as before while nobody ends it', () => {
    expect(move(moveFacts({ carriedBy }))).toEqual({ move: 'open', kind: 'provision', by: 'wasl' });
  });
});
