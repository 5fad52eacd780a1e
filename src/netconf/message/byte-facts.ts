import { isAscii } from 'node:buffer';
import { JUNOS_XNM } from '../namespaces.ts';

/** One of these stands in every error that a reply can hold (RFC 6241 §4.3; Junos' xnm:error by its namespace). */
const ERROR_MARKS = ['rpc-error', JUNOS_XNM] as const;
/** A mark may stand across the border of two looks. */
const OVERLAP_BYTES = Math.max(...ERROR_MARKS.map((mark) => mark.length)) - 1;

/** What reading a large reply has to know of all its bytes, gathered while they arrive. */
export interface ByteFacts {
  /** Then the bytes are UTF-8, and text is made of them by copying. */
  readonly isAscii: boolean;
  /** False: there is no rpc-error, nor what Junos sends in its place. */
  readonly mayHoldError: boolean;
}

export class ByteInspector implements ByteFacts {
  isAscii = true;
  mayHoldError = false;
  /** How far it has looked. */
  seenBytes = 0;

  /** Looks at what is new in the bytes of a message. */
  look(bytes: Buffer): void {
    this.isAscii &&= isAscii(bytes.subarray(this.seenBytes));
    const from = Math.max(0, this.seenBytes - OVERLAP_BYTES);
    this.mayHoldError ||= mayHoldError(bytes, from);
    this.seenBytes = bytes.length;
  }
}

export function inspect(bytes: Buffer): ByteFacts {
  const inspector = new ByteInspector();
  inspector.look(bytes);
  return inspector;
}

/** False where it is certain that no error stands in these bytes, and none begins in them. */
export function mayHoldError(bytes: Buffer, from = 0): boolean {
  return ERROR_MARKS.some((mark) => bytes.includes(mark, from, 'latin1'));
}
