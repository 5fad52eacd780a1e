import type { RouterCheck } from '../api/network-wire.ts';
import { countOf } from '../domain/count-of.ts';
import { worstClass } from '../domain/router-check.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Paint } from './paint.ts';
import { formatDuration, procedureInWords } from './wording.ts';

/** What a router said of itself, with every finding. `brief`: without what is in order, for many at once. */
export function showRouterCheck(check: RouterCheck, paint: Paint, brief = false): string[] {
  return [
    headline(check, paint),
    ...(brief || !check.answers ? [] : details(check)),
    ...check.findings.flatMap(({ severity, fact, remedy }) => [
      `  ${severity === 'fault' ? paint('red', '✗') : paint('yellow', '!')} ${fact}`,
      `      ${remedy}`,
    ]),
    ...(brief ? [] : check.notes.map((note) => `  note       ${note}`)),
    ...(brief ? [] : check.capabilities.map((capability) => paint('dim', `  offers     ${capability}`))),
  ];
}

function headline({ pe, answers, verdict, answerMs, findings }: RouterCheck, paint: Paint): string {
  const name = paint('bold', pe);
  if (!answers) return `${paint('red', '✗')} ${name} does not answer`;
  if (verdict === 'unknown') return `${paint('red', '✗')} ${name} does not give its configuration`;
  const time = `answers in ${formatDuration(answerMs ?? 0)}`;
  const remarks = findings.filter(({ severity }) => severity === 'remark').length;
  const aside = remarks === 0 ? '' : `; ${countOf(remarks, 'remark')}`;
  if (verdict === 'pass') return `${paint('green', '✓')} ${name} ${time} and is as the inventory says${aside}`;
  return `${paint('red', '✗')} ${name} ${time}; ${countOf(findings.length - remarks, 'fault')}${aside}`;
}

function details({ procedure, login, candidate, lock, sessions, clockSkewMs, vrfs }: RouterCheck): string[] {
  const clock =
    clockSkewMs === null
      ? 'not told'
      : `${formatDuration(Math.abs(clockSkewMs))} ${clockSkewMs < 0 ? 'behind' : 'ahead'}`;
  return [
    `  procedure  ${procedureInWords(procedure ?? 'unknown')}`,
    ...(login === null || login.length === 0 ? [] : [`  login      by ${login.join(', then ')}`]),
    `  candidate  ${candidate === 'none' ? 'there is none: edits reach running at once' : candidate}`,
    `  lock       ${lockInWords(lock)}`,
    `  sessions   ${sessions === null ? 'not told' : `${sessions} open`}`,
    `  clock      ${clock}`,
    `  VRFs       ${vrfs.asListed} of ${vrfs.listed} as the inventory lists them`,
  ];
}

function lockInWords(lock: RouterCheck['lock']): string {
  if (lock === null) return 'not told';
  const { datastore, state, holder, how } = lock;
  if (state === 'held') return `of ${datastore}: held by ${holder ?? 'somebody whom the router does not name'}`;
  if (state === 'free') return `of ${datastore}: free${how === 'tried' ? ' (taken and given back)' : ''}`;
  return `of ${datastore}: not known${how === 'not tried' ? '; trying it could cost somebody uncommitted work' : ''}`;
}

/** 0 where every router is in order; else the class of the worst fault. */
export function checkExitCode(checks: readonly Pick<RouterCheck, 'findings'>[]): number {
  const worst = worstClass(checks.flatMap(({ findings }) => findings));
  return worst === null ? EXIT.ok : exitCodeOf(worst);
}

/** The last line under many routers. */
export function summariseChecks(checks: readonly RouterCheck[]): string {
  const count = (verdict: RouterCheck['verdict']) => checks.filter((check) => check.verdict === verdict).length;
  const [fail, unknown] = [count('fail'), count('unknown')];
  const parts = [
    `${count('pass')} of ${countOf(checks.length, 'router')} in order`,
    ...(fail === 0 ? [] : [`${fail} with faults`]),
    ...(unknown === 0 ? [] : [`${unknown} not learnt`]),
  ];
  return parts.join(', ');
}
