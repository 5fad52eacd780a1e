/** The stages of the network transaction over the sessions that this worker holds. */
import { onlyTakesAway } from '../domain/change-kinds.ts';
import { countOf } from '../domain/count-of.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { ChangeId, PeName } from '../domain/names.ts';
import { type Plan, type RouterPlan, revertsByItself } from '../domain/plan.ts';
import { WaslError } from '../errors.ts';
import { planAsSent, type RebaseOptions, rebaseRouter } from '../plan/rebase.ts';
import { digestPayload } from '../plan/seal-payloads.ts';
import type { Router } from '../router/router.ts';
import type { StageResult, TransactionActivities, TransactionInput } from './activities.ts';
import { AttemptSessions, abandonAndClose } from './attempt-sessions.ts';
import { requireAuthority } from './authority.ts';
import { commitOn, describeCommit, describePrepared, firstBadCommit, inWaves, reasonOf } from './commit-outcomes.ts';
import { counterChange } from './counter-change.ts';
import { type ActivityDependencies, type ActivityLimits, DEFAULT_LIMITS } from './dependencies.ts';
import { readTrustedInventory } from './imported-inventory.ts';
import { describeLeft, idleEntries, leftBehind } from './left-behind.ts';
import { openInventoryRouter, readCurrentInventory, withRouter, withRouters } from './network.ts';
import {
  failed,
  firstFailure,
  noteFailure,
  noteVerified,
  type OpenTransaction,
  PASS,
  type RouterInTransaction,
  TransactionRecorder,
} from './open-transaction.ts';
import { openWitnesses } from './open-witnesses.ts';
import { reproveAtPush } from './prove-at-push.ts';
import { readBackRouter, requireAsLocked, requireBase } from './read-back.ts';
import { recordAttempt } from './record-attempt.ts';
import { readLosingTables, readRouteTables } from './route-tables.ts';
import { requireSameInventory } from './same-inventory.ts';
import { startStopwatch } from './stopwatch.ts';
import { answeredPings, verifyStill, verifyTransaction } from './verify.ts';

export class TransactionStages implements TransactionActivities {
  readonly #deps: ActivityDependencies;
  readonly #limits: ActivityLimits;
  readonly #open = new Map<ChangeId, OpenTransaction>();
  /** The newest attempt at a change, also while it is still being prepared. */
  readonly #attempts = new Map<ChangeId, AttemptSessions>();
  /** Runs out when no stage follows. */
  readonly #gaps = new Map<ChangeId, NodeJS.Timeout>();

  constructor(deps: ActivityDependencies) {
    this.#deps = deps;
    this.#limits = { ...DEFAULT_LIMITS, ...deps.limits };
  }

