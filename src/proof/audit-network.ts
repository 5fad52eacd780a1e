import type { AuditFinding, NetworkAudit } from '../domain/audit.ts';
import type { PeName, VpnId } from '../domain/names.ts';
import { localPrefixes, type NetworkView } from '../domain/network-view.ts';
import { FAMILIES, type Prefix } from '../domain/prefix.ts';
import { type RouteTarget, shortForm } from '../domain/route-target.ts';
import { type PrefixRange, resolveScope, scopeTakesIn } from '../domain/scope.ts';
import { nothingBesideRunning } from './beside-running.ts';
import { COUNTER_EXAMPLES_MAX } from './change-under-proof.ts';
import { exportedBy, importedBy, type PoolWords } from './explain-rules.ts';
import { findLeftovers, type Leftover } from './find-leftovers.ts';
import { giftsOfNobody } from './gifts-of-nobody.ts';
import { type Agreement, findDoubts, type MatrixDoubt, notUnderstood } from './matrix.ts';
import { type Agreed, hasOnRouter, hasOrShould, proveNetwork, type StrangeRoute } from './prove-network.ts';
import { vrfsByVpn } from './route-model.ts';

/** An agreement with its end, as the register had it. */
export interface AuditedAgreement extends Agreement {
  readonly validUntil: string;
  /** Agreed ranges, of which `flows` has the networks that were planned; absent: none. */
  readonly ranges?: readonly AgreedRange[];
}

export interface AgreedRange {
  readonly from: VpnId;
  readonly to: VpnId;
  readonly range: PrefixRange;
}

export interface AuditInput {
  /** The instant that the ends of agreements are held against. */
  readonly at: string;
  /** Of the PEs that were read. */
  readonly view: NetworkView;
  readonly unread: readonly { readonly pe: PeName; readonly reason: string }[];
  readonly agreements: readonly AuditedAgreement[];
  /** Audits of before are made again by what was asked then. */
  readonly rules: AuditRules;
}

/**
 * 2: what is left behind in a VRF is looked for, and no remedy takes away what is agreed. 3: what a VRF that nobody listed gives to a VPN is
 * unknown. 4: what is agreed of a family that the inventory lists and the router does not have is missing. 5: so is what a router does not
 * exchange between two of its VRFs, though another site announces it and gives it to nobody; and what no reading shows is an assumption.
 */
export const AUDIT_RULES = [1, 2, 3, 4, 5] as const;
export type AuditRules = (typeof AUDIT_RULES)[number];

/** docs/proof.md says what each means. */
export const AUDIT_ASSUMPTIONS = [
  'every PE of the backbone is in the inventory, and every VRF of an entity in it under its VPN',
  'a VPN announces the prefixes of its attachments in the inventory',
  'a VRF does not export again what it imported (RFC 4364)',
  'route policies of operators that were understood put no further route targets on routes than were read',
] as const;

/**
 * Every route between VPNs is one of an approved agreement that has not ended, and all that is agreed is there. A route that is not is a
 * `fail` whatever else could not be read: more reading could not excuse it.
 */
