import { expect, test } from 'vitest';
import { createDevelopmentAuthority } from '../../src/signatures/index.ts';
import type { Store } from '../../src/store/store.ts';
import { CHANGE, makeWorld } from '../ledger/evidence-world.ts';
import { absentStore } from '../support/absent-store.ts';
import { createApiUnderTest } from '../support/api-under-test.ts';

test('signed documents leave in evidence for an audit, and the ledger says to whom before they do', async () => {
  const authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
  const world = await makeWorld({ authority });
  await world.signCheckpoints();
  const recorded: object[] = [];
  let isAway = false;
  const present = {
    ...world.source,
    readChange: async () => ({ id: CHANGE }),
    listPushed: async () => [],
    listEarlierDecisions: async () => [],
    appendLedger: async (fact: object) => {
      if (isAway) throw new Error('away');
      recorded.push(fact);
    },
  } as unknown as Partial<Store>;
  const api = await createApiUnderTest(absentStore(present));
  const read = async (edition: string) => {
    const headers = await api.as('auditor-1', ['auditor']);
    return api.app.inject({ url: `/v1/changes/${CHANGE}/evidence?edition=${edition}`, headers });
  };
  expect((await read('whole')).statusCode).toBe(200);
  const fact = { actor: 'auditor-1', action: 'personal-data.disclosed', subject: `evidence/${CHANGE}` };
  expect(recorded).toEqual([{ ...fact, body: { purpose: 'audit', documents: expect.any(Number) } }]);
  isAway = true;
  const answer = await read('parties');
  expect([answer.statusCode, answer.payload.includes('signatures')]).toEqual([500, false]);
  await api.app.close();
});
