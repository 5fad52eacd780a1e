import { countOf } from '../domain/count-of.ts';
import type { VpnId } from '../domain/names.ts';
import type { NetworkView } from '../domain/network-view.ts';
import type { Prefix } from '../domain/prefix.ts';
import type { RealisedInterconnect } from '../domain/request.ts';
import { type RouteTarget, shortForm } from '../domain/route-target.ts';
import { COUNTER_EXAMPLES_MAX } from '../proof/change-under-proof.ts';
import { giftsOfNobody } from '../proof/gifts-of-nobody.ts';
import { RouteIndex } from '../proof/route-index.ts';
import { ownerName, type VrfAtPe } from '../proof/route-model.ts';

interface Exchange {
  readonly from: VrfAtPe;
  readonly at: VrfAtPe;
  readonly via: RouteTarget;
  readonly prefixes: Set<Prefix>;
}

/**
 * What the VPNs of a change give to others, or take from them, by route targets of no agreement, a sentence each. Whose a VRF is, the
 * inventory says; where it is listed under another ministry than the one whose routes it holds, this is what shows it to who approves.
 */
export function tellStrangers(
  view: NetworkView,
  subject: RealisedInterconnect,
  others: readonly Pick<RealisedInterconnect, 'flows'>[],
): string[] {
  const agreed = new Set([subject, ...others].flatMap(({ flows }) => flows.map(({ routeTarget }) => routeTarget)));
  const parties = new Set<VpnId>(subject.flows.flatMap(({ from, to }) => [from, to]));
  const found = new Map<string, Exchange>();
  for (const { from, takers, via, prefixes } of RouteIndex.of(view).given(parties)) {
    const [at] = takers;
    if (at === undefined || agreed.has(via)) continue;
    const key = `${ownerName(from)} ${ownerName(at)} ${via}`;
    const one = found.get(key) ?? { from, at, via, prefixes: new Set() };
    for (const prefix of prefixes) one.prefixes.add(prefix);
    found.set(key, one);
  }
  const told = [...found].filter(([, { prefixes }]) => prefixes.size > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  const gifts = giftsOfNobody(view)
    .filter(({ at }) => at.vrf.vpn !== null && parties.has(at.vrf.vpn))
    .map(({ at, fact }) => `VRF ${at.vrf.name} at ${at.pe} already ${fact}`);
  const sentences = [...told.map(([, exchange]) => describe(exchange)), ...gifts];
  const more = sentences.length - COUNTER_EXAMPLES_MAX;
  return [
    ...sentences.slice(0, COUNTER_EXAMPLES_MAX),
    ...(more > 0 ? [`and ${more} more of the kind: wasl audit lists them`] : []),
  ];
}

function describe({ from, at, via, prefixes }: Exchange): string {
  const listed = (place: VrfAtPe) => `VRF ${place.vrf.name} at ${place.pe}, listed as ${ownerName(place)},`;
  return (
    `${listed(at)} already takes ${countOf(prefixes.size, 'network')} of ${listed(from)} by route target ${shortForm(via)}, ` +
    'without an agreement: is each VRF listed under its VPN?'
  );
}
