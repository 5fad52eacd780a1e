import { canonicalJson } from '../domain/canonical-json.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { PeName, VpnId } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';

/**
 * What a newer inventory says differently of what a plan stands on: its VPNs and their owners, their VRFs and attachments wherever they are,
 * its PEs, the route target pool. As sentences; empty where the plan is as good as before. Whatever else changed is proved again anyway.
 */
export function describeInventoryDifference(
  before: Inventory,
  after: Inventory,
  plan: Pick<Plan, 'routers' | 'gained' | 'lost'>,
): string[] {
  const vpns = new Set<VpnId>([
    ...[...plan.gained, ...plan.lost].flatMap(({ from, to }) => [from, to]),
    ...plan.routers.flatMap(({ vrfs }) => vrfs.flatMap(({ vpn }) => (vpn === null ? [] : [vpn]))),
  ]);
  const pes = plan.routers.map(({ pe }) => pe);
  const [was, is] = [standing(before, vpns, pes), standing(after, vpns, pes)];
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((what) => {
    const [old, now] = [was.get(what), is.get(what)];
    if (old === now) return [];
    if (old === undefined) return [`${what} is new: ${now}`];
    return [now === undefined ? `${what} is gone` : `${what} was ${old}, is ${now}`];
  });
}

function standing(inventory: Inventory, vpns: ReadonlySet<VpnId>, pes: readonly PeName[]): Map<string, string> {
  const { administrator, from, to } = inventory.backbone.routeTargetPool;
  const facts = new Map([['the route target pool', `${administrator}:${from}-${to}`]]);
  for (const vpn of inventory.vpns) {
    if (!vpns.has(vpn.id)) continue;
    facts.set(`the owner of VPN ${vpn.id}`, vpn.entity);
    facts.set(`the address plan of VPN ${vpn.id}`, [...vpn.prefixes].sort().join(', '));
    if (vpn.canary) facts.set(`VPN ${vpn.id}`, 'a canary');
  }
  for (const { name, platform, vrfs } of inventory.routers) {
    if (pes.includes(name)) facts.set(`the platform of ${name}`, platform);
    for (const vrf of vrfs) {
      if (!vpns.has(vrf.vpn)) continue;
      const where = `VRF ${vrf.name} at ${name}`;
      facts.set(`${where}`, `of ${vrf.vpn}, ${vrf.routeDistinguisher}, ${[...vrf.families].sort().join(' and ')}`);
      for (const { branch, ...attachment } of vrf.attachments) {
        const { prefixes, probe, source } = attachment;
        const rest = { probe, source: source ?? null };
        for (const prefix of prefixes)
          facts.set(`${prefix} in ${where}`, `attached (${branch}, ${canonicalJson(rest)})`);
      }
    }
  }
  return facts;
}
