/** What was not understood, by where it stands and how far it reaches, against what a change touches. */
import { describe, expect, it } from 'vitest';
import {
  type NetworkView,
  type Reach,
  TRAIT_AUTO_EXPORT,
  TRAIT_WASL_AUTO_EXPORT,
  type Unknown,
} from '../../src/domain/network-view.ts';
import { judgeUnknowns } from '../../src/proof/judge-unknowns.ts';
import { cutLocally } from '../../src/proof/local-exchange.ts';
import { doubtfulPolicies, judgePolicies } from '../../src/proof/operator-policies.ts';
import { allVrfs } from '../../src/proof/route-model.ts';
import { alterVrf, makeFlow, makeInterconnect, makePe, rt, vrfName } from './networks.ts';
import { network, provisioned, subject } from './proving.ts';

const unknown = (reach: Reach, more: Partial<Unknown> = {}): Unknown => ({
  path: 'some path',
  reach,
  why: 'is odd',
  ...more,
});
const inVrf = (at: string, vrf: string, one: Unknown, view: NetworkView = provisioned) =>
  alterVrf(view, at, vrf, (of) => ({ ...of, unknowns: [...(of.unknowns ?? []), one] }));
const onPe = (at: string, one: Unknown): NetworkView => ({
  pes: provisioned.pes.map((of) => (of.name === at ? { ...of, unknowns: [one] } : of)),
});
const change = (after: NetworkView, kind: 'provision' | 'withdraw' = 'provision') => ({
  ...{ kind, before: network, after, subject, others: [] },
});
const judge = (after: NetworkView, kind?: 'withdraw') => {
  const { undecided, told, places } = judgeUnknowns(change(after, kind));
  return { undecided: undecided.map(({ pe, vrf, sentence }) => `${pe} ${vrf} ${sentence}`), told, places };
};

const STATE = 'state on the router in plain route targets what it does, or take it away';
const OF_VRF = 'so where the routes of this VRF go, and which come into it, is not known';
const OF_ROUTER = 'so whether the new routes would be in other tables of this router is not known';
const OF_NETWORK = 'so whether it would take the new routes, or give others their route target, is not known';

