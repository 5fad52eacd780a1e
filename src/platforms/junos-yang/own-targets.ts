import type { VrfName } from '../../domain/names.ts';
import type { VrfShare } from '../../domain/network-view.ts';
import type { RouteTarget } from '../../domain/route-target.ts';
import { child, childrenNamed, childText, type XmlElement } from '../../netconf/index.ts';
import { OBJECT_PREFIX, objectNames } from '../object-names.ts';
import { type PolicyOptions, routeTargetIn, targetsNamedBy } from './policies.ts';

export const DIRECTIONS = ['import', 'export'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The VRF's own route targets of one direction. */
export interface OwnTargets {
  readonly direction: Direction;
  readonly targets: readonly RouteTarget[];
  /** The operator's own policies, which then state them. */
  readonly policies: readonly string[];
  /** Nothing of the operator's states them any more: they are in force by what wasl restated alone. */
  readonly isRestated: boolean;
  /** `vrf-target` says otherwise than wasl's policy, which takes its place. */
  readonly isShadowed: boolean;
}

/**
 * What the VRF is a part of its own VPN by. A list of policies takes the place of `vrf-target` in its direction, wasl's too: what that restates
 * stays in force when `vrf-target` is deleted or altered beside it. `share`: of wasl's policies.
 */
export function ownTargets(
  entry: XmlElement,
  direction: Direction,
  options: PolicyOptions,
  share: VrfShare,
): OwnTargets {
  const listed = childrenNamed(entry, `vrf-${direction}`).map(({ text }) => text.trim());
  const policies = listed.filter((name) => !name.startsWith(OBJECT_PREFIX));
  const stated = { direction, policies, isRestated: false, isShadowed: false };
  if (policies.length > 0) return { ...stated, targets: targetsNamedBy(policies, direction, options) };
  const targets = vrfTarget(entry, direction);
  const beside = (names: readonly string[]) => restatedTargets(names, direction, options, share);
  if (targets.length > 0) {
    return { ...stated, targets, isShadowed: beside(listed).some((target) => !targets.includes(target)) };
  }
  const vrf = (childText(entry, 'name') ?? '') as VrfName;
  const policy = direction === 'import' ? objectNames.importPolicy(vrf) : objectNames.exportPolicy(vrf);
  // What a policy of another VRF restates is not this one's own.
  const [restated, ...more] = beside(listed.filter((name) => name === policy));
  if (restated === undefined || more.length > 0) return { ...stated, targets };
  return { ...stated, targets: [restated], isRestated: true };
}

function vrfTarget(entry: XmlElement, direction: Direction): RouteTarget[] {
  const shorthand = child(entry, 'vrf-target');
  if (shorthand === undefined) return [];
  const routeTarget = routeTargetIn(childText(shorthand, direction) ?? childText(shorthand, 'community') ?? '');
  return routeTarget === null ? [] : [routeTarget];
}

/** What wasl's policies name beside what they share. */
function restatedTargets(
  policies: readonly string[],
  direction: Direction,
  options: PolicyOptions,
  share: VrfShare,
): RouteTarget[] {
  const shared = Object.values(share).flatMap(({ imports, exports }) =>
    direction === 'import' ? imports : exports.map(({ routeTarget }) => routeTarget),
  );
  return targetsNamedBy(policies, direction, options).filter((target) => !shared.includes(target));
}
