/** A ledger with one change of MOH and MOF as a worker would have pushed it, and beside it what others did. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { canonicalJson, type Digest, digestOf, digestOfBytes, digestOfText } from '../../src/domain/canonical-json.ts';
import { GENESIS_HASH, hashLedgerEntry, type LedgerEntry } from '../../src/domain/ledger-entry.ts';
import type { ChangeId } from '../../src/domain/names.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { digestPolicy, type PolicyTerms } from '../../src/domain/policy.ts';
import type { Signer } from '../../src/domain/signing-document.ts';
import { acceptanceStatement, planStatement, requestStatement, type Statement } from '../../src/domain/statement.ts';
import { originOf, signCheckpoint } from '../../src/ledger/checkpoint.ts';
import type { EvidenceRows } from '../../src/ledger/evidence/collect-evidence.ts';
import { WITHDRAWAL_REQUESTED } from '../../src/ledger/evidence/format.ts';
import { growTree, rootAt } from '../../src/ledger/ledger-tree.ts';
import type { KeptCheckpoint } from '../../src/ledger/review-ledger.ts';
import { cosign, parseNote, readSigner } from '../../src/ledger/signed-note.ts';
import type { DevelopmentAuthority } from '../../src/signatures/index.ts';
import { signedText } from '../support/signing.ts';
import { rowsInMemory } from './ledger-rows-in-memory.ts';

export const CHANGE = 'IC-0001-C1' as ChangeId;
export const PLAN = `${CHANGE}-P1`;
export const INSTALLATION = randomUUID();
const ID = 'IC-0001';
export const newPem = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
export const log = readSigner(newPem(), 'log', originOf(INSTALLATION), 'key.pem');
export const witness = readSigner(newPem(), 'witness', 'moh.example/witness', 'key.pem');

const XML = '<config attr="a&amp;b">\n\t<name>وصل – "quoted" 𝄞</name>\n</config>';
export const payloads = [{ pe: 'mct-pe-01', xml: XML }];
export const contents = {
  ...{ changeId: CHANGE, kind: 'provision' },
  ...{ ratio: 0.25, tiny: 1e-9, large: 1e21, none: null, on: true, window: { notBefore: null } },
  numbers: [0, -1.5, 0.1, 1e-6, 1e-7, 123456789012345680000, 2 ** 53, 5e-324, Number.MAX_VALUE, 1 / 3, -1e25],
  gained: [
    { from: 'moh-main', fromPe: 'mct-pe-01', prefix: '10.100.10.0/24', to: 'mof-main', toPe: 'sll-pe-01', via: 'x' },
    { from: 'mof-main', fromPe: 'sll-pe-01', prefix: '10.2.3.0/24', to: 'moh-main', toPe: 'mct-pe-01', via: 'y' },
    { from: 'mof-main', fromPe: 'sll-pe-01', prefix: '2001:db8:1::/48', to: 'moh-main', toPe: 'mct-pe-01', via: 'y' },
  ],
  routers: [{ pe: 'mct-pe-01', payloadDigest: digestOf(XML) }, { pe: 'sll-pe-01' }],
};
const PLAN_DIGEST = digestOf(contents);
export const REQUEST = {
  purpose: 'a 𝄞 "purpose" \\ of\tone',
  ...{ '€': 1, '\ufb33': 2, '𝄞': 3 },
  flows: [
    { from: 'moh-main', to: 'mof-main', prefixes: ['10.100.10.0/24'] },
    { from: 'mof-main', to: 'moh-main', prefixes: ['10.2.0.0/16 ge 16 le 24', '2001:db8::/32 ge 32 le 48'] },
  ],
  policyVersion: '2026-1',
  validUntil: '2099-01-01T00:00:00Z',
};
const TEXTS = new Map<Digest, Buffer>();
const keep = (bytes: string | Buffer): Digest => {
  const digest = digestOfBytes(Buffer.from(bytes));
  TEXTS.set(digest, Buffer.from(bytes));
  return digest;
};
export const TERMS: PolicyTerms = {
  ...{ version: '2026-1', inForceFrom: '2026-01-01T00:00:00.000Z', graceDays: 30 },
  renditions: [
    { language: 'ar', mediaType: 'text/plain', bytes: 9, sha256: keep('السياسة') },
    { language: 'en', mediaType: 'application/pdf', bytes: 6, sha256: keep(Buffer.from([0xff, 0xfe, 0, 1, 2, 0x80])) },
  ],
};
const TERMS_DIGEST = digestPolicy(TERMS);

export type Fact = readonly [
  actor: string,
  action: string,
  subject: string,
  body: Readonly<Record<string, unknown>>,
  at?: Date,
];

/** Who signs what; a test has others sign, or says that nobody did. */
export interface EvidenceWish {
  readonly authority: DevelopmentAuthority;
  /** By the index of the decision: what is signed in its place; null: nothing. */
  readonly instead?: Readonly<Record<number, Statement | null>>;
  /** A withdrawal after all that; `more` stands in its row. */
  readonly withdrawal?: {
    readonly signed: Statement;
    readonly by?: DevelopmentAuthority;
    /** Without timestamp and revocation data. */
    readonly bare?: boolean;
    readonly more?: Readonly<Record<string, unknown>>;
  };
  /** Facts that take the place of those of a name. */
  readonly altered?: (facts: readonly Fact[]) => readonly Fact[];
}

