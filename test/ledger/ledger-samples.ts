import type { Digest } from '../../src/domain/canonical-json.ts';
import { GENESIS_HASH, hashLedgerEntry, type LedgerEntry } from '../../src/domain/ledger-entry.ts';

/** A chain of rows about these subjects, one a minute. */
export function chainOf(subjects: readonly string[]): LedgerEntry[] {
  let previousHash: Digest = GENESIS_HASH;
  return subjects.map((subject, index) => {
    const at = new Date(Date.UTC(2026, 10, 22, 8, index)).toISOString();
    const fact = { actor: 'engineer-1', action: 'test.recorded', subject, body: { index }, at };
    const sequence = index + 1;
    const entry = { ...fact, sequence, previousHash, hash: hashLedgerEntry(sequence, previousHash, fact) };
    previousHash = entry.hash;
    return entry;
  });
}

/** With the row at `index` (from 0) changed, and its hash left or made to fit. */
export function tampered(
  chain: readonly LedgerEntry[],
  index: number,
  change: Partial<LedgerEntry>,
  hash: 'kept' | 'recomputed',
): LedgerEntry[] {
  return chain.map((entry, position) => {
    if (position !== index) return entry;
    const changed = { ...entry, ...change };
    return hash === 'kept'
      ? changed
      : { ...changed, hash: hashLedgerEntry(changed.sequence, changed.previousHash, changed) };
  });
}
