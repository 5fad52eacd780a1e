/** The proofs at the size of a national network: whole, and of one change; against reading the input once, and against the slow model. */

import type { NetworkView } from '../../src/domain/network-view.ts';
import { type ObservedRoute, type ObservedTables, tableKey } from '../../src/domain/observed-routes.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { replaceShares } from '../../src/plan/replace-shares.ts';
import { AUDIT_RULES, auditNetwork } from '../../src/proof/audit-network.ts';
import { checkRoutes } from '../../src/proof/check-routes.ts';
import { explainReach } from '../../src/proof/explain-reach.ts';
import { type Agreement, computeMatrix } from '../../src/proof/matrix.ts';
import { proveChange, verdictOf } from '../../src/proof/prove-change.ts';
import { proveNetwork } from '../../src/proof/prove-network.ts';
import { RouteIndex } from '../../src/proof/route-index.ts';
import { inventoryOf, planInput } from '../plan/samples.ts';
import { bruteCarried } from '../proof/brute-force.ts';
import { prefix } from '../proof/networks.ts';
import { type NationalNetwork, type NetworkSize, nationalNetwork } from './national-network.ts';
import { median, type Print, printTable, type SuiteResult, spread } from './report.ts';

const SIZES: readonly NetworkSize[] = [
  { pes: 500, vrfs: 10_000, prefixes: 100_000, interconnects: 20_000 },
  { pes: 500, vrfs: 10_000, prefixes: 500_000, interconnects: 20_000 },
  { pes: 500, vrfs: 10_000, prefixes: 1_000_000, interconnects: 20_000 },
];
/** As large as the slow model takes. */
const SMALL: NetworkSize = { pes: 20, vrfs: 200, prefixes: 1_000, interconnects: 100 };
const TABLE_ROUTES = [25_000, 50_000, 100_000] as const;
const RUNS = 5;
const ROUNDS = 20;
/** Of what is asked of a whole network: seconds each. */
const QUESTION_RUNS = 2;
const QUESTIONS = ['matrix', 'audit', 'reach', 'explain'] as const;

export async function benchProof(print: Print): Promise<SuiteResult> {
  print(`proof: milliseconds, median (min–max) of ${RUNS} runs`);
  const measured = SIZES.map((size) => ({ size, ...measure(nationalNetwork(size)) }));
  printTable(
    print,
    ['prefixes', 'read once', 'load', 'full', 'incremental', 'plan of a change', 'resident MB'],
    measured.map(({ size, readOnce, load, full, incremental, plan, megabytes }) => {
      const cells = [readOnce, load, full].map((runs) => spread(runs));
      cells.push(spread(incremental, 1), spread(plan));
      return [String(size.prefixes), ...cells, String(megabytes)];
    }),
  );
  printTable(
    print,
    ['prefixes', ...QUESTIONS, 'resident MB with them'],
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
      { name: `resident megabytes of proof and plan, ${of}`, peer: '1.5 GB', ratio: 1_536 / megabytes, megabytes },
    ];
  });
  const [first] = tables;
  const perRoute = tables.map(({ routes, all }) => ({
    ...{ name: `verification of a table, ${routes} routes`, peer: `as linear as ${first?.routes} routes` },
    ...{ ratio: ((median(first?.all ?? []) / (first?.routes ?? 1)) * routes) / median(all), milliseconds: median(all) },
  }));
  return { rows: [...rows, small, ...perRoute] };
}

