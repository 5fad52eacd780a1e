import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explaining } from '../../src/bin/operator-error.ts';
import { makeFolder } from '../../src/store/make-folder.ts';

let room: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'wasl-folder-'));
  await writeFile(join(room, 'plain'), '');
  await symlink('round', join(room, 'round'));
  await symlink('nowhere', join(room, 'dangling'));
});
afterAll(() => rm(room, { recursive: true, force: true }));

it('makes what is missing, with its mode, and is content with what is there', async () => {
  const deep = join(room, 'a', 'b', 'c');
  await Promise.all([makeFolder(deep, 0o700), makeFolder(deep, 0o700), makeFolder(join(room, 'a'), 0o700)]);
  await makeFolder(deep);
  await makeFolder('/');
  expect((await stat(deep)).mode & 0o777).toBe(0o700);
});

describe('a folder that cannot be had is said at once, with path and remedy', () => {
  it.each([
    ['one that the system makes nowhere', () => '/proc/x', /lets nobody make a folder in \/proc/],
    ['deep below it', () => '/proc/x/y/z', /lets nobody make a folder in \/proc/],
    ['a file', () => join(room, 'plain'), /plain is there and is no folder/],
    ['under a file', () => join(room, 'plain', 'state'), /under something that is no folder \(ENOTDIR\)/],
    ['a device', () => '/dev/null', /is there and is no folder/],
    ['a circle of links', () => join(room, 'round', 'state'), /a circle of links \(ELOOP\)/],
    ['a link to nothing', () => join(room, 'dangling'), /is a link to nothing/],
    ['a name that is too long', () => join(room, 'x'.repeat(300)), /too long \(ENAMETOOLONG\)/],
  ])('%s', async (_what, path, fact) => {
    const error = await explaining({ path: path(), what: 'the state directory', remedy: 'Name another.' }, () =>
      makeFolder(path()),
    ).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'CONFIGURATION',
      path: expect.any(String),
      remedy: expect.stringMatching(/^Name /),
    });
    expect(String(error)).toMatch(fact);
  });
});

it.each(['EACCES', 'EROFS', 'ENOSPC', 'EIO', 'ESTALE', 'EMFILE'])(
  '%s, as anything that the system says of a file, is no defect of wasl',
  async (code) => {
    const failure = Object.assign(new Error('x'), { code, path: '/state', syscall: 'open' });
    const opening = explaining({ path: '/state', what: 'the state directory' }, () => Promise.reject(failure));
    await expect(opening).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining(code),
    });
  },
);
