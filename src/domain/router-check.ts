import type { ErrorClass, ErrorCode } from '../errors.ts';
import { ERRORS } from '../errors.ts';
import type { InventoryRouter, InventoryVrf } from './inventory.ts';
import type { InterconnectId, PeName, VrfName } from './names.ts';
import { enabledFamilies, type RunningVrf } from './network-view.ts';
import { FAMILIES, type Family, familyOf } from './prefix.ts';
import type { Flow } from './request.ts';
import { type RouteTarget, shortForm } from './route-target.ts';
import { scopeTakesIn } from './scope.ts';
import type { Verdict } from './verdict.ts';

/** A fault would keep a change from this router, or says that the inventory is not true of it; a remark keeps nothing. */
export interface CheckFinding {
  readonly severity: 'fault' | 'remark';
  readonly code: ErrorCode;
  /** The PE, or PE and VRF. */
  readonly place: string;
  readonly fact: string;
  readonly remedy: string;
}

/** What `wasl router check` says of one PE. */
export interface RouterCheck {
  readonly pe: PeName;
  /** ISO 8601 with zone. */
  readonly checkedAt: string;
  /** Whether it answered a request; a session alone is no answer. */
  readonly answers: boolean;
  /** unknown: what it holds was not learnt. */
  readonly verdict: Verdict;
  /** How long it took to give its running configuration. */
  readonly answerMs: number | null;
  readonly procedure: string | null;
  /** SSH methods by which it let wasl in, `publickey` before `password`; null: not learnt, or told by a release that did not say. */
  readonly login: readonly string[] | null;
  readonly capabilities: readonly string[];
  readonly notes: readonly string[];
  readonly candidate: 'clean' | 'dirty' | 'none' | 'unknown';
  readonly lock: RouterLock | null;
  /** NETCONF sessions open on it, this one among them; null: it does not say. */
  readonly sessions: number | null;
  /** Its clock minus ours; null: it does not say. */
  readonly clockSkewMs: number | null;
  readonly vrfs: { readonly listed: number; readonly asListed: number };
  readonly findings: readonly CheckFinding[];
}

/** The lock that a change would need. */
export interface RouterLock {
  readonly datastore: 'candidate' | 'running';
  readonly state: 'free' | 'held' | 'unknown';
  /** `session 4711`, with what the router says of it; null where it names nobody. */
  readonly holder: string | null;
  /** asked: of RFC 6022 monitoring. tried: locked and unlocked at once, as a change would. */
  readonly how: 'asked' | 'tried' | 'not tried';
}

export const finding = (
  code: ErrorCode,
  place: string,
  fact: string,
  remedy: string = ERRORS[code].remedy,
): CheckFinding => ({ severity: 'fault', code, place, fact, remedy });

const remark = (...parts: Parameters<typeof finding>): CheckFinding => ({ ...finding(...parts), severity: 'remark' });

/** Of a router whose configuration was read. */
export function verdictOf(findings: readonly CheckFinding[]): Verdict {
  return findings.some(({ severity }) => severity === 'fault') ? 'fail' : 'pass';
}

/** The worst class of the faults; null when there is none. What may pass by itself is the least of them. */
export function worstClass(findings: readonly CheckFinding[]): ErrorClass | null {
  const classes = new Set(
    findings.filter(({ severity }) => severity === 'fault').map(({ code }) => ERRORS[code].class),
  );
  return (['unknown', 'permanent', 'transient'] as const).find((each) => classes.has(each)) ?? null;
}

/** A flow of an agreement, with the route target that realises it. */
export interface AgreedFlow extends Flow {
  readonly id: InterconnectId;
  readonly routeTarget: RouteTarget;
  /** It is to be there now, and no change of it is under way. */
  readonly isOnNetwork: boolean;
  /** Or a change of it is under way. */
  readonly mayBeThere: boolean;
}

/**
 * Running against the inventory: VRFs that are missing, not listed or under another name, route distinguishers, families, what was not
 * understood, and the route targets of wasl's pool against the register. All findings at once.
 */
