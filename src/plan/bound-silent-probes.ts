import type { ReachabilityProbe } from '../domain/plan.ts';

/**
 * Pings at one PE that must stay unanswered: a router that answers in order takes a second for each, inside the confirm window, and
 * its routing tables are compared whole anyway.
 */
export const SILENT_PINGS_PER_PE_MAX = 8;

/** The probes, of which each PE pings only a spread sample of the silent ones; the others keep no target and are judged by routes. */
export function boundSilentProbes(
  probes: readonly ReachabilityProbe[],
  isCanary: (probe: ReachabilityProbe) => boolean,
): ReachabilityProbe[] {
  const silent = probes.filter(({ expect, target }) => expect === 'unreachable' && target !== null);
  const kept = new Set([...groupBy(silent, ({ pe }) => pe).values()].flatMap((atPe) => sampleAtPe(atPe, isCanary)));
  return probes.map((probe) => (isLeft(probe, kept) ? { ...probe, target: null } : probe));
}

function isLeft(probe: ReachabilityProbe, kept: ReadonlySet<ReachabilityProbe>): boolean {
  return probe.expect === 'unreachable' && !kept.has(probe);
}

/** Canaries first, then every VRF its share, spread over its prefixes. The same probes give the same sample. */
function sampleAtPe(
  probes: readonly ReachabilityProbe[],
  isCanary: (probe: ReachabilityProbe) => boolean,
): ReachabilityProbe[] {
  if (probes.length <= SILENT_PINGS_PER_PE_MAX) return [...probes];
  const canaries = probes.filter(isCanary);
  const ordered = [canaries, probes.filter((probe) => !canaries.includes(probe))];
  const vrfs = ordered.flatMap((list) => [...groupBy(list, ({ vrf }) => vrf).values()]);
  const sample: ReachabilityProbe[] = [];
  for (const [index, ofVrf] of vrfs.entries()) {
    const room = SILENT_PINGS_PER_PE_MAX - sample.length;
    const share = Math.min(ofVrf.length, Math.ceil(room / (vrfs.length - index)));
    sample.push(...spread(ofVrf, share));
  }
  return sample;
}

/** From the first to the last, at even distances. */
function spread<T>(list: readonly T[], count: number): T[] {
  const step = count < 2 ? 0 : (list.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => list[Math.round(index * step)] as T);
}

function groupBy<T>(list: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const group = groups.get(key(one));
    if (group === undefined) groups.set(key(one), [one]);
    else group.push(one);
  }
  return groups;
}
