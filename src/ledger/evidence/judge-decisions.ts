/** Who decided what in the evidence of a change, and whether the signatures of it hold: by the rules of the gate at push, against an auditor's own trust. */
import { z } from 'zod';
import { refuseBeyondRequest } from '../../domain/agreed-reach.ts';
import { windowEnd } from '../../domain/approval-window.ts';
import type { Digest } from '../../domain/canonical-json.ts';
import { CHANGE_KIND_RULES, type ChangeKind } from '../../domain/change-kinds.ts';
import { type DueStatement, dueStatements, twiceSigned } from '../../domain/due-statements.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import type { DecisionFacts } from '../../domain/may-decide.ts';
import { interconnectOf, type PlanId } from '../../domain/names.ts';
import type { Plan } from '../../domain/plan.ts';
import { digestPolicy, POLICY_PROPOSED, POLICY_PUBLISHED, type PolicyTerms } from '../../domain/policy.ts';
import { OPERATOR, type SigningKind } from '../../domain/signing-document.ts';
import { refuseSpentPower } from '../../domain/spent-power.ts';
import type { Statement } from '../../domain/statement.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { WaslError } from '../../errors.ts';
import {
  type EntryReport,
  judgeHandSigned,
  newestProof,
  type StatementReport,
  type Trust,
  verifyStatement,
} from '../../signatures/index.ts';
import { findStarted, findSubmitted, type ShownEntry, signatureNamedBy } from './format.ts';
import { type Decided, formOf, type Intact, listDecided, policiesOf, requestOf } from './list-decided.ts';
import { listPushes, type Pushed } from './list-pushes.ts';
import { listOwnHands } from './own-hands.ts';

/** One decision of the record, in the order in which they were taken. */
export interface JudgedDecision {
  readonly sequence: number;
  readonly kind: SigningKind;
  /** The version of the policy, the request or the plan, with its digest. */
  readonly subject: Statement['subject'];
  /** A party, or `operator`. */
  readonly party: string;
  /** As the API knew them. */
  readonly person: string;
  /** ISO 8601 with zone. */
  readonly decidedAt: string;
  /** `unsigned`: the word of a token. `absent`: its document is not in the file. `by-hand`: a scanned form, the weaker kind, that the trust file takes. */
  readonly verdict: Verdict | 'unsigned' | 'absent' | 'by-hand';
  /** One sentence for a person. */
  readonly reason: string;
  /** The person's signature and the organisation's seal. */
  readonly signatures: readonly EntryReport[];
}

export interface JudgedEvidence {
  readonly decisions: readonly JudgedDecision[];
  /** What must be signed for what was pushed, and is not, or not so that it holds; or a signature that does not hold. Empty: all holds. */
  readonly faults: readonly string[];
  /** Whether something was pushed by this change: what must be signed for it is asked for only then. */
  readonly isPushed: boolean;
}

/** Asks nobody: what shows that a signature holds stands in the file, or it does not hold. */
export async function judgeDecisions(evidence: Intact, trust: Trust): Promise<JudgedEvidence> {
  try {
    return await judgeRows(evidence, trust);
  } catch (error) {
    if (error instanceof WaslError) throw error;
    // Rows of a ledger, and of no form that wasl writes: whatever they make fail, nothing was shown to be signed.
    return { decisions: [], faults: ['its rows are not of the form of decisions'], isPushed: true };
  }
}

async function judgeRows(evidence: Intact, trust: Trust): Promise<JudgedEvidence> {
  const decided = listDecided(evidence);
  const installation = trust.installation ?? evidence.installation;
  const question = { trust, installation };
  const reports = new Map<Decided, StatementReport>();
  for (const each of decided) {
    if (each.signed === null || each.statement === null || each.document === null) continue;
    const receivedAt = new Date(each.decidedAt);
    const at = laterOf(receivedAt, newestProof(each.document));
    const { signed, statement } = each;
    const verify = (stage: 'receipt' | 'closing') =>
      verifyStatement(signed, statement, { ...question, at, receivedAt, stage });
    const report = await verify('receipt');
    // What opens is held against more below, whatever its row says.
    const isEnough = report.verdict === 'pass' || !isUnproven(each.row);
    reports.set(each, isEnough ? report : await verify('closing'));
  }
  const faults = [...reports].flatMap(([each, { verdict, reason }]) =>
    verdict === 'pass' ? [] : [`row ${each.row.sequence}: ${reason}`],
  );
  for (const { sequence, subject, body } of evidence.entries.filter(({ action }) => action === POLICY_PROPOSED)) {
    const isOwn = digestPolicy(body as unknown as PolicyTerms) === body.digest && subject === `policy/${body.version}`;
    if (!isOwn) faults.push(`row ${sequence}: ${subject} is not what its digest says`);
  }
  const unnamed = decided.filter(({ document, statement }) => document !== null && statement === null);
  for (const { row } of unnamed) faults.push(`row ${row.sequence}: the policy that it names is not in the file`);
  const timeless = decided.find(({ signed, decidedAt }) => signed !== null && !isTime(decidedAt));
  if (timeless !== undefined) faults.push(`row ${timeless.row.sequence}: ${timeless.decidedAt} is no time`);
  faults.push(...listOwnHands(evidence, decided));
  const pushes = listPushes(evidence.entries);
  for (const push of pushes) {
    const before = decided.filter(isApproving).filter(({ row }) => row.sequence < push.sequence);
    faults.push(...(await judgePush(push, evidence, before, reports, question)));
  }
  return {
    decisions: decided.map((each) => toJudged(each, reports.get(each), evidence, trust)),
    faults: [...new Set(faults)],
    isPushed: pushes.length > 0,
  };
}

