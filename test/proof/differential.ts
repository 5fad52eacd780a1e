/** What is right of one small world, by the slow model; sentences about what is not. */
import type { NetworkView } from '../../src/domain/network-view.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { WaslError } from '../../src/errors.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import type { ChangeUnderProof } from '../../src/proof/change-under-proof.ts';
import { proveChange } from '../../src/proof/prove-change.ts';
import { applyPlan, planInput } from '../plan/samples.ts';
import { bruteCarried, brutePut } from './brute-force.ts';
import { slowVerdicts } from './oracle.ts';
import { lead, type SmallWorld } from './worlds.ts';

/** Refusals of what opens that the world explains. */
const RIGHTLY_REFUSED = ['PREFIX_NOT_ORIGINATED', 'PREFIX_DEFAULT_ROUTE', 'VRF_MISSING'];

export function disagreements(world: SmallWorld): string[] {
  return [...proofsDiffer(world), ...planDiffers(world)];
}

/** The proofs of the change as it shall be, each against the slow one. */
function proofsDiffer(world: SmallWorld): string[] {
  const { view, subject, kind } = world;
  const after = lead(afterwards(world), world.mistakes);
  const change: ChangeUnderProof = { kind, before: view, after, subject, others: othersOf(world) };
  const slow = slowVerdicts(change);
  return proveChange(change).proofs.flatMap(({ name, verdict, counterExamples }) => {
    const right = slow[name as keyof typeof slow];
    if (verdict === right) return [];
    return [
      `${kind}: ${name} is ${verdict}, the slow model says ${right}: ${counterExamples[0]?.sentence ?? 'no example'}`,
    ];
  });
}

const othersOf = ({ active, subject }: SmallWorld) => active.filter(({ id }) => id !== subject.id);

/** What is by hand and no business of this change stays; nothing of the subject is anywhere but where it shall be. */
function afterwards(world: SmallWorld): NetworkView {
  const { view, subject, kind } = world;
  const own = new Set(subject.flows.map((flow) => flow.routeTarget));
  const put = brutePut(view, kind === 'withdraw' ? [] : [subject]);
  return {
    pes: view.pes.map((pe, at) => ({
      ...pe,
      vrfs: pe.vrfs.map((vrf, index) => {
        const share = Object.entries(vrf.share).map(([family, { imports, exports }]) => {
          const more = put.pes[at]?.vrfs[index]?.share[family as 'ipv4' | 'ipv6'] ?? { imports: [], exports: [] };
          return [
            family,
            {
              imports: [...imports.filter((target) => !own.has(target)), ...more.imports],
              exports: [...exports.filter((rule) => !own.has(rule.routeTarget)), ...more.exports],
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
  const { view, active, subject, kind, astray } = world;
  const own = subject.flows.map((flow) => String(flow.routeTarget));
  const isThere = shareTargets(view).some((target) => own.includes(target));
  let plan: Plan;
  try {
    plan = planChange(planInput({ view, active, subject, kind }));
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    if (kind === 'provision' && RIGHTLY_REFUSED.includes(error.code)) return [];
    if (kind === 'provision' && astray && error.code === 'VRF_DRIFTED') return [];
    const empty = kind === 'withdraw' || !isThere ? 'PLAN_EMPTY' : 'VRF_DRIFTED';
    if (error.code === empty && nothingToDo(world, isThere)) return [];
    return [`${kind}: ${error.code} ${error.message}`];
  }
  const planned = applyPlan(view, plan);
  const found: string[] = [];
  const [is, shall] = [bruteCarried(planned), bruteCarried(afterwards(world))];
  if ([...is].some((line) => !shall.has(line)) || [...shall].some((line) => !is.has(line))) {
    found.push(`${kind}: the plan does not lead to what is agreed`);
  }
  if (kind === 'withdraw' && shareTargets(planned).some((target) => own.includes(target))) {
    found.push('withdraw: something of it is left');
  }
  if (kind === 'withdraw') {
    for (const { name, verdict, counterExamples } of plan.proofs) {
      if (verdict !== 'pass') found.push(`withdraw: ${name} is ${verdict}: ${counterExamples[0]?.sentence}`);
    }
  }
  return found;
}

/** For a removal: nothing of it is there. For what opens: it is all there already, by hand. */
function nothingToDo(world: SmallWorld, isThere: boolean): boolean {
  if (world.kind === 'withdraw') return !isThere;
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

const shareTargets = (view: NetworkView): string[] =>
  view.pes.flatMap(({ vrfs }) =>
    vrfs.flatMap(({ share }) =>
      Object.values(share).flatMap(({ imports, exports }) => [...imports, ...exports.map((rule) => rule.routeTarget)]),
    ),
  );
