/** An import against what stands on the inventory: the version, the difference, the second person. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireImportedInventory } from '../../../src/activities/imported-inventory.ts';
import { digestOf } from '../../../src/domain/canonical-json.ts';
import type { Inventory } from '../../../src/domain/inventory.ts';
import type { EntityId, InterconnectId, PeName, PersonId } from '../../../src/domain/names.ts';
import type { Store } from '../../../src/store/store.ts';
import { type ApiUnderTest, createApiUnderTest, DEMO_INVENTORY, MOH_MOF } from '../../support/api-under-test.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { runForTest } from '../../support/cli-under-test.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let store: Store;
let api: ApiUnderTest;
let sql: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open();
  api = await createApiUnderTest(store);
  sql = new pg.Client({ connectionString: database.databaseUrl });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await api.app.close();
  await database.drop();
});

async function call(person: string, method: 'GET' | 'PUT' | 'POST', url: string, payload?: object, ifMatch?: string) {
  const headers = {
    ...(await api.as(person, person.startsWith('admin') ? ['admin'] : ['engineer'])),
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
  };
  const answer = await api.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  return { status: answer.statusCode, body: answer.json(), etag: answer.headers.etag };
}
const put = (inventory: object, ifMatch?: string, person = 'admin-1') =>
  call(person, 'PUT', '/v1/inventory', inventory, ifMatch);
const confirm = (id: number, interconnects: readonly string[], person = 'admin-2') =>
  call(person, 'POST', `/v1/inventory/proposals/${id}/confirmation`, { interconnects });
const inForce = async () => (await store.readInventory())?.version;
const etag = async () => `"${await inForce()}"`;

/** MOH-MOF, as after an applied provision on two PEs: a PE that gives, and one that takes. */
async function standInterconnect(): Promise<InterconnectId> {
  const { interconnect } = await store.createInterconnect({
    ...{ request: MOH_MOF, parties: ['MOF' as EntityId, 'MOH' as EntityId], requestedBy: 'moh-clerk-1' as PersonId },
    ...{ requestedByEntity: 'MOH' as EntityId, idempotencyKey: `key-${Math.random()}` },
  });
  const { id } = interconnect;
  const vrf = (name: string) => ({ vrf: name, vpn: name, before: {}, after: {}, operations: [] });
  const routers = [
    { pe: 'mct-pe-01', vrfs: [vrf('MOH')] },
    { pe: 'soh-pe-01', vrfs: [vrf('MOF')] },
  ];
  await sql.query(`update changes set phase = 'ended', outcome = 'applied', plan_id = $2 where interconnect_id = $1`, [
    id,
    `${id}-C1-P1`,
  ]);
  await sql.query(
    `insert into changes (id, interconnect_id, number, kind, phase, outcome, plan_id, requested_by, started_at)
     values ($2, $1, 1, 'provision', 'ended', 'applied', $3, 'moh-clerk-1', now()) on conflict do nothing`,
    [id, `${id}-C1`, `${id}-C1-P1`],
  );
  await sql.query(
    `insert into plans (id, change_id, number, digest, plan, saved_at) values ($1, $2, 1, 'sha256:0', $3, now())`,
    [`${id}-C1-P1`, `${id}-C1`, JSON.stringify({ id: `${id}-C1-P1`, routers })],
  );
  await sql.query(`update interconnects set lifecycle = 'active' where id = $1`, [id]);
  return id;
}

const without = (pe: string): Inventory => ({
  ...DEMO_INVENTORY,
  routers: DEMO_INVENTORY.routers.filter((router) => router.name !== pe),
});
const renamed = (name: string): Inventory => ({
  ...DEMO_INVENTORY,
  backbone: { ...DEMO_INVENTORY.backbone, name },
});
const ownedBy = (entity: string): Inventory => ({
  ...DEMO_INVENTORY,
  vpns: DEMO_INVENTORY.vpns.map((vpn) => (vpn.id === 'MOF' ? { ...vpn, entity: entity as EntityId } : vpn)),
});

