import type { PeName, VrfName } from '../domain/names.ts';
import type { Extranet, NetworkView } from '../domain/network-view.ts';

/** The view with other extranets; a VRF for which there is none stays the very object it was. */
export function replaceExtranets(
  view: NetworkView,
  replacement: (pe: PeName, vrf: VrfName) => Extranet | undefined,
): NetworkView {
  return {
    pes: view.pes.map((pe) => ({
      ...pe,
      vrfs: pe.vrfs.map((vrf) => {
        const extranet = replacement(pe.name, vrf.name);
        return extranet === undefined ? vrf : { ...vrf, extranet };
      }),
    })),
  };
}
