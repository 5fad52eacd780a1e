import { afterAll, expect, it } from 'vitest';
import { proveClosings } from '../../src/bin/prove-closings.ts';
import type { Digest } from '../../src/domain/canonical-json.ts';
import type { InterconnectId } from '../../src/domain/names.ts';
import { signatureDigest } from '../../src/domain/signature-digest.ts';
import { whoSigned, writeSignedDocument } from '../../src/signatures/index.ts';
import type { Settled, UnprovenClosing } from '../../src/store/unproven-rows.ts';
import { ADDRESS, INSTALLATION, OFFICER, removeWorld, signingDocument, world } from '../signatures/world.ts';

afterAll(removeWorld);

it('tells and records whose signature under a closing turned out to be of a revoked certificate, without the name', async () => {
  const subject = { id: 'IC-0001-C2-P1', digest: `sha256:${'a'.repeat(64)}` as Digest };
  const document = signingDocument({ kind: 'plan-approval', signers: [OFFICER], subject, policy: null });
  const revoked = world().person('revoked-closer', '/O=Network Operator/CN=Revoked');
  const given = world().signed(revoked, { signer: OFFICER, document });
  world().pki.revoke(world().people, revoked);
  const closing: UnprovenClosing = {
    ...{ interconnectId: 'IC-0001' as InterconnectId, about: 'plan', decidedAt: new Date().toISOString() },
    ...{ signature: signatureDigest(given), signed: writeSignedDocument(given) },
  };
  const settled: Settled[] = [];
  const store = {
    listUnproven: async () => [closing],
    readInstallation: async () => INSTALLATION,
    settleUnproven: async (_closing: UnprovenClosing, as: Settled) => settled.push(as) > 0,
  };
  const told: unknown[] = [];
  const trust = world().trust();
  const list = world().pki.crl(world().people);
  const means = {
    trust: () => trust,
    ask: () => world().ask({ [ADDRESS.peopleCrl]: () => list }),
    clock: () => new Date(),
  };
  const counts = await proveClosings(store, means, (level, message, facts) => void told.push([level, message, facts]));
  expect(counts).toEqual({ proven: 0, refuted: 1, left: 0 });
  expect(settled).toEqual([{ refuted: expect.stringMatching(/a signer was revoked at/) }]);
  expect(told).toEqual([['error', expect.stringMatching(/does not hold/), expect.objectContaining({ about: 'plan' })]]);
  const [name = ''] = whoSigned(given).map((each) => each.subject);
  expect(JSON.stringify([settled, told])).not.toContain(name);
});
