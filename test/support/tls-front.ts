/** TLS in front of a server that has none: as a Temporal or a Postgres that is reached over a network. */
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';

export interface TlsFront {
  readonly port: number;
  close(): Promise<void>;
}

/** Asks for TLS in the midst of the protocol, as a driver of Postgres does (its manual, 54.2.11); it is answered with one letter. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

export async function startTlsFront(
  targetPort: number,
  kind: 'temporal' | 'postgres',
  tls: SecureContextOptions & { readonly requestCert?: boolean },
): Promise<TlsFront> {
  const secureContext = createSecureContext(tls);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket, other: () => Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => other().destroy());
  };
  const open = (near: Socket) => {
    const asksClient = tls.requestCert === true;
    const secure = new TLSSocket(near, {
      ...{ isServer: true, secureContext, requestCert: asksClient, rejectUnauthorized: asksClient },
      ...(kind === 'temporal' ? { ALPNProtocols: ['h2'] } : {}),
    });
    const far = createConnection(targetPort, '127.0.0.1');
    keep(secure, () => far);
    keep(far, () => secure);
    secure.pipe(far).pipe(secure);
  };
  const server = createServer((near) => {
    near.on('error', () => undefined);
    if (kind === 'temporal') return open(near);
    near.once('data', (first: Buffer) => {
      if (!first.equals(SSL_REQUEST)) return near.destroy();
      near.write('S');
      return open(near);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
