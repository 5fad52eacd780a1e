/** A database of 0.1.0 with an interconnect in every state it knew: after the upgrade each goes on, and nothing that was open is forgotten. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/domain/canonical-json.ts';
import type { InterconnectId } from '../../../src/domain/names.ts';
import { nextMove } from '../../../src/domain/next-move.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestDatabase, onDatabase, type TestDatabase } from '../../support/database.ts';
import { ENGINEER, sampleInventory, samplePlan, sampleRequest } from '../../support/store-samples.ts';

const MIGRATIONS = fileURLToPath(new URL('../../../src/store/migrations/', import.meta.url));
/** The last migration of 0.1.0. */
const LAST = '0003_refusals';
const NOW = new Date('2026-11-28T12:00:00Z');

interface Old {
  readonly lifecycle: string;
  /** Kind, who asked, outcome, last state in the journal. */
  readonly change?: readonly [kind: string, by: string, outcome: string | null, journal: string | null];
  readonly hasTargets?: boolean;
  /** After the upgrade: agreement, phase of the change, what follows. */
  readonly expected: readonly [lifecycle: string, phase: string | null, move: string];
}

const OLD: Readonly<Record<string, Old>> = {
  requested: { lifecycle: 'requested', expected: ['requested', null, 'wait'] },
  'being planned': {
    ...{ lifecycle: 'requested', change: ['provision', 'wasl', null, null], hasTargets: true },
    expected: ['requested', 'planning', 'plan'],
  },
  planned: {
    ...{ lifecycle: 'planned', change: ['provision', 'wasl', null, null], hasTargets: true },
    expected: ['requested', 'planning', 'plan'],
  },
  approved: {
    ...{ lifecycle: 'approved', change: ['provision', 'wasl', null, null], hasTargets: true },
    expected: ['requested', 'planning', 'plan'],
  },
  scheduled: {
    ...{ lifecycle: 'scheduled', change: ['provision', 'wasl', null, null], hasTargets: true },
    expected: ['requested', 'planning', 'plan'],
  },
  'provisioning, on routers': {
    ...{ lifecycle: 'provisioning', change: ['provision', 'wasl', null, 'commit-sent'], hasTargets: true },
    expected: ['requested', 'applying', 'recover'],
  },
  'provisioning, in attention': {
    ...{ lifecycle: 'attention', change: ['provision', 'wasl', null, 'unknown'], hasTargets: true },
    expected: ['requested', 'attention', 'wait'],
  },
  active: {
    ...{ lifecycle: 'active', change: ['provision', 'wasl', 'applied', 'confirmed'], hasTargets: true },
    expected: ['active', 'ended', 'wait'],
  },
  suspended: {
    ...{ lifecycle: 'suspended', change: ['provision', 'wasl', 'applied', 'confirmed'], hasTargets: true },
    expected: ['suspended', 'ended', 'wait'],
  },
  'withdrawing, as a person asked': {
    ...{ lifecycle: 'withdrawing', change: ['withdraw', 'officer-1', null, null], hasTargets: true },
    expected: ['active', 'planning', 'plan'],
  },
  'withdrawing, on routers': {
    ...{ lifecycle: 'withdrawing', change: ['withdraw', 'wasl', null, 'pending-confirm'], hasTargets: true },
    expected: ['active', 'applying', 'recover'],
  },
  'withdrawing, in attention': {
    ...{ lifecycle: 'attention', change: ['withdraw', 'officer-1', null, 'unknown'], hasTargets: true },
    expected: ['active', 'attention', 'wait'],
  },
  withdrawn: {
    ...{ lifecycle: 'withdrawn', change: ['withdraw', 'wasl', 'applied', 'confirmed'] },
    expected: ['withdrawn', 'ended', 'finish'],
  },
  rejected: {
    ...{ lifecycle: 'rejected', change: ['provision', 'wasl', 'refused', null] },
    expected: ['rejected', 'ended', 'finish'],
  },
  failed: {
    ...{ lifecycle: 'failed', change: ['provision', 'wasl', 'rolled-back', 'rolled-back'] },
    expected: ['rejected', 'ended', 'finish'],
  },
};
const NAMES = Object.keys(OLD);
const idOf = (name: string) => `IC-${String(NAMES.indexOf(name) + 1).padStart(4, '0')}` as InterconnectId;

let database: TestDatabase;
let client: pg.Client;
let store: Store;
let directory: string;
let undriven: readonly InterconnectId[];

