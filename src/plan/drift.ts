import type { InterconnectId, PeName, VpnId, VrfName } from '../domain/names.ts';
import type { NetworkView, VrfView } from '../domain/network-view.ts';
import { hasOnlyBorrowed } from '../domain/object-keys.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { shortForm } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';
import { isNamedIn } from '../proof/operator-policies.ts';
import { allVrfs } from '../proof/route-model.ts';
import { composeShares, type SharesByVrf } from './compose-shares.ts';
import { diffShares, withoutTargets } from './delta.ts';
import { describeDifference } from './describe-operation.ts';
import type { OnNetwork, PlanInput } from './plan-change.ts';
import { anomaliesToEnd, carriesAny, concernsTargets, isAboutObject, isEmpty, targetsIn } from './remnants.ts';

export type Touched = ReadonlyMap<PeName, ReadonlySet<VrfName>>;

/**
 * A VRF that is to be edited holds what the other interconnects imply and nothing that wasl would not render; else VRF_DRIFTED.
 * A VRF that was listed after another agreement was put on the network does not have it: that is told, and is no drift.
 */
export function checkClean(input: PlanInput, own: ReadonlySet<RouteTarget>, touched: Touched): string[] {
  const { view, subject } = input;
  const others = input.active.filter((other) => other.id !== subject.id);
  const vrfs = touchedVrfs(view, touched);
  const around = byVpn(others, new Set(vrfs.map(({ vrf }) => vrf.vpn)));
  const concerned = [...new Set([...around.values()].flatMap((some) => [...some]))];
  const implied = composeShares(view, concerned, (vrf, pe) => touched.get(pe)?.has(vrf.name) === true);
  const unsettled = others.filter(({ settled }) => settled === false);
  const ignored = new Set([...own, ...targetsOf(unsettled)]);
  const [differences, told]: [string[], string[]] = [[], []];
  for (const { pe, vrf } of vrfs) {
    const where = `VRF ${vrf.name} at ${pe}`;
    differences.push(...vrf.anomalies.map((anomaly) => `${where}: ${anomaly}`));
    const absent = [...(around.get(vrf.vpn) ?? [])].filter((other) => isNotThereYet(input, other, implied, pe, vrf));
    told.push(
      ...absent.map((other) => `${where} does not have ${other.id}, which is older than its place in the inventory`),
    );
    const left = new Set([...ignored, ...targetsOf(absent)]);
    const expected = withoutTargets(implied.get(pe)?.get(vrf.name) ?? {}, left);
    const found = withoutTargets(vrf.share, left);
    differences.push(...diffShares(expected, found).map((one) => `${where} ${describeDifference(one)}`));
  }
  const [first] = differences;
  if (first === undefined) return told;
  const more = differences.length > 1 ? ` (and ${differences.length - 1} more)` : '';
  throw new WaslError('VRF_DRIFTED', `${first}${more}`, { path: subject.id, details: { differences } });
}

/** Nothing of the other is in the VRF, and none of its plans ever put something there. */
function isNotThereYet(
  { covered }: PlanInput,
  other: OnNetwork,
  implied: SharesByVrf,
  pe: PeName,
  vrf: VrfView,
): boolean {
  if (covered === undefined || covered.get(other.id)?.get(pe)?.has(vrf.name) === true) return false;
  const [expected, targets] = [implied.get(pe)?.get(vrf.name) ?? {}, targetsOf([other])];
  return carriesAny({ share: expected }, targets) && !carriesAny(vrf, targets);
}

/** Each under those of the VPNs that it joins. */
function byVpn(
  others: readonly OnNetwork[],
  vpns: ReadonlySet<VpnId | null>,
): ReadonlyMap<VpnId | null, Set<OnNetwork>> {
  const result = new Map([...vpns].map((vpn): [VpnId | null, Set<OnNetwork>] => [vpn, new Set()]));
  for (const other of others) {
    for (const { from, to } of other.flows) {
      result.get(from)?.add(other);
      result.get(to)?.add(other);
    }
  }
  return result;
}

/**
 * What is odd in the VRFs of a removal, and what becomes of it. An end does not wait for somebody's repair: what is the interconnect's own
 * goes whole, the rest stays as it is read.
 */
export function tellOddities(
  { view, subject, active }: PlanInput,
  own: ReadonlySet<RouteTarget>,
  touched: Touched,
  wanted: SharesByVrf,
): string[] {
  const ofOthers = targetsOf(active.filter(({ id }) => id !== subject.id));
  const parties = new Set<VpnId | null>(subject.flows.flatMap((flow) => [flow.from, flow.to]));
  return allVrfs(view).flatMap(({ pe, vrf }) => {
    const where = `VRF ${vrf.name} at ${pe}`;
    if (!touched.get(pe)?.has(vrf.name)) {
      const named = vrf.anomalies.filter((anomaly) => [...own].some((target) => isNamedIn(anomaly, target)));
      return named.map((anomaly) => `${where}: ${anomaly}: it stays as it is`);
    }
    const after = wanted.get(pe)?.get(vrf.name) ?? {};
    const [had, keeps] = [[...targetsIn(vrf.share)], targetsIn(after)];
    const strays = parties.has(vrf.vpn) ? [] : had.filter((target) => own.has(target));
    const foreign = had.filter((target) => !own.has(target) && !keeps.has(target));
    return [
      ...strays.map((target) => `${where} has ${shortForm(target)}, though no flow leads there: it is taken away`),
      ...foreign.map((target) => {
        const whose = ofOthers.has(target) ? 'by a policy of another VRF' : 'which no interconnect has';
        return `${where} has ${shortForm(target)}, ${whose}: it is taken away`;
      }),
      ...[...(hasOnlyBorrowed(vrf.name, vrf.objects ?? []) ? keeps : [])].map(
        (target) => `${where} has ${shortForm(target)} under the name of another VRF: it is put under its own`,
      ),
      ...Object.entries(vrf.usedObjects ?? {})
        .sort()
        .map(([key, by]) => `${where}: ${key} is used by ${by}: it stays`),
      ...anomaliesToEnd(vrf).map((anomaly) => {
        const isOwn = concernsTargets([anomaly], own).length > 0 || (isEmpty(after) && isAboutObject(anomaly));
        return `${where}: ${anomaly}: ${isOwn ? 'what is its own is taken away whole' : 'what is not its own stays'}`;
      }),
    ];
  });
}

function touchedVrfs(view: NetworkView, touched: Touched): { readonly pe: PeName; readonly vrf: VrfView }[] {
  return view.pes.flatMap(({ name, vrfs }) =>
    vrfs.filter((vrf) => touched.get(name)?.has(vrf.name)).map((vrf) => ({ pe: name, vrf })),
  );
}

const targetsOf = (interconnects: readonly OnNetwork[]): ReadonlySet<RouteTarget> =>
  new Set(interconnects.flatMap(({ flows }) => flows.map((flow) => flow.routeTarget)));

/** Where the plans of interconnects put something. */
export type CoveredVrfs = ReadonlyMap<InterconnectId, ReadonlyMap<PeName, ReadonlySet<VrfName>>>;