export function compareWithInventory(
  router: InventoryRouter,
  running: readonly RunningVrf[],
  agreed: readonly AgreedFlow[],
): CheckFinding[] {
  const present = new Map(running.map((vrf) => [vrf.name, vrf]));
  const listed = new Set(router.vrfs.map(({ name }) => name));
  const strangers = running.filter(({ name }) => !listed.has(name));
  return [
    ...router.vrfs.flatMap((vrf) => {
      const found = present.get(vrf.name);
      return found === undefined ? [missing(router, vrf, strangers)] : compareVrf(router.name, vrf, found);
    }),
    ...strangers.map((vrf) => unlisted(router, vrf)),
    ...sharedDistinguishers(router.name, running),
    ...running.flatMap((vrf) => {
      const entry = router.vrfs.find(({ name }) => name === vrf.name);
      return [...notUnderstood(router.name, vrf), ...compareTargets(router.name, entry ?? null, vrf, agreed)];
    }),
  ];
}

function missing({ name: pe }: InventoryRouter, vrf: InventoryVrf, strangers: readonly RunningVrf[]): CheckFinding {
  const alike = strangers.find(
    (other) =>
      other.routeDistinguisher === vrf.routeDistinguisher || other.name.toLowerCase() === vrf.name.toLowerCase(),
  );
  const place = `${pe}/${vrf.name}`;
  const fact = `VRF ${vrf.name} of ${vrf.vpn} is not on ${pe}`;
  if (alike === undefined) return finding('VRF_MISSING', place, fact);
  const why =
    alike.routeDistinguisher === vrf.routeDistinguisher
      ? `has its route distinguisher ${shortForm(vrf.routeDistinguisher)}`
      : 'differs in capitals only';
  return finding(
    'VRF_MISSING',
    place,
    `${fact}; VRF ${alike.name} ${why}`,
    `If it is the same VRF, call it ${alike.name} in the inventory.`,
  );
}

function compareVrf(pe: PeName, vrf: InventoryVrf, found: RunningVrf): CheckFinding[] {
  const place = `${pe}/${vrf.name}`;
  const findings: CheckFinding[] = [];
  const { routeDistinguisher } = found;
  if (routeDistinguisher === null) {
    const fact = `VRF ${vrf.name} at ${pe} shows no route distinguisher; the inventory says ${shortForm(vrf.routeDistinguisher)}`;
    findings.push(remark('INVENTORY_INVALID', place, fact, 'Look on the router which one it makes up.'));
  } else if (routeDistinguisher !== vrf.routeDistinguisher) {
    const fact = `VRF ${vrf.name} at ${pe} has route distinguisher ${shortForm(routeDistinguisher)}, the inventory says ${shortForm(vrf.routeDistinguisher)}`;
    findings.push(
      finding(
        'INVENTORY_INVALID',
        place,
        fact,
        'Find out which VRF this is, then correct the router or the inventory.',
      ),
    );
  }
  const enabled = new Set(enabledFamilies(found));
  for (const family of FAMILIES) {
    const wanted = vrf.families.includes(family);
    if (wanted === enabled.has(family)) continue;
    const fact = wanted
      ? `VRF ${vrf.name} at ${pe} has no ${family}, the inventory says it has`
      : `VRF ${vrf.name} at ${pe} has ${family}, which the inventory does not list`;
    findings.push((wanted ? finding : remark)('INVENTORY_INVALID', place, fact, `Correct families of ${vrf.name}.`));
  }
  return findings;
}

function unlisted({ name: pe }: InventoryRouter, vrf: RunningVrf): CheckFinding {
  const rd = vrf.routeDistinguisher === null ? 'no route distinguisher' : shortForm(vrf.routeDistinguisher);
  const fact = `VRF ${vrf.name} (${rd}) is on ${pe} and not in the inventory`;
  return remark('INVENTORY_INVALID', `${pe}/${vrf.name}`, fact, 'List it, or leave it: it delays nothing.');
}

