import type { RunningVrf, VrfShare } from '../domain/network-view.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { isNamedIn } from '../proof/operator-policies.ts';
import { pickTargets } from './delta.ts';

/**
 * Whether a VRF holds objects under wasl's name that a removal must take away though they no longer say what wasl wrote: those that name a
 * route target of the interconnect, and, where nothing of any interconnect is wanted in the VRF (`whole`), whatever there is.
 */
export function holdsRemnants(
  vrf: Pick<RunningVrf, 'anomalies' | 'objects'>,
  wanted: VrfShare,
  own: ReadonlySet<RouteTarget>,
  { whole = true }: { readonly whole?: boolean } = {},
): boolean {
  const texts = [...(vrf.objects ?? []), ...vrf.anomalies.filter((text) => !text.endsWith(' is missing'))];
  if (whole && isEmpty(wanted) && vrf.objects?.some(isAboutObject)) return true;
  return texts.some((text) => isAboutObject(text) && namesAny(text, own));
}

/** What another interconnect or the operator wrote is none of this one's business. */
export function concernsTargets(anomalies: readonly string[], own: ReadonlySet<RouteTarget>): readonly string[] {
  return anomalies.filter((text) => isAboutObject(text) && namesAny(text, own));
}

/**
 * What a removal leaves in a VRF: all that is not its own. Where wasl's objects were edited by hand, what they give a route target that no
 * interconnect has goes with them.
 */
export function withoutOwn(
  { share, anomalies }: Pick<RunningVrf, 'share' | 'anomalies'>,
  own: ReadonlySet<RouteTarget>,
  ofOthers: ReadonlySet<RouteTarget> | null,
): VrfShare {
  const edited = ofOthers !== null && anomalies.some(isAboutObject);
  return pickTargets(share, (target) => !own.has(target) && (!edited || ofOthers.has(target)));
}

export function carriesAny({ share }: Pick<RunningVrf, 'share'>, targets: ReadonlySet<RouteTarget>): boolean {
  return Object.values(share).some(
    ({ imports, exports }) =>
      imports.some((target) => targets.has(target)) || exports.some((rule) => targets.has(rule.routeTarget)),
  );
}

const namesAny = (text: string, own: ReadonlySet<RouteTarget>) => [...own].some((target) => isNamedIn(text, target));

/** By name wasl's. What an operator's own configuration says of the route target is theirs to keep. */
export const isAboutObject = (text: string) => text.includes('WASL-');

export function isEmpty(share: VrfShare): boolean {
  return Object.values(share).every(({ imports, exports }) => imports.length + exports.length === 0);
}
