import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlaps, type Prefix, parsePrefix } from '../../src/domain/prefix.ts';
import { indexPrefixes } from '../../src/domain/prefix-index.ts';

/** Few bits vary, so that most lists hold prefixes inside each other. */
const ipv4 = fc.tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 32 })).map(([value, length]) => {
  const address = BigInt(value) << 27n;
  const network = length === 0 ? 0n : (address >> BigInt(32 - length)) << BigInt(32 - length);
  const octets = [24n, 16n, 8n, 0n].map((shift) => (network >> shift) & 255n);
  return parsePrefix(`${octets.join('.')}/${length}`);
});
const ipv6 = fc
  .constantFrom('::/0', '2001:db8::/32', '2001:db8:1::/48', '2001:db8:1:2::/64', '2001:db8:2::/48')
  .map((text) => parsePrefix(text));
const prefixes = fc.array(fc.oneof(ipv4, ipv6), { maxLength: 40 });

describe('an index of prefixes', () => {
  it('finds what a comparison with each finds', () => {
    fc.assert(
      fc.property(prefixes, fc.oneof(ipv4, ipv6), (list, wanted) => {
        const found = indexPrefixes(list, (prefix) => prefix)(wanted);
        const byHand = list.filter((prefix: Prefix) => overlaps(prefix, wanted));
        expect(found.toSorted()).toEqual(byHand.toSorted());
      }),
    );
  });
});
