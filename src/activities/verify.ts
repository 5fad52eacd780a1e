/** Verification inside the confirm window: read-back, real routing tables, pings, the parties' own pings. */
import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import { onlyTakesAway } from '../domain/change-kinds.ts';
import { countOf } from '../domain/count-of.ts';
import type { PeName, VpnId, VrfName } from '../domain/names.ts';
import type { NetworkView, RunningVrf } from '../domain/network-view.ts';
import { type ObservedTables, tableKey } from '../domain/observed-routes.ts';
import type { ReachabilityProbe } from '../domain/plan.ts';
import { type Address, contains, FAMILIES, type Family, familyOf, overlaps } from '../domain/prefix.ts';
import { combineVerdicts, type Verdict } from '../domain/verdict.ts';
import { WaslError } from '../errors.ts';
import { buildNetworkView } from '../plan/network-view.ts';
import { describeRemaining } from '../plan/remaining-reach.ts';
import { checkPings, type PingResult } from '../proof/check-pings.ts';
import { checkRemovedRoutes } from '../proof/check-removed-routes.ts';
import { checkRoutes } from '../proof/check-routes.ts';
import type { Router } from '../router/router.ts';
import type { StageResult } from './activities.ts';
import type { ActivityDependencies, ActivityLimits } from './dependencies.ts';
import { findSpeechless } from './find-speechless.ts';
import { failed, firstFailure, type OpenTransaction, PASS, type RouterInTransaction } from './open-transaction.ts';
import { reproveWhatChanged } from './prove-at-push.ts';
import { readBackAgain, readBackRouter, requireEdits } from './read-back.ts';
import { readLosingTables, readRouteTables } from './route-tables.ts';
import { type Stopwatch, startStopwatch } from './stopwatch.ts';
import { describeError } from './translate-errors.ts';

/** A branch-to-branch ping of one party: its VRF at a touched PE to a site of the same VPN elsewhere. */
export interface OwnPing {
  readonly router: Router;
  readonly vrf: VrfName;
  readonly destination: Address;
  readonly source: Address | null;
}

/** Pings under way at one router: it may answer in order, and then what is not sent yet can still be left. */
const PINGS_AT_ONCE = 4;
/** Of the confirm window, from the first commit on. */
const PINGS_WINDOW_SHARE = 0.75;

/** Sites that are pinged per touched VRF: two other sites show whether the VPN itself still works. */
const OWN_PINGS_PER_VRF_MAX = 2;

/** Takes routers out of the transaction, each with why; false where it cannot go on without them. */
export type GoOnWithout = (
  routers: readonly RouterInTransaction[],
  reasons: readonly (string | null)[],
) => Promise<boolean>;

export async function verifyTransaction(
  deps: ActivityDependencies,
  transaction: OpenTransaction,
  limits: ActivityLimits,
  goOnWithout: GoOnWithout,
): Promise<StageResult> {
  const { recorder, plan } = transaction;
  const routers = [...transaction.routers.values()];

  const readBacks = await recorder.onEach(
    'read-back',
    routers,
    (each) => each.plan.pe,
    async (each) => {
      await readBackRouter(each, await each.router.readRunning());
      return { result: undefined, message: 'running holds exactly the approved delta' };
    },
  );
  const failure = firstFailure(readBacks);
  const reasons = readBacks.map((one) => (one.status === 'rejected' ? describeError(one.reason).sentence : null));
  if (failure !== null && !(await goOnWithout(routers, reasons))) return failed(failure);

  const windowMs = plan.window.confirmTimeoutSeconds * 1_000;
  const looking = { elapsedMs: startStopwatch(), untilMs: Math.min(limits.convergenceMs, windowMs / 2) };
  if (onlyTakesAway(plan.kind)) return verifyRemoval(transaction, limits, looking);
  for (;;) {
    const { verdict, sentence, hopeless, speechless } = await lookOnce(transaction, limits);
    if (verdict === 'pass') return passUnlessChanged(deps, transaction, sentence);
    // Routes and answers may still be on their way; what nobody approved will not go away by waiting.
    if (hopeless || isLastLook(looking, limits)) return measured(transaction, sentence, speechless);
    await sleep(limits.pollIntervalMs);
  }
}

