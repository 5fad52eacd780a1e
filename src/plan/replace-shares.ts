import type { PeName, VrfName } from '../domain/names.ts';
import type { NetworkView, VrfShare } from '../domain/network-view.ts';

/** The view with other shares; a PE or a VRF for which there is none stays the very object it was. */
export function replaceShares(
  view: NetworkView,
  replacement: (pe: PeName, vrf: VrfName) => VrfShare | undefined,
): NetworkView {
  return {
    pes: view.pes.map((pe) => {
      let changes = false;
      const vrfs = pe.vrfs.map((vrf) => {
        const share = replacement(pe.name, vrf.name);
        if (share === undefined) return vrf;
        changes = true;
        return { ...vrf, share };
      });
      return changes ? { ...pe, vrfs } : pe;
    }),
  };
}
