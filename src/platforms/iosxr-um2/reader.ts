import type { VrfName } from '../../domain/names.ts';
import {
  canonicalShare,
  type ExportRule,
  type FamilyShare,
  type OperatorFamily,
  type RouteLimit,
  type RunningVrf,
  type Unknown,
} from '../../domain/network-view.ts';
import { FAMILIES, type Family, type Prefix, parseNetwork, parsePrefix } from '../../domain/prefix.ts';
import {
  compareRouteTargets,
  parseRouteDistinguisher,
  parseRouteTarget,
  type RouteDistinguisher,
  type RouteTarget,
  shortForm,
} from '../../domain/route-target.ts';
import { isFromPool } from '../../domain/route-target-pool.ts';
import { child, childrenNamed, childText, descend, type XmlElement } from '../../netconf/index.ts';
import { OBJECT_PREFIX } from '../object-names.ts';
import type { ParseContext } from '../platform.ts';
import { activationNote } from '../reading/activation.ts';
import { READ } from '../reading/grammar.ts';
import { poolTarget } from '../reading/pool-target.ts';
import { readLimit } from '../reading/route-limit.ts';
import { tryParse, type VrfReader, type WaslObjects } from '../reading/vrf-reader.ts';
import {
  ACCESS_LIST_MODELS,
  BGP_MODEL,
  GROUP_MODEL,
  POLICY_MAP_MODEL,
  POLICY_MODEL,
  ruleOfRoot,
  STATIC_MODEL,
  VRF,
  VRF_MODEL,
} from './grammar.ts';
import { TARGET_LISTS, type TargetList, targetIn } from './route-targets.ts';
import { type Rpl, readRpl, repeatedNames, type TargetsSet, targetsSetBy, textsNamedBy, usesOf } from './rpl.ts';
import { isBgp, readSessions, SESSIONS_FILTER, type Sessions } from './sessions.ts';

/** Of access lists, which are long, the next hops alone; their keys come with them (RFC 6241 §6.2.5). */
const ENTRY = '<nexthop1/><nexthop2/><nexthop3/>';
const accessLists = (family: Family) =>
  `<${family} xmlns="${ACCESS_LIST_MODELS[family]}"><access-lists><access-list><sequences><sequence>` +
  `<permit>${ENTRY}</permit><deny>${ENTRY}</deny></sequence></sequences></access-list></access-lists></${family}>`;

/** The part of running that is read. */
export const CONFIG_FILTER =
  `<vrfs xmlns="${VRF_MODEL}"/><routing-policy xmlns="${POLICY_MODEL}"/>` +
  `<router xmlns="${STATIC_MODEL}"><static/></router><apply-groups xmlns="${GROUP_MODEL}"/>` +
  `<policy-map xmlns="${POLICY_MAP_MODEL}"><type><pbr/></type></policy-map>${FAMILIES.map(accessLists).join('')}${SESSIONS_FILTER}`;

export const TRANSPARENT_CONTAINERS: ReadonlySet<string> = new Set([
  ...['vrfs', 'address-family', 'ipv4', 'ipv6', 'import', 'export', 'route-target', 'rd'],
  ...['two-byte-as-route-targets', 'four-byte-as-route-targets', 'ipv4-address-route-targets'],
  ...['routing-policy', 'route-policies', 'sets', 'prefix-sets', 'policy-map', 'type', 'access-lists', 'sequences'],
  ...['bgp', 'instances', 'neighbors', 'neighbor-groups', 'af-groups', 'address-families'],
]);

export function readerOf(config: readonly XmlElement[], { pool }: ParseContext): VrfReader {
  const rpl = readRpl(config);
  const sessions = readSessions(config, rpl);
  const isMine = (rt: RouteTarget) => isFromPool(pool, rt);
  return {
    roots: (root) => (isBgp(root) ? READ : ruleOfRoot(root)),
    entries: (all) => vrfEntries(all).map((element) => ({ name: nameOf(element), element })),
    entryPath: 'vrfs',
    entry: VRF,
    objectGrammar: OBJECT_GRAMMAR,
    readObjects: (all) => readObjects(all, isMine),
    readExpected: (edit) => readObjects(edit, () => true),
    parse: ({ element }) => parseVrf(element, rpl, isMine, sessions),
    usesOf: () => usesOf(rpl),
    unknownsOfRouter: (active) => [
      ...sessions.unknowns,
      ...repeatedNames(active).map(
        (name): Unknown => ({ path: `routing-policy ${name}`, reach: 'network', why: 'stands there more than once' }),
      ),
    ],
  };
}

