/** What wasl knows of Junos, node by node: what has no say in where routes go, and what of each other node is told. */
import { describe, expect, it } from 'vitest';
import { community, instance, OWN, policy, put, readAll, term, told } from '../router/support/junos-texts.ts';

/** `a b c` with `inside` in the innermost. */
const nest = (path: string, inside = '') =>
  path.split(' ').reduceRight((text, name) => `<${name}>${text}</${name}>`, inside);
const ofInstance = (inside: string, more = {}) => told(readAll(instance(OWN + inside), more));
const beside = (rest: string) => told(readAll('', { rest }));
const ofPolicy = (then: string) => told(readAll('', { policies: policy('P', term('a', '', then)) }));

const INTO = 'looks routes up in another table';
const MOVES = 'moves routes between tables without a route target';
const STRANGE = 'is not understood';

describe('inside of an instance', () => {
  const AT = 'routing-instances instance MOH';
  const OPTIONS = 'routing-options';
  const STATIC = `${OPTIONS} static route`;
  const BGP = 'protocols bgp group';
  it.each([
    ['colour', 'network', STRANGE],
    ['vrf-target auto', 'vrf', 'makes up a route target that is not shown'],
    ['vrf-target colour', 'network', STRANGE],
    ['no-vrf-advertise', 'vrf', 'keeps its routes from other routers'],
    ['vrf-advertise-selective', 'vrf', 'keeps its routes from other routers'],
    ['apply-groups', 'network', 'inherits from group , which was not resolved'],
    ['protocols apply-groups', 'network', 'inherits from group , which was not resolved'],
    ['interface apply-groups', 'network', 'inherits from group , which was not resolved'],
    [`${OPTIONS} colour`, 'router', STRANGE],
    [`${OPTIONS} instance-import`, 'router', 'takes routes out of other tables without a route target'],
    [`${OPTIONS} instance-export`, 'router', 'gives routes to other tables without a route target'],
    [`${OPTIONS} interface-routes`, 'router', MOVES],
    [`${OPTIONS} auto-export family`, 'router', MOVES],
    [`${OPTIONS} auto-export colour`, 'router', STRANGE],
    [`${OPTIONS} rib colour`, 'router', STRANGE],
    ...[OPTIONS, `${OPTIONS} rib`].flatMap((at) =>
      ['static', 'aggregate', 'generate'].flatMap((kind): [string, string, string][] => [
        [`${at} ${kind} colour`, 'router', STRANGE],
        [`${at} ${kind} rib-group`, 'router', MOVES],
        [`${at} ${kind} route colour`, 'router', STRANGE],
        [`${at} ${kind} route next-table`, 'router', INTO],
        [`${at} ${kind} route rib-group`, 'router', MOVES],
        [`${at} ${kind} defaults next-table`, 'router', INTO],
      ]),
    ),
    [`${BGP} colour`, 'router', STRANGE],
    [`${BGP} family inet unicast rib-group`, 'router', MOVES],
    [`${BGP} family inet labeled`, 'router', STRANGE],
    ['protocols ospf rib-group', 'router', MOVES],
    ['protocols bgp family inet flow', 'router', STRANGE],
    [`${BGP} rib`, 'router', MOVES],
    ['protocols pim import-rib', 'router', MOVES],
    ['protocols bgp forwarding-context', 'router', MOVES],
    ['protocols evpn', 'vrf', 'gives and takes routes by EVPN'],
    [`${BGP} family inet-vpn`, 'vrf', 'exchanges VPN routes with a neighbour of the VRF'],
    [`${BGP} neighbor family inet6-vpn`, 'vrf', 'exchanges VPN routes with a neighbour of the VRF'],
    [`${BGP} vpn-apply-export`, 'vrf', 'exports VPN routes by a policy of its own'],
    [`${BGP} advertise-from-main-vpn-tables`, 'vrf', 'exports VPN routes by a policy of its own'],
    ['forwarding-options colour', 'router', STRANGE],
    ['forwarding-options family', 'router', 'sends packets to other tables by a filter'],
  ])('%s: %s, %s', (path, reach, why) => {
    const inside = nest(path);
    const found = path.startsWith('vrf-target') ? told(readAll(instance(inside))) : ofInstance(inside);
    expect(found).toEqual([`${reach}: ${AT} ${path}: ${why}`]);
  });

  it.each([
    'description',
    'interface name',
    'vrf-table-label',
    'non-forwarding-vrf',
    'export-default-action',
    'provider-tunnel rsvp-te',
    'igmp-snooping-options',
    'access address-assignment',
    'system services dhcp-local-server',
    `${OPTIONS} autonomous-system as-number`,
    `${OPTIONS} router-id`,
    `${OPTIONS} multipath vpn-unequal-cost`,
    `${OPTIONS} martians address`,
    `${OPTIONS} auto-export`,
    `${OPTIONS} auto-export traceoptions`,
    `${OPTIONS} rib multipath`,
    `${OPTIONS} rib martians`,
    ...[
      'next-hop',
      'qualified-next-hop metric',
      'discard',
      'preference',
      'tag',
      'as-path path',
      'bfd-liveness-detection',
    ].map((leaf) => `${STATIC} ${leaf}`),
    `${OPTIONS} static iso-route`,
    `${OPTIONS} static defaults retain`,
    `${OPTIONS} aggregate route policy`,
    `${OPTIONS} generate route discard`,
    `${BGP} neighbor peer-as`,
    `${BGP} family inet unicast prefix-limit maximum`,
    'protocols ospf area interface metric',
    'protocols rip group neighbor',
    'forwarding-options dhcp-relay',
    'forwarding-options helpers bootp',
    'apply-groups-except',
    'apply-macro data',
  ])('%s has no say', (path) => {
    expect(ofInstance(nest(path)).filter((text) => !text.includes('names a policy'))).toEqual([]);
  });

  it.each([
    ['64900:5', []],
    ['no-export', []],
    ['origin:64900:1', []],
    ...[
      'target:64900:7001',
      'target:*:*',
      '*:*',
      '0x0002:64900:7001',
      '64900:[0-9]',
      '(a',
      '64900:7$',
      '^64900',
      'a+',
      'a?',
      'a|b',
      'a)',
      'a\\b',
    ].map((text): [string, string[]] => [
      text,
      [`network: ${AT} ${STATIC} community ${text}: puts a route target on routes`],
    ]),
  ])('of a static route the community %s', (text, found) => {
    expect(ofInstance(nest(`${STATIC} community`, text))).toEqual(found);
  });

  it.each([
    ['reject', []],
    [' reject ', []],
    ['accept', [`network: ${AT} import-default-action accept: accepts whatever no policy decides on`]],
  ])('import-default-action %s', (text, found) => {
    expect(ofInstance(nest('import-default-action', text))).toEqual(found);
  });

  it.each([
    ['interface', []],
    ['vrf-import', []],
    ['vrf-export', []],
    ['description', [`network: ${AT} description x: stands there more than once`]],
    ['vrf-table-label', [`network: ${AT} vrf-table-label x: stands there more than once`]],
  ])('%s twice', (name, found) => {
    const twice = nest(name, 'x').repeat(2);
    expect(ofInstance(twice).filter((text) => !text.includes('policy'))).toEqual(found);
  });
});

