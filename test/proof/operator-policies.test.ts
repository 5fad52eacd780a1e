/** What operators' route policies leave open, and which texts name a route target. */
import { describe, expect, it } from 'vitest';
import type { PlatformName } from '../../src/domain/names.ts';
import type { NetworkView, OperatorFamily } from '../../src/domain/network-view.ts';
import type { ChangeKind } from '../../src/domain/plan.ts';
import {
  anomalyMentions,
  doubtfulPolicies,
  isNamedIn,
  judgePolicies,
  policyMentions,
} from '../../src/proof/operator-policies.ts';
import { allVrfs } from '../../src/proof/route-model.ts';
import { makeFlow, makeInterconnect, makePe, rt } from './networks.ts';

describe('a text names a route target', () => {
  it.each<[string, string, readonly string[]]>([
    [
      '65000:9001',
      'in two octets',
      ['65000:9001', '0:65000:9001', 'target:65000:9001,', 'rt 65000L:9001', 'WASL-0-65000-9001'],
    ],
    ['70000:1', 'in four', ['70000:1', '2:70000:1', '70000L:1', '(1.4464:1)', 'X-2-70000-1']],
    ['192.0.2.1:9', 'with an address', ['192.0.2.1:9', '1:192.0.2.1:9', 'X-1-192-0-2-1-9']],
  ])('%s %s, in every spelling', (target, _how, texts) => {
    expect(texts.filter((text) => !isNamedIn(text, rt(target)))).toEqual([]);
  });

  it.each<[string, readonly string[]]>([
    [
      '65000:9001',
      ['65000:90010', '165000:9001', '1.65000:9001', '0.65000:9001', '65000:900', '', '0-65000-90011', '2-65000-9001'],
    ],
    ['70000:1', ['70000:10', '170000:1', '1.4464:10', '11.4464:1', '0-70000-1', '1.4465:1', '4464:1']],
    ['192.0.2.1:9', ['192.0.2.1:90', '1192.0.2.1:9', '192.0.2.1L:9', '192.0.2.10:9']],
  ])('%s, and no other number', (target, texts) => {
    expect(texts.filter((text) => isNamedIn(text, rt(target)))).toEqual([]);
  });

  it('also behind one that only looks so', () => {
    expect(isNamedIn('65000:90010 65000:9001', rt('65000:9001'))).toBe(true);
    expect(isNamedIn('165000:9001,65000:9001', rt('65000:9001'))).toBe(true);
  });

  it('and is told with where it stands', () => {
    const [at] = allVrfs({
      pes: [
        makePe('pe1', [
          {
            ...{ vpn: 'AAA', own: '65000:100', policyTexts: { P: 'has 65000:1', Q: 'has 65000:2 and 65000:1', R: '' } },
            anomalies: ['list 0-65000-2', 'odd'],
          },
        ]),
      ],
    });
    if (at === undefined) throw new Error('no VRF');
    const targets = new Set(['65000:1', '65000:2'].map(rt));
    expect(policyMentions(at, targets)).toEqual([
      { target: '0:65000:1', where: 'policy P' },
      { target: '0:65000:1', where: 'policy Q' },
      { target: '0:65000:2', where: 'policy Q' },
    ]);
    expect(anomalyMentions(at, targets)).toEqual([
      { target: '0:65000:2', where: 'an object that wasl would not render' },
    ]);
  });
});

type Policies = Partial<Pick<OperatorFamily, 'importPolicies' | 'exportPolicies'>>;

/** AAA gives to BBB; CCC is a third party. Each may have policies, at a router of its own. */
function networkOf(
  policies: Readonly<Record<string, Policies>>,
  texts: Readonly<Record<string, string>> = {},
  platform: PlatformName = 'junos-yang',
): NetworkView {
  return {
    pes: ['AAA', 'BBB', 'CCC'].map((vpn, at) =>
      makePe(`pe${at + 1}`, [{ vpn, own: `65000:${at}`, operator: policies[vpn] ?? {}, policyTexts: texts }], platform),
    ),
  };
}
const subject = makeInterconnect(1, makeFlow('AAA', 'BBB', '65000:9001', 'whole-vpn'));
const judge = (view: NetworkView, kind: ChangeKind = 'provision') => {
  const { assumptions, undecided } = judgePolicies({ kind, before: view, after: view, subject, others: [] });
  return { assumptions, undecided: undecided.map(({ pe, vrf, sentence }) => `${pe} ${vrf}: ${sentence}`) };
};
const ALL = { importPolicies: ['IN'], exportPolicies: ['OUT', 'MORE'] };
const TEXTS = { IN: 'target:65000:7', OUT: 'x', MORE: 'x' };

