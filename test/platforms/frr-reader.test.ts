/** The NETCONF module of FRR, node by node, and what the readers of all platforms do with a grammar. */
import { describe, expect, it } from 'vitest';
import type { InventoryVrf } from '../../src/domain/inventory.ts';
import { parseXml, parseXmlFragment } from '../../src/netconf/index.ts';
import { ownElement } from '../../src/platforms/frr/own-configuration.ts';
import { judgeFrrPolicies } from '../../src/platforms/frr/policy-safety.ts';
import { readerOf } from '../../src/platforms/frr/reader.ts';
import { inForce, spreadInactive } from '../../src/platforms/reading/activation.ts';
import { type Container, findUnknowns, pathOf, READ } from '../../src/platforms/reading/grammar.ts';
import { F1_FACTS } from '../router/support/frames.ts';

const NAMESPACE = 'urn:wasl:frr:l3vpn';
const own = (text: string) => ownElement(0, `${text}\nend\n0: from all lookup local\n`);
function read(vrf: string, configuration = 'hostname pe1', families?: readonly ('ipv4' | 'ipv6')[]) {
  const config = [...parseXmlFragment(`<vrfs xmlns="${NAMESPACE}"><vrf>${vrf}</vrf></vrfs>`), own(configuration)];
  const vrfs = families === undefined ? [] : [{ name: 'MOH', families } as unknown as InventoryVrf];
  const reader = readerOf(config, { pool: F1_FACTS.pool, vrfs });
  const [entry] = reader.entries(config);
  if (entry === undefined) throw new Error('no VRF');
  return {
    vrf: reader.parse(entry),
    objects: reader.readObjects(config),
    expected: reader.readExpected(config),
    reader,
  };
}

const RULE = (name: string, inner: string) => `<export-rule><name>${name}</name>${inner}</export-rule>`;
const family = {
  importRouteTargets: [],
  exportRouteTargets: [],
  exportPolicies: [],
  importPolicies: [],
};

