import type { Inventory, InventoryVpn } from './inventory.ts';
import {
  entityRemoved,
  finding,
  type InventoryFinding,
  type InventoryIndex,
  indexInventory,
  labelFindings,
  managementFindings,
  newlyScrapped,
  ownerFindings,
  pathOfVrf,
  routerRemoved,
  routerScrapped,
  vpnRemoved,
} from './inventory-findings.ts';
import { findWeakened } from './inventory-protections.ts';
import type { EntityId, InterconnectId, PeName, VpnId, VrfName } from './names.ts';
import { contains, type Prefix } from './prefix.ts';
import type { Flow } from './request.ts';
import { type RouteTarget, shortForm } from './route-target.ts';
import { isFromPool } from './route-target-pool.ts';
import { coveringPrefix, scopeTakesIn } from './scope.ts';

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

/** One thing that an inventory would take away or change, which one person alone may not. */
export interface InventoryConflict extends InventoryFinding {
  /** What stands on it; null: it protects the network as a whole. */
  readonly interconnectId: InterconnectId | null;
  readonly remedy: string;
}

const PROTECTION_REMEDY = 'Leave it as it was, or let another admin confirm the proposal.';

/**
 * What the change of inventories does to the interconnects that have not ended (everything dropped, renamed, passed to others, relabelled
 * or narrowed under them), and to what protects the network as a whole. Empty: it may be imported by one person. What a router carries is
 * taken from the plans that were applied, for the inventory in force may have lost it before.
 */
export function findConflicts(
  before: Inventory,
  after: Inventory,
  standing: readonly StandingInterconnect[],
): InventoryConflict[] {
  const [old, fresh] = [indexInventory(before), indexInventory(after)];
  const scrapped = new Set(newlyScrapped(before, after));
  const under = standing.flatMap((interconnect) => {
    const findings = [
      ...partyFindings(interconnect, old, fresh),
      ...vpnFindings(interconnect, old, fresh),
      ...carrierFindings(interconnect, old, fresh),
      ...scrappedFindings(interconnect, scrapped),
      ...poolFindings(interconnect, before, after),
    ];
    const { id } = interconnect;
    const remedy = `End ${id} first, or let another admin confirm the proposal by its name.`;
    return [...new Map(findings.map((each) => [each.fact, each])).values()].map((each) => {
      return { interconnectId: id, ...each, remedy };
    });
  });
  const told = new Set(under.map(({ fact }) => fact));
  const weakened = findWeakened(before, after).filter(({ fact }) => !told.has(fact));
  return [...under, ...weakened.map((each) => ({ interconnectId: null, ...each, remedy: PROTECTION_REMEDY }))];
}

function partyFindings(
  { parties }: StandingInterconnect,
  old: InventoryIndex,
  fresh: InventoryIndex,
): InventoryFinding[] {
  return parties.filter((party) => old.entities.has(party) && !fresh.entities.has(party)).map(entityRemoved);
}

function vpnFindings({ flows }: StandingInterconnect, old: InventoryIndex, fresh: InventoryIndex): InventoryFinding[] {
  const findings: InventoryFinding[] = [];
  for (const id of new Set(flows.flatMap(({ from, to }) => [from, to]))) {
    const [was, is] = [old.vpns.get(id), fresh.vpns.get(id)];
    if (was === undefined) continue;
    if (is === undefined) {
      findings.push(vpnRemoved(id));
      continue;
    }
    const agreed = flows.filter(({ from }) => from === id);
    findings.push(...ownerFindings(was, is));
    findings.push(...prefixFindings(id, agreed, was, is));
    findings.push(...siteFindings(id, agreed, old, fresh));
  }
  return findings;
}

/** What was agreed and lay inside the address plan still does. */
function prefixFindings(id: VpnId, flows: readonly Flow[], was: InventoryVpn, is: InventoryVpn): InventoryFinding[] {
  const isInside = (vpn: InventoryVpn, prefix: Prefix) => vpn.prefixes.some((outer) => contains(outer, prefix));
  const wholeVpn = flows.some(({ prefixes }) => prefixes === 'whole-vpn') ? was.prefixes : [];
  const agreed = flows.flatMap(({ prefixes }) => (prefixes === 'whole-vpn' ? [] : prefixes.map(coveringPrefix)));
  return [...agreed, ...wholeVpn]
    .filter((prefix) => isInside(was, prefix) && !isInside(is, prefix))
    .map((prefix) => finding(`vpns[${id}].prefixes`, `${prefix} is no longer inside the address plan of ${id}`));
}

/** Every VRF of a VPN that takes part is where it was, and announces what was agreed as before. */
function siteFindings(
  id: VpnId,
  flows: readonly Flow[],
  old: InventoryIndex,
  fresh: InventoryIndex,
): InventoryFinding[] {
  const isAgreed = (prefix: Prefix) => flows.some(({ prefixes }) => scopeTakesIn(prefixes, prefix));
  return (old.vrfs.get(id) ?? []).flatMap(({ pe, vrf }) => {
    const router = fresh.routers.get(pe);
    if (router === undefined) return [routerRemoved(pe)];
    const now = router.vrfs.find(({ name }) => name === vrf.name);
    const place = `VRF ${vrf.name} at ${pe}`;
    const path = pathOfVrf(pe, vrf.name);
    if (now === undefined) return [finding(path, `${place} is removed`)];
    if (now.vpn !== vrf.vpn) return [finding(`${path}.vpn`, `${place} passes from VPN ${vrf.vpn} to VPN ${now.vpn}`)];
    const kept = new Set(now.attachments.flatMap(({ prefixes }) => prefixes));
    const lost = vrf.attachments.flatMap(({ prefixes }) => prefixes.filter((one) => isAgreed(one) && !kept.has(one)));
    return lost.map((prefix) => finding(`${path}.attachments`, `${prefix} is no longer announced by ${place}`));
  });
}

/** What it put on a router that is gone for good: whoever confirms knows for which agreements nothing is taken off it. */
function scrappedFindings({ carriers }: StandingInterconnect, scrapped: ReadonlySet<PeName>): InventoryFinding[] {
  return [...new Set(carriers.map(({ pe }) => pe))].filter((pe) => scrapped.has(pe)).map(routerScrapped);
}

/** The PEs that carry it are reached as before, and its VRFs are the same. */
function carrierFindings(
  { carriers }: StandingInterconnect,
  old: InventoryIndex,
  fresh: InventoryIndex,
): InventoryFinding[] {
  return carriers.flatMap(({ pe, vrf: name }) => {
    const [was, is] = [old.routers.get(pe), fresh.routers.get(pe)];
    if (was === undefined) return [];
    if (is === undefined) return [routerRemoved(pe)];
    const [oldVrf, vrf] = [was, is].map(({ vrfs }) => vrfs.find((one) => one.name === name));
    return [...managementFindings(was, is), ...(oldVrf === undefined ? [] : labelFindings(pe, oldVrf, vrf))];
  });
}

/** A route target that leaves the pool would be read as the operator's. */
function poolFindings({ routeTargets }: StandingInterconnect, before: Inventory, after: Inventory): InventoryFinding[] {
  const [old, fresh] = [before.backbone.routeTargetPool, after.backbone.routeTargetPool];
  return routeTargets
    .filter((target) => isFromPool(old, target) && !isFromPool(fresh, target))
    .map((target) => finding('backbone.routeTargetPool', `route target ${shortForm(target)} leaves the pool`));
}
