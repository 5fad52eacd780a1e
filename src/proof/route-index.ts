import type { PeName } from '../domain/names.ts';
import { localPrefixes, type NetworkView, type VrfView } from '../domain/network-view.ts';
import { FAMILIES, type Family, familyOf, type Prefix } from '../domain/prefix.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';
import { allVrfs, type CarriedRoute, importsOf, ownerOf, type VrfAtPe } from './route-model.ts';

/** More routes than this, listed at once, would exhaust memory. A change is never asked for more than those that it moves. */
export const CARRIED_ROUTES_MAX = 4_000_000;

interface Exporter {
  readonly at: VrfAtPe;
  readonly prefixes: readonly Prefix[];
}

/** Who puts a route target on which routes, and who takes routes with it; grouped by owner. */
interface TargetUse {
  readonly exporters: Map<string, Exporter[]>;
  readonly importers: Map<string, VrfAtPe[]>;
}

/**
 * The route-target model of one view (RFC 4364 §4.3.1): a VRF holds the routes that share a route target with its imports.
 * Every pair of different owners is found, also two VRFs of one PE; routes inside a VPN are not listed.
 * Routes are those of the inventory's attachments; what a VRF imported it does not export again.
 *
 * Routes are the product of givers and takers. The index has the size of the view; what is asked of it costs what the answer has.
 */
export class RouteIndex {
  readonly #byFamily: ReadonlyMap<Family, ReadonlyMap<RouteTarget, TargetUse>>;
  /** Of a target that was asked about: prefix -> the owners that give it. */
  readonly #givers = new Map<TargetUse, ReadonlyMap<Prefix, ReadonlySet<string>>>();
  readonly #imports = new Map<VrfView, Readonly<Record<Family, readonly TargetUse[]>>>();

  constructor(view: NetworkView) {
    this.#byFamily = new Map(FAMILIES.map((family) => [family, indexTargets(view, family)]));
  }

  /** Every route between VPNs, or those by some route targets. Throws REQUEST_TOO_LARGE. */
  routes(targets?: ReadonlySet<RouteTarget>): CarriedRoute[] {
    const result: CarriedRoute[] = [];
    for (const [family, index] of this.#byFamily) {
      for (const [via, use] of index) {
        if (targets !== undefined && !targets.has(via)) continue;
        for (const [owner, exporters] of use.exporters) {
          for (const [taker, importers] of use.importers) {
            if (owner === taker) continue;
            for (const { at: from, prefixes } of exporters) {
              if (result.length + prefixes.length * importers.length > CARRIED_ROUTES_MAX) {
                throw new WaslError('REQUEST_TOO_LARGE', `more than ${CARRIED_ROUTES_MAX} routes between VPNs`);
              }
              for (const to of importers) for (const prefix of prefixes) result.push({ from, to, family, prefix, via });
            }
          }
        }
      }
    }
    return result;
  }

