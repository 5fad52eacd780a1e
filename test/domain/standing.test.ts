/** Whose move it is, in one word: as people read it. */
import { describe, expect, it } from 'vitest';
import { CHANGE_PHASES } from '../../src/domain/change.ts';
import { CHANGE_KINDS } from '../../src/domain/change-kinds.ts';
import { LIFECYCLE_ENDS } from '../../src/domain/lifecycle.ts';
import { type ChangeFacts, type InterconnectFacts, nextMove } from '../../src/domain/next-move.ts';
import { awaitedInWords, standingOf, wordOf } from '../../src/domain/standing.ts';
import { changeFacts, lifecycleOf, moveFacts, NOW } from './agreement-samples.ts';

const PAST_END = { validUntil: NOW.toISOString() };
const SOON = '2026-11-28T12:00:05Z';
const WITHDRAWAL = { by: 'officer-1', reason: 'the project has ended' };

const told = (facts: InterconnectFacts) => {
  const { word, awaiting, isSettled, nextAt } = standingOf(facts, NOW);
  return [word, awaiting.map(awaitedInWords).join(', '), isSettled, nextAt];
};
const removal = (change: Partial<ChangeFacts>, more: Partial<InterconnectFacts> = {}) =>
  moveFacts({ lifecycle: 'active', change: changeFacts({ kind: 'withdraw', ...change }), ...more });
const provision = (change: Partial<ChangeFacts>, more: Partial<InterconnectFacts> = {}) =>
  moveFacts({ change: changeFacts(change), ...more });

const APPROVAL = 'approval of the plan by the network side';
const REPLAN = 'an engineer: replan or withdraw';
const RECOVER = 'an engineer: mend the routers named, then recover';

it.each<[string, InterconnectFacts, readonly [string, string, boolean, string | null]]>([
  [
    'unsigned',
    moveFacts({ unsigned: ['MOF', 'MOH'] }),
    ['requested', 'signature of MOF, signature of MOH', true, null],
  ],
  ['half signed', moveFacts({ unsigned: ['MOF'] }), ['requested', 'signature of MOF', true, null]],
  ['unsigned at its end', moveFacts({ unsigned: ['MOF'], ...PAST_END }), ['requested', '', false, null]],
  ['given up', moveFacts({ unsigned: ['MOF'], withdrawal: WITHDRAWAL }), ['requested', '', false, null]],
  ['signed', moveFacts(), ['requested', '', false, null]],
  ['being planned', provision({}), ['requested', '', false, null]],
  ['planned again later', provision({ retryAt: SOON }), ['requested', '', false, SOON]],
  ['refused by a rule', provision({ isRefused: true }), ['requested', REPLAN, true, null]],
  ['refused, and asked again', provision({ isRefused: true, replanBy: 'e' }), ['requested', '', false, null]],
  ['planned', provision({ phase: 'planned' }), ['planned', APPROVAL, true, null]],
  ['approved', provision({ phase: 'approved' }), ['approved', '', false, null]],
  ['tried again', provision({ phase: 'approved', retryAt: SOON }), ['approved', '', false, SOON]],
  ['scheduled', provision({ phase: 'scheduled', notBefore: SOON }), ['scheduled', '', true, SOON]],
  ['applying', provision({ phase: 'applying' }), ['provisioning', '', false, null]],
  ['attention', provision({ phase: 'attention', retryAt: SOON }), ['attention', RECOVER, true, SOON]],
  ['active', moveFacts({ lifecycle: 'active' }), ['active', '', true, null]],
  ['active at its end', moveFacts({ lifecycle: 'active', ...PAST_END }), ['active', '', false, null]],
  ['active, withdrawn', moveFacts({ lifecycle: 'active', withdrawal: WITHDRAWAL }), ['withdrawing', '', false, null]],
  ['suspended', moveFacts({ lifecycle: 'suspended' }), ['suspended', '', true, null]],
  ['removal being planned', removal({}), ['withdrawing', '', false, null]],
  [
    'removal refused: the clock leads on',
    removal({ isRefused: true, retryAt: SOON }),
    ['withdrawing', '', false, SOON],
  ],
  ['removal planned', removal({ phase: 'planned' }), ['withdrawing, planned', APPROVAL, true, null]],
  ['removal planned, at its end', removal({ phase: 'planned' }, PAST_END), ['withdrawing, planned', '', false, null]],
  ['removal applied', removal({ phase: 'applying' }), ['withdrawing', '', false, null]],
  [
    'attention, recovery asked',
    provision({ phase: 'attention', recoverBy: 'engineer-1' }),
    ['attention', '', false, null],
  ],
  ['removal in attention', removal({ phase: 'attention' }), ['attention', RECOVER, true, null]],
])('%s', (_what, facts, expected) => {
  expect(told(facts)).toEqual(expected);
});

describe('an end', () => {
  it.each(LIFECYCLE_ENDS)('%s: nobody is waited for', (lifecycle) => {
    for (const phase of CHANGE_PHASES) {
      const facts = moveFacts({ lifecycle, unsigned: ['MOF'], change: changeFacts({ phase }) });
      expect(told(facts)).toEqual([lifecycle, '', true, null]);
    }
  });
});

describe('what is told and what is done agree', () => {
  const clocks = [{}, PAST_END, { withdrawal: WITHDRAWAL }, { withdrawal: WITHDRAWAL, ...PAST_END }];
  const all: InterconnectFacts[] = [];
  for (const more of clocks) {
    for (const unsigned of [[], ['MOF']]) all.push(moveFacts({ unsigned, ...more }));
    for (const lifecycle of ['active', 'suspended'] as const) all.push(moveFacts({ lifecycle, ...more }));
    for (const kind of CHANGE_KINDS) {
      for (const phase of ['planning', 'planned', 'approved', 'scheduled', 'applying', 'attention'] as const) {
        for (const isRefused of phase === 'planning' ? [false, true] : [false]) {
          for (const replanBy of phase === 'planning' ? [null, 'e'] : [null]) {
            for (const retryAt of [null, SOON]) {
              const change = changeFacts({
                kind,
                phase,
                isRefused,
                replanBy,
                retryAt,
                notBefore: phase === 'scheduled' ? SOON : null,
              });
              all.push(moveFacts({ lifecycle: lifecycleOf(kind), change, ...more }));
            }
          }
        }
      }
    }
  }

  it('wasl never waits for somebody without telling whom, or without telling when', () => {
    for (const facts of all) {
      const move = nextMove(facts, NOW);
      if (move.move !== 'wait' || (facts.change === null && facts.lifecycle !== 'requested')) continue;
      const { awaiting, nextAt } = standingOf(facts, NOW);
      expect([facts, awaiting.length > 0 || nextAt !== null]).toEqual([facts, true]);
    }
  });

  it('whoever is waited for is waited for: wasl does nothing meanwhile but look at routers', () => {
    for (const facts of all) {
      const { awaiting } = standingOf(facts, NOW);
      if (awaiting.length === 0) continue;
      const { move } = nextMove(facts, NOW);
      expect([facts, ['wait', 'recover'].includes(move)]).toEqual([facts, true]);
    }
  });

  it('what is settled is not at work', () => {
    for (const facts of all) {
      if (!standingOf(facts, NOW).isSettled) continue;
      const { move } = nextMove(facts, NOW);
      expect([facts, ['wait', 'recover'].includes(move)]).toEqual([facts, true]);
    }
  });

  it('the word in lists is the word of the whole', () => {
    for (const facts of all) expect(wordOf(facts)).toBe(standingOf(facts, NOW).word);
  });
});
