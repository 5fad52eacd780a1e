/** One infrastructure for all tests of signatures of a process, and the steps from a document to a signature that can be kept. */
import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import {
  composeSigningDocument,
  type Signer,
  type SigningDocument,
  signingBytes,
} from '../../src/domain/signing-document.ts';
import {
  type AskSource,
  addRevocation,
  addTimestamp,
  attachSignature,
  type JwsAlgorithm,
  type PreparedSignature,
  prepareSignature,
  readPrepared,
  readTrust,
  type SignedDocument,
  type Trust,
} from '../../src/signatures/index.ts';
import { readUnsigned, type UnsignedParts, writeUnsigned } from '../../src/signatures/jades.ts';
import {
  AUTHORITY_EXTENSIONS,
  type CertificateAuthority,
  type Holder,
  PERSON_EXTENSIONS,
  Pki,
  RESPONDER_EXTENSIONS,
  TIMESTAMP_EXTENSIONS,
} from '../support/pki.ts';

export const INSTALLATION = 'test-installation';
export const MOH: Signer = { party: 'MOH' as Signer['party'], role: 'signatory' };
export const MOF: Signer = { party: 'MOF' as Signer['party'], role: 'signatory' };
export const MOH_SEAL: Signer = { party: 'MOH' as Signer['party'], role: 'seal' };
export const OFFICER: Signer = { party: 'operator', role: 'officer' };

export const ADDRESS = {
  tsa: 'http://tsa.test/',
  ocsp: 'http://ocsp.test/people',
  peopleCrl: 'http://crl.test/people',
  rootCrl: 'http://crl.test/root',
} as const;

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

export function signingDocument(facts: Partial<Parameters<typeof composeSigningDocument>[0]> = {}): SigningDocument {
  return composeSigningDocument({
    kind: 'request',
    installation: INSTALLATION,
    signers: [MOH],
    subject: { id: 'IC-0001', digest: digest('a') },
    policy: { version: '2026-1', renditions: { ar: digest('b'), en: digest('c') } },
    preparedAt: new Date().toISOString(),
    nonce: randomBytes(16).toString('base64url'),
    ...facts,
  });
}

export interface Means {
  readonly ask?: AskSource;
  readonly trust?: Trust;
}

export class World {
  readonly pki = new Pki();
  readonly root = this.authority('root', 'Root');
  readonly people = this.pki.authority(
    {
      name: 'people',
      subject: '/C=OM/O=Test PKI/CN=People CA',
      extensions: ['basicConstraints=critical,CA:true,pathlen:0', ...AUTHORITY_EXTENSIONS.slice(1)],
    },
    this.root,
  );
  readonly moh = this.person('moh', '/O=Ministry of Health/CN=Salma');
  readonly mof = this.person('mof', '/O=Ministry of Finance/CN=Nasser');
  readonly officer = this.person('officer', '/O=Network Operator/CN=Huda');
  readonly seal = this.person('seal', '/organizationIdentifier=NTROM-1/O=Ministry of Health/CN=Ministry of Health');
  readonly tsa = this.pki.issue(this.people, {
    name: 'tsa',
    subject: '/O=Test PKI/CN=Time',
    extensions: TIMESTAMP_EXTENSIONS,
  });
  readonly responder = this.pki.issue(this.people, {
    name: 'responder',
    subject: '/O=Test PKI/CN=Responder',
    extensions: RESPONDER_EXTENSIONS,
  });

  authority(name: string, commonName: string, issuer?: CertificateAuthority): CertificateAuthority {
    return this.pki.authority(
      { name, subject: `/C=OM/O=Test PKI/CN=${commonName}`, extensions: AUTHORITY_EXTENSIONS },
      issuer,
    );
  }

  person(name: string, subject: string, wish: Partial<Parameters<Pki['issue']>[1]> = {}, issuer = this.people): Holder {
    return this.pki.issue(issuer, { name, subject, extensions: PERSON_EXTENSIONS, ...wish });
  }

  /** A person of the ministry of health who is in nobody else's way. */
  healthy(wish: Partial<Parameters<Pki['issue']>[1]> = {}, issuer = this.people): Holder {
    return this.person('healthy', '/O=Ministry of Health/CN=Aisha', wish, issuer);
  }

  trustSettings() {
    return {
      anchors: [{ certificate: this.root.pem, for: ['person', 'seal', 'timestamp'], crl: ADDRESS.rootCrl }],
      authorities: [{ certificate: this.people.pem, crl: ADDRESS.peopleCrl, ocsp: ADDRESS.ocsp }],
      signers: [
        { ...MOH, subject: { O: 'Ministry of Health' } },
        { ...MOF, subject: { O: 'Ministry of Finance' } },
        { ...MOH_SEAL, subject: { organizationIdentifier: 'NTROM-1' } },
        { ...OFFICER, subject: { O: 'Network Operator' } },
      ],
      timestamps: { authorities: [{ url: ADDRESS.tsa }] },
    };
  }

