import { expect, it } from 'vitest';
import { entityProfileSchema } from '../../src/domain/entity-profile.ts';
import { listInputIssues } from '../../src/domain/input-issues.ts';
import { CONDUCT_PHRASES, PROHIBITED_CONDUCT } from '../../src/domain/prohibited-conduct.ts';

const DESK = { purpose: 'liaison', name: 'Network desk', designation: 'Duty engineer', telephone: '+968 2400 0100' };
const faultsOf = (value: unknown) => {
  const result = entityProfileSchema.safeParse(value);
  return result.success ? [] : listInputIssues(result.error, value).map(({ path, fact }) => [path.join('.'), fact]);
};

it('takes contacts that somebody can reach, and obligations in both languages', () => {
  const obligations = [{ en: 'Told within an hour.', ar: 'يبلغ خلال ساعة.' }];
  expect(faultsOf({ contacts: [DESK, { ...DESK, purpose: 'security' }], obligations })).toEqual([]);
  expect(faultsOf({ contacts: [], obligations: [] })).toEqual([]);
});

it.each([
  ['nobody can reach', [{ ...DESK, telephone: undefined }], 'contacts.0', 'nobody can reach this contact'],
  ['no country', [{ ...DESK, telephone: '2400 0100' }], 'contacts.0.telephone', expect.stringContaining('country')],
  ['no address', [{ ...DESK, email: 'desk' }], 'contacts.0.email', expect.any(String)],
  ['a line break in a name', [{ ...DESK, name: 'a\nb' }], 'contacts.0.name', expect.stringContaining('line break')],
  [
    'the same person twice',
    [DESK, { ...DESK, telephone: '+968 2400 0101' }],
    'contacts',
    'a person is named twice for one purpose',
  ],
  [
    'more than a few',
    Array.from({ length: 9 }, (_, n) => ({ ...DESK, name: `Desk ${n}` })),
    'contacts',
    expect.any(String),
  ],
])('refuses %s', (_, contacts, path, fact) => {
  expect(faultsOf({ contacts, obligations: [] })).toEqual([[path, fact]]);
});

it('refuses an obligation that one side cannot read', () => {
  expect(faultsOf({ contacts: [], obligations: [{ en: 'Told within an hour.' }] })[0]?.[0]).toBe('obligations.0.ar');
});

it('says every reason for a suspension in both languages, each in its own words', () => {
  for (const [language, letters] of [
    ['en', /^[\x20-\x7e]+\.$/],
    ['ar', /^[\u0600-\u06ff ]+\.$/],
  ] as const) {
    const sentences = PROHIBITED_CONDUCT.map((reason) => CONDUCT_PHRASES[language][reason]);
    expect(new Set(sentences).size).toBe(PROHIBITED_CONDUCT.length);
    for (const sentence of sentences) expect(sentence).toMatch(letters);
  }
});
