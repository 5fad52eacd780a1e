/**
 * npm run lab:soak -- [--cycles N] [--seed S] [--minutes M] [--no-faults]
 * Provisions and withdraws MOH–MOF on the l3vpn lab, each cycle with a fault dealt by the seed: every kind once before any comes again.
 * --no-faults measures instead: each cycle has an agreement, and one that fails because a site is silent.
 * At the end FRR and NETCONF are as they were, no route target is held, nothing is locked or pending; else it ends with 1. That these checks
 * see what they look for is shown first, by planting it. Ctrl-C ends it after the cycle under way.
 */
import { parseArgs } from 'node:util';
import type { InterconnectAnswer, Progress } from '../../src/api/wire.ts';
import { FAULTS, type Fault, SITE_SILENT } from './support/faults.ts';
import { startPing } from './support/lab.ts';
import { findLeftovers, proveLeftoversAreFound, readDatastores } from './support/leftovers.ts';
import { ADMIN, eventOf, type FlowInput, giveUp, settled, stageOnAll, start, withdraw } from './support/people.ts';
import { type LabStage, openLabStage } from './support/stage.ts';
import { dealt, draws, formatPercentiles } from './support/statistics.ts';

const FLOWS: readonly FlowInput[] = [
  { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24', '2001:db8:100:10::/64'] },
  { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24', '2001:db8:200:10::/64'] },
];
/** A cycle without any fault, and each kind of fault. */
const DECK: readonly (Fault | null)[] = [null, ...FAULTS];
/** A cycle takes about 20 s, at most two minutes: a run that is left alone ends. */
const MINUTES_DEFAULT = 60;
/** Whether an event has come is asked when the change is over. */
const FELT_SECONDS_MAX = 3;

interface Tally {
  /** Request to confirmed, with both signatures and the approval given at once. */
  readonly provisionMs: number[];
  /** Of that, from the approval of the plan. */
  readonly applyMs: number[];
  readonly withdrawMs: number[];
  /** Fault to the end of the change, with every router read back; by fault. */
  readonly restoreMs: Map<string, number[]>;
  /** Of 100 packets a second, from the first that came through to the end of the change: the confirm is in between. */
  readonly lostAtConfirm: number[];
  readonly outcomes: Map<string, number>;
  readonly complaints: string[];
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: String(DECK.length) },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: String(MINUTES_DEFAULT) },
      'no-faults': { type: 'boolean', default: false },
    },
  });
  const cycles = Number(values.cycles);
  const deadlineMs = Date.now() + Number(values.minutes) * 60_000;
  const faults = dealt(DECK, draws(Number(values.seed)));
  let stopped = false;
  process.once('SIGINT', () => {
    stopped = true;
    say('ending after this cycle');
  });

  const stage = await openLabStage('l3vpn');
  const startedAtMs = Date.now();
  const tally = emptyTally();
  let done = 0;
  try {
    const datastores = await readDatastores(stage);
    const planted = await proveLeftoversAreFound(stage, datastores, FLOWS);
    say(`planted, seen and taken away again: ${planted.join('; ')}`);
    while (done < cycles && !stopped && Date.now() < deadlineMs) {
      done += 1;
      const label = `cycle ${done}/${cycles}`;
      if (values['no-faults']) {
        await tellCycle(stage, null, tally, label);
        await tellCycle(stage, SITE_SILENT, tally, label);
      } else await tellCycle(stage, faults.next().value, tally, label);
    }
    tally.complaints.push(...(await findLeftovers(stage, datastores)));
  } finally {
    await stage.close();
  }
  if (done < cycles) say(`ended early, after ${done} of ${cycles} cycles`);
  report(tally, done, Date.now() - startedAtMs, values.seed);
  return tally.complaints.length === 0 ? 0 : 1;
}

function emptyTally(): Tally {
  return {
    provisionMs: [],
    applyMs: [],
    withdrawMs: [],
    restoreMs: new Map(),
    lostAtConfirm: [],
    outcomes: new Map(),
    complaints: [],
  };
}

/** A cycle that breaks is a complaint, and what it had provisioned is withdrawn, so that the next one begins as it did. */
async function tellCycle(stage: LabStage, fault: Fault | null, tally: Tally, label: string): Promise<void> {
  const beganMs = Date.now();
  let ended: string;
  let why = '';
  try {
    const { changes, reason } = await runCycle(stage, fault, tally);
    ended = changes[0]?.outcome ?? 'no outcome';
    if (ended !== 'applied') why = `: ${reason}`;
  } catch (error) {
    ended = 'broken';
    tally.complaints.push(`${label}, ${fault?.name ?? 'no fault'}: ${error}`);
    await withdrawAll(stage);
  }
  const what = `${fault?.name ?? 'no fault'}: ${ended}`;
  tally.outcomes.set(what, (tally.outcomes.get(what) ?? 0) + 1);
  say(`${label}  ${seconds(Date.now() - beganMs)} s  ${what}${why}`);
}

