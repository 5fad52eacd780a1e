/** What closes waits for no authority; what opens takes nothing of it. */
import { afterAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/canonical-json.ts';
import { planStatement } from '../../src/domain/statement.ts';
import { WaslError } from '../../src/errors.ts';
import {
  type AskSource,
  judgeClosing,
  type SignedDocument,
  verifyStatement,
  writeSignedDocument,
} from '../../src/signatures/index.ts';
import { readUnsigned } from '../../src/signatures/jades.ts';
import type { Holder } from '../support/pki.ts';
import { ADDRESS, INSTALLATION, OFFICER, removeWorld, signingDocument, world } from './world.ts';

afterAll(removeWorld);

const subject = { id: 'IC-0001-C2-P1', digest: `sha256:${'a'.repeat(64)}` as Digest };
const statement = planStatement(subject);
const document = () => signingDocument({ kind: 'plan-approval', signers: [OFFICER], subject, policy: null });
const signedBy = (holder: Holder = world().officer) =>
  world().signed(holder, { signer: OFFICER, document: document() });

const away: AskSource = async ({ url }) => {
  throw new WaslError('SIGNATURE_SOURCE', `${url} does not answer`);
};
const silent: AskSource = () => new Promise(() => undefined);

const judge = (
  given: SignedDocument,
  ask: AskSource,
  { of = statement, receivedAt = new Date(), patienceMs = 60_000 } = {},
) =>
  judgeClosing(given, of, {
    ...{ trust: world().trust(), ask, at: new Date(), receivedAt, installation: INSTALLATION, patienceMs },
  });
const verify = (signed: SignedDocument, stage: 'receipt' | 'gate' | 'closing') =>
  verifyStatement(writeSignedDocument(signed), statement, {
    ...{ trust: world().trust(), installation: INSTALLATION, at: new Date(), receivedAt: new Date(), stage },
  });
const levelOf = ({ signatures: [entry] }: SignedDocument) => readUnsigned(entry?.header);

describe('the signature under what closes', () => {
  it.each([
    ['is away', away, /does not answer/],
    ['says nothing', silent, /did not answer within/],
  ] as const)('holds by what is at hand where every authority %s, and opens nothing', async (_how, ask, why) => {
    const judged = await judge(signedBy(), ask, { patienceMs: ask === silent ? 1 : 60_000 });
    expect(judged).toMatchObject({ holds: true, unproven: expect.stringMatching(why) });
    if (!judged.holds) return;
    expect((await verify(judged.signed, 'closing')).verdict).toBe('pass');
    for (const stage of ['receipt', 'gate'] as const) {
      expect(await verify(judged.signed, stage)).toMatchObject({ verdict: 'unknown', subIndication: 'NO_POE' });
    }
  });

  it('is completed when they are there again, however late', async () => {
    const receivedAt = new Date(Date.now() - 60_000);
    const given = world().signed(world().officer, {
      ...{ signer: OFFICER, signedAt: receivedAt },
      document: signingDocument({
        kind: 'plan-approval',
        signers: [OFFICER],
        subject,
        policy: null,
        preparedAt: receivedAt.toISOString(),
      }),
    });
    // Longer ago than what opens may lie about before it is first seen.
    const trust = world().trust({ signedBeforeMaxSeconds: 30 });
    const judged = await judgeClosing(given, statement, {
      ...{ trust, ask: world().ask(), at: new Date(), receivedAt, installation: INSTALLATION, patienceMs: 60_000 },
    });
    expect(judged).toMatchObject({ holds: true, unproven: null });
    if (!judged.holds) return;
    expect(levelOf(judged.signed)).toMatchObject({ timestamp: { genTime: expect.any(Date) } });
    const question = { trust, installation: INSTALLATION, at: new Date(), receivedAt } as const;
    const of = (stage: 'gate' | 'closed') =>
      verifyStatement(writeSignedDocument(judged.signed), statement, { ...question, stage });
    expect((await of('closed')).verdict).toBe('pass');
    expect((await of('gate')).reason).toMatch(/long before it was first seen/);
  });

  it('does not hold where it is of somebody else, about something else, for elsewhere, or of nobody known', async () => {
    const foreign = world().authority('closing-foreign', 'Foreign');
    const cases: [SignedDocument, RegExp][] = [
      [signedBy(world().moh), /does not sign for operator/],
      [
        world().signed(world().person('stranger', '/O=Network Operator/CN=Stranger', {}, foreign), {
          signer: OFFICER,
          document: document(),
          chain: [foreign],
        }),
        /no anchor/,
      ],
      [
        world().signed(world().officer, { signer: OFFICER, document: { ...document(), installation: 'elsewhere' } }),
        /installation/,
      ],
    ];
    for (const [given, why] of cases) {
      expect(await judge(given, away)).toEqual({ holds: false, reason: expect.stringMatching(why) });
    }
    const other = planStatement({ ...subject, id: 'IC-0002-C1-P1' });
    expect(await judge(signedBy(), away, { of: other })).toEqual({
      holds: false,
      reason: expect.stringMatching(/not about/),
    });
    const given = signedBy();
    const [entry] = given.signatures;
    const broken = {
      ...given,
      signatures: [{ ...entry, signature: `A${entry?.signature.slice(1)}` }],
    } as SignedDocument;
    expect(await judge(broken, away)).toMatchObject({ holds: false });
  });

  it('does not hold where one source says that the certificate was revoked, and the timestamp authority is away', async () => {
    const revoked = world().person('revoked-officer', '/O=Network Operator/CN=Revoked');
    world().pki.revoke(world().people, revoked);
    const list = world().pki.crl(world().people);
    const ask: AskSource = async (question) => {
      if (question.url === ADDRESS.peopleCrl) return list;
      if (question.url === ADDRESS.rootCrl) return world().ask()(question);
      return away(question);
    };
    expect(await judge(signedBy(revoked), ask)).toEqual({
      holds: false,
      reason: expect.stringMatching(/was revoked at/),
    });
  });
});
