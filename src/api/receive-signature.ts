import type { SignedTimes } from '../domain/approval-window.ts';
import { signatureDigest } from '../domain/signature-digest.ts';
import type { Statement } from '../domain/statement.ts';
import { WaslError } from '../errors.ts';
import {
  completeSignatures,
  judgeClosing,
  type SignedDocument,
  type StatementReport,
  verifyStatement,
  withoutNames,
  writeSignedDocument,
} from '../signatures/index.ts';
import type { SignedDecisionText } from '../store/signed-rows.ts';
import type { ApiDependencies } from './server-types.ts';

type Means = Pick<ApiDependencies, 'store' | 'signatures'>;

/** A document as the record takes it, and when it was signed. */
export interface ReceivedSignature {
  readonly signed: SignedDecisionText;
  readonly times: SignedTimes;
}

/**
 * Takes a signed document in: time-stamped, with revocation data, and verified as the very statement that the record needs. Throws
 * SIGNATURE_MISSING, SIGNATURE_REFUSED, SIGNATURE_UNPROVEN, SIGNATURE_SOURCE.
 */
export async function receiveSignature(
  deps: Means,
  statement: Statement,
  given: SignedDocument | null,
): Promise<ReceivedSignature> {
  const { trust, ask, clock } = requireMeans(deps);
  const document = requireSigned(given);
  const believed = trust();
  const [installation, now] = [believed.installation ?? (await deps.store.readInstallation()), clock()];
  const completed = await refusing(() =>
    completeSignatures(document, { trust: believed, ask: ask(believed), at: now }),
  );
  const text = writeSignedDocument(completed);
  const report = await verifyStatement(text, statement, {
    ...{ trust: believed, installation, at: now, receivedAt: now, stage: 'receipt' },
  });
  if (report.verdict === 'pass') return received(completed, report);
  throw refusalOf(report, text);
}

export function requireSigned(given: SignedDocument | null): SignedDocument {
  if (given !== null) return given;
  throw new WaslError('SIGNATURE_MISSING', 'the decision comes without a signed document', { path: 'signed' });
}

function received(document: SignedDocument, { signedAt, provenAt }: SignedTimes): ReceivedSignature {
  const signed = {
    ...{ text: writeSignedDocument(document), signature: signatureDigest(document) },
    ...(signedAt === null ? {} : { signedAt: signedAt.toISOString() }),
  };
  return { signed, times: { signedAt, provenAt } };
}

function refusalOf({ reason, subIndication }: StatementReport, text: string): WaslError {
  const code = subIndication === 'TRY_LATER' ? 'SIGNATURE_UNPROVEN' : 'SIGNATURE_REFUSED';
  // What is transient goes into the log, too.
  const told = code === 'SIGNATURE_UNPROVEN' ? withoutNames(reason, text) : reason;
  const why = subIndication === null ? told : `${told} (${subIndication})`;
  return new WaslError(code, why, { path: 'signed' });
}

/** For how long what closes waits for authorities that might prove its signatures at once; what they do not say by then is asked for later. */
const CLOSING_PATIENCE_MS = 5_000;

export interface ReceivedClosing {
  /** With `unproven`, where timestamp and revocation data do not show yet that it holds. null: it does not hold. */
  readonly signed: SignedDecisionText | null;
  /** Why it does not, without names: the ledger keeps it for good. */
  readonly refusedSignature?: string;
  /** The same for whoever brought it. */
  readonly told?: string;
}

/**
 * The same of what closes, which no trust file that is broken and no source that is away keeps up: what cannot be told yet is kept with the reason,
 * and proved later (`prove-closings.ts`); what does not hold is no signature, which is told.
 */
export async function receiveClosingSignature(
  deps: Means,
  statement: Statement,
  given: SignedDocument,
  patienceMs = CLOSING_PATIENCE_MS,
): Promise<ReceivedClosing> {
  const kept = (document: SignedDocument, unproven: string | null) => ({
    ...{ text: writeSignedDocument(document), signature: signatureDigest(document) },
    ...(unproven === null ? {} : { unproven: withoutNames(unproven, document) }),
  });
  const believed = believedBy(deps);
  if (believed instanceof WaslError) return { signed: kept(given, believed.message) };
  const { trust, ask, now: at } = believed;
  const installation = trust.installation ?? (await deps.store.readInstallation());
  const judged = await judgeClosing(given, statement, { trust, ask, at, receivedAt: at, installation, patienceMs });
  if (judged.holds) return { signed: kept(judged.signed, judged.unproven) };
  return { signed: null, refusedSignature: withoutNames(judged.reason, given), told: judged.reason };
}

/** Whether this server has a trust file that it can read. */
export const believesAnybody = (deps: Pick<ApiDependencies, 'signatures'>): boolean =>
  !(believedBy(deps) instanceof WaslError);

/** Why nobody is, where it cannot be told. */
function believedBy(deps: Pick<ApiDependencies, 'signatures'>) {
  try {
    const { trust, ask, clock } = requireMeans(deps);
    const believed = trust();
    return { trust: believed, ask: ask(believed), now: clock() };
  } catch (error) {
    if (error instanceof WaslError) return error;
    throw error;
  }
}

/** A certificate that ended or that nobody known issued is found when its revocation is asked for: the signature does not hold. */
async function refusing(step: () => Promise<SignedDocument>): Promise<SignedDocument> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof WaslError) || error.code !== 'SIGNED_DOCUMENT_INVALID') throw error;
    throw new WaslError('SIGNATURE_REFUSED', error.message, { path: 'signed', cause: error });
  }
}

export function requireMeans({ signatures }: Pick<ApiDependencies, 'signatures'>) {
  if (signatures !== null) return signatures;
  throw new WaslError(
    'CONFIGURATION',
    'this server has no trust configuration, and takes nothing that must be signed',
    {
      path: 'WASL_TRUST',
      remedy: 'Whoever runs the server names the trust file in WASL_TRUST.',
    },
  );
}
