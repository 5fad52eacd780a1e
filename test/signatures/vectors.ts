/** Signed documents, good and bad, and what has to be said of each: here by wasl, in the interop suite by a second validator too. */
import { createHash, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { readPemCertificates } from '../../src/signatures/certificate.ts';
import { readCrl } from '../../src/signatures/crl.ts';
import type { SignedDocument, SubIndication, Trust, VerificationQuestion } from '../../src/signatures/index.ts';
import { readUnsigned, writeProtected } from '../../src/signatures/jades.ts';
import { askOcsp, readOcsp } from '../../src/signatures/ocsp.ts';
import { askTimestamp, readTimestamp, readTimestampAnswer } from '../../src/signatures/timestamp.ts';
import {
  AUTHORITY_EXTENSIONS,
  type Holder,
  PERSON_EXTENSIONS,
  RESPONDER_EXTENSIONS,
  TIMESTAMP_EXTENSIONS,
  TIMESTAMP_POLICY,
} from '../support/pki.ts';
import { ADDRESS, MOF, MOH, MOH_SEAL, OFFICER, signingDocument, type World, withParts } from './world.ts';

export interface VectorCase {
  readonly signed: SignedDocument;
  readonly trust?: Trust;
  readonly question?: Partial<Omit<VerificationQuestion, 'trust'>>;
}

export interface Vector {
  readonly name: string;
  readonly verdict: Verdict;
  readonly subIndication: SubIndication | null;
  /** A word of the reason. */
  readonly says: RegExp;
  /**
   * Whether a validator of AdES signatures agrees that it passes or does not. `wasl alone`: the fault is one of a rule that only wasl has, of who signs for
   * whom, of clocks, or of what is carried along.
   */
  readonly second: 'agrees' | 'wasl alone';
  readonly make: (world: World) => Promise<VectorCase>;
}

const HOUR_MS = 3_600_000;
const bytesOf = (signed: SignedDocument) => new TextEncoder().encode(signed.signatures[0]?.signature ?? '');
const fresh = (der: Uint8Array, nonce: Uint8Array) => readTimestampAnswer(der, Uint8Array.from(nonce));
const NONCE = Uint8Array.from([0x41, 2, 3, 4]);

async function untilNextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1_000);
  while (Math.floor(Date.now() / 1_000) === second) await sleep(20);
}

/** One character of a base64url text becomes another. */
function changed(text: string, place = 20): string {
  return `${text.slice(0, place)}${text[place] === 'A' ? 'B' : 'A'}${text.slice(place + 1)}`;
}

const good = (name: string, make: Vector['make']): Vector => ({
  name,
  verdict: 'pass',
  subIndication: null,
  says: /holds/,
  second: 'agrees',
  make,
});
const bad = (
  subIndication: SubIndication,
  verdict: Verdict,
  name: string,
  says: RegExp,
  make: Vector['make'],
  second: Vector['second'] = 'agrees',
): Vector => ({
  ...{ name, verdict, subIndication, says, second, make },
});
const unknown = (
  subIndication: SubIndication,
  name: string,
  says: RegExp,
  make: Vector['make'],
  second?: Vector['second'],
) => bad(subIndication, 'unknown', name, says, make, second);
const fail = (
  subIndication: SubIndication,
  name: string,
  says: RegExp,
  make: Vector['make'],
  second?: Vector['second'],
) => bad(subIndication, 'fail', name, says, make, second);

/** A signature of the ministry of health by a certificate of one's own making, with all that shows that it holds. */
async function byHealthy(world: World, wish: Parameters<World['healthy']>[0] = {}): Promise<VectorCase> {
  return { signed: await world.completed(world.signed(world.healthy(wish))) };
}

