import { describe, expect, it } from 'vitest';
import { parseRouteTarget } from '../../src/domain/route-target.ts';
import { isFromPool, routeTargetPoolSchema } from '../../src/domain/route-target-pool.ts';

const poolOf = (administrator: string) => routeTargetPoolSchema.parse({ administrator, from: 9000, to: 9999 });

describe('the pool', () => {
  it.each([
    ['65000', '65000'],
    ['065000', '65000'],
    ['0', '0'],
    ['70000', '70000'],
    ['192.0.2.1', '192.0.2.1'],
  ])('of administrator %s is that of %s', (text, administrator) => {
    expect(poolOf(text).administrator).toBe(administrator);
  });

  it.each(['', '-1', '65000L', '0.65000', '1.4464', '192.0.2.01', '192.0.2.256', '192.0.2', '65000 ', '٦٥٠٠٠', '0x10'])(
    'has no administrator %j',
    (text) => {
      expect(routeTargetPoolSchema.safeParse({ administrator: text, from: 1, to: 2 }).success).toBe(false);
    },
  );

  it.each([
    ['65000', '65000:9001', true],
    ['065000', '65000:9001', true],
    ['65000', '65000:8999', false],
    ['65000', '65000:10000', false],
    ['65000', '65001:9001', false],
    // The same numbers in another encoding are another route target: an operator's.
    ['65000', '2:65000:9001', false],
    ['65000', '65000L:9001', false],
    ['65000', '0.65000:9001', false],
    ['70000', '70000:9001', true],
    ['70000', '2:70000:9001', true],
    ['70000', '1.4464:9001', true],
    ['192.0.2.1', '192.0.2.1:9001', true],
    ['192.0.2.1', '192.0.2.2:9001', false],
  ])('of %s, and %s: %s', (administrator, text, isIn) => {
    expect(isFromPool(poolOf(administrator), parseRouteTarget(text))).toBe(isIn);
  });

  it('that was stored before its administrator was normalised holds the same', () => {
    const stored = { administrator: '065000', from: 9000, to: 9999, quarantineDays: 30 };
    expect(isFromPool(stored, parseRouteTarget('65000:9001'))).toBe(true);
  });
});