function measure({ view, active, next }: NationalNetwork) {
  const input = planInput({ view, active, subject: next });
  const planned = planChange(input);
  if (verdictOf(planned.proofs) !== 'pass') throw new Error('the change is not proved');
  const runs = { readOnce: [] as number[], load: [] as number[], full: [] as number[] };
  for (let run = 0; run <= RUNS; run++) {
    // Another object each time: of one view the index is made once.
    const fresh: NetworkView = { pes: view.pes.map((pe) => ({ ...pe })) };
    const readOnce = timed(() => readEverything(fresh));
    const load = timed(() => RouteIndex.of(fresh));
    const full = timed(() => {
      const proof = proveNetwork(fresh, active);
      if (proof.verdict !== 'pass') throw new Error(proof.counterExamples[0]?.sentence ?? proof.gaps[0]?.sentence);
    });
    if (run === 0) continue;
    runs.readOnce.push(readOnce);
    runs.load.push(load);
    runs.full.push(full);
  }
  const deltas = new Map(planned.routers.map(({ pe, vrfs }) => [pe, new Map(vrfs.map((one) => [one.vrf, one.after]))]));
  const incremental = repeated(() => {
    const after = replaceShares(view, (pe, vrf) => deltas.get(pe)?.get(vrf));
    const { proofs } = proveChange({ kind: 'provision', before: view, after, subject: next, others: active });
    if (verdictOf(proofs) !== 'pass') throw new Error('the change is not proved');
  });
  const plan = repeated(() => planChange(input));
  const megabytes = residentMegabytes();
  const questions = ask(view, active);
  return { ...runs, incremental, plan, megabytes, questions, megabytesAsked: residentMegabytes() };
}

const residentMegabytes = (): number => Math.round(process.memoryUsage().rss / 1_048_576);

/** What people ask of the whole network; each time as of a network that was read anew. */
function ask(view: NetworkView, active: NationalNetwork['active']): Record<(typeof QUESTIONS)[number], number[]> {
  const inventory = inventoryOf(view);
  const agreements = active.map(({ id, flows }): Agreement => ({ id, flows, state: 'active', standing: 'on-network' }));
  const audited = agreements.map((one) => ({ ...one, validUntil: '2030-01-01T00:00:00Z' }));
  const [flow] = active[0]?.flows ?? [];
  if (flow === undefined || flow.prefixes === 'whole-vpn' || flow.prefixes[0] === undefined) throw new Error('no flow');
  const [prefix, { from, to }] = [flow.prefixes[0], flow];
  const fresh = (): NetworkView => ({ pes: [...view.pes] });
  const explain = (question: { from: typeof to; to: typeof from | typeof prefix }) => {
    const { places } = explainReach({ view: fresh(), inventory, agreements, unread: new Map() }, question);
    if (!places.some(({ interconnects }) => interconnects.length > 0)) throw new Error('the explanation is wrong');
  };
  const all = {
    matrix: () => {
      const { missing, reachabilities } = computeMatrix(fresh(), inventory, agreements);
      if (missing.length > 0 || reachabilities.some(({ covered }) => !covered)) throw new Error('the matrix is wrong');
    },
    audit: () => {
      const at = '2026-11-30T00:00:00Z';
      const rules = AUDIT_RULES[AUDIT_RULES.length - 1] ?? 5;
      const { verdict } = auditNetwork({ at, view: fresh(), unread: [], agreements: audited, rules });
      if (verdict !== 'pass') throw new Error('the audit is wrong');
    },
    reach: () => explain({ from: to, to: from }),
    explain: () => explain({ from: to, to: prefix }),
  };
  const timesOf = (work: () => void) => Array.from({ length: QUESTION_RUNS }, () => timed(work));
  return {
    matrix: timesOf(all.matrix),
    audit: timesOf(all.audit),
    reach: timesOf(all.reach),
    explain: timesOf(all.explain),
  };
}

/** Every route target and prefix looked at once: less than this no proof can do. */
function readEverything(view: NetworkView): number {
  let characters = 0;
  for (const { vrfs } of view.pes) {
    for (const { operator, share, attachments } of vrfs) {
      for (const family of [operator.ipv4, operator.ipv6]) {
        for (const target of family?.importRouteTargets ?? []) characters += target.length;
        for (const target of family?.exportRouteTargets ?? []) characters += target.length;
      }
      for (const family of [share.ipv4, share.ipv6]) {
        for (const target of family?.imports ?? []) characters += target.length;
        for (const rule of family?.exports ?? []) characters += rule.routeTarget.length;
      }
      for (const { prefixes } of attachments) for (const one of prefixes) characters += one.length;
    }
  }
  return characters;
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

function repeated(work: () => void): number[] {
  work();
  return Array.from({ length: ROUNDS }, () => timed(work));
}

function timed(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}
