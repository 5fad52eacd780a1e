/** What a removal writes on IOS XR, where what stands in the VRF is not what wasl wrote: by what was found there. */
import { describe, expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import type { FamilyShare, OperatorFamily, RunningVrf, VrfShare } from '../../src/domain/network-view.ts';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteTarget } from '../../src/domain/route-target.ts';
import { renderEdits } from '../../src/render/render-edits.ts';

const [OWN, ONE, TWO] = ['65000:100', '65000:9001', '65000:9002'].map((text) => parseRouteTarget(text)) as [
  ReturnType<typeof parseRouteTarget>,
  ReturnType<typeof parseRouteTarget>,
  ReturnType<typeof parseRouteTarget>,
];
const family = (exportPolicies: readonly string[]): OperatorFamily => ({
  ...{ importRouteTargets: [OWN], exportRouteTargets: [OWN], importPolicies: [], exportPolicies },
});
const moh = (more: Partial<RunningVrf>): RunningVrf => ({
  ...{
    name: 'MOH' as VrfName,
    routeDistinguisher: null,
    share: {},
    anomalies: [],
    policyTexts: { OUT: 'route-policy OUT\n  pass\nend-policy' },
  },
  operator: { ipv4: family(['OUT']), ipv6: family([]) },
  ...more,
});
const share = (one: Partial<FamilyShare>): VrfShare => ({ ipv4: { imports: [], exports: [], ...one } });
const WHOLE = { routeTarget: TWO, scope: 'whole-vpn' as const };

/** Every line of the edit that says what is done with what: `import replace X`. */
function removal(vrf: RunningVrf, wanted: VrfShare = {}): string[] {
  const xml = renderEdits('iosxr-um2', [{ running: vrf, wanted, retires: [ONE] }]);
  const places =
    /<(ipv[46]|import|export|routing-policy)[ >]|nc:operation="(create|replace|delete)">([^<]*)<(?:[\w-]*(?:name|number)>([^<]*)<)?/g;
  let [of, where] = ['', ''];
  return [...xml.matchAll(places)].flatMap(([, place, operation, value = '', name]) => {
    if (operation !== undefined) return [`${where} ${operation} ${(name ?? value).trim()}`];
    if (place?.startsWith('ipv')) of = place;
    else where = place === 'routing-policy' ? place : `${of} ${place}`;
    return [];
  });
}

describe('a removal takes away what a hand attached under wasl’s name', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [
      'as an import policy, which takes the place of nobody’s',
      ['vrf MOH ipv4 import route-policy WASL-OLD-IPV4-EXPORT'],
      ['ipv4 import delete WASL-OLD-IPV4-EXPORT'],
    ],
    [
      'as an export policy: the operator’s comes back',
      ['vrf MOH ipv4 export route-policy WASL-OLD-IPV4-EXPORT'],
      ['ipv4 export replace OUT'],
    ],
    [
      'in a family where the operator has none',
      ['vrf MOH ipv6 export route-policy WASL-OLD-IPV6-EXPORT'],
      ['ipv6 export delete WASL-OLD-IPV6-EXPORT'],
    ],
    [
      'in both directions',
      ['vrf MOH ipv6 export route-policy WASL-X', 'vrf MOH ipv6 import route-policy WASL-X'],
      ['ipv6 import delete WASL-X', 'ipv6 export delete WASL-X'],
    ],
    ['and nothing in a family that the VRF does not have', ['vrf MOH ipv9 export route-policy WASL-X'], []],
    ['and no route target of the pool that stands on every route', ['vrf MOH ipv4 export 0:65000:9001'], []],
    [
      'policies and sets of the families in their order, and last what names none',
      [
        ...[
          'prefix-set WASL-MOH-ODD',
          'prefix-set WASL-MOH-IPV6-0-65000-9001',
          'prefix-set WASL-OLD-IPV4-0-65000-9001',
        ],
        ...['route-policy WASL-MOH-ODD', 'route-policy WASL-MOH-IPV6-EXPORT', 'route-policy WASL-OLD-IPV4-EXPORT'],
      ],
      [
        'routing-policy delete WASL-OLD-IPV4-EXPORT',
        'routing-policy delete WASL-MOH-IPV6-EXPORT',
        'routing-policy delete WASL-MOH-ODD',
        'routing-policy delete WASL-OLD-IPV4-0-65000-9001',
        'routing-policy delete WASL-MOH-IPV6-0-65000-9001',
        'routing-policy delete WASL-MOH-ODD',
      ],
    ],
  ])('%s', (_what, objects, lines) => {
    expect(removal(moh({ objects }))).toEqual(lines);
  });
});

