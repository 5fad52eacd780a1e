/** The law of decisions, as route, store and gate ask it. */
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/canonical-json.ts';
import { CHANGE_PHASES } from '../../src/domain/change.ts';
import { LIFECYCLES } from '../../src/domain/lifecycle.ts';
import {
  type Decision,
  type DecisionFacts,
  isRepeated,
  mayDecide,
  type Part,
  refuseDecision,
  relationOf,
} from '../../src/domain/may-decide.ts';
import type { EntityId, PersonId } from '../../src/domain/names.ts';
import { acceptedPolicy } from '../support/accepted-policy.ts';
import {
  APPROVER,
  ASKER,
  decisionFacts,
  EARLIER_PLAN_DIGEST,
  lawChange,
  NOW,
  PLAN_DIGEST,
  PLANNER,
  planApproval,
  REQUEST_DIGEST,
  REQUESTER,
  SIGNATORY,
  signature,
} from './agreement-samples.ts';

type Sign = Extract<Decision, { verb: 'sign' }>;
type ApprovePlan = Extract<Decision, { verb: 'approve-plan' }>;

const sign = (person: string, more: Partial<Sign> = {}): Sign => ({
  ...{ verb: 'sign', person, party: 'MOF', digest: REQUEST_DIGEST, decision: 'approve' },
  ...more,
});
const approvePlan = (person: string, more: Partial<ApprovePlan> = {}): ApprovePlan => ({
  ...{ verb: 'approve-plan', person, planId: 'IC-0001-C1-P1', digest: PLAN_DIGEST, decision: 'approve' },
  ...more,
});

/** Asked for, signed by MOH. */
const asked = (more: Partial<DecisionFacts> = {}) =>
  decisionFacts({ change: null, plan: null, approvals: [signature('MOH')], ...more });
/** Signed by both, planned. */
const planned = (more: Partial<DecisionFacts> = {}) =>
  decisionFacts({
    change: lawChange({ phase: 'planned', applyUntil: null }),
    approvals: [signature('MOH'), signature('MOF')],
    ...more,
  });

it.each([
  ['MOH', 'party'],
  // It made the agreement, and has given its VPN away: it reads what it signed.
  ['MOF', 'party'],
  ['MOE', 'owner'],
  ['MOI', null],
  [null, null],
] as const)('%s is to an agreement of MOF and MOH, whose VPN MOF is of MOE by now: %s', (entity, relation) => {
  expect(relationOf(entity, { parties: ['MOF', 'MOH'], owners: ['MOE', 'MOH'] })).toBe(relation);
});

it('the owner of today signs nothing: the agreement was made by another', () => {
  expect(mayDecide(sign('moe-signatory', { party: 'MOE' }), asked({ owners: ['MOE', 'MOH'] }), NOW)).toMatchObject({
    code: 'APPROVAL_PARTY',
  });
});