describe('the version of an inventory', () => {
  it('is needed once there is one', async () => {
    expect(await put(DEMO_INVENTORY, '"1"')).toMatchObject({ status: 412, body: { code: 'INVENTORY_VERSION' } });
    expect(await put(DEMO_INVENTORY)).toMatchObject({ status: 200, body: { version: 1 }, etag: '"1"' });
    expect(await call('engineer-1', 'GET', '/v1/inventory')).toMatchObject({ status: 200, etag: '"1"' });
    expect(await put(renamed('second'))).toMatchObject({ status: 428, body: { code: 'INVENTORY_VERSION_MISSING' } });
    expect(await put(renamed('second'), 'yes')).toMatchObject({
      status: 400,
      body: { code: 'INPUT_INVALID', path: 'if-match' },
    });
    expect(await put(renamed('second'), '"1"')).toMatchObject({ status: 200, body: { version: 2 } });
  });

  it('lets one of two imports of the same version through', async () => {
    const version = await etag();
    const [a, b] = await Promise.all([put(renamed('a'), version), put(renamed('b'), version)]);
    expect([a.status, b.status].sort()).toEqual([200, 412]);
    expect([a, b].find(({ status }) => status === 412)?.body.code).toBe('INVENTORY_VERSION');
  });

  it('is the same when the same content comes again', async () => {
    const before = await etag();
    const { body } = await put(renamed('again'), before);
    expect(await put(renamed('again'), before)).toMatchObject({ status: 200, body: { version: body.version } });
  });
});

it('nothing opens on an inventory that somebody wrote into the database', async () => {
  await put(renamed('true'), await etag());
  const gate = async () => {
    const current = await store.readInventory();
    if (current === null) throw new Error('an inventory');
    await requireImportedInventory({ store }, current);
  };
  const refused = { code: 'RECORD_ALTERED' };
  await gate();
  const version = await inForce();
  const write = (inventory: Inventory) =>
    sql.query('update inventories set inventory = $2 where version = $1', [version, JSON.stringify(inventory)]);
  await write(ownedBy('MOE'));
  await expect(gate()).rejects.toMatchObject(refused);
  await write(renamed('true'));
  await gate();
  const insert =
    'insert into inventories (inventory, imported_by, imported_at) values ($1, $2, now()) returning version';
  const { rows } = await sql.query(insert, [JSON.stringify(ownedBy('MOE')), 'admin-1']);
  await expect(gate()).rejects.toMatchObject(refused);
  await sql.query('delete from inventories where version = $1', [rows[0].version]);
  await sql.query(`select setval(pg_get_serial_sequence('inventories', 'version'), $1)`, [version]);
  await gate();
  await sql.query('delete from inventories where version = $1', [version]);
  await expect(gate()).rejects.toMatchObject(refused);
  await sql.query(
    'insert into inventories (version, inventory, imported_by, imported_at) overriding system value values ($1, $2, $3, now())',
    [version, JSON.stringify(renamed('true')), 'admin-1'],
  );
  await gate();
});

