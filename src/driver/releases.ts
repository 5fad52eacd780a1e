/**
 * Which release drives. Workers of one installation are one Worker Deployment of Temporal, and a release is a version of it: the newest
 * release that a living worker has is in force, so an upgrade and the way back need no command. Interconnects go over to it at their
 * next step; a transaction stays with the release that began it, and is ended here when that one has no worker any more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { deploymentName, transactionWorkflowIds } from '../../workflows/shared/messages.ts';
import { newestRelease, takesWork, type WorkerRecord } from '../domain/worker.ts';
import type { Store } from '../store/store.ts';

/** A worker that its supervisor starts again is back by then, and goes on with what is pinned to its release. */
const RELEASE_GONE_AFTER_MS = 15_000;
/** gRPC: NOT_FOUND, FAILED_PRECONDITION. A version is known to the server a moment after its first poll. */
const NOT_YET = [5, 9];

/** A server that has never seen a release takes half a second. */
const INTO_FORCE_WITHIN_MS = 10_000;
const INTO_FORCE_LOOK_MS = 100;

export interface ReleasesOptions {
  readonly store: Pick<Store, 'listWorkers'>;
  readonly client: Client;
  readonly installation: string;
  /** Of this worker. */
  readonly release: string;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;
}

/** For every worker of the installation's shared queue. */
export const workerVersion = (installation: string, release: string) =>
  ({
    version: { deploymentName: deploymentName(installation), buildId: release },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'AUTO_UPGRADE',
  }) as const;

/** Whether the newest release among the living workers is in force: brought about here where it is this worker's. */
export async function bringNewestIntoForce(options: ReleasesOptions): Promise<boolean> {
  const { store, client, installation, release, log } = options;
  const living = (await store.listWorkers()).filter(takesWork).map(({ version }) => version);
  const deployment = { namespace: client.options.namespace, deploymentName: deploymentName(installation) };
  try {
    const { workerDeploymentInfo, conflictToken } = await client.workflowService.describeWorkerDeployment(deployment);
    const { routingConfig } = workerDeploymentInfo ?? {};
    if ((routingConfig?.rampingVersionPercentage ?? 0) > 0) {
      const { identity } = client.options;
      const none = { ...deployment, buildId: '', percentage: 0, conflictToken, identity };
      await client.workflowService.setWorkerDeploymentRampingVersion(none);
      log('warn', 'somebody had another release drive a part of the interconnects: it drives none any more');
      return false;
    }
    const inForce = routingConfig?.currentDeploymentVersion?.buildId ?? null;
    const newest = newestRelease(living);
    if (newest === null || newest === inForce) return true;
    if (newest !== release) return false;
    // Another worker that decided meanwhile has changed the token: the next look sees what it did.
    const change = { ...deployment, buildId: release, conflictToken, identity: client.options.identity };
    await client.workflowService.setWorkerDeploymentCurrentVersion(change);
    log('info', 'this release drives from here on', { release, before: inForce });
    return true;
  } catch (error) {
    if (isGrpcServiceError(error) && NOT_YET.includes(error.code)) return false;
    throw error;
  }
}

/** For a worker that begins: nothing is driven before some release is in force. What takes longer, the watchdog tries again. */
export async function untilNewestInForce(options: ReleasesOptions, isStopped: () => boolean): Promise<void> {
  const deadline = performance.now() + INTO_FORCE_WITHIN_MS;
  let trouble: unknown = null;
  while (performance.now() < deadline && !isStopped()) {
    const isInForce = await bringNewestIntoForce(options).catch((error: unknown) => {
      trouble = error;
      return false;
    });
    if (isInForce) return;
    await sleep(INTO_FORCE_LOOK_MS);
  }
  options.log('warn', 'no release is in force yet', { ...(trouble !== null && { error: String(trouble) }) });
}

/** What a release began and no worker of it can end: its workflow is ended, and the interconnect's recovers it from the journal. */
export async function endAbandonedTransactions(options: ReleasesOptions): Promise<void> {
  const { store, client, installation, log } = options;
  const query = 'WorkflowType = "applyChange" AND ExecutionStatus = "Running"';
  for await (const { workflowId } of client.workflow.list({ query })) {
    if (!workflowId.startsWith(transactionWorkflowIds(installation))) continue;
    const handle = client.workflow.getHandle(workflowId);
    const { raw, runId } = await handle.describe();
    const { deploymentVersion, versioningOverride } = raw.workflowExecutionInfo?.versioningInfo ?? {};
    const release = deploymentVersion?.buildId;
    // Nothing here ever binds a transaction to another release than its own: somebody else did.
    const isBound = versioningOverride !== null && versioningOverride !== undefined;
    if (!isBound && (!release || hasWorker(release, await store.listWorkers()))) continue;
    log('warn', 'a transaction has no worker of its release: it is recovered from the journal', {
      workflowId,
      release,
    });
    await client.workflow
      .getHandle(workflowId, runId)
      .terminate(`no worker of release ${release} lives any more, or it was bound to another one`);
  }
}

/** A draining one ends what it has. */
const hasWorker = (release: string, workers: readonly WorkerRecord[]): boolean =>
  workers.some(({ version, ageMs }) => version === release && ageMs < RELEASE_GONE_AFTER_MS);
