import type { VrfName } from '../../domain/names.ts';
import {
  canonicalShare,
  isEmptyShare,
  type OperatorFamily,
  type RunningVrf,
  TRAIT_AUTO_EXPORT,
  TRAIT_NOTHING_BESIDE,
  TRAIT_OWN_RESTATED,
  TRAIT_WASL_AUTO_EXPORT,
  type Unknown,
} from '../../domain/network-view.ts';
import { FAMILIES, type Family, parsePrefix } from '../../domain/prefix.ts';
import { parseRouteDistinguisher, type RouteTarget } from '../../domain/route-target.ts';
import { isFromPool } from '../../domain/route-target-pool.ts';
import { child, childrenNamed, childText, descend, type XmlElement } from '../../netconf/index.ts';
import { OBJECT_PREFIX, objectNames } from '../object-names.ts';
import type { ParseContext } from '../platform.ts';
import { activationNote } from '../reading/activation.ts';
import { findUnknowns, pathOf, READ } from '../reading/grammar.ts';
import { tryParse, type VrfReader, type WaslObjects } from '../reading/vrf-reader.ts';
import { appliedFilters } from './applied-filters.ts';
import { groupsApplied } from './applied-groups.ts';
import { beyondShare } from './beyond-share.ts';
import { configuration, INSTANCE, isHarmlessRibGroup, KNOWN_TYPES, LAYER_2_TYPES, OTHER_INSTANCE } from './grammar.ts';
import { markingPolicies, whyMarks } from './marks.ts';
import { type DefaultAction, lastImportText } from './open-ends.ts';
import { DIRECTIONS, type OwnTargets, ownTargets } from './own-targets.ts';
import {
  membersOf,
  type PolicyOptions,
  parseShare,
  policyText,
  prefixesOf,
  readPolicyOptions,
  repeatedNames,
  routeTargetIn,
  setLines,
  targetsNamedBy,
  usesOf,
} from './policies.ts';
import { routeLimits } from './route-limits.ts';
import { partsWithoutEffect } from './without-effect.ts';

export const TRANSPARENT_CONTAINERS: ReadonlySet<string> = new Set([
  'configuration',
  'policy-options',
  'routing-instances',
  'routing-options',
  ...['protocols', 'firewall', 'then', 'interfaces', 'forwarding-options'],
]);

export function readerOf(
  config: readonly XmlElement[],
  { pool, vrfs }: ParseContext,
  whole: readonly XmlElement[],
): VrfReader {
  const options = readPolicyOptions(config);
  const asWhole = new Map(instances(whole).map((element) => [nameOf(element), element]));
  const marks = readPolicyOptions(whole).prefixLists;
  const root = configuration({
    isHarmlessRibGroup: (group) => ribGroupsInto(config).harmless.has(group),
    whyMarks: (policies) => whyMarks(policies, options),
    isApplied: appliedFilters(config.filter(isConfiguration)),
  });
  const ignoresEphemeral = config.filter(isConfiguration).some(ignoresEphemeralDefault);
  return {
    roots: (element) => (isConfiguration(element) ? root : undefined),
    entries: (all) =>
      instances(all)
        .filter(holdsVpnRoutes(options))
        .map((element) => ({ name: nameOf(element), element })),
    entryPath: 'routing-instances',
    entry: (element) => (LAYER_2_TYPES.has(typeOf(element)) ? READ : INSTANCE),
    objectGrammar: OBJECT_GRAMMAR,
    readObjects,
    readExpected: readObjects,
    parse: ({ element }) => {
      const listed = vrfs.find(({ name }) => name === nameOf(element));
      return typeOf(element) === 'vrf' || typeOf(element) === ''
        ? parseVrf(element, listed?.families ?? FAMILIES, options, {
            isMarked: marks.has(objectNames.autoExportMark(nameOf(element))),
            withoutEffect: partsWithoutEffect(asWhole.get(nameOf(element))),
            ignoresEphemeral,
          })
        : parseOtherInstance(element, options, listed !== undefined);
    },
    usesOf: () => usesOf(options),
    forget: (vrf, mine) => {
      if (!isEmptyShare(vrf.share) && vrf.traits?.includes(TRAIT_WASL_AUTO_EXPORT)) {
        mine.delete(`prefix-list ${objectNames.autoExportMark(vrf.name)}`);
      }
    },
    anomaliesOf: (vrf) => [...poolTargetsOfOperator(vrf, (rt) => isFromPool(pool, rt)), ...restatedAlone(vrf)],
    unknownsOfRouter: (active) => [
      ...groupsApplied(active.filter(isConfiguration), root),
      ...repeatedNames(active.filter(isConfiguration)).map(
        (name): Unknown => ({ path: `policy-options ${name}`, reach: 'network', why: 'stands there more than once' }),
      ),
      ...instances(active)
        .filter((element) => !holdsVpnRoutes(options)(element))
        .flatMap((element) => findUnknowns(element, otherInstance(element), pathOf(element, 'routing-instances'))),
    ],
  };
}

