/** Rows that whoever owns the tables wrote beside wasl: each alteration is told, and what wasl wrote itself is not. */
import { describe, expect, it } from 'vitest';
import {
  alteredFacts,
  type GivenRouteTarget,
  type LinkedEntry,
  type RecordedFacts,
} from '../../src/domain/altered-record.ts';
import { digestOf } from '../../src/domain/canonical-json.ts';
import { GENESIS_HASH, hashLedgerEntry } from '../../src/domain/ledger-entry.ts';
import type { EntityId, PersonId } from '../../src/domain/names.ts';
import type { Approval } from '../../src/domain/request.ts';
import { acceptedPolicy } from '../support/accepted-policy.ts';
import { MOH_MOF } from '../support/api-under-test.ts';

type Fact = Pick<LinkedEntry, 'actor' | 'action' | 'subject' | 'body'>;

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 8, minute)).toISOString();

/** The chain that these facts make, one a minute. */
function chain(facts: readonly Fact[]): LinkedEntry[] {
  let previousHash: LinkedEntry['hash'] = GENESIS_HASH;
  return facts.map((given, index) => {
    const fact = { ...given, at: at(index) };
    const sequence = index + 1;
    const hashBefore = index === 0 ? null : previousHash;
    const entry = { ...fact, sequence, previousHash, hashBefore, hash: hashLedgerEntry(sequence, previousHash, fact) };
    previousHash = entry.hash;
    return entry;
  });
}

const requestDigest = digestOf(MOH_MOF);
const planDigest = `sha256:${'b'.repeat(64)}`;
const [ID, CHANGE, PLAN] = ['IC-0001', 'IC-0001-C1', 'IC-0001-C1-P1'] as const;

function decided(minute: number, person: string, more: object): { fact: Fact; approval: Approval } {
  const body = { subject: 'request', digest: requestDigest, decision: 'approve', reason: null, ...more };
  const decidedAt = at(minute);
  const fact = { actor: person, action: 'approval.recorded', subject: ID, body: { ...body, decidedAt } };
  const { planId: _planId, ...row } = body as typeof body & { planId?: string };
  return { fact, approval: { ...row, person: person as PersonId, decidedAt } as unknown as Approval };
}
const MOH = decided(1, 'moh-signatory', { party: 'MOH' });
const MOF = decided(2, 'mof-signatory', { party: 'MOF' });
const NETWORK = decided(6, 'engineer-approver', {
  subject: 'plan',
  planId: PLAN,
  digest: planDigest,
  party: 'network',
});

const POLICY = acceptedPolicy(['MOF', 'MOH']);
const POLICY_FACTS: readonly Fact[] = [
  ...POLICY.published.map(({ version, ...body }) => ({
    ...{ actor: 'admin-2', action: 'policy.published', subject: `policy/${version}`, body },
  })),
  ...POLICY.acceptances.map(({ person: actor, version, ...body }) => ({
    ...{ actor, action: 'policy.accepted', subject: `policy/${version}`, body },
  })),
];

const FACTS: readonly Fact[] = [
  {
    ...{ actor: 'moh-clerk', action: 'request.submitted', subject: ID },
    body: { requestDigest, request: MOH_MOF, parties: ['MOF', 'MOH'], entity: 'MOH' },
  },
  MOH.fact,
  MOF.fact,
  { actor: 'wasl', action: 'change.started', subject: CHANGE, body: { interconnectId: ID, kind: 'provision' } },
  { actor: 'engineer-asker', action: 'plan.requested', subject: CHANGE, body: {} },
  { actor: 'wasl', action: 'plan.saved', subject: PLAN, body: { digest: planDigest, changeId: CHANGE } },
  NETWORK.fact,
  ...POLICY_FACTS,
];

const RECORD: RecordedFacts = {
  ...{ id: ID, lifecycle: 'requested', parties: ['MOF', 'MOH'], requestedBy: 'moh-clerk' },
  ...{ request: MOH_MOF, requestDigest, withdrawnBy: null, withdrawalSignature: null, flows: null },
  change: {
    ...{ id: CHANGE, kind: 'provision', requestedBy: 'wasl', planAskers: ['engineer-asker'] },
    applyUntil: new Date(Date.parse(at(6)) + 4 * 3_600_000).toISOString(),
  },
  plan: { id: PLAN, digest: planDigest, plannedBy: 'wasl', notBefore: null },
  approvals: [MOH.approval, MOF.approval, NETWORK.approval],
  policy: POLICY,
};

