import type { Clock } from '../clock.ts';
import { RpcError, type RpcErrorFields } from '../netconf/rpc-error.ts';
import { type DataNode, isEqualTree } from './tree.ts';

export type DatastoreName = 'running' | 'candidate' | 'startup';
/** A number of the router's own; 0 is a person at the console (RFC 6241 §7.5: not a NETCONF session). */
export type SessionId = number;

/** RFC 6241 §8.4.5.1: 600 seconds when `<confirm-timeout>` is absent. */
const CONFIRM_TIMEOUT_DEFAULT_SECONDS = 600;

/** A confirmed commit that waits for its confirming commit. */
interface PendingCommit {
  /** What running was before the first confirmed commit of the sequence. */
  readonly base: DataNode;
  readonly sessionId: SessionId;
  /** null: bound to its session (RFC 6241 §8.4.1). */
  readonly persistId: string | null;
  readonly timeoutSeconds: number;
  readonly cancelTimer: () => void;
}

export interface CommitRequest {
  readonly confirmed: boolean;
  readonly confirmTimeoutSeconds?: number | undefined;
  readonly persist?: string | undefined;
  readonly persistId?: string | undefined;
}

/** RFC 6470 §2.1. */
export type ConfirmEvent = 'start' | 'cancel' | 'timeout' | 'extend' | 'complete';

export interface DatastoreEvents {
  /** Errors make a commit fail; the rest of the rules belongs to the platform. */
  check(tree: DataNode): readonly RpcErrorFields[];
  lockDenied(datastore: DatastoreName, holder: SessionId, reason: LockDenial): RpcErrorFields;
  runningChanged(before: DataNode, after: DataNode, sessionId: SessionId): void;
  confirmedCommit(event: ConfirmEvent, sessionId: SessionId, timeoutSeconds: number): void;
}

/** One change of running, by whatever did it. */
export interface Commit {
  readonly number: number;
  readonly at: Date;
  readonly sessionId: SessionId;
}

/** As many as routers list. */
const COMMITS_MAX = 100;

export type LockDenial = 'held' | 'dirty' | 'confirmed-commit-pending';

/** running, the shared candidate and startup of one router, their locks, and the confirmed commit (RFC 6241 §7.5, §8.3, §8.4, §8.7). */
export class Datastores {
  #running: DataNode;
  #candidate: DataNode;
  /** null: running itself survives a restart. */
  #startup: DataNode | null;
  #pending: PendingCommit | null = null;
  /** Newest first. */
  #commits: readonly Commit[] = [];
  readonly #locks = new Map<DatastoreName, SessionId>();
  readonly #events: DatastoreEvents;
  readonly #clock: Clock;
  readonly #confirmTimerStepSeconds: number;

  constructor(
    initial: DataNode,
    events: DatastoreEvents,
    clock: Clock,
    { keepsStartup = false, confirmTimerStepSeconds = 1 } = {},
  ) {
    this.#confirmTimerStepSeconds = confirmTimerStepSeconds;
    this.#running = initial;
    this.#candidate = initial;
    this.#startup = keepsStartup ? initial : null;
    this.#events = events;
    this.#clock = clock;
    this.#noteCommit(0);
  }

  /** Newest first; the oldest are forgotten. */
  get commits(): readonly Commit[] {
    return this.#commits;
  }

  get running(): DataNode {
    return this.#running;
  }

  get candidate(): DataNode {
    return this.#candidate;
  }

  /** What the router comes back with. */
  get startup(): DataNode {
    return this.#startup ?? this.#running;
  }

