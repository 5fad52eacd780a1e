import type { CryptoKey } from 'jose';
import type { Digest } from '../domain/canonical-json.ts';
import { digestLedgerFact, hashLedgerEntry, type LedgerEntry, linkLedgerRow } from '../domain/ledger-entry.ts';
import { type ChangeId, interconnectOf } from '../domain/names.ts';
import { verifySignedHead } from './sign-head.ts';

const FORMAT = 'wasl-evidence/1';

/** A row of which only the place in the chain is shown: the auditor of one change does not read the others. */
export interface EvidenceLink {
  readonly sequence: number;
  readonly factDigest: Digest;
  readonly hash: Digest;
}

/** Everything the ledger says about one change, as one JSON document that is verified without wasl's database. */
export interface EvidenceBundle {
  readonly format: typeof FORMAT;
  readonly changeId: ChangeId;
  /** The rows of the change, of its plans, and of its interconnect (request, approvals, lifecycle, route targets). */
  readonly entries: readonly LedgerEntry[];
  /** Every row from the first of `entries` to the head, without gaps. */
  readonly links: readonly EvidenceLink[];
  /** Hash of the row before the first link. */
  readonly previousHash: Digest;
  /** JWS over the last link (`signHead`); null when none was signed: then the bundle shows order and content, but not its origin. */
  readonly signedHead: string | null;
}

export type EvidenceFinding =
  | { readonly intact: true; readonly signed: boolean; readonly signedAt: string | null }
  | { readonly intact: false; readonly reason: string };

/** `ledger`: rows in order without gaps, up to the head that was signed. null when it knows nothing of the change. */
export function collectEvidence(
  ledger: readonly LedgerEntry[],
  changeId: ChangeId,
  signedHead: string | null,
): EvidenceBundle | null {
  if (!ledger.some(({ subject }) => subject === changeId)) return null;
  const interconnectId: string = interconnectOf(changeId);
  const belongs = ({ subject }: LedgerEntry) =>
    subject === changeId || subject === interconnectId || subject.startsWith(`${changeId}-P`);
  const entries = ledger.filter(belongs);
  const first = entries[0];
  if (first === undefined) return null;
  const links = ledger
    .filter(({ sequence }) => sequence >= first.sequence)
    .map((entry) => ({ sequence: entry.sequence, factDigest: digestLedgerFact(entry), hash: entry.hash }));
  return { format: FORMAT, changeId, entries, links, previousHash: first.previousHash, signedHead };
}

/** Offline: needs the bundle and, for its origin, the public key that was handed over by another way. */
export async function verifyEvidence(bundle: EvidenceBundle, publicKey: CryptoKey | null): Promise<EvidenceFinding> {
  const broken = (reason: string): EvidenceFinding => ({ intact: false, reason });
  const byRow = new Map<number, EvidenceLink>();
  let previousHash = bundle.previousHash;
  let expected = bundle.links[0]?.sequence ?? 1;
  for (const link of bundle.links) {
    if (link.sequence !== expected) return broken(`row ${expected} is missing from the links`);
    if (link.hash !== linkLedgerRow(link.sequence, previousHash, link.factDigest)) {
      return broken(`row ${link.sequence} does not follow the row before it`);
    }
    byRow.set(link.sequence, link);
    previousHash = link.hash;
    expected += 1;
  }
  for (const entry of bundle.entries) {
    if (byRow.get(entry.sequence)?.hash !== hashOf(entry)) {
      return broken(`row ${entry.sequence} was altered: its content does not have its hash`);
    }
  }
  if (bundle.signedHead === null || publicKey === null) return { intact: true, signed: false, signedAt: null };
  const head = await verifySignedHead(bundle.signedHead, publicKey);
  if (head === null) return broken('the signature is not of this key');
  if (byRow.get(head.sequence)?.hash !== head.hash) return broken(`the signed head, row ${head.sequence}, is another`);
  const unsigned = bundle.entries.find(({ sequence }) => sequence > head.sequence);
  if (unsigned !== undefined) return broken(`row ${unsigned.sequence} is younger than the signed head`);
  return { intact: true, signed: true, signedAt: head.at };
}

/** null for a content that has no canonical form: wasl never wrote it. */
function hashOf(entry: LedgerEntry): Digest | null {
  try {
    return hashLedgerEntry(entry.sequence, entry.previousHash, entry);
  } catch {
    return null;
  }
}