describe('what a policy does', () => {
  const AT = 'configuration policy-options policy-statement P term a then';
  it.each([
    ['teleport', 'network', STRANGE],
    ['next-hop next-table', 'router', INTO],
    ['next-hop teleport', 'router', STRANGE],
    ['source-based-forwarding', 'router', INTO],
    ['map-to-interface', 'router', 'sends packets out of an interface of its own choice'],
    ['filter', 'router', 'gives packets to a filter'],
    ['dynamic-tunnel-attributes', 'router', 'sends packets into a tunnel of its own choice'],
    ['damping teleport', 'network', STRANGE],
  ])('%s: %s, %s', (path, reach, why) => {
    expect(ofPolicy(nest(path))).toEqual([`${reach}: ${AT} ${path}: ${why}`]);
  });

  it.each([
    ...['accept', 'reject', 'next', 'trace', 'origin', 'as-path-prepend', 'damping', 'class', 'forwarding-class'],
    ...[
      'next-hop self',
      'next-hop reject',
      'next-hop discard',
      'next-hop peer-address',
      'metric metric',
      'metric igp offset',
    ],
    ...[
      'local-preference local-preference',
      'preference subtract',
      'load-balance per-packet',
      'tag tag',
      'color color',
      'external type',
    ],
    ...[
      'srv6 locator',
      'aigp-originate distance',
      'install-nexthop lsp',
      'slice name',
      'add-path send-count',
      'credibility add',
    ],
  ])('%s has no say', (path) => {
    expect(ofPolicy(nest(path))).toEqual([]);
  });

  it.each([
    ['policy-statement teleport', 'policy-statement teleport'],
    ['policy-statement term teleport', 'policy-statement term teleport'],
    ['teleport', 'teleport'],
  ])('and in policy-options %s: network', (path, place) => {
    expect(told(readAll('', { policies: nest(path) }))).toEqual([
      `network: configuration policy-options ${place}: ${STRANGE}`,
    ]);
  });

  it.each([
    ...[
      'policy-statement from protocol',
      'policy-statement to rib',
      'policy-statement then accept',
      'policy-statement term from neighbor',
    ],
    ...[
      'policy-statement defaults',
      'policy-statement dynamic-db',
      'as-path path',
      'route-filter-list name',
      'condition if-route-exists',
      'damping half-life',
    ],
  ])('and in policy-options %s has no say', (path) => {
    expect(told(readAll('', { policies: nest(path) }))).toEqual([]);
  });
});

