import { setImmediate as othersTurn, setTimeout as sleep } from 'node:timers/promises';
import { confirmTimerOf } from '../domain/confirm-timers.ts';
import type { PeName } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import { type Procedure, revertsByItself } from '../domain/plan.ts';
import { WaslError } from '../errors.ts';
import {
  NetconfError,
  type NetconfErrorCode,
  type NetconfSession,
  RpcError,
  type RpcReply,
  type XmlElement,
} from '../netconf/index.ts';
import { keptTimerSeconds, type PlatformManifest } from '../platforms/manifest.ts';
import type { ChangeMarker, PingRequest, Platform, RouterReader, RouteTable, VrfRoute } from '../platforms/platform.ts';
import { renderEdits } from '../render/render-edits.ts';
import { acquireLock, refuseUnsaved } from './candidate-lock.ts';
import { canonicalText } from './canonical-text.ts';
import { Commands } from './commands.ts';
import { inspectSession, type RouterInspection } from './inspect-session.ts';
import { chooseProcedure, describeProcedure } from './procedure.ts';
import { readVrfs } from './read-vrfs.ts';
import type {
  CandidateEdit,
  CommitOutcome,
  Router,
  RouterConnection,
  RouterFacts,
  RunningReading,
  VrfEdit,
} from './router.ts';
import { describeWarnings, translateError } from './translate-error.ts';

/** Failures after which a request that changes running was certainly not carried out. */
const NEVER_SENT: ReadonlySet<NetconfErrorCode> = new Set(['SESSION_CLOSED', 'CAPABILITY_MISSING', 'INVALID_REQUEST']);

