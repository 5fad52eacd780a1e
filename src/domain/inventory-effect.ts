import type { Inventory, InventoryRouter, InventoryVpn, InventoryVrf } from './inventory.ts';
import type { EntityId, InterconnectId, PeName, VpnId, VrfName } from './names.ts';
import { contains, type Prefix } from './prefix.ts';
import type { Flow } from './request.ts';
import { type RouteTarget, shortForm } from './route-target.ts';
import { isFromPool } from './route-target-pool.ts';

/** An interconnect that has not ended, and what it stands on. */
export interface StandingInterconnect {
  readonly id: InterconnectId;
  readonly parties: readonly EntityId[];
  readonly flows: readonly Flow[];
  /** Allocated to it, and not given back. */
  readonly routeTargets: readonly RouteTarget[];
  /** The VRFs of every plan that was, or may have been, applied for it. */
  readonly carriers: readonly { readonly pe: PeName; readonly vrf: VrfName }[];
}

/** One thing under an interconnect that an inventory would take away or change. */
export interface InventoryConflict {
  readonly interconnectId: InterconnectId;
  /** One sentence. */
  readonly fact: string;
}

/**
 * What the change of inventories does to the interconnects that have not ended: everything dropped, renamed, passed to others,
 * relabelled or narrowed under them. Empty: it may be imported by one person. What a router carries is taken from the plans that were
 * applied, for the inventory in force may have lost it before.
 */
export function findConflicts(
  before: Inventory,
  after: Inventory,
  standing: readonly StandingInterconnect[],
): InventoryConflict[] {
  const [old, fresh] = [indexOf(before), indexOf(after)];
  return standing.flatMap((interconnect) => {
    const facts = [
      ...partyFacts(interconnect, old, fresh),
      ...vpnFacts(interconnect, old, fresh),
      ...carrierFacts(interconnect, old, fresh),
      ...poolFacts(interconnect, before, after),
    ];
    return [...new Set(facts)].map((fact) => ({ interconnectId: interconnect.id, fact }));
  });
}

interface Index {
  readonly entities: ReadonlySet<EntityId>;
  readonly vpns: ReadonlyMap<VpnId, InventoryVpn>;
  readonly routers: ReadonlyMap<PeName, InventoryRouter>;
  readonly vrfs: ReadonlyMap<VpnId, readonly { readonly pe: PeName; readonly vrf: InventoryVrf }[]>;
}

function indexOf(inventory: Inventory): Index {
  const vrfs = new Map<VpnId, { pe: PeName; vrf: InventoryVrf }[]>();
  for (const { name: pe, vrfs: own } of inventory.routers) {
    for (const vrf of own) {
      const known = vrfs.get(vrf.vpn);
      if (known === undefined) vrfs.set(vrf.vpn, [{ pe, vrf }]);
      else known.push({ pe, vrf });
    }
  }
  return {
    entities: new Set(inventory.entities.map(({ id }) => id)),
    vpns: new Map(inventory.vpns.map((vpn) => [vpn.id, vpn])),
    routers: new Map(inventory.routers.map((router) => [router.name, router])),
    vrfs,
  };
}

function partyFacts({ parties }: StandingInterconnect, old: Index, fresh: Index): string[] {
  return parties
    .filter((party) => old.entities.has(party) && !fresh.entities.has(party))
    .map((party) => `entity ${party} is removed`);
}

function vpnFacts({ flows }: StandingInterconnect, old: Index, fresh: Index): string[] {
  const facts: string[] = [];
  for (const id of new Set(flows.flatMap(({ from, to }) => [from, to]))) {
    const [was, is] = [old.vpns.get(id), fresh.vpns.get(id)];
    if (was === undefined) continue;
    if (is === undefined) {
      facts.push(`VPN ${id} is removed`);
      continue;
    }
    if (was.entity !== is.entity) facts.push(`VPN ${id} passes from ${was.entity} to ${is.entity}`);
    if (!was.canary && is.canary) facts.push(`VPN ${id} becomes a canary`);
    const agreed = flows.filter(({ from }) => from === id);
    facts.push(...prefixFacts(id, agreed, was, is));
    facts.push(...siteFacts(id, agreed, old, fresh));
  }
  return facts;
}

