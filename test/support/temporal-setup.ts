import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { cacheDirectory } from '../../src/bin/configuration.ts';
import { obtainTemporalBinary, startTemporalServer } from '../../src/bin/temporal-server.ts';
import { bundleWorkflows } from '../../src/bin/workflow-bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly temporalAddress: string;
    /** The workflows as one script, made once for the run. */
    readonly workflowBundlePath: string;
  }
}

/** One Temporal server and one workflow bundle for the run. TEMPORAL_ADDRESS is not used: tests never write to a server of somebody's. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'wasl-test-temporal-'));
  const binary = await obtainTemporalBinary(cacheDirectory(), (line) => process.stderr.write(`${line}\n`));
  const [server, bundle] = await Promise.all([
    startTemporalServer(binary, { databaseFile: join(directory, 'temporal.db') }),
    bundleWorkflows(),
  ]);
  const workflowBundlePath = join(directory, 'workflows.js');
  await writeFile(workflowBundlePath, bundle.code);
  project.provide('temporalAddress', server.address);
  project.provide('workflowBundlePath', workflowBundlePath);
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
