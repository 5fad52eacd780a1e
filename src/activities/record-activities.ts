/**
 * The steps of an interconnect in the record. A workflow only says that it is time: a step is taken where the record itself asks for it
 * now, with the names and reasons of the record, so that whoever reaches Temporal's port decides nothing.
 */
import type { JournalEntry, SettledTransaction } from '../domain/change.ts';
import { onlyTakesAway } from '../domain/change-kinds.ts';
import { type ChangeId, type InterconnectId, interconnectOf, type PlanId } from '../domain/names.ts';
import { type InterconnectFacts, type Move, nextMove } from '../domain/next-move.ts';
import { lastEntries, type SettledPlan, settlementOf } from '../domain/settlement.ts';
import { CLOCK_TOLERANCE_MS } from '../domain/worker.ts';
import { WaslError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { PlanActivities, RecordActivities } from './activities.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { findPlanAsMade } from './plan-as-made.ts';

type RecordDependencies = Pick<ActivityDependencies, 'store' | 'now'>;

export function recordActivities(deps: RecordDependencies): RecordActivities {
  const { store } = deps;
  return {
    async readFacts({ interconnectId }) {
      const facts = await store.readMoveFacts(interconnectId).catch((error: unknown) => {
        if (error instanceof WaslError && error.code === 'INTERCONNECT_UNKNOWN') return null;
        throw error;
      });
      return facts === null ? null : { ...withoutPersons(facts), at: deps.now().toISOString() };
    },
    async openChange({ interconnectId, kind }) {
      const move = await asked(deps, interconnectId, 'open');
      if (move?.kind === kind) await store.openChange(interconnectId, kind, move.by);
    },
    async abandonChange({ changeId }) {
      const id = interconnectOf(changeId);
      const abandoned = await asked(deps, id, 'abandon');
      if (abandoned?.changeId === changeId) return store.abandonChange(changeId, 'abandoned', abandoned.reason);
      const lapsed = await asked(deps, id, 'lapse');
      if (lapsed?.changeId === changeId) await store.abandonChange(changeId, 'refused', lapsed.reason);
    },
    async noteTrouble({ changeId, refusal }) {
      const move = await asked(deps, interconnectOf(changeId), 'plan');
      if (move?.changeId === changeId) await store.noteTrouble(changeId, refusal);
    },
    async beginApplying({ changeId, attempt, planId }) {
      if (!(await isApplyAsked(deps, changeId, planId))) return false;
      return store.beginApplying(changeId, attempt, planId);
    },
    async settleTransaction({ changeId, attempt, result }) {
      const seen = await store.readAttempt(changeId);
      if (seen === null || seen.attempt !== attempt) return;
      const plan = seen.planId === null ? null : await settledPlan(store, changeId, seen.planId, seen.journal);
      const shown = settlementOf(plan, seen.journal, seen.finding);
      // Who does not know how it ended may say so: the record knows, or a person looks.
      if (result.outcome === 'attention' || shown?.outcome === result.outcome) {
        return store.settleTransaction(changeId, attempt, shown ?? NOT_WRITTEN_DOWN);
      }
      await store.refuseSettlement(changeId, attempt, result.outcome, whatIsShown(shown, seen.journal));
    },
    async settleAgreement({ interconnectId, to }) {
      const move = await asked(deps, interconnectId, 'settle');
      if (move?.to === to) await store.settleAgreement(interconnectId, to, move.by, move.reason);
    },
  };
}

/**
 * The plan, or, where somebody altered or took away its row while it was pushed, what the journal says of it: the push went on with what was
 * approved, and a change without an end would keep the agreement from ending. Routers of a removal that it may not have had are left.
 */
async function settledPlan(
  store: Store,
  changeId: ChangeId,
  planId: PlanId,
  journal: readonly JournalEntry[],
): Promise<SettledPlan> {
  const id = interconnectOf(changeId);
  const plan = await findPlanAsMade(store, id, planId);
  if (plan !== null) return plan;
  const { kind } = await store.readChange(changeId);
  const pes = [...lastEntries(journal).keys()];
  const others = onlyTakesAway(kind) ? (await store.listCarriers(id)).filter((pe) => !pes.includes(pe)) : [];
  const left = others.map((pe) => ({ pe, reason: `plan ${planId} was altered: ${pe} may not have been in it` }));
  return { kind, routers: pes.map((pe) => ({ pe })), left };
}

/** Who the plan is for and from when, by the record. Throws LIFECYCLE_STEP where it asks for none. */
export async function requirePlanAsked(
  deps: RecordDependencies,
  { interconnectId, changeId, kind }: Parameters<PlanActivities['planChange']>[0],
): Promise<{ readonly plannedBy: string; readonly notBefore: string | null }> {
  const move = await asked(deps, interconnectId, 'plan');
  if (move?.changeId === changeId && move.kind === kind) return { plannedBy: move.by, notBefore: move.notBefore };
  throw new WaslError('LIFECYCLE_STEP', `${interconnectId}: by the record no plan of ${changeId} is asked for`);
}

const SOMEBODY = 'a person';

/** Temporal keeps what it is told for long: who asked and why is in the record, and each step reads it there. */
function withoutPersons(facts: InterconnectFacts): InterconnectFacts {
  const { withdrawal, change } = facts;
  const nameless = (person: string | null) => (person === null ? null : SOMEBODY);
  return {
    ...facts,
    withdrawal: withdrawal === null ? null : { by: SOMEBODY, reason: '' },
    change: change && { ...change, replanBy: nameless(change.replanBy), recoverBy: nameless(change.recoverBy) },
  };
}

type MoveOf<Name extends Move['move']> = Extract<Move, { move: Name }>;

/** The move of that name, where the record asks for it about now; null otherwise. */
async function asked<Name extends Move['move']>(
  { store, now }: RecordDependencies,
  id: InterconnectId,
  name: Name,
): Promise<MoveOf<Name> | null> {
  return aboutNow(await store.readStandingFacts(id), now(), name);
}

function aboutNow<Name extends Move['move']>(facts: InterconnectFacts, now: Date, name: Name): MoveOf<Name> | null {
  const moves = [0, CLOCK_TOLERANCE_MS, -CLOCK_TOLERANCE_MS].map((ms) => nextMove(facts, new Date(now.getTime() + ms)));
  return moves.find((move): move is MoveOf<Name> => move.move === name) ?? null;
}

/** Begun already: the same step, told twice, which the store answers. */
async function isApplyAsked({ store, now }: RecordDependencies, changeId: ChangeId, planId: PlanId | null) {
  const facts = await store.readStandingFacts(interconnectOf(changeId));
  if (facts.change?.id === changeId && facts.change.phase === 'applying') return true;
  if (planId === null) return aboutNow(facts, now(), 'plan')?.changeId === changeId;
  const move = aboutNow(facts, now(), 'apply');
  return move?.changeId === changeId && move.planId === planId;
}

const NOT_WRITTEN_DOWN: SettledTransaction = {
  outcome: 'attention',
  reason: 'no worker has written down how it ended',
  code: 'CHANGE_ATTENTION',
  left: [],
};

function whatIsShown(shown: SettledTransaction | null, journal: readonly JournalEntry[]): string {
  if (shown !== null) return `it was ${shown.outcome}`;
  const states = [...lastEntries(journal).values()].map(({ pe, state }) => `${pe} ${state}`);
  return states.length === 0 ? 'no router was begun with' : `it has not ended: ${states.join(', ')}`;
}
