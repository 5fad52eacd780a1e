/** Junos: instances that are no VRF, what policies say, and what they put on routes and take. */
import { describe, expect, it } from 'vitest';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { openEnds } from '../../src/platforms/junos-yang/open-ends.ts';
import {
  calledBy,
  policyText,
  readPolicyOptions,
  repeatedNames,
  usesOf,
} from '../../src/platforms/junos-yang/policies.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { readVrfs } from '../../src/router/read-vrfs.ts';
import { F1_FACTS, junos } from '../router/support/frames.ts';
import {
  community,
  from,
  instance,
  list,
  lists,
  OWN,
  policy,
  put,
  REJECT,
  read,
  readAll,
  target,
  term,
  told,
} from '../router/support/junos-texts.ts';

const rootsOf = (policies: string) => parseXmlFragment(junos(policies, ''));
const optionsOf = (policies: string) => readPolicyOptions(rootsOf(policies));

describe('an instance of another type', () => {
  const operator = (targets: string[]) => ({
    ...{ importRouteTargets: targets, exportRouteTargets: targets, exportPolicies: [], importPolicies: [] },
  });
  const LISTED = [{ name: 'V', families: ['ipv4'] }];

  it.each([
    'virtual-router',
    'forwarding',
    'no-forwarding',
    'mpls-forwarding',
    'evpn',
    'vpls',
    'l2vpn',
    'mac-vrf',
    'virtual-switch',
  ])('%s without a route target is none of the model', (type) => {
    expect(readAll(instance('', type, 'V'))).toEqual([]);
  });

  it.each([
    'evpn',
    'evpn-vpws',
    'mac-vrf',
    'vpls',
    'l2vpn',
    'layer2-control',
    'virtual-switch',
    'mpls-internet-multicast',
    'l2backhaul-vpn',
  ])('of %s nothing but its route targets is looked at', (type) => {
    const inside = '<colour/><protocols><evpn><vni><vrf-target>target:64900:9</vrf-target></vni></evpn></protocols>';
    expect(readAll(instance(inside + OWN, type, 'V'))).toEqual([
      {
        name: 'V',
        routeDistinguisher: null,
        operator: { ipv4: operator(['0:64900:9', '0:64900:1']), ipv6: operator(['0:64900:9', '0:64900:1']) },
        share: { ipv4: { imports: [], exports: [] }, ipv6: { imports: [], exports: [] } },
        policyTexts: {},
        anomalies: [],
        idle: true,
      },
    ]);
    expect(readAll(instance('<colour/>', type, 'V'))).toEqual([]);
  });

  it.each(['virtual-router', 'forwarding'])('of %s all is looked at', (type) => {
    const why = 'network: routing-instances instance V colour: is not understood';
    expect(told(readAll(instance('<colour/>', type, 'V')))).toEqual([why]);
    expect(told(readAll(instance(`<colour/>${OWN}`, type, 'V')))).toEqual([why]);
  });

  it.each([
    ['IN', 'OUT', ['0:64900:7', '0:64900:8']],
    ['IN', 'IN', ['0:64900:7']],
    ['', 'OUT', ['0:64900:8']],
    // What wasl put there while it was a VRF goes with its interconnects.
    ['WASL-V-IMPORT', '', []],
  ])('is in the model where its policies %j and %j name route targets', (importing, exporting, targets) => {
    const policies =
      policy('IN', term('a', from('C'), '<accept/>')) +
      policy('WASL-V-IMPORT', term('a', from('C'), '<accept/>')) +
      policy('OUT', term('a', '', put('D'))) +
      community('C', 'target:64900:7') +
      community('D', 'target:64900:8');
    const [found] = readAll(instance(lists(importing, exporting), 'virtual-router', 'V'), { policies });
    expect(found?.operator.ipv4?.importRouteTargets).toEqual(targets);
  });

  it('that the inventory lists as a VRF is told, and one of no known type is a VRF to nobody', () => {
    const at = 'routing-instances instance V instance-type';
    expect(told(readAll(instance(OWN, 'evpn', 'V'), { listed: LISTED as never }))).toEqual([
      `vrf: ${at} evpn: is no VRF, as which the inventory lists it`,
    ]);
    expect(told(readAll(instance(OWN, 'evpn', 'V')))).toEqual([]);
    for (const listed of [[], LISTED]) {
      const [vrf] = readAll(instance(OWN, 'teleport', 'V'), { listed });
      expect(vrf?.idle).toBeUndefined();
      expect(told(vrf === undefined ? [] : [vrf])).toEqual([`network: ${at} teleport: is not understood`]);
    }
    expect(told(readAll(instance('', 'teleport', 'V')))).toEqual([`network: ${at} teleport: is not understood`]);
  });

  it('of no type counts as a VRF', () => {
    const [vrf] = readAll(instance(OWN, '', 'V'));
    expect([vrf?.operator.ipv4, vrf?.unknowns, vrf?.idle]).toEqual([operator(['0:64900:1']), undefined, undefined]);
    expect(readAll(instance('', '', 'V'))).toHaveLength(1);
  });

  it('in another model is none, and the model is told', () => {
    const xml = junos('', instance(OWN)).replace('http://yang.juniper.net/junos/conf/root', 'urn:other');
    const vrfs = readVrfs(PLATFORMS['junos-yang'], parseXmlFragment(xml), { pool: F1_FACTS.pool, vrfs: [] });
    expect(told(vrfs)).toEqual(['network: configuration: of the model urn:other is not understood']);
    const native = junos('', instance(OWN)).replace(/ xmlns(:\w+)?="[^"]*"/g, '');
    expect(
      told(readVrfs(PLATFORMS['junos-yang'], parseXmlFragment(native), { pool: F1_FACTS.pool, vrfs: [] })),
    ).toEqual([]);
  });
});

