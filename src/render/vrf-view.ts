import { canonicalJson } from '../domain/canonical-json.ts';
import type { VrfName } from '../domain/names.ts';
import {
  canonicalShare,
  EMPTY_FAMILY_SHARE,
  type ExportRule,
  enabledFamilies,
  type FamilyShare,
  isEmptyShare,
  type OperatorFamily,
  type RunningVrf,
  type VrfShare,
} from '../domain/network-view.ts';
import { FAMILIES, type Family, type Prefix } from '../domain/prefix.ts';
import { compareRouteTargets, encodedParts, type RouteTarget, shortForm } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';
import { labelOf, objectNames } from '../platforms/object-names.ts';
import { asFound } from './as-found.ts';

/** One VRF of one PE from what it has to what it shall have. The same shape as the router's `VrfEdit`. */
export interface RenderEdit {
  readonly running: RunningVrf;
  readonly wanted: VrfShare;
  /** Of a removal: whatever stands in the VRF for these goes, also where it was edited by hand. */
  readonly retires?: readonly RouteTarget[];
}

/** RFC 6241 §7.2; null: the object stays as it is. */
export type Operation = 'create' | 'replace' | 'delete';
type Change = Operation | null;

export interface TargetView {
  /** RFC 8294: `0:65000:9001`. */
  readonly text: string;
  /** `65000:9001`. */
  readonly short: string;
  /** `0-65000-9001`, for names. */
  readonly label: string;
  readonly administrator: string;
  readonly assigned: number;
  readonly twoOctetAs: boolean;
  readonly ipv4Address: boolean;
  readonly fourOctetAs: boolean;
}

export interface Named {
  readonly name: string;
  /** For `{{#if}}`: Handlebars has no comparison. */
  readonly deletes: boolean;
  readonly operation: Operation;
}

interface ImportChange {
  readonly operation: Operation;
  readonly target: TargetView;
}

export interface RuleView {
  readonly name: string;
  readonly family: Family;
  /** Matches every route of the family. */
  readonly everything: string;
  readonly community: string;
  readonly target: TargetView;
  readonly wholeVpn: boolean;
  readonly prefixes: readonly Prefix[];
  /** The object that holds the prefixes; empty for the whole VPN. */
  readonly prefixesName: string;
}

export interface FamilyView {
  readonly family: Family;
  /** Matches every route of the family. */
  readonly everything: string;
  /** Import entries or the reference to the family's export policy change. */
  readonly importsOrReferenceChange: boolean;
  /** Import entries or export rules change. */
  readonly importsOrRulesChange: boolean;
  readonly importChanges: readonly ImportChange[];
  /** The same by encoding, for platforms that keep a list for each. */
  readonly importChangesIn: Readonly<Record<'twoOctetAs' | 'fourOctetAs' | 'ipv4Address', readonly ImportChange[]>>;
  readonly ruleChanges: readonly (Named & RuleView)[];
  readonly prefixesChanges: readonly (Named & { readonly prefixes: readonly Prefix[] })[];
  readonly rules: readonly RuleView[];
  readonly importCommunities: readonly string[];
  /** The family's one export policy, on platforms that have one per family. `operator`: the policy it wraps, empty if none. */
  readonly exportPolicy: {
    readonly name: string;
    readonly operator: string;
    readonly change: (Named & { readonly operator: string; readonly rules: readonly RuleView[] }) | null;
    /** What the VRF's reference to its export policy becomes. */
    readonly reference: { readonly operation: Operation; readonly value: string } | null;
  };
}

/** A policy of the whole VRF, on platforms where policies do not know families. */
export interface VrfPolicyView {
  readonly name: string;
  readonly change: Named | null;
  readonly reference: (Named & { readonly first: boolean }) | null;
  /** Whether operator's policies follow, so that ours hands on to them instead of deciding. */
  readonly chained: boolean;
  /** Communities of the VRF's own route targets, restated where the policy replaces the platform's shorthand. */
  readonly ownCommunities: readonly string[];
}

