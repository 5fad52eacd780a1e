import { NetconfError, toNetconfError } from '../errors.ts';
import type { Capabilities } from '../message/capabilities.ts';
import { positiveReplyTo } from '../message/positive-reply.ts';
import type { RpcReply } from '../message/reply.ts';
import { NETCONF_PARTIAL_LOCK } from '../namespaces.ts';
import { actionOperation } from '../operations/action.ts';
import {
  type CommitOptions,
  cancelCommitOperation,
  commitOperation,
  discardChangesOperation,
  validateOperation,
} from '../operations/committing.ts';
import {
  type CopyConfigOptions,
  copyConfigOperation,
  deleteConfigOperation,
  type EditConfigOptions,
  editConfigOperation,
} from '../operations/editing.ts';
import {
  type LockTarget,
  lockOperation,
  partialLockOperation,
  partialUnlockOperation,
  unlockOperation,
} from '../operations/locking.ts';
import { type EditDataOptions, editDataOperation, type GetDataOptions, getDataOperation } from '../operations/nmda.ts';
import { checkCapabilities, type Datastore, type Operation } from '../operations/operation.ts';
import { type GetConfigOptions, type GetOptions, getConfigOperation, getOperation } from '../operations/retrieval.ts';
import { type GetSchemaOptions, getSchemaOperation } from '../operations/schema.ts';
import { closeSessionOperation, killSessionOperation } from '../operations/sessions.ts';
import { createSubscriptionOperation, type SubscriptionOptions } from '../operations/subscribing.ts';
import {
  announcedContentId,
  readYangLibrary,
  YANG_LIBRARY_FILTER,
  type YangLibrary,
  type YangLibraryCache,
} from '../operations/yang-library.ts';
import { checkMilliseconds } from '../options.ts';
import type { SshConnection } from '../ssh/connection.ts';
import { type ExecOptions, type ExecResult, execCommand } from '../ssh/exec.ts';
import { readRpcContent, type XmlContent } from '../xml/build.ts';
import { childrenNamed, childText } from '../xml/element.ts';
import type { MessageLayer, SessionEnd } from './message-layer.ts';
import type { NotificationStream } from './notification-stream.ts';
import type { ReplyStream } from './reply-stream.ts';

/**
 * Every call takes these. A call that ends by them leaves the session usable: a late answer is dropped. Servers answer in order
 * (RFC 6241 §4.5): `timeoutMs` counts from when those before it were answered.
 */
export interface CallOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SessionParts {
  readonly peer: string;
  readonly sessionId: number;
  readonly capabilities: Capabilities;
  readonly messages: MessageLayer;
  readonly connection: SshConnection | null;
  readonly rpcTimeoutMs: number;
  readonly closeTimeoutMs: number;
  /** Off for a server whose hello says less than it can do. */
  readonly checkCapabilities: boolean;
}

/**
 * One NETCONF session (RFC 6241). Calls may run at once: each has its message-id, and servers answer in order.
 *
 * A reply with an rpc-error of severity error rejects with `RpcError`; warnings are in `RpcReply.warnings`. A commit, a
 * cancel-commit or a change of running whose answer is lost rejects with `CommitOutcomeUnknownError`. The session never
 * discards, unlocks or kills by itself.
 */
export class NetconfSession {
  /** The PE's name. */
  readonly peer: string;
  /** The server's number for this session, which lock-denied errors of others name. */
  readonly sessionId: number;
  readonly capabilities: Capabilities;
  /** How and why the session ended. Never rejects. */
  readonly closed: Promise<SessionEnd>;
  private readonly parts: SessionParts;

  constructor(parts: SessionParts) {
    this.parts = parts;
    this.peer = parts.peer;
    this.sessionId = parts.sessionId;
    this.capabilities = parts.capabilities;
    this.closed = parts.messages.ended;
  }

  /** The SSH methods by which its connection logged in (RFC 4252); none: it is not over SSH. */
  get login(): readonly string[] {
    return this.parts.connection?.login ?? [];
  }

  get isOpen(): boolean {
    return this.parts.messages.isOpen;
  }

  /** get, RFC 6241 §7.7. */
  get(options: GetOptions & CallOptions = {}): Promise<RpcReply> {
    return this.run(() => getOperation(options), options);
  }

  /** get-config, RFC 6241 §7.1. */
  getConfig(options: GetConfigOptions & CallOptions): Promise<RpcReply> {
    return this.run(() => getConfigOperation(options), options);
  }

  /** edit-config, RFC 6241 §7.2. */
  editConfig(options: EditConfigOptions & CallOptions): Promise<RpcReply> {
    return this.run(() => editConfigOperation(options), options);
  }

  /** copy-config, RFC 6241 §7.3. */
  copyConfig(options: CopyConfigOptions & CallOptions): Promise<RpcReply> {
    return this.run(() => copyConfigOperation(options), options);
  }

