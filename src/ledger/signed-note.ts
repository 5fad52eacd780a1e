/** Signed notes of C2SP (signed-note, tlog-checkpoint, tlog-cosignature; July 2026), with Ed25519 and no other algorithm. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { WaslError } from '../errors.ts';

/** What a key is for; the first byte of what a verifier key encodes. */
const KINDS = { log: 1, witness: 4 } as const;
type Kind = keyof typeof KINDS;

const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;
/** RFC 8410: what stands before the 32 bytes of an Ed25519 public key in DER. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
/** No white space and no plus, by signed-note. */
const NAME = /^[^\s+\p{Cc}]{1,200}$/u;
const SIGNATURE_LINE = /^— (?<name>\S+) (?<signature>[A-Za-z0-9+/]+={0,2})$/u;
const LINES_MAX = 64;
/** The last second of the year 9999: a later one is no time of a witness, and has no text of ISO 8601. */
const SECONDS_MAX = 253_402_300_799;

export interface Verifier {
  readonly kind: Kind;
  readonly name: string;
  readonly keyId: Buffer;
  readonly publicKey: KeyObject;
  /** As it is handed over: name, key id and key. */
  readonly text: string;
}

export interface Signer {
  readonly verifier: Verifier;
  readonly privateKey: KeyObject;
}

export interface SignatureLine {
  readonly name: string;
  readonly keyId: Buffer;
  /** Behind the key id. */
  readonly signature: Buffer;
  /** As it stands in the note. */
  readonly line: string;
}

export interface Note {
  /** With the line feed at its end: what is signed. */
  readonly body: string;
  readonly lines: readonly SignatureLine[];
}

/** `pem`: PKCS #8, an Ed25519 key. Throws CONFIGURATION. */
export function readSigner(pem: string | Buffer, kind: Kind, name: string, path: string): Signer {
  const remedy = 'Make one: openssl genpkey -algorithm ed25519';
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch (cause) {
    throw new WaslError('CONFIGURATION', 'this is no private key', { path, remedy, cause });
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new WaslError('CONFIGURATION', `this is a key of ${privateKey.asymmetricKeyType}`, { path, remedy });
  }
  if (!NAME.test(name)) {
    const how = 'Name it without spaces and plus signs, like moh.example/witness.';
    throw new WaslError('CONFIGURATION', `${JSON.stringify(name)} is no name of a key`, { path: 'name', remedy: how });
  }
  const key = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES);
  return { verifier: verifierOf(kind, name, key), privateKey };
}

function verifierOf(kind: Kind, name: string, key: Buffer): Verifier {
  const typed = Buffer.concat([Uint8Array.of(KINDS[kind]), key]);
  const keyId = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, KEY_ID_BYTES);
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: 'der', type: 'spki' });
  return { kind, name, keyId, publicKey, text: `${name}+${keyId.toString('hex')}+${typed.toString('base64')}` };
}

/** null: it is not a verifier key of this kind. */
export function parseVerifier(text: string, kind: Kind): Verifier | null {
  const [, name = '', keyId, encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(text) ?? [];
  const typed = fromBase64(encoded);
  if (!NAME.test(name) || typed?.length !== KEY_BYTES + 1 || typed[0] !== KINDS[kind]) return null;
  const verifier = verifierOf(kind, name, typed.subarray(1));
  return verifier.keyId.toString('hex') === keyId ? verifier : null;
}

export function signNote(body: string, signer: Signer): string {
  return `${body}\n${lineOf(signer, sign(null, Buffer.from(body), signer.privateKey))}\n`;
}

/** Of the body of a checkpoint, by a witness that has seen that it continues the one it cosigned before. */
export function cosign(body: string, signer: Signer, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1_000);
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(seconds));
  const signature = sign(null, cosigned(body, seconds), signer.privateKey);
  return lineOf(signer, Buffer.concat([time, signature]));
}

function lineOf({ verifier: { name, keyId } }: Signer, signature: Buffer): string {
  return `— ${name} ${Buffer.concat([keyId, signature]).toString('base64')}`;
}

const cosigned = (body: string, seconds: number) => Buffer.from(`cosignature/v1\ntime ${seconds}\n${body}`);

/** null: it is no note. Nothing is verified. */
export function parseNote(text: string): Note | null {
  const cut = text.lastIndexOf('\n\n');
  if (cut < 1 || !text.endsWith('\n')) return null;
  const lines = text
    .slice(cut + 2, -1)
    .split('\n')
    .map(parseSignatureLine);
  const whole = lines.filter((line) => line !== null);
  if (whole.length !== lines.length || whole.length > LINES_MAX) return null;
  return { body: text.slice(0, cut + 1), lines: whole };
}

export function parseSignatureLine(line: string): SignatureLine | null {
  const { name = '', signature = '' } = SIGNATURE_LINE.exec(line)?.groups ?? {};
  const bytes = fromBase64(signature);
  if (!NAME.test(name) || bytes === null || bytes.length <= KEY_ID_BYTES) return null;
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES), line };
}

/**
 * Whether the verifier signed it. False where a line of this very key does not verify, whatever other lines do; lines of other keys say
 * nothing.
 */
export function isSignedBy({ body, lines }: Note, verifier: Verifier): boolean {
  const own = lines.filter((line) => isOf(line, verifier));
  return own.length > 0 && own.every((line) => verifyLine(body, line, verifier) !== null);
}

/** When the witness cosigned; null: it did not, or one of its lines does not verify. */
export function cosignedAt({ body, lines }: Note, verifier: Verifier): Date | null {
  const times = lines.filter((line) => isOf(line, verifier)).map((line) => verifyLine(body, line, verifier));
  return times.includes(null) ? null : (times[0] ?? null);
}

function isOf({ name, keyId }: SignatureLine, verifier: Verifier): boolean {
  return name === verifier.name && keyId.equals(verifier.keyId);
}

/** When it was signed, as the line says: the beginning of time where it does not. */
function verifyLine(body: string, { signature }: SignatureLine, { kind, publicKey }: Verifier): Date | null {
  if (kind === 'log') {
    return verify(null, Buffer.from(body), publicKey, signature) ? new Date(0) : null;
  }
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return null;
  const seconds = Number(signature.readBigUInt64BE());
  if (seconds > SECONDS_MAX) return null;
  const isSigned = verify(null, cosigned(body, seconds), publicKey, signature.subarray(TIME_BYTES));
  return isSigned ? new Date(seconds * 1_000) : null;
}

/** null: it is not the one encoding of what it encodes. */
export function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : null;
}
