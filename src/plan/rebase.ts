import type { RunningVrf, VrfShare } from '../domain/network-view.ts';
import type { RouterPlan, VrfDelta } from '../domain/plan.ts';
import { compareRouteTargets, type RouteTarget } from '../domain/route-target.ts';
import { applyOperations, diffShares, sameShare } from './delta.ts';
import { describeDifference } from './describe-operation.ts';
import { planTargets, requireShown } from './holds-plan.ts';
import { describeOperatorChange, operatorDigest, operatorPart } from './operator-digest.ts';
import { targetsIn, withoutOwn } from './remnants.ts';

export interface RebaseOptions {
  /** Route targets of other interconnects. When given, whatever else came to a VRF of the plan makes it stale. */
  readonly otherWaslRouteTargets?: ReadonlySet<RouteTarget>;
  /** Of a change that says that it only takes away, and is asked for less: whatever its delta would add makes it stale. */
  readonly onlyTakesAway?: boolean;
}

export interface PlannedEdit {
  readonly running: RunningVrf;
  readonly wanted: VrfShare;
  /** Of a removal: whatever stands for these route targets goes. */
  readonly retires?: readonly RouteTarget[];
}

export interface Rebase {
  /** same: as planned. rebased: only other changes of wasl came in between. stale: the approval is void. */
  readonly verdict: 'same' | 'rebased' | 'stale';
  /** What to stage, one per VRF of the plan; empty when stale. */
  readonly edits: readonly PlannedEdit[];
  /** In words; for `rebased` what the other changes did. */
  readonly differences: readonly string[];
}

/**
 * Holds a PE's plan against what runs there now, read under the candidate lock. The semantic delta stays the approved one. Throws ROUTER_PROTOCOL
 * where the PE shows no VRF at all.
 */
export function rebaseRouter(plan: RouterPlan, running: readonly RunningVrf[], options: RebaseOptions = {}): Rebase {
  requireShown(plan.pe, running);
  const removes = plan.vrfs.some((delta) => delta.retires !== undefined);
  const rebase = removes ? rebaseRemoval(plan, running, options) : rebaseChange(plan, running, options);
  const added = options.onlyTakesAway === true ? rebase.edits.flatMap((edit) => addedBy(plan, edit)) : [];
  return added.length === 0 ? rebase : { verdict: 'stale', edits: [], differences: added };
}

/** What was sent to a PE, as a plan: it leads back to what ran there under the lock, whatever the plan itself says of before. */
export function planAsSent(plan: RouterPlan, edits: readonly PlannedEdit[]): RouterPlan {
  const vrfs = edits.map(({ running, wanted, retires }): VrfDelta => {
    const delta = plan.vrfs.find(({ vrf }) => vrf === running.name);
    const shares = { before: running.share, after: wanted, operations: diffShares(running.share, wanted) };
    return { vpn: null, ...delta, vrf: running.name, ...shares, ...(retires === undefined ? {} : { retires }) };
  });
  return { ...plan, vrfs };
}

const addedBy = ({ pe }: RouterPlan, { running, wanted }: PlannedEdit): string[] =>
  diffShares(running.share, wanted)
    .filter(({ operation }) => operation !== 'delete')
    .map((one) => `VRF ${running.name} at ${pe} would have ${describeDifference(one)}, and it only takes away`);

