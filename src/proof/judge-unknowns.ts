import { onlyTakesAway } from '../domain/change-kinds.ts';
import type { VpnId, VrfName } from '../domain/names.ts';
import { exportTargetsOf, type PeView, type Unknown, type VrfView } from '../domain/network-view.ts';
import type { CounterExample } from '../domain/plan.ts';
import { FAMILIES } from '../domain/prefix.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { type ChangeUnderProof, COUNTER_EXAMPLES_MAX } from './change-under-proof.ts';
import { ofEachPe, vrfsByVpn } from './route-model.ts';

export interface JudgedUnknowns {
  /** What could touch the change: the proof is then `unknown`. */
  readonly undecided: readonly CounterExample[];
  /** The same, in words, for a removal: it closes whatever else is there. */
  readonly told: readonly string[];
  /** VRFs, as `VRF NAME at PE`, of which some part was not understood, whether or not it could touch the change. */
  readonly places: readonly string[];
}

/** What was not read and understood, held against where the change gives or takes routes. */
export function judgeUnknowns({ kind, after, subject, previous }: ChangeUnderProof): JudgedUnknowns {
  const parties = new Set([...subject.flows, ...(previous?.flows ?? [])].flatMap(({ from, to }) => [from, to]));
  const places = placesOf(after);
  const byVpn = vrfsByVpn(after);
  const taken = new Set(
    [...parties].flatMap((vpn) => byVpn.get(vpn) ?? []).flatMap(({ vrf }) => targetsOf(vrf, 'imports')),
  );
  const found = places.filter(({ pe, vrf, unknown }) => touches(pe, vrf, unknown, parties, taken));
  const undecided = found.map((place) => counterExample(place));
  const isRemoval = onlyTakesAway(kind);
  return {
    undecided: isRemoval ? [] : undecided,
    told: isRemoval ? undecided.map(({ sentence }) => sentence).slice(0, COUNTER_EXAMPLES_MAX) : [],
    places: [...new Set(places.map(({ pe, vrf, unknown }) => nameOf(pe, vrf, unknown)))],
  };
}

interface Place {
  readonly pe: PeView;
  /** null: outside of any VRF. */
  readonly vrf: VrfView | null;
  readonly unknown: Unknown;
  /** What to do about it. */
  readonly remedy: string;
}

const placesOf = ofEachPe((vrfs, pe) => {
  const places: Place[] = [];
  for (const unknown of pe.unknowns ?? []) places.push({ pe, vrf: null, unknown, remedy: remedyFor(unknown) });
  for (const { vrf } of vrfs) {
    for (const unknown of vrf.unknowns ?? []) {
      places.push({ pe, vrf: unknown.ofRouter ? null : vrf, unknown, remedy: remedyFor(unknown) });
    }
    for (const why of vrf.anomalies)
      places.push({ pe, vrf, unknown: { path: '', reach: 'vrf', why }, remedy: HAND_EDIT });
  }
  return places;
});

/** A VRF that gives routes to a party may give more of them than is known. */
function touches(
  pe: PeView,
  vrf: VrfView | null,
  { reach }: Unknown,
  parties: ReadonlySet<VpnId>,
  taken: ReadonlySet<RouteTarget>,
): boolean {
  const isParty = ({ vpn }: VrfView) => vpn !== null && parties.has(vpn);
  if (reach === 'network') return true;
  if (reach === 'router' || vrf === null) return pe.vrfs.some(isParty);
  return isParty(vrf) || targetsOf(vrf, 'exports').some((target) => taken.has(target));
}

function targetsOf({ operator, share }: VrfView, direction: 'imports' | 'exports'): RouteTarget[] {
  return FAMILIES.flatMap((family) => {
    const [theirs, ours] = [operator[family], share[family]];
    return direction === 'imports'
      ? [...(theirs?.importRouteTargets ?? []), ...(ours?.imports ?? [])]
      : [...exportTargetsOf(theirs), ...(ours?.exports ?? []).map(({ routeTarget }) => routeTarget)];
  });
}

function nameOf(pe: PeView, vrf: VrfView | null, { vrf: named }: Unknown): string {
  const name = vrf?.name ?? named;
  return name === undefined ? pe.name : `VRF ${name} at ${pe.name}`;
}

const RISKS = {
  network: 'so whether it would take the new routes, or give others their route target, is not known',
  router: 'so whether the new routes would be in other tables of this router is not known',
  vrf: 'so where the routes of this VRF go, and which come into it, is not known',
} as const;

function counterExample({ pe, vrf, unknown, remedy }: Place): CounterExample {
  const { path, why, reach } = unknown;
  const what = path === '' ? why : `\`${path}\` ${why}`;
  const sentence = `${nameOf(pe, vrf, unknown)}: ${what}, ${RISKS[reach]}; ${remedy}`;
  const place = vrf?.name ?? unknown.vrf ?? pe.vrfs[0]?.name ?? ('default' as VrfName);
  return { pe: pe.name, vrf: place, routeTarget: null, prefix: null, sentence };
}

const HAND_EDIT = 'undo on the router what was edited by hand';

function remedyFor({ path, vrf }: Unknown): string {
  if (path === '' && vrf !== undefined) {
    return 'let the login of wasl read it, put the VRF on the router, or take it out of the inventory';
  }
  return 'state on the router in plain route targets what it does, or take it away';
}