describe('what was not understood', () => {
  it.each<[string, NetworkView, string]>([
    [
      'of a party',
      inVrf('pe2', 'MOH', unknown('vrf')),
      `pe2 MOH VRF MOH at pe2: \`some path\` is odd, ${OF_VRF}; ${STATE}`,
    ],
    [
      'beside a party',
      inVrf('pe1', 'MOE', unknown('router')),
      `pe1 MOE VRF MOE at pe1: \`some path\` is odd, ${OF_ROUTER}; ${STATE}`,
    ],
    [
      'anywhere',
      inVrf('pe4', 'STRAY', unknown('network')),
      `pe4 STRAY VRF STRAY at pe4: \`some path\` is odd, ${OF_NETWORK}; ${STATE}`,
    ],
    ['of the router of a party', onPe('pe1', unknown('vrf')), `pe1 MOE pe1: \`some path\` is odd, ${OF_VRF}; ${STATE}`],
    [
      'of a router, in a VRF that the view lacks',
      onPe('pe1', unknown('vrf', { vrf: vrfName('GONE') })),
      `pe1 GONE VRF GONE at pe1: \`some path\` is odd, ${OF_VRF}; ${STATE}`,
    ],
    [
      'of a VRF that was not shown',
      onPe('pe1', unknown('router', { vrf: vrfName('GONE'), path: '' })),
      `pe1 GONE VRF GONE at pe1: is odd, ${OF_ROUTER}; let the login of wasl read it, put the VRF on the router, or take it out of the inventory`,
    ],
    [
      'of a router without a path',
      onPe('pe1', unknown('router', { path: '' })),
      `pe1 MOE pe1: is odd, ${OF_ROUTER}; ${STATE}`,
    ],
    [
      'of the router, told by a VRF',
      inVrf('pe1', 'MOE', unknown('vrf', { ofRouter: true })),
      `pe1 MOE pe1: \`some path\` is odd, ${OF_VRF}; ${STATE}`,
    ],
  ])('%s leaves what opens undecided, and is told of what closes', (_where, view, sentence) => {
    const [at = '', vrf = '', ...words] = sentence.split(' ');
    const place = words.join(' ').split(': ')[0];
    expect(judge(view)).toEqual({ undecided: [sentence], told: [], places: [place] });
    expect(judge(view, 'withdraw')).toEqual({
      undecided: [],
      told: [sentence.slice(`${at} ${vrf} `.length)],
      places: [place],
    });
  });

  it('concerns nobody elsewhere, and is counted all the same', () => {
    const alone: NetworkView = { pes: [...provisioned.pes, makePe('pe9', [{ vpn: 'MOE', own: '65000:300' }])] };
    const quiet = { undecided: [], told: [] };
    expect(judge(inVrf('pe1', 'MOE', unknown('vrf')))).toEqual({ ...quiet, places: ['VRF MOE at pe1'] });
    expect(judge(inVrf('pe4', 'STRAY', unknown('vrf')))).toEqual({ ...quiet, places: ['VRF STRAY at pe4'] });
    expect(judge(inVrf('pe9', 'MOE', unknown('router'), alone))).toEqual({ ...quiet, places: ['VRF MOE at pe9'] });
    const twice = inVrf('pe1', 'MOE', unknown('vrf'), inVrf('pe1', 'MOE', unknown('vrf', { path: 'other' })));
    expect(judge(twice).places).toEqual(['VRF MOE at pe1']);
    expect(judge(provisioned)).toEqual({ ...quiet, places: [] });
  });

  it('of a VRF that gives a party something, by the operator or by wasl, touches the change', () => {
    const taker = alterVrf(provisioned, 'pe4', 'MOF', (vrf) => ({
      ...vrf,
      share: { ...vrf.share, ipv6: { imports: [rt('65000:300')], exports: [] } },
    }));
    expect(judge(inVrf('pe1', 'MOE', unknown('vrf'), taker)).undecided).toHaveLength(1);
    // What a VRF of nobody takes is no taking of a party.
    const stray = alterVrf(provisioned, 'pe4', 'STRAY', (vrf) => ({
      ...vrf,
      share: { ipv4: { imports: [rt('65000:300')], exports: [] } },
    }));
    expect(judge(inVrf('pe1', 'MOE', unknown('vrf'), stray)).undecided).toEqual([]);
  });

  it('of a party of the agreement as it was, touches the change of it', () => {
    const previous = makeInterconnect(1, makeFlow('MOE', 'MOF', '65000:9001', ['10.130.0.0/16']));
    const after = inVrf('pe1', 'MOE', unknown('vrf'));
    expect(judgeUnknowns({ ...change(after), previous }).undecided).toHaveLength(1);
  });

  it('of a router that shows no VRF is told of the router', () => {
    const bare: NetworkView = { pes: [...provisioned.pes, { ...makePe('pe9', []), unknowns: [unknown('network')] }] };
    expect(judgeUnknowns(change(bare)).undecided).toMatchObject([{ pe: 'pe9', vrf: 'default' }]);
  });

  it('beyond fifty is told to a removal no further', () => {
    const many = Array.from({ length: 60 }, (_, index) => unknown('vrf', { path: `path ${index}` }));
    const view = alterVrf(provisioned, 'pe2', 'MOH', (vrf) => ({ ...vrf, unknowns: many }));
    expect(judge(view, 'withdraw').told).toHaveLength(50);
    expect(judge(view).undecided).toHaveLength(60);
  });
});

