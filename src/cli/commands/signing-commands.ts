import type { Command } from 'commander';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { shown } from '../../domain/shown.ts';
import {
  OPERATOR,
  readSigningDocument,
  type Signer,
  type SigningDocument,
  signerKey,
  signerSchema,
} from '../../domain/signing-document.ts';
import { WaslError } from '../../errors.ts';
import type { PreparedSignature, SignedDocument, SigningKey } from '../../signatures/index.ts';
import { EXIT } from '../exit-codes.ts';
import { readBytes, readDocument, readText, saying } from '../read-document.ts';
import type { CliSession } from '../session.ts';
import { showSigning, showVerification } from '../show-signing.ts';
import { signByCard } from '../sign-by-card.ts';
import { writeText } from '../write-text.ts';

/** Only these commands need what reads certificates: every other starts without. */
const signatures = () => import('../../signatures/index.ts');
type Signatures = Awaited<ReturnType<typeof signatures>>;

const KEY_BYTES_MAX = 200_000;

interface SignOptions {
  readonly signer?: string;
  readonly designation?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly pkcs12?: string;
  readonly pkcs11?: string;
  readonly card?: string;
  readonly keyLabel?: string;
  readonly passphraseFile?: string;
  readonly bytes?: true;
  readonly attach?: string;
  readonly to?: string;
  readonly out?: string;
}

export function registerSigningCommands(program: Command, session: CliSession): void {
  program
    .command('sign')
    .description('show exactly what is signed, and sign it; needs no server')
    .argument(
      '<file>',
      'a signing document, a prepared signature, or a signed document for one more signature; - is standard input',
    )
    .option('--signer <signer>', 'for whom and as what, like MOH:signatory, MOH:seal or operator:officer')
    .option('--designation <text>', 'your office, as it stands under the signature')
    .option('--certificate <file>', 'your certificate in PEM, and the authorities above it')
    .option('--key <file>', 'your key in PEM')
    .option('--pkcs12 <file>', 'certificate and key in one file (.p12, .pfx)')
    .option('--pkcs11 <module>', "your card: its vendor's PKCS#11 library (.so); with --certificate")
    .option('--card <label>', 'which card, where more are there')
    .option('--key-label <label>', 'which key of it, where it has more')
    .option('--passphrase-file <file>', 'what opens the key, or the PIN of the card; - is standard input')
    .option('--bytes', 'give out the bytes to sign, for a card or another program; --out keeps what was prepared')
    .option('--attach <file>', 'take back the signature over what was prepared, raw or DER')
    .option('--to <file>', 'the signed document that it joins')
    .option('--out <file>', 'where the result goes; without it to standard output, and what is shown to standard error')
    .addHelpText('after', SIGN_HELP)
    .action((file: string, options: SignOptions) => sign(session, file, options));

  program
    .command('signature')
    .description('signed documents')
    .command('verify')
    .description('verify every signature of a document; needs no server')
    .argument('<file>', 'a signed document; - is standard input')
    .requiredOption('--trust <file>', 'whom you believe: anchors, signers, bounds (YAML)')
    .requiredOption('--installation <id>', 'the installation for which it must be')
    .option('--at <time>', 'the time for which it is decided; ISO 8601 with zone; now')
    .option('--receipt', 'as when it arrives: revocation data from before the signature is enough')
    .addHelpText('after', VERIFY_HELP)
    .action(async (file: string, options: { trust: string; installation: string; at?: string; receipt?: true }) => {
      const { readSignedDocument, readTrust, verifySignatures } = await signatures();
      const trustText = await readText(session.io, options.trust);
      const text = await readText(session.io, file);
      const report = await verifySignatures(await saying(file, () => readSignedDocument(text)), {
        trust: readTrust(readDocument(trustText, options.trust, 'TRUST_INVALID').value),
        installation: options.installation,
        at: options.at === undefined ? session.io.now() : readTime(options.at),
        receivedAt: null,
        stage: options.receipt ? 'receipt' : 'gate',
      });
      session.exitCode = { pass: EXIT.ok, fail: EXIT.permanent, unknown: EXIT.unknown }[report.verdict];
      if (session.isJson) return session.printJson(report);
      session.print([
        ...(report.document === null ? [] : showSigning(report.document, session.paint)),
        ...showVerification(report, session.paint),
      ]);
    });
}

