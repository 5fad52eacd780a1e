import type { PeName } from '../domain/names.ts';
import type { NetworkView, VrfView } from '../domain/network-view.ts';
import type { RouteTarget } from '../domain/route-target.ts';

/** What wasl put into a VRF for an agreement that is not on the network: the other half may come back with it. */
export interface Leftover {
  readonly pe: PeName;
  readonly vrf: VrfView;
  readonly routeTarget: RouteTarget;
  readonly does: 'imports' | 'exports with' | 'imports and exports with';
}

/** Sorted by PE and VRF. `standing`: the route targets of what is on the network, or is being put there or taken away. */
export function findLeftovers(view: NetworkView, standing: ReadonlySet<RouteTarget>): Leftover[] {
  return view.pes.flatMap(({ name: pe, vrfs }) =>
    vrfs.flatMap((vrf) => {
      const shares = Object.values(vrf.share);
      const imported = new Set(shares.flatMap(({ imports }) => imports));
      const exported = new Set(shares.flatMap(({ exports }) => exports.map((rule) => rule.routeTarget)));
      const left = [...new Set([...imported, ...exported])].filter((target) => !standing.has(target)).sort();
      return left.map((routeTarget): Leftover => {
        const [takes, gives] = [imported.has(routeTarget), exported.has(routeTarget)];
        return {
          pe,
          vrf,
          routeTarget,
          does: takes && gives ? 'imports and exports with' : takes ? 'imports' : 'exports with',
        };
      });
    }),
  );
}
