/** Who puts a route target on what and who takes it: what counts as another use, and what an index has when VRFs move. */
import { describe, expect, it } from 'vitest';
import type { NetworkView } from '../../src/domain/network-view.ts';
import { allVrfs, type VrfAtPe } from '../../src/proof/route-model.ts';
import {
  differingVrfs,
  type Exporter,
  exportedBy,
  givesAny,
  indexCarriers,
  indexTargets,
  moveCarriers,
  moveVrfs,
  sameUse,
  type TargetUse,
  targetsOf,
} from '../../src/proof/target-use.ts';
import { alterVrf, makePe, makeVrf, pe, prefix, rt, type VrfSpec, vpn } from './networks.ts';

const VIA = rt('65000:1');
const vrfAt = (at: string, name: string, more: Partial<VrfSpec> = {}): VrfAtPe => ({
  pe: pe(at),
  vrf: makeVrf({ vpn: name, own: '65000:100', ...more }),
});
const exporter = (at: VrfAtPe, ...prefixes: string[]): Exporter => ({ at, prefixes: prefixes.map(prefix) });
const use = (
  exporters: Record<string, readonly Exporter[]>,
  importers: Record<string, readonly VrfAtPe[]>,
): TargetUse => ({
  exporters: new Map(Object.entries(exporters)),
  importers: new Map(Object.entries(importers)),
});

describe('the same use of a route target', () => {
  const [a, b, elsewhere, other] = [vrfAt('pe1', 'AAA'), vrfAt('pe2', 'AAA'), vrfAt('pe3', 'AAA'), vrfAt('pe1', 'BBB')];
  const gives = use({ AAA: [exporter(a, '10.1.0.0/16')] }, { BBB: [other] });

  it.each<[string, TargetUse | undefined, TargetUse | undefined]>([
    ['none and none', undefined, undefined],
    ['itself', gives, gives],
    [
      'the same said by other objects',
      gives,
      use({ AAA: [exporter({ ...a }, '10.1.0.0/16')] }, { BBB: [{ ...other }] }),
    ],
    [
      'a VRF that says something else of other route targets',
      gives,
      use({ AAA: [exporter(vrfAt('pe1', 'AAA', { canary: true }), '10.1.0.0/16')] }, { BBB: [other] }),
    ],
  ])('is %s', (_what, one, another) => {
    expect([sameUse(one, another), sameUse(another, one)]).toEqual([true, true]);
  });

  it.each<[string, TargetUse | undefined]>([
    ['none', undefined],
    ['nobody’s gift', use({}, { BBB: [other] })],
    ['a gift that nobody takes', use({ AAA: [exporter(a, '10.1.0.0/16')] }, {})],
    ['that of another owner', use({ CCC: [exporter(a, '10.1.0.0/16')] }, { BBB: [other] })],
    ['that which another owner takes', use({ AAA: [exporter(a, '10.1.0.0/16')] }, { CCC: [other] })],
    ['that of another PE', use({ AAA: [exporter(elsewhere, '10.1.0.0/16')] }, { BBB: [other] })],
    ['that of another VRF', use({ AAA: [exporter({ ...a, vrf: other.vrf }, '10.1.0.0/16')] }, { BBB: [other] })],
    ['of another prefix', use({ AAA: [exporter(a, '10.2.0.0/16')] }, { BBB: [other] })],
    ['of a prefix more', use({ AAA: [exporter(a, '10.1.0.0/16', '10.2.0.0/16')] }, { BBB: [other] })],
    ['of a site more', use({ AAA: [exporter(a, '10.1.0.0/16'), exporter(b, '10.1.0.0/16')] }, { BBB: [other] })],
    ['of a taker more', use({ AAA: [exporter(a, '10.1.0.0/16')] }, { BBB: [other, vrfAt('pe2', 'BBB')] })],
    ['of another taker', use({ AAA: [exporter(a, '10.1.0.0/16')] }, { BBB: [vrfAt('pe2', 'BBB')] })],
    ['of an owner more', use({ AAA: [exporter(a, '10.1.0.0/16')], CCC: [] }, { BBB: [other] })],
    ['of a taking owner more', use({ AAA: [exporter(a, '10.1.0.0/16')] }, { BBB: [other], CCC: [] })],
  ])('is not %s', (_what, another) => {
    expect([sameUse(gives, another), sameUse(another, gives)]).toEqual([false, false]);
  });
});

