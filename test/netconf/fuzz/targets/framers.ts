import { NetconfError } from '../../../../src/netconf/errors.ts';
import { ByteList } from '../../../../src/netconf/framing/byte-list.ts';
import { ChunkedFramer } from '../../../../src/netconf/framing/chunked-framer.ts';
import { EomFramer } from '../../../../src/netconf/framing/eom-framer.ts';
import type { Framer } from '../../../../src/netconf/framing/framer.ts';
import { FRAMING_TOKENS } from '../dictionary.ts';
import { cutAtRandom } from '../random.ts';
import { type Framed, frameByChunks, frameByMark } from '../reference/framing.ts';
import { type FuzzTarget, hold } from '../target.ts';

/** So small that the dictionary's sizes lie on both sides of it. */
const CHUNK_BYTES_MAX = 5_000;

function frameWith(framer: Framer, pieces: readonly Buffer[]): Framed {
  const messages: string[] = [];
  const list = new ByteList();
  const sink = {
    onBytes: (piece: Buffer) => list.push(piece),
    onMessageEnd: () => void messages.push(list.take().toString('latin1')),
  };
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at = framer.consume(piece, at, sink);
    }
  } catch (error) {
    if (!(error instanceof NetconfError)) throw error;
    if (error.code === 'FRAMING' || error.code === 'LIMIT_EXCEEDED') return { messages, end: error.code };
    throw error;
  }
  return { messages, end: framer.insideMessage ? 'inside' : 'between' };
}

function compareWithReference(input: Buffer, create: () => Framer, expected: Framed): void {
  const bytes = [...input].map((_, at) => input.subarray(at, at + 1));
  for (const [how, pieces] of Object.entries({ whole: [input], cut: cutAtRandom(input), bytes })) {
    const seen = JSON.stringify(frameWith(create(), pieces));
    hold(seen === JSON.stringify(expected), () => `${how}: ${seen}, the reference has ${JSON.stringify(expected)}`);
  }
}

export const eomFramer: FuzzTarget = {
  name: 'eom-framer',
  seeds: ['<a/>]]>]]>\n<b/>]]>]]>', ']]]>]]>]]>]]>', 'x]]>]]'],
  dictionary: FRAMING_TOKENS,
  inputBytesMax: 400,
  run: (input) => compareWithReference(input, () => new EomFramer(), frameByMark(input.toString('latin1'))),
};

export const chunkedFramer: FuzzTarget = {
  name: 'chunked-framer',
  seeds: ['\n#4\n<a/>\n##\n\n#2\n<b\n#2\n/>\n##\n', '\n#1\na\n#1\nb\n##\n \r\n#10\n0123456789', '\n#12'],
  dictionary: FRAMING_TOKENS,
  inputBytesMax: 400,
  run: (input) =>
    compareWithReference(
      input,
      () => new ChunkedFramer(() => CHUNK_BYTES_MAX),
      frameByChunks(input.toString('latin1'), CHUNK_BYTES_MAX),
    ),
};
