import { isAscii } from 'node:buffer';
import { JUNOS_XNM } from '../namespaces.ts';

/** One of these stands in every error that a reply can hold (RFC 6241 §4.3; Junos' xnm:error by its namespace). */
const ERROR_MARKS = ['rpc-error', JUNOS_XNM] as const;
/** A mark may stand across the border of two pieces. */
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
  /** The end of what was looked at. */
  private before: Buffer = Buffer.alloc(0);

  /** Looks at the next bytes of a message. */
  look(piece: Buffer): void {
    this.isAscii &&= isAscii(piece);
    if (this.mayHoldError) return;
    const border = Buffer.concat([this.before, piece.subarray(0, OVERLAP_BYTES)]);
    this.mayHoldError = mayHoldError(border) || mayHoldError(piece);
    this.before = piece.length < OVERLAP_BYTES ? border.subarray(-OVERLAP_BYTES) : piece.subarray(-OVERLAP_BYTES);
  }
}

export function inspect(bytes: Buffer): ByteFacts {
  return { isAscii: isAscii(bytes), mayHoldError: mayHoldError(bytes) };
}

/** False where it is certain that no error stands in these bytes. */
export function mayHoldError(bytes: Buffer): boolean {
  return ERROR_MARKS.some((mark) => bytes.includes(mark, 0, 'latin1'));
}