describe('an edit states no part that it leaves alone', () => {
  const edit = (running: RunningVrf, wanted: VrfShare) => renderEdits('iosxr-um2', [{ running, wanted }]);

  it('an import alone, in its encoding, none of exports and policies', () => {
    const xml = edit(moh({}), share({ imports: [parseRouteTarget('2:70000:9001')] }));
    expect(xml.match(/<four-byte-as-number>70000|<two-byte|<ipv4-address|<export|<routing-policy/g)).toEqual([
      '<four-byte-as-number>70000',
    ]);
    expect(xml).toContain('<asn4-index>9001</asn4-index>');
  });

  it('an export alone, of the whole VPN: no import, no set, and no family but its own', () => {
    const xml = edit(moh({}), share({ exports: [WHOLE] }));
    expect(xml.match(/<import|<ipv6|<sets|<export/g)).toEqual(['<export']);
  });

  it('a policy that is detached from the imports: no list of route targets', () => {
    const objects = ['vrf MOH ipv4 import route-policy WASL-X'];
    const xml = renderEdits('iosxr-um2', [{ running: moh({ objects }), wanted: {}, retires: [ONE] }]);
    expect(xml.match(/<import|<route-target>|<export/g)).toEqual(['<import']);
  });

  it('nothing where nothing changes', () => {
    expect(edit(moh({}), {}).trim()).toBe('');
  });
});

describe('a removal where another interconnect stays', () => {
  const stays = share({ exports: [WHOLE] });
  const own = ['vrf MOH ipv4 export route-policy WASL-MOH-IPV4-EXPORT', 'route-policy WASL-MOH-IPV4-EXPORT'];

  it('states the policy that serves both anew, for somebody edited the VRF', () => {
    const vrf = moh({
      share: share({ imports: [ONE], exports: [WHOLE] }),
      objects: [...own, 'vrf MOH ipv4 import 0:65000:9001'],
    });
    expect(removal(vrf, stays)).toEqual(['ipv4 import delete 65000', 'routing-policy replace WASL-MOH-IPV4-EXPORT']);
  });

  it('takes away the policy of a family that has no rule any more, and what attaches it', () => {
    const left = ['vrf MOH ipv6 export route-policy WASL-MOH-IPV6-EXPORT', 'route-policy WASL-MOH-IPV6-EXPORT'];
    expect(removal(moh({ share: stays, objects: [...own, ...left] }), stays)).toEqual([
      'ipv6 export delete WASL-MOH-IPV6-EXPORT',
      'routing-policy replace WASL-MOH-IPV4-EXPORT',
      'routing-policy delete WASL-MOH-IPV6-EXPORT',
    ]);
  });

  it('leaves a set of the other one alone, whose prefixes are as they were', () => {
    const rule = { routeTarget: TWO, scope: [parsePrefix('10.1.0.0/16')] };
    const objects = [...own, 'prefix-set WASL-MOH-IPV4-0-65000-9002', 'prefix-set WASL-MOH-IPV4-0-65000-9001'];
    expect(removal(moh({ share: share({ exports: [rule] }), objects }), share({ exports: [rule] }))).toEqual([
      'routing-policy replace WASL-MOH-IPV4-EXPORT',
      'routing-policy delete WASL-MOH-IPV4-0-65000-9001',
    ]);
  });

  it('puts its own policy in the place of a borrowed one: the leaf has one value', () => {
    const borrowed = ['vrf MOH ipv4 export route-policy WASL-OLD-IPV4-EXPORT', 'route-policy WASL-OLD-IPV4-EXPORT'];
    const lines = removal(moh({ share: stays, objects: borrowed }), stays);
    expect(lines).toEqual([
      'ipv4 export replace WASL-MOH-IPV4-EXPORT',
      'routing-policy create WASL-MOH-IPV4-EXPORT',
      'routing-policy delete WASL-OLD-IPV4-EXPORT',
    ]);
  });
});
