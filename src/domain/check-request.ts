import { WaslError } from '../errors.ts';
import type { Inventory, InventoryVpn } from './inventory.ts';
import type { EntityId, VpnId } from './names.ts';
import { contains, isDefaultRoute, overlaps, type Prefix } from './prefix.ts';
import type { Flow, InterconnectRequest } from './request.ts';

/** The two entities of an accepted request, in order of their names. */
export type Parties = readonly [EntityId, EntityId];

/**
 * Holds a request against the inventory before anything is stored: what is refused here costs nobody a signature.
 * Returns the parties. Throws the first finding with the JSON path of the field.
 * It says nothing about the routers: the plan's proofs do that.
 */
export function checkRequest(request: InterconnectRequest, inventory: Inventory, now: Date): Parties {
  checkPeriod(request, now);
  const parties = checkParties(request.flows, inventory);
  request.flows.forEach((flow, index) => {
    checkPrefixes(flow, `flows[${index}].prefixes`, inventory);
  });
  checkDirectionsApart(request.flows);
  return parties;
}

function checkPeriod(request: InterconnectRequest, now: Date): void {
  const until = Date.parse(request.validUntil);
  if (until <= now.getTime()) {
    throw new WaslError('REQUEST_PERIOD', `the end ${request.validUntil} lies in the past`, { path: 'validUntil' });
  }
  if (request.validFrom !== undefined && Date.parse(request.validFrom) >= until) {
    const fact = `the end ${request.validUntil} is not after the start ${request.validFrom}`;
    throw new WaslError('REQUEST_PERIOD', fact, { path: 'validUntil' });
  }
}

function checkParties(flows: readonly Flow[], inventory: Inventory): Parties {
  const [first, second] = flows;
  if (first === undefined) {
    throw new WaslError('REQUEST_PARTIES', 'the request has no flow', { path: 'flows' });
  }
  const from = findVpn(inventory, first.from, 'flows[0].from');
  const to = findVpn(inventory, first.to, 'flows[0].to');
  if (from.entity === to.entity) {
    const fact = `${from.id} and ${to.id} both belong to ${from.entity}`;
    throw new WaslError('REQUEST_PARTIES', fact, { path: 'flows[0].to' });
  }
  if (second !== undefined) {
    findVpn(inventory, second.from, 'flows[1].from');
    findVpn(inventory, second.to, 'flows[1].to');
    if (second.from !== first.to || second.to !== first.from) {
      throw new WaslError(
        'REQUEST_PARTIES',
        `the second flow goes from ${second.from} to ${second.to}, not from ${first.to} back to ${first.from}`,
        { path: 'flows[1]', remedy: 'Ask for a flow between other VPNs in a request of its own.' },
      );
    }
  }
  return from.entity < to.entity ? [from.entity, to.entity] : [to.entity, from.entity];
}

function findVpn(inventory: Inventory, id: VpnId, path: string): InventoryVpn {
  const vpn = inventory.vpns.find((candidate) => candidate.id === id);
  if (vpn === undefined) throw new WaslError('VPN_UNKNOWN', `the inventory has no VPN ${id}`, { path });
  if (vpn.canary) {
    throw new WaslError('REQUEST_PARTIES', `${id} is a canary: it must never gain a route`, {
      path,
      remedy: 'Name a VPN that is not marked as canary.',
    });
  }
  return vpn;
}

function checkPrefixes(flow: Flow, path: string, inventory: Inventory): void {
  if (flow.prefixes === 'whole-vpn') return;
  const plan = findVpn(inventory, flow.from, path).prefixes;
  const announced = announcedPrefixes(inventory, flow.from);
  const farSide = announcedPrefixes(inventory, flow.to);
  const { prefixes } = flow;
  prefixes.forEach((prefix, index) => {
    const at = { path: `${path}[${index}]` };
    if (isDefaultRoute(prefix)) {
      throw new WaslError('PREFIX_DEFAULT_ROUTE', `${prefix} is a default route`, at);
    }
    const twin = prefixes.slice(0, index).find((other) => overlaps(other, prefix));
    if (twin !== undefined) {
      const remedy = 'Name every address once.';
      throw new WaslError('PREFIX_OVERLAP', `${prefix} overlaps ${twin} of the same flow`, { ...at, remedy });
    }
    if (!plan.some((outer) => contains(outer, prefix))) {
      const fact = `${prefix} is not inside the address plan of ${flow.from} (${plan.join(', ')})`;
      throw new WaslError('PREFIX_OUTSIDE_VPN', fact, at);
    }
    const clash = farSide.find((other) => overlaps(other, prefix));
    if (clash !== undefined) {
      throw new WaslError('PREFIX_OVERLAP', `${prefix} overlaps ${clash}, which ${flow.to} uses itself`, at);
    }
    if (!announced.includes(prefix)) {
      const near = announced.filter((other) => overlaps(other, prefix));
      throw new WaslError('PREFIX_NOT_ORIGINATED', `no site of ${flow.from} announces ${prefix}`, {
        ...at,
        ...(near.length > 0 ? { remedy: `Share what is announced: ${near.slice(0, 8).join(', ')}.` } : {}),
      });
    }
  });
}

function announcedPrefixes(inventory: Inventory, vpn: VpnId): Prefix[] {
  const vrfs = inventory.routers.flatMap((router) => router.vrfs.filter((vrf) => vrf.vpn === vpn));
  return [...new Set(vrfs.flatMap((vrf) => vrf.attachments.flatMap((attachment) => attachment.prefixes)))];
}

/** The same addresses on both sides would leave no way back. */
function checkDirectionsApart(flows: readonly Flow[]): void {
  const [there, back] = flows.map((flow) => (flow.prefixes === 'whole-vpn' ? [] : flow.prefixes));
  back?.forEach((prefix, index) => {
    const clash = there?.find((other) => overlaps(other, prefix));
    if (clash !== undefined) {
      const path = `flows[1].prefixes[${index}]`;
      throw new WaslError('PREFIX_OVERLAP', `${prefix} overlaps ${clash} of the other direction`, { path });
    }
  });
}
