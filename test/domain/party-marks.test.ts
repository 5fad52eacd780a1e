import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MARK_MAX, partyMarks } from '../../src/domain/party-marks.ts';

const SECRET = createHash('sha256').update('of a test').digest();
const MOH = partyMarks(SECRET, 'MOH');

it('a mark leads back to its event, for any event, and is none of the beginning', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MARK_MAX }), (sequence) => {
      const mark = MOH.markOf(sequence);
      expect(Number.isSafeInteger(mark) && mark > 0 && mark <= MARK_MAX).toBe(true);
      expect(MOH.sequenceOf(mark)).toBe(sequence);
      expect(MOH.markOf(MOH.sequenceOf(sequence))).toBe(sequence);
    }),
  );
  expect(MOH.sequenceOf(0)).toBe(0);
});

it('marks of events that follow each other tell neither their order nor their distance', () => {
  const marks = Array.from({ length: 200 }, (_, index) => MOH.markOf(index + 1));
  expect(new Set(marks).size).toBe(marks.length);
  const rising = marks.filter((mark, index) => mark > (marks[index - 1] ?? 0)).length;
  expect(rising).toBeGreaterThan(60);
  expect(rising).toBeLessThan(140);
  expect(Math.min(...marks)).toBeGreaterThan(marks.length);
});

it('another party, or another installation, has others', () => {
  const mark = MOH.markOf(7);
  expect(partyMarks(SECRET, 'MOF').markOf(7)).not.toBe(mark);
  expect(partyMarks(createHash('sha256').update('another').digest(), 'MOH').markOf(7)).not.toBe(mark);
});
