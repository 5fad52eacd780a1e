import type { Inventory } from '../domain/inventory.ts';
import type { InterconnectId, PeName, VpnId, VrfName } from '../domain/names.ts';
import { localPrefixes, type NetworkView } from '../domain/network-view.ts';
import { FAMILIES, familyOf, type Prefix, prefixLength } from '../domain/prefix.ts';
import { indexPrefixes, type PrefixIndex } from '../domain/prefix-index.ts';
import { type RouteTarget, shortForm } from '../domain/route-target.ts';
import { scopeTakesIn } from '../domain/scope.ts';
import { exportedBy, importedBy } from './explain-rules.ts';
import { cutLocally } from './local-exchange.ts';
import { type Agreement, findDoubts } from './matrix.ts';
import { OverlapIndex } from './overlap-index.ts';
import { RouteIndex } from './route-index.ts';
import { importsOf, ownerName, type VrfAtPe } from './route-model.ts';
import { exportedBy as targetsOn } from './target-use.ts';

/**
 * What a VRF does with packets to a network. `own`: it is its own VPN's. `in part`: a longer route takes some of them elsewhere, or only
 * some of it is reached. `unknown`: something that decides it was not read, or not understood.
 */
export type ReachVerdict = 'own' | 'reached' | 'in part' | 'not reached' | 'unknown';

export interface ReachedPlace {
  readonly pe: PeName;
  readonly vrf: VrfName;
  readonly prefix: Prefix;
  readonly verdict: ReachVerdict;
  /** Of a route that is taken. */
  readonly by: {
    readonly prefix: Prefix;
    readonly of: string;
    readonly fromPe: PeName;
    readonly via: RouteTarget;
  } | null;
  /** Agreements that let it be there; none although it is reached: nobody agreed. */
  readonly interconnects: readonly InterconnectId[];
  /** Rule by rule, a sentence each. */
  readonly because: readonly string[];
}

export interface ReachInputs {
  /** Of the PEs that were read. */
  readonly view: NetworkView;
  readonly inventory: Inventory;
  readonly agreements: readonly Agreement[];
  /** Why the others were not. */
  readonly unread: ReadonlyMap<PeName, string>;
}

export type Explained = Omit<ReachedPlace, 'pe' | 'vrf' | 'prefix'>;

/** A route in a VRF's table by the model. `via` null: the VRF's own. */
interface Held {
  readonly prefix: Prefix;
  readonly from: VrfAtPe;
  readonly via: RouteTarget | null;
}

/** Of what is told of the same kind, so much. */
const TOLD_MAX = 4;

/** What VRFs of one VPN do with packets to one of these networks. */
export function explainerOf(
  given: ReachInputs,
  reader: VpnId,
  networks: readonly Prefix[],
): (at: VrfAtPe, prefix: Prefix) => Explained {
  // Each place asks for them, and thousands are of others.
  const agreements = given.agreements.filter(({ flows }) => flows.some(({ to }) => to === reader));
  const inputs = { ...given, agreements };
  const index = RouteIndex.of(inputs.view);
  const { absence, longerUnknown } = absenceOf(inputs, reader, new OverlapIndex(networks));
  const tables = new Map<VrfAtPe, PrefixIndex<Held>>();
  const tableOf = (at: VrfAtPe): PrefixIndex<Held> => {
    const known = tables.get(at);
    if (known !== undefined) return known;
    const own = FAMILIES.flatMap((family) => localPrefixes(at.vrf, family));
    // Its own before others': a connected route is preferred.
    const held: Held[] = [...own.map((prefix) => ({ prefix, from: at, via: null })), ...index.takenBy(at)];
    const table = indexPrefixes(held, (one) => one.prefix);
    tables.set(at, table);
    return table;
  };
  const isCut = cutLocally(inputs.view);
  const cutFrom = ({ from, via }: Held, at: VrfAtPe) =>
    via !== null && isCut(from, at)
      ? `auto-export is not on in both of VRF ${from.vrf.name} and VRF ${at.vrf.name}: without it ${at.pe} gives no routes from one to the other`
      : null;
  return (at, prefix) => {
    const held = tableOf(at)(prefix);
    const lengths = held.map((one) => prefixLength(one.prefix)).filter((length) => length <= prefixLength(prefix));
    const longest = Math.max(-1, ...lengths);
    const best = held.find((one) => prefixLength(one.prefix) === longest);
    const unsure = best === undefined ? null : (cutFrom(best, at) ?? longerUnknown(at, prefix, held, longest));
    const taken = best === undefined ? absence(at, prefix) : describeTwins(inputs.agreements, at, best, held, reader);
    const whole: Explained =
      unsure === null ? taken : { ...taken, verdict: 'unknown', because: [...taken.because, unsure] };
    // Others' before its own: those are what is asked for.
    const elsewhere = held
      .filter((one) => prefixLength(one.prefix) >= longest && one !== best && one.from.vrf.vpn !== best?.from.vrf.vpn)
      .sort((a, b) => Number(a.from.vrf.vpn === reader) - Number(b.from.vrf.vpn === reader));
    if (elsewhere.length === 0) return whole;
    const parts = elsewhere.slice(0, TOLD_MAX).map((one) => {
      const how = one.via === null ? 'attached there' : `by route target ${shortForm(one.via)}`;
      const what = one.prefix === best?.prefix ? `${one.prefix} is held of ` : `${one.prefix}, a part of it, is of `;
      return `${what}${ownerName(one.from)} too, ${how}`;
    });
    const untold = elsewhere.slice(TOLD_MAX);
    if (untold.length > 0)
      parts.push(`and ${untold.length} more, of ${[...new Set(untold.map(({ from }) => ownerName(from)))].join(', ')}`);
    // What nobody agreed to is told of a part as of the whole.
    const isUnagreed = ({ by, interconnects }: Explained) => by !== null && interconnects.length === 0;
    const strange = elsewhere.map((one) => describeTaken(inputs.agreements, at, one, reader)).find(isUnagreed);
    const told = strange === undefined ? [] : strange.because.slice(-1);
    return {
      ...(strange === undefined || isUnagreed(whole) ? whole : strange),
      verdict: whole.verdict === 'unknown' ? 'unknown' : 'in part',
      because: [...(best === undefined ? [`no route is for all of ${prefix}`] : whole.because), ...parts, ...told],
    };
  };
}

