/** Checkpoints of the ledger's tree: C2SP tlog-checkpoint. The leaf with index i is row i + 1. */
import { HASH_BYTES, type TreeHead } from './merkle-tree.ts';
import { fromBase64, isSignedBy, type Note, parseNote, type Signer, signNote, type Verifier } from './signed-note.ts';

export interface Checkpoint extends TreeHead {
  /** Whose tree: names the installation. */
  readonly origin: string;
  readonly note: Note;
}

/** The origin of an installation's checkpoints, and the name of the key that signs them. */
export const originOf = (installation: string): string => `wasl/${installation}`;

/** Of the tree with this name: the signer's. */
export function signCheckpoint({ size, root }: TreeHead, signer: Signer): string {
  return signNote(`${signer.verifier.name}\n${size}\n${root.toString('base64')}\n`, signer);
}

/** null: it is none, or has lines that say what is not understood here. Nothing is verified. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const note = parseNote(text);
  const [origin = '', size = '', root = '', end, ...rest] = note?.body.split('\n') ?? [];
  const hash = fromBase64(root);
  if (note === null || origin === '' || end !== '' || rest.length > 0) return null;
  if (!/^(0|[1-9]\d{0,14})$/.test(size) || hash?.length !== HASH_BYTES) return null;
  return { origin, size: Number(size), root: hash, note };
}

/** null: it is not a checkpoint of this log, signed with its key. */
export function openCheckpoint(text: string, verifier: Verifier): Checkpoint | null {
  const checkpoint = parseCheckpoint(text);
  if (checkpoint === null || checkpoint.origin !== verifier.name) return null;
  return isSignedBy(checkpoint.note, verifier) ? checkpoint : null;
}

/** The note with further lines of witnesses. */
export const withLines = (note: string, lines: readonly string[]): string =>
  [note, ...lines.map((line) => `${line}\n`)].join('');
