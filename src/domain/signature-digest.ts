import { type Digest, digestOf } from './canonical-json.ts';

/** What never changes of a signed document: what was signed, and the signatures. What shows that they hold is renewed. */
export function signatureDigest(signed: {
  readonly payload: string;
  readonly signatures: readonly { readonly protected: string; readonly signature: string }[];
}): Digest {
  const { payload, signatures } = signed;
  return digestOf({
    payload,
    signatures: signatures.map(({ protected: header, signature }) => ({ protected: header, signature })),
  });
}