/** It came when an authority was away, and closed something all the same. */
const isUnproven = ({ body }: ShownEntry): boolean => body.unproven !== undefined;

type Approving = Decided & { readonly subject: Exclude<Decided['subject'], 'withdrawal'> };
const isApproving = (each: Decided): each is Approving => each.subject !== 'withdrawal';

const isTime = (text: string): boolean => z.iso.datetime({ offset: true }).safeParse(text).success;

const laterOf = (one: Date, other: Date | null): Date => (other !== null && other > one ? other : one);

/** Those before a row. */
const asLedger = (entries: readonly ShownEntry[], before: number): LedgerEntry[] =>
  entries.filter((each) => each.sequence < before);

/** Of a plan as it is hashed. */
type PlanContents = Pick<Plan, 'gained'> & { readonly window?: { readonly notBefore: string | null } };

/** What must have been signed for this push, and is not or does not hold. */
async function judgePush(
  { sequence, planId, at, lastAt }: Pushed,
  evidence: Intact,
  decided: readonly Approving[],
  reports: Map<Decided, StatementReport>,
  question: { readonly trust: Trust; readonly installation: string },
): Promise<string[]> {
  const { bundle, entries, changeId } = evidence;
  const kind = findStarted(entries, changeId)?.body.kind as ChangeKind;
  const { onlyTakesAway } = CHANGE_KIND_RULES[kind];
  const planDigests = digestsOfPlans(changeId, entries, decided);
  const digest = planDigests[numberOf(changeId, planId) - 1] ?? '';
  const requestDigest = String(findSubmitted(entries, changeId)?.body.requestDigest);
  const contents = bundle.plans.find(({ id }) => id === planId)?.contents as PlanContents | undefined;
  const notBefore = contents?.window?.notBefore ?? null;
  const push = {
    ...{ changeId, plannedFor: changeId, kind, planId, digest, contentDigest: digest, notBefore },
    ...{ requestContentDigest: requestDigest, earlierDigests: planDigests },
  };
  const due = dueStatements(
    push,
    factsOf(evidence, requestDigest),
    decided,
    {
      planDigests,
      policies: policiesOf(entries),
    },
    { now: at, when: 'push' },
  );
  const faults: string[] = [];
  if (!onlyTakesAway) {
    const opening = { id: interconnectOf(changeId), changeId, planId };
    const spent = refuseSpentPower(opening, asLedger(entries, sequence));
    if (spent !== null) faults.push(spent.fact);
  }
  // Parties are shown no plan.
  if (contents !== undefined && !onlyTakesAway) {
    const beyond = refuseBeyondRequest({ ...contents, id: planId as PlanId }, requestOf(evidence)?.flows ?? []);
    if (beyond !== null) faults.push(beyond.fact);
  }
  const signers = new Map<string, string>();
  for (const each of due) {
    // An approval that names what it accepts is not shown to parties.
    if (bundle.edition === 'parties' && each.side === OPERATOR && each.candidates.length === 0) continue;
    // From when a plan may begin stands in the plan, which parties are not shown.
    const isBounded = each.side === OPERATOR && !onlyTakesAway && contents !== undefined;
    const endOf = (report: StatementReport) => (isBounded ? windowEnd(push, report) : null);
    const held = await findHeld(each, at, { ...question, isLate: onlyTakesAway, reports, endOf, lastAt });
    if (typeof held === 'string') faults.push(held);
    else {
      const other = twiceSigned(each, held.certificates, signers);
      if (other !== null) faults.push(other);
    }
  }
  return faults;
}

