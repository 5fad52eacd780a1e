import { CompactSign, type CryptoKey, compactVerify } from 'jose';
import { canonicalJson, type Digest } from '../domain/canonical-json.ts';
import type { LedgerHead } from './verify-chain.ts';

/** RFC 8037: Ed25519. No other algorithm is accepted, whatever the header says. */
const ALGORITHM = 'EdDSA';
/** Keeps a signature over a head from passing for one over something else. */
const TYPE = 'wasl-ledger-head';

export interface SignedHead extends LedgerHead {
  /** When it was signed; ISO 8601 with zone. */
  readonly at: string;
}

export interface LedgerSigningKey {
  readonly privateKey: CryptoKey;
  /** Names the public key for the verifier. */
  readonly keyId: string;
}

/** A compact JWS (RFC 7515) over the head: who holds it proves later that no row up to it was altered or cut off. */
export function signHead(head: LedgerHead, key: LedgerSigningKey, at: Date): Promise<string> {
  const payload: SignedHead = { sequence: head.sequence, hash: head.hash, at: at.toISOString() };
  return new CompactSign(new TextEncoder().encode(canonicalJson(payload)))
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.keyId })
    .sign(key.privateKey);
}

/** null when the signature is not of this key, or not over a ledger head. */
export async function verifySignedHead(jws: string, publicKey: CryptoKey): Promise<SignedHead | null> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, publicKey, { algorithms: [ALGORITHM] });
    return protectedHeader.typ === TYPE ? toSignedHead(JSON.parse(new TextDecoder().decode(payload))) : null;
  } catch {
    return null;
  }
}

function toSignedHead(value: unknown): SignedHead | null {
  if (typeof value !== 'object' || value === null) return null;
  const { sequence, hash, at }: Readonly<Record<string, unknown>> = { ...value };
  if (typeof sequence !== 'number' || typeof hash !== 'string' || typeof at !== 'string') return null;
  return { sequence, hash: hash as Digest, at };
}
