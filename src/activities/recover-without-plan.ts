/** Ends a transaction whose plan somebody altered or took away: what it put on which router, nobody can say any more. */
import type { JournalEntry, TransactionOutcome } from '../domain/change.ts';
import { type ChangeId, type InterconnectId, interconnectOf, type PeName, type PlanId } from '../domain/names.ts';
import { isEnding } from '../domain/next-move.ts';
import { isWritten, lastEntries } from '../domain/settlement.ts';
import { WaslError } from '../errors.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readTrustedInventory } from './imported-inventory.ts';
import { withRouter, withRouters } from './network.ts';
import { TransactionRecorder } from './open-transaction.ts';

/**
 * The change ends where the agreement is to end: a withdrawal needs no plan of before, for it takes away whatever a router shows of the
 * agreement, and by the journal it knows on which. Until somebody ends it, a person must look. Throws LIFECYCLE_STEP where by the record
 * nothing of that plan is at the routers.
 */
export async function recoverWithoutPlan(
  deps: ActivityDependencies,
  { changeId, planId }: { readonly changeId: ChangeId; readonly planId: PlanId },
): Promise<{ outcome: TransactionOutcome; reason: string; attention: readonly PeName[]; left: readonly [] }> {
  const interconnectId = interconnectOf(changeId);
  const facts = await deps.store.readStandingFacts(interconnectId);
  const { change } = facts;
  const isThis = change?.id === changeId && change.planId === planId;
  if (!isThis || !['applying', 'attention'].includes(change.phase)) {
    throw new WaslError('LIFECYCLE_STEP', `by the record nothing of ${planId} is under way at the routers`);
  }
  const { epoch, journal } = await deps.store.claimJournal(changeId);
  await deps.store.noteRecovery(changeId, 'its plan was altered: it is ended by the journal', epoch);
  const recorder = new TransactionRecorder(deps, changeId, interconnectId, epoch);
  const last = [...lastEntries(journal).values()];
  const written = last.filter((entry) => isWritten(new Map([[entry.pe, entry]])));
  const idle = last.filter((entry) => !written.includes(entry));
  await recorder.journal(idle.map((entry) => ({ plan: entry, state: 'idle', persistId: null })));
  await cancelPending(deps, recorder, written);

  const { outcome, code, words } = ended(interconnectId, isEnding(facts, deps.now()), written);
  const reason = `plan ${planId} is not as it was made: it was altered; ${words}`;
  await deps.store.saveFinding(changeId, { by: 'recovery', outcome, reason, code, left: [] }, epoch);
  await recorder.note('recover', null, outcome === 'attention' ? 'failed' : 'done', reason);
  return { outcome, reason, attention: [], left: [] };
}

function ended(id: InterconnectId, isToEnd: boolean, written: readonly JournalEntry[]) {
  const pes = written.map(({ pe }) => pe).join(', ');
  if (pes === '') return { outcome: 'refused', code: 'APPROVAL_DIGEST', words: 'no router was written' } as const;
  const words = isToEnd
    ? `what may be left on ${pes} is taken away next`
    : `what may be left on ${pes}, nobody can say: withdraw ${id}, and it is taken away`;
  if (isToEnd) return { outcome: 'rolled-back', code: 'APPROVAL_DIGEST', words } as const;
  return { outcome: 'attention', code: 'CHANGE_ATTENTION', words } as const;
}

/** One try each: the timer of a router ends what stays pending, and the removal that comes next waits for its lock. */
async function cancelPending(
  deps: ActivityDependencies,
  recorder: TransactionRecorder,
  written: readonly JournalEntry[],
): Promise<void> {
  const pending = written.filter(({ state }) => state !== 'confirmed' && state !== 'rolled-back');
  await recorder.journal(pending.map((entry) => ({ plan: entry, state: 'unknown', persistId: entry.persistId })));
  const pes = pending.map(({ pe }) => pe);
  const { inventory: current } = await readTrustedInventory(deps);
  const inventory = await withRouters(deps, current, pes);
  await Promise.all(
    pending.map(async ({ pe, persistId }) => {
      if (persistId === null) return;
      await withRouter(deps, inventory, pe, (router) => router.cancel({ persistId })).catch(() => undefined);
    }),
  );
}
