/** The slow model of what was not understood and of what tables hold: from the definitions of docs/proof.md, by nested loops. */
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import { tableKey } from '../../src/domain/observed-routes.ts';
import type { ChangeUnderProof } from '../../src/proof/change-under-proof.ts';
import { bruteCarried, type Carried, meet, ownerAt } from './brute-force.ts';

/** Something that could touch the change was read and not understood. */
export function isInDoubt({ after, subject, previous }: ChangeUnderProof): boolean {
  const flows = [...subject.flows, ...(previous?.flows ?? [])];
  const isParty = ({ vpn }: VrfView) => flows.some(({ from, to }) => from === vpn || to === vpn);
  for (const pe of after.pes) {
    for (const { reach } of pe.unknowns ?? []) if (reach === 'network' || pe.vrfs.some(isParty)) return true;
    for (const vrf of pe.vrfs) {
      for (const { reach, ofRouter } of vrf.unknowns ?? []) {
        if (reach === 'network') return true;
        if (reach === 'router' || ofRouter === true ? pe.vrfs.some(isParty) : isNear(after, vrf, isParty)) return true;
      }
      if (vrf.anomalies.length > 0 && isNear(after, vrf, isParty)) return true;
      const isTaker = subject.flows.some(({ to }) => to === vrf.vpn);
      for (const { importPolicies } of Object.values(vrf.operator)) {
        for (const name of importPolicies) {
          // Elsewhere an import policy takes nothing that the import route targets do not.
          if (isTaker || pe.platform !== 'junos-yang') continue;
          const text = vrf.policyTexts[name];
          if (text === undefined || text.includes(':*')) return true;
        }
      }
    }
  }
  return false;
}

/** It is a party's, or gives a party something: it may give more. */
function isNear(view: NetworkView, vrf: VrfView, isParty: (vrf: VrfView) => boolean): boolean {
  if (isParty(vrf)) return true;
  for (const pe of view.pes) {
    for (const other of pe.vrfs) {
      if (isParty(other) && targetsOf(vrf, 'out').some((target) => targetsOf(other, 'in').includes(target)))
        return true;
    }
  }
  return false;
}

function targetsOf({ operator, share }: VrfView, way: 'in' | 'out'): string[] {
  const found: string[] = [];
  for (const part of Object.values(operator)) {
    found.push(...(way === 'in' ? part.importRouteTargets : part.exportRouteTargets));
    if (way === 'out') for (const rule of part.exportRules ?? []) found.push(rule.routeTarget);
  }
  for (const part of Object.values(share)) {
    found.push(...(way === 'in' ? part.imports : part.exports.map((rule) => rule.routeTarget)));
  }
  return found;
}

export function isNamedInTexts(view: NetworkView, targets: readonly string[]): boolean {
  for (const { vrfs } of view.pes) {
    for (const { policyTexts, anomalies } of vrfs) {
      for (const text of [...Object.values(policyTexts), ...anomalies]) {
        // Without the encoding that stands before it here.
        for (const target of targets) if (text.includes(target.slice(target.indexOf(':') + 1))) return true;
      }
    }
  }
  return false;
}

/** What comes against what the taking tables hold beyond the model, by longest match. */
export function judgeTables(
  { before, after, held }: ChangeUnderProof,
  gained: readonly Carried[],
): 'pass' | 'fail' | 'unknown' {
  if (held === undefined) return 'pass';
  let verdict: 'pass' | 'unknown' = 'pass';
  for (const route of gained) {
    const family = route.prefix.includes(':') ? 'ipv6' : 'ipv4';
    const taker = vrfAt(after, route.toPe, route.toVrf);
    const giver = vrfAt(after, route.fromPe, route.fromVrf);
    if (taker?.operator[family] === undefined) continue;
    const table = held.get(tableKey(taker.pe, taker.name, family));
    if (table === undefined) {
      verdict = 'unknown';
      continue;
    }
    const coming: string[] = [route.prefix];
    const rules = giver?.share[family]?.exports ?? [];
    if (giver !== null && rules.some((rule) => rule.routeTarget === route.via && rule.scope === 'whole-vpn')) {
      const all = held.get(tableKey(giver.pe, giver.name, family));
      if (all === undefined) verdict = 'unknown';
      coming.push(...(all ?? []).filter(({ origin }) => origin === 'local').map((one) => String(one.prefix)));
    }
    const beyond = table.map((one) => String(one.prefix)).filter((one) => !isModelled(before, taker, one));
    const owner = ownerAt(after, route.fromPe, route.fromVrf);
    for (const prefix of coming) if (clashes(after, prefix, owner, beyond)) return 'fail';
  }
  return verdict;
}

/** One of the table equals it or is inside of it; or the nearest around it is somebody else's listed network. */
function clashes(after: NetworkView, prefix: string, owner: string, table: readonly string[]): boolean {
  let nearest: string | null = null;
  for (const held of table) {
    if (!meet(held, prefix)) continue;
    if (held === prefix) return true;
    if (lengthOf(held) > lengthOf(prefix)) {
      if (lengthOf(prefix) > 0) return true;
    } else if (nearest === null || lengthOf(held) > lengthOf(nearest)) nearest = held;
  }
  if (nearest === null || lengthOf(nearest) === 0) return false;
  const owners: string[] = [];
  for (const pe of after.pes) {
    for (const vrf of pe.vrfs) {
      for (const { prefixes } of vrf.attachments) {
        if (prefixes.some((one) => one === nearest)) owners.push(ownerAt(after, pe.name, vrf.name));
      }
    }
  }
  return owners.some((one) => one !== owner);
}

const lengthOf = (prefix: string) => Number(prefix.split('/')[1]);

type Taker = VrfView & { readonly pe: NetworkView['pes'][number]['name'] };

function isModelled(before: NetworkView, { pe, name, vpn }: Taker, prefix: string): boolean {
  for (const one of before.pes) {
    for (const vrf of one.vrfs) {
      const isOwn = vpn === null ? one.name === pe && vrf.name === name : vrf.vpn === vpn;
      if (isOwn && vrf.attachments.some(({ prefixes }) => prefixes.some((own) => own === prefix))) return true;
    }
  }
  return [...bruteCarried(before)].some((line) => {
    const [, , carried, toPe, toVrf] = line.split(' ');
    return carried === prefix && toPe === pe && toVrf === name;
  });
}

function vrfAt(view: NetworkView, pe: string, name: string): Taker | null {
  for (const one of view.pes) {
    for (const vrf of one.vrfs) if (one.name === pe && vrf.name === name) return { ...vrf, pe: one.name };
  }
  return null;
}
