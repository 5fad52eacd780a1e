import type { Inventory, InventoryVrf } from '../domain/inventory.ts';
import type { InterconnectId, PeName, VpnId, VrfName } from '../domain/names.ts';
import type { NetworkView, Unknown } from '../domain/network-view.ts';
import type { Reachability } from '../domain/plan.ts';
import { familyOf, type Prefix, prefixSortKey } from '../domain/prefix.ts';
import type { Flow } from '../domain/request.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { resolveScope, scopeTakesIn } from '../domain/scope.ts';
import { giftsOfNobody } from './gifts-of-nobody.ts';
import { cutLocally } from './local-exchange.ts';
import { doubtfulPolicies } from './operator-policies.ts';
import { reachabilityKey, reachabilityOf, sortByKey } from './reachability.ts';
import { RouteIndex } from './route-index.ts';
import { type CarriedRoute, ownerName } from './route-model.ts';

/**
 * How an agreement stands to the network. `on-network`: all of it is to be there. `changing`: a change of it is under way, so that it
 * may be there or not. `planned`: agreed or asked, and not there yet. `suspended`: agreed, and not to be there.
 */
export type Standing = 'on-network' | 'changing' | 'planned' | 'suspended';

export interface Agreement {
  readonly id: InterconnectId;
  /** In the word that people read. */
  readonly state: string;
  readonly standing: Standing;
  readonly flows: readonly (Flow & { readonly routeTarget: RouteTarget | null })[];
}

export interface MatrixRoute extends Reachability {
  /** Agreements over this very prefix and direction, by this route target; whatever their state. */
  readonly interconnects: readonly InterconnectId[];
  /** One of them lets it be on the network. */
  readonly covered: boolean;
}

/** Agreed and to be on the network, and not found on PEs that were read. */
export interface MatrixGap extends Reachability {
  readonly interconnect: InterconnectId;
}

/** A VRF that the inventory does not know exchanges routes with a VPN: never agreed. */
export interface StrangerRoute {
  readonly pe: PeName;
  readonly vrf: VrfName;
  readonly direction: 'reaches' | 'is reached by';
  readonly other: string;
  readonly prefix: Prefix;
  readonly via: RouteTarget;
}

/** What VPN `to` reaches of VPN `from`, and what the register says of it. Only pairs of which there is something to say. */
export interface MatrixCell {
  readonly from: VpnId;
  readonly to: VpnId;
  readonly prefixes: readonly Prefix[];
  /** Of those, the ones that no agreement lets be on the network. */
  readonly uncovered: readonly Prefix[];
  /** Agreed and to be on the network, and absent at one PE at least. */
  readonly missing: readonly Prefix[];
  readonly interconnects: readonly {
    readonly id: InterconnectId;
    readonly state: string;
    readonly standing: Standing;
  }[];
  readonly covered: boolean;
  /** Something of one of the two VPNs was not read, or not understood: there may be more. */
  readonly unread: boolean;
}

/** What was read and not understood, a hand edit among wasl's own objects above all: what it lets through is not known. */
export interface MatrixDoubt {
  readonly pe: PeName;
  /** null: outside of any VRF. */
  readonly vrf: VrfName | null;
  readonly fact: string;
  /** It stands under wasl's name, or has a number of its pool, and is not as wasl writes it. */
  readonly edited: boolean;
}

export interface Matrix {
  readonly reachabilities: readonly MatrixRoute[];
  readonly missing: readonly MatrixGap[];
  readonly strangers: readonly StrangerRoute[];
  readonly cells: readonly MatrixCell[];
  readonly doubts: readonly MatrixDoubt[];
  /** VPNs with a VRF at a PE that was not read, or of which something is in doubt: of any pair with one of them there may be more. */
  readonly unreadVpns: readonly VpnId[];
}

/** What the routers carry, joined with the register. `view` holds the PEs that were read. */
export function computeMatrix(view: NetworkView, inventory: Inventory, agreements: readonly Agreement[]): Matrix {
  const routes = RouteIndex.of(view).routes();
  const read = new Set(view.pes.map((pe) => pe.name));
  const byTarget = agreementsByTarget(agreements);
  const told = reachabilityOf(routes);
  const reachabilities = told.map((reach) => joinAgreements(reach, byTarget.get(reach.via) ?? []));
  const isCut = cutLocally(view);
  const uncut = routes.filter(({ from, to }) => !isCut(from, to));
  const there = uncut.length === routes.length ? told : reachabilityOf(uncut);
  const missing = findMissing(inventory, read, agreements, new Set(there.map(reachabilityKey)));
  const doubts = findDoubts(view);
  const unreadVpns = [...new Set([...vpnsOfUnread(inventory, read), ...doubts.flatMap(({ vpns }) => vpns)])].sort();
  return {
    reachabilities,
    missing,
    strangers: findStrangers(routes),
    doubts: doubts.map(({ vpns: _, ...doubt }) => doubt),
    cells: fillCells({ reachabilities, missing, agreements, unreadVpns: new Set(unreadVpns) }),
    unreadVpns,
  };
}

