/** It ends: whatever waits, whoever is away and whatever was typed, what is on the network comes off it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState, heldByAll, tried } from '../../support/end-state.ts';
import { Installation, onServer } from '../../support/installation.ts';
import { MOE_MOF, MOE_MOH } from '../../support/requests.ts';

const APPLIED = 'confirmed on 4 routers, each read back';
const GONE = { lifecycle: 'withdrawn', outcome: 'applied', reason: APPLIED, changed: [], leftOver: [] };
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

const OTHERS = 'datname = current_database() and pid <> pg_backend_pid()';
const END_ALL = `select pg_terminate_backend(pid) from pg_stat_activity where ${OTHERS}`;

/** As a failover looks from outside: the database answers, and takes no writes. */
async function readOnlyFor(wasl: Installation, ms: number): Promise<void> {
  const name = new URL(wasl.databaseUrl).pathname.slice(1);
  const own = 'set default_transaction_read_only = off';
  await onServer(wasl.databaseUrl, own, `alter database ${name} set default_transaction_read_only = on`, END_ALL);
  await sleep(ms);
  await onServer(wasl.databaseUrl, own, `alter database ${name} reset default_transaction_read_only`, END_ALL);
}

describe.concurrent('an agreement', () => {
  it.for([
    ['ten minutes behind', -600_000],
    ['ten minutes ahead', 600_000],
  ] as const)('ends on time by the database where the clock of its worker is %s', async ([, aheadMs], { expect }) => {
    await using wasl = await Installation.open({ worker: 'none' });
    await wasl.startWorkerProcess(undefined, { clockAheadMs: aheadMs });
    const validUntil = inSeconds(110);
    const id = await wasl.provision({ ...MOH_MOF, validUntil });
    await wasl.untilLifecycle(id, 'active');
    await wasl.untilLifecycle(id, 'withdrawn');
    const ledger = await wasl.store.readLedger({ afterSequence: 0, limit: 500 });
    const begun = ledger.find(({ action, subject }) => action === 'transaction.begun' && subject === `${id}-C2`);
    const lateMs = Date.parse(String(begun?.body.at)) - Date.parse(validUntil);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(120_000);
  });

  it('is off the network at its signed end, though nobody approved its removal', async ({ expect }) => {
    await using wasl = await Installation.open();
    const validUntil = inSeconds(100);
    const id = await wasl.provision({ ...MOH_MOF, validUntil });
    await wasl.untilLifecycle(id, 'active');
    await wasl.signatory('MOF').withdraw(id, 'the project has ended');
    await wasl.untilPlanned(id);
    await wasl.untilLifecycle(id, 'withdrawn');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(validUntil));
    expect(await endState(wasl, id)).toEqual(GONE);
    expect(wasl.learnt()).toEqual([]);
  });

  it('that nobody signed expires at its end, and takes no signature after it', async ({ expect }) => {
    await using wasl = await Installation.open();
    const request = { ...MOH_MOF, validUntil: inSeconds(8) };
    const { interconnect } = await wasl.portal('MOH').submitRequest(request, 'key-of-an-expired-one');
    const { id, requestDigest: digest } = interconnect;
    await wasl.untilLifecycle(id, 'expired');
    for (const party of ['MOH', 'MOF']) {
      const signature = wasl.signatory(party).decideRequest(id, { decision: 'approve', digest });
      await expect(signature).rejects.toMatchObject({ code: 'LIFECYCLE_STEP' });
    }
    expect(await endState(wasl, id)).toMatchObject({ lifecycle: 'expired', changed: [], leftOver: [] });
    expect((await wasl.store.countRouteTargets()).inUse).toBe(0);
  });

  it.for(['the project\u0000 has ended', 'the project \ud83d has ended', 'end\u0000ed'])(
    'is withdrawn whatever was typed before (%j)',
    async (reason, { expect }) => {
      await using wasl = await Installation.open();
      const { interconnect } = await wasl.portal('MOH').submitRequest(MOH_MOF, 'key-of-an-odd-one');
      const { id, requestDigest: digest } = interconnect;
      await expect(wasl.signatory('MOH').withdraw(id, reason)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      const rejection = wasl.signatory('MOH').decideRequest(id, { decision: 'reject', digest, reason });
      await expect(rejection).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      expect((await wasl.engineer(1).readInterconnect(id)).withdrawal).toBeNull();
      await wasl.signatory('MOH').withdraw(id, 'the project has ended');
      await wasl.untilLifecycle(id, 'rejected');
    },
  );
});

