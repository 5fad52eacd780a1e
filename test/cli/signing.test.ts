import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import { readSignedDocument, writeSignedDocument } from '../../src/signatures/index.ts';
import { INSTALLATION, MOH, MOH_SEAL, removeWorld, signingDocument, world } from '../signatures/world.ts';
import { runForTest } from '../support/cli-under-test.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const put = (name: string, text: string | Uint8Array) => {
  writeFileSync(at(name), text);
  return at(name);
};
const document = signingDocument({ signers: [MOH, MOH_SEAL] });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasl-sign-'));
  put('document.json', `${canonicalJson(document)}\n`);
  put('chain.pem', world().moh.pem + world().people.pem);
  put('pin', 'a secret of س\n');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  removeWorld();
});

const SIGNATORY = ['--signer', 'MOH:signatory', '--designation', 'Director of networks'];
const sign = (...argv: string[]) => runForTest(['sign', ...argv]);

describe('wasl sign', () => {
  it('shows in both languages exactly what is signed, and signs nothing without a key', async () => {
    const { code, out, err } = await sign(at('document.json'));
    expect(code).toBe(0);
    expect(err).toContain('Nothing is signed yet');
    const members = [document.subject.id, document.subject.digest, document.nonce, INSTALLATION, '2026-1'];
    for (const member of members) expect(out.split(member).length).toBeGreaterThan(2);
    expect(out).toContain('The interconnect of request IC-0001 is asked for exactly as it stands there');
    expect(out).toContain('يطلب الربط الوارد في الطلب \u2068IC-0001\u2069');
  });

  it('gives the signed document out alone where no file is named for it', async () => {
    const key = ['--certificate', at('chain.pem'), '--key', world().moh.key];
    const { code, out, err } = await sign(at('document.json'), ...SIGNATORY, ...key);
    expect(code).toBe(0);
    expect(readSignedDocument(out).signatures).toHaveLength(1);
    expect(err).toContain('The interconnect of request IC-0001');
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'no certificate in PEM',
      ['--certificate', 'pin', '--key', 'pin'],
      /^error SIGNING_KEY: \S+pin: there is no private key/,
    ],
    [
      'a signer that is none',
      ['--signer', 'MOH:king'],
      /^error INPUT_INVALID: --signer: "MOH:king" is no place to sign/,
    ],
    [
      'one that the document does not name',
      ['--signer', 'MOF:seal'],
      /^error INPUT_INVALID: --signer: "MOF:seal" is no place/,
    ],
    [
      'a passphrase file that is not there',
      ['--key', 'pin', '--passphrase-file', 'nowhere'],
      /^error INPUT_INVALID: \S+nowhere: /,
    ],
    [
      'a PKCS#12 file that is none',
      ['--pkcs12', 'pin'],
      /^error SIGNING_KEY: \S+pin: [^\n]+\nCheck that it is PKCS#12[^\n]+--passphrase-file/,
    ],
  ])('%s: path, fact and remedy, and with --json nothing else', async (_what, wish, said) => {
    const files = wish.map((word) => (/^(pin|nowhere)$/.test(word) ? at(word) : word));
    const key = files.some((word) => word === '--key' || word === '--pkcs12') ? [] : ['--key', world().moh.key];
    const chain = files.includes('--certificate') ? [] : ['--certificate', at('chain.pem')];
    const signer = files.includes('--signer') ? ['--designation', 'Director'] : SIGNATORY;
    const words = [at('document.json'), ...signer, ...chain, ...key, ...files, '--out', at('never.json')];
    const { code, err } = await sign(...words);
    expect([code, err]).toEqual([2, expect.stringMatching(said)]);
    expect(err.trim().split('\n')).toHaveLength(2);
    for (const more of [[], ['--bytes']]) {
      const json = await sign(...words, ...more, '--json');
      if (json.code !== 0) expect(JSON.parse(json.err)).toMatchObject({ error: { path: expect.stringMatching(/./) } });
    }
  });

  it('signs with a key in PEM, then the seal joins with one in PKCS#12', async () => {
    const key = ['--certificate', at('chain.pem'), '--key', world().moh.key];
    expect(await sign(at('document.json'), ...SIGNATORY, ...key, '--out', at('first.json'))).toMatchObject({ code: 0 });
    const { certificate, key: sealKey } = world().seal;
    world().pki.openssl([
      'pkcs12',
      '-export',
      '-in',
      certificate,
      '-inkey',
      sealKey,
      '-certfile',
      world().people.certificate,
      '-passout',
      `file:${at('pin')}`,
      '-out',
      at('seal.p12'),
    ]);
    const seal = ['--signer', 'MOH:seal', '--pkcs12', at('seal.p12'), '--passphrase-file', at('pin')];
    expect(await sign(at('first.json'), ...seal, '--out', at('both.json'))).toMatchObject({ code: 0 });
    const both = readSignedDocument(readFileSync(at('both.json'), 'utf8'));
    const complete = put('complete.json', writeSignedDocument(await world().completed(both)));
    const trust = put('trust.yaml', JSON.stringify(world().trustSettings()));
    const verify = (...more: string[]) =>
      runForTest(['signature', 'verify', complete, '--trust', trust, '--installation', INSTALLATION, ...more]);
    expect(await verify()).toMatchObject({
      code: 0,
      out: expect.stringContaining('pass: everybody who must sign has signed'),
    });
    const json = JSON.parse((await verify('--json')).out) as {
      verdict: string;
      entries: { signer: unknown; level: string }[];
    };
    expect(json.entries.map(({ signer, level }) => ({ signer, level }))).toEqual([
      { signer: MOH, level: 'B-LT' },
      { signer: MOH_SEAL, level: 'B-LT' },
    ]);
    expect(await verify('--at', '2026-01-01T00:00:00Z')).toMatchObject({
      code: 4,
      out: expect.stringContaining('of the future'),
    });
    const { code, out } = await runForTest([
      'signature',
      'verify',
      at('both.json'),
      '--trust',
      trust,
      '--installation',
      INSTALLATION,
    ]);
    expect({ code, out }).toEqual({ code: 4, out: expect.stringContaining('NO_POE') });
  });

  it('gives out the bytes, and takes back what another program made of them', async () => {
    const given = await sign(
      at('document.json'),
      ...SIGNATORY,
      '--certificate',
      at('chain.pem'),
      '--bytes',
      '--out',
      at('prepared.json'),
    );
    expect(given).toMatchObject({ code: 0, err: expect.stringContaining('SHA-256') });
    put('signature', world().pki.sign(world().moh, Buffer.from(given.out.trimEnd())));
    expect(await sign(at('prepared.json'), '--attach', at('signature'), '--out', at('attached.json'))).toMatchObject({
      code: 0,
    });
    expect(readSignedDocument(readFileSync(at('attached.json'), 'utf8')).signatures).toHaveLength(1);
    put('other', world().pki.sign(world().mof, Buffer.from(given.out.trimEnd())));
    expect(await sign(at('prepared.json'), '--attach', at('other'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('SIGNATURE_INVALID'),
    });
  });

  it.each([
    [
      'a document with a member that nobody is shown',
      () => [put('odd.json', canonicalJson({ ...document, also: 1 }))],
      'also is not a member',
    ],
    [
      'a place to sign that is not said',
      () => [at('document.json'), '--certificate', at('chain.pem'), '--key', world().moh.key],
      'MOH:signatory, MOH:seal',
    ],
    [
      'no office',
      () => [
        at('document.json'),
        '--signer',
        'MOH:signatory',
        '--certificate',
        at('chain.pem'),
        '--key',
        world().moh.key,
      ],
      '--designation',
    ],
    ['no certificate', () => [at('document.json'), ...SIGNATORY, '--key', world().moh.key], '--certificate'],
    [
      'the key of somebody else',
      () => [at('document.json'), ...SIGNATORY, '--certificate', at('chain.pem'), '--key', world().mof.key],
      'SIGNATURE_INVALID',
    ],
    [
      'what is no key',
      () => [at('document.json'), ...SIGNATORY, '--certificate', at('chain.pem'), '--key', at('chain.pem')],
      'no private key',
    ],
  ])('refuses %s', async (_name, argv, fact) => {
    expect(await sign(...argv())).toMatchObject({ code: 2, err: expect.stringContaining(fact) });
  });
});

