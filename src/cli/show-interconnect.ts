import type { ChangeAnswer, InterconnectAnswer, InterconnectSummary, RefusalAnswer } from '../api/wire.ts';
import { describeLeft } from '../domain/change.ts';
import type { Paint } from './paint.ts';
import { showWarnings } from './show-findings.ts';
import { formatTable } from './table.ts';
import { flowInWords, paintOutcome, paintStanding, shortTarget } from './wording.ts';

export function showInterconnects(list: readonly InterconnectSummary[], paint: Paint): string[] {
  if (list.length === 0) return ['no interconnects'];
  const rows = list.map(({ id, parties, standing, request, reason }) => [
    id,
    parties.join('–'),
    paintStanding(standing, paint),
    request.validUntil,
    request.purpose,
    reason ?? '',
  ]);
  return formatTable(['ID', 'PARTIES', 'STATE', 'UNTIL', 'PURPOSE', 'REASON'], rows, paint);
}

/** One row each, with whose move it is. */
export function showNextSteps(list: readonly InterconnectSummary[], paint: Paint): string[] {
  const rows = list.map(({ id, parties, standing, request, next }) => [
    id,
    parties.join('–'),
    paintStanding(standing, paint),
    request.validUntil,
    request.purpose,
    next ?? '',
  ]);
  return formatTable(['ID', 'PARTIES', 'STATE', 'UNTIL', 'PURPOSE', 'NEXT'], rows, paint);
}

/** The agreement, who signed it, and what was done about it. */
export function showInterconnect(interconnect: InterconnectAnswer, paint: Paint): string[] {
  const { id, parties, standing, reason, request, approvals, changes, routeTargets, withdrawal } = interconnect;
  return [
    `${paint('bold', `Interconnect ${id}: ${parties.join('–')}`)}  ${paintStanding(standing, paint)}`,
    ...(reason === null ? [] : [`  ${reason}`]),
    ...(withdrawal === null
      ? []
      : [`  withdrawal asked by ${withdrawal.by} at ${withdrawal.at}: ${withdrawal.reason}`]),
    ...showLastRead(interconnect, paint),
    `  ${paint('yellow', 'next:')} ${interconnect.next}`,
    '',
    paint('bold', 'Agreed'),
    `  purpose  ${request.purpose}`,
    ...request.flows.map((flow) => `  flow     ${flowInWords(flow)}`),
    ...(routeTargets ?? []).map((flow) => `  target   ${flow.from} to ${flow.to}: ${shortTarget(flow.routeTarget)}`),
    `  period   ${request.validFrom ?? 'as soon as approved'} until ${request.validUntil}`,
    `  policy   ${request.policyVersion}`,
    ...(request.firewallNote === undefined ? [] : [`  firewall ${request.firewallNote}`]),
    `  asked    ${interconnect.createdAt} by ${interconnect.requestedBy} of ${interconnect.requestedByEntity}`,
    `  digest   ${interconnect.requestDigest}`,
    ...showWarnings(interconnect.warnings, paint).map((line) => `  ${line}`),
    '',
    paint('bold', 'Decisions'),
    ...(approvals.length === 0 ? ['  none yet'] : approvals.map((approval) => showApproval(approval, paint))),
    '',
    paint('bold', 'Changes'),
    ...(changes.length === 0 ? ['  none yet'] : changes.flatMap((change) => showChange(change, paint))),
  ];
}

/** What is known of the network is what was last read of it. */
function showLastRead({ lastRead }: Pick<InterconnectAnswer, 'lastRead'>, paint: Paint): string[] {
  if (lastRead === null) return [];
  const { at, alignment, says } = lastRead;
  const found = { 'in-sync': 'as agreed', drifted: paint('red', 'DRIFTED'), unknown: paint('yellow', 'not all of it') };
  return [`  last read at ${at}: ${found[alignment]}${says === null ? '' : `: ${says}`}`];
}

function showApproval(approval: InterconnectAnswer['approvals'][number], paint: Paint): string {
  const { decision, subject, party, person, decidedAt, reason } = approval;
  const verb = decision === 'approve' ? paint('green', 'approved') : paint('red', 'rejected');
  return `  ${verb}  ${subject} for ${party} by ${person} at ${decidedAt}${reason === null ? '' : `: ${reason}`}`;
}

/** The change that a person asks about: the one in hand once it was tried, else the one before. */
export function lastTried(changes: readonly ChangeAnswer[]): ChangeAnswer | undefined {
  const last = changes.at(-1);
  const isUntried = last !== undefined && last.outcome === null && last.attempts === 0 && last.refusal === null;
  return isUntried ? changes.at(-2) : last;
}

export function showChange(change: ChangeAnswer, paint: Paint): string[] {
  const plan = change.planId === null ? 'no plan yet' : `plan ${change.planId}`;
  const { waiting } = change;
  const when = waiting?.nextAt == null ? '' : `; tried again at ${waiting.nextAt}`;
  return [
    `  ${change.id}  ${change.kind}  ${paintOutcome(change, paint)}  ${plan}  ${period(change)}`,
    ...(change.reason === null ? [] : [`      ${change.reason}`]),
    ...(waiting === null ? [] : [`      ${paint('yellow', 'waits')}: ${waiting.reason}${when}`]),
    ...change.left.map((router) => `      ${paint('red', describeLeft([router]))}`),
    ...(change.refusal === null ? [] : showRefusal(change.refusal, paint)),
    ...change.routers.map(({ pe, state, detail }) => `      ${pe}  ${state}${detail === null ? '' : `: ${detail}`}`),
  ];
}

function period({ startedAt, endedAt, requestedBy }: ChangeAnswer): string {
  return `begun ${startedAt} for ${requestedBy}${endedAt === null ? '' : `, ended ${endedAt}`}`;
}

/** What kept the change from going on, and what to do about it. */
export function showRefusal({ code, path, fact, remedy }: RefusalAnswer, paint: Paint): string[] {
  const where = path === null ? '' : `${path}: `;
  return [`      ${paint('red', `${where}${fact}`)} (${code})`, `      ${paint('dim', remedy)}`];
}