describe('an import that takes something away under an interconnect', () => {
  let id: InterconnectId;
  beforeAll(async () => {
    await put(DEMO_INVENTORY, await etag());
    id = await standInterconnect();
  });

  it('shows difference and effect before, and imports nothing', async () => {
    const version = await inForce();
    const { body } = await call('engineer-1', 'POST', '/v1/inventory/difference', without('soh-pe-01'));
    expect(body).toMatchObject({
      baseVersion: version,
      differences: [{ subject: 'router', name: 'soh-pe-01', change: 'removed' }],
      conflicts: [{ interconnectId: id, fact: 'router soh-pe-01 is removed' }],
    });
    expect(await inForce()).toBe(version);
  });

  it.each<[string, Inventory, string]>([
    ['a PE that only takes', without('soh-pe-01'), 'router soh-pe-01 is removed'],
    ['another owner', ownedBy('MOE'), 'VPN MOF passes from MOF to MOE'],
  ])('%s: refused, with every conflict and the interconnect', async (_what, inventory, fact) => {
    const version = await inForce();
    const { status, body } = await put(inventory, await etag());
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'INVENTORY_IN_USE', details: { interconnects: [id] } });
    expect(body.details.conflicts).toMatchObject([{ interconnectId: id, fact }]);
    expect(await inForce()).toBe(version);
  });

  it('is confirmed as it was proposed, and not as somebody wrote it into the database since', async () => {
    const { proposal } = (await put(ownedBy('MOH'), await etag())).body.details;
    const [row] = (await sql.query('select inventory, digest from inventory_proposals where id = $1', [proposal])).rows;
    const altered = { ...row.inventory, backbone: { ...row.inventory.backbone, name: 'of somebody else' } };
    const write = (inventory: object, digest: string) =>
      sql.query('update inventory_proposals set inventory = $2, digest = $3 where id = $1', [
        proposal,
        JSON.stringify(inventory),
        digest,
      ]);
    const version = await inForce();
    for (const digest of [row.digest, digestOf(altered)]) {
      await write(altered, digest);
      expect(await confirm(proposal, [id])).toMatchObject({ status: 500, body: { code: 'RECORD_ALTERED' } });
    }
    await write(row.inventory, row.digest);
    await sql.query(`update inventory_proposals set proposed_by = 'ghost' where id = $1`, [proposal]);
    expect(await confirm(proposal, [id], 'admin-1')).toMatchObject({ status: 500, body: { code: 'RECORD_ALTERED' } });
    await sql.query(`update inventory_proposals set proposed_by = 'admin-1' where id = $1`, [proposal]);
    expect(await inForce()).toBe(version);
  });

  it('a harmless import of somebody else leaves it as it is; one of the same part voids it', async () => {
    await put(DEMO_INVENTORY, await etag());
    const { proposal } = (await put(ownedBy('MOH'), await etag())).body.details;
    const seen = async () => (await call('engineer-1', 'GET', `/v1/inventory/proposals/${proposal}`)).body;
    const before = await seen();
    expect((await put(renamed('harmless'), await etag(), 'admin-2')).status).toBe(200);
    expect(await seen()).toMatchObject({
      ...{ state: 'open', baseVersion: await inForce(), conflicts: before.conflicts },
      difference: { differences: before.difference.differences, conflicts: before.difference.conflicts },
    });
    const second = (await put({ ...ownedBy('MOE'), backbone: renamed('with it').backbone }, await etag(), 'admin-2'))
      .body.details;
    expect((await confirm(second.proposal, [id], 'admin-1')).status).toBe(200);
    expect((await seen()).state).toBe('superseded');
    await bringIntoForce(store, DEMO_INVENTORY);
  });

  it('is not carried over an import as somebody wrote it into the database', async () => {
    const { proposal } = (await put(ownedBy('MOH'), await etag())).body.details;
    const altered = ownedBy('MOE');
    const forged = 'update inventory_proposals set inventory = $2, digest = $3 where id = $1';
    await sql.query(forged, [proposal, JSON.stringify(altered), digestOf(altered)]);
    expect((await put(renamed('more'), await etag(), 'admin-2')).status).toBe(200);
    expect((await call('engineer-1', 'GET', `/v1/inventory/proposals/${proposal}`)).body.state).toBe('superseded');
    await put(DEMO_INVENTORY, await etag());
  });

  it('is one proposal, whoever sends the same again', async () => {
    const first = (await put(ownedBy('MOH'), await etag())).body.details;
    const again = (await put(ownedBy('MOH'), await etag(), 'admin-2')).body.details;
    expect(again).toEqual(first);
    const seen = (await call('engineer-1', 'GET', `/v1/inventory/proposals/${first.proposal}`)).body;
    expect(seen).toMatchObject({ state: 'open', proposedBy: 'admin-1' });
  });

  it('needs another admin, who names what it is taken from', async () => {
    const { body } = await put(ownedBy('MOH'), await etag());
    const { proposal } = body.details;
    expect((await put(ownedBy('MOH'), await etag())).body.details.proposal).toBe(proposal);
    expect(await call('engineer-1', 'GET', `/v1/inventory/proposals/${proposal}`)).toMatchObject({
      body: { id: proposal, state: 'open', proposedBy: 'admin-1', difference: { conflicts: [{ interconnectId: id }] } },
    });
    expect(await confirm(proposal, [id], 'engineer-2')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    for (const self of ['admin-1', 'ADMIN-1'])
      expect(
        await store
          .confirmInventoryProposal({ id: proposal, by: self as PersonId, interconnects: [id] })
          .catch((e) => e.code),
      ).toBe('APPROVAL_SELF');
    for (const list of [['IC-9999'], [id, 'IC-9999']])
      expect(await confirm(proposal, list)).toMatchObject({ status: 409, body: { code: 'INVENTORY_PROPOSAL' } });
    const before = (await inForce()) ?? 0;
    expect(await confirm(proposal, [id])).toMatchObject({ status: 200, body: { version: before + 1 } });
    // Whoever lost the answer asks again; to anybody else it is over.
    expect(await confirm(proposal, [id])).toMatchObject({ status: 200, body: { version: before + 1 } });
    expect(await inForce()).toBe(before + 1);
    expect(await confirm(proposal, [id], 'admin-3')).toMatchObject({
      status: 409,
      body: { code: 'INVENTORY_PROPOSAL', path: 'id', detail: `proposal ${proposal} is confirmed already` },
    });
    const facts = (await store.readLedger({ afterSequence: 0 })).filter(({ action }) =>
      action.startsWith('inventory.'),
    );
    expect(facts.findLast(({ action }) => action === 'inventory.imported')).toMatchObject({
      actor: 'admin-2',
      body: { version: before + 1, override: { proposal, proposedBy: 'admin-1', interconnects: [id] } },
    });
    expect(facts.find(({ subject }) => subject === `inventory-proposal/${proposal}`)).toMatchObject({
      ...{ actor: 'admin-1', action: 'inventory.proposed' },
      body: { conflicts: [{ interconnectId: id }] },
    });
    const { rows } = await sql.query('select state, inventory from inventory_proposals where id = $1', [proposal]);
    expect(rows).toEqual([{ state: 'confirmed', inventory: null }]);
  });

  it('lets the new owner see and end what stands on its VPN, told that another one agreed; it signs nothing', async () => {
    await bringIntoForce(store, DEMO_INVENTORY);
    const version = await etag();
    const of = async (entity: string, method: 'GET' | 'POST', url: string, payload?: object) => {
      const headers = await api.as(`${entity.toLowerCase()}-minister`, ['portal', 'party-approver'], entity);
      const answer = await api.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
      return { status: answer.statusCode, body: answer.json() };
    };
    const path = `/v1/interconnects/${id}`;
    const listed = async (entity: string) =>
      (await of(entity, 'GET', '/v1/interconnects')).body.map((each: { id: string }) => each.id);
    expect((await of('MOE', 'GET', path)).status).toBe(404);
    expect(await listed('MOE')).not.toContain(id);

    const { body } = await put(ownedBy('MOE'), version);
    expect((await of('MOE', 'GET', path)).status).toBe(404);
    expect((await confirm(body.details.proposal, body.details.interconnects)).status).toBe(200);
    const told = {
      code: 'APPROVAL_PARTY',
      fact: 'the agreement was made by MOF and MOH; its VPNs belong to MOE and MOH now',
    };
    for (const entity of ['MOE', 'MOF', 'MOH']) {
      const seen = await of(entity, 'GET', path);
      expect([entity, seen.status]).toEqual([entity, 200]);
      expect(seen.body.warnings).toContainEqual(expect.objectContaining(told));
      // Brought into force by this test alone, beside the ledger: that is told as well, to a party without more.
      const altered = { code: 'RECORD_ALTERED', fact: `the record of ${id} was altered beside wasl` };
      expect(seen.body.warnings).toContainEqual(expect.objectContaining(altered));
      expect(await listed(entity)).toContain(id);
    }
    expect((await of('MOI', 'GET', path)).status).toBe(404);
    const digest = (await store.readInterconnect(id)).requestDigest;
    const signature = await of('MOE', 'POST', `${path}/approvals`, { decision: 'approve', digest });
    expect(signature).toMatchObject({ status: 403, body: { code: 'APPROVAL_PARTY' } });
    const ended = await of('MOE', 'POST', `${path}/withdrawal`, { reason: 'we never agreed to it' });
    expect(ended).toMatchObject({ status: 200, body: { withdrawal: { by: 'moe-minister' } } });
    await sql.query('update interconnects set withdrawn_by = null, withdrawn_at = null, withdrawal_reason = null');
  });

  it('is not confirmed when what it does has changed since', async () => {
    const { body } = await put(without('soh-pe-01'), await etag());
    const second = await standInterconnect();
    const { proposal } = body.details;
    expect(await confirm(proposal, body.details.interconnects)).toMatchObject({
      status: 409,
      body: { code: 'INVENTORY_PROPOSAL' },
    });
    expect((await put(without('soh-pe-01'), await etag())).body.details.interconnects).toEqual([id, second]);
  });

  it('and what has ended stands on nothing', async () => {
    await sql.query(`update interconnects set lifecycle = 'withdrawn'`);
    await bringIntoForce(store, DEMO_INVENTORY);
    expect(await put(without('soh-pe-01'), await etag())).toMatchObject({
      status: 409,
      body: { details: { interconnects: [], conflicts: [{ interconnectId: null }] } },
    });
  });
});

