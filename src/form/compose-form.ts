/** What stands on the printed form: the words of both languages around what the evidence of a change says. Pure. */
import { digestOfBytes, digestOfText } from '../domain/canonical-json.ts';
import { interconnectOf } from '../domain/names.ts';
import { LANGUAGES, type Language } from '../domain/plan-phrases.ts';
import { POLICY_PROPOSED, type PolicyTerms } from '../domain/policy.ts';
import type { InterconnectRequest } from '../domain/request.ts';
import { OPERATOR, type SigningKind } from '../domain/signing-document.ts';
import { SIGNING_PHRASES } from '../domain/signing-phrases.ts';
import { WaslError } from '../errors.ts';
import { findSubmitted } from '../ledger/evidence/format.ts';
import type { JudgedDecision, JudgedEvidence } from '../ledger/evidence/judge-decisions.ts';
import type { EvidenceFinding } from '../ledger/evidence/verify-evidence.ts';
import { FORM_PHRASES, type FormPhrases } from './form-phrases.ts';

type Intact = Extract<EvidenceFinding, { intact: true }>;

export interface FormRow {
  readonly label: string;
  readonly text: string;
}

interface FormEntry {
  /** SHA-256 of the document that is signed; null: none is in the file. */
  readonly document: FormRow | null;
  /** The sentence that is signed. */
  readonly statement: string;
  /** One list of rows a signature; none: it is waited for, and there is room for a pen. */
  readonly signatures: readonly (readonly FormRow[])[];
  readonly verdict: FormRow & { readonly holds: boolean };
}

export interface FormSide {
  readonly heading: string;
  readonly entries: readonly FormEntry[];
}

/** One language of the form; places where an id stands in a sentence are between U+2068 and U+2069. */
export interface FormPages {
  readonly language: Language;
  readonly title: string;
  readonly subtitle: string;
  readonly view: string;
  readonly sections: readonly { readonly heading: string; readonly rows: readonly FormRow[] }[];
  readonly duties: { readonly heading: string; readonly sentences: readonly string[] };
  readonly sides: readonly FormSide[];
  /** What is filled in by hand where a signature is waited for. */
  readonly pen: readonly string[];
  readonly bound: { readonly heading: string; readonly rows: readonly FormRow[] };
  readonly faults: { readonly heading: string; readonly sentences: readonly string[] };
}

export interface Form {
  readonly pages: readonly FormPages[];
  /** Of its youngest row, so that the same evidence is printed in the same bytes. */
  readonly madeAt: Date;
}

/** FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE (UAX #9): what they enclose keeps its order. */
const isolate = (value: string): string => `\u2068${printable(value)}\u2069`;

/** What the fonts have: Latin, Arabic, and their signs. */
const NOT_PRINTABLE =
  /[^ -~\u00a1-\u024f\u060c\u061b\u061f\u0620-\u06d3\u06f0-\u06f9\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u20ac]/gu;

