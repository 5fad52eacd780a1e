/** The worker's own look at the signatures: whoever writes the record, but has no key, opens nothing. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type HeadKeeper, RecordMemory } from '../../src/activities/record-memory.ts';
import { type GateQuestion, requireSignatures } from '../../src/activities/signature-gate.ts';
import { UNVOUCHED_MAX, UnvouchedClosings } from '../../src/activities/vouch-closing.ts';
import { type Digest, digestOf } from '../../src/domain/canonical-json.ts';
import { GENESIS_HASH, hashLedgerEntry, type LedgerEntry, type LedgerFact } from '../../src/domain/ledger-entry.ts';
import type { EntityId, PersonId } from '../../src/domain/names.ts';
import { digestPolicy, type PolicyTerms } from '../../src/domain/policy.ts';
import { signatureDigest } from '../../src/domain/signature-digest.ts';
import { OPERATOR } from '../../src/domain/signing-document.ts';
import {
  acceptanceStatement,
  composeStatement,
  planStatement,
  requestStatement,
  type Statement,
} from '../../src/domain/statement.ts';
import { WaslError } from '../../src/errors.ts';
import { EMPTY_ROOT } from '../../src/ledger/merkle-tree.ts';
import {
  completeSignatures,
  createDevelopmentAuthority,
  type DevelopmentAuthority,
  readSignedDocument,
  readTrust,
  type SignatureMeans,
  writeSignedDocument,
} from '../../src/signatures/index.ts';
import type { SignedDecision } from '../../src/store/signed-rows.ts';
import type { Store } from '../../src/store/store.ts';
import { decisionFacts, lawChange, push } from '../domain/agreement-samples.ts';
import { meansOf, signAs, signedText } from '../support/signing.ts';

const INSTALLATION = randomUUID();
const ID = 'IC-0001';
const PLAN = 'IC-0001-C1-P1';
const REQUEST_DIGEST = digestOf('the request');
const PLAN_DIGEST = digestOf('the plan');
const TERMS: PolicyTerms = {
  ...{ version: '2026-1', inForceFrom: '2026-01-01T00:00:00.000Z', graceDays: 30 },
  renditions: (['ar', 'en'] as const).map((language) => ({
    ...{ language, mediaType: 'text/plain', bytes: 9 },
    sha256: digestOf(language),
  })),
};
const HOUR_MS = 3_600_000;
const [MOH, MOF] = ['MOH', 'MOF'] as unknown as [EntityId, EntityId];
const request = { id: ID, digest: REQUEST_DIGEST };

let authority: DevelopmentAuthority;
let means: SignatureMeans;
let inOrder: readonly SignedDecision[];

async function decided(statement: Statement, by = authority, person = personOf(statement), where = INSTALLATION) {
  return decisionOf(statement, (await signedText(by, person, statement, where)).text);
}

function decisionOf(statement: Statement, signed: string | null): SignedDecision {
  const { kind, party, subject } = statement;
  const about = kind === 'policy-acceptance' ? 'policy' : kind === 'request' ? 'request' : 'plan';
  return {
    ...{ subject: about, digest: subject.digest, party: party === OPERATOR ? 'network' : party, signed },
    ...{ person: personOf(statement) as PersonId, decidedAt: new Date().toISOString(), form: null },
  };
}
/** The approval as it was signed at the beginning, with a timestamp of later. */
async function stampedAt(clock: () => Date): Promise<SignedDecision> {
  const later = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock, folder });
  const statement = planStatement({ id: PLAN, digest: PLAN_DIGEST });
  const document = composeStatement(statement, {
    ...{ installation: INSTALLATION, seals: true, preparedAt: new Date(), nonce: 'a-nonce-of-tests-is-none' },
  });
  const signed = await signAs(authority, 'network-person', document);
  const completed = await completeSignatures(signed, { trust: later.trust(), ask: later.ask, at: clock() });
  return decisionOf(statement, writeSignedDocument(completed));
}