describe('what a VRF gives by a route target', () => {
  const given = (more: Partial<VrfSpec>) => {
    const { vrf } = vrfAt('pe1', 'AAA', { prefixes: ['10.1.0.0/16', '10.2.0.0/16', '2001:db8::/48'], ...more });
    return Object.fromEntries([...exportedBy(vrf, 'ipv4')]);
  };
  const share = (...rules: [string, string[] | 'whole-vpn'][]) => ({
    ipv4: {
      imports: [],
      exports: rules.map(([target, scope]) => ({
        routeTarget: rt(target),
        scope: scope === 'whole-vpn' ? scope : scope.map(prefix),
      })),
    },
  });
  const OWN = { '0:65000:100': ['10.1.0.0/16', '10.2.0.0/16'] };

  it.each<[string, Partial<VrfSpec>, Record<string, readonly string[]>]>([
    ['all by its own', {}, OWN],
    ['nothing where it announces nothing', { prefixes: ['2001:db8::/48'] }, {}],
    [
      'what a rule names and it announces',
      { share: share(['65000:1', ['10.1.0.0/16', '10.9.0.0/16']]) },
      { ...OWN, '0:65000:1': ['10.1.0.0/16'] },
    ],
    ['nothing by a rule for what it does not announce', { share: share(['65000:1', ['10.9.0.0/16']]) }, OWN],
    [
      'all by a rule for the whole VPN',
      { share: share(['65000:1', 'whole-vpn']) },
      { ...OWN, '0:65000:1': ['10.1.0.0/16', '10.2.0.0/16'] },
    ],
    [
      'what each of two rules names',
      {
        share: share(['65000:1', ['10.2.0.0/16']]),
        operator: { exportRules: [{ routeTarget: VIA, scope: [prefix('10.1.0.0/16')] }] },
      },
      { ...OWN, '0:65000:1': ['10.2.0.0/16', '10.1.0.0/16'] },
    ],
    [
      'once what two rules name, the operator’s and wasl’s',
      {
        share: share(['65000:1', ['10.1.0.0/16', '10.2.0.0/16']]),
        operator: { exportRules: [{ routeTarget: VIA, scope: ['10.2.0.0/16', '10.1.0.0/16'].map(prefix) }] },
      },
      { ...OWN, '0:65000:1': ['10.1.0.0/16', '10.2.0.0/16'] },
    ],
    ['all by its own, whatever a rule says of it', { share: share(['65000:100', ['10.1.0.0/16']]) }, OWN],
  ])('is %s', (_what, more, expected) => {
    expect(given(more)).toEqual(expected);
  });

  it('is looked for one by one or in a set, with the same answer', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `10.1.${at}.0/24`);
    for (const count of [31, 32, 33, 40]) {
      const list = [exporter(vrfAt('pe1', 'AAA'), ...many(count)), exporter(vrfAt('pe2', 'AAA'), '10.9.0.0/16')];
      const asked = [...many(count), '10.9.0.0/16', '10.8.0.0/16'].map((one) => givesAny(list, prefix(one)));
      expect(asked).toEqual([...many(count).map(() => true), true, false]);
    }
    expect(givesAny([], prefix('10.1.0.0/16'))).toBe(false);
  });
});

it('what a VRF has of route targets is of either family, of the operator and of wasl', () => {
  const { vrf } = vrfAt('pe1', 'AAA', {
    families: ['ipv6'],
    operator: {
      importRouteTargets: [rt('65000:1')],
      exportRouteTargets: [rt('65000:2')],
      exportRules: [{ routeTarget: rt('65000:3'), scope: 'whole-vpn' }],
    },
    share: {
      ipv6: { imports: [rt('65000:4')], exports: [{ routeTarget: rt('65000:5'), scope: [] }] },
      ipv4: { imports: [rt('65000:6')], exports: [] },
    },
  });
  expect([...targetsOf(vrf)].sort()).toEqual([1, 2, 3, 4, 5, 6].map((one) => `0:65000:${one}`));
});

describe('VRFs that differ', () => {
  const view: NetworkView = {
    pes: [
      makePe('pe1', [
        { vpn: 'AAA', own: '65000:1' },
        { vpn: 'BBB', own: '65000:2' },
      ]),
      makePe('pe2', [{ vpn: 'AAA', own: '65000:1' }]),
    ],
  };
  const [first, second] = view.pes;
  if (first === undefined || second === undefined) throw new Error('two PEs');
  const told = (before: NetworkView, after: NetworkView) =>
    differingVrfs(before, after).map(([old, now]) => [old, now].map((at) => at && `${at.pe}/${at.vrf.name}`));

  it('are those that are other objects, came or went, with their PE or alone', () => {
    expect(told(view, view)).toEqual([]);
    expect(
      told(
        view,
        alterVrf(view, 'pe1', 'BBB', (vrf) => ({ ...vrf })),
      ),
    ).toEqual([['pe1/BBB', 'pe1/BBB']]);
    const without = { pes: [{ ...first, vrfs: first.vrfs.slice(0, 1) }, second] };
    expect([told(view, without), told(without, view)]).toEqual([[['pe1/BBB', null]], [[null, 'pe1/BBB']]]);
    const gone = { pes: [first] };
    expect([told(view, gone), told(gone, view)]).toEqual([[['pe2/AAA', null]], [[null, 'pe2/AAA']]]);
  });
});

