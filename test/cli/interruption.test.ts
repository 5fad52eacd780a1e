/** Ctrl-C in the middle of a command: what was not sent is not sent any more, and what was sent is not left unknown. */
import { describe, expect, it } from 'vitest';
import { READER_GONE } from '../../src/cli/cli-io.ts';
import { runForTest } from '../support/cli-under-test.ts';

const ENV = { WASL_SERVER: 'http://127.0.0.1:1', WASL_TOKEN: 'token' };
const DIGEST = `sha256:${'0'.repeat(64)}`;
const REFUSAL = { code: 'LIFECYCLE_STEP', detail: 'IC-0001 is rejected: that is an end', status: 409 };
const answer = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

/** A server that is slow enough for the signal to come at its n-th call; answers a refusal, unless it is cut. */
async function run(line: string, at: number, reason?: unknown) {
  const stop = new AbortController();
  const sent: string[] = [];
  const slow: typeof fetch = async (input, init) => {
    sent.push(`${init?.method} ${new URL(String(input)).pathname}`);
    if (sent.length === at) stop.abort(reason);
    init?.signal?.throwIfAborted();
    return init?.method === 'GET'
      ? answer(200, {
          version: 1,
          inventory: {},
          digest: DIGEST,
          importedBy: 'admin',
          importedAt: '2026-01-01T00:00:00Z',
        })
      : answer(409, REFUSAL);
  };
  const told = await runForTest(line.split(' '), ENV, { signal: stop.signal, fetch: slow });
  return { ...told, sent };
}

describe('Ctrl-C', () => {
  it('before the decision is sent: it never is', async () => {
    const { code, out, err, sent } = await run('approve IC-0001-C1-P1', 1);
    expect([code, out, err]).toEqual([130, '', '']);
    expect(sent).toEqual(['GET /v1/plans/IC-0001-C1-P1']);
  });

  it('while the decision is with the server: its answer is told', async () => {
    const { code, err, sent } = await run(`reject IC-0001 --reason nothing --digest ${DIGEST}`, 1);
    expect(sent).toEqual(['POST /v1/interconnects/IC-0001/approvals']);
    expect(err).toContain('It was sent already: its answer is waited for.');
    expect(err).toContain('error LIFECYCLE_STEP: IC-0001 is rejected');
    expect(code).toBe(2);
  });

  it.each(['matrix', 'audit', 'status IC-0001'])('while something is read: %s ends', async (line) => {
    const { code, out, err } = await run(line, 1);
    expect([code, out, err]).toEqual([130, '', '']);
  });

  it('is not meant by a reader who has seen enough: what decides is sent, and a refusal is told', async () => {
    const { code, err, sent } = await run(`reject IC-0001 --reason nothing --digest ${DIGEST}`, 1, READER_GONE);
    expect([code, sent.length]).toEqual([2, 1]);
    expect(err).not.toContain('waited for');
    expect(err).toContain('LIFECYCLE_STEP');
  });
});
