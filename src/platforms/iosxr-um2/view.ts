import { canonicalJson } from '../../domain/canonical-json.ts';
import { EMPTY_FAMILY_SHARE, type ExportRule, enabledFamilies, type RunningVrf } from '../../domain/network-view.ts';
import { FAMILIES, type Family, type Prefix } from '../../domain/prefix.ts';
import { type EncodingType, encodedParts, type RouteTarget, shortForm } from '../../domain/route-target.ts';
import { familyIn, objectNames } from '../object-names.ts';
import type { Change, ConfigObject, Operation, PlatformView, VrfChanges } from '../platform-view.ts';

interface ImportTarget extends ConfigObject {
  readonly kind: 'import';
  readonly family: Family;
  readonly type: EncodingType;
  readonly administrator: string;
  readonly assigned: number;
}

/** The VRF's one export policy of a family is ours. Where somebody attached one elsewhere, also as an import policy. */
interface Reference extends ConfigObject {
  readonly kind: 'reference';
  readonly direction: 'import' | 'export';
  readonly family: Family;
  /** The policy that ours took the place of; empty if none. */
  readonly operator: string;
}

interface RoutePolicy extends ConfigObject {
  readonly kind: 'route-policy';
  /** By its name, where somebody else gave it; null: that has none. */
  readonly family: Family | null;
  readonly operator: string;
  readonly rules: readonly { readonly target: string; readonly wholeVpn: boolean; readonly prefixesName: string }[];
}

interface PrefixSet extends ConfigObject {
  readonly kind: 'prefix-set';
  readonly family: Family | null;
  readonly prefixes: readonly Prefix[];
}

type IosxrObject = ImportTarget | Reference | RoutePolicy | PrefixSet;

/** One export policy a family, which wraps the operator's and exists exactly while there are rules; a prefix set a rule. */
export const view: PlatformView<IosxrObject> = {
  objectsOf: (running, share) =>
    enabledFamilies(running).flatMap((family) => {
      const { imports, exports } = share[family] ?? EMPTY_FAMILY_SHARE;
      return [
        ...imports.map((rt) => importTarget(running, family, rt)),
        ...(exports.length === 0 ? [] : [reference(running, family), exportPolicy(running, family, exports)]),
        ...exports.flatMap((rule) => prefixSet(running, family, rule)),
      ];
    }),

  objectFound: (key, running) => {
    const [kind, name = ''] = [key.slice(0, key.indexOf(' ')), key.split(' ').at(-1)];
    const found = { key, name, says: null, family: familyIn(name) };
    if (kind === 'prefix-set') return { kind, ...found, prefixes: [] };
    if (kind === 'route-policy') return { kind, ...found, shared: true, operator: '', rules: [] };
    const attached = enabledFamilies(running)
      .flatMap((family) =>
        (['import', 'export'] as const).map((direction) => reference(running, family, direction, name)),
      )
      .find((each) => each.key === key);
    return attached === undefined ? null : { ...attached, shared: true };
  },

  viewEdit: (vrfs) => ({ vrfs: vrfs.flatMap(viewVrf), routingPolicy: viewRoutingPolicy(vrfs) }),
};

function viewVrf({ vrf, changes }: VrfChanges<IosxrObject>) {
  const families = FAMILIES.flatMap((family) => {
    const imports = changes.filter((change) => change.kind === 'import').filter((change) => change.family === family);
    const attached = changes
      .filter((change) => change.kind === 'reference')
      .filter((change) => change.family === family);
    if (imports.length + attached.length === 0) return [];
    const [references, exporting] = (['import', 'export'] as const).map((each) =>
      viewReferences(attached.filter(({ direction }) => direction === each)),
    ) as [PlacedPolicy[], PlacedPolicy[]];
    const isTaking = imports.length + references.length > 0;
    return {
      family,
      importing: isTaking ? { references, imports: imports.length === 0 ? null : byEncoding(imports) } : null,
      exporting,
    };
  });
  return families.length === 0 ? [] : { vrf, families };
}

