import type { LedgerEntry, LedgerFact } from '../domain/ledger-entry.ts';
import type { LedgerFinding, LedgerReview } from '../domain/ledger-review.ts';
import type { PersonId } from '../domain/names.ts';

export interface TreeNodeRow {
  readonly level: number;
  readonly index: number;
  readonly hash: string;
}

export interface CheckpointRecord {
  /** Rows that it covers. */
  readonly size: number;
  /** As it was signed. */
  readonly note: string;
  /** ISO 8601 with zone. */
  readonly signedAt: string;
  readonly cosignatures: readonly CosignatureRecord[];
  /** RFC 3161 over the note, DER in base64. Absent: none was asked for. */
  readonly timestamp?: string;
}

export interface CosignatureRecord {
  /** The verifier key that the witness gave. */
  readonly witness: string;
  readonly line: string;
  readonly receivedFrom: PersonId;
  readonly receivedAt: string;
}

export interface LedgerReviewRecord extends LedgerReview {
  /** ISO 8601 with zone. */
  readonly at: string;
}

/** The record that is only ever added to, and what vouches for it. */
export interface LedgerStore {
  appendLedger(fact: Omit<LedgerFact, 'at' | 'nonce'>): Promise<LedgerEntry>;
  readLedger(filter: { readonly afterSequence: number; readonly limit?: number }): Promise<LedgerEntry[]>;
  /** All entries about these subjects, in order. */
  listLedgerOf(subjects: readonly string[]): Promise<LedgerEntry[]>;
  /** The sequence of its last row; 0: it has none. */
  countLedger(): Promise<number>;
  countTreeNodes(level: number): Promise<number>;
  readTreeNodes(subtrees: readonly Omit<TreeNodeRow, 'hash'>[]): Promise<TreeNodeRow[]>;
  /** Those that are there stay as they are. */
  saveTreeNodes(nodes: readonly TreeNodeRow[]): Promise<void>;
  /** `after`: the size of the last one that the signer has seen. False, and nothing kept, where another one is the last by now. */
  saveCheckpoint(checkpoint: {
    readonly size: number;
    readonly note: string;
    readonly after: number;
  }): Promise<boolean>;
  /** In order of their sizes. */
  listCheckpoints(filter: { readonly afterSize: number; readonly limit?: number }): Promise<CheckpointRecord[]>;
  /** null: none was signed yet. */
  readLastCheckpoint(): Promise<Omit<CheckpointRecord, 'cosignatures' | 'timestamp'> | null>;
  /** When the last timestamp over a checkpoint came, ISO 8601 with zone; null: there is none. */
  readLastTimestamp(): Promise<{ readonly size: number; readonly receivedAt: string } | null>;
  /** Of a checkpoint that is kept; the first one stays. */
  saveTimestamp(timestamp: { readonly size: number; readonly token: string }): Promise<void>;
  readCheckpoint(size: number): Promise<CheckpointRecord | null>;
  /** Of a checkpoint that is kept; one of each witness. COSIGNATURE_INVALID where there are too many. */
  saveCosignature(cosignature: {
    readonly size: number;
    readonly witness: string;
    readonly line: string;
    readonly from: PersonId;
  }): Promise<void>;
  /** Every interconnect, plan and inventory of the register held against the ledger: where they are not one. */
  reviewRegister(): Promise<{ readonly interconnects: number; readonly findings: readonly LedgerFinding[] }>;
  saveLedgerReview(review: LedgerReview): Promise<void>;
  /** The last one; null: there was none yet. */
  readLedgerReview(): Promise<LedgerReviewRecord | null>;
}