describe('an operator’s policies', () => {
  const IN = policy('IN', term('a', from('C'), '<accept/>') + REJECT);
  const OUT = policy('OUT', term('a', '', `${put('D')}<accept/>`));
  const RTS = community('C', 'target:64900:7') + community('D', 'target:64900:8');

  it('take the place of vrf-target in their direction, and are shown with all that they name', () => {
    const vrf = read(OWN + lists('IN', 'OUT'), { policies: IN + OUT + RTS + list('UNUSED', '10.0.0.0/8') });
    expect(vrf.operator.ipv4).toEqual({
      importRouteTargets: ['0:64900:7'],
      exportRouteTargets: ['0:64900:8'],
      exportPolicies: ['OUT'],
      importPolicies: ['IN'],
    });
    expect(vrf.policyTexts).toEqual({
      IN: 'term a from community C\nterm a then accept\nthen reject\ncommunity C members target:64900:7',
      OUT: 'term a then community add D\nterm a then accept\ncommunity D members target:64900:8',
    });
    expect([vrf.traits, told([vrf])]).toEqual([undefined, []]);
    const onlyIn = read(OWN + lists('IN'), { policies: IN + RTS });
    expect(onlyIn.operator.ipv4).toMatchObject({
      importRouteTargets: ['0:64900:7'],
      exportRouteTargets: ['0:64900:1'],
    });
  });

  it('that are not on the router are told; of imports their text is missing', () => {
    const vrf = read(lists('GONE-IN', 'GONE'));
    expect(told([vrf])).toEqual([
      'network: routing-instances instance MOH policy GONE: names a policy that is not on the router',
    ]);
    expect(vrf.policyTexts).toEqual({});
    expect(read(lists('GONE-IN IN'), { policies: IN }).policyTexts).toEqual({ IN: expect.any(String) });
  });

  it.each([
    ['vrf-import', policy('P', term('a', from('C'), '<accept/>') + REJECT), community('C', 'target:64900:7001')],
    ['vrf-export', policy('P', term('a', '', put('C'))), community('C', 'target:64900:7001')],
  ])('that name a route target of the pool in %s are an anomaly', (place, statement, communities) => {
    const inside = place === 'vrf-import' ? lists('P') : lists('', 'P');
    const of = (policies: string) => read(inside, { policies }).anomalies;
    expect(of(statement + communities)).toEqual(["vrf MOH: the operator's policies name 0:64900:7001 of wasl's pool"]);
    expect(of(statement + communities.replace('7001', '6999'))).toEqual([]);
  });

  it('are no share of wasl’s, whatever their terms are called', () => {
    const body = term('ipv4', from('C'), '<accept/>') + term('x-ipv4', '', put('D'));
    const vrf = read(lists('P', 'P'), { policies: policy('P', body) + RTS });
    expect(vrf.share.ipv4).toEqual({ imports: [], exports: [] });
  });

  it('read the same with blanks and line ends around their texts', () => {
    const policies =
      policy('ASKS', term('a', `<policy>(IN || OUT)</policy>${from('C')}`, put('D'))) +
      policy('WASL-MOH-IMPORT', term('ipv4', from('WASL-MOH-RT-0-64900-7001'), '<accept/>') + REJECT) +
      community('WASL-MOH-RT-0-64900-7001', 'target:64900:7001');
    const rib = '<rib><name>MOH.inet6.0</name><maximum-prefixes><limit>7</limit></maximum-prefixes></rib>';
    const inside =
      `${OWN}<import-default-action>reject</import-default-action><routing-options>${rib}</routing-options>` +
      '<protocols><bgp><group><name>CE</name><import>ASKS</import></group></bgp></protocols>';
    const both =
      instance(lists('WASL-MOH-IMPORT IN ASKS', 'ASKS OUT') + inside) + instance(OWN + lists('IN'), 'evpn', 'V');
    const rest = '<apply-groups>G</apply-groups><groups><name>G</name></groups>';
    const xml = junos(policies + IN + OUT + RTS, both, rest);
    const readXml = (text: string) =>
      readVrfs(PLATFORMS['junos-yang'], parseXmlFragment(text), { pool: F1_FACTS.pool, vrfs: [] });
    const found = readXml(xml);
    expect(found[0]?.share.ipv4?.imports).toEqual(['0:64900:7001']);
    expect(readXml(xml.replace(/>([^<>\s][^<>]*)</g, '>\n  $1\n  <'))).toEqual(found);
  });

  it('is told once of a route target of both directions', () => {
    const policies = policy('P', term('a', from('C'), put('C')) + REJECT) + community('C', 'target:64900:7001');
    expect(read(lists('P', 'P'), { policies }).anomalies).toHaveLength(1);
  });

  it.each([
    ['add', ['0:64900:8']],
    ['set', ['0:64900:8']],
    ['delete', []],
  ])('that %s a community export %j', (how, targets) => {
    const policies = policy('OUT', `<then>${put('D', how)}</then>`) + RTS;
    expect(read(lists('', 'OUT'), { policies }).operator.ipv4?.exportRouteTargets).toEqual(targets);
  });

  it('names of two of one kind are told, with which of them counts not known', () => {
    const twice = [IN + IN, community('C', 'target:64900:7').repeat(2), list('L', '10.0.0.0/8').repeat(2)];
    expect(twice.flatMap((policies) => repeatedNames(rootsOf(policies)))).toEqual([
      'policy-statement IN',
      'community C',
      'prefix-list L',
    ]);
    expect(repeatedNames(rootsOf(`${IN}${community('IN', '64900:1')}<defaults/><defaults/>`))).toEqual([]);
    expect(told(readAll('', { policies: IN + IN }))).toEqual([
      'network: policy-options policy-statement IN: stands there more than once',
    ]);
  });
});

