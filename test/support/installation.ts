/** A whole wasl for one test: a simulated backbone, a database, a namespace of the run's Temporal server, the HTTP API and workers. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject, vi } from 'vitest';
import type { ActivityLimits } from '../../src/activities/dependencies.ts';
import { createPlanner, type Planner } from '../../src/activities/planner.ts';
import type { Role } from '../../src/api/authentication.ts';
import { type ApiClient, createApiClient } from '../../src/api/client.ts';
import { createDevelopmentIssuer } from '../../src/api/development-issuer.ts';
import { createLogger } from '../../src/bin/log.ts';
import { type RunningApi, startApi } from '../../src/bin/serve.ts';
import { startWorker } from '../../src/bin/worker.ts';
import type { ProgressEvent, Stage, Waiting } from '../../src/domain/change.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { Lifecycle } from '../../src/domain/lifecycle.ts';
import type { InterconnectId, PlanId } from '../../src/domain/names.ts';
import type { InterconnectRequest } from '../../src/domain/request.ts';
import type { KeyEncryption } from '../../src/domain/sealed-text.ts';
import { wordOf } from '../../src/domain/standing.ts';
import { digestPlan } from '../../src/plan/digest.ts';
import { digestPayload } from '../../src/plan/seal-payloads.ts';
import {
  type AskSource,
  createDevelopmentAuthority,
  type DevelopmentAuthority,
  type SignatureMeans,
} from '../../src/signatures/index.ts';
import { type Backbone, type BackboneOptions, startBackbone } from '../../src/sim/backbone.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { DEMO_INVENTORY } from './api-under-test.ts';
import { bringIntoForce } from './bring-into-force.ts';
import { type CliRun, runForTest } from './cli-under-test.ts';
import { createTestDatabase } from './database.ts';
import { QUICK } from './quick-limits.ts';
import { registerNamespace } from './register-namespace.ts';
import { meansOf, signingClient } from './signing.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { type RunningWorkerProcess, startWorkerChild } from './worker-child.ts';
import type { WorkerProcessOptions } from './worker-process.ts';

const LOOK_INTERVAL_MS = 60;
/** Each look through the API asks the workflow too, which costs a worker and the workflow server something. */
const ASK_INTERVAL_MS = 300;
/** Beyond it a test would only wait for its own timeout, without saying for what. */
const PATIENCE_MS = 150_000;
const TEST_DRAIN_SECONDS = 3;
vi.setConfig({ testTimeout: 2 * PATIENCE_MS });
/** One planning thread for all workers of this process: starting one costs more than what it plans here. It ends with the process. */
const PLANNER: Planner = { ...createPlanner(), close: async () => undefined };

export interface InstallationOptions {
  readonly confirmTimeoutSeconds?: number;
  readonly inventory?: (demo: Inventory) => Inventory;
  /** What the NETCONF servers of some routers can do, where that is less than their platform's. */
  readonly abilities?: BackboneOptions['abilities'];
  /** What some routers do otherwise than their platform's double. */
  readonly habits?: BackboneOptions['habits'];
  readonly limits?: Partial<ActivityLimits>;
  /** A Temporal server of the test's own, which it may kill. */
  readonly temporalAddress?: string;
  /** Another installation's, to live beside it; else one of its own. */
  readonly temporalNamespace?: string;
  /** Workers log in to the database with a role of their own, which the test may change. */
  readonly workersRole?: { readonly name: string; readonly password: string };
  /** How API and workers of this process ask the authorities, instead of as the development authority answers. */
  readonly askAuthorities?: (asked: AskSource) => AskSource;
  /** `none`: the test starts its workers itself. */
  readonly worker?: 'here' | 'none';
  /** The ring that wraps the keys of persons, of API and workers here. */
  readonly keys?: KeyEncryption;
  /** Told each line that API and workers log. */
  readonly onLog?: (line: string) => void;
}