describe('an import that alters what protects the network as a whole, under no agreement', () => {
  const unwatched: Inventory = {
    ...DEMO_INVENTORY,
    backbone: {
      ...DEMO_INVENTORY.backbone,
      routeTargetPool: { ...DEMO_INVENTORY.backbone.routeTargetPool, quarantineDays: 0 },
    },
    vpns: DEMO_INVENTORY.vpns.map((vpn) => ({ ...vpn, canary: false })),
  };
  beforeAll(() => bringIntoForce(store, DEMO_INVENTORY));

  it('is shown before, and refused to one person with where, what and what to do', async () => {
    const version = await inForce();
    const conflicts = [
      {
        ...{ interconnectId: null, path: 'backbone.routeTargetPool.quarantineDays' },
        fact: 'released route targets are used again after 0 days instead of 30',
        remedy: 'Leave it as it was, or let another admin confirm the proposal.',
      },
      { interconnectId: null, path: 'vpns[CANARY].canary', fact: 'VPN CANARY is no longer a canary' },
    ];
    const seen = await call('engineer-1', 'POST', '/v1/inventory/difference', unwatched);
    expect(seen.body.conflicts).toMatchObject(conflicts);
    const { status, body } = await put(unwatched, await etag());
    expect([status, body.code, body.path]).toEqual([409, 'INVENTORY_IN_USE', conflicts[0]?.path]);
    expect(body.details).toMatchObject({ interconnects: [], conflicts });
    expect(body.remedy).toBe(
      `It is proposal ${body.details.proposal} now. Another admin may confirm it: wasl inventory confirm ${body.details.proposal}`,
    );
    expect(await inForce()).toBe(version);
  });

  it('cannot be pushed out by what others propose', async () => {
    const { body } = await put(unwatched, await etag());
    const { proposal } = body.details;
    const late = (seconds: number) => ({
      ...DEMO_INVENTORY,
      backbone: { ...DEMO_INVENTORY.backbone, confirmTimeoutSeconds: seconds },
    });
    for (let seconds = 100; seconds < 108; seconds++)
      expect((await put(late(seconds), await etag(), 'admin-3')).status).toBe(409);
    expect(await call('admin-2', 'GET', `/v1/inventory/proposals/${proposal}`)).toMatchObject({
      body: { state: 'open', proposedBy: 'admin-1' },
    });
    const open = (await store.listInventoryProposals()).filter(({ id, state }) => id >= proposal && state === 'open');
    expect(open.map(({ proposedBy }) => proposedBy)).toEqual(['admin-3', 'admin-3', 'admin-3', 'admin-1']);
  });

  it('comes into force by another admin, and the record says what was let through', async () => {
    const { body } = await put(unwatched, await etag());
    const { proposal } = body.details;
    expect(await confirm(proposal, [], 'admin-1')).toMatchObject({ status: 403, body: { code: 'APPROVAL_SELF' } });
    expect(await confirm(proposal, ['IC-0001'])).toMatchObject({ status: 409, body: { code: 'INVENTORY_PROPOSAL' } });
    expect(await confirm(proposal, [])).toMatchObject({ status: 200 });
    const facts = await store.readLedger({ afterSequence: 0 });
    expect(facts.findLast(({ action }) => action === 'inventory.imported')?.body).toMatchObject({
      override: { interconnects: [], protections: ['backbone.routeTargetPool.quarantineDays', 'vpns[CANARY].canary'] },
    });
    await bringIntoForce(store, DEMO_INVENTORY);
  });
});