export function auditNetwork({ at, view, unread, agreements, rules }: AuditInput): NetworkAudit {
  const inTime = agreements.filter(({ validUntil }) => Date.parse(validUntil) > Date.parse(at));
  const thatAre = (wanted: Agreement['standing']) => inTime.filter(({ standing }) => standing === wanted).map(realised);
  const [required, changing] = [thatAre('on-network'), thatAre('changing')];
  const gaps = { has: rules < 4 ? hasOnRouter : hasOrShould, announcingWillDo: rules < 5 };
  const proof = proveNetwork(view, required, changing, gaps);
  const left = rules === 1 ? [] : leftBehind(view, [...required, ...changing], proof.counterExamples);
  const doubts = rules < 3 ? notUnderstood(view) : findDoubts(view);
  const { examined, uncovered, missing } = proof;
  const networksOf = announcedNetworks(view);
  const told = inTime
    .filter(({ standing }) => standing === 'on-network')
    .flatMap((one) => describeLater(one, networksOf));
  const isKnown = doubts.length + unread.length === 0;
  return {
    verdict: proof.verdict === 'fail' || left.length > 0 ? 'fail' : isKnown ? 'pass' : 'unknown',
    ...(rules === 1 ? {} : { leftBehind: left.length }),
    ...(rules < 3 ? {} : { ofNobody: giftsOfNobody(view).length }),
    ...{ examined, uncovered, missing, doubts: doubts.length, unread: unread.length },
    assumptions: rules < 5 ? AUDIT_ASSUMPTIONS : [...AUDIT_ASSUMPTIONS, ...nothingBesideRunning(view)],
    findings: [
      ...proof.counterExamples.map((route) => describeStrange(route, { agreements, at, rules })),
      ...left.slice(0, COUNTER_EXAMPLES_MAX).map((one) => describeLeftover(one, { agreements, at, rules })),
      ...proof.gaps.map(({ pe, vrf, routeTarget, prefix, sentence }) => ({
        ...{ kind: 'missing' as const, pe, vrf, routeTarget, prefix, sentence, rules: [] },
        remedy: `See what ${pe} has (wasl router check ${pe}); put back what was taken there, or withdraw the interconnect.`,
      })),
      ...doubts.slice(0, COUNTER_EXAMPLES_MAX).map(describeDoubt),
      ...unread.slice(0, COUNTER_EXAMPLES_MAX).map(({ pe, reason }) => ({
        ...{ kind: 'not read' as const, pe, vrf: null, routeTarget: null, prefix: null, rules: [] },
        sentence: `${pe} was not read: ${reason}; what it carries is unknown`,
        remedy: `Find out why (wasl router check ${pe}), then audit again.`,
      })),
    ],
    ...(told.length === 0 ? {} : { told: told.slice(0, COUNTER_EXAMPLES_MAX) }),
  };
}

/** Networks that joined an agreed range since it was planned: the parties meant them, and nobody carries them. */
function describeLater(
  { id, flows, ranges = [] }: AuditedAgreement,
  networksOf: ReturnType<typeof announcedNetworks>,
): string[] {
  return ranges.flatMap(({ from, to, range }) => {
    const flow = flows.find((one) => one.from === from && one.to === to);
    const later = resolveScope([range], networksOf(from));
    if (flow === undefined || later === 'whole-vpn') return [];
    const left = later.filter((prefix) => !scopeTakesIn(flow.prefixes, prefix));
    if (left.length === 0) return [];
    return [
      `${left.join(', ')} of ${from} joined the agreed range ${range} after ${id} was planned: ${to} does not reach ${left.length === 1 ? 'it' : 'them'}`,
    ];
  });
}

/** Of each VPN that is asked about, once: agreements are many, and so are VRFs. */
function announcedNetworks(view: NetworkView): (vpn: VpnId) => ReadonlySet<Prefix> {
  const known = new Map<VpnId, ReadonlySet<Prefix>>();
  return (vpn) => {
    const sites = known.has(vpn) ? [] : (vrfsByVpn(view).get(vpn) ?? []);
    const networks =
      known.get(vpn) ?? new Set(sites.flatMap(({ vrf }) => FAMILIES.flatMap((one) => localPrefixes(vrf, one))));
    known.set(vpn, networks);
    return networks;
  };
}

/** What has no route target yet is nowhere. */
function realised({ id, flows }: Agreement): Agreed {
  const there = flows.flatMap(({ routeTarget, prefixes, ...flow }) =>
    routeTarget === null ? [] : [{ ...flow, prefixes: resolveScope(prefixes, []), routeTarget }],
  );
  return { id, flows: there };
}

/** Audits of before said it so. */
const WORDS_OF_BEFORE: PoolWords = { export: "wasl's export", import: "wasl's import" };

type Register = Pick<AuditInput, 'agreements' | 'at' | 'rules'>;

function describeStrange(route: StrangeRoute, register: Register): AuditFinding {
  const { pe, vrf, routeTarget, prefix, sentence, from, at: taker } = route;
  const words = register.rules === 1 ? WORDS_OF_BEFORE : undefined;
  const why = whyNotCovered(routeTarget, register);
  return {
    ...{ kind: 'no agreement', pe, vrf, routeTarget, prefix },
    sentence: why === null ? sentence : `${sentence}; ${why.sentence}`,
    rules: [...exportedBy(from, prefix, routeTarget, words), ...importedBy(taker, prefix, routeTarget, words)],
    remedy: why?.remedy ?? takeAway(route, register),
  };
}

