import type { PeName, VpnId, VrfName } from '../domain/names.ts';
import {
  canonicalShare,
  type ExportRule,
  enabledFamilies,
  localPrefixes,
  type NetworkView,
  type VrfShare,
  type VrfView,
} from '../domain/network-view.ts';
import { comparePrefixes, contains, type Family, isDefaultRoute, type Prefix } from '../domain/prefix.ts';
import type { RealisedFlow, RealisedInterconnect } from '../domain/request.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';

export type SharesByVrf = ReadonlyMap<PeName, ReadonlyMap<VrfName, VrfShare>>;

interface FlowsOfVpn {
  readonly given: readonly RealisedFlow[];
  readonly taken: readonly RealisedFlow[];
}

/**
 * The wanted state of every VRF, or of those asked for, from all interconnects together.
 *
 * A taking VRF imports a flow's route target in every family it has enabled, whatever families the flow carries: on Junos an
 * import policy applies to all families at once, and only routes of the flow bear the route target, so nothing more comes in.
 * A giving VRF exports only those of the flow's prefixes that it announces itself. Total: `checkOriginated` says what is missing.
 */
export function composeShares(
  view: NetworkView,
  interconnects: readonly Pick<RealisedInterconnect, 'flows'>[],
  asked: (vrf: VrfView, pe: PeName) => boolean = () => true,
): SharesByVrf {
  const flows = flowsByVpn(interconnects.flatMap((interconnect) => interconnect.flows));
  return new Map(
    view.pes.map(({ name, vrfs }) => {
      const wanted = vrfs.filter((vrf) => asked(vrf, name));
      return [name, new Map(wanted.map((vrf) => [vrf.name, compose(vrf, flows)]))];
    }),
  );
}

function compose(vrf: VrfView, flowsOf: ReadonlyMap<VpnId, FlowsOfVpn>): VrfShare {
  const families = enabledFamilies(vrf);
  const { given, taken } = (vrf.vpn === null ? undefined : flowsOf.get(vrf.vpn)) ?? { given: [], taken: [] };
  const imports: RouteTarget[] = taken.map((flow) => flow.routeTarget);
  const ofFamily = (family: Family) => ({
    imports,
    exports: given.length === 0 ? [] : exportRules(given, localPrefixes(vrf, family)),
  });
  return canonicalShare({ ipv4: ofFamily('ipv4'), ipv6: ofFamily('ipv6') }, families);
}

function exportRules(given: readonly RealisedFlow[], local: readonly Prefix[]): ExportRule[] {
  const announced = new Set(local);
  return given.map(({ routeTarget, prefixes }) => ({
    routeTarget,
    scope: prefixes === 'whole-vpn' ? prefixes : prefixes.filter((prefix) => announced.has(prefix)),
  }));
}

function flowsByVpn(flows: readonly RealisedFlow[]): Map<VpnId, FlowsOfVpn> {
  const byVpn = new Map<VpnId, { given: RealisedFlow[]; taken: RealisedFlow[] }>();
  const of = (vpn: VpnId) => {
    const known = byVpn.get(vpn) ?? { given: [], taken: [] };
    byVpn.set(vpn, known);
    return known;
  };
  for (const flow of flows) {
    of(flow.from).given.push(flow);
    of(flow.to).taken.push(flow);
  }
  return byVpn;
}

/**
 * Every prefix of the interconnect is announced by a VRF of its VPN, exactly so, and both VPNs are on routers.
 * Throws VRF_MISSING, PREFIX_DEFAULT_ROUTE or PREFIX_NOT_ORIGINATED; the latter names the nearest prefix and where it is.
 */
export function checkOriginated(view: NetworkView, { id, flows }: RealisedInterconnect): void {
  const wanted = new Set(flows.flatMap((flow) => [flow.from, flow.to]));
  const announced = new Map<VpnId, Map<Prefix, PeName>>();
  for (const pe of view.pes) {
    for (const vrf of pe.vrfs) {
      if (vrf.vpn === null || !wanted.has(vrf.vpn)) continue;
      const places = announced.get(vrf.vpn) ?? new Map<Prefix, PeName>();
      announced.set(vrf.vpn, places);
      for (const prefix of enabledFamilies(vrf).flatMap((family) => localPrefixes(vrf, family))) {
        if (!places.has(prefix)) places.set(prefix, pe.name);
      }
    }
  }
  for (const flow of flows) {
    const path = `${id} ${flow.from} to ${flow.to}`;
    for (const vpn of [flow.from, flow.to]) {
      if (!announced.has(vpn)) throw new WaslError('VRF_MISSING', `${vpn} has no VRF on any router`, { path });
    }
    const places = announced.get(flow.from) ?? new Map<Prefix, PeName>();
    const shared = flow.prefixes === 'whole-vpn' ? [...places.keys()] : flow.prefixes;
    for (const prefix of shared) {
      if (isDefaultRoute(prefix)) {
        throw new WaslError('PREFIX_DEFAULT_ROUTE', `${flow.from} would share the default route with ${flow.to}`, {
          path,
        });
      }
      if (!places.has(prefix)) throw notOriginated(flow, prefix, places, path);
    }
  }
}

function notOriginated(
  flow: RealisedFlow,
  prefix: Prefix,
  places: ReadonlyMap<Prefix, PeName>,
  path: string,
): WaslError {
  const nearest = nearestPrefix(prefix, [...places.keys()]);
  const hint = nearest === null ? '' : `; the nearest is ${nearest} at ${places.get(nearest)}`;
  const fact = `no PE originates ${prefix} of ${flow.from}, exactly so${hint}`;
  return new WaslError('PREFIX_NOT_ORIGINATED', fact, { path, details: { prefix, nearest } });
}

/** The longest prefix around it, else the first one inside it, else its neighbour in order. */
function nearestPrefix(prefix: Prefix, announced: readonly Prefix[]): Prefix | null {
  const sorted = announced.filter((one) => one.includes(':') === prefix.includes(':')).sort(comparePrefixes);
  const around = sorted.filter((one) => contains(one, prefix)).at(-1);
  const inside = sorted.find((one) => contains(prefix, one));
  const before = sorted.filter((one) => comparePrefixes(one, prefix) < 0).at(-1);
  return around ?? inside ?? before ?? sorted[0] ?? null;
}
