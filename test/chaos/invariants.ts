/** What must hold when the storm is over and everything is up again. Each finds sentences about what is not so; none is right. */
import type { ChangeOutcome } from '../../src/domain/change.ts';
import { isEnd } from '../../src/domain/lifecycle.ts';
import { retryDelaySeconds } from '../../src/domain/next-move.ts';
import type { RealisedFlow } from '../../src/domain/request.ts';
import { verifyChain } from '../../src/ledger/verify-chain.ts';
import { isAsWished, recordsOf, type Seen, type SeenRouter } from './seen.ts';

export interface Invariant {
  readonly name: string;
  find(seen: Seen): string[];
}

/**
 * From the end date, or from the calm where that is later: the pause after as many failed tries as the longest outage makes (a minute), a
 * router's own timer, and the work itself on a machine that has other things to do.
 */
export const OFF_WITHIN_MS = (retryDelaySeconds(5) + 20 + 60) * 1_000;

export const INVARIANTS: readonly Invariant[] = [
  { name: 'no half state: what a change came to is what its routers came to', find: halfStates },
  {
    name: 'no router keeps a lock, a pending commit, a dirty candidate or a running that nobody saved',
    find: locksLeft,
  },
  { name: 'no change keeps its turn at a router', find: ({ turns }) => turns.map((id) => `${id} keeps its turn`) },
  { name: 'no route target leaks: in use are those of unfinished agreements, each once', find: routeTargetsLeaked },
  {
    name: 'register = routers: each carries the route targets of active agreements, all of them and no others',
    find: strangers,
  },
  { name: 'a router without an agreement is, byte for byte, as before wasl came', find: tracesLeft },
  { name: 'the ledger is intact', find: ledgerBreaks },
  { name: 'every agreement past its end is off the network within its retry time', find: pastTheirEnd },
  { name: 'every agreement is where people wanted it', find: notAsWished },
  { name: 'nothing acknowledged is lost', find: lostFacts },
  { name: 'nothing acknowledged is doubled', find: doubledFacts },
];

export const findBreaches = (seen: Seen): string[] => INVARIANTS.flatMap(({ find }) => find(seen));

/** Where the routers of a change may stand, by what it came to. */
const STATES: Readonly<Record<ChangeOutcome, readonly string[]>> = {
  applied: ['confirmed'],
  'rolled-back': ['idle', 'rolled-back'],
  refused: ['idle', 'rolled-back'],
  abandoned: ['idle', 'rolled-back'],
};

function halfStates({ register }: Seen): string[] {
  return register.flatMap(({ changes }) =>
    changes.flatMap(({ id, outcome, routers, phase }) => {
      if (phase === 'attention') return [`${id} waits for a person`];
      const others = outcome === null ? [] : routers.filter(({ state }) => !STATES[outcome].includes(state));
      return others.map(({ pe, state }) => `${id} is ${outcome}, but the journal has ${pe} ${state}`);
    }),
  );
}

function locksLeft({ routers }: Seen): string[] {
  return routers.flatMap(({ name, isLocked, isPending, isCandidateDirty, running, startup }) => [
    ...(isLocked ? [`a lock on ${name}`] : []),
    ...(isPending ? [`a pending commit on ${name}`] : []),
    ...(isCandidateDirty ? [`a dirty candidate on ${name}`] : []),
    ...(running === startup ? [] : [`running of ${name} is not saved`]),
  ]);
}

const activeFlows = ({ register }: Seen): RealisedFlow[] =>
  register.flatMap(({ record }) => (record.lifecycle === 'active' ? (record.flows ?? []) : []));

const numberOf = (routeTarget: string) => routeTarget.slice(routeTarget.lastIndexOf(':') + 1);

/** Route targets by router, as the inventory and the register would have it. */
function wantedOn(seen: Seen, name: string): Set<string> {
  const vrfs = seen.inventory.routers.find((router) => router.name === name)?.vrfs ?? [];
  const concerned = activeFlows(seen).filter(({ from, to, prefixes }) => {
    const announced = vrfs.filter(({ vpn }) => vpn === from).flatMap(({ attachments }) => attachments);
    const gives = announced.some((each) => each.prefixes.some((p) => prefixes === 'whole-vpn' || prefixes.includes(p)));
    return gives || vrfs.some(({ vpn }) => vpn === to);
  });
  return new Set(concerned.map(({ routeTarget }) => numberOf(routeTarget)));
}

/** No other number of the sample's configuration lies in the pool. */
function carriedBy({ inventory }: Seen, { running }: SeenRouter): Set<string> {
  const { from, to } = inventory.backbone.routeTargetPool;
  const isOfPool = (digits: string) => Number(digits) >= from && Number(digits) <= to;
  return new Set([...running.matchAll(/\d+/g)].map(([digits]) => digits).filter(isOfPool));
}

