import { type Phrases, PLAN_PHRASES } from '../domain/plan-phrases.ts';
import { type NamedPhrase, phrasePage } from './phrase-page.ts';

/** Arguments that stand for themselves in the table. */
const REACH = { prefix: 'PREFIX', from: 'VPN-A', to: 'VPN-B' };

/** Every sentence of a plan side by side in the languages, for those who review the translation. */
export function renderPlanPhrases(): string {
  return phrasePage(
    'The sentences of a plan',
    [
      'Made of `src/domain/plan-phrases.ts`; `npm run docs` writes it. An approver reads a plan in either language: `wasl plan show ID',
      '--language ar`, or `GET /v1/plans/{id}/text?language=ar`. **The Arabic sentences were not yet read by anybody whose language it is;**',
      'whoever reviews them finds all of them here. Names, prefixes and times are put in as they are, isolated from the direction of the text.',
    ],
    { en: listPhrases(PLAN_PHRASES.en), ar: listPhrases(PLAN_PHRASES.ar) },
  );
}

function listPhrases(phrases: Phrases): NamedPhrase[] {
  return [
    ['title', phrases.title({ id: 'PLAN', kind: 'KIND', interconnect: 'IC' })],
    ['after', phrases.after],
    ['gained', phrases.gained(REACH, 'ROUTER', 'TARGET')],
    ['lost', phrases.lost(REACH, 'ROUTER', 'TARGET')],
    ['remains', phrases.remains(REACH, 'IC')],
    ['theOperator', phrases.theOperator],
    ['nothingChanges', phrases.nothingChanges],
    ['nobodyElse', phrases.nobodyElse],
    ['nobodyElseUnproved', phrases.nobodyElseUnproved],
    ['wholeVpn', phrases.wholeVpn('VPN-A')],
    ['toAccept', phrases.toAccept('192.0.2.0/24@VPN-A')],
    ['routers', phrases.routers],
    ['router', phrases.router('ROUTER', 4)],
    ['noRouter', phrases.noRouter],
    ['keeps', phrases.keeps('ROUTER')],
    ['notYet', phrases.notYet('ROUTER')],
    ['proved', phrases.proved],
    ['nothingProved', phrases.nothingProved],
    ['proof', phrases.proof('PROOF', 'VERDICT')],
    ['because', phrases.because({ pe: 'ROUTER', vrf: 'VRF', prefix: 'PREFIX', routeTarget: 'TARGET' })],
    ['when', phrases.when],
    ['atOnce', phrases.atOnce],
    ['notBefore', phrases.notBefore('TIME')],
    ['checked', phrases.checked(30)],
    ['notes', phrases.notes(3)],
    ...Object.entries(phrases.kinds).map(([name, word]): NamedPhrase => [`kind ${name}`, word]),
    ...Object.entries(phrases.proofs).map(([name, word]): NamedPhrase => [`proof ${name}`, word]),
    ...Object.entries(phrases.verdicts).map(([name, word]): NamedPhrase => [`verdict ${name}`, word]),
  ];
}
