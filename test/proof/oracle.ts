/**
 * The proofs' verdicts the slow way: nested loops over everything, from the definitions alone. It shares no code with src/proof or src/plan,
 * and is unlike them on purpose.
 */
import type { RealisedFlow } from '../../src/domain/request.ts';
import type { ChangeUnderProof } from '../../src/proof/change-under-proof.ts';
import {
  bruteApproved,
  bruteCarried,
  bruteUndelivered,
  type Carried,
  carried,
  meet,
  ownerAt,
  vrfAt,
} from './brute-force.ts';
import { isInDoubt, isNamedInTexts, judgeTables } from './slow-doubts.ts';

export type Verdicts = Readonly<
  Record<'exact-reachability' | 'no-overlap' | 'route-target-ownership' | 'return-path', 'pass' | 'fail' | 'unknown'>
>;

const REMOVALS: readonly string[] = ['withdraw', 'suspend'];
const removes = ({ kind }: ChangeUnderProof): boolean => REMOVALS.includes(kind);

export function slowVerdicts(change: ChangeUnderProof): Verdicts {
  const verdict = (holds: boolean) => (holds ? 'pass' : 'fail');
  const exact = verdict(removes(change) ? onlyTakes(change) : isExact(change));
  const tables = judgeTables(change, gainedRoutes(change));
  return {
    // What is wrong is wrong whatever else was not understood; and nothing unread keeps anybody from closing.
    'exact-reachability': exact === 'pass' && !removes(change) && isInDoubt(change) ? 'unknown' : exact,
    'no-overlap': overlaps(change) ? 'fail' : tables,
    'route-target-ownership': verdict(isOwned(change)),
    'return-path': verdict(removes(change) || hasWayBack(change)),
  };
}

function gainedRoutes({ before, after }: ChangeUnderProof): Carried[] {
  const had = bruteCarried(before);
  return carried(after).filter((one) => !had.has(textOf(one)));
}

const textOf = (one: Carried) => Object.values(one).join(' ');
const ownTargetsOf = ({ subject, previous }: ChangeUnderProof) =>
  [...subject.flows, ...(previous?.flows ?? [])].map((flow) => String(flow.routeTarget));
const flowsOf = (change: ChangeUnderProof): readonly RealisedFlow[] => (removes(change) ? [] : change.subject.flows);

function isExact(change: ChangeUnderProof): boolean {
  const own = ownTargetsOf(change);
  const [had, has] = [carried(change.before), carried(change.after)];
  const [hadTexts, hasTexts] = [new Set(had.map(textOf)), new Set(has.map(textOf))];
  const approved = bruteApproved(change.after, change.subject);
  if (bruteUndelivered(change.after, change.subject)) return false;
  for (const one of has) {
    if (own.includes(one.via)) {
      if (!approved.has(textOf(one)) || vrfAt(change.after, one.toPe, one.toVrf).canary) return false;
    } else if (!hadTexts.has(textOf(one))) return false;
  }
  for (const line of approved) if (!hasTexts.has(line)) return false;
  return had.every((one) => own.includes(one.via) || hasTexts.has(textOf(one)));
}

/** Nothing comes, and nothing goes that belongs to another agreement. */
function onlyTakes(change: ChangeUnderProof): boolean {
  const own = ownTargetsOf(change);
  const others = change.others.flatMap(({ flows }) => flows);
  const [had, has] = [carried(change.before).map(textOf), carried(change.after).map(textOf)];
  if (has.some((line) => !had.includes(line))) return false;
  const isAgreed = (one: Carried) =>
    others.some(
      (flow) =>
        String(flow.routeTarget) === one.via &&
        flow.from === ownerAt(change.before, one.fromPe, one.fromVrf) &&
        flow.to === ownerAt(change.before, one.toPe, one.toVrf),
    );
  return carried(change.before).every((one) => has.includes(textOf(one)) || own.includes(one.via) || !isAgreed(one));
}

