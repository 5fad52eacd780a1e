/** IOS XR, what stands beside the VRFs: BGP's sessions, and names in the language of route policies. */
import { describe, expect, it } from 'vitest';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { readerOf } from '../../src/platforms/iosxr-um2/reader.ts';
import { readRpl, repeatedNames, targetsSetBy } from '../../src/platforms/iosxr-um2/rpl.ts';
import { readSessions } from '../../src/platforms/iosxr-um2/sessions.ts';
import { F1_FACTS, xr, xrTarget, xrTargets, xrVrf } from '../router/support/frames.ts';

const BGP = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg';
const TAG = {
  TAG: 'route-policy TAG\n  set extcommunity rt (64900:9) additive\n  set extcommunity rt ODD\n  pass\nend-policy',
};
const RPL = readRpl(parseXmlFragment(xr('', TAG)));
const family = (name: string, inside: string) =>
  `<address-families><address-family><af-name>${name}</af-name>${inside}</address-family></address-families>`;
const peer = (inside: string) => `<neighbors><neighbor><address>192.0.2.9</address>${inside}</neighbor></neighbors>`;
const vrf = (inside: string, name = 'MOH') => `<vrfs><vrf><vrf-name>${name}</vrf-name>${inside}</vrf></vrfs>`;
const POLICY = (inside: string) => `<route-policy>${inside}</route-policy>`;
const as = (inside: string) => `<as><as-number>65000</as-number>${inside}</as>`;
const router = (inside: string, model = BGP, name = 'router') =>
  `<${name} xmlns="${model}"><bgp>${inside}</bgp></${name}>`;

const sessions = (xml: string) => {
  const { marksOf, unknowns } = readSessions(parseXmlFragment(xml), RPL);
  return { marks: marksOf('MOH'), unknowns: unknowns.map(({ path, reach, why }) => `${reach} ${path}: ${why}`) };
};
const READ = [
  'puts on routes what ODD stands for, which was not read',
  'puts route target 64900:9 on the routes that pass it',
];
const NOTHING = { marks: [], unknowns: [] };