const [MOH, MOF, MOE] = ['MOH', 'MOF', 'MOE'] as unknown as [Signer['party'], Signer['party'], Signer['party']];
const request = { id: ID, digest: digestOf(REQUEST) };
/** In order; `MOE` is of nobody's business here. */
export const STATEMENTS: readonly Statement[] = [
  acceptanceStatement(MOH, TERMS),
  acceptanceStatement(MOF, TERMS),
  acceptanceStatement(MOE, TERMS),
  requestStatement(MOH, request, TERMS),
  requestStatement(MOF, request, TERMS),
  planStatement({ id: PLAN, digest: PLAN_DIGEST }),
];

export async function makeWorld({ authority, instead = {}, altered = (facts) => facts, withdrawal }: EvidenceWish) {
  const signed = await Promise.all(
    STATEMENTS.map(async (own, place) => {
      const statement = instead[place] === undefined ? own : instead[place];
      return statement && signedText(authority, `${own.party.toLowerCase()}-person`, statement, INSTALLATION);
    }),
  );
  const withdrawn =
    withdrawal &&
    (await signedText(withdrawal.by ?? authority, 'who-withdraws', withdrawal.signed, INSTALLATION, withdrawal));
  const at = new Date();
  const of = (place: number) => ({ ...(signed[place] ? { signature: signed[place].signature } : {}) });
  const accepted = (entity: string, place: number): Fact => {
    const body = { entity, digest: TERMS_DIGEST, acceptedAt: at.toISOString(), ...of(place) };
    return [`${entity}-person`, 'policy.accepted', 'policy/2026-1', body];
  };
  const approved = (party: string, place: number, body: Readonly<Record<string, unknown>>): Fact => {
    const common = { party, decision: 'approve', reason: null, decidedAt: at.toISOString(), ...of(place) };
    return [`${party}-person`, 'approval.recorded', ID, { ...common, ...body }];
  };
  const { renditions, ...terms } = TERMS;
  const facts: readonly Fact[] = [
    ['admin-1', 'policy.proposed', 'policy/2026-1', { ...terms, digest: TERMS_DIGEST, renditions }],
    [
      ...(['officer-1', 'policy.published', 'policy/2026-1'] as const),
      { digest: TERMS_DIGEST, inForceFrom: TERMS.inForceFrom, graceDays: TERMS.graceDays },
    ],
    accepted('MOH', 0),
    accepted('MOF', 1),
    accepted('MOE', 2),
    ['p', 'request.submitted', ID, { request: REQUEST, requestDigest: request.digest, parties: ['MOF', 'MOH'] }],
    ['p', 'request.submitted', 'IC-0009', { secret: 'of others' }],
    approved('MOH', 3, { subject: 'request', digest: request.digest }),
    approved('MOF', 4, { subject: 'request', digest: request.digest }),
    ['wasl', 'change.started', CHANGE, { interconnectId: ID, kind: 'provision', agreementVersion: 1, ms: 12.5 }],
    ['wasl', 'plan.refused', CHANGE, { fact: 'MOE would be reached' }],
    ['wasl', 'plan.saved', PLAN, { digest: PLAN_DIGEST, record: keep('{"proof":"wasl plan of MOE too"}') }],
    ['wasl', 'change.started', 'IC-0001-C10', {}],
    approved('network', 5, { subject: 'plan', planId: PLAN, digest: PLAN_DIGEST }),
    ['wasl', 'transaction.begun', CHANGE, { planId: PLAN, attempt: 1 }],
    [
      ...(['wasl', 'transaction.recorded', CHANGE] as const),
      {
        ...{ planId: PLAN, epoch: 1 },
        routers: [
          {
            ...{ pe: 'mct-pe-01', procedure: 'confirmed-commit-persist', pushed: keep(XML) },
            ...{ before: keep('<vrfs/>\n'), after: keep(XML), transcript: digestOfText('not kept') },
          },
          {
            pe: 'sll-pe-01',
            procedure: 'confirmed-commit-persist',
            pushed: null,
            before: null,
            after: null,
            transcript: null,
          },
        ],
      },
    ],
    ['wasl', 'change.ended', CHANGE, { outcome: 'applied', reason: 'confirmed' }],
    ...(withdrawn === undefined
      ? []
      : [
          [
            ...(['MOH-person', WITHDRAWAL_REQUESTED, ID] as const),
            { reason: 'over', signature: withdrawn.signature, ...withdrawal?.more },
          ] as const,
        ]),
    ...Array.from({ length: 300 }, () => ['wasl', 'test.recorded', 'IC-0002', {}] as const),
  ];
  const entries = chain(altered(facts), at);
  const rows = rowsInMemory(entries);
  let kept: readonly KeptCheckpoint[] = [];
  const source: EvidenceRows = {
    ...rows,
    listLedgerOf: async (subjects) => entries.filter(({ subject }) => subjects.includes(subject)),
    listCheckpoints: async ({ afterSize }) => kept.filter(({ size }) => size > afterSize),
    listPolicies: async () => [{ version: '2026-1' }],
    listSignedDecisions: async () => signed.map((each) => ({ signed: each?.text ?? null })),
    readSignedWithdrawal: async () => (withdrawn === undefined ? null : { signed: withdrawn.text }),
    listPlanDigests: async () => [PLAN_DIGEST],
    readPlan: async () =>
      ({ id: PLAN, createdAt: '', createdBy: '', digest: PLAN_DIGEST, ...contents }) as unknown as Plan,
    readPayloads: async () => payloads,
    findDocument: async (digest, bytesMax) => {
      const bytes = TEXTS.get(digest) ?? null;
      return bytes !== null && bytes.byteLength > bytesMax ? 'too-large' : bytes;
    },
  };
  const signCheckpoints = async () => {
    const { size } = await growTree(rows);
    const checkpoint = async (of: number, isCosigned = true): Promise<KeptCheckpoint> => {
      const note = signCheckpoint({ size: of, root: await rootAt(rows, of) }, log);
      const line = cosign(parseNote(note)?.body ?? '', witness, at);
      const own = { witness: witness.verifier.text, line, receivedFrom: 'witness-1' };
      return { size: of, note, cosignatures: isCosigned ? [own] : [] };
    };
    // One witness with two keys is one.
    const doubled = await checkpoint(size - 2);
    const twice = { ...doubled, cosignatures: [...doubled.cosignatures, ...doubled.cosignatures] };
    kept = [await checkpoint(6), twice, await checkpoint(size - 1), await checkpoint(size, false)];
    return size;
  };
  return { source, at, entries, signCheckpoints, keep: (given: readonly KeptCheckpoint[]) => (kept = given) };
}

/** The first row is of before there were nonces. */
function chain(facts: readonly Fact[], at: Date): LedgerEntry[] {
  let previousHash: Digest = GENESIS_HASH;
  return facts.map(([actor, action, subject, body, own = at], index) => {
    const fact = { actor, action, subject, body, at: own.toISOString(), nonce: index === 0 ? null : `nonce-${index}` };
    const sequence = index + 1;
    const entry = { ...fact, sequence, previousHash, hash: hashLedgerEntry(sequence, previousHash, fact) };
    previousHash = entry.hash;
    return entry;
  });
}

/** A bundle with something changed, and written as it should be. */
export function bend<Bundle>(text: string, change: (bundle: Bundle) => unknown): string {
  const bundle = JSON.parse(text);
  change(bundle);
  return `${canonicalJson(bundle)}\n`;
}
