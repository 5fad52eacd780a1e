/** `npm run differential -- [--runs N] [--seed N] [--minutes N]`: small worlds against the slow model; ends with 1 where they disagree. */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { disagreements } from './differential.ts';
import { smallWorld } from './worlds.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string' }, minutes: { type: 'string' } },
});
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const from = performance.now();
let runs = 0;
const property = fc.property(smallWorld, (world) => {
  runs += 1;
  const found = disagreements(world);
  if (found.length > 0) throw new Error(found.join('\n'));
});
const limit = values.minutes === undefined ? {} : { interruptAfterTimeLimit: Number(values.minutes) * 60_000 };
const outcome = fc.check(property, { numRuns: Number(values.runs), seed, ...limit });
const seconds = Math.round((performance.now() - from) / 1_000);
process.stdout.write(
  `${runs} worlds in ${seconds} s, seed ${seed}: ${outcome.failed ? 'they disagree' : 'no disagreement'}\n`,
);
if (outcome.failed) {
  const [world] = outcome.counterexample ?? [];
  if (world !== undefined) process.stdout.write(`${disagreements(world).join('\n')}\n`);
  process.stdout.write(`${fc.defaultReportMessage(outcome)}\n`);
}
process.exitCode = outcome.failed ? 1 : 0;