/** Native Junos has one namespace for all; the nodes are the same. */
const isConfiguration = ({ name, namespace }: XmlElement) =>
  name === 'configuration' && (namespace === '' || namespace.includes('juniper.net/'));

const ignoresEphemeralDefault = (configuration: XmlElement): boolean =>
  descend(configuration, 'system', 'configuration-database', 'ephemeral', 'ignore-ephemeral-default') !== undefined;

const typeOf = (instance: XmlElement): string => childText(instance, 'instance-type') ?? '';

/** A VRF, what may be one, and what names a route target though it is none: its use of the route target must be seen. */
const holdsVpnRoutes = (options: PolicyOptions) => (instance: XmlElement) => {
  const type = typeOf(instance);
  return type === 'vrf' || type === '' || !KNOWN_TYPES.has(type) || targetsIn(instance, options).length > 0;
};

const otherInstance = (instance: XmlElement) => (LAYER_2_TYPES.has(typeOf(instance)) ? READ : OTHER_INSTANCE);

/** Route targets anywhere in an instance of another type, and in the policies that it names. */
function targetsIn(
  instance: XmlElement,
  options: PolicyOptions,
  isAsked: (policy: string) => boolean = () => true,
): RouteTarget[] {
  const policies = ['vrf-import', 'vrf-export']
    .flatMap((list) => childrenNamed(instance, list).map(({ text }) => text.trim()))
    .filter(isAsked);
  const named = (['import', 'export'] as const).flatMap((direction) => targetsNamedBy(policies, direction, options));
  return [...new Set([...leavesOf(instance).flatMap((text) => routeTargetIn(text) ?? []), ...named])];
}

function leavesOf(element: XmlElement): string[] {
  return element.children.length === 0 ? [element.text.trim()] : element.children.flatMap(leavesOf);
}

const isOperators = (policy: string): boolean => !policy.startsWith(OBJECT_PREFIX);

function parseOtherInstance(instance: XmlElement, options: PolicyOptions, isListed: boolean): RunningVrf {
  // What wasl put there while it was a VRF is told as such, and goes with its interconnects.
  const targets = targetsIn(instance, options, isOperators);
  const operator = { importRouteTargets: targets, exportRouteTargets: targets, exportPolicies: [], importPolicies: [] };
  const type = typeOf(instance);
  const path = `${pathOf(instance, 'routing-instances')} instance-type ${type}`;
  const isKnown = KNOWN_TYPES.has(type);
  const doubts: Unknown[] = [
    ...(isKnown ? [] : [{ path, reach: 'network' as const, why: 'is not understood' }]),
    ...(isKnown && isListed
      ? [{ path, reach: 'vrf' as const, why: 'is no VRF, as which the inventory lists it' }]
      : []),
  ];
  return {
    name: nameOf(instance),
    routeDistinguisher: null,
    operator: Object.fromEntries(FAMILIES.map((family) => [family, operator])),
    share: canonicalShare({}, FAMILIES),
    policyTexts: {},
    anomalies: [],
    ...(isKnown ? { idle: true as const } : {}),
    ...(doubts.length === 0 ? {} : { unknowns: doubts }),
  };
}

/** Rib groups of the router that lead into no table of an instance. */
function ribGroupsInto(config: readonly XmlElement[]): { readonly harmless: ReadonlySet<string> } {
  const defined = config
    .filter(isConfiguration)
    .flatMap((root) => childrenNamed(root, 'routing-options'))
    .flatMap((options) => childrenNamed(options, 'rib-groups'));
  const harmless = defined.filter(isHarmlessRibGroup);
  return { harmless: new Set(harmless.map((group) => childText(group, 'name') ?? '')) };
}

