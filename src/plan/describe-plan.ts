import type { VpnId } from '../domain/names.ts';
import { type Plan, type Proof, type Reachability, revertsByItself } from '../domain/plan.ts';
import { type Prefix, prefixSortKey } from '../domain/prefix.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { sortByKey } from '../proof/reachability.ts';
import { describeOperation } from './describe-operation.ts';
import { describeRemaining } from './remaining-reach.ts';

/** Names of VPNs as people know them; the id where there is none. */
export type VpnNames = ReadonlyMap<VpnId, string>;

/** The plan as a person reads it: what becomes reachable, who gains nothing, what each router is told, what is assumed. */
export function describePlan(plan: Plan, names: VpnNames = new Map()): string[] {
  const routers = plan.routers.length === 1 ? '1 router' : `${plan.routers.length} routers`;
  return [
    `${plan.id}: ${plan.kind} ${plan.interconnectId} on ${routers}`,
    ...describeReachability(plan, names),
    ...(plan.left ?? []).map(({ pe, reason }) => `not yet at ${pe}: ${reason}`),
    ...(plan.told ?? []).map((fact) => `note: ${fact}`),
    ...plan.proofs.flatMap(describeProof),
    ...plan.routers.flatMap(({ pe, platform, procedure, vrfs }) => [
      `${pe} (${platform}, ${procedure}):`,
      ...(revertsByItself(procedure)
        ? []
        : ['  NO automatic revert: a failed change is undone by a counter-change of wasl']),
      ...vrfs.flatMap(({ vrf, operations }) => [
        `  VRF ${vrf}`,
        ...operations.map((one) => `    ${describeOperation(one)}`),
      ]),
    ]),
  ];
}

/** Only the effect: `after this, 10.100.10.0/24 of MOH can be reached from MOF; nobody else gains a route`. */
export function describeReachability(plan: Plan, names: VpnNames = new Map()): string[] {
  const nameOf = (vpn: VpnId) => names.get(vpn) ?? vpn;
  const whole = wholeTargets(plan);
  const sentence = (pair: Pair, verb: string) => {
    const scope = pair.via.some((target) => whole.has(target)) ? ' (its whole VPN)' : '';
    return `after this, ${pair.prefixes.join(', ')} of ${nameOf(pair.from)}${scope} ${verb} from ${nameOf(pair.to)}`;
  };
  const remains = plan.remains ?? [];
  const stay = new Set(remains.map(({ from, to, prefix }) => `${from} ${to} ${prefix}`));
  const gone = plan.lost.filter(({ from, to, prefix }) => !stay.has(`${from} ${to} ${prefix}`));
  const lines = [
    ...remains.map((one) => describeRemaining(one, nameOf)),
    ...pairs(plan.gained).map((pair) => sentence(pair, 'can be reached')),
    ...pairs(gone).map((pair) => sentence(pair, 'can no longer be reached')),
  ];
  const proof = plan.proofs.find(({ name }) => name === 'exact-reachability');
  if (proof?.verdict !== 'pass') return [...lines, `whether anybody else gains a route is ${doubt(proof)}`];
  const nobody = plan.gained.length > 0 ? 'nobody else gains a route' : 'nobody gains a route';
  const last = lines.pop();
  return last === undefined ? [nobody] : [...lines, `${last}; ${nobody}`];
}

function doubt(proof: Proof | undefined): string {
  if (proof === undefined) return 'not proved';
  return proof.verdict === 'fail' ? 'disproved: see the counter-examples' : 'not known';
}

function describeProof({ name, verdict, assumptions, counterExamples }: Proof): string[] {
  return [
    `proof ${name}: ${verdict}`,
    ...counterExamples.map((one) => `  because ${one.sentence}`),
    ...assumptions.map((assumption) => `  assuming ${assumption}`),
  ];
}

interface Pair {
  readonly from: VpnId;
  readonly to: VpnId;
  readonly prefixes: readonly Prefix[];
  readonly via: readonly RouteTarget[];
}

function pairs(list: readonly Reachability[]): Pair[] {
  const byPair = new Map<string, { from: VpnId; to: VpnId; prefixes: Set<Prefix>; via: Set<RouteTarget> }>();
  for (const { from, to, prefix, via } of list) {
    const key = `${from} ${to}`;
    const pair = byPair.get(key) ?? { from, to, prefixes: new Set(), via: new Set() };
    byPair.set(key, pair);
    pair.prefixes.add(prefix);
    pair.via.add(via);
  }
  return sortByKey([...byPair], ([key]) => key).map(([, { from, to, prefixes, via }]) => ({
    from,
    to,
    prefixes: sortByKey([...prefixes], prefixSortKey),
    via: [...via],
  }));
}

function wholeTargets(plan: Plan): ReadonlySet<RouteTarget> {
  const operations = plan.routers.flatMap((router) => router.vrfs.flatMap((delta) => delta.operations));
  return new Set(
    operations.flatMap((one) => (one.object === 'export-rule' && one.scope === 'whole-vpn' ? [one.routeTarget] : [])),
  );
}