describe('beside the instances', () => {
  const inRouting = (inside: string) => `<routing-options>${inside}</routing-options>`;
  const group = (name: string, ...tables: string[]) =>
    inRouting(
      `<rib-groups><name>${name}</name>${tables.map((table) => `<import-rib>${table}</import-rib>`).join('')}</rib-groups>`,
    );
  const uses = (name: string) =>
    inRouting(`<interface-routes><rib-group><inet>${name}</inet></rib-group></interface-routes>`);
  const OF_GROUP = 'configuration routing-options rib-groups G';

  it.each([
    ['colour', 'network', STRANGE],
    ['routing-instances colour', 'network', STRANGE],
    ['logical-systems', 'network', 'holds routing instances that are not read'],
    ['tenants', 'network', 'holds routing instances that are not read'],
    ['routing-options static route next-table', 'router', INTO],
    ['routing-options vpn-global-import', 'router', "takes routes of VPNs into the router's own table"],
    ['routing-options flow', 'router', 'takes packets aside by flow specifications'],
    ['routing-options instance-import', 'router', "takes routes out of instances into the router's own table"],
    ['routing-options instance-export', 'router', 'gives routes to instances without a route target'],
    ['protocols bgp family inet flow', 'router', 'takes packets aside by flow specifications'],
    ['protocols bgp family inet-vpn unicast rib-group', 'router', MOVES],
    ...['routing-instance', 'topology', 'logical-system', 'next-ip', 'next-ip6', 'next-interface', 'decapsulate'].map(
      (action): [string, string, string] => [
        `firewall family inet filter term then ${action}`,
        'router',
        {
          'routing-instance': 'sends packets to the table of another instance',
          topology: 'sends packets to another table',
          'logical-system': 'sends packets to another logical system',
          decapsulate: 'sends on what it takes out of tunnels',
        }[action] ?? 'sends packets aside from the routes of their table',
      ],
    ),
    ['system scripts commit allow-transients', 'network', 'lets commit scripts put in force what is not shown'],
    ['system configuration-database ephemeral instance', 'network', 'holds configuration that is not shown'],
  ])('%s: %s, %s', (path, reach, why) => {
    expect(beside(nest(path))).toEqual([`${reach}: configuration ${path}: ${why}`]);
  });

  it.each([
    ...[
      'version',
      'groups name',
      'routing-options static route next-hop',
      'routing-options router-id',
      'protocols mpls interface',
    ],
    ...[
      'protocols bgp group neighbor',
      'firewall family inet filter term then accept',
      'system host-name',
      'system configuration-database ephemeral',
      'system configuration-database ephemeral ignore-ephemeral-default',
    ],
    ...['firewall policer', 'apply-groups-except', 'routing-instances'],
  ])('%s has no say', (path) => {
    expect(beside(nest(path))).toEqual([]);
  });

  it.each([
    ['inet.0', []],
    ['inet6.3', []],
    ['inet.10', []],
    ['iso.0', []],
    ['mpls.0', []],
    ['inet-vpn.0', []],
    ['MOH.inet.0', [`router: ${OF_GROUP}: ${MOVES}`]],
    ['inet.0.x', [`router: ${OF_GROUP}: ${MOVES}`]],
    ['inet.x', [`router: ${OF_GROUP}: ${MOVES}`]],
    ['bgp.l3vpn.0', [`network: ${OF_GROUP}: moves routes of VPNs between tables without a route target`]],
    ['bgp.l3vpn-inet6.0', [`network: ${OF_GROUP}: moves routes of VPNs between tables without a route target`]],
  ])('a rib group into %s', (table, found) => {
    expect(beside(group('G', 'inet.0', ` ${table} `))).toEqual(found);
    expect(
      beside(group('G', 'inet.0').replace('</import-rib>', `</import-rib><export-rib>${table}</export-rib>`)),
    ).toEqual(found);
  });

  it('a rib group counts where it is used as it is defined', () => {
    const used = (name: string) =>
      `router: configuration routing-options interface-routes rib-group: ${MOVES}`.replace('NAME', name);
    expect(beside(group('G', 'inet.0', 'inet.2') + uses('G'))).toEqual([]);
    expect(beside(uses('G'))).toEqual([used('G')]);
    expect(beside(group('G', 'inet.0') + group('H', 'MOH.inet.0') + uses('H'))).toContain(used('H'));
    const both = uses('G').replace('</inet>', '</inet><inet6>H</inet6>');
    expect(beside(group('G', 'inet.0') + both)).toEqual([used('H')]);
    const elsewhere = group('G', 'inet.0').replace('<routing-options>', '<routing-options xmlns="urn:other">');
    expect(beside(elsewhere + uses('G'))).toEqual([]);
  });

  const hides = policy('HIDES', term('a', '', put('GONE'))) + policy('DYN', '<dynamic-db/>');
  const session = (leaf: string, text: string) => nest(`protocols bgp group ${leaf}`, text);
  const marks =
    policy('MARK', term('a', '', put('C'))) +
    policy('PLAIN', term('a', '', '<accept/>')) +
    policy('ASKS', term('a', '<policy>MARK</policy>', '<accept/>'));
  it.each([
    ['import', 'PLAIN', null],
    ['import', 'MARK', 'puts target:64900:7 on the routes that pass it'],
    ['export', '( PLAIN && MARK )', 'puts target:64900:7 on the routes that pass it'],
    ['import', '!MARK', 'puts target:64900:7 on the routes that pass it'],
    ['import', '(PLAIN|MARK)', 'puts target:64900:7 on the routes that pass it'],
    ['export', 'ASKS', 'puts target:64900:7 on the routes that pass it'],
    ['export', '(PLAIN || GONE)', 'names policy GONE, which is not on the router'],
    ['import', 'HIDES', 'puts community GONE on routes, which is not in the configuration'],
    ['import', 'DYN', 'names policy DYN, which is in the dynamic database'],
  ])('a session’s %s %s', (leaf, text, why) => {
    const written = text.replaceAll('&', '&amp;');
    const found = told(
      readAll('', {
        policies: marks + hides + community('C', '64900:5', 'target:64900:7'),
        rest: session(leaf, written),
      }),
    );
    expect(found).toEqual(why === null ? [] : [`network: configuration protocols bgp group ${leaf} ${text}: ${why}`]);
  });

  it('a session’s policy that marks otherwise puts no route target on', () => {
    expect(
      told(readAll('', { policies: marks + community('C', '64900:5', 'no-export'), rest: session('import', 'MARK') })),
    ).toEqual([]);
  });
});

