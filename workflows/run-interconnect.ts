/** One interconnect from request to withdrawal: people's decisions come as updates, the network transaction is a child. */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  executeChild,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlanActivities, RecordActivities } from '../src/activities/activities.ts';
import type { Refusal } from '../src/domain/change.ts';
import { isEnd, type LifecycleEvent, nextLifecycle } from '../src/domain/lifecycle.ts';
import type { ChangeKind } from '../src/domain/plan.ts';
import type { ErrorCode } from '../src/errors.ts';
import { type ApplyChangeResult, applyChange } from './apply-change.ts';
import { recoverTransaction } from './recover-transaction.ts';
import { PLAN_OPTIONS, RECORD_OPTIONS } from './shared/activity-options.ts';
import { newInterconnectState, refusals, statusOf } from './shared/interconnect-state.ts';
import {
  type ChangeInHand,
  decidePlan,
  decideRequest,
  type InterconnectStatus,
  type RunInterconnectInput,
  readStatus,
  recover,
  replan,
  withdraw,
} from './shared/messages.ts';
import { explain, refusalOf, refusalOfFailure } from './shared/refuse.ts';

const record = proxyActivities<RecordActivities>(RECORD_OPTIONS);
const { planChange } = proxyActivities<PlanActivities>(PLAN_OPTIONS);

/** Who acts when the signed end date arrives. */
const PROGRAM = 'wasl';
/** A withdrawal at the signed end date is tried again until it succeeds: every interconnect ends. */
const WITHDRAWAL_RETRY_MS = 10 * 60_000;

/** Refusals that no other try mends: the agreement is over, or what was to be pushed is not what was signed and approved. */
const UNAUTHORISED: readonly (string | null)[] = [
  'REQUEST_PERIOD',
  'APPROVAL_PARTY',
  'APPROVAL_DIGEST',
] satisfies ErrorCode[];

