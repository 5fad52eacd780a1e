import { expect, it } from 'vitest';
import { WaslError } from '../../src/errors.ts';
import type { InterconnectRecord } from '../../src/store/store.ts';
import { absentStore } from '../support/absent-store.ts';
import { createApiUnderTest } from '../support/api-under-test.ts';

it('answers the events of a foreign interconnect and of none alike, in status, headers and body', async () => {
  const foreign = { id: 'IC-0001', parties: ['MOF', 'MOH'] } as unknown as InterconnectRecord;
  const store = absentStore({
    readInterconnect: async (id) => {
      if (id === foreign.id) return foreign;
      throw new WaslError('INTERCONNECT_UNKNOWN', `there is no interconnect ${id}`);
    },
  });
  const api = await createApiUnderTest(store);
  const headers = await api.as('moe-clerk-1', ['portal'], 'MOE');
  const ask = async (id: string) => {
    const answer = await api.app.inject({ url: `/v1/events?interconnect=${id}`, headers });
    const { date: _date, 'x-request-id': _id, ...rest } = answer.headers;
    return { status: answer.statusCode, rest, body: answer.body.replaceAll(id, 'ID') };
  };
  const answer = await ask('IC-0001');
  expect(answer.status).toBe(404);
  expect(answer).toEqual(await ask('IC-0999'));
  await api.app.close();
});
