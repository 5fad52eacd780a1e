/** `RunningVrf.objects`: what stands under wasl's name, as `kind name`, or `vrf NAME ... name` for what stands inside of a VRF. */
import type { VrfName } from './names.ts';

export const isPlace = (key: string): boolean => key.startsWith('vrf ');

export const nameIn = (key: string): string => key.split(' ').at(-1) ?? '';

export const isUnderNameOf = (vrf: VrfName, object: string): boolean => object.startsWith(`WASL-${vrf}-`);

/** A rule that lives inside of its VRF does not repeat the VRF's name. */
const RULE = /^WASL-[012](-\d+)+$/;

/** A policy of another VRF that is attached to this one; that other one need not be on the router any more. */
export function isBorrowed(vrf: VrfName, key: string): boolean {
  const name = nameIn(key);
  return isPlace(key) && name.startsWith('WASL-') && !RULE.test(name) && !isUnderNameOf(vrf, name);
}

/** The VRF was renamed or copied by hand with what wasl had put into it: it has policies of another one, and none of its own. */
export function hasOnlyBorrowed(vrf: VrfName, objects: readonly string[]): boolean {
  return objects.some((key) => isBorrowed(vrf, key)) && !objects.some((key) => isUnderNameOf(vrf, nameIn(key)));
}
