import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareRouteTargets,
  type EncodedNumber,
  encodedParts,
  makeRouteTarget,
  parseRouteDistinguisher,
  parseRouteTarget,
  routeTargetSchema,
  shortForm,
} from '../../src/domain/route-target.ts';

describe('every encoding', () => {
  test.each([
    // Type 0, 2-octet AS (RFC 4360 §3.1).
    ['65000:9001', '0:65000:9001', '65000:9001'],
    ['0:65000:9001', '0:65000:9001', '65000:9001'],
    ['target:65000:9001', '0:65000:9001', '65000:9001'],
    ['route-target:65000:9001', '0:65000:9001', '65000:9001'],
    ['65535:4294967295', '0:65535:4294967295', '65535:4294967295'],
    ['0:0', '0:0:0', '0:0'],
    ['0:1:2', '0:1:2', '1:2'],
    ['065000:09001', '0:65000:9001', '65000:9001'],
    // Type 1, IPv4 address (§3.2).
    ['192.0.2.1:9', '1:192.0.2.1:9', '192.0.2.1:9'],
    ['1:192.0.2.1:65535', '1:192.0.2.1:65535', '192.0.2.1:65535'],
    ['target:255.255.255.255:0', '1:255.255.255.255:0', '255.255.255.255:0'],
    // Type 2, 4-octet AS (RFC 5668): plain, Junos' mark, asdot (RFC 5396).
    ['70000:9', '2:70000:9', '70000:9'],
    ['2:70000:9', '2:70000:9', '70000:9'],
    ['target:70000L:9', '2:70000:9', '70000:9'],
    ['1.4464:9', '2:70000:9', '70000:9'],
    ['4294967295:65535', '2:4294967295:65535', '4294967295:65535'],
    ['65535.65535:65535', '2:4294967295:65535', '4294967295:65535'],
    // Asdot is a notation of 4-octet numbers: 0.65000 is not the 2-octet 65000.
    ['0.65000:5', '2:65000:5', '65000L:5'],
    ['2:0.65000:5', '2:65000:5', '65000L:5'],
    // A small AS number in the 4-octet encoding is another route target than the same in type 0.
    ['65000L:9', '2:65000:9', '65000L:9'],
    ['2:65000:9', '2:65000:9', '65000L:9'],
  ])('%s is %s, in short %s', (text, full, short) => {
    expect(parseRouteTarget(text)).toBe(full);
    expect(shortForm(parseRouteTarget(text))).toBe(short);
  });

  test.each([
    '',
    '65000',
    ':',
    '65000:',
    ':9001',
    '65000:9001:1:1',
    '3:65000:9001',
    '6:1:1',
    'x:65000:1',
    '65000:x',
    '-1:1',
    '1:-1',
    ' 65000:1',
    '65000:1 ',
    '65000 :1',
    '65000:1\n',
    '+1:1',
    '1e3:1',
    '0x10:1',
    '65536:65536',
    '70000:65536',
    '4294967296:1',
    '65000:4294967296',
    '0:65536:1',
    '0:70000L:1',
    '0:65000L:1',
    '0:0.65000:1',
    '0.65000:65536',
    '0.65000L:1',
    '192.0.2.1:65536',
    '192.0.2.256:1',
    '192.0.2:1.2',
    '192.0.02.1:1',
    '0:192.0.2.1:1',
    '2:192.0.2.1:1',
    '1:65000:1',
    '1.65536:1',
    '65536.1:1',
    'target:target:65000:1',
    'target65000:1',
    '65000LL:1',
    '192.0.2.1L:1',
    '2001:db8::1:9',
    '٦٥٠٠٠:1',
  ])('%j is refused with its text', (text) => {
    const refused = expect.objectContaining({
      code: 'ROUTE_TARGET_INVALID',
      message: `${JSON.stringify(text)} is not a route target`,
      path: 'a.b',
    });
    expect(() => parseRouteTarget(text, 'a.b')).toThrow(refused);
  });

  test('a route distinguisher has the same forms, without the word target', () => {
    expect(parseRouteDistinguisher('65000:100')).toBe('0:65000:100');
    expect(parseRouteDistinguisher('192.0.2.1:7')).toBe('1:192.0.2.1:7');
    expect(() => parseRouteDistinguisher('target:65000:100')).toThrow(
      expect.objectContaining({ code: 'ROUTE_DISTINGUISHER_INVALID' }),
    );
  });

  test('the schema says what the parser says', () => {
    expect(routeTargetSchema.parse('70000:9')).toBe('2:70000:9');
    expect(routeTargetSchema.safeParse('70000:65536').error?.issues[0]?.message).toBe(
      '"70000:65536" is not a route target. Write it as AS:number or IPv4:number, for example 65000:9001.',
    );
    expect(routeTargetSchema.safeParse(`${'1'.repeat(40)}:1`).success).toBe(false);
  });
});

const octet = fc.nat(255);
const encoded: fc.Arbitrary<EncodedNumber> = fc.oneof(
  fc.record({
    type: fc.constant(0 as const),
    administrator: fc.nat(0xffff).map(String),
    assigned: fc.nat(0xffff_ffff),
  }),
  fc.record({
    type: fc.constant(1 as const),
    administrator: fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.')),
    assigned: fc.nat(0xffff),
  }),
  fc.record({
    type: fc.constant(2 as const),
    administrator: fc.nat(0xffff_ffff).map(String),
    assigned: fc.nat(0xffff),
  }),
);

test('parts, full form and short form lead to one another', () => {
  fc.assert(
    fc.property(encoded, (parts) => {
      const target = makeRouteTarget(parts);
      expect(encodedParts(target)).toEqual(parts);
      expect(parseRouteTarget(target)).toBe(target);
      expect(parseRouteTarget(shortForm(target))).toBe(target);
      expect(parseRouteTarget(`target:${shortForm(target)}`)).toBe(target);
    }),
    { numRuns: 1_000 },
  );
});

/** The eight octets of the extended community (RFC 4360 §2): the order that wire and text must agree on. */
function wireKey({ type, administrator, assigned }: EncodedNumber): string {
  const hex = (value: number, octets: number) => value.toString(16).padStart(2 * octets, '0');
  if (type === 0) return `00${hex(Number(administrator), 2)}${hex(assigned, 4)}`;
  const high =
    type === 1
      ? administrator
          .split('.')
          .map((part) => hex(Number(part), 1))
          .join('')
      : hex(Number(administrator), 4);
  return `0${type}${high}${hex(assigned, 2)}`;
}

test('the order is that of the octets on the wire', () => {
  fc.assert(
    fc.property(encoded, encoded, (a, b) => {
      const [x, y] = [wireKey(a), wireKey(b)];
      const order = Math.sign(compareRouteTargets(makeRouteTarget(a), makeRouteTarget(b)));
      expect(order).toBe(x < y ? -1 : x > y ? 1 : 0);
    }),
    { numRuns: 1_000 },
  );
  expect(compareRouteTargets(parseRouteTarget('9.0.0.1:1'), parseRouteTarget('10.0.0.1:1'))).toBeLessThan(0);
});
