import type { Operation, PlanAnswer, WireReachability } from '../api/wire.ts';
import { revertsByItself } from '../domain/plan.ts';
import type { Paint } from './paint.ts';
import { countOf, paintVerdict, procedureInWords, scopeInWords, shortTarget } from './wording.ts';

/** A plan as an approver reads it: what opens, what closes, what each router gets, what was proved and what will be tried. */
export function showPlan(plan: PlanAnswer, paint: Paint): string[] {
  return [
    paint('bold', `Plan ${plan.id}: ${plan.kind} ${plan.interconnectId}`),
    `made ${plan.createdAt} by ${plan.createdBy}`,
    `digest ${plan.digest}`,
    '',
    ...showReach(plan, paint),
    '',
    paint('bold', 'On the routers'),
    ...showRouters(plan, paint),
    ...(plan.left ?? []).map(({ pe, reason }) => `  ${paint('yellow', `not yet at ${pe}`)}: ${reason}`),
    ...(plan.told ?? []).map((fact) => `  ${paint('yellow', 'note')} ${fact}`),
    '',
    paint('bold', 'Proved'),
    ...showProofs(plan, paint),
    '',
    paint('bold', 'When'),
    ...showVerification(plan, paint),
    '',
    paint('bold', 'Decided'),
    ...showDecisions(plan, paint),
  ];
}

function showReach(plan: PlanAnswer, paint: Paint): string[] {
  const exact = plan.proofs.find((proof) => proof.name === 'exact-reachability');
  const closing =
    exact?.verdict === 'pass'
      ? [paint('green', '  Nobody else gains a route (proved).')]
      : [paint('red', '  That nobody else gains a route is NOT proved.')];
  const remains = plan.remains ?? [];
  const stays = new Set(remains.map(({ from, prefix, to }) => `${from} ${prefix} ${to}`));
  const gone = plan.lost.filter(({ from, prefix, to }) => !stays.has(`${from} ${prefix} ${to}`));
  return [
    paint('bold', 'After this'),
    ...groupReach(plan.gained).map((line) => `  ${paint('green', '+')} ${line}`),
    ...groupReach(gone).map((line) => `  ${paint('red', '-')} ${line}`),
    ...remains.map(
      ({ from, prefix, to, by }) =>
        `  ${paint('yellow', '=')} ${prefix} of ${from} stays reachable from ${to}, by ${by ?? "the operator's configuration"}`,
    ),
    ...(plan.gained.length + plan.lost.length === 0 ? ['  nothing changes in who reaches whom'] : []),
    ...closing,
  ];
}

/** One line per prefix and direction; the PEs at which it holds are counted, not listed. */
function groupReach(reachabilities: readonly WireReachability[]): string[] {
  const groups = new Map<string, { first: WireReachability; at: Set<string> }>();
  for (const reach of reachabilities) {
    const key = `${reach.prefix} ${reach.from} ${reach.to} ${reach.via}`;
    const group = groups.get(key) ?? { first: reach, at: new Set<string>() };
    group.at.add(reach.toPe);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ first, at }) => {
    const places = [...at].sort().join(', ');
    return `${first.prefix} of ${first.from} from ${first.to} at ${places} (route target ${shortTarget(first.via)})`;
  });
}

function showRouters(plan: PlanAnswer, paint: Paint): string[] {
  if (plan.routers.length === 0) return ['  none is touched'];
  return plan.routers.flatMap((router) => [
    `  ${paint('bold', router.pe)} ${paint('dim', `(${router.platform}; ${procedureInWords(router.procedure)})`)}`,
    ...router.vrfs.flatMap((vrf) => [
      `    VRF ${vrf.vrf}`,
      ...vrf.operations.map((operation) => `      ${showOperation(operation, vrf.vpn ?? vrf.vrf, paint)}`),
    ]),
  ]);
}

function showOperation(operation: Operation, vpn: string, paint: Paint): string {
  const target = shortTarget(operation.routeTarget);
  const mark = { create: paint('green', '+'), delete: paint('red', '-'), replace: paint('yellow', '~') }[
    operation.operation
  ];
  if (operation.object === 'import') return `${mark} ${operation.family} import ${target}`;
  const now = operation.operation === 'replace' ? ' now' : '';
  return `${mark} ${operation.family} export ${target}${now} for ${scopeInWords(operation.scope, vpn)}`;
}

function showProofs(plan: PlanAnswer, paint: Paint): string[] {
  if (plan.proofs.length === 0) return [paint('red', '  nothing')];
  return plan.proofs.flatMap((proof) => [
    `  ${paintVerdict(proof.verdict, paint)} ${proof.name}`,
    ...proof.counterExamples.map(
      (example) => `      ${paint('red', `${example.pe} ${example.vrf}`)}: ${example.sentence}`,
    ),
    ...proof.assumptions.map((assumption) => paint('dim', `      assuming ${assumption}`)),
  ]);
}

function showVerification(plan: PlanAnswer, paint: Paint): string[] {
  const { notBefore, confirmTimeoutSeconds } = plan.window;
  const pings = plan.probes.filter((probe) => probe.target !== null).length;
  const silent = plan.probes.filter((probe) => probe.expect === 'unreachable').length;
  const keeping = plan.routers.filter(({ procedure }) => !revertsByItself(procedure)).map(({ pe }) => pe);
  return [
    `  ${notBefore === null ? 'as soon as it is approved' : `not before ${notBefore}`}`,
    `  checked within ${confirmTimeoutSeconds} s of the commit, else ${keeping.length === 0 ? 'every router goes back' : 'wasl takes it back everywhere'}:`,
    `  ${countOf(plan.probes.length, 'look')} at routing tables, ${countOf(pings, 'ping')}, of them ${silent} that must stay silent`,
    ...(keeping.length === 0
      ? []
      : [
          paint(
            'red',
            `  NO automatic revert on ${keeping.join(', ')}: committed last and undone by a counter-change of wasl;`,
          ),
          '  when wasl or its way there is lost, or somebody edits the router meanwhile, the change stays until a person acts',
        ]),
  ];
}

function showDecisions(plan: PlanAnswer, paint: Paint): string[] {
  if (plan.approvals.length === 0) return ['  nobody yet'];
  return plan.approvals.map(({ decision, person, decidedAt, reason }) => {
    const verb = decision === 'approve' ? paint('green', 'approved') : paint('red', 'rejected');
    return `  ${verb} by ${person} at ${decidedAt}${reason === null ? '' : `: ${reason}`}`;
  });
}
