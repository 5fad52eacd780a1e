/** What people of a test sign with: certificates of a development authority, as `wasl certificate` gives them. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiClient } from '../../src/api/client.ts';
import type { SigningWish } from '../../src/api/signing-wire.ts';
import { canonicalJson, digestOf } from '../../src/domain/canonical-json.ts';
import { signatureDigest } from '../../src/domain/signature-digest.ts';
import { OPERATOR, readSigningDocument, type SigningDocument } from '../../src/domain/signing-document.ts';
import { composeStatement, type Statement } from '../../src/domain/statement.ts';
import {
  completeSignatures,
  type DevelopmentAuthority,
  readPemIdentity,
  type SignatureMeans,
  type SignedDocument,
  signDocument,
  writeSignedDocument,
} from '../../src/signatures/index.ts';
import type { SignedDecisionText } from '../../src/store/signed-rows.ts';

const DESIGNATION = 'Director of networks';
const NONCE = 'a-nonce-of-tests-is-none';

/** Whom a process of a test believes. */
export const meansOf = (authority: DevelopmentAuthority): SignatureMeans => ({
  trust: () => authority.trust(),
  ask: () => authority.ask,
  clock: () => new Date(),
});

/** Where nobody verifies it: that there is one is all that the record looks at. */
export const UNREAD: SignedDecisionText = { text: '{}', signature: digestOf('a signature') };

/** By this person, and sealed by the organisation where the document asks for it. */
export async function signAs(
  authority: DevelopmentAuthority,
  person: string,
  document: SigningDocument,
  signedAt = new Date(),
): Promise<SignedDocument> {
  const keys = await Promise.all(
    document.signers.map(async (signer) => {
      const isSeal = signer.role === 'seal';
      const pem = await authority.issue({ ...signer, person: isSeal ? `seal of ${signer.party}` : person });
      return { signer, key: readPemIdentity(pem, null), designation: isSeal ? null : DESIGNATION };
    }),
  );
  return signDocument(document, keys, signedAt);
}

/** A statement as the record keeps it, without an API; `bare`: as it comes where every authority is away. */
export async function signedText(
  authority: DevelopmentAuthority,
  person: string,
  statement: Statement,
  installation: string,
  { bare = false } = {},
): Promise<SignedDecisionText> {
  const document = composeStatement(statement, { installation, seals: true, preparedAt: new Date(), nonce: NONCE });
  const trust = authority.trust();
  const signed = await signAs(authority, person, document);
  const completed = bare ? signed : await completeSignatures(signed, { trust, ask: authority.ask, at: new Date() });
  return { text: writeSignedDocument(completed), signature: signatureDigest(completed) };
}

/** Settings of a person's command line: their key and their organisation's seal, in files of a folder of the test. */
export async function signingSettings(
  authority: DevelopmentAuthority,
  folder: string,
  person: string,
  entity?: string,
): Promise<Record<string, string>> {
  const keep = async (wish: Parameters<DevelopmentAuthority['issue']>[0]) => {
    const file = join(folder, `${randomUUID()}.pem`);
    await writeFile(file, await authority.issue(wish));
    return file;
  };
  const own = { WASL_DESIGNATION: DESIGNATION };
  if (entity === undefined) return { ...own, WASL_IDENTITY: await keep({ party: OPERATOR, role: 'officer', person }) };
  const seal = await keep({ party: entity, role: 'seal', person: `seal of ${entity}` });
  return { ...own, WASL_SEAL: seal, WASL_IDENTITY: await keep({ party: entity, role: 'signatory', person }) };
}

/** The same client for a person who signs what they approve, as the CLI does for them. */
export function signingClient(client: ApiClient, authority: DevelopmentAuthority, person: string): ApiClient {
  const signedFor = async (wish: SigningWish): Promise<SignedDocument | null> => {
    // What the server gives no document for it does not let anybody decide: the decision says why.
    const answer = await client.composeSigningDocument(wish).catch(() => null);
    if (answer === null) return null;
    const bytes = new TextEncoder().encode(canonicalJson(answer.document));
    return signAs(authority, person, readSigningDocument(bytes));
  };
  return {
    ...client,
    acceptPolicy: async (version, digest, signed) =>
      client.acceptPolicy(version, digest, signed ?? (await signedFor({ kind: 'policy-acceptance', id: version }))),
    decideRequest: async (id, decision) => {
      const isSigned = decision.decision === 'reject' || decision.signed !== undefined;
      return client.decideRequest(
        id,
        isSigned ? decision : { ...decision, signed: await signedFor({ kind: 'request', id }) },
      );
    },
    decidePlan: async (id, decision) => {
      const isSigned = decision.decision === 'reject' || decision.signed !== undefined;
      return client.decidePlan(
        id,
        isSigned ? decision : { ...decision, signed: await signedFor({ kind: 'plan-approval', id }) },
      );
    },
  };
}
