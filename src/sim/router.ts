import type { ServerChannel } from 'ssh2';
import type { InventoryRouter } from '../domain/inventory.ts';
import type { Attachment } from '../domain/network-view.ts';
import type { Family } from '../domain/prefix.ts';
import { isAbleTo } from './abilities.ts';
import type { Clock } from './clock.ts';
import { type DatastoreEvents, Datastores, RpcErrors } from './datastore/datastores.ts';
import { mergeConfig } from './datastore/merge-config.ts';
import { type DataNode, emptyTree, isEqualTree, prettyText } from './datastore/tree.ts';
import { FaultBoard } from './faults.ts';
import {
  EVENTS_NAMESPACE,
  renderConfigChange,
  renderConfirmedCommit,
  renderNotification,
} from './netconf/notifications.ts';
import { runOperation } from './netconf/operations.ts';
import { RpcError } from './netconf/rpc-error.ts';
import { Session, type SessionHost } from './netconf/session.ts';
import { readSubscription } from './netconf/subscription.ts';
import { announceLibrary } from './netconf/yang-library.ts';
import type { BaseConfiguration, OperationalContext, Personality } from './personality.ts';
import type { HostKey } from './ssh/host-key.ts';
import { HANDSHAKE_ROUND_TRIPS, Listener } from './ssh/listener.ts';
import { StandingFaults } from './standing-faults.ts';
import { isAnswered } from './vpn/ping.ts';
import type { ExchangeMember, RouteExchange, VpnRoute } from './vpn/route-exchange.ts';
import type { VpnInstance } from './vpn/vpn-instance.ts';
import { child, childText, type XmlElement } from './xml/element.ts';

/** How long a router is down when nothing else is said: short, so that a demonstration does not wait. */
const REBOOT_DOWN_MS_DEFAULT = 1_000;

export interface RouterOptions {
  readonly inventory: InventoryRouter;
  readonly personality: Personality;
  readonly base: BaseConfiguration;
  readonly exchange: RouteExchange;
  readonly clock: Clock;
  /** The second is derived only when the fault asks for it: keys are most of what starting costs. */
  readonly hostKeys: { readonly regular: HostKey; readonly changed: () => HostKey };
  readonly username: string;
  readonly password: string;
  readonly authorizedKeys: readonly string[];
  readonly port: number;
  readonly rttMs: number;
  isBlackholed(router: string, vrf: string, address: string): boolean;
}

export interface SessionSummary {
  readonly id: number;
  readonly username: string;
  readonly startedAt: string;
  readonly locks: readonly string[];
}

/** One simulated PE: an SSH NETCONF server over its datastores, a member of the route exchange, and the switches of its faults. */
export class SimulatedRouter implements ExchangeMember, SessionHost {
  readonly name: string;
  readonly faults: FaultBoard;
  readonly #attachments: Map<string, readonly Attachment[]>;
  readonly #options: RouterOptions;
  readonly #personality: Personality;
  readonly #datastores: Datastores;
  readonly #sessions = new Set<Session>();
  readonly #listener: Listener;
  readonly #standingFaults: StandingFaults;
  #nextSessionId: number;
  #up = true;
  #cancelBoot = (): void => {};
  #port = 0;