describe('who may sign a request', () => {
  it('is a person of each party, until its end', () => {
    expect(mayDecide(sign('mof-signatory'), asked(), NOW)).toBeNull();
    expect(mayDecide(sign('mof-signatory', { decision: 'reject' }), asked(), NOW)).toBeNull();
  });

  it.each<[string, Sign, Partial<DecisionFacts>, string, RegExp]>([
    ['somebody of a third party', sign('x', { party: 'MOE' }), {}, 'APPROVAL_PARTY', /MOE is no party of IC-0001/],
    ['another digest', sign('x', { digest: PLAN_DIGEST }), {}, 'APPROVAL_DIGEST', /has the digest sha256:a/],
    ['a second signature of a party', sign('x', { party: 'MOH' }), {}, 'APPROVAL_TWICE', /MOH has already signed/],
    [
      'a second word of the same person',
      sign(SIGNATORY.MOH, { party: 'MOH', decision: 'reject' }),
      {},
      'APPROVAL_TWICE',
      /moh-signatory has already decided on this request for MOH/,
    ],
    [
      'a request whose end has come, to the millisecond',
      sign('x'),
      { validUntil: NOW.toISOString() },
      'REQUEST_PERIOD',
      /ended at/,
    ],
  ])('%s is refused', (_what, decision, more, code, fact) => {
    expect(mayDecide(decision, asked(more), NOW)).toMatchObject({ code, fact: expect.stringMatching(fact) });
  });

  it('another person of a party that has signed may still reject: the party changed its mind', () => {
    expect(mayDecide(sign('moh-minister', { party: 'MOH', decision: 'reject' }), asked(), NOW)).toBeNull();
  });

  it.each(LIFECYCLES.filter((lifecycle) => lifecycle !== 'requested'))('nobody while it is %s', (lifecycle) => {
    expect(mayDecide(sign('x'), asked({ lifecycle }), NOW)).toMatchObject({ code: 'LIFECYCLE_STEP' });
  });

  it.each<[string, DecisionFacts['policy'], string]>([
    ['no policy is in force', { ...acceptedPolicy(['MOF']), published: [] }, 'POLICY_NOT_IN_FORCE'],
    ['the request names another policy', { ...acceptedPolicy(['MOF']), agreed: 'old' }, 'POLICY_NOT_IN_FORCE'],
    ['its party has not accepted it', acceptedPolicy(['MOH']), 'POLICY_NOT_ACCEPTED'],
  ])('nobody approves while %s; a rejection needs no policy', (_what, policy, code) => {
    expect(mayDecide(sign('x'), asked({ policy }), NOW)?.code).toBe(code);
    expect(mayDecide(sign('x', { decision: 'reject' }), asked({ policy }), NOW)).toBeNull();
  });

  it('a signature on an earlier version of the agreement counts for nothing', () => {
    const earlier = signature('MOF', { digest: PLAN_DIGEST });
    expect(mayDecide(sign(SIGNATORY.MOF), asked({ approvals: [signature('MOH'), earlier] }), NOW)).toBeNull();
  });
});

describe('nobody plays two parts that control each other', () => {
  const PEOPLE: Readonly<Record<Part, string>> = {
    requester: REQUESTER,
    signatory: SIGNATORY.MOH,
    planner: PLANNER,
    asker: ASKER,
    approver: APPROVER,
  };
  const approvedEarlier = planApproval({ digest: EARLIER_PLAN_DIGEST });

  it('whoever asked for the plan, or for one before it that nobody decided on, approves none', () => {
    const change = lawChange({ phase: 'planned', applyUntil: null, planAskers: ['engineer-1', 'engineer-2'] });
    for (const person of ['engineer-1', 'engineer-2'])
      expect(mayDecide(approvePlan(person), planned({ change }), NOW)).toMatchObject({ code: 'APPROVAL_SELF' });
    expect(mayDecide(approvePlan('engineer-3'), planned({ change }), NOW)).toBeNull();
  });

  it.each<[Part, string | null]>([
    ['requester', 'APPROVAL_SELF'],
    ['signatory', 'APPROVAL_TWICE'],
    ['planner', null],
    ['asker', null],
    ['approver', null],
  ])('%s signing the request: %s', (part, code) => {
    const facts = decisionFacts({ approvals: [signature('MOH'), approvedEarlier] });
    expect(mayDecide(sign(PEOPLE[part]), facts, NOW)?.code ?? null).toBe(code);
  });

  it.each<[Part, string | null]>([
    ['requester', 'APPROVAL_SELF'],
    ['signatory', 'APPROVAL_SELF'],
    ['planner', 'APPROVAL_SELF'],
    ['asker', 'APPROVAL_SELF'],
    // Of an earlier plan of the same agreement: the same part, played again.
    ['approver', null],
  ])('%s approving or rejecting the plan: %s', (part, code) => {
    const facts = planned({ approvals: [signature('MOH'), signature('MOF'), approvedEarlier] });
    for (const decision of ['approve', 'reject'] as const) {
      expect(mayDecide(approvePlan(PEOPLE[part], { decision }), facts, NOW)?.code ?? null).toBe(code);
    }
  });

  it('whoever asked to withdraw asked for the change that withdraws, though the program opened it', () => {
    const facts = planned({
      lifecycle: 'active',
      change: lawChange({ kind: 'withdraw', phase: 'planned', requestedBy: 'wasl', applyUntil: null }),
      withdrawnBy: 'officer-1',
    });
    expect(mayDecide(approvePlan('officer-1'), facts, NOW)).toMatchObject({
      code: 'APPROVAL_SELF',
      fact: 'officer-1 asked for this change of IC-0001',
    });
    expect(mayDecide(approvePlan('officer-2'), facts, NOW)).toBeNull();
  });

  it('one who signed for the other party does not sign for this one', () => {
    expect(mayDecide(sign(SIGNATORY.MOH), asked(), NOW)).toMatchObject({
      code: 'APPROVAL_TWICE',
      fact: 'moh-signatory has already decided on this request for MOH',
    });
  });

  it('one who signed and wants it no more is told what ends it', () => {
    const own = { ...sign(SIGNATORY.MOH), decision: 'reject' } as const;
    const signed = asked({ approvals: [signature('MOH')] });
    const refusal = mayDecide({ ...own, party: 'MOH' } as never, signed, NOW);
    expect(refusal).toMatchObject({
      code: 'APPROVAL_TWICE',
      remedy: expect.stringContaining('wasl interconnect withdraw IC-0001'),
    });
  });
});

