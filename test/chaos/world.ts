/** A whole installation on a simulated backbone, whose parts can be killed, stopped for a while, and started again. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Role } from '../../src/api/authentication.ts';
import { type ApiClient, createApiClient } from '../../src/api/client.ts';
import { createDevelopmentIssuer, type DevelopmentIssuer } from '../../src/api/development-issuer.ts';
import { freePort } from '../../src/bin/child-process.ts';
import { cacheDirectory } from '../../src/bin/configuration.ts';
import { obtainTemporalBinary, startTemporalServer } from '../../src/bin/temporal-server.ts';
import { readInventory } from '../../src/cli/read-inventory.ts';
import { createDevelopmentAuthority, type DevelopmentAuthority } from '../../src/signatures/index.ts';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { bringIntoForce } from '../support/bring-into-force.ts';
import { signingClient } from '../support/signing.ts';

const PROGRAM = fileURLToPath(new URL('../../src/bin/wasl.js', import.meta.url));
const INVENTORY = fileURLToPath(new URL('../../docs/samples/national-backbone.yaml', import.meta.url));
/** Short, so that a router's own timer is part of every story. */
const CONFIRM_TIMEOUT_SECONDS = 20;
const READY_TIMEOUT_MS = 120_000;
const LOOK_INTERVAL_MS = 50;

/** What the database is given where its password is rotated, until calm. */
export const ROTATED_PASSWORD = 'rotated';

export type PartName = 'api' | 'worker-1' | 'worker-2';
export const PARTS: readonly PartName[] = ['api', 'worker-1', 'worker-2'];

const ARGUMENTS: Readonly<Record<PartName, readonly string[]>> = {
  api: ['serve', '--development-issuer'],
  'worker-1': ['worker', '--development-authority'],
  'worker-2': ['worker', '--development-authority'],
};
/** No secrets of anybody are in them. */
const KEPT_TABLES = [
  'interconnects',
  'changes',
  'journal',
  'approvals',
  'route_targets',
  'router_turns',
  'progress',
  'ledger',
];
const READY_WORDS: Readonly<Record<PartName, string>> = {
  api: 'API: http',
  'worker-1': 'worker ready',
  'worker-2': 'worker ready',
};

type Settings = Readonly<Record<string, string>>;

export class World {
  readonly directory: string;
  readonly backbone: Backbone;
  readonly #parts = new Map<PartName, ChildProcess>();
  #postgres: EmbeddedPostgres | null = null;
  #temporal: { readonly pid: number; stop(): Promise<void> } | null = null;
  #issuer: DevelopmentIssuer | null = null;
  #authority: DevelopmentAuthority | null = null;
  #env: Settings = {};
  #postgresPort = 0;
  #temporalPort = 0;
  #starts = 0;
  apiUrl = '';
  databaseUrl = '';

  private constructor(directory: string, backbone: Backbone) {
    this.directory = directory;
    this.backbone = backbone;
  }

