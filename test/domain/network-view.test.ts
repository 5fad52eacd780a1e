import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalShare, type VrfShare } from '../../src/domain/network-view.ts';
import { combineVerdicts, type Verdict } from '../../src/domain/verdict.ts';
import { prefix, rt } from '../proof/networks.ts';

const target = fc.nat(12).map((number) => rt(`65000:${number}`));
const scope = fc.oneof(
  fc.constant('whole-vpn' as const),
  fc.array(
    fc.nat(12).map((number) => prefix(`10.${number}.0.0/16`)),
    { maxLength: 4 },
  ),
);
const share: fc.Arbitrary<VrfShare> = fc.record({
  ipv4: fc.record({
    imports: fc.array(target, { maxLength: 6 }),
    exports: fc.array(fc.record({ routeTarget: target, scope }), { maxLength: 6 }),
  }),
});

test('a share has one form, whatever its order and repetitions were', () => {
  fc.assert(
    fc.property(share, (one) => {
      const canonical = canonicalShare(one, ['ipv4', 'ipv6']);
      const { imports = [], exports = [] } = one.ipv4 ?? {};
      const shuffled = {
        ipv4: { imports: [...imports, ...imports].reverse(), exports: [...exports, ...exports].reverse() },
      };
      expect(canonicalShare(shuffled, ['ipv4', 'ipv6'])).toEqual(canonical);
      expect(canonicalShare(canonical, ['ipv4', 'ipv6'])).toEqual(canonical);
      expect(canonical.ipv6).toEqual({ imports: [], exports: [] });
      const targets = canonical.ipv4?.exports.map((rule) => rule.routeTarget) ?? [];
      expect(new Set(targets).size).toBe(targets.length);
      expect(canonical.ipv4?.exports.some((rule) => rule.scope.length === 0)).toBe(false);
    }),
  );
});

test('route targets sort by number, prefixes by address, and two scopes of one route target join', () => {
  const joined = canonicalShare(
    {
      ipv4: {
        imports: ['65000:10', '65000:9'].map(rt),
        exports: [
          { routeTarget: rt('65000:10'), scope: [prefix('10.10.0.0/16')] },
          { routeTarget: rt('65000:9'), scope: 'whole-vpn' },
          { routeTarget: rt('65000:10'), scope: [prefix('10.9.0.0/16'), prefix('10.10.0.0/16')] },
          { routeTarget: rt('65000:9'), scope: [prefix('10.9.0.0/16')] },
          { routeTarget: rt('65000:8'), scope: [] },
        ],
      },
    },
    ['ipv4'],
  );
  expect(joined).toEqual({
    ipv4: {
      imports: ['0:65000:9', '0:65000:10'],
      exports: [
        { routeTarget: '0:65000:9', scope: 'whole-vpn' },
        { routeTarget: '0:65000:10', scope: ['10.9.0.0/16', '10.10.0.0/16'] },
      ],
    },
  });
});

test.each([
  [[], 'unknown'],
  [['pass'], 'pass'],
  [['pass', 'unknown'], 'unknown'],
  [['unknown', 'fail', 'pass'], 'fail'],
] as const)('%j together are %s', (verdicts: readonly Verdict[], together) => {
  expect(combineVerdicts(verdicts)).toBe(together);
});
