import type { VrfName } from '../../domain/names.ts';
import {
  canonicalShare,
  type ExportRule,
  type FamilyShare,
  type OperatorFamily,
  type RunningVrf,
} from '../../domain/network-view.ts';
import { FAMILIES, type Family, type Prefix, parsePrefix } from '../../domain/prefix.ts';
import {
  compareRouteTargets,
  makeRouteTarget,
  parseRouteDistinguisher,
  parseRouteTarget,
  type RouteDistinguisher,
  type RouteTarget,
} from '../../domain/route-target.ts';
import { isFromPool } from '../../domain/route-target-pool.ts';
import { child, childrenNamed, childText, descend, type XmlElement } from '../../netconf/index.ts';
import { OBJECT_PREFIX, objectNames } from '../../render/object-names.ts';
import type { ParseContext, PlatformAdapter } from '../platform.ts';
import { findAnomalies, objectsByVrf, tryParse, type WaslObjects, withAnomalies } from '../wasl-objects.ts';
import { pingIosxr, readIosxrTable } from './iosxr-operational.ts';
import { readEachTable } from './read-each-table.ts';

const VRF = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg';
const BGP = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg';
const POLICY = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-route-policy-cfg';

/** IOS XR 24.4.1 and later, unified model. */
export const iosxrUm2: PlatformAdapter = {
  configFilter: `<vrfs xmlns="${VRF}"/><routing-policy xmlns="${POLICY}"/>`,
  transparentContainers: new Set([
    ...['vrfs', 'address-family', 'ipv4', 'ipv6', 'import', 'export', 'route-target', 'rd'],
    ...['two-byte-as-route-targets', 'four-byte-as-route-targets', 'ipv4-address-route-targets'],
    ...['routing-policy', 'route-policies', 'sets', 'prefix-sets'],
  ]),
  parseRunning,
  readRouteTables: readEachTable(readIosxrTable),
  ping: pingIosxr,
};

function parseRunning(config: readonly XmlElement[], { pool }: ParseContext): RunningVrf[] {
  const policies = readBlocks(config, ['route-policies', 'route-policy'], 'route-policy-name', 'rpl-route-policy');
  const sets = readBlocks(config, ['sets', 'prefix-sets', 'prefix-set'], 'set-name', 'rpl-prefix-set');
  const entries = vrfEntries(config).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const isMine = (rt: RouteTarget) => isFromPool(pool, rt);
  const objects = objectsByVrf(readObjects(config, isMine), entries.map(nameOf), OBJECT_GRAMMAR);
  return entries.map((entry) => {
    const vrf = parseVrf(entry, policies, sets, isMine);
    const mine = objects.get(vrf.name) ?? new Map();
    return withAnomalies(
      vrf,
      mine,
      findAnomalies('iosxr-um2', vrf, mine, (edit) => readObjects(edit, () => true)),
    );
  });
}

/** What follows `WASL-<VRF>-` in the names of wasl's objects, by kind. */
const OBJECT_GRAMMAR = { 'route-policy': /^IPV[46]-EXPORT$/, 'prefix-set': /^IPV[46]-[012](-\d+)+$/ } as const;

const nameOf = (entry: XmlElement): VrfName => (childText(entry, 'vrf-name') ?? '') as VrfName;

function vrfEntries(config: readonly XmlElement[]): XmlElement[] {
  return config
    .filter(({ name, namespace }) => name === 'vrfs' && namespace === VRF)
    .flatMap((vrfs) => childrenNamed(vrfs, 'vrf'));
}

/** RPL objects by name, each a whole block of CLI text. */
function readBlocks(
  config: readonly XmlElement[],
  path: readonly string[],
  key: string,
  text: string,
): Map<string, string> {
  const [last = '', ...containers] = [...path].reverse();
  const blocks = new Map<string, string>();
  for (const root of config.filter(({ name, namespace }) => name === 'routing-policy' && namespace === POLICY)) {
    const parent = descend(root, ...containers.reverse());
    for (const entry of parent === undefined ? [] : childrenNamed(parent, last)) {
      blocks.set(childText(entry, key) ?? '', childText(entry, text) ?? '');
    }
  }
  return blocks;
}

type Blocks = ReadonlyMap<string, string>;

function parseVrf(entry: XmlElement, policies: Blocks, sets: Blocks, isMine: (rt: RouteTarget) => boolean): RunningVrf {
  const name = nameOf(entry);
  const operator: Partial<Record<Family, OperatorFamily>> = {};
  const share: Partial<Record<Family, FamilyShare>> = {};
  const texts: Record<string, string> = {};
  for (const family of FAMILIES) {
    const unicast = descend(entry, 'address-family', family, 'unicast');
    if (unicast === undefined) continue;
    const [importing, exporting] = [child(unicast, 'import', BGP), child(unicast, 'export', BGP)];
    const imports = readTargets(importing);
    const attached = exporting === undefined ? undefined : childText(exporting, 'route-policy');
    const ours = objectNames.familyExportPolicy(name, family);
    const wrapper = attached === ours ? (policies.get(ours) ?? '') : '';
    const wrapped = attached === ours ? operatorOf(wrapper) : attached;
    const importPolicy = importing === undefined ? undefined : childText(importing, 'route-policy');
    for (const policy of [wrapped, importPolicy]) {
      if (policy !== undefined) collectTexts(policy, policies, texts);
    }
    operator[family] = {
      importRouteTargets: imports.filter((rt) => !isMine(rt)),
      exportRouteTargets: readTargets(exporting).filter((rt) => !isMine(rt)),
      exportPolicies: wrapped === undefined ? [] : [wrapped],
      importPolicies: importPolicy === undefined ? [] : [importPolicy],
    };
    share[family] = { imports: imports.filter(isMine), exports: parseRules(wrapper, sets) };
  }
  return {
    name,
    routeDistinguisher: readDistinguisher(entry),
    operator,
    share: canonicalShare(
      share,
      FAMILIES.filter((family) => operator[family] !== undefined),
    ),
    policyTexts: texts,
    anomalies: [],
  };
}

