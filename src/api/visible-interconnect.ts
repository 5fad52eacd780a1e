import type { InterconnectId } from '../domain/names.ts';
import { WaslError } from '../errors.ts';
import type { InterconnectRecord, Store } from '../store/store.ts';
import type { Principal } from './authentication.ts';
import { confinedTo, maySee } from './authorisation.ts';

/** To a party, an interconnect of others is not there: one answer for both, in every byte and for the same work. */
export async function readVisible(
  store: Pick<Store, 'readInterconnect' | 'readOwners'>,
  id: InterconnectId,
  caller: Principal,
): Promise<InterconnectRecord> {
  const record = await store.readInterconnect(id, confinedTo(caller) ?? undefined);
  if (maySee(caller, { parties: record.parties, owners: await store.readOwners(record.request) })) return record;
  throw new WaslError('INTERCONNECT_UNKNOWN', `there is no interconnect ${id}`);
}
