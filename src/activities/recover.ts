/** Ends a transaction from its journal. Never guesses: every PE is read, and what cannot be read is named. */

import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AttemptFinding,
  JournalEntry,
  LeftRouter,
  RouterTransactionState,
  TransactionOutcome,
} from '../domain/change.ts';
import { onlyTakesAway } from '../domain/change-kinds.ts';
import { confirmTimerOf } from '../domain/confirm-timers.ts';
import { countOf } from '../domain/count-of.ts';
import type { Inventory } from '../domain/inventory.ts';
import { type ChangeId, interconnectOf, type PeName } from '../domain/names.ts';
import { type Plan, type RouterPlan, revertsByItself } from '../domain/plan.ts';
import { isWritten, lastEntries, leftIn } from '../domain/settlement.ts';
import { isVerdict, WaslError } from '../errors.ts';
import { holdsPlan } from '../plan/holds-plan.ts';
import { keptTimerSeconds } from '../platforms/manifest.ts';
import { MANIFESTS } from '../platforms/manifests.ts';
import type { RecoveryInput } from './activities.ts';
import { requireUnderWay } from './authority.ts';
import { counterChange } from './counter-change.ts';
import { type ActivityDependencies, DEFAULT_LIMITS } from './dependencies.ts';
import { readTrustedInventory } from './imported-inventory.ts';
import { withRouter, withRouters } from './network.ts';
import { TransactionRecorder } from './open-transaction.ts';
import { findPlanAsMade } from './plan-as-made.ts';
import { recoverWithoutPlan } from './recover-without-plan.ts';
import { describeError } from './translate-errors.ts';
import { tellingWhoIsWaitedFor } from './who-is-waited-for.ts';

/** Between two looks at a router whose timer must run out. */
const LOOK_INTERVAL_MS = 1_500;
/** A server's timer may be late by this (netconfd looks at its timers each second, and applies after that). */
const TIMER_MARGIN_MS = 5_000;

interface Recovery {
  readonly deps: ActivityDependencies;
  readonly inventory: Inventory;
  /** With the routers that take part in the attempt. */
  readonly plan: Plan;
  /** Those that the attempt went on without. */
  readonly left: readonly LeftRouter[];
  readonly recorder: TransactionRecorder;
  readonly changeId: ChangeId;
  readonly epoch: number;
  /** What a stage of the attempt found before. */
  readonly before: AttemptFinding | null;
  readonly trouble: string;
  /** When the last confirmed commit that may be pending was sent at the latest: `performance.now()`, which nobody sets. */
  readonly sentAtMs: number | null;
  /** Persist ids of counter-changes that this recovery sent: one whose confirmation was lost may be pending. */
  readonly compensations: Map<PeName, string>;
}

type Finding = 'before' | 'after' | 'unread' | 'mixed';

interface Look {
  readonly finding: Finding;
  readonly words: string;
}

