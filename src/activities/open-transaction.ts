import type { LeftRouter, RouterTransactionState, Stage } from '../domain/change.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { ChangeId, InterconnectId, PeName } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import type { ObservedTables } from '../domain/observed-routes.ts';
import type { Plan, RouterPlan } from '../domain/plan.ts';
import type { Router, VrfEdit } from '../router/router.ts';
import type { Transcript } from '../router/transcript.ts';
import type { StageResult } from './activities.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { ProgressWriter } from './progress-writer.ts';
import type { WatchedRouter } from './route-tables.ts';
import type { Stopwatch } from './stopwatch.ts';
import { describeError } from './translate-errors.ts';
import type { OwnPing } from './verify.ts';

/** One PE inside a transaction, with what was seen of it under the lock. */
export interface RouterInTransaction {
  readonly plan: RouterPlan;
  readonly router: Router;
  /** Running as read under the candidate lock, before the edit. */
  readonly before: readonly RunningVrf[];
  /** The same as text: after a rollback running must equal it byte for byte. */
  beforeText: string;
  /** As it was read last once the change was confirmed or given back; null: it was not. */
  afterText: string | null;
  /** What it was sent. */
  readonly xml: string;
  readonly transcript: Transcript;
  readonly edits: readonly VrfEdit[];
  readonly persistId: string | null;
  state: RouterTransactionState;
}

/** A transaction whose sessions this worker holds. */
export interface OpenTransaction {
  readonly changeId: ChangeId;
  /** Of the journal. */
  readonly epoch: number;
  readonly plan: Plan;
  readonly inventory: Inventory;
  /** Which import it is. */
  readonly inventoryVersion: number;
  readonly recorder: TransactionRecorder;
  /** Those that take part; a removal may go on without one. */
  readonly routers: Map<PeName, RouterInTransaction>;
  /** What a removal goes on without. */
  readonly left: LeftRouter[];
  /** What opens was proved over: every PE as it was then. Empty for a removal. */
  readonly provedOver: ReadonlyMap<PeName, readonly RunningVrf[]>;
  /** The PEs of the plan, and untouched ones that it could touch by a route target (read only). */
  readonly watched: readonly WatchedRouter[];
  /** Others that the change could touch by a route target; each takes what a watched one takes. */
  readonly unwatched: number;
  readonly tablesBefore: ObservedTables;
  /** Branch-to-branch pings of the parties that answered before the change. */
  readonly pingsBefore: readonly OwnPing[];
  /** Of a removal: an earlier try of it was verified, and went back. */
  readonly wasTakenBack: boolean;
  /** Since the first commit was sent; null before. */
  sinceCommitMs: Stopwatch | null;
  /** Since verification asked the routers for the last time; null: it has not. */
  sinceAskedMs: Stopwatch | null;
  /** Nothing else may be confirmed, whoever asks for it. */
  isVerified: boolean;
}

export const PASS = (reason: string): StageResult => ({ verdict: 'pass', reason, code: null, transient: false });

export function failed(error: unknown): StageResult {
  const { code, sentence, transient } = describeError(error);
  return { verdict: 'fail', reason: sentence, code, transient };
}

/** Why it stops, written down by whoever saw it; `outcome` null: the routers say what it comes to. */
export async function noteFailure(
  { store }: ActivityDependencies,
  { changeId, epoch }: { readonly changeId: ChangeId; readonly epoch: number | null },
  stage: StageResult,
  outcome: 'refused' | null = null,
): Promise<StageResult> {
  const { reason, code } = stage;
  await store.saveFinding(changeId, { by: 'stage', outcome, reason, code, left: [] }, epoch);
  return stage;
}

/** Durable before anything is confirmed: a recovery confirms what opens by this alone. */
export async function noteVerified(
  { store }: ActivityDependencies,
  transaction: OpenTransaction,
  stage: StageResult,
): Promise<StageResult> {
  const { changeId, epoch, plan } = transaction;
  await store.recordVerified(changeId, { planId: plan.id, says: stage.reason }, epoch);
  transaction.isVerified = true;
  return stage;
}

