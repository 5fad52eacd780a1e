/** Every decision in the rows of evidence, with the statement that its row says it is. Pure. */
import { canonicalJson, type Digest } from '../../domain/canonical-json.ts';
import { interconnectOf } from '../../domain/names.ts';
import { digestPolicy, POLICY_ACCEPTED, POLICY_PROPOSED, type PolicyTerms } from '../../domain/policy.ts';
import type { Flow } from '../../domain/request.ts';
import type { SignedDocument } from '../../domain/signed-document.ts';
import { OPERATOR, readSigningDocument } from '../../domain/signing-document.ts';
import {
  acceptanceStatement,
  planStatement,
  requestStatement,
  type Statement,
  withdrawalStatement,
} from '../../domain/statement.ts';
import { findSubmitted, type ShownEntry, WITHDRAWAL_REQUESTED } from './format.ts';
import type { EvidenceFinding } from './verify-evidence.ts';

export type Intact = Extract<EvidenceFinding, { intact: true }>;

export interface Decided {
  readonly row: ShownEntry;
  readonly subject: 'policy' | 'request' | 'plan' | 'withdrawal';
  readonly digest: string;
  readonly party: string;
  readonly decidedAt: string;
  readonly signed: string | null;
  readonly document: SignedDocument | null;
  readonly statement: Statement | null;
}

/** Every approval and acceptance, with the statement that its row says it is. */
export function listDecided(evidence: Intact): Decided[] {
  const { entries, bundle } = evidence;
  const documents = new Map(bundle.signed.map(({ sequence, document }) => [sequence, document]));
  const id = interconnectOf(bundle.changeId);
  const terms = policiesOf(entries);
  const agreed = requestOf(evidence)?.policyVersion;
  return entries.flatMap((row): Decided[] => {
    const { action, body } = row;
    const document = documents.get(row.sequence) ?? null;
    const digest = String(body.digest) as Digest;
    const of = { row, digest, document, signed: document === null ? null : canonicalJson(document) };
    if (action === POLICY_ACCEPTED) {
      const party = String(body.entity) as Statement['party'];
      const accepted = terms.find((each) => digestPolicy(each) === digest);
      const statement = accepted === undefined ? null : acceptanceStatement(party, accepted);
      return [{ ...of, subject: 'policy', party, decidedAt: String(body.acceptedAt), statement }];
    }
    if (action === WITHDRAWAL_REQUESTED) return document === null ? [] : [withdrawalOf(evidence, { ...of, document })];
    if (action !== 'approval.recorded' || body.decision !== 'approve') return [];
    if (body.subject !== 'plan' && body.subject !== 'request') throw new TypeError('it approves nothing');
    const decidedAt = String(body.decidedAt);
    const party = String(body.party) as Statement['party'];
    if (body.subject === 'plan') {
      const statement = planStatement({ id: String(body.planId), digest });
      return [{ ...of, subject: 'plan', party: 'network', decidedAt, statement }];
    }
    const named = terms.find(({ version }) => version === agreed);
    const statement = named === undefined ? null : requestStatement(party, { id, digest }, named);
    return [{ ...of, subject: 'request', party, decidedAt, statement }];
  });
}

export interface Request {
  readonly policyVersion: string;
  readonly validFrom?: string;
  readonly validUntil: string;
  readonly flows?: readonly Flow[];
}

export const requestOf = ({ entries, changeId }: Intact) =>
  findSubmitted(entries, changeId)?.body.request as Request | undefined;

export function policiesOf(entries: readonly ShownEntry[]): PolicyTerms[] {
  const proposed = entries.filter(({ action }) => action === POLICY_PROPOSED).map(({ body }) => body);
  return (proposed as unknown as (PolicyTerms & { readonly digest: Digest })[]).filter(
    (each) => digestPolicy(each) === each.digest,
  );
}

/** Its row says neither for whom it was nor of what: a party or the network side ends the agreement whose request the rows show. */
function withdrawalOf(
  { entries, changeId }: Intact,
  of: Pick<Decided, 'row' | 'signed'> & { readonly document: SignedDocument },
): Decided {
  const { parties, requestDigest } = findSubmitted(entries, changeId)?.body ?? {};
  const sides = [OPERATOR, ...(parties as readonly string[])];
  const party = signersOfDocument(of.document).find((each) => sides.includes(each));
  if (party === undefined) throw new TypeError('it is signed for nobody who could end it');
  const digest = requestDigest as Digest;
  const statement = withdrawalStatement(party, { id: interconnectOf(changeId), digest });
  return { ...of, subject: 'withdrawal', digest, party, decidedAt: of.row.at, statement };
}

function signersOfDocument({ payload }: SignedDocument): Statement['party'][] {
  try {
    return readSigningDocument(Buffer.from(payload, 'base64url')).signers.map(({ party }) => party);
  } catch {
    return [];
  }
}

/** SHA-256 of the scanned form that a row names; null: it names none. */
export const formOf = ({ body }: ShownEntry): string | null => (typeof body.form === 'string' ? body.form : null);
