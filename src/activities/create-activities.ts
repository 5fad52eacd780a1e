import { Context, heartbeat } from '@temporalio/activity';
import { ERRORS, type ErrorCode } from '../errors.ts';
import type {
  PlanActivities,
  ReadActivities,
  SharedActivities,
  SharedTransactionActivities,
  StageResult,
  TransactionActivities,
  TransactionInput,
  WebhookActivities,
} from './activities.ts';
import { AttemptSessions } from './attempt-sessions.ts';
import { deliverWebhook } from './deliver-webhook.ts';
import { createDeliveryShares } from './delivery-shares.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { planInterconnectChange } from './plan-change.ts';
import { readActivities } from './read-activities.ts';
import { recordActivities, requirePlanAsked } from './record-activities.ts';
import { recoverTransaction } from './recover.ts';
import { TransactionStages } from './transaction.ts';
import { translateErrors } from './translate-errors.ts';
import { keepingTurn, takeTurn } from './turns.ts';
import { UnderWay } from './under-way.ts';

/** A stage's heartbeat: a worker that misses six of them is taken for lost. */
const HEARTBEAT_INTERVAL_MS = 1_000;

export interface WorkerActivities {
  /** For the shared task queue: any worker. */
  readonly shared: SharedActivities;
  /** For this worker's own task queue: it holds the sessions. */
  readonly own: TransactionActivities;
  readonly underWay: UnderWay;
  /** Ends the sessions that are open. */
  close(): Promise<void>;
}

export function createActivities(deps: ActivityDependencies, log: (error: unknown) => void): WorkerActivities {
  const stages = new TransactionStages(deps);
  const underWay = new UnderWay();
  const current = ({ changeId }: TransactionInput) => stages.attemptOf(changeId);
  const stage =
    (
      run: (input: TransactionInput, attempt?: AttemptSessions) => Promise<StageResult>,
      attemptAt: (input: TransactionInput) => AttemptSessions | undefined = current,
    ) =>
    async (input: TransactionInput): Promise<StageResult> => {
      const attempt = attemptAt(input);
      stages.watch(input.changeId, 'at work');
      try {
        const work = () => heartbeating(() => keepingTurn(deps, input.changeId, () => run(input, attempt)));
        const result = await underWay.stage(input.changeId, work);
        if (current(input) === attempt) stages.watch(input.changeId, 'waiting');
        return result;
      } catch (error) {
        // Taken for lost, or a defect: recovery has the change now, and these sessions must not stand in its way.
        await stages.drop(input.changeId, attempt);
        throw error;
      }
    };
  const own: TransactionActivities = {
    prepareRouters: stage(
      (input, attempt) => stages.prepareRouters(input, attempt),
      () => new AttemptSessions(),
    ),
    commitRouters: stage((input) => stages.commitRouters(input)),
    verifyRouters: stage((input) => stages.verifyRouters(input)),
    confirmRouters: stage((input) => stages.confirmRouters(input)),
    cancelRouters: stage((input) => stages.cancelRouters(input)),
  };
  const sharedTransaction: SharedTransactionActivities = {
    takeTurn: (input) => takeTurn(deps, input),
    leaveTurn: async ({ changeId }) => ({ waiting: await deps.store.leaveTurn(changeId) }),
    claimWorker: async () => {
      underWay.requireRoom(null);
      return { taskQueue: deps.ownTaskQueue };
    },
    recoverTransaction: async (input) => {
      underWay.requireRoom(input.changeId);
      const work = () => keepingTurn(deps, input.changeId, () => recoverTransaction(deps, input));
      return underWay.stage(input.changeId, () => heartbeating(work));
    },
  };
  const plan: PlanActivities = {
    planChange: (input) => {
      const work = async () => planInterconnectChange(deps, { ...input, ...(await requirePlanAsked(deps, input)) });
      return underWay.long(() => heartbeating(work));
    },
  };
  const steps = recordActivities(deps);
  const record = {
    ...steps,
    // What runs under another interconnect's name stands in that one's way: it is told to end.
    readFacts: async (input: Parameters<typeof steps.readFacts>[0]) =>
      Context.current().info.workflowExecution?.workflowId.endsWith(`/${input.interconnectId}`)
        ? steps.readFacts(input)
        : null,
    async settleTransaction(input: Parameters<typeof steps.settleTransaction>[0]) {
      await steps.settleTransaction(input);
      underWay.settled(input.changeId);
    },
    takeTurn: sharedTransaction.takeTurn,
    leaveTurn: sharedTransaction.leaveTurn,
  };
  const { checkRouter, readRouter, readMatrix, explainReach, auditNetwork } = readActivities(deps);
  const reads: ReadActivities = {
    checkRouter: (input) => heartbeating(() => checkRouter(input)),
    readRouter: (input) => heartbeating(() => readRouter(input)),
    readMatrix: () => heartbeating(() => readMatrix()),
    explainReach: (input) => heartbeating(() => explainReach(input)),
    auditNetwork: () => heartbeating(() => auditNetwork()),
  };
  const sending = { ...deps, shares: createDeliveryShares() };
  const webhooks: WebhookActivities = { deliverWebhook: (input) => deliverWebhook(sending, input) };
  const shared = { ...plan, ...sharedTransaction, ...reads, ...webhooks };
  return {
    // The record is waited for, whatever the database says: a rotated password and a read-only failover end, too.
    shared: { ...translateErrors(shared, log), ...translateErrors(record, log, isNothingThere) },
    own: translateErrors(own, log),
    underWay,
    close: () => stages.close(),
  };
}

const isNothingThere = (code: ErrorCode): boolean => code.endsWith('_UNKNOWN') && ERRORS[code].httpStatus === 404;

async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => heartbeat(), HEARTBEAT_INTERVAL_MS);
  try {
    return await Promise.race([work(), Context.current().cancelled]);
  } finally {
    clearInterval(timer);
  }
}
