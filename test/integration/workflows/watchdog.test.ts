/** The watchdog: what the record asks for is driven, whatever became of its workflows. */
import { expect, it, vi } from 'vitest';
import type { InterconnectId } from '../../../src/domain/names.ts';
import { startWatchdog } from '../../../src/driver/watchdog.ts';
import { openStage, untilStatus } from './stage.ts';

// Each test has a worker of its own: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 });

/** A watchdog whose register has the stage's interconnect for as long as it is requested. */
function watchUnfinished(stage: Awaited<ReturnType<typeof openStage>>, unheard: InterconnectId[] = []) {
  const logged: string[] = [];
  const watchdog = startWatchdog({
    auditMinutes: 360,
    store: {
      listUndriven: async () => unheard,
      listOverslept: async () => [],
      listIdle: async () => [],
      listInterconnects: async () => (stage.record.facts.lifecycle === 'requested' ? [{ id: stage.id } as never] : []),
      listWorkers: async () => [],
    },
    release: '0.2.0',
    ...{ driver: stage.driver, client: stage.client, installation: stage.installation, clock: () => new Date() },
    log: (_level, message) => logged.push(message),
  });
  return { watchdog, logged };
}

it('the watchdog begins anew what has no workflow, with an empty Temporal beside a kept database, too', async () => {
  await using stage = await openStage();
  stage.record.facts.unsigned = [];
  const { watchdog, logged } = watchUnfinished(stage);
  try {
    // No workflow was ever begun here: as after Temporal's own loss.
    await stage.untilPlanned();
    expect(logged).toContain('an interconnect had no workflow: it is driven again from the record');
  } finally {
    await watchdog.stop();
  }
});

it('the watchdog ends what runs under the name of an interconnect for workers of somebody else', async () => {
  await using stage = await openStage();
  stage.record.facts.unsigned = [];
  const workflowId = `wasl/${stage.installation}/interconnect/${stage.id}`;
  await stage.client.workflow.start('runInterconnect', { workflowId, taskQueue: 'of-a-squatter', args: [] });
  const { watchdog, logged } = watchUnfinished(stage);
  try {
    await stage.untilPlanned();
    expect(logged).toContain('a stranger stood in the way of an interconnect: it is ended');
  } finally {
    await watchdog.stop();
  }
});

it('the watchdog ends what is no interconnect under the name of one, also for workers of its own', async () => {
  await using stage = await openStage();
  stage.record.facts.unsigned = [];
  const workflowId = `wasl/${stage.installation}/interconnect/${stage.id}`;
  const taskQueue = `wasl/${stage.installation}`;
  await stage.client.workflow.start('applyChange', { workflowId, taskQueue, startDelay: '1 day', args: [] });
  const { watchdog } = watchUnfinished(stage);
  try {
    await stage.untilPlanned();
  } finally {
    await watchdog.stop();
  }
});

it('the watchdog begins anew what fails at every try, as under another code of the same release', async () => {
  await using stage = await openStage();
  stage.record.facts.unsigned = [];
  const workflowId = `wasl/${stage.installation}/interconnect/${stage.id}`;
  // Without its input it fails before its first step.
  await stage.client.workflow.start('runInterconnect', {
    workflowId,
    taskQueue: `wasl/${stage.installation}`,
    args: [],
  });
  const { watchdog, logged } = watchUnfinished(stage, [stage.id]);
  try {
    await stage.untilPlanned();
    expect(logged).toContain('a workflow cannot go on: it is begun anew from the record');
  } finally {
    await watchdog.stop();
  }
});

it('the watchdog begins anew what somebody bound to a release that nobody has', async () => {
  await using stage = await openStage();
  await stage.look();
  await stage.called('readFacts');
  const pinned = { behavior: 1, version: { deploymentName: 'of-a-stranger', buildId: '9' } };
  await stage.client.workflowService.updateWorkflowExecutionOptions({
    namespace: 'default',
    workflowExecution: { workflowId: stage.handle.workflowId },
    workflowExecutionOptions: { versioningOverride: { pinned } },
    updateMask: { paths: ['versioning_override'] },
  });
  stage.record.facts.unsigned = [];
  const { watchdog } = watchUnfinished(stage);
  try {
    await stage.untilPlanned();
  } finally {
    await watchdog.stop();
  }
});

it('the watchdog frees the names of a transaction and of its recovery', async () => {
  await using stage = await openStage();
  const taskQueue = `wasl/${stage.installation}`;
  const name = stage.change(`${stage.id}-C1`).workflowId;
  const squat = { taskQueue, startDelay: '1 day', args: [] } as const;
  await stage.client.workflow.start('applyChange', { workflowId: name, ...squat });
  await stage.client.workflow.start('recoverTransaction', { workflowId: `${name}/recovery`, ...squat });
  await stage.look();
  await stage.sign();
  await stage.approve();
  const { watchdog } = watchUnfinished(stage);
  try {
    await stage.until(({ facts }) => facts.lifecycle === 'active');
  } finally {
    await watchdog.stop();
  }
});

it('the watchdog has a decision heard that no workflow has seen', async () => {
  await using stage = await openStage();
  let isUnheard = true;
  const watchdog = startWatchdog({
    auditMinutes: 360,
    store: {
      listUndriven: async () => (isUnheard ? [stage.id] : []),
      listOverslept: async () => [],
      listIdle: async () => [],
      listInterconnects: async () => [],
      listWorkers: async () => [],
    },
    release: '0.2.0',
    ...{ driver: stage.driver, client: stage.client, installation: stage.installation, clock: () => new Date() },
    log: () => undefined,
  });
  try {
    await stage.called('readFacts');
    isUnheard = false;
  } finally {
    await watchdog.stop();
  }
});

it('the watchdog has a workflow end that the record does not know, after the database was restored', async () => {
  let isKnown = true;
  await using stage = await openStage({
    readFacts: async () => (isKnown ? structuredClone(stage.record.facts) : null),
  });
  await stage.look();
  await stage.called('readFacts');
  isKnown = false;
  const watchdog = startWatchdog({
    auditMinutes: 360,
    store: {
      listUndriven: async () => [],
      listOverslept: async () => [],
      listIdle: async () => [],
      listInterconnects: async () => [],
      listWorkers: async () => [],
    },
    release: '0.2.0',
    ...{ driver: stage.driver, client: stage.client, installation: stage.installation, clock: () => new Date() },
    log: () => undefined,
  });
  try {
    await untilStatus(stage, 'COMPLETED');
  } finally {
    await watchdog.stop();
  }
});