/** What a watcher reads while a router is at a stage. */
const UNDER_WAY: Readonly<Record<Stage, string>> = {
  prepare: 'opens a session, locks, edits, validates',
  commit: 'commits, to be confirmed',
  'read-back': 'reads running',
  verify: 'looks at routes and pings',
  confirm: 'confirms',
  cancel: 'cancels and reads running',
  recover: 'looks what became of it',
  compensate: 'gives the change back',
};

/** The journal before the wire, and progress for the people who watch. */
export class TransactionRecorder {
  readonly #deps: ActivityDependencies;
  readonly #changeId: ChangeId;
  readonly #interconnectId: InterconnectId;
  readonly #epoch: number;
  readonly #progress: ProgressWriter;

  constructor(deps: ActivityDependencies, changeId: ChangeId, interconnectId: InterconnectId, epoch: number) {
    this.#deps = deps;
    this.#changeId = changeId;
    this.#interconnectId = interconnectId;
    this.#epoch = epoch;
    this.#progress = new ProgressWriter(deps.store, { changeId, epoch });
  }

  /** Durable when it returns, and so is the progress until here. One store transaction for all PEs of the stage. */
  async journal(
    entries: readonly {
      readonly plan: Pick<RouterPlan, 'pe' | 'procedure'>;
      readonly state: RouterTransactionState;
      readonly persistId: string | null;
      readonly detail?: string | null;
    }[],
  ): Promise<void> {
    const written = this.#deps.store.appendJournal(
      entries.map(({ plan, state, persistId, detail }) => ({
        changeId: this.#changeId,
        pe: plan.pe,
        state,
        procedure: plan.procedure,
        persistId,
        detail: detail ?? null,
      })),
      this.#epoch,
    );
    await Promise.all([written, this.#progress.settled()]);
  }

  async note(stage: Stage, pe: PeName | null, status: 'done' | 'failed' | 'info', message: string): Promise<void> {
    const at = { interconnectId: this.#interconnectId, changeId: this.#changeId, pe, stage };
    this.#progress.push([{ ...at, status, message, elapsedMs: null }]);
    await this.#progress.settled();
  }

  /** Runs one stage on every PE in parallel; all are awaited, whatever fails. Results in the order of `items`. */
  async onEach<Item, Result>(
    stage: Stage,
    items: readonly Item[],
    peOf: (item: Item) => PeName,
    work: (item: Item) => Promise<{ readonly result: Result; readonly message: string; readonly failed?: boolean }>,
  ): Promise<PromiseSettledResult<Result>[]> {
    const common = { interconnectId: this.#interconnectId, changeId: this.#changeId, stage };
    const started = items.map((item) => ({
      ...common,
      pe: peOf(item),
      status: 'started' as const,
      message: UNDER_WAY[stage],
      elapsedMs: null,
    }));
    this.#progress.push(started);
    return Promise.allSettled(
      items.map(async (item) => {
        const startedAtMs = performance.now();
        const finish = (status: 'done' | 'failed', message: string) => {
          const elapsedMs = Math.round(performance.now() - startedAtMs);
          this.#progress.push([{ ...common, pe: peOf(item), status, message, elapsedMs }]);
        };
        try {
          const { result, message, failed: bad } = await work(item);
          finish(bad ? 'failed' : 'done', message);
          return result;
        } catch (error) {
          finish('failed', describeError(error).sentence);
          throw error;
        }
      }),
    );
  }
}

/** The first failure by the order of PEs, so that the reason does not depend on who was faster. */
export function firstFailure(results: readonly PromiseSettledResult<unknown>[]): unknown | null {
  for (const result of results) if (result.status === 'rejected') return result.reason;
  return null;
}
