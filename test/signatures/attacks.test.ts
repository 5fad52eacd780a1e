/** What an attacker has tried with a certificate of their own from a believed authority, or with what is carried beside a signature. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBER, Integer, OctetString } from 'asn1js';
import {
  AlgorithmIdentifier,
  BasicOCSPResponse,
  CertificateRevocationList,
  OCSPResponse,
  RSASSAPSSParams,
} from 'pkijs';
import { afterAll, describe, expect, it } from 'vitest';
import { requireStrongKey, verifierOf } from '../../src/signatures/algorithms.ts';
import { buildPath } from '../../src/signatures/build-path.ts';
import { type CertificateFacts, readPemCertificates } from '../../src/signatures/certificate.ts';
import { isCrlOf, readCrl } from '../../src/signatures/crl.ts';
import { type SignedDocument, verifySignatures } from '../../src/signatures/index.ts';
import { readProtected, writeProtected } from '../../src/signatures/jades.ts';
import { answerFor, askOcsp, readOcsp } from '../../src/signatures/ocsp.ts';
import { AUTHORITY_EXTENSIONS, type CertificateAuthority, type Holder, PERSON_EXTENSIONS } from '../support/pki.ts';
import { INSTALLATION, MOH, MOH_SEAL, removeWorld, signingDocument, world } from './world.ts';

afterAll(removeWorld);

function certificateOf({ pem }: Holder): CertificateFacts {
  const [certificate] = readPemCertificates(pem);
  if (certificate === undefined) throw new Error('no certificate');
  return certificate;
}

const verify = (signed: SignedDocument) =>
  verifySignatures(signed, {
    ...{ trust: world().trust(), installation: INSTALLATION, at: new Date(), receivedAt: null, stage: 'gate' },
  });

const pathOf = (holder: Holder, authorities: readonly Holder[] = []) =>
  buildPath(certificateOf(holder), authorities.map(certificateOf), {
    ...{ purpose: 'person', at: new Date(), trust: world().trust() },
  });

describe('a certificate of a believed authority', () => {
  it.each(['Aisha', 'AISHA', ' aisha '])('is not of a name that is excluded as "%s"', (name) => {
    const extensions = ['nameConstraints=critical,excluded;dirName:names', '[names]', `CN="${name}"`];
    const limited = world().pki.authority(
      { name: 'limited', subject: '/CN=Limited', extensions: [...AUTHORITY_EXTENSIONS, ...extensions] },
      world().root,
    );
    expect(() => pathOf(world().healthy({}, limited), [limited])).toThrow(
      /name constraints of CN=Limited do not allow/,
    );
    expect(pathOf(world().person('b', '/CN=Badr', {}, limited), [limited]).certificates).toHaveLength(2);
  });

  it.each(['critical,serverAuth', 'codeSigning', 'timeStamping,OCSPSigning'])(
    'that is for %s agrees to nothing',
    (use) => {
      const holder = world().healthy({ extensions: [...PERSON_EXTENSIONS, `extendedKeyUsage=${use}`] });
      expect(() => pathOf(holder)).toThrow('is for machines alone (extended key usage)');
      expect(() => world().signed(holder)).toThrow('is for machines alone (extended key usage)');
    },
  );

  it('that is for mail, too, signs', () => {
    const holder = world().healthy({
      extensions: [...PERSON_EXTENSIONS, 'extendedKeyUsage=serverAuth,emailProtection'],
    });
    expect(pathOf(holder).certificates).toHaveLength(2);
  });

  it('over the key of a person is not the seal beside them', async () => {
    const { people, moh } = world();
    const document = signingDocument({ signers: [MOH, MOH_SEAL] });
    const subject = '/organizationIdentifier=NTROM-1/CN=Ministry of Health';
    const seal = world().pki.issue(people, { name: 'own-seal', subject, extensions: PERSON_EXTENSIONS, keyOf: moh });
    const first = world().signed(moh, { document });
    const both = world().signed(seal, { document, signer: MOH_SEAL, to: first });
    const { verdict, entries } = await verify(await world().completed(both));
    expect([verdict, ...entries.map((entry) => entry.reason)]).toEqual([
      ...['unknown', 'the signature holds', 'one key has signed in two places'],
    ]);
  });

  it('shows a comma in a name as one of the name', () => {
    const holder = world().person('comma', '/CN=Salma, O=Ministry of Finance/O=Ministry of Health');
    expect(certificateOf(holder).subject).toBe(String.raw`CN=Salma\, O=Ministry of Finance, O=Ministry of Health`);
  });

  it('over a key by which everybody signs is refused', () => {
    const { n = '' } = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'jwk' });
    const key = (e: string) => createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
    expect(() => requireStrongKey('it', key('AQ'), 2_048)).toThrow('it has a key that is too weak');
    expect(() => requireStrongKey('it', key('AQAB'), 2_048)).not.toThrow();
  });
});

describe('what is carried beside a signature', () => {
  /** The header with one list of it as another. */
  const bent = (signed: SignedDocument, change: (item: Record<string, unknown[]>) => unknown): SignedDocument => {
    const signatures = signed.signatures.map((entry) => {
      const etsiU = entry.header?.etsiU.map((text) => {
        const item = JSON.parse(Buffer.from(text, 'base64url').toString());
        change(item.rVals ?? item);
        return Buffer.from(JSON.stringify(item)).toString('base64url');
      });
      return { ...entry, header: { etsiU: etsiU ?? [] } };
    });
    return { ...signed, signatures };
  };

  it('stands there once', async () => {
    const signed = await world().completed(world().signed(world().moh));
    for (const list of ['xVals', 'ocspVals', 'crlVals']) {
      const twice = bent(signed, (item) => item[list]?.push(item[list]?.[0]));
      expect(await verify(twice)).toMatchObject({ verdict: 'fail', reason: expect.stringContaining('there twice') });
    }
  });

  it('is not read where it is more than the field has: each certificate takes its time', () => {
    const certificate = certificateOf(world().moh);
    const request = askOcsp(certificate, certificateOf(world().people), Uint8Array.of(0x41));
    const der = world().pki.ocsp(world().people, request, world().responder);
    const outer = new OCSPResponse({ schema: fromBER(Uint8Array.from(der)).result });
    const inner = outer.responseBytes?.response.valueBlock.valueHexView ?? new Uint8Array();
    const basic = new BasicOCSPResponse({ schema: fromBER(Uint8Array.from(inner)).result });
    const [first] = basic.certs ?? [];
    const withCertificates = (count: number) => {
      basic.certs = Array.from({ length: count }, () => first ?? expect.fail('no certificate'));
      if (outer.responseBytes) outer.responseBytes.response = new OctetString({ valueHex: basic.toSchema().toBER() });
      return new Uint8Array(outer.toSchema().toBER());
    };
    expect(readOcsp(withCertificates(8)).certificates).toHaveLength(8);
    expect(() => readOcsp(withCertificates(9))).toThrow('an OCSP response cannot be read');
    expect(() => readOcsp(withCertificates(100))).toThrow('an OCSP response has more than 32000 bytes');
  });

  it('says revoked where an OCSP response says good, too', () => {
    const [certificate, issuer] = [certificateOf(world().moh), certificateOf(world().people)];
    const der = world().pki.ocsp(world().people, askOcsp(certificate, issuer, Uint8Array.of(0x41)), world().responder);
    const response = readOcsp(der);
    const revoked = response.answers.map((answer) => ({ ...answer, status: new Date() }));
    const both = { ...response, answers: [...response.answers, ...revoked] };
    expect(answerFor(both, certificate, issuer)?.status).toBeInstanceOf(Date);
  });

  it('is no whole CRL where it is a delta, critical or not', () => {
    expect(readCrl(world().pki.crl(world().people)).fault).toBeNull();
    const delta = world().pki.crl(world().people, { extensions: ['2.5.29.27=DER:020101'] });
    expect(readCrl(delta).fault).toContain('not understood');
  });

  it('counts the earlier of two dates at which a CRL says revoked, however long its serial is written', () => {
    const copy: CertificateAuthority = world().pki.asItIs(world().people);
    world().pki.revoke(copy, world().moh);
    const crl = new CertificateRevocationList({ schema: fromBER(Uint8Array.from(world().pki.crl(copy))).result });
    const [entry] = crl.revokedCertificates ?? [];
    if (entry === undefined) throw new Error('nothing is revoked');
    const der = () => new Uint8Array(crl.toSchema(true).toBER());
    const later = new Date(Number(entry.revocationDate.value) + 60_000);
    const { revocationDate } = entry;
    const second = Object.assign(Object.create(Object.getPrototypeOf(entry)), entry);
    second.revocationDate = Object.assign(Object.create(Object.getPrototypeOf(revocationDate)), revocationDate);
    second.revocationDate.value = later;
    crl.revokedCertificates = [entry, second];
    const serial = certificateOf(world().moh).serial;
    expect(readCrl(der()).revoked.get(serial)).toEqual(revocationDate.value);
    entry.userCertificate = new Integer({ valueHex: Uint8Array.from([0, 0, ...Buffer.from(serial, 'hex')]).buffer });
    crl.revokedCertificates = [entry];
    expect([...readCrl(der()).revoked.keys()]).toEqual([serial]);
  });

  it('is read whole where it is as long as that of a country, and is not signed when a byte of an entry was changed', () => {
    const copy: CertificateAuthority = world().pki.asItIs(world().people);
    const serials = Array.from({ length: 20_000 }, (_, at) => `6A${(at + 0x100000).toString(16).toUpperCase()}`);
    const rows = serials.map((serial) => `R\t351231235959Z\t260101000000Z,keyCompromise\t${serial}\tunknown\t/CN=x\n`);
    appendFileSync(join(copy.folder, 'index'), rows.join(''));
    const der = world().pki.crl(copy);
    const crl = readCrl(der);
    expect(
      serials.every((serial) => crl.revoked.get(serial.toLowerCase())?.toISOString() === '2026-01-01T00:00:00.000Z'),
    ).toBe(true);
    expect([crl.fault, isCrlOf(crl, certificateOf(world().people))]).toEqual([null, true]);
    const changed = Uint8Array.from(der);
    changed[changed.lastIndexOf(0x6a)] = 0x6b;
    expect(() => isCrlOf(readCrl(changed), certificateOf(world().people))).toThrow(/not signed by its key/);
  });

  it.each([
    [
      'a length longer than it must be',
      (der: Buffer) => Buffer.concat([der.subarray(0, 1), Buffer.of(0x83, 0), der.subarray(2)]),
    ],
    ['no end', (der: Buffer) => Buffer.concat([Buffer.of(0x30, 0x80), der.subarray(4), Buffer.of(0, 0)])],
    ['less than it says', (der: Buffer) => der.subarray(0, -1)],
    ['something behind it', (der: Buffer) => Buffer.concat([der, Buffer.of(5, 0)])],
    ['nothing', () => Buffer.alloc(0)],
  ])('is no CRL with %s', (_name, alter) => {
    expect(() => readCrl(alter(Buffer.from(world().pki.crl(world().people))))).toThrow('a CRL cannot be read');
  });

  it('has no more elements than a certificate of the field by far', () => {
    const holder = world().healthy();
    const many = Array.from({ length: 200 }, (_, at) => `1.2.3.${at}=DER:0500`);
    expect(() => readPemCertificates(world().healthy({ extensions: [...PERSON_EXTENSIONS, ...many] }).pem)).toThrow(
      'a certificate cannot be read',
    );
    expect(readPemCertificates(holder.pem)).toHaveLength(1);
  });

  it('has one hash by RSASSA-PSS: SHA-3 is not SHA-2 with a digit more', () => {
    const hash = (id: string) => new AlgorithmIdentifier({ algorithmId: `2.16.840.1.101.3.4.2.${id}` });
    const pss = (mask: string) => {
      const params = new RSASSAPSSParams({
        hashAlgorithm: hash('1'),
        maskGenAlgorithm: new AlgorithmIdentifier({
          algorithmId: '1.2.840.113549.1.1.8',
          algorithmParams: hash(mask).toSchema(),
        }),
        saltLength: 32,
      });
      return new AlgorithmIdentifier({ algorithmId: '1.2.840.113549.1.1.10', algorithmParams: params.toSchema() });
    };
    expect(verifierOf('it', pss('1')).name).toBe('PSS sha256 32');
    expect(() => verifierOf('it', pss('10'))).toThrow('with a hash that is not allowed');
  });
});

describe('a protected header', () => {
  const facts = { algorithm: 'ES256', signedAt: new Date(0), signer: MOH, certificateSha256: 'ab'.repeat(32) } as const;
  const withDesignation = (designation: string) => writeProtected({ ...facts, designation });

  it.each(['Director\n', 'Dir\u202eector', ' Director', '\u001b[32mpass', ''])('has no designation %j', (text) => {
    expect(readProtected(withDesignation('Director')).designation).toBe('Director');
    expect(() => readProtected(withDesignation(text))).toThrow('not one line of characters that can be seen');
  });

  it('is UTF-8', () => {
    const good = Buffer.from(withDesignation('Dir\ufffdector'), 'base64url');
    const at = good.indexOf('\ufffd');
    const bad = Buffer.concat([good.subarray(0, at), Uint8Array.of(0xff), good.subarray(at + 3)]);
    expect(() => readProtected(bad.toString('base64url'))).toThrow('the protected header cannot be read');
  });
});
