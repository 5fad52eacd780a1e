import type { Digest } from '../domain/canonical-json.ts';
import type { LeftRouter } from '../domain/change.ts';
import { CHANGE_KIND_RULES, onlyTakesAway } from '../domain/change-kinds.ts';
import type { ChangeId, InterconnectId, PeName, PersonId, PlanId, VrfName } from '../domain/names.ts';
import { canonicalShare, type NetworkView, type PeView, type VrfShare, type VrfView } from '../domain/network-view.ts';
import type { ObservedTables, TableSizes } from '../domain/observed-routes.ts';
import type { ChangeKind, Plan, Procedure, RouterPlan, VrfDelta } from '../domain/plan.ts';
import { FAMILIES, type Family } from '../domain/prefix.ts';
import type { RealisedInterconnect } from '../domain/request.ts';
import { compareRouteTargets, type RouteTarget } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';
import { type ChangeUnderProof, ownTargets } from '../proof/change-under-proof.ts';
import { proveChange } from '../proof/prove-change.ts';
import { RouteIndex } from '../proof/route-index.ts';
import { checkOriginated, composeShares } from './compose-shares.ts';
import { diffShares, joinShares } from './delta.ts';
import { digestPlan } from './digest.ts';
import { type CoveredVrfs, checkClean, type Touched, tellOddities } from './drift.ts';
import { operatorDigest, operatorPart } from './operator-digest.ts';
import { planProbes } from './plan-probes.ts';
import { remainingReach } from './remaining-reach.ts';
import { carriesAny, holdsRemnants, isAttachedTo, isEmpty, withoutOwn } from './remnants.ts';
import { replaceShares } from './replace-shares.ts';
import { tellOneRemove } from './tell-one-remove.ts';
import { tellStrangers } from './tell-strangers.ts';

export type OnNetwork = RealisedInterconnect & {
  /** false: it has a change in hand, so that it may or may not be on the routers, and stays as it is read. */
  readonly settled?: boolean;
};

export interface PlanInput {
  /** Every PE; for a removal those that could be read. */
  readonly view: NetworkView;
  readonly kind: ChangeKind;
  /** For provision, modify and resume as it shall be; for withdraw and suspend as it is on the network. */
  readonly subject: RealisedInterconnect;
  /** For `modify`: the interconnect as it is on the network. */
  readonly previous?: RealisedInterconnect;
  /** The others that are or may be on the network; the subject among them is ignored. */
  readonly active: readonly OnNetwork[];
  readonly procedures: ReadonlyMap<PeName, Procedure>;
  readonly id: PlanId;
  readonly changeId: ChangeId;
  readonly window: Plan['window'];
  readonly inventoryVersion?: number;
  readonly inventoryDigest?: Digest;
  /** Of a removal: PEs that carry the interconnect and could not be read. */
  readonly left?: readonly LeftRouter[];
  /** What reading the network brought up and what keeps nothing from being done. */
  readonly told?: readonly string[];
  /** Where the others' plans put something. Not given: wherever the inventory has their VPNs. */
  readonly covered?: CoveredVrfs;
  /** What the VRFs that take hold in their tables now. Not given: nobody looked. */
  readonly held?: ObservedTables;
  /** How many routes those hold that may hold no more than so many. */
  readonly sizes?: TableSizes;
  readonly createdAt: string;
  readonly createdBy: PersonId;
}

/**
 * The plan of one change. Equal inputs give equal digests. The proofs may have failed: their verdicts are the caller's gate.
 * Throws PLAN_EMPTY, VRF_MISSING, ROUTER_CAPABILITY; what opens also VRF_DRIFTED, PREFIX_NOT_ORIGINATED, PREFIX_DEFAULT_ROUTE.
 */
export function planChange(input: PlanInput): Plan {
  const { view, kind, subject, id, changeId, createdAt, createdBy, window, inventoryVersion, inventoryDigest } = input;
  const removes = onlyTakesAway(kind);
  if (!removes) checkOriginated(view, subject);
  const others = input.active.filter((other) => other.id !== subject.id);
  const own = ownTargets(input);

  const wanted = wantedShares(input, own);
  const touched = findTouched(input, wanted, own);
  if (touched.size === 0) {
    // Of what was nowhere before.
    if (!removes && !CHANGE_KIND_RULES[kind].from.includes('active')) refuseTypedByHand(view, subject.id, own);
    throw new WaslError('PLAN_EMPTY', `to ${kind} ${subject.id} changes nothing on any router`, { path: subject.id });
  }
  const oddities = removes ? tellOddities(input, own, touched, wanted) : checkClean(input, own, touched);

  const change: ChangeUnderProof = {
    kind,
    before: view,
    after: replaceShares(view, (pe, vrf) => (touched.get(pe)?.has(vrf) ? wanted.get(pe)?.get(vrf) : undefined)),
    subject,
    previous: input.previous,
    others,
    held: input.held,
    sizes: input.sizes,
  };
  const { gained, lost, proofs, toAccept, told } = proveChange(change);
  const remains = removes ? remainingReach(change.after, lost, others) : [];
  const plan = {
    changeId,
    interconnectId: subject.id,
    kind,
    routers: view.pes.filter((pe) => touched.has(pe.name)).map((pe) => planRouter(input, pe, wanted, touched, own)),
    gained,
    lost,
    proofs,
    probes: planProbes(change, { gained, lost }, new Set(touched.keys())),
    window,
    ...(inventoryVersion === undefined ? {} : { inventoryVersion }),
    ...(inventoryDigest === undefined ? {} : { inventoryDigest }),
    left: input.left ?? [],
    remains,
    told: [
      ...[...(input.told ?? []), ...oddities, ...told],
      ...(removes ? [] : [...tellStrangers(view, subject, others), ...tellOneRemove(change.after, gained)]),
    ],
    ...(toAccept.length === 0 ? {} : { toAccept }),
  };
  return { id, ...plan, createdAt, createdBy, digest: digestPlan(plan) };
}

