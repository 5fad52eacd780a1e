import type { VrfName } from '../domain/names.ts';
import { FAMILIES, type Family } from '../domain/prefix.ts';
import { encodedParts, type RouteTarget } from '../domain/route-target.ts';

/** Every object that wasl owns on a router begins with this; nothing else is ever changed. */
export const OBJECT_PREFIX = 'WASL-';

/** The VRF's name is in every name: no object is shared by two VRFs, so each VRF's can go without asking about the others. */
export const namePrefixOf = (vrf: VrfName): string => `${OBJECT_PREFIX}${vrf}-`;

/** `0-65000-9001`, `1-192-0-2-1-9`: a route target in letters that every platform takes in a name. */
export function labelOf(routeTarget: RouteTarget): string {
  const { type, administrator, assigned } = encodedParts(routeTarget);
  return `${type}-${administrator.replaceAll('.', '-')}-${assigned}`;
}

const upper = (family: Family): string => family.toUpperCase();

export const objectNames = {
  /** The VRF's only export policy where a platform has one per address family. */
  familyExportPolicy: (vrf: VrfName, family: Family) => `${namePrefixOf(vrf)}${upper(family)}-EXPORT`,
  /** The prefixes of one export rule. */
  prefixes: (vrf: VrfName, family: Family, rt: RouteTarget) => `${namePrefixOf(vrf)}${upper(family)}-${labelOf(rt)}`,
  importPolicy: (vrf: VrfName) => `${namePrefixOf(vrf)}IMPORT`,
  exportPolicy: (vrf: VrfName) => `${namePrefixOf(vrf)}EXPORT`,
  community: (vrf: VrfName, rt: RouteTarget) => `${namePrefixOf(vrf)}RT-${labelOf(rt)}`,
  /** Marks that wasl, not the operator, switched auto-export on in the VRF. */
  autoExportMark: (vrf: VrfName) => `${namePrefixOf(vrf)}AUTO-EXPORT`,
  /** An export rule where it lives inside the VRF itself, so that its name need not repeat the VRF. */
  rule: (rt: RouteTarget) => `${OBJECT_PREFIX}${labelOf(rt)}`,
} as const;

/** The address family that the name of an object of wasl's has in it. */
export const familyIn = (name: string): Family | null =>
  FAMILIES.find((family) => name.includes(`-${upper(family)}-`)) ?? null;
