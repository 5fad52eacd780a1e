import { canonicalJson } from './canonical-json.ts';
import type { Inventory, InventoryRouter, InventoryVpn, InventoryVrf } from './inventory.ts';
import type { EntityId, PeName, VpnId, VrfName } from './names.ts';
import { shortForm } from './route-target.ts';

/** One thing that a change of inventories takes away or alters. */
export interface InventoryFinding {
  /** Where in the document, by name: `vpns[MOF].entity`. */
  readonly path: string;
  /** One sentence. */
  readonly fact: string;
}

export const finding = (path: string, fact: string): InventoryFinding => ({ path, fact });

export interface InventoryIndex {
  readonly entities: ReadonlyMap<EntityId, Inventory['entities'][number]>;
  readonly vpns: ReadonlyMap<VpnId, InventoryVpn>;
  readonly routers: ReadonlyMap<PeName, InventoryRouter>;
  readonly vrfs: ReadonlyMap<VpnId, readonly { readonly pe: PeName; readonly vrf: InventoryVrf }[]>;
}

export function indexInventory(inventory: Inventory): InventoryIndex {
  const vrfs = new Map<VpnId, { pe: PeName; vrf: InventoryVrf }[]>();
  for (const { name: pe, vrfs: own } of inventory.routers) {
    for (const vrf of own) {
      const known = vrfs.get(vrf.vpn);
      if (known === undefined) vrfs.set(vrf.vpn, [{ pe, vrf }]);
      else known.push({ pe, vrf });
    }
  }
  return {
    entities: new Map(inventory.entities.map((entity) => [entity.id, entity])),
    vpns: new Map(inventory.vpns.map((vpn) => [vpn.id, vpn])),
    routers: new Map(inventory.routers.map((router) => [router.name, router])),
    vrfs,
  };
}

export const pathOfRouter = (pe: PeName): string => `routers[${pe}]`;
export const pathOfVrf = (pe: PeName, vrf: VrfName): string => `${pathOfRouter(pe)}.vrfs[${vrf}]`;

export const entityRemoved = (id: EntityId): InventoryFinding => finding(`entities[${id}]`, `entity ${id} is removed`);
export const vpnRemoved = (id: VpnId): InventoryFinding => finding(`vpns[${id}]`, `VPN ${id} is removed`);
export const routerRemoved = (pe: PeName): InventoryFinding => finding(pathOfRouter(pe), `router ${pe} is removed`);

export const routerScrapped = (pe: PeName): InventoryFinding =>
  finding(`scrapped[${pe}]`, `router ${pe} is scrapped: what was put there is not looked for any more`);

/** Those that `after` names for the first time. */
export function newlyScrapped(before: Inventory, after: Inventory): PeName[] {
  const known = new Set(before.scrapped?.map(({ name }) => name));
  return (after.scrapped ?? []).flatMap(({ name }) => (known.has(name) ? [] : [name]));
}

export function ownerFindings(was: InventoryVpn, is: InventoryVpn): InventoryFinding[] {
  const { id } = was;
  const findings: InventoryFinding[] = [];
  if (was.entity !== is.entity) {
    findings.push(finding(`vpns[${id}].entity`, `VPN ${id} passes from ${was.entity} to ${is.entity}`));
  }
  if (!was.canary && is.canary) findings.push(finding(`vpns[${id}].canary`, `VPN ${id} becomes a canary`));
  return findings;
}

/** Through whom a session goes, how well it is kept secret, how its words are read, how long a router keeps what nobody confirmed. */
const WAYS_IN = [
  ['jumpHosts', 'the jump hosts'],
  ['legacyAlgorithms', 'the legacy algorithms'],
  ['netconf', 'the NETCONF options'],
  ['confirmTimer', 'the confirm timers'],
] as const;

/** Absent and without anything in it say the same. */
function wayOf(way: object | undefined): string {
  const isNothing = way === undefined || Object.values(way).every((value) => value === undefined || value === false);
  return isNothing ? '' : canonicalJson(way);
}

/** How a router is reached, and as what. */
export function managementFindings(was: InventoryRouter, is: InventoryRouter): InventoryFinding[] {
  const { name } = was;
  const findings: InventoryFinding[] = [];
  const say = (member: string, fact: string) => findings.push(finding(`${pathOfRouter(name)}.${member}`, fact));
  const [old, fresh] = [was.management, is.management];
  if (was.platform !== is.platform) {
    say('platform', `platform of router ${name}: ${was.platform} becomes ${is.platform}`);
  }
  if (old.host !== fresh.host || old.port !== fresh.port) {
    const [before, after] = [`${old.host} port ${old.port}`, `${fresh.host} port ${fresh.port}`];
    say('management.host', `management address of router ${name}: ${before} becomes ${after}`);
  }
  const keys = (list: readonly string[]) => [...list].sort().join();
  if (keys(old.hostKeys) !== keys(fresh.hostKeys)) {
    say('management.hostKeys', `the host keys of router ${name} change`);
  }
  if (old.credential !== fresh.credential) {
    say('management.credential', `credential of router ${name}: ${old.credential} becomes ${fresh.credential}`);
  }
  for (const [member, what] of WAYS_IN) {
    const [before, after] = [old, fresh].map((management) => wayOf(management[member]));
    if (before !== after) say(`management.${member}`, `${what} of router ${name} change`);
  }
  return findings;
}

/** What a VRF is, and of whom. */
export function labelFindings(pe: PeName, was: InventoryVrf, is: InventoryVrf | undefined): InventoryFinding[] {
  const place = `VRF ${was.name} at ${pe}`;
  const path = pathOfVrf(pe, was.name);
  if (is === undefined) return [finding(path, `${place} is removed`)];
  const findings: InventoryFinding[] = [];
  if (was.vpn !== is.vpn) {
    findings.push(finding(`${path}.vpn`, `${place} passes from VPN ${was.vpn} to VPN ${is.vpn}`));
  }
  if (was.routeDistinguisher !== is.routeDistinguisher) {
    const [old, fresh] = [shortForm(was.routeDistinguisher), shortForm(is.routeDistinguisher)];
    const fact = `route distinguisher of ${place}: ${old} becomes ${fresh}`;
    findings.push(finding(`${path}.routeDistinguisher`, fact));
  }
  const gone = was.families.filter((family) => !is.families.includes(family));
  return [...findings, ...gone.map((family) => finding(`${path}.families`, `${place} no longer carries ${family}`))];
}
