import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalShare,
  type ExportScope,
  enabledFamilies,
  type RunningVrf,
  type VrfShare,
} from '../../src/domain/network-view.ts';
import { type Family, parsePrefix } from '../../src/domain/prefix.ts';
import { makeRouteTarget, type RouteTarget } from '../../src/domain/route-target.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { renderEdits } from '../../src/render/render-edits.ts';
import { readVrfs } from '../../src/router/read-vrfs.ts';
import { BASES, POOL } from './support/base-configurations.ts';
import { ConfigTree } from './support/config-tree.ts';

const target: fc.Arbitrary<RouteTarget> = fc
  .integer({ min: POOL.from, max: POOL.from + 7 })
  .map((assigned) => makeRouteTarget({ type: 0, administrator: POOL.administrator, assigned }));
const prefixOf = (family: Family) =>
  fc.integer({ min: 0, max: 9 }).map((n) => parsePrefix(family === 'ipv4' ? `10.${n}.0.0/16` : `2001:db8:${n}::/48`));
const scope = (family: Family): fc.Arbitrary<ExportScope> =>
  fc.oneof(fc.constant('whole-vpn' as const), fc.uniqueArray(prefixOf(family), { minLength: 1, maxLength: 3 }));
const familyShare = (family: Family) =>
  fc.record({
    imports: fc.uniqueArray(target, { maxLength: 3 }),
    exports: fc.uniqueArray(fc.record({ routeTarget: target, scope: scope(family) }), {
      maxLength: 3,
      selector: ({ routeTarget }) => routeTarget,
    }),
  });
const share: fc.Arbitrary<VrfShare> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 5, arbitrary: fc.record({ ipv4: familyShare('ipv4'), ipv6: familyShare('ipv6') }) },
);
/** For MOF and MOH, in the order of their names. */
const both = fc.tuple(share, share);
type Both = readonly [VrfShare, VrfShare];

describe.each(BASES)('$platform with $name', ({ platform, xml }) => {
  const parse = (tree: ConfigTree): RunningVrf[] =>
    readVrfs(PLATFORMS[platform], tree.elements(), { pool: POOL, vrfs: [] });
  const wantedOf = (running: RunningVrf, wanted: VrfShare) => {
    const families = enabledFamilies(running);
    const asked = Object.fromEntries(Object.entries(wanted).filter(([family]) => families.includes(family as Family)));
    return canonicalShare(asked, families);
  };
  const step = (tree: ConfigTree, wanted: Both): VrfShare[] => {
    const edits = parse(tree).map((running, i) => ({ running, wanted: wantedOf(running, wanted[i] ?? {}) }));
    tree.apply(renderEdits(platform, edits));
    return edits.map((edit) => edit.wanted);
  };

  it('reads back what it wrote, from any state to any other, and leaves nothing behind', () => {
    fc.assert(
      fc.property(both, both, (x, y) => {
        const tree = new ConfigTree(platform, xml);
        const [before, bases] = [tree.text(), parse(tree).map(({ operator }) => operator)];
        for (const wanted of [x, y]) {
          const expected = step(tree, wanted);
          const read = parse(tree);
          expect(read.flatMap(({ anomalies }) => anomalies)).toEqual([]);
          expect(read.map((vrf) => vrf.share)).toEqual(expected);
          // What is the operator's stays the operator's, whatever wasl has put around it.
          expect(read.map(({ operator }) => operator)).toEqual(bases);
        }
        step(tree, [{}, {}]);
        expect(tree.text()).toBe(before);
      }),
      { numRuns: 40 },
    );
  });

  it('writes nothing where nothing changes', () => {
    fc.assert(
      fc.property(both, (x) => {
        const tree = new ConfigTree(platform, xml);
        const wanted = step(tree, x);
        const edits = parse(tree).map((running, i) => ({ running, wanted: wanted[i] ?? {} }));
        expect(renderEdits(platform, edits).trim()).toBe('');
      }),
      { numRuns: 15 },
    );
  });
});
