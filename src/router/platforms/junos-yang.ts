import type { VrfName } from '../../domain/names.ts';
import { canonicalShare, type OperatorFamily, type RunningVrf } from '../../domain/network-view.ts';
import { FAMILIES, type Family, familyOf, parsePrefix } from '../../domain/prefix.ts';
import { parseRouteDistinguisher, parseRouteTarget, type RouteTarget } from '../../domain/route-target.ts';
import { isFromPool } from '../../domain/route-target-pool.ts';
import { child, childrenNamed, childText, descend, escapeText, type XmlElement } from '../../netconf/index.ts';
import { OBJECT_PREFIX, objectNames } from '../../render/object-names.ts';
import { TRAIT_AUTO_EXPORT, TRAIT_WASL_AUTO_EXPORT } from '../../render/render-edits.ts';
import { isEmptyShare } from '../../render/vrf-view.ts';
import type { ParseContext, PlatformAdapter, RouterReader } from '../platform.ts';
import type { PingRequest, RouteTable, VrfRoute } from '../router.ts';
import { findAnomalies, objectsByVrf, tryParse, type WaslObjects, withAnomalies } from '../wasl-objects.ts';
import { countEchoes } from './count-echoes.ts';
import {
  membersOf,
  openEnds,
  type PolicyOptions,
  parseShare,
  policyText,
  prefixesOf,
  readPolicyOptions,
  setLines,
  targetsNamedBy,
} from './junos-policies.ts';
import { readEachTable } from './read-each-table.ts';

const ROOT = 'http://yang.juniper.net/junos/conf/root';
const INSTANCES = 'http://yang.juniper.net/junos/conf/routing-instances';
const POLICY = 'http://yang.juniper.net/junos/conf/policy-options';
const RPC_ROUTE = 'http://yang.juniper.net/junos/rpc/route';
const RPC_PING = 'http://yang.juniper.net/junos/rpc/ping';

/** Junos with `system services netconf yang-compliant`. */
export const junosYang: PlatformAdapter = {
  configFilter: `<configuration xmlns="${ROOT}"><policy-options xmlns="${POLICY}"/><routing-instances xmlns="${INSTANCES}"/></configuration>`,
  transparentContainers: new Set(['configuration', 'policy-options', 'routing-instances', 'routing-options']),
  parseRunning,
  readRouteTables: readEachTable(readTable),
  ping,
};

/** What follows `WASL-<VRF>-` in the names of wasl's objects, by kind. */
const OBJECT_GRAMMAR = {
  'policy-statement': /^(IMPORT|EXPORT)$/,
  'prefix-list': /^(IPV[46]-[012](-\d+)+|AUTO-EXPORT)$/,
  community: /^RT-[012](-\d+)+$/,
} as const;

function parseRunning(config: readonly XmlElement[], { pool, vrfs }: ParseContext): RunningVrf[] {
  const options = readPolicyOptions(config);
  const entries = instances(config)
    .filter((entry) => childText(entry, 'instance-type') === 'vrf')
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const objects = objectsByVrf(readObjects(config), entries.map(nameOf), OBJECT_GRAMMAR);
  return entries.map((entry) => {
    const families = vrfs.find(({ name }) => name === nameOf(entry))?.families ?? FAMILIES;
    const vrf = parseVrf(entry, families, options);
    const mine = new Map(objects.get(vrf.name));
    if (!isEmptyShare(vrf.share) && vrf.traits?.includes(TRAIT_WASL_AUTO_EXPORT)) {
      mine.delete(`prefix-list ${objectNames.autoExportMark(vrf.name)}`);
    }
    const foreign = poolTargetsOfOperator(vrf, (rt) => isFromPool(pool, rt));
    return withAnomalies(vrf, mine, [...findAnomalies('junos-yang', vrf, mine, readObjects), ...foreign]);
  });
}

const nameOf = (entry: XmlElement): VrfName => (childText(entry, 'name') ?? '') as VrfName;

function instances(config: readonly XmlElement[]): XmlElement[] {
  return config
    .filter(({ name }) => name === 'configuration')
    .flatMap((root) => childrenNamed(root, 'routing-instances'))
    .flatMap((parent) => childrenNamed(parent, 'instance'));
}

function parseVrf(entry: XmlElement, families: readonly Family[], options: PolicyOptions): RunningVrf {
  const name = nameOf(entry);
  const [importPolicies, exportPolicies] = [operatorList(entry, 'vrf-import'), operatorList(entry, 'vrf-export')];
  // Policies know no families, so that every family of the VRF has the same base.
  const operator: OperatorFamily = {
    importRouteTargets: ownTargets(entry, 'import', importPolicies, options),
    exportRouteTargets: ownTargets(entry, 'export', exportPolicies, options),
    exportPolicies,
    importPolicies,
  };
  const share = parseShare(name, options);
  const rd = descend(entry, 'route-distinguisher', 'rd-type')?.text.trim();
  const autoExport = descend(entry, 'routing-options', 'auto-export');
  const isOn = autoExport !== undefined && child(autoExport, 'disable') === undefined;
  const isMarked = options.prefixLists.has(objectNames.autoExportMark(name));
  const texts = readTexts(entry, importPolicies, exportPolicies, options);
  return {
    name,
    routeDistinguisher: rd === undefined ? null : tryParse(() => parseRouteDistinguisher(rd)),
    operator: Object.fromEntries(families.map((family) => [family, operator])),
    share: canonicalShare(share, families),
    policyTexts: texts,
    anomalies: [],
    ...(isOn ? { traits: [isMarked ? TRAIT_WASL_AUTO_EXPORT : TRAIT_AUTO_EXPORT] } : {}),
  };
}

