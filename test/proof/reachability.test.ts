import fc from 'fast-check';
import { expect, test } from 'vitest';
import { computeReachability, reachabilityKey } from '../../src/proof/reachability.ts';
import { RouteIndex } from '../../src/proof/route-index.ts';
import { routeKey } from '../../src/proof/route-model.ts';
import { bruteCarried, brutePut, bruteReachability } from './brute-force.ts';
import {
  alterVrf,
  arbitraryInterconnect,
  arbitraryNetwork,
  PROPERTY_TIMEOUT_MS,
  rt,
  sampleInterconnect,
  sampleNetwork,
} from './networks.ts';

const arbitraryState = fc
  .tuple(arbitraryNetwork, fc.array(fc.constantFrom(1, 2, 3).chain(arbitraryInterconnect), { maxLength: 3 }))
  .map(([network, interconnects]) => brutePut(network, interconnects));

test(
  'the indexed model finds exactly the routes that asking every VRF about every route finds',
  () => {
    fc.assert(
      fc.property(arbitraryState, (view) => {
        const routes = RouteIndex.of(view).routes().map(routeKey);
        expect(new Set(routes)).toEqual(bruteCarried(view));
        expect(routes.length).toBe(new Set(routes).size);
      }),
      { numRuns: 200 },
    );
  },
  PROPERTY_TIMEOUT_MS,
);

test(
  'reachability between VPNs is the same as the brute-force one, sorted and without repetition',
  () => {
    fc.assert(
      fc.property(arbitraryState, (view) => {
        const found = computeReachability(view);
        expect(new Set(found.map(reachabilityKey))).toEqual(bruteReachability(view));
        expect(new Set(found.map(reachabilityKey)).size).toBe(found.length);
      }),
      { numRuns: 200 },
    );
  },
  PROPERTY_TIMEOUT_MS,
);

test(
  'the order of PEs and VRFs in the view changes nothing',
  () => {
    fc.assert(
      fc.property(arbitraryState, (view) => {
        const reversed = { pes: [...view.pes].reverse().map((pe) => ({ ...pe, vrfs: [...pe.vrfs].reverse() })) };
        expect(computeReachability(reversed)).toEqual(computeReachability(view));
      }),
      { numRuns: 100 },
    );
  },
  PROPERTY_TIMEOUT_MS,
);

test('VPNs that nothing joins reach nothing of each other', () => {
  expect(computeReachability(sampleNetwork())).toEqual([]);
});

test('two VRFs of one PE leak like any others', () => {
  const view = alterVrf(sampleNetwork(), 'pe1', 'MOE', (vrf) => ({
    ...vrf,
    operator: {
      ...vrf.operator,
      ipv4: { ...structuredClone(vrf.operator.ipv4), importRouteTargets: [rt('65000:100')] } as never,
    },
  }));
  const found = computeReachability(view).filter((one) => one.fromPe === 'pe1' && one.toPe === 'pe1');
  expect(found.map((one) => `${one.prefix} ${one.from} ${one.to}`)).toEqual([
    '10.100.10.0/24 MOH MOE',
    '10.100.20.0/24 MOH MOE',
  ]);
});

test('a route target on a VRF of nobody is seen by the model, though it has no name in a reachability', () => {
  const view = alterVrf(brutePut(sampleNetwork(), [sampleInterconnect()]), 'pe4', 'STRAY', (vrf) => ({
    ...vrf,
    share: { ipv4: { imports: [rt('65000:9001')], exports: [] } },
  }));
  const stray = RouteIndex.of(view)
    .routes()
    .filter((route) => route.to.vrf.name === 'STRAY');
  expect(stray.map((route) => route.prefix)).toEqual(['10.100.10.0/24', '10.100.20.0/24']);
  expect(computeReachability(view).length).toBe(
    computeReachability(brutePut(sampleNetwork(), [sampleInterconnect()])).length,
  );
});