export async function recoverTransaction(
  deps: ActivityDependencies,
  { changeId, planId, trouble = 'a person asks' }: RecoveryInput,
): Promise<{ outcome: TransactionOutcome; reason: string; attention: readonly PeName[]; left: readonly LeftRouter[] }> {
  const whole = await findPlanAsMade(deps.store, interconnectOf(changeId), planId);
  if (whole === null) return recoverWithoutPlan(deps, { changeId, planId });
  const { inventory: current } = await readTrustedInventory(deps);
  const isAltered = await requireUnderWay(deps, changeId, whole);
  const pes = whole.routers.map(({ pe }) => pe);
  const inventory = await withRouters(deps, current, pes);
  // From here the lost worker, should it still live, can journal nothing more for this change, and so send nothing more.
  const { epoch, claimedAt, journal } = await deps.store.claimJournal(changeId);
  const attempt = await deps.store.readAttempt(changeId);
  // And nobody can ask for another one until this one is settled.
  await deps.store.noteRecovery(changeId, `${countOf(pes.length, 'router')} looked at`, epoch);
  const last = lastEntries(journal);
  const left = leftIn(whole, journal);
  const scrapped = await deps.store.listScrappedCarriers(whole.interconnectId);
  const isOut = (pe: PeName) => scrapped.includes(pe) || left.some((one) => one.pe === pe);
  const plan = { ...whole, routers: whole.routers.filter(({ pe }) => !isOut(pe)) };
  const recorder = new TransactionRecorder(deps, changeId, plan.interconnectId, epoch);
  const sent = journal.filter(({ state }) => state === 'commit-sent' || state === 'compensating');
  const ages = sent.map(({ at }) => ageMs(Date.parse(at), { claimedAtMs: Date.parse(claimedAt), nowMs: Date.now() }));
  const sentAtMs = ages.length === 0 ? null : performance.now() - Math.min(...ages);
  const of = { deps, changeId, epoch, before: attempt?.finding ?? null, trouble };
  const recovery: Recovery = { ...of, inventory, plan, left, recorder, sentAtMs, compensations: new Map() };

  await recorder.note('recover', null, 'info', `${trouble}; recovering from the journal`);
  if (!isWritten(last)) {
    await recorder.journal(plan.routers.map((router) => ({ plan: router, state: 'idle', persistId: null })));
    return conclude(recovery, 'refused', 'recovered: no commit had been sent, no router was written');
  }

  const removes = onlyTakesAway(plan.kind);
  const wasConfirming = journal.some((entry) => entry.state === 'confirm-sent');
  const isWhole = scrapped.length === 0 && isAltered === null;
  const forward = wasConfirming && (removes || (isWhole && (await canRollForward(recovery, last))));
  for (const pe of scrapped) await recorder.note('recover', pe, 'info', `${pe} is scrapped: it is not looked at`);
  if (isAltered !== null) await recorder.note('recover', null, 'info', `${isAltered.fact}: nothing is confirmed`);
  const direction = forward ? 'confirming was under way: rolling forward' : 'rolling back';
  await recorder.note('recover', null, 'info', direction);
  const findings = await onEveryRouter(recovery, plan.routers, (router) =>
    endPending(recovery, router, last.get(router.pe) ?? null, forward),
  );

  if (removes) return concludeRemoval(recovery, findings);
  // Giving back while one PE's state is not known could make the half state that it is meant to prevent.
  const undecided = plan.routers.filter(({ pe }) => !DECIDED.has(findings.get(pe)?.finding ?? 'unread'));
  if (undecided.length > 0) return raise(recovery, undecided, findings);

  const kept = plan.routers.filter(({ pe }) => findings.get(pe)?.finding === 'after');
  // Without the confirmation nobody has verified it, even where routers keep what is not confirmed.
  if (forward && kept.length === plan.routers.length) {
    return conclude(recovery, 'applied', `recovered: every one of ${countOf(kept.length, 'router')} holds the change`);
  }
  // One PE without the change is enough: all or none, so those that kept it give it back.
  const returned = await onEveryRouter(recovery, kept, (router) => giveBack(recovery, router), 'after');
  const stuck = kept.filter(({ pe }) => returned.get(pe)?.finding !== 'before');
  if (stuck.length > 0) return raise(recovery, stuck, returned);
  const compensated = kept.length > 0 ? ` (${kept.map((router) => router.pe).join(', ')} by a counter-change)` : '';
  const unseen = whole.routers.map(({ pe }) => pe).filter((pe) => scrapped.includes(pe));
  const every = unseen.length === 0 ? 'every router' : `every router but ${unseen.join(', ')} (scrapped)`;
  return conclude(recovery, 'rolled-back', `recovered: ${every} is back as it was${compensated}`);
}

/**
 * The least that the database's clock, which wrote the entry, or this worker's says: another server may have taken over since, and this host may
 * keep another time. So a timer is waited for too long where one of them is wrong, and never too short.
 */
function ageMs(atMs: number, { claimedAtMs, nowMs }: { readonly claimedAtMs: number; readonly nowMs: number }): number {
  return Math.max(0, Math.min(claimedAtMs, nowMs) - atMs);
}

const DECIDED: ReadonlySet<Finding> = new Set(['before', 'after']);

/** A person must look: names the PEs and what was found on each. */
async function raise(recovery: Recovery, routers: readonly RouterPlan[], findings: ReadonlyMap<PeName, Look>) {
  const attention = routers.map((router) => router.pe);
  const words = attention.map((pe) => `${pe} ${findings.get(pe)?.words ?? WORDS.unread}`);
  return { ...(await conclude(recovery, 'attention', words.join('; '))), attention };
}

/**
 * What a removal took away stays away: giving it back would open again what was closed. The rest is left, and whatever it shows is looked at
 * when it is planned for again; nothing of it waits for a person.
 */
async function concludeRemoval(recovery: Recovery, findings: ReadonlyMap<PeName, Look>) {
  const { routers } = recovery.plan;
  const rest = routers.filter(({ pe }) => findings.get(pe)?.finding !== 'after');
  const clean = routers.length - rest.length;
  // Where none is clean, those that are as before are simply not begun.
  const open = clean > 0 ? rest : rest.filter(({ pe }) => findings.get(pe)?.finding !== 'before');
  const left = [
    ...recovery.left,
    ...open.map(({ pe }) => ({ pe, reason: `${pe} ${findings.get(pe)?.words ?? WORDS.unread}` })),
  ];
  const reason = `recovered: ${clean} of ${countOf(routers.length, 'router')} ${routers.length === 1 ? 'is' : 'are'} clean`;
  return conclude(recovery, clean > 0 ? 'applied' : 'rolled-back', reason, left);
}

