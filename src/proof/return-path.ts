import type { CounterExample, Proof } from '../domain/plan.ts';
import { approvedFlows, type ChangeUnderProof, listCounterExamples, type RouteChange } from './change-under-proof.ts';

/**
 * Every flow has a way back: from where its prefixes are, something of the other VPN is reachable in the same address family.
 * An interconnect with one flow only was signed as one-way; then the proof says so instead of refusing.
 */
export function proveReturnPath(change: ChangeUnderProof, routes: RouteChange): Proof {
  const found: CounterExample[] = [];
  const assumptions: string[] = [];
  for (const flow of approvedFlows(change)) {
    const hasReverse = change.subject.flows.some((other) => other.from === flow.to && other.to === flow.from);
    for (const route of routes.after.routes(new Set([flow.routeTarget]))) {
      if (routes.after.holdsOf(route.from, flow.to, route.family)) continue;
      const { pe, vrf } = route.from;
      if (!hasReverse) {
        assumptions.push(
          `one-way as signed: from ${flow.from} nothing of ${flow.to} is reachable over ${route.family}`,
        );
        continue;
      }
      const sentence = `${route.prefix} of ${flow.from} would be reachable from ${flow.to}, but VRF ${vrf.name} at ${pe} has no ${route.family} route back to ${flow.to}`;
      found.push({ pe, vrf: vrf.name, routeTarget: flow.routeTarget, prefix: route.prefix, sentence });
    }
  }
  return {
    name: 'return-path',
    verdict: found.length > 0 ? 'fail' : 'pass',
    assumptions: [...new Set(assumptions)].sort(),
    counterExamples: listCounterExamples(found),
  };
}