/** The same network of the same VPN by other route targets too, which agreements of their own may carry: none hides another. */
function describeTwins(
  agreements: readonly Agreement[],
  at: VrfAtPe,
  best: Held,
  held: readonly Held[],
  reader: VpnId,
): Explained {
  const isTwin = ({ prefix, from, via }: Held) =>
    prefix === best.prefix && from.vrf.vpn === best.from.vrf.vpn && via !== null && via !== best.via;
  const twins = best.via === null ? [] : new Map(held.filter(isTwin).map((one) => [one.via, one])).values();
  const described = [best, ...twins].map((route) => ({ route, told: describeTaken(agreements, at, route, reader) }));
  const isUnagreed = ({ told }: (typeof described)[number]) => told.by !== null && told.interconnects.length === 0;
  const first = described.find(isUnagreed) ?? described[0];
  if (first === undefined) throw new TypeError('the best route is among them');
  const others = described
    .filter((one) => one !== first && one.route.via !== null && one.told.by !== null)
    .map(({ route: { via }, told }) => `by ${via === null ? '' : shortForm(via)} too: ${told.because.at(-1)}`);
  const because = [...first.told.because, ...others.slice(0, TOLD_MAX)];
  if (others.length > TOLD_MAX) because.push(`and by ${others.length - TOLD_MAX} more route targets`);
  const all = new Set(described.flatMap(({ told }) => told.interconnects));
  return { ...first.told, interconnects: isUnagreed(first) ? [] : [...all].sort(), because };
}

function describeTaken(agreements: readonly Agreement[], at: VrfAtPe, route: Held, reader: VpnId): Explained {
  const { prefix, from, via } = route;
  if (via === null || from.vrf.vpn === reader) {
    const where =
      via === null ? `it is attached at ${at.pe}` : `it is at ${from.pe}, by the route target ${shortForm(via)}`;
    const because = [`${prefix} is ${reader}'s own: ${where}`, ...(via === null ? [] : notJudged(from, at, prefix))];
    return { verdict: 'own', by: null, interconnects: [], because };
  }
  const over = agreements.filter(({ flows }) => flows.some((flow) => isOver(flow, from.vrf.vpn, reader, prefix, via)));
  const lets = over.filter(({ standing }) => standing === 'on-network' || standing === 'changing');
  const others = over.map(({ id, state }) => `${id} is ${state}`).join(', ');
  const agreed = lets.map(({ id, state }) => `${id} (${state}) lets ${reader} reach it`);
  const none = `NO AGREEMENT lets ${reader} reach it${others === '' ? '' : `: ${others}`}`;
  return {
    verdict: 'reached',
    by: { prefix, of: ownerName(from), fromPe: from.pe, via },
    interconnects: lets.map(({ id }) => id),
    because: [
      ...exportedBy(from, prefix, via),
      ...importedBy(at, prefix, via),
      ...notJudged(from, at, prefix),
      ...(agreed.length === 0 ? [none] : agreed),
    ],
  };
}

/** Operators' policies on the way of a route. */
function notJudged(from: VrfAtPe, at: VrfAtPe, prefix: Prefix): string[] {
  const [giving, taking] = [from, at].map(({ vrf }) => vrf.operator[familyOf(prefix)]);
  return [
    ...(giving?.exportPolicies ?? []).map((policy) => `${policy} at ${from.pe} keeps it back`),
    ...(taking?.importPolicies ?? []).map((policy) => `${policy} drops it`),
  ].map((what) => `whether ${what} was not judged: only route targets are`);
}

/**
 * Why a VRF holds nothing of it: who announces it with which route targets, and what the VRF imports. And whether a longer route than the
 * one it holds may be there unseen.
 */