  constructor(options: RouterOptions) {
    const { inventory, personality, base, clock } = options;
    this.#options = options;
    this.#personality = personality;
    this.name = inventory.name;
    this.#attachments = new Map(inventory.vrfs.map((vrf) => [vrf.name, vrf.attachments]));
    this.#nextSessionId = personality.firstSessionId;
    const tree = mergeConfig(emptyTree(personality.schema), personality.renderBase(base));
    this.#datastores = new Datastores(tree, this.#datastoreEvents(), clock, {
      keepsStartup: isAbleTo(personality, 'startup'),
      confirmTimerStepSeconds: personality.habits.confirmTimerStepSeconds,
    });
    this.#standingFaults = new StandingFaults({
      datastores: this.#datastores,
      clock,
      leftover: personality.renderLeftover(inventory.vrfs[0]?.name ?? 'NONE'),
      newSessionId: () => this.#nextSessionId++,
      clearFault: (id) => this.faults.clear(id),
    });
    this.faults = new FaultBoard(this.#standingFaults);
    this.#listener = new Listener(
      { ...options, handshakeDelayMs: HANDSHAKE_ROUND_TRIPS * options.rttMs },
      {
        acceptsConnections: () => this.#up && this.faults.strike('refuse-connections') === undefined,
        acceptsAuthentication: () => this.faults.strike('refuse-authentication') === undefined,
        usesChangedHostKey: () => this.faults.strike('change-host-key') !== undefined,
        openSession: (username, channel, cut) => this.#openSession(username, channel, cut),
      },
    );
    options.exchange.addRouter(this);
  }

  async start(): Promise<void> {
    this.#port = await this.#listener.start();
  }

  async stop(): Promise<void> {
    this.#cancelBoot();
    this.#standingFaults.stop();
    for (const session of this.#sessions) session.cut();
    await this.#listener.stop();
    this.#datastores.close();
  }

  get port(): number {
    return this.#port;
  }

  get platform(): string {
    return this.#personality.platform;
  }

  get fingerprint(): string {
    return this.#options.hostKeys.regular.fingerprint;
  }

  get capabilities(): readonly string[] {
    const { capabilities, habits } = this.#personality;
    return habits.models === 'library' ? announceLibrary(capabilities) : capabilities;
  }

  isUp(): boolean {
    return this.#up;
  }

  readInstances(): readonly VpnInstance[] {
    return this.#personality.readInstances(this.#datastores.running);
  }

  /** The whole running configuration as indented XML; equal configurations have equal text. */
  runningText(): string {
    return prettyText(this.#datastores.running);
  }

  /** What it would come back with after a restart; the same as running where startup is not kept apart. */
  startupText(): string {
    return prettyText(this.#datastores.startup);
  }

  candidateText(): string {
    return prettyText(this.#datastores.candidate);
  }

  isCandidateDirty(): boolean {
    return this.#datastores.isDirty;
  }

  pendingCommit(): { readonly persistId: string | null; readonly sessionId: number } | null {
    return this.#datastores.pendingCommit;
  }

  lockHolder(datastore: 'running' | 'candidate'): number | undefined {
    return this.#datastores.lockHolder(datastore);
  }

  sessions(): SessionSummary[] {
    return [...this.#sessions].map(({ id, username, startedAt }) => ({
      id,
      username,
      startedAt: startedAt.toISOString(),
      locks: (['running', 'candidate'] as const).filter((datastore) => this.lockHolder(datastore) === id),
    }));
  }

  routes(vrf: string, family: Family): readonly VpnRoute[] {
    return this.#options.exchange.table(this.name, vrf, family) ?? [];
  }

  /** A person at the console edits and commits: `config` is the children of `<config>`. Throws what a NETCONF client would be told. */
  editRunning(config: string, defaultOperation: 'merge' | 'none' = 'merge'): void {
    this.#datastores.writeRunning(mergeConfig(this.#datastores.running, config, defaultOperation));
  }

  get attachments(): ReadonlyMap<string, readonly Attachment[]> {
    return this.#attachments;
  }

  /** The interfaces towards the CEs of one VRF are put into another one. */
  moveAttachments(from: string, to: string): void {
    this.#attachments.set(to, [...(this.#attachments.get(to) ?? []), ...(this.#attachments.get(from) ?? [])]);
    this.#attachments.delete(from);
    this.#options.exchange.routerChanged(this.name);
  }

  /** Power off and on: sessions, locks and candidate are gone, a pending confirmed commit is undone (RFC 6241 §8.4.1). */
  reboot(options: { readonly downMs?: number } = {}): void {
    this.#cancelBoot();
    this.#up = false;
    this.#listener.cutAll();
    for (const session of [...this.#sessions]) session.cut();
    this.#datastores.reboot();
    this.#options.exchange.routerChanged(this.name);
    this.#cancelBoot = this.#options.clock.after(options.downMs ?? REBOOT_DOWN_MS_DEFAULT, () => {
      this.#up = true;
      this.#options.exchange.routerChanged(this.name);
    });
  }

  /** One rpc: latency and faults around the operation itself. */
  async handle(session: Session, operation: XmlElement): Promise<string | 'silent'> {
    const matches = this.#operationMatcher(operation);
    await this.#wait(this.#options.rttMs + (this.faults.strike('slow')?.ms ?? 0));
    if (!this.#sessions.has(session)) return 'silent';

    const silence = this.faults.strike('no-reply', (fault) => matches(fault.operation));
    if (silence !== undefined) {
      if (silence.done === true) this.#runUnheard(session, operation);
      return 'silent';
    }
    const refusal = this.faults.strike('rpc-error', (fault) => matches(fault.operation));
    if (refusal !== undefined) {
      if (refusal.done === true) this.#runUnheard(session, operation);
      const message = refusal.message ?? 'Refused by a fault that was switched on';
      throw new RpcError({ tag: refusal.tag ?? 'operation-failed', message });
    }
    if (this.#breaks(session, matches, 'before')) return 'silent';
    try {
      const time = { ms: 0 };
      const content = this.#run(session, operation, time);
      await this.#wait(time.ms);
      return content;
    } finally {
      // After: the operation is done (or refused), its reply never leaves the router.
      this.#breaks(session, matches, 'after');
    }
  }

  ended(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    this.#datastores.endSession(session.id);
  }

  #run(session: Session, operation: XmlElement, time = { ms: 0 }): string {
    return runOperation(operation, {
      sessionId: session.id,
      personality: this.#personality,
      datastores: this.#datastores,
      operational: this.#operational(time),
      dropsEdits: () => this.faults.strike('drop-edits') !== undefined,
      killSession: (sessionId) => this.#killSession(sessionId),
      subscribe: (input) => {
        session.subscription = readSubscription(input, session.subscription);
      },
    });
  }

  #runUnheard(session: Session, operation: XmlElement): void {
    try {
      this.#run(session, operation);
    } catch (error) {
      // A refusal is not told either; anything else is a mistake in this program.
      if (!(error instanceof RpcError || error instanceof RpcErrors)) throw error;
    }
  }

  /** Connection drops and reboots at an operation; true when the session is gone. */
  #breaks(session: Session, matches: (operation: string) => boolean, when: 'before' | 'after'): boolean {
    const here = (fault: { readonly operation: string; readonly when: 'before' | 'after' }): boolean =>
      fault.when === when && matches(fault.operation);
    const reboot = this.faults.strike('reboot', here);
    if (reboot !== undefined) {
      this.reboot(reboot.downMs === undefined ? {} : { downMs: reboot.downMs });
      return true;
    }
    if (this.faults.strike('drop-connection', here) === undefined) return false;
    session.cut();
    return true;
  }

  #operationMatcher(operation: XmlElement): (name: string) => boolean {
    const names = ['any', operation.name];
    if (operation.name === 'commit') {
      const isConfirmed = operation.children.some((element) => element.name === 'confirmed');
      if (isConfirmed) names.push('confirmed-commit');
      else names.push(this.#datastores.pendingCommit === null ? 'plain-commit' : 'confirming-commit');
    }
    if (operation.name === 'edit-config' && writesRunning(operation)) names.push('edit-running');
    return (name) => names.includes(name);
  }

  #operational(time: { ms: number }): OperationalContext {
    const { exchange, isBlackholed } = this.#options;
    return {
      router: this.name,
      exchange,
      habits: this.#personality.habits,
      commits: this.#datastores.commits,
      takes: (ms) => {
        time.ms += ms;
      },
      isAnswered: (ping) => isAnswered(exchange, { isBlackholed }, { router: this.name, ...ping }),
    };
  }

  #openSession(username: string, channel: ServerChannel, cutConnection: () => void): void {
    const identity = { id: this.#nextSessionId++, username, startedAt: this.#options.clock.now() };
    this.#sessions.add(new Session(identity, channel, this, cutConnection));
  }

  #killSession(sessionId: number): boolean {
    const victim = [...this.#sessions].find((session) => session.id === sessionId);
    victim?.end();
    return victim !== undefined;
  }

  #datastoreEvents(): DatastoreEvents {
    return {
      check: (tree) => this.#personality.check(tree).errors,
      lockDenied: (datastore, holder, reason) =>
        this.#personality.lockDenied(datastore, holder, reason, this.#usernameOf(holder)),
      runningChanged: (before, after, sessionId) => {
        this.#options.exchange.routerChanged(this.name);
        const targets = changedTopNodes(before, after);
        if (targets.length > 0) this.#notify(renderConfigChange(this.#changedBy(sessionId), targets));
      },
      confirmedCommit: (event, sessionId, timeoutSeconds) =>
        this.#notify(renderConfirmedCommit(this.#changedBy(sessionId), event, timeoutSeconds)),
    };
  }

  #changedBy(sessionId: number) {
    return { sessionId, username: this.#usernameOf(sessionId) };
  }

  #usernameOf(sessionId: number): string {
    return [...this.#sessions].find((session) => session.id === sessionId)?.username ?? 'operator';
  }

  #notify(event: string): void {
    const text = renderNotification(this.#options.clock.now(), event);
    for (const session of this.#sessions) {
      if (session.subscription?.wants({ name: nameOfEvent(event), namespace: EVENTS_NAMESPACE }) === true) {
        session.send(text);
      }
    }
  }

  #wait(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#options.clock.after(ms, resolve);
    });
  }
}

/** Not the trial of such an edit. */
function writesRunning(edit: XmlElement): boolean {
  return child(edit, 'target')?.children[0]?.name === 'running' && childText(edit, 'test-option') !== 'test-only';
}

function nameOfEvent(event: string): string {
  return /^<([\w-]+)/.exec(event)?.[1] ?? '';
}

function changedTopNodes(before: DataNode, after: DataNode): { name: string; namespace: string }[] {
  const nodes = new Map([...before.children, ...after.children].map((node) => [node.schema, node.schema]));
  return [...nodes.values()]
    .filter((schema) => {
      const [x, y] = [before, after].map((tree) => tree.children.find((node) => node.schema === schema));
      return x === undefined || y === undefined || !isEqualTree(x, y);
    })
    .map((schema) => ({ name: schema.name, namespace: schema.module.namespace }));
}
