import { randomBytes } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';
import { signatureDigest } from '../domain/signature-digest.ts';
import { readSigningDocument, type SigningDocument } from '../domain/signing-document.ts';
import { composeStatement, restorationStatement, restoredSize, type Statement } from '../domain/statement.ts';
import { WaslError } from '../errors.ts';
import {
  type AskSource,
  completeSignatures,
  readSignedDocument,
  type Trust,
  verifyStatement,
  writeSignedDocument,
} from '../signatures/index.ts';
import type { Store } from '../store/store.ts';
import { type HeadKeeper, type KeptHead, RECORD_RESTORED, type RecordMemory } from './record-memory.ts';

const NONCE_BYTES = 24;

export interface RestorationMeans {
  readonly store: Pick<Store, 'appendLedger'>;
  readonly trust: Trust;
  readonly ask: AskSource;
  readonly installation: string;
  readonly now: Date;
}

/**
 * Follows the record. Where it is not the one that was seen, it was written by somebody, or restored from a backup: then an officer signs for the
 * very rows that are there, and the worker goes on from them. What is to be signed it gives out. Throws RECORD_ALTERED as long as nobody has.
 */
export async function followRecord(memory: RecordMemory, means: RestorationMeans): Promise<void> {
  try {
    await memory.follow();
  } catch (error) {
    const { kept, keeper } = memory;
    if (!(error instanceof WaslError) || error.code !== 'RECORD_ALTERED' || kept === null || keeper === null)
      throw error;
    const signed = await readSigned({ kept, keeper, memory }, means);
    if (signed === null) {
      await offer({ kept, keeper, memory }, means);
      throw error;
    }
    const { head, preparedAt, signature } = signed;
    await memory.restore(head, preparedAt);
    const signaturesAfter = preparedAt.toISOString();
    const body = { from: kept.size, to: head.size, root: head.root, signature, signaturesAfter };
    await means.store.appendLedger({ actor: 'wasl', action: RECORD_RESTORED, subject: 'ledger', body });
  }
}

interface Lost {
  readonly memory: RecordMemory;
  /** What the record is not a continuation of. */
  readonly kept: KeptHead;
  readonly keeper: HeadKeeper;
}

/** The head that an officer has signed for; null: nobody did. Throws SIGNATURE_SOURCE. */
async function readSigned({ memory, kept, keeper }: Lost, { trust, ask, installation, now }: RestorationMeans) {
  const given = await keeper.readRestoration();
  const document = given === null ? null : documentIn(given);
  const size = document === null ? null : restoredSize(document);
  if (given === null || document === null || size === null) return null;
  const head = await memory.headNow(size);
  try {
    const completed = await completeSignatures(readSignedDocument(given), { trust, ask, at: now });
    const asked = { trust, installation, at: now, receivedAt: now, stage: 'receipt' } as const;
    const of: Statement = restorationStatement(kept, head);
    const { verdict } = await verifyStatement(writeSignedDocument(completed), of, asked);
    return verdict === 'pass'
      ? { head, preparedAt: new Date(document.preparedAt), signature: signatureDigest(completed) }
      : null;
  } catch (error) {
    if (error instanceof WaslError && error.code === 'SIGNED_DOCUMENT_INVALID') return null;
    throw error;
  }
}

async function offer({ memory, kept, keeper }: Lost, { trust, installation, now }: RestorationMeans): Promise<void> {
  const statement = restorationStatement(kept, await memory.headNow());
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  const document = composeStatement(statement, { installation, seals: trust.seals, preparedAt: now, nonce });
  await keeper.offerRestoration(canonicalJson(document));
}

/** null: it is no signed document. */
function documentIn(text: string): SigningDocument | null {
  try {
    const { payload } = readSignedDocument(text);
    return readSigningDocument(Buffer.from(payload, 'base64url'));
  } catch (error) {
    if (error instanceof WaslError) return null;
    throw error;
  }
}