  /** delete-config, RFC 6241 §7.4. */
  deleteConfig(options: { readonly target: 'startup' | { readonly url: string } } & CallOptions): Promise<RpcReply> {
    return this.run(() => deleteConfigOperation(options.target), options);
  }

  /** lock, RFC 6241 §7.5. */
  lock(target: LockTarget, options: CallOptions = {}): Promise<RpcReply> {
    return this.run(() => lockOperation(target), options);
  }

  /** unlock, RFC 6241 §7.6. */
  unlock(target: LockTarget, options: CallOptions = {}): Promise<RpcReply> {
    return this.run(() => unlockOperation(target), options);
  }

  /** partial-lock, RFC 5717 §2.4.1. */
  async partialLock(
    selects: readonly string[],
    options: CallOptions & { readonly namespaces?: Readonly<Record<string, string>> } = {},
  ): Promise<{ readonly lockId: number; readonly lockedNodes: readonly string[] }> {
    const { root } = await this.run(() => partialLockOperation(selects, options.namespaces), options);
    const lockId = Number(childText(root, 'lock-id', NETCONF_PARTIAL_LOCK));
    if (!Number.isInteger(lockId)) {
      throw new NetconfError('PROTOCOL', 'the reply has no lock-id', { peer: this.peer, operation: 'partial-lock' });
    }
    const nodes = childrenNamed(root, 'locked-node', NETCONF_PARTIAL_LOCK);
    return { lockId, lockedNodes: nodes.map((node) => node.text.trim()) };
  }

  /** partial-unlock, RFC 5717 §2.4.2. */
  partialUnlock(lockId: number, options: CallOptions = {}): Promise<RpcReply> {
    return this.run(() => partialUnlockOperation(lockId), options);
  }

  /** get-schema, RFC 6022 §3.1: the text of a YANG module. */
  async getSchema(options: GetSchemaOptions & CallOptions): Promise<string> {
    const { data } = await this.run(() => getSchemaOperation(options), options);
    return data?.text ?? '';
  }

  /** get-data, RFC 8526 §3.1.1. */
  getData(options: GetDataOptions & CallOptions): Promise<RpcReply> {
    return this.run(() => getDataOperation(options), options);
  }

  /** edit-data, RFC 8526 §3.1.2. */
  editData(options: EditDataOptions & CallOptions): Promise<RpcReply> {
    return this.run(() => editDataOperation(options), options);
  }

  /** action, RFC 7950 §7.15. `changesRunning` as in `rpc`. */
  action(content: XmlContent, options: CallOptions & { readonly changesRunning?: boolean } = {}): Promise<RpcReply> {
    return this.run(() => ({ ...actionOperation(content), changesRunning: options.changesRunning ?? false }), options);
  }

  /**
   * The server's YANG library, RFC 8525, or RFC 7895 on older servers. With a cache it is read only where the content-id of the
   * hello is new.
   */
  async yangLibrary(options: CallOptions & { readonly cache?: YangLibraryCache } = {}): Promise<YangLibrary> {
    const announced = announcedContentId(this.capabilities);
    const known = announced === null ? undefined : options.cache?.get(announced);
    if (known !== undefined) return known;
    const { data } = await this.run(() => getOperation(YANG_LIBRARY_FILTER), options);
    const library = readYangLibrary(data);
    const id = announced ?? library.contentId;
    if (id !== null) options.cache?.set(id, library);
    return library;
  }

  /** validate, RFC 6241 §8.6.4.1. */
  validate(source: Datastore | { readonly config: XmlContent }, options: CallOptions = {}): Promise<RpcReply> {
    return this.run(() => validateOperation(source), options);
  }

  /** commit, RFC 6241 §8.3.4.1 and §8.4. A lost answer is `CommitOutcomeUnknownError`. */
  commit(options: CommitOptions & CallOptions = {}): Promise<RpcReply> {
    return this.run(() => commitOperation(options), options);
  }

  /** cancel-commit, RFC 6241 §8.4.4.1. A lost answer is `CommitOutcomeUnknownError`. */
  cancelCommit(options: { readonly persistId?: string | undefined } & CallOptions = {}): Promise<RpcReply> {
    return this.run(() => cancelCommitOperation(options), options);
  }

  /** discard-changes, RFC 6241 §8.3.4.2. */
  discardChanges(options: CallOptions = {}): Promise<RpcReply> {
    return this.run(discardChangesOperation, options);
  }

  /** kill-session, RFC 6241 §7.9. */
  killSession(sessionId: number, options: CallOptions = {}): Promise<RpcReply> {
    return this.run(() => killSessionOperation(sessionId), options);
  }

