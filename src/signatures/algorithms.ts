import { constants, createHash, type KeyObject, verify } from 'node:crypto';
import { AlgorithmIdentifier, RSASSAPSSParams } from 'pkijs';
import { Refusal } from './finding.ts';

/** JWS algorithms (RFC 7518) that a signature may have. Ed25519 is none of them: AdES validators refuse it. */
export const JWS_ALGORITHMS = ['ES256', 'PS256', 'RS256'] as const;
export type JwsAlgorithm = (typeof JWS_ALGORITHMS)[number];

/** Of hashes, by object identifier; SHA-1 and MD5 are not there. */
export const HASHES: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
export const SHA256_OID = '2.16.840.1.101.3.4.2.1';

/** RFC 4055 §5, RFC 5758 §3.2. */
const SIGNATURES: Readonly<Record<string, { readonly key: 'rsa' | 'ec'; readonly hash: string }>> = {
  '1.2.840.113549.1.1.11': { key: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { key: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { key: 'rsa', hash: 'sha512' },
  '1.2.840.10045.4.3.2': { key: 'ec', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { key: 'ec', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { key: 'ec', hash: 'sha512' },
};
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
const RSA_PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';

/** By 1 everybody signs for the holder of the key. */
const RSA_EXPONENT_MIN = 3n;
const CURVES: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1'];

export interface SignedPart {
  readonly algorithm: Verifier;
  /** DER of what is signed. */
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
}

/** Whether a signature over bytes is of a key. */
export interface Verifier {
  readonly name: string;
  isOf(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean;
}

/**
 * The one list of what wasl accepts under certificates, CRLs, OCSP responses and timestamps. CRYPTO_CONSTRAINTS_FAILURE for any other.
 * `digest`: of a CMS signer, who may name the key's algorithm only (RFC 3370 §3.2).
 */
export function verifierOf(what: string, algorithm: AlgorithmIdentifier, digest?: string): Verifier {
  const { algorithmId } = algorithm;
  const known = SIGNATURES[algorithmId];
  if (known !== undefined) return plainVerifier(algorithmId, known.key, known.hash);
  if (algorithmId === RSA_ENCRYPTION && digest !== undefined) return plainVerifier(algorithmId, 'rsa', digest);
  if (algorithmId === RSA_PSS) return pssVerifier(what, algorithm);
  throw new Refusal(
    'CRYPTO_CONSTRAINTS_FAILURE',
    `${what} is signed by an algorithm that is not allowed (${algorithmId})`,
  );
}

function plainVerifier(name: string, type: 'rsa' | 'ec', hash: string): Verifier {
  return {
    name: `${name} ${hash}`,
    isOf: (key, data, signature) => key.asymmetricKeyType === type && quietly(() => verify(hash, data, key, signature)),
  };
}

function pssVerifier(what: string, { algorithmParams }: AlgorithmIdentifier): Verifier {
  const { hashAlgorithm, maskGenAlgorithm, saltLength } = new RSASSAPSSParams({ schema: algorithmParams });
  const hash = HASHES[hashAlgorithm.algorithmId];
  const { algorithmId: mask, algorithmParams: maskParams } = maskGenAlgorithm;
  const maskHash = mask === MGF1 ? new AlgorithmIdentifier({ schema: maskParams }).algorithmId : null;
  if (hash === undefined || maskHash !== hashAlgorithm.algorithmId) {
    throw new Refusal('CRYPTO_CONSTRAINTS_FAILURE', `${what} is signed by RSASSA-PSS with a hash that is not allowed`);
  }
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return {
    name: `PSS ${hash} ${saltLength}`,
    isOf: (key, data, signature) =>
      key.asymmetricKeyType === 'rsa' && quietly(() => verify(hash, data, { key, padding, saltLength }, signature)),
  };
}

/** OpenSSL throws for what is no signature at all. */
function quietly(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** CRYPTO_CONSTRAINTS_FAILURE for a key that can be broken, or of a kind that is not known here. */
export function requireStrongKey(what: string, key: KeyObject, rsaBitsMin: number): void {
  const { asymmetricKeyType, asymmetricKeyDetails: details } = key;
  if (asymmetricKeyType === 'ec' && CURVES.includes(details?.namedCurve)) return;
  const { modulusLength = 0, publicExponent = 0n } = details ?? {};
  if (asymmetricKeyType === 'rsa' && modulusLength >= rsaBitsMin && publicExponent >= RSA_EXPONENT_MIN) return;
  throw new Refusal(
    'CRYPTO_CONSTRAINTS_FAILURE',
    `${what} has a key that is too weak or of a kind that is not allowed`,
  );
}

/** ES256 is P-256 and nothing else (RFC 7518 §3.4). */
export function isKeyOf(algorithm: JwsAlgorithm, key: KeyObject): boolean {
  if (algorithm === 'ES256')
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  return key.asymmetricKeyType === 'rsa';
}

export const digestBytes = (hash: string, data: Uint8Array): Uint8Array => createHash(hash).update(data).digest();
