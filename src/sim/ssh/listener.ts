import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import type { HostKey } from './host-key.ts';

/** A router's management address lives on loopback: the simulation never faces a network. */
const LISTEN_HOST = '127.0.0.1';
/** TCP, version and key exchange, service, authentication, channel and subsystem: what a connection costs in round trips. */
export const HANDSHAKE_ROUND_TRIPS = 6;

export interface ListenerOptions {
  readonly port: number;
  readonly hostKeys: { readonly regular: HostKey; readonly changed: () => HostKey };
  readonly username: string;
  readonly password: string;
  /** OpenSSH public keys that may log in. */
  readonly authorizedKeys: readonly string[];
  readonly handshakeDelayMs: number;
}

export interface ListenerHost {
  acceptsConnections(): boolean;
  acceptsAuthentication(): boolean;
  usesChangedHostKey(): boolean;
  openSession(username: string, channel: ServerChannel, cutConnection: () => void): void;
}

/** The SSH server of one router: one subsystem, `netconf` (RFC 6242 §3). */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #host: ListenerHost;
  readonly #sockets = new Set<Socket>();
  readonly #authorizedKeys: readonly Buffer[];
  #server: NetServer | null = null;

  constructor(options: ListenerOptions, host: ListenerHost) {
    this.#options = options;
    this.#host = host;
    this.#authorizedKeys = options.authorizedKeys.map(readPublicKey);
  }

  /** Resolves with the port. */
  async start(): Promise<number> {
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#options.port, LISTEN_HOST, resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the SSH server has no port');
    return address.port;
  }

  /** Cuts every connection; the port stays. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.cutAll();
    await closed;
  }

  #accept(socket: Socket): void {
    if (!this.#host.acceptsConnections()) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const delay = this.#options.handshakeDelayMs;
    if (delay === 0) this.#serve(socket);
    else setTimeout(() => this.#serve(socket), delay).unref();
  }

  #serve(socket: Socket): void {
    if (socket.destroyed) return;
    const { regular, changed } = this.#options.hostKeys;
    const key = this.#host.usesChangedHostKey() ? changed() : regular;
    const server = new ssh2.Server({ hostKeys: [key.privateKey] }, (connection) => this.#connected(connection, socket));
    server.injectSocket(socket);
  }

  #connected(connection: Connection, socket: Socket): void {
    let username = '';
    let isUsed = false;
    connection.on('error', () => socket.destroy());
    connection.on('authentication', (context) => {
      if (!this.#isAuthentic(context)) {
        context.reject(['password', 'publickey']);
        return;
      }
      username = context.username;
      context.accept();
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('subsystem', (acceptSubsystem, reject, info) => {
        if (info.name !== 'netconf') {
          reject();
          return;
        }
        // Whoever keeps a connection for later is not spared.
        if (isUsed && !this.#host.acceptsConnections()) {
          socket.destroy();
          return;
        }
        isUsed = true;
        this.#host.openSession(username, acceptSubsystem(), () => socket.destroy());
      });
    });
  }

  #isAuthentic(context: AuthContext): boolean {
    if (context.method === 'none' || !this.#host.acceptsAuthentication()) return false;
    if (context.method === 'password') {
      return (
        isSameText(context.username, this.#options.username) && isSameText(context.password, this.#options.password)
      );
    }
    if (context.method !== 'publickey' || context.username !== this.#options.username) return false;
    const known = this.#authorizedKeys.find((key) => key.equals(context.key.data));
    if (known === undefined) return false;
    // Without a signature the client only asks whether the key would do (RFC 4252 §7).
    if (context.signature === undefined || context.blob === undefined) return true;
    const key = ssh2.utils.parseKey(`${context.key.algo} ${known.toString('base64')}`);
    return !(key instanceof Error) && key.verify(context.blob, context.signature, context.hashAlgo) === true;
  }
}

function isSameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

function readPublicKey(text: string): Buffer {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw new TypeError(`not an OpenSSH public key: ${key.message}`);
  return key.getPublicSSH();
}
