/** The communication policy in the record: who brings it into force, who accepts it, and rows that came beside wasl. */
import pg from 'pg';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { EntityId, InterconnectId, PersonId } from '../../../src/domain/names.ts';
import { verifyChain } from '../../../src/ledger/verify-chain.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { UNREAD } from '../../support/signing.ts';
import { MOF, MOH, sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase | undefined;
let store: Store;
let now = new Date('2026-06-01T00:00:00Z');
beforeEach(async () => {
  await database?.drop();
  database = await createTestDatabase();
  now = new Date('2026-06-01T00:00:00Z');
  store = await database.open(() => now);
});
afterAll(() => database?.drop());

const who = (name: string) => name as PersonId;
const [ADMIN, OTHER] = [who('admin-1'), who('admin-2')];
const text = (language: 'ar' | 'en', content = `policy in ${language}`) => ({
  ...{ language, mediaType: 'text/plain' as const },
  content: Buffer.from(content),
});
const propose = (version: string, inForceFrom = '2026-01-01T00:00:00.000Z', by = ADMIN, english = 'policy in en') =>
  store.proposePolicy({
    ...{ terms: { version, inForceFrom, graceDays: 30 }, by },
    texts: [text('ar'), text('en', english)],
  });
const publish = async (version: string, by = OTHER) =>
  store.publishPolicy({ version, by, digest: (await store.readPolicy(version)).digest });
const accept = async (version: string, entity: EntityId, by = who(`${entity.toLowerCase()}-signatory`)) =>
  store.acceptPolicy({ version, entity, by, digest: (await store.readPolicy(version)).digest });
const sql = async (statement: string) => {
  const client = new pg.Client({ connectionString: database?.databaseUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
};

describe('a version', () => {
  it('is proposed, mended while nobody published it, and then never changed', async () => {
    const slip = await propose('1', undefined, ADMIN, 'a slip');
    expect(await propose('1', undefined, ADMIN, 'a slip')).toEqual(slip);
    const mended = await propose('1', undefined, OTHER);
    expect([mended.digest === slip.digest, mended.proposedBy]).toEqual([false, OTHER]);
    await expect(publish('1')).rejects.toMatchObject({
      ...{ code: 'APPROVAL_SELF', remedy: 'Another admin or a security officer must publish it.' },
    });
    await expect(propose('2', '2062-01-01T00:00:00.000Z')).rejects.toMatchObject({ code: 'POLICY_CONFLICT' });
    expect((await publish('1', ADMIN)).publishedBy).toBe(ADMIN);
    await expect(propose('1', undefined, ADMIN, 'other words')).rejects.toMatchObject({ code: 'POLICY_CONFLICT' });
    expect((await propose('1')).publishedBy).toBe(ADMIN);
    const { content, sha256 } = await store.readRendition('1', 'en');
    expect([content.toString(), sha256]).toEqual(['policy in en', mended.renditions[1]?.sha256]);
  });

  it('is accepted once by each entity, never by one person for two, and on its very digest', async () => {
    await propose('1');
    await expect(accept('1', MOH)).rejects.toMatchObject({ code: 'POLICY_UNKNOWN' });
    await publish('1');
    const first = await accept('1', MOH);
    now = new Date('2026-06-02T00:00:00Z');
    expect(await accept('1', MOH)).toEqual(first);
    await expect(accept('1', MOH, who('another'))).rejects.toMatchObject({ code: 'APPROVAL_TWICE' });
    await expect(accept('1', MOF, who('moh-signatory'))).rejects.toMatchObject({ code: 'APPROVAL_TWICE' });
    const other = { version: '1', entity: MOF, by: who('mof-1'), digest: `sha256:${'0'.repeat(64)}` };
    await expect(store.acceptPolicy(other)).rejects.toMatchObject({ code: 'APPROVAL_DIGEST' });
    await expect(accept('9', MOF)).rejects.toMatchObject({ code: 'POLICY_UNKNOWN' });
    expect(await store.listAcceptances()).toEqual([first]);
    await propose('2', '2026-07-01T00:00:00.000Z');
    await publish('2');
    now = new Date('2026-07-02T00:00:00Z');
    expect(await accept('1', MOH)).toEqual(first);
    await expect(accept('1', MOF)).rejects.toMatchObject({
      ...{ code: 'POLICY_NOT_IN_FORCE', remedy: 'Read and accept that one: wasl policy accept 2' },
    });
    const entries = await store.readLedger({ afterSequence: 0 });
    expect(entries.map(({ action }) => action.replace('policy.', ''))).toEqual([
      ...['proposed', 'published', 'accepted'],
      ...['proposed', 'published'],
    ]);
    expect(verifyChain(entries)).toMatchObject({ intact: true });
  });
});

it('an acceptance that is signed anew takes the place of the one before, also by somebody else of the entity', async () => {
  await propose('1');
  await publish('1');
  await accept('1', MOH);
  const { digest } = await store.readPolicy('1');
  const signed = { text: '{}', signature: `sha256:${'1'.repeat(64)}` as typeof digest };
  const anew = { version: '1', entity: MOH, by: who('moh-2'), digest, signed };
  const second = await store.acceptPolicy(anew);
  expect(second).toMatchObject({ person: 'moh-2', signature: signed.signature });
  expect(await store.acceptPolicy(anew)).toEqual(second);
  expect(await store.listAcceptances()).toEqual([second]);
  // What was pushed by it is shown by its own document, and by no later one.
  const third = { ...signed, text: '{"third":true}', signature: `sha256:${'3'.repeat(64)}` as typeof digest };
  await store.acceptPolicy({ ...anew, by: who('moh-3'), signed: third });
  const { id } = (await store.createInterconnect(sampleSubmission('key-of-anew'))).interconnect;
  expect((await store.readDecisionFacts(id)).altered).toEqual([]);
  const accepted = { subject: 'policy', digest, party: 'MOH' };
  expect(await store.listSignedDecisions(id)).toMatchObject([{ ...accepted, person: 'moh-3', signed: third.text }]);
  expect(await store.listEarlierDecisions(id)).toMatchObject([{ ...accepted, person: 'moh-2', signed: '{}' }]);
  expect(await store.listSignatures(id)).toMatchObject([
    { person: 'moh-3', signature: third.signature, document: 'kept' },
    { person: 'moh-2', signature: signed.signature, document: 'kept' },
  ]);
});

it('a publication and an acceptance while somebody decides are no altered record', async () => {
  await propose('2026-1');
  await publish('2026-1');
  await accept('2026-1', MOF);
  await accept('2026-1', MOH);
  const { id, requestDigest: digest } = (await store.createInterconnect(sampleSubmission('key-of-race'))).interconnect;
  let isOver = false;
  const published = (async () => {
    for (let month = 1; month <= 6; month++) {
      const version = `2027-${String(month).padStart(2, '0')}`;
      await propose(version, `${version}-01T00:00:00.000Z`);
      await publish(version);
      await accept(version, month % 2 === 0 ? MOF : MOH);
    }
    isOver = true;
  })();
  const looked = new Set<string>();
  const person = who('moh-signatory');
  const sign = { verb: 'sign', person, party: MOH, digest, decision: 'approve', reason: null, signed: UNREAD } as const;
  while (!isOver) {
    for (const { fact } of (await store.readDecisionFacts(id)).altered) looked.add(fact);
    await store.decide(id, sign, null).catch((error) => looked.add(error.message));
  }
  await published;
  expect([...looked]).toEqual([]);
});

describe('a text', () => {
  const WORDS = 'other words';
  const swap = `update policy_renditions set content = '${WORDS}'`;
  const told = `, bytes = ${WORDS.length}, sha256 = 'sha256:' || encode(sha256('${WORDS}'), 'hex')`;
  const fact = 'the communication policy 1 has other texts or times than its digest says';

  it.each([
    ['with the digest that is told of it', `${swap}${told} where language = 'en'`],
    ['alone', `${swap} where language = 'ar'`],
  ])('that was swapped beside wasl, %s, is neither published nor accepted, and named', async (_what, statement) => {
    await propose('1');
    await sql(statement);
    await expect(publish('1')).rejects.toMatchObject({ code: 'RECORD_ALTERED' });
    await store.proposePolicy({
      ...{ terms: { version: '1', inForceFrom: '2026-02-01T00:00:00.000Z', graceDays: 30 }, by: ADMIN },
      texts: [text('ar'), text('en')],
    });
    await publish('1');
    expect((await store.reviewRegister()).findings).toEqual([]);
    await sql(statement);
    await expect(accept('1', MOH)).rejects.toMatchObject({ code: 'RECORD_ALTERED', message: fact });
    expect((await store.reviewRegister()).findings).toEqual([{ path: 'policy', fact }]);
  });
});

describe('a request', () => {
  const asked = async () => (await store.createInterconnect(sampleSubmission('key-of-policies'))).interconnect;
  const sign = async (id: InterconnectId, party: EntityId) => {
    const { requestDigest: digest } = await store.readInterconnect(id);
    const person = who(`${party}-signatory`);
    await store.decide(
      id,
      { verb: 'sign', person, party, digest, decision: 'approve', reason: null, signed: UNREAD },
      null,
    );
  };
  const altered = async (id: InterconnectId) => (await store.readDecisionFacts(id)).altered.map(({ fact }) => fact);

  it('is signed by a party that has accepted the policy in force, and may be rejected by one that has not', async () => {
    const { id } = await asked();
    await expect(sign(id, MOH)).rejects.toMatchObject({ code: 'POLICY_NOT_IN_FORCE' });
    await propose('2026-1');
    await publish('2026-1');
    await expect(sign(id, MOH)).rejects.toMatchObject({ code: 'POLICY_NOT_ACCEPTED' });
    await accept('2026-1', MOF);
    await expect(sign(id, MOH)).rejects.toMatchObject({ code: 'POLICY_NOT_ACCEPTED' });
    await accept('2026-1', MOH);
    await sign(id, MOH);
    expect(await altered(id)).toEqual([]);
  });

  it.each([
    [
      'an acceptance that nobody gave',
      `insert into policy_acceptances select '2026-1', 'MOF', digest, 'ghost', now() from policies where version = '2026-1'`,
      'the acceptance of the policy 2026-1 by ghost for MOF is not in the ledger',
    ],
    [
      'other terms under the name that was accepted',
      `update policies set grace_days = 300 where version = '2026-1'`,
      'the communication policy 2026-1 is not the one that was published, by the ledger',
    ],
    [
      'a version that nobody published',
      `insert into policies select '2026-0', in_force_from, 30, digest, 'ghost', now(), 'ghost', now() from policies where version = '2026-1'`,
      'the communication policy 2026-0 is not the one that was published, by the ledger',
    ],
    [
      'a later version gone, so that the earlier one holds on',
      `delete from policy_renditions where policy_version = '2026-2'; delete from policies where version = '2026-2'`,
      'the published policy/2026-2 of the ledger is not in the register',
    ],
    [
      'an acceptance gone',
      `delete from policy_acceptances`,
      'the acceptance by moh-signatory in entry 3 of the ledger is not in the register',
    ],
  ])('opens nothing where rows came beside wasl: %s', async (_what, statement, fact) => {
    await propose('2026-1');
    await publish('2026-1');
    await accept('2026-1', MOH);
    await propose('2026-2', '2026-12-01T00:00:00.000Z');
    await publish('2026-2');
    const { id } = await asked();
    expect(await altered(id)).toEqual([]);
    expect((await store.reviewRegister()).findings).toEqual([]);
    await sql(statement);
    expect(await altered(id)).toContain(fact);
    expect((await store.reviewRegister()).findings.map((each) => each.fact)).toContain(fact);
    await expect(sign(id, MOH)).rejects.toMatchObject({ code: 'RECORD_ALTERED' });
  });
});
