import type { KnownFlow } from './check-request-parties.ts';
import type { VpnId } from './names.ts';
import { comparePrefixes, contains, isDefaultRoute, overlaps, type Prefix, prefixLength } from './prefix.ts';
import {
  type FindingNotes,
  listInWords,
  nameAgreement,
  type RegisteredAgreement,
  type RequestContext,
  type RequestReader,
} from './request-findings.ts';
import { coveringPrefix, isRange, type PrefixRange, type ScopeEntry, takesIn } from './scope.ts';
import { type Announcement, carriedPrefixes, type VpnAddresses } from './vpn-addresses.ts';

/** What a flow's prefixes would meet in the VPN that takes them. */
interface Clash {
  readonly prefix: Prefix;
  readonly with: Prefix;
  /** Of the taker's own side: said to it and to the network side. */
  readonly place: string;
  /** The agreement that brings it in; null: the taker's own. */
  readonly agreement: RegisteredAgreement | null;
}

/** That the giver announces exactly what it gives, and that the taker has none of these addresses from elsewhere. */
export function judgeAddresses(
  known: KnownFlow,
  all: readonly KnownFlow[],
  context: RequestContext,
  addresses: (id: VpnId) => VpnAddresses | null,
  notes: FindingNotes,
): void {
  const { flow, path, from } = known;
  if (flow.prefixes === 'whole-vpn') {
    const prefixes = carriedPrefixes(flow, from);
    if (prefixes.length === 0) {
      const fact = `${flow.from} announces no prefix at any site`;
      notes.refuse('PREFIX_NOT_ORIGINATED', `${path}.prefixes`, fact, `Ask again when ${flow.from} has a site.`);
    }
    const clashes = findClashes(known, prefixes, context, addresses);
    tellClashes(known, `${path}.prefixes`, clashes, context.reader, notes);
    return;
  }
  const { prefixes } = flow;
  prefixes.forEach((entry, index) => {
    const at = `${path}.prefixes[${index}]`;
    const before = notes.errors.length;
    judgeOrigin(known, entry, prefixes.slice(0, index), at, context.reader, notes);
    // What cannot be given is not held against the taker's addresses: nobody learns those by guessing.
    if (notes.errors.length > before) return;
    const networks = carriedPrefixes({ prefixes: [entry] }, from);
    if (isRange(entry)) warnOfRange(known, entry, networks, at, context.reader, notes);
    tellClashes(known, at, findClashes(known, networks, context, addresses), context.reader, notes);
    const way = all.find((other) => other !== known && other.path < path);
    const there = way === undefined || way.flow.prefixes === 'whole-vpn' ? [] : way.flow.prefixes;
    const twin = there.find((other) => overlaps(coveringPrefix(other), coveringPrefix(entry)));
    if (twin !== undefined && notes.errors.length === before) {
      notes.refuse('PREFIX_OVERLAP', at, `${entry} overlaps ${twin} of the other direction`);
    }
  });
}

function judgeOrigin(
  { flow, from }: KnownFlow,
  entry: ScopeEntry,
  earlier: readonly ScopeEntry[],
  path: string,
  reader: RequestReader,
  notes: FindingNotes,
): void {
  const prefix = coveringPrefix(entry);
  if (isDefaultRoute(prefix)) {
    const fact = isRange(entry) ? `${entry} covers every address` : `${prefix} is a default route`;
    notes.refuse('PREFIX_DEFAULT_ROUTE', path, fact);
    return;
  }
  const twin = earlier.find(
    (other) => !isDefaultRoute(coveringPrefix(other)) && overlaps(coveringPrefix(other), prefix),
  );
  if (twin !== undefined) {
    notes.refuse('PREFIX_OVERLAP', path, `${entry} overlaps ${twin} of the same flow`, 'Name every address once.');
    return;
  }
  const near = from.overlapping(prefix);
  const isPlanned = !isRange(entry) || from.vpn.prefixes.some((outer) => contains(outer, prefix));
  if (isPlanned && near.some((announced) => takesIn(entry, announced.prefix))) return;
  if (!isOf(from, reader)) {
    const remedy = `Ask ${from.vpn.entity} what it shares: a prefix is shared exactly as a site announces it.`;
    notes.refuse(
      'PREFIX_NOT_ORIGINATED',
      path,
      `${flow.from} does not announce ${isRange(entry) ? 'a network of ' : ''}${entry}`,
      remedy,
    );
    return;
  }
  const plan = from.vpn.prefixes;
  if (!plan.some((outer) => contains(outer, prefix))) {
    const fact = `${prefix} is not inside the address plan of ${flow.from} (${listInWords(plan)})`;
    notes.refuse('PREFIX_OUTSIDE_VPN', path, fact);
    return;
  }
  if (isRange(entry))
    notes.refuse('PREFIX_NOT_ORIGINATED', path, `no site of ${flow.from} announces a network of ${entry}`);
  else refuseUnannounced(flow.from, prefix, near, path, notes);
}

