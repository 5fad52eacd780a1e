import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import {
  addRevocation,
  addTimestamp,
  askConfiguredSource,
  attachSignature,
  prepareSignature,
  readPrepared,
  readSignedDocument,
  readTrust,
  verifySignatures,
  writeSignedDocument,
} from '../../src/signatures/index.ts';
import { readUnsigned } from '../../src/signatures/jades.ts';
import { readOcsp } from '../../src/signatures/ocsp.ts';
import { ADDRESS, INSTALLATION, MOF, MOH, removeWorld, signingDocument, withParts, world } from './world.ts';

afterAll(removeWorld);

const prepared = (facts: Partial<Parameters<typeof prepareSignature>[0]> = {}) =>
  prepareSignature({
    ...{ document: signingDocument(), signer: MOH, designation: 'Director', signedAt: new Date() },
    certificates: world().moh.pem + world().people.pem,
    ...facts,
  });

describe('prepare', () => {
  it('gives the bytes to sign and their digest, bound to signer and certificate', () => {
    const facts = readPrepared(prepared({ signedAt: new Date('2026-11-29T08:00:00.900Z') }));
    expect(facts).toMatchObject({
      ...{ algorithm: 'ES256', signer: MOH, designation: 'Director', signedAt: new Date('2026-11-29T08:00:00Z') },
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(Buffer.from(facts.signingInput).toString()).toMatch(/^[\w-]+\.[\w-]+$/);
  });

  it.each([
    ['a signer whom the document does not name', () => prepared({ signer: MOF }), 'not to be signed by MOF'],
    ['a certificate for logging in', () => prepared({ certificates: world().tsa.pem }), 'nonRepudiation'],
    ['an algorithm of another key', () => prepared({ algorithm: 'PS256' }), 'does not sign by PS256'],
    ['no certificate', () => prepared({ certificates: 'none' }), 'no PEM certificate'],
  ])('refuses %s', (_name, prepare, fact) => {
    expect(prepare).toThrow(fact);
  });

  it.each(['x'.repeat(121), 'Director\nof networks', ' '])(
    'takes no office that nobody can read (%j)',
    (designation) => {
      const fault = expect.objectContaining({ code: 'INPUT_INVALID', path: 'designation' });
      expect(() => prepared({ designation })).toThrow(fault);
    },
  );

  it('refuses what somebody altered on the way', () => {
    const one = prepared();
    const others = [
      { ...one, certificates: prepared({ certificates: world().mof.pem }).certificates },
      { ...one, payload: `${one.payload}A` },
      { ...one, format: 'wasl-prepared-signature/2' },
      { ...one, also: true },
    ];
    for (const other of others) expect(() => readPrepared(other)).toThrow(/no prepared signature|no signing document/);
  });
});

describe('attach', () => {
  it('takes raw and DER, which are one signature', () => {
    const one = prepared();
    const der = world().pki.sign(world().moh, readPrepared(one).signingInput);
    const attached = attachSignature(one, der, null);
    const raw = Buffer.from(attached.signatures[0]?.signature ?? '', 'base64url');
    expect(raw).toHaveLength(64);
    expect(attachSignature(one, raw, null)).toEqual(attached);
  });

  it.each([
    ['a signature by another key', () => world().pki.sign(world().mof, readPrepared(prepared()).signingInput)],
    ['a signature of another document', () => world().pki.sign(world().moh, readPrepared(prepared()).signingInput)],
    ['nothing', () => new Uint8Array()],
    ['noise', () => new Uint8Array(64).fill(7)],
  ])('refuses %s', (_name, make) => {
    expect(() => attachSignature(prepared(), make(), null)).toThrow('no ES256 signature of the prepared bytes');
  });

  it('lets nobody sign twice, and nobody join another document', () => {
    const document = signingDocument({ signers: [MOH, MOF] });
    const first = world().signed(world().moh, { document });
    expect(() => world().signed(world().moh, { document, to: first })).toThrow('has signed as signatory already');
    expect(() => world().signed(world().moh, { to: first })).toThrow('over another document');
  });
});

describe('extend', () => {
  const means = (ask = world().ask()) => ({ trust: world().trust(), ask, at: new Date() });

  it('goes from B-B over B-T to B-LT, and only what came last is asked for at the gate', async () => {
    const levels: unknown[] = [];
    let signed = world().signed(world().moh);
    const look = async (stage: 'receipt' | 'gate') => {
      const question = { trust: world().trust(), installation: INSTALLATION, at: new Date(), receivedAt: null, stage };
      const { entries } = await verifySignatures(signed, question);
      levels.push(entries.map(({ level, subIndication }) => [stage, level, subIndication]));
    };
    await look('receipt');
    signed = await addTimestamp(signed, 0, means());
    await look('receipt');
    signed = await addRevocation(signed, 0, means());
    await look('gate');
    expect(levels).toEqual([
      [['receipt', 'B-B', 'NO_POE']],
      [['receipt', 'B-T', 'CERTIFICATE_CHAIN_GENERAL_FAILURE']],
      [['gate', 'B-LT', null]],
    ]);
    expect(readSignedDocument(writeSignedDocument(signed))).toEqual(signed);
  });

  it('passes at receipt on data from before the signature, which the gate does not take', async () => {
    const trust = world().trust({ authorities: [{ certificate: world().people.pem, crl: ADDRESS.peopleCrl }] });
    const early = await world().completed(world().signed(world().moh), { trust });
    const before = readUnsigned(early.signatures[0]?.header).crls;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const late = withParts(await world().completed(world().signed(world().moh), { trust }), () => ({ crls: before }));
    const ask = (stage: 'receipt' | 'gate') =>
      verifySignatures(late, { trust, installation: INSTALLATION, at: new Date(), receivedAt: null, stage });
    expect((await ask('receipt')).verdict).toBe('pass');
    expect((await ask('gate')).entries[0]?.subIndication).toBe('TRY_LATER');
  });

  it('takes of an authority what is in force at the gate, too: the list of a root comes out in months', async () => {
    const before = world().pki.crl(world().root);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const ask = world().ask({ [ADDRESS.rootCrl]: () => before });
    const signed = await world().completed(world().signed(world().moh), { ask });
    const question = { trust: world().trust(), installation: INSTALLATION, at: new Date(), receivedAt: null };
    expect(await verifySignatures(signed, { ...question, stage: 'gate' })).toMatchObject({ verdict: 'pass' });
    const stale = await verifySignatures(signed, {
      ...question,
      at: new Date(Date.now() + 172_800_000),
      stage: 'gate',
    });
    expect(stale.entries[0]?.subIndication).toBe('TRY_LATER');
  });

  it('goes by the time of receipt only where no timestamp is asked for', async () => {
    const { authorities } = world().trustSettings().timestamps;
    const trust = world().trust({ timestamps: { authorities, required: false } });
    const holder = world().healthy();
    const signed = await addRevocation(world().signed(holder), 0, { ...means(), trust });
    const ask = async (receivedAt: Date | null) => {
      const question = { trust, installation: INSTALLATION, at: new Date(), receivedAt, stage: 'receipt' as const };
      const [entry] = (await verifySignatures(signed, question)).entries;
      return { verdict: entry?.verdict, level: entry?.level, provenAt: entry?.provenAt };
    };
    const receivedAt = new Date();
    expect(await ask(receivedAt)).toMatchObject({ verdict: 'pass', provenAt: receivedAt });
    expect(await ask(new Date(Date.now() - 3_600_000))).toMatchObject({ verdict: 'unknown' });
    const stamped = await world().completed(world().signed(holder), { trust });
    const question = {
      trust,
      installation: INSTALLATION,
      at: new Date(),
      receivedAt: new Date(0),
      stage: 'gate' as const,
    };
    expect((await verifySignatures(stamped, question)).verdict).toBe('pass');
  });

  it('is as old at the gate as its signer says where no timestamp proves it, whatever the record says of its receipt', async () => {
    const { authorities } = world().trustSettings().timestamps;
    const trust = world().trust({ timestamps: { authorities, required: false } });
    const holder = world().healthy();
    const signedAt = new Date(Math.floor(Date.now() / 1_000) * 1_000 - 7_200_000);
    const document = signingDocument({ preparedAt: signedAt.toISOString() });
    const signed = await addRevocation(world().signed(holder, { document, signedAt }), 0, { ...means(), trust });
    const question = {
      trust,
      installation: INSTALLATION,
      at: new Date(),
      receivedAt: new Date(),
      stage: 'gate' as const,
    };
    expect((await verifySignatures(signed, question)).entries[0]).toMatchObject({ provenAt: signedAt });
  });

  it('lets a list be from before the signature by as much as its authority is given', async () => {
    const list = world().pki.crl(world().people);
    const ask = world().ask({ [ADDRESS.peopleCrl]: () => list });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const people = { certificate: world().people.pem, crl: ADDRESS.peopleCrl };
    const look = async (crlBehindMaxSeconds: number) => {
      const trust = world().trust({ authorities: [{ ...people, crlBehindMaxSeconds }] });
      const signed = await world().completed(world().signed(world().moh), { trust, ask });
      const question = { trust, installation: INSTALLATION, at: new Date(), receivedAt: null, stage: 'gate' as const };
      return (await verifySignatures(signed, question)).entries[0]?.subIndication;
    };
    expect([await look(0), await look(3_600)]).toEqual(['TRY_LATER', null]);
  });

  it.each([
    ['another nonce', () => world().pki.stamp(Buffer.from(otherQuestion()), world().tsa), /another nonce/],
    ['noise', () => Buffer.from('noise'), /cannot be read/],
  ])('takes no timestamp with %s', async (_name, answer, fact) => {
    const ask = world().ask({ [ADDRESS.tsa]: answer });
    await expect(addTimestamp(world().signed(world().moh), 0, means(ask))).rejects.toThrow(fact);
  });

  it('takes no OCSP response with another nonce, and asks the CRL instead', async () => {
    let first: Uint8Array | null = null;
    const replay = (request: Uint8Array) => {
      first ??= world().pki.ocsp(world().people, request, world().responder);
      return first;
    };
    await world().completed(world().signed(world().moh), { ask: world().ask({ [ADDRESS.ocsp]: replay }) });
    const signed = await world().completed(world().signed(world().moh), {
      ask: world().ask({ [ADDRESS.ocsp]: replay }),
    });
    expect(readUnsigned(signed.signatures[0]?.header).ocsps).toEqual([]);
  });

  it('reads no OCSP response whose status is another byte than zero', async () => {
    const signed = await world().completed(world().signed(world().moh));
    const [good] = readUnsigned(signed.signatures[0]?.header).ocsps;
    const hex = Buffer.from(good?.der ?? []).toString('hex');
    expect(hex).toContain('0a0100a0');
    for (const status of ['80', '01', 'ff']) {
      const other = Buffer.from(hex.replace('0a0100a0', `0a01${status}a0`), 'hex');
      expect(() => readOcsp(other)).toThrow();
    }
  });

  it('says whose setting is missing where no timestamp authority is named', async () => {
    const trust = world().trust({ timestamps: {} });
    const means = { trust, ask: world().ask(), at: new Date() };
    await expect(addTimestamp(world().signed(world().moh), 0, means)).rejects.toMatchObject({
      ...{ code: 'CONFIGURATION', path: 'timestamps.authorities' },
    });
  });

  it('says which address did not answer', async () => {
    const signed = world().signed(world().moh);
    const ask = askConfiguredSource(world().trust(), async () => new Response('', { status: 302 }));
    await expect(addTimestamp(signed, 0, means(ask))).rejects.toMatchObject({
      ...{ code: 'SIGNATURE_SOURCE', message: `${ADDRESS.tsa} answers with status 302` },
    });
  });
});

/** A question about other bytes, with another nonce. */
function otherQuestion(): Uint8Array {
  return world().pki.openssl(['ts', '-query', '-digest', 'ab'.repeat(32), '-sha256', '-cert']);
}

describe('the sources', () => {
  it('are those of the configuration and no others', async () => {
    const asked: string[] = [];
    const ask = askConfiguredSource(world().trust(), async (url) => {
      asked.push(String(url));
      return new Response('x');
    });
    for (const [kind, url] of [
      ['crl', 'http://127.0.0.1/crl'],
      ['crl', ADDRESS.ocsp],
      ['timestamp', ADDRESS.rootCrl],
    ] as const) {
      await expect(ask({ kind, url, body: null })).rejects.toThrow('not named in the trust configuration');
    }
    expect(asked).toEqual([]);
    expect(Buffer.from(await ask({ kind: 'crl', url: ADDRESS.rootCrl, body: null })).toString()).toBe('x');
  });

  it('may not send without end', async () => {
    const server = createServer((_request, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(1_000_000))) if (response.destroyed) return;
        response.once('drain', more);
      };
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/crl`;
    const trust = world().trust({ authorities: [{ certificate: world().people.pem, crl: url }] });
    await expect(askConfiguredSource(trust, fetch)({ kind: 'crl', url, body: null })).rejects.toThrow(
      'sends more than 5000000 bytes',
    );
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('the trust configuration', () => {
  it.each([
    ['no anchor', { anchors: [] }, 'anchors'],
    ['an anchor that is a person', { anchors: [{ certificate: 'moh', for: ['person'] }] }, 'anchors[0].certificate'],
    ['what is no certificate', { authorities: [{ certificate: 'none' }] }, 'authorities[0].certificate'],
    [
      'an address of a file',
      { timestamps: { authorities: [{ url: 'file:///etc/passwd' }] } },
      'timestamps.authorities[0].url',
    ],
    ['a signer of nobody', { signers: [{ ...MOH }] }, 'signers[0]'],
    [
      'a party that signs as an officer',
      { signers: [{ ...MOH, role: 'officer', subject: { O: 'O' } }] },
      'signers[0].role',
    ],
    ['a name that no certificate has', { signers: [{ ...MOH, subject: { o: 'O' } }] }, 'signers[0].subject.o'],
    ['a member that there is not', { trustEverybody: true }, 'trustEverybody'],
    ['an algorithm that there is not', { algorithms: ['EdDSA'] }, 'algorithms[0]'],
  ])('refuses %s', (_name, more, path) => {
    const settings = JSON.parse(JSON.stringify({ ...world().trustSettings(), ...more })) as {
      anchors: { certificate: string }[];
    };
    for (const anchor of settings.anchors) if (anchor.certificate === 'moh') anchor.certificate = world().moh.pem;
    expect(() => readTrust(settings)).toThrow(expect.objectContaining({ code: 'TRUST_INVALID', path }));
  });

  it('names the installation as `wasl installation show` does', () => {
    expect(readTrust({ ...world().trustSettings(), installation: '20937b41d01c' })).toMatchObject({
      installation: '20937b41d01c',
    });
  });
});
