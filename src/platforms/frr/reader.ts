import type { VrfName } from '../../domain/names.ts';
import {
  canonicalShare,
  type ExportRule,
  type FamilyShare,
  type OperatorFamily,
  type RunningVrf,
} from '../../domain/network-view.ts';
import { FAMILIES, type Family, familyOf, parsePrefix } from '../../domain/prefix.ts';
import {
  compareRouteTargets,
  parseRouteDistinguisher,
  parseRouteTarget,
  type RouteTarget,
} from '../../domain/route-target.ts';
import { isFromPool } from '../../domain/route-target-pool.ts';
import { WaslError } from '../../errors.ts';
import { child, childrenNamed, childText, printable, type XmlElement } from '../../netconf/index.ts';
import { readVrfs, type VrfReader } from '../../router/read-vrfs.ts';
import type { PingRequest, RouteTable, VrfRoute } from '../../router/router.ts';
import { tryParse, type WaslObjects } from '../../router/wasl-objects.ts';
import { OBJECT_PREFIX } from '../object-names.ts';
import type { ParseContext, PlatformAdapter, RouterReader } from '../platform.ts';
import { activationNote } from '../reading/activation.ts';
import { countEchoes } from '../reading/count-echoes.ts';
import { APART, type Container, READ } from '../reading/grammar.ts';
import { notATable, prefixIn } from '../reading/unread-table.ts';

const NAMESPACE = 'urn:wasl:frr:l3vpn';

/** FRR behind netconfd, with the YANG module of topology/yang. */
export const frr: PlatformAdapter = {
  configFilter: `<vrfs xmlns="${NAMESPACE}"/>`,
  transparentContainers: new Set(['vrfs', 'ipv4', 'ipv6']),
  parseRunning: (config, context) => readVrfs(config, (active) => readerOf(active, context)),
  readRouteTables,
  ping,
};

function readerOf(_config: readonly XmlElement[], { pool, vrfs }: ParseContext): VrfReader {
  const isMine = (rt: RouteTarget) => isFromPool(pool, rt);
  return {
    platform: 'frr',
    roots: ({ name, namespace }) => (name === 'vrfs' && namespace === NAMESPACE ? VRFS : undefined),
    entries: (all) => vrfEntries(all).map((element) => ({ name: nameOf(element), element })),
    entryPath: 'vrfs',
    entry: VRF,
    objectGrammar: {},
    readObjects: (all) => readObjects(all, isMine),
    readExpected: (edit) => readObjects(edit, () => true),
    parse: ({ element }) => {
      const known = vrfs.find(({ name }) => name === nameOf(element))?.families;
      return parseVrf(element, known ?? familiesInUse(element), isMine);
    },
  };
}

const ALL = { otherwise: 'network', namespace: NAMESPACE } as const;
const RULE: Container = { ...ALL, children: { name: READ, 'route-target': READ, prefix: READ, 'whole-vpn': READ } };
const FAMILY: Container = {
  ...ALL,
  children: { 'import-rt': READ, 'export-rt': READ, 'export-policy': READ, 'export-rule': RULE },
};
/** The nodes of the module; a test holds them against it. */
const VRF: Container = {
  ...ALL,
  children: { name: READ, description: READ, rd: READ, ipv4: FAMILY, ipv6: FAMILY },
};
const VRFS: Container = { ...ALL, children: { vrf: APART } };

const nameOf = (entry: XmlElement): VrfName => (childText(entry, 'name') ?? '') as VrfName;

function vrfEntries(config: readonly XmlElement[]): XmlElement[] {
  const roots = config.filter(({ name, namespace }) => name === 'vrfs' && namespace === NAMESPACE);
  return roots.flatMap((vrfs) => childrenNamed(vrfs, 'vrf'));
}

/** The module has both families always; one with nothing in it neither imports nor exports. */
function familiesInUse(entry: XmlElement): Family[] {
  return FAMILIES.filter((family) => (child(entry, family)?.children.length ?? 0) > 0);
}

function parseVrf(entry: XmlElement, families: readonly Family[], isMine: (rt: RouteTarget) => boolean): RunningVrf {
  const operator: Partial<Record<Family, OperatorFamily>> = {};
  const share: Partial<Record<Family, FamilyShare>> = {};
  for (const family of families) {
    const content = child(entry, family);
    const imports = readTargets(content, 'import-rt');
    const policy = content === undefined ? undefined : childText(content, 'export-policy');
    operator[family] = {
      importRouteTargets: imports.filter((rt) => !isMine(rt)),
      exportRouteTargets: exportsOf(content, isMine),
      exportPolicies: policy === undefined ? [] : [policy],
      importPolicies: [],
    };
    share[family] = { imports: imports.filter(isMine), exports: readRules(content) };
  }
  const rd = childText(entry, 'rd');
  return {
    name: nameOf(entry),
    routeDistinguisher: rd === undefined ? null : parseRouteDistinguisher(rd),
    operator,
    share: canonicalShare(share, families),
    policyTexts: {},
    anomalies: [],
  };
}

function readTargets(content: XmlElement | undefined, name: string): RouteTarget[] {
  const entries = content === undefined ? [] : childrenNamed(content, name);
  return entries.map(({ text }) => parseRouteTarget(text.trim())).sort(compareRouteTargets);
}

/** A rule of the operator's puts its route target on some routes: one too many rather than too few, for a proof reads them. */
function exportsOf(content: XmlElement | undefined, isMine: (rt: RouteTarget) => boolean): RouteTarget[] {
  const foreign = content === undefined ? [] : childrenNamed(content, 'export-rule').filter((rule) => !isOwn(rule));
  const byRule = foreign.map((rule) => parseRouteTarget(childText(rule, 'route-target') ?? ''));
  const plain = readTargets(content, 'export-rt').filter((rt) => !isMine(rt));
  return [...new Set([...plain, ...byRule])].sort(compareRouteTargets);
}

