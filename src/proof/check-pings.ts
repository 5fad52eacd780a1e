import { countOf } from '../domain/count-of.ts';
import type { PeName, VrfName } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';
import type { Address } from '../domain/prefix.ts';
import { combineVerdicts, type Verdict } from '../domain/verdict.ts';

export interface PingResult {
  readonly pe: PeName;
  readonly vrf: VrfName;
  readonly target: Address;
  readonly sent: number;
  readonly received: number;
}

export interface PingCheck {
  readonly verdict: Verdict;
  readonly sentences: readonly string[];
}

/**
 * The plan's probes against what was pinged. One answer is enough for `reachable` (the first packets may wait for ARP), one is too
 * many for `unreachable`. A probe that was not sent is `unknown`. Sites without a probe address are left to the route check.
 */
export function checkPings(plan: Pick<Plan, 'probes'>, results: readonly PingResult[]): PingCheck {
  const byProbe = new Map(results.map((result) => [`${result.pe} ${result.vrf} ${result.target}`, result]));
  const sentences: string[] = [];
  const verdicts = plan.probes.flatMap((probe): Verdict[] => {
    if (probe.target === null) return [];
    const path = `${probe.target} (${probe.prefix}) from VRF ${probe.vrf} at ${probe.pe}`;
    const result = byProbe.get(`${probe.pe} ${probe.vrf} ${probe.target}`);
    if (result === undefined || result.sent <= 0) {
      sentences.push(`${path} was not pinged`);
      return ['unknown'];
    }
    const { sent, received } = result;
    if (received > 0 === (probe.expect === 'reachable')) return ['pass'];
    sentences.push(
      probe.expect === 'reachable'
        ? `${path} does not answer: ${sent} pings, no reply`
        : `${path} answers (${received} of ${sent}) but must not be reachable`,
    );
    return ['fail'];
  });
  if (verdicts.length === 0)
    return { verdict: 'pass', sentences: ['no site has a probe address: only routes were checked'] };
  const verdict = combineVerdicts(verdicts);
  const unpinged = plan.probes.filter(({ target, expect }) => target === null && expect === 'unreachable').length;
  const rest = unpinged === 0 ? '' : `; ${unpinged} more that must stay silent were judged by the routing tables alone`;
  return {
    verdict,
    sentences: verdict === 'pass' ? [`${countOf(verdicts.length, 'probe')} as planned${rest}`] : sentences,
  };
}