export class NetconfRouter implements Router {
  readonly name: PeName;
  readonly procedure: Procedure;
  readonly facts: RouterFacts;
  readonly closed: Promise<string>;
  readonly #session: NetconfSession;
  readonly #connection: RouterConnection;
  readonly #platform: Platform;
  readonly #manifest: PlatformManifest;
  readonly #target: 'candidate' | 'running';
  #holdsLock = false;
  /** This session put something into the candidate that running does not have. */
  #dirty = false;
  /** Edits for running, held back until the commit, where there is no candidate. */
  #heldEdit = '';
  #inConfirmWindow = false;
  #lastRequestAt = Number.NEGATIVE_INFINITY;
  /** Requests queue here, so that concurrent callers keep the interval too. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #commands: Commands;

  constructor(session: NetconfSession, connection: RouterConnection, platform: Platform) {
    this.#session = session;
    this.#commands = new Commands(session);
    this.#connection = connection;
    this.#platform = platform;
    this.#manifest = platform.manifest;
    this.name = connection.router.name;
    this.procedure = chooseProcedure(session.capabilities, this.name);
    this.#target = this.procedure === 'writable-running-reverse-delta' ? 'running' : 'candidate';
    this.closed = session.closed.then(({ kind, error }) => error?.message ?? `${this.name}: the session was ${kind}`);
    this.facts = {
      pe: this.name,
      procedure: this.procedure,
      login: session.login,
      capabilities: session.capabilities.all.map(({ raw }) => raw),
      notes: [describeProcedure(this.procedure), ...this.#manifest.notes],
    };
  }

  async readRunning(): Promise<RunningVrf[]> {
    return (await this.readRunningWithText()).running;
  }

  async readRunningText(): Promise<string> {
    return this.#textOf(await this.#getRunning());
  }

  async readRunningWithText(): Promise<RunningReading> {
    const [config, beside] = await Promise.all([this.#getRunning(), this.#readBeside()]);
    const running = await this.#parse([...config, ...beside]);
    await othersTurn();
    return { running, text: this.#textOf(config) };
  }

  async readChangeMarker(): Promise<ChangeMarker | null> {
    try {
      return (await this.#platform.readChangeMarker?.(this.#reader)) ?? null;
    } catch (error) {
      // Running is read instead: a release without the model, a login that may not see it.
      if (error instanceof WaslError && error.code === 'ROUTER_REFUSED') return null;
      throw error;
    }
  }

  inspect(): Promise<RouterInspection> {
    const { lockRefusesDirtyCandidate } = this.#manifest;
    const options = { target: this.#target, lockRefusesDirtyCandidate };
    return this.#translated(() => inspectSession(this.#session, options));
  }

  async begin(options: { readonly lockWaitMs: number; readonly requireSaved?: boolean }): Promise<RunningReading> {
    const { lockWaitMs, requireSaved = false } = options;
    if (!this.#holdsLock) {
      await this.#translated(() =>
        acquireLock(this.#session, {
          pe: this.name,
          lockWaitMs,
          target: this.#target,
          lockRefusesDirtyCandidate: this.#manifest.lockRefusesDirtyCandidate,
          signal: this.#connection.signal,
        }),
      );
      this.#holdsLock = true;
    }
    if (requireSaved) await this.#translated(() => refuseUnsaved(this.#session, this.name));
    return this.readRunningWithText();
  }

  async editCandidate(edits: readonly VrfEdit[]): Promise<CandidateEdit> {
    const config = renderEdits(this.#platform.manifest.name, edits);
    if (config === '') return { checked: true, warnings: [], xml: config };
    const { capabilities } = this.#session;
    if (this.#target === 'running') {
      this.#heldEdit = config;
      // RFC 6241 §7.2: test-only came with validate 1.1.
      if (capabilities.validate !== '1.1') return { checked: false, warnings: [], xml: config };
      const tried = await this.#request(() =>
        this.#session.editConfig({ ...this.#runningEdit, testOption: 'test-only' }),
      );
      return { checked: true, warnings: describeWarnings(tried.warnings), xml: config };
    }
    const canValidate = capabilities.validate !== null;
    // Before the edit: a refused one may have left a part behind on a server without rollback-on-error.
    this.#dirty = true;
    const edited = await this.#request(() =>
      this.#session.editConfig({
        target: 'candidate',
        config,
        defaultOperation: this.#manifest.defaultOperation,
        ...(this.#manifest.validateBy === 'test-then-set' && canValidate ? { testOption: 'test-then-set' } : {}),
        ...(capabilities.has(':rollback-on-error') ? { errorOption: 'rollback-on-error' } : {}),
      }),
    );
    if (this.#manifest.validateBy !== 'validate' || !canValidate)
      return { checked: canValidate, warnings: describeWarnings(edited.warnings), xml: config };
    const validated = await this.#request(() => this.#session.validate('candidate'));
    return { checked: true, warnings: describeWarnings([...edited.warnings, ...validated.warnings]), xml: config };
  }

  async commitConfirmed(options: {
    readonly timeoutSeconds: number;
    readonly persistId: string | null;
  }): Promise<CommitOutcome> {
    const outcome = await this.#commitProvisionally(options);
    // Set after the commit: it need not keep an interval to what was asked before.
    this.#inConfirmWindow = outcome.outcome !== 'refused' && revertsByItself(this.procedure);
    return outcome;
  }

  async #commitProvisionally(options: {
    readonly timeoutSeconds: number;
    readonly persistId: string | null;
  }): Promise<CommitOutcome> {
    const { persistId } = options;
    const confirmTimeoutSeconds = keptTimerSeconds(confirmTimerOf(this.#connection.router), options.timeoutSeconds);
    switch (this.procedure) {
      case 'confirmed-commit-persist': {
        if (persistId === null) throw new WaslError('INTERNAL', `${this.name}: this procedure needs a persist id`);
        return this.#commit(() => this.#session.commit({ confirmed: true, confirmTimeoutSeconds, persist: persistId }));
      }
      case 'confirmed-commit-session':
        return this.#commit(() => this.#session.commit({ confirmed: true, confirmTimeoutSeconds }));
      case 'candidate-reverse-delta':
        return this.#settled(await this.#commit(() => this.#session.commit()));
      case 'writable-running-reverse-delta': {
        if (this.#heldEdit === '') return { outcome: 'done', warnings: [] };
        const testOption = this.#session.capabilities.validate === null ? undefined : 'test-then-set';
        return this.#commit(() => this.#session.editConfig({ ...this.#runningEdit, testOption }));
      }
    }
  }

  /** RFC 6241 §8.2, §8.5: all of it or nothing. */
  get #runningEdit() {
    const { defaultOperation } = this.#manifest;
    return { target: 'running', config: this.#heldEdit, defaultOperation, errorOption: 'rollback-on-error' } as const;
  }

