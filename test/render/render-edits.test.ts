import { describe, expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import type { RunningVrf, VrfShare } from '../../src/domain/network-view.ts';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteTarget } from '../../src/domain/route-target.ts';
import { renderEdits } from '../../src/render/render-edits.ts';

const own = parseRouteTarget('65000:100');
const family = { importRouteTargets: [own], exportRouteTargets: [own], exportPolicies: [], importPolicies: [] };
const vrf = (rest: Partial<RunningVrf> = {}): RunningVrf => ({
  name: 'MOH' as VrfName,
  routeDistinguisher: null,
  operator: { ipv4: family },
  share: {},
  policyTexts: {},
  anomalies: [],
  ...rest,
});
const exporting = (text: string): VrfShare => ({
  ipv4: { imports: [], exports: [{ routeTarget: parseRouteTarget(text), scope: [parsePrefix('10.1.0.0/16')] }] },
});

describe('what cannot be written is refused', () => {
  it('an address family that the VRF does not have', () => {
    const wanted: VrfShare = { ipv6: { imports: [own], exports: [] } };
    expect(() => renderEdits('iosxr-um2', [{ running: vrf(), wanted }])).toThrow(
      expect.objectContaining({ code: 'VRF_MISSING', message: 'VRF MOH has no address family ipv6 on the router' }),
    );
  });

  it.each(['iosxr-um2', 'frr'] as const)('a small AS number in 4-octet encoding on %s', (platform) => {
    expect(() => renderEdits(platform, [{ running: vrf(), wanted: exporting('2:100:9001') }])).toThrow(
      expect.objectContaining({ code: 'ROUTE_TARGET_INVALID', message: expect.stringContaining('100L:9001') }),
    );
  });

  it('the same is written on Junos, marked as 4-octet', () => {
    const xml = renderEdits('junos-yang', [{ running: vrf(), wanted: exporting('2:100:9001') }]);
    expect(xml).toContain('<members>target:100L:9001</members>');
  });
});

describe("an operator's policy that became unsafe", () => {
  const running = vrf({
    operator: { ipv4: { ...family, exportPolicies: ['OLD'] } },
    policyTexts: { OLD: 'route-policy OLD\n  done\nend-policy\n' },
  });

  it('stops a new rule, with the reason', () => {
    expect(() => renderEdits('iosxr-um2', [{ running, wanted: exporting('65000:9001') }])).toThrow(
      expect.objectContaining({
        code: 'EXPORT_POLICY_UNSAFE',
        path: 'MOH/ipv4',
        message: expect.stringContaining('`done`'),
      }),
    );
  });

  it('does not keep the last rule from going', () => {
    const edit = { running: { ...running, share: exporting('65000:9001') }, wanted: {} };
    expect(renderEdits('iosxr-um2', [edit])).toContain('<route-policy nc:operation="replace">OLD</route-policy>');
  });
});
