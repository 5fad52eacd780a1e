/** The signed document of a decision: made here with the keys at hand, or signed elsewhere and brought along. */
import type { SigningWish } from '../api/signing-wire.ts';
import { canonicalJson, digestOf } from '../domain/canonical-json.ts';
import { LANGUAGES } from '../domain/plan-phrases.ts';
import { readSigningDocument, type Signer, type SigningDocument } from '../domain/signing-document.ts';
import { signingText } from '../domain/signing-text.ts';
import { WaslError } from '../errors.ts';
import type { KeyOfSigner, SignedDocument, SigningKey } from '../signatures/index.ts';
import { isolateText } from './paint.ts';
import { readBytes, readText, saying } from './read-document.ts';
import type { CliSession } from './session.ts';
import { flowInWords } from './wording.ts';
import { writeText } from './write-text.ts';

/** Only what signs needs what reads certificates: every other command starts without. */
const signatures = () => import('../signatures/index.ts');

const KEY_BYTES_MAX = 200_000;

export interface SigningOptions {
  readonly identity?: string;
  readonly seal?: string;
  readonly designation?: string;
  readonly passphraseFile?: string;
  readonly signed?: string;
  readonly prepare?: string;
}

/** Flags of every command that decides. */
export const SIGNING_FLAGS: readonly (readonly [flags: string, description: string])[] = [
  ['--identity <file>', 'your key with its certificate: PEM, or PKCS#12 (.p12, .pfx); WASL_IDENTITY'],
  ['--seal <file>', "your organisation's seal, in the same forms; WASL_SEAL"],
  ['--designation <text>', 'your office, as it stands under the signature; WASL_DESIGNATION'],
  ['--passphrase-file <file>', 'what opens both; WASL_PASSPHRASE_FILE'],
  ['--prepare <file>', 'sign nothing yet: write the document for `wasl sign`, a card or another program'],
  ['--signed <file>', 'the document, signed elsewhere'],
];

/**
 * null: it was only prepared. `digest`: of what is decided on, as it was read; a document about anything else is not signed. `words`: what it says,
 * as it was read.
 */
export async function signFor(
  session: CliSession,
  wish: SigningWish,
  { digest, words }: { readonly digest: string; readonly words: readonly string[] },
  options: SigningOptions,
): Promise<SignedDocument | null> {
  if (options.signed !== undefined) {
    const [{ readSignedDocument }, text] = [await signatures(), await readText(session.io, options.signed)];
    return saying(options.signed, () => readSignedDocument(text));
  }
  const document = await compose(session, wish, digest);
  const show = (line: string) => (session.isJson ? session.remark(line) : session.print(line));
  words.forEach(show);
  for (const language of LANGUAGES) {
    const { title, statement } = signingText(document, language, isolateText);
    show(`${session.paint('bold', title)}: ${statement}`);
  }
  if (options.prepare !== undefined) {
    await writeText(session.io, options.prepare, `${canonicalJson(document)}\n`);
    session.remark(
      `${options.prepare}: to be signed with \`wasl sign\`, and brought back with --signed. Nothing is decided yet.`,
    );
    return null;
  }
  const { signDocument } = await signatures();
  const at = session.io.now();
  let signed: SignedDocument | null = null;
  for (const { file, ...key } of await readKeys(session, document, options)) {
    const before: SignedDocument | null = signed;
    signed = await saying(file, () => signDocument(document, [key], at, before));
  }
  return signed;
}

/** `signed by …, sealed by …`, for whoever has just decided. Of a document that was made here. */
export async function tellSigners(signed: SignedDocument): Promise<string> {
  const { whoSigned } = await signatures();
  return whoSigned(signed)
    .map(({ signer, subject, designation }) => {
      const how = signer.role === 'seal' ? 'sealed by' : 'signed by';
      return `${how} ${subject ?? 'nobody named'}${designation === null ? '' : ` (${designation})`}`;
    })
    .join(', ');
}

/** What ends something, with its signature. `unsigned`: why it has none; it waits for no key, no trust file and no source. */
export type SignedClosing =
  | { readonly signed: SignedDocument; readonly unsigned: null }
  | { readonly signed: null; readonly unsigned: string };

