import { type Digest, digestOf } from '../domain/canonical-json.ts';
import { canonicalRules, type ExportRule, type OperatorFamily, type RunningVrf } from '../domain/network-view.ts';
import { ownMember } from '../domain/own-member.ts';
import type { OperatorPart } from '../domain/plan.ts';
import { FAMILIES } from '../domain/prefix.ts';
import { compareRouteTargets, type RouteTarget, shortForm } from '../domain/route-target.ts';

/** Digest of everything on a PE that is not wasl's, whatever order the router lists it in. */
export function operatorDigest(vrfs: readonly RunningVrf[]): Digest {
  // VRFs that name the same policy hold the same text.
  const digests = new Map<string, Digest>();
  return digestOf(Object.fromEntries(vrfs.map((vrf) => [vrf.name, operatorPart(vrf, digests)])));
}

/** Route targets are sets and sorted; policies keep their order, because it is their order of evaluation. */
export function operatorPart(
  { routeDistinguisher, operator, policyTexts, unknowns = [] }: RunningVrf,
  digests = new Map<string, Digest>(),
): OperatorPart {
  const families = FAMILIES.flatMap((family) => {
    const found = operator[family];
    return found === undefined ? [] : [[family, canonicalOperator(found)]];
  });
  const policies = Object.entries(policyTexts).map(([name, text]) => {
    const digest = digests.get(text) ?? digestOf(text);
    digests.set(text, digest);
    return [name, digest];
  });
  return {
    routeDistinguisher,
    operator: Object.fromEntries(families),
    policyDigests: Object.fromEntries(policies),
    ...(unknowns.length === 0 ? {} : { unknowns: unknowns.map(({ path, why }) => `${path} ${why}`) }),
  };
}

function canonicalOperator({
  importRouteTargets,
  exportRouteTargets,
  exportRules = [],
  importPolicies,
  exportPolicies,
}: OperatorFamily) {
  const sorted = (targets: readonly RouteTarget[]) => [...new Set(targets)].sort(compareRouteTargets);
  return {
    importRouteTargets: sorted(importRouteTargets),
    exportRouteTargets: sorted(exportRouteTargets),
    ...(exportRules.length === 0 ? {} : { exportRules: canonicalRules(exportRules) }),
    importPolicies,
    exportPolicies,
  };
}

/** What an operator changed in one VRF, in words; empty when nothing. */
export function describeOperatorChange(before: OperatorPart, after: OperatorPart): string[] {
  const changes: string[] = [];
  const compare = (what: string, old: string, now: string) => {
    if (old !== now) changes.push(`${what} was ${old}, is ${now}`);
  };
  const distinguisher = ({ routeDistinguisher: rd }: OperatorPart) => (rd === null ? 'none' : shortForm(rd));
  compare('the route distinguisher', distinguisher(before), distinguisher(after));
  for (const family of FAMILIES) {
    const [old, now] = [before.operator[family], after.operator[family]];
    if (old === undefined || now === undefined) {
      compare(family, old === undefined ? 'off' : 'on', now === undefined ? 'off' : 'on');
      continue;
    }
    compare(`${family} import`, targets(old.importRouteTargets), targets(now.importRouteTargets));
    compare(`${family} export`, targets(old.exportRouteTargets), targets(now.exportRouteTargets));
    compare(`${family} export rules`, rules(old.exportRules), rules(now.exportRules));
    compare(`${family} import policy`, names(old.importPolicies), names(now.importPolicies));
    compare(`${family} export policy`, names(old.exportPolicies), names(now.exportPolicies));
  }
  const policies = new Set([...Object.keys(before.policyDigests), ...Object.keys(after.policyDigests)]);
  for (const name of [...policies].sort()) {
    const [old, now] = [ownMember(before.policyDigests, name), ownMember(after.policyDigests, name)];
    if (old !== now) changes.push(`the text of policy ${name} ${now === undefined ? 'is gone' : 'changed'}`);
  }
  compare('what is not understood', names(before.unknowns ?? []), names(after.unknowns ?? []));
  return changes;
}

const targets = (list: readonly RouteTarget[]): string => names(list.map(shortForm));
const rules = (list: readonly ExportRule[] = []): string =>
  names(
    list.map(
      ({ routeTarget, scope }) =>
        `${shortForm(routeTarget)} on ${scope === 'whole-vpn' ? 'all routes' : scope.join(' ')}`,
    ),
  );
const names = (list: readonly string[]): string => (list.length === 0 ? 'none' : list.join(', '));
