/** What Temporal has of an agreement once payloads are encrypted: names and ids, and nothing that anybody said. */

import { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { temporal } from '@temporalio/proto';
import { expect, it, vi } from 'vitest';
import { failureConverterPath } from '../../../src/bin/failure-converter-path.ts';
import { watchCodec } from '../../../src/codec/codec-troubles.ts';
import { addKey } from '../../../src/codec/key-ring.ts';
import { createPayloadCodec } from '../../../src/codec/payload-codec.ts';
import { auditScheduleId, ensureAuditSchedule } from '../../../src/driver/audit-schedule.ts';
import { openStage } from './stage.ts';

vi.setConfig({ testTimeout: 120_000 });

const now = () => new Date();
const ring = addKey(null, now());
const troubles = watchCodec(now, () => undefined);
const codec = createPayloadCodec({ keys: async () => ring, now, troubles });
const dataConverter = { failureConverterPath, payloadCodecs: [codec] };

/** In a refusal's message, its details, a result and an argument. */
const CANARY = 'Fatma-al-Canary';
const PLAIN = Buffer.from('json/plain').toString('base64');

it('nothing of messages, results, refusals and their stacks is in clear in a history', async () => {
  let plans = 0;
  const planChange = async () => {
    plans += 1;
    if (plans > 1) return { planId: null, reason: `${CANARY} has nothing`, left: [] };
    const details = [{ remedy: `ask ${CANARY}`, path: null }];
    throw ApplicationFailure.create({
      type: 'PROOF_FAILED',
      message: `${CANARY} said no`,
      nonRetryable: true,
      details,
    });
  };
  await using stage = await openStage({ planChange }, dataConverter);
  await stage.look();
  await stage.sign();
  await stage.until(({ ended }) => ended.includes('trouble PROOF_FAILED'));
  const history = await stage.handle.fetchHistory();
  const raw = historyToJSON(history);
  const failed = history.events?.find((event) => event.activityTaskFailedEventAttributes);
  const failure = failed?.activityTaskFailedEventAttributes?.failure;
  // The code alone: Temporal needs it to know what it tries again.
  expect([failure?.message, failure?.stackTrace]).toEqual(['Encoded failure', '']);
  expect(failure?.applicationFailureInfo?.type).toBe('PROOF_FAILED');
  expect(raw).not.toContain(CANARY);
  expect(raw).not.toContain(PLAIN);
  for (const at of [0, 1, 2]) expect(raw).not.toContain(inBase64(CANARY, at));
  // Whoever has the keys reads it all: else nothing was looked at.
  expect((await decrypted(failure)).join()).toContain(`${CANARY} said no`);
  expect(troubles.counts).toEqual({ 'key missing': 0, 'not encrypted': 0, altered: 0 });

  const scheduleId = auditScheduleId(stage.installation);
  const raws = async () => {
    const namespace = stage.client.options.namespace;
    const { schedule } = await stage.client.workflowService.describeSchedule({ namespace, scheduleId });
    return schedule?.action?.startWorkflow?.input?.payloads?.map(({ metadata }) => String(metadata?.encoding));
  };
  const before = new Client({ connection: stage.client.connection });
  await ensureAuditSchedule(before, stage.installation, 5, true);
  expect(await raws()).toEqual(['json/plain']);
  // A worker that starts with keys begins no audits by what anybody may have written there.
  await ensureAuditSchedule(stage.client, stage.installation, 5, true);
  expect(await raws()).toEqual(['binary/encrypted']);
  await stage.client.schedule.getHandle(scheduleId).delete();
});

/** The middle of a text as it stands in base64 that began `at` bytes before it. */
function inBase64(text: string, at: number): string {
  return Buffer.from('x'.repeat(at) + text)
    .toString('base64')
    .slice(4, -4);
}

async function decrypted(failure: temporal.api.failure.v1.IFailure | null | undefined): Promise<string[]> {
  const payloads = [failure?.encodedAttributes, ...(failure?.applicationFailureInfo?.details?.payloads ?? [])];
  const found = payloads.filter((payload) => payload !== null && payload !== undefined);
  return (await codec.decode(found)).map(({ data }) => Buffer.from(data ?? []).toString());
}