/** The model keeps a list for each encoding. */
const byEncoding = (imports: readonly Change<ImportTarget>[]) => ({
  twoOctetAs: imports.filter(({ type }) => type === 0),
  ipv4Address: imports.filter(({ type }) => type === 1),
  fourOctetAs: imports.filter(({ type }) => type === 2),
});

interface PlacedPolicy {
  readonly operation: Operation;
  readonly value: string;
}

/** The leaf has one value: a policy of another VRF gives way to this one's. */
function viewReferences(changes: readonly Change<Reference>[]): PlacedPolicy[] {
  const stated = changes.filter(({ deletes }) => !deletes);
  if (stated.length === 0 || stated.length === changes.length) return changes.map(viewReference);
  return stated.map(({ name }) => ({ operation: 'replace', value: name }));
}

/** An operator's policy gives way to ours, and comes back. */
function viewReference({ name, operator, operation }: Change<Reference>): PlacedPolicy {
  if (operator === '') return { operation, value: name };
  return { operation: 'replace', value: operation === 'delete' ? operator : name };
}

function viewRoutingPolicy(vrfs: readonly VrfChanges<IosxrObject>[]) {
  const policies = vrfs.flatMap(({ changes }) =>
    changes.filter((change) => change.kind === 'route-policy').toSorted(byFamily),
  );
  const prefixSets = vrfs.flatMap(({ changes }) =>
    changes.filter((change) => change.kind === 'prefix-set').toSorted(byFamily),
  );
  return policies.length + prefixSets.length === 0 ? null : { policies, prefixSets };
}

type OfFamily = { readonly family: Family | null };
const byFamily = (a: OfFamily, b: OfFamily): number => placeOf(a) - placeOf(b);
const placeOf = ({ family }: OfFamily): number => (family === null ? FAMILIES.length : FAMILIES.indexOf(family));

function importTarget({ name: vrf }: RunningVrf, family: Family, rt: RouteTarget): ImportTarget {
  return { kind: 'import', key: `vrf ${vrf} ${family} import ${rt}`, name: rt, says: '', family, ...encodedParts(rt) };
}

const operatorOf = ({ operator }: RunningVrf, family: Family) => operator[family]?.exportPolicies[0] ?? '';

function reference(
  running: RunningVrf,
  family: Family,
  direction: Reference['direction'] = 'export',
  name: string = objectNames.familyExportPolicy(running.name, family),
): Reference {
  const key = `vrf ${running.name} ${family} ${direction} route-policy ${name}`;
  const operator = direction === 'export' ? operatorOf(running, family) : '';
  return { kind: 'reference', key, name, says: '', direction, family, operator };
}

/** The text names sets, not their prefixes: a rule whose prefixes change leaves the policy alone. */
function exportPolicy(running: RunningVrf, family: Family, exports: readonly ExportRule[]): RoutePolicy {
  const name = objectNames.familyExportPolicy(running.name, family);
  const rules = exports.map(({ routeTarget, scope }) => ({
    target: shortForm(routeTarget),
    wholeVpn: scope === 'whole-vpn',
    prefixesName: objectNames.prefixes(running.name, family, routeTarget),
  }));
  const [says, operator] = [canonicalJson(rules), operatorOf(running, family)];
  return { kind: 'route-policy', key: `route-policy ${name}`, name, says, shared: true, family, operator, rules };
}

function prefixSet({ name: vrf }: RunningVrf, family: Family, { routeTarget, scope }: ExportRule): PrefixSet[] {
  if (scope === 'whole-vpn') return [];
  const name = objectNames.prefixes(vrf, family, routeTarget);
  return [{ kind: 'prefix-set', key: `prefix-set ${name}`, name, says: canonicalJson(scope), family, prefixes: scope }];
}
