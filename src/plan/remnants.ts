import type { VrfName } from '../domain/names.ts';
import type { RunningVrf, VrfShare } from '../domain/network-view.ts';
import { isBorrowed, isPlace, isUnderNameOf, nameIn } from '../domain/object-keys.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { isNamedIn } from '../proof/operator-policies.ts';
import { pickTargets, sameShare } from './delta.ts';

/**
 * Whether a VRF holds objects under wasl's name that a removal must take away though they no longer say what wasl wrote: those that name a
 * route target of the interconnect, and, where nothing of any interconnect is wanted in the VRF (`whole`), whatever there is.
 */
export function holdsRemnants(
  vrf: Pick<RunningVrf, 'anomalies' | 'objects' | 'usedObjects'>,
  wanted: VrfShare,
  own: ReadonlySet<RouteTarget>,
  { whole = true }: { readonly whole?: boolean } = {},
): boolean {
  const objects = vrf.objects?.filter((key) => vrf.usedObjects?.[key] === undefined) ?? [];
  const texts = [...objects, ...anomaliesToEnd(vrf).filter((text) => !text.endsWith(' is missing'))];
  if (whole && isEmpty(wanted) && objects.some(isAboutObject)) return true;
  return texts.some((text) => isAboutObject(text) && namesAny(text, own));
}

/**
 * Whether somebody attached to this VRF a policy that goes from another one of the PE, or that is of a VRF which the router does not have any
 * more: a router takes no policy away that is attached. `touched`: VRFs of the PE that the removal edits.
 */
export function isAttachedTo(
  { name: vrf, objects = [] }: Pick<RunningVrf, 'name' | 'objects'>,
  touched: readonly Pick<RunningVrf, 'name' | 'objects'>[],
  isEmptied: (vrf: VrfName) => boolean,
): boolean {
  const goes = (policy: string) =>
    touched.some(({ name, objects: its = [] }) =>
      isUnderNameOf(name, policy) ? isEmptied(name) : its.some((key) => !isPlace(key) && nameIn(key) === policy),
    );
  return objects.some((key) => isPlace(key) && !isUnderNameOf(vrf, nameIn(key)) && goes(nameIn(key)));
}

/** Without those about what a policy of the operator's holds there. */
export function anomaliesToEnd({
  anomalies,
  usedObjects = {},
}: Pick<RunningVrf, 'anomalies' | 'usedObjects'>): string[] {
  return anomalies.filter((text) => !Object.keys(usedObjects).some((key) => text.startsWith(`${key} `)));
}

/** What another interconnect or the operator wrote is none of this one's business. */
export function concernsTargets(anomalies: readonly string[], own: ReadonlySet<RouteTarget>): readonly string[] {
  return anomalies.filter((text) => isAboutObject(text) && namesAny(text, own));
}

/** Route targets of other interconnects, for a VRF of a party. */
export interface OfOthers {
  /** null: it was not asked. */
  readonly anywhere: ReadonlySet<RouteTarget> | null;
  /** Those that they have in this very VRF. */
  readonly here: ReadonlySet<RouteTarget>;
}

/**
 * What a removal leaves in a VRF: all that is not its own. Where wasl's objects were edited by hand, what they give a route target that no
 * interconnect has goes with them, and so does what the VRF has by a policy of another one, unless another interconnect has it here.
 */
export function withoutOwn(
  vrf: Pick<RunningVrf, 'name' | 'share' | 'anomalies' | 'objects'>,
  own: ReadonlySet<RouteTarget>,
  ofOthers: OfOthers | null,
): VrfShare {
  const { share, anomalies } = vrf;
  const known = anomalies.some(isAboutObject) ? (ofOthers?.anywhere ?? null) : null;
  const kept = pickTargets(share, (target) => !own.has(target) && known?.has(target) !== false);
  return sameShare(kept, share) ? kept : withoutBorrowed(kept, vrf, ofOthers?.here ?? new Set());
}

/** What another VRF's policy gives or takes is not in any object of this one, or under its name. */
function withoutBorrowed(
  share: VrfShare,
  { name: vrf, objects = [] }: Pick<RunningVrf, 'name' | 'objects'>,
  here: ReadonlySet<RouteTarget>,
): VrfShare {
  if (!objects.some((key) => isBorrowed(vrf, key))) return share;
  const mine = objects.filter((key) => !isBorrowed(vrf, key) && (isPlace(key) || isUnderNameOf(vrf, nameIn(key))));
  return pickTargets(share, (target) => here.has(target) || mine.some((key) => isNamedIn(key, target)));
}

export function targetsIn(share: VrfShare): ReadonlySet<RouteTarget> {
  return new Set(
    Object.values(share).flatMap(({ imports, exports }) => [...imports, ...exports.map((rule) => rule.routeTarget)]),
  );
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
