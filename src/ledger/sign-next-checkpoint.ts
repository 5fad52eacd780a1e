import { WaslError } from '../errors.ts';
import { type Checkpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { growTree, type LedgerRows, proveConsistency } from './ledger-tree.ts';
import { EMPTY_ROOT, verifyConsistency } from './merkle-tree.ts';
import type { Signer } from './signed-note.ts';

export interface CheckpointRows extends LedgerRows {
  /** The sequence of the last row; 0: there is none. */
  countLedger(): Promise<number>;
  /** null: none was signed yet. */
  readLastCheckpoint(): Promise<{ readonly size: number; readonly note: string } | null>;
  /** False where another one was signed since `after`. */
  saveCheckpoint(checkpoint: {
    readonly size: number;
    readonly note: string;
    readonly after: number;
  }): Promise<boolean>;
}

/**
 * Signs the ledger as it is now, if it grew since the last checkpoint. Throws LEDGER_BROKEN, and signs nothing, where it does not continue
 * that one. Returns the rows that the last checkpoint covers.
 */
export async function signNextCheckpoint(rows: CheckpointRows, signer: Signer): Promise<number> {
  const last = await rows.readLastCheckpoint();
  const before = last === null ? { size: 0, root: EMPTY_ROOT } : ownCheckpoint(last, signer);
  const count = await rows.countLedger();
  if (count === before.size) return count;
  if (count < before.size) {
    const fact = `row ${count + 1} is missing: checkpoint ${before.size} was signed over it`;
    throw new WaslError('LEDGER_BROKEN', fact, { path: `row ${count + 1}` });
  }
  const tree = await growTree(rows);
  const proof = await proveConsistency(rows, before.size, tree.size);
  if (!verifyConsistency(before, tree, proof)) {
    const fact = `the rows of the ledger are not those of checkpoint ${before.size}`;
    throw new WaslError('LEDGER_BROKEN', fact, { path: `checkpoint ${before.size}` });
  }
  await rows.saveCheckpoint({ size: tree.size, note: signCheckpoint(tree, signer), after: before.size });
  return tree.size;
}

/** One that an earlier key has signed is continued, too: who trusts that key verifies it. */
function ownCheckpoint({ size, note }: { readonly size: number; readonly note: string }, signer: Signer): Checkpoint {
  const parsed = parseCheckpoint(note);
  const isOfThisKey = parsed?.note.lines.some(({ keyId }) => keyId.equals(signer.verifier.keyId)) === true;
  const checkpoint = isOfThisKey ? openCheckpoint(note, signer.verifier) : parsed;
  if (checkpoint?.size === size && checkpoint.origin === signer.verifier.name) return checkpoint;
  throw new WaslError('LEDGER_BROKEN', `checkpoint ${size} is not the one that was signed`, {
    path: `checkpoint ${size}`,
  });
}
