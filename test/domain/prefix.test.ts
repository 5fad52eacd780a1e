import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressSchema,
  comparePrefixes,
  contains,
  familyOf,
  isDefaultRoute,
  networkAddress,
  overlaps,
  parseAddress,
  parsePrefix,
  prefixLength,
  prefixSchema,
  prefixSortKey,
} from '../../src/domain/prefix.ts';

describe('canonical text', () => {
  test.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['::/0', '::/0'],
    ['::1/128', '::1/128'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:0db8:0000:0000:0000:0000:0000:0000/32', '2001:db8::/32'],
    // RFC 5952 §4.2.2: one zero word is not shortened; §4.2.3: the longest run is, the first of equals.
    ['2001:db8:0:1:1:1:1:1/128', '2001:db8:0:1:1:1:1:1/128'],
    ['2001:0:0:1:0:0:0:1/128', '2001:0:0:1::1/128'],
    ['2001:db8:0:0:1:0:0:1/128', '2001:db8::1:0:0:1/128'],
    ['1:2:3:4:5:6:7::/112', '1:2:3:4:5:6:7:0/112'],
    ['::ffff:192.0.2.1/128', '::ffff:c000:201/128'],
    ['64:ff9b::192.0.2.0/120', '64:ff9b::c000:200/120'],
  ])('%s is %s', (text, canonical) => {
    expect(parsePrefix(text)).toBe(canonical);
  });

  test.each([
    '',
    '/',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    '10.0.0.0.0/8',
    '010.0.0.0/8',
    '10.0.0.256/32',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8 ',
    ' 10.0.0.0/8',
    '10.0.0.0/8\n',
    '10.0.0.0/8/8',
    '10.0.0.0/1e1',
    '2001:db8::/32::',
    '2001::db8::/32',
    ':::/0',
    '12345::/16',
    'fe80::%eth0/64',
    'g::/16',
    '10.0.0.0/255.0.0.0',
    '1:2:3:4:5:6:7:8:9/128',
    '٠.0.0.0/8',
  ])('%j is no prefix', (text) => {
    expect(() => parsePrefix(text, 'x')).toThrow(
      expect.objectContaining({
        code: 'PREFIX_INVALID',
        message: `${JSON.stringify(text)} is not an IP prefix`,
        path: 'x',
      }),
    );
  });

  test.each([
    ['10.100.10.1/24', '10.100.10.0/24'],
    ['10.0.0.1/0', '0.0.0.0/0'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['::1/127', '::/127'],
  ])('%s has host bits: %s was meant', (text, meant) => {
    expect(() => parsePrefix(text)).toThrow(
      expect.objectContaining({ code: 'PREFIX_HOST_BITS', remedy: `Did you mean ${meant}?` }),
    );
  });

  test('the schema gives fact and remedy', () => {
    expect(prefixSchema.parse('10.0.0.0/8')).toBe('10.0.0.0/8');
    expect(prefixSchema.safeParse('10.0.0.1/8').error?.issues[0]?.message).toBe(
      '10.0.0.1/8 has bits set beyond /8. Did you mean 10.0.0.0/8?',
    );
    expect(addressSchema.parse('2001:DB8::1')).toBe('2001:db8::1');
    expect(addressSchema.safeParse('fe80::1%eth0').success).toBe(false);
    expect(() => parseAddress('10.0.0.0/8')).toThrow('"10.0.0.0/8" is not an IP address');
  });
});

/** A prefix as its bits: a text of 0 and 1, compared without arithmetic. */
interface Bits {
  readonly family: 'ipv4' | 'ipv6';
  readonly bits: string;
}

const bitText = (width: number) =>
  fc.oneof(
    fc.array(fc.constantFrom('0', '1'), { maxLength: width }).map((list) => list.join('')),
    // Near relatives, so that nesting happens; long runs of zeros, so that `::` does.
    fc.tuple(fc.constantFrom('0000', '1010', ''), fc.nat(width - 4)).map(([head, zeros]) => head + '0'.repeat(zeros)),
  );
const bits: fc.Arbitrary<Bits> = fc.oneof(
  bitText(32).map((text) => ({ family: 'ipv4' as const, bits: text })),
  bitText(128).map((text) => ({ family: 'ipv6' as const, bits: text })),
);

function write({ family, bits: text }: Bits): string {
  const [width, word] = family === 'ipv4' ? [32, 8] : [128, 16];
  const full = text.padEnd(width, '0');
  const words = Array.from({ length: width / word }, (_, index) =>
    Number.parseInt(full.slice(index * word, (index + 1) * word), 2),
  );
  const address = family === 'ipv4' ? words.join('.') : words.map((one) => one.toString(16)).join(':');
  return `${address}/${text.length}`;
}

test('parsing keeps family, bits and length, and is its own inverse', () => {
  fc.assert(
    fc.property(bits, (one) => {
      const parsed = parsePrefix(write(one));
      expect(familyOf(parsed)).toBe(one.family);
      expect(prefixLength(parsed)).toBe(one.bits.length);
      expect(parsePrefix(parsed)).toBe(parsed);
      expect(isDefaultRoute(parsed)).toBe(one.bits === '');
      expect(contains(parsed, networkAddress(parsed))).toBe(true);
      // RFC 5952, checked by its rules and not by our algorithm.
      if (one.family === 'ipv6') {
        const address = networkAddress(parsed);
        expect(isIPv6(address)).toBe(true);
        expect(address).toBe(new URL(`http://[${write(one).split('/')[0]}]/`).hostname.slice(1, -1));
      }
    }),
    { numRuns: 1_000 },
  );
});

test('containment and overlap are those of the bits', () => {
  let nested = 0;
  fc.assert(
    fc.property(bits, bits, (a, b) => {
      const [x, y] = [parsePrefix(write(a)), parsePrefix(write(b))];
      const aHoldsB = a.family === b.family && b.bits.startsWith(a.bits);
      const bHoldsA = a.family === b.family && a.bits.startsWith(b.bits);
      if (aHoldsB || bHoldsA) nested += 1;
      expect(contains(x, y)).toBe(aHoldsB);
      expect(overlaps(x, y)).toBe(aHoldsB || bHoldsA);
    }),
    { numRuns: 1_000 },
  );
  expect(nested).toBeGreaterThan(100);
});

test('the order is family, address, length; the sort key has the same', () => {
  fc.assert(
    fc.property(bits, bits, (a, b) => {
      const key = ({ family, bits: text }: Bits) =>
        `${family}${text.padEnd(128, '0')}${String(text.length).padStart(3, '0')}`;
      const [x, y] = [parsePrefix(write(a)), parsePrefix(write(b))];
      const wanted = key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
      expect(Math.sign(comparePrefixes(x, y))).toBe(wanted);
      const [p, q] = [prefixSortKey(x), prefixSortKey(y)];
      expect(p < q ? -1 : p > q ? 1 : 0).toBe(wanted);
    }),
    { numRuns: 1_000 },
  );
});

test.each(['10.0.0.0/8\u2060', '\u202e10.0.0.0/8', '\u2028'])(
  'what is refused is shown without what hides in it: %j',
  (text) => {
    expect(() => parsePrefix(text)).toThrow(/^"[ -~]*" is not an IP prefix$/);
    expect(() => parseAddress(text)).toThrow(/^"[ -~]*" is not an IP address$/);
  },
);