/** The withdrawal of an interconnect, signed where a key is at hand. null: it is only prepared. */
export async function signClosing(
  session: CliSession,
  id: string,
  options: SigningOptions,
): Promise<SignedClosing | null> {
  const isAtHand = [options.signed, options.prepare, options.identity ?? session.io.env.WASL_IDENTITY].some(Boolean);
  if (!isAtHand) return { signed: null, unsigned: 'name your key with --identity to sign it' };
  const { request } = await session.client.readInterconnect(id);
  const of = { digest: digestOf(request), words: request.flows.map((flow) => `  ${flowInWords(flow)}`) };
  return unlessNobodyIsBelieved(options, () => signFor(session, { kind: 'withdrawal', id }, of, options));
}

/** What closes waits for no trust file of the server's: then it is decided without a signature. null: it is only prepared. */
export async function unlessNobodyIsBelieved<Signed extends SignedDocument | undefined>(
  options: SigningOptions,
  sign: () => Promise<Signed | null>,
): Promise<
  { readonly signed: Signed; readonly unsigned: null } | { readonly signed: null; readonly unsigned: string } | null
> {
  try {
    const signed = await sign();
    return signed === null ? null : { signed, unsigned: null };
  } catch (error) {
    const isServers = error instanceof WaslError && NO_TRUST.has(error.code);
    if (!isServers || options.prepare !== undefined) throw error;
    return { signed: null, unsigned: error.message };
  }
}

/** The server has nobody whom it believes. */
const NO_TRUST: ReadonlySet<string> = new Set(['CONFIGURATION', 'TRUST_INVALID']);

async function compose(session: CliSession, wish: SigningWish, digest: string): Promise<SigningDocument> {
  const { document: given } = await session.client.composeSigningDocument(wish);
  const document = readSigningDocument(new TextEncoder().encode(canonicalJson(given)));
  const { kind, subject } = document;
  if (kind === wish.kind && subject.id === wish.id && subject.digest === digest) return document;
  throw new WaslError(
    'APPROVAL_DIGEST',
    `the document to sign is a ${kind} about ${subject.id} with the digest ${subject.digest}`,
    {
      remedy: `Nothing was signed. Read ${wish.id} again: what was read has the digest ${digest}.`,
    },
  );
}

async function readKeys(
  session: CliSession,
  { signers }: SigningDocument,
  options: SigningOptions,
): Promise<(KeyOfSigner & { readonly file: string })[]> {
  const { env } = session.io;
  const identity = options.identity ?? env.WASL_IDENTITY;
  const seal = options.seal ?? env.WASL_SEAL;
  const designation = options.designation ?? env.WASL_DESIGNATION;
  const passphraseFile = options.passphraseFile ?? env.WASL_PASSPHRASE_FILE;
  const passphrase =
    passphraseFile === undefined ? null : (await readText(session.io, passphraseFile)).replace(/\r?\n$/, '');
  const keyOf = async (signer: Signer): Promise<KeyOfSigner & { readonly file: string }> => {
    const isSeal = signer.role === 'seal';
    const file = isSeal ? seal : identity;
    if (!file) throw missing(isSeal ? '--seal' : '--identity', isSeal ? SEAL_REMEDY : IDENTITY_REMEDY);
    if (!isSeal && !designation) throw missing('--designation', 'Say with --designation what office you hold.');
    return {
      ...{ signer, file },
      key: await saying(file, () => readKey(session, file, passphrase)),
      designation: isSeal ? null : (designation ?? null),
    };
  };
  return Promise.all(signers.map(keyOf));
}

async function readKey(session: CliSession, file: string, passphrase: string | null): Promise<SigningKey> {
  const { readPemIdentity, readPkcs12 } = await signatures();
  if (/\.(p12|pfx)$/i.test(file)) {
    return readPkcs12(await readBytes(session.io, file, KEY_BYTES_MAX), passphrase ?? '');
  }
  return readPemIdentity(await readText(session.io, file), passphrase);
}

const IDENTITY_REMEDY =
  'A decision is signed: name your key and certificate with --identity, or --prepare the document, sign it elsewhere, and bring it back with --signed.';
const SEAL_REMEDY =
  'Your organisation seals it, too: name the seal with --seal, or --prepare the document, have it signed and sealed, and bring it back with --signed.';
const missing = (path: string, remedy: string) =>
  new WaslError('SIGNATURE_MISSING', 'it is not said', { path, remedy });
