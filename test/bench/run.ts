/** `npm run bench [suite...] [--json FILE]`: measures, compares inside one run, and prints; it never fails for being slow. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { endOnSignals, endWithNpm } from './ending.ts';
import { benchNetconf } from './netconf.ts';
import { benchPlan } from './plan.ts';
import { benchProof } from './proof.ts';
import { type Print, printTable, type Suite, type SuiteResult } from './report.ts';
import { benchSim } from './sim.ts';
import { benchStore } from './store.ts';
import { benchTransaction } from './transaction.ts';

const SUITES: Readonly<Record<string, Suite>> = {
  netconf: benchNetconf,
  transaction: benchTransaction,
  plan: benchPlan,
  proof: benchProof,
  store: benchStore,
  sim: benchSim,
};

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const print: Print = (line) => void process.stdout.write(`${line}\n`);
const unknown = positionals.filter((name) => SUITES[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`No suite ${unknown.join(', ')}. There are: ${Object.keys(SUITES).join(', ')}.\n`);
  process.exit(2);
}

endOnSignals(print);
endWithNpm(print);
const results: SuiteResult[] = [];
for (const [name, suite] of Object.entries(SUITES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  print(`\n== ${name}`);
  results.push(await suite(print));
}
const rows = results.flatMap((result) => result.rows);
print("\n== ratios: the peer's time over ours; above 1 we need less");
printTable(
  print,
  ['what', 'against', 'ratio', 'ours/peer'],
  rows.map(({ name, peer, ratio }) => [name, peer, ratio.toFixed(2), (1 / ratio).toFixed(2)]),
);
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ rows }, null, 2)}\n`);