/** Written down here: whoever carries it on is not believed. What was measured before the trouble stays the verdict. */
async function conclude(recovery: Recovery, outcome: TransactionOutcome, reason: string, left = recovery.left) {
  const { deps, changeId, epoch, before, trouble, recorder } = recovery;
  const own = outcome === 'attention' ? 'CHANGE_ATTENTION' : 'SESSION_LOST';
  const code = outcome === 'applied' ? null : isVerdict(before?.code ?? null) ? (before?.code ?? null) : own;
  const why = before?.by === 'stage' ? before.reason : trouble;
  await deps.store.saveFinding(changeId, { by: 'recovery', outcome, reason: `${why}; ${reason}`, code, left }, epoch);
  await recorder.note('recover', null, outcome === 'attention' ? 'failed' : 'done', reason);
  return { outcome, reason, attention: [] as readonly PeName[], left };
}

/**
 * Not what was never verified, whatever the journal says; and not when a PE whose pending commit died with its session has already gone back:
 * then all go back.
 */
async function canRollForward(recovery: Recovery, last: ReadonlyMap<PeName, JournalEntry>): Promise<boolean> {
  const { deps, changeId, plan } = recovery;
  if (!(await deps.store.isVerified(changeId, plan.id))) return false;
  const fragile = recovery.plan.routers.filter(
    ({ pe, procedure }) => procedure === 'confirmed-commit-session' && last.get(pe)?.state !== 'confirmed',
  );
  const waitedFor = new Map(fragile.map(({ pe }) => [pe, '']));
  const lookAt = async (router: RouterPlan) => {
    const finding = await look(recovery, router).catch(() => 'unread' as const);
    waitedFor.delete(router.pe);
    return finding;
  };
  const lookAtAll = () => Promise.all(fragile.map(lookAt));
  const looks = await tellingWhoIsWaitedFor(recovery, { waitedFor, untilMs: null }, lookAtAll);
  return looks.every((finding) => finding === 'after');
}

/** Each router until it was read or its grace is over; all in parallel. */
async function onEveryRouter(
  recovery: Recovery,
  routers: readonly RouterPlan[],
  work: (router: RouterPlan) => Promise<Finding>,
  known: Finding = 'unread',
): Promise<Map<PeName, Look>> {
  const { deps, recorder } = recovery;
  const graceMs = deps.limits?.recoveryGraceMs ?? DEFAULT_LIMITS.recoveryGraceMs;
  const timersEndAtMs = Math.max(...routers.map((router) => timerEndsAtMs(recovery, router)));
  const giveUpAtMs = Math.max(performance.now(), timersEndAtMs) + graceMs;
  const findings = new Map<PeName, Look>();
  const waitedFor = new Map(routers.map(({ pe }) => [pe, '']));
  const recoverOne = async (router: RouterPlan) => {
    let finding = known;
    let why = '';
    for (;;) {
      try {
        finding = await work(router);
        why = '';
        break;
      } catch (error) {
        const { sentence, transient } = describeError(error);
        why = `: ${sentence}`;
        if (!transient || performance.now() >= giveUpAtMs) break;
        waitedFor.set(router.pe, sentence);
        await sleep(LOOK_INTERVAL_MS);
      }
    }
    waitedFor.delete(router.pe);
    const words = `${WORDS[finding]}${why}`;
    findings.set(router.pe, { finding, words });
    return { result: finding, failed: why !== '' || !DECIDED.has(finding), message: words };
  };
  const recoverAll = () => recorder.onEach('recover', routers, (router) => router.pe, recoverOne);
  await tellingWhoIsWaitedFor(recovery, { waitedFor, untilMs: giveUpAtMs }, recoverAll);
  return findings;
}

const WORDS: Readonly<Record<Finding, string>> = {
  before: 'is as it was before the change',
  after: 'holds the change',
  mixed: 'holds a part of the change',
  unread: 'could not be read',
};

