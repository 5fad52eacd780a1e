import type { VrfName } from '../../domain/names.ts';
import {
  canonicalRules,
  canonicalShare,
  type ExportRule,
  type FamilyShare,
  type OperatorFamily,
  type RunningVrf,
  type Unknown,
} from '../../domain/network-view.ts';
import { FAMILIES, type Family, parsePrefix } from '../../domain/prefix.ts';
import {
  compareRouteTargets,
  parseRouteDistinguisher,
  parseRouteTarget,
  type RouteTarget,
} from '../../domain/route-target.ts';
import { isFromPool } from '../../domain/route-target-pool.ts';
import { child, childrenNamed, childText, type XmlElement } from '../../netconf/index.ts';
import { OBJECT_PREFIX } from '../object-names.ts';
import type { ParseContext } from '../platform.ts';
import { activationNote } from '../reading/activation.ts';
import { APART, type Container, doubt, READ, type Rule } from '../reading/grammar.ts';
import { poolTarget } from '../reading/pool-target.ts';
import { tryParse, type VrfReader, type WaslObjects } from '../reading/vrf-reader.ts';
import { type Beside, besideOf } from './beside.ts';
import { isOwnConfiguration } from './own-configuration.ts';

const NAMESPACE = 'urn:wasl:frr:l3vpn';

/** The part of running that is read. */
export const CONFIG_FILTER = `<vrfs xmlns="${NAMESPACE}"/>`;

export const TRANSPARENT_CONTAINERS: ReadonlySet<string> = new Set(['vrfs', 'ipv4', 'ipv6']);

export function readerOf(config: readonly XmlElement[], { pool, vrfs }: ParseContext): VrfReader {
  const isMine = (rt: RouteTarget) => isFromPool(pool, rt);
  const beside = besideOf(config, modulesIn(config));
  return {
    roots: (root) => {
      if (isOwnConfiguration(root)) return READ;
      return root.name === 'vrfs' && root.namespace === NAMESPACE ? VRFS : undefined;
    },
    entries: (all) => vrfEntries(all).map((element) => ({ name: nameOf(element), element })),
    entryPath: 'vrfs',
    entry: VRF,
    objectGrammar: {},
    readObjects: (all) => readObjects(all, isMine),
    readExpected: (edit) => readObjects(edit, () => true),
    parse: ({ element }) => {
      const listed = vrfs.find(({ name }) => name === nameOf(element))?.families ?? [];
      // What is in use counts, listed or not.
      const used = familiesInUse(element);
      const families = FAMILIES.filter((family) => listed.includes(family) || used.includes(family));
      return parseVrf(element, families, isMine, beside);
    },
    unknownsOfRouter: () => beside.unknowns,
  };
}

const ALL = { otherwise: 'network', namespace: NAMESPACE } as const;
const target: Rule = ({ text }: XmlElement) =>
  targetIn(text) === null ? doubt('network', 'is not understood as a route target') : READ;
const RULE: Container = {
  ...ALL,
  lists: new Set(['prefix']),
  children: { name: READ, 'route-target': target, prefix: READ, 'whole-vpn': READ },
};
const FAMILY: Container = {
  ...ALL,
  lists: new Set(['import-rt', 'export-rt', 'export-rule']),
  children: { 'import-rt': target, 'export-rt': target, 'export-policy': READ, 'export-rule': RULE },
};
/** The nodes of the module; a test holds them against it. */
const VRF: Container = {
  ...ALL,
  lists: new Set(),
  children: { name: READ, description: READ, rd: READ, ipv4: FAMILY, ipv6: FAMILY },
};
const VRFS: Container = { ...ALL, children: { vrf: APART } };

const nameOf = (entry: XmlElement): VrfName => (childText(entry, 'name') ?? '') as VrfName;

function vrfEntries(config: readonly XmlElement[]): XmlElement[] {
  return modulesIn(config).flatMap((vrfs) => childrenNamed(vrfs, 'vrf'));
}

function modulesIn(config: readonly XmlElement[]): XmlElement[] {
  return config.filter(({ name, namespace }) => name === 'vrfs' && namespace === NAMESPACE);
}

/** The module has both families always; one with nothing in it neither imports nor exports. */
function familiesInUse(entry: XmlElement): Family[] {
  return FAMILIES.filter((family) => (child(entry, family)?.children.length ?? 0) > 0);
}