describe('policies of protocols towards CEs', () => {
  const inside = (text: string) =>
    `${OWN}<protocols><bgp><group><name>CE</name><import>${text}</import></group></bgp></protocols>`;
  const MARK = policy('MARK', term('a', '', put('D'))) + community('D', 'target:64900:8');

  it.each([
    ['MARK', MARK],
    ['( PLAIN || MARK )', MARK + policy('PLAIN', REJECT)],
    ['ASKS', MARK + policy('ASKS', term('a', '<policy>MARK</policy>', '<accept/>'))],
  ])('%s puts its route target on what it lets in', (text, policies) => {
    const vrf = read(inside(text), { policies });
    expect(vrf.operator.ipv4?.exportRules).toEqual([{ routeTarget: '0:64900:8', scope: 'whole-vpn' }]);
    expect([Object.keys(vrf.policyTexts), told([vrf])]).toEqual([[text === 'ASKS' ? 'ASKS' : 'MARK'], []]);
  });

  it('that put on the VRF’s own, or nothing, are no matter', () => {
    const own = read(inside('MARK'), { policies: MARK.replace('64900:8', '64900:1') });
    expect(own.operator.ipv4?.exportRules).toBeUndefined();
    const plain = read(inside('PLAIN'), { policies: policy('PLAIN', REJECT) });
    expect([plain.policyTexts, told([plain])]).toEqual([{}, []]);
  });

  it.each([
    ['GONE', '', 'GONE: names a policy that is not on the router'],
    ['DYN', policy('DYN', '<dynamic-db/>'), 'DYN: names policy DYN, which is in the dynamic database'],
    [
      'MARK',
      policy('MARK', term('a', '', put('D'))),
      'MARK: puts community D on routes, which is not in the configuration',
    ],
    [
      'MARK',
      MARK.replace('target:64900:8', '0x2:64900:8'),
      'MARK: puts 0x2:64900:8 on routes, which is not understood',
    ],
    [
      'MARK',
      MARK.replace('<members>', '<dynamic-db/><members>'),
      'MARK: puts community D on routes, which is not in the configuration',
    ],
  ])('%s is told where it is not known (%#)', (text, policies, why) => {
    expect(told([read(inside(text), { policies })])).toEqual([`network: routing-instances instance MOH policy ${why}`]);
  });
});

