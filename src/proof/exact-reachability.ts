import { onlyTakesAway } from '../domain/change-kinds.ts';
import type { VpnId } from '../domain/names.ts';
import { enabledFamilies, localPrefixes, type NetworkView } from '../domain/network-view.ts';
import type { CounterExample, Proof } from '../domain/plan.ts';
import { familyOf, type Prefix } from '../domain/prefix.ts';
import type { RealisedFlow } from '../domain/request.ts';
import { type RouteTarget, shortForm } from '../domain/route-target.ts';
import { nothingBesideRunning } from './beside-running.ts';
import {
  anchorVrf,
  approvedFlows,
  type ChangeUnderProof,
  COUNTER_EXAMPLES_MAX,
  listCounterExamples,
  ownTargets,
  type RouteChange,
  routeCounterExample,
} from './change-under-proof.ts';
import { judgeUnknowns } from './judge-unknowns.ts';
import { judgePolicies } from './operator-policies.ts';
import { type CarriedRoute, routeKey, type VrfAtPe, vrfsByVpn } from './route-model.ts';

const ALWAYS_ASSUMED = [
  'every PE of the backbone is in the inventory, so nobody outside it imports the route targets of this change',
  'a VPN announces the prefixes of its attachments in the inventory',
];

/**
 * After the change the approved flows are reachable and nothing else of this interconnect is; every other route stays as it was.
 * What is approved is worked out from the flows and where the VPNs are, not from how the change is composed.
 */
export function proveExactReachability(change: ChangeUnderProof, routes: RouteChange): Proof {
  if (onlyTakesAway(change.kind)) return proveOnlyTakenAway(change, routes);
  const own = ownTargets(change);
  const approved = new Map(approvedFlows(change).flatMap((flow) => approvedRoutes(change, flow)));
  const found: CounterExample[] = [];

  const present = new Set<string>();
  for (const route of routes.after.routes(own)) {
    const key = routeKey(route);
    present.add(key);
    if (route.to.vrf.canary) found.push(routeCounterExample(route, 'would reach the canary'));
    else if (!approved.has(key)) {
      found.push(routeCounterExample(route, 'would, though nobody approved it, be reachable from'));
    }
  }
  for (const [key, route] of approved) {
    if (!present.has(key)) found.push(routeCounterExample(route, 'was approved but would not be reachable from'));
  }
  for (const route of routes.gained) {
    if (!own.has(route.via)) found.push(routeCounterExample(route, 'would also become reachable from'));
  }
  for (const route of routes.lost) {
    if (!own.has(route.via)) found.push(routeCounterExample(route, 'would no longer be reachable from'));
  }
  for (const flow of approvedFlows(change)) found.push(...emptyFlow(change, flow, [...approved.values()]));

  const policies = judgePolicies(change);
  const unknowns = judgeUnknowns(change);
  const undecided = [...policies.undecided, ...unknowns.undecided];
  const verdict = found.length > 0 ? 'fail' : undecided.length > 0 ? 'unknown' : 'pass';
  return {
    name: 'exact-reachability',
    verdict,
    assumptions: [
      ...ALWAYS_ASSUMED,
      ...noReexport(unknowns.places),
      ...wholeVpnAssumptions(change),
      ...nothingBesideRunning(change.after),
      ...policies.assumptions,
    ],
    counterExamples: listCounterExamples([...found, ...undecided]),
  };
}

/** Assumed of those VRFs whose configuration was understood whole, and so says nothing else. */
function noReexport(places: readonly string[]): string[] {
  const rule = 'a VRF does not export again what it imported (RFC 4364)';
  if (places.length === 0) return [rule];
  const more = places.length > NAMED_MAX ? ` and ${places.length - NAMED_MAX} more` : '';
  return [`${rule}; not assumed of ${places.slice(0, NAMED_MAX).join(', ')}${more}, which were not understood whole`];
}

const NAMED_MAX = 5;