interface Looking {
  readonly elapsedMs: Stopwatch;
  readonly untilMs: number;
}

const isLastLook = ({ elapsedMs, untilMs }: Looking, { pollIntervalMs }: ActivityLimits): boolean =>
  elapsedMs() + pollIntervalMs >= untilMs;

/** Last, so that what somebody did to a PE meanwhile, whether the change touches it or not, is seen up to the confirmation. */
async function passUnlessChanged(
  deps: ActivityDependencies,
  transaction: OpenTransaction,
  sentence: string,
): Promise<StageResult> {
  const { recorder, routers } = transaction;
  try {
    const changed = await reproveWhatChanged(deps, transaction);
    await readBackAgain([...routers.values()]);
    const again = `proved again, for ${changed.join(', ')} changed meanwhile`;
    if (changed.length > 0) await recorder.note('verify', null, 'info', again);
  } catch (error) {
    const result = failed(error);
    await recorder.note('verify', null, 'failed', result.reason);
    return result;
  }
  transaction.sinceAskedMs = startStopwatch();
  await recorder.note('verify', null, 'done', sentence);
  return PASS(sentence);
}

/** A step of the workflow takes less; where it took more, or the worker was busy, somebody may have edited since. */
const ANSWERS_HOLD_MS = 2_000;

/** At the confirmation of what opens: what was asked last is asked again where that is long ago. */
export async function verifyStill(deps: ActivityDependencies, transaction: OpenTransaction): Promise<StageResult> {
  const { plan, sinceAskedMs } = transaction;
  if (onlyTakesAway(plan.kind) || (sinceAskedMs?.() ?? Infinity) <= ANSWERS_HOLD_MS) return PASS('asked just now');
  const { verdict, sentence, speechless } = await lookAtRoutes(transaction);
  if (verdict !== 'pass') return measured(transaction, sentence, speechless);
  return passUnlessChanged(deps, transaction, `the confirmation was late, and all was asked again: ${sentence}`);
}

/**
 * What was measured is a fact of the change only while the change was there: a router that restarted, or whose window ended while its answer
 * was on the way, is as it was before, and its silence says nothing. Nor is it one where a router has heard of no other yet.
 */
async function measured(
  transaction: OpenTransaction,
  sentence: string,
  speechless: PeName | null = null,
): Promise<StageResult> {
  const { recorder, plan, sinceCommitMs } = transaction;
  const windowMs = plan.window.confirmTimeoutSeconds * 1_000;
  const readAgain = [...transaction.routers.values()].map(async (each) => {
    requireEdits(each, await each.router.readRunning());
  });
  const gone = firstFailure(await Promise.allSettled(readAgain));
  const isOver = (sinceCommitMs?.() ?? Infinity) >= windowMs;
  const over = `the confirm window of ${plan.window.confirmTimeoutSeconds} s ended while it was verified`;
  const deaf = speechless === null ? null : `${speechless} has no route of any other router yet`;
  const why = isOver ? over : gone === null ? deaf : describeError(gone).sentence;
  const error =
    why === null
      ? new WaslError('VERIFY_FAILED', sentence)
      : new WaslError('CHANGE_REVERTED', `${why}; seen then, and no fact of the change: ${sentence}`);
  await recorder.note('verify', null, 'failed', error.message);
  return failed(error);
}

/**
 * Of a removal the configuration is what counts, and that was read back: every object of the interconnect is gone. What tables and pings still
 * show is waited for, then told: taking the change back would only open again what somebody else holds open, or what is slow. Only where a
 * party no longer reaches its own sites, all the time, is it taken back, and that once: somebody may have made the VPN lean on what was to
 * end, and has been told by then.
 */
