/**
 * npm run lab:soak -- [--cycles N] [--seed S] [--no-faults]
 * Provisions and withdraws MOH–MOF on the l3vpn lab, each cycle with a fault drawn by the seed. At the end FRR is as it was, no route target
 * is held, no lock is stuck; else it ends with 1. Prints what happened and how long it took.
 */
import { parseArgs } from 'node:util';
import type { InterconnectAnswer } from '../../src/api/wire.ts';
import { FAULTS, type Fault } from './support/faults.ts';
import { startPing } from './support/lab.ts';
import { holdLock } from './support/other-client.ts';
import { ADMIN, type FlowInput, settled, stageOnAll, start, withdraw } from './support/people.ts';
import { type LabStage, openLabStage } from './support/stage.ts';
import { draws, formatPercentiles } from './support/statistics.ts';

const FLOWS: readonly FlowInput[] = [
  { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24', '2001:db8:100:10::/64'] },
  { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24', '2001:db8:200:10::/64'] },
];
const CYCLES_DEFAULT = 6;

interface Tally {
  /** Request to confirmed, with both signatures and the approval given at once. */
  readonly provisionMs: number[];
  readonly withdrawMs: number[];
  /** Fault to the end of the change, with every router read back; by fault. */
  readonly restoreMs: Map<string, number[]>;
  /** Of 100 packets a second, from the confirmed commits to the end of the change. */
  readonly lostAtConfirm: number[];
  readonly outcomes: Map<string, number>;
  readonly complaints: string[];
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: String(CYCLES_DEFAULT) },
      seed: { type: 'string', default: '1' },
      'no-faults': { type: 'boolean', default: false },
    },
  });
  const cycles = Number(values.cycles);
  const draw = draws(Number(values.seed));
  const stage = await openLabStage('l3vpn');
  const startedAtMs = Date.now();
  const tally: Tally = {
    provisionMs: [],
    withdrawMs: [],
    restoreMs: new Map(),
    lostAtConfirm: [],
    outcomes: new Map(),
    complaints: [],
  };
  try {
    for (let cycle = 1; cycle <= cycles; cycle++) {
      const fault = values['no-faults'] || draw() < 0.25 ? null : (FAULTS[Math.floor(draw() * FAULTS.length)] ?? null);
      const beganMs = Date.now();
      const ended = await oneCycle(stage, fault, tally);
      const what = `${fault?.name ?? 'no fault'}: ${ended.changes[0]?.outcome ?? ended.lifecycle}`;
      tally.outcomes.set(what, (tally.outcomes.get(what) ?? 0) + 1);
      say(`cycle ${cycle}/${cycles}  ${seconds(Date.now() - beganMs)} s  ${what}`);
    }
    tally.complaints.push(...(await leftovers(stage)));
  } finally {
    await stage.close();
  }
  report(tally, cycles, Date.now() - startedAtMs, values.seed);
  return tally.complaints.length === 0 ? 0 : 1;
}

async function oneCycle(stage: LabStage, fault: Fault | null, tally: Tally): Promise<InterconnectAnswer> {
  const { wasl, pes } = stage;
  const beganMs = Date.now();
  const undoBefore = await fault?.before?.(stage);
  const id = await start(wasl, FLOWS);
  const struck = fault?.during?.(stage, id);
  const lost = fault === null ? countLost(stage, id, pes) : null;
  const strokeMs = struck === undefined ? null : await struck;
  const ended = await settled(wasl, id);
  const outcome = ended.changes[0]?.outcome;
  if (fault === null) tally.provisionMs.push(Date.now() - beganMs);
  else if (strokeMs !== null)
    tally.restoreMs.set(fault.name, [...(tally.restoreMs.get(fault.name) ?? []), Date.now() - strokeMs]);
  if (lost !== null) tally.lostAtConfirm.push(await lost);
  await undoBefore?.();
  await fault?.after?.(stage);

  const wanted = fault?.outcomes ?? ['applied'];
  if (!wanted.some((each) => each === outcome)) tally.complaints.push(`${id}: ${outcome}: ${ended.reason}`);
  if (ended.lifecycle === 'active') {
    const withdrawingMs = Date.now();
    const gone = await withdraw(wasl, id);
    if (gone.lifecycle !== 'withdrawn')
      tally.complaints.push(`${id}: withdrawal ended ${gone.lifecycle}: ${gone.reason}`);
    tally.withdrawMs.push(Date.now() - withdrawingMs);
  }
  tally.complaints.push(...(await stage.changedSince()).map((line) => `after ${id}: ${line}`));
  return ended;
}

async function countLost({ wasl }: LabStage, id: string, pes: readonly string[]): Promise<number> {
  await stageOnAll(wasl, id, 'read-back', 'done', pes);
  const ping = startPing('ce-moh1', '10.200.10.10');
  await settled(wasl, id);
  const { sent, received } = await ping.stop();
  return Math.max(0, sent - received - 1);
}

/** What a run must not leave behind. */
async function leftovers(stage: LabStage): Promise<string[]> {
  const client = await stage.wasl.clientOf(ADMIN);
  const found = [...(await stage.changedSince())];
  for (const { id } of await client.listInterconnects({ limit: 200 })) {
    const { routeTargets, lifecycle } = await client.readInterconnect(id);
    if (routeTargets !== null) found.push(`${id} (${lifecycle}) still holds ${routeTargets.length} route targets`);
  }
  for (const pe of stage.pes) {
    const release = await holdLock(pe).catch((error: unknown) => {
      found.push(`${pe}: the lock cannot be taken: ${error}`);
      return null;
    });
    await release?.();
  }
  return found;
}

function report(tally: Tally, cycles: number, elapsedMs: number, seed: string): void {
  say(`${cycles} cycles in ${seconds(elapsedMs)} s, seed ${seed}`);
  for (const [what, count] of tally.outcomes) say(`  ${count} × ${what}`);
  say(
    formatPercentiles(
      'request to confirmed, s',
      tally.provisionMs.map((ms) => ms / 1_000),
    ),
  );
  say(
    formatPercentiles(
      'withdrawal asked to confirmed, s',
      tally.withdrawMs.map((ms) => ms / 1_000),
    ),
  );
  for (const [name, times] of tally.restoreMs)
    say(
      formatPercentiles(
        `${name} to end, s`,
        times.map((ms) => ms / 1_000),
      ),
    );
  say(formatPercentiles('packets lost of 100/s up to the confirm', tally.lostAtConfirm));
  if (tally.complaints.length === 0) say('routers as before, no route target held, no lock stuck');
  else for (const complaint of tally.complaints) say(`WRONG ${complaint}`);
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
