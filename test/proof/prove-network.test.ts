/** The whole network against the register: what is uncovered, what is missing, and how each is told. */
import { describe, expect, it } from 'vitest';
import { type NetworkView, TRAIT_AUTO_EXPORT, type VrfView } from '../../src/domain/network-view.ts';
import type { Family } from '../../src/domain/prefix.ts';
import type { RealisedFlow } from '../../src/domain/request.ts';
import { AUDIT_RULES, auditNetwork } from '../../src/proof/audit-network.ts';
import { type Agreed, hasOnRouter, proveNetwork } from '../../src/proof/prove-network.ts';
import { brutePut } from './brute-force.ts';
import {
  alterVrf,
  icId,
  makeFlow,
  makeInterconnect,
  makePe,
  prefix,
  rt,
  sampleInterconnect,
  sampleNetwork,
  type VrfSpec,
} from './networks.ts';

const bare = sampleNetwork();
const agree = (...flows: readonly RealisedFlow[]): Agreed => ({ id: icId(1), flows });
const gapsOf = (view: NetworkView, ...flows: readonly RealisedFlow[]) => {
  const { verdict, missing, gaps } = proveNetwork(view, [agree(...flows)]);
  expect([verdict, missing]).toEqual([gaps.length === 0 ? 'pass' : 'fail', gaps.length]);
  return gaps.map(({ pe, vrf, prefix: of, routeTarget }) => `${of} in ${pe}/${vrf} by ${routeTarget}`);
};

