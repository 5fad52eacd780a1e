/** The signatures themselves, verified by this worker against its own trust: nothing is believed from API, Temporal or database. */
import pMap from 'p-map';
import { CHANGE_KIND_RULES } from '../domain/change-kinds.ts';
import {
  type DueStatement,
  dueStatements,
  type StatementGrounds,
  twiceSigned,
  vouchingStatements,
} from '../domain/due-statements.ts';
import { type DecisionFacts, type LawRefusal, refused } from '../domain/may-decide.ts';
import type { Push } from '../domain/may-push.ts';
import type { InterconnectId } from '../domain/names.ts';
import { digestPolicy, type PolicyTerms } from '../domain/policy.ts';
import { signatureDigest } from '../domain/signature-digest.ts';
import { OPERATOR } from '../domain/signing-document.ts';
import {
  type AskedAnew,
  lastAskedAnew,
  refuseForgotten,
  refuseOtherTerms,
  refuseSpentPower,
} from '../domain/spent-power.ts';
import { WaslError } from '../errors.ts';
import {
  askListsOnce,
  readSignedDocument,
  type SignatureMeans,
  type StatementReport,
  type Trust,
} from '../signatures/index.ts';
import type { SignedDecision } from '../store/signed-rows.ts';
import type { Store } from '../store/store.ts';
import { refuseOldApproval } from './approval-bounds.ts';
import { type Holding, holdStatement } from './hold-statement.ts';
import { laterOf, OFF_MS_MAX, requireDates } from './own-clock.ts';
import type { RecordMemory } from './record-memory.ts';
import { followRecord } from './restore-record.ts';
import type { UnvouchedClosings } from './vouch-closing.ts';

export interface GateQuestion {
  /** A recovery writes to routers too: it gives back, or confirms, what a plan says. */
  readonly when: 'push' | 'recovery';
  readonly push: Push;
  readonly facts: DecisionFacts;
  readonly planDigests: readonly string[];
  readonly policyVersion: string;
}

/** What a worker holds the record against. */
export interface GateMeans {
  /** Whom it believes; null: nobody, and it opens nothing. */
  readonly signatures: SignatureMeans | null;
  readonly memory: RecordMemory;
  /** What this worker closed that nobody had signed for. */
  readonly unvouched: UnvouchedClosings;
}

/** A push has five; each may ask authorities for something. */
const STATEMENTS_AT_ONCE = 5;

/**
 * Throws SIGNATURE_MISSING or SIGNATURE_REFUSED where a decision of the record is not signed, SIGNATURE_UNPROVEN where it cannot be told yet,
 * RECORD_ALTERED where the record of what opens is no continuation of what this worker has seen. What only takes away, and a recovery, is verified by
 * the time at which it was approved: no authority that is away keeps a route open, or a change half done. Of what only takes away it is enough that its
 * signature is of whom it should be, and that nothing shows that its certificate was revoked; CLOSING_HELD where nobody signed, too often.
 */
export async function requireSignatures(
  store: Store,
  { signatures: means, memory, unvouched }: GateMeans,
  question: GateQuestion,
): Promise<void> {
  const { when, push, facts } = question;
  const { onlyTakesAway } = CHANGE_KIND_RULES[push.kind];
  const isLate = when === 'recovery' || onlyTakesAway;
  if (means === null) {
    if (onlyTakesAway) return;
    throw new WaslError('CONFIGURATION', 'this worker has no trust configuration, and verifies no signature', {
      path: 'WASL_TRUST',
      remedy: 'Name the trust file in WASL_TRUST: without it nothing is opened.',
    });
  }
  const trust = believedBy(means, onlyTakesAway);
  if (trust === null) return;
  const id = facts.id as InterconnectId;
  const [recorded, decided, policies] = await Promise.all([
    store.readInstallation(),
    store.listSignedDecisions(id),
    store.listPolicies(),
  ]);
  // Its own word first: a name that the database says makes signatures of a laboratory good for the backbone.
  const installation = trust.installation ?? recorded;
  const grounds = groundsOf(question, decided, policies);
  const now = laterOf(means.clock(), store.now());
  const ask = askListsOnce(means.ask(trust));
  let askedAnew: AskedAnew | null = null;
  if (!isLate) {
    requireDates(push, facts, means.clock());
    await followRecord(memory, { store, trust, ask, installation, now });
    askedAnew = await requirePower(memory, push, facts, now);
    refuse(refuseOtherTerms(facts.policy.published, policies));
  }
  const due = dueStatements<SignedDecision>(push, facts, decided, grounds, { now, when });
  const stage = onlyTakesAway ? 'closing' : isLate ? 'receipt' : 'gate';
  const holding = { store, trust, ask, id, installation, now, stage } as const;
  if (onlyTakesAway && when === 'push' && due.length === 0) {
    const own = means.clock();
    const vouching = vouchingStatements(push, facts, decided, grounds, new Date(own.getTime() + OFF_MS_MAX));
    return takeUnsigned(vouching, holding, push, { store, unvouched, own });
  }
  const bounds = { push, now, signaturesAfter: memory.signaturesAfter, askedAnew };
  const reports = await holdAll(due, (each) => {
    const isBounded = each.side === OPERATOR && !isLate;
    return holdStatement(each, {
      ...holding,
      refuse: (report, { signed }) => (isBounded ? refuseOldApproval(report, digestOfSigned(signed), bounds) : null),
    });
  });
  const signers = new Map<string, string>();
  for (const [each, report] of reports) {
    const twice = twiceSigned(each, report.certificates, signers);
    if (twice !== null) throw new WaslError('SIGNATURE_REFUSED', twice);
  }
}

