import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InterconnectId, PersonId } from '../../../src/domain/names.ts';
import type { Approval } from '../../../src/domain/request.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { MOF, MOH, MOH_CLERK, sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
let count = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open();
});
afterAll(() => database.drop());

async function submit(): Promise<{ id: InterconnectId; approval: Approval }> {
  count += 1;
  const { interconnect } = await store.createInterconnect(sampleSubmission(`approval-${count}`));
  const approval: Approval = {
    subject: 'request',
    digest: interconnect.requestDigest,
    party: MOH,
    person: 'moh-signatory-1' as PersonId,
    decision: 'approve',
    reason: null,
    decidedAt: '2026-11-22T12:00:00.000Z',
  };
  return { id: interconnect.id, approval };
}

test('both parties approve; both approvals are listed in order and in the ledger', async () => {
  const { id, approval } = await submit();
  const second: Approval = { ...approval, party: MOF, person: 'mof-signatory-1' as PersonId };
  await store.recordApproval(id, approval);
  await store.recordApproval(id, second);
  expect(await store.listApprovals(id)).toEqual([approval, second]);
  const facts = (await store.readLedger({ afterSequence: 0 })).filter(
    ({ subject, action }) => subject === id && action === 'approval.recorded',
  );
  expect(facts.map(({ actor, body }) => [actor, body.party])).toEqual([
    ['moh-signatory-1', 'MOH'],
    ['mof-signatory-1', 'MOF'],
  ]);
});

test('the same decision again changes nothing; another decision, or one for the other party, is refused', async () => {
  const { id, approval } = await submit();
  await store.recordApproval(id, approval);
  await store.recordApproval(id, approval);
  const twice = { code: 'APPROVAL_TWICE' };
  await expect(store.recordApproval(id, { ...approval, decision: 'reject' })).rejects.toMatchObject(twice);
  await expect(store.recordApproval(id, { ...approval, party: MOF })).rejects.toMatchObject(twice);
  expect(await store.listApprovals(id)).toEqual([approval]);
});

test('ten times the same approval at once is one approval', async () => {
  const { id, approval } = await submit();
  await Promise.all(Array.from({ length: 10 }, () => store.recordApproval(id, approval)));
  expect(await store.listApprovals(id)).toHaveLength(1);
});

test('a plan of another digest is decided on anew', async () => {
  const { id, approval } = await submit();
  const plan: Approval = { ...approval, subject: 'plan', party: 'network', person: 'engineer-2' as PersonId };
  await store.recordApproval(id, { ...plan, digest: 'sha256:a' });
  await store.recordApproval(id, { ...plan, digest: 'sha256:b', decision: 'reject', reason: 'wrong window' });
  expect((await store.listApprovals(id)).map(({ digest, decision }) => [digest, decision])).toEqual([
    ['sha256:a', 'approve'],
    ['sha256:b', 'reject'],
  ]);
});

test.each<[string, Partial<Approval>, string]>([
  ['the requester approves', { person: MOH_CLERK }, 'APPROVAL_SELF'],
  ['the requester approves the plan', { subject: 'plan', party: 'network', person: MOH_CLERK }, 'APPROVAL_SELF'],
  ['a third entity approves', { party: 'MOE' as Approval['party'] }, 'APPROVAL_PARTY'],
  ['the network side signs for a party', { party: 'network' }, 'APPROVAL_PARTY'],
  ['a party approves the plan', { subject: 'plan' }, 'APPROVAL_PARTY'],
  ['the digest is of something else', { digest: `sha256:${'0'.repeat(64)}` }, 'APPROVAL_DIGEST'],
])('refused: %s', async (_case, wrong, code) => {
  const { id, approval } = await submit();
  await expect(store.recordApproval(id, { ...approval, ...wrong })).rejects.toMatchObject({ code });
  expect(await store.listApprovals(id)).toEqual([]);
});

test('the requester may take the request back', async () => {
  const { id, approval } = await submit();
  await store.recordApproval(id, { ...approval, person: MOH_CLERK, decision: 'reject', reason: 'a mistake' });
  expect(await store.listApprovals(id)).toHaveLength(1);
});
