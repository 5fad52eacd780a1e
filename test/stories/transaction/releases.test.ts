/** Two releases on one record: the newest that lives drives, a transaction ends with the one that began it, and nothing waits for one that is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { describe, inject, it } from 'vitest';
import type { Fault } from '../../../src/sim/faults.ts';
import { changeWorkflowId, deploymentName, interconnectWorkflowId } from '../../../workflows/shared/messages.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { heldByAll, tried } from '../../support/end-state.ts';
import { Installation } from '../../support/installation.ts';

const OLD = { release: '0.9.0' };
const NEW = { release: '0.10.0' };
const PATIENCE_MS = 90_000;
const GRPC_NOT_FOUND = 5;

/** What Temporal says of versions. */
class Versions implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #client: Client;
  readonly #installation: string;

  private constructor(connection: Connection, namespace: string, installation: string) {
    this.#connection = connection;
    this.#client = new Client({ connection, namespace });
    this.#installation = installation;
  }

  static async of(wasl: Installation): Promise<Versions> {
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    return new Versions(connection, wasl.temporalNamespace, await wasl.store.readInstallation());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  async inForce(): Promise<string | undefined> {
    const deployment = {
      namespace: this.#client.options.namespace,
      deploymentName: deploymentName(this.#installation),
    };
    try {
      const { workerDeploymentInfo } = await this.#client.workflowService.describeWorkerDeployment(deployment);
      return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
    } catch (error) {
      // A worker on a slow machine is ready before the server knows its deployment.
      if (isGrpcServiceError(error) && error.code === GRPC_NOT_FOUND) return undefined;
      throw error;
    }
  }

  async untilInForce({ release }: { readonly release: string }): Promise<void> {
    for (const until = Date.now() + PATIENCE_MS; (await this.inForce()) !== release; await sleep(100)) {
      if (Date.now() > until) throw new Error(`${await this.inForce()} is in force, not ${release}`);
    }
  }

  ofInterconnect = (id: string) => this.#of(interconnectWorkflowId(this.#installation, id as never));
  ofChange = (id: string) => this.#of(changeWorkflowId(this.#installation, id as never));

  async #of(workflowId: string): Promise<unknown> {
    const { raw } = await this.#client.workflow.getHandle(workflowId).describe();
    const { behavior, deploymentVersion } = raw.workflowExecutionInfo?.versioningInfo ?? {};
    return { behavior, release: deploymentVersion?.buildId };
  }
}

/** While it stands, the new routes do not arrive, and the transaction waits in its verification. */
const SLOW: Fault = { kind: 'blackhole', target: '10.200.10.0/24' };
/** As temporal.api.enums.v1.VersioningBehavior has them. */
const [PINNED, AUTO_UPGRADE] = [1, 2];

/** A verification that waits until the test lets it go on: longer than a slow machine takes to start a worker. */
const open = () =>
  Installation.open({ worker: 'none', confirmTimeoutSeconds: 240, limits: { convergenceMs: 120_000 } });

/** Approved, and in its verification. */
async function beginSlowly(wasl: Installation): Promise<{ id: string; goOn(): void }> {
  const id = await wasl.agree(MOH_MOF);
  const planId = await wasl.untilPlanned(id);
  const { faults } = wasl.backbone.router('nzw-pe-01');
  const fault = faults.set(SLOW);
  await wasl.approvePlan(planId);
  await wasl.untilDone(id, 'read-back', 4);
  return { id, goOn: () => faults.clear(fault) };
}

describe.concurrent('a release', () => {
  it('that loses its workers in the middle of a change leaves it to the next one, which ends it', async ({
    expect,
  }) => {
    await using wasl = await open();
    await using versions = await Versions.of(wasl);
    const old = await wasl.startWorkerProcess(3, OLD);
    const { id, goOn } = await beginSlowly(wasl);
    expect(await versions.ofChange(`${id}-C1`)).toEqual({ behavior: PINNED, release: OLD.release });
    expect(await versions.ofInterconnect(id)).toEqual({ behavior: AUTO_UPGRADE, release: OLD.release });
    await old.kill();
    goOn();
    await wasl.startWorkerProcess(3, NEW);
    await versions.untilInForce(NEW);
    await wasl.untilLifecycle(id, 'active');
    const [first, ...others] = await tried(wasl, id);
    expect(first).toMatchObject({ outcome: 'rolled-back' });
    expect(first?.reason).toContain('recovered: every router is back as it was');
    expect(others).toEqual([heldByAll()]);
    // After a change a workflow begins anew, and tells a version once it has taken its first step.
    await expect
      .poll(() => versions.ofInterconnect(id), { timeout: PATIENCE_MS })
      .toEqual({ behavior: AUTO_UPGRADE, release: NEW.release });
  });

  it('that is drained ends what it began, while the next one drives the others', async ({ expect }) => {
    await using wasl = await open();
    await using versions = await Versions.of(wasl);
    const old = await wasl.startWorkerProcess(120, OLD);
    const { id, goOn } = await beginSlowly(wasl);
    await wasl.startWorkerProcess(3, NEW);
    await versions.untilInForce(NEW);
    const ended = old.terminate();
    goOn();
    await wasl.untilLifecycle(id, 'active');
    expect(await tried(wasl, id)).toEqual([heldByAll()]);
    expect(await versions.ofChange(`${id}-C1`)).toEqual({ behavior: PINNED, release: OLD.release });
    expect(await ended).toBe(0);
  });

  it('that is gone back to drives again once the newer one has no worker', async ({ expect }) => {
    await using wasl = await open();
    await using versions = await Versions.of(wasl);
    const newer = [await wasl.startWorkerProcess(3, NEW), await wasl.startWorkerProcess(3, NEW)];
    await versions.untilInForce(NEW);
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    await wasl.startWorkerProcess(3, OLD);
    expect(await versions.inForce()).toBe(NEW.release);
    for (const worker of newer) expect(await worker.terminate()).toBe(0);
    await versions.untilInForce(OLD);
    await wasl.approvePlan(planId);
    await wasl.untilLifecycle(id, 'active');
    expect(await versions.ofChange(`${id}-C1`)).toEqual({ behavior: PINNED, release: OLD.release });
  });
});
