import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type ConnectOptions, connect } from './connect.ts';
import { NetconfError, toNetconfError } from './errors.ts';
import type { NetconfSession } from './session/session.ts';

/** RFC 8071 §6: the port a client listens on for NETCONF over SSH. */
export const CALL_HOME_SSH_PORT = 4334;
/** Connections being opened at once; a flood of callers waits in the kernel's queue and costs no memory here. */
const OPENING_MAX = 64;

export interface CallHomeOptions {
  /** Default all addresses; give the management address. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  /**
   * Who is calling, by the address it calls from; null hangs up. Identity is proven by the host key in the options, never by
   * the address (RFC 8071 §3.1).
   */
  readonly identify: (remoteAddress: string) => ConnectOptions | null | Promise<ConnectOptions | null>;
  readonly onSession: (session: NetconfSession) => void;
  /** A caller that was turned away, or whose session did not open. */
  readonly onRefused?: (error: NetconfError, remoteAddress: string) => void;
}

export interface CallHomeListener {
  readonly port: number;
  close(): Promise<void>;
}

/** RFC 8071: the router opens the TCP connection, and from there we are the SSH and NETCONF client as ever. */
export async function listenForCallHome(options: CallHomeOptions): Promise<CallHomeListener> {
  const opening = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const remote = socket.remoteAddress ?? '';
    socket.on('error', () => undefined);
    opening.add(socket);
    void open(socket, remote, options).finally(() => opening.delete(socket));
  });
  server.maxConnections = OPENING_MAX * 16;
  server.listen(options.port ?? CALL_HOME_SSH_PORT, options.address);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        for (const socket of opening) socket.destroy();
        server.close(() => resolve());
      }),
  };

  async function open(
    socket: Socket,
    remote: string,
    { identify, onSession, onRefused }: CallHomeOptions,
  ): Promise<void> {
    try {
      if (opening.size > OPENING_MAX)
        throw new NetconfError('LIMIT_EXCEEDED', `more than ${OPENING_MAX} callers at once`);
      const target = await identify(remote);
      if (target === null) throw new NetconfError('HOST_KEY_UNKNOWN', 'nobody known calls from this address');
      onSession(await connect({ ...target, stream: socket }));
    } catch (error) {
      socket.destroy();
      onRefused?.(toNetconfError(error, { operation: 'call home' }), remote);
    }
  }
}