const told = (record: RecordedFacts, entries: readonly LinkedEntry[] = chain(FACTS)) =>
  alteredFacts(record, entries).map(({ path, fact }) => `${path}: ${fact}`);
const withApproval = (index: number, more: Partial<Approval>): RecordedFacts => ({
  ...RECORD,
  approvals: RECORD.approvals.map((each, position) => (position === index ? { ...each, ...more } : each)),
});
const withChange = (more: Partial<NonNullable<RecordedFacts['change']>>): RecordedFacts => ({
  ...RECORD,
  change: RECORD.change && { ...RECORD.change, ...more },
});
const withPlan = (more: Partial<NonNullable<RecordedFacts['plan']>>): RecordedFacts => ({
  ...RECORD,
  plan: RECORD.plan && { ...RECORD.plan, ...more },
});
const person = (name: string) => name as PersonId;
const later = { ...MOH_MOF, validUntil: '2046-12-31T23:59:59Z' };

it('what wasl wrote is what the ledger says', () => {
  expect(told(RECORD)).toEqual([]);
  expect(
    told(
      { ...RECORD, change: null, plan: null, approvals: [MOH.approval] },
      chain([...FACTS.slice(0, 2), ...POLICY_FACTS]),
    ),
  ).toEqual([]);
});

it.each<[string, RecordedFacts, RegExp]>([
  [
    'a signature that nobody gave',
    { ...RECORD, approvals: [...RECORD.approvals, { ...MOF.approval, person: person('ghost') }] },
    /approvals: the approval of the request by ghost for MOF has no entry/,
  ],
  ['another person', withApproval(2, { person: person('ghost') }), /by ghost for network has no entry/],
  ['another time', withApproval(1, { decidedAt: at(0) }), /mof-signatory for MOF is not what entry 3/],
  [
    'another digest',
    withApproval(2, { digest: `sha256:${'c'.repeat(64)}` }),
    /engineer-approver for network has no entry/,
  ],
  ['for another party', withApproval(1, { party: 'MOE' as EntityId }), /for MOE is not what entry 3/],
  [
    'a rejection of an approval',
    withApproval(2, { decision: 'reject' }),
    /the rejection of the plan .* is not what entry 7/,
  ],
  [
    'something accepted that the approver did not name',
    withApproval(2, { accepts: ['10.100.10.0/24@MOF'] }),
    /engineer-approver for network is not what entry 7/,
  ],
  [
    'a decision that is gone',
    { ...RECORD, approvals: RECORD.approvals.slice(0, 2) },
    /approvals: the decision of engineer-approver in entry 7 of the ledger is not in the register/,
  ],
  [
    'a later end date, with its own digest',
    { ...RECORD, request: later, requestDigest: digestOf(later) },
    /agreement: the request of IC-0001 is not the one that was submitted/,
  ],
  [
    'a later end date under the digest that was signed',
    { ...RECORD, request: later },
    /is not the one that was submitted/,
  ],
  [
    'another digest over the same request',
    { ...RECORD, requestDigest: planDigest },
    /is not the one that was submitted/,
  ],
  ['other parties', { ...RECORD, parties: ['MOE', 'MOH'] }, /agreement: the parties of IC-0001/],
  ['another requester', { ...RECORD, requestedBy: 'ghost' }, /submitted by moh-clerk, not by ghost/],
  ['an agreement in force', { ...RECORD, lifecycle: 'active' }, /IC-0001 is requested by the ledger, not active/],
  [
    'a withdrawal that nobody asked for',
    { ...RECORD, withdrawnBy: 'ghost' },
    /by the ledger nobody has IC-0001 withdrawn/,
  ],
  ['another kind of change', withChange({ kind: 'resume' }), /change: IC-0001-C1 is not the kind of change/],
  ['asked for by somebody else', withChange({ requestedBy: 'ghost' }), /asked for by wasl, not by ghost/],
  ['no asker of the plan', withChange({ planAskers: [] }), /change: engineer-asker asked for the plan of IC-0001-C1/],
  ['a longer window', withChange({ applyUntil: at(600) }), /the approved window of IC-0001-C1 ends at/],
  ['a window without an end', withChange({ applyUntil: null }), /the approved window of IC-0001-C1 ends at/],
  [
    'another plan',
    withPlan({ digest: `sha256:${'c'.repeat(64)}` }),
    /plan: IC-0001-C1-P1 is not the plan that was made/,
  ],
  ['another planner', withPlan({ plannedBy: 'ghost' }), /was made by wasl, not by ghost/],
  ['a plan that nobody made', withPlan({ id: 'IC-0001-C1-P9' }), /plan: IC-0001-C1-P9 was never planned/],
])('%s', (_what, record, fact) => {
  expect(told(record)).toContainEqual(expect.stringMatching(fact));
});