/** Who signs a range signs more than it is today, and gets no more than was planned. */
function warnOfRange(
  { flow, from }: KnownFlow,
  range: PrefixRange,
  networks: readonly Prefix[],
  path: string,
  reader: RequestReader,
  notes: FindingNotes,
): void {
  const today = isOf(from, reader) ? listInWords(networks) : `what ${flow.from} announces in it`;
  const fact = `${range} is ${today} today; a network that joins it later is agreed too, and is shared once it is planned anew`;
  notes.warn('RANGE', path, fact, 'Name the networks themselves where no other may ever be among them.');
}

/** The remedies differ: a part of what is announced cannot become a route, a summary of it could be named in its parts. */
function refuseUnannounced(
  vpn: VpnId,
  prefix: Prefix,
  near: readonly Announcement[],
  path: string,
  notes: FindingNotes,
): void {
  const code = 'PREFIX_NOT_ORIGINATED';
  const around = near.find((announced) => contains(announced.prefix, prefix));
  if (around !== undefined) {
    const fact = `no site of ${vpn} announces ${prefix}: ${around.branch} announces ${around.prefix}, which contains it`;
    const whole = `Share ${around.prefix} whole and let a firewall in front of it decide which hosts and ports are open`;
    const own = `let the site announce ${prefix} as a route of its own and have it entered in the inventory`;
    notes.refuse(
      code,
      path,
      fact,
      `wasl decides routes, and a route is shared as it is announced. ${whole}; or ${own}.`,
    );
    return;
  }
  const fact = `no site of ${vpn} announces ${prefix}`;
  const parts = near.map((announced) => announced.prefix).sort(comparePrefixes);
  if (parts.length === 0) notes.refuse(code, path, fact);
  else notes.refuse(code, path, fact, `Share what is announced: ${listInWords(parts)}.`);
}

/** Two owners of one address in one VPN: the longer prefix would win. */
function findClashes(
  { flow, to }: KnownFlow,
  prefixes: readonly Prefix[],
  { register, reader }: RequestContext,
  addresses: (id: VpnId) => VpnAddresses | null,
): Clash[] {
  const clashes: Clash[] = [];
  const others = register.agreements.flatMap((agreement) =>
    agreement.flows
      .filter((other) => other.to === flow.to && other.from !== flow.from && other.from !== flow.to)
      .map((other) => ({ agreement, other, giver: addresses(other.from) })),
  );
  for (const prefix of prefixes) {
    const own = to.overlapping(prefix).map(({ prefix: announced, branch, pe }) => {
      const place = reader === 'network' ? `${branch} at ${pe}` : branch;
      return { prefix, with: announced, place: `which ${place} of ${flow.to} announces`, agreement: null };
    });
    clashes.push(...own);
    if (own.length === 0) {
      const plan = to.vpn.prefixes.filter((outer) => overlaps(outer, prefix));
      const place = `which is in the address plan of ${flow.to}`;
      clashes.push(...plan.map((outer) => ({ prefix, with: outer, place, agreement: null })));
    }
    for (const { agreement, other, giver } of others) {
      const given =
        other.prefixes === 'whole-vpn'
          ? (giver?.overlapping(prefix) ?? []).map((one) => one.prefix)
          : other.prefixes.map(coveringPrefix);
      const met = given.find((one) => overlaps(one, prefix));
      if (met === undefined) continue;
      const place = `which ${flow.to} reaches at ${other.from} by ${nameAgreement(agreement, reader)}`;
      clashes.push({ prefix, with: met, place, agreement });
    }
  }
  return clashes;
}

function tellClashes(
  { flow, from, to }: KnownFlow,
  path: string,
  clashes: readonly Clash[],
  reader: RequestReader,
  notes: FindingNotes,
): void {
  const isInForce = ({ agreement }: Clash) => agreement === null || agreement.lifecycle === 'active';
  const blocking = clashes.filter(isInForce);
  const remedy = `Renumber one side, or agree on prefixes that are free both at ${flow.from} and at ${flow.to}.`;
  if (blocking.length > 0) {
    notes.refuse('PREFIX_OVERLAP', path, overlapInWords(blocking), remedy);
    return;
  }
  // Of agreements that are not in force only who is in both is told.
  if (!isOf(to, reader) || clashes.length === 0) return;
  notes.warn('OVERLAP_PENDING', path, `${overlapInWords(clashes)}, once both are in force`, remedy);

  function overlapInWords(found: readonly Clash[]): string {
    const given = [...new Set(found.map((clash) => clash.prefix))].sort(byLength);
    const subject =
      flow.prefixes === 'whole-vpn' && !isOf(from, reader) ? `the whole of ${flow.from}` : listInWords(given);
    if (!isOf(to, reader)) return `${subject} overlaps addresses that ${flow.to} has or reaches already`;
    return `${subject} overlaps ${listInWords(
      found.map((clash) => `${clash.with}, ${clash.place}`),
      '; ',
    )}`;
  }
}

function byLength(a: Prefix, b: Prefix): number {
  return prefixLength(a) - prefixLength(b) || comparePrefixes(a, b);
}

function isOf({ vpn }: VpnAddresses, reader: RequestReader): boolean {
  return reader === 'network' || vpn.entity === reader;
}
