/** A public key infrastructure of a test, by `openssl` alone: authorities, people, seals, a timestamp authority, an OCSP responder, and their bad twins. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type KeyKind = 'ec' | 'p384' | 'rsa' | 'rsa1024';

export interface Holder {
  readonly name: string;
  /** File names. */
  readonly certificate: string;
  readonly key: string;
  readonly pem: string;
}

export interface CertificateAuthority extends Holder {
  readonly folder: string;
}

export interface CertificateWish {
  readonly name: string;
  readonly subject: string;
  /** Lines of an OpenSSL extension section. */
  readonly extensions: readonly string[];
  readonly key?: KeyKind;
  readonly days?: readonly [from: number, until: number];
  readonly digest?: string;
  /** Whose key it is over; left out: a new one. */
  readonly keyOf?: Holder;
}

export const PERSON_EXTENSIONS = ['basicConstraints=critical,CA:false', 'keyUsage=critical,nonRepudiation'];
export const AUTHORITY_EXTENSIONS = [
  'basicConstraints=critical,CA:true',
  'keyUsage=critical,keyCertSign,cRLSign',
  'subjectKeyIdentifier=hash',
];
export const TIMESTAMP_EXTENSIONS = [
  'basicConstraints=critical,CA:false',
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=critical,timeStamping',
];
export const RESPONDER_EXTENSIONS = [
  'basicConstraints=critical,CA:false',
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=OCSPSigning',
  'noCheck=ignored',
];
export const TIMESTAMP_POLICY = '1.2.3.4.1';