/** A good B-T with revocation data of one's own making. */
async function withStatus(
  world: World,
  status: { crl?: () => Uint8Array; ocsp?: (request: Uint8Array) => Uint8Array },
): Promise<VectorCase> {
  const authority = {
    certificate: world.people.pem,
    ...(status.crl === undefined ? {} : { crl: ADDRESS.peopleCrl }),
    ...(status.ocsp === undefined ? {} : { ocsp: ADDRESS.ocsp }),
  };
  const trust = world.trust({ authorities: [authority] });
  const signed = await world.completed(world.signed(world.moh));
  const statuses: { crls: Uint8Array[]; ocsps: Uint8Array[] } = { crls: [], ocsps: [] };
  if (status.crl !== undefined) statuses.crls.push(status.crl());
  if (status.ocsp !== undefined) {
    const [certificate, issuer] = [world.moh, world.people].flatMap(({ pem }) => readPemCertificates(pem));
    if (certificate === undefined || issuer === undefined) throw new Error('no certificate');
    statuses.ocsps.push(status.ocsp(askOcsp(certificate, issuer, NONCE)));
  }
  return {
    trust,
    signed: withParts(signed, ({ crls, ocsps }) => ({
      // Of the root, and of the time stamp: those stay as they are.
      crls: [...crls, ...statuses.crls.map(readCrl)],
      ocsps: [...ocsps.slice(1), ...statuses.ocsps.map(readOcsp)],
    })),
  };
}

/** A good signature whose timestamp is made otherwise. */
async function withTimestamp(world: World, stamp: (signed: SignedDocument) => Uint8Array): Promise<VectorCase> {
  const signed = await world.completed(world.signed(world.moh));
  return { signed: withParts(signed, () => ({ timestamp: readTimestamp(stamp(signed)) })) };
}

const tokenOf = (world: World, data: Uint8Array, tsa = world.tsa): Uint8Array =>
  fresh(world.pki.stamp(askTimestamp(data, NONCE), tsa), NONCE).der;

const GOOD: readonly Vector[] = [
  good('ES256, with CRL of the root and OCSP of the people', async (world) => ({
    signed: await world.completed(world.signed(world.moh)),
  })),
  good('RS256', (world) => byHealthy(world, { key: 'rsa' })),
  good('PS256', async (world) => ({
    signed: await world.completed(world.signed(world.healthy({ key: 'rsa' }), { algorithm: 'PS256' })),
  })),
  good('CRLs alone', async (world) => {
    const trust = world.trust({ authorities: [{ certificate: world.people.pem, crl: ADDRESS.peopleCrl }] });
    return { trust, signed: await world.completed(world.signed(world.moh), { trust }) };
  }),
  good('signatory, seal and a second party over one payload', async (world) => {
    const document = signingDocument({ signers: [MOH, MOH_SEAL, MOF] });
    const first = world.signed(world.moh, { document });
    const second = world.signed(world.seal, { document, signer: MOH_SEAL, to: first });
    return { signed: await world.completed(world.signed(world.mof, { document, signer: MOF, to: second })) };
  }),
  good('an approval of the network side', async (world) => {
    const document = signingDocument({ kind: 'plan-approval', signers: [OFFICER], policy: null });
    return { signed: await world.completed(world.signed(world.officer, { document, signer: OFFICER })) };
  }),
  good('revoked after the timestamp', async (world) => {
    const holder = world.healthy();
    const signed = await world.completed(world.signed(holder));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    world.pki.revoke(world.people, holder);
    const means = { trust: world.trust({ authorities: [{ certificate: world.people.pem, crl: ADDRESS.peopleCrl }] }) };
    return { ...means, signed: await world.completed(signed, means) };
  }),
];