/** Cancels or confirms what is pending on one PE, then reads it until its timer has run out or its state is plain. */
async function endPending(
  recovery: Recovery,
  router: RouterPlan,
  entry: JournalEntry | null,
  forward: boolean,
): Promise<Finding> {
  const { deps, inventory, recorder } = recovery;
  if (!revertsByItself(router.procedure)) return endCommitted(recovery, router, entry, forward);
  const persistId = entry?.persistId ?? null;
  if (router.procedure === 'confirmed-commit-persist' && persistId !== null && entry?.state !== 'confirmed') {
    await recorder.journal([{ plan: router, state: forward ? 'confirm-sent' : 'cancel-sent', persistId }]);
    // Refused means that nothing is pending under this id: it ran out, was confirmed, or never arrived. The read says which.
    await withRouter(deps, inventory, router.pe, (r) => (forward ? r.confirm({ persistId }) : r.cancel({ persistId })));
  }
  const settled = entry?.state === 'confirmed' || (forward && persistId !== null) ? 'after' : 'before';
  // A counter-change that lives in a session may still be pending there, and then its undoing brings the change back.
  const fragile = entry?.state === 'compensating' && router.procedure === 'confirmed-commit-session';
  const timerEndsMs = timerEndsAtMs(recovery, router);
  for (;;) {
    const finding = await look(recovery, router);
    if ((finding === settled && !fragile) || performance.now() >= timerEndsMs) {
      const state = finding === 'before' ? 'rolled-back' : finding === 'after' && forward ? 'confirmed' : 'unknown';
      // The lost worker may have confirmed and not saved: a restart would take the change away again.
      if (state === 'confirmed' && entry?.state !== 'confirmed') {
        await withRouter(deps, inventory, router.pe, (r) => r.save());
      }
      await recorder.journal([{ plan: router, state, persistId }]);
      return finding;
    }
    await sleep(Math.min(LOOK_INTERVAL_MS, Math.max(0, timerEndsMs - performance.now())));
  }
}

/** By the time that the router keeps, which may be more than the window; 0 where nothing was sent. */
function timerEndsAtMs({ sentAtMs, plan, inventory }: Recovery, { pe, platform }: RouterPlan): number {
  if (sentAtMs === null) return 0;
  const router = inventory.routers.find(({ name }) => name === pe);
  const timer = router === undefined ? MANIFESTS[platform].confirmTimer : confirmTimerOf(router);
  const seconds = keptTimerSeconds(timer, plan.window.confirmTimeoutSeconds);
  return sentAtMs + seconds * 1_000 + TIMER_MARGIN_MS;
}

/** States in which something that was sent may not have arrived yet. */
const UNDER_WAY: readonly RouterTransactionState[] = [
  'commit-sent',
  'confirm-sent',
  'cancel-sent',
  'compensating',
  'unknown',
];

/**
 * A PE where nothing is pending and no timer runs: what it shows is what it keeps, once nothing of the lost session is under way any
 * more. Holding the lock that this session held proves that.
 */
async function endCommitted(
  recovery: Recovery,
  router: RouterPlan,
  entry: JournalEntry | null,
  forward: boolean,
): Promise<Finding> {
  const { deps, inventory, recorder } = recovery;
  const lockWaitMs = deps.limits?.lockWaitMs ?? DEFAULT_LIMITS.lockWaitMs;
  const keeps = forward || onlyTakesAway(recovery.plan.kind);
  const finding = await withRouter(deps, inventory, router.pe, async (r) => {
    if (entry === null || !UNDER_WAY.includes(entry.state)) return holdsPlan(router, await r.readRunning());
    const { running } = await r.begin({ lockWaitMs });
    const found = holdsPlan(router, running);
    if (!keeps || found !== 'after') {
      await r.abandon();
      return found;
    }
    const saved = await r.confirm({ persistId: null });
    if (saved.outcome !== 'done')
      throw new WaslError('ROUTER_TIMEOUT', `${router.pe} does not save it: ${saved.reason}`);
    return found;
  });
  const state = finding === 'before' ? 'rolled-back' : finding === 'after' && keeps ? 'confirmed' : 'unknown';
  await recorder.journal([{ plan: router, state, persistId: null }]);
  return finding;
}

async function look(recovery: Recovery, router: RouterPlan): Promise<Finding> {
  const running = await withRouter(recovery.deps, recovery.inventory, router.pe, (r) => r.readRunning());
  return holdsPlan(router, running);
}

/** The recorded reverse delta, as a small transaction of its own on one PE. May be repeated: an attempt that is pending is ended first. */
async function giveBack(recovery: Recovery, router: RouterPlan): Promise<Finding> {
  const { deps, inventory, recorder, compensations } = recovery;
  const earlier = compensations.get(router.pe);
  if (earlier !== undefined) await withRouter(deps, inventory, router.pe, (r) => r.cancel({ persistId: earlier }));
  if (earlier === undefined || (await look(recovery, router)) !== 'before') {
    const persistId = router.procedure === 'confirmed-commit-persist' ? deps.newPersistId() : null;
    await recorder.journal([{ plan: router, state: 'compensating', persistId }]);
    if (persistId !== null) compensations.set(router.pe, persistId);
    const { confirmTimeoutSeconds } = recovery.plan.window;
    const lockWaitMs = deps.limits?.lockWaitMs ?? DEFAULT_LIMITS.lockWaitMs;
    const options = { lockWaitMs, confirmTimeoutSeconds, persistId };
    await withRouter(deps, inventory, router.pe, (r) => counterChange(r, router, options));
  }
  const finding = await look(recovery, router);
  await recorder.journal([{ plan: router, state: finding === 'before' ? 'rolled-back' : 'unknown', persistId: null }]);
  return finding;
}
