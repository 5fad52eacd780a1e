import { describe, expect, it } from 'vitest';
import { withPersonalTexts } from '../../src/api/show-personal-texts.ts';
import { newSealedId, referenceTo } from '../../src/domain/sealed-text.ts';
import type { OpenedText } from '../../src/store/personal-rows.ts';

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
