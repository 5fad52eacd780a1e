import { describe, expect, it } from 'vitest';
import type { Principal } from '../../src/api/authentication.ts';
import { nextInWords } from '../../src/api/next-in-words.ts';
import type { InterconnectFacts } from '../../src/domain/next-move.ts';
import type { InterconnectRecord } from '../../src/store/store.ts';

const UNTIL = '2026-11-28T18:54:46Z';
const BEFORE = new Date('2026-11-28T18:54:45Z');
const AFTER = new Date('2026-11-28T18:54:50Z');
const ENGINEER = { roles: ['engineer'] } as unknown as Principal;

function next(facts: Partial<InterconnectFacts>, now: Date): string {
  const record = { id: 'IC-0001', lifecycle: facts.lifecycle } as InterconnectRecord;
  const whole = {
    version: 1,
    validFrom: null,
    validUntil: UNTIL,
    unsigned: [],
    withdrawal: null,
    change: null,
  } as const;
  return nextInWords(record, { ...whole, lifecycle: 'active', ...facts }, ENGINEER, now);
}

describe('what is next when the signed end has come and no workflow has looked yet', () => {
  it.each([
    ['active', {}],
    ['requested', { unsigned: ['MOF'] }],
  ] as const)('of %s, no approval is spoken of', (lifecycle, facts) => {
    const words = `wasl ends it now, without an approval: it was agreed until ${UNTIL}`;
    expect(next({ lifecycle, ...facts }, AFTER)).toBe(words);
    expect(next({ lifecycle, ...facts }, BEFORE)).not.toBe(words);
  });

  it('a withdrawal that was asked for before is approved by the network side', () => {
    const withdrawal = { by: 'sig-moe', reason: 'done' };
    expect(next({ lifecycle: 'active', withdrawal }, BEFORE)).toContain('the network side approves the plan');
    expect(next({ lifecycle: 'active', withdrawal }, AFTER)).not.toContain('approves');
  });
});