async function verifyRemoval(
  transaction: OpenTransaction,
  limits: ActivityLimits,
  looking: Looking,
): Promise<StageResult> {
  const { recorder, plan, routers, tablesBefore } = transaction;
  const watched = transaction.watched.filter(({ router }) => routers.has(router.name));
  const view = watchedView({ ...transaction, watched });
  let silent = transaction.pingsBefore.filter(({ router }) => routers.has(router.name));
  for (;;) {
    const after = await readLosingTables({ plan, inventory: transaction.inventory, watched });
    const answers = await Promise.all(silent.map((ping) => answersPing(ping, limits).catch(() => false)));
    silent = silent.filter((_, index) => !answers[index]);
    const routes = checkRemovedRoutes({ view, before: tablesBefore, after, plan });
    const isOver = isLastLook(looking, limits);
    if ((silent.length === 0 && routes.still.length === 0) || isOver) {
      const [cutOff] = describeSilent(silent);
      if (cutOff !== undefined && !transaction.wasTakenBack) {
        return measured(transaction, `${cutOff}; the next try is not taken back for it`);
      }
      const pings = await pingProbes(transaction, limits).catch(() => []);
      const answering = checkPings(plan, pings).sentences.filter((sentence) =>
        sentence.includes('must not be reachable'),
      );
      const told = [
        ...describeSilent(silent),
        ...routes.still,
        ...routes.told,
        ...(plan.remains ?? []).map((one) => describeRemaining(one)),
        ...answering,
      ];
      for (const sentence of told.slice(0, TOLD_MAX)) await recorder.note('verify', null, 'info', sentence);
      const sentence = [routes.summary, ...told.slice(0, 1)].join('; ');
      await recorder.note('verify', null, 'done', sentence);
      return PASS(sentence);
    }
    await sleep(limits.pollIntervalMs);
  }
}

/** More is not read by a person. */
const TOLD_MAX = 20;

interface Look {
  readonly verdict: Verdict;
  /** What passed, or the first finding. */
  readonly sentence: string;
  readonly hopeless: boolean;
  /** A PE of the change whose BGP has carried nothing to it, as after a restart. */
  readonly speechless?: PeName | null;
}

/** The routers that are watched, as they shall be after the change. */
function watchedView(transaction: OpenTransaction): NetworkView {
  const { inventory, watched } = transaction;
  const names = new Set(watched.map(({ router }) => router.name));
  const readable = { ...inventory, routers: inventory.routers.filter((router) => names.has(router.name)) };
  const running = watched.map(
    ({ router, running: vrfs }) => [router.name, withEdits(transaction, router.name, vrfs)] as const,
  );
  return buildNetworkView(readable, new Map(running), { required: new Set() });
}

/** Tables once more behind the pings: those take seconds, in which a route may come late. */
async function lookOnce(transaction: OpenTransaction, limits: ActivityLimits): Promise<Look> {
  const routes = await lookAtRoutes(transaction);
  if (routes.verdict !== 'pass') return routes;
  const pings = await lookAtPings(transaction, limits, routes.sentence);
  if (pings.verdict !== 'pass') return pings;
  const again = await lookAtRoutes(transaction);
  return again.verdict === 'pass' ? pings : again;
}

async function lookAtRoutes(transaction: OpenTransaction): Promise<Look> {
  const { plan, watched, tablesBefore } = transaction;
  const before = relevantTables(transaction, tablesBefore);
  const after = relevantTables(transaction, await readRouteTables(watched));
  const view = watchedView(transaction);
  const routes = checkRoutes({ view, before, after, plan });
  if (routes.verdict !== 'pass') {
    const sentence = routes.counterExamples[0]?.sentence ?? routes.sentences[0] ?? 'the routes are not as planned';
    const hopeless = routes.intruded;
    // A table that was read before a router had heard of any other says as little as one that is read so now.
    const speechless = hopeless ? null : (findSpeechless(view, plan, after) ?? findSpeechless(view, plan, before));
    return { verdict: routes.verdict, sentence, hopeless, speechless };
  }
  return { verdict: 'pass', sentence: `${routes.sentences[0]}${describeUnwatched(transaction)}`, hopeless: false };
}

