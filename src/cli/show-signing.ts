import { LANGUAGES, type Language } from '../domain/plan-phrases.ts';
import { OPERATOR, type Signer, type SigningDocument } from '../domain/signing-document.ts';
import { signingText } from '../domain/signing-text.ts';
import type { EntryReport, VerificationReport } from '../signatures/index.ts';
import { isolateText, type Paint } from './paint.ts';

/** Exactly what is signed, in both languages. */
export function showSigning(document: SigningDocument, paint: Paint): string[] {
  return LANGUAGES.flatMap((language) => [...showIn(language, document, paint), '']);
}

function showIn(language: Language, document: SigningDocument, paint: Paint): string[] {
  const { title, statement, facts } = signingText(document, language, isolateText);
  return [paint('bold', title), statement, ...facts.map(({ label, text }) => `  ${label}: ${text}`)];
}

/** What was found of every signature, and of all together. */
export function showVerification({ verdict, reason, entries, missing }: VerificationReport, paint: Paint): string[] {
  return [
    ...entries.flatMap((entry) => showEntry(entry, paint)),
    ...missing.map((signer) => `${paint('yellow', 'missing')} ${inWords(signer)}`),
    `${paintVerdict(verdict, paint)}: ${reason}`,
  ];
}

function showEntry(
  {
    signer,
    designation,
    certificate,
    verdict,
    subIndication,
    reason,
    signedAt,
    provenAt,
    level,
    algorithm,
  }: EntryReport,
  paint: Paint,
): string[] {
  const who = signer === null ? 'somebody' : inWords(signer);
  const because = verdict === 'pass' ? '' : `: ${reason} (${subIndication})`;
  const detail = [
    ...(designation === null ? [] : [designation]),
    ...(certificate === null ? [] : [`certificate ${certificate.serial} of ${certificate.subject}`]),
    ...(signedAt === null ? [] : [`says signed at ${signedAt.toISOString()}`]),
    ...(provenAt === null ? [] : [`proven at ${provenAt.toISOString()}`]),
    ...(level === null || algorithm === null ? [] : [`${level}, ${algorithm}`]),
  ];
  return [`${paintVerdict(verdict, paint)} ${who}${because}`, ...detail.map((text) => `  ${text}`)];
}

const inWords = ({ party, role }: Signer): string => `${party === OPERATOR ? 'the network side' : party} (${role})`;

function paintVerdict(verdict: EntryReport['verdict'], paint: Paint): string {
  return paint(verdict === 'pass' ? 'green' : verdict === 'fail' ? 'red' : 'yellow', verdict);
}