export interface VrfEditView {
  readonly vrf: VrfName;
  readonly families: readonly FamilyView[];
  readonly importsOrReferenceChange: boolean;
  readonly importsOrRulesChange: boolean;
  /** The VRF's references to policies of the whole VRF, or its auto-export, change. */
  readonly instanceChanges: boolean;
  readonly importPolicy: VrfPolicyView;
  readonly exportPolicy: VrfPolicyView;
  readonly communityChanges: readonly (Named & { readonly target: TargetView })[];
  readonly autoExport: Named | null;
  /** Policies under wasl's name of VRFs that the router no longer has: attached to nothing. */
  readonly strayPolicies: readonly Named[];
}

/** What auto-export does in a VRF: exchanges routes with other VRFs of the same PE, on platforms where that is not the default. */
export interface AutoExportStep {
  readonly before: boolean;
  readonly after: boolean;
}

export function viewTarget(rt: RouteTarget): TargetView {
  const { type, administrator, assigned } = encodedParts(rt);
  return {
    text: rt,
    short: shortForm(rt),
    label: labelOf(rt),
    administrator,
    assigned,
    twoOctetAs: type === 0,
    ipv4Address: type === 1,
    fourOctetAs: type === 2,
  };
}

/** Wanted minus running, as named objects and operations; says nothing of any platform. */
export function viewVrfEdit({ running, wanted, retires }: RenderEdit, autoExport: AutoExportStep): VrfEditView {
  const vrf = running.name;
  const families = enabledFamilies(running);
  refuseMissingFamilies(vrf, wanted, families);
  const before = canonicalShare(running.share, families);
  const after = canonicalShare(wanted, families);
  const familyViews = families.map((family) =>
    viewFamily(vrf, family, running.operator[family], before[family], after[family]),
  );
  const [communitiesBefore, communitiesAfter] = [communityTargets(running, before), communityTargets(running, after)];
  const importPolicy = viewVrfPolicy(vrf, 'import', running, before, after);
  const exportPolicy = viewVrfPolicy(vrf, 'export', running, before, after);
  const exchange = named(
    objectNames.autoExportMark(vrf),
    changeOf(autoExport.before ? true : null, autoExport.after ? true : null),
  );
  const view = {
    vrf,
    families: familyViews,
    importsOrReferenceChange: familyViews.some((family) => family.importsOrReferenceChange),
    importsOrRulesChange: familyViews.some((family) => family.importsOrRulesChange),
    instanceChanges: importPolicy.reference !== null || exportPolicy.reference !== null || exchange !== null,
    importPolicy,
    exportPolicy,
    communityChanges: [
      ...communitiesAfter.filter((rt) => !communitiesBefore.includes(rt)).map((rt) => viewCommunity(vrf, rt, 'create')),
      ...communitiesBefore.filter((rt) => !communitiesAfter.includes(rt)).map((rt) => viewCommunity(vrf, rt, 'delete')),
    ],
    autoExport: exchange,
    strayPolicies: [],
  };
  const { objects } = running;
  if (objects === undefined || retires === undefined) return view;
  return asFound(view, { objects, retires, empty: isEmptyShare(after) });
}

const EVERYTHING = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const;

function refuseMissingFamilies(vrf: VrfName, wanted: VrfShare, families: readonly Family[]): void {
  for (const family of FAMILIES) {
    const asked = wanted[family];
    if (asked === undefined || families.includes(family) || asked.imports.length + asked.exports.length === 0) continue;
    throw new WaslError('VRF_MISSING', `VRF ${vrf} has no address family ${family} on the router`, {
      path: `${vrf}/${family}`,
      remedy: 'Enable the address family in the VRF, or leave its prefixes out of the request.',
    });
  }
}