/** What follows `WASL-<VRF>-` in the names of wasl's objects, by kind. */
const OBJECT_GRAMMAR = {
  'policy-statement': /^(IMPORT|EXPORT)$/,
  'prefix-list': /^(IPV[46]-[012](-\d+)+|AUTO-EXPORT)$/,
  community: /^RT-[012](-\d+)+$/,
} as const;

const nameOf = (entry: XmlElement): VrfName => (childText(entry, 'name') ?? '') as VrfName;

function instances(config: readonly XmlElement[]): XmlElement[] {
  return config
    .filter(({ name }) => name === 'configuration')
    .flatMap((root) => childrenNamed(root, 'routing-instances'))
    .flatMap((parent) => childrenNamed(parent, 'instance'));
}

/** What the configuration in force does not tell of an instance. */
interface Beside {
  /** The mark of wasl's auto-export stands on the router. */
  readonly isMarked: boolean;
  readonly withoutEffect: readonly string[];
  /** The router says so of the default instance of its ephemeral database. */
  readonly ignoresEphemeral: boolean;
}

function parseVrf(
  entry: XmlElement,
  families: readonly Family[],
  options: PolicyOptions,
  { isMarked, withoutEffect, ignoresEphemeral }: Beside,
): RunningVrf {
  const name = nameOf(entry);
  const share = parseShare(entry, options);
  const own = DIRECTIONS.map((direction) => ownTargets(entry, direction, options, share));
  const [imports, exports] = own as [OwnTargets, OwnTargets];
  const [importPolicies, exportPolicies] = [imports.policies, exports.policies];
  const marking = markingPolicies(entry, options);
  const read = { marking, options, share, byDefault: defaultAction(entry) };
  const { rules, unknowns: beyond } = beyondShare(entry, { imports, exports }, read);
  // Policies know no families, so that every family of the VRF has the same base.
  const operator: OperatorFamily = {
    importRouteTargets: imports.targets,
    exportRouteTargets: exports.targets,
    ...(rules.length === 0 ? {} : { exportRules: rules }),
    exportPolicies,
    importPolicies,
  };
  const limits = routeLimits(entry, families);
  const rd = descend(entry, 'route-distinguisher', 'rd-type')?.text.trim();
  const autoExport = descend(entry, 'routing-options', 'auto-export');
  const isOn = autoExport !== undefined && child(autoExport, 'disable') === undefined;
  const texts = { ...textsOf(marking, options), ...readTexts(entry, importPolicies, exportPolicies, options) };
  const unread = [...marking, ...exportPolicies].filter((policy) => !Object.hasOwn(texts, policy));
  const unknowns = [
    ...unread.map((policy) => unreadPolicy(name, policy)),
    ...(own.some(({ isShadowed }) => isShadowed) ? [shadowedTarget(name)] : []),
    ...beyond,
    ...limits.unknowns,
  ];
  const traits = [
    ...(isOn ? [isMarked ? TRAIT_WASL_AUTO_EXPORT : TRAIT_AUTO_EXPORT] : []),
    ...own.filter(({ isRestated }) => isRestated).map(({ direction }) => TRAIT_OWN_RESTATED[direction]),
    ...withoutEffect,
    ...(ignoresEphemeral ? [TRAIT_NOTHING_BESIDE] : []),
  ];
  return {
    name,
    routeDistinguisher: rd === undefined ? null : tryParse(() => parseRouteDistinguisher(rd)),
    operator: Object.fromEntries(families.map((family) => [family, operator])),
    share: canonicalShare(share, families),
    policyTexts: texts,
    anomalies: [],
    ...(traits.length === 0 ? {} : { traits }),
    ...limits.read,
    ...(unknowns.length === 0 ? {} : { unknowns }),
  };
}

const unreadPolicy = (vrf: VrfName, policy: string): Unknown => ({
  path: `routing-instances instance ${vrf} policy ${policy}`,
  reach: 'network',
  why: 'names a policy that is not on the router',
});

const shadowedTarget = (vrf: VrfName): Unknown => ({
  path: `routing-instances instance ${vrf} vrf-target`,
  reach: 'vrf',
  why: "is not what wasl's policies restate, which are in force",
});

