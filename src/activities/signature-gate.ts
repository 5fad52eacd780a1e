/** The signatures themselves, verified by this worker against its own trust: nothing is believed from API, Temporal or database. */
import { CHANGE_KIND_RULES } from '../domain/change-kinds.ts';
import { type Candidate, type DueStatement, dueStatements, type StatementGrounds } from '../domain/due-statements.ts';
import type { DecisionFacts } from '../domain/may-decide.ts';
import type { Push } from '../domain/may-push.ts';
import type { InterconnectId } from '../domain/names.ts';
import { OPERATOR } from '../domain/signing-document.ts';
import { WaslError } from '../errors.ts';
import {
  type AskSource,
  askListsOnce,
  readSignedDocument,
  renewRevocation,
  type SignatureMeans,
  type StatementReport,
  type Trust,
  verifyStatement,
  writeSignedDocument,
} from '../signatures/index.ts';
import type { SignedDecision } from '../store/signed-rows.ts';
import type { Store } from '../store/store.ts';

export interface GateQuestion {
  /** A recovery writes to routers too: it gives back, or confirms, what a plan says. */
  readonly when: 'push' | 'recovery';
  readonly push: Push;
  readonly facts: DecisionFacts;
  readonly planDigests: readonly string[];
  readonly policyVersion: string;
}

const HOUR_MS = 3_600_000;
/** How far a host's clock may be off from the record's before what it says of dates counts. */
const OFF_MS_MAX = HOUR_MS / 4;

/**
 * Throws SIGNATURE_MISSING or SIGNATURE_REFUSED where a decision of the record is not signed, SIGNATURE_UNPROVEN where it cannot be told yet.
 * What only takes away, and a recovery, is verified by the time at which it was approved: no authority that is away keeps a route open, or a change
 * half done.
 */
export async function requireSignatures(
  store: Store,
  means: SignatureMeans | null,
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
  const [recorded, decided] = await Promise.all([store.readInstallation(), store.listSignedDecisions(id)]);
  // Its own word first: a name that the database says makes signatures of a laboratory good for the backbone.
  const installation = trust.installation ?? recorded;
  const grounds = await readGrounds(store, question, decided);
  // A host may keep another time than the record, and whoever owns the record may set its clock: the later one proves less to them.
  const own = means.clock();
  const now = new Date(Math.max(own.getTime(), store.now().getTime()));
  const ask = askListsOnce(means.ask(trust));
  if (!isLate) requireDates(push, facts, own);
  const due = dueStatements<SignedDecision>(push, facts, decided, grounds, { now, when });
  const signers = new Map<string, string>();
  for (const each of due) {
    const report = await requireOne(each, { store, trust, ask, id, installation, now, isLate });
    requireNobodyTwice(each, report, signers);
    if (each.side === OPERATOR && !isLate) requireWindow(push, report, now);
  }
}

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

/** Start and end stand in what was signed: the record's clock, which the law goes by, is not believed for them alone. */
function requireDates({ notBefore }: Push, { id, validFrom, validUntil }: DecisionFacts, now: Date): void {
  const start = [notBefore, validFrom].find((each) => each !== null && Date.parse(each) > now.getTime() + OFF_MS_MAX);
  const isEnded = Date.parse(validUntil) <= now.getTime() - OFF_MS_MAX;
  if (start == null && !isEnded) return;
  const fact = isEnded ? `the agreement of ${id} ended at ${validUntil}` : `${id} starts at ${start}`;
  throw new WaslError('NOT_ITS_TIME', `${fact}; by this worker's clock it is ${now.toISOString()}`);
}

async function readGrounds(
  store: Store,
  { planDigests, policyVersion }: GateQuestion,
  decided: readonly SignedDecision[],
): Promise<StatementGrounds> {
  const accepted = new Set(decided.flatMap(({ subject, digest }) => (subject === 'policy' ? [digest] : [])));
  const policies = await store.listPolicies();
  return {
    planDigests,
    policies: policies.filter(({ version, digest }) => version === policyVersion || accepted.has(digest)),
  };
}

