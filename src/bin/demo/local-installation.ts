/** A whole installation on one machine, in a directory of its own: what several machines run for real, here as child processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Role } from '../../api/authentication.ts';
import { type ApiClient, createApiClient } from '../../api/client.ts';
import { createDevelopmentIssuer } from '../../api/development-issuer.ts';
import { addKey, PRIVACY_RING } from '../../codec/key-ring.ts';
import { OPERATOR } from '../../domain/signing-document.ts';
import { createDevelopmentAuthority, type DevelopmentAuthority, type DevelopmentWish } from '../../signatures/index.ts';
import { startEmbeddedPostgres } from '../../store/embedded-postgres.ts';
import { migrate } from '../../store/migrate.ts';
import { freePort, stopProcess } from '../child-process.ts';
import { makeKeyRing } from '../codec.ts';
import { cacheDirectory } from '../configuration.ts';
import { makeLedgerKey } from '../ledger-key.ts';
import { explaining } from '../operator-error.ts';
import { settleAll } from '../settle-all.ts';
import { obtainTemporalBinary, type Say, startTemporalServer } from '../temporal-server.ts';

/** A part that is not ready by then has failed; its log says why. */
const READY_TIMEOUT_MS = 60_000;
const LOOK_INTERVAL_MS = 100;
/** Nothing here outlives the installation: its worker waits for its transactions as long as a person at a terminal waits. */
const DRAIN_SECONDS = 5;
/** The last log lines of an ended part may still be on their way to the disk. */
const REMOVE_ATTEMPTS = 5;

const PROGRAM = fileURLToPath(new URL('../wasl.js', import.meta.url));

export interface Person {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly entity?: string;
}

export interface InstallationOptions {
  /** Made by the caller; removed by `stop`. Holds data, logs and keys. */
  readonly directory: string;
  /** For the worker (`WASL_CREDENTIALS`). */
  readonly credentialsFile: string;
  /** How long verification gives routes to arrive. */
  readonly convergenceSeconds: number;
  readonly say: Say;
  /** Aborted: whatever is starting ends, and everything is stopped. */
  readonly until?: AbortSignal;
}

/** Under the folder for temporary files. Throws CONFIGURATION. */
export function makeDirectory(prefix: string): Promise<string> {
  const subject = {
    path: tmpdir(),
    what: 'the folder for temporary files',
    remedy: 'Name a folder in TMPDIR that this user may write.',
  };
  return explaining(subject, () => mkdtemp(join(tmpdir(), prefix)));
}

/** Parts that run until `stop`, which ends them in the reverse order. */
export class LocalInstallation {
  readonly directory: string;
  readonly #stops: (() => Promise<unknown>)[] = [];
  readonly #say: Say;
  readonly #until: AbortSignal;
  #env: Readonly<Record<string, string>> = {};
  #worker: ChildProcess | null = null;
  #workers = 0;
  #authority: DevelopmentAuthority | null = null;
  #mint: (person: Person) => Promise<string> = () => Promise.reject(new Error('not started'));
  apiUrl = '';
  temporalAddress = '';

  constructor(directory: string, say: Say, until: AbortSignal) {
    this.directory = directory;
    this.#say = say;
    this.#until = until;
  }

  /** Postgres, Temporal, API and one worker. */
  async start({
    credentialsFile,
    convergenceSeconds,
  }: Pick<InstallationOptions, 'credentialsFile' | 'convergenceSeconds'>): Promise<void> {
    const binary = await obtainTemporalBinary(cacheDirectory(), this.#say, this.#until);
    this.#until.throwIfAborted();
    const [postgres, temporal, apiPort] = await settleAll([
      startEmbeddedPostgres({ directory: this.path('postgres') }).then(async (server) => {
        this.#stops.push(() => server.stop());
        await migrate(server.databaseUrl, server.application);
        return server;
      }),
      startTemporalServer(binary, { databaseFile: this.path('temporal.db') }).then((server) => {
        this.#stops.push(() => server.stop());
        return server;
      }),
      freePort(),
    ]);
    this.#until.throwIfAborted();
    const listen = `127.0.0.1:${apiPort}`;
    const issuer = await createDevelopmentIssuer({ apiHost: '127.0.0.1', clock: () => new Date() });
    await writeFile(this.path('development-issuer.json'), JSON.stringify(issuer.privateJwk), { mode: 0o600 });
    this.#mint = ({ id, roles, entity }) =>
      issuer.mintToken({ person: id, roles, ...(entity === undefined ? {} : { entity }) });
    const folder = this.path('development-authority');
    const clock = () => new Date();
    this.#authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock, folder });
    await makeLedgerKey(this.path('ledger-key.pem'));
    await makeKeyRing(this.path('codec-keys.json'), addKey(null, new Date()));
    await makeKeyRing(this.path('privacy-keys.json'), addKey(null, new Date()), PRIVACY_RING);
    this.#env = {
      DATABASE_URL: postgres.applicationUrl,
      TEMPORAL_ADDRESS: temporal.address,
      WASL_STATE_DIR: this.directory,
      WASL_LEDGER_KEY: this.path('ledger-key.pem'),
      WASL_CODEC_KEYS: this.path('codec-keys.json'),
      WASL_PRIVACY_KEYS: this.path('privacy-keys.json'),
      WASL_LISTEN: listen,
      WASL_CREDENTIALS: credentialsFile,
      WASL_CONVERGENCE_SECONDS: String(convergenceSeconds),
      WASL_DRAIN_SECONDS: String(DRAIN_SECONDS),
    };
    this.apiUrl = `http://${listen}`;
    this.temporalAddress = temporal.address;
    this.startPart('api', ['serve', '--development-issuer']);
    await settleAll([this.untilSays('api', `API: ${this.apiUrl}`), this.startWorker()]);
  }

