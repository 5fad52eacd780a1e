import { type Statement, statementFault } from '../domain/statement.ts';
import type { Verdict } from '../domain/verdict.ts';
import { WaslError } from '../errors.ts';
import type { SubIndication } from './finding.ts';
import { readSignedDocument } from './jades.ts';
import { type EntryReport, type VerificationQuestion, verifySignatures } from './verify.ts';

export interface StatementReport {
  readonly verdict: Verdict;
  /** One sentence for a person. */
  readonly reason: string;
  /** Of the first signature that does not pass; null: it has none, or the document says something else. */
  readonly subIndication: SubIndication | null;
  /** SHA-256 of the certificates that signed. */
  readonly certificates: readonly string[];
  /** By then every signature was there; null where that was not found out. */
  readonly provenAt: Date | null;
  /** The earliest time that one of its signers says; null: none does. */
  readonly signedAt: Date | null;
  /** It was not signed before, within the skew of clocks; null: it says something else, or nothing. */
  readonly preparedAt: Date | null;
  /** One by one; none where the document says something else. */
  readonly entries: readonly EntryReport[];
}

const NOTHING = {
  ...{ subIndication: null, certificates: [], entries: [] },
  ...{ provenAt: null, signedAt: null, preparedAt: null },
} as const;

/** Whether a signed document, as kept or received, is this very statement, signed by everybody who must. Asks nobody but the trust at hand. */
export async function verifyStatement(
  text: string,
  statement: Statement,
  question: VerificationQuestion,
): Promise<StatementReport> {
  let signed: ReturnType<typeof readSignedDocument>;
  try {
    signed = readSignedDocument(text);
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    return { ...NOTHING, verdict: 'fail', reason: error.message };
  }
  const { verdict, reason, document, entries } = await verifySignatures(signed, question);
  const fault = document === null ? null : statementFault(document, statement, question.trust.seals);
  if (fault !== null) return { ...NOTHING, verdict: 'fail', reason: fault };
  const bad = entries.find((each) => each.verdict !== 'pass');
  const proven = entries.map(({ provenAt }) => provenAt).filter((at) => at !== null);
  const said = entries.map(({ signedAt }) => signedAt).filter((at) => at !== null);
  return {
    ...{ verdict, reason, subIndication: bad?.subIndication ?? null },
    certificates: entries.flatMap(({ certificate }) => (certificate === null ? [] : [certificate.sha256])),
    entries,
    provenAt: proven.length < entries.length ? null : new Date(Math.max(...proven.map(Number))),
    signedAt: said.length === 0 ? null : new Date(Math.min(...said.map(Number))),
    preparedAt: document === null ? null : new Date(document.preparedAt),
  };
}
