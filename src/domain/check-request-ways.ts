import type { KnownFlow } from './check-request-parties.ts';
import { contains, type Family, familyOf, type Prefix } from './prefix.ts';
import {
  type FindingNotes,
  listInWords,
  nameAgreement,
  type RegisteredAgreement,
  type RequestContext,
} from './request-findings.ts';
import { type ScopeEntry, takesIn } from './scope.ts';
import { carriedPrefixes, familiesOf, type VpnSite } from './vpn-addresses.ts';

const FAMILY_NAMES: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

/** That the flow can be delivered, that answers find a way back, and whether anybody will see that it works. */
export function judgeWays(
  known: KnownFlow,
  all: readonly KnownFlow[],
  { register, reader }: RequestContext,
  notes: FindingNotes,
): void {
  const { flow, path, from, to } = known;
  if (flow.prefixes === 'whole-vpn') warnOfWholeVpn(known, notes);
  const prefixes = carriedPrefixes(flow, from);
  if (!judgeDelivery(known, prefixes, notes)) return;
  const reverse = all.find((other) => other.flow.from === flow.to && other.flow.to === flow.from);
  const back = reverse === undefined ? [] : carriedPrefixes(reverse.flow, to);
  const others = register.agreements.filter(({ lifecycle, flows }) => {
    return lifecycle === 'active' && flows.some((other) => other.from === flow.to && other.to === flow.from);
  });
  const delivered = prefixes.filter((prefix) => to.families.has(familyOf(prefix)));
  for (const family of familiesOf(delivered)) {
    const carrier = others.find((agreement) => givesBack(agreement, known, family));
    if (familiesOf(back).includes(family)) continue;
    if (carrier !== undefined) {
      const name = nameAgreement(carrier, reader);
      const fact = `over ${FAMILY_NAMES[family]}, answers from ${flow.from} go back to ${flow.to} only by ${name}, which ends ${carrier.validUntil}`;
      notes.warn('ONE_WAY', path, fact, `Add a flow from ${flow.to} to ${flow.from}, so that both end together.`);
    } else if (reverse === undefined) {
      warnOfOneWay(known, family, notes);
    } else {
      refuseWithoutReturn(known, reverse, delivered, family, notes);
    }
  }
  const isAnswered = delivered.some((prefix) => familiesOf(back).includes(familyOf(prefix)));
  if (isAnswered && !delivered.some((prefix) => isPinged(known, prefix, back))) warnOfSilence(known, reader, notes);
}

/** Of an agreement's flow back: whether it carries something of that family. */
function givesBack({ flows }: RegisteredAgreement, { flow, to }: KnownFlow, family: Family): boolean {
  return flows
    .filter((other) => other.from === flow.to && other.to === flow.from)
    .some((other) => familiesOf(carriedPrefixes(other, to)).includes(family));
}

/** False when nobody could take it. */
function judgeDelivery({ flow, path, to }: KnownFlow, prefixes: readonly Prefix[], notes: FindingNotes): boolean {
  const remedy = `Have a VRF of ${flow.to} entered in the inventory first.`;
  if (to.sites.length === 0) {
    notes.refuse('VRF_MISSING', `${path}.to`, `${flow.to} has no site yet: no router has a VRF of it`, remedy);
    return false;
  }
  const stray = prefixes.filter((prefix) => !to.families.has(familyOf(prefix)));
  const [first] = stray;
  if (first === undefined || (flow.prefixes === 'whole-vpn' && stray.length < prefixes.length)) return true;
  const family = FAMILY_NAMES[familyOf(first)];
  const at = flow.prefixes === 'whole-vpn' ? `${path}.prefixes` : `${path}.prefixes[${indexIn(flow.prefixes, first)}]`;
  const fact = `${listInWords(stray)} cannot be delivered: no VRF of ${flow.to} carries ${family}`;
  notes.refuse(
    'VRF_MISSING',
    at,
    fact,
    `Share ${family === 'IPv6' ? 'IPv4' : 'IPv6'} prefixes, or enable ${family} there.`,
  );
  return false;
}

const indexIn = (entries: readonly ScopeEntry[], prefix: Prefix): number =>
  entries.findIndex((entry) => takesIn(entry, prefix));

function warnOfWholeVpn({ flow, path }: KnownFlow, notes: FindingNotes): void {
  const fact = `EVERY route of ${flow.from} can be reached from ${flow.to}: also those of later sites, and those that the inventory does not list`;
  notes.warn('WHOLE_VPN', `${path}.prefixes`, fact, `Name the prefixes that ${flow.to} needs.`);
}

function warnOfOneWay({ flow, path }: KnownFlow, family: Family, notes: FindingNotes): void {
  const fact =
    `one-way over ${FAMILY_NAMES[family]}: packets from ${flow.to} reach ${flow.from}, no answer finds back: ` +
    'no TCP connection and no ping can succeed, only traffic that waits for no answer (syslog, SNMP traps, flow records)';
  const remedy = `Add a flow from ${flow.to} to ${flow.from} with the prefixes from which ${flow.to} connects.`;
  notes.warn('ONE_WAY', path, fact, remedy);
}

function refuseWithoutReturn(
  { flow, path }: KnownFlow,
  reverse: KnownFlow,
  delivered: readonly Prefix[],
  family: Family,
  notes: FindingNotes,
): void {
  const name = FAMILY_NAMES[family];
  const ofFamily = delivered.filter((prefix) => familyOf(prefix) === family);
  const subject = flow.prefixes === 'whole-vpn' ? `the ${name} networks of ${flow.from}` : listInWords(ofFamily);
  const [first] = ofFamily;
  const at = flow.prefixes === 'whole-vpn' || first === undefined ? '' : `[${indexIn(flow.prefixes, first)}]`;
  notes.refuse(
    'RETURN_PATH_MISSING',
    `${path}.prefixes${at}`,
    `${subject} could be reached from ${flow.to}, and the flow back shares no ${name} prefix: no answer would find back`,
    `Add ${name} prefixes of ${flow.to} to ${reverse.path}, or take ${name} out of ${path}.`,
  );
}

/** As the plan's probes: an address answers there, and the pinging PE's own address is one that the other side reaches. */
function isPinged({ from, to }: KnownFlow, prefix: Prefix, back: readonly Prefix[]): boolean {
  const answers = from.overlapping(prefix).some((one) => one.prefix === prefix && one.probe !== null);
  return answers && to.sites.some((site) => findsBack(site, familyOf(prefix), back));
}

function findsBack({ prefixes, sources }: VpnSite, family: Family, back: readonly Prefix[]): boolean {
  const here = back.filter((prefix) => familyOf(prefix) === family && prefixes.has(prefix));
  const own = sources.filter((source) => familyOf(source) === family);
  if (own.length === 0) return here.length > 0;
  return own.some((source) => here.some((prefix) => contains(prefix, source)));
}

function warnOfSilence({ flow, path, from }: KnownFlow, reader: RequestContext['reader'], notes: FindingNotes): void {
  const fact = `nothing of it will be pinged: after the change its routes are looked up, and whether hosts of ${flow.from} answer is not known`;
  const isOwn = reader === 'network' || reader === from.vpn.entity;
  const remedy = isOwn
    ? `Have an address that answers pings entered as \`probe\` for one of these prefixes of ${flow.from}, and share the site that pings from ${flow.to}.`
    : `Ask ${from.vpn.entity} for a prefix in which an address answers pings.`;
  notes.warn('NOT_PINGED', `${path}.prefixes`, fact, remedy);
}
