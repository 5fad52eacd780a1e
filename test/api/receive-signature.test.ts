import { afterAll, expect, it } from 'vitest';
import { receiveSignature } from '../../src/api/receive-signature.ts';
import type { Digest } from '../../src/domain/canonical-json.ts';
import type { Statement } from '../../src/domain/statement.ts';
import type { SignatureMeans } from '../../src/signatures/index.ts';
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
  expect(await send(world().healthy())).toMatchObject({ signature: expect.stringMatching(/^sha256:/) });
  const refused = (words: RegExp) => ({
    code: 'SIGNATURE_REFUSED',
    path: 'signed',
    message: expect.stringMatching(words),
  });
  await expect(send(world().healthy({ days: [-3, -1] }))).rejects.toMatchObject(refused(/ended at/));
  const foreign = world().authority('foreign', 'Foreign');
  await expect(send(world().healthy({}, foreign), [foreign])).rejects.toMatchObject(refused(/no anchor/));
});
