import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { replaceFile } from '../../src/bin/replace-file.ts';

const folder = await mkdtemp(join(tmpdir(), 'wasl-replace-'));
const at = (name: string) => join(folder, name);
afterAll(() => rm(folder, { recursive: true }));

/** As a disk that is full after the first bytes. */
async function* endsTooEarly() {
  yield 'half';
  throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
}

it('leaves what was there where the new content does not fit, and nothing beside it', async () => {
  await writeFile(at('signed.json'), 'what others signed');
  await expect(replaceFile(at('signed.json'), endsTooEarly())).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect(replaceFile(at('new.json'), endsTooEarly())).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(await readFile(at('signed.json'), 'utf8')).toBe('what others signed');
  expect(await readdir(folder)).toEqual(['signed.json']);
});

it('is had by one of many who write at once, whole; none takes away what another is writing', async () => {
  const texts = Array.from({ length: 12 }, (_, writer) => `written by ${writer}`);
  await Promise.all(texts.map((text) => replaceFile(at('signed.json'), text)));
  expect(texts).toContain(await readFile(at('signed.json'), 'utf8'));
  expect(await readdir(folder)).toEqual(['signed.json']);
});

it('keeps the mode, and follows a symbolic link', async () => {
  await writeFile(at('secret'), 'before', { mode: 0o600 });
  await symlink('secret', at('link'));
  await replaceFile(at('link'), 'after');
  expect(await readFile(at('secret'), 'utf8')).toBe('after');
  expect((await stat(at('secret'))).mode & 0o777).toBe(0o600);
  expect((await lstat(at('link'))).isSymbolicLink()).toBe(true);
});

it('writes to a device, and says what the system says of a folder', async () => {
  await replaceFile('/dev/null', 'text');
  expect((await stat('/dev/null')).isFile()).toBe(false);
  await mkdir(at('folder'));
  await expect(replaceFile(at('folder'), 'text')).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(replaceFile(at('nowhere/file'), 'text')).rejects.toMatchObject({ code: 'ENOENT' });
});
