/** docs/restore.md, done as it says: a restored database beside a kept Temporal, and the reverse. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, onTestFinished } from 'vitest';
import { cacheDirectory } from '../../../src/bin/configuration.ts';
import { obtainTemporalBinary, startTemporalServer } from '../../../src/bin/temporal-server.ts';
import { readSigningDocument } from '../../../src/domain/signing-document.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { onDatabase } from '../../support/database.ts';
import { endState } from '../../support/end-state.ts';
import { Installation, onServer } from '../../support/installation.ts';
import { registerNamespace } from '../../support/register-namespace.ts';
import { MOE_MOF, MOE_MOH, MOH_MOF_LEARNT } from '../../support/requests.ts';

/** A copy beside it while nobody is connected, as a dump would be; `restore` puts it in the place of what has come since. */
async function backup({ databaseUrl }: Installation): Promise<{ restore(): Promise<void> }> {
  const administration = onDatabase(databaseUrl, 'postgres');
  const name = new URL(databaseUrl).pathname.slice(1);
  const alone = [
    `alter database ${name} allow_connections false`,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
  ];
  await onServer(administration, ...alone, `create database ${name}_kept template ${name}`);
  await onServer(administration, `alter database ${name} allow_connections true`);
  return {
    restore: () =>
      onServer(administration, `drop database ${name} with (force)`, `alter database ${name}_kept rename to ${name}`),
  };
}

/** What a person types who has the router's configuration of before. */
const replacing = (text: string): string =>
  text.replaceAll(/^<([\w-]+) /gm, '<$1 xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation="replace" ');

describe('a database restored from a backup, beside the Temporal that was kept', () => {
  it('goes on with what it knows; what came after the backup is found, taken away by hand, and asked for again', async ({
    expect,
  }) => {
    await using wasl = await Installation.open({ worker: 'none' });
    const stop = await wasl.startWorker();
    const run = (line: string) => wasl.cli('engineer-1', ['engineer'], line);
    const kept = await wasl.provision(MOH_MOF);
    await wasl.untilLifecycle(kept, 'active');
    const { restore } = await backup(wasl);
    const [before, installation] = [wasl.texts(), await wasl.store.readInstallation()];
    const lost = await wasl.provision(MOE_MOF);
    await wasl.untilLifecycle(lost, 'active');
    await stop();
    await restore();
    await wasl.startWorker();
    // 4: something is there under no agreement.
    await expect.poll(async () => (await run('wasl matrix')).code, { timeout: 90_000 }).toBe(4);

    expect((await run('wasl installation show')).out).toBe(`installation ${installation}\n`);
    const { out } = await run('wasl matrix');
    expect(out).toContain('IC-0001 (active): MOF reaches 10.100.10.0/24, 10.100.20.0/24 of MOH');
    expect(out).toContain('NO AGREEMENT: MOF reaches 10.150.10.0/24 of MOE at nzw-pe-01, soh-pe-01');
    // A worker that has just lost its database may not be known as alive yet.
    await expect
      .poll(async () => (await run('wasl router check --all')).out, { timeout: 90_000 })
      .toContain(
        "VRF MOE at soh-pe-01 imports 65000:50003, a number of wasl's pool which no agreement that stands has",
      );
    // Nothing is planned over it: it may be somebody's.
    const again = await wasl.agree(MOE_MOF);
    expect(again).toBe(lost);
    await wasl.untilAwaited(again, 'an engineer: replan or withdraw');
    for (const [pe, text] of before) wasl.backbone.router(pe).editRunning(replacing(text));
    expect(wasl.changedRouters(before)).toEqual([]);
    expect((await run(`wasl interconnect replan ${again}`)).code).toBe(0);
    await wasl.approvePlan(await wasl.untilPlanned(again));
    await wasl.untilLifecycle(again, 'active');
    expect(await endState(wasl, again)).toMatchObject({ lifecycle: 'active', outcome: 'applied', leftOver: [] });
    expect((await run('wasl matrix')).out).not.toContain('NO AGREEMENT');
    for (const id of [kept, again]) {
      await wasl.signatory('MOF').withdraw(id, 'the project has ended');
      await wasl.approvePlan(await wasl.untilPlanned(id), 3);
      await wasl.untilLifecycle(id, 'withdrawn');
    }
    expect(wasl.changedRouters()).toEqual([]);
  });
});

