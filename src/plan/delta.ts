import {
  canonicalShare,
  EMPTY_FAMILY_SHARE,
  type ExportRule,
  type ExportScope,
  type FamilyShare,
  type VrfShare,
} from '../domain/network-view.ts';
import type { DeltaOperation } from '../domain/plan.ts';
import { FAMILIES, type Family } from '../domain/prefix.ts';
import { compareRouteTargets, type RouteTarget, shortForm } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';

/** After minus before: at most one operation per family and object, in order of family, object and route target. */
export function diffShares(before: VrfShare, after: VrfShare): DeltaOperation[] {
  const [had, has] = [canonicalShare(before, FAMILIES), canonicalShare(after, FAMILIES)];
  return FAMILIES.flatMap((family) => {
    const [b, a] = [had[family] ?? EMPTY_FAMILY_SHARE, has[family] ?? EMPTY_FAMILY_SHARE];
    return [...diffImports(family, b.imports, a.imports), ...diffExports(family, b.exports, a.exports)];
  });
}

function diffImports(family: Family, before: readonly RouteTarget[], after: readonly RouteTarget[]): DeltaOperation[] {
  const [had, has] = [new Set(before), new Set(after)];
  return [...new Set([...before, ...after])]
    .sort(compareRouteTargets)
    .filter((routeTarget) => had.has(routeTarget) !== has.has(routeTarget))
    .map((routeTarget) => ({
      operation: has.has(routeTarget) ? 'create' : 'delete',
      object: 'import',
      family,
      routeTarget,
    }));
}

function diffExports(family: Family, before: readonly ExportRule[], after: readonly ExportRule[]): DeltaOperation[] {
  const [had, has] = [scopes(before), scopes(after)];
  return [...new Set([...had.keys(), ...has.keys()])]
    .sort(compareRouteTargets)
    .flatMap((routeTarget): DeltaOperation[] => {
      const [old, next] = [had.get(routeTarget), has.get(routeTarget)];
      const rule = { object: 'export-rule', family, routeTarget } as const;
      if (next === undefined) return old === undefined ? [] : [{ operation: 'delete', ...rule, scope: old }];
      if (old === undefined) return [{ operation: 'create', ...rule, scope: next }];
      return sameScope(old, next) ? [] : [{ operation: 'replace', ...rule, scope: next } as const];
    });
}

/** Before plus operations. Throws PLAN_STALE when an operation does not fit what is there: nothing is created twice or deleted blindly. */
export function applyOperations(share: VrfShare, operations: readonly DeltaOperation[]): VrfShare {
  const present = FAMILIES.filter((family) => share[family] !== undefined);
  const touched = operations.map((operation) => operation.family);
  const families = FAMILIES.filter((family) => present.includes(family) || touched.includes(family));
  const start = canonicalShare(share, families);
  const result: Partial<Record<Family, FamilyShare>> = {};
  for (const family of families) {
    const imports = new Set(start[family]?.imports);
    const exports = scopes(start[family]?.exports ?? []);
    for (const operation of operations) {
      if (operation.family !== family) continue;
      if (operation.object === 'import') applyImport(imports, operation);
      else applyExport(exports, operation);
    }
    result[family] = {
      imports: [...imports],
      exports: [...exports].map(([routeTarget, scope]) => ({ routeTarget, scope })),
    };
  }
  return canonicalShare(result, families);
}

/** The operations that lead back from `before` plus `operations` to `before`. */
export function reverseOperations(before: VrfShare, operations: readonly DeltaOperation[]): DeltaOperation[] {
  return diffShares(applyOperations(before, operations), before);
}

export function sameShare(a: VrfShare, b: VrfShare): boolean {
  return diffShares(a, b).length === 0;
}

/** The share without what belongs to the route targets; the families stay. */
export function withoutTargets(share: VrfShare, targets: ReadonlySet<RouteTarget>): VrfShare {
  return pickTargets(share, (target) => !targets.has(target));
}

/** Only what belongs to the route targets that are picked. */
export function pickTargets(share: VrfShare, picked: (target: RouteTarget) => boolean): VrfShare {
  const families = FAMILIES.filter((family) => share[family] !== undefined);
  const kept = families.map((family) => {
    const { imports, exports } = share[family] ?? EMPTY_FAMILY_SHARE;
    return [family, { imports: imports.filter(picked), exports: exports.filter((rule) => picked(rule.routeTarget)) }];
  });
  return canonicalShare(Object.fromEntries(kept), families);
}

export function joinShares(a: VrfShare, b: VrfShare): VrfShare {
  const families = FAMILIES.filter((family) => a[family] !== undefined || b[family] !== undefined);
  const joined = families.map((family) => {
    const [x, y] = [a[family] ?? EMPTY_FAMILY_SHARE, b[family] ?? EMPTY_FAMILY_SHARE];
    return [family, { imports: [...x.imports, ...y.imports], exports: [...x.exports, ...y.exports] }];
  });
  return canonicalShare(Object.fromEntries(joined), families);
}

function applyImport(imports: Set<RouteTarget>, operation: Extract<DeltaOperation, { object: 'import' }>): void {
  const { routeTarget } = operation;
  if (imports.has(routeTarget) === (operation.operation === 'create')) throw doesNotFit(operation);
  if (operation.operation === 'create') imports.add(routeTarget);
  else imports.delete(routeTarget);
}

function applyExport(
  exports: Map<RouteTarget, ExportScope>,
  operation: Extract<DeltaOperation, { object: 'export-rule' }>,
): void {
  const { routeTarget, scope } = operation;
  const known = exports.get(routeTarget);
  if ((known === undefined) !== (operation.operation === 'create')) throw doesNotFit(operation);
  if (operation.operation === 'delete') {
    if (known === undefined || !sameScope(known, scope)) throw doesNotFit(operation);
    exports.delete(routeTarget);
  } else exports.set(routeTarget, scope);
}

function doesNotFit({ operation, object, family, routeTarget }: DeltaOperation): WaslError {
  return new WaslError(
    'PLAN_STALE',
    `cannot ${operation} the ${object} of ${shortForm(routeTarget)} for ${family}: the VRF is not as planned`,
  );
}

function scopes(rules: readonly ExportRule[]): Map<RouteTarget, ExportScope> {
  return new Map(rules.map((rule) => [rule.routeTarget, rule.scope]));
}

/** Of canonical scopes. */
function sameScope(a: ExportScope, b: ExportScope): boolean {
  if (a === 'whole-vpn' || b === 'whole-vpn') return a === b;
  return a.length === b.length && a.every((prefix, index) => prefix === b[index]);
}
