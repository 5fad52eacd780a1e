import type { AuditAnswer } from '../api/audit-wire.ts';
import type { NetworkAudit } from '../domain/audit.ts';
import { countOf } from '../domain/count-of.ts';
import { EXIT } from './exit-codes.ts';
import type { Paint } from './paint.ts';

type Result = Pick<AuditAnswer, 'verdict' | 'examined' | 'uncovered' | 'missing' | 'doubts' | 'unread'> & {
  /** Absent in audits of before. */
  readonly leftBehind?: number | undefined;
  readonly assumptions: readonly string[];
  readonly told?: readonly string[] | undefined;
  readonly findings: readonly (Omit<NetworkAudit['findings'][number], 'pe' | 'vrf' | 'routeTarget' | 'prefix'> & {
    readonly routeTarget: string | null;
  })[];
};

const SAYS: Readonly<Record<Result['verdict'], string>> = {
  pass: 'every route between VPNs is under an agreement that has not ended, and all that is agreed is there',
  fail: 'the network is not as agreed',
  unknown: 'nothing was found that is not as agreed, and part of the network is not known',
};

/** The verdict, what it rests on, and the first of what speaks against it with its rules and its remedy. */
export function showAudit(title: string, result: Result, paint: Paint): string[] {
  const { verdict, examined, uncovered, leftBehind = 0, missing, doubts, unread } = result;
  const { assumptions, findings, told: notes = [] } = result;
  const counts = [
    countOf(examined, 'route'),
    `${uncovered} under no agreement`,
    ...(leftBehind === 0 ? [] : [`${leftBehind} left behind`]),
    `${missing} missing`,
    `${doubts} not understood`,
    `${countOf(unread, 'router')} not read`,
  ];
  const told = findings.flatMap(({ kind, sentence, rules, remedy }) => [
    `${paint('red', kind.toUpperCase())}: ${sentence}`,
    ...rules.map((rule) => paint('dim', `  because ${rule}`)),
    `  ${remedy}`,
  ]);
  const more = uncovered + leftBehind + missing + doubts + unread - findings.length;
  return [
    paint('bold', title),
    `${paint(verdict === 'pass' ? 'green' : 'red', verdict)}: ${SAYS[verdict]}`,
    counts.join(', '),
    ...told,
    ...(more > 0 ? [`and ${more} more`] : []),
    ...notes.map((note) => `note ${note}`),
    ...assumptions.map((assumption) => paint('dim', `assuming ${assumption}`)),
  ];
}

/** A failed audit is for a person, as one that is not known. */
export function auditExitCode({ verdict }: Pick<Result, 'verdict'>): number {
  return verdict === 'pass' ? EXIT.ok : verdict === 'fail' ? EXIT.permanent : EXIT.unknown;
}
