import type { Attachment } from '../../domain/network-view.ts';
import {
  type Address,
  type AddressRange,
  FAMILIES,
  type Family,
  familyOf,
  type Prefix,
  rangeOf,
} from '../../domain/prefix.ts';
import type { RouteTarget } from '../../domain/route-target.ts';
import type { VpnFamily, VpnInstance } from './vpn-instance.ts';

/** A route as its VRF's table shows it. */
export interface VpnRoute {
  readonly prefix: Prefix;
  readonly range: AddressRange;
  /** local: from an attachment of this very VRF. vpn: imported by route target. */
  readonly origin: 'local' | 'vpn';
  readonly fromRouter: string;
  readonly fromVrf: string;
  /** From another VRF of the very router whose table it stands in. */
  readonly isLeaked?: true;
  readonly targets: ReadonlySet<RouteTarget>;
}

export interface ExchangeMember {
  readonly name: string;
  /** Of the running datastore, now. */
  readInstances(): readonly VpnInstance[];
  readonly attachments: ReadonlyMap<string, readonly Attachment[]>;
  /** A router that is down announces nothing. */
  isUp(): boolean;
}

interface MemberState {
  readonly instances: ReadonlyMap<string, VpnInstance>;
  readonly exported: readonly VpnRoute[];
}

/**
 * The VPN routes of the backbone (RFC 4364 §4.3): every router exports the local routes of its VRFs with route targets,
 * every VRF imports what carries one of its own. Routes are indexed by route target, and only a router whose running
 * configuration changed is looked at again, so the cost does not grow with the square of the routers.
 */
export class RouteExchange {
  readonly #members = new Map<string, ExchangeMember>();
  readonly #changed = new Set<string>();
  readonly #states = new Map<string, MemberState>();
  readonly #byTarget = new Map<string, Set<VpnRoute>>();
  readonly #tables = new Map<string, readonly VpnRoute[]>();

  addRouter(member: ExchangeMember): void {
    this.#members.set(member.name, member);
    this.#changed.add(member.name);
  }

  /** To be called whenever a router's running datastore, or whether it is up, has changed. */
  routerChanged(name: string): void {
    this.#changed.add(name);
  }

