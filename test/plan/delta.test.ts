import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalShare, type VrfShare } from '../../src/domain/network-view.ts';
import { applyOperations, diffShares, reverseOperations, sameShare } from '../../src/plan/delta.ts';
import { PROPERTY_TIMEOUT_MS, prefix, rt } from '../proof/networks.ts';
import { describeOperation } from './samples.ts';

const target = fc.nat(5).map((number) => rt(`65000:${9000 + number}`));
const scope = (family: 'ipv4' | 'ipv6') =>
  fc.oneof(
    fc.constant('whole-vpn' as const),
    fc.array(
      fc.nat(4).map((number) => prefix(family === 'ipv4' ? `10.1.${number}.0/24` : `2001:db8:${number}::/48`)),
      { maxLength: 3 },
    ),
  );
const part = (family: 'ipv4' | 'ipv6') =>
  fc.record({
    imports: fc.array(target, { maxLength: 4 }),
    exports: fc.array(fc.record({ routeTarget: target, scope: scope(family) }), { maxLength: 4 }),
  });
const share: fc.Arbitrary<VrfShare> = fc.record({ ipv4: part('ipv4'), ipv6: part('ipv6') });
const canonical = (one: VrfShare) => canonicalShare(one, ['ipv4', 'ipv6']);

test(
  'before plus the delta is after',
  () => {
    fc.assert(
      fc.property(share, share, (before, after) => {
        expect(applyOperations(before, diffShares(before, after))).toEqual(canonical(after));
      }),
    );
  },
  PROPERTY_TIMEOUT_MS,
);

test(
  'the reverse leads back',
  () => {
    fc.assert(
      fc.property(share, share, (before, after) => {
        const operations = diffShares(before, after);
        const back = reverseOperations(before, operations);
        expect(applyOperations(applyOperations(before, operations), back)).toEqual(canonical(before));
        expect(back.length).toBe(operations.length);
      }),
    );
  },
  PROPERTY_TIMEOUT_MS,
);

test(
  'equal shares differ by nothing, others by something',
  () => {
    fc.assert(
      fc.property(share, share, (a, b) => {
        expect(diffShares(a, a)).toEqual([]);
        expect(sameShare(a, b)).toBe(JSON.stringify(canonical(a)) === JSON.stringify(canonical(b)));
      }),
    );
  },
  PROPERTY_TIMEOUT_MS,
);

test(
  'no object has two operations',
  () => {
    fc.assert(
      fc.property(share, share, (before, after) => {
        const objects = diffShares(before, after).map((one) => `${one.family} ${one.object} ${one.routeTarget}`);
        expect(new Set(objects).size).toBe(objects.length);
      }),
    );
  },
  PROPERTY_TIMEOUT_MS,
);

const nothing: VrfShare = { ipv4: { imports: [], exports: [] } };
const some: VrfShare = {
  ipv4: { imports: [rt('65000:9001')], exports: [{ routeTarget: rt('65000:9002'), scope: [prefix('10.1.0.0/24')] }] },
};

test.each([
  [
    'create what is there',
    some,
    diffShares(nothing, some),
    'cannot create the import of 65000:9001 for ipv4: the VRF is not as planned',
  ],
  [
    'delete what is not',
    nothing,
    diffShares(some, nothing),
    'cannot delete the import of 65000:9001 for ipv4: the VRF is not as planned',
  ],
  [
    'delete another scope',
    { ipv4: { imports: [], exports: [{ routeTarget: rt('65000:9002'), scope: 'whole-vpn' }] } } satisfies VrfShare,
    diffShares(some, nothing).slice(1),
    'cannot delete the export-rule of 65000:9002 for ipv4: the VRF is not as planned',
  ],
] as const)('refuses to %s', (_, start, operations, message) => {
  expect(() => applyOperations(start, operations)).toThrow(message);
});

test('operations read as lines of a diff', () => {
  expect(diffShares(nothing, some).map(describeOperation)).toEqual([
    '+ import 65000:9001 (ipv4)',
    '+ export 10.1.0.0/24 with 65000:9002 (ipv4)',
  ]);
  const wider: VrfShare = { ipv4: { imports: [], exports: [{ routeTarget: rt('65000:9002'), scope: 'whole-vpn' }] } };
  expect(diffShares(some, wider).map(describeOperation)).toEqual([
    '- import 65000:9001 (ipv4)',
    '~ export every route of the VPN with 65000:9002 (ipv4)',
  ]);
});
