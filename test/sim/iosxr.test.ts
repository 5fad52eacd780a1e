import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteTarget } from '../../src/domain/route-target.ts';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import { formatPolicy, parsePolicy } from '../../src/sim/iosxr/rpl.ts';
import { evaluatePolicy } from '../../src/sim/iosxr/rpl-evaluate.ts';
import { formatPrefixSet, parsePrefixSet } from '../../src/sim/iosxr/rpl-sets.ts';
import { FOUR_ROUTERS, prefix6Of, prefixOf, probe6Of, probeOf } from './support/fixtures.ts';
import {
  COMMIT,
  DISCARD,
  edit,
  editUnchecked,
  VALIDATE,
  xrExportPolicy,
  xrPolicy,
  xrPrefixSet,
  xrTarget,
} from './support/operations.ts';
import { errorsOf, find, findAll, isOk, RawClient } from './support/raw-client.ts';

describe('the routing policy language', () => {
  const target = (number: number) => parseRouteTarget(`65000:${number}`);
  const evaluate = (texts: readonly string[], prefix: string, sets: readonly string[] = []): string[] | null => {
    const policies = new Map(texts.map((text) => [parsePolicy(text).name, parsePolicy(text)]));
    const prefixSets = new Map(sets.map((text) => [parsePrefixSet(text).name, parsePrefixSet(text)]));
    const [name = ''] = policies.keys();
    const result = evaluatePolicy(name, { policies, prefixSets }, parsePrefix(prefix), new Set([target(100)]));
    return result === null ? null : [...result].map((rt) => rt.slice('0:65000:'.length));
  };
  const policy = (name: string, ...lines: readonly string[]): string =>
    `route-policy ${name}\n${lines.join('\n')}\nend-policy`;

  it.each([
    ['drops what nothing passes', [policy('P')], null],
    ['passes', [policy('P', 'pass')], ['100']],
    ['drops', [policy('P', 'pass', 'drop')], null],
    ['adds with additive', [policy('P', 'set extcommunity rt (65000:9) additive')], ['100', '9']],
    ['replaces without additive', [policy('P', 'set extcommunity rt (65000:9, 65000:8)')], ['9', '8']],
    ['lets any set pass', [policy('P', 'set local-preference 200')], ['100']],
    ['ends at done', [policy('P', 'done', 'set extcommunity rt (65000:9) additive')], ['100']],
    [
      'matches inline prefixes',
      [policy('P', 'if destination in (10.1.1.0/24, 10.2.0.0/16 le 24) then', 'pass', 'endif')],
      ['100'],
    ],
    ['takes else', [policy('P', 'if destination in (10.9.0.0/16) then', 'drop', 'else', 'pass', 'endif')], ['100']],
    [
      'takes elseif and not, and, or',
      [
        policy(
          'P',
          'if destination in (10.9.0.0/16) then',
          'drop',
          'elseif not destination in (10.9.0.0/16) and (extcommunity rt matches-any (65000:100) or destination in (10.9.0.0/16)) then',
          'pass',
          'endif',
        ),
      ],
      ['100'],
    ],
    [
      'applies another',
      [policy('P', 'apply Q', 'set extcommunity rt (65000:9) additive'), policy('Q', 'pass')],
      ['100', '9'],
    ],
    [
      'ends with a done in another',
      [policy('P', 'apply Q', 'set extcommunity rt (65000:9) additive'), policy('Q', 'done')],
      ['100'],
    ],
    ['ends with a drop in another', [policy('P', 'apply Q', 'pass'), policy('Q', 'drop')], null],
  ])('%s', (_what, texts, expected) => {
    expect(evaluate(texts, '10.1.1.0/24')).toEqual(expected);
  });

  it.each([
    ['10.1.1.0/24', true],
    ['10.1.1.0/25', false],
    ['10.2.4.0/24', true],
    ['10.2.4.0/25', false],
    ['10.3.0.0/16', false],
    ['10.3.8.0/28', true],
    ['fd00:1::/48', true],
    ['192.0.2.1/32', true],
  ])('matches %s in a prefix-set: %s', (prefix, expected) => {
    const set =
      'prefix-set S\n 10.1.1.0/24,\n10.2.0.0/16 le 24,\n10.3.0.0/16 ge 26 le 28, fd00:1::/32 eq 48,\n192.0.2.1\nend-set';
    const texts = [policy('P', 'if destination in S then', 'pass', 'endif')];
    expect(evaluate(texts, prefix, [set]) !== null).toBe(expected);
  });

  it('is shown in the layout of the router, which is stable', () => {
    const written =
      'route-policy P\nif destination in S then\n     set  extcommunity rt (65000:9) additive\n  endif\n!\n\n pass\nend-policy';
    const shown =
      'route-policy P\n  if destination in S then\n    set extcommunity rt (65000:9) additive\n  endif\n  pass\nend-policy\n';
    expect(formatPolicy(written)).toBe(shown);
    expect(formatPolicy(shown)).toBe(shown);
    expect(formatPrefixSet('prefix-set S\n10.0.0.0/8,10.1.0.0/16   le 24\nend-set')).toBe(
      'prefix-set S\n  10.0.0.0/8,\n  10.1.0.0/16 le 24\nend-set\n',
    );
  });

  it.each([
    ['route-policy P\npass', 'the text ends too early'],
    ['policy P\nend-policy', '"route-policy" is expected, not "policy"'],
    ['route-policy P\nif destination in S pass endif\nend-policy', '"then" is expected, not "pass"'],
    ['route-policy P\nfly\nend-policy', '"fly" is not a statement'],
    ['route-policy P\npass\nend-policy\npass', '"pass" stands after end-policy'],
    ['route-policy P\nset extcommunity rt (hello) additive\nend-policy', '"hello" is not a route target'],
    ['route-policy P\nif destination in (10.0.0.1/8) then\npass\nendif\nend-policy', '"10.0.0.1/8" is not a prefix'],
  ])('refuses %j', (text, message) => {
    expect(() => parsePolicy(text)).toThrow(message);
  });
});

