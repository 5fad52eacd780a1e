/** It ends: whatever waits, whoever is away and whatever was typed, what is on the network comes off it. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, it } from 'vitest';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState, heldByAll, tried } from '../../support/end-state.ts';
import { Installation } from '../../support/installation.ts';

const APPLIED = 'confirmed on 4 routers, each read back';
const GONE = { lifecycle: 'withdrawn', outcome: 'applied', reason: APPLIED, changed: [], leftOver: [] };
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

/** As a failover looks from outside: the database answers, and takes no writes. */
async function readOnlyFor(wasl: Installation, ms: number): Promise<void> {
  const name = new URL(wasl.databaseUrl).pathname.slice(1);
  const onServer = async (...statements: readonly string[]) => {
    const client = new pg.Client({ connectionString: wasl.databaseUrl });
    await client.connect();
    await client.query('set default_transaction_read_only = off');
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  const others = 'datname = current_database() and pid <> pg_backend_pid()';
  const endAll = `select pg_terminate_backend(pid) from pg_stat_activity where ${others}`;
  await onServer(`alter database ${name} set default_transaction_read_only = on`, endAll);
  await sleep(ms);
  await onServer(`alter database ${name} reset default_transaction_read_only`, endAll);
}

describe.concurrent('an agreement', () => {
  it('is off the network at its signed end, though nobody approved its removal', async ({ expect }) => {
    await using wasl = await Installation.open();
    const validUntil = inSeconds(60);
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
