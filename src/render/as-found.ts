import type { VrfName } from '../domain/names.ts';
import { FAMILIES, type Family } from '../domain/prefix.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { labelOf, namePrefixOf } from '../platforms/object-names.ts';
import type { FamilyView, Named, VrfEditView, VrfPolicyView } from './vrf-view.ts';

export interface FoundObjects {
  /** What stands in the VRF under wasl's name: `kind name`, or `vrf NAME ... name` for what is inside the VRF itself. */
  readonly objects: readonly string[];
  readonly retires: readonly RouteTarget[];
  /** Nothing of any interconnect is wanted in the VRF: then whatever is there goes. */
  readonly empty: boolean;
}

/**
 * A removal from a VRF that is not as wasl wrote it: what is gone already is not deleted again (RFC 6241 §7.2: `delete` of what does not
 * exist is an error), what stands there and says something else, or nothing, goes whole.
 */
export function asFound(view: VrfEditView, all: FoundObjects): VrfEditView {
  // Its mark goes with auto-export itself.
  const found = { ...all, objects: all.objects.filter((key) => nameIn(key) !== view.autoExport?.name) };
  const names = found.objects.filter((key) => !key.startsWith('vrf ')).map(nameIn);
  const here = new Set(names);
  const families = view.families.map((family, index) => familyAsFound(view.vrf, family, found, index === 0));
  const communities = onlyHere(view.communityChanges, here);
  const known = new Set(communities.map(({ name }) => name));
  const leaves = (name: string) => goes(found, name) || isStray(view.vrf, name);
  const orphans = names.filter((name) => isKind(found, 'community', name) && leaves(name) && !known.has(name));
  const kept = new Set(
    found.empty ? [] : view.families.flatMap(({ rules }) => rules.map(({ community }) => community)),
  );
  const [importPolicy, exportPolicy] = [
    policyAsFound(view.importPolicy, found),
    policyAsFound(view.exportPolicy, found),
  ];
  return {
    ...view,
    families,
    importsOrReferenceChange: families.some((family) => family.importsOrReferenceChange),
    importsOrRulesChange: families.some((family) => family.importsOrRulesChange),
    instanceChanges: importPolicy.reference !== null || exportPolicy.reference !== null || view.autoExport !== null,
    importPolicy,
    exportPolicy,
    communityChanges: [
      ...communities,
      ...orphans.filter((name) => !kept.has(name)).map((name) => ({ ...deletion(name), target: NO_TARGET })),
    ],
    strayPolicies: strayPolicies(view, found),
  };
}

/**
 * What names another VRF than this one came to it because the router has no such VRF any more. Nothing can be attached to it, so it goes whole
 * whoever's it was: a set that it names could not be taken away without it.
 */
const isStray = (vrf: VrfName, name: string): boolean => !name.startsWith(namePrefixOf(vrf));

function strayPolicies({ families, importPolicy, exportPolicy }: VrfEditView, { objects }: FoundObjects): Named[] {
  const own = new Set([importPolicy.name, exportPolicy.name, ...families.map((family) => family.exportPolicy.name)]);
  const policies = objects.filter((key) => /^(route-policy|policy-statement) /.test(key)).map(nameIn);
  return policies.filter((name) => !own.has(name)).map(deletion);
}

