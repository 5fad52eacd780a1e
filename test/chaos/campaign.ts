/**
 * `npm run chaos -- [--seed N] [--runs N] [--seeds N,N] [--minutes N] [--worlds N] [--report FILE.jsonl] [--logs FOLDER]`: seeded runs,
 * shared out among whole installations side by side; ends with 1 where something broke.
 */
import { execFile } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { ReportLine } from './report.ts';
import { type RunReport, runOnce, textsOf } from './run.ts';
import { World } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '300' },
    /** Those that broke, for one. */
    seeds: { type: 'string' },
    minutes: { type: 'string' },
    worlds: { type: 'string', default: '1' },
    report: { type: 'string' },
    logs: { type: 'string', default: join(tmpdir(), 'wasl-chaos-logs') },
  },
});
const untilMs = values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(values.minutes) * 60_000;
const seeds =
  values.seeds?.split(',').map(Number) ??
  Array.from({ length: Number(values.runs) }, (_, index) => Number(values.seed) + index);
const commit = await currentCommit();
const worlds = new Set<World>();
let isStopping = false;
let [held, broke] = [0, 0];

const stop = () => {
  isStopping = true;
  void Promise.all([...worlds].map((world) => world.close())).then(() => process.exit(130));
};
process.once('SIGINT', stop).once('SIGTERM', stop);
await Promise.all(Array.from({ length: Number(values.worlds) }, (_, index) => campaign(index + 1)));
process.stdout.write(`${held} passed, ${broke} failed\n`);
process.exitCode = broke === 0 && held > 0 ? 0 : 1;

/** One installation after the other: one that broke is closed, for what it left would break the next run. */
async function campaign(number: number): Promise<void> {
  while (seeds.length > 0 && Date.now() < untilMs && !isStopping) {
    const world = await World.open(`chaos-${number}`);
    worlds.add(world);
    try {
      await runUntilBroken(world);
    } finally {
      worlds.delete(world);
      await world.close();
    }
  }
}

async function runUntilBroken(world: World): Promise<void> {
  const base = textsOf(world);
  while (Date.now() < untilMs && !isStopping) {
    const seed = seeds.shift();
    if (seed === undefined) return;
    const report = await runOnce(world, seed, base);
    if (isStopping) return;
    await tell(report);
    if (report.breaches.length === 0) continue;
    process.stdout.write(`  logs: ${await world.keepLogs(join(values.logs, `seed-${seed}-${commit}`))}\n`);
    return;
  }
}

async function tell(report: RunReport): Promise<void> {
  const isBroken = report.breaches.length > 0;
  if (isBroken) broke += 1;
  else held += 1;
  const events = report.events.map(({ name, atMs, lastMs }) => `${inSeconds(atMs)} s ${name} (${inSeconds(lastMs)} s)`);
  process.stdout.write(
    `run ${report.seed}: ${isBroken ? 'BROKE' : 'held'} in ${report.seconds} s: ${events.join(', ')}\n`,
  );
  for (const breach of report.breaches) process.stdout.write(`  ${breach}\n`);
  const line: ReportLine = { commit, at: new Date().toISOString(), ...report };
  if (values.report !== undefined) await appendFile(values.report, `${JSON.stringify(line)}\n`);
}

function inSeconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

async function currentCommit(): Promise<string> {
  const git = (...args: string[]) => promisify(execFile)('git', args).then(({ stdout }) => stdout.trim());
  const isDirty = (await git('status', '--porcelain', '--untracked-files=no')) !== '';
  return `${await git('rev-parse', '--short=10', 'HEAD')}${isDirty ? '-dirty' : ''}`;
}
