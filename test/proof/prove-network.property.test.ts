import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NetworkView } from '../../src/domain/network-view.ts';
import { proveNetwork } from '../../src/proof/prove-network.ts';
import { RouteIndex } from '../../src/proof/route-index.ts';
import { routeKey } from '../../src/proof/route-model.ts';
import { bruteCarried, brutePut } from './brute-force.ts';
import {
  alterVrf,
  arbitraryInterconnect,
  arbitraryNetwork,
  PROPERTY_TIMEOUT_MS,
  rt,
  sampleInterconnect,
  sampleNetwork,
} from './networks.ts';

const agreements = fc.tuple(arbitraryInterconnect(1), arbitraryInterconnect(2), arbitraryInterconnect(3));

/** Some VRFs with a route target more, or without their shares. */
const alterations = fc.array(
  fc.record({ pe: fc.nat(4), vrf: fc.nat(4), what: fc.constantFrom('import', 'export', 'clear', 'drop') }),
  { minLength: 1, maxLength: 4 },
);

function alter(view: NetworkView, list: readonly { pe: number; vrf: number; what: string }[]): NetworkView {
  return list.reduce((current, { pe: at, vrf: number, what }) => {
    const pe = current.pes[at % current.pes.length];
    const vrf = pe?.vrfs[number % Math.max(1, pe.vrfs.length)];
    if (pe === undefined || vrf === undefined) return current;
    if (what === 'drop') {
      return {
        pes: current.pes.map((one) => (one === pe ? { ...one, vrfs: one.vrfs.filter((other) => other !== vrf) } : one)),
      };
    }
    return alterVrf(current, pe.name, vrf.name, (one) => {
      if (what === 'clear') return { ...one, share: {} };
      // A leftover in a family that is not enabled is agreed all the same, and is no route of the slow model's agreements.
      if (one.operator.ipv4 === undefined) return one;
      const share = one.share.ipv4 ?? { imports: [], exports: [] };
      const target = rt('65000:9002');
      const more =
        what === 'import'
          ? { ...share, imports: [...share.imports, target] }
          : { ...share, exports: [...share.exports, { routeTarget: target, scope: 'whole-vpn' as const }] };
      return { ...one, share: { ...one.share, ipv4: more } };
    });
  }, view);
}

describe('the index of a changed view', () => {
  test(
    'is the one that would have been made anew',
    () => {
      fc.assert(
        fc.property(arbitraryNetwork, agreements, alterations, alterations, (bare, agreed, first, second) => {
          const view = brutePut(bare, agreed);
          const [changed, again] = [alter(view, first), alter(alter(view, first), second)];
          const once = RouteIndex.of(view).changedTo(changed);
          const twice = once.changedTo(again);
          for (const [index, of] of [
            [once, changed],
            [twice, again],
          ] as const) {
            const fresh = RouteIndex.of({ ...of });
            const keys = (one: RouteIndex) => one.routes().map(routeKey).sort();
            expect(keys(index)).toEqual(keys(fresh));
            expect(new Set(keys(index))).toEqual(bruteCarried(of));
            // An order that differs may make a difference more, never one less.
            const differing = index.targetsThatDiffer(RouteIndex.of(view));
            for (const target of fresh.targetsThatDiffer(RouteIndex.of({ ...view })))
              expect(differing).toContain(target);
            const targets = new Set([rt('65000:9002'), rt('65000:100')]);
            const named = (one: RouteIndex) =>
              one
                .carriers(targets)
                .map(({ pe, vrf }) => `${pe} ${vrf.name}`)
                .sort();
            expect(named(index)).toEqual(named(fresh));
          }
        }),
        { numRuns: 300 },
      );
    },
    PROPERTY_TIMEOUT_MS,
  );
});

describe('the whole network against the register', () => {
  test(
    'passes if and only if the slow model carries what is agreed and nothing else',
    () => {
      fc.assert(
        fc.property(arbitraryNetwork, agreements, alterations, fc.boolean(), (bare, agreed, list, whether) => {
          const put = brutePut(bare, agreed);
          const view = whether ? alter(put, list) : put;
          const [is, shall] = [bruteCarried(view), bruteCarried(brutePut(stripped(view), agreed))];
          const strange = [...is].filter((key) => !shall.has(key));
          const operators = bruteCarried(stripped(view));
          const proof = proveNetwork(view, agreed);
          // What operators joined by hand is on no agreement's account.
          const uncovered = new Set([...strange, ...operators]);
          expect(proof.uncovered > 0).toBe(uncovered.size > 0);
          // From whichever of its VRFs a VPN gives the prefix.
          const taken = new Set([...is].map(withoutGiver));
          expect(proof.missing > 0).toBe([...shall].some((key) => !taken.has(withoutGiver(key))));
          expect(proof.verdict).toBe(proof.uncovered + proof.missing === 0 ? 'pass' : 'fail');
        }),
        { numRuns: 300 },
      );
    },
    PROPERTY_TIMEOUT_MS,
  );

  test('says where, of whom, by what', () => {
    const view = brutePut(sampleNetwork(), [sampleInterconnect()]);
    expect(proveNetwork(view, [sampleInterconnect()])).toMatchObject({
      verdict: 'pass',
      uncovered: 0,
      missing: 0,
      examined: 3,
    });
    const none = proveNetwork(view, []);
    expect(none).toMatchObject({ verdict: 'fail', uncovered: 3 });
    expect(none.counterExamples[0]?.sentence).toBe(
      '10.120.10.0/24 of MOF at pe3 is, without an agreement, reachable from MOH at pe1 (VRF MOH) (and from 1 more of its VRFs) by route target 65000:9002',
    );
    const bare = proveNetwork(sampleNetwork(), [sampleInterconnect()]);
    expect(bare).toMatchObject({ verdict: 'fail', uncovered: 0, missing: 6 });
    expect(bare.gaps[0]?.sentence).toBe(
      '10.100.10.0/24 of MOH, agreed by IC-0001, is not reachable from MOF in VRF MOF at pe3',
    );
  });
});

const withoutGiver = (key: string) => key.split(' ').slice(2).join(' ');

/** Without what belongs to wasl. */
function stripped(view: NetworkView): NetworkView {
  const empty = { imports: [], exports: [] };
  return {
    pes: view.pes.map((pe) => ({
      ...pe,
      vrfs: pe.vrfs.map((vrf) => ({
        ...vrf,
        share: Object.fromEntries(Object.keys(vrf.operator).map((family) => [family, empty])),
      })),
    })),
  };
}
