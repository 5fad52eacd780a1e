/** A person who signed and wrote, and is erased: nowhere in what any part of wasl, or its workflow server, has written. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { SigningWish } from '../../src/api/signing-wire.ts';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import type { EntityId, InterconnectId, PersonId } from '../../src/domain/names.ts';
import type { RetentionSchedule } from '../../src/domain/retention.ts';
import { referredIds } from '../../src/domain/sealed-text.ts';
import { signatureDigest } from '../../src/domain/signature-digest.ts';
import { readSigningDocument, type SigningDocument } from '../../src/domain/signing-document.ts';
import { completeSignatures, readPemIdentity, signDocument, writeSignedDocument } from '../../src/signatures/index.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { MOH_MOF } from '../support/api-under-test.ts';
import { Installation, onServer } from '../support/installation.ts';
import { ringInMemory } from '../support/key-ring-in-memory.ts';
import { signAs } from '../support/signing.ts';

/** In certificates, in reasons, in a scan. No other test says these. */
const CANARIES = ['Zahra-bint-Canary', 'Moved-to-Canary-Street', 'Hand-of-Yusuf-Canary'] as const;
const [NAME, WORDS, HAND] = CANARIES;
const SECRET = 'whsec_Q2FuYXJ5IHNlY3JldCBvZiBhIHdlYmhvb2s=';
const [ADMIN, OFFICER] = ['admin-9', 'officer-9'] as PersonId[] as [PersonId, PersonId];
const [MOF, NOBODY] = ['MOF', 'MOX'] as EntityId[] as [EntityId, EntityId];
const DAY_MS = 86_400_000;
const SCHEDULE: RetentionSchedule = {
  authority: 'disposition authorisation 2026/17',
  rules: [
    { record: 'interconnect', begins: 'ended', days: 30, reference: 'class 4.2' },
    { record: 'policy-acceptance', begins: 'superseded', days: 30, reference: 'class 4.3' },
  ],
};

const ring = ringInMemory('kek-1');
/** Of API and worker, and what was posted to a party's webhook. */
const [lines, posted] = [[], []] as [string[], string[]];
const receiver = createServer(async (request, response) => {
  for await (const chunk of request) posted.push(String(chunk));
  response.end();
});
let wasl: Installation;
/** The record as it is seen a year from now. */
let later: Store;
beforeAll(async () => {
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  wasl = await Installation.open({ keys: ring, onLog: (line) => void lines.push(line) });
  const clock = () => new Date(Date.now() + 400 * DAY_MS);
  later = await openStore({ databaseUrl: wasl.databaseUrl, keys: ring, clock });
});
afterAll(async () => {
  receiver.close();
  await later.close();
  await wasl[Symbol.asyncDispose]();
});

it('a person who was erased is in no file, log, queue, history or row', async () => {
  const { port } = receiver.address() as AddressInfo;
  const key = { entity: MOF, url: `http://127.0.0.1:${port}/`, scheme: 'v1', key: SECRET, by: ADMIN } as const;
  const { id: endpoint } = await wasl.store.registerWebhook(key);
  await wasl.store.changeWebhook(endpoint, MOF, { networks: ['127.0.0.1/32'] }, ADMIN);
  const content = Buffer.from(`%PDF-1.7 ${HAND}`);
  const [policy] = await wasl.store.listPolicies();
  const scan = { version: policy?.version ?? '', digest: policy?.digest ?? '', entity: NOBODY, content, by: ADMIN };
  await wasl.store.attachForm({ ...scan, mediaType: 'application/pdf' });

  const id = await carriedOutAndWithdrawn();
  const refused = await refusedAtTheGate();
  const reason = (await wasl.engineer(1).readInterconnect(id)).withdrawal?.reason;
  // They are there: else what follows shows nothing.
  expect(reason).toContain(WORDS);
  expect(await isSigned(id)).toBe(true);
  const reference = referredIds(JSON.stringify(await wasl.store.readInterconnect(id)))[0] ?? '';

  await eraseAllThatIsDue([id, refused]);
  expect(await isSigned(id)).toBe(false);
  expect((await wasl.engineer(1).readInterconnect(id)).withdrawal?.reason).toBe('[erased]');
  await expect(wasl.store.readForm(scan.version, NOBODY)).rejects.toMatchObject({ code: 'POLICY_FORM_ERASED' });

  await onServer(wasl.databaseUrl, 'checkpoint');
  const [postgres, temporal] = [inject('postgresDirectory'), inject('temporalDirectory')];
  const written = { histories: await histories(), logs: lines.join('\n'), webhooks: posted.join('\n') };
  // Each of them is looked into: what stands for a person is found.
  expect(await filesWith(postgres, [reference])).not.toEqual([]);
  expect(await filesWith(temporal, [id])).not.toEqual([]);
  expect(written.histories).toContain(id);
  expect(written.webhooks).toContain(id);
  expect(written.logs).toContain(`/v1/interconnects/${id}`);

  for (const each of [...CANARIES, SECRET]) {
    const forms = formsOf(each);
    expect(await filesWith(postgres, forms)).toEqual([]);
    expect(await filesWith(temporal, forms)).toEqual([]);
    for (const [where, text] of Object.entries(written))
      expect([where, forms.filter((form) => text.includes(form))]).toEqual([where, []]);
  }
});