function rebaseChange(plan: RouterPlan, running: readonly RunningVrf[], options: RebaseOptions): Rebase {
  const stale = operatorDifferences(plan, running);
  const moved: string[] = [];
  const edits: { running: RunningVrf; wanted: VrfShare }[] = [];
  const own = planTargets(plan);
  for (const delta of plan.vrfs) {
    const vrf = running.find(({ name }) => name === delta.vrf);
    if (vrf === undefined) {
      stale.push(`VRF ${delta.vrf} is gone from ${plan.pe}`);
      continue;
    }
    const where = `VRF ${delta.vrf} at ${plan.pe}`;
    const news = vrf.anomalies.filter((anomaly) => delta.anomalies?.includes(anomaly) !== true);
    stale.push(...news.map((anomaly) => `${where}: ${anomaly}`));
    const differences = diffShares(delta.before, vrf.share);
    for (const difference of differences) {
      const words = `${where} ${describeDifference(difference)}`;
      const { operation, routeTarget } = difference;
      if (own.has(routeTarget)) stale.push(`${words}, which is this plan's to change`);
      // A counter-change gives no list; elsewhere what came must belong to another interconnect.
      else if (operation === 'delete' || (options.otherWaslRouteTargets?.has(routeTarget) ?? true)) moved.push(words);
      else stale.push(`${words}, which belongs to no interconnect`);
    }
    if (stale.length > 0) continue;
    edits.push({ running: vrf, wanted: differences.length === 0 ? delta.after : rebased(delta, vrf) });
  }
  if (stale.length > 0) return { verdict: 'stale', edits: [], differences: stale };
  return { verdict: moved.length === 0 ? 'same' : 'rebased', edits, differences: moved };
}

/**
 * A removal means the same whatever else became of the router: of every VRF the route targets of the interconnect go, as they are found now.
 * What an operator or another change did since is told, and stays.
 */
function rebaseRemoval(
  plan: RouterPlan,
  running: readonly RunningVrf[],
  { otherWaslRouteTargets = null }: { readonly otherWaslRouteTargets?: ReadonlySet<RouteTarget> | null },
): Rebase {
  const own = planTargets(plan);
  const retires = [...own].sort(compareRouteTargets);
  const differences = [...operatorDifferences(plan, running)];
  const deltas = new Map(plan.vrfs.map((delta) => [delta.vrf, delta]));
  for (const delta of plan.vrfs) {
    if (!running.some(({ name }) => name === delta.vrf)) {
      differences.push(`VRF ${delta.vrf} is gone from ${plan.pe}: nothing is left to take away there`);
    }
  }
  const edits = running.flatMap((vrf): PlannedEdit[] => {
    const delta = deltas.get(vrf.name);
    const isPlanned = delta !== undefined && delta.vpn !== null;
    const ofOthers = isPlanned ? { anywhere: otherWaslRouteTargets, here: targetsIn(delta.after) } : null;
    const wanted = withoutOwn(vrf, own, ofOthers);
    if (delta === undefined && sameShare(wanted, vrf.share)) return [];
    const where = `VRF ${vrf.name} at ${plan.pe}`;
    const moved = diffShares(delta?.before ?? wanted, vrf.share);
    differences.push(...moved.map((one) => `${where} ${describeDifference(one)}`));
    const known = delta?.anomalies ?? [];
    differences.push(...vrf.anomalies.filter((one) => !known.includes(one)).map((one) => `${where}: ${one}`));
    differences.push(...known.filter((one) => !vrf.anomalies.includes(one)).map((one) => `${where}: no longer ${one}`));
    return [{ running: vrf, wanted, retires }];
  });
  return { verdict: differences.length === 0 ? 'same' : 'rebased', edits, differences };
}

function rebased(delta: VrfDelta, vrf: RunningVrf): VrfShare {
  return applyOperations(vrf.share, delta.operations);
}

function operatorDifferences(plan: RouterPlan, running: readonly RunningVrf[]): string[] {
  if (operatorDigest(running) === plan.baseDigest) return [];
  const changes = plan.vrfs.flatMap(({ vrf: name, operator }) => {
    const vrf = running.find((candidate) => candidate.name === name);
    if (operator === undefined || vrf === undefined) return [];
    const where = `VRF ${name} at ${plan.pe}`;
    return describeOperatorChange(operator, operatorPart(vrf)).map((change) => `${where}: ${change}`);
  });
  const gone = plan.vrfs.some(({ vrf }) => !running.some(({ name }) => name === vrf));
  if (changes.length > 0 || gone) return changes;
  const others = running.filter(({ name }) => !plan.vrfs.some(({ vrf }) => vrf === name)).map(({ name }) => name);
  const which =
    others.length === 0
      ? 'a VRF is gone'
      : `another VRF was changed, added or removed (there are now ${others.join(', ')})`;
  return [`the operator's configuration of ${plan.pe} changed: ${which}`];
}
