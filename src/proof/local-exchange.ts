import { type NetworkView, TRAIT_AUTO_EXPORT, TRAIT_WASL_AUTO_EXPORT, type VrfView } from '../domain/network-view.ts';
import { MANIFESTS } from '../platforms/manifests.ts';
import type { VrfAtPe } from './route-model.ts';

/**
 * Whether two VRFs of one router exchange nothing although their route targets meet: on some platforms that takes a switch in each of them.
 * Asked of what was read; in a plan wasl turns the switch on by itself. What is not agreed is told by the route targets all the same.
 */
export function cutLocally(view: NetworkView): (from: VrfAtPe, to: VrfAtPe) => boolean {
  const switched = new Set(
    view.pes.filter(({ platform }) => MANIFESTS[platform].leaksByAutoExport).map(({ name }) => name),
  );
  return (from, to) => from.pe === to.pe && switched.has(to.pe) && !(isOn(from.vrf) && isOn(to.vrf));
}

const isOn = ({ traits = [] }: VrfView): boolean =>
  traits.includes(TRAIT_AUTO_EXPORT) || traits.includes(TRAIT_WASL_AUTO_EXPORT);
