import { SIGNING_PHRASES, type SigningPhrases } from '../domain/signing-phrases.ts';
import { type NamedPhrase, phrasePage } from './phrase-page.ts';

/** Every sentence of what is signed side by side in the languages, for those who review the translation. */
export function renderSigningPhrases(): string {
  return phrasePage(
    'The sentences of what is signed',
    [
      'Made of `src/domain/signing-phrases.ts`; `npm run docs` writes it. Whoever signs reads them in both languages. **The Arabic sentences were',
      'not yet read by anybody whose language it is;** whoever reviews them finds all of them here. Ids, digests and times are put in as they are,',
      'isolated from the direction of the text.',
    ],
    { en: listPhrases(SIGNING_PHRASES.en), ar: listPhrases(SIGNING_PHRASES.ar) },
  );
}

function listPhrases(phrases: SigningPhrases): NamedPhrase[] {
  const { titles, statements, roles, signer, ...words } = phrases;
  return [
    ...Object.entries(titles).map(([kind, word]): NamedPhrase => [`title ${kind}`, word]),
    ...Object.entries(statements).map(([kind, say]): NamedPhrase => [`statement ${kind}`, say('ID', 'VERSION')]),
    ...Object.entries(roles).map(([role, word]): NamedPhrase => [`role ${role}`, word]),
    ['signer', signer('PARTY', 'ROLE')],
    ...Object.entries(words),
  ];
}
