/** The words of the route model, and how what one VPN reaches of another is told. */
import { describe, expect, it } from 'vitest';
import type { NetworkView } from '../../src/domain/network-view.ts';
import { giftsOfNobody } from '../../src/proof/gifts-of-nobody.ts';
import { computeReachability, reachabilityKey, reachabilityOf, sortByKey } from '../../src/proof/reachability.ts';
import { CARRIED_ROUTES_MAX, RouteIndex } from '../../src/proof/route-index.ts';
import {
  allVrfs,
  type CarriedRoute,
  importsOf,
  ownerName,
  ownerOf,
  routeKey,
  type VrfAtPe,
  vrfsByVpn,
} from '../../src/proof/route-model.ts';
import { makePe, makeVrf, pe, prefix, rt, type VrfSpec } from './networks.ts';

const vrfAt = (at: string, spec: VrfSpec): VrfAtPe => ({ pe: pe(at), vrf: makeVrf(spec) });
const takes = (...targets: string[]) => ({ importRouteTargets: targets.map(rt) });
const VIEW: NetworkView = {
  pes: [
    makePe('pe2', [
      { vpn: 'BBB', own: '65000:2', prefixes: ['10.2.10.0/24', '10.2.9.0/24'] },
      { vpn: null, name: 'STRAY', own: '65000:9', operator: takes('65000:2') },
    ]),
    makePe('pe1', [
      { vpn: 'AAA', own: '65000:1', prefixes: ['10.1.0.0/24'], operator: takes('65000:2') },
      { vpn: 'AAA', name: 'AAA-2', own: '65000:1', operator: takes('65000:2') },
    ]),
    makePe('pe3', [{ vpn: 'BBB', own: '65000:2', prefixes: ['10.2.9.0/24'], operator: takes('65000:2', '65000:1') }]),
  ],
};

describe('the owner of a VRF', () => {
  it('is its VPN, wherever it is; of nobody’s VRF it is that alone', () => {
    const [aaa, twin, stray, other] = [
      vrfAt('pe1', { vpn: 'AAA', own: '65000:1' }),
      vrfAt('pe2', { vpn: 'AAA', name: 'X', own: '65000:1' }),
      vrfAt('pe1', { vpn: null, name: 'AAA', own: '65000:1' }),
      vrfAt('pe2', { vpn: null, name: 'AAA', own: '65000:1' }),
    ] as const;
    expect(ownerOf(aaa)).toBe(ownerOf(twin));
    expect(new Set([aaa, stray, other].map(ownerOf)).size).toBe(3);
    expect([ownerName(aaa), ownerName(stray)]).toEqual(['AAA', 'the unregistered VRF AAA at pe1']);
  });
});

it('VRFs are listed in the order of the view, and by VPN without those of nobody; of one view once', () => {
  const names = (list: readonly VrfAtPe[] = []) => list.map(({ pe: at, vrf }) => `${at}/${vrf.name}`);
  expect(names(allVrfs(VIEW))).toEqual(['pe2/BBB', 'pe2/STRAY', 'pe1/AAA', 'pe1/AAA-2', 'pe3/BBB']);
  expect([...vrfsByVpn(VIEW)].map(([vpn, list]) => [vpn, names(list)])).toEqual([
    ['BBB', ['pe2/BBB', 'pe3/BBB']],
    ['AAA', ['pe1/AAA', 'pe1/AAA-2']],
  ]);
  for (const of of [allVrfs, vrfsByVpn, RouteIndex.of, giftsOfNobody]) expect(of(VIEW)).toBe(of(VIEW));
  const other = { pes: [...VIEW.pes] };
  const changed = RouteIndex.of(VIEW).changedTo(other);
  expect([RouteIndex.of(other), RouteIndex.of(VIEW).changedTo(other)].every((one) => one === changed)).toBe(true);
});

it('a VRF imports what the operator and wasl say, also of a family that it does not have', () => {
  const { vrf } = vrfAt('pe1', {
    ...{ vpn: 'AAA', own: '65000:1', families: ['ipv4'] },
    share: { ipv4: { imports: [rt('65000:3')], exports: [] }, ipv6: { imports: [rt('65000:4')], exports: [] } },
  });
  expect([...importsOf(vrf, 'ipv4')]).toEqual(['0:65000:1', '0:65000:3']);
  expect([...importsOf(vrf, 'ipv6')]).toEqual(['0:65000:4']);
});

describe('what one VPN reaches of another', () => {
  it('is told once for each pair of PEs, sorted by VPN, network and PE, without what is nobody’s', () => {
    const told = computeReachability(VIEW).map(
      (one) => `${one.from} ${one.to} ${one.prefix} ${one.fromPe} ${one.toPe} ${one.via}`,
    );
    expect(told).toEqual([
      'AAA BBB 10.1.0.0/24 pe1 pe3 0:65000:1',
      'BBB AAA 10.2.9.0/24 pe2 pe1 0:65000:2',
      'BBB AAA 10.2.9.0/24 pe3 pe1 0:65000:2',
      'BBB AAA 10.2.10.0/24 pe2 pe1 0:65000:2',
    ]);
  });

  it('leaves out what nobody gives, as what nobody takes', () => {
    const [aaa, stray] = [vrfAt('pe1', { vpn: 'AAA', own: '65000:1' }), vrfAt('pe1', { vpn: null, own: '65000:1' })];
    const route = (from: VrfAtPe, to: VrfAtPe): CarriedRoute => ({
      ...{ from, to, family: 'ipv4', prefix: prefix('10.1.0.0/16'), via: rt('65000:1') },
    });
    expect(reachabilityOf([route(aaa, stray), route(stray, aaa), route(stray, stray)])).toEqual([]);
    expect(reachabilityOf([route(aaa, aaa), route(aaa, aaa)])).toHaveLength(1);
    expect(routeKey(route(aaa, stray))).toBe('pe1 AAA 10.1.0.0/16 pe1 STRAY 0:65000:1');
    const [one] = reachabilityOf([route(aaa, aaa)]);
    expect(one && reachabilityKey(one)).toBe('AAA pe1 10.1.0.0/16 AAA pe1 0:65000:1');
  });

  it('is sorted by code units, and what is equal stays as it stood', () => {
    const list = ['b1', 'a1', 'B1', 'b2', 'a2', 'é1'];
    expect(sortByKey(list, (one) => one.slice(0, 1))).toEqual(['B1', 'a1', 'a2', 'b1', 'b2', 'é1']);
    expect(list[0]).toBe('b1');
  });
});