describe('a database restored from a backup, in which something is approved that was withdrawn since', () => {
  it('opens nothing again: its worker has seen more, and says what an officer would sign for', async ({ expect }) => {
    const folder = await mkdtemp(join(tmpdir(), 'wasl-test-memory-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const recordMemory = join(folder, 'record.json');
    await using wasl = await Installation.open({ worker: 'none' });
    const start = () => wasl.startWorkerProcess(undefined, { recordMemory });
    const before = await start();
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    await before.kill();
    await wasl.approvePlan(planId);
    const { restore } = await backup(wasl);
    const after = await start();
    await wasl.untilLifecycle(id, 'active');
    await wasl.signatory('MOF').withdraw(id, 'the project has ended');
    await wasl.approvePlan(await wasl.untilPlanned(id), 3);
    await wasl.untilLifecycle(id, 'withdrawn');
    await after.kill();
    await restore();

    await start();
    await wasl.untilRefused(id);
    const { changes } = await wasl.engineer(1).readInterconnect(id);
    expect(changes.find(({ outcome }) => outcome === 'refused')?.reason).toMatch(/this worker has seen/);
    // What an officer signs: `test/activities/record-memory.test.ts` goes on from there.
    const document = readSigningDocument(await readFile(`${recordMemory}.restoration`));
    expect(document.kind).toBe('record-restoration');
    expect([wasl.changedRouters(), wasl.learnt()]).toEqual([[], []]);
    await wasl.signatory('MOF').withdraw(id, 'the project has ended');
    await wasl.untilLifecycle(id, 'rejected');
    expect(await endState(wasl, id)).toMatchObject({ lifecycle: 'rejected', changed: [], leftOver: [] });
  });
});

describe('an empty Temporal beside the database that was kept', () => {
  it('is filled by the watchdog: what was decided is done, and nobody does anything', async ({ expect }) => {
    const directory = await mkdtemp(join(tmpdir(), 'wasl-test-empty-temporal-'));
    const binary = await obtainTemporalBinary(cacheDirectory(), () => undefined);
    let server = await startTemporalServer(binary, { databaseFile: join(directory, 'first.db') });
    try {
      await using wasl = await Installation.open({ temporalAddress: server.address, worker: 'none' });
      const worker = await wasl.startWorkerProcess();
      const active = await wasl.provision(MOH_MOF);
      await wasl.untilLifecycle(active, 'active');
      const planned = await wasl.agree(MOE_MOF);
      const planId = await wasl.untilPlanned(planned);
      const asked = await wasl.agree(MOE_MOH);
      await worker.kill();
      const port = Number(new URL(`http://${server.address}`).port);
      await server.stop();
      await wasl.signatory('MOF').withdraw(active, 'the project has ended');
      server = await startTemporalServer(binary, { databaseFile: join(directory, 'second.db'), port });
      const says = async () => (await wasl.engineer(1).readReady()).says.join();
      await expect.poll(says, { timeout: 60_000 }).toContain('no namespace of this name');
      await registerNamespace(server.address, wasl.temporalNamespace);
      await wasl.startWorkerProcess();
      await wasl.approvePlan(planId);
      await wasl.untilLifecycle(planned, 'active');
      await wasl.untilPlanned(asked);
      await wasl.approvePlan(await wasl.untilPlanned(active), 3);
      await wasl.untilLifecycle(active, 'withdrawn');
      expect(await endState(wasl, active)).toMatchObject({ lifecycle: 'withdrawn', outcome: 'applied', leftOver: [] });
      expect(wasl.learnt().filter((route) => MOH_MOF_LEARNT.includes(route))).toEqual([]);
      const resumed = await wasl.cli('engineer-1', ['engineer'], `wasl interconnect resume ${asked}`);
      expect(resumed.code).toBe(0);
    } finally {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