function viewFamily(
  vrf: VrfName,
  family: Family,
  operator: OperatorFamily | undefined,
  before: FamilyShare = EMPTY_FAMILY_SHARE,
  after: FamilyShare = EMPTY_FAMILY_SHARE,
): FamilyView {
  const rule = (exported: ExportRule) => viewRule(vrf, family, exported);
  const importChanges = [
    ...after.imports.filter((rt) => !before.imports.includes(rt)).map((rt) => importChange('create', rt)),
    ...before.imports.filter((rt) => !after.imports.includes(rt)).map((rt) => importChange('delete', rt)),
  ];
  const [rulesBefore, rulesAfter] = [before.exports.map(rule), after.exports.map(rule)];
  const exportPolicy = viewFamilyExportPolicy(vrf, family, operator, rulesBefore, rulesAfter);
  return {
    family,
    everything: EVERYTHING[family],
    importsOrReferenceChange: importChanges.length > 0 || exportPolicy.reference !== null,
    importsOrRulesChange: importChanges.length > 0 || !same(rulesBefore, rulesAfter),
    importChanges,
    importChangesIn: {
      twoOctetAs: importChanges.filter(({ target }) => target.twoOctetAs),
      fourOctetAs: importChanges.filter(({ target }) => target.fourOctetAs),
      ipv4Address: importChanges.filter(({ target }) => target.ipv4Address),
    },
    ruleChanges: changesByName(rulesBefore, rulesAfter),
    prefixesChanges: changesByName(prefixObjects(rulesBefore), prefixObjects(rulesAfter)),
    rules: rulesAfter,
    importCommunities: after.imports.map((rt) => objectNames.community(vrf, rt)),
    exportPolicy,
  };
}

function viewRule(vrf: VrfName, family: Family, { routeTarget, scope }: ExportRule): RuleView {
  const wholeVpn = scope === 'whole-vpn';
  return {
    name: objectNames.rule(routeTarget),
    family,
    everything: EVERYTHING[family],
    community: objectNames.community(vrf, routeTarget),
    target: viewTarget(routeTarget),
    wholeVpn,
    prefixes: wholeVpn ? [] : scope,
    prefixesName: wholeVpn ? '' : objectNames.prefixes(vrf, family, routeTarget),
  };
}

const importChange = (operation: Operation, rt: RouteTarget): ImportChange => ({ operation, target: viewTarget(rt) });

const prefixObjects = (rules: readonly RuleView[]) =>
  rules.filter((rule) => !rule.wholeVpn).map(({ prefixesName, prefixes }) => ({ name: prefixesName, prefixes }));

/** The policy exists exactly while there are rules. An operator's policy is wrapped: ours takes its place and gives it back. */
function viewFamilyExportPolicy(
  vrf: VrfName,
  family: Family,
  configured: OperatorFamily | undefined,
  before: readonly RuleView[],
  after: readonly RuleView[],
): FamilyView['exportPolicy'] {
  const name = objectNames.familyExportPolicy(vrf, family);
  const operator = configured?.exportPolicies[0] ?? '';
  // The text names sets, not their prefixes: a rule whose prefixes change leaves the policy alone.
  const text = (rules: readonly RuleView[]) =>
    rules.length === 0 ? null : rules.map(({ target, wholeVpn }) => ({ rt: target.text, wholeVpn }));
  const change = named(name, changeOf(text(before), text(after)));
  const attached = before.length > 0;
  const attaches = after.length > 0;
  const reference =
    attached === attaches
      ? null
      : attaches
        ? { operation: operator === '' ? ('create' as const) : ('replace' as const), value: name }
        : operator === ''
          ? { operation: 'delete' as const, value: name }
          : { operation: 'replace' as const, value: operator };
  return { name, operator, change: change === null ? null : { ...change, operator, rules: after }, reference };
}

