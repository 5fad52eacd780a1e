import type { Lifecycle } from '../domain/lifecycle.ts';
import type { ChangeId, PeName, PersonId, PlanId, VrfName } from '../domain/names.ts';
import {
  canonicalExtranet,
  type Extranet,
  type NetworkView,
  type PeView,
  type VrfView,
} from '../domain/network-view.ts';
import type { ChangeKind, Plan, Procedure, RouterPlan, VrfDelta } from '../domain/plan.ts';
import { FAMILIES, type Family } from '../domain/prefix.ts';
import type { RealisedInterconnect } from '../domain/request.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';
import { type ChangeUnderProof, isRemoval, ownTargets } from '../proof/change-under-proof.ts';
import { proveChange } from '../proof/prove-change.ts';
import { checkOriginated, composeExtranets } from './compose-extranets.ts';
import { diffExtranets, joinExtranets, withoutTargets } from './delta.ts';
import { describeDifference } from './describe-operation.ts';
import { digestPlan } from './digest.ts';
import { operatorDigest, operatorPart } from './operator-digest.ts';
import { planProbes } from './plan-probes.ts';
import { replaceExtranets } from './replace-extranets.ts';

export type OnNetwork = RealisedInterconnect & { readonly lifecycle?: Lifecycle };

export interface PlanInput {
  readonly view: NetworkView;
  readonly kind: ChangeKind;
  /** For provision, modify and resume as it shall be; for withdraw and suspend as it is on the network. */
  readonly subject: RealisedInterconnect;
  /** For `modify`: the interconnect as it is on the network. */
  readonly previous?: RealisedInterconnect;
  /**
   * The others that are or may be on the network; the subject among them is ignored. One whose lifecycle is given and not `active`
   * has a change in hand: it may or may not be on the routers, and stays as it is read.
   */
  readonly active: readonly OnNetwork[];
  readonly procedures: ReadonlyMap<PeName, Procedure>;
  readonly id: PlanId;
  readonly changeId: ChangeId;
  readonly window: Plan['window'];
  readonly createdAt: string;
  readonly createdBy: PersonId;
}

/**
 * The plan of one change. Equal inputs give equal digests. The proofs may have failed: their verdicts are the caller's gate.
 * Throws PLAN_EMPTY, VRF_DRIFTED, VRF_MISSING, PREFIX_NOT_ORIGINATED, PREFIX_DEFAULT_ROUTE, ROUTER_CAPABILITY.
 */
export function planChange(input: PlanInput): Plan {
  const { view, kind, subject, id, changeId, createdAt, createdBy, window } = input;
  if (!isRemoval(kind)) checkOriginated(view, subject);
  const others = input.active.filter((other) => other.id !== subject.id);
  const own = ownTargets(input);

  const wanted = wantedExtranets(input, own);
  const touched = findTouched(view, wanted);
  if (touched.size === 0) {
    throw new WaslError('PLAN_EMPTY', `to ${kind} ${subject.id} changes nothing on any router`, { path: subject.id });
  }
  checkClean(input, own, touched);

  const change: ChangeUnderProof = {
    kind,
    before: view,
    after: replaceExtranets(view, (pe, vrf) => wanted.get(pe)?.get(vrf)),
    subject,
    previous: input.previous,
    others,
  };
  const { gained, lost, proofs } = proveChange(change);
  const plan = {
    changeId,
    interconnectId: subject.id,
    kind,
    routers: view.pes.filter((pe) => touched.has(pe.name)).map((pe) => planRouter(input, pe, wanted, touched)),
    gained,
    lost,
    proofs,
    probes: planProbes(change.after, { gained, lost }, new Set(touched.keys())),
    window,
  };
  return { id, ...plan, createdAt, createdBy, digest: digestPlan(plan) };
}

type Wanted = ReadonlyMap<PeName, ReadonlyMap<VrfName, Extranet>>;
type Touched = ReadonlyMap<PeName, ReadonlySet<VrfName>>;

