import { NetconfError } from '../errors.ts';
import { EOM } from './eom-framer.ts';

const MARK = EOM.toString('latin1');

export type Framing = 'eom' | 'chunked';

/**
 * A message as the bytes of one frame, for one write: Junos 12.3 and 15.1 answer a syntax error when the mark is split over
 * two reads (ncclient PR 190). Nothing follows the mark: netopeer2 takes a line end for the start of a message (its issue 1812).
 *
 * @throws NetconfError `INVALID_REQUEST` where the text holds the end-of-message mark and the framing is by that mark
 */
export function encodeFrame(text: string, framing: Framing): Buffer {
  if (framing === 'chunked') return Buffer.from(`\n#${Buffer.byteLength(text, 'utf8')}\n${text}\n##\n`, 'utf8');
  if (text.includes(MARK)) {
    throw new NetconfError(
      'INVALID_REQUEST',
      'the message holds "]]>]]>", which end-of-message framing cannot carry: write > as &gt;',
    );
  }
  return Buffer.from(text + MARK, 'utf8');
}
