import { describe, expect, it } from 'vitest';
import { CHANGE_KIND_RULES, CHANGE_KINDS, kindBetween } from '../../src/domain/change-kinds.ts';
import { isEnd, LIFECYCLE_ENDS, LIFECYCLES, type Lifecycle } from '../../src/domain/lifecycle.ts';

/** By hand: what the agreement's states may become by a change of the network. */
const STEPS: readonly (readonly [Lifecycle, Lifecycle, string])[] = [
  ['requested', 'active', 'provision'],
  ['active', 'active', 'modify'],
  ['active', 'suspended', 'suspend'],
  ['suspended', 'active', 'resume'],
  ['requested', 'withdrawn', 'withdraw'],
  ['active', 'withdrawn', 'withdraw'],
  ['suspended', 'withdrawn', 'withdraw'],
];

describe('the kinds of change', () => {
  it('lead from each state to each other as the table says, and nowhere else', () => {
    for (const from of LIFECYCLES) {
      for (const to of LIFECYCLES) {
        const step = STEPS.find(([a, b]) => a === from && b === to);
        expect([from, to, kindBetween(from, to)]).toEqual([from, to, step?.[2] ?? null]);
      }
    }
  });

  it('never begin at an end, and nothing opens what has ended', () => {
    for (const kind of CHANGE_KINDS) {
      expect(CHANGE_KIND_RULES[kind].from.filter(isEnd)).toEqual([]);
      expect(CHANGE_KIND_RULES[kind].from.length).toBeGreaterThan(0);
    }
    for (const end of LIFECYCLE_ENDS) for (const to of LIFECYCLES) expect(kindBetween(end, to)).toBeNull();
  });

  it('lead to an end from every state that is on the network, or may be', () => {
    for (const from of ['requested', 'active', 'suspended'] as const)
      expect(kindBetween(from, 'withdrawn')).toBe('withdraw');
  });

  it.each(CHANGE_KINDS)(
    '%s: what opens has signatures, approval and a window; what takes away waits for none of them',
    (kind) => {
      const rule = CHANGE_KIND_RULES[kind];
      if (rule.onlyTakesAway) {
        expect(rule).toMatchObject({ signatures: 'none', windowHours: null });
      } else {
        expect(rule).toMatchObject({ signatures: 'both parties', approval: 'network side', atEndDate: 'ends it' });
        expect(rule.windowHours).toBeGreaterThan(0);
      }
    },
  );

  it('the end date approves what leads to the end, and nothing else', () => {
    const approved = CHANGE_KINDS.filter((kind) => CHANGE_KIND_RULES[kind].atEndDate === 'approves it');
    expect(approved).toEqual(CHANGE_KINDS.filter((kind) => isEnd(CHANGE_KIND_RULES[kind].to)));
    expect(approved.filter((kind) => !CHANGE_KIND_RULES[kind].onlyTakesAway)).toEqual([]);
  });

  it('a plan that the network side rejects ends only what was never on the network', () => {
    for (const kind of CHANGE_KINDS) {
      const { from, rejectedTo, onlyTakesAway } = CHANGE_KIND_RULES[kind];
      expect(rejectedTo).toBe(from.includes('requested') && !onlyTakesAway ? 'rejected' : null);
    }
  });
});
