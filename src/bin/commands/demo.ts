/** The demonstration: four stories on a simulated backbone, told with the commands that people use. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { runCli } from '../../cli/main.ts';
import { WaslError } from '../../errors.ts';
import { type DemoStage, openDemoStage, SAMPLES } from '../demo-stage.ts';
import { say } from '../foreground.ts';
import type { Person } from '../local-installation.ts';
import { createProcessIo } from '../process-io.ts';

const ENGINEER_1: Person = { id: 'engineer-1', roles: ['engineer', 'admin'] };
const ENGINEER_2: Person = { id: 'engineer-2', roles: ['engineer'] };
const portal = (entity: string): Person => ({ id: `${entity.toLowerCase()}-portal-1`, roles: ['portal'], entity });
const signatory = (entity: string): Person => ({
  id: `${entity.toLowerCase()}-signatory-1`,
  roles: ['party-approver'],
  entity,
});

export async function demo(options: { readonly keep?: boolean }): Promise<number> {
  const startedAtMs = Date.now();
  const io = createProcessIo(process);
  const tell = (text: string) => process.stdout.write(`${text}\n`);
  say('Starting a simulated backbone of four routers, Postgres, Temporal, the API and a worker ...');
  const stage = await openDemoStage(say);
  try {
    const narrator = new Narrator(stage, io, tell);
    say(`Ready after ${seconds(startedAtMs)} s.`);
    await narrator.play();
    tell('');
    tell(`The demonstration took ${seconds(startedAtMs)} s.`);
    if (options.keep) await keepRunning(stage, io.signal, tell);
    return 0;
  } catch (error) {
    if (io.signal.aborted) return 130;
    throw error;
  } finally {
    await stage.installation.stop();
  }
}

class Narrator {
  readonly #stage: DemoStage;
  readonly #io: ReturnType<typeof createProcessIo>;
  readonly #tell: (text: string) => void;
  readonly #before = new Map<string, string>();

  constructor(stage: DemoStage, io: ReturnType<typeof createProcessIo>, tell: (text: string) => void) {
    this.#stage = stage;
    this.#io = io;
    this.#tell = tell;
  }

  async play(): Promise<void> {
    const { control } = this.#stage;
    await this.#wasl(ENGINEER_1, 'inventory', 'import', this.#stage.inventoryFile);
    for (const { name } of await control.routers()) this.#before.set(name, await control.runningText(name));

    this.#chapter('1  Two ministries agree, and their networks are joined: exactly as signed');
    await this.#wasl(ENGINEER_1, 'matrix');
    await this.#agree('IC-0001', 'MOH', 'MOF', 'moh-mof.yaml');
    await this.#wasl(ENGINEER_2, 'plan', 'show', 'IC-0001');
    await this.#wasl(ENGINEER_2, 'approve', 'IC-0001-C1-P1');
    await this.#wasl(ENGINEER_1, 'status', 'IC-0001', '--watch');
    await this.#wasl(ENGINEER_1, 'matrix');

    this.#chapter('2  A site that does not answer: verification fails inside the confirm window, everything goes back');
    const settled = await this.#texts();
    await control.setFault('mct-pe-01', { kind: 'blackhole', target: '10.150.10.0/24' });
    await this.#agree('IC-0002', 'MOE', 'MOF', 'moe-mof.yaml');
    await this.#wasl(ENGINEER_2, 'approve', 'IC-0002-C1-P1');
    await this.#wasl(ENGINEER_1, 'status', 'IC-0002', '--watch');
    await this.#compare('before this request', settled);
    await control.clearFaults('mct-pe-01');

    this.#chapter('3  The worker is killed in the middle of a change: another one ends it, all or none');
    await this.#agree('IC-0003', 'MOE', 'MOH', 'moe-moh.yaml');
    await control.setFault('sll-pe-01', { kind: 'no-reply', operation: 'confirmed-commit' }, { times: 1 });
    await this.#wasl(ENGINEER_2, 'approve', 'IC-0003-C1-P1');
    await this.#killWorkerDuringCommit('IC-0003');
    await this.#wasl(ENGINEER_1, 'status', 'IC-0003', '--watch');
    await this.#compare('before this request', settled);

    this.#chapter('4  The first agreement is withdrawn: the routers are as they were at the start');
    await this.#wasl(signatory('MOH'), 'interconnect', 'withdraw', 'IC-0001', '--reason', 'the project has ended');
    await this.#untilPlanned('IC-0001');
    await this.#wasl(ENGINEER_2, 'approve', 'IC-0001-C2-P1');
    await this.#wasl(ENGINEER_1, 'status', 'IC-0001', '--watch');
    await this.#compare('at the start', this.#before);
    await this.#wasl(ENGINEER_1, 'interconnect', 'list');
  }

  /** Request, two signatures, and the plan that wasl makes of them. */
  async #agree(id: string, asking: string, other: string, file: string): Promise<void> {
    await this.#wasl(portal(asking), 'request', 'submit', join(SAMPLES, file));
    await this.#wasl(signatory(asking), 'approve', id);
    await this.#wasl(signatory(other), 'approve', id);
    await this.#untilPlanned(id);
  }

  async #untilPlanned(id: string): Promise<void> {
    const client = await this.#stage.installation.clientOf(ENGINEER_1);
    for (;;) {
      const { awaiting, reason } = await client.readInterconnect(id);
      if (awaiting.some((each) => each.includes('approval of the plan'))) return;
      if (awaiting.some((each) => each.includes('replan')))
        throw new WaslError('INTERNAL', `${id} cannot be planned: ${reason}`);
      await sleep(100, undefined, { signal: this.#io.signal });
    }
  }

  async #killWorkerDuringCommit(id: string): Promise<void> {
    const client = await this.#stage.installation.clientOf(ENGINEER_1);
    let committed = 0;
    for await (const event of client.readEvents({ after: 0, interconnect: id, signal: this.#io.signal })) {
      // Two routers hold the change, unconfirmed; the third never answers.
      if (event.stage === 'commit' && event.status === 'done' && ++committed === 2) break;
    }
    await this.#stage.installation.killWorker();
    this.#tell(
      styleText('red', '$ kill -9 the worker, while the confirmed commit is on its way; then start another one'),
    );
    await this.#stage.installation.startWorker();
  }

  async #texts(): Promise<ReadonlyMap<string, string>> {
    const { control } = this.#stage;
    const names = (await control.routers()).map((router) => router.name);
    return new Map(await Promise.all(names.map(async (name) => [name, await control.runningText(name)] as const)));
  }

  /** Asks the routers themselves, not wasl. */
  async #compare(when: string, expected: ReadonlyMap<string, string>): Promise<void> {
    const now = await this.#texts();
    const changed = [...expected].filter(([name, text]) => now.get(name) !== text).map(([name]) => name);
    if (changed.length > 0)
      throw new WaslError('ROUTER_READ_BACK', `running differs from ${when} on ${changed.join(', ')}`);
    this.#tell(styleText('green', `  running of all ${now.size} routers is byte for byte as ${when}`));
  }

  async #wasl(person: Person, ...argv: readonly string[]): Promise<void> {
    const shown = argv.map((word) => (/[\s]/.test(word) ? `'${word}'` : word.replace(SAMPLES, ''))).join(' ');
    this.#tell('');
    this.#tell(`${styleText('dim', person.id.padEnd(16))} ${styleText('bold', `$ wasl ${shown}`)}`);
    const { installation } = this.#stage;
    const env = {
      ...process.env,
      WASL_SERVER: installation.apiUrl,
      WASL_TOKEN: await installation.tokenOf(person),
    };
    const code = await runCli(argv, { ...this.#io, env });
    this.#io.signal.throwIfAborted();
    // Watching a change that was rolled back says so to scripts; that is part of the stories.
    if (code !== 0 && argv[0] !== 'status')
      throw new WaslError('INTERNAL', `wasl ${argv.join(' ')} ended with ${code}`);
  }

  #chapter(title: string): void {
    this.#io.signal.throwIfAborted();
    this.#tell('');
    this.#tell(styleText('bold', title));
    this.#tell(styleText('dim', '─'.repeat(Math.min(110, title.length))));
  }
}

async function keepRunning(stage: DemoStage, signal: AbortSignal, tell: (text: string) => void): Promise<void> {
  tell('');
  for (const [name, address] of stage.addresses) tell(`  ${name.padEnd(20)} ${address}`);
  tell('');
  tell(`  export WASL_SERVER=${stage.installation.apiUrl} WASL_STATE_DIR=${stage.installation.directory}`);
  tell('  export WASL_TOKEN=$(npx wasl token --person engineer-1 --role engineer)');
  tell('');
  tell('Ctrl-C ends it.');
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function seconds(sinceMs: number): string {
  return ((Date.now() - sinceMs) / 1_000).toFixed(1);
}