describe('who may decide on a plan', () => {
  it.each(CHANGE_PHASES)('while its change is %s', (phase) => {
    const refusal = mayDecide(approvePlan('e'), planned({ change: lawChange({ phase }) }), NOW);
    expect(refusal?.code ?? null).toBe(phase === 'planned' ? null : 'LIFECYCLE_STEP');
  });

  it.each<[string, Partial<ApprovePlan>, Partial<DecisionFacts>, string]>([
    ['no plan', {}, { plan: null }, 'LIFECYCLE_STEP'],
    ['no change', {}, { change: null }, 'LIFECYCLE_STEP'],
    ['another plan', { planId: 'IC-0001-C1-P2' }, {}, 'APPROVAL_DIGEST'],
    ['another digest', { digest: EARLIER_PLAN_DIGEST }, {}, 'APPROVAL_DIGEST'],
    ['an agreement that is over: its date decides', {}, { validUntil: NOW.toISOString() }, 'LIFECYCLE_STEP'],
  ])('%s is refused', (_what, decision, facts, code) => {
    expect(mayDecide(approvePlan('e', decision), planned(facts), NOW)?.code).toBe(code);
  });

  it('of what opens needs that both parties live by the policy; a removal does not', () => {
    const policy = acceptedPolicy(['MOH']);
    const opens = planned({ policy });
    expect(mayDecide(approvePlan(APPROVER), opens, NOW)).toMatchObject({ code: 'POLICY_NOT_ACCEPTED' });
    expect(mayDecide(approvePlan(APPROVER, { decision: 'reject' }), opens, NOW)).toBeNull();
    const change = lawChange({ kind: 'withdraw', phase: 'planned', applyUntil: null });
    expect(mayDecide(approvePlan(APPROVER), planned({ policy, change, lifecycle: 'active' }), NOW)).toBeNull();
  });

  it('a second word of the same person is refused', () => {
    const facts = planned({ approvals: [planApproval({ decision: 'reject' })] });
    expect(mayDecide(approvePlan(APPROVER), facts, NOW)?.code).toBe('APPROVAL_TWICE');
  });
});