describe('an index of which VRFs move', () => {
  const view: NetworkView = {
    pes: [
      makePe('pe1', [
        { vpn: 'AAA', own: '65000:1', prefixes: ['10.1.0.0/16'] },
        { vpn: 'BBB', own: '65000:2', prefixes: ['10.2.0.0/16'], operator: { importRouteTargets: [VIA] } },
      ]),
      makePe('pe2', [{ vpn: 'AAA', own: '65000:1', prefixes: ['10.1.1.0/24'] }]),
      makePe('pe3', [{ vpn: 'AAA', own: '65000:1', prefixes: ['10.1.2.0/24'] }]),
    ],
  };
  const place = ({ pe: at, vrf }: VrfAtPe) => `${at}/${vrf.name}`;
  const told = (index: ReturnType<typeof indexTargets>, target = VIA) => {
    const found = index.get(target);
    if (found === undefined) return null;
    const givers = [...found.exporters].map(([owner, list]) => [
      owner,
      list.map(({ at, prefixes }) => `${place(at)} ${prefixes}`),
    ]);
    return [givers, [...found.importers].map(([owner, list]) => [owner, list.map(place)])];
  };
  const moved = (after: NetworkView) => moveVrfs(indexTargets(view, 'ipv4'), differingVrfs(view, after), 'ipv4');
  const alter = (at: string, name: string, change: Parameters<typeof alterVrf>[3]) => alterVrf(view, at, name, change);

  it.each<[string, NetworkView, readonly string[]]>([
    ['an owner', alter('pe2', 'AAA', (vrf) => ({ ...vrf, vpn: vpn('CCC') })), ['0:65000:1']],
    ['to nobody', alter('pe2', 'AAA', (vrf) => ({ ...vrf, vpn: null })), ['0:65000:1']],
    ['away', { pes: view.pes.filter(({ name }) => name !== 'pe3') }, ['0:65000:1']],
    ['nowhere', alter('pe2', 'AAA', (vrf) => ({ ...vrf })), []],
    ['to silence', alter('pe2', 'AAA', (vrf) => ({ ...vrf, attachments: [] })), ['0:65000:1']],
    ['off its route target', alter('pe2', 'AAA', (vrf) => ({ ...vrf, operator: {} })), ['0:65000:1']],
    ['as the only giver of one', alter('pe1', 'BBB', (vrf) => ({ ...vrf, operator: {} })), ['0:65000:1', '0:65000:2']],
  ])('%s: it is the one made anew, in the same order of what stayed', (_what, after, targets) => {
    const { index, targets: differing } = moved(after);
    const anew = indexTargets(after, 'ipv4');
    expect([...differing].sort()).toEqual(targets);
    for (const target of [VIA, rt('65000:2')]) {
      const sorted = (of: ReturnType<typeof told>) =>
        JSON.stringify(of, (_, one) => (Array.isArray(one) ? [...one].sort() : one));
      expect(sorted(told(index, target))).toBe(sorted(told(anew, target)));
    }
    expect([...index.keys()].sort()).toEqual([...anew.keys()].sort());
  });

  it('keeps the place of one that says something else', () => {
    const after = alter('pe2', 'AAA', (vrf) => ({
      ...vrf,
      attachments: [{ branch: 'b', prefixes: [prefix('10.1.9.0/24')], probe: null }],
    }));
    expect(told(moved(after).index)).toEqual(told(indexTargets(after, 'ipv4')));
  });

  it('has the carriers of the view that it moves to', () => {
    const carriers = (of: ReturnType<typeof indexCarriers>, target = VIA) => of.get(target)?.map(place);
    const before = indexCarriers(view);
    expect(carriers(before)).toEqual(['pe1/AAA', 'pe1/BBB', 'pe2/AAA', 'pe3/AAA']);
    const without = { pes: view.pes.map((one) => (one.name === 'pe1' ? { ...one, vrfs: [] } : one)) };
    const after = moveCarriers(before, differingVrfs(view, without));
    expect([carriers(after), carriers(after, rt('65000:2'))]).toEqual([['pe2/AAA', 'pe3/AAA'], undefined]);
    expect([...after.keys()]).toEqual([...indexCarriers(without).keys()]);
    const back = moveCarriers(after, differingVrfs(without, view));
    expect(carriers(back)?.sort()).toEqual(carriers(before)?.sort());
    expect(carriers(back, rt('65000:2'))).toEqual(['pe1/BBB']);
  });
});

it('of a view the VRFs are listed in its order', () => {
  const view = {
    pes: [makePe('pe2', [{ vpn: 'BBB', own: '65000:2' }]), makePe('pe1', [{ vpn: 'AAA', own: '65000:1' }])],
  };
  expect(allVrfs(view).map(({ pe: at, vrf }) => `${at}/${vrf.name}`)).toEqual(['pe2/BBB', 'pe1/AAA']);
});
