import type { PeName, PlatformName, VpnId, VrfName } from './names.ts';
import type { Address, Family, Prefix } from './prefix.ts';
import { familyOf, sortPrefixes } from './prefix.ts';
import type { RouteDistinguisher, RouteTarget } from './route-target.ts';
import { compareRouteTargets } from './route-target.ts';

/** `whole-vpn`: every route of the VRF; explicit, and shown as such to the signers. */
export type ExportScope = readonly Prefix[] | 'whole-vpn';

/** One rule of a VRF's export: routes in scope carry the route target in addition to those they have. Prefixes match exactly. */
export interface ExportRule {
  readonly routeTarget: RouteTarget;
  readonly scope: ExportScope;
}

/** What belongs to wasl in one address family of one VRF. Lists are sorted and free of duplicates (`canonicalShare`). */
export interface FamilyShare {
  readonly imports: readonly RouteTarget[];
  readonly exports: readonly ExportRule[];
}

/** What belongs to wasl in one VRF, for every address family that the VRF has enabled. Composed from all interconnects active on it. */
export type VrfShare = Readonly<Partial<Record<Family, FamilyShare>>>;

/** What the operator configured in one address family: wasl reads it, restates it where a platform needs that, and never removes it. */
export interface OperatorFamily {
  readonly importRouteTargets: readonly RouteTarget[];
  /** On every route. */
  readonly exportRouteTargets: readonly RouteTarget[];
  /** On some, where a platform says which; absent: none. */
  readonly exportRules?: readonly ExportRule[];
  /** Names of the operator's export (import) route policies in order of evaluation; empty when there is none. */
  readonly exportPolicies: readonly string[];
  readonly importPolicies: readonly string[];
}

/**
 * How far something that was not understood may reach: routes of the whole network, of all tables of its router, or only of what its own
 * VRF gives and takes.
 */
export type Reach = 'network' | 'router' | 'vrf';

/** Something in a router's configuration that was read and not understood, or that was not shown: what it does to routes is not known. */
export interface Unknown {
  /** Words as on the router, from the top: `routing-instances instance MOI apply-groups EDGE`. */
  readonly path: string;
  readonly reach: Reach;
  /** Completes "... `path` ...": `inherits from a group that was not resolved`. */
  readonly why: string;
  /** It stands outside of the VRF that it was put to: true of the router. */
  readonly ofRouter?: true;
  /** Of a router: the VRF that it is about, where it names one. */
  readonly vrf?: VrfName;
}

/** How many routes a table may hold. */
export interface RouteLimit {
  readonly routes: number;
  /** false: it is only told in the router's log. */
  readonly drops: boolean;
}

/** One VRF as read from a router's running datastore. */
export interface RunningVrf {
  readonly name: VrfName;
  readonly routeDistinguisher: RouteDistinguisher | null;
  readonly operator: Readonly<Partial<Record<Family, OperatorFamily>>>;
  readonly share: VrfShare;
  /** Text of the operator's policies named in `operator`, by name, as the platform shows it: needed to judge whether wrapping is safe. */
  readonly policyTexts: Readonly<Record<string, string>>;
  /** Objects named `WASL-...` that do not form a share wasl would render: a hand edit or a half state. Empty when clean. */
  readonly anomalies: readonly string[];
  /** Where there are anomalies: what stands under wasl's name, as `kind name` or `vrf NAME ...`. A removal then goes by this. */
  readonly objects?: readonly string[];
  /** What stands under wasl's name and is named by a policy of the operator, as keys of `objects`, with that policy: no router takes it away. */
  readonly usedObjects?: Readonly<Record<string, string>>;
  /** Facts that a platform's own templates need and no other layer reads, e.g. `auto-export`. Absent: none. */
  readonly traits?: readonly string[];
  /** It stands on the router and takes part in no VPN: deactivated, or of a type that is no VRF. Nothing can be asked of it. */
  readonly idle?: true;
  /** Absent: none was read. */
  readonly routeLimits?: Readonly<Partial<Record<Family, RouteLimit>>>;
  /** What was not understood in it; the router's first VRF also has what stands outside of all. Absent: nothing. */
  readonly unknowns?: readonly Unknown[];
}

export interface Attachment {
  readonly branch: string;
  readonly prefixes: readonly Prefix[];
  /** A CE address inside one of the prefixes that answers pings. */
  readonly probe: Address | null;
  /** The PE's own address towards the CE: verification pings come from it, so that the other side has a way back. */
  readonly source?: Address | null | undefined;
}

