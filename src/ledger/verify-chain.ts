import type { Digest } from '../domain/canonical-json.ts';
import { GENESIS_HASH, hashLedgerEntry, type LedgerEntry } from '../domain/ledger-entry.ts';

/** The last row of a chain: its hash covers every row before it. */
export interface LedgerHead {
  readonly sequence: number;
  readonly hash: Digest;
}

/** Before the first row. */
export const GENESIS: LedgerHead = { sequence: 0, hash: GENESIS_HASH };

export type ChainFinding =
  | { readonly intact: true; readonly head: LedgerHead }
  /** The first row that is not what it should be, and why, in one sentence. */
  | { readonly intact: false; readonly sequence: number; readonly reason: string };

/**
 * Recomputes the chain from the rows alone. `after` continues a chain whose earlier part was verified before.
 * Rows cut off at the end do not show here: compare the head with a signed one.
 */
export function verifyChain(entries: readonly LedgerEntry[], after: LedgerHead = GENESIS): ChainFinding {
  let head = after;
  for (const entry of entries) {
    const sequence = head.sequence + 1;
    const reason = findBreak(entry, head);
    if (reason !== null) return { intact: false, sequence, reason };
    head = { sequence, hash: entry.hash };
  }
  return { intact: true, head };
}

function findBreak(entry: LedgerEntry, before: LedgerHead): string | null {
  const expected = before.sequence + 1;
  if (entry.sequence !== expected) return `row ${expected} is missing: row ${entry.sequence} stands in its place`;
  if (entry.previousHash !== before.hash) return `row ${expected} does not follow the row before it`;
  if (entry.hash !== recompute(entry)) return `row ${expected} was altered: its content does not have its hash`;
  return null;
}

/** null for a content that has no canonical form: wasl never wrote it. */
function recompute(entry: LedgerEntry): Digest | null {
  try {
    return hashLedgerEntry(entry.sequence, entry.previousHash, entry);
  } catch {
    return null;
  }
}