describe('two VRFs of one router', () => {
  const view = (platform: 'junos-yang' | 'iosxr-um2', ...traits: readonly (readonly string[])[]): NetworkView => {
    const made = makePe(
      'pe1',
      [
        { vpn: 'AAA', own: '65000:1' },
        { vpn: 'BBB', own: '65000:2' },
      ],
      platform,
    );
    return {
      pes: [
        { ...made, vrfs: made.vrfs.map((vrf, at) => ({ ...vrf, traits: traits[at] ?? [] })) },
        makePe('pe2', [{ vpn: 'BBB', own: '65000:2' }], platform),
      ],
    };
  };
  const isCut = (of: NetworkView, to = 1) => {
    const vrfs = allVrfs(of);
    const [from, at] = [vrfs[0], vrfs[to]];
    if (from === undefined || at === undefined) throw new Error('no VRF');
    return cutLocally(of)(from, at);
  };

  it.each([
    [[], [], true],
    [[TRAIT_AUTO_EXPORT], [], true],
    [[], [TRAIT_WASL_AUTO_EXPORT], true],
    [[TRAIT_AUTO_EXPORT], [TRAIT_WASL_AUTO_EXPORT], false],
    [[TRAIT_AUTO_EXPORT], [TRAIT_AUTO_EXPORT], false],
    [['other'], ['other'], true],
  ])('of Junos with %j and %j exchange nothing: %s', (one, other, cut) => {
    expect(isCut(view('junos-yang', one, other))).toBe(cut);
  });

  it('of a platform without the switch exchange, and so do those of two routers', () => {
    expect(isCut(view('iosxr-um2'))).toBe(false);
    expect(isCut(view('junos-yang'), 2)).toBe(false);
    const bare = makePe(
      'pe1',
      [
        { vpn: 'AAA', own: '65000:1' },
        { vpn: 'BBB', own: '65000:2' },
      ],
      'junos-yang',
    );
    expect(isCut({ pes: [bare] })).toBe(true);
  });
});

