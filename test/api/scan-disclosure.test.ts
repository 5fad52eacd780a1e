import { expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { absentStore } from '../support/absent-store.ts';
import { createApiUnderTest } from '../support/api-under-test.ts';

test('who is shown a scan with a person’s name and hand stands in the ledger before it is shown', async () => {
  const content = Buffer.from('%PDF-1.7\nscan');
  const recorded: object[] = [];
  let isAway = false;
  const present = {
    readForm: async () => ({ mediaType: 'application/pdf', sha256: 'sha256:0', content }),
    appendLedger: async (fact: object) => {
      if (isAway) throw new Error('away');
      recorded.push(fact);
    },
  } as unknown as Partial<Store>;
  const api = await createApiUnderTest(absentStore(present));
  const headers = await api.as('auditor-1', ['auditor']);
  const read = () => api.app.inject({ url: '/v1/policies/2026-1/hand-signed/MOH/content', headers });
  expect((await read()).rawPayload).toEqual(content);
  const fact = { actor: 'auditor-1', action: 'personal-data.disclosed', subject: 'hand-signed/2026-1/MOH' };
  expect(recorded).toEqual([{ ...fact, body: { documents: 1 } }]);
  isAway = true;
  expect((await read()).payload).not.toContain('scan of');
  expect((await read()).statusCode).toBe(500);
  await api.app.close();
});
