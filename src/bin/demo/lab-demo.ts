/** The demonstration on the lab's real routers: one agreement comes and goes, with a ministry's own pings to show for it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify, styleText } from 'node:util';
import { EXIT } from '../../cli/exit-codes.ts';
import { WaslError } from '../../errors.ts';
import { stateDirectory } from '../configuration.ts';
import { say } from '../foreground.ts';
import { createProcessIo } from '../process-io.ts';
import { holdSignals } from '../signals.ts';
import { makeDirectory, openInstallation } from './local-installation.ts';
import { ENGINEER_1, ENGINEER_2, Narrator, signatory } from './narrator.ts';

/** FRR has routes within a second; a busy machine may need some more. */
const CONVERGENCE_SECONDS = 15;
/** A host of MOH and one of MOF that docs/samples/moh-mof.yaml joins; in both labs. */
const MOH_ADDRESS = '10.100.10.10';
const MOF_ADDRESS = '10.200.10.10';
const PINGS = 3;

export async function labDemo(): Promise<number> {
  const startedAtMs = Date.now();
  const stop = holdSignals();
  const io = createProcessIo(process);
  const lab = join(stateDirectory(), 'lab');
  const customerEdge = await customerEdgeWith(lab, MOH_ADDRESS);
  say('Starting Postgres, Temporal, the API and a worker in front of the lab ...');
  const directory = await makeDirectory('wasl-lab-demo-');
  const credentialsFile = join(lab, 'credentials.yaml');
  const installation = await openInstallation({
    directory,
    credentialsFile,
    convergenceSeconds: CONVERGENCE_SECONDS,
    say,
    until: stop,
  });
  try {
    const narrator = new Narrator(installation, io);
    const ping = () => pingFrom(narrator, customerEdge);
    narrator.chapter('Two ministries on real routers, not joined');
    await narrator.wasl(ENGINEER_1, 'inventory', 'import', join(lab, 'inventory.yaml'));
    await narrator.wasl(ENGINEER_1, 'matrix');
    await ping();

    narrator.chapter('They agree, an engineer approves the plan, and the routers are changed together');
    await narrator.acceptPolicy(['MOH', 'MOF']);
    await narrator.agree('IC-0001', 'MOH', 'MOF', 'moh-mof.yaml');
    await narrator.wasl(ENGINEER_2, 'plan', 'show', 'IC-0001');
    await narrator.wasl(ENGINEER_2, 'approve', 'IC-0001-C1-P1');
    await narrator.wasl(ENGINEER_1, 'status', 'IC-0001', '--watch');
    await narrator.wasl(ENGINEER_1, 'matrix');
    await ping();

    narrator.chapter('The agreement ends');
    await narrator.wasl(signatory('MOH'), 'interconnect', 'withdraw', 'IC-0001', '--reason', 'the project has ended');
    await narrator.untilPlanned('IC-0001');
    await narrator.wasl(ENGINEER_2, 'approve', 'IC-0001-C2-P1');
    await narrator.wasl(ENGINEER_1, 'status', 'IC-0001', '--watch');
    await ping();
    narrator.tell('');
    narrator.tell(`The demonstration took ${((Date.now() - startedAtMs) / 1_000).toFixed(1)} s.`);
    return 0;
  } catch (error) {
    if (stop.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    await installation.stop();
  }
}

async function customerEdgeWith(lab: string, address: string): Promise<string> {
  try {
    const { network } = JSON.parse(await readFile(join(lab, 'lab.json'), 'utf8')) as { network: string };
    const { customerEdges } = JSON.parse(await readFile(network, 'utf8')) as {
      customerEdges: Readonly<Record<string, { readonly ipv4: string }>>;
    };
    const found = Object.entries(customerEdges).find(([, { ipv4 }]) => ipv4.startsWith(`${address}/`));
    if (found !== undefined) return found[0];
  } catch (cause) {
    throw new WaslError('CONFIGURATION', `no lab is described in ${lab}`, { cause, remedy: 'Run: npm run lab' });
  }
  throw new WaslError('CONFIGURATION', `no customer edge of the lab has ${address}`, { remedy: 'Run: npm run lab' });
}

/** The packets' own word. That nothing comes back is an answer too. */
async function pingFrom(narrator: Narrator, customerEdge: string): Promise<void> {
  const words = ['exec', customerEdge, 'ping', '-c', String(PINGS), '-i', '0.2', '-W', '1', MOF_ADDRESS];
  narrator.tell('');
  narrator.tell(`${styleText('dim', customerEdge.padEnd(16))} ${styleText('bold', `$ docker ${words.join(' ')}`)}`);
  const run = promisify(execFile)('docker', words, { signal: narrator.io.signal });
  const { stdout } = await run.catch((error: { readonly stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  if (stdout === '')
    throw new WaslError('CONFIGURATION', `${customerEdge} does not run`, { remedy: 'Run: npm run lab' });
  narrator.tell(stdout.trim());
}