/** What follows `WASL-<VRF>-` in the names of wasl's objects, by kind. */
const OBJECT_GRAMMAR = { 'route-policy': /^IPV[46]-EXPORT$/, 'prefix-set': /^IPV[46]-[012](-\d+)+$/ } as const;

const nameOf = (entry: XmlElement): VrfName => (childText(entry, 'vrf-name') ?? '') as VrfName;

function vrfEntries(config: readonly XmlElement[]): XmlElement[] {
  return config
    .filter(({ name, namespace }) => name === 'vrfs' && namespace === VRF_MODEL)
    .flatMap((vrfs) => childrenNamed(vrfs, 'vrf'));
}

function parseVrf(entry: XmlElement, rpl: Rpl, isMine: (rt: RouteTarget) => boolean, sessions: Sessions): RunningVrf {
  const name = nameOf(entry);
  const operator: Partial<Record<Family, OperatorFamily>> = {};
  const share: Partial<Record<Family, FamilyShare>> = {};
  const texts: [string, string][] = [];
  const unknowns: Unknown[] = [];
  const routeLimits: Partial<Record<Family, RouteLimit>> = {};
  for (const family of FAMILIES) {
    const unicast = descend(entry, 'address-family', family, 'unicast');
    const others = targetsOfOtherKinds(entry, family);
    if (unicast === undefined) {
      const path = `vrfs vrf ${name} address-family ${family}`;
      const why = `has route targets (${others.all.map(shortForm).join(', ')}) without unicast`;
      if (others.all.length > 0) unknowns.push({ path, reach: 'network', why });
      continue;
    }
    const [importing, exporting] = [child(unicast, 'import', BGP_MODEL), child(unicast, 'export', BGP_MODEL)];
    const [imports, exports] = [splitTargets(importing, isMine), splitTargets(exporting, isMine)];
    const attached = exporting === undefined ? undefined : childText(exporting, 'route-policy');
    const { wrappers, wrapped } = unwrap(attached, rpl);
    const importPolicy =
      importing === undefined ? undefined : unwrap(childText(importing, 'route-policy'), rpl).wrapped;
    for (const policy of [wrapped, importPolicy]) {
      if (policy !== undefined) texts.push(...textsNamedBy(policy, rpl));
    }
    const rules = wrappers.flatMap((text) => parseRules(text, rpl.prefixSets));
    const set = targetsBeside(attached, wrapped, rules, rpl);
    const path = `vrfs vrf ${name} address-family ${family} unicast export route-policy ${wrapped ?? attached}`;
    unknowns.push(...set.unread.map((why): Unknown => ({ path, reach: 'network', why })));
    const place = `vrfs vrf ${name} address-family ${family} unicast export route-target`;
    const maximum = child(unicast, 'maximum');
    const limit = readLimit(maximum && (child(maximum, 'prefix') ?? maximum), {
      onlyLogs: 'warning-only',
      path: `vrfs vrf ${name} address-family ${family} unicast maximum`,
    });
    if (limit.limit !== null) routeLimits[family] = limit.limit;
    unknowns.push(...limit.unknowns);
    unknowns.push(...exports.wasls.map((rt) => poolTarget(place, rt)));
    // Not in force for every route: too many rather than too few, for a proof reads them.
    const exported = [...exports.operators, ...others.exports, ...set.targets, ...sessions.marksOf(name)];
    operator[family] = {
      importRouteTargets: [...new Set([...imports.operators, ...others.imports])].sort(compareRouteTargets),
      exportRouteTargets: [...new Set(exported)].sort(compareRouteTargets),
      exportPolicies: wrapped === undefined ? [] : [wrapped],
      importPolicies: importPolicy === undefined ? [] : [importPolicy],
    };
    share[family] = { imports: imports.wasls, exports: rules };
  }
  return {
    name,
    routeDistinguisher: readDistinguisher(entry),
    operator,
    share: canonicalShare(
      share,
      FAMILIES.filter((family) => operator[family] !== undefined),
    ),
    policyTexts: Object.fromEntries(texts),
    anomalies: [],
    ...(Object.keys(routeLimits).length === 0 ? {} : { routeLimits }),
    ...(unknowns.length === 0 ? {} : { unknowns }),
  };
}

