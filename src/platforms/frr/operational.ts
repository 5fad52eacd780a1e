import type { VrfName } from '../../domain/names.ts';
import { type Family, familyOf } from '../../domain/prefix.ts';
import { WaslError } from '../../errors.ts';
import { printable } from '../../netconf/index.ts';
import type { PingRequest, RouterReader, RouteTable, VrfRoute } from '../platform.ts';
import { countEchoes } from '../reading/count-echoes.ts';
import { towards } from '../reading/towards.ts';
import { notATable, prefixIn, protocolIn } from '../reading/unread-table.ts';

const READ_ALL_TABLES = "vtysh -d zebra -c 'show ip route vrf all json' -c 'show ipv6 route vrf all json'";

/**
 * The routing tables themselves, not BGP's: they show what was installed. All at once: in a small router starting vtysh costs more than
 * everything that it prints.
 */
export async function readFrrTables(reader: RouterReader, tables: readonly RouteTable[]): Promise<VrfRoute[][]> {
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
    const { protocol, nexthops = [] } = installed;
    // Where a BGP route came from, its next hops alone say.
    if (protocolIn(name, prefix, protocol) === 'bgp' && nexthops.length === 0) {
      throw notATable(name, `route ${prefix} of bgp without next hops`);
    }
    const paths = nexthops.map(({ ip, interfaceName, vrf: lies }) => [ip, interfaceName, lies]);
    const origin = isImported(installed, vrf) ? 'vpn' : 'local';
    return [{ prefix: prefixIn(name, prefix, undefined), origin, ...towards(paths) }];
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
  readonly nexthops?: readonly {
    readonly ip?: string;
    readonly interfaceName?: string;
    readonly vrf?: string;
    readonly labels?: readonly number[];
  }[];
}

/** An imported route leads out of the VRF: over a label, or into another VRF of this router. */
function isImported({ protocol, nexthops = [] }: RibEntry, vrf: VrfName): boolean {
  if (protocol !== 'bgp') return false;
  return nexthops.some((hop) => (hop.labels ?? []).length > 0 || (hop.vrf !== undefined && hop.vrf !== vrf));
}

/** Inside a confirm window there is no time for the default of 10 s. */
const PING_DEADLINE_MARGIN_SECONDS = 1;
const PING_INTERVAL_SECONDS = 0.2;

export async function pingFrr(reader: RouterReader, request: PingRequest) {
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
