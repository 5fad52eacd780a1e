/** Which release drives, against a Temporal that answers as it is told: what whoever reaches its port may have set is set right. */
import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { WorkerRecord } from '../../src/domain/worker.ts';
import { bringNewestIntoForce, endAbandonedTransactions } from '../../src/driver/releases.ts';
import { changeWorkflowId } from '../../workflows/shared/messages.ts';

const INSTALLATION = 'oman';
const worker = (version: string, ageMs = 0): WorkerRecord =>
  ({ id: `worker-${version}`, version, ageMs, draining: false }) as never;

interface Transaction {
  readonly change: string;
  readonly release: string;
  /** Somebody has bound it by an override. */
  readonly bound?: boolean;
}

/** What a Temporal with this routing and these running transactions is asked to do. */
function temporal(routing: object, transactions: readonly Transaction[] = []) {
  const asked: (readonly [what: string, of: string])[] = [];
  const byId = new Map(transactions.map((one) => [changeWorkflowId(INSTALLATION, one.change as never), one]));
  const client = {
    options: { namespace: 'wasl', identity: 'worker-1' },
    workflowService: {
      describeWorkerDeployment: async () => ({
        workerDeploymentInfo: { routingConfig: routing },
        conflictToken: 'token',
      }),
      setWorkerDeploymentRampingVersion: async ({ buildId, percentage }: { buildId: string; percentage: number }) => {
        asked.push(['ramp', `${buildId}:${percentage}`]);
      },
      setWorkerDeploymentCurrentVersion: async ({ buildId }: { buildId: string }) => {
        asked.push(['in force', buildId]);
      },
    },
    workflow: {
      async *list() {
        for (const workflowId of [...byId.keys(), 'somebody-elses']) yield { workflowId };
      },
      getHandle: (workflowId: string) => ({
        describe: async () => {
          const { release, bound } = byId.get(workflowId) ?? {};
          const versioningInfo = {
            deploymentVersion: { buildId: release },
            versioningOverride: bound === true ? { pinned: {} } : null,
          };
          return { runId: 'run', raw: { workflowExecutionInfo: { versioningInfo } } };
        },
        terminate: async () => {
          asked.push(['ended', byId.get(workflowId)?.change ?? workflowId]);
        },
      }),
    },
  };
  return { client: client as unknown as Client, asked };
}

const options = (client: Client, release: string, living: readonly WorkerRecord[]) => ({
  ...{ client, release, installation: INSTALLATION, log: () => undefined },
  store: { listWorkers: async () => [...living] },
});
const inForce = (buildId: string, rampingVersionPercentage = 0) => ({
  currentDeploymentVersion: { buildId },
  rampingVersionPercentage,
});

describe('the release in force', () => {
  it.each([
    ['is the newest one that lives', '0.3.0', ['0.2.0', '0.3.0'], '0.2.0', [['in force', '0.3.0']], true],
    ['goes back when the newest one is gone', '0.2.0', ['0.2.0'], '0.3.0', [['in force', '0.2.0']], true],
    ['is left to the worker whose release it is', '0.2.0', ['0.2.0', '0.3.0'], '0.2.0', [], false],
    ['stays where it is right', '0.3.0', ['0.3.0', '0.2.0'], '0.3.0', [], true],
    ['is not decided while no worker lives', '0.3.0', [], '0.2.0', [], true],
  ] as const)('%s', async (_what, release, living, current, wanted, isSettled) => {
    const { client, asked } = temporal(inForce(current));
    const workers = living.map((version) => worker(version));
    expect(await bringNewestIntoForce(options(client, release, workers))).toBe(isSettled);
    expect(asked).toEqual(wanted);
  });

  it('is the only one: a part that somebody gave to another release is taken back, by whichever worker looks', async () => {
    const { client, asked } = temporal(inForce('0.2.0', 30));
    expect(await bringNewestIntoForce(options(client, '0.2.0', [worker('0.2.0')]))).toBe(false);
    expect(asked).toEqual([['ramp', ':0']]);
  });
});

describe('a transaction', () => {
  const ended = async (transactions: readonly Transaction[], living: readonly WorkerRecord[]) => {
    const { client, asked } = temporal(inForce('0.3.0'), transactions);
    await endAbandonedTransactions(options(client, '0.3.0', living));
    return asked.map(([, of]) => of);
  };

  it('is ended where its release has no worker any more, and with it nothing else', async () => {
    const running = [
      { change: 'IC-0001-C1', release: '0.2.0' },
      { change: 'IC-0002-C1', release: '0.3.0' },
    ];
    expect(await ended(running, [worker('0.3.0')])).toEqual(['IC-0001-C1']);
    expect(await ended(running, [worker('0.3.0'), worker('0.2.0')])).toEqual([]);
    // A worker that is started again is back by then.
    expect(await ended(running, [worker('0.3.0'), worker('0.2.0', 14_000)])).toEqual([]);
    expect(await ended(running, [worker('0.3.0'), worker('0.2.0', 16_000)])).toEqual(['IC-0001-C1']);
  });

  it('is ended where somebody bound it to a release, whether that one lives or not', async () => {
    const running = [{ change: 'IC-0001-C1', release: '0.3.0', bound: true }];
    expect(await ended(running, [worker('0.3.0')])).toEqual(['IC-0001-C1']);
  });

  it('that no worker has taken yet is left to whoever takes it', async () => {
    expect(await ended([{ change: 'IC-0001-C1', release: '' }], [worker('0.3.0')])).toEqual([]);
  });
});
