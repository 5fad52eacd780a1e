import type { Operation, PlanAnswer } from '../api/wire.ts';
import { countOf } from '../domain/count-of.ts';
import { revertsByItself } from '../domain/plan.ts';
import { type Language, PLAN_PHRASES } from '../domain/plan-phrases.ts';
import { effectLines, type PlanLine, planText } from '../domain/plan-text.ts';
import { isolateText, type Paint } from './paint.ts';
import { paintVerdict, procedureInWords, scopeInWords, shortTarget } from './wording.ts';

/** A plan as an approver reads it: what opens, what closes, what each router gets, what was proved and what will be tried. */
export function showPlan(plan: PlanAnswer, paint: Paint): string[] {
  return [
    paint('bold', `Plan ${plan.id}: ${plan.kind} ${plan.interconnectId}`),
    `made ${plan.createdAt} by ${plan.createdBy}`,
    `digest ${plan.digest}`,
    '',
    paint('bold', PLAN_PHRASES.en.after),
    ...showEffect(plan, paint),
    '',
    paint('bold', 'On the routers'),
    ...showRouters(plan, paint),
    ...(plan.left ?? []).map(({ pe, reason }) => `  ${paint('yellow', `not yet at ${pe}`)}: ${reason}`),
    ...(plan.told ?? []).map((fact) => `  ${paint('yellow', 'note')} ${fact}`),
    ...(plan.toAccept ?? []).map(
      ({ name, sentence }) => `  ${paint('yellow', `to accept by name ${name}`)}: ${sentence}`,
    ),
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

function showEffect(plan: PlanAnswer, paint: Paint): string[] {
  return effectLines(plan, PLAN_PHRASES.en).map((line) => `  ${paintLine(line, paint)}`);
}

/** Title, digest and sections in the words of a language; whoever approves reads the XML and the sentences of proofs beside it. */
export function showPlanText(plan: PlanAnswer, language: Language, paint: Paint): string[] {
  const { title, sections } = planText(plan, language, isolateText);
  return [
    paint('bold', title),
    plan.digest,
    ...sections.flatMap((section) => [
      '',
      paint('bold', section.title),
      ...section.lines.map((line) => `  ${paintLine(line, paint)}`),
    ]),
  ];
}

function paintLine({ mark, text }: PlanLine, paint: Paint): string {
  if (mark === null) return text;
  if (mark === 'ok') return paint('green', text);
  if (mark === '!') return paint('red', text);
  return `${paint(mark === '+' ? 'green' : mark === '-' ? 'red' : 'yellow', mark)} ${text}`;
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
