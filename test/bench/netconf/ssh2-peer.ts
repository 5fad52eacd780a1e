/** The tasks by ssh2 alone: it writes fixed bytes and looks only for the end of each message. No client over ssh2 can do with less. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import ssh2 from 'ssh2';
import { atOnce, readTarget, serveTasks, timed } from './serve-tasks.ts';
import { sizeFilter, type Task } from './tasks.ts';

const { host, port, username, keyFile, pauseAfterHelloMs } = readTarget();
const privateKey = readFileSync(keyFile);
const BASE = 'urn:ietf:params:xml:ns:netconf:base:1.0';
const EOM = ']]>]]>';

/** A larger piece is the middle or the end of one answer, and only its last bytes are looked at: several answers in one piece are small. */
const SEARCHED_BYTES_MAX = 4_096;

interface BareSession {
  readonly client: ssh2.Client;
  /** Resolves with the length of the answer, its framing included. */
  ask(operation: string): Promise<number>;
}

let kept: BareSession | null = null;
const held: BareSession[] = [];

await serveTasks((task) => run(task));

async function run(task: Task): Promise<number> {
  if (task.kind === 'open') {
    kept = await open();
    return 0;
  }
  if (task.kind === 'connect') return connectInTurn(task.count);
  if (task.kind === 'sessions') return openAtOnce(task.count, task.keep);
  const session = kept;
  if (session === null) throw new Error('no session is open');
  if (task.kind === 'rpcs') return timed(() => atOnce(task.count, 1, () => session.ask('<discard-changes/>')));
  if (task.kind === 'concurrent') {
    return timed(() => atOnce(task.count, task.width, () => session.ask('<discard-changes/>')));
  }
  if (task.kind !== 'get' || task.as === 'tree') throw new Error('ssh2 alone has no XML');
  const filter = task.bytes === 0 ? '' : `<filter type="subtree">${sizeFilter(task.bytes, task.chunk)}</filter>`;
  return timed(async () => {
    const length = await session.ask(`<get-config><source><running/></source>${filter}</get-config>`);
    if (length < task.bytes) throw new Error(`${length} of ${task.bytes} bytes`);
  });
}

async function open(): Promise<BareSession> {
  const client = new ssh2.Client();
  const sock = connectTcp({ host, port, noDelay: true });
  client.connect({ sock, username, privateKey, hostVerifier: () => true });
  await once(client, 'ready');
  const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
    client.subsys('netconf', (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  const capabilities = ['1.0', '1.1'].map((base) => `<capability>urn:ietf:params:netconf:base:${base}</capability>`);
  channel.write(`<hello xmlns="${BASE}"><capabilities>${capabilities.join('')}</capabilities></hello>${EOM}`);
  let hello = '';
  while (!hello.includes(EOM)) hello += String((await once(channel, 'data'))[0]);
  if (pauseAfterHelloMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseAfterHelloMs));
  const chunked = hello.includes('netconf:base:1.1');
  const end = Buffer.from(chunked ? '\n##\n' : EOM);
  const waiting: ((length: number) => void)[] = [];
  let length = 0;
  let last: Buffer = Buffer.alloc(0);
  const answered = () => {
    waiting.shift()?.(length);
    length = 0;
  };
  channel.on('data', (piece: Buffer) => {
    length += piece.length;
    if (piece.length > SEARCHED_BYTES_MAX) {
      last = piece.subarray(1 - end.length);
      if (piece.subarray(-end.length).equals(end)) answered();
      return;
    }
    const joined = Buffer.concat([last, piece]);
    let from = 0;
    for (let at = joined.indexOf(end); at >= 0; at = joined.indexOf(end, from)) {
      from = at + end.length;
      answered();
    }
    // An end may lie across two pieces.
    last = joined.subarray(Math.max(from, joined.length - end.length + 1));
  });
  let messageId = 0;
  const ask = (operation: string) =>
    new Promise<number>((resolve) => {
      messageId += 1;
      const rpc = `<rpc message-id="${messageId}" xmlns="${BASE}">${operation}</rpc>`;
      waiting.push(resolve);
      channel.write(chunked ? `\n#${rpc.length}\n${rpc}\n##\n` : rpc + EOM);
    });
  return { client, ask };
}

async function connectInTurn(count: number): Promise<number> {
  let total = 0;
  for (let done = 0; done < count; done += 1) {
    const from = performance.now();
    const session = await open();
    total += performance.now() - from;
    session.client.end();
    await once(session.client, 'close');
  }
  return total / 1_000;
}

async function openAtOnce(count: number, keep: boolean): Promise<number> {
  const opened: BareSession[] = [];
  const seconds = await timed(() =>
    atOnce(count, count, async () => {
      const session = await open();
      opened.push(session);
      await session.ask('<discard-changes/>');
    }),
  );
  if (keep) held.push(...opened);
  else {
    for (const { client } of opened) client.end();
    await Promise.all(opened.map(({ client }) => once(client, 'close')));
  }
  return seconds;
}