describe('the ledger without', () => {
  it.each([
    ['request.submitted', 'agreement: IC-0001 was never submitted, by the ledger'],
    ['change.started', 'change: IC-0001-C1 was never started, by the ledger'],
    ['plan.saved', 'plan: IC-0001-C1-P1 was never planned, by the ledger'],
  ])('%s', (action, fact) => {
    expect(told(RECORD, chain(FACTS.filter((each) => each.action !== action)))).toContain(fact);
  });
});

it('an entry that was altered, or put in beside the chain, is none', () => {
  const entries = chain(FACTS);
  const swapped = entries.map((entry) => (entry.sequence === 3 ? { ...entry, actor: 'ghost' } : entry));
  expect(told(RECORD, swapped)).toContain('ledger: entry 3 of the ledger is not what its hash says');
  const [, second] = entries;
  if (second === undefined) throw new Error('two entries');
  const unlinked = { ...second, hashBefore: planDigest };
  expect(told(RECORD, entries.with(1, unlinked))).toContain('ledger: entry 2 of the ledger is not what its hash says');
});

it('a withdrawal has the signature that was recorded with it, or none', () => {
  const body = { reason: 'over', signature: digestOf('signature') };
  const asked = chain([...FACTS, { actor: 'mof-signatory', action: 'withdrawal.requested', subject: ID, body }]);
  const record: RecordedFacts = { ...RECORD, withdrawnBy: 'mof-signatory' };
  expect(told({ ...record, withdrawalSignature: body.signature }, asked)).toEqual([]);
  const other = [`agreement: the signature under the withdrawal of ${ID} is not the one of the ledger`];
  expect(told(record, asked)).toEqual(other);
  expect(told({ ...record, withdrawalSignature: digestOf('another') }, asked)).toEqual(other);
});

it('a withdrawal stands until the network side refuses it', () => {
  const asked = [...FACTS, { actor: 'mof-signatory', action: 'withdrawal.requested', subject: ID, body: {} }];
  expect(told({ ...RECORD, withdrawnBy: 'mof-signatory' }, chain(asked))).toEqual([]);
  expect(told(RECORD, chain(asked))).toContain(
    'agreement: by the ledger mof-signatory has IC-0001 withdrawn, not nobody',
  );
  const refused = decided(8, 'engineer-2', {
    subject: 'plan',
    digest: 'sha256:w',
    party: 'network',
    decision: 'reject',
  });
  const record = { ...RECORD, approvals: [...RECORD.approvals, refused.approval] };
  expect(told(record, chain([...asked, refused.fact]))).toEqual([]);
});

it('the last word of a person on a plan counts, and who asked for a plan anew after an approval is the only asker', () => {
  const [again, anew] = [
    decided(8, 'engineer-approver', { subject: 'plan', planId: PLAN, digest: planDigest, party: 'network' }),
    { actor: 'engineer-3', action: 'plan.requested', subject: CHANGE, body: {} },
  ];
  const record = {
    ...withApproval(2, { decidedAt: at(8) }),
    change: RECORD.change && {
      ...RECORD.change,
      planAskers: ['engineer-3'],
      applyUntil: new Date(Date.parse(at(8)) + 4 * 3_600_000).toISOString(),
    },
  };
  expect(told(record, chain([...FACTS, anew, again.fact]))).toEqual([]);
  const second = 'IC-0001-C1-P2';
  const saved = { actor: 'wasl', action: 'plan.saved', subject: second, body: { digest: planDigest } };
  const ofNext: RecordedFacts = {
    ...RECORD,
    change: RECORD.change && { ...RECORD.change, planAskers: ['engineer-3'], applyUntil: null },
    plan: RECORD.plan && { ...RECORD.plan, id: second },
  };
  expect(told(ofNext, chain([...FACTS.filter(({ subject }) => subject !== PLAN), anew, saved]))).toEqual([]);
  expect(told({ ...record, lifecycle: 'rejected' }, chain([...FACTS, anew, again.fact]))).toHaveLength(1);
});

