/** What is signed by `wasl approve` is what was read: the wire carries all that the digests are over. */
import { expect, test } from 'vitest';
import { presentPlan } from '../../src/api/present.ts';
import { planSchema } from '../../src/api/wire.ts';
import { digestOfPlan } from '../../src/cli/shown-memory.ts';
import { digestOf } from '../../src/domain/canonical-json.ts';
import { digestPlan } from '../../src/plan/digest.ts';
import { samplePlan } from '../plan/samples.ts';
import { runForTest } from '../support/cli-under-test.ts';

test('a plan over the wire has its digest', () => {
  const plan = samplePlan();
  const read = planSchema.parse(JSON.parse(JSON.stringify(presentPlan(plan, []))));
  expect(digestOfPlan(read)).toBe(digestPlan(plan));
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

test('nothing is signed that was shown as something else, unless it is named', async () => {
  const env = { WASL_SERVER: 'http://127.0.0.1:1', WASL_TOKEN: 'token' };
  const kept = new Map<string, string>();
  const [shown, other] = ['first', 'second'].map((reason) => {
    const plan = { ...samplePlan(), told: [reason] };
    return presentPlan({ ...plan, digest: digestPlan(plan) }, []);
  });
  const run = (plan: object | undefined, ...line: string[]) =>
    runForTest(line, env, { kept, fetch: async () => Response.json(plan) });
  const id = shown?.id ?? '';
  expect((await run(shown, 'plan', 'show', id)).code).toBe(0);
  const refused = await run(other, 'approve', id, '--prepare', 'x.json');
  const fact = `error APPROVAL_DIGEST: --digest: ${id} was last shown to you with the digest ${shown?.digest}, and has`;
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining(fact)]);
  // What the server answers beyond this is no document: it was asked for one.
  for (const line of [[], ['--digest', other?.digest ?? '']]) {
    const asked = await run(line.length === 0 ? shown : other, 'approve', id, '--prepare', 'x.json', ...line);
    expect(asked.err).not.toContain('APPROVAL_DIGEST');
  }
});

test('what takes away is approved without a signature where the server believes nobody, and says so; what opens is not', async () => {
  const env = { WASL_SERVER: 'http://127.0.0.1:1', WASL_TOKEN: 'token' };
  const problem = { code: 'CONFIGURATION', title: 'it is not set', detail: 'this server has no trust configuration' };
  const approve = async (kind: 'withdraw' | 'provision', ...line: string[]) => {
    const plan = { ...samplePlan(), kind };
    const told = presentPlan({ ...plan, digest: digestPlan(plan) }, []);
    const sent: unknown[] = [];
    const fetch = async (url: string | URL | Request, init?: RequestInit) => {
      const { pathname } = new URL(String(url));
      if (pathname.endsWith('/signing-documents')) return Response.json(problem, { status: 500 });
      if (pathname.endsWith('/approvals')) sent.push(JSON.parse(String(init?.body)));
      return Response.json(told);
    };
    return { ...(await runForTest(['approve', told.id, '--digest', told.digest, ...line], env, { fetch })), sent };
  };
  const removal = await approve('withdraw');
  expect([removal.code, removal.out]).toEqual([0, expect.stringContaining('recorded as unsigned: this server has no')]);
  expect(removal.sent).toMatchObject([{ decision: 'approve' }]);
  expect(removal.sent).not.toMatchObject([{ signed: expect.anything() }]);
  for (const refused of [await approve('provision'), await approve('withdraw', '--prepare', 'x.json')])
    expect([refused.code, refused.err, refused.sent]).toEqual([2, expect.stringContaining('error CONFIGURATION'), []]);
});
