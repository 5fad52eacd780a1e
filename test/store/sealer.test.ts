import { expect, it } from 'vitest';
import type { PersonId } from '../../src/domain/names.ts';
import type { StoreTransaction } from '../../src/store/database.ts';
import { sealerOf, sealReason } from '../../src/store/personal-rows.ts';

const of = { subject: 'moh-1' as PersonId, record: { kind: 'interconnect', id: 'IC-0001' } } as const;
/** A transaction over a record with these keys of persons. */
const recordWith = (keys: readonly object[]) =>
  ({ select: () => ({ from: () => ({ limit: async () => keys }) }) }) as unknown as StoreTransaction;
const without = { keys: null, clock: () => new Date() };

it('writes in clear where nobody ever had a ring', async () => {
  const sealer = sealerOf(recordWith([]), without, of);
  expect(await sealReason(sealer, 'because')).toBe('because');
  expect(await sealer.commit('because')).toBe('because');
});

it('writes nothing in clear where another process seals: in the ledger it would be for good', async () => {
  const sealer = sealerOf(recordWith([{ kek: 'kek-1' }]), without, of);
  const missing = { code: 'PERSONAL_KEY_MISSING', message: expect.stringContaining('no ring is here') };
  await expect(sealReason(sealer, 'because')).rejects.toMatchObject(missing);
  await expect(sealer.seal('signed-document', '{}')).rejects.toMatchObject(missing);
  await expect(sealer.commit('because')).rejects.toMatchObject(missing);
  // Who says nothing is not held up.
  expect(await sealReason(sealer, null)).toBeNull();
});
