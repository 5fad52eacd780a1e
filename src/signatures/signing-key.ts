import { constants, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { CertBag, Certificate, PFX, PKCS8ShroudedKeyBag, PrivateKeyInfo, type SafeContents } from 'pkijs';
import { countOf } from '../domain/count-of.ts';
import type { PreparedSignature } from '../domain/signed-document.ts';
import { WaslError } from '../errors.ts';
import { pemOf } from './certificate.ts';
import { derOf, ownBytes } from './der.ts';
import { readPrepared } from './prepare.ts';

/** A private key in memory with the certificates that came with it (PEM, the signer's first); for commands of people, never for a server. */
export interface SigningKey {
  readonly key: KeyObject;
  /** '' where they come by another way. */
  readonly certificates: string;
}

const PASSPHRASE_REMEDY = 'Name the file that holds its passphrase with --passphrase-file.';

/** PEM: PKCS#8 or the older forms, encrypted or not. Throws SIGNING_KEY. */
export function readPemKey(pem: string, passphrase: string | null): SigningKey {
  try {
    return { key: createPrivateKey({ key: pem, ...(passphrase === null ? {} : { passphrase }) }), certificates: '' };
  } catch (cause) {
    if (!pem.includes('ENCRYPTED'))
      throw new WaslError('SIGNING_KEY', 'there is no private key in PEM in it', { cause });
    throw new WaslError('SIGNING_KEY', 'the key cannot be read with this passphrase', {
      remedy: PASSPHRASE_REMEDY,
      cause,
    });
  }
}

/** PEM with the key and its certificates in one file. Throws SIGNING_KEY. */
export function readPemIdentity(pem: string, passphrase: string | null): SigningKey {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) throw new WaslError('SIGNING_KEY', 'there is no certificate beside the key');
  return { ...readPemKey(pem, passphrase), certificates: `${certificates.join('\n')}\n` };
}

/** A legacy file is refused: its encryption (3DES, RC2) is broken, and so is what protects the passphrase. */
const LEGACY = /1\.2\.840\.113549\.1\.12\.1\.\d/;
const LEGACY_REMEDY =
  'Export it again with AES: openssl pkcs12 -legacy -in OLD.p12 -out all.pem, openssl pkcs12 -export -in all.pem -out NEW.p12, and remove all.pem.';

/** PKCS#12 (RFC 7292) with PBES2. Throws SIGNING_KEY: for a wrong passphrase, and for a legacy file with the way out. */
export async function readPkcs12(file: Uint8Array, passphrase: string): Promise<SigningKey> {
  try {
    const bags = await openPkcs12(file, passphrase);
    const keys = bags.filter((bag) => bag instanceof PrivateKeyInfo);
    const certificates = bags.filter((bag) => bag instanceof Certificate);
    const [info, ...others] = keys;
    if (info === undefined || others.length > 0)
      throw new WaslError('SIGNING_KEY', `the file holds ${countOf(keys.length, 'key')}`);
    const key = createPrivateKey({ key: Buffer.from(derOf(info.toSchema())), format: 'der', type: 'pkcs8' });
    return {
      key,
      certificates: ownFirst(key, certificates)
        .map((each) => pemOf(derOf(each.toSchema())))
        .join(''),
    };
  } catch (cause) {
    if (cause instanceof WaslError) throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    if (LEGACY.test(text)) {
      throw new WaslError('SIGNING_KEY', 'the PKCS#12 file is encrypted as it was done long ago (3DES or RC2)', {
        remedy: LEGACY_REMEDY,
        cause,
      });
    }
    const remedy = `Check that it is PKCS#12. ${PASSPHRASE_REMEDY}`;
    throw new WaslError('SIGNING_KEY', 'the PKCS#12 file cannot be read with this passphrase', { remedy, cause });
  }
}

async function openPkcs12(file: Uint8Array, passphrase: string): Promise<(PrivateKeyInfo | Certificate)[]> {
  const password = ownBytes(new TextEncoder().encode(passphrase)).buffer;
  const pfx = PFX.fromBER(ownBytes(file));
  await pfx.parseInternalValues({ password, checkIntegrity: true });
  const safe = pfx.parsedValue?.authenticatedSafe;
  if (safe === undefined) throw new TypeError('no authenticated safe');
  await safe.parseInternalValues({ safeContents: safe.safeContents.map(() => ({ password })) });
  const { safeContents } = safe.parsedValue as { safeContents: readonly { value: SafeContents }[] };
  const opened: (PrivateKeyInfo | Certificate)[] = [];
  for (const { bagValue } of safeContents.flatMap(({ value }) => value.safeBags)) {
    if (bagValue instanceof PKCS8ShroudedKeyBag) await openShrouded(bagValue, password);
    const held: unknown =
      bagValue instanceof PKCS8ShroudedKeyBag || bagValue instanceof CertBag ? bagValue.parsedValue : bagValue;
    if (held instanceof PrivateKeyInfo || held instanceof Certificate) opened.push(held);
  }
  return opened;
}

/** It is protected by pkijs' own types: the method that opens it is not among those that they show. */
async function openShrouded(bag: PKCS8ShroudedKeyBag, password: ArrayBuffer): Promise<void> {
  const { parseInternalValues } = bag as unknown as {
    parseInternalValues(parameters: { password: ArrayBuffer }): Promise<void>;
  };
  await parseInternalValues.call(bag, { password });
}

/** The certificate of the key, then the others as they come. */
function ownFirst(key: KeyObject, certificates: readonly Certificate[]): Certificate[] {
  const own = (certificate: Certificate) => {
    const spki = Buffer.from(derOf(certificate.subjectPublicKeyInfo.toSchema()));
    return isPairOf(key, spki);
  };
  return [...certificates].sort((a, b) => Number(own(b)) - Number(own(a)));
}

function isPairOf(key: KeyObject, spki: Buffer): boolean {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).equals(spki);
}

/** The signature over the prepared bytes, as `attachSignature` takes it. Throws SIGNING_KEY for a key that cannot sign by the prepared algorithm. */
export function signPrepared(prepared: PreparedSignature, key: KeyObject): Uint8Array {
  const { algorithm, signingInput } = readPrepared(prepared);
  const isElliptic = algorithm === 'ES256';
  if (key.asymmetricKeyType !== (isElliptic ? 'ec' : 'rsa')) {
    throw new WaslError('SIGNING_KEY', `the key does not sign by ${algorithm}`);
  }
  if (isElliptic) return sign('sha256', signingInput, { key, dsaEncoding: 'ieee-p1363' });
  const isPss = algorithm === 'PS256';
  const padding = isPss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  return sign('sha256', signingInput, { key, padding, ...(isPss ? { saltLength: 32 } : {}) });
}
