import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Prefix, prefixSortKey } from '../../src/domain/prefix.ts';
import { findOverlaps, type OwnedPrefix } from '../../src/proof/prefix-overlap.ts';
import { PROPERTY_TIMEOUT_MS, prefix } from './networks.ts';

/** Bits as text, so that containment is `startsWith`: nothing of the implementation's arithmetic. */
function bits(text: Prefix): string {
  const [address = '', length] = text.split('/');
  const octets = address.split('.').map((octet) => Number(octet).toString(2).padStart(8, '0'));
  return octets.join('').slice(0, Number(length));
}

const owned: fc.Arbitrary<OwnedPrefix> = fc
  .record({ length: fc.nat(6), value: fc.nat(63), owner: fc.constantFrom('A', 'B', 'C') })
  .map(({ length, value, owner }) => {
    // All inside 10.0.0.0/8 with few bits, so that nesting is common.
    const head = value >> (6 - length);
    return { prefix: prefix(`10.${(head << (8 - length)) & 255}.0.0/${8 + length}`), owner };
  });

test(
  'finds exactly the pairs of different owners that comparing every pair finds',
  () => {
    let some = 0;
    fc.assert(
      fc.property(fc.array(owned, { maxLength: 20 }), (prefixes) => {
        const pairs = new Set<string>();
        for (const a of prefixes) {
          for (const b of prefixes) {
            const nested = bits(b.prefix).startsWith(bits(a.prefix));
            // Equal prefixes count once: the first owner is the outer one.
            if (nested && a.owner !== b.owner && !(a.prefix === b.prefix && a.owner > b.owner)) {
              pairs.add(`${a.prefix} ${a.owner} ${b.prefix} ${b.owner}`);
            }
          }
        }
        const found = findOverlaps(prefixes).map(
          ({ outer, inner }) => `${outer.prefix} ${outer.owner} ${inner.prefix} ${inner.owner}`,
        );
        if (found.length > 0) some += 1;
        expect(new Set(found)).toEqual(pairs);
        expect(found.length).toBe(pairs.size);
      }),
      { numRuns: 500 },
    );
    expect(some).toBeGreaterThan(100);
  },
  PROPERTY_TIMEOUT_MS,
);

test('the address families are apart, also at their edges', () => {
  const mixed = ['0.0.0.0/0', '255.255.255.255/32', '::/0', 'ffff::/16'].map((text, index) => ({
    prefix: prefix(text),
    owner: `owner ${index}`,
  }));
  expect(findOverlaps(mixed).map(({ outer, inner }) => `${outer.prefix} ${inner.prefix}`)).toEqual([
    '0.0.0.0/0 255.255.255.255/32',
    '::/0 ffff::/16',
  ]);
  expect(prefixSortKey(prefix('255.255.255.255/32')) < prefixSortKey(prefix('::/0'))).toBe(true);
});
