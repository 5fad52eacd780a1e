/** What an earlier release began, this one finishes: every kept history replays over the workflows as they are now. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import '../support/quiet-temporal.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/bin/workflow-bundle.ts';

const HISTORIES = fileURLToPath(new URL('../histories/', import.meta.url));
const STORIES = readdirSync(HISTORIES)
  .sort()
  .flatMap((release) => readdirSync(`${HISTORIES}${release}`).map((file) => `${release}/${file}`));

let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
});

const load = (story: string) => JSON.parse(readFileSync(`${HISTORIES}${story}`, 'utf8'));
const replay = (history: unknown) => Worker.runReplayHistory({ workflowBundle }, history);

describe('histories of earlier runs', () => {
  it('are there for every workflow that outlives a release', () => {
    const types = new Set(
      STORIES.map((story) => load(story).events[0].workflowExecutionStartedEventAttributes.workflowType.name),
    );
    expect([...types].sort()).toEqual(['applyChange', 'recoverTransaction', 'runInterconnect']);
  });

  it.each(STORIES)('replay: %s', async (story) => {
    await replay(load(story));
  });

  it('do not replay once altered (else replaying proves nothing)', async () => {
    const history = load('0.2/provision.json');
    const scheduled = history.events.filter(
      (event: { eventType: string }) => event.eventType === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
    );
    scheduled[2].activityTaskScheduledEventAttributes.activityType.name = 'somethingElse';
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });
});

describe('the workflow bundle', () => {
  const bundle = (name: string) => {
    const workflowsPath = fileURLToPath(new URL(`./bundles/${name}.ts`, import.meta.url));
    return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR', () => undefined) });
  };

  it('takes what is deterministic', async () => {
    expect((await bundle('allowed')).code).toContain('allowed');
  });

  it.each(['file-system', 'database-driver', 'temporal-client'])('refuses the %s', async (name) => {
    await expect(bundle(name)).rejects.toThrow();
  });
});