describe('groups', () => {
  const group = (inside: string, name = 'G') => `<groups><name>${name}</name>${inside}</groups>`;
  const apply = (name = 'G') => `<apply-groups> ${name} </apply-groups>`;
  const inherits = (path: string, name = 'G') =>
    `network: ${path} apply-groups ${name}: inherits from group ${name}, which was not resolved`;
  const LEAK = nest('routing-options static route next-table');
  const PLAIN = nest('routing-options static route next-hop');

  it.each([
    ['has routing instances', nest('routing-instances instance'), true],
    ['has policies', nest('policy-options'), true],
    ['has logical systems', nest('logical-systems'), true],
    ['has tenants', nest('tenants'), true],
    ['leaks', LEAK, true],
    ['sends packets aside', nest('firewall filter term then next-ip'), true],
    ['has flow specifications', nest('protocols bgp family inet flow'), true],
    ['has ephemeral instances', nest('system configuration-database ephemeral instance'), true],
    ['applies another one', apply('H'), true],
    ['applies another one inside', nest('routing-options static', apply('H')), true],
    ['has static routes', PLAIN, false],
    ['has a name', nest('system host-name'), false],
    ['has what is not read', nest('interfaces interface unit', apply('H')), false],
    ['is empty', '', false],
  ])('one that %s', (_what, inside, isTold) => {
    expect(beside(group(inside) + apply())).toEqual(isTold ? [inherits('configuration')] : []);
  });

  it('that is not there is told, and one that is not applied is not', () => {
    expect(beside(group(LEAK, 'H') + apply())).toEqual([inherits('configuration')]);
    expect(beside(group(LEAK))).toEqual([]);
    expect(beside(group(PLAIN) + group(LEAK, 'H') + apply() + apply('H'))).toEqual([inherits('configuration', 'H')]);
  });

  it('by a variable may be each of them', () => {
    const node = ['$', '{node}'].join('');
    expect(beside(group(PLAIN) + group(LEAK, 'H') + apply(node))).toEqual([inherits('configuration', node)]);
    expect(beside(group(PLAIN) + apply(node))).toEqual([]);
    expect(beside(group(PLAIN) + group(LEAK, 'H') + apply('node'))).toEqual([inherits('configuration', 'node')]);
  });

  it.each([
    ['the same part', LEAK, 'routing-options static', true],
    ['another part', LEAK, 'protocols bgp group', false],
    ['a whole part', nest('routing-instances'), 'routing-options static', false],
    ['a group', apply('H'), 'protocols bgp group', true],
    ['nothing of it', PLAIN, 'routing-options', false],
  ])('inside of a part, that adds to %s', (_what, inside, at, isTold) => {
    expect(beside(group(inside) + nest(at, apply()))).toEqual(isTold ? [inherits(`configuration ${at}`)] : []);
  });

  it('inside of what is read whole are told there', () => {
    const why =
      'network: configuration policy-options policy-statement apply-groups G: inherits from group G, which was not resolved';
    expect(
      told(readAll('', { policies: nest('policy-statement', '<apply-groups>G</apply-groups>'), rest: group('') })),
    ).toEqual([why]);
    // Of interfaces it is asked which filters stand there, and of groups there what they could add to that.
    expect(beside(nest('interfaces', apply()))).toEqual([]);
  });
});