type Parts = Pick<Installation, 'backbone' | 'authority' | 'signatures' | 'store' | 'databaseUrl' | 'databaseProxy'>;

export class Installation implements AsyncDisposable {
  readonly backbone: Backbone;
  /** Whose certificates API and workers believe. */
  readonly authority: DevelopmentAuthority;
  /** The test's own view of the record: not through the proxy. */
  readonly store: Store;
  /** Of the server itself. */
  readonly databaseUrl: string;
  /** Stands between the workers and the database. */
  readonly databaseProxy: TcpProxy;
  readonly #api: RunningApi;
  readonly #issuer: Awaited<ReturnType<typeof createDevelopmentIssuer>>;
  readonly #workerOptions: WorkerProcessOptions;
  /** Of API and workers of this process. */
  readonly signatures: SignatureMeans;
  readonly #options: InstallationOptions;
  readonly #stops: (() => Promise<unknown>)[];
  /** Running of every router before wasl came. */
  readonly #base: ReadonlyMap<string, string>;
  readonly #baseRoutes: ReadonlySet<string>;

  private constructor(
    parts: Parts,
    api: RunningApi,
    issuer: Awaited<ReturnType<typeof createDevelopmentIssuer>>,
    workerOptions: WorkerProcessOptions,
    options: InstallationOptions,
    stops: (() => Promise<unknown>)[],
  ) {
    this.backbone = parts.backbone;
    this.authority = parts.authority;
    this.signatures = parts.signatures;
    this.store = parts.store;
    this.databaseUrl = parts.databaseUrl;
    this.databaseProxy = parts.databaseProxy;
    this.#api = api;
    this.#issuer = issuer;
    this.#workerOptions = workerOptions;
    this.#options = options;
    this.#stops = stops;
    this.#base = this.texts();
    this.#baseRoutes = new Set(this.#routes());
  }

  static async open(options: InstallationOptions = {}): Promise<Installation> {
    const stops: (() => Promise<unknown>)[] = [];
    try {
      return await openParts(options, stops);
    } catch (error) {
      await stopAll(stops);
      throw error;
    }
  }