/** `stitching` route targets join EVPN to VPN; they are not L3VPN route targets and none of wasl's business. */
function readTargets(direction: XmlElement | undefined): RouteTarget[] {
  const parent = direction === undefined ? undefined : child(direction, 'route-target');
  if (parent === undefined) return [];
  const read = (list: string, administrator: string, assigned: string, type: 0 | 1 | 2): RouteTarget[] => {
    const container = child(parent, `${list}s`);
    const entries = container === undefined ? [] : childrenNamed(container, list);
    return entries
      .filter((entry) => childText(entry, 'stitching') !== 'enable')
      .map((entry) =>
        makeRouteTarget({
          type,
          administrator: childText(entry, administrator) ?? '',
          assigned: Number(childText(entry, assigned)),
        }),
      );
  };
  return [
    ...read('two-byte-as-route-target', 'two-byte-as-number', 'asn2-index', 0),
    ...read('four-byte-as-route-target', 'four-byte-as-number', 'asn4-index', 2),
    ...read('ipv4-address-route-target', 'ipv4-address', 'ipv4-address-index', 1),
  ].sort(compareRouteTargets);
}

function readDistinguisher(entry: XmlElement): RouteDistinguisher | null {
  const [kind] = child(entry, 'rd', BGP)?.children ?? [];
  if (kind === undefined) return null;
  const values = kind.children.map(({ text }) => text.trim());
  return parseRouteDistinguisher(values.join(':'));
}

/** The operator's policy and those that it applies. */
function collectTexts(policy: string, policies: Blocks, texts: Record<string, string>): void {
  const text = policies.get(policy);
  if (text === undefined || Object.hasOwn(texts, policy)) return;
  texts[policy] = text;
  for (const [, applied = ''] of text.matchAll(/^\s*apply\s+(\S+)/gm)) collectTexts(applied, policies, texts);
}

/** wasl's policy itself remembers which policy it took the place of. */
function operatorOf(wrapper: string): string | undefined {
  return /^\s*apply\s+(\S+)\s*$/m.exec(wrapper)?.[1];
}

const RULE = /(?:if destination in (?<set>\S+) then\s+)?set extcommunity rt \((?<rt>[^()\s]+)\) additive/g;

function parseRules(wrapper: string, sets: Blocks): ExportRule[] {
  const rules: ExportRule[] = [];
  for (const { groups } of wrapper.matchAll(RULE)) {
    const routeTarget = tryParse(() => parseRouteTarget(groups?.rt ?? ''));
    if (routeTarget === null) continue;
    const set = groups?.set;
    const scope = set === undefined ? 'whole-vpn' : parsePrefixes(sets.get(set) ?? '');
    rules.push({ routeTarget, scope });
  }
  return rules;
}

function parsePrefixes(block: string): Prefix[] {
  // A hand-made `le` or `ge` after a prefix shows as an anomaly; the rule itself must not vanish from the view.
  const prefixes = linesOf(block).map((line) => line.replace(/,$/, '').split(' ')[0] ?? '');
  return prefixes.slice(1, -1).flatMap((text) => tryParse(() => parsePrefix(text)) ?? []);
}

/** wasl's objects in a configuration or in an edit: blocks by name, references and entries by place. */
function readObjects(config: readonly XmlElement[], isMine: (rt: RouteTarget) => boolean): WaslObjects {
  const objects = new Map<string, string>();
  const own = (name: string) => name.startsWith(OBJECT_PREFIX);
  for (const [name, text] of readBlocks(
    config,
    ['route-policies', 'route-policy'],
    'route-policy-name',
    'rpl-route-policy',
  )) {
    if (own(name)) objects.set(`route-policy ${name}`, linesOf(text).join('\n'));
  }
  for (const [name, text] of readBlocks(config, ['sets', 'prefix-sets', 'prefix-set'], 'set-name', 'rpl-prefix-set')) {
    if (own(name)) objects.set(`prefix-set ${name}`, normalisePrefixSet(text));
  }
  for (const entry of vrfEntries(config)) {
    for (const family of FAMILIES) {
      const unicast = descend(entry, 'address-family', family, 'unicast');
      if (unicast === undefined) continue;
      const place = `vrf ${nameOf(entry)} ${family}`;
      const [importing, exporting] = [child(unicast, 'import', BGP), child(unicast, 'export', BGP)];
      for (const rt of readTargets(importing).filter(isMine)) objects.set(`${place} import ${rt}`, '');
      const attached = exporting === undefined ? undefined : childText(exporting, 'route-policy');
      if (attached !== undefined && own(attached)) objects.set(`${place} export route-policy ${attached}`, '');
      // In the pool and yet not in a rule: somebody put wasl's route target on every route of the VPN.
      for (const rt of readTargets(exporting).filter(isMine)) objects.set(`${place} export ${rt}`, '');
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
