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

interface Entry {
  readonly connection: Promise<SshConnection>;
  /** Sessions open or being opened on it. */
  users: number;
  idleTimer: NodeJS.Timeout | null;
  idleSince: number;
  release: (() => void) | null;
}

const IDLE_CLOSE_MS = 120_000;
const CONNECTIONS_MAX = 1_000;

/**
 * Keeps SSH connections, so that the next session to a PE costs a channel and a hello and not a key exchange and a login.
 * Sessions are never shared or reused: locks, candidates and confirmed commits belong to a session.
 */
export class ConnectionPool {
  private readonly idleCloseMs: number;
  private readonly connectionsMax: number;
  private readonly entries = new Map<string, Entry>();
  private closed = false;

  constructor({ idleCloseMs = IDLE_CLOSE_MS, connectionsMax = CONNECTIONS_MAX }: PoolOptions = {}) {
    this.idleCloseMs = idleCloseMs;
    this.connectionsMax = connectionsMax;
  }

  /** Connections that are open or being opened. */
  get size(): number {
    return this.entries.size;
  }

  /** A new session, on a connection that is there or on a new one. Close the session to give the connection back. */
  async open(target: PooledTarget): Promise<NetconfSession> {
    if (this.closed)
      throw new NetconfError('SESSION_CLOSED', 'the pool is closed', { peer: target.name ?? target.host });
    checkConnectOptions(target);
    const key = keyOf(target);
    const entry = this.entries.get(key) ?? this.connect(key, target);
    this.take(entry);
    try {
      const connection = await entry.connection;
      const session = await openSession(connection, target);
      void session.closed.then(() => this.giveBack(key, entry));
      return session;
    } catch (error) {
      this.giveBack(key, entry);
      throw error;
    }
  }

  /** Closes what is idle now and everything else when its last session ends. */
  close(): void {
    this.closed = true;
    for (const [key, entry] of this.entries) if (entry.users === 0) this.drop(key, entry);
  }

  private connect(key: string, target: PooledTarget): Entry {
    this.makeRoom();
    const connection = SshConnection.connect(target);
    const entry: Entry = { connection, users: 0, idleTimer: null, idleSince: 0, release: null };
    this.entries.set(key, entry);
    connection.then(
      (open) => {
        // The pool is a user too: the connection outlives its sessions until the pool lets it go.
        entry.release = open.use();
        if (this.entries.get(key) !== entry) entry.release();
        void open.closed.then(() => this.forget(key, entry));
      },
      () => this.forget(key, entry),
    );
    return entry;
  }

  private take(entry: Entry): void {
    entry.users += 1;
    if (entry.idleTimer !== null) clearTimeout(entry.idleTimer);
    entry.idleTimer = null;
  }

  private giveBack(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (this.closed) {
      this.drop(key, entry);
      return;
    }
    entry.idleSince = performance.now();
    entry.idleTimer = setTimeout(() => this.drop(key, entry), this.idleCloseMs);
    // An idle connection must not keep a process alive that has nothing else to do.
    entry.idleTimer.unref();
  }

  private makeRoom(): void {
    if (this.entries.size < this.connectionsMax) return;
    const idle = [...this.entries].filter(([, entry]) => entry.users === 0);
    const [longest] = idle.sort(([, a], [, b]) => a.idleSince - b.idleSince);
    if (longest === undefined) {
      throw new NetconfError('LIMIT_EXCEEDED', `all ${this.connectionsMax} connections of the pool are in use`);
    }
    this.drop(...longest);
  }

  private drop(key: string, entry: Entry): void {
    this.forget(key, entry);
    entry.release?.();
  }

  private forget(key: string, entry: Entry): void {
    if (entry.idleTimer !== null) clearTimeout(entry.idleTimer);
    if (this.entries.get(key) === entry) this.entries.delete(key);
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