function sharedDistinguishers(pe: PeName, running: readonly RunningVrf[]): CheckFinding[] {
  const byDistinguisher = new Map<string, VrfName[]>();
  for (const { name, routeDistinguisher } of running) {
    if (routeDistinguisher === null) continue;
    const key = shortForm(routeDistinguisher);
    byDistinguisher.set(key, [...(byDistinguisher.get(key) ?? []), name]);
  }
  return [...byDistinguisher].flatMap(([rd, names]) =>
    names.length < 2
      ? []
      : [finding('INVENTORY_INVALID', pe, `VRFs ${names.join(', ')} at ${pe} share route distinguisher ${rd}`)],
  );
}

function notUnderstood(pe: PeName, { name, anomalies, unknowns = [] }: RunningVrf): CheckFinding[] {
  const edited = anomalies.map((anomaly) =>
    finding(
      'VRF_DRIFTED',
      `${pe}/${name}`,
      `VRF ${name} at ${pe}: ${anomaly}`,
      'Somebody edited what wasl wrote, or a change was cut short: look at it on the router, and put it back.',
    ),
  );
  const unread = unknowns.map(({ path, why, ofRouter }) =>
    finding('ROUTER_NOT_UNDERSTOOD', ofRouter ? pe : `${pe}/${name}`, `${pe}: \`${path}\` ${why}`),
  );
  return [...edited, ...unread];
}

/** Route targets of wasl's pool: those that an agreement gives to this VPN, and no others. */
function compareTargets(
  pe: PeName,
  entry: InventoryVrf | null,
  vrf: RunningVrf,
  agreed: readonly AgreedFlow[],
): CheckFinding[] {
  const vpn = entry?.vpn ?? null;
  const place = `${pe}/${vrf.name}`;
  const importsIn = (family: Family) => vrf.share[family]?.imports ?? [];
  const exportsIn = (family: Family) => (vrf.share[family]?.exports ?? []).map(({ routeTarget }) => routeTarget);
  const strange = (verb: string, of: typeof importsIn, side: 'from' | 'to') =>
    [...new Set(FAMILIES.flatMap(of))].flatMap((target) => {
      const flow = agreed.find(({ routeTarget }) => routeTarget === target);
      if (flow?.[side] === vpn && flow.mayBeThere) return [];
      const why =
        flow === undefined
          ? 'which no agreement that stands has'
          : flow[side] !== vpn
            ? `which ${flow.id} has from ${flow.from} to ${flow.to} only`
            : `which ${flow.id} is to have, and does not have yet`;
      const fact = `VRF ${vrf.name} at ${pe} ${verb} ${shortForm(target)}, a number of wasl's pool ${why}`;
      const whence = 'somebody configured it, or it is left of an agreement that ended while the router was away';
      const remedy = `NO AGREEMENT stands behind it: ${whence}. Remove it on the router.`;
      return [finding('VRF_DRIFTED', place, fact, remedy)];
    });
  const gone = (verb: string, of: typeof importsIn, side: 'from' | 'to') =>
    agreed.flatMap((flow) => {
      if (flow[side] !== vpn || !flow.isOnNetwork) return [];
      const families = enabledFamilies(vrf).filter((family) => side === 'to' || announces(entry, flow, family));
      const lacking = families.filter((family) => !of(family).includes(flow.routeTarget));
      if (lacking.length === 0) return [];
      const what = `${shortForm(flow.routeTarget)} of ${flow.id} (${flow.from} to ${flow.to}) in ${lacking.join(' and ')}`;
      const fact = `VRF ${vrf.name} at ${pe} does not ${verb} ${what}`;
      return [finding('VRF_DRIFTED', place, fact, 'Find out who removed it on the router, and put it back.')];
    });
  return [
    ...strange('imports', importsIn, 'to'),
    ...strange('exports', exportsIn, 'from'),
    ...gone('import', importsIn, 'to'),
    ...gone('export', exportsIn, 'from'),
  ];
}

/** A giving VRF exports only what it announces itself. */
function announces(entry: InventoryVrf | null, { prefixes }: AgreedFlow, family: Family): boolean {
  const local = (entry?.attachments ?? []).flatMap((attachment) => attachment.prefixes);
  return local.some((prefix) => familyOf(prefix) === family && scopeTakesIn(prefixes, prefix));
}