/** A removal that touches nothing but its own ends whatever else is reachable: that is told, and is somebody's to mend. */
function proveOnlyTakenAway(change: ChangeUnderProof, routes: RouteChange): Proof {
  const own = ownTargets(change);
  const key = (via: RouteTarget, from: VpnId | null, to: VpnId | null) => `${via} ${from} ${to}`;
  const agreed = new Set(
    change.others.flatMap(({ flows }) => flows.map((flow) => key(flow.routeTarget, flow.from, flow.to))),
  );
  // Who is no party to it has no agreed route by it.
  const isAgreed = ({ via, from, to }: CarriedRoute) => !own.has(via) && agreed.has(key(via, from.vrf.vpn, to.vrf.vpn));
  const found = [
    ...routes.gained.map((route) => routeCounterExample(route, 'would become reachable from')),
    ...routes.lost.filter(isAgreed).map((route) => routeCounterExample(route, 'would no longer be reachable from')),
  ];
  const left = routes.after
    .routes(own)
    .map((route) => routeCounterExample(route, 'stays, by somebody else, reachable from').sentence);
  return {
    name: 'exact-reachability',
    verdict: found.length > 0 ? 'fail' : 'pass',
    assumptions: [...new Set([...left, ...judgeUnknowns(change).told])].sort().slice(0, COUNTER_EXAMPLES_MAX),
    counterExamples: listCounterExamples(found),
  };
}

/** Each prefix, from every VRF of the giving VPN that announces it, in every VRF of the other VPN with that family. */
function approvedRoutes({ after }: ChangeUnderProof, flow: RealisedFlow): [string, CarriedRoute][] {
  const byVpn = vrfsByVpn(after);
  const takers = byVpn.get(flow.to) ?? [];
  const wanted = flow.prefixes === 'whole-vpn' ? null : new Set(flow.prefixes);
  return (byVpn.get(flow.from) ?? []).flatMap((from) =>
    enabledFamilies(from.vrf).flatMap((family) =>
      localPrefixes(from.vrf, family)
        .filter((prefix) => wanted === null || wanted.has(prefix))
        .flatMap((prefix) =>
          takers
            .filter(({ vrf }) => enabledFamilies(vrf).includes(family))
            .map((to): [string, CarriedRoute] => {
              const route = { from, to, family, prefix, via: flow.routeTarget };
              return [routeKey(route), route];
            }),
        ),
    ),
  );
}

/** An approved prefix that no VRF announces, or that no VRF of the other VPN could hold, is not delivered by proving nothing. */
function emptyFlow(
  { after }: ChangeUnderProof,
  flow: RealisedFlow,
  approved: readonly CarriedRoute[],
): CounterExample[] {
  const at = anchorVrf(after, flow.from, flow.to);
  if (at === null) return [];
  const place = { pe: at.pe, vrf: at.vrf.name, routeTarget: flow.routeTarget };
  const mine = approved.filter((route) => route.via === flow.routeTarget);
  if (flow.prefixes === 'whole-vpn') {
    if (mine.length > 0) return [];
    const sentence = `nothing of ${flow.from} would be reachable from ${flow.to} by ${shortForm(flow.routeTarget)}`;
    return [{ ...place, prefix: null, sentence }];
  }
  const delivered = new Set(mine.map((route) => route.prefix));
  return flow.prefixes
    .filter((prefix) => !delivered.has(prefix))
    .map((prefix) => {
      const sentence = `${prefix} of ${flow.from} was approved for ${flow.to}, but ${whyNot(after, flow, prefix)}`;
      return { ...place, prefix, sentence };
    });
}

function whyNot(after: NetworkView, flow: RealisedFlow, prefix: Prefix): string {
  const family = familyOf(prefix);
  const byVpn = vrfsByVpn(after);
  const announces = ({ vrf }: VrfAtPe) =>
    enabledFamilies(vrf).includes(family) && localPrefixes(vrf, family).includes(prefix);
  return byVpn.get(flow.from)?.some(announces)
    ? `no VRF of ${flow.to} has ${family} enabled`
    : `no VRF of ${flow.from} with ${family} enabled announces it`;
}

function wholeVpnAssumptions(change: ChangeUnderProof): string[] {
  return approvedFlows(change)
    .filter((flow) => flow.prefixes === 'whole-vpn')
    .map((flow) => `${flow.from} shares its whole VPN with ${flow.to}: also routes that the inventory does not list`);
}
