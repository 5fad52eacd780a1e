import { afterAll, expect, it } from 'vitest';
import { receiveClosingSignature, receiveSignature } from '../../src/api/receive-signature.ts';
import type { Digest } from '../../src/domain/canonical-json.ts';
import type { Statement } from '../../src/domain/statement.ts';
import { WaslError } from '../../src/errors.ts';
import { type SignatureMeans, type SignedDocument, whoSigned, withoutNames } from '../../src/signatures/index.ts';
import type { Store } from '../../src/store/store.ts';
import { INSTALLATION, MOH, removeWorld, signingDocument, world } from '../signatures/world.ts';

afterAll(removeWorld);

it('refuses a signature of a certificate that ended, or of nobody known, as one: nothing else is wrong with the document', async () => {
  const document = signingDocument();
  const { kind, subject, policy } = document;
  const statement: Statement = {
    ...{ kind, party: MOH.party, policy },
    subject: { ...subject, digest: subject.digest as Digest },
  };
  const signatures: SignatureMeans = {
    ...{ trust: () => world().trust({ seals: false }), ask: () => world().ask(), clock: () => new Date() },
  };
  const store = { readInstallation: async () => INSTALLATION } as unknown as Store;
  const send = (by: Parameters<ReturnType<typeof world>['signed']>[0], chain = [world().people]) =>
    receiveSignature({ store, signatures }, statement, world().signed(by, { document, chain }));
  expect((await send(world().healthy())).signed.signature).toMatch(/^sha256:/);
  const refused = (words: RegExp) => ({
    code: 'SIGNATURE_REFUSED',
    path: 'signed',
    message: expect.stringMatching(words),
  });
  await expect(send(world().healthy({ days: [-3, -1] }))).rejects.toMatchObject(refused(/ended at/));
  const foreign = world().authority('foreign', 'Foreign');
  await expect(send(world().healthy({}, foreign), [foreign])).rejects.toMatchObject(refused(/no anchor/));
});

it('holds up nothing that closes: what cannot be told is kept with its reason, and what does not hold is told', async () => {
  const document = signingDocument();
  const { kind, subject, policy } = document;
  const of: Statement = {
    ...{ kind, party: MOH.party, policy },
    subject: { ...subject, digest: subject.digest as Digest },
  };
  const store = { readInstallation: async () => INSTALLATION } as unknown as Store;
  const means: SignatureMeans = {
    ...{ trust: () => world().trust({ seals: false }), ask: () => world().ask(), clock: () => new Date() },
  };
  const given = world().signed(world().healthy(), { document, chain: [world().people] });
  const close = (signatures: SignatureMeans | null, statement = of) =>
    receiveClosingSignature({ store, signatures }, statement, given);
  const kept = { signature: expect.stringMatching(/^sha256:/) };
  expect(await close(means)).toEqual({ signed: { ...kept, text: expect.any(String) } });
  const broken = () => {
    throw new WaslError('TRUST_INVALID', 'the file is cut off');
  };
  const away = async () => {
    throw new WaslError('SIGNATURE_SOURCE', 'the authority is away');
  };
  for (const [signatures, unproven] of [
    [null, /no trust configuration/],
    [{ ...means, trust: broken }, /cut off/],
    [{ ...means, ask: () => away }, /away/],
  ] as const) {
    expect(await close(signatures)).toMatchObject({ signed: { ...kept, unproven: expect.stringMatching(unproven) } });
  }
  const other = { ...of, subject: { ...of.subject, id: 'IC-0099' } };
  const refusedSignature = expect.stringMatching(/not about IC-0099/);
  expect(await close(means, other)).toMatchObject({ signed: null, refusedSignature });
});

it('tells a signatory in the answer whose certificate does not hold, and the record nobody’s name', async () => {
  const document = signingDocument();
  const { kind, subject, policy } = document;
  const of: Statement = {
    ...{ kind, party: MOH.party, policy },
    subject: { ...subject, digest: subject.digest as Digest },
  };
  const store = { readInstallation: async () => INSTALLATION } as unknown as Store;
  const signatures: SignatureMeans = {
    ...{ trust: () => world().trust({ seals: false }), ask: () => world().ask(), clock: () => new Date() },
  };
  const foreign = world().authority('foreign', 'Foreign');
  for (const [by, chain] of [
    [world().healthy({ days: [-3, -1] }), [world().people]],
    [world().healthy({}, foreign), [foreign]],
  ] as const) {
    const given = world().signed(by, { document, chain: [...chain] });
    const [name = ''] = whoSigned(given).map((each) => each.subject);
    expect(name).not.toBe('');
    await expect(receiveSignature({ store, signatures }, of, given)).rejects.toThrow(name ?? '');
    const { refusedSignature } = await receiveClosingSignature({ store, signatures }, of, given);
    expect(refusedSignature).toContain('a signer');
    expect(refusedSignature).not.toContain(name);
  }
  const [signature] = world().signed(world().healthy(), { document, chain: [world().people] }).signatures;
  const broken = { payload: '', signatures: [{ ...signature, header: { etsiU: ['bm90aGluZw'] } }] };
  expect(withoutNames('the certificate of somebody', broken as SignedDocument)).not.toContain('somebody');
  expect(withoutNames('it is not JSON', 'none')).toBe('it is not JSON');
});
