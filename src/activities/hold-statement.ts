import type { Candidate, DueStatement } from '../domain/due-statements.ts';
import type { InterconnectId } from '../domain/names.ts';
import { WaslError } from '../errors.ts';
import {
  type AskSource,
  judgeHandSigned,
  newestProof,
  readSignedDocument,
  renewRevocation,
  type StatementReport,
  type Trust,
  type VerificationQuestion,
  verifyStatement,
  withoutNames,
  writeSignedDocument,
} from '../signatures/index.ts';
import type { SignedDecision } from '../store/signed-rows.ts';
import type { Store } from '../store/store.ts';
import { laterOf } from './own-clock.ts';

export interface Holding {
  readonly store: Pick<Store, 'renewSigned'>;
  readonly trust: Trust;
  readonly ask: AskSource;
  readonly id: InterconnectId;
  readonly installation: string;
  readonly now: Date;
  /** `gate`: as of now, and what is stale is asked for again. Else by the time at which it was decided, and nobody is asked. */
  readonly stage: VerificationQuestion['stage'];
  /** Why one that holds is not enough; null: it is. Another candidate may be. */
  readonly refuse: (report: StatementReport, decided: SignedDecision) => WaslError | null;
}

/**
 * The report of the first candidate that holds. Throws the refusal of the last one: SIGNATURE_MISSING, SIGNATURE_REFUSED, or SIGNATURE_UNPROVEN
 * where it cannot be told yet.
 */
export async function holdStatement(
  { what, candidates }: DueStatement<SignedDecision>,
  holding: Holding,
): Promise<StatementReport> {
  let refusal = new WaslError('SIGNATURE_MISSING', `${what} is missing`);
  for (const candidate of candidates) {
    const report = await verify(candidate, holding);
    const isNotEnough = report?.verdict === 'pass' ? holding.refuse(report, candidate.decided) : undefined;
    if (report !== null && isNotEnough === null) return report;
    refusal =
      isNotEnough ??
      (report === null ? missing(what, candidate.decided) : refusalOf(what, report, candidate.decided.signed));
  }
  throw refusal;
}

/** What does not open here may open elsewhere, or later: only what is not there is missing. */
function missing(what: string, { shut }: SignedDecision): WaslError {
  if (shut === 'locked') return new WaslError('PERSONAL_KEY_MISSING', `${what} is sealed, and its key is not here`);
  if (shut === 'altered') return new WaslError('RECORD_ALTERED', `${what} is not what was sealed`);
  const why = shut === 'erased' ? ': its document was erased' : ' is the word of a token: no document was signed';
  return new WaslError('SIGNATURE_MISSING', `${what}${why}`);
}

/** It goes where facts are kept, told and logged: to no place where a signatory's name is sealed. */
function refusalOf(what: string, { reason, subIndication }: StatementReport, signed: string | null): WaslError {
  const told = signed === null ? reason : withoutNames(reason, signed);
  const why = subIndication === null ? told : `${told} (${subIndication})`;
  const code = subIndication === 'TRY_LATER' ? 'SIGNATURE_UNPROVEN' : 'SIGNATURE_REFUSED';
  return new WaslError(code, `${what} does not hold: ${why}`);
}

/** null: nothing was signed. */
async function verify(
  { decided, statement }: Candidate<SignedDecision>,
  { store, trust, ask, id, installation, now, stage }: Holding,
): Promise<StatementReport | null> {
  const { signed, decidedAt, form } = decided;
  if (signed === null) return judgeHandSigned(trust, statement, form);
  const receivedAt = new Date(decidedAt);
  const asked = { trust, installation, receivedAt, at: stage === 'gate' ? now : judgedAt(signed, receivedAt), stage };
  const report = await verifyStatement(signed, statement, asked);
  // What may be mended by what an authority has published since; nothing else is asked for.
  if (stage !== 'gate' || report.verdict !== 'unknown') return report;
  const renewed = await renew(signed, { trust, ask, at: now });
  const second = await verifyStatement(renewed, statement, asked);
  if (second.verdict === 'pass') await store.renewSigned(id, decided, renewed);
  return second;
}

/** What was completed since it came shows more of the same. */
function judgedAt(signed: string, receivedAt: Date): Date {
  try {
    return laterOf(receivedAt, newestProof(readSignedDocument(signed)) ?? receivedAt);
  } catch (error) {
    // The verdict says that it is none.
    if (error instanceof WaslError) return receivedAt;
    throw error;
  }
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