  /** Route targets that somebody puts on other routes, or that somebody else takes, than in the other view. */
  targetsThatDiffer(other: RouteIndex): ReadonlySet<RouteTarget> {
    const differing = new Set<RouteTarget>();
    for (const family of FAMILIES) {
      const [mine, theirs] = [this.#byFamily.get(family), other.#byFamily.get(family)];
      for (const [target, use] of mine ?? []) if (!sameUse(use, theirs?.get(target))) differing.add(target);
      for (const target of theirs?.keys() ?? []) if (!mine?.has(target)) differing.add(target);
    }
    return differing;
  }

  /** What of others an owner can reach anywhere; a prefix once for every VRF and route target that gives it. */
  *reachedBy(taker: string): Generator<{ readonly from: VrfAtPe; readonly prefix: Prefix }> {
    for (const index of this.#byFamily.values()) {
      for (const { exporters, importers } of index.values()) {
        if (!importers.has(taker)) continue;
        for (const [owner, list] of exporters) {
          if (owner === taker) continue;
          for (const { at: from, prefixes } of list) for (const prefix of prefixes) yield { from, prefix };
        }
      }
    }
  }

  /** Whether a VRF holds this very prefix of somebody else. */
  holds(at: VrfAtPe, prefix: Prefix): boolean {
    const own = ownerOf(at);
    return this.#importedBy(at.vrf, familyOf(prefix)).some((use) => {
      const givers = this.#giversOf(use).get(prefix);
      return givers !== undefined && (givers.size > 1 || !givers.has(own));
    });
  }

  /** The route targets by which a VRF holds this very prefix of another owner. */
  targetsFor(at: VrfAtPe, owner: string, prefix: Prefix): RouteTarget[] {
    const family = familyOf(prefix);
    if (owner === ownerOf(at)) return [];
    return [...importsOf(at.vrf, family)].filter((target) => {
      const use = this.#byFamily.get(family)?.get(target);
      return use !== undefined && this.#giversOf(use).get(prefix)?.has(owner) === true;
    });
  }

  /** Whether a VRF holds anything of another owner. */
  holdsOf(at: VrfAtPe, owner: string, family: Family): boolean {
    return owner !== ownerOf(at) && this.#importedBy(at.vrf, family).some(({ exporters }) => exporters.has(owner));
  }

  /** What a VRF holds of another owner's VRFs at one PE. */
  heldFrom(at: VrfAtPe, owner: string, pe: PeName, family: Family): Prefix[] {
    if (owner === ownerOf(at)) return [];
    return this.#importedBy(at.vrf, family).flatMap(({ exporters }) =>
      (exporters.get(owner) ?? []).filter((exporter) => exporter.at.pe === pe).flatMap(({ prefixes }) => prefixes),
    );
  }

  #importedBy(vrf: VrfView, family: Family): readonly TargetUse[] {
    const known = this.#imports.get(vrf);
    if (known !== undefined) return known[family];
    const usesOf = (of: Family) =>
      [...importsOf(vrf, of)].flatMap((target) => {
        const use = this.#byFamily.get(of)?.get(target);
        return use === undefined ? [] : [use];
      });
    const uses = { ipv4: usesOf('ipv4'), ipv6: usesOf('ipv6') };
    this.#imports.set(vrf, uses);
    return uses[family];
  }

  #giversOf(use: TargetUse): ReadonlyMap<Prefix, ReadonlySet<string>> {
    const known = this.#givers.get(use);
    if (known !== undefined) return known;
    const givers = new Map<Prefix, Set<string>>();
    for (const [owner, exporters] of use.exporters) {
      for (const prefix of exporters.flatMap(({ prefixes }) => prefixes)) {
        const owners = givers.get(prefix);
        if (owners === undefined) givers.set(prefix, new Set([owner]));
        else owners.add(owner);
      }
    }
    this.#givers.set(use, givers);
    return givers;
  }
}

function indexTargets(view: NetworkView, family: Family): Map<RouteTarget, TargetUse> {
  const index = new Map<RouteTarget, TargetUse>();
  const use = (target: RouteTarget): TargetUse => {
    const known = index.get(target) ?? { exporters: new Map(), importers: new Map() };
    index.set(target, known);
    return known;
  };
  for (const at of allVrfs(view)) {
    const owner = ownerOf(at);
    for (const [target, prefixes] of exportedBy(at.vrf, family)) push(use(target).exporters, owner, { at, prefixes });
    for (const target of importsOf(at.vrf, family)) push(use(target).importers, owner, at);
  }
  return index;
}

/** Route target -> local prefixes that carry it. */
function exportedBy(vrf: VrfView, family: Family): Map<RouteTarget, readonly Prefix[]> {
  const result = new Map<RouteTarget, readonly Prefix[]>();
  const local = localPrefixes(vrf, family);
  if (local.length === 0) return result;
  for (const { routeTarget, scope } of vrf.share[family]?.exports ?? []) {
    const inScope = scope === 'whole-vpn' ? null : new Set(scope);
    const known = new Set(result.get(routeTarget));
    const more = local.filter((prefix) => (inScope === null || inScope.has(prefix)) && !known.has(prefix));
    if (more.length > 0) result.set(routeTarget, [...known, ...more]);
  }
  for (const routeTarget of vrf.operator[family]?.exportRouteTargets ?? []) result.set(routeTarget, local);
  return result;
}

/** The same VRFs in the same order: an order that differs makes a difference too, which costs time and is never wrong. */
function sameUse(a: TargetUse, b: TargetUse | undefined): boolean {
  if (b === undefined || a.exporters.size !== b.exporters.size || a.importers.size !== b.importers.size) return false;
  for (const [owner, importers] of a.importers) {
    if (!sameList(importers, b.importers.get(owner), sameVrf)) return false;
  }
  for (const [owner, exporters] of a.exporters) {
    const same = sameList(exporters, b.exporters.get(owner), (x, y) => {
      return sameVrf(x.at, y.at) && sameList(x.prefixes, y.prefixes, (p, q) => p === q);
    });
    if (!same) return false;
  }
  return true;
}

function sameVrf(a: VrfAtPe, b: VrfAtPe): boolean {
  return a.pe === b.pe && a.vrf.name === b.vrf.name;
}

function sameList<T>(a: readonly T[], b: readonly T[] | undefined, same: (x: T, y: T) => boolean): boolean {
  if (a === b) return true;
  return b !== undefined && a.length === b.length && a.every((one, index) => same(one, b[index] as T));
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