async function sign(session: CliSession, file: string, options: SignOptions): Promise<void> {
  const library = await signatures();
  const given = await readGiven(session, library, file);
  tellWhatIsSigned(session, given.document, options);

  if (options.attach !== undefined) return attach(session, library, given, options);
  const isWish = options.key ?? options.pkcs12 ?? options.pkcs11 ?? options.bytes ?? null;
  if (isWish === null) {
    if (session.isJson) return session.printJson({ document: given.document });
    return session.remark('Nothing is signed yet: name --key, --pkcs12 or --pkcs11, or take the --bytes.');
  }
  const key = await readKey(session, library, options);
  const prepared = given.prepared ?? (await prepare(session, library, given.document, key, options));
  if (options.bytes) return giveOut(session, library, prepared, options);
  const signature =
    key === null
      ? await byCard(session, options, library.readPrepared(prepared))
      : library.signPrepared(prepared, key.key);
  const before = await joined(session, library, given, options);
  await finish(session, library, library.attachSignature(prepared, signature, before), options);
}

/** Asked with its PIN once: some cards lock themselves at the third wrong one. */
async function byCard(
  session: CliSession,
  { pkcs11: module, card, keyLabel, passphraseFile }: SignOptions,
  prepared: Parameters<typeof signByCard>[1],
): Promise<Uint8Array> {
  if (module === undefined) throw missing('--key', 'Name the key with --key, --pkcs12 or --pkcs11.');
  if (passphraseFile === undefined)
    throw missing('--passphrase-file', 'Name the file with the PIN; - is standard input.');
  const pin = (await readText(session.io, passphraseFile)).replace(/\r?\n$/, '');
  return signByCard({ module, token: card ?? null, key: keyLabel ?? null, pin }, prepared, session.io.env);
}

/** Where the answer is bytes for another program or a file, what they mean goes beside them. */
function tellWhatIsSigned(session: CliSession, document: SigningDocument, options: SignOptions): void {
  if (session.isJson) return;
  const words = showSigning(document, session.paint);
  const isAnswer =
    (options.key ?? options.pkcs12 ?? options.pkcs11 ?? options.attach) === undefined || options.out !== undefined;
  if (isAnswer && !options.bytes) session.print(words);
  else for (const line of words) session.remark(line);
}

interface Given {
  readonly document: SigningDocument;
  readonly prepared: PreparedSignature | null;
  readonly signed: SignedDocument | null;
}

/** The three things that can be signed, told apart by what stands in them. */
async function readGiven(session: CliSession, library: Signatures, file: string): Promise<Given> {
  const text = (await readText(session.io, file)).trim();
  const value = readDocument(text, file, 'INPUT_INVALID').value;
  const members = typeof value === 'object' && value !== null ? value : {};
  if ('signatures' in members) {
    const signed = await saying(file, () => library.readSignedDocument(text));
    return { document: readSigningDocument(Buffer.from(signed.payload, 'base64url')), prepared: null, signed };
  }
  if ('protected' in members) {
    const { document } = await saying(file, () => library.readPrepared(value));
    return { document, prepared: library.preparedSignatureSchema.parse(value), signed: null };
  }
  const document = await saying(file, () => readSigningDocument(new TextEncoder().encode(text)));
  return { document, prepared: null, signed: null };
}

async function readKey(
  session: CliSession,
  library: Signatures,
  { key, pkcs12, pkcs11, passphraseFile }: SignOptions,
): Promise<SigningKey | null> {
  if (pkcs11 !== undefined) return null;
  const passphrase =
    passphraseFile === undefined ? null : (await readText(session.io, passphraseFile)).replace(/\r?\n$/, '');
  if (pkcs12 !== undefined) {
    const bytes = await readBytes(session.io, pkcs12, KEY_BYTES_MAX);
    return saying(pkcs12, () => library.readPkcs12(bytes, passphrase ?? ''));
  }
  if (key === undefined) return null;
  const text = await readText(session.io, key);
  return saying(key, () => library.readPemKey(text, passphrase));
}

async function prepare(
  session: CliSession,
  library: Signatures,
  document: SigningDocument,
  key: SigningKey | null,
  options: SignOptions,
): Promise<PreparedSignature> {
  const own = options.certificate === undefined ? '' : await readText(session.io, options.certificate);
  const certificates = own === '' ? (key?.certificates ?? '') : own;
  if (certificates === '') throw missing('--certificate', 'Name your certificate with --certificate.');
  const signer = readSigner(options.signer, document);
  const designation = options.designation ?? null;
  if (designation === null && signer.role !== 'seal')
    throw missing('--designation', 'Say with --designation what office you hold.');
  const wish = { document, signer, designation, certificates, signedAt: session.io.now() };
  return saying(options.certificate ?? options.pkcs12, () => library.prepareSignature(wish));
}

