import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChangeId, PeName } from '../../../src/domain/names.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { ENGINEER, sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open();
});
afterAll(() => database.drop());

let keys = 0;
async function newChange(): Promise<ChangeId> {
  const { interconnect } = await store.createInterconnect(sampleSubmission(`key-${++keys}`));
  const opened = {
    interconnectId: interconnect.id,
    kind: 'provision',
    requestedBy: ENGINEER,
    changeKey: 'first',
  } as const;
  return (await store.createChange(opened)).id;
}
const pes = (...names: string[]) => names as PeName[];

it('lets changes that share a PE go in the order in which they came, and others at once', async () => {
  const [first, second, third, apart] = [await newChange(), await newChange(), await newChange(), await newChange()];
  expect(await store.awaitTurn(first, pes('pe1', 'pe2'))).toEqual([]);
  expect(await store.awaitTurn(second, pes('pe2', 'pe3'))).toEqual([first]);
  // Not behind the first, but behind the second, which would otherwise be overtaken for ever.
  expect(await store.awaitTurn(third, pes('pe3', 'pe4'))).toEqual([second]);
  expect(await store.awaitTurn(apart, pes('pe9'))).toEqual([]);
  // Asking again keeps the place, whatever is asked for.
  expect(await store.awaitTurn(first, pes('pe3'))).toEqual([]);

  await store.leaveTurn(first);
  await store.leaveTurn(first);
  expect(await store.awaitTurn(second, pes('pe2', 'pe3'))).toEqual([]);
  // A change that ended without leaving holds up nobody.
  await store.endChange(second, 'refused', 'its workflow was ended by hand');
  expect(await store.awaitTurn(third, pes('pe3', 'pe4'))).toEqual([]);
});

it('gives one turn to one of many that come at the same moment, to each after the other', async () => {
  const changes = await Promise.all(Array.from({ length: 8 }, () => newChange()));
  const ahead = await Promise.all(changes.map((change) => store.awaitTurn(change, pes('pe20'))));
  expect(ahead.map((each) => each.length).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

it('knows no turn of an unknown change', async () => {
  await expect(store.awaitTurn('IC-9999-C1' as ChangeId, pes('pe1'))).rejects.toMatchObject({ code: 'CHANGE_UNKNOWN' });
});
