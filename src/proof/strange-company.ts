/** What the VRFs of a change exchange with other VPNs already, by nobody's agreement: whose they are is the inventory's word alone. */
import { onlyTakesAway } from '../domain/change-kinds.ts';
import { countOf } from '../domain/count-of.ts';
import { shortForm } from '../domain/route-target.ts';
import type { ChangeUnderProof, RouteChange } from './change-under-proof.ts';
import { ownerName } from './route-model.ts';

/** More is not read by an approver; an audit has them all. */
const TOLD_MAX = 5;

/**
 * Opens nothing that was not agreed, and yet an approver must read it: a VRF that was listed under the wrong VPN shows itself by the VPN that it
 * has always exchanged routes with.
 */
export function tellStrangeCompany(
  { kind, subject, others }: ChangeUnderProof,
  { before, gained }: RouteChange,
): string[] {
  if (onlyTakesAway(kind)) return [];
  const touched = new Set(gained.flatMap(({ from, to }) => [`${from.pe} ${from.vrf.name}`, `${to.pe} ${to.vrf.name}`]));
  const agreed = new Set([subject, ...others].flatMap(({ flows }) => flows.map(({ routeTarget }) => routeTarget)));
  const told = new Set<string>();
  for (const { from, takers, via, prefixes } of before.given()) {
    if (agreed.has(via)) continue;
    const at = takers.find(({ pe, vrf }) => touched.has(`${pe} ${vrf.name}`));
    const taker = at ?? (touched.has(`${from.pe} ${from.vrf.name}`) ? takers[0] : undefined);
    if (taker === undefined) continue;
    told.add(
      `VRF ${taker.vrf.name} at ${taker.pe}, listed as ${ownerName(taker)}, already takes ${countOf(prefixes.length, 'network')} of ` +
        `VRF ${from.vrf.name} at ${from.pe}, listed as ${ownerName(from)}, by route target ${shortForm(via)}, without an agreement: is each VRF listed under its VPN?`,
    );
  }
  const list = [...told];
  const more = list.length - TOLD_MAX;
  return more > 0 ? [...list.slice(0, TOLD_MAX), `and ${more} more of the kind: wasl audit lists them`] : list;
}