/** From the request to the last router read back, with the person's certificate and words wherever somebody gives any. */
async function carriedOutAndWithdrawn(): Promise<InterconnectId> {
  const { interconnect } = await wasl.portal('MOH').submitRequest(MOH_MOF, 'key-of-the-request');
  const { id, requestDigest: digest } = interconnect;
  for (const party of ['MOH', 'MOF'])
    await wasl.signatory(party).decideRequest(id, {
      ...{ decision: 'approve', digest, reason: WORDS },
      signed: await signedByName(party, { kind: 'request', id }),
    });
  await approve(await wasl.untilPlanned(id));
  await wasl.untilLifecycle(id, 'active');
  await wasl.signatory('MOF').withdraw(id, WORDS, await signedByName('MOF', { kind: 'withdrawal', id }));
  await approve(await wasl.untilPlanned(id));
  await wasl.untilLifecycle(id, 'withdrawn');
  return id as InterconnectId;
}

async function approve(planId: string): Promise<void> {
  const { digest } = await wasl.engineer(2).readPlan(planId);
  await wasl.engineer(2).decidePlan(planId, { decision: 'approve', digest, reason: WORDS });
}

const parse = (document: unknown): SigningDocument =>
  readSigningDocument(new TextEncoder().encode(canonicalJson(document as never)));

async function signedByName(party: string, wish: SigningWish) {
  const { document } = await wasl.signatory(party).composeSigningDocument(wish);
  return signAs(wasl.authority, NAME, parse(document));
}

/** Signed for one party with the certificate of another: the API refuses it by its name, and what came past the API the worker refuses. */
async function refusedAtTheGate(): Promise<InterconnectId> {
  const { interconnect } = await wasl.portal('MOH').submitRequest(MOH_MOF, 'key-of-the-second-request');
  const { id, requestDigest: digest } = interconnect;
  const wish = { kind: 'request', id } as const;
  const { document } = await wasl.signatory('MOF').composeSigningDocument(wish);
  const { authority } = wasl;
  const keys = await Promise.all(
    parse(document).signers.map(async (signer) => {
      const pem = await authority.issue({ party: 'MOH', role: signer.role, person: NAME });
      return { signer, key: readPemIdentity(pem, null), designation: signer.role === 'seal' ? null : 'Director' };
    }),
  );
  const times = { trust: authority.trust(), ask: authority.ask, at: new Date() };
  const signed = await completeSignatures(await signDocument(parse(document), keys, new Date()), times);
  const decision = { decision: 'approve', digest } as const;
  await expect(wasl.signatory('MOF').decideRequest(id, { ...decision, signed })).rejects.toMatchObject({
    code: 'SIGNATURE_REFUSED',
    message: expect.stringContaining(NAME),
  });
  const kept = { text: writeSignedDocument(signed), signature: signatureDigest(signed) };
  const past = { verb: 'sign', party: MOF, person: 'mof-signatory-1' as PersonId, reason: null } as const;
  await wasl.store.decide(id as InterconnectId, { ...past, ...decision, signed: kept }, null);
  await wasl.signatory('MOH').decideRequest(id, decision);
  await approve(await wasl.untilPlanned(id));
  const refused = async () => JSON.stringify((await wasl.store.listChanges(id as InterconnectId)).at(-1));
  await expect.poll(refused).toContain('does not sign for MOF');
  await wasl.signatory('MOH').withdraw(id, WORDS);
  await wasl.untilLifecycle(id, 'rejected');
  return id as InterconnectId;
}