/** Somebody gains an address that he has, reaches, or gains from another one. */
function overlaps({ before, after }: ChangeUnderProof): boolean {
  const had = carried(before).map(textOf);
  const has = carried(after);
  for (const gained of has) {
    if (had.includes(textOf(gained))) continue;
    const taker = ownerAt(after, gained.toPe, gained.toVrf);
    const giver = ownerAt(after, gained.fromPe, gained.fromVrf);
    for (const pe of after.pes) {
      for (const vrf of pe.vrfs) {
        if (ownerAt(after, pe.name, vrf.name) !== taker) continue;
        for (const { prefixes } of vrf.attachments) {
          for (const prefix of prefixes) if (taker !== giver && meet(prefix, gained.prefix)) return true;
        }
      }
    }
    for (const other of has) {
      if (ownerAt(after, other.toPe, other.toVrf) !== taker) continue;
      if (ownerAt(after, other.fromPe, other.fromVrf) === giver) continue;
      if (meet(other.prefix, gained.prefix)) return true;
    }
  }
  return false;
}

function isOwned(change: ChangeUnderProof): boolean {
  const own = ownTargetsOf(change);
  const flows = flowsOf(change);
  for (const pe of change.after.pes) {
    for (const vrf of pe.vrfs) {
      for (const part of Object.values(vrf.share)) {
        for (const target of part.imports) {
          if (own.includes(target) && !flows.some((flow) => flow.routeTarget === target && flow.to === vrf.vpn))
            return false;
        }
        for (const { routeTarget, scope } of part.exports) {
          if (!own.includes(routeTarget)) continue;
          const flow = flows.find((one) => one.routeTarget === routeTarget && one.from === vrf.vpn);
          if (flow === undefined) return false;
          if (flow.prefixes === 'whole-vpn') continue;
          if (scope === 'whole-vpn') return false;
          for (const prefix of scope) if (!flow.prefixes.some((one) => one === prefix)) return false;
        }
      }
    }
  }
  if (removes(change)) return true;
  if (isNamedInTexts(change.after, own)) return false;
  for (const pe of change.after.pes) {
    for (const vrf of pe.vrfs) {
      for (const part of Object.values(vrf.operator)) {
        for (const target of [...part.importRouteTargets, ...part.exportRouteTargets])
          if (own.includes(target)) return false;
        for (const rule of part.exportRules ?? []) if (own.includes(rule.routeTarget)) return false;
      }
    }
  }
  for (const pe of change.kind === 'modify' ? [] : change.before.pes) {
    for (const vrf of pe.vrfs) {
      for (const part of Object.values(vrf.share)) {
        for (const target of [...part.imports, ...part.exports.map((rule) => rule.routeTarget)]) {
          if (own.includes(target)) return false;
        }
      }
    }
  }
  const ofOthers = change.others.flatMap(({ flows: theirs }) => theirs.map((flow) => String(flow.routeTarget)));
  const now = change.subject.flows.map((flow) => String(flow.routeTarget));
  return new Set(now).size === now.length && !now.some((target) => ofOthers.includes(target));
}

/** From wherever a prefix is given, something of the other side is reached in its family; where a flow the other way was signed. */
function hasWayBack({ subject, after }: ChangeUnderProof): boolean {
  const has = carried(after);
  for (const flow of subject.flows) {
    if (!subject.flows.some((other) => other.from === flow.to && other.to === flow.from)) continue;
    for (const route of has) {
      if (route.via !== flow.routeTarget) continue;
      const back = has.some(
        (other) =>
          other.toPe === route.fromPe &&
          other.toVrf === route.fromVrf &&
          ownerAt(after, other.fromPe, other.fromVrf) === flow.to &&
          other.prefix.includes(':') === route.prefix.includes(':'),
      );
      if (!back) return false;
    }
  }
  return true;
}