describe('the index', () => {
  const index = () => RouteIndex.of({ pes: [...VIEW.pes] });

  it('lists routes of all route targets, or of those that are asked for', () => {
    const told = (routes: readonly CarriedRoute[]) => routes.map(routeKey).sort();
    const all = told(index().routes());
    expect(all).toHaveLength(3 * 3 + 1);
    expect(told(index().routes(new Set([rt('65000:1')])))).toEqual(['pe1 AAA 10.1.0.0/24 pe3 BBB 0:65000:1']);
    expect(told(index().routes(new Set(['65000:1', '65000:2', '65000:77'].map(rt))))).toEqual(all);
  });

  it('knows who takes a route target, by owner and family', () => {
    const takers = (via: string, family: 'ipv4' | 'ipv6' = 'ipv4') =>
      [...index().takersBy(rt(via), family)].map(([owner, list]) => [owner, list.length]);
    expect(takers('65000:2')).toEqual([
      ['BBB', 2],
      ['?pe2/STRAY', 1],
      ['AAA', 2],
    ]);
    expect(takers('65000:77')).toEqual([]);
  });

  it('lists no more routes at once than memory takes', () => {
    // One list, given by many VRFs and taken by as many.
    const prefixes = Array.from({ length: 1_000 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`);
    const [giver] = makePe('pe1', [{ vpn: 'AAA', own: '65000:1', prefixes, families: ['ipv4'] }]).vrfs;
    const [taker] = makePe('pe1', [{ vpn: 'BBB', own: '65000:1', families: ['ipv4'] }]).vrfs;
    if (giver === undefined || taker === undefined) throw new Error('two VRFs');
    const pes = Array.from({ length: CARRIED_ROUTES_MAX / 1_000 + 1 }, (_, at) => ({
      ...{ name: pe(`pe${at}`), platform: 'frr' as const, vrfs: at === 0 ? [giver, taker] : [taker] },
    }));
    expect(() => RouteIndex.of({ pes }).routes()).toThrow(
      expect.objectContaining({ code: 'REQUEST_TOO_LARGE', message: 'more than 4000000 routes between VPNs' }),
    );
  });
});

describe('what a VRF of nobody gives', () => {
  const stray = (name: string, more: Partial<VrfSpec> = {}): VrfSpec => ({ vpn: null, name, own: '65000:7', ...more });
  const told = (...pes: (readonly [string, readonly VrfSpec[]])[]) =>
    giftsOfNobody({ pes: pes.map(([name, vrfs]) => makePe(name, vrfs)) }).map(
      ({ from, at, targets, fact }) => `${from.vrf.name} > ${at.pe}/${at.vrf.name} by ${targets}: ${fact}`,
    );
  const fact = (by: string, of: string, at: string) =>
    `takes by ${by} what VRF ${of} at ${at} gives, which no inventory lists: its networks are not known`;

  it('is told once for each that takes it and each that gives it, by all the route targets', () => {
    const both = { importRouteTargets: ['65000:7', '65000:8'].map(rt), exportRouteTargets: [] };
    expect(
      told(
        [
          'pe1',
          [
            stray('S1', { operator: { exportRouteTargets: ['65000:7', '65000:8'].map(rt) } }),
            { vpn: 'AAA', own: '65000:1', operator: both },
          ],
        ],
        ['pe2', [stray('S2'), { vpn: 'BBB', own: '65000:7' }]],
      ),
    ).toEqual([
      `S1 > pe1/AAA by 0:65000:7,0:65000:8: ${fact('65000:7, 65000:8', 'S1', 'pe1')}`,
      `S2 > pe1/AAA by 0:65000:7: ${fact('65000:7', 'S2', 'pe2')}`,
      `S1 > pe2/BBB by 0:65000:7: ${fact('65000:7', 'S1', 'pe1')}`,
      `S2 > pe2/BBB by 0:65000:7: ${fact('65000:7', 'S2', 'pe2')}`,
    ]);
  });

  it('is what a rule of wasl’s puts on it too, in the same family, and to VPNs alone', () => {
    const rules = { imports: [], exports: [{ routeTarget: rt('65000:3'), scope: 'whole-vpn' as const }] };
    const gives = stray('S', { operator: { exportRouteTargets: [] }, share: { ipv4: rules } });
    const taker = (family: 'ipv4' | 'ipv6'): VrfSpec => ({
      ...{ vpn: 'AAA', own: '65000:1' },
      share: { [family]: { imports: [rt('65000:3')], exports: [] } },
    });
    expect(told(['pe1', [gives, taker('ipv4')]])).toHaveLength(1);
    expect(told(['pe1', [gives, taker('ipv6')]])).toEqual([]);
    expect(told(['pe1', [gives, stray('T', { operator: takes('65000:3') })]])).toEqual([]);
    expect(told(['pe1', [taker('ipv4')]])).toEqual([]);
  });
});
