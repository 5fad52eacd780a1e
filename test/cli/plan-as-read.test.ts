/** What is signed by `wasl approve` is what was read: the wire carries all that the digests are over. */
import { expect, test } from 'vitest';
import { presentPlan } from '../../src/api/present.ts';
import { planSchema } from '../../src/api/wire.ts';
import { digestOf } from '../../src/domain/canonical-json.ts';
import { digestPlan } from '../../src/plan/digest.ts';
import { samplePlan } from '../plan/samples.ts';
import { runForTest } from '../support/cli-under-test.ts';

test('a plan over the wire has its digest', () => {
  const plan = samplePlan();
  const read = planSchema.parse(JSON.parse(JSON.stringify(presentPlan(plan, []))));
  const { id: _id, createdAt: _at, createdBy: _by, digest: _told, approvals: _approvals, ...contents } = read;
  expect(digestOf(contents)).toBe(digestPlan(plan));
});

test('nothing is signed that came with the digest of something else', async () => {
  const told = { ...presentPlan(samplePlan(), []), digest: digestOf('another plan') };
  const env = { WASL_SERVER: 'http://127.0.0.1:1', WASL_TOKEN: 'token' };
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request) => {
    asked.push(new URL(String(url)).pathname);
    return Response.json(told);
  };
  const { code, err } = await runForTest(['approve', told.id, '--prepare', 'x.json'], env, { fetch });
  expect([code, err.split('\n')[0]]).toEqual([2, expect.stringMatching(/^error APPROVAL_DIGEST: what came as /)]);
  expect(asked).toEqual([`/v1/plans/${told.id}`]);
});
