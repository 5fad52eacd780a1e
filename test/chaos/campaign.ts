/** `npm run chaos -- [--seed N] [--runs N] [--minutes N]`: seeded runs one after the other; ends with 1 where something broke. */
import { parseArgs } from 'node:util';
import { type RunReport, runOnce, textsOf } from './run.ts';
import { World } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '300' },
    minutes: { type: 'string' },
  },
});
const first = Number(values.seed);
const untilMs = values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(values.minutes) * 60_000;
const reports: RunReport[] = [];
const world = await World.open(`chaos-${first}`);
const stop = () => void world.close().then(() => process.exit(130));
process.once('SIGINT', stop).once('SIGTERM', stop);
try {
  const base = textsOf(world);
  for (let seed = first; seed < first + Number(values.runs) && Date.now() < untilMs; seed++) {
    const report = await runOnce(world, seed, base);
    reports.push(report);
    const verdict = report.breaches.length === 0 ? 'held' : 'BROKE';
    process.stdout.write(`run ${seed}: ${verdict} in ${report.seconds} s: ${report.events.join(', ')}\n`);
    for (const breach of report.breaches) process.stdout.write(`  ${breach}\n`);
  }
} finally {
  await world.close();
}
const broken = reports.filter((report) => report.breaches.length > 0);
process.stdout.write(`${reports.length - broken.length} passed, ${broken.length} failed\n`);
process.exitCode = broken.length === 0 && reports.length > 0 ? 0 : 1;
