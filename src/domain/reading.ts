import type { Digest } from './canonical-json.ts';
import type { ChangeId, PeName } from './names.ts';

/** The running configuration of a PE as canonical text; a check of a PE, a matrix and an audit of all, what a plan stood on, and why one reaches what, as JSON. */
export type ReadingKind =
  | 'running'
  | 'check'
  | 'matrix'
  | 'audit'
  | 'plan'
  | 'explanation'
  /** Of an attempt at a PE, with what is secret masked: its running, and what was said over the sessions. */
  | 'before'
  | 'after'
  | 'transcript';

/**
 * Of a text. A PE's VPN part is far below; the record of a plan or of an audit is of the whole network, with the tables of a VPN that is
 * shared whole. A string of the language has no room for more than 2^29 characters.
 */
export const READING_BYTES_MAX = 500 * 1024 * 1024;

/** Something that was read of the network at a time. */
export interface Reading {
  readonly id: number;
  readonly kind: ReadingKind;
  /** null: of the whole network. */
  readonly pe: PeName | null;
  /** Of its text. */
  readonly digest: Digest;
  /** For what: `planning`, `check`, `matrix`, a stage of a transaction, the plan whose record it is. */
  readonly reader: string;
  readonly changeId: ChangeId | null;
  /** ISO 8601 with zone; when the reader began: nothing in it is older. */
  readonly readAt: string;
}

export interface NewReading extends Omit<Reading, 'id' | 'digest'> {
  readonly text: string;
}