/** Without those that carry a route already: that is told, with both of its ends. */
function leftBehind(view: NetworkView, agreed: readonly Agreed[], strange: readonly StrangeRoute[]): Leftover[] {
  const standing = new Set(agreed.flatMap(({ flows }) => flows.map(({ routeTarget }) => routeTarget)));
  const isTold = new Set(strange.map(({ routeTarget }) => routeTarget));
  return findLeftovers(view, standing).filter(({ routeTarget }) => !isTold.has(routeTarget));
}

function describeLeftover({ pe, vrf: { name: vrf }, routeTarget, does }: Leftover, register: Register): AuditFinding {
  const why = whyNotCovered(routeTarget, register);
  return {
    ...{ kind: 'left behind', pe, vrf, routeTarget, prefix: null, rules: [] },
    sentence: `VRF ${vrf} at ${pe} ${does} ${shortForm(routeTarget)}: ${why?.sentence ?? 'no agreement on the network has it'}`,
    remedy: why?.remedy ?? `Take it from VRF ${vrf} at ${pe} by hand (wasl router check ${pe}), then audit again.`,
  };
}

interface Why {
  readonly sentence: string;
  readonly remedy: string | null;
}

const ownerOf = (target: RouteTarget | null, { agreements }: Register) =>
  agreements.find(({ flows }) => flows.some(({ routeTarget }) => routeTarget === target));
const isThere = ({ standing }: AuditedAgreement) => standing === 'on-network' || standing === 'changing';

function whyNotCovered(target: RouteTarget | null, register: Register): Why | null {
  const owner = ownerOf(target, register);
  if (owner === undefined) return null;
  const { id, state, validUntil } = owner;
  if (Date.parse(validUntil) <= Date.parse(register.at)) {
    const remedy = register.rules === 1 ? `wasl withdraw ${id}` : `wasl interconnect withdraw ${id} --reason "..."`;
    return { sentence: `the route target is ${id}'s, which ended at ${validUntil}`, remedy };
  }
  const but = isThere(owner) ? 'which agrees to something else' : `which is ${state}, and not to be on the network`;
  return { sentence: `the route target is ${id}'s, ${but}`, remedy: null };
}

/** Of the two ends of a route, the one that nobody agreed to; either, where that is both. */
function takeAway({ from, at: to, routeTarget, prefix }: StrangeRoute, register: Register): string {
  const target = routeTarget === null ? 'the route target' : shortForm(routeTarget);
  const ofTaker = `the import of ${target} from VRF ${to.vrf.name} at ${to.pe}`;
  const ofGiver = `export from VRF ${from.vrf.name} at ${from.pe}`;
  if (register.rules === 1) return `Take ${ofTaker}, or its ${ofGiver}; or have it agreed (wasl request submit).`;
  const owner = ownerOf(routeTarget, register);
  const flows =
    owner === undefined || !isThere(owner) ? [] : owner.flows.filter((one) => one.routeTarget === routeTarget);
  const isGiven = flows.some(
    (one) => one.from === from.vrf.vpn && prefix !== null && scopeTakesIn(one.prefixes, prefix),
  );
  const isTaken = flows.some((one) => one.to === to.vrf.vpn);
  const what =
    isGiven === isTaken
      ? `${ofTaker}, or its ${ofGiver}`
      : isGiven
        ? ofTaker
        : `the export of ${target} from VRF ${from.vrf.name} at ${from.pe}`;
  return `Take ${what}. If it is wanted, have it agreed after that (wasl request submit).`;
}

function describeDoubt({ pe, vrf, fact, edited }: MatrixDoubt): AuditFinding {
  const where = vrf === null ? pe : `VRF ${vrf} at ${pe}`;
  return {
    ...{ kind: 'not understood', pe, vrf, routeTarget: null, prefix: null, rules: [] },
    sentence: `${where}: ${fact}; what it lets through is not known`,
    remedy: edited
      ? `Undo the hand edit at ${pe} (wasl router check ${pe} names it).`
      : `Say it at ${pe} in a way that wasl understands (docs/platforms.md), then audit again.`,
  };
}