  /** `settings`: of API and workers, beside the usual ones; given the directory in which their files may lie. */
  static async open(
    seed: string,
    settings: (directory: string) => Promise<Settings> = async () => ({}),
  ): Promise<World> {
    const directory = await mkdtemp(join(tmpdir(), 'wasl-chaos-'));
    const sample = readInventory(await readFile(INVENTORY, 'utf8'), INVENTORY);
    const confirmTimeoutSeconds = CONFIRM_TIMEOUT_SECONDS;
    const inventory = { ...sample, backbone: { ...sample.backbone, confirmTimeoutSeconds } };
    const world = new World(directory, await startBackbone({ inventory, seed }));
    try {
      await world.#start(await settings(directory));
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  async #start(settings: Settings): Promise<void> {
    [this.#postgresPort, this.#temporalPort] = [await freePort(), await freePort()];
    const apiPort = await freePort();
    await Promise.all([this.startPostgres(), this.startTemporal()]);
    await migrate(this.databaseUrl);
    const issuer = await createDevelopmentIssuer({ apiHost: '127.0.0.1', clock: () => new Date() });
    this.#issuer = issuer;
    const folder = join(this.directory, 'development-authority');
    const authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date(), folder });
    this.#authority = authority;
    const { username, password } = this.backbone;
    const credentials = { backbone: { username, password, hosts: ['127.0.0.1'] } };
    const write = (name: string, value: unknown) =>
      writeFile(join(this.directory, name), JSON.stringify(value), { mode: 0o600 });
    await write('development-issuer.json', issuer.privateJwk);
    await write('credentials.yaml', credentials);
    this.apiUrl = `http://127.0.0.1:${apiPort}`;
    this.#env = {
      ...settings,
      DATABASE_URL: this.databaseUrl,
      TEMPORAL_ADDRESS: `127.0.0.1:${this.#temporalPort}`,
      WASL_STATE_DIR: this.directory,
      WASL_LISTEN: `127.0.0.1:${apiPort}`,
      WASL_CREDENTIALS: join(this.directory, 'credentials.yaml'),
      WASL_CONVERGENCE_SECONDS: '4',
    };
    await Promise.all(PARTS.map((part) => this.startPart(part)));
    const store = await this.openStore();
    await bringIntoForce(store, this.backbone.inventory(), authority);
    await store.close();
  }

  async startPostgres(): Promise<void> {
    const settings = { fsync: 'off', max_connections: '200' };
    const directory = join(this.directory, 'postgres');
    const start = () => startEmbeddedPostgres({ directory, port: this.#postgresPort, settings });
    try {
      this.#postgres = await start();
      this.databaseUrl = this.#postgres.databaseUrl;
    } catch (error) {
      if (this.databaseUrl === '') throw error;
      // A server of a data centre starts whatever its passwords are; the embedded one must let wasl in.
      const usual = await readFile(join(directory, 'password'), 'utf8');
      await writeFile(join(directory, 'password'), ROTATED_PASSWORD);
      this.#postgres = await start().finally(() => writeFile(join(directory, 'password'), usual));
    }
  }

  async startTemporal(): Promise<void> {
    const binary = await obtainTemporalBinary(cacheDirectory(), () => undefined);
    const databaseFile = join(this.directory, 'temporal.db');
    this.#temporal = await startTemporalServer(binary, { databaseFile, port: this.#temporalPort });
  }

  /** Started, and ready unless what it needs is away: then it says so and ends, and is started again like a service would. */
  async startPart(part: PartName): Promise<void> {
    if (this.isUp(part)) return;
    const logFile = join(this.directory, `${part}-${++this.#starts}.log`);
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(process.execPath, [PROGRAM, ...ARGUMENTS[part]], {
      env: { ...process.env, ...this.#env, WASL_STOP_WITH_PARENT: '1' },
      stdio: ['pipe', log, log],
      detached: true,
    });
    this.#parts.set(part, child);
    for (const until = Date.now() + READY_TIMEOUT_MS; ; await sleep(LOOK_INTERVAL_MS)) {
      if (!isRunning(child) || (await readFile(logFile, 'utf8')).includes(READY_WORDS[part])) return;
      if (Date.now() > until) throw new Error(`${part} does not get ready; see ${logFile}`);
    }
  }

  isUp(part: PartName): boolean {
    const child = this.#parts.get(part);
    return child !== undefined && isRunning(child);
  }

  /** SIGKILL, SIGTERM; resolves when it has ended. */
  async endPart(part: PartName, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#parts.get(part);
    if (child === undefined || !isRunning(child)) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  pidOf(part: PartName | 'postgres' | 'temporal'): number | null {
    if (part === 'postgres') return this.#postgres?.pid ?? null;
    if (part === 'temporal') return this.#temporal?.pid ?? null;
    return this.isUp(part) ? (this.#parts.get(part)?.pid ?? null) : null;
  }

  /** Postgres is many processes; each is stopped with it. */
  async pidsOf(part: PartName | 'postgres' | 'temporal'): Promise<number[]> {
    const pid = this.pidOf(part);
    if (pid === null) return [];
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    return [
      pid,
      ...children
        .split(' ')
        .filter((each) => each !== '')
        .map(Number),
    ];
  }

  async killServer(server: 'postgres' | 'temporal'): Promise<void> {
    const pid = this.pidOf(server);
    if (pid === null) return;
    process.kill(pid, 'SIGKILL');
    await sleep(300);
  }

  async withDatabase<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  openStore(): Promise<Store> {
    return openStore({ databaseUrl: this.databaseUrl, clock: () => new Date() });
  }

  async tokenOf(person: string, roles: readonly Role[], entity: string): Promise<string> {
    if (this.#issuer === null) throw new Error('the installation is not open');
    return this.#issuer.mintToken({ person, roles, entity });
  }

  as(person: string, roles: readonly Role[], entity?: string): ApiClient {
    const token = async () =>
      (await this.#issuer?.mintToken({ person, roles, ...(entity === undefined ? {} : { entity }) })) ?? null;
    const client = createApiClient({ server: this.apiUrl, token });
    return this.#authority === null ? client : signingClient(client, this.#authority, person);
  }

  /** Everything up again, as a service manager and an operator would have it. */
  async heal(): Promise<void> {
    for (const router of this.backbone.routers()) router.faults.clear();
    await this.startPostgres().catch(() => undefined);
    await this.#mendDatabase();
    await this.startPostgres();
    if (this.#temporal === null || !isAlive(this.#temporal.pid)) await this.startTemporal();
    await Promise.all(PARTS.map((part) => this.startPart(part)));
    // One that found its servers away while it started has ended: once more.
    await Promise.all(PARTS.map((part) => this.startPart(part)));
  }

  /** An event that lost its connection left the setting or the password as it had made it. */
  async #mendDatabase(): Promise<void> {
    const usual = new URL(this.databaseUrl);
    const rotated = new URL(this.databaseUrl);
    rotated.password = ROTATED_PASSWORD;
    for (const url of [usual, rotated]) {
      const client = new pg.Client({ connectionString: url.href });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.query('set default_transaction_read_only = off');
        const password = client.escapeLiteral(decodeURIComponent(usual.password));
        await client.query(`alter role wasl password ${password}`);
        await client.query('alter system reset default_transaction_read_only');
        await client.query('select pg_reload_conf()');
      } catch {
        // The other password lets in.
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  /** For the reader of a run that broke: what every part said, and the record as it stood. Returns the folder. */
  async keepLogs(folder: string): Promise<string> {
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(this.directory))
      if (name.endsWith('.log')) await copyFile(join(this.directory, name), join(folder, name));
    await copyFile(join(this.directory, 'postgres', 'server.log'), join(folder, 'postgres.log')).catch(() => undefined);
    await this.withDatabase(async (client) => {
      for (const table of KEPT_TABLES) {
        const { rows } = await client.query(`select * from ${table}`);
        await writeFile(join(folder, `${table}.json`), `${JSON.stringify(rows, null, 1)}\n`);
      }
    }).catch((error: unknown) => writeFile(join(folder, 'no-tables.txt'), String(error)));
    for (const router of this.backbone.routers())
      await writeFile(join(folder, `${router.name}.xml`), router.runningText());
    return folder;
  }

  async close(): Promise<void> {
    for (const part of PARTS) await this.endPart(part, 'SIGKILL');
    await this.#temporal?.stop().catch(() => undefined);
    await this.#postgres?.stop().catch(() => undefined);
    await this.backbone.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
