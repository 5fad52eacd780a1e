import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { expect, it } from 'vitest';
import { patientCalls } from '../../src/bin/patient-calls.ts';

/** ms after which the connection is closed: while the first call begins, while one waits to be tried again, while one is tried again. */
const CLOSED_AFTER_MS = [0, 30, 90, 100, 110, 250, 500];

it('a connection to a server that is away is closed without a call that is tried again on it', async () => {
  const failures: unknown[] = [];
  const note = (error: unknown) => failures.push(error);
  process.on('uncaughtException', note);
  const ends = CLOSED_AFTER_MS.map(async (afterMs) => {
    const calls = patientCalls();
    const connection = Connection.lazy({ address: '127.0.0.1:1', interceptors: calls.interceptors });
    const asked = connection
      .withDeadline(Date.now() + 60_000, () => connection.workflowService.getSystemInfo({}))
      .catch((error: unknown) => error);
    await sleep(afterMs);
    calls.end();
    await connection.close();
    return asked;
  });
  const answers = await Promise.all(ends);
  process.off('uncaughtException', note);
  expect(failures).toEqual([]);
  for (const answer of answers) expect(answer).toBeInstanceOf(Error);
});