/**
 * What runs, with the change's own route targets replaced by what the subject implies. Where nothing drifted (`checkClean`) this
 * is the composition of all interconnects; a removal also finds what is left on a VRF that no flow implies any more.
 */
function wantedExtranets({ view, kind, subject }: PlanInput, own: ReadonlySet<RouteTarget>): Wanted {
  const composed = composeExtranets(view, isRemoval(kind) ? [] : [subject]);
  return new Map(
    view.pes.map(({ name, vrfs }) => [
      name,
      new Map(
        vrfs.map((vrf) => [
          vrf.name,
          joinExtranets(withoutTargets(vrf.extranet, own), composed.get(name)?.get(vrf.name) ?? {}),
        ]),
      ),
    ]),
  );
}

function findTouched(view: NetworkView, wanted: Wanted): Touched {
  const touched = view.pes.map(({ name, vrfs }): [PeName, ReadonlySet<VrfName>] => {
    const differs = ({ name: vrf, extranet }: VrfView) =>
      diffExtranets(extranet, wanted.get(name)?.get(vrf) ?? {}).length > 0;
    return [name, new Set(vrfs.filter(differs).map((vrf) => vrf.name))];
  });
  return new Map(touched.filter(([, vrfs]) => vrfs.size > 0));
}

/**
 * A VRF that is to be edited holds what the other interconnects imply and nothing that wasl would not render. A removal only asks
 * for the latter: it takes its own away and leaves the rest as read, because an end must not wait for somebody else's repair.
 */
function checkClean(input: PlanInput, own: ReadonlySet<RouteTarget>, touched: Touched): void {
  const { view, kind, subject } = input;
  const others = input.active.filter((other) => other.id !== subject.id);
  const implied = composeExtranets(view, others);
  const unsettled = others.filter(({ lifecycle }) => lifecycle !== undefined && lifecycle !== 'active');
  const ignored = new Set([...own, ...unsettled.flatMap((other) => other.flows.map((flow) => flow.routeTarget))]);
  const differences: string[] = [];
  for (const { name, vrfs } of view.pes) {
    for (const vrf of vrfs) {
      if (!touched.get(name)?.has(vrf.name)) continue;
      const where = `VRF ${vrf.name} at ${name}`;
      differences.push(...vrf.anomalies.map((anomaly) => `${where}: ${anomaly}`));
      if (isRemoval(kind)) continue;
      const expected = withoutTargets(implied.get(name)?.get(vrf.name) ?? {}, ignored);
      const found = withoutTargets(vrf.extranet, ignored);
      differences.push(...diffExtranets(expected, found).map((one) => `${where} ${describeDifference(one)}`));
    }
  }
  const [first] = differences;
  if (first === undefined) return;
  const more = differences.length > 1 ? ` (and ${differences.length - 1} more)` : '';
  throw new WaslError('VRF_DRIFTED', `${first}${more}`, { path: subject.id, details: { differences } });
}

function planRouter({ procedures }: PlanInput, pe: PeView, wanted: Wanted, touched: Touched): RouterPlan {
  const procedure = procedures.get(pe.name);
  if (procedure === undefined) {
    throw new WaslError('ROUTER_CAPABILITY', `no procedure is known for ${pe.name}`, { path: pe.name });
  }
  const vrfs = pe.vrfs
    .filter((vrf) => touched.get(pe.name)?.has(vrf.name))
    .map((vrf): VrfDelta => {
      const after = wanted.get(pe.name)?.get(vrf.name) ?? {};
      const operations = diffExtranets(vrf.extranet, after);
      // In the families of `after`, so that before and after compare as text.
      const before = canonicalExtranet(vrf.extranet, familiesOf(after));
      return { vrf: vrf.name, vpn: vrf.vpn, operator: operatorPart(vrf), before, after, operations };
    });
  return { pe: pe.name, platform: pe.platform, procedure, baseDigest: operatorDigest(pe.vrfs), vrfs };
}

function familiesOf(extranet: Extranet): Family[] {
  return FAMILIES.filter((family) => extranet[family] !== undefined);
}
