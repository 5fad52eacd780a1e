import { createHash, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import * as net from 'node:net';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import { generateEd25519KeyPair } from '../../support/ed25519-key-pair.ts';

/** One NETCONF session as the server double sees it. */
export interface ServerSession {
  readonly number: number;
  readonly channel: ServerChannel;
  /** The client's messages so far, hello first. */
  readonly received: string[];
  framing: 'eom' | 'chunked';
  /** Sends a message in the session's framing, one write. */
  send(text: string): void;
  /** Sends bytes as they are. */
  raw(bytes: string | Buffer): void;
  /** Ends the channel. */
  end(): void;
  /** Cuts the TCP connection without a word. */
  cut(): void;
}

export interface ServerOptions {
  /** null: the server never sends one. */
  readonly hello?: string | null;
  readonly onRpc?: (rpc: { id: string; body: string; text: string }, session: ServerSession) => void;
  readonly password?: string;
  readonly publicKey?: string;
  /** Answers for keyboard-interactive, one per prompt; the method is refused where this is absent. */
  readonly keyboard?: { prompts: { prompt: string; echo: boolean }[]; answers: string[] };
  readonly refuseSubsystem?: boolean;
  readonly hostKeys?: string[];
  readonly onExec?: (command: string, channel: ServerChannel) => void;
  /** In place of a NETCONF server. */
  readonly onSubsystem?: (channel: ServerChannel) => void;
  /** Answers of one channel request leave in one write: what follows the acceptance arrives with it. */
  readonly inOneWrite?: boolean;
  /** Said before the acceptance of a command. */
  readonly earlyExitStatus?: number;
  /** All that it takes. */
  readonly algorithms?: ssh2.Algorithms;
  readonly allowForward?: boolean;
  /** Called when a TCP connection was made; true: never answer. */
  readonly silent?: boolean;
}

export interface TestServer {
  readonly port: number;
  readonly hostKeySha256: string;
  readonly hostPublicKey: { type: string; base64: string };
  readonly sessions: ServerSession[];
  readonly connections: Set<Connection>;
  /** Of all connections so far. */
  readonly logins: () => number;
  close(): Promise<void>;
}

export const BASE_NS = 'urn:ietf:params:xml:ns:netconf:base:1.0';
export const CAPABILITIES = [
  'urn:ietf:params:netconf:base:1.0',
  'urn:ietf:params:netconf:base:1.1',
  'urn:ietf:params:netconf:capability:writable-running:1.0',
  'urn:ietf:params:netconf:capability:candidate:1.0',
  'urn:ietf:params:netconf:capability:confirmed-commit:1.0',
  'urn:ietf:params:netconf:capability:confirmed-commit:1.1',
  'urn:ietf:params:netconf:capability:rollback-on-error:1.0',
  'urn:ietf:params:netconf:capability:validate:1.0',
  'urn:ietf:params:netconf:capability:validate:1.1',
  'urn:ietf:params:netconf:capability:startup:1.0',
  'urn:ietf:params:netconf:capability:url:1.0?scheme=http,ftp,file',
  'urn:ietf:params:netconf:capability:xpath:1.0',
  'urn:ietf:params:netconf:capability:notification:1.0',
  'urn:ietf:params:netconf:capability:interleave:1.0',
  'urn:ietf:params:netconf:capability:partial-lock:1.0',
  'urn:ietf:params:netconf:capability:with-defaults:1.0?basic-mode=explicit&amp;also-supported=report-all,trim',
];

export function helloXml(capabilities: readonly string[] = CAPABILITIES, sessionId: number | string = 4711): string {
  const entries = capabilities.map((uri) => `<capability>${uri}</capability>`).join('');
  return `<hello xmlns="${BASE_NS}"><capabilities>${entries}</capabilities><session-id>${sessionId}</session-id></hello>`;
}

export function okReply(id: string): string {
  return `<rpc-reply xmlns="${BASE_NS}" message-id="${id}"><ok/></rpc-reply>`;
}

/** What the RFC says a positive answer is. */
export function positiveReply(id: string, body: string): string {
  return /^<get(?:-config)?[\s/>]/.test(body) ? dataReply(id, '') : okReply(id);
}

export function dataReply(id: string, data: string): string {
  return `<rpc-reply xmlns="${BASE_NS}" message-id="${id}"><data>${data}</data></rpc-reply>`;
}

const HOST_KEY = newHostKey('ed25519');

export function newHostKey(type: 'ed25519' | 'ecdsa' | 'rsa'): string {
  if (type === 'ed25519') return generateEd25519KeyPair().private;
  if (type === 'ecdsa') return ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).private;
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString();
}