const chainOf = (facts: readonly Omit<LedgerFact, 'actor'>[]): LedgerEntry[] => {
  let previousHash: LedgerEntry['hash'] = GENESIS_HASH;
  return facts.map((each, place) => {
    const fact = { actor: 'moh-person', ...each };
    const hash = hashLedgerEntry(place + 1, previousHash, fact);
    const entry = { ...fact, sequence: place + 1, previousHash, hash };
    previousHash = hash;
    return entry;
  });
};

const personOf = ({ party }: Statement) => `${party.toLowerCase()}-person`;

const folder = mkdtempSync(join(tmpdir(), 'wasl-authority-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date(), folder });
  inOrder = await Promise.all(
    [
      ...[MOH, MOF].flatMap((party) => [acceptanceStatement(party, TERMS), requestStatement(party, request, TERMS)]),
      planStatement({ id: PLAN, digest: PLAN_DIGEST }),
    ].map((statement) => decided(statement)),
  );
  means = meansOf(authority);
});

const question = (
  kind: 'provision' | 'withdraw' = 'provision',
  notBefore: string | null = null,
  when: GateQuestion['when'] = 'push',
): GateQuestion => ({
  when,
  push: push({
    kind,
    notBefore,
    contentDigest: PLAN_DIGEST,
    digest: PLAN_DIGEST,
    requestContentDigest: REQUEST_DIGEST,
  }),
  facts: decisionFacts({
    ...{ requestDigest: REQUEST_DIGEST, validUntil: '2099-01-01T00:00:00Z' },
    change: lawChange({ kind, phase: 'applying' }),
    policy: { agreed: TERMS.version, published: [{ ...TERMS, digest: digestPolicy(TERMS) }], acceptances: [] },
  }),
  planDigests: [PLAN_DIGEST],
  policyVersion: TERMS.version,
});

/** Of the database: whoever owns it sets it as they like. */
let recordNow = () => new Date();

let ledger: readonly LedgerEntry[] = [];
let unvouched = new UnvouchedClosings(() => undefined);
/** What this worker has seen, where the record went back since. */
let keeper: HeadKeeper | null = null;

async function gate(
  rows: readonly SignedDecision[] = inOrder,
  {
    kind,
    by = means,
    notBefore = null,
    when = 'push',
  }: {
    kind?: 'provision' | 'withdraw';
    by?: SignatureMeans | null;
    notBefore?: string | null;
    when?: GateQuestion['when'];
  } = {},
) {
  const renewed: SignedDecision[] = [];
  const store = {
    now: () => recordNow(),
    readInstallation: async () => INSTALLATION,
    listSignedDecisions: async () => rows,
    listPolicies: async () => [{ ...TERMS, digest: digestPolicy(TERMS) }],
    readLedger: async ({ afterSequence }: { afterSequence: number }) => ledger.slice(afterSequence),
    listLedgerOf: async (subjects: string[]) => ledger.filter(({ subject }) => subjects.includes(subject)),
    renewSigned: async (_id: string, decision: SignedDecision) => void renewed.push(decision),
  } as unknown as Store;
  await requireSignatures(store, gateOf(store, by), question(kind, notBefore, when));
  return renewed;
}

const gateOf = (store: Store, signatures: SignatureMeans | null) => ({
  signatures,
  memory: new RecordMemory(store, keeper),
  unvouched,
});

const instead = (place: number, row: SignedDecision) => inOrder.map((each, at) => (at === place ? row : each));
const refused = (code: string, words: RegExp) => ({ code, message: expect.stringMatching(words) });