function parseVrf(
  entry: XmlElement,
  families: readonly Family[],
  isMine: (rt: RouteTarget) => boolean,
  beside: Beside,
): RunningVrf {
  const name = nameOf(entry);
  const operator: Partial<Record<Family, OperatorFamily>> = {};
  const share: Partial<Record<Family, FamilyShare>> = {};
  const texts: Record<string, string> = {};
  const unknowns: Unknown[] = [];
  for (const family of families) {
    const content = child(entry, family);
    const imports = readTargets(content, 'import-rt');
    const policy = content === undefined ? undefined : childText(content, 'export-policy');
    const { importMaps, marks } = beside.familyOf(name, family);
    const set = policy === undefined ? { targets: [], unread: [] } : beside.effectOf(policy);
    const path = `vrfs vrf ${name} ${family} export-policy ${policy}`;
    unknowns.push(...set.unread.map((why): Unknown => ({ path, reach: 'network', why })));
    const given = readTargets(content, 'export-rt').filter(isMine);
    unknowns.push(...given.map((rt) => poolTarget(`vrfs vrf ${name} ${family} export-rt`, rt)));
    // Not on every route: too many rather than too few, for a proof reads them.
    const put = [...marks, ...set.targets].map((routeTarget): ExportRule => ({ routeTarget, scope: 'whole-vpn' }));
    const rules = canonicalRules([...operatorRules(content), ...put]);
    operator[family] = {
      importRouteTargets: imports.filter((rt) => !isMine(rt)),
      exportRouteTargets: readTargets(content, 'export-rt').filter((rt) => !isMine(rt)),
      ...(rules.length === 0 ? {} : { exportRules: rules }),
      exportPolicies: policy === undefined ? [] : [policy],
      importPolicies: importMaps,
    };
    share[family] = { imports: imports.filter(isMine), exports: readRules(content) };
    Object.assign(texts, beside.textsOf([...importMaps, ...(policy === undefined ? [] : [policy])]));
  }
  const rd = childText(entry, 'rd');
  return {
    name,
    routeDistinguisher: rd === undefined ? null : tryParse(() => parseRouteDistinguisher(rd)),
    operator,
    share: canonicalShare(share, families),
    policyTexts: texts,
    anomalies: [],
    ...(unknowns.length === 0 ? {} : { unknowns }),
  };
}

function readTargets(content: XmlElement | undefined, name: string): RouteTarget[] {
  const entries = content === undefined ? [] : childrenNamed(content, name);
  return entries.flatMap(({ text }) => targetIn(text) ?? []).sort(compareRouteTargets);
}

const targetIn = (text: string): RouteTarget | null => tryParse(() => parseRouteTarget(text.trim()));

/** Each puts its route target on some routes. One whose prefixes cannot be read says all: one too many rather than too few. */
function operatorRules(content: XmlElement | undefined): readonly ExportRule[] {
  const foreign = content === undefined ? [] : childrenNamed(content, 'export-rule').filter((rule) => !isOwn(rule));
  const rules = foreign.flatMap((rule): ExportRule[] => {
    const routeTarget = targetIn(childText(rule, 'route-target') ?? '');
    if (routeTarget === null) return [];
    const prefixes = childrenNamed(rule, 'prefix').map(({ text }) => tryParse(() => parsePrefix(text.trim())));
    const known = prefixes.filter((prefix) => prefix !== null);
    const isWhole = child(rule, 'whole-vpn') !== undefined || known.length < prefixes.length;
    return [{ routeTarget, scope: isWhole ? 'whole-vpn' : known }];
  });
  return canonicalRules(rules);
}

const isOwn = (rule: XmlElement) => childText(rule, 'name')?.startsWith(OBJECT_PREFIX) === true;

function ownRules(content: XmlElement | undefined): XmlElement[] {
  const entries = content === undefined ? [] : childrenNamed(content, 'export-rule');
  return entries.filter(isOwn);
}

function readRules(content: XmlElement | undefined): ExportRule[] {
  return ownRules(content).flatMap((entry) => {
    const routeTarget = targetIn(childText(entry, 'route-target') ?? '');
    if (routeTarget === null) return [];
    const wholeVpn = child(entry, 'whole-vpn') !== undefined;
    const prefixes = childrenNamed(entry, 'prefix').flatMap(
      ({ text }) => tryParse(() => parsePrefix(text.trim())) ?? [],
    );
    return [{ routeTarget, scope: wholeVpn ? ('whole-vpn' as const) : prefixes }];
  });
}

function readObjects(config: readonly XmlElement[], isMine: (rt: RouteTarget) => boolean): WaslObjects {
  const objects = new Map<string, string>();
  for (const entry of vrfEntries(config)) {
    for (const family of FAMILIES) {
      const content = child(entry, family);
      const place = `vrf ${nameOf(entry)} ${family}`;
      for (const rt of readTargets(content, 'import-rt').filter(isMine)) objects.set(`${place} import-rt ${rt}`, '');
      for (const rt of readTargets(content, 'export-rt').filter(isMine)) objects.set(`${place} export-rt ${rt}`, '');
      for (const rule of ownRules(content)) {
        const parts = rule.children.map(({ name, text }) => `${name} ${text.trim()}`).sort();
        objects.set(`${place} export-rule ${childText(rule, 'name')}`, parts.join('\n') + activationNote(rule));
      }
    }
  }
  return objects;
}
