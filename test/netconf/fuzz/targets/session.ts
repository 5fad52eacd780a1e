import { Duplex } from 'node:stream';
import { NetconfError } from '../../../../src/netconf/errors.ts';
import { DEFAULT_LIMITS } from '../../../../src/netconf/limits.ts';
import type { RpcReply } from '../../../../src/netconf/message/reply.ts';
import { MessageLayer } from '../../../../src/netconf/session/message-layer.ts';
import { FRAMING_TOKENS, HELLO_TOKENS, NETCONF_TOKENS, XML_TOKENS } from '../dictionary.ts';
import { cutAtRandom } from '../random.ts';
import { frameByChunks, frameByMark } from '../reference/framing.ts';
import { readReferenceErrors } from '../reference/rpc-errors.ts';
import { isMalformed, readReference } from '../reference/xml.ts';
import { type FuzzTarget, hold } from '../target.ts';

const BASE = 'urn:ietf:params:xml:ns:netconf:base:1.0';
const HELLO = (versions: string) =>
  `<hello xmlns="${BASE}"><capabilities>${versions}</capabilities><session-id>1</session-id></hello>]]>]]>`;
const V10 = '<capability>urn:ietf:params:netconf:base:1.0</capability>';
const V11 = '<capability>urn:ietf:params:netconf:base:1.1</capability>';
/** Between messages that the target frames itself. No UTF-8 text has this byte. */
const NEXT = 0xff;
/** Small, so that an input can go over them. */
const LIMITS = { ...DEFAULT_LIMITS, replyBytesMax: 3_000, streamedBytesMax: 3_500, helloBytesMax: 3_000 };
/** Event loop turns in which everything must have settled once the stream has ended. */
const TURNS_MAX = 200;

interface Outcome {
  readonly call: string;
  readonly code: string;
  /** The reply's bytes, one character each, where it was a success. */
  readonly reply: string | null;
}

/**
 * A whole session over a stream that says anything. The first byte chooses: bits 0–1 the hello (the input's own, 1.0, 1.1),
 * bit 2 whether the input is messages to be framed rightly or bytes as they are. Three rpcs wait: a get, a commit, a get-config read as
 * stream.
 */
export const session: FuzzTarget = {
  name: 'session',
  seeds: [
    `5<rpc-reply xmlns="${BASE}" message-id="1"><ok/></rpc-reply>\xff<rpc-reply xmlns="${BASE}" message-id="2"><ok/></rpc-reply>\xff<rpc-reply xmlns="${BASE}" message-id="3"><data><a xmlns="urn:a"/></data></rpc-reply>`,
    `6<rpc-reply message-id="3"><data><a/></data></rpc-reply>\xff<rpc-reply message-id="2"><rpc-error/></rpc-reply>\xff<notification xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"><eventTime/></notification>`,
    `0${HELLO(V10)}<rpc-reply message-id="1"><ok/></rpc-reply>]]>]]>`,
    `2\n#39\n<rpc-reply message-id="1"><ok/></rpc-reply\n#1\n>\n##\n`,
  ].map((text) => Buffer.from(text, 'latin1')),
  dictionary: [...NETCONF_TOKENS, ...XML_TOKENS, ...FRAMING_TOKENS, ...HELLO_TOKENS, Buffer.of(NEXT)],
  inputBytesMax: 2_500,
  async run(input) {
    const bytes = serverBytes(input);
    const whole = await play([bytes]);
    const cut = await play(cutAtRandom(bytes));
    hold(shown(whole) === shown(cut), () => `in one read ${shown(whole)}, in several ${shown(cut)}`);
    checkOutcomes(whole, bytes.toString('latin1'));
  },
};

/** A session may end before the stream does or with it, by how much of a broken message was looked at; what it ends is the same. */
const LOST = ['PROTOCOL', 'TRANSPORT', 'FRAMING', 'LIMIT_EXCEEDED'];

function shown(outcomes: readonly Outcome[]): string {
  return JSON.stringify(
    outcomes.map((outcome) => (LOST.includes(outcome.code) ? { ...outcome, code: 'lost' } : outcome)),
  );
}

function serverBytes(input: Buffer): Buffer {
  const choice = input[0] ?? 0;
  const rest = input.subarray(1);
  const hello = [Buffer.alloc(0), Buffer.from(HELLO(V10)), Buffer.from(HELLO(V10 + V11)), Buffer.from(HELLO(V11))][
    choice & 3
  ] as Buffer;
  if ((choice & 4) === 0 || hello.length === 0) return Buffer.concat([hello, rest]);
  const framed = splitAt(rest, NEXT).map((text) =>
    (choice & 3) === 1
      ? Buffer.concat([text, Buffer.from(']]>]]>')])
      : Buffer.concat([Buffer.from(`\n#${text.length}\n`), text, Buffer.from('\n##\n')]),
  );
  return Buffer.concat([hello, ...framed]);
}