  async prepareRouters(
    { changeId, planId }: TransactionInput,
    attempt: AttemptSessions = new AttemptSessions(),
  ): Promise<StageResult> {
    const { store } = this.#deps;
    const plan = await store.readPlan(planId);
    const current = await (onlyTakesAway(plan.kind) ? readTrustedInventory : readCurrentInventory)(this.#deps);
    const pes = plan.routers.map(({ pe }) => pe);
    const inventory = await withRouters(this.#deps, current.inventory, pes);
    const realised = await store.listRealised();
    try {
      await requireAuthority(this.#deps, changeId, plan, current.inventory);
      await requireSameInventory(this.#deps, plan, current);
    } catch (refusal) {
      return noteFailure(this.#deps, { changeId, epoch: null }, failed(refusal), 'refused');
    }

    const others = realised.filter((other) => other.id !== plan.interconnectId);
    const otherWaslRouteTargets = new Set(others.flatMap((other) => other.flows.map((flow) => flow.routeTarget)));
    const rebasing = { otherWaslRouteTargets, onlyTakesAway: onlyTakesAway(plan.kind) };
    // One that was given up claims nothing: a newer attempt may have.
    attempt.requireAlive();
    const { epoch } = await store.claimJournal(changeId, { begins: true });
    const recorder = new TransactionRecorder(this.#deps, changeId, plan.interconnectId, epoch);
    await recorder.journal(plan.routers.map((router) => ({ plan: router, state: 'preparing', persistId: null })));
    await this.drop(changeId);
    attempt.requireAlive();
    this.#attempts.set(changeId, attempt);
    const results = await recorder.onEach(
      'prepare',
      plan.routers,
      (router) => router.pe,
      async (router) => {
        const prepared = await this.#prepareRouter(inventory, plan, router, attempt, rebasing);
        const rebased = prepared.rebased ? ', rebased on what changed since' : '';
        return { result: prepared, message: `${describePrepared(router.procedure, prepared.checked)}${rebased}` };
      },
    );
    try {
      const prepared = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const left = leftBehind(plan, results);
      const failure = firstFailure(results);
      if (failure !== null && (left.length === 0 || prepared.length === 0)) throw failure;
      const locked = new Map(prepared.map((each) => [each.plan.pe, each.before]));
      const removes = onlyTakesAway(plan.kind);
      const routers = new Map<PeName, RouterInTransaction>(prepared.map((each) => [each.plan.pe, each]));
      const mine = prepared.map(({ router, before }) => ({ router, running: before }));
      const [tables, pingsBefore] = await Promise.all([
        removes ? readLosingTables({ plan, inventory, watched: mine }) : readRouteTables(mine),
        removes
          ? answeredPings({ inventory, plan, routers }, this.#limits).catch(() => [])
          : answeredPings({ inventory, plan, routers }, this.#limits),
      ]);
      const read = { inventory, plan, locked, tables };
      const proved = removes ? { plan, provedOver: new Map() } : await reproveAtPush(this.#deps, read);
      const around = { inventory, plan, running: proved.provedOver };
      const { witnesses, unwatched } = await openWitnesses(this.#deps, around, attempt, this.#limits);
      const tablesBefore = new Map([...tables, ...(await readRouteTables(witnesses))]);
      attempt.requireAlive();
      const ready = prepared.map((p) => ({ plan: p.plan, state: 'prepared' as const, persistId: p.persistId }));
      const pushed = prepared.map(({ plan: { pe }, xml }) => ({ pe, xml, digest: digestPayload(xml) }));
      await store.savePushed({ changeId, epoch, planId, pushed });
      await recorder.journal([...ready, ...idleEntries(plan, left)]);
      this.#open.set(changeId, {
        changeId,
        epoch,
        ...proved,
        ...{ inventory, inventoryVersion: current.version },
        recorder,
        routers,
        left,
        watched: [...mine, ...witnesses],
        unwatched,
        tablesBefore,
        pingsBefore,
        wasTakenBack: removes && (await store.wasTakenBack(changeId)),
        sinceCommitMs: null,
        sinceAskedMs: null,
        isVerified: false,
      });
      const count = countOf(prepared.length, 'router');
      return { ...PASS(`${count} locked, edited and validated${describeLeft(left)}`), left };
    } catch (failure) {
      await attempt.end(abandonAndClose);
      await this.drop(changeId, attempt);
      await recorder.journal(plan.routers.map((router) => ({ plan: router, state: 'idle', persistId: null })));
      return noteFailure(this.#deps, { changeId, epoch }, failed(failure), 'refused');
    }
  }

  async commitRouters({ changeId }: TransactionInput): Promise<StageResult> {
    const transaction = this.#require(changeId);
    const { recorder } = transaction;
    const routers = [...transaction.routers.values()];
    const timeoutSeconds = transaction.plan.window.confirmTimeoutSeconds;

    for (const wave of inWaves(routers)) {
      // Before the wire: whoever recovers must know every persist id that may be pending.
      await recorder.journal(wave.map((r) => ({ plan: r.plan, state: 'commit-sent', persistId: r.persistId })));
      transaction.sinceCommitMs ??= startStopwatch();
      const results = await recorder.onEach(
        'commit',
        wave,
        (each) => each.plan.pe,
        async (each) => {
          await requireAsLocked(each);
          const commit = await commitOn(each, timeoutSeconds);
          const done = revertsByItself(each.plan.procedure)
            ? 'pending its confirmation'
            : 'committed; it does not go back by itself';
          return { result: commit, failed: commit.outcome !== 'done', message: describeCommit(commit, done) };
        },
      );
      await recorder.journal(wave.map((r) => ({ plan: r.plan, state: r.state, persistId: r.persistId })));
      const bad = firstBadCommit(results);
      if (bad !== null && !(await this.#goOnWithout(transaction, wave, results.map(reasonOf)))) {
        return noteFailure(this.#deps, transaction, bad);
      }
    }
    return PASS(`on ${countOf(transaction.routers.size, 'router')}, unconfirmed for ${timeoutSeconds} s`);
  }

  async verifyRouters({ changeId }: TransactionInput): Promise<StageResult> {
    const transaction = this.#require(changeId);
    const verified = await verifyTransaction(this.#deps, transaction, this.#limits, (routers, reasons) =>
      this.#goOnWithout(transaction, routers, reasons),
    );
    return (verified.verdict === 'pass' ? noteVerified : noteFailure)(this.#deps, transaction, verified);
  }

  async confirmRouters({ changeId }: TransactionInput): Promise<StageResult> {
    const transaction = this.#require(changeId);
    const { recorder } = transaction;
    const routers = [...transaction.routers.values()];
    if (!transaction.isVerified) {
      return failed(new WaslError('VERIFY_FAILED', `${changeId} was not verified: nothing of it is confirmed`));
    }
    const still = await verifyStill(this.#deps, transaction);
    if (still.verdict !== 'pass') {
      // What lives in its session goes back now; recovery does the rest, for nothing was confirmed.
      await this.drop(changeId);
      return noteFailure(this.#deps, transaction, still);
    }
    const elapsedMs = transaction.sinceCommitMs?.() ?? 0;
    if (elapsedMs > transaction.plan.window.confirmTimeoutSeconds * 1_000 - this.#limits.confirmMarginMs) {
      const fact = `verification took ${Math.round(elapsedMs / 1_000)} s: the confirm window is over`;
      return noteFailure(this.#deps, transaction, failed(new WaslError('CHANGE_REVERTED', fact)));
    }

    // The point of no return: from here the journal says so, and recovery rolls forward.
    await recorder.journal(routers.map((r) => ({ plan: r.plan, state: 'confirm-sent', persistId: r.persistId })));
    let bad: StageResult | null = null;
    for (const wave of inWaves(routers)) {
      const results = await recorder.onEach(
        'confirm',
        wave,
        (each) => each.plan.pe,
        async (each) => {
          const confirm = await each.router.confirm({ persistId: each.persistId });
          each.state = confirm.outcome === 'done' ? 'confirmed' : 'unknown';
          if (confirm.outcome === 'done') {
            const { running, text } = await each.router.readRunningWithText();
            each.afterText = text;
            await readBackRouter(each, running);
          }
          return {
            result: confirm,
            failed: confirm.outcome !== 'done',
            message: describeCommit(confirm, 'confirmed and read back'),
          };
        },
      );
      await recorder.journal(wave.map((r) => ({ plan: r.plan, state: r.state, persistId: r.persistId })));
      bad = firstBadCommit(results);
      if (bad !== null) break;
    }
    // Infrastructure by now: it was verified.
    if (bad !== null) await noteFailure(this.#deps, transaction, { ...bad, code: null });
    await this.drop(changeId);
    await recordAttempt(this.#deps, transaction);
    const { left } = transaction;
    return bad ?? { ...PASS(`confirmed on ${countOf(routers.length, 'router')}, each read back`), left };
  }

  async cancelRouters({ changeId }: TransactionInput): Promise<StageResult> {
    const transaction = this.#require(changeId);
    const { recorder } = transaction;
    const routers = [...transaction.routers.values()];
    await recorder.journal(routers.map((r) => ({ plan: r.plan, state: 'cancel-sent', persistId: r.persistId })));
    const results = await recorder.onEach(
      'cancel',
      routers,
      (each) => each.plan.pe,
      async (each) => {
        await this.#undoCommit(transaction.inventory, each);
        await requireBase(this.#deps, transaction.inventory, each);
        each.state = 'rolled-back';
        const how = revertsByItself(each.plan.procedure) ? '' : ' by a counter-change';
        return { result: undefined, message: `rolled back${how}; running equals what it was before, byte for byte` };
      },
    );
    for (const each of routers) if (each.state !== 'rolled-back') each.state = 'unknown';
    await recorder.journal(routers.map((r) => ({ plan: r.plan, state: r.state, persistId: r.persistId })));
    await this.drop(changeId);
    await recordAttempt(this.#deps, transaction);
    const failure = firstFailure(results);
    if (failure !== null) return failed(failure);
    return PASS(`${countOf(routers.length, 'router')} read back and equal to before`);
  }

  /** Ends every session, for a worker that stops: routers then undo what is not persisted, and recovery does the rest. */
  async close(): Promise<void> {
    await Promise.all([...this.#attempts.keys()].map((changeId) => this.drop(changeId)));
  }

  /**
   * Called when a stage begins and ends. A server that gave this worker up while a stage was ending calls no further one, and never says
   * so: the sessions would hold their locks for ever.
   */
  watch(changeId: ChangeId, is: 'at work' | 'waiting'): void {
    clearTimeout(this.#gaps.get(changeId));
    this.#gaps.delete(changeId);
    const attempt = this.#attempts.get(changeId);
    if (is === 'at work' || attempt === undefined) return;
    this.#gaps.set(changeId, setTimeout(() => void this.drop(changeId, attempt), this.#limits.stageGapMs).unref());
  }

  attemptOf(changeId: ChangeId): AttemptSessions | undefined {
    return this.#attempts.get(changeId);
  }

  /**
   * Ends the sessions of an attempt, the newest unless one is given: locks are released, and what is pending without persist is undone
   * by its router. What a newer attempt opened meanwhile stays.
   */
  async drop(changeId: ChangeId, attempt = this.#attempts.get(changeId)): Promise<void> {
    if (attempt !== undefined && this.#attempts.get(changeId) === attempt) {
      this.#attempts.delete(changeId);
      this.watch(changeId, 'waiting');
      this.#open.delete(changeId);
    }
    await attempt?.end();
  }

  async #prepareRouter(
    inventory: Inventory,
    { window }: Plan,
    plan: RouterPlan,
    attempt: AttemptSessions,
    rebasing: RebaseOptions,
  ) {
    const rpcTimeoutMs = Math.min(this.#limits.rpcTimeoutMs, (window.confirmTimeoutSeconds * 1_000) / 2);
    const transcript = attempt.transcripts.open();
    const options = { rpcTimeoutMs, transcript };
    const router = await attempt.open(() => openInventoryRouter(this.#deps, inventory, plan.pe, options));
    try {
      return { ...(await this.#prepareSession(router, plan, rebasing)), afterText: null, transcript };
    } catch (failure) {
      // The others may go on without it: its lock must not wait for them.
      await abandonAndClose(router);
      throw failure;
    }
  }

  async #prepareSession(router: Router, plan: RouterPlan, rebasing: RebaseOptions) {
    if (router.procedure !== plan.procedure) {
      const fact = `${plan.pe} now offers ${router.procedure}; the plan was approved with ${plan.procedure}`;
      throw new WaslError('PLAN_STALE', fact);
    }
    const { lockWaitMs } = this.#limits;
    const { running: before, text: beforeText } = await router.begin({ lockWaitMs, requireSaved: true });
    const rebase = rebaseRouter(plan, before, rebasing);
    if (rebase.verdict === 'stale') {
      const differences = rebase.differences.join('; ');
      throw new WaslError('PLAN_STALE', `${plan.pe} differs from what the plan was made for: ${differences}`);
    }
    const { checked, xml } = await router.editCandidate(rebase.edits);
    // The semantic delta is the one that was approved; on the configuration that was approved so is every byte of it.
    const isApproved = plan.payloadDigest === undefined || plan.payloadDigest === digestPayload(xml);
    if (rebase.verdict !== 'rebased' && !isApproved) {
      const fact = `what ${plan.pe} would be sent is not what was approved: the templates have changed since`;
      throw new WaslError('PLAN_STALE', fact, { path: plan.pe });
    }
    const persistId = plan.procedure === 'confirmed-commit-persist' ? this.#deps.newPersistId() : null;
    const state = 'prepared' as const;
    const { edits, verdict } = rebase;
    return { plan, router, before, beforeText, edits, xml, persistId, state, checked, rebased: verdict === 'rebased' };
  }

  /**
   * A removal goes on without a router that refuses it, or does not show it: that one is put back as it was, so that the others need not stay
   * open with it. false where that is not possible, or nobody is left.
   */
  async #goOnWithout(
    transaction: OpenTransaction,
    routers: readonly RouterInTransaction[],
    reasons: readonly (string | null)[],
  ): Promise<boolean> {
    const { plan, recorder, inventory } = transaction;
    const bad = routers.flatMap((each, index) => (reasons[index] ? [{ each, reason: reasons[index] }] : []));
    if (!onlyTakesAway(plan.kind) || bad.length >= transaction.routers.size) return false;
    try {
      for (const { each, reason } of bad) {
        await this.#undoCommit(inventory, each);
        await requireBase(this.#deps, inventory, each);
        each.state = 'rolled-back';
        transaction.routers.delete(each.plan.pe);
        transaction.left.push({ pe: each.plan.pe, reason });
        const { plan: router, persistId } = each;
        await recorder.journal([{ plan: router, state: 'rolled-back', persistId, detail: reason }]);
        await recorder.note('cancel', router.pe, 'done', `as it was before, and left for later: ${reason}`);
      }
      return true;
    } catch {
      return false;
    }
  }

  /** cancel-commit where something may be pending; a counter-change where the router keeps what it was given. */
  async #undoCommit(inventory: Inventory, each: RouterInTransaction): Promise<void> {
    if (each.state === 'prepared') return each.router.abandon();
    const { persistId, edits } = each;
    const plan = planAsSent(each.plan, edits);
    if (!revertsByItself(plan.procedure)) {
      const options = { lockWaitMs: this.#limits.lockWaitMs, confirmTimeoutSeconds: 0, persistId: null };
      if (each.state !== 'unknown') return counterChange(each.router, plan, options);
      // Its lock must go with the session that nobody hears from any more.
      await each.router.close();
      return withRouter(this.#deps, inventory, plan.pe, (router) => counterChange(router, plan, options));
    }
    if (each.state === 'unknown' && persistId !== null) {
      // The session may be gone or stuck; the persist id ends the commit from any other.
      await each.router.close();
      await withRouter(this.#deps, inventory, plan.pe, (router) => router.cancel({ persistId }));
      return;
    }
    const cancel = await each.router.cancel({ persistId });
    // Refused: nothing is pending under this id any more. Either way the read-back decides, not the reply.
    if (cancel.outcome === 'unknown') await each.router.close();
  }

  #require(changeId: ChangeId): OpenTransaction {
    const transaction = this.#open.get(changeId);
    if (transaction === undefined) throw new WaslError('SESSION_LOST', `this worker holds no sessions of ${changeId}`);
    return transaction;
  }
}