beforeAll(async () => {
  database = await createTestDatabase();
  const name = `${new URL(database.databaseUrl).pathname.slice(1)}_old`;
  const admin = new pg.Client({ connectionString: database.databaseUrl });
  await admin.connect();
  await admin.query(`create database ${name}`).finally(() => admin.end());
  const databaseUrl = onDatabase(database.databaseUrl, name);
  client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  directory = await mkdtemp(join(tmpdir(), 'wasl-test-old-migrations-'));
  await cp(MIGRATIONS, directory, { recursive: true });
  const journalFile = join(directory, 'meta', '_journal.json');
  const journal = JSON.parse(await readFile(journalFile, 'utf8'));
  const last = journal.entries.findIndex(({ tag }: { tag: string }) => tag === LAST);
  await writeFile(journalFile, JSON.stringify({ ...journal, entries: journal.entries.slice(0, last + 1) }));
  await applyMigrations(drizzle({ client }), { migrationsFolder: directory });
  await client.query('insert into inventories (inventory, imported_by, imported_at) values ($1, $2, $3)', [
    ...[JSON.stringify(sampleInventory({ to: 9400 })), ENGINEER, NOW],
  ]);
  for (const each of NAMES) await writeOld(each);
  await migrate(databaseUrl);
  store = await openStore({ databaseUrl, clock: () => NOW });
  undriven = await store.listUndriven(new Date(NOW.getTime() + 1));
});
afterAll(async () => {
  await store?.close();
  await client?.end();
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

async function writeOld(name: string): Promise<void> {
  const { lifecycle, change, hasTargets } = OLD[name] as Old;
  const id = idOf(name);
  const request = sampleRequest(`to be upgraded: ${name}`);
  await client.query(
    `insert into interconnects (request, request_digest, first_party, second_party, requested_by, requested_by_entity,
       idempotency_key, body_digest, lifecycle, reason, created_at, updated_at)
     values ($1, $2, 'MOF', 'MOH', 'moh-clerk-1', 'MOH', $3, $4, $5, 'as it was', $6, $6)`,
    [JSON.stringify(request), digestOf(request), `key-of-${name}`, digestOf({ name }), lifecycle, NOW],
  );
  if (name !== 'requested') {
    for (const party of ['MOH', 'MOF']) {
      await client.query(
        `insert into approvals (interconnect_id, subject, digest, party, person, decision, decided_at)
         values ($1, 'request', $2, $3, $4, 'approve', $5)`,
        [id, digestOf(request), party, `${party}-signatory`, NOW],
      );
    }
  }
  if (hasTargets) {
    for (const flow of [0, 1]) {
      const assigned = 9001 + NAMES.indexOf(name) * 2 + flow;
      await client.query(
        `insert into route_targets (route_target, administrator, assigned, interconnect_id, flow, allocated_at)
         values ($1, '65000', $2, $3, $4, $5)`,
        [`0:65000:${assigned}`, assigned, id, flow, NOW],
      );
    }
  }
  if (change === undefined) return;
  const [kind, by, outcome, state] = change;
  const changeId = `${id}-C1`;
  const plan = { ...samplePlan(`${changeId}-P1` as never), kind };
  await client.query(
    `insert into changes (id, interconnect_id, number, change_key, kind, plan_id, outcome, requested_by, started_at, ended_at)
     values ($1, $2, 1, 'first', $3, $4, $5, $6, $7, $8)`,
    [changeId, id, kind, plan.id, outcome, by, NOW, outcome === null ? null : NOW],
  );
  await client.query(
    'insert into plans (id, change_id, number, digest, plan, saved_at) values ($1, $2, 1, $3, $4, $5)',
    [...[plan.id, changeId, plan.digest, JSON.stringify(plan), NOW]],
  );
  if (state === null) return;
  await client.query(
    `insert into journal (change_id, pe, state, procedure, at) values ($1, 'pe1', $2, 'confirmed-commit-persist', $3)`,
    [changeId, state, NOW],
  );
  await client.query('insert into router_turns (change_id, pes, entered_at) values ($1, $2, $3)', [
    changeId,
    ['pe1'],
    NOW,
  ]);
}

describe('an interconnect of 0.1.0', () => {
  it.each(NAMES)('%s', async (name) => {
    const [lifecycle, phase, move] = (OLD[name] as Old).expected;
    const id = idOf(name);
    const record = await store.readInterconnect(id);
    const changes = await store.listChanges(id);
    const next = nextMove(await store.readMoveFacts(id), NOW);
    expect([record.lifecycle, changes.at(-1)?.phase ?? null, next.move]).toEqual([lifecycle, phase, move]);
    // What was signed stays what was signed.
    expect(record.request.purpose).toBe(`to be upgraded: ${name}`);
    expect(record).toMatchObject({ requestDigest: digestOf(record.request), agreementVersion: 1 });
    const flows = (OLD[name] as Old).hasTargets ? 2 : 0;
    expect(record.flows?.length ?? 0).toBe(flows);
  });

  it('keeps each route target with the VPNs of its flow', async () => {
    const { flows } = await store.readInterconnect(idOf('active'));
    const first = 9001 + NAMES.indexOf('active') * 2;
    expect(flows?.map(({ from, to, routeTarget }) => `${from}-${to} ${routeTarget}`)).toEqual([
      `MOH-MOF 0:65000:${first}`,
      `MOF-MOH 0:65000:${first + 1}`,
    ]);
  });

  it('is still being withdrawn by whoever asked, and by nobody where the date did', async () => {
    const asked = await store.readInterconnect(idOf('withdrawing, as a person asked'));
    expect(asked.withdrawal).toMatchObject({ by: 'officer-1', reason: 'as it was' });
    expect((await store.readInterconnect(idOf('withdrawing, on routers'))).withdrawal).toBeNull();
  });

  it('is driven: whoever watches finds every one that has not ended', async () => {
    const unfinished = NAMES.filter((name) => OLD[name]?.expected[2] !== 'finish').map(idOf);
    expect(undriven).toEqual(expect.arrayContaining(unfinished));
    const listed = (await store.listInterconnects({ unfinished: true })).map(({ id }) => id);
    expect(listed.sort()).toEqual(unfinished.sort());
  });

  it('no turn at a router is left over, and the installation has a name', async () => {
    expect((await client.query('select 1 from router_turns')).rowCount).toBe(0);
    expect(await store.readInstallation()).toMatch(/^[0-9a-f]{12}$/);
  });
});