  /** Any `wasl` command that runs until it is stopped; its output goes to `<name>.log`. */
  startPart(name: string, args: readonly string[]): ChildProcess {
    this.#until.throwIfAborted();
    const log = openSync(this.path(`${name}.log`), 'a', 0o600);
    // A group of its own: Ctrl-C is for whoever opened the installation, who stops the parts in order; they also end with it.
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...process.env, ...this.#env, WASL_STOP_WITH_PARENT: '1' },
      stdio: ['pipe', log, log],
      detached: true,
    });
    this.#stops.push(() => stopProcess(child));
    return child;
  }

  async startWorker(): Promise<void> {
    this.#workers += 1;
    const name = `worker-${this.#workers}`;
    this.#worker = this.startPart(name, ['worker', '--development-authority']);
    await this.untilSays(name, 'worker ready');
  }

  /** `kill -9`: nothing is said to anybody. */
  async killWorker(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill('SIGKILL');
    await gone;
  }

  /** Waits until the part's log contains the text. */
  async untilSays(part: string, text: string): Promise<void> {
    const path = this.path(`${part}.log`);
    const deadline = Date.now() + READY_TIMEOUT_MS;
    for (;;) {
      const content = await readFile(path, 'utf8').catch(() => null);
      if (content?.includes(text)) return;
      if (Date.now() > deadline) {
        const said = content?.slice(-2_000);
        throw new Error(`${part} does not say "${text}" after ${READY_TIMEOUT_MS / 1_000} s:\n${said}`);
      }
      await sleep(LOOK_INTERVAL_MS, undefined, { signal: this.#until });
    }
  }

  tokenOf(person: Person): Promise<string> {
    return this.#mint(person);
  }

  /** Settings of this person's command line: where their key and their organisation's seal lie, and what office they hold. */
  async signingSettings({ id, entity }: Person): Promise<Readonly<Record<string, string>>> {
    const identity = await this.#keep(id, { party: entity ?? OPERATOR, role: entity ? 'signatory' : 'officer' });
    if (entity === undefined) return { WASL_IDENTITY: identity, WASL_DESIGNATION: 'Network engineer' };
    const seal = await this.#keep(`seal of ${entity}`, { party: entity, role: 'seal' });
    return { WASL_IDENTITY: identity, WASL_SEAL: seal, WASL_DESIGNATION: 'Director of networks' };
  }

  async #keep(person: string, signer: Omit<DevelopmentWish, 'person'>): Promise<string> {
    const file = this.path(`${person.replaceAll(' ', '-')}.pem`);
    await writeFile(file, await this.authority.issue({ ...signer, person }), { mode: 0o600 });
    return file;
  }

  get authority(): DevelopmentAuthority {
    if (this.#authority === null) throw new TypeError('not started');
    return this.#authority;
  }

  async clientOf(person: Person): Promise<ApiClient> {
    const token = await this.tokenOf(person);
    return createApiClient({ server: this.apiUrl, token: async () => token, fetch });
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async stop(): Promise<void> {
    for (const each of this.#stops.reverse()) {
      await each().catch((error: unknown) => this.#say(`while stopping: ${error}`));
    }
    await rm(this.directory, { recursive: true, force: true, maxRetries: REMOVE_ATTEMPTS });
  }
}

/** Starts everything, or leaves nothing behind. `before` starts what the parts need. */
export async function openInstallation(
  options: InstallationOptions,
  before: (installation: LocalInstallation) => Promise<void> = async () => undefined,
): Promise<LocalInstallation> {
  const { directory, say, until = new AbortController().signal } = options;
  // The first failure of one side ends the other's waiting, too.
  const failed = new AbortController();
  const installation = new LocalInstallation(directory, say, AbortSignal.any([until, failed.signal]));
  const orEnd = (part: Promise<void>) =>
    part.catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
  try {
    await settleAll([orEnd(before(installation)), orEnd(installation.start(options))]);
    return installation;
  } catch (error) {
    await installation.stop();
    throw error;
  }
}
