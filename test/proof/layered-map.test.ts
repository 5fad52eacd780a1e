import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LayeredMap } from '../../src/proof/layered-map.ts';

const key = fc.nat(30);
/** Thin and thick ones, with entries that come, change and go. */
const changes = fc.array(fc.tuple(key, fc.option(fc.nat(5), { nil: undefined })), { maxLength: 12 });

test('is the map that making every change in a plain one gives', () => {
  let gone = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat(5))), fc.array(changes, { maxLength: 4 }), (entries, steps) => {
      const plain = new Map(entries);
      let layered = new LayeredMap<number, number>(new Map(entries));
      for (const step of steps) {
        for (const [at, value] of step) {
          if (value === undefined) gone += Number(plain.delete(at));
          else plain.set(at, value);
        }
        const before = [...layered.keys()];
        const next = layered.with(new Map(step));
        // The one that it was made of stays as it was.
        expect([...layered.keys()]).toEqual(before);
        layered = next;
        expect([...layered.keys()].sort((a, b) => a - b)).toEqual([...plain.keys()].sort((a, b) => a - b));
        for (let at = 0; at <= 30; at++) expect(layered.get(at)).toBe(plain.get(at));
      }
    }),
  );
  expect(gone).toBeGreaterThan(20);
});
