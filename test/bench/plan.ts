/** Planning and proving one change on a national backbone, and how that grows with the network. */
import { composeShares } from '../../src/plan/compose-shares.ts';
import { type PlanInput, planChange } from '../../src/plan/plan-change.ts';
import { replaceShares } from '../../src/plan/replace-shares.ts';
import { verdictOf } from '../../src/proof/prove-change.ts';
import { planInput } from '../plan/samples.ts';
import { makeFlow, makeInterconnect, makePe } from '../proof/networks.ts';
import { median, type Print, printTable, type SuiteResult, spread } from './report.ts';

const VPNS = 50;
const PES = [100, 200] as const;
const ACTIVE = 100;
const RUNS = 3;

export async function benchPlan(print: Print): Promise<SuiteResult> {
  const networks = PES.map((pes) => ({ pes, input: network(pes), all: [] as number[] }));
  // The first run compiles and does not count; the sizes take turns, so that both meet the same machine.
  for (let run = 0; run <= RUNS; run += 1) {
    for (const { input, all } of networks) {
      const from = performance.now();
      const plan = planChange(input);
      const elapsed = performance.now() - from;
      if (verdictOf(plan.proofs) !== 'pass') throw new Error(`the plan is not proved: ${JSON.stringify(plan.proofs)}`);
      if (run > 0) all.push(elapsed);
    }
  }
  print(
    `plan: milliseconds to plan and prove one change, ${ACTIVE} interconnects active; median (min–max) of ${RUNS} runs`,
  );
  printTable(
    print,
    ['network', 'VRFs', 'plan and proofs'],
    networks.map(({ pes, all }) => [`${pes} PEs, ${VPNS} VRFs each`, String(pes * VPNS), spread(all)]),
  );
  const [half, whole] = networks;
  return {
    rows: [
      {
        name: `plan on ${PES[1]} PEs`,
        peer: `on ${PES[0]} PEs`,
        ratio: median(half?.all ?? []) / median(whole?.all ?? []),
      },
    ],
  };
}

/** Every VPN has a VRF with one prefix at every PE; the active interconnects are on the routers. */
function network(peCount: number): PlanInput {
  const numbers = Array.from({ length: VPNS }, (_, number) => number);
  const bare = {
    pes: Array.from({ length: peCount }, (_, at) =>
      makePe(
        `pe${String(at).padStart(4, '0')}`,
        numbers.map((number) => ({
          vpn: vpnName(number),
          own: `65000:${100 + number}`,
          families: ['ipv4'],
          prefixes: [prefixAt(number, at)],
          probe: prefixAt(number, at).replace('.0/24', '.10'),
        })),
      ),
    ),
  };
  const active = Array.from({ length: ACTIVE }, (_, index) => {
    // Neighbours and next neighbours in a ring: every VPN takes part in four, and no pair twice.
    const from = index % VPNS;
    return interconnect(index + 2, from, (from + 2 + Math.floor(index / VPNS)) % VPNS);
  });
  const composed = composeShares(bare, active);
  const view = replaceShares(bare, (pe, vrf) => composed.get(pe)?.get(vrf));
  return planInput({ view, active, subject: interconnect(1, 0, 1) });
}

const interconnect = (number: number, from: number, to: number) =>
  makeInterconnect(
    number,
    makeFlow(vpnName(from), vpnName(to), `65000:${9_000 + 2 * number}`, [prefixAt(from, 0), prefixAt(from, 1)]),
    makeFlow(vpnName(to), vpnName(from), `65000:${9_001 + 2 * number}`, [prefixAt(to, 0)]),
  );
const vpnName = (number: number): string => `V${String(number).padStart(3, '0')}`;
const prefixAt = (number: number, at: number): string => `${10 + number}.${at >> 8}.${at & 255}.0/24`;
