/** A deployed lab, a whole installation of wasl in front of it, and what the routers were like before any story. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalInstallation, openInstallation } from '../../../src/bin/demo/local-installation.ts';
import { readInventory } from '../../../src/cli/read-inventory.ts';
import { WaslError } from '../../../src/errors.ts';
import { frrRunningConfig, isUp, type LabState, lab, labState, stateFolder, waitForRunningConfig } from './lab.ts';
import { ADMIN, acceptPolicy, SECOND_ADMIN } from './people.ts';

/** Stories wait for the end of a window now and then. A router that has just booted needs half of it until BGP has carried its routes. */
const CONFIRM_TIMEOUT_SECONDS = 30;
const CONVERGENCE_SECONDS = 15;
/** How the router's agent names what it makes of export rules. */
const WASL_OBJECTS = 'EXPORT-';

export interface LabStage {
  readonly wasl: LocalInstallation;
  readonly pes: readonly string[];
  /** FRR's own word, by PE. */
  runningConfigs(): Promise<ReadonlyMap<string, string>>;
  /** Waits until FRR's running configuration is the given one (without it: as before all stories); lines that still differ. */
  changedSince(before?: ReadonlyMap<string, string>, secondsMax?: number): Promise<readonly string[]>;
  /** Changes planned from now on have this window, as long as `tell` runs. */
  withWindow(confirmTimeoutSeconds: number, tell: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** The lab is required: where it cannot start, this fails and says why. */
export async function openLabStage(name: LabState['lab']): Promise<LabStage> {
  if (!(await isDeployed(name)) || !(await isUntouched())) lab('up', name, '--redeploy');
  const directory = await mkdtemp(join(tmpdir(), 'wasl-lab-'));
  const credentialsFile = join(stateFolder, 'credentials.yaml');
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const wasl = await openInstallation({ directory, credentialsFile, convergenceSeconds: CONVERGENCE_SECONDS, say });
  const file = join(stateFolder, 'inventory.yaml');
  const inventory = readInventory(await readFile(file, 'utf8'), file);
  const setWindow = async (confirmTimeoutSeconds: number) => {
    const backbone = { ...inventory.backbone, confirmTimeoutSeconds };
    const admin = await wasl.clientOf(ADMIN);
    const wanted = { ...inventory, backbone };
    const { baseVersion, differences, conflicts } = await admin.compareInventory(wanted);
    if (baseVersion !== null && differences.length === 0) return;
    const imported = admin.importInventory(wanted, baseVersion);
    if (conflicts.length === 0) return void (await imported);
    // How long an unverified change may stand is for two admins.
    await imported.catch((error: unknown) => {
      if (!(error instanceof WaslError) || error.code !== 'INVENTORY_IN_USE') throw error;
    });
    const second = await wasl.clientOf(SECOND_ADMIN);
    const [proposal] = await second.listInventoryProposals();
    if (proposal === undefined) throw new Error('the import became no proposal');
    const affected = new Set(proposal.conflicts.flatMap(({ interconnectId }) => interconnectId ?? []));
    await second.confirmInventoryProposal(proposal.id, [...affected]);
  };
  await setWindow(CONFIRM_TIMEOUT_SECONDS);
  await acceptPolicy(
    wasl,
    inventory.entities.map(({ id }) => id),
  );

  const pes = inventory.routers.map((router) => router.name);
  const runningConfigs = async () =>
    new Map(await Promise.all(pes.map(async (pe) => [pe, await frrRunningConfig(pe)] as const)));
  const start = await runningConfigs();
  return {
    wasl,
    pes,
    runningConfigs,
    async changedSince(before = start, secondsMax) {
      const changes = pes.map(async (pe) => {
        const wanted = before.get(pe) ?? '';
        return differingLines(pe, wanted, await waitForRunningConfig(pe, wanted, secondsMax));
      });
      return (await Promise.all(changes)).flat();
    },
    async withWindow(confirmTimeoutSeconds, tell) {
      await setWindow(confirmTimeoutSeconds);
      try {
        await tell();
      } finally {
        await setWindow(CONFIRM_TIMEOUT_SECONDS);
      }
    },
    close: () => wasl.stop(),
  };
}

async function isDeployed(name: LabState['lab']): Promise<boolean> {
  try {
    return labState().lab === name && (await isUp());
  } catch {
    return false;
  }
}

/** False after a run that was interrupted: what it had provisioned is still there, and nobody remembers it. */
async function isUntouched(): Promise<boolean> {
  const pes = Object.keys(labState().routers).filter((router) => router.startsWith('pe'));
  const texts = await Promise.all(pes.map(frrRunningConfig));
  return texts.every((text) => !text.includes(WASL_OBJECTS));
}

function differingLines(pe: string, before: string, now: string): string[] {
  if (before === now) return [];
  const [had, has] = [before.split('\n'), now.split('\n')];
  const gone = had.filter((line) => !has.includes(line)).map((line) => `${pe}: - ${line}`);
  const come = has.filter((line) => !had.includes(line)).map((line) => `${pe}: + ${line}`);
  return gone.length + come.length > 0 ? [...gone, ...come] : [`${pe}: the same lines in another order`];
}