describe('policies of BGP', () => {
  it('of a VRF mark its routes on their way in, and not out', () => {
    const [inwards, outwards] = ['in', 'out'].map((way) =>
      vrf(peer(family('ipv4-unicast', POLICY(`<${way}> TAG </${way}>`)))),
    );
    expect(sessions(router(as(String(inwards))))).toEqual({
      marks: ['0:64900:9'],
      unknowns: [
        `network router bgp 65000 vrfs vrf MOH neighbors neighbor 192.0.2.9 address-families address-family ipv4-unicast route-policy in TAG: ${READ[0]}`,
      ],
    });
    expect(sessions(router(as(String(outwards))))).toEqual(NOTHING);
  });

  it('mark the routes of the VRF that they are in, by each of them', () => {
    const networks = family(
      'ipv4-unicast',
      `<networks><network><address>10.0.0.0</address>${POLICY('TAG')}</network></networks>`,
    );
    const { marks, unknowns } = sessions(
      router(
        as(
          vrf(
            networks + family('ipv4-unicast', `<redistribute><connected>${POLICY('TAG')}</connected></redistribute>`),
          ),
        ),
      ),
    );
    expect([marks, unknowns.length]).toEqual([['0:64900:9', '0:64900:9'], 2]);
    expect(unknowns[0]).toContain('network 10.0.0.0 route-policy TAG: ');
    expect(sessions(router(as(vrf(networks, 'MOF')))).marks).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['of a process', router(as(peer(family('vpnv4-unicast', POLICY('<in>TAG</in>'))))), 'router bgp 65000'],
    [
      'of a process with a name',
      router(
        `<instances><instance><instance-name>X</instance-name>${as(peer(family('vpnv4-unicast', POLICY('<in>TAG</in>'))))}</instance></instances>`,
      ),
      'router bgp instances 65000',
    ],
    [
      'of one without a number',
      router(`<as>${peer(family('vpnv4-unicast', POLICY('<in>TAG</in>')))}</as>`),
      'router bgp',
    ],
  ])('%s, between routers, are told in whatever direction', (_what, xml, place) => {
    const at = `network ${place} neighbors neighbor 192.0.2.9 address-families address-family vpnv4-unicast route-policy in TAG`;
    expect(sessions(xml)).toEqual({ marks: [], unknowns: [`${at}: ${READ[1]}`, `${at}: ${READ[0]}`] });
    expect(sessions(xml.replaceAll('in>', 'out>')).unknowns).toHaveLength(2);
  });

  it('that say how long something is kept mark nothing', () => {
    expect(sessions(router(as(peer(family('ipv4-unicast', POLICY('<retention>TAG</retention>'))))))).toEqual(NOTHING);
  });

  it.each<[string, string, string]>([
    ['re-originate', '<import><re-originate/></import>', 'gives VPN routes on with other route targets'],
    [
      'import-policy',
      '<import><import-policy>TAG</import-policy></import>',
      'lets VRFs take what their import policies name',
    ],
  ])('with %s are told by their place', (name, inside, why) => {
    expect(sessions(router(as(peer(family('vpnv4-unicast', inside))))).unknowns).toEqual([
      `network router bgp 65000 neighbors neighbor 192.0.2.9 address-families address-family vpnv4-unicast import ${name}: ${why}`,
    ]);
  });

  it('send packets aside by flow specifications, wherever these are switched on', () => {
    const told = (xml: string) => sessions(router(as(xml))).unknowns;
    expect(told(family(' ipv4-flowspec ', ''))).toEqual([
      'router router bgp 65000 address-families address-family ipv4-flowspec: takes packets aside by flow specifications',
    ]);
    expect(told(vrf(family('ipv6-flowspec', '')))).toHaveLength(1);
    expect(told(family('ipv4-unicast', '') + family('', '') + peer('<af-name>ipv4-flowspec</af-name>'))).toEqual([]);
    expect(told('<address-families><address-family><other/></address-family></address-families>')).toEqual([]);
  });

  it('are those of the model of BGP alone', () => {
    const inside = as(peer(family('vpnv4-unicast', POLICY('<in>TAG</in>'))));
    expect(sessions(router(inside, 'other'))).toEqual(NOTHING);
    expect(sessions(router(inside, BGP, 'routers'))).toEqual(NOTHING);
    expect(
      sessions(router(as(`<vrfs><vrf>${peer(family('ipv4-unicast', POLICY('<in>TAG</in>')))}</vrf></vrfs>`)))
        .unknowns[0],
    ).toContain('router bgp 65000 vrfs vrf  neighbors');
  });
});

const POLICY_MODEL = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-route-policy-cfg';
const routingPolicy = (inside: string, model = POLICY_MODEL) =>
  `<routing-policy xmlns="${model}">${inside}</routing-policy>`;
const policies = (...names: string[]) =>
  `<route-policies>${names.map((name) => `<route-policy><route-policy-name>${name}</route-policy-name></route-policy>`).join('')}</route-policies>`;
const sets = (kind: string, ...entries: readonly (readonly [string, string])[]) =>
  `<${kind}s>${entries.map(([name, text]) => `<${kind}><set-name>${name}</set-name><rpl-${kind}>${text}</rpl-${kind}></${kind}>`).join('')}</${kind}s>`;
const withSets = (...kinds: readonly string[]) => routingPolicy(`<sets>${kinds.join('')}</sets>`);