describe('the text of a policy', () => {
  const text = (policies: string, name = 'P') => policyText(name, optionsOf(policies));

  it('is null where there is none', () => {
    expect(text(policy('Q', REJECT))).toBeNull();
  });

  it('has what it asks, and what these name, behind it', () => {
    const asked = policy('Q', term('b', '<policy>GONE</policy><prefix-list><name>L</name></prefix-list>', '<reject/>'));
    expect(
      text(
        policy('P', term('a', '<policy>Q</policy>', '<next>policy</next>')) +
          asked +
          list('L', '10.0.0.0/8', '10.9.0.0/16'),
      )?.split('\n'),
    ).toEqual([
      'term a from policy Q',
      'term a then next policy',
      '# policy GONE was not read',
      'policy Q term b from policy GONE',
      'policy Q term b from prefix-list L',
      'policy Q term b then reject',
      'prefix-list L prefix-list-item 10.0.0.0/8',
      'prefix-list L prefix-list-item 10.9.0.0/16',
    ]);
  });

  it('is one statement a line, keys with what they are of', () => {
    const filter =
      '<route-filter><address> 10.0.0.0/8 </address><choice-ident>prefix-length-range</choice-ident><choice-value>/24-/28</choice-value><accept/></route-filter>';
    const lists =
      '<prefix-list-filter><list_name>L</list_name><choice-ident>orlonger</choice-ident><choice-value/></prefix-list-filter>';
    expect(
      text(policy('P', term('a', filter + lists, '<metric><metric> 5 </metric></metric>') + term('b', '', '')))?.split(
        '\n',
      ),
    ).toEqual([
      'term a from route-filter 10.0.0.0/8 prefix-length-range /24-/28 accept',
      'term a from prefix-list-filter L orlonger',
      'term a then metric metric 5',
      'term b then',
    ]);
  });

  it('names of the policies that it asks, and they ask, also of themselves', () => {
    const policies =
      policy('P', term('a', '<policy>( Q &amp;&amp; !R )</policy>', '')) +
      policy('Q', `<from><policy>P</policy></from>${term('a', '<policy>Q</policy>', '')}`) +
      policy('R', term('a', '<policy>S|Q</policy>', ''));
    expect(calledBy(['P'], optionsOf(policies))).toEqual(['Q', 'R', 'S']);
    expect(calledBy(['S'], optionsOf(policies))).toEqual([]);
  });
});

