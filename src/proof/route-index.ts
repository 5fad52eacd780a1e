import type { PeName } from '../domain/names.ts';
import type { NetworkView, VrfView } from '../domain/network-view.ts';
import { FAMILIES, type Family, familyOf, type Prefix } from '../domain/prefix.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';
import { LayeredMap } from './layered-map.ts';
import { type CarriedRoute, importsOf, ownerOf, type VrfAtPe } from './route-model.ts';
import {
  type Carriers,
  differingVrfs,
  gives,
  givesAny,
  indexCarriers,
  indexTargets,
  moveCarriers,
  moveVrfs,
  sameUse,
  type TargetIndex,
  type TargetUse,
} from './target-use.ts';

/** More routes than this, listed at once, would exhaust memory. A change is never asked for more than those that it moves. */
export const CARRIED_ROUTES_MAX = 4_000_000;

/** What one VRF gives, by one route target, to the VRFs of another owner. */
export interface GivenRoutes {
  readonly from: VrfAtPe;
  readonly taker: string;
  /** At least one. */
  readonly takers: readonly VrfAtPe[];
  readonly family: Family;
  readonly prefixes: readonly Prefix[];
  readonly via: RouteTarget;
}

/** What an index was made of, and the route targets whose use is another one there. */
interface Origin {
  readonly index: RouteIndex;
  readonly targets: ReadonlySet<RouteTarget>;
}

/** A view never changes; its index goes when it goes. */
const indexes = new WeakMap<NetworkView, RouteIndex>();

/**
 * The route-target model of one view (RFC 4364 §4.3.1): a VRF holds the routes that share a route target with its imports.
 * Every pair of different owners is found, also two VRFs of one PE; routes inside a VPN are not listed.
 * Routes are those of the inventory's attachments; what a VRF imported it does not export again.
 *
 * Routes are the product of givers and takers. The index has the size of the view; what is asked of it costs what the answer has.
 */
export class RouteIndex {
  readonly #view: NetworkView;
  readonly #byFamily: ReadonlyMap<Family, TargetIndex>;
  readonly #carriers: Carriers;
  readonly #origin: Origin | null;
  readonly #imports = new Map<VrfView, Readonly<Record<Family, readonly TargetUse[]>>>();

  private constructor(
    view: NetworkView,
    byFamily: ReadonlyMap<Family, TargetIndex>,
    carriers: Carriers,
    origin: Origin | null = null,
  ) {
    this.#view = view;
    this.#byFamily = byFamily;
    this.#carriers = carriers;
    this.#origin = origin;
  }

  /** Of one view it is built once. */
  static of(view: NetworkView): RouteIndex {
    const known = indexes.get(view);
    if (known !== undefined) return known;
    const byFamily = new Map(FAMILIES.map((family) => [family, indexTargets(view, family)]));
    const index = new RouteIndex(view, byFamily, indexCarriers(view));
    indexes.set(view, index);
    return index;
  }

