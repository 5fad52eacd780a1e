import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/bin/workflow-bundle.ts';

const HISTORIES = fileURLToPath(new URL('../histories/', import.meta.url));
const STORIES = ['provision-and-withdraw', 'rejected', 'verification-failed', 'worker-lost', 'expired'];

let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
}, 60_000);

const load = (story: string) => JSON.parse(readFileSync(`${HISTORIES}${story}.json`, 'utf8'));
const replay = (history: unknown) => Worker.runReplayHistory({ workflowBundle }, history);

describe('histories of running interconnects', () => {
  it('are the stories that must stay replayable', () => {
    expect(readdirSync(HISTORIES).sort()).toEqual(STORIES.map((story) => `${story}.json`).sort());
  });

  it.each(STORIES)('replay: %s', async (story) => {
    await replay(load(story));
  });

  it('do not replay once altered (else replaying proves nothing)', async () => {
    const history = load('provision-and-withdraw');
    const scheduled = history.events.filter(
      (event: { eventType: string }) => event.eventType === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
    );
    scheduled[3].activityTaskScheduledEventAttributes.activityType.name = 'somethingElse';
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });
});

describe('the workflow bundle', () => {
  it.each([
    [
      'the file system',
      "import { readFileSync } from 'node:fs'; export async function w() { return readFileSync('/etc/hostname'); }",
    ],
    ['a database driver', "import pg from 'pg'; export async function w() { return new pg.Client(); }"],
    [
      'the client of Temporal',
      "import { Client } from '@temporalio/client'; export async function w() { return new Client(); }",
    ],
  ])('refuses %s', async (_what, code) => {
    const directory = await mkdtemp(join(tmpdir(), 'wasl-test-bundle-'));
    const workflowsPath = join(directory, 'workflow.ts');
    await writeFile(workflowsPath, code);
    try {
      await expect(bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })).rejects.toThrow();
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