function strangers(seen: Seen): string[] {
  return seen.routers.flatMap((router) => {
    const [carried, wanted] = [carriedBy(seen, router), wantedOn(seen, router.name)];
    const foreign = [...carried].filter((number) => !wanted.has(number));
    const missing = [...wanted].filter((number) => !carried.has(number));
    return [
      ...foreign.map((number) => `${router.name} carries route target ${number} of no active agreement`),
      ...missing.map((number) => `${router.name} lacks route target ${number} of an active agreement`),
    ];
  });
}

function tracesLeft(seen: Seen): string[] {
  return seen.routers
    .filter(({ name, running, before }) => wantedOn(seen, name).size === 0 && running !== before)
    .map(({ name }) => `${name} is not as before wasl came`);
}

function routeTargetsLeaked({ register, routeTargetsInUse }: Seen): string[] {
  const holders = register.filter(({ record }) => record.flows !== null);
  const all = holders.flatMap(({ record }) => (record.flows ?? []).map(({ routeTarget }) => routeTarget));
  return [
    ...holders
      .filter(({ record }) => isEnd(record.lifecycle))
      .map(({ record }) => `${record.id} ended and keeps its route targets`),
    ...(routeTargetsInUse === all.length
      ? []
      : [`${routeTargetsInUse} route targets are in use, the register has ${all.length}`]),
    ...(new Set(all).size === all.length ? [] : ['two flows have the same route target']),
  ];
}

function ledgerBreaks({ ledger }: Seen): string[] {
  const chain = verifyChain(ledger);
  return chain.intact ? [] : [`the ledger breaks at ${chain.sequence}: ${chain.reason}`];
}

function pastTheirEnd({ register, calmAt, at, endedAt }: Seen): string[] {
  return register.flatMap(({ record: { id, request, lifecycle } }) => {
    const dueMs = Math.max(Date.parse(request.validUntil), calmAt.getTime()) + OFF_WITHIN_MS;
    const endedMs = isEnd(lifecycle) ? (endedAt.get(id)?.getTime() ?? 0) : at.getTime();
    if (endedMs <= dueMs || Date.parse(request.validUntil) > at.getTime()) return [];
    const lateSeconds = Math.round((endedMs - dueMs) / 1_000);
    return [
      `${id} was to be off the network ${lateSeconds} s before it ${isEnd(lifecycle) ? 'was' : `is, ${lifecycle}`}`,
    ];
  });
}

function notAsWished({ stories, register }: Seen): string[] {
  const all = register.map(({ record }) => record);
  return stories.flatMap((story) => {
    const records = recordsOf(story, all);
    if (isAsWished(story, records)) return [];
    if (records.length === 0) return [`"${story.request.purpose}" could not be asked for`];
    return records.map(({ id, lifecycle, underWay, reason }) => {
      return `${id}, which ${story.wish}, is ${lifecycle} (${underWay?.phase ?? 'no change'}): ${reason}`;
    });
  });
}

function lostFacts({ stories, register }: Seen): string[] {
  return stories.flatMap((story) => {
    if (story.id === null) return [];
    const found = register.find(({ record }) => record.id === story.id);
    if (found === undefined) return [`${story.id} was acknowledged and is not in the register`];
    const { record, approvals } = found;
    return story.acknowledged.flatMap(({ what, person, digest }) => {
      const isThere =
        what === 'withdrawn'
          ? record.withdrawal !== null
          : approvals.some((each) => each.person === person && each.digest === digest && each.decision === 'approve');
      return isThere ? [] : [`that ${person} ${what} was acknowledged, and ${story.id} does not have it`];
    });
  });
}

function doubledFacts({ stories, register }: Seen): string[] {
  const all = register.map(({ record }) => record);
  const created = stories.flatMap((story) => {
    const count = Math.max(recordsOf(story, all).length, story.created);
    return count > 1 ? [`"${story.request.purpose}" was created ${count} times`] : [];
  });
  const decided = register.flatMap(({ record, approvals }) => {
    const once = new Set(approvals.map(({ subject, digest, person }) => `${subject} ${digest} ${person}`));
    return once.size === approvals.length ? [] : [`a decision on ${record.id} stands twice`];
  });
  const opened = register.flatMap(({ record, changes }) => {
    const provisions = changes.filter(({ kind, outcome }) => kind === 'provision' && outcome === 'applied').length;
    return provisions > 1 ? [`${record.id} was provisioned ${provisions} times`] : [];
  });
  return [...created, ...decided, ...opened];
}
