import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matrixSchema } from '../../src/api/network-wire.ts';
import type { VrfName } from '../../src/domain/names.ts';
import type { PeView } from '../../src/domain/network-view.ts';
import type { RealisedInterconnect } from '../../src/domain/request.ts';
import { type Agreement, computeMatrix, type Standing } from '../../src/proof/matrix.ts';
import { computeReachability } from '../../src/proof/reachability.ts';
import { inventoryOf } from '../plan/samples.ts';
import { brutePut } from './brute-force.ts';
import {
  alterVrf,
  arbitraryInterconnect,
  arbitraryNetwork,
  PROPERTY_TIMEOUT_MS,
  prefix,
  rt,
  sampleInterconnect,
  sampleNetwork,
  vpn,
} from './networks.ts';

const agreed = (
  interconnect: RealisedInterconnect,
  standing: Standing = 'on-network',
  state = 'active',
): Agreement => ({
  ...{ id: interconnect.id, state, standing, flows: interconnect.flows },
});
const bare = sampleNetwork();
const inventory = inventoryOf(bare);
const carried = brutePut(bare, [sampleInterconnect()]);
const cellOf = (matrix: ReturnType<typeof computeMatrix>, to: string, from: string) =>
  matrix.cells.find((cell) => cell.to === to && cell.from === from);