const FORMAT: readonly Vector[] = [
  fail(
    'FORMAT_FAILURE',
    'altered payload that is no document any more',
    /no signing document|payload/,
    async (world) => {
      const { signed } = await byHealthy(world);
      return { signed: { ...signed, payload: changed(signed.payload) } };
    },
  ),
  fail('SIG_CRYPTO_FAILURE', 'another payload under the signature', /not what .* signed/, async (world) => {
    const [one, other] = [await world.completed(world.signed(world.moh)), world.signed(world.moh)];
    return { signed: { ...one, payload: other.payload } };
  }),
  fail('SIG_CRYPTO_FAILURE', 'altered signature', /not what .* signed/, async (world) => {
    const signed = await world.completed(world.signed(world.moh));
    const signatures = signed.signatures.map((entry) => ({ ...entry, signature: changed(entry.signature) }));
    // The timestamp is made anew, so that only the signature is wrong.
    const altered = { ...signed, signatures };
    return { signed: withParts(altered, () => ({ timestamp: readTimestamp(tokenOf(world, bytesOf(altered))) })) };
  }),
  ...(
    [
      'x5c alone instead of x5t#S256',
      'sigT instead of iat',
      'a second time',
      'an algorithm of no AdES validator',
    ] as const
  ).map((name) =>
    fail('FORMAT_FAILURE', name, /protected header/, async (world) => {
      const { signed } = await byHealthy(world);
      const [first] = signed.signatures;
      if (first === undefined) throw new Error('nothing is signed');
      const header = JSON.parse(Buffer.from(first.protected, 'base64url').toString()) as Record<string, unknown>;
      const { iat, 'x5t#S256': thumbprint, ...rest } = header;
      const x5c = readUnsigned(first.header).certificates.map(({ der }) => Buffer.from(der).toString('base64'));
      const other = {
        'x5c alone instead of x5t#S256': { ...rest, iat, x5c },
        'sigT instead of iat': { ...rest, 'x5t#S256': thumbprint, sigT: new Date().toISOString().replace(/\.\d+/, '') },
        'a second time': { ...header, sigT: new Date().toISOString().replace(/\.\d+/, '') },
        'an algorithm of no AdES validator': { ...header, alg: 'EdDSA' },
      }[name];
      const byHand = world.signedByHand(
        other,
        world.moh,
        readUnsigned(first.header),
        Buffer.from(signed.payload, 'base64url'),
      );
      return { signed: withParts(byHand, () => ({ timestamp: readTimestamp(tokenOf(world, bytesOf(byHand))) })) };
    }),
  ),
  fail(
    'SIG_CRYPTO_FAILURE',
    'a second signature that does not hold, behind one that does',
    /not what .* signed/,
    async (world) => {
      const document = signingDocument({ signers: [MOH, MOF] });
      const first = await world.completed(world.signed(world.moh, { document }));
      const second = await world.completed(
        world.signed(world.mof, { document: signingDocument({ signers: [MOH, MOF] }), signer: MOF }),
      );
      return { signed: { ...first, signatures: [...first.signatures, ...second.signatures] } };
    },
  ),
  unknown(
    'NO_SIGNING_CERTIFICATE_FOUND',
    'without the certificate of the signer',
    /certificate of the signer/,
    async (world) => {
      const signed = await world.completed(world.signed(world.moh));
      return { signed: withParts(signed, ({ certificates }) => ({ certificates: certificates.slice(1) })) };
    },
  ),
];