  async confirm({ persistId }: { readonly persistId: string | null }): Promise<CommitOutcome> {
    const confirmed = await this.#confirmCommit(persistId);
    // Before the lock goes: what is saved is what was committed, and nobody's later work.
    const outcome = confirmed.outcome === 'done' ? await this.#saveCommitted(confirmed) : confirmed;
    if (outcome.outcome === 'done') await this.#release();
    return outcome;
  }

  async #confirmCommit(persistId: string | null): Promise<CommitOutcome> {
    if (!revertsByItself(this.procedure)) return { outcome: 'done', warnings: [] };
    // The request that ends the window need not keep an interval.
    this.#inConfirmWindow = false;
    // Without persist-id for a session's own commit (RFC 6241 §8.4.5.1).
    const options = this.procedure === 'confirmed-commit-persist' && persistId !== null ? { persistId } : {};
    return this.#settled(await this.#commit(() => this.#session.commit(options)));
  }

  async #saveCommitted(confirmed: CommitOutcome): Promise<CommitOutcome> {
    if (!this.#session.capabilities.has(':startup')) return confirmed;
    return this.#commit(() => this.#session.copyConfig({ source: 'running', target: 'startup' }));
  }

  async cancel({ persistId }: { readonly persistId: string | null }): Promise<CommitOutcome> {
    switch (this.procedure) {
      case 'confirmed-commit-persist': {
        this.#inConfirmWindow = false;
        const options = persistId === null ? {} : { persistId };
        const outcome = await this.#commit(() => this.#session.cancelCommit(options));
        // running is as before, the candidate still holds the edits.
        if (outcome.outcome === 'done' && this.#holdsLock) await this.abandon();
        return outcome;
      }
      case 'confirmed-commit-session':
        // 1.0 has no cancel-commit: the server undoes the commit of a session that ends (RFC 6241 §8.4.1).
        await this.close();
        return {
          outcome: 'done',
          warnings: [`${this.name}: ended by closing its session; a new session has to show that running is as before`],
        };
      default:
        return {
          outcome: 'refused',
          reason: `${this.name}: nothing is pending; this procedure ends by a counter-change`,
        };
    }
  }

  async save(): Promise<void> {
    if (!this.#session.capabilities.has(':startup')) return;
    await this.#request(() => this.#session.copyConfig({ source: 'running', target: 'startup' }));
  }

  async abandon(): Promise<void> {
    this.#heldEdit = '';
    // A session that is gone has lost its lock, and with it what it had put into the candidate (RFC 6241 §8.3.5.2).
    if (!this.#session.isOpen) return;
    if (this.#dirty) await this.#request(() => this.#session.discardChanges());
    this.#dirty = false;
    await this.#release();
  }

  readRouteTables(tables: readonly RouteTable[]): Promise<VrfRoute[][]> {
    return this.#located(() => this.#platform.readRouteTables(this.#reader, tables));
  }

  ping(request: PingRequest): Promise<{ readonly sent: number; readonly received: number }> {
    return this.#located(() => this.#platform.ping(this.#reader, request));
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  get #reader(): RouterReader {
    return {
      get: (filterXml) =>
        this.#request(async () => childrenOf(await this.#session.get({ filter: { subtree: filterXml } }))),
      call: (rpcXml) => this.#request(async () => (await this.#session.rpc(rpcXml)).answers),
      exec: async (command) => {
        const result = await this.#translated(() => this.#commands.run(command));
        const { code } = result;
        // What it printed may be a part only, and a part of a routing table looks like a table.
        if (code === null) throw new WaslError('ROUTER_PROTOCOL', `${command}: ended without an exit status`);
        return { ...result, code };
      },
    };
  }

  #getRunning(): Promise<readonly XmlElement[]> {
    const filter = { subtree: this.#platform.configFilter };
    return this.#request(async () => childrenOf(await this.#session.getConfig({ source: 'running', filter })));
  }

  async #readBeside(): Promise<readonly XmlElement[]> {
    return this.#located(async () => (await this.#platform.readBeside?.(this.#reader)) ?? []);
  }

  #parse(config: readonly XmlElement[]): Promise<RunningVrf[]> {
    const { router, routeTargetPool } = this.#connection;
    const context = { pool: routeTargetPool, vrfs: router.vrfs };
    return this.#located(async () => {
      await othersTurn();
      return readVrfs(this.#platform, config, context);
    });
  }

  #textOf(config: readonly XmlElement[]): string {
    return canonicalText(config, this.#platform.transparentContainers);
  }

  /** The lock is let go; where that fails the session goes, and the lock with it. */
  async #release(): Promise<void> {
    if (!this.#holdsLock) return;
    this.#holdsLock = false;
    try {
      await this.#request(() => this.#session.unlock(this.#target));
    } catch (error) {
      // SR OS has released it by itself with the commit; anybody else's lock cannot be meant.
      if (!(error instanceof WaslError) || error.code !== 'ROUTER_REFUSED') await this.close();
    }
  }

  /** What was committed for good is no longer this session's to discard. */
  #settled(outcome: CommitOutcome): CommitOutcome {
    if (outcome.outcome === 'done') this.#dirty = false;
    return outcome;
  }

  async #commit(send: () => Promise<RpcReply>): Promise<CommitOutcome> {
    try {
      const { warnings } = await this.#paced(send);
      return { outcome: 'done', warnings: describeWarnings(warnings) };
    } catch (error) {
      if (!(error instanceof NetconfError)) throw error;
      const refused = error instanceof RpcError || NEVER_SENT.has(error.code);
      return { outcome: refused ? 'refused' : 'unknown', reason: error.message };
    }
  }

  #request<T>(send: () => Promise<T>): Promise<T> {
    return this.#translated(() => this.#paced(send));
  }

  async #translated<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw translateError(error, this.name, 'session');
    }
  }

  /** A platform knows what the router said, not which router it was. */
  async #located<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof WaslError) || error.path !== undefined) throw error;
      const { code, message, remedy, details, cause } = error;
      throw new WaslError(code, `${this.name}: ${message}`, { path: this.name, remedy, details, cause });
    }
  }

  /** Inside the confirm window requests keep the interval that the manifest asks for; elsewhere they go at once. */
  async #paced<T>(send: () => Promise<T>): Promise<T> {
    const interval = this.#manifest.minimumRpcIntervalMsInConfirmWindow;
    if (!this.#inConfirmWindow || interval === 0) {
      this.#lastRequestAt = performance.now();
      return send();
    }
    const mine = this.#turn.then(async () => {
      const wait = this.#lastRequestAt + interval - performance.now();
      if (wait > 0) await sleep(wait);
      this.#lastRequestAt = performance.now();
    });
    this.#turn = mine;
    await mine;
    return send();
  }
}

/** A large reply is parsed only here, and may be malformed: what that throws is the router's, so it belongs inside of what translates. */
const childrenOf = (reply: RpcReply): readonly XmlElement[] => reply.data?.children ?? [];