const isOwn = (rule: XmlElement) => childText(rule, 'name')?.startsWith(OBJECT_PREFIX) === true;

function ownRules(content: XmlElement | undefined): XmlElement[] {
  const entries = content === undefined ? [] : childrenNamed(content, 'export-rule');
  return entries.filter(isOwn);
}

function readRules(content: XmlElement | undefined): ExportRule[] {
  return ownRules(content).flatMap((entry) => {
    const routeTarget = tryParse(() => parseRouteTarget(childText(entry, 'route-target') ?? ''));
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

const READ_ALL_TABLES = "vtysh -d zebra -c 'show ip route vrf all json' -c 'show ipv6 route vrf all json'";

/**
 * The routing tables themselves, not BGP's: they show what was installed. All at once: in a small router starting vtysh costs more than
 * everything that it prints.
 */
async function readRouteTables(reader: RouterReader, tables: readonly RouteTable[]): Promise<VrfRoute[][]> {
  const shown = await reader.exec(READ_ALL_TABLES);
  if (shown.code !== 0) throw new WaslError('ROUTER_PROTOCOL', `show route vrf all: ${describeFailure(shown)}`);
  const [ipv4, ipv6] = parseTables(shown.stdout);
  return tables.map(({ vrf, family }) => routesIn(family === 'ipv4' ? ipv4 : ipv6, vrf, family));
}

function routesIn(tables: RibTables, vrf: VrfName, family: Family): VrfRoute[] {
  const name = `${vrf} ${family}`;
  // A VRF may have the name of a property of every object.
  const table = Object.hasOwn(tables, vrf) ? tables[vrf] : undefined;
  if (table === undefined) throw new WaslError('ROUTER_PROTOCOL', `show route vrf all: no ${family} table of ${vrf}`);
  if (!isRecord(table)) throw notATable(name, 'no object');
  return Object.entries(table).flatMap(([prefix, entries]): VrfRoute[] => {
    if (!Array.isArray(entries) || !entries.every(isRecord)) throw notATable(name, `no list of routes for ${prefix}`);
    const installed = (entries as RibEntry[]).find(({ selected }) => selected === true);
    if (installed === undefined) return [];
    return [{ prefix: prefixIn(name, prefix, undefined), origin: isImported(installed, vrf) ? 'vpn' : 'local' }];
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type RibTables = Readonly<Record<string, unknown>>;

/** One document a command; FRR begins each at the start of a line, and no line inside one with a brace. */
function parseTables(text: string): readonly [RibTables, RibTables] {
  const documents = text.split(/^(?=\{)/m).filter((document) => document.trim() !== '');
  try {
    const [ipv4, ipv6] = documents.map((document) => JSON.parse(document) as unknown);
    if (documents.length === 2 && isRecord(ipv4) && isRecord(ipv6)) return [ipv4, ipv6];
  } catch (cause) {
    const words = JSON.stringify(printable(text, SHOWN_OF_ANSWER_MAX));
    throw new WaslError('ROUTER_PROTOCOL', `show route vrf all: the answer is not JSON: ${words}`, { cause });
  }
  throw new WaslError('ROUTER_PROTOCOL', `show route vrf all: ${documents.length} answers to two commands`);
}

interface RibEntry {
  readonly protocol?: string;
  readonly selected?: boolean;
  readonly nexthops?: readonly { readonly vrf?: string; readonly labels?: readonly number[] }[];
}

/** An imported route leads out of the VRF: over a label, or into another VRF of this router. */
function isImported({ protocol, nexthops = [] }: RibEntry, vrf: VrfName): boolean {
  if (protocol !== 'bgp') return false;
  return nexthops.some((hop) => (hop.labels ?? []).length > 0 || (hop.vrf !== undefined && hop.vrf !== vrf));
}

/** Inside a confirm window there is no time for the default of 10 s. */
const PING_DEADLINE_MARGIN_SECONDS = 1;
const PING_INTERVAL_SECONDS = 0.2;

async function ping(reader: RouterReader, request: PingRequest) {
  const { vrf, destination, source, count } = request;
  const deadline = Math.ceil(count * PING_INTERVAL_SECONDS) + PING_DEADLINE_MARGIN_SECONDS;
  // With several -I, ping takes the device from one and the source from the other.
  const from = source === undefined ? '' : ` -I ${quote(source)}`;
  const version = familyOf(destination) === 'ipv4' ? '-4' : '-6';
  const pinged = await reader.exec(
    `ping ${version} -n -q -c ${count} -i ${PING_INTERVAL_SECONDS} -w ${deadline} -I ${quote(vrf)}${from} ${quote(destination)}`,
  );
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(pinged.stdout) ?? [];
  if (sent === undefined && NO_ROUTE.test(pinged.stderr)) return { sent: count, received: 0 };
  return countEchoes(request, { sent, received, said: describeFailure(pinged) });
}

/** What iputils' ping says, before any statistics, when the kernel has nowhere to send a packet. */
const NO_ROUTE = /Network is unreachable|No route to host/;

const SHOWN_OF_ANSWER_MAX = 200;

function describeFailure({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }): string {
  const words = printable(stderr.trim() === '' ? stdout : stderr, SHOWN_OF_ANSWER_MAX);
  return `exit status ${code}${words === '' ? '' : `: ${words}`}`;
}

/** For the router's shell. VRF names and addresses are checked when they are read; quoting does not rely on it. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