const TIME: readonly Vector[] = [
  unknown('NO_POE', 'no timestamp', /no timestamp/, async (world) => ({ signed: world.signed(world.moh) })),
  fail('HASH_FAILURE', 'a timestamp over the raw signature', /timestamp is not over/, (world) =>
    withTimestamp(world, (signed) => tokenOf(world, Buffer.from(signed.signatures[0]?.signature ?? '', 'base64url'))),
  ),
  fail('HASH_FAILURE', 'a timestamp over another signature', /timestamp is not over/, (world) =>
    withTimestamp(world, () =>
      tokenOf(world, bytesOf(world.signed(world.mof, { signer: MOF, document: signingDocument({ signers: [MOF] }) }))),
    ),
  ),
  ...(
    [
      ['whose certificate has other purposes too', ['extendedKeyUsage=critical,timeStamping,emailProtection']],
      ['whose certificate is not critically for it', ['extendedKeyUsage=timeStamping']],
      ['by a person', []],
    ] as const
  ).map(([name, usage]) =>
    unknown('CHAIN_CONSTRAINTS_FAILURE', `a timestamp ${name}`, /not for timestamps alone/, (world) => {
      const extensions = [
        'basicConstraints=critical,CA:false',
        'keyUsage=critical,digitalSignature,nonRepudiation',
        ...usage,
      ];
      const signer = world.pki.issue(world.people, { name: 'no-tsa', subject: '/O=Test PKI/CN=No Time', extensions });
      return withTimestamp(world, (signed) => {
        const info = world.pki.openssl([
          'ts',
          '-reply',
          '-in',
          world.pki.write(tokenOf(world, bytesOf(signed)), 'tok'),
          '-token_in',
          '-token_out',
        ]);
        return world.pki.stampBy(infoOf(world, info), signer);
      });
    }),
  ),
  unknown(
    'NO_CERTIFICATE_CHAIN_FOUND',
    'a timestamp of an authority that nobody believes',
    /no anchor for a timestamp/,
    (world) => {
      const stranger = world.authority('stranger', 'Stranger');
      const tsa = world.pki.issue(stranger, { name: 'tsa', subject: '/CN=Time', extensions: TIMESTAMP_EXTENSIONS });
      return withTimestamp(world, (signed) => tokenOf(world, bytesOf(signed), tsa));
    },
  ),
  unknown('REVOKED_NO_POE', 'a timestamp of an authority that was revoked', /Late.* was revoked/, async (world) => {
    const tsa = world.pki.issue(world.people, {
      name: 'tsa',
      subject: '/O=Test PKI/CN=Late',
      extensions: TIMESTAMP_EXTENSIONS,
    });
    const trust = world.trust({ authorities: [{ certificate: world.people.pem, crl: ADDRESS.peopleCrl }] });
    const ask = world.ask({ [ADDRESS.tsa]: (request) => world.pki.stamp(request, tsa) });
    const signed = await world.completed(world.signed(world.moh), { ask, trust });
    world.pki.revoke(world.people, tsa);
    return { trust, signed: await world.completed(signed, { trust }) };
  }),
  unknown(
    'SIG_CONSTRAINTS_FAILURE',
    'a timestamp under a policy that is not accepted',
    /policy of the timestamp/,
    async (world) => {
      const { authorities } = world.trustSettings().timestamps;
      return {
        trust: world.trust({ timestamps: { authorities, policies: [`${TIMESTAMP_POLICY}.9`] } }),
        signed: (await byHealthy(world)).signed,
      };
    },
    'wasl alone',
  ),
  unknown(
    'TIMESTAMP_ORDER_FAILURE',
    'a timestamp of the future',
    /of the future/,
    async (world) => ({ ...(await byHealthy(world)), question: { at: new Date(Date.now() - HOUR_MS) } }),
    'wasl alone',
  ),
  unknown(
    'SIG_CONSTRAINTS_FAILURE',
    'iat thirty days ahead',
    /after it was there/,
    async (world) => ({
      signed: await world.completed(world.signed(world.moh, { signedAt: new Date(Date.now() + 720 * HOUR_MS) })),
    }),
    'wasl alone',
  ),
  unknown(
    'SIG_CONSTRAINTS_FAILURE',
    'iat days before the timestamp',
    /long before/,
    async (world) => ({
      signed: await world.completed(world.signed(world.moh, { signedAt: new Date(Date.now() - 30 * HOUR_MS) })),
    }),
    'wasl alone',
  ),
  unknown('SIG_CONSTRAINTS_FAILURE', 'iat before the certificate', /before the certificate/, async (world) => {
    const trust = world.trust({ signedBeforeMaxSeconds: 2_000_000 });
    return {
      trust,
      signed: await world.completed(world.signed(world.moh, { signedAt: new Date(Date.now() - 300 * HOUR_MS) }), {
        trust,
      }),
    };
  }),
];

/** TSTInfo of a token. */
function infoOf(world: World, token: Uint8Array): Uint8Array {
  return world.pki.openssl([
    'cms',
    '-verify',
    '-noverify',
    '-nosigs',
    '-inform',
    'DER',
    '-in',
    world.pki.write(token, 'tok'),
  ]);
}

