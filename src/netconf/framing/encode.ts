import { NetconfError } from '../errors.ts';
import { EOM } from './eom-framer.ts';

export type Framing = 'eom' | 'chunked';

const END_OF_CHUNKS = Buffer.from('\n##\n', 'latin1');

/**
 * A message as the bytes of one frame, for one write: Junos 12.3 and 15.1 answer a syntax error when the mark is split over
 * two reads (ncclient PR 190). Nothing follows the mark: netopeer2 takes a line end for the start of a message (its issue 1812).
 *
 * @throws NetconfError `INVALID_REQUEST` where the text holds the end-of-message mark and the framing is by that mark
 */
export function encodeFrame(text: string, framing: Framing): Buffer {
  const payload = Buffer.from(text, 'utf8');
  if (framing === 'chunked') {
    return Buffer.concat([Buffer.from(`\n#${payload.length}\n`, 'latin1'), payload, END_OF_CHUNKS]);
  }
  if (payload.includes(EOM)) {
    throw new NetconfError(
      'INVALID_REQUEST',
      'the message holds "]]>]]>", which end-of-message framing cannot carry: write > as &gt;',
    );
  }
  return Buffer.concat([payload, EOM]);
}