export interface VrfView extends RunningVrf {
  /** null: a VRF of nobody in the inventory. */
  readonly vpn: VpnId | null;
  readonly canary: boolean;
  readonly attachments: readonly Attachment[];
  /** Families that the inventory lists and the router does not have. Absent: none. */
  readonly lacks?: readonly Family[];
}

export interface PeView {
  readonly name: PeName;
  readonly platform: PlatformName;
  readonly vrfs: readonly VrfView[];
  /** Outside of its VRFs, or of VRFs that it did not show. Absent: nothing. */
  readonly unknowns?: readonly Unknown[];
}

/** Every PE with every VRF, from the inventory and the routers. Sorted by name. */
export interface NetworkView {
  readonly pes: readonly PeView[];
}

type ByFamily = Readonly<Record<Family, readonly Prefix[]>>;
/** Sorting is the dear part, and every proof asks for every VRF: once for each list of attachments, which never changes. */
const sortedPrefixes = new WeakMap<readonly Attachment[], ByFamily>();

/** What a VRF announces in one family, sorted, each prefix once. */
export function localPrefixes({ attachments }: Pick<VrfView, 'attachments'>, family: Family): readonly Prefix[] {
  const known = sortedPrefixes.get(attachments);
  if (known !== undefined) return known[family];
  const sorted = sortPrefixes(new Set(attachments.flatMap(({ prefixes }) => prefixes)));
  const found = {
    ipv4: sorted.filter((prefix) => familyOf(prefix) === 'ipv4'),
    ipv6: sorted.filter((prefix) => familyOf(prefix) === 'ipv6'),
  };
  sortedPrefixes.set(attachments, found);
  return found[family];
}

export function enabledFamilies(vrf: Pick<RunningVrf, 'operator'>): Family[] {
  return (['ipv4', 'ipv6'] as const).filter((family) => vrf.operator[family] !== undefined);
}

export const EMPTY_FAMILY_SHARE: FamilyShare = { imports: [], exports: [] };

/** The one form of a share: every enabled family present, lists sorted, duplicates gone, empty rules dropped. */
export function canonicalShare(share: VrfShare, families: readonly Family[]): VrfShare {
  const result: Partial<Record<Family, FamilyShare>> = {};
  for (const family of families) {
    const { imports, exports } = share[family] ?? EMPTY_FAMILY_SHARE;
    result[family] = { imports: [...new Set(imports)].sort(compareRouteTargets), exports: canonicalRules(exports) };
  }
  return result;
}

/** One rule a route target, sorted, without those that match nothing. */
export function canonicalRules(rules: readonly ExportRule[]): readonly ExportRule[] {
  const byTarget = new Map<RouteTarget, ExportScope>();
  for (const rule of rules) {
    const known = byTarget.get(rule.routeTarget);
    const scope = known === undefined ? rule.scope : joinScopes(known, rule.scope);
    if (scope === 'whole-vpn' || scope.length > 0) byTarget.set(rule.routeTarget, scope);
  }
  return [...byTarget]
    .sort(([a], [b]) => compareRouteTargets(a, b))
    .map(([routeTarget, scope]) => ({
      routeTarget,
      scope: scope === 'whole-vpn' ? scope : sortPrefixes(new Set(scope)),
    }));
}

/** Every route target that the operator puts on any route of the family. */
export function exportTargetsOf(operator: OperatorFamily | undefined): readonly RouteTarget[] {
  if (operator === undefined) return [];
  const { exportRouteTargets, exportRules = [] } = operator;
  return [...exportRouteTargets, ...exportRules.map(({ routeTarget }) => routeTarget)];
}

function joinScopes(a: ExportScope, b: ExportScope): ExportScope {
  return a === 'whole-vpn' || b === 'whole-vpn' ? 'whole-vpn' : [...a, ...b];
}

/** A share that asks for nothing: then nothing of wasl's stays in the VRF. */
export function isEmptyShare(share: VrfShare): boolean {
  return Object.values(share).every((family) => family.imports.length === 0 && family.exports.length === 0);
}

/** A VRF's `traits`: auto-export is on by the operator's hand, or by wasl's. */
export const TRAIT_AUTO_EXPORT = 'auto-export';
export const TRAIT_WASL_AUTO_EXPORT = 'wasl-auto-export';
/** By direction: only what wasl restated still states the VRF's own route target. */
export const TRAIT_OWN_RESTATED = { import: 'own-import-restated', export: 'own-export-restated' } as const;
/** The router says that nothing is in force beside the running that was read. */
export const TRAIT_NOTHING_BESIDE = 'nothing beside running';
/** What a trait begins with that tells of a part of the VRF which stands there without effect. */
export const TRAIT_WITHOUT_EFFECT = 'without effect: ';