describe('what no agreement covers', () => {
  const carried = brutePut(bare, [sampleInterconnect()]);

  it('is counted by giving VRF, prefix and taking VPN, and told with all of it, in order', () => {
    const { verdict, examined, uncovered, counterExamples } = proveNetwork(carried, []);
    expect([verdict, examined, uncovered]).toEqual(['fail', 3, 3]);
    expect(counterExamples.map(({ sentence }) => sentence)).toEqual([
      '10.120.10.0/24 of MOF at pe3 is, without an agreement, reachable from MOH at pe1 (VRF MOH) (and from 1 more of its VRFs) by route target 65000:9002',
      '10.100.10.0/24 of MOH at pe1 is, without an agreement, reachable from MOF at pe3 (VRF MOF) (and from 1 more of its VRFs) by route target 65000:9001',
      '10.100.20.0/24 of MOH at pe1 is, without an agreement, reachable from MOF at pe3 (VRF MOF) (and from 1 more of its VRFs) by route target 65000:9001',
    ]);
    expect(counterExamples[0]).toMatchObject({
      ...{ pe: 'pe1', vrf: 'MOH', routeTarget: '0:65000:9002', prefix: '10.120.10.0/24' },
      ...{ from: { pe: 'pe3', vrf: { name: 'MOF' } }, at: { pe: 'pe1', vrf: { name: 'MOH' } } },
    });
  });

  it('of one VRF alone says nothing of others', () => {
    const one = alterVrf(bare, 'pe1', 'MOE', (vrf) => takes(vrf, '65000:200'));
    expect(proveNetwork(one, []).counterExamples.map(({ sentence }) => sentence)).toContain(
      '10.120.10.0/24 of MOF at pe3 is, without an agreement, reachable from MOE at pe1 (VRF MOE) by route target 65000:200',
    );
  });

  it.each<[string, RealisedFlow, number]>([
    ['as agreed', makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24', '10.100.20.0/24']), 1],
    ['of the whole VPN', makeFlow('MOH', 'MOF', '65000:9001', 'whole-vpn'), 1],
    ['by another prefix', makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']), 2],
    ['from another VPN', makeFlow('MOE', 'MOF', '65000:9001', 'whole-vpn'), 3],
    ['to another VPN', makeFlow('MOH', 'MOE', '65000:9001', 'whole-vpn'), 3],
    ['by another route target', makeFlow('MOH', 'MOF', '65000:9003', 'whole-vpn'), 3],
  ])('is what there is but what an agreement %s covers, also one that is being changed', (_what, flow, left) => {
    expect(proveNetwork(carried, [agree(flow)]).uncovered).toBe(left);
    expect(proveNetwork(carried, [], [agree(flow)]).uncovered).toBe(left);
  });

  it('goes to a canary, whoever agreed', () => {
    const view = alterVrf(bare, 'pe2', 'CANARY', (vrf) => takes(vrf, '65000:300'));
    const flow = makeFlow('MOE', 'CANARY', '65000:300', 'whole-vpn');
    expect(proveNetwork(view, [], [agree(flow)]).uncovered).toBe(2);
  });

  it('is counted beyond what is told', () => {
    const prefixes = (of: number, many: number) => Array.from({ length: many }, (_, at) => `10.${of}.${at}.0/24`);
    const view = {
      pes: [
        makePe('pe1', [
          { vpn: 'AAA', own: '65000:100', prefixes: prefixes(1, 40), operator: imports('65000:100', '65000:200') },
          { vpn: 'BBB', own: '65000:200', prefixes: prefixes(2, 40), operator: imports('65000:200', '65000:100') },
        ]),
      ],
    };
    const { examined, uncovered, counterExamples } = proveNetwork(view, []);
    expect([examined, uncovered, counterExamples.length]).toEqual([80, 80, 50]);
    const { missing, gaps } = proveNetwork({ pes: view.pes.map((one) => ({ ...one, vrfs: one.vrfs })) }, [
      agree(makeFlow('AAA', 'BBB', '65000:9001', 'whole-vpn'), makeFlow('BBB', 'AAA', '65000:9002', 'whole-vpn')),
    ]);
    expect([missing, gaps.length]).toEqual([80, 50]);
  });
});

describe('what is agreed and missing', () => {
  it('is told once for each VRF that lacks it', () => {
    const { gaps } = proveNetwork(bare, [agree(makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']))]);
    expect(gaps).toEqual(
      ['pe3', 'pe4'].map((pe) => ({
        ...{ pe, vrf: 'MOF', routeTarget: '0:65000:9001', prefix: '10.100.10.0/24' },
        sentence: `10.100.10.0/24 of MOH, agreed by IC-0001, is not reachable from MOF in VRF MOF at ${pe}`,
      })),
    );
  });

  it('is everything that the VPN announces where it is shared whole', () => {
    const two = ['pe3/MOF', 'pe4/MOF'];
    const all = ['10.100.10.0/24', '10.100.20.0/24', '10.100.30.0/24', '2001:db8:100::/48'];
    expect(gapsOf(bare, makeFlow('MOH', 'MOF', '65000:9001', 'whole-vpn'))).toEqual(
      all.flatMap((of) => two.map((at) => `${of} in ${at} by 0:65000:9001`)),
    );
    const carried = brutePut(bare, [makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', 'whole-vpn'))]);
    expect(gapsOf(carried, makeFlow('MOH', 'MOF', '65000:9001', 'whole-vpn'))).toEqual([]);
  });

  it('is nothing that nobody announces, and nothing between VPNs that nobody serves', () => {
    expect(gapsOf(bare, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.99.0/24']))).toEqual([]);
    expect(gapsOf(bare, makeFlow('NONE', 'MOF', '65000:9001', 'whole-vpn'))).toEqual([]);
    expect(gapsOf(bare, makeFlow('MOH', 'NONE', '65000:9001', 'whole-vpn'))).toEqual([]);
  });

  it('is missed of a family that the VRF should have, and of none that nobody lists', () => {
    const flow = makeFlow('MOH', 'MOF', '65000:9001', ['2001:db8:100::/48']);
    const without = (lacks?: readonly Family[]) =>
      alterVrf(bare, 'pe4', 'MOF', ({ operator: { ipv6: _, ...operator }, ...vrf }) => ({
        ...vrf,
        ...{ operator, share: {} },
        ...(lacks === undefined ? {} : { lacks }),
      }));
    expect(gapsOf(without(), flow)).toEqual(['2001:db8:100::/48 in pe3/MOF by 0:65000:9001']);
    expect(gapsOf(without(['ipv4']), flow)).toHaveLength(1);
    expect(gapsOf(without(['ipv6']), flow)).toHaveLength(2);
    expect(
      proveNetwork(without(['ipv6']), [agree(flow)], [], { has: hasOnRouter, announcingWillDo: false }).missing,
    ).toBe(1);
  });
});

describe('two VRFs of one router that exchange routes only where auto-export is on', () => {
  const FLOW = makeFlow('AAA', 'BBB', '65000:9001', ['10.1.0.0/16']);
  const joined: readonly VrfSpec[] = [
    {
      ...{ vpn: 'AAA', own: '65000:100', prefixes: ['10.1.0.0/16'] },
      share: { ipv4: { imports: [], exports: [{ routeTarget: rt('65000:9001'), scope: [prefix('10.1.0.0/16')] }] } },
    },
    { vpn: 'BBB', own: '65000:200', share: { ipv4: { imports: [rt('65000:9001')], exports: [] } } },
  ];
  const switched = (view: NetworkView, ...traits: string[]) =>
    ['AAA', 'BBB'].reduce((of, name) => alterVrf(of, 'pe1', name, (vrf) => ({ ...vrf, traits })), view);
  const local = makePe('pe1', joined, 'junos-yang');
  const MISSING = ['10.1.0.0/16 in pe1/BBB by 0:65000:9001'];

  it('have what is agreed there, and lack it elsewhere', () => {
    expect(gapsOf(switched({ pes: [local] }, TRAIT_AUTO_EXPORT), FLOW)).toEqual([]);
    expect(gapsOf({ pes: [local] }, FLOW)).toEqual(MISSING);
  });

  it('have it of another site that gives it, and lack it whoever else announces it', () => {
    const [aaa] = joined as [VrfSpec, VrfSpec];
    const { share: _, ...silent } = aaa;
    expect(gapsOf({ pes: [local, makePe('pe2', [aaa])] }, FLOW)).toEqual([]);
    const cut: NetworkView = { pes: [local, makePe('pe2', [silent])] };
    expect(gapsOf(cut, FLOW)).toEqual(MISSING);
    // An audit of before is made again by what was asked then.
    const agreement = { ...agree(FLOW), state: 'active', standing: 'on-network' as const, validUntil: '2027-01-01Z' };
    const verdicts = AUDIT_RULES.map((rules) => {
      const audited = { at: '2026-03-01T08:00:00Z', view: cut, agreements: [agreement], unread: [], rules };
      return auditNetwork(audited).missing;
    });
    expect(verdicts).toEqual([0, 0, 0, 0, 1]);
    const nothing = { has: hasOnRouter, announcingWillDo: true };
    expect(
      proveNetwork({ pes: [makePe('pe1', [silent, joined[1] as VrfSpec])] }, [agree(FLOW)], [], nothing).missing,
    ).toBe(1);
  });
});

function imports(...targets: string[]) {
  return { importRouteTargets: targets.map(rt) };
}

function takes(vrf: VrfView, target: string): VrfView {
  const { ipv4 } = vrf.operator;
  if (ipv4 === undefined) throw new Error('the sample has IPv4 everywhere');
  const importRouteTargets = [...ipv4.importRouteTargets, rt(target)];
  return { ...vrf, operator: { ...vrf.operator, ipv4: { ...ipv4, importRouteTargets } } };
}