interface Verifying {
  readonly store: Store;
  readonly trust: Trust;
  readonly ask: AskSource;
  readonly id: InterconnectId;
  readonly installation: string;
  readonly now: Date;
  /** It is verified by the time at which it was decided. */
  readonly isLate: boolean;
}

/** The first candidate that holds; else the refusal of the last one. */
async function requireOne(
  { what, candidates }: DueStatement<SignedDecision>,
  verifying: Verifying,
): Promise<StatementReport> {
  let refusal = new WaslError('SIGNATURE_MISSING', `${what} is missing`);
  for (const candidate of candidates) {
    const report = await verify(candidate, verifying);
    if (report === null) {
      refusal = missing(what, candidate.decided);
      continue;
    }
    if (report.verdict === 'pass') return report;
    const isToCome = report.subIndication === 'TRY_LATER';
    const why = report.subIndication === null ? report.reason : `${report.reason} (${report.subIndication})`;
    refusal = new WaslError(isToCome ? 'SIGNATURE_UNPROVEN' : 'SIGNATURE_REFUSED', `${what} does not hold: ${why}`);
  }
  throw refusal;
}

/** What does not open here may open elsewhere, or later: only what is not there is missing. */
function missing(what: string, { shut }: SignedDecision): WaslError {
  if (shut === 'locked') return new WaslError('PERSONAL_KEY_MISSING', `${what} is sealed, and its key is not here`);
  if (shut === 'altered') return new WaslError('RECORD_ALTERED', `${what} is not what was sealed`);
  const why = shut === 'erased' ? 'its document was erased' : 'is the word of a token: no document was signed';
  return new WaslError('SIGNATURE_MISSING', `${what}${shut === 'erased' ? ': ' : ' '}${why}`);
}

async function verify(
  { decided, statement }: Candidate<SignedDecision>,
  { store, trust, ask, id, installation, now, isLate }: Verifying,
): Promise<StatementReport | null> {
  const { signed, decidedAt } = decided;
  if (signed === null) return null;
  const question = isLate
    ? ({ at: new Date(decidedAt), stage: 'receipt' } as const)
    : ({ at: now, stage: 'gate' } as const);
  const asked = { trust, installation, receivedAt: new Date(decidedAt), ...question };
  const report = await verifyStatement(signed, statement, asked);
  // What may be mended by what an authority has published since; nothing else is asked for.
  if (isLate || report.verdict !== 'unknown') return report;
  const renewed = await renew(signed, { trust, ask, at: now });
  const second = await verifyStatement(renewed, statement, asked);
  if (second.verdict === 'pass') await store.renewSigned(id, decided, renewed);
  return second;
}

/** As it was where its document cannot be read: the verdict says that. */
async function renew(text: string, means: Parameters<typeof renewRevocation>[1]): Promise<string> {
  try {
    return writeSignedDocument(await renewRevocation(readSignedDocument(text), means));
  } catch (error) {
    if (error instanceof WaslError && error.class !== 'transient') return text;
    throw error;
  }
}

/** One certificate signs for one side: a person who signs for two has decided alone. */
function requireNobodyTwice(
  { what, side }: DueStatement<SignedDecision>,
  { certificates }: StatementReport,
  signers: Map<string, string>,
): void {
  for (const certificate of certificates) {
    const other = signers.get(certificate) ?? side;
    if (other !== side) {
      throw new WaslError('SIGNATURE_REFUSED', `${what} does not hold: its certificate has signed for ${other}, too`);
    }
    signers.set(certificate, side);
  }
}

/** An approval holds for its window by the time that is proven under it, whatever the record says of when it was given. */
function requireWindow({ kind, planId, notBefore }: Push, { provenAt }: StatementReport, now: Date): void {
  const { windowHours } = CHANGE_KIND_RULES[kind];
  if (windowHours === null || provenAt === null) return;
  const startMs = Math.max(provenAt.getTime(), notBefore === null ? 0 : Date.parse(notBefore));
  const until = new Date(startMs + windowHours * HOUR_MS);
  if (until > now) return;
  throw new WaslError(
    'SIGNATURE_REFUSED',
    `the approval of plan ${planId} was signed at ${provenAt.toISOString()}: its window ended at ${until.toISOString()}`,
  );
}