/** The operator's policies as text; an import chain that may take more than it names says so in its last policy. */
function readTexts(
  entry: XmlElement,
  importPolicies: readonly string[],
  exportPolicies: readonly string[],
  options: PolicyOptions,
): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const policy of [...importPolicies, ...exportPolicies]) {
    const text = policyText(policy, options);
    if (text !== null) texts[policy] = text;
  }
  const last = importPolicies.at(-1);
  const known = last === undefined ? undefined : texts[last];
  if (last !== undefined && known !== undefined && childText(entry, 'import-default-action') !== 'reject') {
    texts[last] = [known, ...openEnds(importPolicies, options)].join('\n');
  }
  return texts;
}

function operatorList(entry: XmlElement, direction: 'vrf-import' | 'vrf-export'): string[] {
  const names = childrenNamed(entry, direction).map(({ text }) => text.trim());
  return names.filter((name) => !name.startsWith(OBJECT_PREFIX));
}

/** A list of policies takes the place of vrf-target in its direction. */
function ownTargets(
  entry: XmlElement,
  direction: 'import' | 'export',
  policies: readonly string[],
  options: PolicyOptions,
): RouteTarget[] {
  if (policies.length > 0) return targetsNamedBy(policies, direction, options);
  const shorthand = child(entry, 'vrf-target');
  const text =
    shorthand === undefined ? undefined : (childText(shorthand, direction) ?? childText(shorthand, 'community'));
  return text === undefined ? [] : (tryParse(() => [parseRouteTarget(text)]) ?? []);
}

/** A route target of the pool in the operator's own configuration: hand-made reach that wasl does not know. */
function poolTargetsOfOperator(vrf: RunningVrf, isMine: (rt: RouteTarget) => boolean): string[] {
  const [operator] = Object.values(vrf.operator);
  const all = [...(operator?.importRouteTargets ?? []), ...(operator?.exportRouteTargets ?? [])];
  return [...new Set(all)]
    .filter(isMine)
    .map((rt) => `vrf ${vrf.name}: the operator's policies name ${rt} of wasl's pool`);
}

/** wasl's objects in a configuration or in an edit: by kind and name, references by place. */
function readObjects(config: readonly XmlElement[]): WaslObjects {
  const objects = new Map<string, string>();
  const options = readPolicyOptions(config);
  const add = (kind: string, entries: ReadonlyMap<string, XmlElement>, say: (entry: XmlElement) => string) => {
    for (const [name, entry] of entries) {
      if (name.startsWith(OBJECT_PREFIX)) objects.set(`${kind} ${name}`, say(entry));
    }
  };
  add('policy-statement', options.statements, (entry) => setLines(entry).join('\n'));
  add('prefix-list', options.prefixLists, (entry) => prefixesOf(entry).sort().join('\n'));
  add('community', options.communities, (entry) => membersOf(entry).join('\n'));
  for (const entry of instances(config)) {
    for (const direction of ['vrf-import', 'vrf-export'] as const) {
      for (const [index, { text }] of childrenNamed(entry, direction).entries()) {
        if (!text.trim().startsWith(OBJECT_PREFIX)) continue;
        objects.set(`vrf ${nameOf(entry)} ${direction} ${text.trim()}`, index === 0 ? 'first' : 'not first');
      }
    }
  }
  return objects;
}

const TABLE = { ipv4: 'inet.0', ipv6: 'inet6.0' } as const;

async function readTable(reader: RouterReader, { vrf, family }: RouteTable): Promise<VrfRoute[]> {
  const reply = await reader.call(
    `<get-route-information xmlns="${RPC_ROUTE}"><table>${escapeText(vrf)}.${TABLE[family]}</table></get-route-information>`,
  );
  return reply
    .filter(({ name }) => name === 'route-information')
    .flatMap((information) => childrenNamed(information, 'route-table'))
    .flatMap((table) => childrenNamed(table, 'rt'))
    .flatMap(parseRoute);
}

function parseRoute(route: XmlElement): VrfRoute[] {
  const destination = childText(route, 'rt-destination');
  const entries = childrenNamed(route, 'rt-entry');
  const active = entries.find((entry) => childText(entry, 'active-tag')?.includes('*')) ?? entries[0];
  if (destination === undefined || active === undefined) return [];
  const length = childText(route, 'rt-prefix-length');
  const prefix = parsePrefix(destination.includes('/') ? destination : `${destination}/${length}`);
  // A CE's BGP route looks the same in brief output and counts as imported too: it does so before and after a change, and no leak hides.
  return [{ prefix, origin: childText(active, 'protocol-name') === 'BGP' ? 'vpn' : 'local' }];
}

async function ping(reader: RouterReader, request: PingRequest) {
  const { vrf, destination, source, count } = request;
  const version = familyOf(destination) === 'ipv4' ? '<inet/>' : '<inet6/>';
  const reply = await reader.call(
    `<ping xmlns="${RPC_PING}"><count>${count}</count><rapid/>${version}` +
      (source === undefined ? '' : `<source>${escapeText(source)}</source>`) +
      `<routing-instance>${escapeText(vrf)}</routing-instance><host>${escapeText(destination)}</host></ping>`,
  );
  const results = reply.find(({ name }) => name === 'ping-results');
  const summary = results && child(results, 'probe-results-summary');
  return countEchoes(request, {
    sent: summary && childText(summary, 'probes-sent'),
    received: summary && childText(summary, 'responses-received'),
    said: results && (childText(results, 'ping-error-message') ?? childText(results, 'ping-failure')),
  });
}