const CHAIN: readonly Vector[] = [
  unknown('CHAIN_CONSTRAINTS_FAILURE', 'without nonRepudiation', /nonRepudiation/, async (world) => {
    const holder = world.healthy({
      extensions: ['basicConstraints=critical,CA:false', 'keyUsage=critical,digitalSignature'],
    });
    return signedBy(world, holder);
  }),
  unknown('CHAIN_CONSTRAINTS_FAILURE', 'an unknown critical extension', /critical extension/, async (world) => {
    const holder = world.healthy({ extensions: [...PERSON_EXTENSIONS, '1.2.3.4.5=critical,DER:0500'] });
    return signedBy(world, holder);
  }),
  unknown('CHAIN_CONSTRAINTS_FAILURE', 'a leaf issued by a leaf', /no authority/, async (world) => {
    const leaf = world.healthy();
    const holder = world.healthy({}, { ...leaf, folder: world.people.folder });
    return signedBy(world, holder, [leaf]);
  }),
  unknown('CHAIN_CONSTRAINTS_FAILURE', 'more authorities than the path length allows', /path length/, async (world) => {
    const below = world.authority('below', 'Below', world.people);
    return signedBy(world, world.healthy({}, below), [below, world.people]);
  }),
  unknown('CHAIN_CONSTRAINTS_FAILURE', 'names that its authority may not give', /name constraints/, async (world) => {
    const limited = world.pki.authority(
      {
        name: 'limited',
        subject: '/O=Test PKI/CN=Limited CA',
        extensions: [
          ...AUTHORITY_EXTENSIONS,
          'nameConstraints=critical,permitted;dirName:allowed',
          '[allowed]',
          'O=Ministry of Labour',
        ],
      },
      world.root,
    );
    return signedBy(world, world.healthy({}, limited), [limited]);
  }),
  unknown('NO_CERTIFICATE_CHAIN_FOUND', 'another anchor', /no anchor/, async (world) => {
    const stranger = world.authority('stranger', 'Root');
    const anchors = [{ certificate: stranger.pem, for: ['person', 'seal', 'timestamp'] }];
    return { trust: world.trust({ anchors }), signed: (await byHealthy(world)).signed };
  }),
  unknown(
    'NO_CERTIFICATE_CHAIN_FOUND',
    'an anchor that is believed for timestamps alone',
    /no anchor for a person/,
    async (world) => {
      const anchors = [{ certificate: world.root.pem, for: ['timestamp'], crl: ADDRESS.rootCrl }];
      return { trust: world.trust({ anchors }), signed: (await byHealthy(world)).signed };
    },
    'wasl alone',
  ),
  unknown(
    'CHAIN_CONSTRAINTS_FAILURE',
    'none of the policies asked for',
    /policies/,
    async (world) => {
      const anchors = [{ ...world.trustSettings().anchors[0], policies: { person: ['1.2.3.4.9'] } }];
      return { trust: world.trust({ anchors }), signed: (await byHealthy(world)).signed };
    },
    'wasl alone',
  ),
  unknown('OUT_OF_BOUNDS_NO_POE', 'a certificate that has ended', /ended at/, async (world) =>
    signedBy(world, world.healthy({ days: [-20, -1] })),
  ),
  fail(
    'NOT_YET_VALID',
    'a certificate that is not valid yet',
    /valid from/,
    async (world) => {
      const trust = world.trust({ clockSkewSeconds: 3_600 });
      const holder = world.healthy({ days: [1 / 72, 100] });
      return { trust, ...signedBy(world, holder, [world.people], new Date(Date.now() + HOUR_MS / 2)) };
    },
    'wasl alone',
  ),
  unknown('CRYPTO_CONSTRAINTS_FAILURE', 'a key of 1024 bits', /too weak/, async (world) =>
    signedBy(world, world.healthy({ key: 'rsa1024' })),
  ),
  unknown(
    'CRYPTO_CONSTRAINTS_FAILURE',
    'a certificate signed over SHA-1',
    /algorithm that is not allowed/,
    async (world) => signedBy(world, world.healthy({ digest: 'sha1' })),
  ),
];