describe('names in the language of route policies', () => {
  it.each<[string, string, readonly string[]]>([
    ['two policies', routingPolicy(policies('P', 'Q', 'P')), ['route-policy P']],
    ['two sets of a kind', withSets(sets('prefix-set', ['S', ''], ['S', ''])), ['prefix-set S']],
    ['sets of two kinds', withSets(sets('prefix-set', ['S', '']), sets('as-path-set', ['S', ''])), []],
    ['a policy and a set', routingPolicy(`${policies('S')}<sets>${sets('prefix-set', ['S', ''])}</sets>`), []],
    ['policies of another model', routingPolicy(policies('P')) + routingPolicy(policies('P'), 'other'), []],
    [
      'what is no policy',
      routingPolicy(policies('P')) + routingPolicy(policies('P')).replaceAll('routing-policy', 'x'),
      [],
    ],
    [
      'two without a name',
      routingPolicy('<route-policies><route-policy/><route-policy/></route-policies>'),
      ['route-policy '],
    ],
    ['nothing', routingPolicy(''), []],
  ])('stand there more than once: %s', (_what, xml, names) => {
    const config = parseXmlFragment(xml);
    expect(repeatedNames(config)).toEqual(names);
    const unknowns = readerOf(config, { pool: F1_FACTS.pool, vrfs: [] }).unknownsOfRouter?.(config);
    expect(unknowns).toEqual(
      names.map((name) => ({ path: `routing-policy ${name}`, reach: 'network', why: 'stands there more than once' })),
    );
  });

  it('may be of sets of two kinds: route targets are looked up in that of route targets', () => {
    const rts = sets('extended-community-rt-set', ['S', 'extcommunity-set rt S 64900:9 end-set']);
    const others = sets('as-path-set', ['S', 'as-path-set S end-set']);
    for (const kinds of [
      [rts, others],
      [others, rts],
    ]) {
      const { sets: all } = readRpl(parseXmlFragment(withSets(...kinds)));
      expect(all.get('S')).toBe('extcommunity-set rt S 64900:9 end-set');
    }
  });

  it('may be missing, and so may texts', () => {
    const xml = routingPolicy(
      '<route-policies><route-policy/></route-policies><sets><prefix-sets><prefix-set/></prefix-sets></sets>',
    );
    const { policies: all, prefixSets, sets: every } = readRpl(parseXmlFragment(xml));
    expect([[...all], [...prefixSets], [...every]]).toEqual([[['', '']], [['', '']], [['', '']]]);
  });

  it('stand before a comment as well', () => {
    const text = { P: 'route-policy P\n  set extcommunity rt (64900:7) # and (64900:8)\nend-policy' };
    expect(targetsSetBy('P', readRpl(parseXmlFragment(xr('', text))))).toEqual({ targets: ['0:64900:7'], unread: [] });
  });
});

describe('a VRF of IOS XR', () => {
  const read = (exports: string, texts: Record<string, string>) => {
    const config = parseXmlFragment(xr(xrVrf('MOH', '64900:1', { exports }), texts));
    const reader = readerOf(config, { pool: F1_FACTS.pool, vrfs: [] });
    const [entry] = reader.entries(config);
    if (entry === undefined) throw new Error('no VRF');
    return reader.parse(entry);
  };

  it('to whose policy a hand added a route target, beside what wasl shares by it', () => {
    const NAME = 'WASL-MOH-IPV4-EXPORT';
    const text = `route-policy ${NAME}\n  set extcommunity rt (64900:7003) additive\n  set extcommunity rt (64900:7005)\n  pass\nend-policy`;
    const { operator, share, unknowns } = read(`${POLICY(NAME)}${xrTargets(xrTarget('64900:1'))}`, { [NAME]: text });
    expect(operator.ipv4).toMatchObject({ exportRouteTargets: ['0:64900:1'], exportPolicies: [] });
    expect(share.ipv4?.exports).toEqual([{ routeTarget: '0:64900:7003', scope: 'whole-vpn' }]);
    expect(unknowns).toEqual([
      {
        path: `vrfs vrf MOH address-family ipv4 unicast export route-policy ${NAME}`,
        reach: 'network',
        why: `puts 64900:7005 on routes by ${NAME}, which shares it with nobody`,
      },
    ]);
  });
});
