import { Context, heartbeat } from '@temporalio/activity';
import type {
  PlanActivities,
  RecordActivities,
  SharedActivities,
  SharedTransactionActivities,
  StageResult,
  TransactionActivities,
  TransactionInput,
} from './activities.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { planInterconnectChange } from './plan-change.ts';
import { readActivities } from './read-activities.ts';
import { recoverTransaction } from './recover.ts';
import { TransactionStages } from './transaction.ts';
import { translateErrors } from './translate-errors.ts';
import { awaitTurn } from './turns.ts';

/** A stage's heartbeat: a worker that misses six of them is taken for lost. */
const HEARTBEAT_INTERVAL_MS = 1_000;

export interface WorkerActivities {
  /** For the shared task queue: any worker. */
  readonly shared: SharedActivities;
  /** For this worker's own task queue: it holds the sessions. */
  readonly own: TransactionActivities;
  /** Ends the sessions that are open. */
  close(): Promise<void>;
}

export function createActivities(deps: ActivityDependencies, log: (error: unknown) => void): WorkerActivities {
  const stages = new TransactionStages(deps);
  const stage =
    (run: (input: TransactionInput) => Promise<StageResult>) =>
    async (input: TransactionInput): Promise<StageResult> => {
      stages.watch(input.changeId, 'at work');
      try {
        const result = await heartbeating(() => run(input));
        stages.watch(input.changeId, 'waiting');
        return result;
      } catch (error) {
        // Taken for lost, or a defect: recovery has the change now, and these sessions must not stand in its way.
        await stages.drop(input.changeId);
        throw error;
      }
    };
  const own: TransactionActivities = {
    prepareRouters: stage((input) => stages.prepareRouters(input)),
    commitRouters: stage((input) => stages.commitRouters(input)),
    verifyRouters: stage((input) => stages.verifyRouters(input)),
    confirmRouters: stage((input) => stages.confirmRouters(input)),
    cancelRouters: stage((input) => stages.cancelRouters(input)),
  };
  const sharedTransaction: SharedTransactionActivities = {
    awaitTurn: (input) => heartbeating(() => awaitTurn(deps, input, Context.current().cancellationSignal)),
    leaveTurn: ({ changeId }) => deps.store.leaveTurn(changeId),
    claimWorker: async () => ({ taskQueue: deps.ownTaskQueue }),
    recoverTransaction: (input) => heartbeating(() => recoverTransaction(deps, input)),
  };
  const plan: PlanActivities = { planChange: (input) => heartbeating(() => planInterconnectChange(deps, input)) };
  const shared = { ...recordActivities(deps), ...plan, ...sharedTransaction, ...readActivities(deps) };
  return {
    shared: translateErrors(shared, log),
    own: translateErrors(own, log),
    close: () => stages.close(),
  };
}

function recordActivities({ store }: ActivityDependencies): RecordActivities {
  return {
    recordApproval: ({ interconnectId, approval }) => store.recordApproval(interconnectId, approval),
    async stepLifecycle({ interconnectId, changeId, event, stepKey, actor, reason }) {
      const { lifecycle } = await store.stepLifecycle(interconnectId, event, { stepKey, actor, reason });
      const message = reason === null ? lifecycle : `${lifecycle}: ${reason}`;
      const at = { interconnectId, changeId, pe: null, elapsedMs: null };
      await store.appendProgress([{ ...at, stage: 'lifecycle', status: 'info', message }]);
    },
    async createChange(input) {
      return { changeId: (await store.createChange(input)).id };
    },
    async refusePlan({ interconnectId, changeId, refusal, reason }) {
      await store.refusePlan(interconnectId, changeId, refusal, reason);
      const at = { interconnectId, changeId, pe: null, elapsedMs: null };
      const message = `${reason}. ${refusal.remedy}`;
      await store.appendProgress([{ ...at, stage: 'plan', status: 'failed', message }]);
    },
    async endChange({ changeId, outcome, reason, refusal }) {
      await store.endChange(changeId, outcome, reason, refusal);
    },
    releaseRouteTargets: ({ interconnectId }) => store.releaseRouteTargets(interconnectId),
  };
}

async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => heartbeat(), HEARTBEAT_INTERVAL_MS);
  try {
    return await Promise.race([work(), Context.current().cancelled]);
  } finally {
    clearInterval(timer);
  }
}
