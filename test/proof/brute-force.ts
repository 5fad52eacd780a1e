/**
 * The same questions answered the slow way, on purpose unlike the implementation: every route is written out with its route targets,
 * every VRF is asked about every route. It shares no code with src/proof or src/plan.
 */
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import type { RealisedInterconnect } from '../../src/domain/request.ts';

interface Route {
  readonly pe: string;
  readonly vrf: string;
  readonly vpn: string | null;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefix: string;
  readonly targets: readonly string[];
}

function everyRoute(view: NetworkView): Route[] {
  const routes: Route[] = [];
  for (const pe of view.pes) {
    for (const vrf of pe.vrfs) {
      for (const attachment of vrf.attachments) {
        for (const prefix of attachment.prefixes) {
          const family = prefix.includes(':') ? 'ipv6' : 'ipv4';
          const targets: string[] = [...(vrf.operator[family]?.exportRouteTargets ?? [])];
          for (const rule of vrf.operator[family]?.exportRules ?? []) {
            if (rule.scope === 'whole-vpn' || rule.scope.some((one) => one === prefix)) targets.push(rule.routeTarget);
          }
          for (const rule of vrf.share[family]?.exports ?? []) {
            if (rule.scope === 'whole-vpn' || rule.scope.some((one) => one === prefix)) targets.push(rule.routeTarget);
          }
          routes.push({ pe: pe.name, vrf: vrf.name, vpn: vrf.vpn, family, prefix, targets });
        }
      }
    }
  }
  return routes;
}

/** Each view is asked many times. */
const written = new WeakMap<NetworkView, ReadonlySet<string>>();
const apart = new WeakMap<NetworkView, readonly Carried[]>();

/** `fromPe fromVrf prefix toPe toVrf target`, for VRFs that are not of one VPN. */
export function bruteCarried(view: NetworkView): ReadonlySet<string> {
  const known = written.get(view);
  if (known !== undefined) return known;
  const found = new Set<string>();
  written.set(view, found);
  const routes = everyRoute(view);
  for (const pe of view.pes) {
    for (const vrf of pe.vrfs) {
      for (const route of routes) {
        if (route.pe === pe.name && route.vrf === vrf.name) continue;
        if (route.vpn !== null && route.vpn === vrf.vpn) continue;
        for (const target of route.targets) {
          if (imports(vrf, route.family).some((one) => one === target)) {
            found.add(`${route.pe} ${route.vrf} ${route.prefix} ${pe.name} ${vrf.name} ${target}`);
          }
        }
      }
    }
  }
  return found;
}

export interface Carried {
  readonly fromPe: string;
  readonly fromVrf: string;
  readonly prefix: string;
  readonly toPe: string;
  readonly toVrf: string;
  readonly via: string;
}

/** The same, taken apart. */
export function carried(view: NetworkView): readonly Carried[] {
  const known = apart.get(view);
  if (known !== undefined) return known;
  const found = [...bruteCarried(view)].map((line) => {
    const [fromPe = '', fromVrf = '', prefix = '', toPe = '', toVrf = '', via = ''] = line.split(' ');
    return { fromPe, fromVrf, prefix, toPe, toVrf, via };
  });
  apart.set(view, found);
  return found;
}

export function vrfAt(view: NetworkView, pe: string, name: string): VrfView {
  for (const one of view.pes) for (const vrf of one.vrfs) if (one.name === pe && vrf.name === name) return vrf;
  throw new Error(`${name} at ${pe}`);
}

export const ownerAt = (view: NetworkView, pe: string, name: string): string =>
  vrfAt(view, pe, name).vpn ?? `nobody: ${pe} ${name}`;

function imports(vrf: VrfView, family: 'ipv4' | 'ipv6'): string[] {
  return [...(vrf.operator[family]?.importRouteTargets ?? []), ...(vrf.share[family]?.imports ?? [])];
}

/** `from fromPe prefix to toPe target`, between known VPNs. */
export function bruteReachability(view: NetworkView): Set<string> {
  const found = new Set<string>();
  for (const line of bruteCarried(view)) {
    const [fromPe, fromVrf, prefix, toPe, toVrf, target] = line.split(' ');
    const owner = (pe: string | undefined, vrf: string | undefined) =>
      view.pes.find((one) => one.name === pe)?.vrfs.find((one) => one.name === vrf)?.vpn ?? null;
    const [from, to] = [owner(fromPe, fromVrf), owner(toPe, toVrf)];
    if (from !== null && to !== null) found.add(`${from} ${fromPe} ${prefix} ${to} ${toPe} ${target}`);
  }
  return found;
}