describe('a change among policies of operators', () => {
  it('assumes nothing where there are none, and where it only takes away', () => {
    expect(judge(networkOf({}))).toEqual({ assumptions: [], undecided: [] });
    expect(judge(networkOf({ AAA: ALL, BBB: ALL, CCC: ALL }), 'withdraw')).toEqual({ assumptions: [], undecided: [] });
  });

  it('assumes of each party what its policies do with the new routes', () => {
    expect(judge(networkOf({ AAA: ALL, BBB: ALL, CCC: ALL }, TEXTS))).toEqual({
      assumptions: [
        'export policy MORE, OUT of VRF AAA at pe1 keeps the added route target and the prefixes',
        'import policy IN of VRF AAA at pe1 does not take the new route targets',
        'import policy IN of VRF BBB at pe2 accepts the new routes',
        'import policy IN of VRF CCC at pe3 does not take the new route targets',
      ],
      undecided: [],
    });
  });

  it('assumes of export policies that were not read that they put nothing on routes, but of whom gives', () => {
    const { MORE: _, ...some } = TEXTS;
    expect(judge(networkOf({ AAA: ALL, BBB: ALL, CCC: ALL }, some)).assumptions).toEqual([
      'export policy MORE of VRF BBB at pe2, which was not read, puts no route target of these VPNs on routes',
      'export policy MORE of VRF CCC at pe3, which was not read, puts no route target of these VPNs on routes',
      'export policy MORE, OUT of VRF AAA at pe1 keeps the added route target and the prefixes',
      'import policy IN of VRF AAA at pe1 does not take the new route targets',
      'import policy IN of VRF BBB at pe2 accepts the new routes',
      'import policy IN of VRF CCC at pe3 does not take the new route targets',
    ]);
    expect(judge(networkOf({ CCC: ALL })).assumptions).toEqual([
      'export policy MORE, OUT of VRF CCC at pe3, which was not read, puts no route target of these VPNs on routes',
    ]);
  });

  it('does not know what a third party takes by a policy that decides alone', () => {
    const policies = { CCC: { importPolicies: ['IN', 'NEXT'] } };
    expect(judge(networkOf(policies, { NEXT: 'x' })).undecided).toEqual([
      'pe3 CCC: the text of import policy IN was not read, so whether VRF CCC at pe3 would take the new routes is not known',
    ]);
    expect(
      judge(networkOf(policies, { IN: 'x', NEXT: '# takes target:*:*: it accepts by default' })).undecided,
    ).toEqual([
      'pe3 CCC: import policy NEXT matches route targets by a pattern (it accepts by default), so whether VRF CCC at pe3 would take the new routes is not known',
    ]);
    for (const platform of ['iosxr-um2', 'frr'] as const)
      expect(judge(networkOf(policies, {}, platform))).toEqual({ assumptions: [], undecided: [] });
  });

  it('knows policies of either family', () => {
    const view = networkOf({}, { IN: 'x' });
    const ipv6Only = {
      pes: view.pes.map((pe) => ({
        ...pe,
        vrfs: pe.vrfs.map((vrf) => {
          const { ipv6 } = vrf.operator;
          return ipv6 === undefined ? vrf : { ...vrf, operator: { ipv6: { ...ipv6, importPolicies: ['IN'] } } };
        }),
      })),
    };
    expect(judge(ipv6Only).assumptions).toHaveLength(3);
  });
});

describe('what may take more than it names', () => {
  const factsOf = (text: string) =>
    doubtfulPolicies(networkOf({ CCC: { importPolicies: ['IN'] } }, { IN: text })).map(
      ({ at, fact }) => `${at.pe}: ${fact}`,
    );
  const PATTERN = ['pe3: import policy IN matches route targets by a pattern'];

  it.each([
    ...['65000:*', '65000:90..', 'target:.*:9001', '65000:[89]...', '*:9001', '65000:9+', '65000:9(0|1)', '6500[01]:9'],
    ...['ios-regex', 'dfa-regex', 'posix-regex', 'a regex', 'rt 65000:9\\d', '(65000):9001', '65000:9?'],
    'prefix-list X\ntarget:65000:.*',
  ])('%j is a pattern', (text) => {
    expect(factsOf(text)).toEqual(PATTERN);
  });

  it.each(['target:65000:9001', '65000:9001, 65000:9002', 'prefix-list X 10.0.0.0/8 regex', ''])(
    '%j is none',
    (text) => {
      expect(factsOf(text)).toEqual([]);
    },
  );

  it('is each policy by itself, and what was not read', () => {
    const policies = { CCC: { importPolicies: ['A', 'B', 'C'], exportPolicies: ['OUT', 'C'] } };
    const told = (platform?: PlatformName) =>
      doubtfulPolicies(networkOf(policies, { A: 'regex', C: 'x' }, platform)).map(({ fact }) => fact);
    expect(told()).toEqual([
      'import policy A matches route targets by a pattern',
      'the text of import policy B was not read',
      'the text of export policy OUT was not read',
    ]);
    // Where a policy only narrows what the route targets bring, it takes nothing more.
    expect(told('iosxr-um2')).toEqual(['the text of export policy OUT was not read']);
  });
});
