import type { ChangeAnswer, InterconnectAnswer, InterconnectSummary, RefusalAnswer } from '../api/wire.ts';
import type { Paint } from './paint.ts';
import { formatTable } from './table.ts';
import { flowInWords, paintLifecycle, paintOutcome, shortTarget } from './wording.ts';

export function showInterconnects(list: readonly InterconnectSummary[], paint: Paint): string[] {
  if (list.length === 0) return ['no interconnects'];
  const rows = list.map(({ id, parties, lifecycle, request, reason }) => [
    id,
    parties.join('–'),
    paintLifecycle(lifecycle, paint),
    request.validUntil,
    reason ?? request.purpose,
  ]);
  return formatTable(['ID', 'PARTIES', 'STATE', 'UNTIL', 'REASON OR PURPOSE'], rows, paint);
}

/** The agreement, who signed it, and what was done about it. */
export function showInterconnect(interconnect: InterconnectAnswer, paint: Paint): string[] {
  const { id, parties, lifecycle, reason, request, awaiting, approvals, changes, routeTargets } = interconnect;
  return [
    `${paint('bold', `Interconnect ${id}: ${parties.join('–')}`)}  ${paintLifecycle(lifecycle, paint)}`,
    ...(reason === null ? [] : [`  ${reason}`]),
    ...awaiting.map((whose) => `  ${paint('yellow', 'waits for')} ${whose}`),
    '',
    paint('bold', 'Agreed'),
    `  purpose  ${request.purpose}`,
    ...request.flows.map((flow) => `  flow     ${flowInWords(flow)}`),
    ...(routeTargets ?? []).map((flow) => `  target   ${flow.from} to ${flow.to}: ${shortTarget(flow.routeTarget)}`),
    `  period   ${request.validFrom ?? 'as soon as approved'} until ${request.validUntil}`,
    `  policy   ${request.policyVersion}`,
    `  asked    ${interconnect.createdAt} by ${interconnect.requestedBy} of ${interconnect.requestedByEntity}`,
    `  digest   ${interconnect.requestDigest}`,
    '',
    paint('bold', 'Decisions'),
    ...(approvals.length === 0 ? ['  none yet'] : approvals.map((approval) => showApproval(approval, paint))),
    '',
    paint('bold', 'Changes'),
    ...(changes.length === 0 ? ['  none yet'] : changes.flatMap((change) => showChange(change, paint))),
  ];
}

function showApproval(approval: InterconnectAnswer['approvals'][number], paint: Paint): string {
  const { decision, subject, party, person, decidedAt, reason } = approval;
  const verb = decision === 'approve' ? paint('green', 'approved') : paint('red', 'rejected');
  return `  ${verb}  ${subject} for ${party} by ${person} at ${decidedAt}${reason === null ? '' : `: ${reason}`}`;
}

export function showChange(change: ChangeAnswer, paint: Paint): string[] {
  const plan = change.planId === null ? 'no plan yet' : `plan ${change.planId}`;
  return [
    `  ${change.id}  ${change.kind}  ${paintOutcome(change.outcome, paint)}  ${plan}`,
    ...(change.reason === null ? [] : [`      ${change.reason}`]),
    ...(change.refusal === null ? [] : showRefusal(change.refusal, paint)),
    ...change.routers.map(({ pe, state, detail }) => `      ${pe}  ${state}${detail === null ? '' : `: ${detail}`}`),
  ];
}

/** What kept the change from going on, and what to do about it. */
export function showRefusal({ code, path, fact, remedy }: RefusalAnswer, paint: Paint): string[] {
  const where = path === null ? '' : `${path}: `;
  return [`      ${paint('red', `${where}${fact}`)} (${code})`, `      ${paint('dim', remedy)}`];
}
