/** A record is a document of whoever hands it in. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Procedure } from '../../src/domain/plan.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { recordPlan } from '../../src/plan/plan-record.ts';
import { digestPayload } from '../../src/plan/seal-payloads.ts';
import { inventoryOf, planInput, runningAt } from '../plan/samples.ts';
import { runForTest } from '../support/cli-under-test.ts';

/** As whoever forges it whole: the plan follows, and every digest fits. */
async function check(more: Partial<ReturnType<typeof planInput>>) {
  const input = planInput(more);
  const { view, ...rest } = input;
  const required = new Set(input.subject.flows.flatMap(({ from, to }) => [from, to]));
  const network = {
    inventory: inventoryOf(view),
    running: new Map(view.pes.map(({ name }) => [name, runningAt(view, name)])),
    required,
  };
  const reading = { readAt: '2026-03-01T08:00:00.000Z', digest: digestPayload('') };
  const readings = Object.fromEntries(view.pes.map(({ name }) => [name, reading]));
  const file = join(await mkdtemp(join(tmpdir(), 'wasl-record-')), 'record.json');
  await writeFile(file, recordPlan({ ...rest, network, readings }, planChange(input)).text);
  return runForTest(['proof', 'check', file]);
}

it('shows the plan of a record that is sound', async () => {
  const { code, out } = await check({});
  expect(out).toContain('Plan IC-0001-C1-P1: provision IC-0001');
  expect(code).toBe(0);
});

it('of one with something else where a plan has a text says that it is not sound', async () => {
  const pes = planInput().view.pes.map(({ name }) => name);
  const { code, out, err } = await check({ procedures: new Map(pes.map((pe) => [pe, -1 as unknown as Procedure])) });
  expect(err).toBe('');
  expect(out).toMatch(/^NOT SOUND: it cannot be shown: a member is not what it should be\nrecord sha256:/);
  expect(code).toBe(2);
});
