import type { PeName, VrfName } from '../domain/names.ts';
import type { NetworkView } from '../domain/network-view.ts';
import type { ObservedTables, TableSizes } from '../domain/observed-routes.ts';
import type {
  Acceptable,
  CounterExample,
  Plan,
  Proof,
  Reachability,
  ReachabilityProbe,
  VrfDelta,
} from '../domain/plan.ts';
import type { Prefix } from '../domain/prefix.ts';
import type { RealisedInterconnect } from '../domain/request.ts';
import { WaslError } from '../errors.ts';
import { listCounterExamples } from '../proof/change-under-proof.ts';
import { proveChange } from '../proof/prove-change.ts';
import { reachabilityKey } from '../proof/reachability.ts';
import { applyOperations } from './delta.ts';
import { planProbes } from './plan-probes.ts';
import { replaceShares } from './replace-shares.ts';

export interface ReproveInput {
  /** The network as it is now, every PE read again. */
  readonly view: NetworkView;
  readonly plan: Plan;
  readonly subject: RealisedInterconnect;
  readonly previous?: RealisedInterconnect;
  readonly active: readonly RealisedInterconnect[];
  /** The tables as they are now. */
  readonly held?: ObservedTables;
  readonly sizes?: TableSizes;
}

export interface Reproved {
  readonly proofs: readonly Proof[];
  /** What verification tries, in the network as it is now: another change may have given the prefix to whom this plan wanted silent. */
  readonly probes: readonly ReachabilityProbe[];
}

/**
 * The plan proved again: its operations applied to the network as it is now. What is gained and lost must also be what the approvers saw.
 * Throws PLAN_STALE when an operation does not fit.
 */
export function reprove({ view, plan, subject, previous, active, held, sizes }: ReproveInput): Reproved {
  const deltas = new Map<PeName, ReadonlyMap<VrfName, VrfDelta>>(
    plan.routers.map(({ pe, vrfs }) => [pe, new Map(vrfs.map((delta) => [delta.vrf, delta]))]),
  );
  const current = new Map(view.pes.map((pe) => [pe.name, new Map(pe.vrfs.map((vrf) => [vrf.name, vrf.share]))]));
  for (const { pe, vrfs } of plan.routers) {
    const gone = vrfs.find(({ vrf }) => !current.get(pe)?.has(vrf));
    if (gone !== undefined) throw new WaslError('PLAN_STALE', `VRF ${gone.vrf} is gone from ${pe}`, { path: pe });
  }
  const after = replaceShares(view, (pe, vrf) => {
    const delta = deltas.get(pe)?.get(vrf);
    return delta && applyOperations(current.get(pe)?.get(vrf) ?? {}, delta.operations);
  });
  const others = active.filter((other) => other.id !== subject.id);
  const change = { kind: plan.kind, before: view, after, subject, previous, others, held, sizes };
  const { gained, lost, proofs: found, toAccept } = proveChange(change);
  const proofs = found.map((proof) => (proof.name === 'no-overlap' ? withoutConsent(proof, plan, toAccept) : proof));
  const probes = planProbes(change, { gained, lost }, new Set(plan.routers.map(({ pe }) => pe)));
  const moved = [
    ...differReachability(plan, plan.gained, gained, 'gained'),
    ...differReachability(plan, plan.lost, lost, 'lost'),
  ];
  if (moved.length === 0) return { proofs, probes };
  const disproved = proofs.map((proof): Proof => {
    if (proof.name !== 'exact-reachability') return proof;
    return { ...proof, verdict: 'fail', counterExamples: listCounterExamples([...proof.counterExamples, ...moved]) };
  });
  return { proofs: disproved, probes };
}

/** What came to stand in a table since the plan was made: nobody was told of it, so nobody has accepted it. */
function withoutConsent(proof: Proof, { toAccept: shown = [] }: Plan, toAccept: readonly Acceptable[]): Proof {
  const names = new Set(shown.flatMap(({ name, pes }) => pes.map((pe) => `${name} ${pe}`)));
  const news = toAccept.flatMap(({ name, pes, sentence }): CounterExample[] => {
    const pe = pes.find((one) => !names.has(`${name} ${one}`));
    const [prefix, vrf] = name.split('@') as [Prefix, VrfName];
    return pe === undefined
      ? []
      : [{ pe, vrf, prefix, routeTarget: null, sentence: `${name} was not there when it was planned: ${sentence}` }];
  });
  if (news.length === 0) return proof;
  return { ...proof, verdict: 'fail', counterExamples: listCounterExamples([...proof.counterExamples, ...news]) };
}

function differReachability(
  plan: Plan,
  approved: readonly Reachability[],
  found: readonly Reachability[],
  what: 'gained' | 'lost',
): CounterExample[] {
  const [was, is] = [new Set(approved.map(reachabilityKey)), new Set(found.map(reachabilityKey))];
  const report = (one: Reachability, words: string): CounterExample => ({
    pe: one.toPe,
    vrf: vrfOf(plan, one),
    routeTarget: one.via,
    prefix: one.prefix,
    sentence: `${one.prefix} of ${one.from} at ${one.fromPe} ${words} ${what} by ${one.to} at ${one.toPe}`,
  });
  return [
    ...found.filter((one) => !was.has(reachabilityKey(one))).map((one) => report(one, 'was not approved to be')),
    ...approved.filter((one) => !is.has(reachabilityKey(one))).map((one) => report(one, 'would no longer be')),
  ];
}

function vrfOf(plan: Plan, { to, toPe }: Reachability): VrfName {
  const router = plan.routers.find(({ pe }) => pe === toPe);
  return router?.vrfs.find(({ vpn }) => vpn === to)?.vrf ?? (to as string as VrfName);
}
