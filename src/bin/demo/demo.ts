/** The demonstration: four stories on a simulated backbone, told with the commands that people use. */
import { styleText } from 'node:util';
import { EXIT } from '../../cli/exit-codes.ts';
import { WaslError } from '../../errors.ts';
import { say, untilStopped } from '../foreground.ts';
import { createProcessIo } from '../process-io.ts';
import { holdSignals } from '../signals.ts';
import { type DemoWorld, openDemoWorld } from './demo-world.ts';
import { ENGINEER_1, ENGINEER_2, Narrator, signatory } from './narrator.ts';

export async function demo(options: { readonly keep?: boolean }): Promise<number> {
  const startedAtMs = Date.now();
  const stop = holdSignals();
  const io = createProcessIo(process);
  const tell = (text: string) => process.stdout.write(`${text}\n`);
  say('Starting a simulated backbone of four routers, Postgres, Temporal, the API and a worker ...');
  const world = await openDemoWorld(say, stop);
  try {
    const stories = new Stories(world, new Narrator(world.installation, io));
    say(`Ready after ${seconds(startedAtMs)} s.`);
    await stories.play();
    tell('');
    tell(`The demonstration took ${seconds(startedAtMs)} s.`);
    if (options.keep) await keepRunning(world, stop, tell);
    return 0;
  } catch (error) {
    if (stop.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    await world.installation.stop();
  }
}

class Stories {
  readonly #world: DemoWorld;
  readonly #narrator: Narrator;
  readonly #before = new Map<string, string>();

  constructor(world: DemoWorld, narrator: Narrator) {
    this.#world = world;
    this.#narrator = narrator;
  }

  async play(): Promise<void> {
    const { control } = this.#world;
    await this.#narrator.wasl(ENGINEER_1, 'inventory', 'import', this.#world.inventoryFile);
    for (const { name } of await control.routers()) this.#before.set(name, await control.runningText(name));

    this.#narrator.chapter('1  Two ministries agree, and their networks are joined: exactly as signed');
    await this.#narrator.wasl(ENGINEER_1, 'matrix');
    await this.#narrator.acceptPolicy(['MOH', 'MOF', 'MOE']);
    await this.#narrator.agree('IC-0001', 'MOH', 'MOF', 'moh-mof.yaml');
    await this.#narrator.wasl(ENGINEER_2, 'plan', 'show', 'IC-0001');
    await this.#narrator.wasl(ENGINEER_2, 'approve', 'IC-0001-C1-P1');
    await this.#narrator.wasl(ENGINEER_1, 'status', 'IC-0001', '--watch');
    await this.#narrator.wasl(ENGINEER_1, 'matrix');
    await this.#narrator.showEvidence('IC-0001-C1');

    this.#narrator.chapter(
      '2  A site that does not answer: verification fails inside the confirm window, everything goes back',
    );
    const settled = await this.#texts();
    await control.setFault('mct-pe-01', { kind: 'blackhole', target: '10.150.10.0/24' });
    await this.#narrator.agree('IC-0002', 'MOE', 'MOF', 'moe-mof.yaml');
    await this.#narrator.wasl(ENGINEER_2, 'approve', 'IC-0002-C1-P1');
    await this.#narrator.wasl(ENGINEER_1, 'status', 'IC-0002', '--watch');
    await this.#compare('before this request', settled);
    await control.clearFaults('mct-pe-01');

    this.#narrator.chapter(
      '3  The worker is killed in the middle of a change: everything goes back, and another one applies it',
    );
    await this.#narrator.agree('IC-0003', 'MOE', 'MOH', 'moe-moh.yaml');
    await control.setFault('sll-pe-01', { kind: 'no-reply', operation: 'confirmed-commit' }, { times: 1 });
    await this.#narrator.wasl(ENGINEER_2, 'approve', 'IC-0003-C1-P1');
    await this.#killWorkerDuringCommit('IC-0003');
    await this.#narrator.wasl(ENGINEER_1, 'status', 'IC-0003', '--watch');

    this.#narrator.chapter('4  What was agreed is withdrawn: the routers are as they were at the start');
    await this.#withdraw('IC-0001', 'MOH');
    await this.#withdraw('IC-0003', 'MOE');
    const reason = ['--reason', 'the site is being rebuilt'];
    await this.#narrator.wasl(signatory('MOE'), 'interconnect', 'withdraw', 'IC-0002', ...reason);
    await this.#compare('at the start', this.#before);
    await this.#narrator.wasl(ENGINEER_1, 'interconnect', 'list');
  }

  async #withdraw(id: string, party: string): Promise<void> {
    const reason = ['--reason', 'the project has ended'];
    await this.#narrator.wasl(signatory(party), 'interconnect', 'withdraw', id, ...reason);
    await this.#narrator.untilPlanned(id);
    await this.#narrator.wasl(ENGINEER_2, 'approve', `${id}-C2-P1`);
    await this.#narrator.wasl(ENGINEER_1, 'status', id, '--watch');
  }

  async #killWorkerDuringCommit(id: string): Promise<void> {
    const client = await this.#world.installation.clientOf(ENGINEER_1);
    let committed = 0;
    for await (const event of client.readEvents({ after: 0, interconnect: id, signal: this.#narrator.io.signal })) {
      // Two routers hold the change, unconfirmed; the third never answers.
      if (event.stage === 'commit' && event.status === 'done' && ++committed === 2) break;
    }
    await this.#world.installation.killWorker();
    this.#narrator.tell(
      styleText('red', '$ kill -9 the worker, while the confirmed commit is on its way; then start another one'),
    );
    await this.#world.installation.startWorker();
  }

  async #texts(): Promise<ReadonlyMap<string, string>> {
    const { control } = this.#world;
    const names = (await control.routers()).map((router) => router.name);
    return new Map(await Promise.all(names.map(async (name) => [name, await control.runningText(name)] as const)));
  }

  /** Asks the routers themselves, not wasl. */
  async #compare(when: string, expected: ReadonlyMap<string, string>): Promise<void> {
    const now = await this.#texts();
    const changed = [...expected].filter(([name, text]) => now.get(name) !== text).map(([name]) => name);
    if (changed.length > 0)
      throw new WaslError('ROUTER_READ_BACK', `running differs from ${when} on ${changed.join(', ')}`);
    this.#narrator.tell(styleText('green', `  running of all ${now.size} routers is byte for byte as ${when}`));
  }
}

async function keepRunning(world: DemoWorld, signal: AbortSignal, tell: (text: string) => void): Promise<void> {
  tell('');
  for (const [name, address] of world.addresses) tell(`  ${name.padEnd(20)} ${address}`);
  tell('');
  tell(`  export WASL_SERVER=${world.installation.apiUrl} WASL_STATE_DIR=${world.installation.directory}`);
  tell('  export WASL_TOKEN=$(npx wasl token --person engineer-1 --role engineer)');
  tell('');
  tell('Ctrl-C ends it.');
  await untilStopped(signal);
}

function seconds(sinceMs: number): string {
  return ((Date.now() - sinceMs) / 1_000).toFixed(1);
}
