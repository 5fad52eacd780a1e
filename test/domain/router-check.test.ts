import { describe, expect, it } from 'vitest';
import type { InventoryRouter, InventoryVrf } from '../../src/domain/inventory.ts';
import type { VrfName } from '../../src/domain/names.ts';
import type { RunningVrf } from '../../src/domain/network-view.ts';
import { parseRouteDistinguisher } from '../../src/domain/route-target.ts';
import { type AgreedFlow, compareWithInventory, verdictOf, worstClass } from '../../src/domain/router-check.ts';
import { icId, makeFlow, makeVrf, prefix, rt, type VrfSpec, vpn } from '../proof/networks.ts';

const rd = parseRouteDistinguisher;
const listed = (name: string, more: Partial<InventoryVrf> = {}): InventoryVrf =>
  ({
    name,
    vpn: name,
    routeDistinguisher: rd(`65000:${name.length}`),
    families: ['ipv4', 'ipv6'],
    attachments: [],
    ...more,
  }) as InventoryVrf;
const running = (name: string, more: Partial<VrfSpec> & { readonly rd?: string | null } = {}): RunningVrf => {
  const { rd: own, ...spec } = more;
  const routeDistinguisher = own === null ? null : rd(own ?? `65000:${name.length}`);
  return { ...makeVrf({ vpn: null, name, own: '65000:100', ...spec }), routeDistinguisher };
};
const router = (...vrfs: InventoryVrf[]) => ({ name: 'pe1', vrfs }) as unknown as InventoryRouter;
const told = (at: InventoryRouter, vrfs: readonly RunningVrf[], agreed: readonly AgreedFlow[] = []) =>
  compareWithInventory(at, vrfs, agreed).map(
    ({ severity, code, place, fact }) => `${severity} ${code} ${place}: ${fact}`,
  );