/** What is put on routes beside what wasl shares: the operator's policy says, and where a hand was on wasl's that is told. */
function targetsBeside(
  attached: string | undefined,
  wrapped: string | undefined,
  rules: readonly ExportRule[],
  rpl: Rpl,
): TargetsSet {
  if (attached === undefined) return { targets: [], unread: [] };
  const theirs = wrapped === undefined ? [] : targetsSetBy(wrapped, rpl).targets;
  const { targets, unread } = targetsSetBy(attached, rpl);
  const known = new Set([...theirs, ...rules.map(({ routeTarget }) => routeTarget)]);
  const strays = targets.filter((target) => !known.has(target));
  const told = strays.map(
    (target) => `puts ${shortForm(target)} on routes by ${attached}, which shares it with nobody`,
  );
  return { targets: theirs, unread: [...unread, ...told] };
}

/** What wasl writes is of its pool and joins no EVPN (`stitching`); all else is the operator's, also a number of the pool. */
function splitTargets(direction: XmlElement | undefined, isMine: (rt: RouteTarget) => boolean) {
  const [wasls, operators]: [RouteTarget[], RouteTarget[]] = [[], []];
  for (const { routeTarget, stitches } of readEntries(direction)) {
    (isMine(routeTarget) && !stitches ? wasls : operators).push(routeTarget);
  }
  return { wasls, operators };
}

/** Multicast and flow specifications: their route targets are foreign to wasl, and so must not be those of a change. */
function targetsOfOtherKinds(vrf: XmlElement, family: Family) {
  const kinds = ['multicast', 'flowspec'].flatMap((kind) => descend(vrf, 'address-family', family, kind) ?? []);
  const [imports, exports] = (['import', 'export'] as const).map((direction) =>
    kinds.flatMap((kind) => readEntries(child(kind, direction, BGP_MODEL)).map(({ routeTarget }) => routeTarget)),
  ) as [RouteTarget[], RouteTarget[]];
  return { imports, exports, all: [...new Set([...imports, ...exports])] };
}

interface TargetEntry {
  readonly routeTarget: RouteTarget;
  readonly stitches: boolean;
  readonly note: string;
}

function readEntries(direction: XmlElement | undefined): TargetEntry[] {
  const parent = direction === undefined ? undefined : child(direction, 'route-target');
  if (parent === undefined) return [];
  const lists = Object.keys(TARGET_LISTS) as TargetList[];
  return lists
    .flatMap((list) =>
      childrenNamed(parent, `${list}s`)
        .flatMap((all) => childrenNamed(all, list))
        .flatMap((entry): TargetEntry[] => {
          const routeTarget = targetIn(list, entry);
          const stitches = childText(entry, 'stitching') === 'enable';
          return routeTarget === null ? [] : [{ routeTarget, stitches, note: activationNote(entry) }];
        }),
    )
    .sort((a, b) => compareRouteTargets(a.routeTarget, b.routeTarget));
}

function readDistinguisher(entry: XmlElement): RouteDistinguisher | null {
  const [kind] = child(entry, 'rd', BGP_MODEL)?.children ?? [];
  if (kind === undefined) return null;
  const values = kind.children.map(({ text }) => text.trim());
  return tryParse(() => parseRouteDistinguisher(values.join(':')));
}

/**
 * What stands attached: texts of wasl's, and the operator's behind them, for wasl's policy itself remembers which policy it took the place of.
 * Also where somebody attached one of another VRF: under wasl's name nothing is the operator's.
 */
