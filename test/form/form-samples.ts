import { generateKeyPairSync } from 'node:crypto';
import { type Digest, digestOf } from '../../src/domain/canonical-json.ts';
import { GENESIS_HASH, hashLedgerEntry, type LedgerEntry } from '../../src/domain/ledger-entry.ts';
import type { ChangeId } from '../../src/domain/names.ts';
import { digestPolicy, type PolicyTerms } from '../../src/domain/policy.ts';
import { signCheckpoint } from '../../src/ledger/checkpoint.ts';
import { collectEvidence } from '../../src/ledger/evidence/collect-evidence.ts';
import type { JudgedDecision } from '../../src/ledger/evidence/judge-decisions.ts';
import { growTree } from '../../src/ledger/ledger-tree.ts';
import { readSigner } from '../../src/ledger/signed-note.ts';
import { rowsInMemory } from '../ledger/ledger-rows-in-memory.ts';

export const CHANGE = 'IC-0001-C1' as ChangeId;
const AT = '2026-11-29T08:00:02.000Z';
const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
export const LOG = readSigner(pem, 'log', 'wasl/3f2a6c1e-0d4b-4c57-9d3a-8a1f0b2c7e55', 'key.pem');

const sha256 = (character: string) => `sha256:${character.repeat(64)}`;
export const PURPOSE = 'Referrals to the treasury, "quoted" #sys.inputs *not bold* $x$ \\ @home وصل \u4e2d';
const REQUEST = {
  purpose: PURPOSE,
  flows: [
    { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24', '10.100.0.0/16 le 24'] },
    { from: 'MOF', to: 'MOH', prefixes: 'whole-vpn' },
  ],
  ...{ validUntil: '2027-12-31T23:59:59+04:00', policyVersion: '2026-1', firewallNote: 'TCP 443 from 10.200.20.0/24' },
};
const TERMS = {
  ...{ version: '2026-1', inForceFrom: '2026-01-01T00:00:00.000Z', graceDays: 30 },
  renditions: [
    { language: 'ar', mediaType: 'text/plain', sha256: sha256('a'), bytes: 1 },
    { language: 'en', mediaType: 'text/plain', sha256: sha256('e'), bytes: 1 },
  ],
};

const TERMS_DIGEST = digestPolicy(TERMS as unknown as PolicyTerms);

function chain(): LedgerEntry[] {
  const facts: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
    ['policy.proposed', 'policy/2026-1', { ...TERMS, digest: TERMS_DIGEST }],
    ['policy.published', 'policy/2026-1', { digest: TERMS_DIGEST, inForceFrom: TERMS.inForceFrom, graceDays: 30 }],
    ['policy.accepted', 'policy/2026-1', { entity: 'MOH', digest: TERMS_DIGEST, acceptedAt: AT }],
    ['request.submitted', 'IC-0001', { request: REQUEST, requestDigest: digestOf(REQUEST), parties: ['MOF', 'MOH'] }],
    ['change.started', CHANGE, { kind: 'provision' }],
  ];
  let previousHash: Digest = GENESIS_HASH;
  return facts.map(([action, subject, body], index) => {
    const fact = { actor: 'moh-clerk-1', action, subject, body, at: AT, nonce: `nonce-${index}` };
    const sequence = index + 1;
    const entry = { ...fact, sequence, previousHash, hash: hashLedgerEntry(sequence, previousHash, fact) };
    previousHash = entry.hash;
    return entry;
  });
}

/** Evidence of a change for which nobody signed yet: sound, and the form waits for pens. */
export async function collectSample(): Promise<string> {
  const entries = chain();
  const rows = rowsInMemory(entries);
  const { size, root } = await growTree(rows);
  return collectEvidence(
    {
      ...rows,
      listLedgerOf: async (subjects) => entries.filter(({ subject }) => subjects.includes(subject)),
      listCheckpoints: async () => [{ size, note: signCheckpoint({ size, root }, LOG), cosignatures: [] }],
      listPolicies: async () => [{ version: '2026-1' }],
      ...{
        listSignedDecisions: async () => [],
        readSignedWithdrawal: async () => null,
        listPlanDigests: async () => [],
        readPayloads: async () => [],
      },
      readPlan: () => Promise.reject(new Error('there is no plan')),
      findDocument: async () => null,
    },
    CHANGE,
    'parties',
  );
}

/** As the judge of a change says it that was signed in order; the names are those that a certificate may have. */
export function signedDecisions(): JudgedDecision[] {
  const of = (kind: JudgedDecision['kind'], party: string, id: string): JudgedDecision => {
    const signature = (role: 'signatory' | 'seal' | 'officer', subject: string) => ({
      ...{ verdict: 'pass' as const, subIndication: null, reason: 'it holds' },
      signer: { party: party as 'operator', role },
      designation: party === 'MOH' ? 'مدير عام الشبكات' : 'Director of networks',
      ...{ algorithm: 'ES256' as const, level: 'B-LT' as const, signedAt: new Date(AT), provenAt: new Date(AT) },
      certificate: { subject, issuer: 'CN=Root', serial: '4f0c2a6b8d1e3f5a7c9b0d2e4f6a8c0e', sha256: 'ab' },
    });
    const name = party === 'MOH' ? 'CN=سالم الحارثي, O=MOH' : `CN=Head of networks, O=${party}`;
    return {
      ...{ sequence: 3, kind, subject: { id, digest: sha256('d') as Digest }, party, person: `${party}-head` },
      ...{ decidedAt: AT, verdict: 'pass', reason: 'it holds' },
      signatures:
        party === 'operator'
          ? [signature('officer', name)]
          : [signature('signatory', name), signature('seal', `CN=Seal of ${party}, O=Ministry`)],
    };
  };
  return [
    ...['MOH', 'MOF'].flatMap((party) => [of('policy-acceptance', party, '2026-1'), of('request', party, 'IC-0001')]),
    of('plan-approval', 'operator', `${CHANGE}-P1`),
  ];
}