describe('names of wasl in policies that are not wasl’s', () => {
  it('are of communities and lists, and not of policies, nor in wasl’s own', () => {
    const [C, L] = ['WASL-MOH-RT-0-64900-7001', 'WASL-MOH-IPV4-0-64900-7001'];
    const policies =
      community(C, 'target:64900:7001') +
      list(L, '10.0.0.0/8') +
      policy('THEIRS', term('a', `${from(C)}<policy>(X|WASL-MOH-IMPORT)</policy>${from('WASL-GONE')}`, '')) +
      policy('LISTS', term('a', `<prefix-list><name>${L}</name></prefix-list>`, '')) +
      policy('WASL-MOH-IMPORT', term('a', from(C), '<accept/>'));
    expect([...usesOf(optionsOf(policies))]).toEqual([
      [C, 'policy-statement THEIRS'],
      [L, 'policy-statement LISTS'],
    ]);
    expect(read(OWN, { policies }).usedObjects).toEqual({
      [`community ${C}`]: 'policy-statement THEIRS',
      [`prefix-list ${L}`]: 'policy-statement LISTS',
    });
  });
});

describe('an import chain', () => {
  const C = community('C', 'target:64900:7');
  const ends = (body: string, more = C, byDefault: 'accept' | 'reject' = 'accept') =>
    openEnds(['P'], optionsOf(policy('P', body) + more), byDefault).map((text) =>
      text.replace('# takes target:*:*: ', ''),
    );
  const TAKES = term('a', from('C'), '<accept/>');
  const NO_LAST = 'no last term rejects what the others leave';
  const NO_NAME = 'a term accepts without naming a community';

  it.each([
    ['that rejects the rest', TAKES + REJECT, []],
    ['that rejects the rest in a term', TAKES + term('z', '', '<reject/>'), []],
    ['that does not', TAKES, [NO_LAST]],
    ['that rejects some of the rest', TAKES + term('z', '<protocol>bgp</protocol>', '<reject/>'), [NO_LAST]],
    [
      'that rejects to some',
      `${TAKES}<term><name>z</name><to><rib>x</rib></to><then><reject/></then></term>`,
      [NO_LAST],
    ],
    ['that hands on before it rejects', TAKES + term('y', '', '<next>policy</next>') + REJECT, [NO_LAST]],
    ['that goes to the next term before it rejects', TAKES + term('y', '', '<next>term</next>') + REJECT, []],
    ['that accepts whatever comes', TAKES + term('y', '', '<accept/>') + REJECT, [NO_NAME]],
    ['that accepts by default', TAKES + term('y', '', '<default-action>accept</default-action>') + REJECT, [NO_NAME]],
    ['that rejects by default', TAKES + term('y', '', '<default-action>reject</default-action>') + REJECT, []],
    ['that asks another one', TAKES + term('y', '<policy>Q</policy>', '<reject/>') + REJECT, [NO_NAME]],
    ['that accepts at its end', `${TAKES}<from><community>C</community></from><then><accept/></then>`, [NO_LAST]],
  ])('%s', (_what, body, wanted) => {
    expect(ends(body)).toEqual(wanted);
  });

  it('of several policies goes on from one to the next', () => {
    const options = optionsOf(policy('P', TAKES) + policy('Q', TAKES + REJECT) + C);
    expect(openEnds(['P', 'Q'], options, 'accept')).toEqual([]);
    expect(openEnds(['P', 'P'], options, 'accept')).toEqual([`# takes target:*:*: ${NO_LAST}`]);
    expect(openEnds(['P', 'GONE'], options, 'reject')).toEqual([]);
  });

  it.each([
    ['64900:7', []],
    ['no-export', []],
    ['large:1:2:3', []],
    ['origin:70000L:1', []],
    ['soo:192.0.2.1:7', []],
    ['64900:*', ['community C matches by the pattern 64900:*']],
    ['64900:7x', ['community C matches by the pattern 64900:7x']],
    ['x64900:7', ['community C matches by the pattern x64900:7']],
    ['no-exports', ['community C matches by the pattern no-exports']],
    ['an-no-export', ['community C matches by the pattern an-no-export']],
  ])('by the member %s', (member, wanted) => {
    expect(ends(TAKES + REJECT, community('C', member))).toEqual(wanted);
  });

  it.each([
    [
      'by a community that is inverted',
      C.replace('<members>', '<invert-match/><members>'),
      'community C matches by invert-match',
    ],
    ['by one without members', community('C'), 'community C has no member that was read'],
    ['by one that is not there', '', 'community C has no member that was read'],
  ])('%s', (_what, more, why) => {
    expect(ends(TAKES + REJECT, more)).toEqual([why]);
  });

  it.each([
    ['goes on', '', ['a term puts target:64900:8 on routes before others match them']],
    ['accepts', '<accept/>', []],
    ['rejects', '<reject/>', []],
  ])('in which a term that marks %s', (_what, then, wanted) => {
    const D = community('D', 'target:64900:8', '64900:5');
    expect(ends(term('m', from('C'), put('D') + then) + TAKES + REJECT, C + D)).toEqual(wanted);
    expect(ends(term('m', from('C'), put('D', 'delete') + then) + TAKES + REJECT, C + D)).toEqual([]);
    expect(ends(term('m', from('C'), put('D') + then) + TAKES + REJECT, C + community('D', '64900:5'))).toEqual([]);
  });

  it('in which terms mark with several is told in one order', () => {
    const more = C + community('D', 'target:64900:9', 'target:64900:8');
    const why = 'a term puts community E, target:64900:8, target:64900:9 on routes before others match them';
    expect(ends(term('m', from('C'), put('E') + put('D')) + TAKES + REJECT, more)).toEqual([why]);
    const asked = policy('Q', `${term('a', '', `${put('D')}<accept/>`)}<then>${put('E')}</then>`);
    expect(ends(term('m', `${from('C')}<policy>Q</policy>`, '<accept/>') + REJECT, more + asked)).toEqual([why]);
  });

  it('that the dynamic database has is not known', () => {
    expect(ends('<dynamic-db/>', '')).toEqual([NO_LAST, 'policy P is in the dynamic database']);
    expect(ends('<dynamic-db/>', '', 'reject')).toEqual(['policy P is in the dynamic database']);
  });

  it.each([
    ['<import-default-action>reject</import-default-action>', false],
    ['<import-default-action> reject </import-default-action>', false],
    ['<import-default-action>accept</import-default-action>', true],
    ['', true],
  ])('says so in the text of its last policy, by the default %s', (inside, isOpen) => {
    const policies = policy('P', TAKES) + policy('Q', TAKES) + C;
    const vrf = read(lists('P Q') + inside, { policies });
    expect([vrf.policyTexts.P, vrf.policyTexts.Q].map((text) => text?.includes(NO_LAST))).toEqual([false, isOpen]);
  });
});