describe('what opens', () => {
  it('is pushed when all is signed', async () => {
    expect(await gate()).toEqual([]);
  });

  it.each([0, 1, 2, 3, 4])(
    'needs each of the decisions signed: %i is not there, or is the word of a token',
    async (place) => {
      await expect(gate(inOrder.toSpliced(place, 1))).rejects.toMatchObject(refused('SIGNATURE_MISSING', /missing/));
      const row = inOrder[place] as SignedDecision;
      await expect(gate(instead(place, { ...row, signed: null }))).rejects.toMatchObject(
        refused('SIGNATURE_MISSING', /word of a token/),
      );
    },
  );

  it('takes a form signed by hand only where the trust file names party, terms and the very bytes', async () => {
    const form = digestOf('a scan');
    const rows = instead(0, { ...(inOrder[0] as SignedDecision), signed: null, form });
    await expect(gate(rows)).rejects.toMatchObject(refused('SIGNATURE_REFUSED', /signed by hand .* does not take/));
    const taking = (more: object) => {
      const handSigned = [{ party: MOH, accepts: digestPolicy(TERMS), form, ...more }];
      return { by: { ...means, trust: () => ({ ...means.trust(), handSigned }) } };
    };
    expect(await gate(rows, taking({}))).toEqual([]);
    for (const other of [{ party: MOF }, { accepts: digestOf('v2') }, { form: digestOf('another scan') }])
      await expect(gate(rows, taking(other))).rejects.toMatchObject(refused('SIGNATURE_REFUSED', /does not take/));
    // It is enough for an acceptance, and for nothing else.
    const request = instead(1, { ...(inOrder[1] as SignedDecision), signed: null, form });
    await expect(gate(request, taking({ accepts: REQUEST_DIGEST }))).rejects.toMatchObject(
      refused('SIGNATURE_REFUSED', /does not take/),
    );
  });

  it.each([
    ['locked', 'PERSONAL_KEY_MISSING', /its key is not here/],
    ['altered', 'RECORD_ALTERED', /not what was sealed/],
    ['erased', 'SIGNATURE_MISSING', /its document was erased/],
  ] as const)('does not take what is %s for what was never signed', async (shut, code, words) => {
    const row = { ...(inOrder[0] as SignedDecision), signed: null, shut };
    await expect(gate(instead(0, row))).rejects.toMatchObject(refused(code, words));
    // What only takes away asks for the approval of its plan, and no other key keeps it.
    await gate(instead(0, row), { kind: 'withdraw' });
  });

  it.each([0, 1, 2, 3, 4])('is not opened by somebody with all the code and none of the keys: %i', async (place) => {
    const forger = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
    const statements = [
      acceptanceStatement(MOH, TERMS),
      requestStatement(MOH, request, TERMS),
      acceptanceStatement(MOF, TERMS),
      requestStatement(MOF, request, TERMS),
      planStatement({ id: PLAN, digest: PLAN_DIGEST }),
    ];
    const forged = await decided(statements[place] as Statement, forger);
    await expect(gate(instead(place, forged))).rejects.toMatchObject(refused('SIGNATURE_REFUSED', /does not hold/));
  });

  it.each([
    ['by the other party', () => requestStatement(MOF, request, TERMS), /to be signed by MOH as signatory/],
    ['under another request', () => requestStatement(MOH, { id: 'IC-0002', digest: REQUEST_DIGEST }, TERMS), /IC-0002/],
    ['under another version of it', () => requestStatement(MOH, { id: ID, digest: digestOf('v2') }, TERMS), /digest/],
    ['under another policy', () => requestStatement(MOH, request, { ...TERMS, version: '2025-1' }), /policy/],
    [
      'under other texts of the policy',
      () =>
        requestStatement(MOH, request, {
          ...TERMS,
          renditions: TERMS.renditions.map((r) => ({ ...r, sha256: digestOf('x') })),
        }),
      /texts/,
    ],
    ['as something else', () => acceptanceStatement(MOH, TERMS), /policy-acceptance/],
  ])('takes no signature %s for the one that is due', async (_what, statement, words) => {
    const { signed } = await decided(statement());
    const row = { ...(inOrder[1] as SignedDecision), signed };
    await expect(gate(instead(1, row))).rejects.toMatchObject(refused('SIGNATURE_REFUSED', words));
  });

  it('needs an approval of after the record was restored', async () => {
    const root = EMPTY_ROOT.toString('base64');
    const keptAt = (signaturesAfter: string) =>
      ({ read: async () => ({ size: 0, root, signaturesAfter }) }) as unknown as HeadKeeper;
    onTestFinished(() => {
      keeper = null;
    });
    keeper = keptAt('2026-01-01T00:00:00Z');
    expect(await gate()).toEqual([]);
    keeper = keptAt(new Date().toISOString());
    await expect(gate()).rejects.toMatchObject(refused('SIGNATURE_REFUSED', /when the record was restored/));
    // Whoever has the signature can have it time-stamped anew.
    const clock = () => new Date(Date.now() + 60_000);
    keeper = keptAt(new Date(Date.now() + 30_000).toISOString());
    await expect(gate(instead(4, await stampedAt(clock)), { by: { ...means, clock } })).rejects.toMatchObject(
      refused('SIGNATURE_REFUSED', /when the record was restored/),
    );
  });

  it('is not opened by what was signed before the agreement was withdrawn, whatever the register says', async () => {
    const at = '2026-11-28T12:00:00.000Z';
    ledger = chainOf([{ action: 'withdrawal.requested', subject: ID, body: { reason: 'over' }, at }]);
    onTestFinished(() => {
      ledger = [];
    });
    await expect(gate()).rejects.toMatchObject(refused('RECORD_ALTERED', /moh-person has IC-0001 withdrawn/));
    await gate(inOrder, { kind: 'withdraw' });
  });

  it('is not opened by an acceptance of a policy after which another was published, whatever the register says', async () => {
    const { renditions: _texts, version, ...terms } = TERMS;
    const at = '2026-01-01T00:00:00.000Z';
    const published = { action: 'policy.published', subject: `policy/${version}`, at };
    const first = { ...published, body: { ...terms, digest: digestPolicy(TERMS) } };
    const second = { ...published, subject: 'policy/2026-2', body: { ...terms, digest: digestOf('v2') } };
    onTestFinished(() => {
      ledger = [];
    });
    ledger = chainOf([first]);
    await gate();
    for (const other of [second, { ...first, body: { ...first.body, inForceFrom: '2026-01-02T00:00:00.000Z' } }]) {
      ledger = chainOf([first, other]);
      await expect(gate()).rejects.toMatchObject(refused('RECORD_ALTERED', /published by entry 2/));
    }
    await gate(inOrder, { kind: 'withdraw' });
    ledger = chainOf([first, { ...second, body: { ...second.body, inForceFrom: '2098-01-01T00:00:00.000Z' } }]);
    await gate();
  });

  it.each([
    [
      'a withdrawal was refused',
      { action: 'withdrawal.requested', subject: ID },
      { subject: 'plan', planId: 'IC-0001-C2-P1', decision: 'reject' },
      /asked for the withdrawal of IC-0001/,
    ],
    [
      'it was approved anew',
      { action: 'plan.requested', subject: 'IC-0001-C1' },
      { subject: 'plan', planId: PLAN, decision: 'approve' },
      /asked for another plan of IC-0001-C1/,
    ],
  ] as const)(
    'is not opened by an earlier signature where only a row says that %s',
    async (_what, asked, body, words) => {
      const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
      const later = { action: 'approval.recorded', subject: ID, body, at: at(21) };
      const signature = signatureDigest(readSignedDocument(inOrder[4]?.signed ?? ''));
      const approved = { ...later, body: { subject: 'plan', planId: PLAN, decision: 'approve', signature } };
      onTestFinished(() => {
        ledger = [];
      });
      ledger = chainOf([approved, { body: {}, ...asked, at: at(0) }, later]);
      await expect(gate()).rejects.toMatchObject(refused('SIGNATURE_REFUSED', words));
      // Whoever has an ECDSA signature can give it another form, which no row has.
      ledger = chainOf([{ body: {}, ...asked, at: at(20) }, later]);
      await expect(gate()).rejects.toMatchObject(refused('SIGNATURE_REFUSED', words));
      // The clock of the record may be ahead of that of the server which prepares documents.
      ledger = chainOf([{ body: {}, ...asked, at: at(10) }, later, approved]);
      await gate();
    },
  );

  it('is not opened by an acceptance of an earlier policy that the register says came into force again', async () => {
    const newer = { ...TERMS, version: '2026-2', inForceFrom: '2026-06-01T00:00:00.000Z', graceDays: 0 };
    const both = [TERMS, newer].map((terms) => ({ ...terms, digest: digestPolicy(terms) }));
    const again = { ...TERMS, digest: digestPolicy(TERMS), inForceFrom: '2026-07-01T00:00:00.000Z' };
    const store = {
      ...{ now: () => recordNow(), readInstallation: async () => INSTALLATION },
      ...{ listSignedDecisions: async () => inOrder, listPolicies: async () => [...both, again] },
      ...{ readLedger: async () => [], listLedgerOf: async () => [] },
    } as unknown as Store;
    const asked = question();
    const facts = { ...asked.facts, policy: { ...asked.facts.policy, published: [...both, again] } };
    await expect(requireSignatures(store, gateOf(store, means), { ...asked, facts })).rejects.toMatchObject(
      refused('RECORD_ALTERED', /2026-1, in force from 2026-07-01.* other texts or times than its digest says/),
    );
  });

  it('takes none of another installation', async () => {
    const row = await decided(requestStatement(MOH, request, TERMS), authority, 'moh-person', randomUUID());
    await expect(gate(instead(1, row))).rejects.toMatchObject(refused('SIGNATURE_REFUSED', /installation/));
  });

  it('takes none of the installation that the database says it is, where its own trust names another', async () => {
    const by = { ...means, trust: () => ({ ...means.trust(), installation: randomUUID() }) };
    await expect(gate(inOrder, { by })).rejects.toMatchObject(refused('SIGNATURE_REFUSED', /installation/));
    await gate(inOrder, { by: { ...means, trust: () => ({ ...means.trust(), installation: INSTALLATION }) } });
  });

  it('lets one certificate sign for one side only', async () => {
    const settings = authority.trustSettings();
    const ofMoh = settings.signers.filter(({ party }) => party === 'MOH');
    const trust = readTrust({
      ...settings,
      signers: [...settings.signers, ...ofMoh.map((each) => ({ ...each, party: 'MOF' }))],
    });
    const asMof = {
      ...authority,
      issue: (wish: Parameters<typeof authority.issue>[0]) =>
        authority.issue({ ...wish, party: 'MOH', person: wish.role === 'seal' ? 'seal of MOH' : 'moh-person' }),
      trust: () => trust,
    };
    const row = await decided(requestStatement(MOF, request, TERMS), asMof);
    const by = { ...means, trust: () => trust };
    await expect(gate(instead(3, row), { by })).rejects.toMatchObject(
      refused('SIGNATURE_REFUSED', /signed for MOF, too/),
    );
  });

  it('opens nothing when the approval is older than its window, however far back the record sets its clock', async () => {
    recordNow = () => new Date(0);
    const clock = () => new Date(Date.now() + 5 * HOUR_MS);
    await expect(gate(inOrder, { by: { ...means, clock } })).rejects.toMatchObject({ code: 'SIGNATURE_REFUSED' });
    recordNow = () => new Date();
  });

  it('opens nothing when the approval is older than its window, and was time-stamped anew', async () => {
    const clock = () => new Date(Date.now() + 5 * HOUR_MS);
    const anew = instead(4, await stampedAt(clock));
    await expect(gate(anew, { by: { ...means, clock } })).rejects.toMatchObject(
      refused('SIGNATURE_REFUSED', /its window ended/),
    );
  });

  it('is opened by the approval of one officer where that of another, of the same contents, is over', async () => {
    const statement = planStatement({ id: PLAN, digest: PLAN_DIGEST });
    const before = await decided(statement);
    const clock = () => new Date(Date.now() + 5 * HOUR_MS);
    const later = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock, folder });
    const document = composeStatement(statement, {
      ...{ installation: INSTALLATION, seals: true, preparedAt: clock(), nonce: 'a-nonce-of-tests-is-none' },
    });
    const signed = await signAs(later, 'officer-2', document, clock());
    const completed = await completeSignatures(signed, { trust: later.trust(), ask: later.ask, at: clock() });
    const now = { ...decisionOf(statement, writeSignedDocument(completed)), decidedAt: clock().toISOString() };
    const by = { ...meansOf(later), clock };
    await gate([...inOrder.slice(0, 4), before, now], { by });
    await expect(gate([...inOrder.slice(0, 4), before], { by })).rejects.toMatchObject(
      refused('SIGNATURE_REFUSED', /its window ended/),
    );
  });

  it.each([-10, 10])('is opened by a worker whose host is %i minutes off', async (minutes) => {
    const clock = () => new Date(Date.now() + minutes * 60_000);
    await gate(inOrder, { by: { ...means, clock } });
  });

  it('opens nothing when the approval is older than its window, whatever the record says', async () => {
    const clock = () => new Date(Date.now() + 5 * HOUR_MS);
    const rows = inOrder.map((each) => ({ ...each, decidedAt: clock().toISOString() }));
    await expect(gate(rows, { by: { ...means, clock } })).rejects.toMatchObject(
      refused('SIGNATURE_REFUSED', /its window ended/),
    );
  });

  it.each([
    ['ended', '2099-01-02T00:00:00Z', null],
    ['starts', '2026-12-01T00:00:00Z', '2098-01-01T00:00:00Z'],
  ])(
    'keeps to the signed dates by its own clock, whatever the record takes for now: %s',
    async (word, at, notBefore) => {
      const by = { ...means, clock: () => new Date(at) };
      await expect(gate(inOrder, { by, notBefore })).rejects.toMatchObject(refused('NOT_ITS_TIME', new RegExp(word)));
    },
  );

  it('takes no acceptance of an earlier policy for one that is only recorded', async () => {
    const newer = { ...TERMS, version: '2026-2', inForceFrom: '2026-06-01T00:00:00.000Z', graceDays: 0 };
    const both = [TERMS, newer].map((terms) => ({ ...terms, digest: digestPolicy(terms) }));
    const store = {
      now: () => recordNow(),
      readInstallation: async () => INSTALLATION,
      listSignedDecisions: async () => [...inOrder, decisionOf(acceptanceStatement(MOF, newer), null)],
      listPolicies: async () => both,
      readLedger: async () => [],
      listLedgerOf: async () => [],
    } as unknown as Store;
    const asked = question();
    const facts = { ...asked.facts, policy: { ...asked.facts.policy, published: both } };
    await expect(requireSignatures(store, gateOf(store, means), { ...asked, facts })).rejects.toMatchObject(
      refused('SIGNATURE_MISSING', /MOF's acceptance .* token/),
    );
  });

  it('is opened for nobody whom the trust no longer names', async () => {
    const settings = authority.trustSettings();
    const trust = () => readTrust({ ...settings, signers: settings.signers.filter(({ party }) => party !== 'MOF') });
    await expect(gate(inOrder, { by: { ...means, trust } })).rejects.toMatchObject(
      refused('SIGNATURE_REFUSED', /does not sign for MOF/),
    );
  });

  it('is opened by no worker without a trust', async () => {
    await expect(gate(inOrder, { by: null })).rejects.toMatchObject(refused('CONFIGURATION', /trust/));
  });
});