/**
 * By its date, or by a rule. Never refused, for nobody can prove that it was not asked for: without a word that anybody signed it is recorded, told, and
 * one of a few. Throws CLOSING_HELD.
 */
async function takeUnsigned(
  vouching: readonly Due[],
  holding: Omit<Holding, 'refuse'>,
  { changeId, kind }: Push,
  { store, unvouched, own }: { readonly store: Store; readonly unvouched: UnvouchedClosings; readonly own: Date },
): Promise<void> {
  const reasons: string[] = [];
  for (const each of vouching) {
    const why = await whyNotHeld(each, holding);
    if (why === null) return;
    reasons.push(why);
  }
  const why = reasons.join('; ');
  if (!unvouched.take({ changeId, kind, why }, own)) return;
  const body = { changeId, kind, why };
  await store.appendLedger({ actor: 'wasl', action: 'closing.unvouched', subject: holding.id, body });
}

/** null: it holds. */
async function whyNotHeld(due: Due, holding: Omit<Holding, 'refuse'>): Promise<string | null> {
  try {
    await holdStatement(due, { ...holding, refuse: () => null });
    return null;
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    return error.message;
  }
}

const digestOfSigned = (signed: string | null) =>
  signed === null ? null : signatureDigest(readSignedDocument(signed));

/**
 * null: a trust file that cannot be read keeps no route open. Throws TRUST_INVALID and CONFIGURATION for what opens, and for its recovery: giving
 * back by a plan that nobody signed may open, too.
 */
function believedBy({ trust }: SignatureMeans, onlyTakesAway: boolean): Trust | null {
  try {
    return trust();
  } catch (error) {
    if (onlyTakesAway) return null;
    throw error;
  }
}

/**
 * By the ledger's rows as this worker has seen them: neither a row that was taken out since, nor one that was written for this look, counts. Gives
 * what the approval must be younger than.
 */
async function requirePower(
  memory: RecordMemory,
  { changeId, planId }: Push,
  { id, policy }: DecisionFacts,
  now: Date,
): Promise<AskedAnew | null> {
  const opening = { id, changeId, planId };
  const entries = await memory.entriesOf([id, changeId]);
  refuse(refuseSpentPower(opening, entries) ?? refuseForgotten(policy.published, memory.publications, now));
  return lastAskedAnew(opening, entries);
}

function refuse(refusal: LawRefusal | null): void {
  if (refusal !== null) throw refused(refusal);
}

function groundsOf(
  { planDigests, policyVersion }: GateQuestion,
  decided: readonly SignedDecision[],
  policies: readonly PolicyTerms[],
): StatementGrounds {
  const accepted = new Set(decided.flatMap(({ subject, digest }) => (subject === 'policy' ? [digest] : [])));
  const isTaken = (terms: PolicyTerms) => terms.version === policyVersion || accepted.has(digestPolicy(terms));
  return { planDigests, policies: policies.filter(isTaken) };
}

type Due = DueStatement<SignedDecision>;

/** Side by side, and told in their order: the refusal is that of the first one that does not hold. */
async function holdAll(due: readonly Due[], hold: (due: Due) => Promise<StatementReport>) {
  const held = await pMap(
    due,
    (each) =>
      hold(each).then(
        (report) => ({ each, report }),
        (refusal: unknown) => ({ each, refusal }),
      ),
    { concurrency: STATEMENTS_AT_ONCE },
  );
  return held.map((one): [Due, StatementReport] => {
    if ('refusal' in one) throw one.refusal;
    return [one.each, one.report];
  });
}
