/** Who puts a route target on what and who takes it, of a whole view, and what that becomes when some VRFs change. */
import { exportTargetsOf, localPrefixes, type NetworkView, type VrfView } from '../domain/network-view.ts';
import { FAMILIES, type Family, type Prefix } from '../domain/prefix.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { LayeredMap } from './layered-map.ts';
import { allVrfs, importsOf, ownerOf, type VrfAtPe } from './route-model.ts';

export interface Exporter {
  readonly at: VrfAtPe;
  readonly prefixes: readonly Prefix[];
}

/** Who puts a route target on which routes, and who takes routes with it; grouped by owner. */
export interface TargetUse {
  readonly exporters: ReadonlyMap<string, readonly Exporter[]>;
  readonly importers: ReadonlyMap<string, readonly VrfAtPe[]>;
}

export type TargetIndex = LayeredMap<RouteTarget, TargetUse>;

export function indexTargets(view: NetworkView, family: Family): TargetIndex {
  const index = new Map<RouteTarget, { exporters: Map<string, Exporter[]>; importers: Map<string, VrfAtPe[]> }>();
  const use = (target: RouteTarget) => {
    const known = index.get(target);
    if (known !== undefined) return known;
    const fresh = { exporters: new Map<string, Exporter[]>(), importers: new Map<string, VrfAtPe[]>() };
    index.set(target, fresh);
    return fresh;
  };
  for (const at of allVrfs(view)) {
    const owner = ownerOf(at);
    for (const [target, prefixes] of exportedBy(at.vrf, family)) push(use(target).exporters, owner, { at, prefixes });
    for (const target of importsOf(at.vrf, family)) push(use(target).importers, owner, at);
  }
  return new LayeredMap<RouteTarget, TargetUse>(index);
}

/** Route target -> every VRF whose configuration has it as such, in any family, whether or not a route bears it. */
export type Carriers = LayeredMap<RouteTarget, readonly VrfAtPe[]>;

export function indexCarriers(view: NetworkView): Carriers {
  const carriers = new Map<RouteTarget, VrfAtPe[]>();
  for (const at of allVrfs(view)) for (const target of targetsOf(at.vrf)) push(carriers, target, at);
  return new LayeredMap<RouteTarget, readonly VrfAtPe[]>(carriers);
}

export function moveCarriers(carriers: Carriers, moved: readonly MovedVrf[]): Carriers {
  const changes = new Map<RouteTarget, readonly VrfAtPe[] | undefined>();
  const of = (target: RouteTarget) => (changes.has(target) ? changes.get(target) : carriers.get(target)) ?? [];
  for (const [old, now] of moved) {
    for (const target of old === null ? [] : targetsOf(old.vrf)) {
      const left = of(target).filter(({ pe, vrf }) => pe !== old?.pe || vrf.name !== old.vrf.name);
      changes.set(target, left.length === 0 ? undefined : left);
    }
    if (now !== null) for (const target of targetsOf(now.vrf)) changes.set(target, [...of(target), now]);
  }
  return carriers.with(changes);
}

/** All that a VRF imports or exports, the operator's and wasl's, with an announced prefix or without. */
export function targetsOf(vrf: VrfView): ReadonlySet<RouteTarget> {
  const targets = new Set<RouteTarget>();
  for (const family of FAMILIES) {
    for (const target of vrf.operator[family]?.importRouteTargets ?? []) targets.add(target);
    for (const target of exportTargetsOf(vrf.operator[family])) targets.add(target);
    for (const target of vrf.share[family]?.imports ?? []) targets.add(target);
    for (const rule of vrf.share[family]?.exports ?? []) targets.add(rule.routeTarget);
  }
  return targets;
}

export type MovedVrf = readonly [old: VrfAtPe | null, now: VrfAtPe | null];

/** VRFs that are other objects in the two views, or in one of them only. */
export function differingVrfs(before: NetworkView, after: NetworkView): MovedVrf[] {
  const moved: MovedVrf[] = [];
  const left = new Map(before.pes.map((pe) => [pe.name, pe]));
  for (const { name: pe, vrfs } of after.pes) {
    const had = left.get(pe)?.vrfs ?? [];
    left.delete(pe);
    if (had === vrfs) continue;
    const byName = new Map(had.map((vrf) => [vrf.name, vrf]));
    for (const vrf of vrfs) {
      const old = byName.get(vrf.name);
      byName.delete(vrf.name);
      if (old !== vrf) moved.push([old === undefined ? null : { pe, vrf: old }, { pe, vrf }]);
    }
    for (const vrf of byName.values()) moved.push([{ pe, vrf }, null]);
  }
  for (const { name: pe, vrfs } of left.values()) for (const vrf of vrfs) moved.push([{ pe, vrf }, null]);
  return moved;
}