const away: SignatureMeans['ask'] = () => async () => {
  throw new WaslError('SIGNATURE_SOURCE', 'it does not answer');
};

describe('revocation data', () => {
  const twoDays = () => new Date(Date.now() + 48 * HOUR_MS);

  it('that is stale is asked for again, and kept', async () => {
    const later = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: twoDays, folder });
    const lists: string[] = [];
    const ask: ReturnType<SignatureMeans['ask']> = (question) => {
      if (question.kind === 'crl') lists.push(question.url);
      return later.ask(question);
    };
    const by: SignatureMeans = { ...means, clock: twoDays, ask: () => ask };
    const renewed = await gate(inOrder, { by, notBefore: twoDays().toISOString() });
    expect(renewed.map(({ subject, party }) => `${party} ${subject}`)).toEqual(
      expect.arrayContaining(['MOH policy', 'MOH request', 'MOF policy', 'MOF request', 'network plan']),
    );
    // Of nine signatures, each list once.
    expect(lists.length).toBe(new Set(lists).size);
  });

  it('that is stale and cannot be had keeps what opens waiting, and nothing that takes away', async () => {
    const by = { ...means, clock: twoDays, ask: away };
    await expect(gate(inOrder, { by })).rejects.toMatchObject({ code: 'SIGNATURE_SOURCE' });
    await gate(inOrder, { kind: 'withdraw', by });
  });
});

