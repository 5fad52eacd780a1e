import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundleWorkflows, digestOfSources } from '../../src/bin/workflow-bundle.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasl-bundle-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('the workflows are bundled once for the same sources, and what was kept for others goes', async () => {
  await writeFile(join(folder, `workflows-${'0'.repeat(64)}.js`), 'of yesterday');
  const { code } = await bundleWorkflows(undefined, folder);
  expect(code).toContain('runInterconnect');
  const [name = '', ...others] = await readdir(folder);
  expect(others).toEqual([]);
  await writeFile(join(folder, name), 'as it was kept');
  expect(await bundleWorkflows(undefined, folder)).toEqual({ code: 'as it was kept' });
});

it('a worker whose cache cannot be written makes its own', async () => {
  await writeFile(join(folder, 'plain'), '');
  const { code } = await bundleWorkflows(undefined, join(folder, 'plain', 'cache'));
  expect(code).toContain('runInterconnect');
});

it('another source, name or dependency is another bundle', async () => {
  const write = (path: string, text: string) => writeFile(join(folder, path), text);
  for (const name of ['workflows', 'src', 'node_modules']) await mkdir(join(folder, name));
  await write('workflows/index.ts', 'one');
  await write('src/errors.ts', 'two');
  await expect(digestOfSources(folder)).rejects.toThrow('.package-lock.json');
  const digests = new Set<string>();
  const note = async () => digests.add(await digestOfSources(folder));
  await write('node_modules/.package-lock.json', '{}');
  await note();
  await note();
  expect(digests.size).toBe(1);
  await write('src/errors.ts', 'three');
  await note();
  await write('workflows/more.ts', '');
  await note();
  await write('node_modules/.package-lock.json', '{ }');
  await note();
  expect(digests.size).toBe(4);
});
