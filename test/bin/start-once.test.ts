import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOnce } from '../../src/bin/start-once.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasl-once-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('an API and a worker that come up together start one server, and share it', async () => {
  let started = 0;
  let serves = false;
  const start = async () => {
    started += 1;
    await sleep(30);
    serves = true;
    return 'server';
  };
  const both = await Promise.all([1, 2].map(() => startOnce(join(folder, 'lock'), async () => serves, start)));
  expect([started, both.sort()]).toEqual([1, [null, 'server'].sort()]);
});

it('what does not come up is tried by the next', async () => {
  const lock = join(folder, 'lock');
  const fails = () => Promise.reject(new Error('port in use'));
  await expect(startOnce(lock, async () => false, fails)).rejects.toThrow('port in use');
  expect(
    await startOnce(
      lock,
      async () => false,
      async () => 'server',
    ),
  ).toBe('server');
});