function agreementsByTarget(agreements: readonly Agreement[]): ReadonlyMap<RouteTarget, readonly Agreement[]> {
  const byTarget = new Map<RouteTarget, Agreement[]>();
  for (const agreement of agreements) {
    for (const target of new Set(agreement.flows.map(({ routeTarget }) => routeTarget))) {
      if (target === null) continue;
      const list = byTarget.get(target);
      if (list === undefined) byTarget.set(target, [agreement]);
      else list.push(agreement);
    }
  }
  return byTarget;
}

function joinAgreements(reach: Reachability, agreements: readonly Agreement[]): MatrixRoute {
  const over = agreements.filter(({ flows }) =>
    flows.some(
      ({ from, to, prefixes, routeTarget }) =>
        from === reach.from && to === reach.to && routeTarget === reach.via && scopeTakesIn(prefixes, reach.prefix),
    ),
  );
  return {
    ...reach,
    interconnects: over.map(({ id }) => id),
    covered: over.some(({ standing }) => standing === 'on-network' || standing === 'changing'),
  };
}

/** By the inventory and not by the routers: a VRF that is gone carries nothing, and is missed. */
function findMissing(
  inventory: Inventory,
  read: ReadonlySet<PeName>,
  agreements: readonly Agreement[],
  present: ReadonlySet<string>,
): MatrixGap[] {
  const places = placesByVpn(inventory);
  const gaps: MatrixGap[] = [];
  for (const { id, standing, flows } of agreements) {
    if (standing !== 'on-network') continue;
    for (const { from, to, prefixes, routeTarget: via } of flows) {
      if (via === null) continue;
      const takers = (places.get(to) ?? []).filter(({ pe }) => read.has(pe));
      for (const { pe: fromPe, vrf: giver } of places.get(from) ?? []) {
        if (!read.has(fromPe)) continue;
        for (const prefix of announcedOf(giver, prefixes)) {
          for (const { pe: toPe, vrf: taker } of takers) {
            const gap = { from, fromPe, prefix, to, toPe, via };
            if (!taker.families.includes(familyOf(prefix)) || present.has(reachabilityKey(gap))) continue;
            gaps.push({ ...gap, interconnect: id });
          }
        }
      }
    }
  }
  return sortByKey(gaps, (gap) => `${gap.interconnect} ${reachabilityKey(gap)}`);
}

/** What a VRF announces of a scope, in the families that it has. */
function announcedOf(giver: InventoryVrf, scope: Flow['prefixes']): readonly Prefix[] {
  const known = announced.get(giver) ?? new Set(giver.attachments.flatMap((attachment) => attachment.prefixes));
  announced.set(giver, known);
  const shared = resolveScope(scope, known);
  const there = shared === 'whole-vpn' ? [...known] : [...new Set(shared)].filter((prefix) => known.has(prefix));
  return there.filter((prefix) => giver.families.includes(familyOf(prefix)));
}

/** Asked for by every flow of a VPN. */
const announced = new WeakMap<InventoryVrf, ReadonlySet<Prefix>>();

function placesByVpn(inventory: Inventory): Map<VpnId, { readonly pe: PeName; readonly vrf: InventoryVrf }[]> {
  const places = new Map<VpnId, { pe: PeName; vrf: InventoryVrf }[]>();
  for (const { name: pe, vrfs } of inventory.routers) {
    for (const vrf of vrfs) {
      const list = places.get(vrf.vpn);
      if (list === undefined) places.set(vrf.vpn, [{ pe, vrf }]);
      else list.push({ pe, vrf });
    }
  }
  return places;
}