describe('running against the inventory', () => {
  it('finds nothing where both say the same', () => {
    expect(told(router(listed('MOH'), listed('MOFA')), [running('MOH'), running('MOFA')])).toEqual([]);
  });

  it.each([
    ['missing', [], ['fault VRF_MISSING pe1/MOH: VRF MOH of MOH is not on pe1']],
    [
      'under another name, with its route distinguisher',
      [running('HEALTH', { rd: '65000:3' })],
      [
        'fault VRF_MISSING pe1/MOH: VRF MOH of MOH is not on pe1; VRF HEALTH has its route distinguisher 65000:3',
        'remark INVENTORY_INVALID pe1/HEALTH: VRF HEALTH (65000:3) is on pe1 and not in the inventory',
      ],
    ],
    [
      'in other capitals',
      [running('moh', { rd: '65000:77' })],
      [
        'fault VRF_MISSING pe1/MOH: VRF MOH of MOH is not on pe1; VRF moh differs in capitals only',
        'remark INVENTORY_INVALID pe1/moh: VRF moh (65000:77) is on pe1 and not in the inventory',
      ],
    ],
    [
      'with another route distinguisher',
      [running('MOH', { rd: '65000:77' })],
      ['fault INVENTORY_INVALID pe1/MOH: VRF MOH at pe1 has route distinguisher 65000:77, the inventory says 65000:3'],
    ],
    [
      'with none shown',
      [running('MOH', { rd: null })],
      ['remark INVENTORY_INVALID pe1/MOH: VRF MOH at pe1 shows no route distinguisher; the inventory says 65000:3'],
    ],
    [
      'without a family',
      [running('MOH', { families: ['ipv4'] })],
      ['fault INVENTORY_INVALID pe1/MOH: VRF MOH at pe1 has no ipv6, the inventory says it has'],
    ],
    [
      'beside one that is not listed',
      [running('MOH'), running('LAB12')],
      ['remark INVENTORY_INVALID pe1/LAB12: VRF LAB12 (65000:5) is on pe1 and not in the inventory'],
    ],
    [
      'beside one with the same route distinguisher',
      [running('MOH'), running('LAB')],
      [
        'remark INVENTORY_INVALID pe1/LAB: VRF LAB (65000:3) is on pe1 and not in the inventory',
        'fault INVENTORY_INVALID pe1: VRFs MOH, LAB at pe1 share route distinguisher 65000:3',
      ],
    ],
    [
      'with something of wasl that is not as wasl writes it',
      [running('MOH', { anomalies: ['route-policy WASL-MOH-EX is not as wasl wrote it'] })],
      ['fault VRF_DRIFTED pe1/MOH: VRF MOH at pe1: route-policy WASL-MOH-EX is not as wasl wrote it'],
    ],
  ] as const)('a VRF %s', (_what, vrfs, expected) => {
    expect(told(router(listed('MOH')), vrfs)).toEqual(expected);
  });

  it('a family more than the inventory lists is a remark', () => {
    expect(told(router(listed('MOH', { families: ['ipv4'] })), [running('MOH')])).toEqual([
      'remark INVENTORY_INVALID pe1/MOH: VRF MOH at pe1 has ipv6, which the inventory does not list',
    ]);
  });

  it('what was not understood is a fault, at its place', () => {
    const unknowns = [
      { path: 'vrfs vrf MOH apply-group X', reach: 'network', why: 'inherits from group X' },
      { path: 'logical-systems LS1', reach: 'network', why: 'is not read', ofRouter: true },
    ] as const;
    expect(told(router(listed('MOH')), [{ ...running('MOH'), unknowns }])).toEqual([
      'fault ROUTER_NOT_UNDERSTOOD pe1/MOH: pe1: `vrfs vrf MOH apply-group X` inherits from group X',
      'fault ROUTER_NOT_UNDERSTOOD pe1: pe1: `logical-systems LS1` is not read',
    ]);
  });

  const flow = (from: string, to: string, target: string, isOnNetwork = true): AgreedFlow => ({
    ...makeFlow(from, to, target, ['10.1.0.0/24']),
    ...{ id: icId(7), isOnNetwork, mayBeThere: true },
  });
  const holding = (imports: readonly string[], exports: readonly string[]) =>
    running('MOH', {
      share: {
        ipv4: {
          imports: imports.map(rt),
          exports: exports.map((target) => ({ routeTarget: rt(target), scope: 'whole-vpn' as const })),
        },
        ipv6: { imports: imports.map(rt), exports: [] },
      },
    });
  const announcing = (...prefixes: string[]) =>
    router(listed('MOH', { attachments: [{ branch: 'b', prefixes: prefixes.map(prefix), probe: null }] }));

  it("route targets of wasl's pool are those that an agreement gives to this VPN, or told", () => {
    const vrfs = [holding(['65000:9001'], ['65000:9002'])];
    const [into, out] = [flow('MOF', 'MOH', '65000:9001'), flow('MOH', 'MOF', '65000:9002')];
    expect(told(announcing('10.1.0.0/24'), vrfs, [into, out])).toEqual([]);
    expect(told(announcing('10.1.0.0/24'), vrfs, [out])).toEqual([
      "fault VRF_DRIFTED pe1/MOH: VRF MOH at pe1 imports 65000:9001, a number of wasl's pool which no agreement that stands has",
    ]);
    expect(
      told(announcing('10.1.0.0/24'), vrfs, [
        { ...into, to: vpn('MOE') },
        { ...out, from: vpn('MOE') },
      ]),
    ).toEqual([
      "fault VRF_DRIFTED pe1/MOH: VRF MOH at pe1 imports 65000:9001, a number of wasl's pool which IC-0007 has from MOF to MOE only",
      "fault VRF_DRIFTED pe1/MOH: VRF MOH at pe1 exports 65000:9002, a number of wasl's pool which IC-0007 has from MOE to MOF only",
    ]);
    // Typed by hand from a plan that nobody has approved yet.
    expect(told(announcing('10.1.0.0/24'), vrfs, [{ ...into, isOnNetwork: false, mayBeThere: false }, out])).toEqual([
      "fault VRF_DRIFTED pe1/MOH: VRF MOH at pe1 imports 65000:9001, a number of wasl's pool which IC-0007 is to have, and does not have yet",
    ]);
    const stranger = { ...holding(['65000:9001'], []), name: 'LAB12' as VrfName, routeDistinguisher: rd('65000:8') };
    expect(told(router(), [stranger], [into]).filter((line) => line.startsWith('fault'))).toHaveLength(1);
  });

  it('what an agreement has put there and somebody removed is told, once it is to be there', () => {
    const flows = [flow('MOF', 'MOH', '65000:9001'), flow('MOH', 'MOF', '65000:9002')];
    expect(told(announcing('10.1.0.0/24'), [holding([], [])], flows)).toEqual([
      'fault VRF_DRIFTED pe1/MOH: VRF MOH at pe1 does not import 65000:9001 of IC-0007 (MOF to MOH) in ipv4 and ipv6',
      'fault VRF_DRIFTED pe1/MOH: VRF MOH at pe1 does not export 65000:9002 of IC-0007 (MOH to MOF) in ipv4',
    ]);
    expect(told(announcing('10.9.0.0/24'), [holding(['65000:9001'], [])], flows)).toEqual([]);
    expect(
      told(
        announcing('10.1.0.0/24'),
        [holding([], [])],
        flows.map((each) => ({ ...each, isOnNetwork: false })),
      ),
    ).toEqual([]);
  });

  it('a fault decides the verdict, the worst class the exit code', () => {
    const remarks = compareWithInventory(router(listed('MOH')), [running('MOH'), running('LAB12')], []);
    expect([verdictOf(remarks), worstClass(remarks)]).toEqual(['pass', null]);
    const faults = compareWithInventory(router(listed('MOH')), [], []);
    expect([verdictOf(faults), worstClass(faults)]).toEqual(['fail', 'permanent']);
  });
});