  get isDirty(): boolean {
    return !isEqualTree(this.#candidate, this.#running);
  }

  get pendingCommit(): { readonly persistId: string | null; readonly sessionId: SessionId } | null {
    return this.#pending === null ? null : { persistId: this.#pending.persistId, sessionId: this.#pending.sessionId };
  }

  lockHolder(datastore: DatastoreName): SessionId | undefined {
    return this.#locks.get(datastore);
  }

  /** RFC 6241 §7.5. */
  lock(datastore: DatastoreName, sessionId: SessionId): void {
    const deny = (holder: SessionId, reason: LockDenial): RpcError =>
      new RpcError(this.#events.lockDenied(datastore, holder, reason));
    const holder = this.#locks.get(datastore);
    if (holder !== undefined) throw deny(holder, 'held');
    if (datastore === 'candidate' && this.isDirty) throw deny(0, 'dirty');
    const pending = this.#pending;
    if (datastore === 'running' && pending !== null && pending.sessionId !== sessionId) {
      throw deny(pending.sessionId, 'confirmed-commit-pending');
    }
    this.#locks.set(datastore, sessionId);
  }

  /** RFC 6241 §7.6, §8.3.5.2: with the candidate's lock go its uncommitted changes. */
  unlock(datastore: DatastoreName, sessionId: SessionId): void {
    if (this.#locks.get(datastore) !== sessionId) {
      throw new RpcError({
        type: 'protocol',
        tag: 'operation-failed',
        message: `This session does not hold the lock of ${datastore}`,
      });
    }
    this.#locks.delete(datastore);
    if (datastore === 'candidate') this.#candidate = this.#running;
  }

  /** Throws `in-use` where another session holds the lock. */
  requireWritable(datastore: DatastoreName, sessionId: SessionId): void {
    const holder = this.#locks.get(datastore);
    if (holder === undefined || holder === sessionId) return;
    throw new RpcError({
      type: 'protocol',
      tag: 'in-use',
      message: `The ${datastore} datastore is locked by session ${holder}`,
    });
  }

  setCandidate(tree: DataNode, sessionId: SessionId): void {
    this.requireWritable('candidate', sessionId);
    this.#candidate = tree;
  }

  /** RFC 6241 §8.2: an edit that takes effect at once. */
  setRunning(tree: DataNode, sessionId: SessionId): void {
    this.requireWritable('running', sessionId);
    this.#replaceRunning(tree, sessionId);
  }

  /** RFC 6241 §8.7: running as it is now is what the next start begins with. */
  saveStartup(sessionId: SessionId): void {
    this.requireWritable('startup', sessionId);
    this.#startup = this.#running;
  }

  /** RFC 6241 §8.3.4.2. */
  discard(sessionId: SessionId): void {
    this.requireWritable('candidate', sessionId);
    this.#candidate = this.#running;
  }

  /** RFC 6241 §8.3.4.1 and §8.4: plain, confirmed, follow-up and confirming commit. A refused commit changes nothing. */
  commit(request: CommitRequest, sessionId: SessionId): void {
    this.requireWritable('candidate', sessionId);
    this.requireWritable('running', sessionId);
    this.#requirePendingOwner(request.persistId, sessionId);
    const errors = this.#events.check(this.#candidate);
    if (errors.length > 0) throw new RpcErrors(errors);

    const before = this.#running;
    const pending = this.#pending;
    pending?.cancelTimer();
    this.#pending = null;
    if (request.confirmed) {
      const step = this.#confirmTimerStepSeconds;
      const timeoutSeconds =
        Math.floor((request.confirmTimeoutSeconds ?? CONFIRM_TIMEOUT_DEFAULT_SECONDS) / step) * step;
      this.#pending = {
        base: pending?.base ?? before,
        sessionId,
        // A follow-up without <persist> binds the sequence to its session (§8.4.1: the last confirmed commit decides).
        persistId: request.persist ?? null,
        timeoutSeconds,
        cancelTimer: this.#clock.after(timeoutSeconds * 1000, () => this.#revert('timeout', sessionId)),
      };
    }
    this.#running = this.#candidate;
    this.#noteCommit(sessionId);
    this.#events.runningChanged(before, this.#running, sessionId);
    if (request.confirmed) {
      const timeoutSeconds = this.#pending?.timeoutSeconds ?? 0;
      this.#events.confirmedCommit(pending === null ? 'start' : 'extend', sessionId, timeoutSeconds);
    } else if (pending !== null) {
      this.#events.confirmedCommit('complete', sessionId, 0);
    }
  }

  /** RFC 6241 §8.4.4.1. */
  cancelCommit(persistId: string | undefined, sessionId: SessionId): void {
    if (this.#pending === null) {
      throw new RpcError({ tag: 'operation-failed', message: 'No confirmed commit is pending' });
    }
    this.#requirePendingOwner(persistId, sessionId);
    this.#revert('cancel', sessionId);
  }

  /** A session is gone, however: its locks, its uncommitted changes under lock and its session-bound confirmed commit go with it. */
  endSession(sessionId: SessionId): void {
    if (this.#pending !== null && this.#pending.persistId === null && this.#pending.sessionId === sessionId) {
      this.#revert('cancel', sessionId);
    }
    for (const [datastore, holder] of [...this.#locks]) {
      if (holder === sessionId) this.unlock(datastore, sessionId);
    }
  }

  /** RFC 6241 §8.4.1: a reboot restores what was before a pending confirmed commit. Nothing else survives but running, or startup where there is one. */
  reboot(): void {
    if (this.#pending !== null) this.#revert('cancel', 0);
    if (this.#startup !== null) this.#replaceRunning(this.#startup, 0);
    this.#locks.clear();
    this.#candidate = this.#running;
  }

  /** Stops the timer of a pending confirmed commit: for the end of the simulation, not of the router. */
  close(): void {
    this.#pending?.cancelTimer();
  }

  /** An operator's change at the console, committed at once; a clean candidate follows running. */
  writeRunning(tree: DataNode): void {
    const errors = this.#events.check(tree);
    if (errors.length > 0) throw new RpcErrors(errors);
    this.#replaceRunning(tree, 0);
  }

  #requirePendingOwner(persistId: string | undefined, sessionId: SessionId): void {
    const pending = this.#pending;
    const mismatch = (message: string): RpcError => new RpcError({ type: 'protocol', tag: 'invalid-value', message });
    if (persistId !== undefined && persistId !== pending?.persistId) {
      throw mismatch('The persist-id is not that of a pending confirmed commit');
    }
    if (pending === null || persistId !== undefined) return;
    if (pending.persistId !== null) throw mismatch('A confirmed commit is pending; its persist-id is needed');
    if (pending.sessionId === sessionId) return;
    throw new RpcError({
      type: 'protocol',
      tag: 'in-use',
      message: `A confirmed commit of session ${pending.sessionId} is pending`,
    });
  }

  #revert(event: 'cancel' | 'timeout', sessionId: SessionId): void {
    const pending = this.#pending;
    if (pending === null) return;
    pending.cancelTimer();
    this.#pending = null;
    this.#replaceRunning(pending.base, sessionId);
    this.#events.confirmedCommit(event, sessionId, 0);
  }

  #noteCommit(sessionId: SessionId): void {
    const number = (this.#commits[0]?.number ?? 0) + 1;
    this.#commits = [{ number, at: this.#clock.now(), sessionId }, ...this.#commits.slice(0, COMMITS_MAX - 1)];
  }

  #replaceRunning(tree: DataNode, sessionId: SessionId): void {
    const before = this.#running;
    const wasClean = !this.isDirty;
    this.#running = tree;
    if (wasClean) this.#candidate = tree;
    this.#noteCommit(sessionId);
    this.#events.runningChanged(before, tree, sessionId);
  }
}

/** More than one `<rpc-error>` in one reply. */
export class RpcErrors extends Error {
  readonly errors: readonly RpcErrorFields[];

  constructor(errors: readonly RpcErrorFields[]) {
    super(errors.map((fields) => fields.message ?? fields.tag).join('; '));
    this.name = 'RpcErrors';
    this.errors = errors;
  }
}
