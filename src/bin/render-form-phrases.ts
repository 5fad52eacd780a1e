import { FORM_PHRASES, type FormPhrases } from '../form/form-phrases.ts';
import { type NamedPhrase, phrasePage } from './phrase-page.ts';

/** Every word of the printed form side by side in the languages, for those who review the translation. */
export function renderFormPhrases(): string {
  return phrasePage(
    'The words of the printed form',
    [
      'Made of `src/form/form-phrases.ts`; `npm run docs` writes it. `wasl evidence print` puts them around what the evidence says, in both languages;',
      'the sentences that are signed are [those of what is signed](signing-phrases.md). **The Arabic words were not yet read by anybody whose language',
      'it is;** whoever reviews them finds all of them here.',
    ],
    { en: listPhrases(FORM_PHRASES.en), ar: listPhrases(FORM_PHRASES.ar) },
  );
}

function listPhrases({ subtitle, reach, fromTo, fromApproval, signatureOf, rows, verdicts, ...words }: FormPhrases) {
  const table: NamedPhrase[] = [
    ...Object.entries(words),
    ['subtitle', subtitle('IC')],
    ['reach', reach('PREFIXES', 'VPN-A', 'VPN-B')],
    ['fromTo', fromTo('TIME', 'TIME')],
    ['fromApproval', fromApproval('TIME')],
    ['signatureOf', signatureOf('PARTY')],
    ['rows', rows(4)],
    ...Object.entries(verdicts).map(([name, word]) => [`verdict ${name}`, word] as const),
  ];
  return table;
}
