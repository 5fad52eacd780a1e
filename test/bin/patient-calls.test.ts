import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { expect, it } from 'vitest';
import { patientCalls } from '../../src/bin/patient-calls.ts';

it('a connection to a server that is away is closed without a call that is tried again on it', async () => {
  const calls = patientCalls();
  const connection = Connection.lazy({ address: '127.0.0.1:1', interceptors: calls.interceptors });
  const failures: unknown[] = [];
  const note = (error: unknown) => failures.push(error);
  process.on('uncaughtException', note);
  const asked = connection
    .withDeadline(Date.now() + 20_000, () => connection.workflowService.getSystemInfo({}))
    .catch((error: unknown) => error);
  await sleep(500);
  await calls.end();
  await connection.close();
  await sleep(1_500);
  process.off('uncaughtException', note);
  expect(failures).toEqual([]);
  expect(await asked).toBeInstanceOf(Error);
});