describe('keys in files', () => {
  const openKey = (...argv: string[]) => sign(at('document.json'), ...SIGNATORY, ...argv, '--out', at('any.json'));

  it('are opened by their passphrase, and not by another', async () => {
    world().pki.openssl([
      'pkcs8',
      '-topk8',
      '-in',
      world().moh.key,
      '-passout',
      `file:${at('pin')}`,
      '-out',
      at('locked.pem'),
    ]);
    put('wrong', 'guess');
    const pem = ['--certificate', at('chain.pem'), '--key', at('locked.pem')];
    expect(await openKey(...pem, '--passphrase-file', at('pin'))).toMatchObject({ code: 0 });
    for (const more of [[], ['--passphrase-file', at('wrong')]]) {
      expect(await openKey(...pem, ...more)).toMatchObject({
        code: 2,
        err: expect.stringContaining('with this passphrase'),
      });
    }
    const { certificate, key } = world().moh;
    world().pki.openssl([
      'pkcs12',
      '-export',
      '-in',
      certificate,
      '-inkey',
      key,
      '-passout',
      `file:${at('pin')}`,
      '-out',
      at('one.p12'),
    ]);
    expect(await openKey('--pkcs12', at('one.p12'), '--passphrase-file', at('pin'))).toMatchObject({ code: 0 });
    expect(await openKey('--pkcs12', at('one.p12'), '--passphrase-file', at('wrong'))).toMatchObject({
      ...{ code: 2, err: expect.stringContaining('with this passphrase') },
    });
  });

  it('of the old kind are refused with the way out', async () => {
    const { certificate, key } = world().moh;
    const old = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'];
    world().pki.openssl([
      'pkcs12',
      '-export',
      ...old,
      '-in',
      certificate,
      '-inkey',
      key,
      '-passout',
      `file:${at('pin')}`,
      '-out',
      at('old.p12'),
    ]);
    expect(await openKey('--pkcs12', at('old.p12'), '--passphrase-file', at('pin'))).toMatchObject({
      ...{ code: 2, err: expect.stringMatching(/3DES or RC2[\s\S]*openssl pkcs12 -export/) },
    });
  });
});
