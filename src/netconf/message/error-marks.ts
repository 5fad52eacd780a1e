import { JUNOS_XNM } from '../namespaces.ts';

/** One of these stands in every error that a reply can hold (RFC 6241 §4.3; Junos' xnm:error by its namespace). */
const ERROR_MARKS = ['rpc-error', JUNOS_XNM] as const;

/** False where it is certain that no error stands in these bytes. */
export function mayHoldError(bytes: Buffer): boolean {
  return ERROR_MARKS.some((mark) => bytes.includes(mark, 0, 'latin1'));
}
