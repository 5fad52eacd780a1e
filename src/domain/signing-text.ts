import { digestOf } from './canonical-json.ts';
import type { Language } from './plan-phrases.ts';
import { OPERATOR, type SigningDocument } from './signing-document.ts';
import { SIGNING_PHRASES } from './signing-phrases.ts';

export interface SigningText {
  readonly title: string;
  /** What whoever signs says by it. */
  readonly statement: string;
  /** Every other member of the document: nothing that is signed is left unsaid. */
  readonly facts: readonly { readonly label: string; readonly text: string }[];
}

/** FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE (UAX #9): an id within Arabic keeps its order. */
const isolate = (value: string): string => `\u2068${value}\u2069`;

/** What is signed, in the words of a language: made of the document alone. `isolated`: how an id stands in a sentence that runs from right to left. */
export function signingText(
  document: SigningDocument,
  language: Language,
  isolated: (value: string) => string = isolate,
): SigningText {
  const phrases = SIGNING_PHRASES[language];
  const quote = (value: string) => (language === 'ar' ? isolated(value) : value);
  const { kind, subject, policy, signers } = document;
  const partyOf = (party: string) => (party === OPERATOR ? phrases.theOperator : quote(party));
  const fact = (label: string, text: string) => ({ label, text });
  return {
    title: phrases.titles[kind],
    statement: phrases.statements[kind](quote(subject.id), quote(policy?.version ?? '')),
    facts: [
      ...signers.map(({ party, role }) => fact(phrases.signers, phrases.signer(partyOf(party), phrases.roles[role]))),
      fact(phrases.subject, quote(subject.id)),
      fact(phrases.subjectDigest, quote(subject.digest)),
      ...(policy === null
        ? []
        : [
            fact(phrases.policyVersion, quote(policy.version)),
            fact(phrases.arabicRendition, quote(policy.renditions.ar)),
            fact(phrases.englishRendition, quote(policy.renditions.en)),
          ]),
      fact(phrases.installation, quote(document.installation)),
      fact(phrases.preparedAt, quote(document.preparedAt)),
      fact(phrases.nonce, quote(document.nonce)),
      fact(phrases.payloadDigest, quote(digestOf(document))),
    ],
  };
}