/** What was agreed and lay inside the address plan still does. */
function prefixFacts(id: VpnId, flows: readonly Flow[], was: InventoryVpn, is: InventoryVpn): string[] {
  const isInside = (vpn: InventoryVpn, prefix: Prefix) => vpn.prefixes.some((outer) => contains(outer, prefix));
  const wholeVpn = flows.some(({ prefixes }) => prefixes === 'whole-vpn') ? was.prefixes : [];
  const agreed = flows.flatMap(({ prefixes }) => (prefixes === 'whole-vpn' ? [] : prefixes));
  return [...agreed, ...wholeVpn]
    .filter((prefix) => isInside(was, prefix) && !isInside(is, prefix))
    .map((prefix) => `${prefix} is no longer inside the address plan of ${id}`);
}

/** Every VRF of a VPN that takes part is where it was, and announces what was agreed as before. */
function siteFacts(id: VpnId, flows: readonly Flow[], old: Index, fresh: Index): string[] {
  const isAgreed = (prefix: Prefix) =>
    flows.some(({ prefixes }) => prefixes === 'whole-vpn' || prefixes.includes(prefix));
  return (old.vrfs.get(id) ?? []).flatMap(({ pe, vrf }) => {
    const now = fresh.routers.get(pe)?.vrfs.find(({ name }) => name === vrf.name);
    if (now === undefined)
      return fresh.routers.has(pe) ? [`VRF ${vrf.name} at ${pe} is removed`] : [`router ${pe} is removed`];
    const place = `VRF ${vrf.name} at ${pe}`;
    if (now.vpn !== vrf.vpn) return [`${place} passes from VPN ${vrf.vpn} to VPN ${now.vpn}`];
    const kept = new Set(now.attachments.flatMap(({ prefixes }) => prefixes));
    const lost = vrf.attachments.flatMap(({ prefixes }) => prefixes.filter((one) => isAgreed(one) && !kept.has(one)));
    return lost.map((prefix) => `${prefix} is no longer announced by ${place}`);
  });
}

/** The PEs that carry it are reached as before, and its VRFs are the same. */
function carrierFacts({ carriers }: StandingInterconnect, old: Index, fresh: Index): string[] {
  return carriers.flatMap(({ pe, vrf: name }) => {
    const [was, is] = [old.routers.get(pe), fresh.routers.get(pe)];
    if (was === undefined) return [];
    if (is === undefined) return [`router ${pe} is removed`];
    const [oldVrf, vrf] = [was, is].map(({ vrfs }) => vrfs.find((one) => one.name === name));
    return [...managementFacts(was, is), ...(oldVrf === undefined ? [] : labelFacts(pe, oldVrf, vrf))];
  });
}

function managementFacts(was: InventoryRouter, is: InventoryRouter): string[] {
  const { name } = was;
  const facts: string[] = [];
  const [old, fresh] = [was.management, is.management];
  if (was.platform !== is.platform) facts.push(`platform of router ${name}: ${was.platform} becomes ${is.platform}`);
  if (old.host !== fresh.host || old.port !== fresh.port) {
    facts.push(
      `management address of router ${name}: ${old.host} port ${old.port} becomes ${fresh.host} port ${fresh.port}`,
    );
  }
  const keys = (list: readonly string[]) => [...list].sort().join();
  if (keys(old.hostKeys) !== keys(fresh.hostKeys)) facts.push(`the host keys of router ${name} change`);
  if (old.credential !== fresh.credential) {
    facts.push(`credential of router ${name}: ${old.credential} becomes ${fresh.credential}`);
  }
  return facts;
}

function labelFacts(pe: PeName, was: InventoryVrf, is: InventoryVrf | undefined): string[] {
  const place = `VRF ${was.name} at ${pe}`;
  if (is === undefined) return [`${place} is removed`];
  const facts: string[] = [];
  if (was.vpn !== is.vpn) facts.push(`${place} passes from VPN ${was.vpn} to VPN ${is.vpn}`);
  if (was.routeDistinguisher !== is.routeDistinguisher) {
    const [old, fresh] = [shortForm(was.routeDistinguisher), shortForm(is.routeDistinguisher)];
    facts.push(`route distinguisher of ${place}: ${old} becomes ${fresh}`);
  }
  const gone = was.families.filter((family) => !is.families.includes(family));
  return [...facts, ...gone.map((family) => `${place} no longer carries ${family}`)];
}

/** A route target that leaves the pool would be read as the operator's. */
function poolFacts({ routeTargets }: StandingInterconnect, before: Inventory, after: Inventory): string[] {
  const [old, fresh] = [before.backbone.routeTargetPool, after.backbone.routeTargetPool];
  return routeTargets
    .filter((target) => isFromPool(old, target) && !isFromPool(fresh, target))
    .map((target) => `route target ${shortForm(target)} leaves the pool`);
}
