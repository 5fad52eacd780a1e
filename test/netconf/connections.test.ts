import * as net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ConnectionPool,
  connect,
  listenForCallHome,
  type NetconfSession,
  type PooledTarget,
  scanHostKey,
} from '../../src/netconf/index.ts';
import { positiveReply, type ServerOptions, startServer, type TestServer } from './support/ssh-server.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  servers.push(server);
  return server;
}

const target = (server: TestServer): PooledTarget => ({
  host: '127.0.0.1',
  port: server.port,
  name: 'pe1',
  username: 'wasl',
  auth: { password: 'secret' },
  hostKey: { sha256: [server.hostKeySha256] },
});

describe('the pool', () => {
  it('opens each session anew, each on a connection of its own, and lets those go when they were idle long enough', async () => {
    const server = await start();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const pool = new ConnectionPool({ idleCloseMs: 100 });
    const [first, second] = await Promise.all([pool.open(target(server)), pool.open(target(server))]);
    expect([server.connections.size, server.sessions.length]).toEqual([2, 2]);
    await Promise.all([first.close(), second.close()]);
    const third = await pool.open(target(server));
    expect([server.connections.size, server.sessions.length, pool.size]).toEqual([2, 3, 2]);
    await third.close();
    vi.advanceTimersByTime(99);
    expect(pool.size).toBe(2);
    vi.advanceTimersByTime(1);
    expect(pool.size).toBe(0);
    await expect.poll(() => server.connections.size).toBe(0);
  });

  it('forgets a connection that broke or never came, and does not mix logins', async () => {
    const server = await start();
    const pool = new ConnectionPool();
    await expect(pool.open({ ...target(server), auth: { password: 'wrong' } })).rejects.toMatchObject({
      code: 'AUTH_FAILED',
    });
    const session = await pool.open(target(server));
    server.sessions[0]?.cut();
    await session.closed;
    await expect.poll(() => pool.size).toBe(0);
    await expect(
      pool.open({ ...target(server), username: 'other', hostKey: { sha256: ['A'.repeat(43)] } }),
    ).rejects.toMatchObject({
      code: 'HOST_KEY_MISMATCH',
    });
    pool.close();
    await expect(pool.open(target(server))).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
  });

  it('closes the one idle longest for a new one, and refuses when all are in use', async () => {
    const [first, second, third] = [await start(), await start(), await start()];
    const pool = new ConnectionPool({ connectionsMax: 2 });
    await (await pool.open(target(first))).close();
    const used = await pool.open(target(second));
    const alsoUsed = await pool.open(target(third));
    await expect.poll(() => first.connections.size).toBe(0);
    await expect(pool.open(target(first))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await Promise.all([used.close(), alsoUsed.close()]);
    pool.close();
  });
});

describe('the keepalive', () => {
  it('leaves a running rpc alone, however long it takes', async () => {
    const server = await start({
      onRpc: ({ id, body }, peer) => void setTimeout(() => peer.send(positiveReply(id, body)), 120),
    });
    const session = await connect({ ...target(server), keepaliveIntervalMs: 15 });
    await session.commit();
    expect(server.sessions[0]?.received.filter((text) => text.includes('<get>'))).toEqual([]);
    await expect.poll(() => server.sessions[0]?.received.at(-1)).toContain('<get><filter type="subtree"/></get>');
    session.destroy();
  });
});

describe('call home', () => {
  it('takes a router that calls, and proves it by its host key', async () => {
    const server = await start();
    const sessions: NetconfSession[] = [];
    const refused: string[] = [];
    let known = true;
    const listener = await listenForCallHome({
      address: '127.0.0.1',
      port: 0,
      identify: () => (known ? target(server) : null),
      onSession: (session) => sessions.push(session),
      onRefused: (error) => refused.push(error.code),
    });
    const call = () => {
      const home = net.connect(listener.port, '127.0.0.1');
      const router = net.connect(server.port, '127.0.0.1');
      home.pipe(router).pipe(home);
      for (const socket of [home, router]) socket.on('error', () => undefined);
    };
    call();
    await expect.poll(() => sessions.length).toBe(1);
    expect((await sessions[0]?.discardChanges())?.ok).toBe(true);
    known = false;
    call();
    await expect.poll(() => refused).toEqual(['HOST_KEY_UNKNOWN']);
    sessions[0]?.destroy();
    await listener.close();
  });
});

describe('a caller that hangs up while it is being identified', () => {
  it('is told at once, not when the time to connect is over', async () => {
    const server = await start();
    const refused: string[] = [];
    const listener = await listenForCallHome({
      address: '127.0.0.1',
      port: 0,
      identify: async () => {
        home.resetAndDestroy();
        await sleep(50);
        return { ...target(server), connectTimeoutMs: 10 * 60_000 };
      },
      onSession: () => undefined,
      onRefused: (error) => refused.push(error.code),
    });
    const home = net.connect(listener.port, '127.0.0.1');
    home.on('error', () => undefined);
    await expect.poll(() => refused).toEqual(['TRANSPORT']);
    await listener.close();
  });
});

describe('scanning a host key', () => {
  it('shows it without logging in, in a form that known_hosts takes', async () => {
    const server = await start();
    const scanned = await scanHostKey({ host: '127.0.0.1', port: server.port });
    expect(scanned).toMatchObject({ type: 'ssh-ed25519', sha256: `SHA256:${server.hostKeySha256.replace(/=+$/, '')}` });
    const session = await connect({ ...target(server), hostKey: { knownHosts: scanned.knownHostsLine } });
    session.destroy();
    await sleep(10);
  });

  it('tells what does not answer', async () => {
    const server = await start({ silent: true });
    await expect(scanHostKey({ host: '127.0.0.1', port: server.port, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'CONNECT_TIMEOUT',
    });
  });
});