describe('a hand on wasl’s own policies', () => {
  const IMPORT = (last: string) =>
    policy('WASL-MOH-IMPORT', term('own', from('WASL-MOH-RT-0-64900-1'), '<accept/>') + last);
  const RT = community('WASL-MOH-RT-0-64900-1', 'target:64900:1');
  const at = 'network: routing-instances instance MOH';

  it.each([
    ['', [`${at} vrf-import: takes target:*:*: no last term rejects what the others leave`]],
    [
      term('x', '', '<accept/>') + REJECT,
      [`${at} vrf-import: takes target:*:*: a term accepts without naming a community`],
    ],
    [REJECT, []],
    [
      term('x', from('X'), '<accept/>') + REJECT,
      [`${at} vrf-import: takes 64900:7 by wasl's policies, which share it with nobody`],
    ],
  ])('takes what %s lets in', (last, wanted) => {
    const policies = IMPORT(last) + RT + community('X', 'target:64900:7');
    const found = told([read(lists('WASL-MOH-IMPORT') + OWN, { policies })]);
    expect(found.filter((text) => !text.startsWith('vrf: '))).toEqual(wanted);
  });

  it('and what the operator’s own leave open is told of these alone', () => {
    const policies =
      IMPORT(term('operator', '', '<next>policy</next>')) +
      RT +
      policy('IN', term('a', from('X'), '<accept/>')) +
      community('X', 'target:64900:7');
    const vrf = read(lists('WASL-MOH-IMPORT IN') + OWN, { policies });
    expect(told([vrf]).filter((text) => text.includes('target:*:*'))).toEqual([]);
    expect(vrf.policyTexts.IN).toContain('# takes target:*:*: no last term');
  });

  it('is none where each direction shares its own', () => {
    const [TAKEN, GIVEN] = ['WASL-MOH-RT-0-64900-7001', 'WASL-MOH-RT-0-64900-7002'];
    const policies =
      policy(
        'WASL-MOH-IMPORT',
        term('ipv4', from(TAKEN), '<accept/>') + term('own', from('WASL-MOH-RT-0-64900-1'), '<accept/>') + REJECT,
      ) +
      policy(
        'WASL-MOH-EXPORT',
        term('0-64900-7002-ipv4', '', put(GIVEN)) + term('own', '', `${put('WASL-MOH-RT-0-64900-1')}<accept/>`),
      ) +
      community(TAKEN, 'target:64900:7001') +
      community(GIVEN, 'target:64900:7002') +
      RT;
    for (const own of [OWN, '']) {
      const vrf = read(lists('WASL-MOH-IMPORT', 'WASL-MOH-EXPORT') + own, { policies });
      expect([told([vrf]), vrf.operator.ipv4?.importRouteTargets, vrf.operator.ipv4?.exportRouteTargets]).toEqual([
        [],
        ['0:64900:1'],
        ['0:64900:1'],
      ]);
    }
  });

  it('is none where a member is written in another way', () => {
    const [NAME, W] = [
      'WASL-MOH-RT-2-70000-7001',
      (member: string) =>
        IMPORT(REJECT).replace('own', 'ipv4').replace('RT-0-64900-1', 'RT-2-70000-7001') +
        community('WASL-MOH-RT-2-70000-7001', member),
    ];
    const of = (member: string) =>
      read(lists('WASL-MOH-IMPORT') + OWN, { policies: W(member) }).anomalies.filter((text) => text.includes(NAME));
    expect([of('target:70000L:7001'), of('target:1.4464:7001'), of('target:70000:7001')]).toEqual([[], [], []]);
    expect(of('target:70001L:7001')).toEqual([`community ${NAME} belongs to no interconnect`]);
  });

  it('puts on routes what it shares with nobody', () => {
    const policies = policy('WASL-MOH-EXPORT', term('own', '', put('X'))) + community('X', 'target:64900:7');
    expect(told([read(lists('', 'WASL-MOH-EXPORT') + OWN, { policies })])).toContain(
      `${at} vrf-export: puts 64900:7 on routes by wasl's policies, which share it with nobody`,
    );
  });
});

it('vrf-target of both directions is what an instance has of each', () => {
  expect(read(target('<import>target:64900:2</import><export>target:64900:3</export>')).operator.ipv4).toMatchObject({
    importRouteTargets: ['0:64900:2'],
    exportRouteTargets: ['0:64900:3'],
  });
});
