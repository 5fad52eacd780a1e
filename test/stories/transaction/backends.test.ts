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
import type { Lifecycle } from '../../../src/domain/lifecycle.ts';
import type { Fault } from '../../../src/sim/faults.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { type EndState, endState, heldByAll, type Tried, tried, wentBack } from '../../support/end-state.ts';
import { Installation } from '../../support/installation.ts';
import { MOH_MOF_LEARNT } from '../../support/requests.ts';

const FOUR = ['mct-pe-01', 'sll-pe-01', 'nzw-pe-01', 'soh-pe-01'];
const AWAY_MS = 3_000;

type Told = EndState & { readonly id: string; readonly learnt: readonly string[]; readonly tries: readonly Tried[] };

/** The fault on one router keeps the stage open while the server is away. */
async function pushWhile(
  wasl: Installation,
  {
    fault,
    pe,
    stage,
    done,
  }: { readonly fault: Fault; readonly pe: string; readonly stage: Stage; readonly done: number },
  goAway: (id: string) => Promise<void>,
  ...ends: readonly Lifecycle[]
): Promise<Told> {
  const id = await wasl.agree(MOH_MOF);
  const planId = await wasl.untilPlanned(id);
  const router = wasl.backbone.router(pe);
  const faultId = router.faults.set(fault);
  await wasl.approvePlan(planId);
  await wasl.untilDone(id, stage, done);
  await goAway(id);
  router.faults.clear(faultId);
  await wasl.untilLifecycle(id, ...ends);
  return { id, ...(await endState(wasl, id)), learnt: wasl.learnt().sort(), tries: await tried(wasl, id) };
}

async function takeDatabaseAway(wasl: Installation): Promise<void> {
  wasl.databaseProxy.cut();
  await sleep(AWAY_MS);
  wasl.databaseProxy.restore();
}

const CONFIRMED = 'confirmed on 4 routers, each read back';
/** What the routers show must be what the record says. */
const APPLIED = {
  id: 'IC-0001',
  lifecycle: 'active',
  outcome: 'applied',
  changed: FOUR,
  leftOver: [],
  learnt: MOH_MOF_LEARNT,
};
const slow: Fault = { kind: 'slow', ms: 1_500 };

describe.concurrent('the database goes away', () => {
  it('while preparing: the change begins anew when it is back', async ({ expect }) => {
    await using wasl = await Installation.open();
    const at = { pe: 'soh-pe-01', fault: slow, stage: 'prepare', done: 2 } as const;
    const told = await pushWhile(wasl, at, () => takeDatabaseAway(wasl), 'active');
    expect(told).toEqual({ ...APPLIED, reason: CONFIRMED, tries: expect.any(Array) });
    expect(told.tries.at(-1)).toEqual(heldByAll());
    for (const { outcome } of told.tries.slice(0, -1)) expect(outcome).toBe('refused');
  });

  it('while committing', async ({ expect }) => {
    await using wasl = await Installation.open();
    const at = { pe: 'soh-pe-01', fault: slow, stage: 'commit', done: 2 } as const;
    const told = await pushWhile(wasl, at, () => takeDatabaseAway(wasl), 'active');
    const lost =
      /^while committing: the database .* \(DATABASE_UNAVAILABLE\); recovered: every router is back as it was$/;
    // Not a verdict: everything went back, and the same approval does when it is there again. What was away while nothing was written is not noticed.
    expect(told).toEqual({ ...APPLIED, reason: CONFIRMED, tries: expect.any(Array) });
    expect(told.tries.at(-1)).toEqual(heldByAll());
    for (const each of told.tries.slice(0, -1)) expect(each).toEqual(wentBack(expect.stringMatching(lost)));
  });

  it('while confirming: from there it goes forward', async ({ expect }) => {
    await using wasl = await Installation.open();
    const at = { pe: 'nzw-pe-01', fault: slow, stage: 'confirm', done: 2 } as const;
    const told = await pushWhile(wasl, at, () => takeDatabaseAway(wasl), 'active');
    // The confirmations may all have been recorded before the database went.
    const recovered =
      'while confirming: the database .* \\(DATABASE_UNAVAILABLE\\); recovered: every one of 4 routers holds the change';
    const reason = expect.stringMatching(new RegExp(`^(${recovered}|${CONFIRMED})$`));
    expect(told).toEqual({ ...APPLIED, reason, tries: [heldByAll(reason)] });
  });

  it('for the moment in which an administrator ends every connection', async ({ expect }) => {
    await using wasl = await Installation.open();
    const at = { pe: 'soh-pe-01', fault: slow, stage: 'commit', done: 2 } as const;
    const told = await pushWhile(
      wasl,
      at,
      async () => {
        const client = new pg.Client({ connectionString: wasl.databaseUrl });
        await client.connect();
        const others = 'datname = current_database() and pid <> pg_backend_pid()';
        await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`);
        await client.end();
      },
      'active',
    );
    // Idle connections are replaced unseen; one that was at work is a failure, and then everything goes back first.
    expect(told).toEqual({ ...APPLIED, reason: CONFIRMED, tries: expect.any(Array) });
    expect(told.tries.at(-1)).toEqual(heldByAll());
    for (const each of told.tries.slice(0, -1)) expect(each).toEqual(wentBack(each.reason));
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
    let served = '';
    const told = await pushWhile(
      wasl,
      at,
      async (id) => {
        process.kill(server.pid, 'SIGKILL');
        await sleep(1_000);
        // People read and decide as ever: the record is there. What they decided is done when the server is back.
        served = (await wasl.engineer(1).readInterconnect(id)).standing;
        await wasl.signatory('MOH').withdraw(id, 'the project has ended');
        expect((await wasl.engineer(1).readInterconnect(id)).withdrawal?.reason).toBe('the project has ended');
        const port = Number(new URL(`http://${server.address}`).port);
        server = await startTemporalServer(binary, { databaseFile, port });
      },
      'active',
      'rejected',
    );
    expect(served).toBe('provisioning');
    // The stage's result may have survived the outage, or the worker was given up: the routers decide, the record follows.
    expect(told.leftOver).toEqual([]);
    expect(told.tries).toHaveLength(1);
    if (told.lifecycle === 'active') {
      expect(told).toMatchObject(APPLIED);
      await wasl.approvePlan(await wasl.untilPlanned(told.id));
      await wasl.untilLifecycle(told.id, 'withdrawn');
    }
    expect(wasl.changedRouters()).toEqual([]);
    expect(wasl.learnt()).toEqual([]);
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
});