describe('a repeated call', () => {
  const stands = planned({ approvals: [signature('MOH'), planApproval()], change: lawChange({ phase: 'approved' }) });
  it.each<[string, Decision, boolean]>([
    ['the same signature', sign(SIGNATORY.MOH, { party: 'MOH' }), true],
    ['of another person', sign('moh-2', { party: 'MOH' }), false],
    ['for the other party', sign(SIGNATORY.MOH, { party: 'MOF' }), false],
    ['the other way', sign(SIGNATORY.MOH, { party: 'MOH', decision: 'reject' }), false],
    ['on another digest', sign(SIGNATORY.MOH, { party: 'MOH', digest: PLAN_DIGEST }), false],
    ['the same approval', approvePlan(APPROVER), true],
    ['the approval of another', approvePlan('e'), false],
    ['the other way', approvePlan(APPROVER, { decision: 'reject' }), false],
    ['an approval with the digest of the request', approvePlan(SIGNATORY.MOH, { digest: REQUEST_DIGEST }), false],
    ['a signature with the digest of the plan', sign(APPROVER, { digest: PLAN_DIGEST }), false],
    ['a withdrawal is judged each time', { verb: 'withdraw', person: APPROVER }, false],
  ])('%s', (_what, decision, isIt) => {
    expect(isRepeated(decision, stands)).toBe(isIt);
  });

  it('is none where a plan with the same contents was made since: it awaits an approval, of whomever', () => {
    const anew = planned({ approvals: [signature('MOH'), signature('MOF'), planApproval()] });
    expect(isRepeated(approvePlan(APPROVER), anew)).toBe(false);
    expect(mayDecide(approvePlan(APPROVER), anew, NOW)).toBeNull();
    expect(mayDecide(approvePlan(APPROVER, { decision: 'reject' }), anew, NOW)).toBeNull();
    // That of the plan before.
    expect(isRepeated(approvePlan(APPROVER, { planId: 'IC-0001-C1-P0' }), anew)).toBe(true);
  });

  it('takes no signature to what was approved without one, and says so', () => {
    const decision = sign('p');
    const { signature: _none, ...unsigned } = signature('MOF', { person: 'p' as PersonId });
    const bare = decisionFacts({ approvals: [unsigned] });
    expect(refuseDecision(decision, bare, NOW, true)).toMatchObject({
      ...{ code: 'SIGNATURE_MISSING', remedy: expect.stringMatching(/withdraw IC-0001 .*ask for it again/) },
    });
    expect(refuseDecision(decision, bare, NOW, false)).toBeNull();
    const signed = signature('MOF', { person: 'p' as PersonId, signature: REQUEST_DIGEST as Digest });
    expect(refuseDecision(decision, decisionFacts({ approvals: [signed] }), NOW, true)).toBeNull();
  });

  it('of a plan is in vain where a party has signed nothing, and of a removal is not', () => {
    const { signature: _none, ...unsigned } = signature('MOF');
    const bare = planned({ approvals: [signature('MOH'), unsigned] });
    expect(mayDecide(approvePlan(APPROVER), bare, NOW)).toMatchObject({
      ...{ code: 'SIGNATURE_MISSING', fact: 'MOF approved request IC-0001 without a signature' },
    });
    expect(mayDecide(approvePlan(APPROVER, { decision: 'reject' }), bare, NOW)).toBeNull();
    const removal = { ...bare, change: lawChange({ kind: 'withdraw', phase: 'planned' }) };
    expect(mayDecide(approvePlan(APPROVER), removal, NOW)).toBeNull();
    const { policy } = planned();
    const [first, ...others] = policy.acceptances.map(({ signature: _signature, ...each }) => each);
    const asked = { ...policy, acceptances: [...policy.acceptances.slice(1), ...(first ? [first] : [])] };
    expect(others).toHaveLength(1);
    expect(mayDecide(approvePlan(APPROVER), planned({ policy: asked }), NOW)).toMatchObject({
      ...{ code: 'SIGNATURE_MISSING', fact: 'MOF accepted the communication policy without a signature' },
    });
    const byHand = asked.acceptances.map((each) => ({ ...each, form: REQUEST_DIGEST as Digest }));
    expect(mayDecide(approvePlan(APPROVER), planned({ policy: { ...policy, acceptances: byHand } }), NOW)).toBeNull();
  });

  it('is known after the agreement has ended', () => {
    expect(isRepeated(approvePlan(APPROVER), { ...stands, lifecycle: 'withdrawn', plan: null, change: null })).toBe(
      true,
    );
  });
});

