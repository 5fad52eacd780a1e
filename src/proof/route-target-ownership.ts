import { onlyTakesAway } from '../domain/change-kinds.ts';
import { exportTargetsOf } from '../domain/network-view.ts';
import type { CounterExample, Proof } from '../domain/plan.ts';
import { FAMILIES } from '../domain/prefix.ts';
import type { RealisedFlow } from '../domain/request.ts';
import { type RouteTarget, shortForm } from '../domain/route-target.ts';
import {
  anchorVrf,
  approvedFlows,
  type ChangeUnderProof,
  listCounterExamples,
  ownTargets,
  type RouteChange,
} from './change-under-proof.ts';
import { anomalyMentions, policyMentions } from './operator-policies.ts';
import { ofEachPe, type VrfAtPe } from './route-model.ts';

/**
 * Each flow's route target is its own: no other flow or interconnect has it, no operator's configuration names it, and after the
 * change only the flow's two VPNs carry it, for the approved prefixes. Holds for whatever routes the VRFs may have.
 */
export function proveRouteTargetOwnership(change: ChangeUnderProof, { before, after }: RouteChange): Proof {
  const own = ownTargets(change);
  // A removal closes; a foreign use of the route target is told to the reader, but must not keep the interconnect open.
  const tellOnly = onlyTakesAway(change.kind);
  const carriers = after.carriers(own);
  const foreign = [
    ...carriers.flatMap((at) => operatorUse(at, own)),
    ...withTexts(change.after).flatMap((at) => [
      ...policyMentions(at, own).map((mention) => named(at, mention)),
      ...(tellOnly ? [] : anomalyMentions(at, own).map((mention) => named(at, mention))),
    ]),
  ];
  const leftovers =
    change.kind === 'provision' || change.kind === 'resume' ? leftoverUse(before.carriers(own), own) : [];
  const misuse = carriers.flatMap((at) => waslUse(at, own, approvedFlows(change)));
  const found = [...(tellOnly ? [] : [...foreign, ...sharedTargets(change)]), ...leftovers, ...misuse];
  return {
    name: 'route-target-ownership',
    verdict: found.length > 0 ? 'fail' : 'pass',
    assumptions: tellOnly ? foreign.map(({ sentence }) => `${sentence}: it stays there after the removal`).sort() : [],
    counterExamples: listCounterExamples(found),
  };
}

/** Where something stands that is compared as text; most VRFs have nothing of the kind. */
const withTexts = ofEachPe((vrfs) =>
  vrfs.filter(({ vrf }) => vrf.anomalies.length > 0 || Object.keys(vrf.policyTexts).length > 0),
);

function operatorUse(at: VrfAtPe, own: ReadonlySet<RouteTarget>): CounterExample[] {
  return FAMILIES.flatMap((family) => {
    const operator = at.vrf.operator[family];
    const uses = (targets: readonly RouteTarget[] | undefined, how: string) =>
      (targets ?? []).filter((target) => own.has(target)).map((target) => sighting(at, target, `${how} for ${family}`));
    return [...uses(operator?.importRouteTargets, 'is imported'), ...uses(exportTargetsOf(operator), 'is exported')];
  });
}

const named = (at: VrfAtPe, { target, where }: ReturnType<typeof policyMentions>[number]) =>
  sighting(at, target, `is named in ${where}`);

function sighting({ pe, vrf }: VrfAtPe, target: RouteTarget, how: string): CounterExample {
  const sentence = `route target ${shortForm(target)} ${how} by the operator's configuration of VRF ${vrf.name} at ${pe}`;
  return { pe, vrf: vrf.name, routeTarget: target, prefix: null, sentence };
}

/** A fresh route target is nowhere before its first use. */
function leftoverUse(carriers: readonly VrfAtPe[], own: ReadonlySet<RouteTarget>): CounterExample[] {
  return carriers.flatMap(({ pe, vrf }) =>
    targetsOfWasl({ pe, vrf })
      .filter((target) => own.has(target))
      .map((target) => {
        const sentence = `VRF ${vrf.name} at ${pe} already carries route target ${shortForm(target)}, which should be fresh`;
        return { pe, vrf: vrf.name, routeTarget: target, prefix: null, sentence };
      }),
  );
}

function targetsOfWasl({ vrf }: VrfAtPe): RouteTarget[] {
  return FAMILIES.flatMap((family) => {
    const { imports = [], exports = [] } = vrf.share[family] ?? {};
    return [...imports, ...exports.map((rule) => rule.routeTarget)];
  });
}

/** Imports only in the taking VPN; exports only in the giving one, and no wider than approved. */
function waslUse(
  { pe, vrf }: VrfAtPe,
  own: ReadonlySet<RouteTarget>,
  flows: readonly RealisedFlow[],
): CounterExample[] {
  const found: CounterExample[] = [];
  const report = (target: RouteTarget, prefix: CounterExample['prefix'], what: string) =>
    found.push({ pe, vrf: vrf.name, routeTarget: target, prefix, sentence: `VRF ${vrf.name} at ${pe} would ${what}` });
  for (const family of FAMILIES) {
    const { imports = [], exports = [] } = vrf.share[family] ?? {};
    for (const target of imports) {
      if (!own.has(target)) continue;
      const taken = flows.some((flow) => flow.routeTarget === target && flow.to === vrf.vpn);
      if (!taken) report(target, null, `import ${shortForm(target)} without approval`);
    }
    for (const { routeTarget, scope } of exports) {
      if (!own.has(routeTarget)) continue;
      const flow = flows.find((one) => one.routeTarget === routeTarget && one.from === vrf.vpn);
      if (flow === undefined) report(routeTarget, null, `export ${shortForm(routeTarget)} without approval`);
      else if (flow.prefixes !== 'whole-vpn') {
        if (scope === 'whole-vpn') report(routeTarget, null, `export its whole VPN with ${shortForm(routeTarget)}`);
        else {
          const approved = new Set(flow.prefixes);
          for (const prefix of scope) {
            if (!approved.has(prefix)) report(routeTarget, prefix, `share ${prefix}, which was not approved`);
          }
        }
      }
    }
  }
  return found;
}

/** Route-target reuse is the classic transitive leak: two flows with one route target join four VPNs. */
function sharedTargets({ after, subject, others }: ChangeUnderProof): CounterExample[] {
  const wanted = new Set(subject.flows.map((flow) => flow.routeTarget));
  const holders = new Map<RouteTarget, string>();
  for (const other of others) {
    if (other.id === subject.id) continue;
    for (const { routeTarget } of other.flows) if (wanted.has(routeTarget)) holders.set(routeTarget, other.id);
  }
  const found: CounterExample[] = [];
  for (const flow of subject.flows) {
    const holder = holders.get(flow.routeTarget);
    const at = anchorVrf(after, flow.from, flow.to);
    if (holder !== undefined && at !== null) {
      const sentence = `route target ${shortForm(flow.routeTarget)} of ${flow.from} to ${flow.to} already belongs to a flow of ${holder}`;
      found.push({ pe: at.pe, vrf: at.vrf.name, routeTarget: flow.routeTarget, prefix: null, sentence });
    }
    holders.set(flow.routeTarget, subject.id);
  }
  return found;
}