export async function runInterconnect(input: RunInterconnectInput): Promise<InterconnectStatus> {
  const { interconnectId } = input;
  const state = input.carried ?? newInterconnectState();
  const may = refusals(input, state);
  let recoveryAskedBy: string | null = null;

  setHandler(readStatus, () => statusOf(input, state));
  setHandler(
    decideRequest,
    async (decision) => {
      const { person, party } = decision;
      // Remembered before the first await: a second decision of the same person must meet the first one.
      if (decision.decision === 'reject') state.rejectedBy = person;
      else state.signatures.push({ party, person });
      if (decision.reason !== null) state.reason = decision.reason;
      const { digest, reason } = decision;
      const approval = { subject: 'request', digest, party, person, decision: decision.decision, reason } as const;
      await record.recordApproval({ interconnectId, approval: { ...approval, decidedAt: now() } });
      return statusOf(input, state);
    },
    { validator: may.decideRequest },
  );
  setHandler(
    decidePlan,
    async (decided) => {
      if (state.planning !== null) {
        await condition(() => state.planning === null);
        may.decidePlan(decided);
      }
      const { person, digest, decision, reason } = decided;
      const change = changeInHand();
      change.decision = decision;
      if (reason !== null) state.reason = reason;
      const approval = { subject: 'plan', digest, party: 'network', person, decision, reason } as const;
      await record.recordApproval({ interconnectId, approval: { ...approval, decidedAt: now() } });
      return statusOf(input, state);
    },
    { validator: may.decidePlan },
  );
  setHandler(
    replan,
    ({ person }) => {
      changeInHand().replanBy = person;
      return statusOf(input, state);
    },
    { validator: may.replan },
  );
  setHandler(
    withdraw,
    ({ person, reason }) => {
      state.withdrawal = { person, reason };
      return statusOf(input, state);
    },
    { validator: may.withdraw },
  );
  setHandler(
    recover,
    ({ person }) => {
      recoveryAskedBy = person;
      return statusOf(input, state);
    },
    { validator: may.recover },
  );

  while (!isEnd(state.lifecycle)) {
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof runInterconnect>({ ...input, carried: state });
    }
    switch (state.lifecycle) {
      case 'requested':
        await gatherSignatures();
        break;
      case 'planned':
        await awaitPlanDecision();
        break;
      case 'approved':
        await step('schedule', null);
        break;
      case 'scheduled':
        await untilStart();
        break;
      case 'provisioning':
        await provision();
        break;
      case 'active':
        await untilWithdrawal();
        break;
      case 'withdrawing':
        await withdrawFromNetwork();
        break;
      case 'attention':
        await awaitPerson();
        break;
      default:
        throw new Error(`no step from ${state.lifecycle}`);
    }
  }
  await condition(allHandlersFinished);
  return statusOf(input, state);

  async function gatherSignatures(): Promise<void> {
    const signed = () => input.parties.every((party) => state.signatures.some((s) => s.party === party));
    await condition(() => signed() || state.rejectedBy !== null || state.withdrawal !== null);
    if (givenUpBy() !== null) return giveUp();
    if (state.change === null) await openChange('provision', input.requestedBy);
    await plan();
    if (changeInHand().plan !== null) return step('plan');
    await condition(() => changeInHand().replanBy !== null || givenUpBy() !== null);
    if (givenUpBy() !== null) return giveUp();
  }

  /** Who ended it before anything was pushed: a party that did not sign, the network side, or whoever withdrew the request. */
  function givenUpBy(): string | null {
    return state.rejectedBy ?? state.withdrawal?.person ?? (state.change?.decision === 'reject' ? PROGRAM : null);
  }

  function giveUp(): Promise<void> {
    return end('reject', givenUpBy() ?? PROGRAM, state.withdrawal?.reason ?? state.reason);
  }

  async function awaitPlanDecision(): Promise<void> {
    await condition(() => decision() !== null || changeInHand().replanBy !== null || givenUpBy() !== null);
    if (givenUpBy() !== null) return giveUp();
    if (decision() === 'approve') return step('approve', null);
    await plan();
    if (changeInHand().plan !== null) return step('plan');
    await condition(() => changeInHand().replanBy !== null || givenUpBy() !== null);
  }

  async function untilStart(): Promise<void> {
    if (input.validFrom !== null) {
      const waitMs = Date.parse(input.validFrom) - Date.now();
      if (waitMs > 0) await condition(() => givenUpBy() !== null || changeInHand().replanBy !== null, waitMs);
    }
    if (givenUpBy() !== null) return giveUp();
    if (changeInHand().replanBy !== null) {
      await plan();
      return step('plan');
    }
    return step('start', null);
  }

  async function provision(): Promise<void> {
    const result = await apply();
    if (result.outcome === 'applied') return step('activate', result.reason);
    if (result.outcome === 'attention') return step('raise', result.reason);
    if (result.outcome !== 'refused' || UNAUTHORISED.includes(result.code)) return end('fail', PROGRAM, result.reason);
    // No router was written and both signatures hold: it is planned again, and waits for the approval of the new plan.
    await openChange('provision', PROGRAM);
    await plan();
    const planned = changeInHand().plan !== null;
    return step('plan', planned ? `planned again: ${result.reason}` : `${result.reason}; then: ${state.reason}`);
  }

  async function untilWithdrawal(): Promise<void> {
    const remainingMs = Date.parse(input.validUntil) - Date.now();
    if (state.withdrawal === null && remainingMs > 0) await condition(() => state.withdrawal !== null, remainingMs);
    state.withdrawal ??= { person: null, reason: `the agreement ended at ${input.validUntil}` };
    await openChange('withdraw', state.withdrawal.person ?? PROGRAM);
    await step('withdraw', state.withdrawal.reason, state.withdrawal.person ?? PROGRAM);
  }

  async function withdrawFromNetwork(): Promise<void> {
    await plan();
    const change = changeInHand();
    // The end date was signed by both parties: withdrawal at that date needs no further signature.
    const signedEnd = state.withdrawal?.person === null;
    if (change.plan === null || !signedEnd) {
      const decided = () => decision() !== null || change.replanBy !== null;
      const inTime = signedEnd
        ? await condition(decided, WITHDRAWAL_RETRY_MS)
        : await condition(decided).then(() => true);
      if (!inTime || change.replanBy !== null) return;
      if (decision() === 'reject') return abandonWithdrawal('the withdrawal plan was rejected');
    }
    const result = await apply();
    if (result.outcome === 'applied') return end('complete', PROGRAM, result.reason);
    if (result.outcome === 'attention') return step('raise', result.reason);
    return abandonWithdrawal(result.reason);
  }

  async function abandonWithdrawal(reason: string): Promise<void> {
    const signedEnd = state.withdrawal?.person === null;
    state.withdrawal = null;
    await step('abandon', reason);
    if (signedEnd) await sleep(WITHDRAWAL_RETRY_MS);
  }

  /** A transaction that could not be ended by the program: a person mends the router, then asks to recover. */
  async function awaitPerson(): Promise<void> {
    await condition(() => recoveryAskedBy !== null);
    const actor = recoveryAskedBy ?? PROGRAM;
    recoveryAskedBy = null;
    const change = changeInHand();
    if (change.plan === null) throw new Error('attention without a plan');
    const { id: planId, confirmTimeoutSeconds } = change.plan;
    const transaction = { changeId: change.id, planId, confirmTimeoutSeconds };
    const result = await executeChild(recoverTransaction, {
      workflowId: `recovery/${change.id}/${state.steps}`,
      args: [transaction],
    });
    if (result.outcome === 'attention') {
      state.reason = result.reason;
      return;
    }
    const { outcome, reason, code } = result;
    const applied = outcome === 'applied';
    const refusal = applied ? null : refusalOf(code, reason);
    await record.endChange({ changeId: change.id, outcome, reason, refusal });
    if (applied === (change.kind === 'withdraw')) {
      return end(applied ? 'settle-withdrawn' : 'settle-failed', actor, result.reason);
    }
    await step('settle-active', result.reason, actor);
  }

  async function openChange(kind: ChangeKind, requestedBy: string): Promise<void> {
    state.changes += 1;
    const changeKey = `${interconnectId}/${state.changes}`;
    const { changeId } = await record.createChange({ interconnectId, kind, requestedBy, changeKey });
    state.change = { id: changeId, kind, plan: null, decision: null, replanBy: null, outcome: null };
  }

  /** Plans the change in hand; a plan that cannot be made or proved leaves `plan` null and says why. */
  async function plan(): Promise<void> {
    const change = changeInHand();
    const plannedBy = change.replanBy ?? PROGRAM;
    state.planning = { instead: change.plan?.id ?? null };
    change.replanBy = null;
    change.plan = null;
    change.decision = null;
    state.reason = null;
    try {
      const { id: changeId, kind } = change;
      const notBefore = kind === 'provision' ? input.validFrom : null;
      const summary = await planChange({ interconnectId, changeId, kind, plannedBy, notBefore });
      if (summary.verdict !== 'pass')
        return await refusePlan(refusalOf('PROOF_FAILED', summary.reason), summary.reason);
      state.reason = summary.reason;
      const { planId: id, digest, confirmTimeoutSeconds } = summary;
      change.plan = { id, digest, plannedBy, confirmTimeoutSeconds };
    } catch (failure) {
      await refusePlan(refusalOfFailure(failure), explain(failure));
    } finally {
      state.planning = null;
    }
  }

  /** Recorded before anybody is awaited: whoever is asked to act finds the reason in the record. */
  async function refusePlan(refusal: Refusal, reason: string): Promise<void> {
    await record.refusePlan({ interconnectId, changeId: changeInHand().id, refusal, reason });
    state.reason = reason;
  }

  async function apply(): Promise<ApplyChangeResult> {
    const change = changeInHand();
    if (change.plan === null) throw new Error('nothing is applied without a plan');
    const { id: planId, confirmTimeoutSeconds } = change.plan;
    const { id: changeId } = change;
    const result = await executeChild(applyChange, {
      workflowId: `change/${changeId}`,
      args: [{ changeId, planId, confirmTimeoutSeconds }],
    });
    change.outcome = result.outcome;
    const { outcome, reason, code } = result;
    const refusal = outcome === 'applied' ? null : refusalOf(code, reason);
    if (outcome !== 'attention') await record.endChange({ changeId, outcome, reason, refusal });
    return result;
  }

  async function step(event: LifecycleEvent, reason: string | null = state.reason, actor = PROGRAM): Promise<void> {
    state.steps += 1;
    const stepKey = `${interconnectId}/${state.steps}`;
    const changeId = state.change?.id ?? null;
    const next = nextLifecycle(state.lifecycle, event);
    // First here: whoever read the new state in the record may act on it at once.
    state.lifecycle = next;
    state.reason = reason;
    await record.stepLifecycle({ interconnectId, changeId, event, stepKey, actor, reason });
  }

  /** The last step: what wasl held for this interconnect goes back. */
  async function end(event: LifecycleEvent, actor: string, reason: string | null = state.reason): Promise<void> {
    const open = state.change !== null && state.change.outcome === null ? state.change : null;
    if (open !== null) {
      open.outcome = 'refused';
      const words = reason ?? `${event} before any push`;
      await record.endChange({ changeId: open.id, outcome: 'refused', reason: words, refusal: null });
    }
    // First: whoever reads that it has ended finds nothing of it in use.
    await record.releaseRouteTargets({ interconnectId });
    await step(event, reason, actor);
  }

  function changeInHand(): ChangeInHand {
    if (state.change === null) throw new Error('no change in hand');
    return state.change;
  }

  function decision(): ChangeInHand['decision'] {
    return changeInHand().decision;
  }
}

/** Deterministic in a workflow: Temporal's clock. */
function now(): string {
  return new Date().toISOString();
}