  /** close-session, RFC 6241 §7.8. `close()` does this and then closes the channel. */
  closeSession(options: CallOptions = {}): Promise<RpcReply> {
    this.parts.messages.expectEnd();
    return this.run(closeSessionOperation, options);
  }

  /** create-subscription, RFC 5277 §2.1.1. One subscription and one reader per session. */
  async createSubscription(options: SubscriptionOptions & CallOptions = {}): Promise<NotificationStream> {
    const operation = this.prepare(() => createSubscriptionOperation(options), options);
    // Before it is sent: the first notification may come with the reply.
    const notifications = this.parts.messages.collectNotifications();
    try {
      await this.send(operation, options);
      return notifications;
    } catch (error) {
      await notifications.return();
      throw error;
    }
  }

  /**
   * Any rpc: the element inside `<rpc>`, as text or tree. `changesRunning` makes a lost answer `CommitOutcomeUnknownError`:
   * say it of everything that may change the network.
   */
  rpc(
    content: XmlContent,
    options: CallOptions & { readonly changesRunning?: boolean; readonly operation?: string } = {},
  ): Promise<RpcReply> {
    const { operation, changesRunning = false } = options;
    return this.run(() => {
      const { body, root } = readRpcContent(content);
      const positive = positiveReplyTo(root.name, root.namespace || undefined);
      return { name: operation ?? root.name, positive, body, requires: [], changesRunning };
    }, options);
  }

  /** get-config (RFC 6241 §7.1) as a stream: constant memory. `timeoutMs` bounds the wait for each piece; a drip or an endless reply ends too. */
  async getConfigStream(options: GetConfigOptions & CallOptions): Promise<ReplyStream> {
    return this.stream(
      this.prepare(() => getConfigOperation(options), options),
      options,
    );
  }

  /** get (RFC 6241 §7.7) as a stream. */
  async getStream(options: GetOptions & CallOptions = {}): Promise<ReplyStream> {
    return this.stream(
      this.prepare(() => getOperation(options), options),
      options,
    );
  }

  /** Runs a command over SSH exec on this session's connection. */
  exec(command: string, options: ExecOptions = {}): Promise<ExecResult> {
    const { connection, peer } = this.parts;
    if (connection === null) {
      return Promise.reject(
        new NetconfError('INVALID_REQUEST', 'this session has no SSH connection', { peer, operation: 'exec' }),
      );
    }
    return execCommand(connection, command, options);
  }

  /** Ends in order: close-session, then the channel, then the connection where this was its last user. Never rejects. */
  async close(): Promise<void> {
    if (!this.isOpen) return;
    const { closeTimeoutMs: timeoutMs } = this.parts;
    // From now, not from when the server could begin: what it is at may take long.
    await this.closeSession({ timeoutMs, signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined);
    this.parts.messages.fail(
      new NetconfError('SESSION_CLOSED', 'the session was closed', { peer: this.peer }),
      'closed',
    );
  }

  /** Cuts the session at once. Rpcs in flight fail. The server undoes a confirmed commit without persist. */
  destroy(reason = 'the session was destroyed'): void {
    this.parts.messages.fail(new NetconfError('SESSION_CLOSED', reason, { peer: this.peer }), 'closed');
  }

  private async run(build: () => Operation, options: CallOptions): Promise<RpcReply> {
    return this.send(this.prepare(build, options), options);
  }

  private prepare(build: () => Operation, { timeoutMs }: CallOptions): Operation {
    try {
      checkMilliseconds('timeoutMs', timeoutMs);
      const operation = build();
      if (this.parts.checkCapabilities) checkWithContext(operation, this.capabilities, this.peer);
      return operation;
    } catch (error) {
      const { code, fact, operation, cause } = toNetconfError(error, {}, 'INVALID_REQUEST');
      throw new NetconfError(code, fact, { peer: this.peer, operation, cause });
    }
  }

  private send(operation: Operation, { timeoutMs = this.parts.rpcTimeoutMs, signal }: CallOptions): Promise<RpcReply> {
    const { name, body, changesRunning, positive } = operation;
    return this.parts.messages.call({ operation: name, body, changesRunning, positive, timeoutMs, signal });
  }

  private stream(
    operation: Operation,
    { timeoutMs = this.parts.rpcTimeoutMs, signal }: CallOptions,
  ): Promise<ReplyStream> {
    const { name, body, changesRunning, positive } = operation;
    return this.parts.messages.callStreaming({ operation: name, body, changesRunning, positive, timeoutMs, signal });
  }
}

function checkWithContext(operation: Operation, capabilities: Capabilities, peer: string): void {
  try {
    checkCapabilities(operation, capabilities);
  } catch (error) {
    const { code, fact } = toNetconfError(error);
    throw new NetconfError(code, fact, { peer, operation: operation.name });
  }
}
