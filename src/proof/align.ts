import type { Alignment } from '../domain/alignment.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { InterconnectId, PeName, VpnId } from '../domain/names.ts';
import type { Agreement, Matrix, MatrixDoubt } from './matrix.ts';
import { isNamedIn } from './operator-policies.ts';

export interface Aligned {
  readonly interconnectId: InterconnectId;
  readonly alignment: Alignment;
  readonly says: string | null;
}

/** Parts of a sentence that are named; the rest is counted. */
const NAMED_MAX = 3;

/**
 * Each agreement that nothing changes just now, against what was read. What differs is told before what was not read.
 * `unlisted`: PEs that left the inventory with an agreement on them.
 */
export function alignAgreements(
  matrix: Matrix,
  inventory: Inventory,
  agreements: readonly Agreement[],
  unread: readonly PeName[],
  unlisted: readonly { readonly pe: PeName; readonly interconnects: readonly InterconnectId[] }[] = [],
): Aligned[] {
  return agreements.flatMap((agreement): Aligned[] => {
    const { id, standing } = agreement;
    if (standing !== 'on-network' && standing !== 'suspended') return [];
    const differences = differencesOf(matrix, agreement);
    if (differences.length > 0) return [{ interconnectId: id, alignment: 'drifted', says: enumerate(differences) }];
    const vpns = new Set(agreement.flows.flatMap(({ from, to }) => [from, to]));
    const doubts = matrix.doubts.filter((doubt) => concerns(doubt, vpns, inventory)).map(describeDoubt);
    const away = [
      ...inventory.routers
        .filter(({ name, vrfs }) => unread.includes(name) && vrfs.some(({ vpn }) => vpns.has(vpn)))
        .map(({ name }) => name),
      ...unlisted
        .filter(({ interconnects }) => interconnects.includes(id))
        .map(({ pe }) => `${pe}, which left the inventory`),
    ];
    if (away.length + doubts.length === 0) return [{ interconnectId: id, alignment: 'in-sync', says: null }];
    const says = [
      ...(away.length === 0 ? [] : [`not read: ${enumerate(away)}`]),
      ...(doubts.length === 0 ? [] : [`not understood: ${enumerate(doubts)}`]),
    ];
    return [{ interconnectId: id, alignment: 'unknown', says: says.join('; ') }];
  });
}

const describeDoubt = ({ pe, vrf, fact }: MatrixDoubt) => `${vrf === null ? pe : `VRF ${vrf} at ${pe}`}: ${fact}`;

/** In a VRF of the agreement, or outside of all on a router that has one. */
function concerns({ pe, vrf }: MatrixDoubt, vpns: ReadonlySet<VpnId>, { routers }: Inventory): boolean {
  const places = routers.find(({ name }) => name === pe)?.vrfs ?? [];
  return places.some(({ name, vpn }) => vpns.has(vpn) && (vrf === null || vrf === name));
}

/** Missing routes, routes by its route targets that it does not let be there, and hand edits of what carries them. */
function differencesOf({ missing, reachabilities, strangers, doubts }: Matrix, { id, flows }: Agreement): string[] {
  const targets = new Set(flows.map(({ routeTarget }) => routeTarget));
  const gone = missing
    .filter(({ interconnect }) => interconnect === id)
    .map(({ from, prefix, to, toPe }) => `${to} at ${toPe} does not reach ${prefix} of ${from}`);
  const extra = reachabilities
    .filter(({ via, covered }) => targets.has(via) && !covered)
    .map(({ from, prefix, to, toPe }) => `${to} at ${toPe} reaches ${prefix} of ${from} without agreement`);
  const foreign = strangers
    .filter(({ via }) => targets.has(via))
    .map(
      ({ pe, vrf, direction, other, prefix }) =>
        `VRF ${vrf} at ${pe} ${direction} ${other} (${prefix}) without agreement`,
    );
  const byHand = doubts
    .filter(({ fact, edited }) => edited && [...targets].some((target) => target !== null && isNamedIn(fact, target)))
    .map(describeDoubt);
  return [...new Set([...gone, ...extra, ...foreign, ...byHand])];
}

function enumerate(parts: readonly string[]): string {
  const rest = parts.length - NAMED_MAX;
  return `${parts.slice(0, NAMED_MAX).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}
