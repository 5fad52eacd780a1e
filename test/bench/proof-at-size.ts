/** The proofs of one network of a given size, measured: `tsx proof-at-size.ts SIZE`, SIZE and the answer in JSON. */
import { fileURLToPath } from 'node:url';
import type { NetworkView } from '../../src/domain/network-view.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { replaceShares } from '../../src/plan/replace-shares.ts';
import { AUDIT_RULES, auditNetwork } from '../../src/proof/audit-network.ts';
import { explainReach } from '../../src/proof/explain-reach.ts';
import { type Agreement, computeMatrix } from '../../src/proof/matrix.ts';
import { proveChange, verdictOf } from '../../src/proof/prove-change.ts';
import { proveNetwork } from '../../src/proof/prove-network.ts';
import { RouteIndex } from '../../src/proof/route-index.ts';
import { inventoryOf, planInput } from '../plan/samples.ts';
import { type NationalNetwork, type NetworkSize, nationalNetwork } from './national-network.ts';
import { repeated, timed } from './timed.ts';

export const RUNS = 5;
/** Of what is asked of a whole network: seconds each. */
const QUESTION_RUNS = 2;
export const QUESTIONS = ['matrix', 'audit', 'reach', 'explain'] as const;

/** ms of each run, and MiB. */
export interface Measured {
  readonly readOnce: readonly number[];
  readonly load: readonly number[];
  readonly full: readonly number[];
  readonly incremental: readonly number[];
  readonly plan: readonly number[];
  /** The most that the process ever held by then. */
  readonly megabytes: number;
  readonly questions: Readonly<Record<(typeof QUESTIONS)[number], readonly number[]>>;
  readonly megabytesAsked: number;
}

function measure({ view, active, next }: NationalNetwork): Measured {
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
  const megabytes = peakMegabytes();
  const questions = ask(view, active);
  return { ...runs, incremental, plan, megabytes, questions, megabytesAsked: peakMegabytes() };
}

const peakMegabytes = (): number => Math.round(process.resourceUsage().maxRSS / 1_024);

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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const size = JSON.parse(process.argv[2] ?? '') as NetworkSize;
  process.stdout.write(JSON.stringify(measure(nationalNetwork(size))));
}
