import { comparableText } from './comparable-text.ts';
import type { DocumentPath } from './input-issues.ts';
import type { Inventory, InventoryRouter, InventoryVpn, InventoryVrf } from './inventory.ts';
import type { VpnId } from './names.ts';
import { contains, familyOf, isDefaultRoute } from './prefix.ts';
import { parseRouteTarget, shortForm } from './route-target.ts';
import { vrfNameFault } from './vrf-name-fault.ts';

export interface InventoryIssue {
  readonly path: DocumentPath;
  readonly fact: string;
  readonly remedy: string;
}

/**
 * The references and rules between the parts of an inventory whose shapes are already valid.
 * Empty when clean. Every issue is found, not only the first: an inventory is written by hand, in bulk.
 */
export function checkInventory(inventory: Inventory): InventoryIssue[] {
  return [
    ...checkPool(inventory),
    ...findDuplicates(inventory.entities, 'entities', 'id', (entity) => entity.id, 'Name each entity once.'),
    ...findDuplicates(
      inventory.entities,
      'entities',
      'name',
      (entity) => comparableText(entity.name),
      'Name entities so that people can tell them apart.',
    ),
    ...findDuplicates(inventory.vpns, 'vpns', 'id', (vpn) => vpn.id, 'Name each VPN once.'),
    ...checkVpns(inventory),
    ...findDuplicates(
      inventory.routers,
      'routers',
      'name',
      // People and resolvers take names of routers for equal whatever the case.
      (router) => router.name.toLowerCase(),
      'Name each router once, also in another case.',
    ),
    ...findDuplicates(
      inventory.routers,
      'routers',
      'management',
      ({ management }) => `${management.host} port ${management.port}`,
      'Two routers cannot answer at one management address.',
    ),
    ...checkRouters(inventory),
    ...checkScrapped(inventory),
    ...checkDistinguishers(inventory),
  ];
}

function findDuplicates<T>(
  list: readonly T[],
  listName: string,
  member: string,
  keyOf: (item: T) => string,
  remedy: string,
): InventoryIssue[] {
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    const key = keyOf(item);
    const issue = { path: [listName, index, member], fact: `${key} is there twice`, remedy };
    const isDuplicate = seen.has(key);
    seen.add(key);
    return isDuplicate ? [issue] : [];
  });
}

/** Both ends of the pool must be route targets of one encoding: an IPv4 or 4-octet administrator leaves 16 bits for the number. */
function checkPool(inventory: Inventory): InventoryIssue[] {
  const { administrator, from, to } = inventory.backbone.routeTargetPool;
  const path = ['backbone', 'routeTargetPool'];
  if (from > to) {
    return [{ path: [...path, 'to'], fact: `${to} is below ${from}`, remedy: 'Write the lower number in `from`.' }];
  }
  try {
    parseRouteTarget(`${administrator}:${to}`);
    return [];
  } catch {
    const fact = `${administrator}:${to} is not a route target`;
    const remedy = 'With an IPv4 address or an AS number above 65535, numbers go up to 65535.';
    return [{ path: [...path, 'to'], fact, remedy }];
  }
}

function checkVpns(inventory: Inventory): InventoryIssue[] {
  const entities = new Set(inventory.entities.map((entity) => entity.id));
  return inventory.vpns.flatMap((vpn, index) => {
    const issues: InventoryIssue[] = [];
    if (!entities.has(vpn.entity)) {
      const remedy = `Add ${vpn.entity} to entities, or correct the name.`;
      issues.push({ path: ['vpns', index, 'entity'], fact: `${vpn.entity} is not among the entities`, remedy });
    }
    vpn.prefixes.forEach((prefix, position) => {
      if (!isDefaultRoute(prefix)) return;
      const remedy = 'Write the prefixes that the VPN really has.';
      const path = ['vpns', index, 'prefixes', position];
      issues.push({ path, fact: `${prefix} would make every address one of ${vpn.id}`, remedy });
    });
    return issues;
  });
}

function checkRouters(inventory: Inventory): InventoryIssue[] {
  const vpns = new Map(inventory.vpns.map((vpn) => [vpn.id, vpn]));
  return inventory.routers.flatMap((router, index) => [
    ...checkMaintenance(router, ['routers', index, 'maintenanceReason']),
    ...checkVrfs(router, ['routers', index, 'vrfs'], vpns),
  ]);
}

function checkScrapped({ routers, scrapped = [] }: Inventory): InventoryIssue[] {
  const remedy = 'A router is in service or scrapped; one that takes the place of another gets a name of its own.';
  const inService = new Set(routers.map(({ name }) => name.toLowerCase()));
  return [
    ...findDuplicates(
      scrapped,
      'scrapped',
      'name',
      ({ name }) => name.toLowerCase(),
      'Name each scrapped router once.',
    ),
    ...scrapped.flatMap(({ name }, index) => {
      if (!inService.has(name.toLowerCase())) return [];
      return [{ path: ['scrapped', index, 'name'], fact: `${name} is among the routers too`, remedy }];
    }),
  ];
}