const DAY_MS = 86_400_000;
/** By Node: a process for each key would be most of the time of a test. */
function makeKey(kind: KeyKind): string {
  const { privateKey } =
    kind === 'rsa' || kind === 'rsa1024'
      ? generateKeyPairSync('rsa', { modulusLength: kind === 'rsa' ? 2_048 : 1_024 })
      : generateKeyPairSync('ec', { namedCurve: kind === 'ec' ? 'prime256v1' : 'secp384r1' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export class Pki {
  readonly folder = mkdtempSync(join(tmpdir(), 'wasl-pki-'));
  private count = 0;

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Bytes on standard output, of a command that must succeed. */
  openssl(args: readonly string[], input?: Uint8Array): Uint8Array {
    const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe'];
    return execFileSync('openssl', [...args], { cwd: this.folder, stdio, ...(input === undefined ? {} : { input }) });
  }

  write(bytes: Uint8Array | string, ending: string): string {
    this.count += 1;
    const file = join(this.folder, `${this.count}.${ending}`);
    writeFileSync(file, bytes);
    return file;
  }

  /** Self-signed where no issuer is given. */
  authority(wish: CertificateWish, issuer?: CertificateAuthority): CertificateAuthority {
    this.count += 1;
    const folder = join(this.folder, `ca-${this.count}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'index'), '');
    writeFileSync(join(folder, 'index.attr'), 'unique_subject = no\n');
    writeFileSync(join(folder, 'serial'), `${(0x100000 + this.count * 256).toString(16)}\n`);
    writeFileSync(join(folder, 'number'), '01\n');
    return { ...this.issue(issuer ?? null, wish, folder), folder };
  }

  issue(issuer: CertificateAuthority | null, wish: CertificateWish, own?: string): Holder {
    this.count += 1;
    const { name, subject, extensions, key: kind = 'ec', days = [-2, 3_000], digest = 'sha256' } = wish;
    const base = join(this.folder, `${this.count}-${name}`);
    const key = `${base}.key`;
    writeFileSync(key, wish.keyOf === undefined ? makeKey(kind) : readFileSync(wish.keyOf.key));
    const [request, certificate] = [`${base}.csr`, `${base}.pem`];
    this.openssl(['req', '-new', '-utf8', '-key', key, '-subj', subject, '-out', request]);
    const signs = issuer ?? { folder: own ?? this.folder, certificate, key };
    const date = (offset: number) => {
      const text = new Date(Date.now() + offset * DAY_MS).toISOString();
      return `${text.slice(0, 19).replace(/[-:T]/g, '')}Z`;
    };
    this.openssl([
      ...[
        'ca',
        '-batch',
        '-notext',
        '-utf8',
        '-config',
        this.configuration(signs, extensions),
        '-extensions',
        'wished',
        '-md',
        digest,
      ],
      ...['-startdate', date(days[0]), '-enddate', date(days[1]), '-in', request, '-out', certificate],
      ...(issuer === null ? ['-selfsign'] : []),
    ]);
    return { name, certificate, key, pem: readFileSync(certificate, 'utf8') };
  }

  private configuration(
    { folder, certificate, key }: Pick<CertificateAuthority, 'folder' | 'certificate' | 'key'>,
    extensions: readonly string[],
  ): string {
    const lines = [
      ...[
        '[ca]',
        'default_ca=it',
        '[it]',
        `database=${folder}/index`,
        `serial=${folder}/serial`,
        `crlnumber=${folder}/number`,
      ],
      ...[
        `new_certs_dir=${folder}`,
        `certificate=${certificate}`,
        `private_key=${key}`,
        'default_md=sha256',
        'policy=any',
      ],
      ...['default_crl_days=7', 'unique_subject=no', 'email_in_dn=no', 'string_mask=utf8only', '[any]'],
      ...['CN', 'O', 'OU', 'C', 'givenName', 'SN', 'serialNumber', 'organizationIdentifier'].map(
        (part) => `${part}=optional`,
      ),
      ...['[wished]', ...extensions],
    ];
    return this.write(`${lines.join('\n')}\n`, 'cnf');
  }

  revoke(issuer: CertificateAuthority, { certificate }: Holder): void {
    this.openssl(['ca', '-config', this.configuration(issuer, []), '-revoke', certificate]);
  }

  /** DER. `extensions`: of the list itself. */
  crl(issuer: CertificateAuthority, { seconds = 86_400, extensions = [] as readonly string[] } = {}): Uint8Array {
    const configuration = this.configuration(issuer, extensions);
    const wished = extensions.length === 0 ? [] : ['-crlexts', 'wished'];
    const pem = this.openssl(['ca', '-config', configuration, '-gencrl', '-crlsec', String(seconds), ...wished]);
    return Buffer.from(
      Buffer.from(pem)
        .toString()
        .replace(/-----[^-]+-----|\s/g, ''),
      'base64',
    );
  }

  /** The answer of a responder to a request in DER; `issuer` keeps the index. */
  ocsp(issuer: CertificateAuthority, request: Uint8Array, responder: Holder, minutes = 60): Uint8Array {
    const answer = this.write('', 'ocsp');
    this.openssl([
      ...['ocsp', '-index', join(issuer.folder, 'index'), '-CA', issuer.certificate, '-nmin', String(minutes)],
      ...[
        '-rsigner',
        responder.certificate,
        '-rkey',
        responder.key,
        '-reqin',
        this.write(request, 'req'),
        '-respout',
        answer,
      ],
    ]);
    return readFileSync(answer);
  }

  /** The answer of a timestamp authority to a request in DER. */
  stamp(request: Uint8Array, tsa: Holder): Uint8Array {
    const answer = this.write('', 'tsr');
    const serial = this.write('01\n', 'serial');
    const lines = [
      ...['[tsa]', 'default_tsa=it', '[it]', `serial=${serial}`, `default_policy=${TIMESTAMP_POLICY}`],
      ...['signer_digest=sha256', 'digests=sha256,sha384,sha512', 'ess_cert_id_alg=sha256'],
    ];
    this.openssl([
      ...[
        'ts',
        '-reply',
        '-config',
        this.write(`${lines.join('\n')}\n`, 'cnf'),
        '-queryfile',
        this.write(request, 'tsq'),
      ],
      ...['-signer', tsa.certificate, '-inkey', tsa.key, '-out', answer],
    ]);
    return readFileSync(answer);
  }

  /** The token of a content that `openssl ts` would not sign: by CMS, with a signer whom it refuses. */
  stampBy(info: Uint8Array, signer: Holder): Uint8Array {
    return this.openssl([
      ...[
        'cms',
        '-sign',
        '-binary',
        '-nodetach',
        '-outform',
        'DER',
        '-econtent_type',
        '1.2.840.113549.1.9.16.1.4',
        '-cades',
        '-nosmimecap',
      ],
      ...['-signer', signer.certificate, '-inkey', signer.key, '-md', 'sha256', '-in', this.write(info, 'tst')],
    ]);
  }

  /** Raw for RSA, DER for ECDSA: as cards and command lines give it. */
  sign({ key }: Holder, data: Uint8Array, isPss = false): Uint8Array {
    const padding = isPss ? ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32'] : [];
    return this.openssl(['dgst', '-sha256', '-sign', key, ...padding, this.write(data, 'bin')]);
  }

  /** The same authority as it is now: of what is revoked later this one knows nothing. */
  asItIs(authority: CertificateAuthority): CertificateAuthority {
    this.count += 1;
    const folder = join(this.folder, `as-it-was-${this.count}`);
    cpSync(authority.folder, folder, { recursive: true });
    return { ...authority, folder };
  }
}
