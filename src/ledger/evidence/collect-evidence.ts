import { canonicalJson, type Digest } from '../../domain/canonical-json.ts';
import { digestLedgerFact, type LedgerEntry } from '../../domain/ledger-entry.ts';
import { type ChangeId, type InterconnectId, interconnectOf, type PlanId } from '../../domain/names.ts';
import type { Plan } from '../../domain/plan.ts';
import { POLICY_ACCEPTED, POLICY_PROPOSED, POLICY_PUBLISHED, policySubject } from '../../domain/policy.ts';
import { signatureDigest } from '../../domain/signature-digest.ts';
import { type SignedDocument, signedDocumentSchema } from '../../domain/signed-document.ts';
import { WaslError } from '../../errors.ts';
import { type LedgerRows, proveInclusion } from '../ledger-tree.ts';
import type { KeptCheckpoint } from '../review-ledger.ts';
import {
  absentRow,
  documentOf,
  documentsNamedBy,
  type Edition,
  EVIDENCE_FORMAT,
  type EvidenceBundle,
  type EvidenceDocument,
  signatureNamedBy,
  signedOf,
  WITHDRAWAL_REQUESTED,
} from './format.ts';
import { isForParties } from './parties-edition.ts';

/** A file is one string; a record of the proofs of a national backbone alone may be larger. */
const DOCUMENT_BYTES_MAX = 32 * 1024 * 1024;
const DOCUMENTS_BYTES_MAX = 160 * 1024 * 1024;

/** What evidence is collected from. */
export interface EvidenceRows extends LedgerRows {
  listLedgerOf(subjects: readonly string[]): Promise<LedgerEntry[]>;
  listCheckpoints(filter: { readonly afterSize: number }): Promise<KeptCheckpoint[]>;
  listPolicies(): Promise<readonly { readonly version: string }[]>;
  listSignedDecisions(
    id: InterconnectId,
  ): Promise<readonly { readonly signed: string | null; readonly shut?: string }[]>;
  /** Of the withdrawal that is in force; null: there is none, or it is the word of a token. */
  readSignedWithdrawal(id: InterconnectId): Promise<{ readonly signed: string | null; readonly shut?: string } | null>;
  listPlanDigests(id: ChangeId): Promise<readonly string[]>;
  readPlan(id: PlanId): Promise<Plan>;
  readPayloads(id: PlanId): Promise<readonly { readonly pe: string; readonly xml: string }[]>;
  /** The bytes of that SHA-256 that a row names, with how many they are; null: they were not kept. */
  findDocument(digest: Digest, bytesMax: number): Promise<Uint8Array | 'too-large' | null>;
}

/** Throws LEDGER_UNSIGNED where no checkpoint covers all that there is of the change. */
export async function collectEvidence(rows: EvidenceRows, changeId: ChangeId, edition: Edition): Promise<string> {
  const found = await collectRows(rows, changeId);
  const shown = edition === 'whole' ? found : found.filter(isForParties);
  const last = found.at(-1)?.sequence ?? 0;
  const checkpoint = bestOf(await rows.listCheckpoints({ afterSize: Math.max(0, last - 1) }));
  if (checkpoint === null) {
    throw new WaslError('LEDGER_UNSIGNED', `row ${last} is younger than the last checkpoint`, {
      remedy: 'Ask again in some seconds: a worker signs the next checkpoint.',
    });
  }
  const entries: EvidenceBundle['entries'] = [];
  for (const row of found) {
    const proof = (await proveInclusion(rows, row.sequence, checkpoint.size)).map((each) => each.toString('base64'));
    entries.push({ entry: shown.includes(row) ? showRow(row) : withholdRow(row), proof });
  }
  const signed = await collectSigned(rows, interconnectOf(changeId), shown);
  const documents = await collectDocuments(rows, shown);
  const bundle: EvidenceBundle = {
    ...{ format: EVIDENCE_FORMAT, edition, changeId, entries },
    checkpoint: checkpoint.note,
    cosignatures: checkpoint.cosignatures.map(({ witness, line }) => ({ witness, line })),
    plans: edition === 'whole' ? await collectPlans(rows, changeId) : [],
    signed: signed.found,
    documents: documents.found.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)),
    absent: [...signed.absent, ...documents.absent].toSorted((a, b) => (a.what < b.what ? -1 : 1)),
  };
  return `${canonicalJson(bundle)}\n`;
}

/** Of the change, its plans and its interconnect; and of the policy what its parties accepted, and which versions were published. */
async function collectRows(rows: EvidenceRows, changeId: ChangeId): Promise<LedgerEntry[]> {
  const planIds = (await rows.listPlanDigests(changeId)).map((_, place) => `${changeId}-P${place + 1}`);
  const own = await rows.listLedgerOf([changeId, interconnectOf(changeId), ...planIds]);
  const submitted = own.find(({ action }) => action === 'request.submitted');
  const parties = (submitted?.body.parties ?? []) as readonly unknown[];
  const versions = (await rows.listPolicies()).map(({ version }) => policySubject(version));
  const ofPolicy = await rows.listLedgerOf(versions);
  const published = ofPolicy.filter(({ action }) => action === POLICY_PUBLISHED);
  const accepted = ofPolicy.filter(({ action, body }) => action === POLICY_ACCEPTED && parties.includes(body.entity));
  const named = (submitted?.body.request as { readonly policyVersion?: string } | undefined)?.policyVersion;
  const bound = new Set([
    ...accepted.map(({ body }) => body.digest),
    ...published.filter(({ subject }) => subject === policySubject(named ?? '')).map(({ body }) => body.digest),
  ]);
  const proposed = ofPolicy.filter(({ action, body }) => action === POLICY_PROPOSED && bound.has(body.digest));
  return [...own, ...published, ...accepted, ...proposed].toSorted((a, b) => a.sequence - b.sequence);
}