async function runCycle(stage: LabStage, fault: Fault | null, tally: Tally): Promise<InterconnectAnswer> {
  const { wasl } = stage;
  const beganMs = Date.now();
  const undo: (() => Promise<void>)[] = [];
  let ended: InterconnectAnswer;
  try {
    const before = await fault?.before?.(stage);
    if (before !== undefined) undo.push(before);
    const id = await start(wasl, FLOWS);
    const approvedMs = Date.now();
    const lost = fault === null ? countLost(stage, id) : null;
    const stroke = await fault?.during?.(stage, id);
    if (stroke?.after !== undefined) undo.push(stroke.after);
    ended = await settled(wasl, id);
    const now = Date.now();
    if (fault === null) {
      tally.provisionMs.push(now - beganMs);
      tally.applyMs.push(now - approvedMs);
    } else if (stroke !== undefined) {
      tally.restoreMs.set(fault.name, [...(tally.restoreMs.get(fault.name) ?? []), now - stroke.atMs]);
    }
    if (lost !== null) tally.lostAtConfirm.push(await lost);
  } finally {
    for (const each of undo) await each();
  }
  await judge(stage, fault, ended, tally);
  return ended;
}

async function judge(
  stage: LabStage,
  fault: Fault | null,
  { id, lifecycle, changes, reason }: InterconnectAnswer,
  { complaints, withdrawMs }: Tally,
): Promise<void> {
  const outcome = changes[0]?.outcome;
  // What is no verdict of the change is tried again, and applied.
  const wanted = [...(fault?.outcomes ?? []), 'applied'];
  if (!wanted.some((each) => each === outcome)) complaints.push(`${id}: ${outcome}: ${reason}`);
  if (fault?.felt !== undefined) complaints.push(...(await requireFelt(stage, id, fault.name, fault.felt)));
  if (lifecycle === 'active') {
    const askedMs = Date.now();
    const gone = await withdraw(stage.wasl, id);
    if (gone.lifecycle !== 'withdrawn') complaints.push(`${id}: withdrawal ended ${gone.lifecycle}: ${gone.reason}`);
    withdrawMs.push(Date.now() - askedMs);
  } else if (lifecycle === 'requested') await giveUp(stage.wasl, id);
  complaints.push(...(await stage.changedSince()).map((line) => `after ${id}: ${line}`));
}

/** A fault that nobody noticed proves nothing; the complaint tells what was noticed instead. */
async function requireFelt(
  { wasl }: LabStage,
  id: string,
  name: string,
  felt: (event: Progress) => boolean,
): Promise<string[]> {
  const events: string[] = [];
  const isIt = (event: Progress) => {
    events.push(`${event.stage} ${event.status} ${event.pe ?? ''} ${event.message}`.trim());
    return felt(event);
  };
  const found = await eventOf(wasl, id, isIt, FELT_SECONDS_MAX).catch(() => null);
  return found === null ? [`${id}: ${name}: nothing shows that it struck, in: ${events.join('; ')}`] : [];
}

/** What a flow loses once it flows, up to the end of the change. */
async function countLost({ wasl, pes }: LabStage, id: string): Promise<number> {
  await stageOnAll(wasl, id, 'read-back', 'done', pes);
  const ping = startPing('ce-moh1', '10.200.10.10');
  await settled(wasl, id);
  return (await ping.stop()).lostSinceFirst;
}

async function withdrawAll({ wasl }: LabStage): Promise<void> {
  const client = await wasl.clientOf(ADMIN);
  for (const { id } of await client.listInterconnects({ lifecycle: 'active' })) await withdraw(wasl, id);
}

function report(tally: Tally, cycles: number, elapsedMs: number, seed: string): void {
  say(`${cycles} cycles in ${seconds(elapsedMs)} s, seed ${seed}`);
  for (const [what, count] of [...tally.outcomes].sort()) say(`  ${count} × ${what}`);
  const times = (name: string, valuesMs: readonly number[]) =>
    say(
      formatPercentiles(
        name,
        valuesMs.map((ms) => ms / 1_000),
      ),
    );
  times('request to confirmed, s', tally.provisionMs);
  times('approval of the plan to confirmed, s', tally.applyMs);
  times('withdrawal asked to confirmed, s', tally.withdrawMs);
  for (const [name, valuesMs] of [...tally.restoreMs].sort()) times(`${name} to every router read back, s`, valuesMs);
  say(formatPercentiles('packets lost of 100/s while the change was confirmed', tally.lostAtConfirm));
  if (tally.complaints.length === 0) say('FRR and NETCONF as before, no route target held, nothing locked or pending');
  else for (const complaint of tally.complaints) say(`WRONG ${complaint}`);
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