const STATUS: readonly Vector[] = [
  unknown('CERTIFICATE_CHAIN_GENERAL_FAILURE', 'no revocation data', /nothing says/, async (world) => {
    const signed = await world.completed(world.signed(world.moh));
    return { signed: withParts(signed, () => ({ crls: [], ocsps: [] })) };
  }),
  unknown('TRY_LATER', 'an expired CRL', /good until/, async (world) => {
    const trust = world.trust({ authorities: [{ certificate: world.people.pem, crl: ADDRESS.peopleCrl }] });
    const old = world.pki.crl(world.people, { seconds: 1 });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const ask = world.ask({ [ADDRESS.peopleCrl]: () => old });
    return { trust, signed: await world.completed(world.signed(world.moh), { trust, ask }) };
  }),
  unknown(
    'CERTIFICATE_CHAIN_GENERAL_FAILURE',
    'a CRL forged by a second authority of the same name',
    /not signed by its key/,
    (world) => {
      const twin = world.authority('twin', 'People CA');
      return withStatus(world, { crl: () => world.pki.crl(twin) });
    },
  ),
  unknown('CERTIFICATE_CHAIN_GENERAL_FAILURE', 'a CRL with an unknown critical extension', /cannot be used/, (world) =>
    withStatus(world, { crl: () => world.pki.crl(world.people, { extensions: ['1.2.3.4.5=critical,DER:0500'] }) }),
  ),
  unknown('REVOKED_NO_POE', 'revoked before the timestamp', /was revoked/, async (world) => {
    const holder = world.healthy();
    world.pki.revoke(world.people, holder);
    return { signed: await world.completed(world.signed(holder)) };
  }),
  unknown('REVOKED_NO_POE', 'OCSP says good, the CRL says revoked', /was revoked/, async (world) => {
    const holder = world.healthy();
    const before = world.pki.asItIs(world.people);
    world.pki.revoke(world.people, holder);
    const ask = world.ask({ [ADDRESS.ocsp]: (request) => world.pki.ocsp(before, request, world.responder) });
    const signed = await world.completed(world.signed(holder), { ask });
    // Both have whole seconds, and of two of one second a validator may believe either.
    await untilNextSecond();
    return { signed: withParts(signed, ({ crls }) => ({ crls: [...crls, readCrl(world.pki.crl(world.people))] })) };
  }),
  unknown('REVOKED_CA_NO_POE', 'an authority that was revoked', /was revoked/, async (world) => {
    const doomed = world.authority('doomed', 'Doomed CA', world.root);
    const holder = world.healthy({}, doomed);
    const authorities = [
      ...world.trustSettings().authorities,
      { certificate: doomed.pem, crl: 'http://crl.test/doomed' },
    ];
    const trust = world.trust({ authorities });
    world.pki.revoke(world.root, doomed);
    const ask = world.ask({ 'http://crl.test/doomed': () => world.pki.crl(doomed) });
    return { trust, signed: await world.completed(world.signed(holder, { chain: [doomed] }), { trust, ask }) };
  }),
  unknown('CERTIFICATE_CHAIN_GENERAL_FAILURE', 'an OCSP response signed by a person', /not for OCSP signing/, (world) =>
    withStatus(world, { ocsp: (request) => world.pki.ocsp(world.people, request, world.mof) }),
  ),
  unknown(
    'CERTIFICATE_CHAIN_GENERAL_FAILURE',
    'an OCSP response of a responder that another authority issued',
    /did not issue/,
    (world) => {
      const stranger = world.authority('stranger', 'Stranger', world.root);
      const responder = world.pki.issue(stranger, {
        name: 'responder',
        subject: '/CN=Other Responder',
        extensions: RESPONDER_EXTENSIONS,
      });
      return withStatus(world, { ocsp: (request) => world.pki.ocsp(world.people, request, responder) });
    },
  ),
  unknown(
    'CERTIFICATE_CHAIN_GENERAL_FAILURE',
    'an OCSP response of a responder that was revoked',
    /responder .* was revoked/,
    async (world) => {
      const extensions = RESPONDER_EXTENSIONS.filter((each) => !each.startsWith('noCheck'));
      const responder = world.pki.issue(world.people, { name: 'responder', subject: '/CN=Gone Responder', extensions });
      world.pki.revoke(world.people, responder);
      const one = await withStatus(world, { ocsp: (request) => world.pki.ocsp(world.people, request, responder) });
      // A CRL that covers nothing but what it lists.
      const onlyRevoked = readCrl(world.pki.crl(world.people, { extensions: ['1.2.3.4.5=critical,DER:0500'] }));
      return { ...one, signed: withParts(one.signed, ({ crls }) => ({ crls: [...crls, onlyRevoked] })) };
    },
  ),
  unknown(
    'TRY_LATER',
    'a stale OCSP response',
    /good until/,
    async (world) => {
      const one = await withStatus(world, {
        ocsp: (request) => world.pki.ocsp(world.people, request, world.responder, 1),
      });
      return { ...one, question: { at: new Date(Date.now() + HOUR_MS / 2) } };
    },
    'wasl alone',
  ),
  unknown(
    'CERTIFICATE_CHAIN_GENERAL_FAILURE',
    'an OCSP responder that does not know the certificate',
    /does not know/,
    (world) => {
      const twin = { ...world.people, folder: world.authority('empty', 'Empty').folder };
      return withStatus(world, { ocsp: (request) => world.pki.ocsp(twin, request, world.responder) });
    },
  ),
  unknown(
    'CERTIFICATE_CHAIN_GENERAL_FAILURE',
    'an OCSP response about another certificate',
    /nothing says/,
    async (world) => {
      const [mine, other] = [await world.completed(world.signed(world.moh)), await byHealthy(world)];
      const [strange] = readUnsigned(other.signed.signatures[0]?.header).ocsps;
      if (strange === undefined) throw new Error('no OCSP response');
      return { signed: withParts(mine, ({ ocsps }) => ({ ocsps: [strange, ...ocsps.slice(1)] })) };
    },
  ),
  unknown(
    'TRY_LATER',
    'revocation data from before the signature, at the gate',
    /older than the signature/,
    async (world) => {
      const trust = world.trust({ authorities: [{ certificate: world.people.pem, crl: ADDRESS.peopleCrl }] });
      const before = [readCrl(world.pki.crl(world.people)), readCrl(world.pki.crl(world.root))];
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      const signed = await world.completed(world.signed(world.moh), { trust });
      return { trust, signed: withParts(signed, () => ({ crls: before })) };
    },
    'wasl alone',
  ),
  unknown(
    'CERTIFICATE_CHAIN_GENERAL_FAILURE',
    'revocation data that nobody asked for',
    /says nothing of these/,
    async (world) => {
      const stranger = readCrl(world.pki.crl(world.authority('stranger', 'Stranger')));
      const signed = await world.completed(world.signed(world.moh));
      return { signed: withParts(signed, ({ crls }) => ({ crls: [...crls, stranger] })) };
    },
    'wasl alone',
  ),
];

