import { isUtf8 } from 'node:buffer';
import { WaslError } from '../errors.ts';

const LINE_FEED = 0x0a;

/** Strictly (RFC 3629): nothing is replaced silently. A byte order mark stays. Throws INPUT_INVALID with the line. */
export function decodeUtf8(bytes: Uint8Array, path: string): string {
  if (!isUtf8(bytes)) {
    const fact = `line ${firstBadLine(bytes)} is not UTF-8`;
    throw new WaslError('INPUT_INVALID', fact, { path, remedy: 'Write the text in UTF-8.' });
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** A line feed is no part of a longer character. */
function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let from = 0; ; line++) {
    const end = bytes.indexOf(LINE_FEED, from);
    if (end < 0 || !isUtf8(bytes.subarray(from, end))) return line;
    from = end + 1;
  }
}
