/** The proofs at the size of a national network: whole, and of one change; against reading the input once, and against the slow model. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ObservedRoute, type ObservedTables, tableKey } from '../../src/domain/observed-routes.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { checkRoutes } from '../../src/proof/check-routes.ts';
import { proveNetwork } from '../../src/proof/prove-network.ts';
import { planInput } from '../plan/samples.ts';
import { bruteCarried } from '../proof/brute-force.ts';
import { prefix } from '../proof/networks.ts';
import { type NetworkSize, nationalNetwork } from './national-network.ts';
import { type Measured, QUESTIONS, RUNS } from './proof-at-size.ts';
import { median, type Print, printTable, type SuiteResult, spread } from './report.ts';
import { repeated, timed } from './timed.ts';

const SIZES: readonly NetworkSize[] = [
  { pes: 500, vrfs: 10_000, prefixes: 100_000, interconnects: 20_000 },
  { pes: 500, vrfs: 10_000, prefixes: 500_000, interconnects: 20_000 },
  { pes: 500, vrfs: 10_000, prefixes: 1_000_000, interconnects: 20_000 },
];
/** As large as the slow model takes. */
const SMALL: NetworkSize = { pes: 20, vrfs: 200, prefixes: 1_000, interconnects: 100 };
const TABLE_ROUTES = [25_000, 50_000, 100_000] as const;
/** MiB. More than this a process that only plans has no use for; under no bound it keeps what it could free. */
const HEAP_MAX = 1_024;

export async function benchProof(print: Print): Promise<SuiteResult> {
  print(`proof: milliseconds, median (min–max) of ${RUNS} runs`);
  const measured: (Measured & { readonly size: NetworkSize })[] = [];
  for (const size of SIZES) measured.push({ size, ...(await measureApart(size)) });
  printTable(
    print,
    ['prefixes', 'read once', 'load', 'full', 'incremental', 'plan of a change', 'peak MB'],
    measured.map(({ size, readOnce, load, full, incremental, plan, megabytes }) => {
      const cells = [readOnce, load, full].map((runs) => spread(runs));
      cells.push(spread(incremental, 1), spread(plan));
      return [String(size.prefixes), ...cells, String(megabytes)];
    }),
  );
  printTable(
    print,
    ['prefixes', ...QUESTIONS, 'peak MB with them'],
    measured.map(({ size, questions, megabytesAsked }) => {
      return [String(size.prefixes), ...QUESTIONS.map((name) => spread(questions[name])), String(megabytesAsked)];
    }),
  );
  const tables = TABLE_ROUTES.map((routes) => ({ routes, all: verifyTable(routes) }));
  printTable(
    print,
    ['routes in the taking table', 'verification'],
    tables.map(({ routes, all }) => [String(routes), spread(all)]),
  );
  const small = compareWithSlow();
  const rows = measured.flatMap(({ size, readOnce, load, full, incremental, plan, questions, megabytes }) => {
    const of = `${size.prefixes} prefixes`;
    const row = (name: string, peer: string, ours: readonly number[], theirs: number) => {
      return { name: `${name}, ${of}`, peer, ratio: theirs / median(ours), milliseconds: median(ours) };
    };
    return [
      row('proof load', 'reading the input once', load, median(readOnce)),
      row('proof full', 'reading the input once', full, median(readOnce)),
      row('proof incremental', 'full', incremental, median(full)),
      row('plan and proof incremental', 'full', plan, median(full)),
      ...QUESTIONS.map((name) => row(`${name} full`, 'full', questions[name], median(full))),
      { name: `peak megabytes of proof and plan, ${of}`, peer: '1.5 GB', ratio: 1_536 / megabytes, megabytes },
    ];
  });
  const [first] = tables;
  const perRoute = tables.map(({ routes, all }) => ({
    ...{ name: `verification of a table, ${routes} routes`, peer: `as linear as ${first?.routes} routes` },
    ...{ ratio: ((median(first?.all ?? []) / (first?.routes ?? 1)) * routes) / median(all), milliseconds: median(all) },
  }));
  return { rows: [...rows, small, ...perRoute] };
}

/** In a process of its own: what it holds in memory is its own alone. */
async function measureApart(size: NetworkSize): Promise<Measured> {
  const file = fileURLToPath(new URL('./proof-at-size.ts', import.meta.url));
  const argv = [`--max-old-space-size=${HEAP_MAX}`, '--import', 'tsx', file, JSON.stringify(size)];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  return JSON.parse(stdout) as Measured;
}

/** A table with so many routes before the change, of a plan that brings one more. */
function verifyTable(routes: number): number[] {
  const { view, active, next } = nationalNetwork({ pes: 4, vrfs: 20, prefixes: 200, interconnects: 0 });
  const plan = planChange(planInput({ view, active, subject: next }));
  const taker = plan.gained[0];
  if (taker === undefined) throw new Error('the change gains nothing');
  const others = Array.from({ length: routes }, (_, number): ObservedRoute => {
    const address = 172 * 2 ** 24 + number * 16;
    const octets = [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255];
    return { prefix: prefix(`${octets.join('.')}/28`), origin: number % 2 === 0 ? 'vpn' : 'local' };
  });
  const before = new Map<string, readonly ObservedRoute[]>();
  const after = new Map<string, readonly ObservedRoute[]>();
  for (const pe of view.pes) {
    for (const vrf of pe.vrfs) {
      const key = tableKey(pe.name, vrf.name, 'ipv4');
      const gained = plan.gained.filter((one) => one.toPe === pe.name && one.to === vrf.vpn);
      const large = pe.name === taker.toPe && vrf.vpn === taker.to ? others : [];
      before.set(key, large);
      after.set(key, [...large, ...gained.map((one): ObservedRoute => ({ prefix: one.prefix, origin: 'vpn' }))]);
    }
  }
  const input = { view, before: before as ObservedTables, after: after as ObservedTables, plan };
  return repeated(() => {
    const { verdict, sentences } = checkRoutes(input);
    if (verdict !== 'pass') throw new Error(sentences.join('; '));
  });
}

function compareWithSlow() {
  const { view, active } = nationalNetwork(SMALL);
  const ours = repeated(() => void proveNetwork({ pes: [...view.pes] }, active));
  const slow = timed(() => bruteCarried(view));
  const name = `proof load and full, ${SMALL.prefixes} prefixes`;
  return { name, peer: 'the slow model of the tests', ratio: slow / median(ours), milliseconds: median(ours) };
}
