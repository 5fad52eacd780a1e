import type { InterconnectId } from '../domain/names.ts';
import { localPrefixes, type NetworkView, type VrfView } from '../domain/network-view.ts';
import type { CounterExample } from '../domain/plan.ts';
import { FAMILIES, type Family, familyOf, type Prefix, prefixSortKey } from '../domain/prefix.ts';
import type { RealisedFlow, RealisedInterconnect } from '../domain/request.ts';
import { shortForm } from '../domain/route-target.ts';
import { COUNTER_EXAMPLES_MAX } from './change-under-proof.ts';
import { lazily } from './lazily.ts';
import { cutLocally } from './local-exchange.ts';
import { sortByKey } from './reachability.ts';
import { type GivenRoutes, RouteIndex } from './route-index.ts';
import { ownerName, ownerOf, type VrfAtPe, vrfsByVpn } from './route-model.ts';
import { asSet } from './target-use.ts';

export interface NetworkProof {
  readonly verdict: 'pass' | 'fail';
  /** Routes between two VPNs, however many VRFs hold them: one for each giving VRF, prefix, taking VPN and route target. */
  readonly examined: number;
  /** How many of them no agreement covers, and the first ones in words. */
  readonly uncovered: number;
  readonly counterExamples: readonly StrangeRoute[];
  /** Agreed prefixes that a taking VRF lacks, and the first ones in words. */
  readonly missing: number;
  readonly gaps: readonly CounterExample[];
}

/** A route between VPNs that no agreement covers. */
export interface StrangeRoute extends CounterExample {
  /** The VRF that gives it, and the first of those that take it. */
  readonly from: VrfAtPe;
  readonly at: VrfAtPe;
}

/**
 * The whole network against the register: every route between VPNs is one of an agreement that is to be on the network, or of one in
 * `changing`, which may be: from its VPN to its VPN, by its route target, for its prefixes; and all that is agreed is there. Costs what the network's route targets and prefixes are, not
 * the pairs of VRFs that exchange them.
 */
export function proveNetwork(
  view: NetworkView,
  agreed: readonly Agreed[],
  changing: readonly Agreed[] = [],
  rules: GapRules = GAP_RULES,
): NetworkProof {
  const routes = RouteIndex.of(view);
  const required = flowsByTarget(agreed);
  const flows = changing.length === 0 ? required : flowsByTarget([...changing, ...agreed]);
  const found: Sighting[] = [];
  let [examined, uncovered] = [0, 0];
  for (const given of routes.given()) {
    const strange = strangePrefixes(given, flows.get(given.via)?.flow);
    examined += given.prefixes.length;
    uncovered += strange.length;
    const room = Math.max(0, COUNTER_EXAMPLES_MAX - found.length);
    found.push(...strange.slice(0, room).map((prefix) => ({ given, prefix })));
  }
  const { missing, gaps } = findGaps(view, routes, [...required.values()], rules);
  const first = sortByKey(
    found,
    ({ given, prefix }) => `${ownerOf(given.from)} ${given.taker} ${prefixSortKey(prefix)}`,
  );
  return {
    verdict: uncovered + missing === 0 ? 'pass' : 'fail',
    ...{ examined, uncovered, missing, gaps },
    counterExamples: first.map(describe),
  };
}

/** When something that is agreed is missing. */
export interface GapRules {
  /** Whether what is agreed of a family concerns a VRF. */
  readonly has: HasFamily;
  /** Where a router cuts a VRF off from who gives a prefix: whether anybody else that announces it will do. Audits of before took it so. */
  readonly announcingWillDo: boolean;
}

type HasFamily = (vrf: VrfView, family: Family) => boolean;
/** By the router alone. */
export const hasOnRouter: HasFamily = ({ operator }, family) => operator[family] !== undefined;
/** What the inventory lists and the router does not have is missed there, as a VRF that is gone is. */
export const hasOrShould: HasFamily = (vrf, family) => hasOnRouter(vrf, family) || vrf.lacks?.includes(family) === true;
const GAP_RULES: GapRules = { has: hasOrShould, announcingWillDo: false };

/** Whose parties they are is not asked. */
export type Agreed = Pick<RealisedInterconnect, 'id' | 'flows'>;

interface Sighting {
  readonly given: GivenRoutes;
  readonly prefix: Prefix;
}

interface AgreedFlow {
  readonly id: InterconnectId;
  readonly flow: RealisedFlow;
}

function flowsByTarget(agreed: readonly Agreed[]): Map<string, AgreedFlow> {
  const byTarget = new Map<string, AgreedFlow>();
  for (const { id, flows } of agreed) for (const flow of flows) byTarget.set(flow.routeTarget, { id, flow });
  return byTarget;
}

