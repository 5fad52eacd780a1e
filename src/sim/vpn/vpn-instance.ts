import type { Family, Prefix } from '../../domain/prefix.ts';
import type { RouteTarget } from '../../domain/route-target.ts';

/** What one address family of a VRF does with VPN routes: read from a router's running datastore, whatever its dialect. */
export interface VpnFamily {
  /** Route targets that a local route leaves with; null when the export policy drops it. */
  exportTargets(prefix: Prefix): ReadonlySet<RouteTarget> | null;
  /** Only routes with one of these can be imported; `any` when the configuration gives no bound. Narrows, never decides. */
  readonly importKeys: ReadonlySet<RouteTarget> | 'any';
  accepts(prefix: Prefix, targets: ReadonlySet<RouteTarget>): boolean;
  /** Whether routes go between this VRF and others of the same router. */
  readonly leaksLocally: boolean;
}

export interface VpnInstance {
  readonly name: string;
  readonly families: ReadonlyMap<Family, VpnFamily>;
}
