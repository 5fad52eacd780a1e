import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { stopEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { isAlive } from '../../src/store/process-state.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly postgresDirectory: string;
  }
}

const PREFIX = 'wasl-test-postgres-';

/** Gives each run a directory for its one server, which the first test that needs a database starts; stops and removes it at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Of runs that were killed: their process is gone, their servers are not.
  await removeServersOf((pid) => !isAlive(pid));
  project.provide('postgresDirectory', await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`)));
  return () => removeServersOf((pid) => pid === process.pid);
}

async function removeServersOf(isWanted: (pid: number) => boolean): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : Number.NaN;
    if (!Number.isInteger(pid) || !isWanted(pid)) continue;
    const directory = join(tmpdir(), name);
    await stopEmbeddedPostgres(directory);
    await rm(directory, { recursive: true, force: true });
  }
}