/** Whether a document that opens has the person's name. */
async function isSigned(id: InterconnectId): Promise<boolean> {
  const documents = JSON.stringify(await wasl.store.listSignedDecisions(id));
  return formsOf(NAME).some((form) => documents.includes(form));
}

async function eraseAllThatIsDue(ended: readonly string[]): Promise<void> {
  const inForceFrom = new Date(Date.now() + DAY_MS).toISOString();
  const terms = { version: '2026-2', inForceFrom, graceDays: 30 };
  const texts = (['ar', 'en'] as const).map((language) => {
    return { language, mediaType: 'text/plain' as const, content: Buffer.from(`the next policy (${language})\n`) };
  });
  const { digest } = await wasl.store.proposePolicy({ terms, texts, by: 'admin-1' as PersonId });
  await wasl.store.publishPolicy({ version: terms.version, digest, by: 'admin-2' as PersonId });
  const proposal = await later.proposeErasure({ schedule: SCHEDULE, by: ADMIN_OF_RECORDS });
  expect(proposal.records.map(({ id }) => id)).toEqual(expect.arrayContaining([...ended, `2026-1/${NOBODY}`]));
  await later.decideErasure({ id: proposal.id, digest: proposal.digest, decision: 'authorise', by: OFFICER });
  await later.eraseProposed({ id: proposal.id, schedule: SCHEDULE, by: ADMIN_OF_RECORDS });
  ring.add('kek-2');
  expect(await later.rotatePersonalKeys({ by: OFFICER })).toMatchObject({ retired: ['kek-1'], secrets: 1, lost: [] });
  ring.destroy('kek-1');
}
const ADMIN_OF_RECORDS = 'admin-8' as PersonId;

/** Of all workflows: names, memos, search attributes, and each event with its payloads, as Temporal has them. */
async function histories(): Promise<string> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const client = new Client({ connection, namespace: wasl.temporalNamespace });
  const texts: string[] = [];
  for await (const { raw, ...info } of client.workflow.list()) {
    const history = historyToJSON(await client.workflow.getHandle(info.workflowId, info.runId).fetchHistory());
    const payloads = [...history.matchAll(/"data":\s*"([^"]+)"/g)].map(([, data = '']) =>
      Buffer.from(data, 'base64').toString(),
    );
    texts.push(JSON.stringify(info.memo ?? {}), JSON.stringify(raw), history, ...payloads);
  }
  await connection.close();
  return texts.join('\n');
}

/** Files in a folder with any of these: tables, write-ahead logs, statistics, logs. */
async function filesWith(folder: string, texts: readonly string[]): Promise<string[]> {
  const patterns = texts.flatMap((text) => ['-e', text]);
  // 1: it found nothing; files come and go meanwhile.
  const { stdout } = await promisify(execFile)('grep', ['-rlaF', ...patterns, folder]).catch(
    (error: { stdout: string }) => error,
  );
  return stdout.split('\n').filter(Boolean);
}

/** As it is, in base64 as certificates and payloads have it, and in base64 of that, as signed documents carry certificates. */
function formsOf(text: string): string[] {
  const once = inBase64(text);
  return [text, ...once, ...once.flatMap(inBase64)];
}

/** The middle of a text as it stands in base64 that began none, one or two bytes before it. */
const inBase64 = (text: string): string[] =>
  ['', 'x', 'xx'].map((before) =>
    Buffer.from(before + text)
      .toString('base64')
      .slice(4, -4),
  );