function unwrap(attached: string | undefined, { policies }: Rpl) {
  const names = new Set<string>();
  let wrapped = attached;
  while (wrapped?.startsWith(OBJECT_PREFIX) && !names.has(wrapped)) {
    names.add(wrapped);
    wrapped = /^[^\S\n]*apply[^\S\n]+(\S+)[^\S\n]*$/m.exec(policies.get(wrapped) ?? '')?.[1];
  }
  const isKnown = wrapped !== undefined && !wrapped.startsWith(OBJECT_PREFIX);
  return { wrappers: [...names].map((name) => policies.get(name) ?? ''), wrapped: isKnown ? wrapped : undefined };
}

const RULE = /(?:if destination in (?<set>\S+) then\s+)?set extcommunity rt \((?<rt>[^()\s]+)\) additive/g;

function parseRules(wrapper: string, sets: ReadonlyMap<string, string>): ExportRule[] {
  const rules: ExportRule[] = [];
  for (const { groups } of linesOf(wrapper).join('\n').matchAll(RULE)) {
    const routeTarget = tryParse(() => parseRouteTarget(groups?.rt ?? ''));
    if (routeTarget === null) continue;
    const set = groups?.set;
    const scope = set === undefined ? 'whole-vpn' : parsePrefixes(sets.get(set) ?? '');
    rules.push({ routeTarget, scope });
  }
  return rules;
}

/**
 * The prefixes that the entries of a set begin with, as networks. What a hand added to an entry (`le 24`), or wrote otherwise, shows as an
 * anomaly, which puts the VRF in doubt; the rule itself must not vanish from the view.
 */
function parsePrefixes(block: string): Prefix[] {
  const body = linesOf(block).slice(1, -1).join(' ');
  return body.split(',').flatMap((entry) => tryParse(() => parseNetwork(entry.trim().split(' ')[0] ?? '')) ?? []);
}

/** wasl's objects in a configuration or in an edit: blocks by name, references and entries by place. */
function readObjects(config: readonly XmlElement[], isMine: (rt: RouteTarget) => boolean): WaslObjects {
  const objects = new Map<string, string>();
  const own = (name: string) => name.startsWith(OBJECT_PREFIX);
  const { policies, prefixSets } = readRpl(config);
  for (const [name, text] of policies) if (own(name)) objects.set(`route-policy ${name}`, linesOf(text).join('\n'));
  for (const [name, text] of prefixSets) if (own(name)) objects.set(`prefix-set ${name}`, normalisePrefixSet(text));
  for (const entry of vrfEntries(config)) {
    for (const family of FAMILIES) {
      const unicast = descend(entry, 'address-family', family, 'unicast');
      if (unicast === undefined) continue;
      const place = `vrf ${nameOf(entry)} ${family}`;
      const [importing, exporting] = [child(unicast, 'import', BGP_MODEL), child(unicast, 'export', BGP_MODEL)];
      const mine = (direction: XmlElement | undefined) =>
        readEntries(direction).filter(({ routeTarget, stitches }) => isMine(routeTarget) && !stitches);
      for (const { routeTarget, note } of mine(importing)) objects.set(`${place} import ${routeTarget}`, note);
      for (const [direction, container] of Object.entries({ import: importing, export: exporting })) {
        const attached = container === undefined ? undefined : childText(container, 'route-policy');
        if (attached !== undefined && own(attached)) objects.set(`${place} ${direction} route-policy ${attached}`, '');
      }
      // In the pool and yet not in a rule: somebody put wasl's route target on every route of the VPN.
      for (const { routeTarget, note } of mine(exporting)) objects.set(`${place} export ${routeTarget}`, note);
    }
  }
  return objects;
}

/** RPL as it is compared: XR indents, adds `!` and a line end as it likes. */
function linesOf(block: string): string[] {
  return block
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '' && line !== '!');
}

function normalisePrefixSet(block: string): string {
  return linesOf(block)
    .map((line) => {
      const text = line.replace(/,$/, '');
      return tryParse(() => parsePrefix(text)) ?? text;
    })
    .join('\n');
}
