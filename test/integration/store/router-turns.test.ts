import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeId, PeName } from '../../../src/domain/names.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open();
});
afterAll(() => database.drop());

/** Far beyond what any machine takes for a test: what passes is what the test says. */
const LEASE_SECONDS = 3_600;
let keys = 0;
async function newChange(): Promise<ChangeId> {
  const { interconnect } = await store.createInterconnect(sampleSubmission(`key-${++keys}-of-turns`));
  const { id } = interconnect;
  await store.openChange(id, 'provision', 'wasl');
  return `${id}-C1` as ChangeId;
}
const take = (id: ChangeId, ...pes: string[]) => store.takeTurn(id, pes as PeName[], LEASE_SECONDS);

/** As if so much time had passed since the last renewal. */
async function age(id: ChangeId, seconds: number): Promise<void> {
  const client = new pg.Client({ connectionString: database.databaseUrl });
  await client.connect();
  const text = 'update router_turns set lease_until = lease_until - make_interval(secs => $2) where change_id = $1';
  await client.query(text, [id, seconds]).finally(() => client.end());
}

it('changes that share a PE go in the order in which they came, and others at once', async () => {
  const [first, second, third, apart] = [await newChange(), await newChange(), await newChange(), await newChange()];
  expect(await take(first, 'pe1', 'pe2')).toEqual([]);
  expect(await take(second, 'pe2', 'pe3')).toEqual([first]);
  // Not behind the first, but behind the second, which would otherwise be overtaken for ever.
  expect(await take(third, 'pe3', 'pe4')).toEqual([second]);
  expect(await take(apart, 'pe9')).toEqual([]);
  // Asking again keeps the place.
  expect(await take(first, 'pe1', 'pe2')).toEqual([]);
  expect(await take(second, 'pe2', 'pe3')).toEqual([first]);

  expect(await store.leaveTurn(first)).toEqual([second]);
  expect(await store.leaveTurn(first)).toEqual([]);
  expect(await take(second, 'pe2', 'pe3')).toEqual([]);
  expect(await store.leaveTurn(second)).toEqual([third]);
});

it('nobody stands behind a change that has ended, though its workflow was lost before it left its place', async () => {
  const [ended, waiter] = [await newChange(), await newChange()];
  expect(await take(ended, 'pe77')).toEqual([]);
  expect(await take(waiter, 'pe77')).toEqual([ended]);
  await store.abandonChange(ended, 'abandoned', 'recovered and settled');
  expect(await take(waiter, 'pe77')).toEqual([]);
});

it('one of many that come at the same moment has its turn, the others after one another', async () => {
  const changes = await Promise.all(Array.from({ length: 8 }, () => newChange()));
  const ahead = await Promise.all(changes.map((change) => take(change, 'pe20')));
  expect(ahead.map((each) => each.length).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

describe('a lease', () => {
  it('that lives lets nobody through, however often and long somebody asks', async () => {
    const [holder, waiter] = [await newChange(), await newChange()];
    await take(holder, 'pe30');
    for (let asked = 0; asked < 5; asked++) {
      await age(holder, LEASE_SECONDS - 600);
      expect(await take(waiter, 'pe30')).toEqual([holder]);
      await store.renewTurn(holder, LEASE_SECONDS);
    }
  });

  it('that nobody renews lapses, and whoever waited goes on', async () => {
    const [holder, waiter] = [await newChange(), await newChange()];
    await take(holder, 'pe31');
    expect(await take(waiter, 'pe31')).toEqual([holder]);
    await age(holder, LEASE_SECONDS + 1);
    expect(await take(waiter, 'pe31')).toEqual([]);
  });

  it('that lapsed gives no right to the old place: its change comes last', async () => {
    const [holder, waiter] = [await newChange(), await newChange()];
    await take(holder, 'pe32');
    await take(waiter, 'pe32');
    await age(holder, LEASE_SECONDS + 1);
    expect(await take(waiter, 'pe32')).toEqual([]);
    expect(await take(holder, 'pe32')).toEqual([waiter]);
  });

  it('that lapsed is not renewed: somebody else may be at work there', async () => {
    const [holder, waiter] = [await newChange(), await newChange()];
    await take(holder, 'pe34');
    await age(holder, LEASE_SECONDS + 1);
    expect(await take(waiter, 'pe34')).toEqual([]);
    await store.renewTurn(holder, LEASE_SECONDS);
    expect(await take(waiter, 'pe34')).toEqual([]);
  });

  it('of a place in the queue lapses, too: a waiter that is gone holds up nobody', async () => {
    const [holder, gone, waiter] = [await newChange(), await newChange(), await newChange()];
    await take(holder, 'pe33');
    await take(gone, 'pe33');
    await take(waiter, 'pe33');
    await age(gone, LEASE_SECONDS + 1);
    await store.leaveTurn(holder);
    expect(await take(waiter, 'pe33')).toEqual([]);
  });
});