describe('a VRF of the module', () => {
  it('has what is the operator’s and what is of the pool, in order', () => {
    const inner = `<import-rt> 0:64900:9 </import-rt><import-rt>0:64900:8</import-rt><import-rt>0:64900:7001</import-rt>
      <export-rt>0:64900:6</export-rt><export-rt>0:64900:7002</export-rt><export-policy>OUT</export-policy>
      ${RULE('WASL-1', '<route-target>0:64900:7003</route-target><prefix> 10.0.0.0/8 </prefix><prefix>nonsense</prefix>')}
      ${RULE('WASL-2', '<route-target>0:64900:7004</route-target><whole-vpn/>')}
      ${RULE('WASL-3', '<route-target>nonsense</route-target><whole-vpn/>')}
      ${RULE('THEIRS', '<route-target>0:64900:5</route-target><prefix>10.1.0.0/16</prefix>')}`;
    const { vrf } = read(`<name>MOH</name><rd>0:64900:1</rd><ipv4>${inner}</ipv4>`, 'route-map OUT permit 5');
    expect(vrf).toEqual({
      name: 'MOH',
      routeDistinguisher: '0:64900:1',
      operator: {
        ipv4: {
          importRouteTargets: ['0:64900:8', '0:64900:9'],
          exportRouteTargets: ['0:64900:6'],
          exportRules: [{ routeTarget: '0:64900:5', scope: ['10.1.0.0/16'] }],
          exportPolicies: ['OUT'],
          importPolicies: [],
        },
      },
      share: {
        ipv4: {
          imports: ['0:64900:7001'],
          exports: [
            { routeTarget: '0:64900:7003', scope: ['10.0.0.0/8'] },
            { routeTarget: '0:64900:7004', scope: 'whole-vpn' },
          ],
        },
      },
      policyTexts: { OUT: 'route-map OUT permit 5' },
      anomalies: [],
      unknowns: [
        expect.objectContaining({ reach: 'network', why: "puts a route target of wasl's pool on every route" }),
      ],
    });
  });

  it.each([
    ['<ipv4/>', undefined, []],
    ['<ipv4/><ipv6><import-rt>0:64900:9</import-rt></ipv6>', undefined, ['ipv6']],
    ['', undefined, []],
    ['', ['ipv4'] as const, ['ipv4']],
    ['<ipv6><import-rt>0:64900:9</import-rt></ipv6>', ['ipv4'] as const, ['ipv4', 'ipv6']],
  ])('%s with %j in the inventory has the families %j', (inner, listed, families) => {
    const { vrf } = read(`<name>MOH</name>${inner}`, undefined, listed);
    expect(Object.keys(vrf.operator)).toEqual(families);
    expect(Object.keys(vrf.share)).toEqual(families);
    expect(vrf.routeDistinguisher).toBeNull();
    expect('unknowns' in vrf).toBe(false);
    if (families.includes('ipv4')) expect(vrf.operator.ipv4).toEqual(family);
  });

  it('of another name than those of the inventory has the families that it uses', () => {
    expect(read('<name>MOF</name>', undefined, ['ipv4']).vrf.operator).toEqual({});
  });

  it.each([
    ['<whole-vpn/><prefix>10.0.0.0/8</prefix>', 'whole-vpn'],
    ['<prefix>nonsense</prefix><prefix>10.0.0.0/8</prefix>', 'whole-vpn'],
    ['<prefix>10.0.0.0/8</prefix>', ['10.0.0.0/8']],
  ])('a rule of the operator with %s gives %j', (inner, scope) => {
    const rule = RULE('THEIRS', `<route-target>0:64900:5</route-target>${inner}`);
    const { vrf } = read(`<name>MOH</name><ipv4>${rule}</ipv4>`);
    expect(vrf.operator.ipv4?.exportRules).toEqual([{ routeTarget: '0:64900:5', scope }]);
    expect(vrf.share.ipv4?.exports).toEqual([]);
  });

  it('tells of its export policy what is not understood, and takes its targets for the whole VPN', () => {
    const map = 'route-map OUT permit 5\n set extcommunity rt 64900:4\n set wormhole 1';
    const { vrf } = read('<name>MOH</name><ipv4><export-policy>OUT</export-policy></ipv4>', map);
    expect(vrf.unknowns).toEqual([
      {
        path: 'vrfs vrf MOH ipv4 export-policy OUT',
        reach: 'network',
        why: 'does `set wormhole 1`, which is not understood',
      },
    ]);
    expect(vrf.operator.ipv4?.exportRules).toEqual([{ routeTarget: '0:64900:4', scope: 'whole-vpn' }]);
  });

  it('has the objects of wasl, each with what it says in one order', () => {
    const rule = RULE('WASL-1', '<whole-vpn/><route-target> 0:64900:7003 </route-target>');
    const off = '<export-rule inactive="inactive"><name>WASL-2</name></export-rule>';
    const inner = `<import-rt>0:64900:9</import-rt><import-rt>0:64900:7001</import-rt><export-rt>0:64900:7002</export-rt><export-rt>0:64900:6</export-rt>${rule}${off}${RULE('THEIRS', '<route-target>0:64900:5</route-target>')}`;
    const { objects, expected } = read(`<name>MOH</name><ipv4>${inner}</ipv4>`);
    expect([...objects]).toEqual([
      ['vrf MOH ipv4 import-rt 0:64900:7001', ''],
      ['vrf MOH ipv4 export-rt 0:64900:7002', ''],
      ['vrf MOH ipv4 export-rule WASL-1', 'name WASL-1\nroute-target 0:64900:7003\nwhole-vpn '],
      ['vrf MOH ipv4 export-rule WASL-2', 'name WASL-2 (deactivated)'],
    ]);
    // Of what an edit says everything is wasl's.
    expect([...expected.keys()]).toEqual(
      expect.arrayContaining(['vrf MOH ipv4 import-rt 0:64900:9', 'vrf MOH ipv4 export-rt 0:64900:6']),
    );
  });

  it('is looked for in the module alone', () => {
    const config = parseXmlFragment(
      `<vrfs xmlns="other"><vrf><name>A</name></vrf></vrfs><other xmlns="${NAMESPACE}"><vrf><name>B</name></vrf></other><vrfs xmlns="${NAMESPACE}"><vrf/></vrfs>`,
    );
    const { reader } = read('<name>MOH</name>');
    expect(reader.entries(config).map(({ name }) => name)).toEqual(['']);
    expect(config.map((root) => reader.roots(root) !== undefined)).toEqual([false, false, true]);
    expect(reader.roots(own(''))).toBe(READ);
    expect(reader.entryPath).toBe('vrfs');
  });
});