describe.concurrent('T1: an agreement in force', () => {
  it('refuses a reason that no database holds, and is withdrawn with a clean one', async ({ expect }) => {
    await using wasl = await Installation.open();
    const id = await wasl.provision(MOH_MOF);
    await wasl.untilLifecycle(id, 'active');
    for (const reason of ['the project\u0000 has ended', 'the project \ud83d has ended', 'the \u202e end']) {
      await expect(wasl.signatory('MOF').withdraw(id, reason)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    }
    expect(await wasl.engineer(1).readInterconnect(id)).toMatchObject({ standing: 'active', withdrawal: null });
    await wasl.signatory('MOF').withdraw(id, 'the project has ended');
    await wasl.approvePlan(await wasl.untilPlanned(id));
    await wasl.untilLifecycle(id, 'withdrawn');
    expect(await endState(wasl, id)).toEqual(GONE);
  });

  it('T1b: ends at its date, whatever was typed, and whatever a router says', async ({ expect }) => {
    await using wasl = await Installation.open();
    const id = await wasl.provision({ ...MOH_MOF, validUntil: inSeconds(110) });
    await wasl.untilLifecycle(id, 'active');
    const odd = wasl.signatory('MOF').withdraw(id, 'the project \ud83d has ended');
    await expect(odd).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    // A router that answers what cannot be stored keeps it for one try, and no longer.
    const message = 'constraint \u202e\ufffe\u0085 failed';
    const router = wasl.backbone.router('nzw-pe-01');
    router.faults.set({ kind: 'rpc-error', operation: 'validate', message }, { times: 1 });
    await wasl.untilLifecycle(id, 'withdrawn');
    expect(await endState(wasl, id)).toMatchObject({ lifecycle: 'withdrawn', changed: [], leftOver: [] });
  });
});

describe('an agreement whose end comes while its withdrawal waits for an approval', () => {
  it('is off the network once a database that took no writes is back', async ({ expect }) => {
    await using wasl = await Installation.open();
    const validUntil = inSeconds(90);
    const id = await wasl.provision({ ...MOH_MOF, validUntil });
    await wasl.untilLifecycle(id, 'active');
    await wasl.signatory('MOF').withdraw(id, 'the project has ended');
    const planId = await wasl.untilPlanned(id);
    await sleep(Math.max(0, Date.parse(validUntil) - Date.now() - 4_000));
    await readOnlyFor(wasl, 10_000);
    expect(Date.now()).toBeGreaterThan(Date.parse(validUntil));
    await wasl.untilLifecycle(id, 'withdrawn');
    expect(await endState(wasl, id)).toEqual(GONE);
    // Nobody approved it: the date did.
    const { approvals } = await wasl.engineer(1).readInterconnect(id);
    expect(approvals.filter(({ subject }) => subject === 'plan')).toHaveLength(1);
    expect((await wasl.store.readPlan(planId as never)).kind).toBe('withdraw');
  });
});

describe('L2b: a password that is rotated', () => {
  it('makes three removals late and nothing else', async ({ expect }) => {
    const role = { name: `worker_${process.pid}`, password: 'first' };
    await using wasl = await Installation.open({ workersRole: role });
    const ids = [await wasl.provision(MOH_MOF), await wasl.provision(MOE_MOF), await wasl.provision(MOE_MOH)];
    for (const id of ids) await wasl.untilLifecycle(id, 'active');
    for (const id of ids) await wasl.engineer(3).withdraw(id, 'the project has ended');
    const plans = await Promise.all(ids.map((id) => wasl.untilPlanned(id)));
    await Promise.all(plans.map((plan) => wasl.approvePlan(plan)));
    await sleep(1_000);
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role.name}'`;
    await onServer(wasl.databaseUrl, `alter role ${role.name} password 'rotated'`, cut);
    await sleep(13_000);
    await expect.poll(async () => (await wasl.engineer(1).readReady()).workers).toBe('down');
    await onServer(wasl.databaseUrl, `alter role ${role.name} password '${role.password}'`);
    for (const id of ids) await wasl.untilLifecycle(id, 'withdrawn');
    for (const id of ids) {
      expect(await endState(wasl, id)).toMatchObject({
        lifecycle: 'withdrawn',
        outcome: 'applied',
        changed: [],
        leftOver: [],
      });
    }
    expect(wasl.learnt()).toEqual([]);
  });
});

describe('a database that takes no writes for a while', () => {
  it('makes a removal late and nothing else', async ({ expect }) => {
    await using wasl = await Installation.open();
    const id = await wasl.provision(MOH_MOF);
    await wasl.untilLifecycle(id, 'active');
    await wasl.signatory('MOH').withdraw(id, 'the project has ended');
    await wasl.approvePlan(await wasl.untilPlanned(id));
    await readOnlyFor(wasl, 13_000);
    await wasl.untilLifecycle(id, 'withdrawn');
    expect(await endState(wasl, id)).toEqual(GONE);
    expect(wasl.learnt()).toEqual([]);
    expect((await tried(wasl, id)).at(-1)).toEqual(heldByAll());
    expect(
      (await wasl.engineer(1).readInterconnect(id)).approvals.filter(({ subject }) => subject === 'plan'),
    ).toHaveLength(2);
  });
});
