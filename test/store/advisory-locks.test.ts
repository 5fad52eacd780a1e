import { expect, it } from 'vitest';
import { ADVISORY_LOCKS } from '../../src/store/advisory-locks.ts';

it('each lock has a number of its own: whoever holds two of one number waits for what nobody meant', () => {
  const numbers = Object.values(ADVISORY_LOCKS);
  expect(new Set<number>(numbers).size).toBe(numbers.length);
});
