import { describe, expect, it } from 'vitest';
import type { Principal } from '../../src/api/authentication.ts';
import { withPersonalTexts } from '../../src/api/show-personal-texts.ts';
import type { EntityId, PersonId } from '../../src/domain/names.ts';
import { newSealedId, referenceTo } from '../../src/domain/sealed-text.ts';
import { OPERATOR } from '../../src/domain/signing-document.ts';
import { makeHolder } from '../../src/signatures/development-certificates.ts';
import type { OpenedText, TextOfRecord } from '../../src/store/personal-rows.ts';
import type { InterconnectRecord } from '../../src/store/store.ts';
import { absentStore } from '../support/absent-store.ts';
import { createApiUnderTest } from '../support/api-under-test.ts';

const [one, other, gone, nowhere] = Array.from({ length: 4 }, newSealedId) as [string, string, string, string];
const of = (id: string, found: OpenedText): TextOfRecord => ({ ...found, record: { kind: 'interconnect', id } });
const TEXTS = new Map<string, TextOfRecord>([
  [one, of('IC-0001', { state: 'open', text: `he said "no", see ${referenceTo(other)}` })],
  [other, of('IC-0002', { state: 'open', text: 'of somebody else' })],
  [gone, of('IC-0001', { state: 'erased' })],
]);
/** IC-0001 is of MOH and MOF, IC-0002 of MOI and MOF. */
const store = absentStore({
  openPersonalTexts: async () => TEXTS,
  readInterconnect: async (id) => {
    const parties = id === 'IC-0001' ? ['MOH', 'MOF'] : ['MOI', 'MOF'];
    return { id, parties, request: {} } as unknown as InterconnectRecord;
  },
  readOwners: async () => [],
});
const person = 'person-1' as PersonId;
const caller = (roles: Principal['roles'], entity: string | null): Principal => ({
  ...{ person, roles, entity: entity as EntityId | null, expiresAt: new Date(), authenticatedAt: null, acr: null },
});
const ENGINEER = caller(['engineer'], null);
const shown = async (answer: unknown, by: Principal | null = ENGINEER) =>
  JSON.parse(await withPersonalTexts(store, JSON.stringify(answer), by));

describe('personal texts in answers', () => {
  it('stand where their references were, as they are', async () => {
    expect(await shown({ reason: `rejected: ${referenceTo(one)}`, at: 1 })).toEqual({
      reason: `rejected: he said "no", see ${referenceTo(other)}`,
      at: 1,
    });
  });

  it('say that they are gone', async () => {
    expect(await shown([referenceTo(gone)])).toEqual(['[erased]']);
  });

  it('are not guessed: what is no reference stays', async () => {
    expect(await shown([referenceTo(nowhere), '[text:short]'])).toEqual([referenceTo(nowhere), '[text:short]']);
  });

  it('are shown to a party of their own interconnects alone, and to nobody who is not known', async () => {
    const both = [referenceTo(one), referenceTo(other)];
    const opened = [expect.stringContaining('he said'), 'of somebody else'];
    expect(await shown(both)).toEqual(opened);
    expect(await shown(both, caller(['portal'], 'MOF'))).toEqual(opened);
    expect(await shown(both, caller(['portal'], 'MOH'))).toEqual([opened[0], both[1]]);
    expect(await shown(both, null)).toEqual(both);
  });

  it('cost nothing where there are none', async () => {
    expect(await withPersonalTexts(absentStore(), '{"reason":null}', ENGINEER)).toBe('{"reason":null}');
  });
});

describe('a reference that a caller sends', () => {
  const SECRET = 'CN=Salim';
  const opened = new Map([[one, of('IC-0001', { state: 'open', text: SECRET })]]);
  const opening = absentStore({ openPersonalTexts: async () => opened });
  const reference = referenceTo(one);
  const profile = '/v1/entities/MOH/profile';
  const contact = { purpose: 'liaison', name: reference, designation: 'desk', email: 'a@moh.example' };
  const json = { 'content-type': 'application/json' };
  const sent = [
    { what: 'in a text', payload: JSON.stringify({ contacts: [contact], obligations: [] }) },
    { what: 'escaped', payload: `{"contacts":[],"obligations":[],"a":"${reference.replace('[', '\\u005b')}"}` },
    { what: 'in other letters', payload: JSON.stringify({ contacts: [], obligations: [], a: `［text：${one}］` }) },
    { what: 'as the name of a member', payload: JSON.stringify({ [reference]: 1 }) },
    { what: 'as a member that is there twice', payload: `{"${reference}":1,"${reference}":2}` },
    { what: 'in what is no JSON', payload: `{"a": ${reference}` },
  ];

  it.each(sent)('is opened for nobody: $what', async ({ payload }) => {
    const api = await createApiUnderTest(opening);
    const headers = { ...(await api.as('moh-1', ['party-approver'], 'MOH')), ...json };
    const answer = await api.app.inject({ method: 'PUT', url: profile, headers, payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.payload).not.toContain(SECRET);
    await api.app.close();
  });

  it('nor where it is an address, or a header that is quoted', async () => {
    const api = await createApiUnderTest(opening);
    const as = await api.as('moh-1', ['party-approver'], 'MOH');
    const path = encodeURIComponent(reference);
    for (const url of [`/v1/entities/${path}/profile`, `/v1/${path}`, `/v1/interconnects?${path}=1`]) {
      const answer = await api.app.inject({ method: 'GET', url, headers: as });
      expect([answer.statusCode, answer.payload.includes(SECRET)]).toEqual([400, false]);
    }
    const headers = { ...as, 'content-type': `text/plain; a="${reference}"` };
    const answer = await api.app.inject({ method: 'PUT', url: profile, headers, payload: 'text' });
    expect([answer.statusCode, answer.payload.includes(SECRET)]).toEqual([400, false]);
    await api.app.close();
  });

  it('nor where a certificate has it for a name', async () => {
    const api = await createApiUnderTest(opening);
    const headers = await api.as('engineer-1', ['engineer']);
    const signer = { party: OPERATOR, role: 'officer' };
    const digest = `sha256:${'0'.repeat(64)}`;
    const document = {
      ...{ format: 'wasl-signing-document/1', kind: 'plan-approval', installation: 'abcdef012345', signers: [signer] },
      ...{ subject: { id: 'IC-0001-C1-P1', digest }, policy: null, preparedAt: '2026-03-01T08:00:00.000Z' },
      nonce: 'a-nonce-of-tests-is-none',
    };
    const named = { kind: 'authority', commonName: reference, organization: 'MOH', days: 2 } as const;
    const certificates = makeHolder(null, named, new Date()).replace(/^.*PRIVATE KEY-----\n/s, '');
    const url = '/v1/signing-documents/preparations';
    const payload = { document, signer, designation: 'desk', certificates };
    const answer = await api.app.inject({ method: 'POST', url, headers, payload });
    expect(answer.json()).toMatchObject({ status: 422, detail: expect.stringContaining('is not for signatures') });
    expect(answer.payload).not.toContain(SECRET);
    await api.app.close();
  });
});
