import { Duplex } from 'node:stream';
import { maskSecrets } from './mask-secrets.ts';
import { Capabilities } from './message/capabilities.ts';
import { child } from './xml/element.ts';
import { parseXml } from './xml/parse.ts';

/** One message as it went over the session, without framing. */
export interface TranscriptEntry {
  readonly direction: 'sent' | 'received';
  readonly text: string;
}

export type Capture = (entry: TranscriptEntry) => void;

export interface CaptureOptions {
  /** Names of elements whose text is replaced, as they are or as parts between hyphens: `password` also matches `auth-password`. */
  readonly secretNames?: readonly string[] | undefined;
  /** Larger messages are recorded by their size alone. */
  readonly messageBytesMax?: number | undefined;
}

const MESSAGE_BYTES_MAX = 1024 * 1024;

/** A recorder of masked messages: give `record` as `capture` to `connect`. What was recorded never held a secret in clear. */
export function createCapture(options: CaptureOptions = {}): {
  readonly entries: TranscriptEntry[];
  readonly record: Capture;
} {
  const entries: TranscriptEntry[] = [];
  const { messageBytesMax = MESSAGE_BYTES_MAX } = options;
  const record: Capture = ({ direction, text }) => {
    const size = Buffer.byteLength(text);
    const kept =
      size > messageBytesMax ? `<!-- ${size} bytes, not recorded -->` : maskSecrets(text, options.secretNames);
    entries.push({ direction, text: kept });
  };
  return { entries, record };
}

/**
 * Plays a transcript's server: its hello at once, and for every request the replies that were received after it, with the request's
 * message-id, in pieces of `pieceBytes` (one by default: every border is met). For `openSessionOverStream`; end-of-message framing
 * or chunked as the recorded hellos agree.
 */
export function createReplay(entries: readonly TranscriptEntry[], { pieceBytes = 1 } = {}): Duplex {
  const queue = entries.slice();
  const serverHello = queue.find(({ direction }) => direction === 'received')?.text ?? '';
  const clientHello = queue.find(({ direction }) => direction === 'sent')?.text ?? '';
  const chunked = offersChunks(serverHello) && offersChunks(clientHello);
  const exchange = queue.filter(({ text }) => text !== serverHello && text !== clientHello);
  let requests = 0;
  const send = (text: string, eom: boolean) => {
    const payload = Buffer.from(text);
    const frame = eom ? `${text}]]>]]>` : `\n#${payload.length}\n${text}\n##\n`;
    const bytes = Buffer.from(frame);
    for (let at = 0; at < bytes.length; at += pieceBytes) stream.push(bytes.subarray(at, at + pieceBytes));
  };
  const answer = (request: string) => {
    const id = /message-id="([^"]*)"/.exec(request)?.[1] ?? '';
    requests += 1;
    let sent = 0;
    for (const { direction, text } of exchange) {
      if (direction === 'sent') sent += 1;
      else if (sent === requests) send(text.replace(/message-id="[^"]*"/, `message-id="${id}"`), !chunked);
      if (sent > requests) return;
    }
  };
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      // The client writes one frame at a time; its hello is the first.
      const text = chunk.toString('utf8');
      if (!text.includes('<rpc ')) send(serverHello, true);
      else answer(text);
      done();
    },
  });
  return stream;
}

/** RFC 6242 §4.1. */
function offersChunks(hello: string): boolean {
  const capabilities = hello === '' ? undefined : child(parseXml(hello), 'capabilities');
  return new Capabilities((capabilities?.children ?? []).map(({ text }) => text)).base['1.1'];
}
