import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openWitnessMemory } from '../../src/cli/witness-memory.ts';

const folder = await mkdtemp(join(tmpdir(), 'wasl-memory-'));
const at = (name: string) => join(folder, name);
afterAll(() => rm(folder, { recursive: true }));

it('is one witness at a time: the second is told what to do where none is at work any more', async () => {
  const memory = await openWitnessMemory(at('seen'));
  await expect(openWitnessMemory(at('seen'))).rejects.toMatchObject({
    ...{ code: 'CONFIGURATION', path: at('seen.lock') },
    message: 'another witness is at work on this memory, or ended without warning',
    remedy: 'Wait for it. Where none is at work any more (a kill, a power cut), remove this file.',
  });
  await memory.remember('a checkpoint');
  await memory.release();
  expect(await readdir(folder)).toEqual(['seen']);
});

it.each([
  ['a folder that is not there', 'nowhere/seen', 'the memory of the witness cannot be locked (ENOENT)'],
  ['a file where a folder should be', 'file/seen', 'the memory of the witness cannot be locked (ENOTDIR)'],
])('blames no other witness for %s', async (_what, name, message) => {
  await writeFile(at('file'), '');
  await expect(openWitnessMemory(at(name))).rejects.toMatchObject({
    ...{ code: 'CONFIGURATION', message },
    remedy: 'Check that its folder is there, has room, and that you may read and write there.',
  });
});

it('keeps what was remembered where the new does not fit', async () => {
  await writeFile(at('kept'), 'before');
  const memory = await openWitnessMemory(at('kept'));
  // Written to as far as a full disk lets it.
  await expect(memory.remember(Symbol('no text') as unknown as string)).rejects.toMatchObject({
    message: expect.stringMatching(/^the memory of the witness cannot be written/),
  });
  expect(await readFile(at('kept'), 'utf8')).toBe('before');
  await memory.release();
  expect((await readdir(folder)).filter((name) => name.startsWith('kept'))).toEqual(['kept']);
});
