/** The servers that wasl stands on go away in the middle of a transaction: it ends in all or none all the same, and says why. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, it } from 'vitest';
import { cacheDirectory } from '../../../src/bin/configuration.ts';
import { obtainTemporalBinary, startTemporalServer } from '../../../src/bin/temporal-server.ts';
import type { Stage } from '../../../src/domain/change.ts';
import type { Fault } from '../../../src/sim/faults.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { type EndState, endState } from '../../support/end-state.ts';
import { Installation } from '../../support/installation.ts';
import { MOH_MOF_LEARNT } from './requests.ts';

const FOUR = ['mct-pe-01', 'sll-pe-01', 'nzw-pe-01', 'soh-pe-01'];
const AWAY_MS = 3_000;

type Told = EndState & { readonly learnt: readonly string[] };

/** The fault on one router keeps the stage open while the server is away. */
async function pushWhile(
  wasl: Installation,
  {
    fault,
    pe,
    stage,
    done,
  }: { readonly fault: Fault; readonly pe: string; readonly stage: Stage; readonly done: number },
  goAway: () => Promise<void>,
): Promise<Told> {
  const id = await wasl.agree(MOH_MOF);
  const planId = await wasl.untilPlanned(id);
  const router = wasl.backbone.router(pe);
  const faultId = router.faults.set(fault);
  await wasl.approvePlan(planId);
  await wasl.untilDone(id, stage, done);
  await goAway();
  router.faults.clear(faultId);
  await wasl.untilTried(id);
  return { ...(await endState(wasl, id)), learnt: wasl.learnt().sort() };
}

async function takeDatabaseAway(wasl: Installation): Promise<void> {
  wasl.databaseProxy.cut();
  await sleep(AWAY_MS);
  wasl.databaseProxy.restore();
}

/** What the routers show must be what the record says. */
const APPLIED = { lifecycle: 'active', outcome: 'applied', changed: FOUR, leftOver: [], learnt: MOH_MOF_LEARNT };
const ROLLED_BACK = { lifecycle: 'failed', outcome: 'rolled-back', changed: [], leftOver: [], learnt: [] };
const slow: Fault = { kind: 'slow', ms: 1_500 };

describe.concurrent('the database goes away', () => {
  it('while preparing: the change begins anew when it is back', async ({ expect }) => {
    await using wasl = await Installation.open();
    const at = { pe: 'soh-pe-01', fault: slow, stage: 'prepare', done: 2 } as const;
    const told = await pushWhile(wasl, at, () => takeDatabaseAway(wasl));
    expect(told).toEqual({ ...APPLIED, reason: 'confirmed on 4 routers, each read back' });
  });

  it('while committing', async ({ expect }) => {
    await using wasl = await Installation.open();
    const at = { pe: 'soh-pe-01', fault: slow, stage: 'commit', done: 2 } as const;
    const told = await pushWhile(wasl, at, () => takeDatabaseAway(wasl));
    expect(told).toEqual({
      ...ROLLED_BACK,
      reason: expect.stringMatching(
        /^while committing: the database .* \(DATABASE_UNAVAILABLE\); recovered: every router is back as it was$/,
      ),
    });
  });

  it('while confirming: from there it goes forward', async ({ expect }) => {
    await using wasl = await Installation.open({ confirmTimeoutSeconds: 20 });
    const at = { pe: 'nzw-pe-01', fault: slow, stage: 'confirm', done: 2 } as const;
    const told = await pushWhile(wasl, at, () => takeDatabaseAway(wasl));
    // The confirmations may all have been recorded before the database went.
    const recovered =
      'while confirming: the database .* \\(DATABASE_UNAVAILABLE\\); recovered: every one of 4 routers holds the change';
    expect(told).toEqual({
      ...APPLIED,
      reason: expect.stringMatching(new RegExp(`^(${recovered}|confirmed on 4 routers, each read back)$`)),
    });
  });

  it('for the moment in which an administrator ends every connection', async ({ expect }) => {
    await using wasl = await Installation.open();
    const at = { pe: 'soh-pe-01', fault: slow, stage: 'commit', done: 2 } as const;
    const told = await pushWhile(wasl, at, async () => {
      const client = new pg.Client({ connectionString: wasl.databaseUrl });
      await client.connect();
      const others = 'datname = current_database() and pid <> pg_backend_pid()';
      await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`);
      await client.end();
    });
    // Idle connections are replaced unseen; one that was at work is a failure, and then everything goes back.
    const { reason, ...rest } = told;
    expect([APPLIED, ROLLED_BACK]).toContainEqual(rest);
    expect(reason).not.toBeNull();
  });
});

it('the workflow server is killed while routers hold the change unconfirmed, and starts again', async ({ expect }) => {
  const directory = await mkdtemp(join(tmpdir(), 'wasl-test-killed-temporal-'));
  const binary = await obtainTemporalBinary(cacheDirectory(), () => undefined);
  const databaseFile = join(directory, 'temporal.db');
  let server = await startTemporalServer(binary, { databaseFile });
  try {
    await using wasl = await Installation.open({ temporalAddress: server.address, limits: { convergenceMs: 12_000 } });
    const fault: Fault = { kind: 'blackhole', target: '10.200.10.0/24' };
    const at = { pe: 'nzw-pe-01', fault, stage: 'read-back', done: 4 } as const;
    const told = await pushWhile(wasl, at, async () => {
      process.kill(server.pid, 'SIGKILL');
      await sleep(1_000);
      // Reads go on; what would change something is refused and loses nothing.
      await wasl.engineer(1).readInterconnect('IC-0001');
      await expect(wasl.signatory('MOH').withdraw('IC-0001', 'too late')).rejects.toMatchObject({
        code: 'TEMPORAL_UNAVAILABLE',
      });
      const port = Number(new URL(`http://${server.address}`).port);
      server = await startTemporalServer(binary, { databaseFile, port });
    });
    // The stage's result may have survived the outage, or the worker was given up: the routers decide, the record follows.
    const { reason, ...rest } = told;
    expect([APPLIED, ROLLED_BACK]).toContainEqual(rest);
    expect(reason).not.toBeNull();
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
});