function describeUnwatched({ unwatched }: OpenTransaction): string {
  if (unwatched === 0) return '';
  const [were, take] = unwatched === 1 ? ['was', 'takes'] : ['were', 'take'];
  return `; ${countOf(unwatched, 'more router')} ${were} not looked at, which ${take} nothing that none of these takes`;
}

async function lookAtPings(transaction: OpenTransaction, limits: ActivityLimits, routes: string): Promise<Look> {
  const { plan } = transaction;
  const [pings, lostPings] = await Promise.all([
    pingProbes(transaction, limits),
    silentPings(transaction.pingsBefore, limits),
  ]);
  const reach = checkPings(plan, pings);
  const sentences = [routes, reach.sentences[0], ...lostPings].filter((text) => text !== undefined && text !== '');
  const verdict = combineVerdicts([reach.verdict, lostPings.length === 0 ? 'pass' : 'fail']);
  const ownPings = transaction.pingsBefore.length;
  if (verdict === 'pass') {
    const own =
      ownPings === 0
        ? ''
        : `; ${countOf(ownPings, 'ping')} inside the parties' own VPNs ${ownPings === 1 ? 'answers' : 'answer'} as before`;
    return { verdict, sentence: `${sentences.join('; ')}${own}`, hopeless: false };
  }
  const sentence = (reach.verdict === 'pass' ? lostPings[0] : reach.sentences[0]) ?? 'pings are not as planned';
  return { verdict, sentence, hopeless: false };
}

/**
 * On a witness other changes may be at work: of its VRFs only the canaries are judged whole, the others by the prefixes of this plan.
 * Those nobody else moves meanwhile, for whoever shares them too needs a turn at the PE that exports them.
 */
function relevantTables({ plan, inventory, routers }: OpenTransaction, tables: ObservedTables): ObservedTables {
  const canaries = new Set(inventory.vpns.filter((vpn) => vpn.canary).map((vpn) => vpn.id));
  const prefixes = [...plan.gained, ...plan.lost].map((one) => one.prefix);
  const isShared = new Set(
    inventory.routers
      .filter((router) => !routers.has(router.name))
      .flatMap(({ name, vrfs }) => vrfs.filter((vrf) => !canaries.has(vrf.vpn)).map((vrf) => ({ name, vrf })))
      .flatMap(({ name, vrf }) => FAMILIES.map((family) => tableKey(name, vrf.name, family))),
  );
  return new Map(
    [...tables].map(([key, routes]) => [
      key,
      isShared.has(key) ? routes.filter((route) => prefixes.some((prefix) => overlaps(prefix, route.prefix))) : routes,
    ]),
  );
}

function withEdits(transaction: OpenTransaction, pe: PeName, vrfs: readonly RunningVrf[]): RunningVrf[] {
  const edits = transaction.routers.get(pe)?.edits ?? [];
  return vrfs.map((vrf) => {
    const edit = edits.find((candidate) => candidate.running.name === vrf.name);
    return edit === undefined ? vrf : { ...vrf, share: edit.wanted };
  });
}