/**
 * While anything of wasl's is in the VRF, both directions are stated by policies: what a direction without a policy follows once the other
 * has one is not documented. A direction that the operator already states by policies needs ours only where wasl adds to it.
 */
function viewVrfPolicy(
  vrf: VrfName,
  direction: 'import' | 'export',
  running: RunningVrf,
  before: VrfShare,
  after: VrfShare,
): VrfPolicyView {
  const name = direction === 'import' ? objectNames.importPolicy(vrf) : objectNames.exportPolicy(vrf);
  const operators = operatorPolicies(running, direction);
  const chained = operators.length > 0;
  const content = (share: VrfShare) => {
    const items = Object.entries(share).flatMap(([family, { imports, exports }]) =>
      direction === 'import'
        ? imports.map((rt) => `${family} ${rt}`)
        : exports.map(({ routeTarget, scope }) => `${family} ${routeTarget} ${scope === 'whole-vpn'}`),
    );
    const needed = items.length > 0 || (!chained && !isEmptyShare(share));
    return needed ? items : null;
  };
  const [contentBefore, contentAfter] = [content(before), content(after)];
  const exists = (value: string[] | null) => (value === null ? null : true);
  const reference = named(name, changeOf(exists(contentBefore), exists(contentAfter)));
  return {
    name,
    change: named(name, changeOf(contentBefore, contentAfter)),
    reference: reference === null ? null : { ...reference, first: chained && !reference.deletes },
    chained,
    ownCommunities: chained ? [] : ownTargets(running, direction).map((rt) => objectNames.community(vrf, rt)),
  };
}

function operatorPolicies(running: RunningVrf, direction: 'import' | 'export'): readonly string[] {
  const [operator] = Object.values(running.operator);
  return (direction === 'import' ? operator?.importPolicies : operator?.exportPolicies) ?? [];
}

/** The VRF's own route targets of a direction; on platforms with policies per VRF every family has the same. */
function ownTargets(running: RunningVrf, direction: 'import' | 'export'): readonly RouteTarget[] {
  const [operator] = Object.values(running.operator);
  return (direction === 'import' ? operator?.importRouteTargets : operator?.exportRouteTargets) ?? [];
}

/** Every route target that the VRF's policies name: wasl's, and the VRF's own where they are restated. */
function communityTargets(running: RunningVrf, share: VrfShare): RouteTarget[] {
  if (isEmptyShare(share)) return [];
  const own = (['import', 'export'] as const).flatMap((direction) =>
    operatorPolicies(running, direction).length > 0 ? [] : ownTargets(running, direction),
  );
  const wasl = Object.values(share).flatMap(({ imports, exports }) => [
    ...imports,
    ...exports.map(({ routeTarget }) => routeTarget),
  ]);
  return [...new Set([...own, ...wasl])].sort(compareRouteTargets);
}

function viewCommunity(vrf: VrfName, rt: RouteTarget, operation: Operation) {
  return {
    name: objectNames.community(vrf, rt),
    deletes: operation === 'delete',
    operation,
    target: viewTarget(rt),
  };
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** null stands for absent. */
function changeOf(before: unknown, after: unknown): Change {
  if (before === null) return after === null ? null : 'create';
  if (after === null) return 'delete';
  return same(before, after) ? null : 'replace';
}

function named(name: string, operation: Change): Named | null {
  return operation === null ? null : { name, operation, deletes: operation === 'delete' };
}

function changesByName<T extends { readonly name: string }>(before: readonly T[], after: readonly T[]): (Named & T)[] {
  const changes: (Named & T)[] = [];
  for (const object of after) {
    const old = before.find(({ name }) => name === object.name);
    const operation = changeOf(old ?? null, object);
    if (operation !== null) changes.push({ ...object, operation, deletes: false });
  }
  for (const object of before) {
    if (!after.some(({ name }) => name === object.name)) {
      changes.push({ ...object, operation: 'delete', deletes: true });
    }
  }
  return changes;
}