it.each([
  ['set extcommunity none', 'extcommunity none'],
  ['  set extended-comm-list OWN delete', 'extended-comm-list OWN delete'],
  ['set extcommunity none 5', null],
  ['no set extcommunity none', null],
  ['set community none', null],
])('a map of exports that does `%s`', (line, taken) => {
  const told = `export policy OUT has \`set ${taken}\`, which would take wasl's route targets off`;
  expect(judgeFrrPolicies(['IN', 'OUT'], { OUT: `route-map OUT permit 5\n${line}\nexit` })).toBe(taken && told);
});

describe('a grammar', () => {
  const rule: Container = {
    otherwise: 'router',
    namespace: 'n',
    children: { known: READ, apart: { otherwise: 'vrf', children: {} } },
  };
  const told = (inner: string) =>
    findUnknowns(parseXml(`<a xmlns="n">${inner}</a>`), rule, 'top').map(
      ({ path, reach, why }) => `${path} | ${reach} | ${why}`,
    );

  it.each([
    ['<known/>', []],
    ['<known>text<deep/></known>', []],
    ['<strange> 5 </strange>', ['top strange 5 | router | is not understood']],
    ['<strange><name> x </name></strange>', ['top strange x | router | is not understood']],
    ['<strange><other/></strange>', ['top strange | router | is not understood']],
    ['<strange><name><deep/></name></strange>', ['top strange | router | is not understood']],
    ['<known xmlns="m"/>', ['top known | router | is of the model m, which is not read']],
    ['<apart xmlns="n"><x/></apart>', ['top apart x | vrf | is not understood']],
    ['<toString/>', ['top toString | router | is not understood']],
    [
      '<apply-groups> G </apply-groups>',
      ['top apply-groups G | network | inherits from group G, which was not resolved'],
    ],
    [
      '<known><deep><apply-groups>G</apply-groups></deep></known>',
      ['top known deep apply-groups G | network | inherits from group G, which was not resolved'],
    ],
    ['<apply-groups/>', ['top apply-groups | network | inherits from group , which was not resolved']],
  ])('%s', (inner, sentences) => {
    expect(told(inner)).toEqual(sentences);
  });

  it('a place is named as on the router', () => {
    expect(pathOf(parseXml('<vrf><name> A </name><x/></vrf>'), 'vrfs')).toBe('vrfs vrf A');
    expect(pathOf(parseXml('<x> 5 </x>'), '')).toBe('x 5');
  });
});

describe('what is deactivated', () => {
  const config = parseXmlFragment('<a><b inactive="inactive"><c/></b><d><e/></d></a><f inactive="inactive"/>');

  it('is not in force, nor is what is inside', () => {
    const [a, ...more] = inForce(config);
    expect(more).toEqual([]);
    expect(a?.children.map(({ name }) => name)).toEqual(['d']);
    // What has nothing deactivated is the same object.
    expect(a?.children[0]).toBe(config[0]?.children[1]);
  });

  it('marks what is inside as well, and nothing else', () => {
    const [a, f] = spreadInactive(config);
    const marks = (of: typeof a): unknown => [of?.name, of?.attributes.inactive, of?.children.map(marks)];
    expect(marks(a)).toEqual([
      'a',
      undefined,
      [
        ['b', 'inactive', [['c', 'inactive', []]]],
        ['d', undefined, [['e', undefined, []]]],
      ],
    ]);
    expect(marks(f)).toEqual(['f', 'inactive', []]);
  });
});