/** Everything else as its number, so that nothing that was signed is left out, and nothing steers a reader. */
function printable(value: string): string {
  return value.replace(NOT_PRINTABLE, (character) => {
    return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

/** `text`: the evidence itself. Throws INPUT_INVALID where its rows show no request: there is nothing to print then. */
export function composeForm(text: string, evidence: Intact, judged: JudgedEvidence): Form {
  const submitted = findSubmitted(evidence.entries, evidence.changeId);
  if (submitted === undefined) throw new WaslError('INPUT_INVALID', 'the evidence shows no request');
  const facts: FormFacts = {
    ...{ text, evidence, judged },
    request: submitted.body.request as InterconnectRequest,
    requestDigest: String(submitted.body.requestDigest),
    parties: submitted.body.parties as readonly string[],
  };
  const madeAt = new Date(Math.max(...evidence.entries.map(({ at }) => Date.parse(at))));
  return { madeAt, pages: LANGUAGES.map((language) => composePages(language, facts)) };
}

interface FormFacts {
  readonly text: string;
  readonly evidence: Intact;
  readonly judged: JudgedEvidence;
  readonly request: InterconnectRequest;
  readonly requestDigest: string;
  readonly parties: readonly string[];
}

function composePages(language: Language, facts: FormFacts): FormPages {
  const phrases = FORM_PHRASES[language];
  const { judged, evidence, parties, request } = facts;
  const id = interconnectOf(evidence.changeId);
  const side = (heading: string, party: string, kinds: readonly SigningKind[]): FormSide => ({
    heading,
    entries: kinds.map((kind) => composeEntry(language, { kind, party, id, version: request.policyVersion }, facts)),
  });
  return {
    language,
    title: phrases.title,
    subtitle: phrases.subtitle(isolate(id)),
    view: phrases.view.replace(/[a-z]+(?:\.json| evidence verify)/g, isolate),
    sections: [{ heading: phrases.agreement, rows: composeAgreement(phrases, facts) }],
    duties: {
      heading: phrases.duties,
      sentences: [phrases.ownSecurity, phrases.twoVpns, phrases.ownBranches, phrases.limit],
    },
    sides: [
      ...parties.map((party) => side(phrases.signatureOf(isolate(party)), party, ['policy-acceptance', 'request'])),
      side(phrases.networkSide, OPERATOR, ['plan-approval']),
    ],
    pen: [phrases.ownName, phrases.designation, phrases.signature, phrases.date, phrases.seal],
    bound: { heading: phrases.bound, rows: composeBound(phrases, facts) },
    faults: { heading: phrases.faults, sentences: judged.faults.map(isolate) },
  };
}

function composeAgreement(phrases: FormPhrases, { evidence, request, parties }: FormFacts): FormRow[] {
  const { validFrom, validUntil, firewallNote } = request;
  const until = isolate(validUntil);
  return [
    { label: phrases.interconnect, text: isolate(interconnectOf(evidence.changeId)) },
    { label: phrases.change, text: isolate(evidence.changeId) },
    { label: phrases.parties, text: parties.map(isolate).join(' – ') },
    { label: phrases.purpose, text: isolate(request.purpose) },
    ...(request.flows ?? []).map(({ from, to, prefixes }) => {
      const scope =
        prefixes === 'whole-vpn' ? phrases.wholeVpn : prefixes.map((each) => isolate(each)).join(phrases.and);
      return { label: phrases.flow, text: phrases.reach(scope, isolate(from), isolate(to)) };
    }),
    ...(firewallNote === undefined ? [] : [{ label: phrases.firewallNote, text: isolate(firewallNote) }]),
    {
      label: phrases.period,
      text: validFrom === undefined ? phrases.fromApproval(until) : phrases.fromTo(isolate(validFrom), until),
    },
    { label: phrases.policyVersion, text: isolate(request.policyVersion) },
  ];
}

function composeEntry(
  language: Language,
  { kind, party, id, version }: { kind: SigningKind; party: string; id: string; version: string },
  { evidence, judged: { decisions } }: FormFacts,
): FormEntry {
  const phrases = FORM_PHRASES[language];
  // The last word counts: who signs anew takes the place of what was signed before. Plans of other changes are not of this one.
  const isOfChange = (each: JudgedDecision) =>
    each.kind !== 'plan-approval' || each.subject.id.startsWith(`${evidence.changeId}-P`);
  const own = decisions.filter((each) => each.kind === kind && each.party === party && isOfChange(each));
  // Of several versions of the policy the one that the request names; a party that accepted another one only is shown with that.
  const isOfVersion = (each: JudgedDecision) => kind !== 'policy-acceptance' || each.subject.id === version;
  const decision = own.findLast(isOfVersion) ?? own.at(-1);
  const say = SIGNING_PHRASES[language].statements[kind];
  if (decision === undefined) {
    const verdict = { label: phrases.verdict, text: phrases.waits, holds: false };
    return { statement: say(isolate(id), isolate(version)), document: null, signatures: [], verdict };
  }
  const { sequence, subject, verdict } = decision;
  const signed = evidence.bundle.signed.find((each) => each.sequence === sequence)?.document;
  const digest = signed === undefined ? null : digestOfBytes(Buffer.from(signed.payload, 'base64url'));
  return {
    document: digest === null ? null : { label: SIGNING_PHRASES[language].payloadDigest, text: isolate(digest) },
    statement: say(isolate(subject.id), isolate(kind === 'policy-acceptance' ? subject.id : version)),
    signatures: decision.signatures.map((signature) => composeSignature(phrases, decision, signature)),
    verdict: { label: phrases.verdict, text: phrases.verdicts[verdict], holds: verdict === 'pass' },
  };
}

function composeSignature(
  phrases: FormPhrases,
  { person, decidedAt, signatures }: JudgedDecision,
  signature: JudgedDecision['signatures'][number],
): FormRow[] {
  const { signer, certificate, designation, algorithm, level, provenAt, signedAt } = signature;
  const isSeal = signer?.role === 'seal';
  const at = (provenAt ?? signedAt)?.toISOString() ?? decidedAt;
  const how = [algorithm, level].filter((each) => each !== null).join(', ');
  const row = (label: string, text: string | null | undefined) =>
    text == null || text === '' ? [] : [{ label, text: isolate(text) }];
  return [
    ...row(isSeal ? phrases.seal : phrases.signature, how),
    ...row(phrases.name, certificate?.subject ?? phrases.noName),
    ...(isSeal && signatures.length > 1 ? [] : row(phrases.designation, designation)),
    ...(isSeal ? [] : row(phrases.userId, person)),
    ...row(phrases.certificate, certificate?.serial),
    ...row(phrases.date, at),
    { label: phrases.verdict, text: phrases.verdicts[signature.verdict] },
  ];
}

function composeBound(phrases: FormPhrases, { text, evidence, request, requestDigest }: FormFacts): FormRow[] {
  const { entries, bundle, size, installation, witnessed } = evidence;
  const terms = entries
    .filter(({ action }) => action === POLICY_PROPOSED)
    .map(({ body }) => body as unknown as PolicyTerms)
    .find(({ version }) => version === request.policyVersion);
  const rendition = (of: string) => terms?.renditions.find(({ language }) => language === of)?.sha256 ?? null;
  const root = bundle.checkpoint.split('\n')[2];
  const row = (label: string, value: string | null | undefined) =>
    value == null || value === '' ? [] : [{ label, text: isolate(value) }];
  return [
    ...row(phrases.arabicText, rendition('ar')),
    ...row(phrases.englishText, rendition('en')),
    ...row(phrases.requestDigest, requestDigest),
    ...row(phrases.evidenceDigest, digestOfText(text)),
    { label: phrases.ledger, text: phrases.rows(size) },
    ...row(phrases.root, root),
    ...witnessed.flatMap(({ witness, at }) => row(phrases.witness, `${witness}, ${at.toISOString()}`)),
    ...row(phrases.installation, installation),
  ];
}