const HOLDER: readonly Vector[] = [
  unknown(
    'SIG_CONSTRAINTS_FAILURE',
    'a person of another ministry',
    /does not sign for MOH/,
    async (world) => ({ signed: await world.completed(world.signed(world.mof)) }),
    'wasl alone',
  ),
  unknown(
    'SIG_CONSTRAINTS_FAILURE',
    'a person instead of the seal',
    /does not sign for MOH as seal/,
    async (world) => {
      const document = signingDocument({ signers: [MOH_SEAL] });
      return { signed: await world.completed(world.signed(world.moh, { document, signer: MOH_SEAL })) };
    },
    'wasl alone',
  ),
  unknown(
    'SIG_CONSTRAINTS_FAILURE',
    'one certificate in two places',
    /two places/,
    async (world) => {
      const document = signingDocument({ signers: [MOH, MOH_SEAL] });
      const first = world.signed(world.seal, { document, signer: MOH_SEAL });
      return { signed: await world.completed(world.signed(world.seal, { document, signer: MOH, to: first })) };
    },
    'wasl alone',
  ),
  unknown(
    'SIG_CONSTRAINTS_FAILURE',
    'a document of another installation',
    /installation/,
    async (world) => ({
      signed: await world.completed(
        world.signed(world.moh, { document: signingDocument({ installation: 'elsewhere' }) }),
      ),
    }),
    'wasl alone',
  ),
];

/** Signed by a holder whom `prepareSignature` or `addTimestamp` might refuse, and complete otherwise. */
function signedBy(
  world: World,
  holder: Holder,
  chain: readonly Holder[] = [world.people],
  at = new Date(),
): VectorCase {
  const ders = [holder, ...chain].map(({ pem }) => world.pki.openssl(['x509', '-outform', 'DER'], Buffer.from(pem)));
  const [own = new Uint8Array()] = ders;
  const isRsa = createPrivateKey(readFileSync(holder.key)).asymmetricKeyType === 'rsa';
  const header = writeProtected({
    algorithm: isRsa ? 'RS256' : 'ES256',
    signedAt: at,
    signer: MOH,
    designation: null,
    certificateSha256: createHash('sha256').update(own).digest('hex'),
  });
  const bare = world.signedByHand(JSON.parse(Buffer.from(header, 'base64url').toString()) as object, holder, null);
  const values = (list: readonly Uint8Array[]) => list.map((der) => ({ val: Buffer.from(der).toString('base64') }));
  const items = [
    { sigTst: { tstTokens: values([tokenOf(world, bytesOf(bare))]) } },
    { xVals: values(ders).map((x509Cert) => ({ x509Cert })) },
    { rVals: { crlVals: values([world.pki.crl(world.people), world.pki.crl(world.root)]) } },
  ];
  const etsiU = items.map((item) => Buffer.from(canonicalJson(item)).toString('base64url'));
  return { signed: { ...bare, signatures: bare.signatures.map((entry) => ({ ...entry, header: { etsiU } })) } };
}

export const VECTORS: readonly Vector[] = [...GOOD, ...FORMAT, ...TIME, ...CHAIN, ...STATUS, ...HOLDER];