/** An SSH server on loopback that speaks just enough NETCONF, and faults as told. It shares no code with the client. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const hostKeys = options.hostKeys ?? [HOST_KEY];
  const sessions: ServerSession[] = [];
  const connections = new Set<Connection>();
  let logins = 0;
  const algorithms = options.algorithms === undefined ? {} : { algorithms: options.algorithms };
  const server = new ssh2.Server({ hostKeys, ...algorithms }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('close', () => connections.delete(connection));
    acceptLogin(connection, options);
    connection.on('ready', () => {
      logins += 1;
      serve(connection, options, sessions);
    });
  });
  const listener = options.silent === true ? net.createServer(() => undefined) : server;
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as net.AddressInfo;
  const parsed = ssh2.utils.parseKey(hostKeys[0] ?? '');
  if (parsed instanceof Error) throw parsed;
  const key = (Array.isArray(parsed) ? parsed[0] : parsed) as ssh2.ParsedKey;
  const blob = key.getPublicSSH();
  return {
    port,
    hostKeySha256: createHash('sha256').update(blob).digest('base64'),
    hostPublicKey: { type: key.type, base64: blob.toString('base64') },
    sessions,
    connections,
    logins: () => logins,
    close: async () => {
      for (const connection of connections) connection.end();
      await new Promise<void>((resolve) => {
        listener.close(() => resolve());
        if (options.silent === true) resolve();
      });
    },
  };
}

function acceptLogin(connection: Connection, options: ServerOptions): void {
  connection.on('authentication', (context) => {
    if (context.method === 'password') {
      return context.password === (options.password ?? 'secret') && options.keyboard === undefined
        ? context.accept()
        : context.reject(['password', 'publickey', 'keyboard-interactive']);
    }
    if (context.method === 'publickey' && options.publicKey !== undefined) {
      const allowed = ssh2.utils.parseKey(options.publicKey);
      if (!(allowed instanceof Error) && allowed.getPublicSSH().equals(context.key.data)) return context.accept();
    }
    const { keyboard } = options;
    if (context.method === 'keyboard-interactive' && keyboard !== undefined) {
      return context.prompt(keyboard.prompts, (answers) =>
        JSON.stringify(answers) === JSON.stringify(keyboard.answers) ? context.accept() : context.reject(),
      );
    }
    return context.reject(['password', 'publickey', 'keyboard-interactive']);
  });
}

function serve(connection: Connection, options: ServerOptions, sessions: ServerSession[]): void {
  connection.on('session', (accept) => {
    const session = accept();
    session.on('subsystem', (acceptSubsystem, reject, info) => {
      if (options.inOneWrite === true) holdUntilNextTick(connection);
      if (options.onSubsystem !== undefined) return options.onSubsystem(acceptSubsystem());
      if (options.refuseSubsystem === true || info.name !== 'netconf') return reject();
      const channel = acceptSubsystem();
      serveNetconf(channel, connection, options, sessions);
    });
    session.on('exec', (acceptExec, reject, info) => {
      if (options.onExec === undefined) return reject();
      if (options.inOneWrite === true) holdUntilNextTick(connection);
      if (options.earlyExitStatus !== undefined) sayExitStatus(connection, session, options.earlyExitStatus);
      options.onExec(info.command, acceptExec());
    });
  });
  if (options.allowForward === true) {
    connection.on('tcpip', (accept, reject, info) => {
      const socket = net.connect(info.destPort, info.destIP, () => {
        const channel = accept();
        socket.pipe(channel).pipe(socket);
        channel.on('error', () => socket.destroy());
      });
      socket.on('error', () => reject?.());
    });
  }
}

function holdUntilNextTick(connection: Connection): void {
  const socket = Reflect.get(connection, '_sock') as net.Socket;
  socket.cork();
  process.nextTick(() => socket.uncork());
}

/** ssh2 says it on an accepted channel only. */
function sayExitStatus(connection: Connection, session: ssh2.Session, status: number): void {
  const { exitStatus } = Reflect.get(connection, '_protocol') as { exitStatus(channel: number, status: number): void };
  const { outgoing } = Reflect.get(session, '_chanInfo') as { readonly outgoing: { readonly id: number } };
  exitStatus.call(Reflect.get(connection, '_protocol'), outgoing.id, status);
}