/** What the flows allow, in the form of `bruteCarried`. */
export function bruteApproved(view: NetworkView, interconnect: RealisedInterconnect): Set<string> {
  const found = new Set<string>();
  for (const flow of interconnect.flows) {
    for (const route of everyRoute(view)) {
      const shared = flow.prefixes === 'whole-vpn' || flow.prefixes.some((one) => one === route.prefix);
      if (route.vpn !== flow.from || !shared) continue;
      const giver = view.pes.find((pe) => pe.name === route.pe)?.vrfs.find((vrf) => vrf.name === route.vrf);
      if (giver?.operator[route.family] === undefined) continue;
      for (const pe of view.pes) {
        for (const vrf of pe.vrfs) {
          if (vrf.vpn !== flow.to || vrf.operator[route.family] === undefined) continue;
          found.add(`${route.pe} ${route.vrf} ${route.prefix} ${pe.name} ${vrf.name} ${flow.routeTarget}`);
        }
      }
    }
  }
  return found;
}

/** The prefixes of the flows that would end nowhere. */
export function bruteUndelivered(view: NetworkView, interconnect: RealisedInterconnect): boolean {
  const approved = [...bruteApproved(view, interconnect)];
  return interconnect.flows.some((flow) => {
    const mine = approved.filter((line) => line.endsWith(` ${flow.routeTarget}`));
    if (flow.prefixes === 'whole-vpn') return mine.length === 0;
    return flow.prefixes.some((prefix) => !mine.some((line) => line.split(' ')[2] === prefix));
  });
}

/** Interconnects put on the network by hand: a new view, no delta involved. */
export function brutePut(view: NetworkView, interconnects: readonly RealisedInterconnect[]): NetworkView {
  const pes = view.pes.map((pe) => {
    const vrfs = pe.vrfs.map((vrf) => {
      const share: Record<string, { imports: string[]; exports: { routeTarget: string; scope: unknown }[] }> = {};
      for (const family of Object.keys(vrf.operator)) {
        const part = { imports: [] as string[], exports: [] as { routeTarget: string; scope: unknown }[] };
        for (const { flows } of interconnects) {
          for (const flow of flows) {
            if (flow.to === vrf.vpn) part.imports.push(flow.routeTarget);
            if (flow.from !== vrf.vpn) continue;
            if (flow.prefixes === 'whole-vpn') part.exports.push({ routeTarget: flow.routeTarget, scope: 'whole-vpn' });
            else {
              const here = vrf.attachments.flatMap((one) => [...one.prefixes]);
              const scope = flow.prefixes.filter(
                (prefix) => here.includes(prefix) && prefix.includes(':') === (family === 'ipv6'),
              );
              if (scope.length > 0) part.exports.push({ routeTarget: flow.routeTarget, scope });
            }
          }
        }
        share[family] = part;
      }
      return { ...vrf, share: share as unknown as VrfView['share'] };
    });
    return { ...pe, vrfs };
  });
  return { pes };
}

/** By their bits, as text. */
export function meet(a: string, b: string): boolean {
  if (a.includes(':') !== b.includes(':')) return false;
  const length = Math.min(Number(a.split('/')[1]), Number(b.split('/')[1]));
  return bits(a).slice(0, length) === bits(b).slice(0, length);
}

/** The bits of its address, as text. */
export function bits(prefix: string): string {
  const [address = ''] = prefix.split('/');
  if (!address.includes(':')) {
    return address
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('');
  }
  const [head = '', tail = ''] = address.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':'));
  const missing = 8 - words(head).length - words(tail).length;
  const all = [...words(head), ...Array(address.includes('::') ? missing : 0).fill('0'), ...words(tail)] as string[];
  return all.map((word) => Number.parseInt(word, 16).toString(2).padStart(16, '0')).join('');
}

/** The prefix that begins with these bits, and has no more. */
export function fromBits(wanted: string, isSix: boolean): string {
  const all = wanted.padEnd(isSix ? 128 : 32, '0');
  const pieces = all.match(isSix ? /.{16}/g : /.{8}/g) ?? [];
  const numbers = pieces.map((piece) => Number.parseInt(piece, 2));
  return `${isSix ? numbers.map((one) => one.toString(16)).join(':') : numbers.join('.')}/${wanted.length}`;
}

/** The networks that a covering prefix with bounds stands for: `10.0.0.0/8 ge 16 le 25`. */
export function bruteRange(text: string, announced: readonly string[]): string[] {
  const [covering = '', ...bounds] = text.split(' ');
  const bound = (word: string, otherwise: number) =>
    bounds.includes(word) ? Number(bounds[bounds.indexOf(word) + 1]) : otherwise;
  const length = Number(covering.split('/')[1]);
  const [from, to] = [bound('ge', length), bound('le', covering.includes(':') ? 128 : 32)];
  return announced.filter((one) => {
    const its = Number(one.split('/')[1]);
    return its >= from && its <= to && its >= length && its > 0 && meet(one, covering);
  });
}
