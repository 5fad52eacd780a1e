/** What no worker can take on is ended; what only waits, or was tried once by a worker that died, is not. */
import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { endStuckTransactions, mayBeSignalled, taskStateOf } from '../../src/driver/stuck-workflows.ts';
import { changeWorkflowId, interconnectWorkflowId } from '../../workflows/shared/messages.ts';

const OWN = 'oman';
const task = (attempt: number) => ({ pendingWorkflowTask: { attempt } });

it.each([
  ['nothing to do', { pendingWorkflowTask: null }, 'well'],
  ['waits for a worker', task(1), 'well'],
  ['a worker died with it', task(2), 'tried again'],
  ['two workers died with it', task(3), 'tried again'],
  ['nobody can take it on', task(4), 'stuck'],
])('%s', (_what, raw, expected) => {
  expect(taskStateOf(raw)).toBe(expected);
});

it('ends a stuck transaction of this installation, a stuck recovery and a stuck interconnect, and minds none that has ended', async () => {
  const stuck = task(5);
  const change = changeWorkflowId(OWN, 'IC-0001-C1' as never);
  const running = new Map<string, object>([
    [change, stuck],
    [`${change}/recovery`, stuck],
    [changeWorkflowId(OWN, 'IC-0002-C1' as never), task(1)],
    [changeWorkflowId('another', 'IC-0003-C1' as never), stuck],
    [interconnectWorkflowId(OWN, 'IC-0004' as never), stuck],
    [interconnectWorkflowId(OWN, 'IC-0005' as never), task(2)],
  ]);
  const ended: string[] = [];
  const client = {
    workflow: {
      async *list() {
        for (const workflowId of [...running.keys(), changeWorkflowId(OWN, 'IC-0009-C1' as never)])
          if (!workflowId.includes('/interconnect/')) yield { workflowId };
      },
      getHandle: (workflowId: string) => ({
        describe: async () => {
          const raw = running.get(workflowId);
          if (raw === undefined) throw Object.assign(new Error('gone'), { name: 'WorkflowNotFoundError' });
          return { raw, runId: 'run' };
        },
        terminate: async () => {
          ended.push(workflowId);
        },
      }),
    },
  } as unknown as Client;
  const options = { client, installation: OWN, log: () => undefined };
  await endStuckTransactions(options);
  expect(ended).toEqual([change, `${change}/recovery`]);
  const may = await Promise.all(['IC-0004', 'IC-0005', 'IC-0009'].map((id) => mayBeSignalled(options, id as never)));
  expect(may).toEqual([true, false, true]);
  expect(ended.slice(2)).toEqual([interconnectWorkflowId(OWN, 'IC-0004' as never)]);
});
