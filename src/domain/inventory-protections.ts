import type { Inventory, InventoryRouter, InventoryVpn, InventoryVrf } from './inventory.ts';
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
  pathOfRouter,
  pathOfVrf,
  routerRemoved,
  routerScrapped,
  vpnRemoved,
} from './inventory-findings.ts';
import type { PeName } from './names.ts';
import type { Attachment } from './network-view.ts';
import { contains } from './prefix.ts';

/**
 * What protects the network as a whole, whether or not an agreement stands on it: whose a VPN is and what it may share, what is watched and
 * measured, how a router is known, when a route target is used again, how long an unverified change may stand. One person may add to the
 * network; whoever alters one of these needs a second one.
 */
export function findWeakened(before: Inventory, after: Inventory): InventoryFinding[] {
  const [old, fresh] = [indexInventory(before), indexInventory(after)];
  return [
    ...backboneFindings(before, after),
    ...entityFindings(old, fresh),
    ...[...old.vpns.values()].flatMap((was) => vpnFindings(was, fresh.vpns.get(was.id))),
    ...[...old.routers.values()].flatMap((was) => routerFindings(was, fresh.routers.get(was.name), old)),
    ...newlyScrapped(before, after).map(routerScrapped),
    ...returnFindings(before, after),
  ];
}

function backboneFindings({ backbone: was }: Inventory, { backbone: is }: Inventory): InventoryFinding[] {
  const findings: InventoryFinding[] = [];
  const say = (member: string, fact: string) => findings.push(finding(`backbone.${member}`, fact));
  if (was.asNumber !== is.asNumber) say('asNumber', `the AS number ${was.asNumber} becomes ${is.asNumber}`);
  const pool = ({ routeTargetPool: { administrator, from, to } }: Inventory['backbone']) =>
    `${administrator}:${from}-${to}`;
  if (pool(was) !== pool(is)) say('routeTargetPool', `the route target pool ${pool(was)} becomes ${pool(is)}`);
  const [days, fewer] = [was, is].map(({ routeTargetPool }) => routeTargetPool.quarantineDays) as [number, number];
  if (fewer < days) {
    const fact = `released route targets are used again after ${fewer} days instead of ${days}`;
    say('routeTargetPool.quarantineDays', fact);
  }
  if (was.confirmTimeoutSeconds !== is.confirmTimeoutSeconds) {
    const fact = `the confirm window of ${was.confirmTimeoutSeconds} s becomes ${is.confirmTimeoutSeconds} s`;
    say('confirmTimeoutSeconds', fact);
  }
  return findings;
}

/** Under its name an entity stands in what people sign. */
function entityFindings(old: InventoryIndex, fresh: InventoryIndex): InventoryFinding[] {
  return [...old.entities.values()].flatMap(({ id, name }) => {
    const is = fresh.entities.get(id);
    if (is === undefined) return [entityRemoved(id)];
    return is.name === name ? [] : [finding(`entities[${id}].name`, `entity ${id} is called ${is.name}, not ${name}`)];
  });
}

/** Whose it is, and what it may share. */
function vpnFindings(was: InventoryVpn, is: InventoryVpn | undefined): InventoryFinding[] {
  const { id } = was;
  if (is === undefined) return [vpnRemoved(id)];
  const bared = was.canary && !is.canary ? [finding(`vpns[${id}].canary`, `VPN ${id} is no longer a canary`)] : [];
  const grown = is.prefixes.filter((prefix) => !was.prefixes.some((outer) => contains(outer, prefix)));
  return [
    ...ownerFindings(was, is),
    ...(is.name === was.name
      ? []
      : [finding(`vpns[${id}].name`, `VPN ${id} is called ${is.name ?? id}, not ${was.name ?? id}`)]),
    ...bared,
    ...grown.map((prefix) => finding(`vpns[${id}].prefixes`, `the address plan of VPN ${id} gains ${prefix}`)),
  ];
}

/** Agreements have ended without it, and whatever they put there may be on it still. Names are compared as `checkInventory` does. */
function returnFindings(before: Inventory, after: Inventory): InventoryFinding[] {
  const inService = new Map(after.routers.map(({ name }) => [name.toLowerCase(), name]));
  const scrapped = new Set(after.scrapped?.map(({ name }) => name));
  return (before.scrapped ?? []).flatMap(({ name: pe }) => {
    const now = inService.get(pe.toLowerCase());
    if (now !== undefined) {
      return [finding(pathOfRouter(now), `router ${pe} was scrapped, and is back with whatever it held`)];
    }
    if (scrapped.has(pe)) return [];
    return [finding(`scrapped[${pe}]`, `router ${pe} was scrapped, and is waited for again`)];
  });
}

/** Routers that are others under their names, by their host keys: whatever was put on the ones before is on them still. Keys that overlap are a rotation. */
export function replacedRouters(before: Inventory, after: Inventory): PeName[] {
  const now = new Map(after.routers.map((router) => [router.name, router]));
  return before.routers.flatMap(({ name, management }) => {
    const keys = now.get(name)?.management.hostKeys;
    return keys === undefined || keys.some((key) => management.hostKeys.includes(key)) ? [] : [name];
  });
}

/** How it is reached and known, and what is watched on it. */
function routerFindings(
  was: InventoryRouter,
  is: InventoryRouter | undefined,
  { vpns }: InventoryIndex,
): InventoryFinding[] {
  const { name: pe } = was;
  if (is === undefined) return [routerRemoved(pe)];
  const isCanary = ({ vpn }: InventoryVrf) => vpns.get(vpn)?.canary === true;
  const isHidden = was.maintenance !== true && is.maintenance === true && was.vrfs.some(isCanary);
  const kept = new Map(is.vrfs.map((vrf) => [vrf.name, vrf]));
  const hidden = finding(`${pathOfRouter(pe)}.maintenance`, `the canaries of router ${pe} are not read in maintenance`);
  return [
    ...managementFindings(was, is),
    ...(isHidden ? [hidden] : []),
    ...was.vrfs.flatMap((vrf) => {
      const now = kept.get(vrf.name);
      const labels = labelFindings(pe, vrf, now);
      return now === undefined ? labels : [...labels, ...measureFindings(pe, vrf, now, isCanary(vrf))];
    }),
  ];
}

/** The address that answers for a branch, and the one that it is asked from. */
const MEASURED = ['probe', 'source'] as const;

/** A probe answers for its branch; of a canary every branch that it has listens. */
function measureFindings(pe: PeName, was: InventoryVrf, is: InventoryVrf, isCanary: boolean): InventoryFinding[] {
  const place = `VRF ${was.name} at ${pe}`;
  return was.attachments.flatMap((branch): InventoryFinding[] => {
    const path = `${pathOfVrf(pe, was.name)}.attachments[${branch.branch}]`;
    const now = is.attachments.find((one) => one.branch === branch.branch);
    if (isCanary && (now === undefined || hears(now) !== hears(branch))) {
      return [finding(path, `branch ${branch.branch} of the canary ${place} no longer listens as it did`)];
    }
    return MEASURED.flatMap((member) => {
      const [before, after] = [branch[member] ?? null, now?.[member] ?? null];
      if (before === null || before === after) return [];
      const fact = `${member} of branch ${branch.branch} of ${place}: ${before} becomes ${after ?? 'none'}`;
      return [finding(`${path}.${member}`, fact)];
    });
  });
}

const hears = ({ prefixes, probe, source }: Attachment): string =>
  JSON.stringify([[...prefixes].sort(), probe, source ?? null]);
