import { decodeJwt } from 'jose';
import type { SigningWish } from '../../src/api/signing-wire.ts';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import { readSigningDocument } from '../../src/domain/signing-document.ts';
import type { SignedDocument } from '../../src/signatures/index.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { signAs } from './signing.ts';

/** Of an approval that is posted to the API itself: the document that it gives the caller, signed by them; null: it gives none. */
export async function signInjected(
  { app, authority }: ApiUnderTest,
  headers: { readonly authorization: string },
  wish: SigningWish,
): Promise<SignedDocument | null> {
  const answer = await app.inject({ method: 'POST', url: '/v1/signing-documents', headers, payload: wish });
  if (answer.statusCode !== 200) return null;
  const bytes = new TextEncoder().encode(canonicalJson(answer.json().document));
  const { sub = '' } = decodeJwt(headers.authorization.slice('Bearer '.length));
  return signAs(authority, sub, readSigningDocument(bytes));
}

/** The body of an approval with its signature, by the address that it is posted to. */
export async function signedBody(
  api: ApiUnderTest,
  url: string,
  headers: { readonly authorization: string },
  body: object,
): Promise<object> {
  const [, of, id = ''] = /^\/v1\/(interconnects|plans)\/([^/]+)\/approvals$/.exec(url) ?? [];
  if (of === undefined || !('decision' in body) || body.decision !== 'approve' || 'signed' in body) return body;
  const kind = of === 'plans' ? 'plan-approval' : 'request';
  return { ...body, signed: await signInjected(api, headers, { kind, id }) };
}
