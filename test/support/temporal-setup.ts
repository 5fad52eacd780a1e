import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { cacheDirectory } from '../../src/bin/configuration.ts';
import { obtainTemporalBinary, startTemporalServer } from '../../src/bin/temporal-server.ts';
import { bundleWorkflows } from '../../src/bin/workflow-bundle.ts';
import { isAlive } from '../../src/store/process-state.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly temporalAddress: string;
    /** Where that server keeps what it is told. */
    readonly temporalDirectory: string;
    /** The workflows as one script, made once for the run. */
    readonly workflowBundlePath: string;
  }
}

const PREFIX = 'wasl-test-temporal-';

/** One Temporal server and one workflow bundle for the run. TEMPORAL_ADDRESS is not used: tests never write to a server of somebody's. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers();
  const directory = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const binary = await obtainTemporalBinary(cacheDirectory(), (line) => process.stderr.write(`${line}\n`));
  const [server, bundle] = await Promise.all([
    startTemporalServer(binary, { databaseFile: join(directory, 'temporal.db') }),
    bundleWorkflows(),
  ]);
  await writeFile(join(directory, 'pid'), String(server.pid));
  const workflowBundlePath = join(directory, 'workflows.js');
  await writeFile(workflowBundlePath, bundle.code);
  project.provide('temporalAddress', server.address);
  project.provide('temporalDirectory', directory);
  project.provide('workflowBundlePath', workflowBundlePath);
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

/** Of runs that were killed: their process is gone, their server is not. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : Number.NaN;
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    const directory = join(tmpdir(), name);
    const pid = Number(await readFile(join(directory, 'pid'), 'utf8').catch(() => ''));
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(directory)) process.kill(pid, 'SIGKILL');
    await rm(directory, { recursive: true, force: true });
  }
}
