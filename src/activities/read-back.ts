/** What a PE of the change runs, held against what it ran under its lock and what it was sent. */
import { digestOf } from '../domain/canonical-json.ts';
import type { Inventory } from '../domain/inventory.ts';
import {
  canonicalShare,
  enabledFamilies,
  type RunningVrf,
  TRAIT_OWN_RESTATED,
  TRAIT_WASL_AUTO_EXPORT,
} from '../domain/network-view.ts';
import { WaslError } from '../errors.ts';
import { diffShares, sameShare } from '../plan/delta.ts';
import { describeDifference } from '../plan/describe-operation.ts';
import { planTargets } from '../plan/holds-plan.ts';
import { operatorDigest } from '../plan/operator-digest.ts';
import { anomaliesToEnd, concernsTargets, holdsRemnants } from '../plan/remnants.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { withRouter } from './network.ts';
import { firstFailure, type RouterInTransaction } from './open-transaction.ts';

/**
 * Throws ROUTER_READ_BACK unless running is what it was before, with exactly the edits. What was odd before is no finding; of a removal only its own
 * objects are judged.
 */
export async function readBackRouter(each: RouterInTransaction, running: readonly RunningVrf[]): Promise<void> {
  const { pe } = each.plan;
  // What was not understood may be plain without wasl's objects: that holds no removal up.
  const isRemoval = each.edits.some(({ retires }) => retires !== undefined);
  const operators = (vrfs: readonly RunningVrf[]) =>
    operatorDigest(isRemoval ? vrfs.map(({ unknowns: _, ...vrf }) => vrf) : vrfs);
  const traits = (vrfs: readonly RunningVrf[]) => (isRemoval ? '' : digestOf(vrfs.map(operatorTraits)));
  if (operators(running) !== operators(each.before) || traits(running) !== traits(each.before)) {
    throw new WaslError(
      'ROUTER_READ_BACK',
      `${pe}: configuration that is not wasl's has changed since it was read under the lock`,
    );
  }
  const own = planTargets(each.plan);
  for (const was of each.before) {
    const vrf = running.find((candidate) => candidate.name === was.name);
    const edit = each.edits.find((candidate) => candidate.running.name === was.name);
    if (vrf === undefined) throw new WaslError('ROUTER_READ_BACK', `${pe}: VRF ${was.name} is gone`);
    const families = enabledFamilies(was);
    const wanted = canonicalShare(edit?.wanted ?? was.share, families);
    const removes = edit?.retires !== undefined;
    const news = removes
      ? concernsTargets(anomaliesToEnd(vrf), own)
      : vrf.anomalies.filter((anomaly) => !was.anomalies.includes(anomaly));
    const remnants = removes && holdsRemnants(vrf, wanted, own);
    const differs = digestOf(canonicalShare(vrf.share, families)) !== digestOf(wanted);
    if (news.length > 0 || remnants || differs) {
      const why =
        news[0] ??
        (remnants ? vrf.anomalies[0] : undefined) ??
        (edit !== undefined && sameShare(vrf.share, was.share)
          ? 'the edits are not in running, although the commit was acknowledged'
          : diffShares(wanted, vrf.share).map(describeDifference).join('; ') || 'its address families changed');
      throw new WaslError('ROUTER_READ_BACK', `${pe}: VRF ${was.name} is not as approved: ${why}`);
    }
  }
}

/**
 * A commit takes all of a candidate: what somebody put into running beside it since it was locked and read would be gone. Throws
 * ROUTER_CANDIDATE_DIRTY; the router is then as it shall stay, for nothing was committed.
 */
export async function requireAsLocked(each: RouterInTransaction): Promise<void> {
  const { pe } = each.plan;
  const text = await each.router.readRunningText();
  if (text === each.beforeText) return;
  each.beforeText = text;
  const fact = `${pe}: running was edited since its candidate was locked, and the commit would take that away`;
  throw new WaslError('ROUTER_CANDIDATE_DIRTY', fact, { path: pe });
}

/** "Rolled back" is measured: a fresh session reads running, and it is what it was. */
export async function requireBase(
  deps: ActivityDependencies,
  inventory: Inventory,
  each: RouterInTransaction,
): Promise<void> {
  const { router, plan, transcript } = each;
  await router.close();
  const text = await withRouter(deps, inventory, plan.pe, (fresh) => fresh.readRunningText(), { transcript });
  each.afterText = text;
  if (text === each.beforeText) return;
  throw new WaslError('ROUTER_READ_BACK', `${plan.pe} was told to roll back, but running differs from before`);
}

/** Switches of the operator's beside route targets and policies, such as auto-export; those that wasl's objects make come and go with them. */
const operatorTraits = ({ name, traits = [] }: RunningVrf) => [name, traits.filter((one) => !OWN_TRAITS.includes(one))];
const OWN_TRAITS: readonly string[] = [TRAIT_WASL_AUTO_EXPORT, ...Object.values(TRAIT_OWN_RESTATED)];

/** Throws where the edits are not in running any more, whatever else others do there. */
export function requireEdits({ plan, edits }: RouterInTransaction, running: readonly RunningVrf[]): void {
  for (const { running: was, wanted } of edits) {
    const vrf = running.find(({ name }) => name === was.name);
    const families = enabledFamilies(was);
    const holds =
      vrf !== undefined && digestOf(canonicalShare(vrf.share, families)) === digestOf(canonicalShare(wanted, families));
    if (!holds) throw new WaslError('CHANGE_REVERTED', `${plan.pe} no longer holds the change in VRF ${was.name}`);
  }
}

/**
 * Everything was seen to be as approved, and that took its time; the lock keeps nobody from editing running itself. Throws CHANGE_REVERTED,
 * ROUTER_READ_BACK.
 */
export async function readBackAgain(routers: readonly RouterInTransaction[]): Promise<void> {
  const readAgain = routers.map(async (each) => {
    const running = await each.router.readRunning();
    requireEdits(each, running);
    await readBackRouter(each, running);
  });
  const failure = firstFailure(await Promise.allSettled(readAgain));
  if (failure !== null) throw failure;
}
