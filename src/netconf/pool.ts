import { createHmac, randomBytes } from 'node:crypto';
import { openSession, type SessionOptions } from './connect.ts';
import { NetconfError } from './errors.ts';
import { checkConnectOptions } from './options.ts';
import type { NetconfSession } from './session/session.ts';
import { SshConnection, type SshConnectOptions } from './ssh/connection.ts';

export interface PoolOptions {
  /** An SSH connection without a session is kept this long. Default 2 minutes, as NSO does. */
  readonly idleCloseMs?: number | undefined;
  /** Connections kept at once; the one idle longest is closed for a new one. */
  readonly connectionsMax?: number | undefined;
}

export type PooledTarget = SshConnectOptions & SessionOptions;

interface Idle {
  readonly key: string;
  readonly connection: SshConnection;
  readonly release: () => void;
  readonly timer: NodeJS.Timeout;
}

const IDLE_CLOSE_MS = 120_000;
const CONNECTIONS_MAX = 1_000;

/**
 * Keeps SSH connections, so that the next session to a PE costs a channel and a hello and not a key exchange and a login.
 * Sessions are never shared or reused: locks, candidates and confirmed commits belong to a session. A connection serves one session at
 * a time, so that none suffers from another's commands or end, and only one whose last session ended in order is kept.
 */
export class ConnectionPool {
  private readonly idleCloseMs: number;
  private readonly connectionsMax: number;
  /** In the order in which they became idle. */
  private readonly idle = new Set<Idle>();
  private inUse = 0;
  private closed = false;

  constructor({ idleCloseMs = IDLE_CLOSE_MS, connectionsMax = CONNECTIONS_MAX }: PoolOptions = {}) {
    this.idleCloseMs = idleCloseMs;
    this.connectionsMax = connectionsMax;
  }

  /** Connections that are open or being opened. */
  get size(): number {
    return this.inUse + this.idle.size;
  }

  /**
   * A new session, on a connection that is idle or on a new one. Close the session to give the connection back.
   *
   * @throws NetconfError as `connect`, `SESSION_CLOSED` where the pool is closed, `LIMIT_EXCEEDED` where all its connections are in use
   */
  async open(target: PooledTarget): Promise<NetconfSession> {
    checkConnectOptions(target);
    const peer = target.name ?? target.host;
    if (this.closed) throw new NetconfError('SESSION_CLOSED', 'the pool is closed', { peer });
    const key = keyOf(target);
    const kept = this.takeIdle(key);
    if (kept !== undefined) {
      // What was kept may be gone without having said so: that is no error of the router's, and a new connection tells.
      const session = await this.openOn(kept.connection, kept.release, key, target).catch((error: unknown) => {
        if (target.signal?.aborted === true || !(error instanceof NetconfError)) throw error;
        return null;
      });
      if (session !== null) return session;
    }
    this.makeRoom();
    this.inUse += 1;
    let connection: SshConnection;
    try {
      connection = await SshConnection.connect(target);
    } catch (error) {
      this.inUse -= 1;
      throw error;
    }
    // The pool is a user too: the connection outlives its session until the pool lets it go.
    return this.openOn(connection, connection.use(), key, target);
  }

  /** Closes what is idle now and everything else when its session ends. */
  close(): void {
    this.closed = true;
    for (const one of this.idle) this.drop(one);
  }

  private async openOn(
    connection: SshConnection,
    release: () => void,
    key: string,
    target: PooledTarget,
  ): Promise<NetconfSession> {
    try {
      const session = await openSession(connection, target);
      void session.closed.then(({ kind }) => this.giveBack(key, connection, release, kind === 'closed'));
      return session;
    } catch (error) {
      this.giveBack(key, connection, release, false);
      throw error;
    }
  }

  private takeIdle(key: string): Idle | undefined {
    for (const one of this.idle) {
      if (one.key !== key || !one.connection.isOpen) continue;
      clearTimeout(one.timer);
      this.idle.delete(one);
      this.inUse += 1;
      return one;
    }
    return undefined;
  }

  private giveBack(key: string, connection: SshConnection, release: () => void, isInOrder: boolean): void {
    this.inUse -= 1;
    if (this.closed || !isInOrder || !connection.isOpen) {
      release();
      return;
    }
    const timer = setTimeout(() => this.drop(one), this.idleCloseMs);
    // An idle connection must not keep a process alive that has nothing else to do.
    timer.unref();
    const one: Idle = { key, connection, release, timer };
    this.idle.add(one);
    void connection.closed.then(() => this.drop(one));
  }

  private makeRoom(): void {
    if (this.size < this.connectionsMax) return;
    const [longest] = this.idle;
    if (longest === undefined) {
      throw new NetconfError('LIMIT_EXCEEDED', `all ${this.connectionsMax} connections of the pool are in use`);
    }
    this.drop(longest);
  }

  private drop(one: Idle): void {
    if (!this.idle.delete(one)) return;
    clearTimeout(one.timer);
    one.release();
  }
}

/** Never written anywhere; it only keeps the map's keys from being secrets. */
const KEY_SALT = randomBytes(16);

/** What must be equal for two sessions to share a connection: the hops, and the logins, of which only a digest is kept. */
function keyOf(target: PooledTarget): string {
  const hops = [...(target.jumpHosts ?? []), target];
  const parts = hops.map(({ host, port, username, hostKey, legacyAlgorithms, auth }) => [
    [host, port ?? null, username, hostKey, legacyAlgorithms ?? []],
    (Array.isArray(auth) ? auth : [auth]).map((way) =>
      // A function cannot be compared: such a login is never shared.
      'keyboardInteractive' in way ? randomBytes(16).toString('hex') : way,
    ),
  ]);
  return createHmac('sha256', KEY_SALT).update(JSON.stringify(parts)).digest('hex');
}