function serveNetconf(
  channel: ServerChannel,
  connection: Connection,
  options: ServerOptions,
  sessions: ServerSession[],
): void {
  const session: ServerSession = {
    number: sessions.length + 1,
    channel,
    received: [],
    framing: 'eom',
    send: (text) => void channel.write(frame(text, session.framing)),
    raw: (bytes) => void channel.write(bytes),
    end: () => {
      channel.exit(0);
      channel.end();
    },
    cut: () => {
      const socket = Reflect.get(connection, '_sock') as net.Socket;
      socket.destroy();
    },
  };
  sessions.push(session);
  const hello = options.hello === undefined ? helloXml() : options.hello;
  if (hello !== null) channel.write(`${hello}]]>]]>`);
  let buffer = Buffer.alloc(0);
  channel.on('error', () => undefined);
  channel.on('data', (piece: Buffer) => {
    buffer = Buffer.concat([buffer, piece]);
    for (;;) {
      const message = takeMessage();
      if (message === null) return;
      session.received.push(message);
      if (session.received.length === 1) {
        const both = message.includes('base:1.1') && (hello ?? '').includes('netconf:base:1.1');
        session.framing = both ? 'chunked' : 'eom';
      } else {
        answer(message);
      }
    }
  });

  function takeMessage(): string | null {
    if (session.framing === 'eom') {
      const end = buffer.indexOf(']]>]]>');
      if (end < 0) return null;
      const message = buffer.toString('utf8', 0, end);
      buffer = buffer.subarray(end + 6);
      return message;
    }
    const pieces: Buffer[] = [];
    let at = 0;
    for (;;) {
      const header = /^\n#(\d+|#)\n/.exec(buffer.toString('latin1', at, at + 16));
      if (header === null) return null;
      at += header[0].length;
      if (header[1] === '#') break;
      const size = Number(header[1]);
      if (buffer.length < at + size) return null;
      pieces.push(buffer.subarray(at, at + size));
      at += size;
    }
    buffer = buffer.subarray(at);
    return Buffer.concat(pieces).toString('utf8');
  }

  function answer(text: string): void {
    const id = /message-id="([^"]*)"/.exec(text)?.[1] ?? '';
    const body = /<rpc [^>]*>(.*)<\/rpc>$/s.exec(text)?.[1] ?? '';
    if (options.onRpc !== undefined) {
      options.onRpc({ id, body, text }, session);
      return;
    }
    session.send(positiveReply(id, body));
    if (body === '<close-session/>') session.end();
  }
}

export function frame(text: string, framing: 'eom' | 'chunked', chunkBytes = Number.POSITIVE_INFINITY): Buffer {
  const payload = Buffer.from(text);
  if (framing === 'eom') return Buffer.concat([payload, Buffer.from(']]>]]>')]);
  const pieces: Buffer[] = [];
  for (let at = 0; at < payload.length; at += chunkBytes) {
    const piece = payload.subarray(at, Math.min(payload.length, at + chunkBytes));
    pieces.push(Buffer.from(`\n#${piece.length}\n`), piece);
  }
  return Buffer.concat([...pieces, Buffer.from('\n##\n')]);
}