  trust(more: object = {}): Trust {
    return readTrust({ ...this.trustSettings(), ...more });
  }

  /** The authorities answer as they should, but for what a test answers itself. */
  ask(others: Partial<Record<string, (body: Uint8Array) => Uint8Array>> = {}): AskSource {
    return async ({ url, body }) => {
      const request = body ?? new Uint8Array();
      const other = others[url];
      if (other !== undefined) return other(request);
      if (url === ADDRESS.tsa) return this.pki.stamp(request, this.tsa);
      if (url === ADDRESS.ocsp) return this.pki.ocsp(this.people, request, this.responder);
      if (url === ADDRESS.peopleCrl) return this.pki.crl(this.people);
      if (url === ADDRESS.rootCrl) return this.pki.crl(this.root);
      throw new Error(`nobody is at ${url}`);
    };
  }

  /** As a client does it that has the key in a file. */
  signPrepared(prepared: PreparedSignature, holder: Holder, to: SignedDocument | null = null): SignedDocument {
    const { signingInput, algorithm } = readPrepared(prepared);
    return attachSignature(prepared, this.pki.sign(holder, signingInput, algorithm === 'PS256'), to);
  }

  /** B-B. */
  signed(
    holder: Holder,
    {
      document = signingDocument(),
      signer = MOH,
      algorithm,
      signedAt = new Date(),
      chain = [this.people],
      to = null,
    }: {
      readonly document?: SigningDocument;
      readonly signer?: Signer;
      readonly algorithm?: JwsAlgorithm;
      readonly signedAt?: Date;
      readonly chain?: readonly Holder[];
      readonly to?: SignedDocument | null;
    } = {},
  ): SignedDocument {
    const certificates = [holder, ...chain].map(({ pem }) => pem).join('');
    const designation = signer.role === 'seal' ? null : 'Director of networks';
    return this.signPrepared(
      prepareSignature({ document, signer, designation, certificates, algorithm, signedAt }),
      holder,
      to,
    );
  }

  /** B-T and B-LT of every signature that has no timestamp yet. */
  async completed(
    signed: SignedDocument,
    { ask = this.ask(), trust = this.trust() }: Means = {},
  ): Promise<SignedDocument> {
    let document = signed;
    for (const [place, { header }] of signed.signatures.entries()) {
      const means = { trust, ask, at: new Date() };
      if (readUnsigned(header).timestamp === null) document = await addTimestamp(document, place, means);
      document = await addRevocation(document, place, means);
    }
    return document;
  }

  /** A signature whose header is as it comes, over any payload: what `prepareSignature` would not make. */
  signedByHand(
    header: object,
    holder: Holder,
    parts: UnsignedParts | null,
    payload = signingBytes(signingDocument()),
  ): SignedDocument {
    const encoded = {
      protected: base64url(canonicalJson(header)),
      payload: Buffer.from(payload).toString('base64url'),
    };
    const key = createPrivateKey(readFileSync(holder.key));
    const dsaEncoding = 'ieee-p1363';
    const input = new TextEncoder().encode(`${encoded.protected}.${encoded.payload}`);
    const hash = key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256';
    const signature = sign(key.asymmetricKeyType === 'ed25519' ? null : hash, input, { key, dsaEncoding }).toString(
      'base64url',
    );
    const unsigned = parts === null ? undefined : writeUnsigned(parts);
    return {
      payload: encoded.payload,
      signatures: [
        { protected: encoded.protected, signature, ...(unsigned === undefined ? {} : { header: unsigned }) },
      ],
    };
  }
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** The same document with other things carried beside its first signature. */
export function withParts(
  signed: SignedDocument,
  change: (parts: UnsignedParts) => Partial<UnsignedParts>,
): SignedDocument {
  const [first, ...others] = signed.signatures;
  if (first === undefined) throw new Error('nothing is signed');
  const parts = readUnsigned(first.header);
  const header = writeUnsigned({ ...parts, ...change(parts) });
  const { protected: protectedHeader, signature } = first;
  const entry = { protected: protectedHeader, signature, ...(header === undefined ? {} : { header }) };
  return { ...signed, signatures: [entry, ...others] };
}

let made: World | null = null;

/** Made at the first question; whoever asks for it says `afterAll(removeWorld)`. */
export function world(): World {
  made ??= new World();
  return made;
}

export function removeWorld(): void {
  made?.pki.remove();
  made = null;
}
