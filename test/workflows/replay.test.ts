/** What an earlier release began, this one finishes: every kept history replays over the workflows as they are now. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import '../support/quiet-temporal.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { failureConverterPath } from '../../src/bin/failure-converter-path.ts';
import { bundleWorkflows } from '../../src/bin/workflow-bundle.ts';
import { watchCodec } from '../../src/codec/codec-troubles.ts';
import { addKey, type KeyRing } from '../../src/codec/key-ring.ts';
import { createPayloadCodec } from '../../src/codec/payload-codec.ts';

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

describe('histories under the codec', () => {
  const now = () => new Date('2026-03-01T08:00:00Z');
  const ring = addKey(null, now());
  const told: string[] = [];
  const codecOf = (keys: KeyRing) =>
    createPayloadCodec({ keys: async () => keys, now, troubles: watchCodec(now, (fact) => told.push(fact)) });
  const replayWith = (keys: KeyRing, history: unknown) =>
    Worker.runReplayHistory(
      { workflowBundle, dataConverter: { failureConverterPath, payloadCodecs: [codecOf(keys)] } },
      history,
    );

  /** As Temporal would have it from a release that encrypts. */
  async function encrypt(value: unknown): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map(encrypt));
    if (typeof value !== 'object' || value === null) return value;
    if (isPayload(value)) {
      const [payload] = await codecOf(ring).encode([
        { metadata: mapped(value.metadata, fromBase64), data: fromBase64(value.data ?? '') },
      ]);
      return { metadata: mapped(payload?.metadata ?? {}, toBase64), data: toBase64(payload?.data ?? new Uint8Array()) };
    }
    return Object.fromEntries(
      await Promise.all(Object.entries(value).map(async ([name, member]) => [name, await encrypt(member)])),
    );
  }

  it('of before it replay while the ring takes them, and then are refused', async () => {
    const plain = load('0.2/provision.json');
    await replayWith({ ...ring, plainUntil: '2026-03-02T00:00:00Z' }, plain);
    await expect(replayWith(ring, plain)).rejects.toThrow('workflow task failure');
    expect(told.splice(0)).toEqual([expect.stringContaining('is not encrypted')]);
  });

  it('replay encrypted, with their key and without it do not', async () => {
    const encrypted = await encrypt(load('0.2/provision.json'));
    expect(JSON.stringify(encrypted)).not.toContain(toBase64(Buffer.from('json/plain')));
    await replayWith(ring, encrypted);
    await expect(replayWith(addKey(null, now()), encrypted)).rejects.toThrow('workflow task failure');
    expect(told.splice(0)).toEqual([expect.stringContaining('which is not here')]);
  });
});

interface JsonPayload {
  readonly metadata: Readonly<Record<string, string>>;
  readonly data?: string;
}

const isPayload = (value: object): value is JsonPayload =>
  'metadata' in value && typeof (value.metadata as { encoding?: unknown } | null)?.encoding === 'string';
const mapped = <From, To>(members: Readonly<Record<string, From>>, map: (member: From) => To) =>
  Object.fromEntries(Object.entries(members).map(([name, member]) => [name, map(member)]));
const fromBase64 = (text: string): Uint8Array => Buffer.from(text, 'base64');
const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

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
