/**
 * npm run lab:model -- [--rounds N] [--seed N]
 * Holds wasl's model against FRR's tables on the deployed l3vpn lab: each round puts route targets and export rules on every VRF at random.
 * What the two sides disagree about is printed by round; then it ends with 1. At the end the routers are as they were.
 */
import { parseArgs } from 'node:util';
import { seededRandom } from '../chaos/random.ts';
import { RandomTargets } from './support/random-targets.ts';
import { openLabStage } from './support/stage.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
const [first, rounds] = [Number(values.seed), Number(values.rounds)];
const say = (line: string) => process.stdout.write(`${line}\n`);
const stage = await openLabStage('l3vpn');
const targets = await RandomTargets.of(stage);
let [agreed, disagreed] = [0, 0];
try {
  for (let seed = first; seed < first + rounds; seed++) {
    const round = await targets.compare(seededRandom(seed));
    agreed += round.agreed;
    disagreed += round.disagreements.length;
    say(`seed ${seed}: ${round.agreed} routes agreed on, ${round.disagreements.length} disagreements`);
    for (const line of round.disagreements) say(`  ${line}`);
  }
} finally {
  await targets.restore();
  for (const line of await stage.changedSince()) say(`not as before: ${line}`);
  await stage.close();
}
say(`${rounds} rounds: ${agreed} routes agreed on, ${disagreed} disagreements`);
process.exitCode = disagreed === 0 && agreed > 0 ? 0 : 1;
