/** One change on 4 and on 40 simulated routers, without and with 50 ms to each: where its time goes. */
import { type BenchRow, median, type Print, printTable, type SuiteResult, spread } from './report.ts';
import type { ChangeHistory } from './transaction/change-history.ts';
import { openBenchInstallation } from './transaction/installation.ts';
import type { Network } from './transaction/messages.ts';
import { emptyChange, type MeasuredChange, provisionAndWithdraw } from './transaction/one-change.ts';
import { coveredMs, type Span } from './transaction/spans.ts';

const NETWORKS: readonly Network[] = [
  { name: '4-0', routers: 4, rttMs: 0 },
  { name: '40-0', routers: 40, rttMs: 0 },
  { name: '4-50', routers: 4, rttMs: 50 },
  { name: '40-50', routers: 40, rttMs: 50 },
];
const RUNS = 5;

/** Milliseconds of one change. */
interface Costs {
  /** The empty workflow that ran right after it, on the same busy or idle machine. */
  readonly empty: number;
  readonly total: number;
  /** Of which at least one router was working, connecting or on its way. */
  readonly routers: number;
  /** Of which a session was being opened. */
  readonly sessions: number;
  /** total − routers: the rest is wasl's own, with Temporal and the store. */
  readonly own: number;
  /** Waiting for the store while no router was busy. */
  readonly store: number;
  /** No activity was running. */
  readonly temporal: number;
  /** Inside an activity, with neither a router nor the store busy. */
  readonly computing: number;
  /** Processor time of the worker, its sessions' cryptography included. */
  readonly cpu: number;
  readonly requests: number;
  readonly handshakes: number;
  readonly storeCalls: number;
  /** Durations of the activities by name. */
  readonly stages: ReadonlyMap<string, number>;
}

export async function benchTransaction(print: Print): Promise<SuiteResult> {
  const installation = await openBenchInstallation(NETWORKS, print);
  try {
    const costs = new Map<string, Costs[]>(NETWORKS.map(({ name }) => [name, []]));
    // The first run of each pays for code that is compiled and connections that are opened: it does not count.
    for (let run = 0; run <= RUNS; run += 1) {
      for (const network of installation.networks) {
        const change = await provisionAndWithdraw(network);
        const empty = await emptyChange(installation.empty);
        if (run > 0) costs.get(network.name)?.push(costsOf(change, empty));
      }
    }
    show(print, costs);
    return { rows: rowsOf(costs) };
  } finally {
    await installation.stop();
  }
}

function costsOf({ history, report }: MeasuredChange, empty: ChangeHistory): Costs {
  const spans = report.spans.filter((span) => span.from >= history.from && span.to <= history.to + 1_000);
  const of = (...kinds: Span['kind'][]) => spans.filter((span) => kinds.includes(span.kind));
  const total = history.to - history.from;
  const routers = coveredMs(of('session', 'request'), history);
  const busy = coveredMs([...history.activities], history);
  const store = coveredMs(of('store', 'session', 'request'), history) - routers;
  return {
    empty: empty.to - empty.from,
    total,
    routers,
    sessions: coveredMs(of('session'), history),
    own: total - routers,
    store,
    temporal: total - busy,
    computing: busy - routers - store,
    cpu: report.cpuMs,
    requests: of('request').length,
    handshakes: of('session').length,
    storeCalls: of('store').length,
    stages: new Map(history.activities.map(({ name, from, to }) => [name, to - from])),
  };
}

function show(print: Print, costs: ReadonlyMap<string, readonly Costs[]>): void {
  const cells = (pick: (cost: Costs) => number) =>
    NETWORKS.map(({ name }) => spread((costs.get(name) ?? []).map(pick)));
  const names = [...(costs.get('4-0')?.[0]?.stages.keys() ?? [])];
  print(`transaction: milliseconds of one change, median (min–max) of ${RUNS} runs taken in turn`);
  printTable(
    print,
    ['', ...NETWORKS.map(({ routers, rttMs }) => `${routers} PEs, ${rttMs} ms`)],
    [
      ['apply-change', ...cells(({ total }) => total)],
      ...names.map((name) => [`  ${name}`, ...cells(({ stages }) => stages.get(name) ?? Number.NaN)]),
      ['a router is busy', ...cells(({ routers }) => routers)],
      ['  of it opening sessions', ...cells(({ sessions }) => sessions)],
      ["wasl's own", ...cells(({ own }) => own)],
      ['  between activities (Temporal)', ...cells(({ temporal }) => temporal)],
      ['  the store', ...cells(({ store }) => store)],
      ['  computing', ...cells(({ computing }) => computing)],
      ['empty workflow', ...cells(({ empty }) => empty)],
      ['worker, processor', ...cells(({ cpu }) => cpu)],
      ['sessions opened', ...cells(({ handshakes }) => handshakes)],
      ['calls of routers', ...cells(({ requests }) => requests)],
      ['calls of the store', ...cells(({ storeCalls }) => storeCalls)],
    ],
  );
}

function rowsOf(costs: ReadonlyMap<string, readonly Costs[]>): BenchRow[] {
  const of = (name: string, pick: (cost: Costs) => number) => median((costs.get(name) ?? []).map(pick));
  const parallel = [0, 50].map((rttMs) => ({
    name: `change on 40 routers, ${rttMs} ms`,
    peer: 'on 4 routers',
    ratio: of(`4-${rttMs}`, ({ total }) => total) / of(`40-${rttMs}`, ({ total }) => total),
  }));
  const own = NETWORKS.map(({ name, routers, rttMs }) => ({
    name: `wasl's own time, ${routers} routers, ${rttMs} ms`,
    peer: 'empty workflow of as many activities',
    ratio: of(name, ({ empty, own }) => empty / own),
  }));
  return [...parallel, ...own];
}
