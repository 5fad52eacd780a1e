import { describe, expect, it } from 'vitest';
import { withPersonalTexts } from '../../src/api/show-personal-texts.ts';
import { newSealedId, referenceTo } from '../../src/domain/sealed-text.ts';
import type { OpenedText } from '../../src/store/personal-rows.ts';
import { absentStore } from '../support/absent-store.ts';
import { createApiUnderTest } from '../support/api-under-test.ts';

const [one, other, gone, nowhere] = Array.from({ length: 4 }, newSealedId) as [string, string, string, string];
const TEXTS = new Map<string, OpenedText>([
  [one, { state: 'open', text: `he said "no", see ${referenceTo(other)}` }],
  [other, { state: 'open', text: 'of somebody else' }],
  [gone, { state: 'erased' }],
]);
const store = { openPersonalTexts: async () => TEXTS };
const shown = async (answer: unknown) => JSON.parse(await withPersonalTexts(store, JSON.stringify(answer)));

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

  it('cost nothing where there are none', async () => {
    const absent = { openPersonalTexts: () => Promise.reject(new Error('asked')) };
    expect(await withPersonalTexts(absent, '{"reason":null}')).toBe('{"reason":null}');
  });
});

describe('a reference that a caller sends', () => {
  const SECRET = 'CN=Salim';
  const opened = new Map<string, OpenedText>([[one, { state: 'open', text: SECRET }]]);
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
});
