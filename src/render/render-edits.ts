import { canonicalJson } from '../domain/canonical-json.ts';
import type { PlatformName } from '../domain/names.ts';
import {
  canonicalShare,
  enabledFamilies,
  isEmptyShare,
  type OperatorFamily,
  type VrfShare,
} from '../domain/network-view.ts';
import { FAMILIES } from '../domain/prefix.ts';
import { encodedParts, type RouteTarget, shortForm } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';
import type { PlatformManifest } from '../platforms/manifest.ts';
import type { Platform } from '../platforms/platform.ts';
import { PLATFORMS } from '../platforms/registry.ts';
import { diffVrf, type RenderEdit } from './diff-vrf.ts';
import { renderTemplate } from './templates.ts';

/**
 * The children of `<config>` that bring the VRFs of one PE from what they have to what they shall have; empty when that is the same.
 * All edits of a PE belong into one call: names and containers are stated once, and VRFs of one PE that join are seen.
 *
 * Throws EXPORT_POLICY_UNSAFE with the reason, OWN_TARGETS_UNKNOWN, AUTO_EXPORT_OFF, VRF_MISSING for an address family that the VRF lacks, ROUTE_TARGET_INVALID for one that the
 * platform cannot write, RENDER_FAILED for a defect of a template.
 */
export function renderEdits(name: PlatformName, edits: readonly RenderEdit[]): string {
  const platform = PLATFORMS[name];
  const { manifest, view } = platform;
  for (const edit of edits) {
    refuseUnwritableTargets(manifest, edit);
    refuseUnsafePolicies(platform, edit);
    refuseCut(manifest, edit);
  }
  const sorted = edits.toSorted((a, b) => (a.running.name < b.running.name ? -1 : 1));
  const vrfs = sorted.map((edit) => {
    refuseMissingFamilies(edit);
    return { vrf: edit.running.name, changes: diffVrf(view, edit, joinsAnother(edit, edits)) };
  });
  return renderTemplate(name, view.viewEdit(vrfs));
}

/** A removal switches nothing on. */
function joinsAnother(edit: RenderEdit, edits: readonly RenderEdit[]): boolean {
  if (edit.retires !== undefined) return false;
  const mine = targetsOf(edit.wanted);
  return edits.some((other) => {
    if (other === edit) return false;
    const theirs = targetsOf(other.wanted);
    return (
      mine.exports.some((rt) => theirs.imports.includes(rt)) || theirs.exports.some((rt) => mine.imports.includes(rt))
    );
  });
}

function targetsOf(share: VrfShare): { imports: RouteTarget[]; exports: RouteTarget[] } {
  const families = Object.values(share);
  return {
    imports: families.flatMap(({ imports }) => imports),
    exports: families.flatMap(({ exports }) => exports.map(({ routeTarget }) => routeTarget)),
  };
}

function refuseUnwritableTargets(manifest: PlatformManifest, { running, wanted, retires }: RenderEdit): void {
  if (manifest.takesSmallFourOctetAsNumbers || retires !== undefined) return;
  const { imports, exports } = targetsOf(wanted);
  for (const rt of [...imports, ...exports]) {
    const { type, administrator } = encodedParts(rt);
    if (type !== 2 || Number(administrator) > 0xffff) continue;
    throw new WaslError(
      'ROUTE_TARGET_INVALID',
      `${manifest.vendor} cannot write route target ${shortForm(rt)} in the 4-octet encoding`,
      { path: running.name, remedy: 'Use a route target pool in the 2-octet encoding.' },
    );
  }
}

function refuseMissingFamilies({ running, wanted }: RenderEdit): void {
  const families = enabledFamilies(running);
  for (const family of FAMILIES) {
    const asked = wanted[family];
    if (asked === undefined || families.includes(family) || asked.imports.length + asked.exports.length === 0) continue;
    throw new WaslError('VRF_MISSING', `VRF ${running.name} has no address family ${family} on the router`, {
      path: `${running.name}/${family}`,
      remedy: 'Enable the address family in the VRF, or leave its prefixes out of the request.',
    });
  }
}

/** Of a VRF whose own route targets are not known (a group has them, or the router makes them up) nothing can be restated. */
function refuseCut({ restatesOwnTargets }: PlatformManifest, { running, wanted, retires }: RenderEdit): void {
  if (!restatesOwnTargets || retires !== undefined || isEmptyShare(wanted) || !isEmptyShare(running.share)) return;
  const families = Object.values(running.operator);
  const states = (one: OperatorFamily) =>
    one.importRouteTargets.length +
    one.exportRouteTargets.length +
    one.importPolicies.length +
    one.exportPolicies.length;
  if (families.length === 0 || families.some((one) => states(one) > 0)) return;
  const fact = `VRF ${running.name} shows no route target of its own: wasl's policies would cut it off from its own VPN`;
  throw new WaslError('OWN_TARGETS_UNKNOWN', fact, { path: running.name });
}

/** Only where wasl adds to the exports: taking a rule away is always safe, whatever the operator's policy became since. */
function refuseUnsafePolicies(platform: Platform, { running, wanted }: RenderEdit): void {
  const families = enabledFamilies(running);
  const [before, after] = [canonicalShare(running.share, families), canonicalShare(wanted, families)];
  for (const family of families) {
    const policies = running.operator[family]?.exportPolicies ?? [];
    const had = new Set(before[family]?.exports.map((rule) => canonicalJson(rule)));
    const adds = after[family]?.exports.some((rule) => !had.has(canonicalJson(rule))) === true;
    if (!adds || policies.length === 0) continue;
    const reason = platform.judgeExportPolicies(policies, running.policyTexts);
    if (reason === null) continue;
    throw new WaslError('EXPORT_POLICY_UNSAFE', `VRF ${running.name} ${family}: ${reason}`, {
      path: `${running.name}/${family}`,
      details: { policies, reason },
    });
  }
}
