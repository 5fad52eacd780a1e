import { CONDUCT_PHRASES, PROHIBITED_CONDUCT } from '../domain/prohibited-conduct.ts';

/** The closed list of reasons side by side in the languages, for officers and for those who review the translation. */
export function renderConduct(): string {
  const rows = PROHIBITED_CONDUCT.map(
    (reason) => `| \`${reason}\` | ${CONDUCT_PHRASES.en[reason]} | ${CONDUCT_PHRASES.ar[reason]} |`,
  );
  return [
    '# Prohibited conduct',
    '',
    'Made of `src/domain/prohibited-conduct.ts`; `npm run docs` writes it. A suspension names one of these reasons and no other; an officer of the',
    'network side decides, and says why. `wasl policy conduct` and `GET /v1/prohibited-conduct` give them out. **The Arabic sentences were not yet',
    'read by anybody whose language it is;** whoever reviews them finds all of them here.',
    '',
    '| reason | English | Arabic |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
