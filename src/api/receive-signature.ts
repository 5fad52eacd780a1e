import type { SignedTimes } from '../domain/approval-window.ts';
import { signatureDigest } from '../domain/signature-digest.ts';
import type { Statement } from '../domain/statement.ts';
import { WaslError } from '../errors.ts';
import {
  completeSignatures,
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
  if (given === null) throw unsigned();
  const believed = trust();
  const [installation, now] = [believed.installation ?? (await deps.store.readInstallation()), clock()];
  const completed = await refusing(() => completeSignatures(given, { trust: believed, ask: ask(believed), at: now }));
  const text = writeSignedDocument(completed);
  const report = await verifyStatement(text, statement, {
    ...{ trust: believed, installation, at: now, receivedAt: now, stage: 'receipt' },
  });
  if (report.verdict === 'pass') return received(completed, report);
  throw refusalOf(report, text);
}

const unsigned = () =>
  new WaslError('SIGNATURE_MISSING', 'the decision comes without a signed document', { path: 'signed' });

function received(document: SignedDocument, { signedAt, provenAt }: SignedTimes, unproven?: string): ReceivedSignature {
  const signed = {
    ...{ text: writeSignedDocument(document), signature: signatureDigest(document) },
    ...(signedAt === null ? {} : { signedAt: signedAt.toISOString() }),
    ...(unproven === undefined ? {} : { unproven }),
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

/**
 * The officer's signature under the plan of a removal: no source that is away, and no trust file that is broken, keeps a route open. What needs no
 * authority's answer must hold; the rest is kept with the reason. null: this server believes nobody, and none was brought. Throws SIGNATURE_MISSING,
 * SIGNATURE_REFUSED.
 */
export async function receiveRemovalSignature(
  deps: Means,
  statement: Statement,
  given: SignedDocument | null,
): Promise<ReceivedSignature | null> {
  try {
    return await receiveSignature(deps, statement, given);
  } catch (error) {
    if (!(error instanceof WaslError) || error.code === 'SIGNATURE_REFUSED') throw error;
    const believed = trustOrNull(deps);
    if (given === null) {
      if (believed === null) return null;
      throw error;
    }
    const unproven = withoutNames(error.message, given);
    if (believed === null) return received(given, NO_TIMES, unproven);
    const now = believed.clock();
    const installation = believed.trust.installation ?? (await deps.store.readInstallation());
    const report = await verifyStatement(writeSignedDocument(given), statement, {
      ...{ trust: believed.trust, installation, at: now, receivedAt: now, stage: 'closing' },
    });
    if (report.verdict !== 'pass') throw refusalOf(report, writeSignedDocument(given));
    return received(given, report, unproven);
  }
}

const NO_TIMES: SignedTimes = { signedAt: null, provenAt: null };

/** null: it has none, or the file cannot be read. */
function trustOrNull({ signatures }: Means) {
  try {
    return signatures === null ? null : { trust: signatures.trust(), clock: signatures.clock };
  } catch (error) {
    if (error instanceof WaslError) return null;
    throw error;
  }
}

/**
 * The same of what closes, which no trust file that is broken and no source that is away keeps up: what cannot be told yet is kept with the reason, for
 * whoever verifies it later, and what does not hold is no signature, which is told.
 */
export async function receiveClosingSignature(
  deps: Means,
  statement: Statement,
  given: SignedDocument,
): Promise<{ readonly signed: SignedDecisionText | null; readonly refusedSignature?: string }> {
  try {
    return { signed: (await receiveSignature(deps, statement, given)).signed };
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    // The ledger keeps it for good.
    const why = withoutNames(error.message, given);
    if (error.code === 'SIGNATURE_REFUSED') return { signed: null, refusedSignature: why };
    return { signed: received(given, NO_TIMES, why).signed };
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