/** The report of the first candidate that holds; else why the last one does not. */
async function findHeld(
  { what, candidates }: DueStatement<Approving>,
  pushedAt: Date,
  {
    trust,
    installation,
    isLate,
    reports,
    lastAt,
    endOf,
  }: {
    readonly trust: Trust;
    readonly installation: string;
    readonly isLate: boolean;
    readonly reports: Map<Decided, StatementReport>;
    /** Of the attempts by this plan. */
    readonly lastAt: Date;
    /** Until when one that holds is enough; null: for ever. */
    readonly endOf: (report: StatementReport) => Date | null;
  },
): Promise<StatementReport | string> {
  let fault = `${what} is missing`;
  for (const { decided, statement } of candidates) {
    const { signed, document, decidedAt } = decided;
    const byHand = judgeHandSigned(trust, statement, formOf(decided.row));
    if (byHand?.verdict === 'pass') return byHand;
    if (byHand !== null) {
      fault = `${what} does not hold: ${byHand.reason}`;
      continue;
    }
    if (signed === null || document === null) {
      const isUnsigned = signatureNamedBy(decided.row) === null;
      fault = `${what} ${isUnsigned ? 'is the word of a token: no document was signed' : 'is not in the file'}`;
      continue;
    }
    const receivedAt = new Date(decidedAt);
    const asked = isLate
      ? ({ at: laterOf(receivedAt, newestProof(document)), stage: 'closing' } as const)
      : // What was renewed for a later push shows more of the same.
        ({ at: laterOf(pushedAt, newestProof(document)), stage: 'gate' } as const);
    const report = await verifyStatement(signed, statement, { trust, installation, receivedAt, ...asked });
    reports.set(decided, report);
    const latest = Number(pushedAt) + trust.clockSkewSeconds * 1_000;
    const isLater = report.provenAt !== null && Number(report.provenAt) > latest;
    const until = report.verdict === 'pass' ? endOf(report) : null;
    const isOver = until !== null && until <= lastAt;
    if (report.verdict === 'pass' && !isLater && !isOver) return report;
    const ended = isOver ? `its window ended at ${until.toISOString()}` : report.reason;
    const why = isLater ? `it was signed at ${report.provenAt?.toISOString()}, after the push` : ended;
    fault = `${what} does not hold: ${why}`;
  }
  return fault;
}

/** A list has a place for each: a number that no change comes to would fill the memory. */
const PLANS_MAX = 10_000;

/** 0: it is no plan of the change. Each number is written in one way, so that no plan takes another's place. */
function numberOf(changeId: string, planId: string): number {
  const number = Number(/-P([1-9]\d{0,5})$/.exec(planId)?.[1] ?? 0);
  return planId === `${changeId}-P${number}` && number <= PLANS_MAX ? number : 0;
}

/** By the rows of the plans; in an edition without them by those of the approvals. */
function digestsOfPlans(changeId: string, entries: readonly ShownEntry[], decided: readonly Decided[]): string[] {
  const digests: string[] = [];
  const note = (planId: string, digest: unknown) => {
    const number = numberOf(changeId, planId);
    if (number > 0) digests[number - 1] = String(digest);
  };
  for (const { subject, row, digest } of decided) if (subject === 'plan') note(String(row.body.planId), digest);
  for (const { action, subject, body } of entries) if (action === 'plan.saved') note(subject, body.digest);
  return Array.from(digests, (digest) => digest ?? '');
}

function factsOf(evidence: Intact, requestDigest: string): DecisionFacts {
  const { entries, changeId } = evidence;
  const request = requestOf(evidence);
  const submitted = findSubmitted(entries, changeId);
  const published = entries
    .filter(({ action }) => action === POLICY_PUBLISHED)
    .map(({ subject, body: { digest, inForceFrom, graceDays } }) => {
      const of = { digest: digest as Digest, inForceFrom: String(inForceFrom), graceDays: Number(graceDays) };
      return { ...of, version: subject.replace(/^policy\//, '') };
    });
  return {
    ...{ id: interconnectOf(changeId), lifecycle: 'requested', owners: null, requestDigest, withdrawnBy: null },
    parties: submitted?.body.parties as readonly string[],
    requestedBy: submitted?.actor ?? '',
    validFrom: request?.validFrom ?? null,
    validUntil: request?.validUntil ?? '',
    ...{ change: null, plan: null, approvals: [], altered: [] },
    policy: { agreed: request?.policyVersion ?? '', published, acceptances: [] },
  };
}

const BARE = 'it holds as far as it can be told without timestamp and revocation data, which is enough for what closes';

const KINDS = {
  policy: 'policy-acceptance',
  request: 'request',
  plan: 'plan-approval',
  withdrawal: 'withdrawal',
} as const;

function toJudged(
  each: Decided,
  report: StatementReport | undefined,
  { bundle }: Intact,
  trust: Trust,
): JudgedDecision {
  const { row, subject, digest, party, decidedAt, statement } = each;
  const isAbsent = bundle.absent.some(({ what }) => what === `row ${row.sequence}`);
  const none = isAbsent
    ? ({ verdict: 'absent', reason: 'its signed document is not in the file' } as const)
    : ({ verdict: 'unsigned', reason: 'it is the word of a token: no document was signed' } as const);
  const byHand = statement === null ? null : judgeHandSigned(trust, statement, formOf(row));
  const told = byHand?.verdict === 'pass' ? ({ ...byHand, verdict: 'by-hand' } as const) : byHand;
  const isBare = isUnproven(row) && report?.entries.some(({ level }) => level !== 'B-LT') === true;
  const { verdict, reason } =
    isBare && report.verdict === 'pass' ? { ...report, reason: BARE } : (report ?? told ?? none);
  return {
    ...{ sequence: row.sequence, kind: KINDS[subject], person: row.actor, decidedAt, verdict, reason },
    party: subject === 'plan' ? OPERATOR : party,
    subject: statement?.subject ?? { id: row.subject, digest: digest as Digest },
    signatures: report?.entries ?? [],
  };
}
