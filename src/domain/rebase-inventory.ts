import { canonicalJson } from './canonical-json.ts';
import type { Inventory, InventoryRouter } from './inventory.ts';

/**
 * What somebody proposed over `base`, over what came into force meanwhile; null where both altered the same part: an entity, a VPN, a VRF,
 * how a router is reached, or a member of the backbone. Whether the result holds together is for `judgeInventory`.
 */
export function rebaseInventory(base: Inventory, proposed: Inventory, current: Inventory): Inventory | null {
  const backbone = mergeMembers(base.backbone, proposed.backbone, current.backbone);
  const entities = mergeLists([base.entities, proposed.entities, current.entities], ({ id }) => id);
  const vpns = mergeLists([base.vpns, proposed.vpns, current.vpns], ({ id }) => id);
  const routers = mergeLists([base.routers, proposed.routers, current.routers], ({ name }) => name, mergeRouter);
  const scrapped = mergeLists(
    [base.scrapped ?? [], proposed.scrapped ?? [], current.scrapped ?? []],
    ({ name }) => name,
  );
  if (backbone === null || entities === null || vpns === null || routers === null || scrapped === null) return null;
  const { scrapped: _, ...rest } = current;
  return { ...rest, backbone, entities, vpns, routers, ...(scrapped.length === 0 ? {} : { scrapped }) };
}

/** Of the base, of the proposal, and in force. */
type Three<T> = readonly [base: T, proposed: T, current: T];

const same = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null);

/** undefined: it is not there. `'both'`: the two differ from the base, and from each other. */
function merge<T>([base, proposed, current]: Three<T | undefined>): T | undefined | 'both' {
  if (same(proposed, base) || same(proposed, current)) return current;
  return same(current, base) ? proposed : 'both';
}

function mergeMembers<T extends object>(...[base, proposed, current]: Three<T>): T | null {
  const merged: Record<string, unknown> = {};
  for (const member of new Set([...Object.keys(current), ...Object.keys(proposed)])) {
    const of = (one: T) => (one as Readonly<Record<string, unknown>>)[member];
    const value = merge([of(base), of(proposed), of(current)]);
    if (value === 'both') return null;
    if (value !== undefined) merged[member] = value;
  }
  return merged as T;
}

/** In the order of what is in force; what the proposal adds follows. */
function mergeLists<T>(
  [base, proposed, current]: Three<readonly T[]>,
  nameOf: (one: T) => string,
  mergeBoth: (...of: Three<T>) => T | null = () => null,
): T[] | null {
  const [was, wanted, is] = [base, proposed, current].map((list) => new Map(list.map((one) => [nameOf(one), one])));
  const merged: T[] = [];
  for (const name of new Set([...(is?.keys() ?? []), ...(wanted?.keys() ?? [])])) {
    const [before, mine, theirs] = [was?.get(name), wanted?.get(name), is?.get(name)];
    let one = merge([before, mine, theirs]) as T | undefined | 'both' | null;
    if (one === 'both') {
      const isInAll = before !== undefined && mine !== undefined && theirs !== undefined;
      one = isInAll ? mergeBoth(before, mine, theirs) : null;
    }
    if (one === null) return null;
    if (one !== undefined) merged.push(one as T);
  }
  return merged;
}

function mergeRouter(...[base, proposed, current]: Three<InventoryRouter>): InventoryRouter | null {
  const vrfs = mergeLists([base.vrfs, proposed.vrfs, current.vrfs], ({ name }) => name);
  const own = ({ vrfs: _, ...members }: InventoryRouter) => members;
  const members = mergeMembers(own(base), own(proposed), own(current));
  return vrfs === null || members === null ? null : { ...members, vrfs };
}
