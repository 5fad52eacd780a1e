/**
 * The proofs' verdicts the slow way: nested loops over everything, from the definitions alone. It shares no code with src/proof or src/plan,
 * and is unlike them on purpose.
 */
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import type { RealisedFlow } from '../../src/domain/request.ts';
import type { ChangeUnderProof } from '../../src/proof/change-under-proof.ts';
import { bruteApproved, bruteCarried, bruteUndelivered } from './brute-force.ts';

export type Verdicts = Readonly<
  Record<'exact-reachability' | 'no-overlap' | 'route-target-ownership' | 'return-path', 'pass' | 'fail'>
>;

export function slowVerdicts(change: ChangeUnderProof): Verdicts {
  const verdict = (holds: boolean) => (holds ? 'pass' : 'fail');
  return {
    'exact-reachability': verdict(change.kind === 'withdraw' ? onlyTakes(change) : isExact(change)),
    'no-overlap': verdict(!overlaps(change)),
    'route-target-ownership': verdict(isOwned(change)),
    'return-path': verdict(change.kind === 'withdraw' || hasWayBack(change)),
  };
}

interface Carried {
  readonly fromPe: string;
  readonly fromVrf: string;
  readonly prefix: string;
  readonly toPe: string;
  readonly toVrf: string;
  readonly via: string;
}

function carried(view: NetworkView): Carried[] {
  return [...bruteCarried(view)].map((line) => {
    const [fromPe = '', fromVrf = '', prefix = '', toPe = '', toVrf = '', via = ''] = line.split(' ');
    return { fromPe, fromVrf, prefix, toPe, toVrf, via };
  });
}

const textOf = (one: Carried) => Object.values(one).join(' ');
const ownTargetsOf = ({ subject }: ChangeUnderProof) => subject.flows.map((flow) => String(flow.routeTarget));
const flowsOf = ({ kind, subject }: ChangeUnderProof): readonly RealisedFlow[] =>
  kind === 'withdraw' ? [] : subject.flows;

function vrfAt(view: NetworkView, pe: string, name: string): VrfView {
  for (const one of view.pes) for (const vrf of one.vrfs) if (one.name === pe && vrf.name === name) return vrf;
  throw new Error(`${name} at ${pe}`);
}

const ownerAt = (view: NetworkView, pe: string, name: string): string =>
  vrfAt(view, pe, name).vpn ?? `nobody: ${pe} ${name}`;

function isExact(change: ChangeUnderProof): boolean {
  const own = ownTargetsOf(change);
  const [had, has] = [carried(change.before), carried(change.after)];
  const approved = bruteApproved(change.after, change.subject);
  if (bruteUndelivered(change.after, change.subject)) return false;
  for (const one of has) {
    if (own.includes(one.via)) {
      if (!approved.has(textOf(one)) || vrfAt(change.after, one.toPe, one.toVrf).canary) return false;
    } else if (!had.some((other) => textOf(other) === textOf(one))) return false;
  }
  for (const line of approved) if (!has.some((one) => textOf(one) === line)) return false;
  return had.every((one) => own.includes(one.via) || has.some((other) => textOf(other) === textOf(one)));
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

/** By their bits, as text. */
function meet(a: string, b: string): boolean {
  if (a.includes(':') !== b.includes(':')) return false;
  const length = Math.min(Number(a.split('/')[1]), Number(b.split('/')[1]));
  return bits(a).slice(0, length) === bits(b).slice(0, length);
}

function bits(prefix: string): string {
  const [address = ''] = prefix.split('/');
  if (!address.includes(':')) {
    return address
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('');
  }
  const [head = '', tail = ''] = address.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':'));
  const missing = 8 - words(head).length - words(tail).length;
  const all = [...words(head), ...Array(address.includes('::') ? missing : 0).fill('0'), ...words(tail)] as string[];
  return all.map((word) => Number.parseInt(word, 16).toString(2).padStart(16, '0')).join('');
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
  if (change.kind === 'withdraw') return true;
  for (const pe of change.after.pes) {
    for (const vrf of pe.vrfs) {
      for (const part of Object.values(vrf.operator)) {
        for (const target of [...part.importRouteTargets, ...part.exportRouteTargets])
          if (own.includes(target)) return false;
        for (const rule of part.exportRules ?? []) if (own.includes(rule.routeTarget)) return false;
      }
    }
  }
  for (const pe of change.before.pes) {
    for (const vrf of pe.vrfs) {
      for (const part of Object.values(vrf.share)) {
        for (const target of [...part.imports, ...part.exports.map((rule) => rule.routeTarget)]) {
          if (own.includes(target)) return false;
        }
      }
    }
  }
  const ofOthers = change.others.flatMap(({ flows: theirs }) => theirs.map((flow) => String(flow.routeTarget)));
  return new Set(own).size === own.length && !own.some((target) => ofOthers.includes(target));
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
