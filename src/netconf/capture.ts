import { Duplex } from 'node:stream';

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

/** Passwords, keys, hashes and communities in the models of IOS-XR, Junos, SR OS, Huawei and OpenConfig. */
export const SECRET_NAMES: readonly string[] = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'cipher-text',
  'private-key',
  'shared-key',
  'authentication-key',
  'auth-key',
  'privacy-key',
  'key-string',
  'md5-key',
  'hash',
  'hmac',
  'token',
  'community-name',
  'community-string',
  'securityname',
];

export const MASK = '********';
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
 * Replaces the text of secret elements, and of SNMP communities (in which the name is the secret). By pattern, so that it also works
 * on messages that are not well-formed; linear.
 */
export function maskSecrets(text: string, secretNames: readonly string[] = SECRET_NAMES): string {
  const names = secretNames.map((name) => name.replace(/[^A-Za-z0-9_.-]/g, '').replaceAll('.', '\\.')).join('|');
  const open = `<((?:[\\w.-]{1,64}:)?(?:[\\w.]{1,64}-){0,8}(?:${names})(?:-[\\w.]{1,64}){0,8})(\\s[^<>]*)?>`;
  const masked = text.replace(new RegExp(`${open}(?!<)[^<]+(?=<)`, 'gi'), `<$1$2>${MASK}`);
  return masked.replace(/<(snmp[\w-]{0,64})[\s>](?:(?!<\/\1>)[\s\S])*/gi, (block) =>
    block.replace(/(<(?:community|name)(?:\s[^<>]*)?>)(?!<)[^<]+(?=<)/gi, `$1${MASK}`),
  );
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
  const chunked = serverHello.includes('netconf:base:1.1') && clientHello.includes('netconf:base:1.1');
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