function textsOf(policies: readonly string[], options: PolicyOptions): Record<string, string> {
  const texts = policies.map((policy) => [policy, policyText(policy, options)] as const);
  return Object.fromEntries(texts.filter((entry): entry is readonly [string, string] => entry[1] !== null));
}

/** The operator's policies as text; an import chain that may take more than it names says so in its last policy. */
function readTexts(
  entry: XmlElement,
  importPolicies: readonly string[],
  exportPolicies: readonly string[],
  options: PolicyOptions,
): Record<string, string> {
  const texts = textsOf([...importPolicies, ...exportPolicies], options);
  const last = importPolicies.at(-1);
  if (last === undefined) return texts;
  const text = lastImportText(importPolicies, options, defaultAction(entry));
  return text === null ? texts : { ...texts, [last]: text };
}

const defaultAction = (instance: XmlElement): DefaultAction =>
  childText(instance, 'import-default-action')?.trim() === 'reject' ? 'reject' : 'accept';

/** A route target of the pool in the operator's own configuration: hand-made reach that wasl does not know. */
function poolTargetsOfOperator(vrf: RunningVrf, isMine: (rt: RouteTarget) => boolean): string[] {
  const [operator] = Object.values(vrf.operator);
  const all = [...(operator?.importRouteTargets ?? []), ...(operator?.exportRouteTargets ?? [])];
  return [...new Set(all)]
    .filter(isMine)
    .map((rt) => `vrf ${vrf.name}: the operator's policies name ${rt} of wasl's pool`);
}

function restatedAlone({ name, operator, traits = [] }: RunningVrf): string[] {
  const [base] = Object.values(operator);
  return DIRECTIONS.filter((direction) => traits.includes(TRAIT_OWN_RESTATED[direction])).map(
    (direction) =>
      `vrf ${name}: ${direction}s its own route target ${base?.[`${direction}RouteTargets`].join(', ')} by wasl's policy alone`,
  );
}

const isMember = ({ name }: XmlElement) => name === 'members';
const isPrefix = ({ name, children }: XmlElement) =>
  name === 'prefix-list-item' &&
  children.every((part) => part.name === 'name' && tryParse(() => parsePrefix(part.text.trim())) !== null);

/** What else stands in an object (`invert-match`, `apply-path`): it turns the meaning of the rest. */
const linesBeside = (entry: XmlElement, isKnown: (part: XmlElement) => boolean): string[] =>
  setLines({ ...entry, children: entry.children.filter((part) => !isKnown(part)) });

/** By an edit, which then writes nothing (RFC 6241 §7.2). */
const isTakenAway = ({ attributes }: XmlElement) =>
  attributes['{urn:ietf:params:xml:ns:netconf:base:1.0}operation'] === 'delete';

/** wasl's objects in a configuration or in an edit: by kind and name, references by place. */
function readObjects(config: readonly XmlElement[]): WaslObjects {
  const objects = new Map<string, string>();
  const options = readPolicyOptions(config);
  const add = (kind: string, entries: ReadonlyMap<string, XmlElement>, say: (entry: XmlElement) => string) => {
    for (const [name, entry] of entries) {
      if (!name.startsWith(OBJECT_PREFIX) || isTakenAway(entry)) continue;
      objects.set(`${kind} ${name}`, say(entry) + activationNote(entry));
    }
  };
  add('policy-statement', options.statements, (entry) => setLines(entry).join('\n'));
  add('prefix-list', options.prefixLists, (entry) =>
    [...prefixesOf(entry).sort(), ...linesBeside(entry, isPrefix)].join('\n'),
  );
  add('community', options.communities, (entry) => [...membersOf(entry), ...linesBeside(entry, isMember)].join('\n'));
  for (const entry of instances(config)) {
    for (const direction of ['vrf-import', 'vrf-export'] as const) {
      const references = childrenNamed(entry, direction);
      for (const [index, reference] of references.entries()) {
        const text = reference.text.trim();
        if (!text.startsWith(OBJECT_PREFIX)) continue;
        // What is deactivated decides nothing, wherever it stands.
        const isFirst = references.slice(0, index).every((other) => activationNote(other) !== '');
        const place = isFirst ? 'first' : 'not first';
        objects.set(`vrf ${nameOf(entry)} ${direction} ${text}`, place + activationNote(reference));
      }
    }
  }
  return objects;
}