function readSigner(text: string | undefined, document: SigningDocument): Signer {
  const [only, ...others] = document.signers;
  if (text === undefined && only !== undefined && others.length === 0) return only;
  const [party, role, ...more] = text?.split(':') ?? [];
  const signer = signerSchema.safeParse({ party, role });
  const isNamed = signer.success && document.signers.some((each) => signerKey(each) === signerKey(signer.data));
  if (isNamed && more.length === 0) return signer.data;
  const places = document.signers.map((each) => `${each.party}:${each.role}`).join(', ');
  const remedy = `Name one of ${places} with --signer; ${OPERATOR} is the network side.`;
  if (text === undefined) throw missing('--signer', remedy);
  throw new WaslError('INPUT_INVALID', `${shown(text)} is no place to sign in this document`, {
    path: '--signer',
    remedy,
  });
}

async function giveOut(
  session: CliSession,
  library: Signatures,
  prepared: PreparedSignature,
  { out }: SignOptions,
): Promise<void> {
  if (out === undefined) throw missing('--out', 'Name with --out where what was prepared is kept: --attach needs it.');
  const { signingInput, digest, algorithm } = library.readPrepared(prepared);
  await writeText(session.io, out, `${canonicalJson(prepared)}\n`);
  const input = Buffer.from(signingInput).toString('ascii');
  if (session.isJson) return session.printJson({ signingInput: input, digest, algorithm });
  session.printDocument(input);
  session.remark(`Sign these bytes by ${algorithm}, without the line feed at their end. Their digest: ${digest}`);
}

async function attach(session: CliSession, library: Signatures, given: Given, options: SignOptions): Promise<void> {
  if (given.prepared === null)
    throw missing('--attach', 'Name the file that --bytes --out wrote: the signature is over that.');
  const signature = await readBytes(session.io, options.attach ?? '-', KEY_BYTES_MAX);
  await finish(
    session,
    library,
    library.attachSignature(given.prepared, signature, await joined(session, library, given, options)),
    options,
  );
}

async function joined(
  session: CliSession,
  library: Signatures,
  { signed }: Given,
  { to }: SignOptions,
): Promise<SignedDocument | null> {
  if (to === undefined) return signed;
  const text = await readText(session.io, to);
  return saying(to, () => library.readSignedDocument(text));
}

async function finish(
  session: CliSession,
  library: Signatures,
  signed: SignedDocument,
  { out }: SignOptions,
): Promise<void> {
  const text = library.writeSignedDocument(signed);
  if (out === undefined) return session.printDocument(text);
  await writeText(session.io, out, `${text}\n`);
  session.remark(`${out}: signed.`);
}

function readTime(text: string): Date {
  const time = new Date(text);
  if (/T.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new WaslError('INPUT_INVALID', `${text} is no time`, {
    path: '--at',
    remedy: 'Write it like 2026-11-29T08:00:00Z.',
  });
}

const missing = (path: string, remedy: string) => new WaslError('INPUT_INVALID', 'it is not said', { path, remedy });

const SIGN_HELP = `
Without a key it only shows. The key stays here: nothing is sent anywhere.

Examples:
  wasl sign request.json
  wasl sign request.json --signer MOH:signatory --designation "Director of networks" --pkcs12 me.p12 --passphrase-file pin --out signed.json
  wasl sign signed.json --signer MOH:seal --certificate seal.pem --key seal.key --out signed.json
  wasl sign request.json --designation "Director" --certificate card.pem --pkcs11 /usr/lib/opensc-pkcs11.so --passphrase-file - --out signed.json
  wasl sign request.json --designation "Director" --certificate card.pem --bytes --out prepared.json | tr -d '\\n' > input
  openssl dgst -sha256 -sign card.key -out signature input
  wasl sign prepared.json --attach signature --out signed.json`;

const VERIFY_HELP = `
Exit codes: 0 pass, 2 fail, 4 unknown (which never passes a gate).

Example:
  wasl signature verify signed.json --trust trust.yaml --installation backbone-1`;