describe("operators' policies", () => {
  const withPolicies = (
    at: string,
    vrf: string,
    imports: string[],
    exports: string[],
    texts: Record<string, string> = {},
  ) =>
    alterVrf(provisioned, at, vrf, (of) => {
      const { ipv4 } = of.operator;
      if (ipv4 === undefined) throw new Error('the sample has IPv4');
      const more = { importPolicies: imports, exportPolicies: exports };
      return { ...of, policyTexts: texts, operator: { ...of.operator, ipv4: { ...ipv4, ...more } } };
    });
  const on = (platform: 'junos-yang' | 'iosxr-um2', view: NetworkView): NetworkView => ({
    pes: view.pes.map((one) => ({ ...one, platform })),
  });
  const policies = (view: NetworkView, of = subject) => {
    const { assumptions, undecided } = judgePolicies({ ...change(view), subject: of });
    return [...assumptions, ...undecided.map(({ pe, vrf, sentence }) => `? ${pe} ${vrf} ${sentence}`)];
  };
  const ONE_WAY = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']));

  it.each<[string, NetworkView, string[]]>([
    ['of nobody', provisioned, []],
    [
      'of a giver, read',
      withPolicies('pe1', 'MOH', [], ['B', 'A'], { A: '', B: '' }),
      ['export policy A, B of VRF MOH at pe1 keeps the added route target and the prefixes'],
    ],
    [
      'of a giver, not read',
      withPolicies('pe1', 'MOH', [], ['A']),
      ['export policy A of VRF MOH at pe1 keeps the added route target and the prefixes'],
    ],
    [
      'of a taker',
      withPolicies('pe3', 'MOF', ['B', 'A'], []),
      ['import policy A, B of VRF MOF at pe3 accepts the new routes'],
    ],
    [
      'of a taker that gives nothing',
      withPolicies('pe3', 'MOF', ['A'], ['C', 'B']),
      [
        'export policy B, C of VRF MOF at pe3, which was not read, puts no route target of these VPNs on routes',
        'import policy A of VRF MOF at pe3 accepts the new routes',
      ],
    ],
    [
      'of a third',
      withPolicies('pe3', 'MOE', [], ['A', 'B'], { A: '' }),
      ['export policy B of VRF MOE at pe3, which was not read, puts no route target of these VPNs on routes'],
    ],
    ['of a third, read', withPolicies('pe3', 'MOE', [], ['A'], { A: '' }), []],
    [
      'of a third that takes',
      withPolicies('pe3', 'MOE', ['B', 'A'], [], { A: 'members target:65000:300;', B: '' }),
      ['import policy A, B of VRF MOE at pe3 does not take the new route targets'],
    ],
    [
      'of a third that takes by what was not read',
      withPolicies('pe3', 'MOE', ['A', 'B'], [], { A: '' }),
      [
        '? pe3 MOE the text of import policy B was not read, so whether VRF MOE at pe3 would take the new routes is not known',
      ],
    ],
    [
      'of a third that takes by a pattern, with a reason',
      withPolicies('pe3', 'MOE', ['A'], [], { A: '# takes target:*:*: a reason' }),
      [
        '? pe3 MOE import policy A matches route targets by a pattern (a reason), so whether VRF MOE at pe3 would take the new routes is not known',
      ],
    ],
    [
      'of a third that names a prefix list',
      withPolicies('pe3', 'MOE', ['A'], [], { A: 'prefix-list 1:*\nand 5' }),
      ['import policy A of VRF MOE at pe3 does not take the new route targets'],
    ],
    [
      'of a third, behind a prefix list',
      withPolicies('pe3', 'MOE', ['A'], [], { A: 'prefix-list 10.0.0.0/8\nmembers 65000:*' }),
      [
        '? pe3 MOE import policy A matches route targets by a pattern, so whether VRF MOE at pe3 would take the new routes is not known',
      ],
    ],
  ])('%s', (_whose, view, told) => {
    expect(policies(on('junos-yang', view), ONE_WAY)).toEqual(told);
  });

  it('that only narrow open nothing; nor does a removal', () => {
    const view = withPolicies('pe3', 'MOE', ['A'], []);
    expect(policies(on('iosxr-um2', view))).toEqual([]);
    expect(judgePolicies(change(on('junos-yang', view), 'withdraw'))).toEqual({ assumptions: [], undecided: [] });
  });

  it('in both families are named once, and listed in order', () => {
    const six = alterVrf(withPolicies('pe3', 'MOF', ['A'], []), 'pe3', 'MOF', (vrf) => ({
      ...vrf,
      operator: {
        ...vrf.operator,
        ...(vrf.operator.ipv4 && { ipv6: { ...vrf.operator.ipv4, importPolicies: ['A', '0'] } }),
      },
    }));
    expect(policies(on('junos-yang', six))).toEqual(['import policy 0, A of VRF MOF at pe3 accepts the new routes']);
    const both = alterVrf(withPolicies('pe3', 'MOF', ['A'], []), 'pe1', 'MOH', (vrf) => ({
      ...vrf,
      operator: {
        ipv6: {
          ...vrf.operator.ipv4,
          ...{ importRouteTargets: [], exportRouteTargets: [], importPolicies: [], exportPolicies: ['Z'] },
        },
      },
    }));
    expect(policies(on('junos-yang', both))).toEqual([
      'export policy Z of VRF MOH at pe1 keeps the added route target and the prefixes',
      'import policy A of VRF MOF at pe3 accepts the new routes',
    ]);
  });

  it('are doubted, of the whole network, where their text is not read or takes by a pattern', () => {
    const view = withPolicies('pe3', 'MOE', ['A', 'B'], ['C', 'D'], { A: 'members 65000:*', D: '' });
    const doubts = (of: NetworkView) => doubtfulPolicies(of).map(({ at, fact }) => `${at.pe} ${at.vrf.name} ${fact}`);
    expect(doubts(on('junos-yang', view))).toEqual([
      'pe3 MOE import policy A matches route targets by a pattern',
      'pe3 MOE the text of import policy B was not read',
      'pe3 MOE the text of export policy C was not read',
    ]);
    expect(doubts(on('iosxr-um2', view))).toEqual(['pe3 MOE the text of export policy C was not read']);
  });
});
