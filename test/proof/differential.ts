/** What is right of one small world, by the slow model; sentences about what is not. */
import type { NetworkView } from '../../src/domain/network-view.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { RouteTarget } from '../../src/domain/route-target.ts';
import { parseScopeEntry, resolveScope } from '../../src/domain/scope.ts';
import { WaslError } from '../../src/errors.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import type { ChangeUnderProof } from '../../src/proof/change-under-proof.ts';
import { proveChange } from '../../src/proof/prove-change.ts';
import { applyPlan, planInput } from '../plan/samples.ts';
import { bruteCarried, brutePut } from './brute-force.ts';
import { prefix } from './networks.ts';
import { slowVerdicts } from './oracle.ts';
import { lead, type SmallWorld } from './worlds.ts';

/** Refusals of what opens that the world explains. */
const RIGHTLY_REFUSED = ['PREFIX_NOT_ORIGINATED', 'PREFIX_DEFAULT_ROUTE', 'VRF_MISSING'];

export function disagreements(world: SmallWorld): string[] {
  return [...rangesDiffer(world), ...proofsDiffer(world), ...(world.reuses ? [] : planDiffers(world))];
}

function rangesDiffer({ ranges }: SmallWorld): string[] {
  return ranges.flatMap(({ signed, announced, is }) => {
    const found = resolveScope([parseScopeEntry(signed)], announced.map(prefix));
    const same = found.length === is.length && is.every((one) => found.includes(prefix(one)));
    return same ? [] : [`${signed} is ${found} of ${announced}, the slow model says ${is}`];
  });
}

/** The proofs of the change as it shall be, each against the slow one. */
function proofsDiffer(world: SmallWorld): string[] {
  const { view, subject, previous, kind, held } = world;
  const after = lead(afterwards(world), world.mistakes);
  const change: ChangeUnderProof = { kind, before: view, after, subject, previous, others: othersOf(world), held };
  const slow = slowVerdicts(change);
  return proveChange(change).proofs.flatMap(({ name, verdict, counterExamples }) => {
    const right = slow[name as keyof typeof slow];
    if (verdict === right) return [];
    return [
      `${kind}: ${name} is ${verdict}, the slow model says ${right}: ${counterExamples[0]?.sentence ?? 'no example'}`,
    ];
  });
}

const removes = ({ kind }: SmallWorld): boolean => kind === 'withdraw' || kind === 'suspend';

const isEdited = ({ pes }: NetworkView): boolean =>
  pes.some(({ vrfs }) => vrfs.some((vrf) => vrf.anomalies.length > 0));

const othersOf = ({ active, subject }: SmallWorld) => active.filter(({ id }) => id !== subject.id);

/**
 * What is by hand and no business of this change stays; nothing of the subject is anywhere but where it shall be. Where a removal finds wasl's
 * own objects edited in a VRF of a party, what they give a route target that no other agreement has goes with them.
 */
function afterwards(world: SmallWorld): NetworkView {
  const { view, subject, previous } = world;
  const own = new Set([...subject.flows, ...(previous?.flows ?? [])].map((flow) => flow.routeTarget));
  const put = brutePut(view, removes(world) ? [] : [subject]);
  const agreed = new Set(othersOf(world).flatMap(({ flows }) => flows.map((flow) => flow.routeTarget)));
  const parties = new Set<string | null>(subject.flows.flatMap(({ from, to }) => [from, to]));
  return {
    pes: view.pes.map((pe, at) => ({
      ...pe,
      vrfs: pe.vrfs.map((vrf, index) => {
        const isMended = removes(world) && vrf.anomalies.length > 0 && parties.has(vrf.vpn);
        const goes = (target: RouteTarget) => own.has(target) || (isMended && !agreed.has(target));
        const share = Object.entries(vrf.share).map(([family, { imports, exports }]) => {
          const more = put.pes[at]?.vrfs[index]?.share[family as 'ipv4' | 'ipv6'] ?? { imports: [], exports: [] };
          return [
            family,
            {
              imports: [...imports.filter((target) => !goes(target)), ...more.imports],
              exports: [...exports.filter((rule) => !goes(rule.routeTarget)), ...more.exports],
            },
          ];
        });
        return { ...vrf, share: Object.fromEntries(share) };
      }),
    })),
  };
}

/** The plan of it: made where there is something to do, and doing it. */
function planDiffers(world: SmallWorld): string[] {
  const { view, active, subject, previous, kind, astray, held } = world;
  const own = [...subject.flows, ...(previous?.flows ?? [])].map((flow) => String(flow.routeTarget));
  const isThere = shareTargets(view).some((target) => own.includes(target));
  let plan: Plan;
  try {
    const more = { ...(previous === undefined ? {} : { previous }), ...(held === undefined ? {} : { held }) };
    plan = planChange(planInput({ view, active, subject, kind, ...more }));
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    if (!removes(world) && RIGHTLY_REFUSED.includes(error.code)) return [];
    if (!removes(world) && (astray || isEdited(view)) && error.code === 'VRF_DRIFTED') return [];
    const empty = removes(world) || kind === 'modify' || !isThere ? 'PLAN_EMPTY' : 'VRF_DRIFTED';
    if (error.code === empty && nothingToDo(world, isThere)) return [];
    return [`${kind}: ${error.code} ${error.message}`];
  }
  const planned = applyPlan(view, plan);
  const found: string[] = [];
  const [is, shall] = [bruteCarried(planned), bruteCarried(afterwards(world))];
  if ([...is].some((line) => !shall.has(line)) || [...shall].some((line) => !is.has(line))) {
    found.push(`${kind}: the plan does not lead to what is agreed`);
  }
  if (removes(world) && shareTargets(planned).some((target) => own.includes(target))) {
    found.push(`${kind}: something of it is left`);
  }
  if (removes(world)) {
    for (const { name, verdict, counterExamples } of plan.proofs) {
      if (verdict !== 'pass') found.push(`${kind}: ${name} is ${verdict}: ${counterExamples[0]?.sentence}`);
    }
  }
  return found;
}

/** For a removal: nothing of it is there. For what opens: it is all there already, by hand. */
function nothingToDo(world: SmallWorld, isThere: boolean): boolean {
  if (removes(world)) return !isThere;
  return canonical(world.view) === canonical(afterwards(world));
}

const canonical = (view: NetworkView): string =>
  JSON.stringify(
    view.pes.map(({ vrfs }) =>
      vrfs.map(({ share }) =>
        Object.values(share).map(({ imports, exports }) => [
          [...imports].sort(),
          exports.map(({ routeTarget, scope }) => `${routeTarget} ${[...scope].sort().join(' ')}`).sort(),
        ]),
      ),
    ),
  );

export const shareTargets = (view: NetworkView): string[] =>
  view.pes.flatMap(({ vrfs }) =>
    vrfs.flatMap(({ share }) =>
      Object.values(share).flatMap(({ imports, exports }) => [...imports, ...exports.map((rule) => rule.routeTarget)]),
    ),
  );
