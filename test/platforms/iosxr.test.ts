/** IOS XR by its unified models: what each node of a VRF, a policy, a table and a ping says. */
import { describe, expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import { parseAddress } from '../../src/domain/prefix.ts';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { pingIosxr, readIosxrTable } from '../../src/platforms/iosxr-um2/operational.ts';
import { judgeRplPolicies } from '../../src/platforms/iosxr-um2/policy-safety.ts';
import { readerOf } from '../../src/platforms/iosxr-um2/reader.ts';
import { type Rpl, readRpl, targetsSetBy, textsNamedBy, usesOf } from '../../src/platforms/iosxr-um2/rpl.ts';
import { F1_FACTS, xr, xrTarget, xrTargets } from '../router/support/frames.ts';

const BGP = 'xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg"';
const vrfXml = (families: string, more = '') =>
  `<vrf><vrf-name>MOH</vrf-name>${more}<address-family>${families}</address-family></vrf>`;
const direction = (name: string, inner: string) => `<${name} ${BGP}>${inner}</${name}>`;
const unicast = (family: string, imports = '', exports = '') =>
  `<${family}><unicast>${direction('import', imports)}${direction('export', exports)}</unicast></${family}>`;

function read(vrf: string, policies: Record<string, string> = {}, sets = '') {
  const config = parseXmlFragment(xr(vrf, policies, sets));
  const reader = readerOf(config, { pool: F1_FACTS.pool, vrfs: [] });
  const [entry] = reader.entries(config);
  if (entry === undefined) throw new Error('no VRF');
  return {
    vrf: reader.parse(entry),
    objects: [...reader.readObjects(config)],
    expected: reader.readExpected(config),
    reader,
    config,
  };
}
const POLICY = (name: string) => `<route-policy>${name}</route-policy>`;
const prefixSet = (name: string, text: string) =>
  `<prefix-sets><prefix-set><set-name>${name}</set-name><rpl-prefix-set>${text}</rpl-prefix-set></prefix-set></prefix-sets>`;

const WASL = `route-policy WASL-MOH-IPV4-EXPORT
  !
  apply OUT
  if destination in WASL-MOH-IPV4-0-64900-7002 then
    set extcommunity rt (64900:7002) additive
  endif
  set extcommunity rt (64900:7003)   additive
  set extcommunity rt (nonsense) additive
  pass
end-policy
`;
const POLICIES = {
  'WASL-MOH-IPV4-EXPORT': WASL,
  OUT: 'route-policy OUT\n  apply DEEP\n  set extcommunity rt (64900:5)\n  pass\nend-policy',
  DEEP: 'route-policy DEEP\n  if destination in NETS then\n pass\n endif\nend-policy',
  IN: 'route-policy IN\n  pass\nend-policy',
  OTHER: 'route-policy OTHER\n  pass\nend-policy',
};
const SETS = prefixSet(
  'WASL-MOH-IPV4-0-64900-7002',
  'prefix-set WASL-MOH-IPV4-0-64900-7002\n  10.1.0.0/16,\n  10.2.0.0/16 le 24,\n  nonsense\nend-set',
).replace(
  '</prefix-sets>',
  `<prefix-set><set-name>NETS</set-name><rpl-prefix-set>prefix-set NETS\n 10.3.0.0/16\nend-set</rpl-prefix-set></prefix-set></prefix-sets>`,
);

describe('a VRF of IOS XR', () => {
  const imports = `${POLICY('IN')}${xrTargets(xrTarget('64900:9'), xrTarget('64900:8'), xrTarget('64900:7001'), xrTarget('64900:7009', 'enable'), xrTarget('64900:9'))}`;
  const exports = `${POLICY('WASL-MOH-IPV4-EXPORT')}${xrTargets(xrTarget('64900:6'), xrTarget('64900:7004'), xrTarget('64900:4'))}`;
  // In each test anew: of what is read while the file is loaded, no mutant is asked.
  const whole = () => read(vrfXml(unicast('ipv4', imports, exports)), POLICIES, SETS);

  it('has what is the operator’s, what is wasl’s, and the texts behind what is attached', () => {
    expect(whole().vrf).toEqual({
      name: 'MOH',
      routeDistinguisher: null,
      operator: {
        ipv4: {
          importRouteTargets: ['0:64900:8', '0:64900:9', '0:64900:7009'],
          exportRouteTargets: ['0:64900:4', '0:64900:5', '0:64900:6'],
          exportPolicies: ['OUT'],
          importPolicies: ['IN'],
        },
      },
      share: {
        ipv4: {
          imports: ['0:64900:7001'],
          exports: [
            { routeTarget: '0:64900:7002', scope: ['10.1.0.0/16', '10.2.0.0/16'] },
            { routeTarget: '0:64900:7003', scope: 'whole-vpn' },
          ],
        },
      },
      policyTexts: {
        OUT: POLICIES.OUT,
        DEEP: POLICIES.DEEP,
        IN: POLICIES.IN,
        NETS: 'prefix-set NETS\n 10.3.0.0/16\nend-set',
      },
      anomalies: [],
      unknowns: [
        {
          path: 'vrfs vrf MOH address-family ipv4 unicast export route-policy OUT',
          reach: 'network',
          why: 'puts nonsense on routes, which is not understood',
        },
        {
          path: 'vrfs vrf MOH address-family ipv4 unicast export route-target 64900:7004',
          reach: 'network',
          why: "puts a route target of wasl's pool on every route",
        },
      ],
    });
  });

  it('has the objects of wasl in one form', () => {
    const { objects, expected, reader, config } = whole();
    expect(objects).toEqual([
      [
        'route-policy WASL-MOH-IPV4-EXPORT',
        'route-policy WASL-MOH-IPV4-EXPORT\napply OUT\nif destination in WASL-MOH-IPV4-0-64900-7002 then\nset extcommunity rt (64900:7002) additive\nendif\nset extcommunity rt (64900:7003) additive\nset extcommunity rt (nonsense) additive\npass\nend-policy',
      ],
      [
        'prefix-set WASL-MOH-IPV4-0-64900-7002',
        'prefix-set WASL-MOH-IPV4-0-64900-7002\n10.1.0.0/16\n10.2.0.0/16 le 24\nnonsense\nend-set',
      ],
      ['vrf MOH ipv4 import 0:64900:7001', ''],
      ['vrf MOH ipv4 export route-policy WASL-MOH-IPV4-EXPORT', ''],
      ['vrf MOH ipv4 export 0:64900:7004', ''],
    ]);
    expect([...expected.keys()]).toEqual(
      expect.arrayContaining(['vrf MOH ipv4 import 0:64900:8', 'vrf MOH ipv4 export 0:64900:6']),
    );
    expect(reader.entryPath).toBe('vrfs');
    expect(reader.usesOf?.(config)).toEqual(new Map());
  });

  it('has every kind of route target, and the distinguisher', () => {
    const four =
      '<four-byte-as-route-targets><four-byte-as-route-target><four-byte-as-number>70000</four-byte-as-number><asn4-index>1</asn4-index></four-byte-as-route-target></four-byte-as-route-targets>';
    const address =
      '<ipv4-address-route-targets><ipv4-address-route-target><ipv4-address>192.0.2.1</ipv4-address><ipv4-address-index>2</ipv4-address-index></ipv4-address-route-target></ipv4-address-route-targets>';
    const rd = `<rd ${BGP}><two-byte-as><two-byte-as-number> 64900 </two-byte-as-number><asn2-index>3</asn2-index></two-byte-as></rd>`;
    const { vrf } = read(vrfXml(unicast('ipv6', `<route-target>${four}${address}</route-target>`), rd));
    expect(vrf.operator.ipv6?.importRouteTargets).toEqual(['1:192.0.2.1:2', '2:70000:1']);
    expect(vrf.routeDistinguisher).toBe('0:64900:3');
    expect(Object.keys(vrf.share)).toEqual(['ipv6']);
    expect(vrf.operator.ipv6).toMatchObject({ exportRouteTargets: [], exportPolicies: [], importPolicies: [] });
    expect('unknowns' in vrf).toBe(false);
  });

  it('with route targets of other kinds than unicast has them as the operator’s, or is told', () => {
    const kinds = (kind: string) =>
      `<${kind}>${direction('import', xrTargets(xrTarget('64900:9')))}${direction('export', xrTargets(xrTarget('64900:8')))}</${kind}>`;
    for (const kind of ['multicast', 'flowspec']) {
      const both = read(vrfXml(`<ipv4>${kinds(kind)}<unicast/></ipv4>`)).vrf;
      expect(both.operator.ipv4).toMatchObject({
        importRouteTargets: ['0:64900:9'],
        exportRouteTargets: ['0:64900:8'],
      });
      const { unknowns, operator } = read(vrfXml(`<ipv4>${kinds(kind)}</ipv4>`)).vrf;
      expect(operator).toEqual({});
      expect(unknowns).toEqual([
        {
          path: 'vrfs vrf MOH address-family ipv4',
          reach: 'network',
          why: 'has route targets (64900:9, 64900:8) without unicast',
        },
      ]);
    }
  });

  it('tells what its export policy puts on routes and is not understood', () => {
    const odd = { OUT: 'route-policy OUT\n  set extcommunity rt GONE\nend-policy' };
    expect(read(vrfXml(unicast('ipv4', '', POLICY('OUT'))), odd).vrf.unknowns).toEqual([
      {
        path: 'vrfs vrf MOH address-family ipv4 unicast export route-policy OUT',
        reach: 'network',
        why: 'puts on routes what GONE stands for, which was not read',
      },
    ]);
  });

  it.each([
    ['  apply  OUT', ['OUT']],
    ['apply OUT', ['OUT']],
    ['  apply OUT  ', ['OUT']],
    ['  apply OUT more', []],
    ['  set x\n  reapply OUT', []],
    ['  apply\n  OUT', []],
    ['  apply WASL-MOH-IPV4-EXPORT', []],
    ['  apply WASL-GONE', []],
    ['  apply X-WASL-', ['X-WASL-']],
  ])('whose policy of wasl has %j wraps %j', (line, wrapped) => {
    const own = { 'WASL-MOH-IPV4-EXPORT': `route-policy W\n${line}\nend-policy`, OUT: '', 'X-WASL-': '' };
    expect(
      read(vrfXml(unicast('ipv4', '', POLICY('WASL-MOH-IPV4-EXPORT'))), own).vrf.operator.ipv4?.exportPolicies,
    ).toEqual(wrapped);
  });

  it('is looked for in its model alone', () => {
    const { reader, config } = whole();
    const [vrfs] = config.filter(({ name }) => name === 'vrfs');
    if (vrfs === undefined) throw new Error('no vrfs');
    expect(reader.entries([{ ...vrfs, namespace: 'other' }])).toEqual([]);
    expect(reader.entries([{ ...vrfs, name: 'other' }])).toEqual([]);
    expect(reader.entries([vrfs]).map(({ name }) => name)).toEqual(['MOH']);
  });
});

const rpl = (policies: Record<string, string>, sets: Record<string, string> = {}): Rpl => ({
  policies: new Map(Object.entries(policies)),
  prefixSets: new Map(),
  sets: new Map(Object.entries(sets)),
});

describe('route policies', () => {
  it.each<[Record<string, string>, Record<string, string>, string[], string[]]>([
    [{ P: 'set extcommunity rt (64900:9, 64900:8)' }, {}, ['0:64900:8', '0:64900:9'], []],
    [{ P: 'set extcommunity rt ( 64900:9 64900:8\n,64900:7 )' }, {}, ['0:64900:7', '0:64900:8', '0:64900:9'], []],
    [
      { P: '# set extcommunity rt (64900:9)\n  ! set extcommunity rt (64900:8)\npass # set extcommunity rt (64900:7)' },
      {},
      [],
      [],
    ],
    [
      { P: 'set extcommunity rt ($rt, x)' },
      {},
      [],
      ['puts $rt on routes, which is not understood', 'puts x on routes, which is not understood'],
    ],
    [
      { P: 'set extcommunity rt S' },
      { S: ' extcommunity-set  rt  S\n 64900:9,\n # 64900:8\n 64900:7\nend-set' },
      ['0:64900:7', '0:64900:9'],
      [],
    ],
    [
      { P: 'set extcommunity rt S' },
      { S: 'text extcommunity-set rt S 64900:9 end-set' },
      [],
      ['puts on routes what S stands for, which was not read'],
    ],
    [
      { P: 'set extcommunity rt S' },
      { S: 'extcommunity-set rt S 64900:9' },
      [],
      ['puts on routes what S stands for, which was not read'],
    ],
    [{ P: 'apply D(5)', D: 'set extcommunity rt (64900:9)' }, {}, ['0:64900:9'], []],
    [
      { P: 'apply P\napply Z\napply A' },
      {},
      [],
      ['applies policy A, which is not on the router', 'applies policy Z, which is not on the router'],
    ],
    [{}, {}, [], ['names policy P, which is not on the router']],
  ])('%j with the sets %j put on routes %j', (policies, sets, targets, unread) => {
    expect(targetsSetBy('P', rpl(policies, sets))).toEqual({ targets, unread });
    expect(targetsSetBy(' P (10)', rpl(policies, sets))).toEqual({ targets, unread });
  });

  it('are told with what they apply and the sets that they name', () => {
    const all = rpl(
      { P: 'apply D\nif destination in (S1,S2) then', D: 'in S3 pass', X: 'in S4' },
      { S1: '1', S2: '2', S3: '3', S4: '4', P: 'a set of that name' },
    );
    expect([...textsNamedBy('P', all)]).toEqual([
      ['P', 'apply D\nif destination in (S1,S2) then'],
      ['D', 'in S3 pass'],
      ['S1', '1'],
      ['S2', '2'],
      ['S3', '3'],
    ]);
    expect([...textsNamedBy('GONE', all)]).toEqual([]);
  });

  it('of the operator that use objects of wasl are named', () => {
    const uses = usesOf(
      rpl({
        P: 'apply D',
        D: 'in WASL-A then\n# WASL-B\n apply WASL-C',
        'WASL-C': 'in WASL-D',
        'WASL-X': 'in WASL-Y',
        'NOT-WASL': 'pass',
      }),
    );
    expect([...uses].sort()).toEqual([
      ['WASL-A', 'route-policy D'],
      ['WASL-C', 'route-policy D'],
      ['WASL-D', 'route-policy D'],
    ]);
  });

  it('are read from their model alone, with sets of every kind', () => {
    const config = parseXmlFragment(
      xr(
        '',
        { P: 'text' },
        prefixSet('S', 'prefixes').concat(
          '<as-path-sets><as-path-set><set-name>A</set-name><rpl-as-path-set>paths</rpl-as-path-set></as-path-set><as-path-set><set-name>B</set-name></as-path-set></as-path-sets>',
        ),
      ),
    );
    const { policies, prefixSets, sets } = readRpl(config);
    expect([[...policies], [...prefixSets], [...sets]]).toEqual([
      [['P', 'text']],
      [['S', 'prefixes']],
      [
        ['S', 'prefixes'],
        ['A', 'paths'],
        ['B', ''],
      ],
    ]);
    const [root] = config.filter(({ name }) => name === 'routing-policy');
    if (root === undefined) throw new Error('no policies');
    expect(
      readRpl([
        { ...root, namespace: 'other' },
        { ...root, name: 'other' },
      ]).policies.size,
    ).toBe(0);
    expect(readRpl([{ ...root, children: [] }]).policies.size).toBe(0);
  });
});

it.each([
  [[], null],
  [['P', 'Q'], 'more than one export policy is attached'],
  [['P'], null],
  [['COMMENTED'], null],
  [['BARE'], 'export policy BARE passes routes only under conditions: wrapped, it would export the others too'],
  [['NAMED'], 'export policy NAMED passes routes only under conditions: wrapped, it would export the others too'],
  [['D1'], 'export policy D9 is nested more than 8 deep'],
  [['D2'], null],
  [['EMPTY'], 'export policy  takes parameters'],
  [['drop'], null],
  [['SETS'], null],
  [['SPACED'], null],
  [['ENDS'], "export policy ENDS has `drop`, which would end the evaluation before wasl's rules"],
])('the export policies %j: %s', (policies, reason) => {
  const deep = Object.fromEntries(
    Array.from({ length: 8 }, (_, at) => [`D${at + 1}`, `route-policy D${at + 1}\n apply D${at + 2}\nend-policy`]),
  );
  const texts = {
    ...deep,
    D9: 'route-policy D9\n  pass\nend-policy',
    P: 'route-policy P\n!\n\n   pass\nend-policy',
    COMMENTED: 'route-policy COMMENTED\n  pass # drop\nend-policy',
    BARE: 'route-policy BARE\n  suppress-route\nend-policy',
    NAMED: 'route-policy pass\nend-policy set',
    drop: '  route-policy drop\n  pass\n  end-policy',
    SETS: 'route-policy SETS\n  set community end-policy-x additive\nend-policy',
    SPACED: 'route-policy SPACED\n  apply   P\nend-policy',
    ENDS: 'route-policy ENDS\n  apply P\n  drop\nend-policy',
    EMPTY: 'route-policy EMPTY\n  pass\n  apply',
  };
  expect(judgeRplPolicies(policies, texts)).toBe(reason);
});

describe('a table of IOS XR', () => {
  const RIB = 'xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-ip-rib-ipv4-oper"';
  const TABLE = (routes: string, name = 'default') =>
    `<ip-rib-route-table-names><ip-rib-route-table-name><route-table-name>${name}</route-table-name>${routes}</ip-rib-route-table-name></ip-rib-route-table-names>`;
  const SAF = (inner: string, name = 'Unicast') => `<safs><saf><saf-name>${name}</saf-name>${inner}</saf></safs>`;
  const AF = (inner: string, name = 'IPv4') => `<afs><af><af-name>${name}</af-name>${inner}</af></afs>`;
  const VRF = (inner: string, name = 'MOH') => `<vrf><vrf-name>${name}</vrf-name>${inner}</vrf>`;
  const rib = (...vrfs: string[]) => `<rib ${RIB}><vrfs>${vrfs.join('')}</vrfs></rib>`;
  const whole = (routes: string) => rib(VRF(AF(SAF(TABLE(`<routes>${routes}</routes>`)))));
  const route = (more: string) => `<route><network>10.0.0.0/8</network>${more}</route>`;
  const asked: string[] = [];
  const readTable = (reply: string, family: 'ipv4' | 'ipv6' = 'ipv4') =>
    readIosxrTable(
      {
        get: async (filter: string) => {
          asked.push(filter);
          return parseXmlFragment(reply);
        },
        call: () => Promise.reject(),
        exec: () => Promise.reject(),
      } as never,
      { vrf: 'MOH' as VrfName, family },
    );

  it.each([
    ['<protocol-name>bgp</protocol-name>', 'vpn', undefined],
    ['<protocol-name>static</protocol-name>', 'local', undefined],
    [
      '<protocol-name>bgp</protocol-name><route-path><next-hop-vrf-name> MOH </next-hop-vrf-name><interface-name>Gi0</interface-name></route-path>',
      'local',
      'Gi0 MOH',
    ],
    [
      '<protocol-name>bgp</protocol-name><route-path><next-hop-vrf-name>MOF</next-hop-vrf-name></route-path>',
      'vpn',
      'MOF',
    ],
    [
      '<protocol-name>bgp</protocol-name><route-path><address><ipv4>192.0.2.1</ipv4></address><address><ipv6>2001:db8::1</ipv6></address></route-path>',
      'vpn',
      '192.0.2.1 2001:db8::1',
    ],
    ['<protocol-name>bgp</protocol-name><route-path><address/></route-path>', 'vpn', undefined],
  ])('a route with %s is %s', async (more, origin, towards) => {
    expect(await readTable(whole(route(more)))).toEqual([
      { prefix: '10.0.0.0/8', origin, ...(towards && { towards }) },
    ]);
  });

  it.each([
    ['', 'nothing'],
    ['<a/><b/>', 'a, b'],
    [`${rib(VRF(''))}<b/>`, 'rib, b'],
    [whole('').replaceAll('rib ', 'rub ').replace('</rib>', '</rub>'), 'rub'],
    [rib(), '0 tables more than one'],
    [rib(VRF(''), VRF('', 'MOF')), '1 tables more than one'],
    [rib(VRF('', 'MOF')), 'that of VRF MOF'],
    [rib(VRF('', '')), 'a vrf without vrf-name'],
    [rib(VRF(AF('', ' '))), 'a af without af-name'],
    [rib(VRF(AF(SAF('', '')))), 'a saf without saf-name'],
    [rib(VRF(AF(''))), 'one with 0 tables of unicast routes'],
    [rib(VRF(AF(SAF(TABLE('')), 'IPv6'))), 'one with 0 tables of unicast routes'],
    [rib(VRF(AF(SAF(TABLE(''), 'Multicast')))), 'one with 0 tables of unicast routes'],
    [rib(VRF(AF(SAF(TABLE('', 'other'))))), 'one with 0 tables of unicast routes'],
    [rib(VRF(AF(SAF(TABLE('') + TABLE(''))))), 'one with 2 tables of unicast routes'],
    [whole('<other/>'), 'one with other among its routes'],
  ])('%s is unread', async (reply, what) => {
    await expect(readTable(reply)).rejects.toMatchObject({
      code: 'ROUTER_PROTOCOL',
      message: `table MOH ipv4: the answer is ${what}`,
    });
  });

  it('is asked for by VRF and family, whatever stands beside it', async () => {
    asked.length = 0;
    const beside = rib(
      VRF(
        AF(
          SAF(TABLE(''), 'Multicast') +
            SAF(TABLE(`<routes>${route('<protocol-name>static</protocol-name>')}</routes>`) + TABLE('', 'other')),
        ) + AF('', 'IPv6'),
      ),
    );
    expect(await readTable(beside)).toEqual([{ prefix: '10.0.0.0/8', origin: 'local' }]);
    await expect(readTable(whole(''), 'ipv6')).rejects.toThrow('table MOH ipv6: the answer is rib');
    const inner = (af: string) => VRF(AF(SAF(TABLE('<routes/>')), af));
    expect(asked).toEqual([
      `<rib ${RIB}><vrfs>${inner('IPv4')}</vrfs></rib>`,
      `<ipv6-rib ${RIB.replace('ipv4-oper', 'ipv6-oper')}><vrfs>${inner('IPv6')}</vrfs></ipv6-rib>`,
    ]);
  });
});

it.each([
  [{}, ''],
  [{ source: parseAddress('10.9.0.1') }, '<source>10.9.0.1</source>'],
])('a ping of IOS XR with %j is asked for as one operation', async (more, source) => {
  const asked: string[] = [];
  const reply =
    '<other><ipv4><hits>1</hits><total>1</total></ipv4></other><ping-response><ipv4><hits>2</hits><total>3</total></ipv4></ping-response>';
  const call = async (rpc: string) => {
    asked.push(rpc);
    return parseXmlFragment(reply);
  };
  const reader = { call };
  const request = { vrf: 'M&H' as VrfName, destination: parseAddress('10.0.0.1'), count: 3, ...more };
  expect(await pingIosxr(reader as never, request)).toEqual({ sent: 3, received: 2 });
  expect(asked).toEqual([
    `<ping xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-ping-act"><destination><destination>10.0.0.1</destination><repeat-count>3</repeat-count><timeout>1</timeout>${source}<vrf-name>M&amp;H</vrf-name></destination></ping>`,
  ]);
});