/** A canary is nobody's to agree for, whatever a flow says. */
function strangePrefixes({ from, taker, takers, prefixes }: GivenRoutes, flow: RealisedFlow | undefined) {
  const isOfFlow = flow !== undefined && from.vrf.vpn === flow.from && taker === flow.to && !takers[0]?.vrf.canary;
  if (!isOfFlow) return prefixes;
  if (flow.prefixes === 'whole-vpn') return [];
  const approved = new Set(flow.prefixes);
  return prefixes.filter((prefix) => !approved.has(prefix));
}

function describe({ given: { from, takers, via }, prefix }: Sighting): StrangeRoute {
  const [at] = takers as readonly [VrfAtPe, ...VrfAtPe[]];
  const more = takers.length > 1 ? ` (and from ${takers.length - 1} more of its VRFs)` : '';
  const sentence =
    `${prefix} of ${ownerName(from)} at ${from.pe} is, without an agreement, reachable from ${ownerName(at)} at ${at.pe} ` +
    `(VRF ${at.vrf.name})${more} by route target ${shortForm(via)}`;
  return { pe: at.pe, vrf: at.vrf.name, routeTarget: via, prefix, sentence, from, at };
}

/** Per taking VRF with the family: a VPN that is served at one PE and not at another is not served as agreed. */
function findGaps(view: NetworkView, routes: RouteIndex, agreed: readonly AgreedFlow[], rules: GapRules) {
  const { has, announcingWillDo } = rules;
  const byVpn = vrfsByVpn(view);
  const isCut = cutLocally(view);
  const gaps: CounterExample[] = [];
  let missing = 0;
  for (const { id, flow } of agreed) {
    const { from, to, routeTarget: via } = flow;
    const [givers, takers] = [byVpn.get(from) ?? [], byVpn.get(to) ?? []];
    for (const family of FAMILIES) {
      const isAnnounced = announcedIn(givers, family, has);
      const shared = sharedPrefixes(flow, family, isAnnounced.lists);
      if (shared.length === 0) continue;
      const shall = takers.filter(({ vrf }) => has(vrf, family));
      const lacking = whoLacks(shall, routes.takers(to, via, family), givers, isCut);
      for (const prefix of shared) {
        const giving = routes.givers(from, via, prefix);
        const isGiven = giving.length > 0;
        // What is given is announced: an export is of what its VRF announces.
        if (!isGiven && !isAnnounced.has(prefix)) continue;
        const sources = () => (announcingWillDo ? announcing(givers, prefix) : giving);
        for (const at of isGiven ? lacking(sources) : shall) {
          missing += 1;
          if (gaps.length >= COUNTER_EXAMPLES_MAX) continue;
          const where = `VRF ${at.vrf.name} at ${at.pe}`;
          const sentence = `${prefix} of ${from}, agreed by ${id}, is not reachable from ${to} in ${where}`;
          gaps.push({ pe: at.pe, vrf: at.vrf.name, routeTarget: via, prefix, sentence });
        }
      }
    }
  }
  return { missing, gaps };
}

/** Of those that shall hold a prefix, and of whom it is: those that do not take it, or that exchange nothing with any of these. */
function whoLacks(
  shall: readonly VrfAtPe[],
  taking: ReadonlySet<VrfView>,
  givers: readonly VrfAtPe[],
  isCut: (from: VrfAtPe, to: VrfAtPe) => boolean,
) {
  const doubtful = shall.filter((at) => !taking.has(at.vrf) || givers.some((giver) => isCut(giver, at)));
  return (sources: () => readonly VrfAtPe[]): readonly VrfAtPe[] => {
    if (doubtful.length === 0) return doubtful;
    const of = sources();
    return doubtful.filter((at) => !taking.has(at.vrf) || of.every((source) => isCut(source, at)));
  };
}

const announcing = (sites: readonly VrfAtPe[], prefix: Prefix): VrfAtPe[] =>
  sites.filter(({ vrf }) => asSet(localPrefixes(vrf, familyOf(prefix))).has(prefix));

/** What VRFs announce, looked at when it is first asked for. */
function announcedIn(givers: readonly VrfAtPe[], family: Family, has: HasFamily) {
  const lists = lazily(() => givers.filter(({ vrf }) => has(vrf, family)).map(({ vrf }) => localPrefixes(vrf, family)));
  return { lists, has: (prefix: Prefix) => lists().some((list) => asSet(list).has(prefix)) };
}

/** What a flow shares of a family. Of a whole VPN, what its VRFs announce. */
function sharedPrefixes({ prefixes }: RealisedFlow, family: Family, lists: () => readonly (readonly Prefix[])[]) {
  if (prefixes === 'whole-vpn') return [...new Set(lists().flat())];
  return prefixes.filter((prefix) => familyOf(prefix) === family);
}
