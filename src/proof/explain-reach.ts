import type { Inventory } from '../domain/inventory.ts';
import type { VpnId } from '../domain/names.ts';
import { type Prefix, sortPrefixes } from '../domain/prefix.ts';
import type { ReachQuestion } from '../domain/reach-question.ts';
import { explainerOf, type ReachedPlace, type ReachInputs } from './explain-place.ts';
import { vrfsByVpn } from './route-model.ts';

export interface ReachExplanation extends ReachQuestion {
  /** By PE, VRF and network. */
  readonly places: readonly ReachedPlace[];
  /** Places that are not listed, because there are too many. */
  readonly unlisted: number;
}

/** A person reads it; who wants all asks for the matrix. */
const PLACES_MAX = 2_000;

/** Why packets of one VPN reach a network or do not, at each of its VRFs, by the route-target model and the longest match. */
export function explainReach(inputs: ReachInputs, question: ReachQuestion): ReachExplanation {
  const { view, inventory, unread } = inputs;
  const wanted = networksOf(inventory, question.to);
  const explain = explainerOf(inputs, question.from, wanted);
  const places: ReachedPlace[] = [];
  let unlisted = 0;
  for (const { name: pe, vrfs } of inventory.routers) {
    for (const { name: vrf } of vrfs.filter(({ vpn }) => vpn === question.from)) {
      const at = vrfsByVpn(view)
        .get(question.from)
        ?.find((one) => one.pe === pe && one.vrf.name === vrf);
      unlisted += Math.max(0, places.length + wanted.length - PLACES_MAX);
      for (const prefix of wanted.slice(0, Math.max(0, PLACES_MAX - places.length))) {
        const why = unread.get(pe) ?? 'the VRF is not on the router, or was not shown';
        const because = [`VRF ${vrf} at ${pe} was not read: ${why}`];
        places.push(
          at === undefined
            ? { pe, vrf, prefix, verdict: 'unknown', by: null, interconnects: [], because }
            : { pe, vrf, prefix, ...explain(at, prefix) },
        );
      }
    }
  }
  return { ...question, places, unlisted };
}

function networksOf({ routers }: Inventory, to: VpnId | Prefix): readonly Prefix[] {
  if (to.includes('/')) return [to as Prefix];
  const vrfs = routers.flatMap((router) => router.vrfs).filter(({ vpn }) => vpn === to);
  return sortPrefixes(new Set(vrfs.flatMap(({ attachments }) => attachments.flatMap(({ prefixes }) => prefixes))));
}
