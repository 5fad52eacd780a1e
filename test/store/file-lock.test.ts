import { mkdtemp, open, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withFileLock } from '../../src/store/file-lock.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wasl-lock-'));
  path = join(directory, 'lock');
});
afterEach(() => rm(directory, { recursive: true }));

test('one at a time, and nothing stays behind', async () => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 5 }, () =>
      withFileLock(path, 10_000, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside -= 1;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

test('the lock of a process that died is taken over', async () => {
  await writeFile(path, '999999999 gone');
  expect(await withFileLock(path, 10_000, async () => 'done')).toBe('done');
  expect(await readdir(directory)).toEqual([]);
});

test('a lock older than its time is taken over, even if some process has that number', async () => {
  await writeFile(path, `${process.pid} old`);
  const before = new Date(Date.now() - 60_000);
  await utimes(path, before, before);
  expect(await withFileLock(path, 10_000, async () => 'done')).toBe('done');
});

test('a failing action frees the lock', async () => {
  await expect(withFileLock(path, 10_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await readdir(directory)).toEqual([]);
});

test('a full disk, which takes a new name and no content, keeps nothing of it, however often it is tried', async () => {
  const some = await open(join(directory, 'some'), 'w');
  const write = vi.spyOn(Object.getPrototypeOf(some), 'writeFile').mockRejectedValue(new Error('no space left'));
  try {
    for (let tries = 0; tries < 3; tries++) {
      await expect(withFileLock(join(directory, 'lock'), 50, async () => 0)).rejects.toThrow('no space left');
    }
    expect(await readdir(directory)).toEqual(['some']);
  } finally {
    write.mockRestore();
    await some.close();
  }
});
