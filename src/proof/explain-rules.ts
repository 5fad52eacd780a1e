import type { ExportRule } from '../domain/network-view.ts';
import { FAMILIES, familyOf, type Prefix } from '../domain/prefix.ts';
import { type RouteTarget, shortForm } from '../domain/route-target.ts';
import type { VrfAtPe } from './route-model.ts';

/** How a rule with a number of wasl's pool is called. Who configured it no router tells: wasl, or somebody by hand. */
export interface PoolWords {
  readonly export: string;
  readonly import: string;
}
const POOL_WORDS: PoolWords = { export: "an export of wasl's pool", import: "an import of wasl's pool" };

/** What of a VRF's configuration puts a route target on a prefix, a sentence each; none: nothing does. */
export function exportedBy(
  { pe, vrf }: VrfAtPe,
  prefix: Prefix | null,
  target: RouteTarget | null,
  words = POOL_WORDS,
): string[] {
  if (target === null) return [];
  const at = `VRF ${vrf.name} at ${pe} puts ${shortForm(target)} on`;
  return familiesOf(prefix).flatMap((family) => {
    const isOperators = vrf.operator[family]?.exportRouteTargets.includes(target) === true;
    const byRules = (rules: readonly ExportRule[], whose: string) =>
      rules
        .filter(({ routeTarget }) => routeTarget === target)
        .flatMap(({ scope }) => {
          if (scope === 'whole-vpn') return [`${at} all its ${family} routes (${whose})`];
          if (prefix === null) return [`${at} ${scope.length} of its ${family} prefixes (${whose})`];
          return scope.includes(prefix) ? [`${at} ${prefix} (${whose})`] : [];
        });
    return [
      ...(isOperators ? [`${at} all its ${family} routes (the operator's export route target)`] : []),
      ...byRules(vrf.operator[family]?.exportRules ?? [], "the operator's export rule"),
      ...byRules(vrf.share[family]?.exports ?? [], words.export),
    ];
  });
}

/** What of a VRF's configuration takes routes with a route target, a sentence each. */
export function importedBy(
  { pe, vrf }: VrfAtPe,
  prefix: Prefix | null,
  target: RouteTarget | null,
  words = POOL_WORDS,
): string[] {
  if (target === null) return [];
  return familiesOf(prefix).flatMap((family) => {
    const operator = vrf.operator[family];
    const policies = operator?.importPolicies ?? [];
    const narrowed = policies.length === 0 ? '' : `, through import policy ${policies.join(', ')}`;
    const at = `VRF ${vrf.name} at ${pe} imports ${shortForm(target)} for ${family}`;
    return [
      ...(operator?.importRouteTargets.includes(target) ? [`${at} (the operator's import${narrowed})`] : []),
      ...(vrf.share[family]?.imports.includes(target) ? [`${at} (${words.import}${narrowed})`] : []),
    ];
  });
}

const familiesOf = (prefix: Prefix | null) => (prefix === null ? FAMILIES : [familyOf(prefix)]);
