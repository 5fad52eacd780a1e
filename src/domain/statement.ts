/** What somebody says by signing, and whether a signing document says just that. Pure. */
import { canonicalJson, type Digest, digestOf } from './canonical-json.ts';
import { digestPolicy, type PolicyTerms, type Rendition } from './policy.ts';
import {
  composeSigningDocument,
  OPERATOR,
  type Signer,
  type SigningDocument,
  type SigningKind,
  signerKey,
} from './signing-document.ts';

/** One decision of one side, in the terms of the record. */
export interface Statement {
  readonly kind: SigningKind;
  readonly party: Signer['party'];
  /** The policy, request or plan, with the digest that the reader computed of it. */
  readonly subject: SigningDocument['subject'];
  /** null where the kind names none. */
  readonly policy: SigningDocument['policy'];
}

/** Who signs for a party: a person, and where the installation asks for seals the organisation. */
export function signersOf(party: Signer['party'], seals: boolean): Signer[] {
  if (party === OPERATOR) return [{ party, role: 'officer' }];
  return [{ party, role: 'signatory' }, ...(seals ? [{ party, role: 'seal' } as const] : [])];
}

/** The document that says it: to be signed by its signers. */
export function composeStatement(
  { kind, party, subject, policy }: Statement,
  more: {
    readonly installation: string;
    readonly seals: boolean;
    readonly preparedAt: Date;
    /** 128 to 256 random bits, base64url. */
    readonly nonce: string;
  },
): SigningDocument {
  const { installation, seals, preparedAt, nonce } = more;
  return composeSigningDocument({
    ...{ kind, installation, signers: signersOf(party, seals), subject, policy, nonce },
    preparedAt: preparedAt.toISOString(),
  });
}

/** Why a document does not say it; null: it does. The installation is the verifier's to ask for. */
export function statementFault(document: SigningDocument, statement: Statement, seals: boolean): string | null {
  const { kind, party, subject, policy } = statement;
  if (document.kind !== kind) return `it is a ${document.kind}, not a ${kind}`;
  if (document.subject.id !== subject.id) return `it is about ${document.subject.id}, not about ${subject.id}`;
  if (document.subject.digest !== subject.digest) {
    return `it is about ${subject.id} with the digest ${document.subject.digest}, which is ${subject.digest}`;
  }
  if (canonicalJson(document.policy) !== canonicalJson(policy)) {
    return `it names ${inWords(document.policy)}, not ${inWords(policy)}`;
  }
  const named = new Set(document.signers.map(signerKey));
  const missing = signersOf(party, seals).find((signer) => !named.has(signerKey(signer)));
  if (missing !== undefined) return `it is not to be signed by ${party} as ${missing.role}`;
  const foreign = document.signers.find((signer) => signer.party !== party);
  return foreign === undefined ? null : `it is to be signed by ${foreign.party} too`;
}

const inWords = (policy: Statement['policy']) =>
  policy === null ? 'no policy' : `the policy ${policy.version} and its texts`;

/** How a signing document names a version of the communication policy: by the bytes of both texts. */
export function policyInStatement(
  version: string,
  renditions: readonly Pick<Rendition, 'language' | 'sha256'>[],
): NonNullable<Statement['policy']> {
  const of = (language: string) => renditions.find((each) => each.language === language)?.sha256 ?? ('' as Digest);
  return { version, renditions: { ar: of('ar'), en: of('en') } };
}

/** What a party accepts: the terms of the version, and so its texts. */
export function acceptanceStatement(party: Signer['party'], terms: PolicyTerms): Statement {
  return {
    ...{ kind: 'policy-acceptance', party },
    subject: { id: terms.version, digest: digestPolicy(terms) },
    policy: policyInStatement(terms.version, terms.renditions),
  };
}

export function requestStatement(
  party: Signer['party'],
  request: { readonly id: string; readonly digest: Digest },
  terms: PolicyTerms,
): Statement {
  const policy = policyInStatement(terms.version, terms.renditions);
  return { kind: 'request', party, subject: { id: request.id, digest: request.digest }, policy };
}

export const planStatement = (plan: { readonly id: string; readonly digest: Digest }): Statement => ({
  ...{ kind: 'plan-approval', party: OPERATOR, policy: null },
  subject: { id: plan.id, digest: plan.digest },
});

/** Whoever ends it says so of the agreement as it is in force. */
export const withdrawalStatement = (
  party: Signer['party'],
  interconnect: { readonly id: string; readonly digest: Digest },
): Statement => ({
  ...{ kind: 'withdrawal', party, policy: null },
  subject: { id: interconnect.id, digest: interconnect.digest },
});

interface TreeHead {
  /** Rows. */
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

/** The record went back: of `from` rows a worker knows, and it is to go on from the first rows that a backup had. */
export const restorationStatement = (from: TreeHead, to: TreeHead): Statement => ({
  ...{ kind: 'record-restoration', party: OPERATOR, policy: null },
  subject: { id: `ledger:${from.size}:${to.size}`, digest: digestOf({ from: headOf(from), to: headOf(to) }) },
});

const headOf = ({ size, root }: TreeHead): TreeHead => ({ size, root });

/** How many rows the record went back to; null: it is no restoration. */
export const restoredSize = ({ kind, subject }: SigningDocument): number | null => {
  const size = kind === 'record-restoration' ? /^ledger:\d+:(\d{1,15})$/.exec(subject.id)?.[1] : undefined;
  return size === undefined ? null : Number(size);
};