  /** Of a view that was made of this one's: what is the same object in both is not looked at again. */
  changedTo(view: NetworkView): RouteIndex {
    const known = indexes.get(view);
    if (known !== undefined) return known;
    const moved = differingVrfs(this.#view, view);
    const parts = FAMILIES.map((family) => ({
      family,
      ...moveVrfs(this.#indexOf(family), moved, family),
    }));
    const byFamily = new Map(parts.map(({ family, index }) => [family, index]));
    const targets = new Set(parts.flatMap((part) => part.targets));
    const index = new RouteIndex(view, byFamily, moveCarriers(this.#carriers, moved), { index: this, targets });
    indexes.set(view, index);
    return index;
  }

  /** Every route between VPNs, or those by some route targets. Throws REQUEST_TOO_LARGE. */
  routes(targets?: ReadonlySet<RouteTarget>): CarriedRoute[] {
    const result: CarriedRoute[] = [];
    for (const [family, index] of this.#byFamily) {
      for (const via of targets ?? index.keys()) {
        const use = index.get(via);
        if (use === undefined) continue;
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

  /** Every route between VPNs, told once for all VRFs of one owner that take it; with `of`, those that one of these owners gives or takes. */
  *given(of?: ReadonlySet<string>): Generator<GivenRoutes> {
    for (const [family, index] of this.#byFamily) {
      for (const via of index.keys()) {
        const { exporters, importers } = index.get(via) as TargetUse;
        if (of !== undefined && ![...of].some((owner) => exporters.has(owner) || importers.has(owner))) continue;
        for (const [owner, list] of exporters) {
          for (const [taker, takers] of importers) {
            if (owner === taker || (of?.has(owner) === false && !of.has(taker))) continue;
            for (const { at: from, prefixes } of list) yield { from, taker, takers, family, prefixes, via };
          }
        }
      }
    }
  }

  /** The VRFs of an owner that give this very prefix by a route target. */
  givers(owner: string, via: RouteTarget, prefix: Prefix): VrfAtPe[] {
    const exporters = this.#indexOf(familyOf(prefix)).get(via)?.exporters.get(owner) ?? [];
    return exporters.filter((one) => gives(one, prefix)).map(({ at }) => at);
  }

  /** The VRFs of an owner that take routes with a route target. */
  takers(owner: string, via: RouteTarget, family: Family): ReadonlySet<VrfView> {
    return new Set(
      this.#indexOf(family)
        .get(via)
        ?.importers.get(owner)
        ?.map(({ vrf }) => vrf),
    );
  }

  /** The VRFs that take routes with a route target, by owner. */
  takersBy(via: RouteTarget, family: Family): TargetUse['importers'] {
    return this.#indexOf(family).get(via)?.importers ?? new Map();
  }

  /** Route targets that somebody puts on other routes, or that somebody else takes, than in the other view. */
  targetsThatDiffer(other: RouteIndex): ReadonlySet<RouteTarget> {
    if (this.#origin?.index === other) return this.#origin.targets;
    const differing = new Set<RouteTarget>();
    for (const family of FAMILIES) {
      const [mine, theirs] = [this.#indexOf(family), other.#indexOf(family)];
      for (const target of mine.keys()) if (!sameUse(mine.get(target), theirs.get(target))) differing.add(target);
      for (const target of theirs.keys()) if (mine.get(target) === undefined) differing.add(target);
    }
    return differing;
  }

  /** Every VRF whose configuration has one of the route targets, whether or not a route bears it. */
  carriers(targets: ReadonlySet<RouteTarget>): VrfAtPe[] {
    const found = new Map<VrfView, VrfAtPe>();
    for (const target of targets) for (const at of this.#carriers.get(target) ?? []) found.set(at.vrf, at);
    return [...found.values()];
  }

  /** What of others some VRFs of one owner can reach; a prefix once for every VRF and route target that gives it. */
  *reachedBy(vrfs: readonly VrfAtPe[]): Generator<{ readonly from: VrfAtPe; readonly prefix: Prefix }> {
    const owners = new Set(vrfs.map(ownerOf));
    for (const [family, index] of this.#byFamily) {
      for (const target of new Set(vrfs.flatMap(({ vrf }) => [...importsOf(vrf, family)]))) {
        for (const [owner, list] of index.get(target)?.exporters ?? []) {
          if (owners.has(owner)) continue;
          for (const { at: from, prefixes } of list) for (const prefix of prefixes) yield { from, prefix };
        }
      }
    }
  }

  /** Every route that a VRF takes, its own VPN's other sites among them. */
  *takenBy({
    pe,
    vrf,
  }: VrfAtPe): Generator<{ readonly from: VrfAtPe; readonly prefix: Prefix; readonly via: RouteTarget }> {
    for (const family of FAMILIES) {
      for (const via of importsOf(vrf, family)) {
        for (const list of this.#indexOf(family).get(via)?.exporters.values() ?? []) {
          for (const { at: from, prefixes } of list) {
            if (from.pe === pe && from.vrf.name === vrf.name) continue;
            for (const prefix of prefixes) yield { from, prefix, via };
          }
        }
      }
    }
  }

  /** Whether a VRF holds this very prefix of somebody else. */
  holds(at: VrfAtPe, prefix: Prefix): boolean {
    const own = ownerOf(at);
    return this.#importedBy(at.vrf, familyOf(prefix)).some(({ exporters }) => {
      for (const [owner, list] of exporters) if (owner !== own && givesAny(list, prefix)) return true;
      return false;
    });
  }

  /** The route targets by which a VRF holds this very prefix of another owner. */
  targetsFor(at: VrfAtPe, owner: string, prefix: Prefix): RouteTarget[] {
    const family = familyOf(prefix);
    if (owner === ownerOf(at)) return [];
    return [...importsOf(at.vrf, family)].filter((target) =>
      givesAny(this.#byFamily.get(family)?.get(target)?.exporters.get(owner) ?? [], prefix),
    );
  }

  /** The route targets by which a VRF holds this very prefix of anybody else. */
  targetsOf(at: VrfAtPe, prefix: Prefix): RouteTarget[] {
    const own = ownerOf(at);
    const index = this.#indexOf(familyOf(prefix));
    return [...importsOf(at.vrf, familyOf(prefix))].filter((target) => {
      for (const [owner, list] of index.get(target)?.exporters ?? []) {
        if (owner !== own && givesAny(list, prefix)) return true;
      }
      return false;
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

  #indexOf(family: Family): TargetIndex {
    return this.#byFamily.get(family) ?? new LayeredMap(new Map());
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
}