  /** @internal */
  static assemble(
    ...parts: [
      Parts,
      RunningApi,
      Awaited<ReturnType<typeof createDevelopmentIssuer>>,
      WorkerProcessOptions,
      InstallationOptions,
      (() => Promise<unknown>)[],
    ]
  ): Installation {
    return new Installation(...parts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stopAll(this.#stops);
  }

  /** The API as this person sees it. */
  as(person: string, roles: readonly Role[], entity?: string): ApiClient {
    const token = () => this.#issuer.mintToken({ person, roles, ...(entity === undefined ? {} : { entity }) });
    return signingClient(createApiClient({ server: this.#api.url, token }), this.authority, person);
  }
  /** Where the API is, for clients that are not ours. */
  get apiUrl(): string {
    return this.#api.url;
  }
  tokenOf(person: string, role: Role, entity?: string): Promise<string> {
    return this.#issuer.mintToken({ person, roles: [role], ...(entity === undefined ? {} : { entity }) });
  }
  /** A command of the CLI as this person types it. */
  async cli(person: string, roles: readonly Role[], line: string): Promise<CliRun> {
    const token = await this.#issuer.mintToken({ person, roles });
    return runForTest(line.split(' ').slice(1), { WASL_SERVER: this.#api.url, WASL_TOKEN: token });
  }
  engineer(number: number): ApiClient {
    return this.as(`engineer-${number}`, ['engineer']);
  }
  portal(entity: string): ApiClient {
    return this.as(`${entity.toLowerCase()}-portal-1`, ['portal'], entity);
  }
  signatory(entity: string): ApiClient {
    return this.as(`${entity.toLowerCase()}-signatory-1`, ['party-approver'], entity);
  }

  get temporalNamespace(): string {
    return this.#workerOptions.temporalNamespace;
  }

  /** In this process; stopped with the installation. */
  async startWorker(planner?: Planner): Promise<() => Promise<void>> {
    const {
      credential,
      workflowBundlePath: codePath,
      databaseUrl,
      authorityFolder: _,
      ...options
    } = this.#workerOptions;
    const { keys = null, onLog } = this.#options;
    const store = await openStore({ databaseUrl, keys });
    this.#stops.push(() => store.close());
    const worker = await startWorker({
      ...options,
      store,
      signatures: this.signatures,
      workflowBundle: { codePath },
      // What a test leaves under way ends with it.
      drainSeconds: TEST_DRAIN_SECONDS,
      credential: () => credential,
      planner: planner ?? PLANNER,
      // Receivers of webhooks are on this machine.
      isDevelopment: true,
      log: (level, message, facts) => {
        onLog?.(JSON.stringify({ level, message, ...facts }));
        if (level === 'error') process.stderr.write(`worker: ${message} ${JSON.stringify(facts)}\n`);
      },
    });
    this.#stops.push(() => worker.stop());
    return () => worker.stop();
  }

  startWorkerProcess(
    drainSeconds = TEST_DRAIN_SECONDS,
    {
      clockAheadMs = 0,
      ...some
    }: Pick<WorkerProcessOptions, 'release' | 'recordMemory'> & { readonly clockAheadMs?: number } = {},
  ): Promise<RunningWorkerProcess> {
    const options = { ...this.#workerOptions, drainSeconds, ...some };
    return startWorkerChild(options, clockAheadMs, (kill) => this.#stops.push(kill));
  }

  /** Asked by a party's portal, signed by both. */
  async agree(request: InterconnectRequest): Promise<string> {
    const flow = request.flows[0];
    const parties: string[] = [flow?.from ?? '', flow?.to ?? ''];
    const { interconnect } = await this.portal(parties[0] ?? '').submitRequest(request, `key-${randomUUID()}`);
    const { id, requestDigest: digest } = interconnect;
    for (const party of parties) await this.signatory(party).decideRequest(id, { decision: 'approve', digest });
    return id;
  }

  async untilPlanned(id: string): Promise<string> {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(ASK_INTERVAL_MS)) {
      const { awaiting, changes, reason, lifecycle } = await this.engineer(1).readInterconnect(id);
      const planId = changes.at(-1)?.planId;
      if (awaiting.some((each) => each.includes('approval of the plan')) && planId) return planId;
      if (awaiting.some((each) => each.includes('replan'))) throw new Error(`${id} was not planned: ${reason}`);
      if (Date.now() > until) throw new Error(`${id} is ${lifecycle}, not planned: ${reason}`);
    }
  }

  /** Whoever is waited for has been told. */
  async untilAwaited(id: string, whose: string): Promise<void> {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(ASK_INTERVAL_MS)) {
      const { awaiting, standing } = await this.engineer(1).readInterconnect(id);
      if (awaiting.includes(whose)) return;
      if (Date.now() > until) throw new Error(`${id} is ${standing}, and waits for ${awaiting.join(', ')}`);
    }
  }

  async approvePlan(planId: string, engineer = 2): Promise<void> {
    const client = this.engineer(engineer);
    const { digest } = await client.readPlan(planId);
    await client.decidePlan(planId, { decision: 'approve', digest });
  }

  /** From the request to the push. */
  async provision(request: InterconnectRequest): Promise<string> {
    const id = await this.agree(request);
    await this.approvePlan(await this.untilPlanned(id));
    return id;
  }

  async untilLifecycle(id: string, ...wanted: readonly Lifecycle[]): Promise<Lifecycle> {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(LOOK_INTERVAL_MS)) {
      const record = await this.store.readInterconnect(id as InterconnectId).catch(() => null);
      if (record !== null && wanted.includes(record.lifecycle)) return record.lifecycle;
      if (Date.now() > until)
        throw new Error(`${id} is ${record?.lifecycle}, not ${wanted.join(' or ')}: ${record?.reason}`);
    }
  }

  /** The change in hand has come to something: the agreement stands where it should, a change ended without, or a person is needed. */
  async untilTried(id: string): Promise<string> {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(LOOK_INTERVAL_MS)) {
      const record = await this.store.readInterconnect(id as InterconnectId).catch(() => null);
      const changes = record === null ? [] : await this.store.listChanges(record.id).catch(() => []);
      const word = record === null ? null : wordOf({ ...record, change: record.underWay });
      const isOver = changes.some(({ outcome }) => outcome === 'rolled-back' || outcome === 'refused');
      const isSettled = record !== null && record.lifecycle !== 'requested' && record.underWay === null;
      if (word !== null && (isOver || isSettled || word === 'attention')) return word;
      if (Date.now() > until) throw new Error(`${id} is ${word}: ${record?.reason}`);
    }
  }

  /** It is tried again by itself, and says why. */
  async untilWaiting(id: string, reason: RegExp): Promise<Waiting> {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(LOOK_INTERVAL_MS)) {
      const waiting = (await this.store.listChanges(id as InterconnectId)).at(-1)?.waiting ?? null;
      if (waiting !== null && reason.test(waiting.reason)) return waiting;
      if (Date.now() > until) throw new Error(`${id} does not wait for that: ${JSON.stringify(waiting)}`);
    }
  }

  /** A push that a rule or a measured fact refused: it is back at the plan. */
  async untilRefused(id: string): Promise<void> {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(LOOK_INTERVAL_MS)) {
      const changes = await this.store.listChanges(id as InterconnectId);
      if (changes.some(({ outcome }) => outcome === 'refused') && changes.at(-1)?.phase === 'planned') return;
      if (Date.now() > until) throw new Error(`no change of ${id} was refused`);
    }
  }

  /** As another release would have rendered the plan: the same delta, other bytes, approved as such. */
  async alterPayloads(planId: string): Promise<void> {
    const { digest: _digest, ...plan } = await this.store.readPlan(planId as PlanId);
    const routers = plan.routers.map((router) => ({ ...router, payloadDigest: digestPayload('<other/>') }));
    const digest = digestPlan({ ...plan, routers });
    const text = pg.escapeLiteral(JSON.stringify({ ...plan, routers, digest }));
    await onServer(this.databaseUrl, `update plans set plan = ${text}, digest = '${digest}' where id = '${planId}'`);
    await this.store.appendLedger({ actor: plan.createdBy, action: 'plan.saved', subject: planId, body: { digest } });
  }

  /** The first event of progress that matches. */
  async untilProgress(
    id: string,
    matches: (event: ProgressEvent, all: readonly ProgressEvent[]) => boolean,
  ): Promise<ProgressEvent> {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(LOOK_INTERVAL_MS)) {
      const all = await this.progress(id);
      const found = all.find((event) => matches(event, all));
      if (found !== undefined) return found;
      if (Date.now() > until) {
        const seen = all.map((e) => `${e.stage} ${e.pe} ${e.status} ${e.message}`);
        throw new Error(`no such progress of ${id}; seen:\n${seen.join('\n')}`);
      }
    }
  }

  /** So many PEs have done a stage. */
  async untilDone(id: string, stage: Stage, count: number): Promise<void> {
    await this.untilProgress(id, (_event, all) => {
      return all.filter((each) => each.stage === stage && each.pe !== null && each.status === 'done').length >= count;
    });
  }

  async progress(id: string): Promise<ProgressEvent[]> {
    return this.store.readProgress({ afterSequence: 0, interconnectId: id as InterconnectId, limit: 500 });
  }

  texts(): Map<string, string> {
    return new Map(this.backbone.routers().map((router) => [router.name, router.runningText()]));
  }

  /** PEs whose running is not what it was before wasl came. */
  changedRouters(since: ReadonlyMap<string, string> = this.#base): string[] {
    return [...this.texts()].filter(([name, text]) => since.get(name) !== text).map(([name]) => name);
  }

  /** What every VRF of the backbone has learnt since the start, as its routers show it: `pe vrf prefix`. */
  learnt(): string[] {
    return this.#routes().filter((route) => !this.#baseRoutes.has(route));
  }

  #routes(): string[] {
    return this.backbone
      .routers()
      .flatMap((router) =>
        [...router.attachments.keys()].flatMap((vrf) =>
          (['ipv4', 'ipv6'] as const).flatMap((family) =>
            router.routes(vrf, family).map((route) => `${router.name} ${vrf} ${route.prefix}`),
          ),
        ),
      );
  }
}

async function openParts(options: InstallationOptions, stops: (() => Promise<unknown>)[]): Promise<Installation> {
  const temporalAddress = options.temporalAddress ?? inject('temporalAddress');
  const temporalNamespace = options.temporalNamespace ?? `test-${randomUUID()}`;
  const confirmTimeoutSeconds = options.confirmTimeoutSeconds ?? 30;
  const demo = { ...DEMO_INVENTORY, backbone: { ...DEMO_INVENTORY.backbone, confirmTimeoutSeconds } };
  const [database, backbone, issuer] = await Promise.all([
    createTestDatabase(),
    startBackbone({
      inventory: options.inventory?.(demo) ?? demo,
      seed: randomUUID(),
      ...(options.abilities === undefined ? {} : { abilities: options.abilities }),
      ...(options.habits === undefined ? {} : { habits: options.habits }),
    }),
    createDevelopmentIssuer({ apiHost: '127.0.0.1', clock: () => new Date() }),
    options.temporalNamespace ?? registerNamespace(temporalAddress, temporalNamespace),
  ]);
  stops.push(
    () => backbone.close(),
    () => database.drop(),
  );
  const authorityFolder = await mkdtemp(join(tmpdir(), 'wasl-authority-'));
  stops.push(() => rm(authorityFolder, { recursive: true, force: true }));
  const clock = () => new Date();
  const authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock, folder: authorityFolder });
  const { keys = null, onLog } = options;
  const store = await openStore({ databaseUrl: database.applicationUrl, keys });
  stops.push(() => store.close());
  await bringIntoForce(store, backbone.inventory(), authority);
  const url = new URL(database.applicationUrl);
  const databaseProxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  stops.push(() => databaseProxy.close());
  url.port = String(databaseProxy.port);
  if (options.workersRole !== undefined) {
    const { name, password } = options.workersRole;
    await onServer(database.databaseUrl, `create role ${name} login superuser password '${password}'`);
    stops.push(() => onServer(database.databaseUrl, `drop role ${name}`));
    [url.username, url.password] = [name, password];
  }
  const listen = { host: '127.0.0.1', port: 0 };
  const { askAuthorities = (asked) => asked } = options;
  const signatures = { ...meansOf(authority), ask: () => askAuthorities(authority.ask) };
  const logger = onLog === undefined ? {} : { logger: createLogger('api', { write: onLog }) };
  const api = await startApi({
    ...{ store, temporalAddress, temporalNamespace, listen, auth: issuer.auth, signatures },
    ...logger,
  });
  stops.push(() => api.stop());
  const credential = { username: backbone.username, password: backbone.password };
  const workerOptions: WorkerProcessOptions = {
    temporalAddress,
    temporalNamespace,
    limits: { ...QUICK, ...options.limits },
    databaseUrl: url.href,
    authorityFolder,
    workflowBundlePath: inject('workflowBundlePath'),
    credential,
  };
  const installation = Installation.assemble(
    { backbone, authority, signatures, store, databaseUrl: database.databaseUrl, databaseProxy },
    api,
    issuer,
    workerOptions,
    options,
    stops,
  );
  if (options.worker !== 'none') await installation.startWorker();
  return installation;
}

/** As the owner of the server: statements that no store has. */
export async function onServer(databaseUrl: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function stopAll(stops: (() => Promise<unknown>)[]): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}
