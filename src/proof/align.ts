import type { Alignment } from '../domain/alignment.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { InterconnectId, PeName } from '../domain/names.ts';
import type { Agreement, Matrix } from './matrix.ts';

export interface Aligned {
  readonly interconnectId: InterconnectId;
  readonly alignment: Alignment;
  readonly says: string | null;
}

/** Parts of a sentence that are named; the rest is counted. */
const NAMED_MAX = 3;

/** Each agreement that nothing changes just now, against what was read. What differs is told before what was not read. */
export function alignAgreements(
  matrix: Matrix,
  inventory: Inventory,
  agreements: readonly Agreement[],
  unread: readonly PeName[],
): Aligned[] {
  return agreements.flatMap((agreement): Aligned[] => {
    const { id, standing } = agreement;
    if (standing !== 'on-network' && standing !== 'suspended') return [];
    const differences = differencesOf(matrix, agreement);
    if (differences.length > 0) return [{ interconnectId: id, alignment: 'drifted', says: enumerate(differences) }];
    const vpns = new Set(agreement.flows.flatMap(({ from, to }) => [from, to]));
    const away = inventory.routers.filter(
      ({ name, vrfs }) => unread.includes(name) && vrfs.some(({ vpn }) => vpns.has(vpn)),
    );
    if (away.length === 0) return [{ interconnectId: id, alignment: 'in-sync', says: null }];
    return [{ interconnectId: id, alignment: 'unknown', says: `not read: ${enumerate(away.map(({ name }) => name))}` }];
  });
}

/** Missing routes, and routes by its route targets that it does not let be there. */
function differencesOf({ missing, reachabilities, strangers }: Matrix, { id, flows }: Agreement): string[] {
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
  return [...new Set([...gone, ...extra, ...foreign])];
}

function enumerate(parts: readonly string[]): string {
  const rest = parts.length - NAMED_MAX;
  return `${parts.slice(0, NAMED_MAX).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}