/** The index with VRFs changed, and the route targets whose use is another one by it. */
export function moveVrfs(
  index: TargetIndex,
  moved: readonly MovedVrf[],
  family: Family,
): { readonly index: TargetIndex; readonly targets: readonly RouteTarget[] } {
  const changes = new Map<RouteTarget, TargetUse | undefined>();
  const of = (target: RouteTarget) => (changes.has(target) ? changes.get(target) : index.get(target));
  for (const [old, now] of moved) {
    const exported = { old: old && exportedBy(old.vrf, family), now: now && exportedBy(now.vrf, family) };
    const imported = { old: old && importsOf(old.vrf, family), now: now && importsOf(now.vrf, family) };
    const named = [exported.old, exported.now, imported.old, imported.now].flatMap((some) => [...(some?.keys() ?? [])]);
    for (const target of new Set(named)) {
      const prefixes = exported.now?.get(target);
      const exporter = now !== null && prefixes !== undefined ? { at: now, prefixes } : null;
      const importer = now !== null && imported.now?.has(target) ? now : null;
      const use = {
        exporters: replaced(of(target)?.exporters, old, now, exporter, (one) => one.at),
        importers: replaced(of(target)?.importers, old, now, importer, (one) => one),
      };
      changes.set(target, use.exporters.size + use.importers.size === 0 ? undefined : use);
    }
  }
  const targets = [...changes].filter(([target, use]) => !sameUse(use, index.get(target))).map(([target]) => target);
  return { index: index.with(changes), targets };
}

/** In the place where the old one stood, so that an untouched order stays one. */
function replaced<T>(
  byOwner: ReadonlyMap<string, readonly T[]> | undefined,
  old: VrfAtPe | null,
  now: VrfAtPe | null,
  entry: T | null,
  placeOf: (one: T) => VrfAtPe,
): ReadonlyMap<string, readonly T[]> {
  const [was, is] = [old && ownerOf(old), now && ownerOf(now)];
  const place =
    old === null || was === null ? -1 : (byOwner?.get(was) ?? []).findIndex((one) => sameVrf(placeOf(one), old));
  if (place < 0 && entry === null) return byOwner ?? new Map();
  const result = new Map(byOwner);
  const stays = was === is && place >= 0 && entry !== null;
  if (was !== null && place >= 0) {
    const list = [...(result.get(was) ?? [])];
    list.splice(place, 1, ...(stays && entry !== null ? [entry] : []));
    if (list.length === 0) result.delete(was);
    else result.set(was, list);
  }
  if (!stays && entry !== null && is !== null) result.set(is, [...(result.get(is) ?? []), entry]);
  return result;
}

/** Route target -> local prefixes that carry it. */
export function exportedBy(vrf: VrfView, family: Family): Map<RouteTarget, readonly Prefix[]> {
  const result = new Map<RouteTarget, readonly Prefix[]>();
  const local = localPrefixes(vrf, family);
  if (local.length === 0) return result;
  const announced = asSet(local);
  const rules = [...(vrf.share[family]?.exports ?? []), ...(vrf.operator[family]?.exportRules ?? [])];
  for (const { routeTarget, scope } of rules) {
    const shared = scope === 'whole-vpn' ? local : scope.filter((prefix) => announced.has(prefix));
    const known = result.get(routeTarget) ?? [];
    const all = known.length === 0 ? shared : [...new Set([...known, ...shared])];
    if (all.length > 0) result.set(routeTarget, all);
  }
  for (const routeTarget of vrf.operator[family]?.exportRouteTargets ?? []) result.set(routeTarget, local);
  return result;
}

/** Up to here a list is looked through faster than a set of it is made. */
const LIST_MAX = 32;

export const gives = ({ prefixes }: Exporter, prefix: Prefix) =>
  prefixes.length > LIST_MAX ? asSet(prefixes).has(prefix) : prefixes.includes(prefix);

export const givesAny = (exporters: readonly Exporter[], prefix: Prefix) => exporters.some((one) => gives(one, prefix));

const sets = new WeakMap<readonly Prefix[], ReadonlySet<Prefix>>();

/** Of what a VRF announces, which is asked for at every change. */
export function asSet(prefixes: readonly Prefix[]): ReadonlySet<Prefix> {
  const set = sets.get(prefixes) ?? new Set(prefixes);
  sets.set(prefixes, set);
  return set;
}

/** The same VRFs in the same order: an order that differs makes a difference too, which costs time and is never wrong. */
export function sameUse(a: TargetUse | undefined, b: TargetUse | undefined): boolean {
  if (a === b) return true;
  if (
    a === undefined ||
    b === undefined ||
    a.exporters.size !== b.exporters.size ||
    a.importers.size !== b.importers.size
  )
    return false;
  for (const [owner, importers] of a.importers) {
    if (!sameList(importers, b.importers.get(owner), sameVrf)) return false;
  }
  for (const [owner, exporters] of a.exporters) {
    const same = sameList(exporters, b.exporters.get(owner), (x, y) => {
      return sameVrf(x.at, y.at) && sameList(x.prefixes, y.prefixes, (p, q) => p === q);
    });
    if (!same) return false;
  }
  return true;
}

function sameVrf(a: VrfAtPe, b: VrfAtPe): boolean {
  return a.pe === b.pe && a.vrf.name === b.vrf.name;
}

function sameList<T>(a: readonly T[], b: readonly T[] | undefined, same: (x: T, y: T) => boolean): boolean {
  if (a === b) return true;
  return b !== undefined && a.length === b.length && a.every((one, index) => same(one, b[index] as T));
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