describe('an IOS-XR router', () => {
  let backbone: Backbone;
  let client: RawClient;
  beforeAll(async () => {
    backbone = await startBackbone({
      inventory: FOUR_ROUTERS,
      operatorExportPolicies: [
        { router: 'pe2', vrf: 'MOH', style: 'tag' },
        { router: 'pe2', vrf: 'MOF', style: 'final' },
      ],
    });
    client = await RawClient.connect(backbone.router('pe1'));
  });
  afterAll(() => backbone.close());
  beforeEach(async () => {
    await client.rpc(DISCARD);
  });

  const policyText =
    'route-policy WASL-P\nif destination in WASL-S then\nset extcommunity rt (65000:90001) additive\nendif\npass\nend-policy';

  it('refuses references to nothing at validate and at commit, and a partly given policy', async () => {
    await client.rpc(editUnchecked(xrExportPolicy('MOH', 'WASL-P')));
    const missing = 'operation-failed: route-policy WASL-P not found: vrf MOH ipv4 unicast export uses it';
    expect(errorsOf(await client.rpc(VALIDATE))).toEqual([missing]);
    expect(errorsOf(await client.rpc(COMMIT))).toEqual([missing]);
    await client.rpc(editUnchecked(xrPolicy('WASL-P', policyText)));
    expect(errorsOf(await client.rpc(VALIDATE))).toEqual([
      'operation-failed: prefix-set WASL-S not found: route-policy WASL-P uses it',
    ]);
    await client.rpc(editUnchecked(xrPrefixSet('WASL-S', ['10.1.1.0/24'])));
    expect(isOk(await client.rpc(VALIDATE))).toBe(true);
  });

  it('refuses a text that names another policy, text that is no policy, and an entry without text', async () => {
    await client.rpc(editUnchecked(xrPolicy('WASL-P', 'route-policy OTHER\npass\nend-policy')));
    expect(errorsOf(await client.rpc(VALIDATE))[0]).toContain('The text of WASL-P defines OTHER');
    expect(errorsOf(await client.rpc(editUnchecked(xrPolicy('WASL-Q', 'fly'))))[0]).toMatch(
      /^invalid-value: rpl-route-policy/,
    );
    await client.rpc(DISCARD);
    await client.rpc(editUnchecked(xrPolicy('WASL-P', '').replace('<rpl-route-policy></rpl-route-policy>', '')));
    expect(errorsOf(await client.rpc(VALIDATE))[0]).toMatch(/^data-missing: rpl-route-policy is mandatory/);
  });

  it('refuses policies that apply each other', async () => {
    await client.rpc(editUnchecked(xrPolicy('WASL-P', 'route-policy WASL-P\napply WASL-Q\nend-policy')));
    await client.rpc(editUnchecked(xrPolicy('WASL-Q', 'route-policy WASL-Q\napply WASL-P\nend-policy')));
    expect(errorsOf(await client.rpc(VALIDATE)).join()).toContain('route-policy WASL-P applies itself');
  });

  it('does not let go of a set or a policy in use; detached they go, and running is as before', async () => {
    const before = backbone.router('pe1').runningText();
    await client.rpc(
      edit(xrPolicy('WASL-P', policyText) + xrPrefixSet('WASL-S', ['10.1.1.0/24']) + xrExportPolicy('MOH', 'WASL-P')),
    );
    expect(isOk(await client.rpc(COMMIT))).toBe(true);
    for (const config of [xrPrefixSet('WASL-S', [], 'delete'), xrPolicy('WASL-P', '', 'delete')]) {
      expect(isOk(await client.rpc(editUnchecked(config)))).toBe(true);
      expect(errorsOf(await client.rpc(COMMIT))[0]).toContain('not found');
      await client.rpc(DISCARD);
    }
    const all =
      xrExportPolicy('MOH', 'WASL-P', 'delete') +
      xrPolicy('WASL-P', '', 'delete') +
      xrPrefixSet('WASL-S', [], 'delete');
    await client.rpc(edit(all, { defaultOperation: 'none' }));
    expect(isOk(await client.rpc(COMMIT))).toBe(true);
    expect(backbone.router('pe1').runningText()).toBe(before);
  });

  it('protects an operator policy from create', async () => {
    const pe2 = await RawClient.connect(backbone.router('pe2'));
    expect(errorsOf(await pe2.rpc(edit(xrExportPolicy('MOH', 'WASL-P'))))[0]).toMatch(/^data-exists/);
    await pe2.drop();
  });

  it('gives the operator policies their styles', () => {
    const text = backbone.router('pe2').runningText();
    expect(text).toContain(
      'route-policy OPERATOR-MOH-EXP\n  if destination in OPERATOR-MOH-PFX then\n    set local-preference 200\n  endif\n  pass\nend-policy',
    );
    expect(text).toContain('route-policy OPERATOR-MOF-EXP\n  set extcommunity rt (65000:200)\n  done\nend-policy');
  });

  describe('operational data', () => {
    const rib = (family: 'ipv4' | 'ipv6', vrf: string): string => {
      const [root, module, af] = family === 'ipv4' ? ['rib', 'ipv4', 'IPv4'] : ['ipv6-rib', 'ipv6', 'IPv6'];
      return `<get><filter type="subtree"><${root} xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-ip-rib-${module}-oper"><vrfs><vrf><vrf-name>${vrf}</vrf-name><afs><af><af-name>${af}</af-name><safs><saf><saf-name>Unicast</saf-name><ip-rib-route-table-names><ip-rib-route-table-name><route-table-name>default</route-table-name><routes><route/></routes></ip-rib-route-table-name></ip-rib-route-table-names></saf></safs></af></afs></vrf></vrfs></${root}></filter></get>`;
    };
    const routesOf = async (family: 'ipv4' | 'ipv6', vrf: string): Promise<string[]> =>
      findAll(await client.rpc(rib(family, vrf)), 'route').map(
        (route) => `${find(route, 'network')?.text} ${find(route, 'protocol-name')?.text}`,
      );

    it('shows the routes of one VRF, keyed by network, in both families', async () => {
      expect(await routesOf('ipv4', 'MOH')).toEqual([
        `${prefixOf(0, 1)} connected`,
        ...[2, 3, 4].map((site) => `${prefixOf(0, site)} bgp`),
      ]);
      expect(await routesOf('ipv6', 'ROP')).toEqual([`${prefix6Of(2, 1)} connected`, `${prefix6Of(2, 3)} bgp`]);
      expect(await routesOf('ipv4', 'XXX')).toEqual([]);
    });

    it('shows configuration and operational data when get has no filter', async () => {
      const reply = await client.rpc('<get/>');
      expect(find(reply, 'routing-policy')).toBeDefined();
      expect(findAll(reply, 'route').length).toBeGreaterThan(8);
    });

    const ping = (destination: string, vrf: string, source?: string): string =>
      `<ping xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-ping-act"><destination><destination>${destination}</destination><repeat-count>3</repeat-count>${
        source === undefined ? '' : `<source>${source}</source>`
      }<vrf-name>${vrf}</vrf-name></destination></ping>`;
    const hits = async (...of: Parameters<typeof ping>): Promise<string | undefined> =>
      find(await client.rpc(ping(...of)), 'hits')?.text;

    it('pings what answers, from an address of its own, in both families', async () => {
      expect(await hits(probeOf(0, 3), 'MOH')).toBe('3');
      expect(await hits(probe6Of(0, 4), 'MOH')).toBe('3');
      const reply = await client.rpc(ping(probe6Of(0, 4), 'MOH'));
      expect(find(reply, 'ping-response')?.children.map((family) => family.name)).toEqual(['ipv6']);
      expect(find(reply, 'success-rate')?.text).toBe('100');
      expect(await hits(probeOf(0, 1), 'MOH', probeOf(0, 1))).toBe('3');
      expect(await hits(probeOf(0, 3), 'MOH', '192.0.2.1')).toBe('0');
      expect(await hits('10.1.3.77', 'MOH')).toBe('0');
      expect(await hits(probeOf(1, 2), 'MOH')).toBe('0');
      expect(errorsOf(await client.rpc(ping(probeOf(0, 3), 'XXX')))[0]).toMatch(/^invalid-value/);
    });

    it('follows the configuration at once', async () => {
      expect(await hits(probeOf(0, 3), 'MOH')).toBe('3');
      await client.rpc(edit(xrTarget('MOH', 'import', 100, 'delete')));
      expect(await hits(probeOf(0, 3), 'MOH')).toBe('3');
      await client.rpc(COMMIT);
      expect(await hits(probeOf(0, 3), 'MOH')).toBe('0');
      await client.rpc(edit(xrTarget('MOH', 'import', 100)));
      await client.rpc(COMMIT);
      expect(await hits(probeOf(0, 3), 'MOH')).toBe('3');
    });
  });
});