describe('withdraw, replan, recover', () => {
  const by = (verb: 'withdraw' | 'replan' | 'recover'): Decision => ({ verb, person: 'anybody' });

  it.each(LIFECYCLES)('a %s agreement', (lifecycle) => {
    const isOver = ['withdrawn', 'rejected', 'expired'].includes(lifecycle);
    const code = isOver ? 'LIFECYCLE_STEP' : null;
    expect(mayDecide(by('withdraw'), decisionFacts({ lifecycle }), NOW)?.code ?? null).toBe(code);
    expect(mayDecide(by('replan'), decisionFacts({ lifecycle }), NOW)?.code ?? null).toBe(code);
  });

  it.each(CHANGE_PHASES)('whatever a change is doing (%s), its agreement can be withdrawn', (phase) => {
    for (const lifecycle of ['requested', 'active', 'suspended'] as const) {
      expect(mayDecide(by('withdraw'), decisionFacts({ lifecycle, change: lawChange({ phase }) }), NOW)).toBeNull();
    }
  });

  it('is withdrawn once, and the first who asked is named', () => {
    expect(mayDecide(by('withdraw'), decisionFacts({ withdrawnBy: 'officer-1' }), NOW)).toMatchObject({
      code: 'LIFECYCLE_STEP',
      fact: expect.stringContaining('as officer-1 asked'),
    });
  });

  it.each(CHANGE_PHASES)('%s', (phase) => {
    const facts = decisionFacts({ change: lawChange({ phase }) });
    const mayReplan = ['planning', 'planned', 'approved', 'scheduled'].includes(phase);
    expect(mayDecide(by('replan'), facts, NOW) === null).toBe(mayReplan);
    expect(mayDecide(by('recover'), facts, NOW) === null).toBe(phase === 'attention');
  });

  it('nothing is planned or recovered where no change is open', () => {
    for (const verb of ['replan', 'recover'] as const) {
      expect(mayDecide(by(verb), decisionFacts({ change: null }), NOW)?.code).toBe('LIFECYCLE_STEP');
    }
  });
});

it('the party of a signature is no name of the network side', () => {
  // An entity that is called like the network side must not stand for it.
  const odd = decisionFacts({
    parties: ['MOF', 'network'],
    approvals: [signature('MOF'), signature('MOF', { party: 'network' as EntityId, person: 'p' as PersonId })],
    change: lawChange({ phase: 'planned' }),
  });
  expect(isRepeated(approvePlan('p'), odd)).toBe(false);
  expect(mayDecide(approvePlan('p'), odd, NOW)?.code).toBe('APPROVAL_SELF');
});

describe('what a plan asks to be accepted by name', () => {
  const asking = {
    id: 'IC-0001-C1-P1',
    digest: PLAN_DIGEST,
    plannedBy: 'engineer-1',
    toAccept: ['10.0.0.0/8@MOF', '10.1.0.0/16@MOF'],
  };
  const facts = () => planned({ plan: asking });
  const decide = (more: Partial<ApprovePlan>) => mayDecide(approvePlan('engineer-3', more), facts(), NOW);

  it.each([
    ['nothing', []],
    ['a part', ['10.0.0.0/8@MOF']],
    ['more than it asks for', [...asking.toAccept, '10.2.0.0/16@MOF']],
  ])('an approval that names %s is refused', (_, accepts) => {
    expect(decide({ accepts })).toMatchObject({ code: 'APPROVAL_ACCEPTS' });
  });

  it('one that names all of it may be given, and a rejection names nothing', () => {
    expect(decide({ accepts: asking.toAccept })).toBeNull();
    expect(decide({ decision: 'reject' })).toBeNull();
  });

  it('where the plan asks for nothing, nothing may be named', () => {
    expect(mayDecide(approvePlan('engineer-3', { accepts: ['10.0.0.0/8@MOF'] }), planned({}), NOW)).toMatchObject({
      code: 'APPROVAL_ACCEPTS',
    });
  });
});