  /** The routes of one VRF in one family, in canonical order, the preferred one of equal prefixes first; undefined when there is no such table. */
  table(router: string, vrf: string, family: Family): readonly VpnRoute[] | undefined {
    this.#settle();
    const instance = this.#states.get(router)?.instances.get(vrf);
    const vpnFamily = instance?.families.get(family);
    if (vpnFamily === undefined) return undefined;
    const key = `${router} ${vrf} ${family}`;
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const routes = [...this.#localRoutes(router, vrf, family), ...this.#importedRoutes(router, vrf, family, vpnFamily)];
    const sorted = routes.sort(comparePreference);
    this.#tables.set(key, sorted);
    return sorted;
  }

  /** Names of the VRFs that a router has now. */
  vrfsOf(router: string): string[] {
    this.#settle();
    return [...(this.#states.get(router)?.instances.keys() ?? [])];
  }

  /** Longest match, then preference. */
  lookup(router: string, vrf: string, address: Address): VpnRoute | undefined {
    const { first } = rangeOf(address);
    const covers = (route: VpnRoute): boolean => route.range.first <= first && first <= route.range.last;
    const size = (route: VpnRoute): bigint => route.range.last - route.range.first;
    return this.table(router, vrf, familyOf(address))
      ?.filter(covers)
      .reduce<VpnRoute | undefined>(
        (best, route) => (best === undefined || size(route) < size(best) ? route : best),
        undefined,
      );
  }

  attachmentsOf(router: string, vrf: string): readonly Attachment[] {
    return this.#members.get(router)?.attachments.get(vrf) ?? [];
  }

  isUp(router: string): boolean {
    return this.#members.get(router)?.isUp() ?? false;
  }

  /** Brings the index up to date with the routers that changed. */
  #settle(): void {
    if (this.#changed.size === 0) return;
    this.#tables.clear();
    for (const name of this.#changed) {
      for (const route of this.#states.get(name)?.exported ?? []) this.#unindex(route);
      const member = this.#members.get(name);
      if (member === undefined) continue;
      const instances = new Map(member.readInstances().map((instance) => [instance.name, instance]));
      const exported = member.isUp() ? exportedRoutes(member, instances) : [];
      this.#states.set(name, { instances, exported });
      for (const route of exported) this.#index(route);
    }
    this.#changed.clear();
  }

  #localRoutes(router: string, vrf: string, family: Family): VpnRoute[] {
    return localPrefixes(this.attachmentsOf(router, vrf), family).map((prefix) => ({
      prefix,
      range: rangeOf(prefix),
      origin: 'local',
      fromRouter: router,
      fromVrf: vrf,
      targets: new Set<RouteTarget>(),
    }));
  }

  #importedRoutes(router: string, vrf: string, family: Family, importing: VpnFamily): VpnRoute[] {
    const { importKeys } = importing;
    const candidates =
      importKeys === 'any'
        ? [...this.#states.values()].flatMap((state) => state.exported)
        : new Set([...importKeys].flatMap((target) => [...(this.#byTarget.get(target) ?? [])]));
    const taken = [...candidates].filter((route) => {
      if (route.range.family !== family) return false;
      if (route.fromRouter === router) {
        if (route.fromVrf === vrf) return false;
        const exporting = this.#states.get(router)?.instances.get(route.fromVrf)?.families.get(family);
        if (!importing.leaksLocally || exporting?.leaksLocally !== true) return false;
      }
      return importing.accepts(route.prefix, route.targets);
    });
    return taken.map((route) => (route.fromRouter === router ? { ...route, isLeaked: true } : route));
  }

  #index(route: VpnRoute): void {
    for (const target of route.targets) {
      const routes = this.#byTarget.get(target) ?? new Set();
      this.#byTarget.set(target, routes.add(route));
    }
  }

  #unindex(route: VpnRoute): void {
    for (const target of route.targets) {
      const routes = this.#byTarget.get(target);
      routes?.delete(route);
      if (routes?.size === 0) this.#byTarget.delete(target);
    }
  }
}

function localPrefixes(attachments: readonly Attachment[], family: Family): Prefix[] {
  const all = attachments.flatMap((attachment) => attachment.prefixes);
  return [...new Set(all)].filter((prefix) => familyOf(prefix) === family);
}

function exportedRoutes(member: ExchangeMember, instances: ReadonlyMap<string, VpnInstance>): VpnRoute[] {
  return [...instances.values()].flatMap((instance) =>
    FAMILIES.flatMap((family) => {
      const exporting = instance.families.get(family);
      if (exporting === undefined) return [];
      return localPrefixes(member.attachments.get(instance.name) ?? [], family).flatMap((prefix): VpnRoute[] => {
        const targets = exporting.exportTargets(prefix);
        if (targets === null) return [];
        const from = { fromRouter: member.name, fromVrf: instance.name };
        return [{ prefix, range: rangeOf(prefix), origin: 'vpn', ...from, targets }];
      });
    }),
  );
}

/** Canonical order of prefixes; of equal ones a local route wins, then the name of the router decides, the same in every run. */
function comparePreference(a: VpnRoute, b: VpnRoute): number {
  if (a.range.first !== b.range.first) return a.range.first < b.range.first ? -1 : 1;
  if (a.range.last !== b.range.last) return a.range.last > b.range.last ? -1 : 1;
  if (a.origin !== b.origin) return a.origin === 'local' ? -1 : 1;
  if (a.fromRouter !== b.fromRouter) return a.fromRouter < b.fromRouter ? -1 : 1;
  return a.fromVrf < b.fromVrf ? -1 : 1;
}
