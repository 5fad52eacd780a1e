import { ATTEMPT_RECORDED } from '../domain/attempt-record.ts';
import { countOf } from '../domain/count-of.ts';
import { OPERATOR } from '../domain/signing-document.ts';
import type { ShownEntry } from '../ledger/evidence/format.ts';
import type { JudgedDecision, JudgedEvidence } from '../ledger/evidence/judge-decisions.ts';
import { listUnplanned } from '../ledger/evidence/list-pushes.ts';
import type { EvidenceFinding } from '../ledger/evidence/verify-evidence.ts';
import type { Paint } from './paint.ts';
import { formatTable } from './table.ts';

/** What a sceptic is told of a file: null for `judged` where nobody said whose signatures to believe. */
export function showEvidence(
  { changeId, size, entries, witnessed, bundle }: Extract<EvidenceFinding, { intact: true }>,
  judged: JudgedEvidence | null,
  paint: Paint,
): string[] {
  const rows = entries.map(({ sequence, at, actor, action, subject }) => [
    String(sequence),
    at,
    actor,
    action,
    subject,
  ]);
  const faults = judged?.faults ?? [];
  const sound = faults.length === 0 ? paint('green', 'SOUND') : paint('red', 'NOT SOUND');
  const plans = bundle.plans.length === 0 ? '' : `, ${countOf(bundle.plans.length, 'plan')} with its XML`;
  const documents = bundle.documents.length === 0 ? '' : `, ${countOf(bundle.documents.length, 'document')}`;
  return [
    `${sound}: ${changeId}, ${entries.length} of ${countOf(size, 'row')}${plans}${documents}`,
    ...faults.map((fault) => `  ${paint('red', '✗')} ${fault}`),
    ...witnessed.map(({ witness, at }) => `  cosigned by ${witness} at ${at.toISOString()}`),
    ...(bundle.edition === 'whole' ? listUnrecorded(entries) : []).map(
      (attempt) => `  ${paint('yellow', 'not on record')}: what was sent and read in attempt ${attempt}`,
    ),
    ...(bundle.edition === 'whole' ? listUnplanned(bundle, entries) : []).map(
      ({ planId, pe }) =>
        `  ${paint('yellow', 'not as planned')}: what ${pe} was sent with ${planId}; it was rebased on what others had changed, or it is another`,
    ),
    ...bundle.absent.map(({ what, why }) => `  ${paint('yellow', 'not in the file')}: ${what} (${why})`),
    ...(judged === null
      ? showUnjudged(bundle.signed.length, paint)
      : judged.decisions.flatMap((each) => showDecision(each, paint))),
    ...(judged?.isPushed === true && bundle.edition === 'parties' && !judged.decisions.some(isApproval)
      ? [`  ${paint('yellow', 'not shown to parties')}: the signature of the network side`]
      : []),
    ...(judged === null || judged.isPushed ? [] : ['  no row of the file says that this change pushed anything']),
    ...formatTable(['#', 'AT', 'WHO', 'WHAT', 'ABOUT'], rows, paint),
  ];
}

const isApproval = ({ kind }: JudgedDecision): boolean => kind === 'plan-approval';

const showUnjudged = (count: number, paint: Paint): string[] =>
  count === 0
    ? []
    : [`  ${paint('yellow', 'not verified')}: ${countOf(count, 'signed document')}; name --trust for that`];

const DONE = {
  'policy-acceptance': 'accepted the policy',
  request: 'signed the request',
  'plan-approval': 'approved the plan',
  withdrawal: 'withdrew',
} as const;

function showDecision(
  { kind, party, subject, person, decidedAt, verdict, reason, signatures }: JudgedDecision,
  paint: Paint,
): string[] {
  const side = party === OPERATOR ? 'the network side' : party;
  const done = DONE[kind as keyof typeof DONE];
  const color = verdict === 'pass' ? 'green' : verdict === 'fail' ? 'red' : 'yellow';
  const because = verdict === 'pass' ? '' : `: ${reason}`;
  return [
    `${paint(color, verdict)} ${side} ${done} ${subject.id} at ${decidedAt} (${person})${because}`,
    ...signatures.map(({ signer, certificate, designation, provenAt, level, algorithm }) => {
      const how = signer?.role === 'seal' ? 'sealed by' : 'signed by';
      const office = designation === null ? '' : `, ${designation}`;
      const when = provenAt === null ? '' : `, there at ${provenAt.toISOString()}`;
      const grade =
        level === null || algorithm === null ? '' : ` (${level}, ${algorithm}, certificate ${certificate?.serial})`;
      return `  ${how} ${certificate?.subject ?? 'nobody known'}${office}${when}${grade}`;
    }),
  ];
}

/** Attempts at the routers that left no record: nothing was sent in them, or their worker was lost. */
function listUnrecorded(entries: readonly ShownEntry[]): number[] {
  const steps = entries.filter(({ action }) => action === 'transaction.begun' || action === ATTEMPT_RECORDED);
  return steps.flatMap(({ action, body }, place) =>
    action === ATTEMPT_RECORDED || steps[place + 1]?.action === ATTEMPT_RECORDED ? [] : [Number(body.attempt)],
  );
}