function familyAsFound(vrf: VrfName, view: FamilyView, found: FoundObjects, isFirst: boolean): FamilyView {
  const { family, rules } = view;
  const here = new Set(found.objects.filter((key) => !key.startsWith('vrf ')).map(nameIn));
  const inVrf = found.objects.filter((key) => key.startsWith(`vrf ${vrf} ${family} `));
  const rulesHere = new Set(inVrf.filter((key) => key.includes(' export-rule ')).map(nameIn));
  const wanted = new Set(rules.flatMap(({ name, prefixesName }) => [name, prefixesName]));
  const isOrphan = (name: string, changes: readonly Named[]) =>
    (goes(found, name) || isStray(vrf, name)) && !wanted.has(name) && !changes.some((change) => change.name === name);

  const prefixesChanges = onlyHere(view.prefixesChanges, here);
  const lists = [...here].filter(
    (name) =>
      (isKind(found, 'prefix-set', name) || isKind(found, 'prefix-list', name)) &&
      (familyIn(name) === family || (isFirst && familyIn(name) === null)),
  );
  const ruleChanges = onlyHere(view.ruleChanges, rulesHere);
  const [template] = view.ruleChanges;
  const orphanRules = [...rulesHere].filter((name) => isOrphan(name, ruleChanges));
  const { exportPolicy } = view;
  const { name, operator } = exportPolicy;
  const isAttached = inVrf.some((key) => key.endsWith(` export route-policy ${name}`));
  const isHere = isKind(found, 'route-policy', name);
  const giveBack = operator === '' ? { operation: 'delete', value: name } : { operation: 'replace', value: operator };
  const reference =
    rules.length > 0 ? exportPolicy.reference : isAttached ? (giveBack as typeof exportPolicy.reference) : null;
  const change = !isHere
    ? rules.length > 0
      ? exportPolicy.change
      : null
    : rules.length > 0
      ? { name, operation: 'replace' as const, deletes: false, operator, rules }
      : { ...deletion(name), operator, rules };
  const allRules = [
    ...ruleChanges,
    ...orphanRules.map((rule) => ({ ...(template ?? EMPTY_RULE(family)), ...deletion(rule) })),
  ];
  return {
    ...view,
    prefixesChanges: [
      ...prefixesChanges,
      ...lists.filter((list) => isOrphan(list, prefixesChanges)).map((list) => ({ ...deletion(list), prefixes: [] })),
    ],
    ruleChanges: allRules,
    exportPolicy: { ...exportPolicy, change, reference },
    importsOrReferenceChange: view.importChanges.length > 0 || reference !== null,
    importsOrRulesChange: view.importChanges.length > 0 || allRules.length > 0,
  };
}

/** A policy of the whole VRF: restated without what goes, or gone. */
function policyAsFound(view: VrfPolicyView, found: FoundObjects): VrfPolicyView {
  const isHere = isKind(found, 'policy-statement', view.name);
  const isReferred = found.objects.some((key) => key.startsWith('vrf ') && key.endsWith(` ${view.name}`));
  if (found.empty) {
    return {
      ...view,
      change: isHere ? deletion(view.name) : null,
      reference: isReferred ? { ...deletion(view.name), first: false } : null,
    };
  }
  const isGone = view.change?.deletes === true && !isHere;
  const isDetached = view.reference?.deletes === true && !isReferred;
  return { ...view, change: isGone ? null : view.change, reference: isDetached ? null : view.reference };
}

const nameIn = (key: string): string => key.slice(key.lastIndexOf(' ') + 1);

const isKind = ({ objects }: FoundObjects, kind: string, name: string): boolean => objects.includes(`${kind} ${name}`);

const goes = ({ retires, empty }: FoundObjects, name: string): boolean =>
  empty || retires.some((target) => name.endsWith(`-${labelOf(target)}`));

const familyIn = (name: string): Family | null =>
  FAMILIES.find((family) => name.includes(`-${family.toUpperCase()}-`)) ?? null;

const deletion = (name: string) => ({ name, operation: 'delete' as const, deletes: true });

function onlyHere<T extends Named>(changes: readonly T[], here: ReadonlySet<string>): T[] {
  return changes.filter(({ deletes, name }) => !deletes || here.has(name));
}

/** A deletion says only a name. */
const NO_TARGET = {
  text: '',
  short: '',
  label: '',
  administrator: '',
  assigned: 0,
  twoOctetAs: false,
  ipv4Address: false,
  fourOctetAs: false,
};

const EMPTY_RULE = (family: Family) => ({
  family,
  everything: '',
  community: '',
  target: NO_TARGET,
  wholeVpn: false,
  prefixes: [],
  prefixesName: '',
});
