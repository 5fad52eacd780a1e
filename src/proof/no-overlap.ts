import { localPrefixes } from '../domain/network-view.ts';
import type { CounterExample, Proof } from '../domain/plan.ts';
import { FAMILIES } from '../domain/prefix.ts';
import { type ChangeUnderProof, listCounterExamples, type RouteChange } from './change-under-proof.ts';
import type { HeldFindings } from './held-routes.ts';
import { findOverlaps, type OwnedPrefix } from './prefix-overlap.ts';
import { type CarriedRoute, ownerName, ownerOf, type VrfAtPe, vrfsOf } from './route-model.ts';

const NOBODY_LOOKED = 'addresses that are routed in a VPN but not in the inventory overlap with nothing of this change';
const LOOKED = 'the tables of the VRFs that gain routes stay as they were read: they are read again at push';

interface ReachedPrefix extends OwnedPrefix {
  /** Who announces it, where. */
  readonly origin: VrfAtPe;
  /** The gained route, when the prefix is new in this VPN. */
  readonly gained: CarriedRoute | null;
}

/** No address that a VPN gains is one that it already has, reaches, or gains from somebody else: the longer prefix would win. */
export function proveNoOverlap(
  { after, held: looked }: ChangeUnderProof,
  routes: RouteChange,
  held: HeldFindings,
): Proof {
  const gaining = new Map<string, ReachedPrefix[]>();
  // Gained first: of one owner's same prefix, held before and gained again, the gained one must count.
  for (const route of routes.gained) {
    const [taker, owner] = [ownerOf(route.to), ownerOf(route.from)];
    const list = gaining.get(taker) ?? [];
    list.push({ prefix: route.prefix, owner, origin: route.from, gained: route });
    gaining.set(taker, list);
  }
  for (const [taker, list] of gaining) {
    const vrfs = vrfsOf(after, taker);
    for (const { from, prefix } of routes.after.reachedBy(vrfs)) {
      list.push({ prefix, owner: ownerOf(from), origin: from, gained: null });
    }
    for (const at of vrfs) {
      for (const prefix of FAMILIES.flatMap((family) => localPrefixes(at.vrf, family))) {
        list.push({ prefix, owner: taker, origin: at, gained: null });
      }
    }
  }
  const found = [...gaining.values()].flatMap((reached) =>
    findOverlaps(reached).flatMap(({ outer, inner }) => {
      if (inner.gained !== null) return [describe(inner.gained, outer)];
      if (outer.gained !== null) return [describe(outer.gained, inner)];
      return [];
    }),
  );
  const [clashes, { unread }] = [[...found, ...held.found], held];
  return {
    name: 'no-overlap',
    verdict: clashes.length > 0 ? 'fail' : unread.length > 0 ? 'unknown' : 'pass',
    assumptions: [looked === undefined ? NOBODY_LOOKED : LOOKED],
    counterExamples: listCounterExamples([...clashes, ...unread]),
  };
}

function describe(route: CarriedRoute, other: ReachedPrefix): CounterExample {
  const { from, to, prefix, via } = route;
  const otherOwner = other.owner === ownerOf(to) ? `${ownerName(to)} itself` : ownerName(other.origin);
  const sentence =
    `${prefix} of ${ownerName(from)}, new in ${ownerName(to)}, overlaps ${other.prefix} ` +
    `of ${otherOwner} at ${other.origin.pe}`;
  return { pe: to.pe, vrf: to.vrf.name, routeTarget: via, prefix, sentence };
}
