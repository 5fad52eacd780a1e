import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GENESIS_HASH } from '../../../src/domain/ledger-entry.ts';
import type { EntityId, PeName, PersonId } from '../../../src/domain/names.ts';
import { verifyChain } from '../../../src/ledger/verify-chain.ts';
import { openDatabase } from '../../../src/store/database.ts';
import type { InterconnectRecord, Store } from '../../../src/store/store.ts';
import { acceptPolicy } from '../../support/accepted-policy.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { MOF, MOH, sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
let count = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open();
  await acceptPolicy(store, [{ id: MOF }, { id: MOH }]);
});
afterAll(() => database.drop());

/** What a router, a library or an operating system may say: nothing that Postgres would take. */
const SAID = 'line 1\nNUL \u0000, half \ud83d, BiDi \u202e, C1 \u009b';
const SHOWN = `line 1\n${String.raw`NUL \u0000, half \ud83d, BiDi \u202e, C1 \u009b`}`;

async function submit() {
  count += 1;
  return (await store.createInterconnect(sampleSubmission(`text-${count}`))).interconnect;
}

async function startChange() {
  const { id: interconnectId } = await submit();
  await store.openChange(interconnectId, 'provision', 'wasl');
  const [change] = await store.listChanges(interconnectId);
  if (change === undefined) throw new TypeError('a change was opened');
  return { id: change.id, interconnectId };
}

describe('text of routers, libraries and systems', () => {
  test('is journalled and told as progress, visible', async () => {
    const { id, interconnectId } = await startChange();
    const { epoch } = await store.claimJournal(id);
    const pe = 'pe1' as PeName;
    const entry = { changeId: id, pe, state: 'prepared', procedure: 'confirmed-commit-persist' } as const;
    await store.appendJournal([{ ...entry, persistId: 'p', detail: SAID }], epoch);
    expect((await store.readJournal(id)).map(({ detail }) => detail)).toEqual([SHOWN]);
    expect((await store.readChange(id)).routers).toEqual([{ pe, state: 'prepared', detail: SHOWN }]);
    expect((await store.readChange(id)).readBackAt).toBeNull();
    for (const state of ['confirm-sent', 'confirmed'] as const) {
      await store.appendJournal([{ ...entry, state, persistId: null, detail: SAID }], epoch);
    }
    const sent = (await store.readJournal(id)).find(({ state }) => state === 'confirm-sent');
    expect((await store.readChange(id)).readBackAt).toBe(sent?.at);
    const event = { interconnectId, changeId: id, pe, stage: 'commit', status: 'failed', elapsedMs: 1 } as const;
    await store.appendProgress([{ ...event, message: SAID }]);
    const events = await store.readProgress({ afterSequence: 0, interconnectId });
    expect(events.map(({ message }) => message)).toEqual([SHOWN]);
  });

  test('is why a change was refused and how it ended', async () => {
    const { id, interconnectId } = await startChange();
    const refusal = {
      code: 'VRF_MISSING',
      path: SAID,
      fact: SAID,
      remedy: SAID,
      at: '2026-03-01T08:00:00.000Z',
    } as const;
    const { code, path, fact: reason, remedy } = refusal;
    await store.saveFinding(id, { by: 'planning', outcome: 'refused', code, path, reason, remedy, left: [] }, null);
    await store.noteTrouble(id, refusal);
    const noted = await store.readChange(id);
    expect(noted.refusal).toEqual({ code, path: SHOWN, fact: SHOWN, remedy: SHOWN, at: expect.any(String) });
    expect(noted.waiting?.reason).toContain(SHOWN);
    await store.abandonChange(id, 'abandoned', SAID);
    expect(await store.readChange(id)).toMatchObject({ outcome: 'abandoned', reason: SHOWN });
    await store.settleAgreement(interconnectId, 'rejected', 'wasl', SAID);
    expect((await store.readInterconnect(interconnectId)).reason).toBe(SHOWN);
    expect(verifyChain(await store.readLedger({ afterSequence: 0 }))).toMatchObject({ intact: true });
  });

  test('is in the ledger as it was hashed, in names of members, too', async () => {
    await store.appendLedger({
      actor: 'wasl',
      action: 'test.said',
      subject: 'x',
      body: { [SAID]: [SAID], at: new Date(0) },
    });
    const entries = await store.readLedger({ afterSequence: 0 });
    expect(entries.at(-1)?.body).toEqual({ [SHOWN]: [SHOWN], at: '1970-01-01T00:00:00.000Z' });
    expect(entries[0]?.previousHash).toBe(GENESIS_HASH);
    expect(verifyChain(entries)).toMatchObject({ intact: true });
  });

  test('fails no statement, whoever forgets of it', async () => {
    const direct = openDatabase(database.databaseUrl, () => new Date());
    const { rows } = await direct.read((db) =>
      db.execute(sql`select ${'a\u0000b\ud83d'}::text as one, ${sql.param(['c\u0000'])}::text[] as all`),
    );
    expect(rows).toEqual([{ one: String.raw`a\u0000b\ud83d`, all: [String.raw`c\u0000`] }]);
    await direct.close();
  });
});

describe('T3c: one person', () => {
  const sign = ({ id, requestDigest: digest }: InterconnectRecord, party: EntityId, person: string) =>
    store.decide(
      id,
      { verb: 'sign', person: person as PersonId, party, digest, decision: 'approve', reason: null },
      null,
    );

  test('is the same in records that were written in another form', async () => {
    const interconnect = await submit();
    await sign(interconnect, MOH, 'x-1');
    const client = new pg.Client({ connectionString: database.databaseUrl });
    await client.connect();
    await client.query(`update approvals set person = 'X-1' where interconnect_id = $1`, [interconnect.id]);
    await client.query(`update interconnects set requested_by = 'MOH-Clerk-1' where id = $1`, [interconnect.id]);
    await client.end();
    expect((await store.listApprovals(interconnect.id)).map(({ person }) => person)).toEqual(['x-1']);
    expect((await store.readInterconnect(interconnect.id)).requestedBy).toBe('moh-clerk-1');
    await expect(sign(interconnect, MOF, 'x-1')).rejects.toMatchObject({ code: 'APPROVAL_TWICE' });
    await expect(sign(interconnect, MOF, 'moh-clerk-1')).rejects.toMatchObject({ code: 'APPROVAL_SELF' });
  });
});