function showRow({ sequence, at, actor, action, subject, body, nonce = null, previousHash, hash }: LedgerEntry) {
  return { sequence, at, actor, action, subject, body, nonce, previousHash, hash };
}

/** A fact of before there were nonces could be guessed from its digest; a party learns of those no more than of a later one by it. */
function withholdRow(entry: LedgerEntry) {
  const { sequence, previousHash, hash } = entry;
  return { sequence, previousHash, hash, fact: digestLedgerFact(entry) };
}

interface Collected<Found> {
  readonly found: Found[];
  readonly absent: EvidenceBundle['absent'];
}

async function collectSigned(
  rows: EvidenceRows,
  id: InterconnectId,
  shown: readonly LedgerEntry[],
): Promise<Collected<EvidenceBundle['signed'][number]>> {
  const withdrawal = await rows.readSignedWithdrawal(id);
  const decided = [...(await rows.listSignedDecisions(id)), ...(withdrawal === null ? [] : [withdrawal])];
  const kept = decided.map((each) => ({ ...each, document: readKept(each.signed) }));
  const documents = kept.flatMap(({ document }) => document ?? []);
  // Of whoever signed the same again the record once kept the last document alone; of one that was erased or altered, none.
  const isWhole = kept.every(
    ({ signed, shut, document }) => shut === undefined && (signed === null) === (document === null),
  );
  const why = isWhole ? 'signed-anew' : 'not-kept';
  const byDigest = new Map<string, (typeof documents)[number]>(documents.map((each) => [signatureDigest(each), each]));
  const result: Collected<EvidenceBundle['signed'][number]> = { found: [], absent: [] };
  for (const row of shown) {
    const signature = signatureNamedBy(row);
    if (signature === null) continue;
    const document = byDigest.get(signature);
    // Of a withdrawal that the network side refused nothing is kept.
    const whyIt = row.action === WITHDRAWAL_REQUESTED ? 'not-kept' : why;
    if (isReplacedUnused(row, shown)) result.absent.push({ what: absentRow(row.sequence), why: 'signed-anew' });
    else if (document === undefined) result.absent.push({ what: absentRow(row.sequence), why: whyIt });
    else result.found.push(signedOf(row.sequence, document));
  }
  return result;
}

/**
 * Whether the same side signed the same anew before anything was pushed by it: nothing rests on the one before, of somebody who may sign for nobody
 * any more.
 */
function isReplacedUnused(row: LedgerEntry, shown: readonly LedgerEntry[]): boolean {
  const since = shown.filter(({ sequence }) => sequence > row.sequence);
  const anew = since.find((each) => sideOf(each) === sideOf(row) && signatureNamedBy(each) !== null);
  if (anew === undefined) return false;
  return !since.some(({ action, sequence }) => action === 'transaction.begun' && sequence < anew.sequence);
}

const sideOf = ({ action, body: { party, entity, subject, digest, planId } }: LedgerEntry): string =>
  JSON.stringify([action, party, entity, subject, digest, planId]);

/** null: there is none, or whoever wrote the row wrote something else. */
function readKept(text: string | null): SignedDocument | null {
  if (text === null) return null;
  try {
    return signedDocumentSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

async function collectDocuments(
  rows: EvidenceRows,
  shown: readonly LedgerEntry[],
): Promise<Collected<EvidenceDocument>> {
  const result: Collected<EvidenceDocument> = { found: [], absent: [] };
  let bytes = 0;
  for (const digest of new Set(shown.flatMap(documentsNamedBy))) {
    const content = await rows.findDocument(digest, Math.min(DOCUMENT_BYTES_MAX, DOCUMENTS_BYTES_MAX - bytes));
    if (content === null) result.absent.push({ what: digest, why: 'not-kept' });
    else if (content === 'too-large') result.absent.push({ what: digest, why: 'too-large' });
    else {
      bytes += content.byteLength;
      result.found.push(documentOf(content));
    }
  }
  return result;
}

async function collectPlans(rows: EvidenceRows, changeId: ChangeId): Promise<EvidenceBundle['plans']> {
  const plans: EvidenceBundle['plans'] = [];
  for (const [place] of (await rows.listPlanDigests(changeId)).entries()) {
    const id = `${changeId}-P${place + 1}` as PlanId;
    const { id: _id, createdAt: _at, createdBy: _by, digest: _digest, ...contents } = await rows.readPlan(id);
    const payloads = (await rows.readPayloads(id)).map(({ pe, xml }) => ({ pe, xml }));
    plans.push({ id, contents, payloads });
  }
  return plans;
}

/** For which more witnesses vouch, each of which may have two keys; the younger one of equals. */
function bestOf(checkpoints: readonly KeptCheckpoint[]): KeptCheckpoint | null {
  const witnessesOf = ({ cosignatures }: KeptCheckpoint) =>
    new Set(cosignatures.map(({ receivedFrom }) => receivedFrom)).size;
  const most = Math.max(...checkpoints.map(witnessesOf));
  return checkpoints.findLast((each) => witnessesOf(each) === most) ?? null;
}