function absenceOf({ view, inventory, agreements, unread }: ReachInputs, reader: VpnId, asked: OverlapIndex) {
  const announced = indexPrefixes(announcements(inventory, asked), ({ prefix }) => prefix);
  const doubts = findDoubts(view);
  const doubted = new Map(doubts.flatMap(({ pe, fact, vpns }) => vpns.map((vpn) => [vpn, `${pe}: ${fact}`] as const)));
  const doubtedHere = new Map(
    doubts.flatMap(({ pe, vrf, fact }) => (vrf === null ? [] : [[`${pe} ${vrf}`, fact] as const])),
  );
  const describe = ({ pe, vrf, prefix }: Announcement): string => {
    const there = view.pes.find(({ name }) => name === pe)?.vrfs.find(({ name }) => name === vrf);
    const place = `VRF ${vrf} at ${pe} announces ${prefix}`;
    if (there === undefined) return `${place}, and was not read: its route targets are unknown`;
    const on = [...targetsOn(there, familyOf(prefix))].filter(([, prefixes]) => prefixes.includes(prefix));
    return `${place} with ${on.length === 0 ? 'no route target' : on.map(([target]) => shortForm(target)).join(', ')}`;
  };
  const longerUnknown = (at: VrfAtPe, prefix: Prefix, held: readonly Held[], length: number): string | null => {
    const isHeld = (giver: Announcement) =>
      held.some(({ prefix, from }) => prefix === giver.prefix && from.pe === giver.pe && from.vrf.name === giver.vrf);
    const giver = announced(prefix).find(
      (one) =>
        prefixLength(one.prefix) > length &&
        (unread.has(one.pe) || doubted.has(one.vpn) || doubted.has(reader)) &&
        !isHeld(one),
    );
    if (giver === undefined) {
      const fact = length < prefixLength(prefix) ? doubtedHere.get(`${at.pe} ${at.vrf.name}`) : undefined;
      return fact === undefined
        ? null
        : `NOT UNDERSTOOD: ${at.pe}: ${fact}; whether a longer route is there is unknown`;
    }
    const doubt = doubted.get(giver.vpn) ?? doubted.get(reader);
    const why = unread.has(giver.pe) ? '' : `; NOT UNDERSTOOD: ${doubt}`;
    return `${describe(giver)}${why}; whether that longer route is taken is unknown`;
  };
  const absence = (at: VrfAtPe, prefix: Prefix): Explained => {
    const family = familyOf(prefix);
    const givers = announced(prefix);
    const imports = [...importsOf(at.vrf, family)].map(shortForm).join(', ') || 'nothing';
    const planned = agreements.filter(({ flows }) =>
      givers.some(({ vpn, prefix: network }) => flows.some((flow) => isOver(flow, vpn, reader, network))),
    );
    const doubt = [reader, ...givers.map(({ vpn }) => vpn)].flatMap((vpn) => doubted.get(vpn) ?? [])[0];
    const isKnown = doubt === undefined && !givers.some(({ pe }) => unread.has(pe));
    return {
      ...{ verdict: isKnown ? 'not reached' : 'unknown', by: null, interconnects: [] },
      because: [
        ...(givers.length === 0
          ? [`no VRF of the inventory announces ${prefix}, or what is around or inside of it`]
          : []),
        ...givers.slice(0, TOLD_MAX).map(describe),
        ...(givers.length > TOLD_MAX ? [`and ${givers.length - TOLD_MAX} more announce it, or a part of it`] : []),
        `VRF ${at.vrf.name} at ${at.pe} imports ${imports} for ${family}${givers.length === 0 ? '' : ': none of these'}`,
        ...planned.map(({ id, state }) => `${id} (${state}) is about it, and is not on the network there`),
        ...(doubt === undefined ? [] : [`NOT UNDERSTOOD: ${doubt}; what it lets through is unknown`]),
      ],
    };
  };
  return { absence, longerUnknown };
}

/** `via` absent: by whatever route target. */
function isOver(
  { from, to, prefixes, routeTarget }: Agreement['flows'][number],
  giver: VpnId | null,
  taker: VpnId,
  prefix: Prefix,
  via?: RouteTarget,
): boolean {
  const isBetween = from === giver && to === taker && (via === undefined || routeTarget === via);
  return isBetween && scopeTakesIn(prefixes, prefix);
}

interface Announcement {
  readonly pe: PeName;
  readonly vrf: VrfName;
  readonly vpn: VpnId;
  readonly prefix: Prefix;
}

/** Of what is asked about, and around and inside of it: a country announces a million networks. */
const announcements = ({ routers }: Inventory, asked: OverlapIndex): Announcement[] =>
  routers.flatMap(({ name: pe, vrfs }) =>
    vrfs.flatMap(({ name: vrf, vpn, attachments }) =>
      attachments.flatMap(({ prefixes }) =>
        prefixes.flatMap((prefix) => (asked.has(prefix) ? [{ pe, vrf, vpn, prefix }] : [])),
      ),
    ),
  );
