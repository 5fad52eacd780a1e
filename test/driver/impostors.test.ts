/** What runs under the names of an installation, and is not what the installation runs there. */
import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { endImpostors, impostureOf } from '../../src/driver/impostors.ts';
import {
  changeWorkflowId,
  interconnectWorkflowId,
  taskQueueOf,
  transactionWorkflowIds,
} from '../../workflows/shared/messages.ts';

const OWN = 'oman';
const queue = taskQueueOf(OWN);
const interconnect = {
  ...{ workflowId: interconnectWorkflowId(OWN, 'IC-0001' as never), type: 'runInterconnect', taskQueue: queue },
  ...{ parentExecution: undefined, isPinned: false },
};
const change = {
  ...{ workflowId: changeWorkflowId(OWN, 'IC-0001-C1' as never), type: 'applyChange', taskQueue: queue },
  ...{ parentExecution: { workflowId: interconnect.workflowId }, isPinned: true },
} as const;
const recovery = {
  ...change,
  workflowId: `${change.workflowId}/recovery`,
  type: 'recoverTransaction',
  isPinned: false,
};
const stranger = { workflowId: 'somebody-elses' };

it.each([
  ['an interconnect', interconnect, null],
  ['a transaction', change, null],
  ['a recovery that the interconnect began', recovery, null],
  ['a recovery that the transaction began', { ...recovery, parentExecution: { workflowId: change.workflowId } }, null],
  [
    'a name of another installation',
    { ...interconnect, workflowId: 'wasl/other/interconnect/IC-0001', type: 'x' },
    null,
  ],
  ['what names no change', { ...change, workflowId: `${transactionWorkflowIds(OWN)}audit`, type: 'x' }, null],
  ['another workflow', { ...interconnect, type: 'applyChange' }, 'it is a applyChange, not a runInterconnect'],
  [
    'another workflow for a change',
    { ...change, type: 'recoverTransaction' },
    'it is a recoverTransaction, not a applyChange',
  ],
  ['another queue', { ...interconnect, taskQueue: 'mine' }, 'it ran on a task queue that is not of this installation'],
  ['bound to a release', { ...interconnect, isPinned: true }, 'somebody bound it to one release'],
  ['a bound recovery', { ...recovery, isPinned: true }, 'somebody bound it to one release'],
  ['begun by nobody', { ...change, parentExecution: undefined }, 'no interconnect of this installation began it'],
  ['begun by a stranger', { ...change, parentExecution: stranger }, 'no interconnect of this installation began it'],
  [
    'begun by another interconnect',
    { ...change, parentExecution: { workflowId: interconnectWorkflowId(OWN, 'IC-0002' as never) } },
    'no interconnect of this installation began it',
  ],
])('%s', (_what, running, fault) => {
  expect(impostureOf(OWN, running as never)).toBe(fault);
});

it('ends the run that it saw, and minds nothing that has ended meanwhile', async () => {
  const ended: string[] = [];
  const listed = [
    { ...interconnect, runId: 'true' },
    { ...interconnect, workflowId: interconnectWorkflowId(OWN, 'IC-0002' as never), type: 'spam', runId: 'false' },
    { ...interconnect, workflowId: interconnectWorkflowId(OWN, 'IC-0003' as never), type: 'spam', runId: 'gone' },
  ].map((one) => ({ ...one, searchAttributes: {} }));
  const client = {
    workflow: {
      async *list({ query }: { query: string }) {
        yield* listed.filter(({ workflowId }) => query.includes(`STARTS_WITH "${workflowId.split('IC-')[0]}"`));
      },
      getHandle: (_id: string, runId: string) => ({
        terminate: async () => {
          if (runId === 'gone') throw Object.assign(new Error('workflow not found'), { name: 'WorkflowNotFoundError' });
          ended.push(runId);
        },
      }),
    },
  } as unknown as Client;
  await endImpostors({ client, installation: OWN, log: () => undefined });
  expect(ended).toEqual(['false']);
});