/** Of an import, where a platform keeps its confirm timer in other units. */
const ROUNDED = 'note: routers of platform junos-yang keep a confirm timer of 60 s where 30 s are asked for\n';

it('people see the difference, whom it concerns and who may confirm it', async () => {
  await bringIntoForce(store, DEMO_INVENTORY);
  const id = await standInterconnect();
  const directory = mkdtempSync(join(tmpdir(), 'wasl-inventory-'));
  const file = join(directory, 'without-sohar.json');
  writeFileSync(file, JSON.stringify(without('soh-pe-01')));
  const server = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const wasl = async (person: string, ...line: string[]) => {
    const token = await api.issuer.mintToken({ person, roles: ['admin'] });
    return runForTest(line, { WASL_SERVER: server, WASL_TOKEN: token });
  };
  try {
    const diff = await wasl('admin-1', 'inventory', 'diff', file);
    expect(diff.code).toBe(0);
    expect(diff.out).toMatch(/^1 difference to version \d+:\n +WHAT +MEMBER/);
    expect(diff.out).toContain('router soh-pe-01  removed');
    expect(diff.out).toContain('It takes away under 1 interconnect; that needs a second admin:');
    expect(diff.out).toContain(`${id}  router soh-pe-01 is removed  routers[soh-pe-01]`);
    const refused = await wasl('admin-1', 'inventory', 'import', file);
    expect([refused.code, refused.out]).toEqual([2, diff.out]);
    const number = /proposal (\d+) now/.exec(refused.err)?.[1] ?? '';
    expect(refused.err).toBe(
      `error INVENTORY_IN_USE: routers[soh-pe-01]: ${id} stands on what it takes away: router soh-pe-01 is removed\n` +
        `It is proposal ${number} now. Another admin may confirm it: wasl inventory confirm ${number} ${id}\n`,
    );
    const shown = await wasl('admin-2', 'inventory', 'proposals', number);
    expect(shown.out).toContain(`next: an admin other than admin-1 runs: wasl inventory confirm ${number} ${id}`);
    expect((await wasl('admin-1', 'inventory', 'confirm', number, id)).err).toContain('error APPROVAL_SELF');
    expect((await wasl('admin-2', 'inventory', 'confirm', 'x', id)).err).toContain('"x" is not a proposal');
    const confirmed = await wasl('admin-2', 'inventory', 'confirm', number, id);
    expect(confirmed).toMatchObject({
      code: 0,
      out: `inventory version ${await inForce()} is in force: 4 entities, 4 VPNs, 3 routers\n${ROUNDED}`,
    });
    expect((await wasl('admin-2', 'inventory', 'proposals')).out).toContain('confirmed');
    const none = await wasl('admin-1', '--json', 'inventory', 'diff', file);
    expect(JSON.parse(none.out)).toMatchObject({ differences: [], conflicts: [] });
  } finally {
    rmSync(directory, { recursive: true });
    await sql.query(`update interconnects set lifecycle = 'withdrawn'`);
  }
});

it('keeps a bounded number of old inventories, what is needed to reach a PE, and every digest', async () => {
  await bringIntoForce(store, DEMO_INVENTORY);
  await standInterconnect();
  const withSohar = await inForce();
  await bringIntoForce(store, without('soh-pe-01'));
  for (let round = 0; round < 25; round++)
    await put({ ...without('soh-pe-01'), backbone: renamed(`round ${round}`).backbone }, await etag());
  const { rows } = await sql.query('select count(*)::int as kept, max(version) as newest from inventories');
  expect(rows[0].kept).toBe(21);
  expect(await store.readInventoryWithRouter('soh-pe-01' as PeName)).toMatchObject({ version: withSohar });
  const digests = (await store.readLedger({ afterSequence: 0, limit: 500 })).filter(
    ({ action }) => action === 'inventory.imported',
  );
  expect(digests).toHaveLength(rows[0].newest);
  expect(await call('admin-1', 'GET', '/v1/inventory/proposals/999')).toMatchObject({ status: 404 });
});
