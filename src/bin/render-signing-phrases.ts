import { SIGNING_PHRASES, type SigningPhrases } from '../domain/signing-phrases.ts';

/** Every sentence of what is signed side by side in the languages, for those who review the translation. */
export function renderSigningPhrases(): string {
  const arabic = new Map(listPhrases(SIGNING_PHRASES.ar));
  const rows = listPhrases(SIGNING_PHRASES.en).map(
    ([name, english]) => `| \`${name}\` | ${english} | ${arabic.get(name)} |`,
  );
  return [
    '# The sentences of what is signed',
    '',
    'Made of `src/domain/signing-phrases.ts`; `npm run docs` writes it. Whoever signs reads them in both languages. **The Arabic sentences were',
    'not yet read by anybody whose language it is;** whoever reviews them finds all of them here. Ids, digests and times are put in as they are,',
    'isolated from the direction of the text.',
    '',
    '| phrase | English | Arabic |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function listPhrases(phrases: SigningPhrases): [name: string, sentence: string][] {
  const { titles, statements, roles, signer, ...words } = phrases;
  return [
    ...Object.entries(titles).map(([kind, word]): [string, string] => [`title ${kind}`, word]),
    ...Object.entries(statements).map(([kind, say]): [string, string] => [`statement ${kind}`, say('ID', 'VERSION')]),
    ...Object.entries(roles).map(([role, word]): [string, string] => [`role ${role}`, word]),
    ['signer', signer('PARTY', 'ROLE')],
    ...Object.entries(words),
  ];
}