/** Nothing is to be done where all of it is there already; but nobody has approved that, and nobody would take it away. */
function refuseTypedByHand(view: NetworkView, id: InterconnectId, own: ReadonlySet<RouteTarget>): void {
  const there = view.pes.filter(({ vrfs }) => vrfs.some((vrf) => carriesAny(vrf, own))).map(({ name }) => name);
  if (there.length === 0) return;
  throw new WaslError('VRF_DRIFTED', `all of ${id} is there already, and not by wasl: ${there.join(', ')}`, {
    path: id,
    remedy: 'Find out who typed it, and take it away on these routers.',
  });
}

type Wanted = ReadonlyMap<PeName, ReadonlyMap<VrfName, VrfShare>>;

/**
 * What runs, with the change's own route targets replaced by what the subject implies; only of VRFs that the change may concern. Where
 * nothing drifted (`checkClean`) this is the composition of all interconnects; a removal also finds what is left on a VRF that no flow
 * implies any more.
 */
function wantedShares({ view, kind, subject, active }: PlanInput, own: ReadonlySet<RouteTarget>): Wanted {
  const removes = onlyTakesAway(kind);
  const composed = composeShares(view, removes ? [] : [subject], (vrf) => isConcerned(vrf, subject));
  const others = removes ? active.filter(({ id }) => id !== subject.id) : [];
  const flows = others.flatMap((other) => other.flows);
  const anywhere = new Set(flows.map((flow) => flow.routeTarget));
  const ofOthersIn = ({ vpn }: VrfView) => {
    const mine = flows.filter(({ from, to }) => from === vpn || to === vpn);
    return { anywhere, here: new Set(mine.map((flow) => flow.routeTarget)) };
  };
  const carriers = new Set(
    RouteIndex.of(view)
      .carriers(own)
      .map(({ vrf }) => vrf),
  );
  const mayChange = (vrf: VrfView) =>
    isConcerned(vrf, subject) ||
    carriers.has(vrf) ||
    (removes && vrf.anomalies.length + (vrf.objects?.length ?? 0) > 0);
  return new Map(
    view.pes.map(({ name, vrfs }) => [
      name,
      new Map(
        vrfs.filter(mayChange).map((vrf) => {
          const kept = withoutOwn(vrf, own, removes && isConcerned(vrf, subject) ? ofOthersIn(vrf) : null);
          return [vrf.name, joinShares(kept, composed.get(name)?.get(vrf.name) ?? {})];
        }),
      ),
    ]),
  );
}

const isConcerned = ({ vpn }: VrfView, { flows }: RealisedInterconnect) =>
  flows.some(({ from, to }) => from === vpn || to === vpn);

/**
 * For a removal also the VRFs where something stands under wasl's name that says nothing, or something else, by now; and those to which
 * somebody attached what goes.
 */
function findTouched({ view, kind, subject }: PlanInput, wanted: Wanted, own: ReadonlySet<RouteTarget>): Touched {
  const touched = view.pes.map(({ name, vrfs }): [PeName, ReadonlySet<VrfName>] => {
    const differs = (vrf: VrfView) => {
      const after = wanted.get(name)?.get(vrf.name);
      if (after === undefined) return false;
      if (diffShares(vrf.share, after).length > 0) return true;
      return onlyTakesAway(kind) && holdsRemnants(vrf, after, own, { whole: isConcerned(vrf, subject) });
    };
    const edited = vrfs.filter(differs);
    const isEmptied = (vrf: VrfName) => isEmpty(wanted.get(name)?.get(vrf) ?? {});
    const attached = onlyTakesAway(kind) ? vrfs.filter((vrf) => isAttachedTo(vrf, edited, isEmptied)) : [];
    return [name, new Set([...edited, ...attached].map((vrf) => vrf.name))];
  });
  return new Map(touched.filter(([, vrfs]) => vrfs.size > 0));
}

function planRouter(
  { procedures, kind }: PlanInput,
  pe: PeView,
  wanted: Wanted,
  touched: Touched,
  own: ReadonlySet<RouteTarget>,
): RouterPlan {
  const procedure = procedures.get(pe.name);
  if (procedure === undefined) {
    throw new WaslError('ROUTER_CAPABILITY', `no procedure is known for ${pe.name}`, { path: pe.name });
  }
  const vrfs = pe.vrfs
    .filter((vrf) => touched.get(pe.name)?.has(vrf.name))
    .map((vrf): VrfDelta => {
      const after = wanted.get(pe.name)?.get(vrf.name) ?? {};
      const operations = diffShares(vrf.share, after);
      // In the families of `after`, so that before and after compare as text.
      const before = canonicalShare(vrf.share, familiesOf(after));
      const anomalies = vrf.anomalies.length === 0 ? {} : { anomalies: vrf.anomalies };
      const retires = onlyTakesAway(kind) ? { retires: [...own].sort(compareRouteTargets) } : {};
      const where = { vrf: vrf.name, vpn: vrf.vpn, operator: operatorPart(vrf) };
      return { ...where, before, after, operations, ...anomalies, ...retires };
    });
  return { pe: pe.name, platform: pe.platform, procedure, baseDigest: operatorDigest(pe.vrfs), vrfs };
}

function familiesOf(share: VrfShare): Family[] {
  return FAMILIES.filter((family) => share[family] !== undefined);
}
