import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** Stands between wasl and a server, and takes it away: what a restart looks like from outside. */
export interface TcpProxy {
  readonly port: number;
  /** Open connections break, new ones are refused as soon as they come. */
  cut(): void;
  restore(): void;
  /** Nothing passes any more, and nobody is told: as where packets are swallowed. What was sent meanwhile arrives after `restore`. */
  stall(): void;
  /** From now on what the client sends within `ms` reaches the server in one piece: a busy server that reads much at once. */
  hold(ms: number): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let isStalled = false;
  let heldMs = 0;
  const hold = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = createConnection(target);
    hold(near, far);
    hold(far, near);
    far.on('data', (piece: Buffer) => near.write(piece)).on('end', () => near.end());
    passOn(near, far, () => heldMs);
    if (isStalled) for (const socket of [near, far]) socket.pause();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const breakAll = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut() {
      isCut = true;
      breakAll();
    },
    restore() {
      isCut = false;
      isStalled = false;
      for (const socket of sockets) socket.resume();
    },
    stall() {
      isStalled = true;
      for (const socket of sockets) socket.pause();
    },
    hold(ms) {
      heldMs = ms;
    },
    async close() {
      server.close();
      breakAll();
      await once(server, 'close');
    },
  };
}

function passOn(from: Socket, to: Socket, heldMs: () => number): void {
  let held: Buffer[] = [];
  const flush = () => {
    to.write(Buffer.concat(held));
    held = [];
  };
  from.on('data', (piece: Buffer) => {
    if (held.push(piece) > 1) return;
    if (heldMs() === 0) flush();
    else setTimeout(flush, heldMs());
  });
}