it('the approved window is counted from the signature, however much later it was brought', () => {
  const signed = (signedAt: string) =>
    chain(
      FACTS.map((each) =>
        each === NETWORK.fact ? { ...NETWORK.fact, body: { ...NETWORK.fact.body, signedAt } } : each,
      ),
    );
  const ofEarlier = new Date(Date.parse(at(6)) + 2 * 3_600_000).toISOString();
  const entries = signed(new Date(Date.parse(at(6)) - 2 * 3_600_000).toISOString());
  expect(told(withChange({ applyUntil: ofEarlier }), entries)).toEqual([]);
  expect(told(RECORD, entries)).toEqual([expect.stringContaining(`ends at ${ofEarlier}, by the ledger`)]);
  // Whoever writes rows can write what is no time, and keeps nobody from closing by it.
  expect(told(RECORD, signed('soon'))).toEqual([expect.stringContaining('ends at no time, by the ledger')]);
});

it('what an approver accepted by name is in the ledger, and no less of it in the register', () => {
  const plan = { subject: 'plan', planId: PLAN, digest: planDigest, party: 'network' };
  const accepted = decided(6, 'engineer-approver', { ...plan, accepts: ['10.1.0.0/16@MOF', '10.2.0.0/16@MOF'] });
  const entries = chain([...FACTS.slice(0, 6), accepted.fact, ...POLICY_FACTS]);
  expect(told(withApproval(2, accepted.approval), entries)).toEqual([]);
  expect(told(RECORD, entries)).toContainEqual(expect.stringMatching(/for network is not what entry 7/));
});

it('a person is the same in any case of the letters', () => {
  expect(told(withApproval(0, { person: person('MOH-Signatory') }))).toEqual([]);
});

it('another route target than was given, or one that nobody gave, is told', () => {
  const given = (from: string, to: string, routeTarget: string, action = 'allocated'): Fact => {
    const fact = { actor: 'wasl', action: `route-target.${action}`, subject: ID };
    return { ...fact, body: action === 'allocated' ? { routeTarget, from, to } : { routeTarget } };
  };
  const flow = (from: string, to: string, routeTarget: string) => ({ from, to, routeTarget }) as GivenRouteTarget;
  const [one, other] = ['0:65000:50000', '0:65000:50001'];
  const entries = chain([...FACTS, given('MOH', 'MOF', one), given('MOF', 'MOH', other)]);
  const flows = [flow('MOF', 'MOH', other), flow('MOH', 'MOF', one)];
  expect(told({ ...RECORD, flows }, entries)).toEqual([]);
  const ledger = 'agreement: by the ledger IC-0001 goes MOF to MOH by 65000:50001, MOH to MOF by 65000:50000, not ';
  expect(told({ ...RECORD, flows: null }, entries)).toEqual([`${ledger}by none`]);
  expect(told({ ...RECORD, flows: [flow('MOH', 'MOF', '0:65000:50700'), flow('MOF', 'MOH', other)] }, entries)).toEqual(
    [`${ledger}MOF to MOH by 65000:50001, MOH to MOF by 65000:50700`],
  );
  expect(told({ ...RECORD, flows })).toEqual([
    'agreement: by the ledger IC-0001 goes by no route target, not MOF to MOH by 65000:50001, MOH to MOF by 65000:50000',
  ]);
  const back = [given('MOH', 'MOF', one, 'released'), given('MOF', 'MOH', other, 'released')];
  const ended = chain([...FACTS, given('MOH', 'MOF', one), given('MOF', 'MOH', other), ...back]);
  expect(told(RECORD, ended)).toEqual([]);
  const kept = chain([...FACTS, given('MOH', 'MOF', one), given('MOF', 'MOH', other), given('', '', one, 'kept')]);
  expect(told({ ...RECORD, flows }, kept)).toEqual([]);
});