function splitAt(bytes: Buffer, mark: number): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, from)) {
    parts.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return [...parts, bytes.subarray(from)].filter((part) => part.length > 0);
}

/** Everything the server says, then the end of the stream: what became of each call. */
async function play(pieces: readonly Buffer[]): Promise<Outcome[]> {
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const layer = new MessageLayer(stream, {
    peer: 'pe1',
    limits: LIMITS,
    baseVersions: ['1.0', '1.1'],
    clientCapabilities: [],
    helloTimeoutMs: 60_000,
    dropNulBytes: false,
  });
  const request = { body: '<x/>', changesRunning: false, timeoutMs: 60_000 };
  const calls = [
    settled('hello', layer.hello, () => null),
    settled('get', layer.call({ ...request, operation: 'get' }), latin1),
    settled('commit', layer.call({ ...request, operation: 'commit', changesRunning: true }), latin1),
    settled('stream', readStream(layer, request), () => null),
  ];
  for (const piece of pieces) stream.emit('data', piece);
  stream.emit('end');
  const outcomes = await withinTurns(Promise.all([...calls, settled('ended', layer.ended, () => null)]));
  hold(!layer.isOpen && layer.rpcsInFlight === 0, () => 'the stream has ended and the session has not');
  return outcomes.slice(0, -1);
}

async function readStream(
  layer: MessageLayer,
  request: { body: string; changesRunning: boolean; timeoutMs: number },
): Promise<null> {
  const stream = await layer.callStreaming({ ...request, operation: 'get-config' });
  for await (const _ of stream.elements('a')) {
    // It is the end that tells whether the whole was right.
  }
  return null;
}

async function settled<T>(call: string, promise: Promise<T>, replyOf: (value: T) => string | null): Promise<Outcome> {
  try {
    return { call, code: 'success', reply: replyOf(await promise) };
  } catch (error) {
    hold(
      error instanceof NetconfError,
      () => `${call} ended with ${error instanceof Error ? error.stack : String(error)}`,
    );
    return { call, code: error instanceof NetconfError ? error.code : '', reply: null };
  }
}

const latin1 = (reply: RpcReply) => reply.bytes.toString('latin1');

async function withinTurns<T>(promise: Promise<T>): Promise<T> {
  let value: { readonly is: T } | undefined;
  let failure: { readonly is: unknown } | undefined;
  promise.then(
    (is) => {
      value = { is };
    },
    (is: unknown) => {
      failure = { is };
    },
  );
  for (let turn = 0; turn < TURNS_MAX && value === undefined && failure === undefined; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (failure !== undefined) throw failure.is;
  hold(value !== undefined, () => 'the stream has ended, and a call still waits');
  return (value as { readonly is: T }).is;
}

/** No success without a message of the server that is one; a commit whose answer was not understood is unknown. */
function checkOutcomes(outcomes: readonly Outcome[], sent: string): void {
  const [hello, ...calls] = outcomes;
  const [first = ''] = frameByMark(sent).messages;
  const afterHello = sent.slice(sent.indexOf(']]>]]>') + 6);
  const spoken = first.includes('base:1.1')
    ? frameByChunks(afterHello, Number.POSITIVE_INFINITY)
    : frameByMark(afterHello);
  for (const { call, code, reply } of calls) {
    if (call === 'commit')
      hold(['success', 'RPC_ERROR', 'COMMIT_OUTCOME_UNKNOWN'].includes(code), () => `commit: ${code}`);
    if (code !== 'success') continue;
    hold(hello?.code === 'success', () => `${call} is answered, and there was no hello`);
    if (reply === null) continue;
    // After an agreed 1.1 spelt in characters that this does not look for, the other framing is the right one.
    const messages = [...spoken.messages, ...frameByChunks(afterHello, Number.POSITIVE_INFINITY).messages];
    hold(messages.includes(reply), () => `${call} is answered by what is no message: ${reply}`);
    const reference = readReference(Buffer.from(reply, 'latin1').toString('utf8'));
    if (isMalformed(reference)) {
      hold(false, () => `${call} is a success, saxes says ${reference.malformed}`);
      continue;
    }
    const severe = readReferenceErrors(reference).filter(({ severity }) => severity === 'error');
    hold(
      reference.name === 'rpc-reply' && severe.length === 0,
      () => `${call} is a success, in spite of ${JSON.stringify(severe)}`,
    );
    const id = reference.attributes['message-id'];
    hold(id === undefined || id === (call === 'get' ? '1' : '2'), () => `${call} has the reply with message-id ${id}`);
  }
}