function checkMaintenance(
  { name, maintenance, maintenanceReason }: InventoryRouter,
  path: DocumentPath,
): InventoryIssue[] {
  if (maintenance === true || maintenanceReason === undefined) return [];
  const remedy = 'Write `maintenance: true` too, or remove the reason.';
  return [{ path, fact: `${name} is not in maintenance and has a reason for it`, remedy }];
}

function checkVrfs(
  router: InventoryRouter,
  path: DocumentPath,
  vpns: ReadonlyMap<VpnId, InventoryVpn>,
): InventoryIssue[] {
  const names = new Set<string>();
  const realised = new Map<VpnId, string>();
  return router.vrfs.flatMap((vrf, index) => {
    const issues: InventoryIssue[] = [];
    if (names.has(vrf.name)) {
      const fact = `${router.name} has the VRF ${vrf.name} twice`;
      issues.push({ path: [...path, index, 'name'], fact, remedy: 'Name each VRF of a router once.' });
    }
    names.add(vrf.name);
    const fault = vrfNameFault(router.platform, vrf.name);
    if (fault !== null) {
      const remedy = 'Write the name as the router has it, or correct the platform.';
      issues.push({ path: [...path, index, 'name'], fact: fault, remedy });
    }
    const other = realised.get(vrf.vpn);
    if (other !== undefined && other !== vrf.name) {
      const fact = `${vrf.vpn} has the VRFs ${other} and ${vrf.name} on ${router.name}`;
      const remedy = 'A VPN has one VRF per router; give the second one a VPN of its own.';
      issues.push({ path: [...path, index, 'vpn'], fact, remedy });
    }
    realised.set(vrf.vpn, vrf.name);
    const vpn = vpns.get(vrf.vpn);
    if (vpn === undefined) {
      const remedy = `Add ${vrf.vpn} to vpns, or correct the name.`;
      issues.push({ path: [...path, index, 'vpn'], fact: `${vrf.vpn} is not among the VPNs`, remedy });
    } else {
      issues.push(...checkAttachments(vrf, [...path, index, 'attachments'], vpn));
    }
    return issues;
  });
}

function checkAttachments(vrf: InventoryVrf, path: DocumentPath, vpn: InventoryVpn): InventoryIssue[] {
  const branches = new Set<string>();
  return vrf.attachments.flatMap((attachment, index) => {
    const issues: InventoryIssue[] = [];
    const at = [...path, index];
    const branch = comparableText(attachment.branch);
    if (branches.has(branch)) {
      const fact = `${vrf.name} has the branch ${attachment.branch} twice`;
      issues.push({ path: [...at, 'branch'], fact, remedy: 'Put its prefixes into one attachment.' });
    }
    branches.add(branch);
    attachment.prefixes.forEach((prefix, position) => {
      const where = [...at, 'prefixes', position];
      if (!vpn.prefixes.some((outer) => contains(outer, prefix))) {
        const fact = `${prefix} is not inside the address plan of ${vpn.id} (${vpn.prefixes.join(', ')})`;
        issues.push({ path: where, fact, remedy: `Correct it, or extend the prefixes of ${vpn.id}.` });
      }
      if (!vrf.families.includes(familyOf(prefix))) {
        const remedy = `Add ${familyOf(prefix)} to the families of the VRF, or remove the prefix.`;
        issues.push({ path: where, fact: `${vrf.name} does not carry ${familyOf(prefix)}`, remedy });
      }
    });
    const { probe } = attachment;
    if (probe !== null && !attachment.prefixes.some((prefix) => contains(prefix, probe))) {
      const fact = `the probe ${probe} is not inside a prefix of ${attachment.branch}`;
      const remedy = 'Name a CE address inside one of the prefixes.';
      issues.push({ path: [...at, 'probe'], fact, remedy });
    }
    return issues;
  });
}

/** One route distinguisher in two VPNs makes their routes one route to BGP (RFC 4364 §4.1). */
function checkDistinguishers(inventory: Inventory): InventoryIssue[] {
  const owners = new Map<string, VpnId>();
  return inventory.routers.flatMap((router, routerIndex) =>
    router.vrfs.flatMap((vrf, vrfIndex) => {
      const owner = owners.get(vrf.routeDistinguisher);
      if (owner === undefined) owners.set(vrf.routeDistinguisher, vrf.vpn);
      if (owner === undefined || owner === vrf.vpn) return [];
      const path = ['routers', routerIndex, 'vrfs', vrfIndex, 'routeDistinguisher'];
      const fact = `${shortForm(vrf.routeDistinguisher)} already belongs to ${owner}`;
      return [{ path, fact, remedy: 'Give each VPN route distinguishers of its own.' }];
    }),
  );
}
