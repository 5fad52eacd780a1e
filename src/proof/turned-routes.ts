/** Routes that lead elsewhere than before though the change has nothing to do with it: a link or a router of the backbone went, or came. */
import type { PeName } from '../domain/names.ts';
import type { NetworkView } from '../domain/network-view.ts';
import { type ObservedRoute, type ObservedTables, tableKey } from '../domain/observed-routes.ts';
import type { Reachability } from '../domain/plan.ts';
import { FAMILIES, type Family, type Prefix } from '../domain/prefix.ts';
import type { OverlapIndex } from './overlap-index.ts';
import { RouteIndex } from './route-index.ts';
import { allVrfs, type VrfAtPe } from './route-model.ts';

interface Turn {
  readonly at: VrfAtPe;
  readonly family: Family;
  readonly prefix: Prefix;
  readonly was: string;
  readonly now: string;
}

/** What the tables of one router show of where it sends packets, but for what the change opens. */
interface Witness {
  readonly at: VrfAtPe;
  readonly prefix: Prefix;
  readonly was: string;
  /** null: it is gone. */
  readonly now: string | null;
}

export class TurnedRoutes {
  readonly #view: NetworkView;
  readonly #tables: { readonly before: ObservedTables; readonly after: ObservedTables };
  readonly #opened: OverlapIndex;
  readonly #targets: ReadonlySet<Reachability['via']>;
  readonly #witnesses = new Map<PeName, readonly Witness[]>();
  readonly #givers = new Map<VrfAtPe['vrf'], ReadonlyMap<Prefix, ReadonlySet<PeName>>>();

  constructor(
    view: NetworkView,
    tables: { readonly before: ObservedTables; readonly after: ObservedTables },
    opened: OverlapIndex,
    gained: readonly Reachability[],
  ) {
    this.#view = view;
    this.#tables = tables;
    this.#opened = opened;
    this.#targets = new Set(gained.map(({ via }) => via));
  }

  /** Only by what is known: of a way that nothing explains it is not shown that the owner is the same. */
  isExplained(turn: Turn): boolean {
    return this.#wentTogether(turn) || this.#goesToAnotherGiver(turn);
  }

  /** All that the router sent there goes the new way now: the way itself is another one. */
  #wentTogether({ at, was, now }: Turn): boolean {
    const left = this.#witnessesAt(at.pe).filter((one) => one.was === was && one.now !== null);
    return left.length > 0 && left.every((one) => one.now === now);
  }

  /** Another PE gives the same prefix by route targets that the change does not bring, and the router sends there what only that one gives. */
  #goesToAnotherGiver({ at, prefix, now }: Turn): boolean {
    const givers = this.#giversOf(at).get(prefix) ?? new Set();
    if (givers.size < 2) return false;
    return this.#witnessesAt(at.pe).some((one) => {
      const [only, ...more] = this.#giversOf(one.at).get(one.prefix) ?? [];
      return one.was === now && only !== undefined && more.length === 0 && givers.has(only);
    });
  }

  #witnessesAt(pe: PeName): readonly Witness[] {
    const known = this.#witnesses.get(pe);
    if (known !== undefined) return known;
    const found = allVrfs(this.#view)
      .filter((at) => at.pe === pe)
      .flatMap((at) =>
        FAMILIES.flatMap((family) => {
          const key = tableKey(at.pe, at.vrf.name, family);
          const after = new Map(this.#tables.after.get(key)?.map((route) => [route.prefix, route]));
          return (this.#tables.before.get(key) ?? []).flatMap((route) => this.#witnessOf(at, route, after));
        }),
      );
    this.#witnesses.set(pe, found);
    return found;
  }

  #witnessOf(at: VrfAtPe, route: ObservedRoute, after: ReadonlyMap<Prefix, ObservedRoute>): Witness[] {
    const { prefix, origin, towards } = route;
    if (origin !== 'vpn' || towards === undefined || this.#opened.has(prefix)) return [];
    return [{ at, prefix, was: towards, now: after.get(prefix)?.towards ?? null }];
  }

  #giversOf(at: VrfAtPe): ReadonlyMap<Prefix, ReadonlySet<PeName>> {
    const known = this.#givers.get(at.vrf);
    if (known !== undefined) return known;
    const givers = new Map<Prefix, Set<PeName>>();
    for (const { from, prefix, via } of RouteIndex.of(this.#view).takenBy(at)) {
      if (this.#targets.has(via)) continue;
      givers.set(prefix, (givers.get(prefix) ?? new Set()).add(from.pe));
    }
    this.#givers.set(at.vrf, givers);
    return givers;
  }
}