describe('what takes away', () => {
  it('needs the signature of the network side, and no other', async () => {
    await gate(inOrder.slice(4), { kind: 'withdraw' });
    await expect(gate(inOrder.slice(0, 4), { kind: 'withdraw' })).rejects.toMatchObject(
      refused('SIGNATURE_MISSING', /the network side's signature/),
    );
  });

  it('waits for no authority: what was signed while all were away takes away, and opens nothing', async () => {
    const statement = planStatement({ id: PLAN, digest: PLAN_DIGEST });
    const document = composeStatement(statement, {
      ...{ installation: INSTALLATION, seals: true, preparedAt: new Date(), nonce: 'a-nonce-of-tests-is-none' },
    });
    const bare = decisionOf(statement, writeSignedDocument(await signAs(authority, 'network-person', document)));
    await gate([bare], { kind: 'withdraw', by: { ...means, ask: away } });
    await gate([bare], { kind: 'withdraw', when: 'recovery' });
    for (const when of ['push', 'recovery'] as const) {
      await expect(gate(instead(4, bare), { when })).rejects.toMatchObject(refused('SIGNATURE_REFUSED', /NO_POE/));
    }
  });

  it('is not begun by a forger either', async () => {
    const forger = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
    const forged = await decided(planStatement({ id: PLAN, digest: PLAN_DIGEST as Digest }), forger);
    await expect(gate([forged], { kind: 'withdraw' })).rejects.toMatchObject({ code: 'SIGNATURE_REFUSED' });
  });

  it('goes on where no trust is configured, or its file is broken', async () => {
    await gate([], { kind: 'withdraw', by: null });
    const trust = () => {
      throw new WaslError('TRUST_INVALID', 'anchors: it is missing');
    };
    await gate([], { kind: 'withdraw', by: { ...means, trust } });
    await expect(gate(inOrder, { by: { ...means, trust } })).rejects.toMatchObject({ code: 'TRUST_INVALID' });
  });
});

describe('what takes away without a signature of its own', () => {
  const over = '2026-01-01T00:00:00Z';

  /** One more of many. */
  async function close(
    number: number,
    {
      kind = 'withdraw',
      rows = inOrder,
      validUntil = over,
      requestContentDigest = REQUEST_DIGEST,
      clock = () => new Date(),
    }: {
      kind?: 'withdraw' | 'suspend';
      rows?: readonly SignedDecision[];
      validUntil?: string;
      requestContentDigest?: Digest;
      clock?: () => Date;
    } = {},
  ) {
    const recorded: string[] = [];
    const store = {
      now: () => recordNow(),
      readInstallation: async () => INSTALLATION,
      listSignedDecisions: async () => rows,
      listPolicies: async () => [{ ...TERMS, digest: digestPolicy(TERMS) }],
      appendLedger: async ({ action }: LedgerFact) => void recorded.push(action),
    } as unknown as Store;
    const asked = question('withdraw');
    const push = { ...asked.push, kind, changeId: `IC-0001-C${number}`, requestContentDigest };
    const facts = { ...asked.facts, validUntil, lifecycle: 'active' as const };
    await requireSignatures(store, gateOf(store, { ...means, clock }), { ...asked, push, facts });
    return recorded;
  }

  const told: string[] = [];
  const anew = () => {
    told.length = 0;
    unvouched = new UnvouchedClosings((fact, { changeId, why }) => void told.push(`${changeId}: ${fact} (${why})`));
  };
  const held = refused('CLOSING_HELD', /nobody signed for this .* within an hour/);
  const many = Array.from({ length: 3 * UNVOUCHED_MAX }, (_, place) => place + 1);

  it('goes by the end that a party signed, or by the approval of an officer, however many there are', async () => {
    anew();
    for (const number of many) {
      // One party is enough: who was taken out of the trust since keeps no route open.
      expect(await close(number, { rows: inOrder.slice(0, 2) })).toEqual([]);
      const plan = { id: `IC-0001-C${number}-P1`, digest: PLAN_DIGEST };
      const rows = number > UNVOUCHED_MAX + 1 ? null : [await decided(planStatement(plan))];
      if (rows !== null)
        expect(await close(number, { kind: 'suspend', rows, validUntil: '2099-01-01T00:00:00Z' })).toEqual([]);
    }
    expect(told).toEqual([]);
  });

  it.each([
    ['another end', { requestContentDigest: digestOf('forged'), rows: [] }],
    ['a suspension', { kind: 'suspend', rows: [], validUntil: '2099-01-01T00:00:00Z' }],
    [
      'another clock of the record',
      { rows: [], validUntil: '2030-01-01T00:00:00Z', clock: () => new Date('2029-01-01') },
    ],
  ] as const)(
    'is closed a few times by whoever writes %s into the record, is told and recorded, and then held',
    async (_what, forged) => {
      anew();
      recordNow = () => new Date('2031-01-01');
      onTestFinished(() => {
        recordNow = () => new Date();
      });
      for (const number of many.slice(0, UNVOUCHED_MAX)) {
        expect(await close(number, forged)).toEqual(['closing.unvouched']);
        // Tried again it is the same one.
        expect(await close(number, forged)).toEqual([]);
      }
      for (const number of many.slice(UNVOUCHED_MAX)) {
        await expect(close(number, forged)).rejects.toMatchObject(held);
        await expect(close(number, forged)).rejects.toMatchObject(held);
      }
      expect(told).toHaveLength(many.length);
      // What somebody signed for is not held with them.
      expect(await close(99)).toEqual([]);
    },
  );

  it('waits for nobody: what is held goes when the hour is over', async () => {
    anew();
    const closing = { changeId: 'IC-0001-C1', kind: 'suspend', why: 'no word' } as const;
    const at = (minutes: number) => new Date(Date.UTC(2026, 10, 30, 8, minutes));
    for (const number of many.slice(0, UNVOUCHED_MAX))
      unvouched.take({ ...closing, changeId: `of ${number}` }, at(number));
    expect(() => unvouched.take(closing, at(60))).toThrow(/the next one goes at 2026-11-30T09:01:00.000Z/);
    expect(unvouched.take(closing, at(61))).toBe(true);
  });
});

describe('a recovery', () => {
  it('asks for the signature under the very plan, however long ago, and for no other', async () => {
    const clock = () => new Date(Date.now() + 48 * HOUR_MS);
    await gate(inOrder.slice(4), { when: 'recovery', by: { ...means, clock } });
  });

  it('of what opens is not believed by a worker that believes nobody; of what takes away it goes on', async () => {
    const trust = () => {
      throw new WaslError('TRUST_INVALID', 'anchors: it is missing');
    };
    const broken = { ...means, trust };
    await expect(gate([], { when: 'recovery', by: null })).rejects.toMatchObject({ code: 'CONFIGURATION' });
    await expect(gate([], { when: 'recovery', by: broken })).rejects.toMatchObject({ code: 'TRUST_INVALID' });
    for (const by of [null, broken]) await gate([], { when: 'recovery', kind: 'withdraw', by });
  });

  it('gives nothing back by a plan that nobody with a key has signed', async () => {
    const forger = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
    const forged = await decided(planStatement({ id: PLAN, digest: PLAN_DIGEST }), forger);
    await expect(gate([forged], { when: 'recovery' })).rejects.toMatchObject({ code: 'SIGNATURE_REFUSED' });
    await expect(gate([], { when: 'recovery' })).rejects.toMatchObject({ code: 'SIGNATURE_MISSING' });
  });
});
