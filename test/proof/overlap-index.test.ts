import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contains, overlaps, type Prefix, parsePrefix, prefixLength, sortPrefixes } from '../../src/domain/prefix.ts';
import { OverlapIndex } from '../../src/proof/overlap-index.ts';
import { prefix } from './networks.ts';

/** Few bits that differ, so that many of them contain each other. */
const arbitraryPrefix = fc
  .record({ six: fc.boolean(), bits: fc.nat(255), length: fc.nat(9), low: fc.boolean() })
  .map(({ six, bits, length, low }): Prefix => {
    const kept = (bits >> Math.max(0, 8 - length)) << Math.max(0, 8 - length);
    const deep = length === 9 && low;
    if (six)
      return parsePrefix(
        deep ? `${(0x2000 + kept).toString(16)}::1/128` : `${(kept << 8).toString(16)}::/${Math.min(length, 8)}`,
      );
    return parsePrefix(deep ? `${kept}.0.0.1/32` : `${kept}.0.0.0/${Math.min(length, 8)}`);
  });

test('finds the first that overlaps, as looking at each does', () => {
  let found = 0;
  fc.assert(
    fc.property(fc.array(arbitraryPrefix, { maxLength: 24 }), arbitraryPrefix, (many, one) => {
      const wanted = sortPrefixes(many).find((other) => overlaps(other, one)) ?? null;
      if (wanted !== null) found += 1;
      expect(new OverlapIndex(many).first(one)).toBe(wanted);
      expect(new OverlapIndex(many).has(one)).toBe(wanted !== null);
    }),
    { numRuns: 3_000 },
  );
  expect(found).toBeGreaterThan(300);
});

test('finds what is inside, and what is around, the nearest first, as looking at each does', () => {
  let [inner, outer] = [0, 0];
  fc.assert(
    fc.property(fc.array(arbitraryPrefix, { maxLength: 24 }), arbitraryPrefix, (many, one) => {
      const index = new OverlapIndex(many);
      const others = sortPrefixes(new Set(many)).filter((other) => other !== one);
      const inside = others.filter((other) => contains(one, other));
      const around = others.filter((other) => contains(other, one)).sort((a, b) => prefixLength(b) - prefixLength(a));
      inner += inside.length;
      outer += around.length;
      expect([...index.inside(one)]).toEqual(inside);
      expect([...index.around(one)]).toEqual(around);
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(inner, outer)).toBeGreaterThan(300);
});

test.each([
  ['10.0.0.0/8', '10.1.2.0/24', '10.0.0.0/8'],
  ['10.1.2.0/24', '10.0.0.0/8', '10.1.2.0/24'],
  ['10.1.2.0/24', '10.1.2.0/24', '10.1.2.0/24'],
  ['10.1.2.0/24', '10.1.3.0/24', null],
  ['0.0.0.0/0', '2001:db8::/32', null],
  ['::/0', '2001:db8::/32', '::/0'],
])('%s against %s', (held, asked, wanted) => {
  expect(new OverlapIndex([prefix(held)]).first(prefix(asked))).toBe(wanted);
});

const nested = ['10.0.0.0/8', '10.0.0.0/16', '10.0.0.0/24', '10.0.0.255/32', '10.1.0.0/16', '10.255.255.255/32'];
const six = ['2001:db8::/32', '2001:db8:1::/48'];

test.each([
  ['10.0.0.0/16', ['10.0.0.0/24', '10.0.0.255/32'], ['10.0.0.0/8']],
  ['10.0.0.0/24', ['10.0.0.255/32'], ['10.0.0.0/16', '10.0.0.0/8']],
  ['10.0.0.255/32', [], ['10.0.0.0/24', '10.0.0.0/16', '10.0.0.0/8']],
  ['10.0.0.0/32', [], ['10.0.0.0/24', '10.0.0.0/16', '10.0.0.0/8']],
  ['10.0.0.254/31', ['10.0.0.255/32'], ['10.0.0.0/24', '10.0.0.0/16', '10.0.0.0/8']],
  ['10.255.255.255/32', [], ['10.0.0.0/8']],
  ['10.2.0.0/16', [], ['10.0.0.0/8']],
  ['10.0.0.0/7', nested, []],
  ['11.0.0.0/8', [], []],
  ['9.0.0.0/8', [], []],
  ['::/0', six, []],
  ['2001:db8:1::1/128', [], ['2001:db8:1::/48', '2001:db8::/32']],
])('of nested prefixes, %s has these inside and these around', (asked, inside, around) => {
  const index = new OverlapIndex([...nested, ...six].map(prefix));
  expect([...index.inside(prefix(asked))]).toEqual(inside);
  expect([...index.around(prefix(asked))]).toEqual(around);
});

test.each([
  ['10.0.0.1/32', '10.0.0.0/31', true],
  ['10.0.0.0/31', '10.0.0.1/32', true],
  ['10.0.0.1/32', '10.0.0.1/32', true],
  ['10.0.0.1/32', '10.0.0.2/31', false],
])('the one address of %s is, or is not, of %s', (held, asked, wanted) => {
  expect(new OverlapIndex([prefix(held)]).has(prefix(asked))).toBe(wanted);
});
