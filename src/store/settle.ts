/** Steps of agreement and change that several store transactions share. All run under the lock of the interconnect's row. */
import { eq } from 'drizzle-orm';
import type { ChangeOutcome, Refusal } from '../domain/change.ts';
import { isEnd, type Lifecycle } from '../domain/lifecycle.ts';
import type { InterconnectId } from '../domain/names.ts';
import { PROGRAM } from '../domain/next-move.ts';
import type { OpenChange } from './change-rows.ts';
import type { StoreTransaction } from './database.ts';
import type { NewFact } from './ledger-rows.ts';
import { releaseRouteTargets } from './route-target-rows.ts';
import { changes, interconnects } from './schema.ts';

/** Moves the agreement; what has ended gives its route targets back in the same store transaction. */
export async function stepAgreement(
  tx: StoreTransaction,
  id: InterconnectId,
  step: {
    readonly from: Lifecycle;
    readonly to: Lifecycle;
    readonly by: string;
    readonly reason: string | null;
    readonly at: Date;
  },
): Promise<NewFact[]> {
  const { from, to, by, reason, at } = step;
  await tx.update(interconnects).set({ lifecycle: to, reason, updatedAt: at }).where(eq(interconnects.id, id));
  const fact = { actor: by, action: 'agreement.stepped', subject: id, body: { from, to, reason } };
  return [fact, ...(isEnd(to) ? await releaseRouteTargets(tx, id, at) : [])];
}

export async function endChange(
  tx: StoreTransaction,
  change: OpenChange,
  end: {
    readonly outcome: ChangeOutcome;
    readonly reason: string;
    readonly refusal?: Refusal | null;
    readonly by?: string;
    readonly at: Date;
  },
): Promise<NewFact[]> {
  const { outcome, reason, by = PROGRAM, at } = end;
  // Given up while it could not be planned: that stays said.
  const refusal = end.refusal ?? change.refusal;
  const ended = {
    phase: 'ended' as const,
    outcome,
    reason,
    refusal,
    waiting: null,
    replanBy: null,
    recoverBy: null,
    endedAt: at,
  };
  await tx.update(changes).set(ended).where(eq(changes.id, change.id));
  const body = { outcome, reason, code: refusal?.code ?? null, planId: change.planId, routers: change.routers };
  return [{ actor: by, action: 'change.ended', subject: change.id, body }];
}