function findStrangers(routes: readonly CarriedRoute[]): StrangerRoute[] {
  const found = new Map<string, StrangerRoute>();
  for (const { from, to, prefix, via } of routes) {
    if (from.vrf.vpn !== null && to.vrf.vpn !== null) continue;
    const [stranger, other, direction] =
      to.vrf.vpn === null ? ([to, from, 'reaches'] as const) : ([from, to, 'is reached by'] as const);
    const entry = { pe: stranger.pe, vrf: stranger.vrf.name, direction, other: ownerName(other), prefix, via };
    found.set(Object.values(entry).join(' '), entry);
  }
  return sortByKey([...found.values()], (entry) => Object.values(entry).join(' '));
}

function vpnsOfUnread(inventory: Inventory, read: ReadonlySet<PeName>): VpnId[] {
  const away = inventory.routers.filter(({ name }) => !read.has(name));
  return away.flatMap(({ vrfs }) => vrfs.map(({ vpn }) => vpn));
}

/**
 * As the proofs do: what is inside of a VRF, or in a policy of an operator that decides for it, puts what that one gives and takes in
 * doubt; what is outside of it, all of the router.
 */
export function findDoubts(view: NetworkView): Doubt[] {
  const gifts = giftsOfNobody(view).map(({ at: { pe, vrf }, fact }) => ({
    ...{ pe, vrf: vrf.name, fact, edited: false, vpns: vrf.vpn === null ? [] : [vrf.vpn] },
  }));
  return [...notUnderstood(view), ...gifts];
}

type Doubt = MatrixDoubt & { readonly vpns: readonly VpnId[] };

/** Without what VRFs of nobody give. */
export function notUnderstood(view: NetworkView): Doubt[] {
  const policies = doubtfulPolicies(view).map(({ at: { pe, vrf }, fact }) => ({
    ...{ pe, vrf: vrf.name, fact, edited: false, vpns: vrf.vpn === null ? [] : [vrf.vpn] },
  }));
  const rest = view.pes.flatMap(({ name: pe, vrfs, unknowns: ofPe = [] }) => {
    const all = vrfs.flatMap(({ vpn }) => vpn ?? []);
    const fact = ({ path, why }: Unknown) => (path === '' ? why : `\`${path}\` ${why}`);
    const outside = ofPe.map((one) => ({ pe, vrf: one.vrf ?? null, fact: fact(one), edited: false, vpns: all }));
    const inside = vrfs.flatMap(({ name: vrf, vpn, anomalies, unknowns = [] }) => {
      const vpns = vpn === null ? [] : [vpn];
      return [
        ...anomalies.map((anomaly) => ({ pe, vrf, fact: anomaly, edited: true, vpns })),
        ...unknowns.map((one) =>
          one.ofRouter
            ? { pe, vrf: one.vrf ?? null, fact: fact(one), edited: false, vpns: all }
            : { pe, vrf, fact: fact(one), edited: false, vpns },
        ),
      ];
    });
    return [...outside, ...inside];
  });
  return [...rest, ...policies];
}

function fillCells(parts: {
  readonly reachabilities: readonly MatrixRoute[];
  readonly missing: readonly MatrixGap[];
  readonly agreements: readonly Agreement[];
  readonly unreadVpns: ReadonlySet<VpnId>;
}): MatrixCell[] {
  const pairs = new Map<
    string,
    { from: VpnId; to: VpnId; routes: MatrixRoute[]; gaps: MatrixGap[]; over: Agreement[] }
  >();
  const pairOf = ({ from, to }: { readonly from: VpnId; readonly to: VpnId }) => {
    const key = `${from} ${to}`;
    const pair = pairs.get(key) ?? { from, to, routes: [], gaps: [], over: [] };
    pairs.set(key, pair);
    return pair;
  };
  for (const route of parts.reachabilities) pairOf(route).routes.push(route);
  for (const gap of parts.missing) pairOf(gap).gaps.push(gap);
  for (const agreement of parts.agreements) for (const flow of agreement.flows) pairOf(flow).over.push(agreement);
  const prefixesOf = (list: readonly Reachability[]) =>
    sortByKey([...new Set(list.map(({ prefix }) => prefix))], prefixSortKey);
  const cells = [...pairs.values()].map(({ from, to, routes, gaps, over }) => {
    const uncovered = prefixesOf(routes.filter(({ covered }) => !covered));
    return {
      ...{ from, to, prefixes: prefixesOf(routes), uncovered, missing: prefixesOf(gaps) },
      interconnects: over.map(({ id, state, standing }) => ({ id, state, standing })),
      covered: uncovered.length === 0,
      unread: parts.unreadVpns.has(from) || parts.unreadVpns.has(to),
    };
  });
  return sortByKey(cells, ({ from, to }) => `${from} ${to}`);
}
