import { afterAll, expect, it } from 'vitest';
import { holdStatement } from '../../src/activities/hold-statement.ts';
import type { Digest } from '../../src/domain/canonical-json.ts';
import type { InterconnectId } from '../../src/domain/names.ts';
import type { Statement } from '../../src/domain/statement.ts';
import { whoSigned, writeSignedDocument } from '../../src/signatures/index.ts';
import type { SignedDecision } from '../../src/store/signed-rows.ts';
import { INSTALLATION, MOH, removeWorld, signingDocument, world } from '../signatures/world.ts';

afterAll(removeWorld);

it('refuses a certificate without the name in it: why goes into facts, messages and logs', async () => {
  const document = signingDocument();
  const { kind, subject, policy } = document;
  const statement: Statement = {
    ...{ kind, party: MOH.party, policy },
    subject: { ...subject, digest: subject.digest as Digest },
  };
  const given = await world().completed(world().signed(world().healthy(), { document }));
  const signers = [{ ...MOH, subject: { O: 'Another ministry' } }];
  const now = new Date();
  const decided = { signed: writeSignedDocument(given), decidedAt: now.toISOString(), form: null } as SignedDecision;
  const held = holdStatement(
    { what: 'the request', side: 'MOH', candidates: [{ decided, statement }] },
    {
      ...{ store: { renewSigned: async () => {} }, id: 'IC-0001' as InterconnectId },
      ...{ trust: world().trust({ seals: false, signers }), ask: world().ask() },
      ...{ installation: INSTALLATION, now, stage: 'receipt', refuse: () => null },
    },
  );
  const [name] = whoSigned(given).map((each) => each.subject);
  await expect(held).rejects.toMatchObject({ code: 'SIGNATURE_REFUSED' });
  await expect(held).rejects.toThrow('the certificate of a signer does not sign for MOH');
  await expect(held).rejects.not.toThrow(name ?? '');
});
