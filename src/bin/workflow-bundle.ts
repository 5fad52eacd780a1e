import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type Logger } from '@temporalio/worker';
import { failureConverterPath } from './failure-converter-path.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Goes with the dependencies that it was made of; where it cannot be written, each start makes its own. */
const FOLDER = join(ROOT, 'node_modules', '.cache', 'wasl');
const SOURCES = ['workflows', 'src'];
/** What npm installed, with versions and digests. */
const INSTALLED = join('node_modules', '.package-lock.json');

/**
 * The workflows as one script for the sandbox. Fails when a workflow imports what is not deterministic. Making it takes longer than all
 * else that a worker does before it is ready, so it is kept for the next start from the same sources.
 */
export async function bundleWorkflows(
  logger: Logger = new DefaultLogger('WARN'),
  folder = FOLDER,
): Promise<{ readonly code: string }> {
  const digest = await digestOfSources(ROOT).catch(() => null);
  const name = `workflows-${digest}.js`;
  const kept = digest === null ? null : await readFile(join(folder, name), 'utf8').catch(() => null);
  if (kept !== null) return { code: kept };
  const workflowsPath = join(ROOT, 'workflows', 'index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, failureConverterPath, logger });
  if (digest !== null) await keep(folder, name, code).catch(() => undefined);
  return { code };
}

/** Of all that the script can be made of. Throws where npm did not install it. */
export async function digestOfSources(root: string): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const source of SOURCES) {
    const names = await readdir(join(root, source), { recursive: true });
    for (const name of names.filter((each) => /\.(ts|cjs)$/.test(each)).sort()) {
      const text = await readFile(join(root, source, name));
      hash.update(`\0${source}/${name}\0${text.length}\0`).update(text);
    }
  }
  return hash.update(await readFile(join(root, INSTALLED))).digest('hex');
}

/** Whole or not at all; what earlier sources made goes. */
async function keep(folder: string, name: string, code: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `${name}.${randomUUID()}`);
  await writeFile(unfinished, code, { mode: 0o600 });
  await rename(unfinished, join(folder, name));
  const others = (await readdir(folder)).filter((each) => /^workflows-[0-9a-f]+\.js$/.test(each) && each !== name);
  for (const other of others) await rm(join(folder, other), { force: true });
}