async function pingProbes(transaction: OpenTransaction, limits: ActivityLimits): Promise<PingResult[]> {
  const { plan, watched } = transaction;
  const windowMs = plan.window.confirmTimeoutSeconds * 1_000;
  // What is not sent by then stays unknown: the rest of the window is for the confirmation, or the way back.
  const isLate = () => (transaction.sinceCommitMs?.() ?? 0) > windowMs * PINGS_WINDOW_SHARE;
  const ping = async (router: Router, { pe, vrf, target, expect }: ReachabilityProbe): Promise<PingResult[]> => {
    if (target === null || isLate()) return [];
    const source = sourceAddress(transaction, pe, vrf, familyOf(target));
    // One lost echo says silent; an answer may need a second one, while ARP is resolved.
    const count = expect === 'reachable' ? limits.pingCount : 1;
    const from = source === null ? {} : { source };
    const { sent, received } = await router.ping({ vrf, destination: target, count, ...from });
    return [{ pe, vrf, target, sent, received }];
  };
  const byRouter = watched.map(async ({ router }) => {
    const probes = plan.probes.filter(({ pe }) => pe === router.name);
    return (await pMap(probes, (probe) => ping(router, probe), { concurrency: PINGS_AT_ONCE })).flat();
  });
  return (await Promise.all(byRouter)).flat();
}

/** An address of the PE in the VRF, inside what the other side may reach: else an answer would find no way back. */
function sourceAddress(
  { inventory, plan }: Pick<OpenTransaction, 'inventory' | 'plan'>,
  pe: PeName,
  vrf: VrfName,
  family: Family,
): Address | null {
  const entry = inventory.routers.find((router) => router.name === pe)?.vrfs.find((each) => each.name === vrf);
  const sources = (entry?.attachments ?? []).flatMap(({ source }) => (source ? [source] : []));
  const own = sources.filter((source) => familyOf(source) === family);
  const shared = plan.gained.filter((one) => one.from === entry?.vpn && one.fromPe === pe).map((one) => one.prefix);
  return own.find((source) => shared.some((prefix) => contains(prefix, source))) ?? own[0] ?? null;
}

/** The parties' own branch-to-branch pings that answer now: after the change they must still answer. */
export async function answeredPings(
  transaction: Pick<OpenTransaction, 'inventory' | 'plan' | 'routers'>,
  limits: ActivityLimits,
): Promise<OwnPing[]> {
  const pings = [...transaction.routers.values()].flatMap((each) => pingsOf(transaction, each));
  const answers = await Promise.all(pings.map((ping) => answersPing(ping, limits)));
  return pings.filter((_, index) => answers[index]);
}

function pingsOf(
  { inventory, plan }: Pick<OpenTransaction, 'inventory' | 'plan'>,
  { router, edits }: RouterInTransaction,
): OwnPing[] {
  const own = inventory.routers.find((each) => each.name === router.name);
  return edits.flatMap(({ running }) => {
    const vpn = own?.vrfs.find((vrf) => vrf.name === running.name)?.vpn;
    if (vpn === undefined) return [];
    return remoteProbes(inventory, vpn, router.name)
      .slice(0, OWN_PINGS_PER_VRF_MAX)
      .map((destination) => ({
        router,
        vrf: running.name,
        destination,
        source: sourceAddress({ inventory, plan }, router.name, running.name, familyOf(destination)),
      }));
  });
}

function remoteProbes(inventory: OpenTransaction['inventory'], vpn: VpnId, exceptPe: PeName): Address[] {
  return inventory.routers
    .filter((router) => router.name !== exceptPe)
    .flatMap((router) => router.vrfs.filter((vrf) => vrf.vpn === vpn))
    .flatMap((vrf) => vrf.attachments.flatMap(({ probe }) => (probe === null ? [] : [probe])));
}

async function silentPings(before: readonly OwnPing[], limits: ActivityLimits): Promise<string[]> {
  const answers = await Promise.all(before.map((ping) => answersPing(ping, limits)));
  return describeSilent(before.filter((_, index) => !answers[index]));
}

const describeSilent = (silent: readonly OwnPing[]): string[] =>
  silent.map(
    ({ router, vrf, destination }) => `${vrf} at ${router.name} no longer reaches its own site ${destination}`,
  );

async function answersPing({ router, vrf, destination, source }: OwnPing, limits: ActivityLimits): Promise<boolean> {
  const { received } = await router.ping({
    vrf,
    destination,
    count: limits.pingCount,
    ...(source === null ? {} : { source }),
  });
  return received > 0;
}
