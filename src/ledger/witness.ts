import { countOf } from '../domain/count-of.ts';
import { WaslError } from '../errors.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { verifyConsistency } from './merkle-tree.ts';
import { fromBase64, type Verifier } from './signed-note.ts';

/** Hashes of a proof from `from` rows to `to` rows, base64. */
export type AskProof = (from: number, to: number) => Promise<readonly string[]>;

/**
 * The checkpoint that a witness is offered, if it is of this log and continues the one that the witness remembers. Throws LEDGER_BROKEN else:
 * then rows that were vouched for are not there any more, or are others.
 */
export async function judgeOffer(
  { offered, remembered }: { readonly offered: string; readonly remembered: string | null },
  log: Verifier,
  askProof: AskProof,
): Promise<Checkpoint> {
  const checkpoint = openCheckpoint(offered, log);
  if (checkpoint === null) throw broken(`the checkpoint is not one that ${log.text} signed`, offered);
  if (remembered === null) return checkpoint;
  const before = openCheckpoint(remembered, log);
  if (before === null) {
    throw new WaslError('CONFIGURATION', `what the witness remembers is no checkpoint of ${log.text}`, {
      remedy:
        'Name the memory and the key that belong together; a witness that lost its memory is retired, with its key.',
    });
  }
  const { size } = checkpoint;
  if (size < before.size) {
    throw broken(
      `the ledger shrank: ${countOf(before.size, 'row')} had been vouched for, and there are ${size} now`,
      offered,
    );
  }
  const hashes = size === before.size ? [] : await askProof(before.size, size);
  const proof = hashes.map((hash) => fromBase64(hash) ?? Buffer.alloc(0));
  if (verifyConsistency(before, checkpoint, proof)) return checkpoint;
  throw broken(
    `the ledger was rewritten: its first ${countOf(before.size, 'row')} are not those that were vouched for`,
    offered,
  );
}

/** The signed text of the offer is the proof: whoever signed two that do not agree has signed both. */
const broken = (fact: string, offered: string) =>
  new WaslError('LEDGER_BROKEN', fact, {
    details: { offered },
    remedy: 'Keep the memory of this witness and this checkpoint as they are: together they show it. Tell the auditor.',
  });