describe('the matrix joined with the register', () => {
  it('says of each route which agreement lets it be there', () => {
    const matrix = computeMatrix(carried, inventory, [agreed(sampleInterconnect())]);
    expect(
      matrix.reachabilities.map(({ from, to, prefix: of, covered, interconnects }) => [
        from,
        to,
        of,
        covered,
        interconnects,
      ]),
    ).toContainEqual(['MOH', 'MOF', '10.100.10.0/24', true, ['IC-0001']]);
    expect(matrix.reachabilities.every(({ covered }) => covered)).toBe(true);
    expect([matrix.missing, matrix.strangers, matrix.unreadVpns]).toEqual([[], [], []]);
    expect(matrix.cells).toEqual([
      {
        ...{
          from: 'MOF',
          to: 'MOH',
          prefixes: ['10.120.10.0/24'],
          uncovered: [],
          missing: [],
          covered: true,
          unread: false,
        },
        interconnects: [{ id: 'IC-0001', state: 'active', standing: 'on-network' }],
      },
      {
        ...{ from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24', '10.100.20.0/24'] },
        ...{ uncovered: [], missing: [], covered: true, unread: false },
        interconnects: [{ id: 'IC-0001', state: 'active', standing: 'on-network' }],
      },
    ]);
  });

  it('shows what is carried without an agreement as such', () => {
    const matrix = computeMatrix(carried, inventory, []);
    expect(matrix.reachabilities.length).toBeGreaterThan(0);
    expect(matrix.reachabilities.every(({ covered, interconnects }) => !covered && interconnects.length === 0)).toBe(
      true,
    );
    expect(cellOf(matrix, 'MOF', 'MOH')).toMatchObject({
      covered: false,
      uncovered: ['10.100.10.0/24', '10.100.20.0/24'],
    });
  });

  it.each<[string, Standing, boolean]>([
    ['active', 'on-network', true],
    ['provisioning', 'changing', true],
    ['suspended', 'suspended', false],
    ['requested', 'planned', false],
  ])('a route of an agreement that is %s', (state, standing, covered) => {
    const matrix = computeMatrix(carried, inventory, [agreed(sampleInterconnect(), standing, state)]);
    const [route] = matrix.reachabilities;
    expect([route?.covered, route?.interconnects]).toEqual([covered, ['IC-0001']]);
  });

  it('does not take one agreement for another: prefix, direction and route target must be the agreed ones', () => {
    const [there, back] = sampleInterconnect().flows;
    if (there === undefined || back === undefined) throw new Error('two flows');
    const others: Agreement['flows'][] = [
      [{ ...there, prefixes: [prefix('10.100.10.0/24')] }, back],
      [{ ...there, from: there.to, to: there.from }, back],
      [{ ...there, routeTarget: rt('65000:9999') }, back],
      [{ ...there, routeTarget: null }, back],
    ];
    for (const flows of others) {
      const matrix = computeMatrix(carried, inventory, [{ ...agreed(sampleInterconnect()), flows }]);
      expect(cellOf(matrix, 'MOF', 'MOH')?.uncovered).toContain('10.100.20.0/24');
    }
    const whole = [{ ...there, prefixes: 'whole-vpn' as const }, back];
    const matrix = computeMatrix(carried, inventory, [{ ...agreed(sampleInterconnect()), flows: whole }]);
    expect(cellOf(matrix, 'MOF', 'MOH')?.covered).toBe(true);
  });

  it('says when a target was added by hand for a third VPN', () => {
    const view = alterVrf(carried, 'pe1', 'MOE', (vrf) => ({
      ...vrf,
      share: { ...vrf.share, ipv4: { imports: [rt('65000:9001')], exports: [] } },
    }));
    const matrix = computeMatrix(view, inventory, [agreed(sampleInterconnect())]);
    expect(cellOf(matrix, 'MOE', 'MOH')).toMatchObject({
      covered: false,
      interconnects: [],
      prefixes: ['10.100.10.0/24', '10.100.20.0/24'],
    });
    expect(cellOf(matrix, 'MOF', 'MOH')?.covered).toBe(true);
  });

  it('says when a VRF that the inventory does not know takes part', () => {
    const view = alterVrf(carried, 'pe4', 'STRAY', (vrf) => ({
      ...vrf,
      share: { ipv4: { imports: [rt('65000:9001')], exports: [] } },
    }));
    const { strangers } = computeMatrix(view, inventory, [agreed(sampleInterconnect())]);
    const one = { pe: 'pe4', vrf: 'STRAY', direction: 'reaches', other: 'MOH', via: '0:65000:9001' };
    expect(strangers).toEqual([
      { ...one, prefix: '10.100.10.0/24' },
      { ...one, prefix: '10.100.20.0/24' },
    ]);
  });

  it('names what is agreed and missing: a target removed by hand, a VRF that is gone', () => {
    const removed = alterVrf(carried, 'pe3', 'MOF', (vrf) => ({
      ...vrf,
      share: { ...vrf.share, ipv4: { imports: [], exports: vrf.share.ipv4?.exports ?? [] } },
    }));
    const gone = {
      pes: carried.pes.map((pe) =>
        pe.name === 'pe3' ? { ...pe, vrfs: pe.vrfs.filter(({ vpn: of }) => of !== 'MOF') } : pe,
      ),
    };
    const gaps = (view: typeof carried) =>
      computeMatrix(view, inventory, [agreed(sampleInterconnect())]).missing.map(
        ({ interconnect, fromPe, prefix: of, toPe }) => `${interconnect} ${of} ${fromPe} ${toPe}`,
      );
    const toPe3 = ['IC-0001 10.100.10.0/24 pe1 pe3', 'IC-0001 10.100.20.0/24 pe1 pe3'];
    expect(gaps(removed)).toEqual(toPe3);
    expect(gaps(gone)).toEqual(expect.arrayContaining([...toPe3, 'IC-0001 10.120.10.0/24 pe3 pe1']));
    expect(gaps(carried)).toEqual([]);
    for (const standing of ['changing', 'planned', 'suspended'] as const) {
      expect(computeMatrix(bare, inventory, [agreed(sampleInterconnect(), standing)]).missing).toEqual([]);
    }
  });

  it('takes nothing of a PE that was not read for missing, and marks every pair that depends on it', () => {
    const part = { pes: carried.pes.filter(({ name }) => name !== 'pe3') };
    const matrix = computeMatrix(part, inventory, [agreed(sampleInterconnect())]);
    expect(matrix.missing).toEqual([]);
    expect(matrix.unreadVpns).toEqual(['MOE', 'MOF']);
    expect(cellOf(matrix, 'MOF', 'MOH')?.unread).toBe(true);
    expect(computeMatrix({ pes: [] }, inventory, [agreed(sampleInterconnect())]).missing).toEqual([]);
  });

  it('is sure of no pair with a VPN of which something was not understood', () => {
    const anomaly = 'prefix-set WASL-MOH-IPV4-0-65000-9001 is not as wasl wrote it';
    const edited = alterVrf(carried, 'pe1', 'MOH', (vrf) => ({ ...vrf, anomalies: [anomaly] }));
    const matrix = computeMatrix(edited, inventory, [agreed(sampleInterconnect())]);
    expect(matrix.doubts).toEqual([{ pe: 'pe1', vrf: 'MOH', fact: anomaly, edited: true }]);
    expect([matrix.unreadVpns, cellOf(matrix, 'MOF', 'MOH')?.unread]).toEqual([['MOH'], true]);
    const unknown = { path: 'vrf apply-group X', reach: 'network', why: 'was not resolved' } as const;
    const [inVrf, ofRouter] = [unknown, { ...unknown, ofRouter: true as const }].map((one) =>
      computeMatrix(
        alterVrf(carried, 'pe1', 'MOE', (vrf) => ({ ...vrf, unknowns: [one] })),
        inventory,
        [],
      ),
    );
    expect([inVrf?.unreadVpns, inVrf?.doubts[0]?.vrf]).toEqual([['MOE'], 'MOE']);
    expect([ofRouter?.unreadVpns, ofRouter?.doubts[0]?.vrf]).toEqual([['MOE', 'MOH'], null]);
    const [first, ...others] = carried.pes as [PeView, ...PeView[]];
    const hidden = { ...unknown, vrf: 'MOI' as VrfName };
    const notShown = computeMatrix({ pes: [{ ...first, unknowns: [hidden] }, ...others] }, inventory, []);
    expect([notShown.unreadVpns, notShown.doubts[0]?.vrf]).toEqual([['MOE', 'MOH'], 'MOI']);
  });

  it('has a cell for what is only planned or suspended', () => {
    const matrix = computeMatrix(bare, inventory, [agreed(sampleInterconnect(), 'planned', 'requested')]);
    expect(cellOf(matrix, 'MOF', 'MOH')).toMatchObject({ prefixes: [], interconnects: [{ state: 'requested' }] });
    expect(cellOf(matrix, 'MOE', 'MOF')).toBeUndefined();
  });

  it('is what the API answers', () => {
    const matrix = computeMatrix(carried, inventory, [agreed(sampleInterconnect())]);
    const document = {
      readAt: '2026-03-01T08:00:00Z',
      vpns: [{ id: vpn('MOH'), entity: 'MOH', canary: false }],
      interconnects: [],
      unread: [],
    };
    const text = JSON.stringify({ ...document, ...matrix });
    expect(matrixSchema.strict().parse(JSON.parse(text))).toEqual(JSON.parse(text));
  });

  it(
    'misses nothing and invents nothing where the network carries what is agreed, whatever it is',
    () => {
      const state = fc.tuple(
        arbitraryNetwork,
        fc.array(fc.constantFrom(1, 2, 3).chain(arbitraryInterconnect), { maxLength: 3 }),
      );
      fc.assert(
        fc.property(state, ([network, list]) => {
          const interconnects = list.filter((one, place) => list.findIndex(({ id }) => id === one.id) === place);
          const of = inventoryOf(network);
          const before = new Set(computeReachability(network).map((reach) => JSON.stringify(reach)));
          const view = brutePut(network, interconnects);
          const matrix = computeMatrix(
            view,
            of,
            interconnects.map((one) => agreed(one)),
          );
          expect(matrix.missing).toEqual([]);
          const uncovered = matrix.reachabilities.filter(({ covered }) => !covered);
          for (const { covered: _covered, interconnects: _over, ...reach } of uncovered)
            expect(before).toContain(JSON.stringify(reach));
          const reversed = { pes: [...view.pes].reverse().map((pe) => ({ ...pe, vrfs: [...pe.vrfs].reverse() })) };
          expect(
            computeMatrix(
              reversed,
              of,
              interconnects.map((one) => agreed(one)),
            ),
          ).toEqual(matrix);
        }),
        { numRuns: 100 },
      );
    },
    PROPERTY_TIMEOUT_MS,
  );
});
