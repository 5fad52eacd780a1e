/** What people decide and what wasl settles: one store transaction each, that may come twice, late or at the same moment as another. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeId, EntityId, InterconnectId, PeName, PersonId, PlanId } from '../../../src/domain/names.ts';
import { nextMove } from '../../../src/domain/next-move.ts';
import { verifyChain } from '../../../src/ledger/verify-chain.ts';
import type { SettledTransaction, Store } from '../../../src/store/store.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import {
  ENGINEER,
  MOF,
  MOH,
  sampleInventory,
  samplePlan,
  sampleRequest,
  sampleSubmission,
} from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
let now = new Date('2026-11-28T08:00:00Z');
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open(() => now);
  await bringIntoForce(store, sampleInventory({ to: 9400 }));
});
afterAll(() => database.drop());

const person = (name: string) => name as PersonId;
const APPROVER = person('engineer-2');
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};
let keys = 0;

async function asked(validUntil?: string): Promise<InterconnectId> {
  const request = validUntil === undefined ? sampleRequest() : { ...sampleRequest(), validUntil };
  return (await store.createInterconnect(sampleSubmission(`key-${++keys}-of-decisions`, request))).interconnect.id;
}

async function sign(id: InterconnectId, party: EntityId, decision: 'approve' | 'reject' = 'approve'): Promise<void> {
  const { requestDigest: digest } = await store.readInterconnect(id);
  const who = person(`${party.toLowerCase()}-signatory`);
  const reason = decision === 'reject' ? 'not agreed' : null;
  await store.decide(id, { verb: 'sign', person: who, party, digest, decision, reason }, null);
}

async function signed(): Promise<InterconnectId> {
  const id = await asked();
  for (const party of [MOH, MOF]) await sign(id, party);
  return id;
}

/** As the workflow does: opens the change, plans it. */
async function planned(id?: InterconnectId): Promise<{ id: InterconnectId; changeId: ChangeId; planId: PlanId }> {
  const of = id ?? (await signed());
  await store.openChange(of, 'provision', 'wasl');
  const changeId = (await store.listChanges(of)).at(-1)?.id as ChangeId;
  await store.allocateRouteTargets(of, []);
  return { id: of, changeId, planId: await plan(changeId) };
}

async function plan(changeId: ChangeId, more: Partial<ReturnType<typeof samplePlan>> = {}): Promise<PlanId> {
  const planId = await store.nextPlanId(changeId);
  const digest = `sha256:${String(++keys).padStart(64, '0')}`;
  await store.savePlan({ ...samplePlan(planId, digest), ...more }, []);
  return planId;
}

async function approve(id: InterconnectId, planId: PlanId, by = APPROVER): Promise<void> {
  const { digest } = await store.readPlan(planId);
  await store.decide(id, { verb: 'approve-plan', person: by, planId, digest, decision: 'approve', reason: null }, null);
}

const APPLIED: SettledTransaction = { outcome: 'applied', reason: 'all hold it', code: null, left: [] };
const ended = (outcome: SettledTransaction['outcome'], code: string | null): SettledTransaction => ({
  ...{ outcome, code, reason: `it was ${outcome}` },
  left: [],
});

async function active(): Promise<InterconnectId> {
  const { id, changeId, planId } = await planned();
  await approve(id, planId);
  await store.beginApplying(changeId, 1, planId);
  await store.settleTransaction(changeId, 1, APPLIED);
  return id;
}

const withdraw = (id: InterconnectId, by = 'officer-1', key: string | null = null) =>
  store.decide(id, { verb: 'withdraw', person: person(by), reason: 'the project has ended' }, key);

/** Everything of an interconnect that a step may have written. */
async function everything(id: InterconnectId) {
  const ledger = await store.readLedger({ afterSequence: 0, limit: 10_000 });
  return {
    record: await store.readInterconnect(id),
    changes: await store.listChanges(id),
    approvals: await store.listApprovals(id),
    facts: ledger.filter(({ subject }) => subject.startsWith(id)).map(({ action, subject }) => `${action} ${subject}`),
    progress: (await store.readProgress({ afterSequence: 0, interconnectId: id })).map(({ message }) => message),
  };
}

/** A step taken twice is a step taken once. */
async function twice(id: InterconnectId, step: () => Promise<unknown>): Promise<void> {
  await step();
  const once = await everything(id);
  later(1);
  await step();
  expect(await everything(id)).toEqual(once);
}

describe('rows that whoever owns the tables wrote beside wasl', () => {
  const sql = async (text: string, values: unknown[]) => {
    const client = new pg.Client({ connectionString: database.databaseUrl });
    await client.connect();
    try {
      await client.query(text, values);
    } finally {
      await client.end();
    }
  };
  const altered = async (id: InterconnectId) => (await store.readDecisionFacts(id)).altered.map(({ fact }) => fact);
  const FORGED = `insert into approvals (interconnect_id, subject, digest, party, person, decision, decided_at)
    select interconnect_id, 'request', digest, 'MOF', 'ghost', 'approve', now() from agreements where interconnect_id = $1`;

  it('are none while wasl alone writes: through signatures, a plan made anew, its approval, a withdrawal and its refusal', async () => {
    const { id, changeId, planId } = await planned();
    await approve(id, planId);
    await store.decide(id, { verb: 'replan', person: ENGINEER, reason: null }, null);
    await approve(id, await plan(changeId), person('engineer-3'));
    expect(await altered(id)).toEqual([]);
    await store.beginApplying(changeId, 1, (await store.readChange(changeId)).planId);
    await store.settleTransaction(changeId, 1, APPLIED);
    await withdraw(id);
    await store.openChange(id, 'withdraw', 'officer-1');
    const taking = (await store.listChanges(id)).at(-1)?.id as ChangeId;
    const removal = await plan(taking, { kind: 'withdraw' });
    expect(await altered(id)).toEqual([]);
    const { digest } = await store.readPlan(removal);
    const no = { verb: 'approve-plan', person: APPROVER, planId: removal, digest, decision: 'reject' } as const;
    await store.decide(id, { ...no, reason: 'not yet' }, null);
    expect(await altered(id)).toEqual([]);
  });

  it('are told, and nobody adds a decision that opens: a forged signature', async () => {
    const id = await asked();
    await sql(FORGED, [id]);
    expect(await altered(id)).toEqual(['the approval of the request by ghost for MOF has no entry in the ledger']);
    await expect(sign(id, MOH)).rejects.toMatchObject({ code: 'RECORD_ALTERED' });
    await sign(id, MOH, 'reject');
    expect(await store.readInterconnect(id)).toMatchObject({ lifecycle: 'rejected' });
  });

  it.each([
    [
      'another approver',
      `update approvals set person = 'ghost' where interconnect_id = $1 and subject = 'request' and party = 'MOF'`,
    ],
    [
      'a later end date under its own digest',
      `update agreements set digest = 'sha256:0', request = jsonb_set(request::jsonb, '{validUntil}', '"2046-01-01T00:00:00Z"')::json
       where interconnect_id = $1`,
    ],
    ['a hidden asker', `update changes set plan_askers = '{}', requested_by = 'ghost' where interconnect_id = $1`],
  ])('are told, and nobody approves the plan: %s', async (_what, text) => {
    const { id, planId } = await planned();
    await sql(text, [id]);
    expect(await altered(id)).not.toEqual([]);
    await expect(approve(id, planId)).rejects.toMatchObject({ code: 'RECORD_ALTERED' });
  });

  it('hold no removal up', async () => {
    const id = await active();
    await sql(FORGED, [id]);
    await withdraw(id);
    await store.openChange(id, 'withdraw', 'officer-1');
    const taking = (await store.listChanges(id)).at(-1)?.id as ChangeId;
    await approve(id, await plan(taking, { kind: 'withdraw' }));
    expect(await altered(id)).not.toEqual([]);
    expect(await store.readChange(taking)).toMatchObject({ phase: 'approved' });
  });
});

describe('a request of which a try may have left something on a router', () => {
  const PE = 'mct-pe-01' as PeName;
  /** A journal that ends in this state, of an attempt that the record has settled. */
  async function tried(state: 'idle' | 'prepared' | 'commit-sent' | 'unknown' | 'rolled-back') {
    const { id, changeId, planId } = await planned();
    await approve(id, planId);
    await store.beginApplying(changeId, 1, planId);
    const { epoch } = await store.claimJournal(changeId, { begins: true });
    const entry = { changeId, pe: PE, procedure: 'confirmed-commit-persist', persistId: null, detail: null } as const;
    const states =
      state === 'rolled-back' ? (['preparing', 'commit-sent', state] as const) : (['preparing', state] as const);
    for (const each of states) await store.appendJournal([{ ...entry, state: each }], epoch);
    await store.settleTransaction(changeId, 1, ended('refused', 'SESSION_LOST'));
    return { id, changeId, planId };
  }
  const move = async (id: InterconnectId) => nextMove(await store.readStandingFacts(id), now);
  const held = async (id: InterconnectId) => (await store.readInterconnect(id)).flows !== null;

  it.each(['commit-sent', 'unknown'] as const)('%s: given up, it is taken off before it is over', async (state) => {
    const { id, changeId } = await tried(state);
    await withdraw(id);
    expect([(await store.readInterconnect(id)).lifecycle, await held(id)]).toEqual(['requested', true]);
    await store.settleAgreement(id, 'rejected', 'officer-1', 'it is time');
    expect([(await store.readInterconnect(id)).lifecycle, await held(id)]).toEqual(['requested', true]);
    expect(await move(id)).toMatchObject({ move: 'abandon', changeId });
    await store.abandonChange(changeId, 'abandoned', 'the agreement is being withdrawn');
    expect(await move(id)).toEqual({ move: 'open', kind: 'withdraw', by: 'officer-1' });
    await store.openChange(id, 'withdraw', 'officer-1');
    const taking = (await store.listChanges(id)).at(-1)?.id as ChangeId;
    // Every PE that was sent something was read, and nothing of it was there.
    expect(await store.beginApplying(taking, 1, null)).toBe(true);
    await store.settleTransaction(taking, 1, APPLIED);
    expect([(await store.readInterconnect(id)).lifecycle, await held(id)]).toEqual(['withdrawn', false]);
  });

  it('does not expire either, nor by a rejection of its plan', async () => {
    const { id } = await tried('unknown');
    now = new Date('2046-01-01T00:00:00Z');
    expect(await move(id)).toMatchObject({ move: 'abandon' });
    await store.settleAgreement(id, 'expired', 'wasl', 'its date came');
    expect([(await store.readInterconnect(id)).lifecycle, await held(id)]).toEqual(['requested', true]);
    now = new Date('2026-11-28T09:00:00Z');
    const rejected = await tried('unknown');
    await store.decide(rejected.id, { verb: 'replan', person: ENGINEER, reason: null }, null);
    const planId = await plan(rejected.changeId);
    const { digest } = await store.readPlan(planId);
    const no = { verb: 'approve-plan', person: APPROVER, planId, digest, decision: 'reject' } as const;
    await store.decide(rejected.id, { ...no, reason: 'no more of it' }, null);
    const { lifecycle, withdrawal } = await store.readInterconnect(rejected.id);
    expect([lifecycle, withdrawal?.by, await held(rejected.id)]).toEqual(['requested', APPROVER, true]);
    expect(await move(rejected.id)).toEqual({ move: 'open', kind: 'withdraw', by: APPROVER });
    expect((await store.readDecisionFacts(rejected.id)).altered).toEqual([]);
  });

  it.each(['idle', 'prepared', 'rolled-back'] as const)(
    '%s: nothing is there, and it is over at once',
    async (state) => {
      const { id } = await tried(state);
      await withdraw(id);
      expect([(await store.readInterconnect(id)).lifecycle, await held(id)]).toEqual(['rejected', false]);
    },
  );
});

describe('decisions', () => {
  it('that are repeated change nothing, and say so by succeeding', async () => {
    const id = await asked();
    await twice(id, () => sign(id, MOH));
    await sign(id, MOF);
    const { planId } = await planned(id);
    await twice(id, () => approve(id, planId));
  });

  it('under one key are one decision; the key of another is refused, and takes nothing with it', async () => {
    const [id, other] = [await active(), await active()];
    await withdraw(id, 'officer-1', 'key-of-the-withdrawal');
    const once = await everything(id);
    await withdraw(id, 'officer-1', 'key-of-the-withdrawal');
    expect(await everything(id)).toEqual(once);
    await expect(withdraw(other, 'officer-1', 'key-of-the-withdrawal')).rejects.toMatchObject({
      code: 'REQUEST_CONFLICT',
    });
    expect((await store.readInterconnect(other)).withdrawal).toBeNull();
    // Keys are a person's own.
    await withdraw(other, 'officer-2', 'key-of-the-withdrawal');
    expect((await store.readInterconnect(other)).withdrawal?.by).toBe('officer-2');
  });

  it('that are refused use up no key', async () => {
    const id = await asked();
    const replan = { verb: 'replan', person: ENGINEER, reason: null } as const;
    for (let tries = 0; tries < 2; tries++) {
      await expect(store.decide(id, replan, 'key-of-a-replan')).rejects.toMatchObject({ code: 'LIFECYCLE_STEP' });
    }
    for (const party of [MOH, MOF]) await sign(id, party);
    const { changeId } = await planned(id);
    await store.decide(id, replan, 'key-of-a-replan');
    expect((await store.readChange(changeId)).phase).toBe('planning');
  });

  it('on a plan that asks for something to be accepted by name: in approval and ledger', async () => {
    const { id, changeId } = await planned();
    const toAccept = [{ name: '10.150.0.0/16@MOF', pes: ['pe3' as never], sentence: 'it loses addresses' }];
    const planId = await plan(changeId, { toAccept });
    await expect(approve(id, planId)).rejects.toMatchObject({ code: 'APPROVAL_ACCEPTS' });
    const { digest } = await store.readPlan(planId);
    const accepts = ['10.150.0.0/16@MOF'];
    const approval = { verb: 'approve-plan', person: APPROVER, planId, digest, decision: 'approve' } as const;
    await store.decide(id, { ...approval, reason: null, accepts }, null);
    expect((await store.readDecisionFacts(id)).approvals.at(-1)).toMatchObject({ subject: 'plan', accepts });
    const entries = await store.readLedger({ afterSequence: 0, limit: 10_000 });
    const recorded = entries.filter(({ subject, action }) => subject === id && action === 'approval.recorded');
    expect(recorded.at(-1)?.body).toMatchObject({ planId, accepts });
  });

  it.each(['approve', 'reject'] as const)(
    'on a plan that was made anew, the same to the letter: %s',
    async (decision) => {
      const { id, changeId, planId } = await planned();
      const { digest } = await store.readPlan(planId);
      const decide = (of: PlanId, word: 'approve' | 'reject') =>
        store.decide(
          id,
          { verb: 'approve-plan', person: APPROVER, planId: of, digest, decision: word, reason: 'so it is' },
          null,
        );
      await decide(planId, 'approve');
      await store.decide(id, { verb: 'replan', person: ENGINEER, reason: null }, null);
      const anew = await store.nextPlanId(changeId);
      await store.savePlan(samplePlan(anew, digest as `sha256:${string}`), []);
      expect((await store.readChange(changeId)).phase).toBe('planned');
      await decide(anew, decision);
      expect((await store.readChange(changeId)).phase).toBe(decision === 'approve' ? 'approved' : 'ended');
      await decide(anew, decision);
      const { approvals } = await store.readDecisionFacts(id);
      expect(approvals.filter(({ subject }) => subject === 'plan')).toMatchObject([{ person: APPROVER, decision }]);
    },
  );

  it('of two people at the same moment: one withdraws', async () => {
    const id = await active();
    const tries = await Promise.allSettled(Array.from({ length: 6 }, (_, index) => withdraw(id, `officer-${index}`)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const asked = (await everything(id)).facts.filter((fact) => fact.startsWith('withdrawal.requested'));
    expect(asked).toHaveLength(1);
  });

  it('one approval of a plan, whoever else decides at the same moment: approved or rejected, never both', async () => {
    const { id, planId } = await planned();
    const { digest } = await store.readPlan(planId);
    const decide = (by: string, decision: 'approve' | 'reject') =>
      store.decide(
        id,
        { verb: 'approve-plan', person: person(by), planId, digest, decision, reason: 'so it is' },
        null,
      );
    const tries = await Promise.allSettled([decide('e3', 'approve'), decide('e4', 'reject'), decide('e5', 'approve')]);
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { lifecycle } = await store.readInterconnect(id);
    const [change] = await store.listChanges(id);
    expect(['requested approved', 'rejected ended']).toContain(`${lifecycle} ${change?.phase}`);
  });

  it('a rejection ends a request at once, with its change and its route targets, and nothing late brings it back', async () => {
    const { id, changeId, planId } = await planned();
    const before = await store.countRouteTargets();
    await store.decide(
      id,
      {
        verb: 'sign',
        person: person('moh-minister'),
        party: MOH,
        digest: (await store.readInterconnect(id)).requestDigest,
        decision: 'reject',
        reason: 'changed our mind',
      },
      null,
    );
    expect((await store.countRouteTargets()).inUse).toBe(before.inUse - 2);
    expect(await store.readInterconnect(id)).toMatchObject({
      lifecycle: 'rejected',
      flows: null,
      reason: 'changed our mind',
    });
    const end = await everything(id);
    // What a workflow that is gone had under way arrives now.
    await store.openChange(id, 'provision', 'wasl');
    await store.beginApplying(changeId, 1, planId);
    await store.settleTransaction(changeId, 1, APPLIED);
    await store.noteTrouble(changeId, {
      code: 'PROOF_FAILED',
      path: null,
      fact: 'f',
      remedy: 'r',
      at: now.toISOString(),
    });
    await store.settleAgreement(id, 'expired', 'wasl', 'too late');
    expect(await everything(id)).toEqual(end);
    await expect(store.allocateRouteTargets(id, [])).rejects.toMatchObject({ code: 'LIFECYCLE_STEP' });
    await expect(plan(changeId)).rejects.toMatchObject({ code: 'LIFECYCLE_STEP' });
    expect(await everything(id)).toEqual(end);
    await expect(approve(id, planId)).rejects.toMatchObject({ code: 'LIFECYCLE_STEP' });
  });

  it('a removal that the network side rejects leaves the agreement where it was, and it may be asked for again', async () => {
    const id = await active();
    await withdraw(id);
    await store.openChange(id, 'withdraw', 'officer-1');
    const changeId = (await store.listChanges(id)).at(-1)?.id as ChangeId;
    const planId = await plan(changeId, { kind: 'withdraw' });
    const { digest } = await store.readPlan(planId);
    const reject = {
      verb: 'approve-plan',
      person: APPROVER,
      planId,
      digest,
      decision: 'reject',
      reason: 'not tonight',
    } as const;
    await store.decide(id, reject, null);
    expect(await store.readInterconnect(id)).toMatchObject({
      lifecycle: 'active',
      withdrawal: null,
      reason: 'not tonight',
    });
    expect(nextMove(await store.readMoveFacts(id), now).move).toBe('wait');
    await withdraw(id, 'officer-2');
    expect(nextMove(await store.readMoveFacts(id), now)).toMatchObject({
      move: 'open',
      kind: 'withdraw',
      by: 'officer-2',
    });
  });

  it('a plan saved while its change is on routers does not take its place', async () => {
    const { id, changeId, planId } = await planned();
    await approve(id, planId);
    await store.beginApplying(changeId, 1, planId);
    const before = await everything(id);
    await expect(plan(changeId)).rejects.toMatchObject({ code: 'LIFECYCLE_STEP' });
    expect(await everything(id)).toEqual(before);
  });
});

describe('steps of wasl', () => {
  it('may each be taken twice', async () => {
    const id = await signed();
    await twice(id, () => store.openChange(id, 'provision', 'wasl'));
    const changeId = `${id}-C1` as ChangeId;
    await twice(id, () => store.allocateRouteTargets(id, []));
    const planId = await store.nextPlanId(changeId);
    await twice(id, () => store.savePlan(samplePlan(planId), []));
    await approve(id, planId);
    await twice(id, () => store.beginApplying(changeId, 1, planId));
    await twice(id, () => store.settleTransaction(changeId, 1, ended('rolled-back', 'SESSION_LOST')));
    await twice(id, () => store.beginApplying(changeId, 2, planId));
    await twice(id, () => store.settleTransaction(changeId, 2, ended('attention', 'CHANGE_ATTENTION')));
    await twice(id, () => store.settleTransaction(changeId, 2, APPLIED));
    expect((await store.readInterconnect(id)).lifecycle).toBe('active');
    await twice(id, () => store.openChange(id, 'withdraw', 'wasl'));
    await twice(id, () => store.abandonChange(`${id}-C2` as ChangeId, 'abandoned', 'for the test'));
    const unsigned = await asked();
    await twice(unsigned, () => store.settleAgreement(unsigned, 'expired', 'wasl', 'its end date came'));
    expect((await store.readInterconnect(unsigned)).lifecycle).toBe('expired');
  });

  it('of an earlier try say nothing about a later one', async () => {
    const { id, changeId, planId } = await planned();
    await approve(id, planId);
    await store.beginApplying(changeId, 1, planId);
    await store.settleTransaction(changeId, 1, ended('rolled-back', 'SESSION_LOST'));
    await store.beginApplying(changeId, 2, planId);
    const before = await everything(id);
    await store.settleTransaction(changeId, 1, APPLIED);
    await store.beginApplying(changeId, 1, planId);
    await store.abandonChange(changeId, 'abandoned', 'too late');
    await store.settleAgreement(id, 'rejected', 'wasl', 'too late');
    expect(await everything(id)).toEqual(before);
  });

  it.each([
    ['rolled-back', 'SESSION_LOST'],
    ['refused', 'ROUTER_LOCKED'],
    ['refused', 'ROUTER_CANDIDATE_DIRTY'],
    ['refused', 'DATABASE_UNAVAILABLE'],
    ['refused', 'CONFIGURATION'],
    ['rolled-back', 'COMMIT_OUTCOME_UNKNOWN'],
    ['rolled-back', null],
    ['refused', 'a code that nobody knows'],
  ] as const)(
    'infrastructure is no verdict: %s by %s is tried again under the same approval',
    async (outcome, code) => {
      const { id, changeId, planId } = await planned();
      await approve(id, planId);
      const { applyUntil } = await store.readChange(changeId);
      await store.beginApplying(changeId, 1, planId);
      await store.settleTransaction(changeId, 1, ended(outcome, code));
      const change = await store.readChange(changeId);
      expect(change).toMatchObject({ phase: 'approved', outcome: null, planId, applyUntil, refusal: null });
      expect(change.waiting).toMatchObject({ reason: `it was ${outcome}`, tries: 1 });
      expect(nextMove(await store.readMoveFacts(id), now)).toEqual({ move: 'wait', until: change.waiting?.nextAt });
      later(5);
      expect(nextMove(await store.readMoveFacts(id), now)).toMatchObject({ move: 'apply', planId });
      later(4 * 3_600);
      expect(nextMove(await store.readMoveFacts(id), now)).toMatchObject({ move: 'lapse', changeId });
    },
  );

  it.each([
    ['refused', 'PLAN_STALE'],
    ['rolled-back', 'VERIFY_FAILED'],
    ['refused', 'APPROVAL_PARTY'],
  ] as const)('a rule or a measured fact ends the change and not the agreement: %s by %s', async (outcome, code) => {
    const { id, changeId, planId } = await planned();
    await approve(id, planId);
    await store.beginApplying(changeId, 1, planId);
    await store.settleTransaction(changeId, 1, ended(outcome, code));
    expect(await store.readChange(changeId)).toMatchObject({ phase: 'ended', outcome, refusal: { code } });
    expect((await store.readInterconnect(id)).lifecycle).toBe('requested');
    expect(nextMove(await store.readMoveFacts(id), now)).toMatchObject({ move: 'open', kind: 'provision' });
  });

  it('a verdict that was measured outlives the attention of a person', async () => {
    const { id, changeId, planId } = await planned();
    await approve(id, planId);
    await store.beginApplying(changeId, 1, planId);
    await store.settleTransaction(changeId, 1, ended('attention', 'VERIFY_FAILED'));
    await store.decide(id, { verb: 'recover', person: ENGINEER, reason: null }, null);
    await store.settleTransaction(changeId, 1, ended('rolled-back', 'SESSION_LOST'));
    expect(await store.readChange(changeId)).toMatchObject({
      phase: 'ended',
      outcome: 'rolled-back',
      refusal: { code: 'VERIFY_FAILED' },
    });
  });

  it('with nothing to push may be lost half way, and are taken again', async () => {
    const id = await active();
    await store.openChange(id, 'withdraw', 'wasl');
    const changeId = `${id}-C2` as ChangeId;
    expect(await store.beginApplying(changeId, 1, null)).toBe(true);
    expect(nextMove(await store.readMoveFacts(id), now)).toMatchObject({ move: 'plan', changeId });
    expect(await store.beginApplying(changeId, 2, null)).toBe(true);
    await store.settleTransaction(changeId, 2, APPLIED);
    expect((await store.readInterconnect(id)).lifecycle).toBe('withdrawn');
  });

  it('a removal is planned again until nothing is left, under the approval of its first plan', async () => {
    const id = await active();
    await withdraw(id);
    await store.openChange(id, 'withdraw', 'officer-1');
    const changeId = `${id}-C2` as ChangeId;
    const first = await plan(changeId, { kind: 'withdraw' });
    await approve(id, first);
    await store.beginApplying(changeId, 1, first);
    const left = [{ pe: 'pe9' as never, reason: 'it does not answer' }];
    await store.settleTransaction(changeId, 1, { ...APPLIED, left });
    expect(await store.readChange(changeId)).toMatchObject({ phase: 'planning', outcome: null, left });
    expect((await store.readInterconnect(id)).lifecycle).toBe('active');
    later(5);
    expect(nextMove(await store.readMoveFacts(id), now).move).toBe('plan');
    const second = await plan(changeId, { kind: 'withdraw' });
    expect(await store.readChange(changeId)).toMatchObject({ phase: 'approved', planId: second });
    await store.beginApplying(changeId, 2, second);
    await store.settleTransaction(changeId, 2, APPLIED);
    expect(await store.readInterconnect(id)).toMatchObject({ lifecycle: 'withdrawn', flows: null });
    expect(nextMove(await store.readMoveFacts(id), now)).toEqual({ move: 'finish' });
  });

  it('trouble in planning is said once for each reason, and what takes away is tried again whatever the reason', async () => {
    const { id, changeId } = await planned();
    await store.decide(id, { verb: 'replan', person: ENGINEER, reason: null }, null);
    const refusal = {
      code: 'PROOF_FAILED',
      path: 'pe1',
      fact: 'a canary would hear',
      remedy: 'r',
      at: now.toISOString(),
    } as const;
    const told = { ...refusal, fact: 'what somebody at the port says' };
    const refuse = (change: ChangeId) => {
      const { code, path, fact: reason, remedy } = refusal;
      return store.saveFinding(
        change,
        { by: 'planning', outcome: 'refused', code, path, reason, remedy, left: [] },
        null,
      );
    };
    for (const _twice of [1, 2]) {
      await refuse(changeId);
      await store.noteTrouble(changeId, told);
    }
    expect((await store.readChange(changeId)).refusal?.fact).toBe('a canary would hear');
    const { facts } = await everything(id);
    expect(facts.filter((fact) => fact.startsWith('plan.refused'))).toHaveLength(1);
    expect((await store.readChange(changeId)).waiting).toMatchObject({ tries: 2, nextAt: null });
    expect(nextMove(await store.readMoveFacts(id), now).move).toBe('wait');
    const closing = await active();
    await store.openChange(closing, 'withdraw', 'wasl');
    await refuse(`${closing}-C2` as ChangeId);
    await store.noteTrouble(`${closing}-C2` as ChangeId, told);
    expect((await store.readChange(`${closing}-C2` as ChangeId)).waiting?.nextAt).not.toBeNull();
  });

  it('a verdict that no worker recorded is none: whoever tells it, it is planned again', async () => {
    const { id, changeId } = await planned();
    await store.decide(id, { verb: 'replan', person: ENGINEER, reason: null }, null);
    const forged = {
      code: 'PROOF_FAILED',
      path: null,
      fact: 'says the port',
      remedy: 'r',
      at: now.toISOString(),
    } as const;
    await store.noteTrouble(changeId, forged);
    const change = await store.readChange(changeId);
    expect([change.refusal, change.waiting?.nextAt]).toEqual([null, expect.any(String)]);
    expect((await everything(id)).facts.filter((fact) => fact.startsWith('plan.refused'))).toEqual([]);
    expect(nextMove(await store.readMoveFacts(id), new Date(now.getTime() + 60_000)).move).toBe('plan');
  });
});

describe('whom nobody drives', () => {
  it('is found by its revision: a new request, and each decision, until a workflow has looked', async () => {
    const id = await asked();
    const undriven = async () => (await store.listUndriven(new Date(now.getTime() + 1))).includes(id);
    expect(await undriven()).toBe(true);
    expect((await store.listUndriven(new Date(now.getTime() - 3_000))).includes(id)).toBe(false);
    await store.readMoveFacts(id);
    expect(await undriven()).toBe(false);
    for (const party of [MOH, MOF]) {
      await sign(id, party);
      expect(await undriven()).toBe(true);
      await store.readStandingFacts(id);
      expect(await undriven()).toBe(true);
      await store.readMoveFacts(id);
      expect(await undriven()).toBe(false);
    }
    await sign(id, MOF);
    expect(await undriven()).toBe(false);
  });
});

describe('who asked for a plan approves none until one is decided on', () => {
  const refusal = { code: 'DATABASE_UNAVAILABLE', path: null, fact: 'it was away', remedy: 'wait' } as const;
  const trouble = (changeId: ChangeId) => store.noteTrouble(changeId, { ...refusal, at: now.toISOString() });
  const askAgain = (id: InterconnectId, by: PersonId) =>
    store.decide(id, { verb: 'replan', person: by, reason: null }, null);
  const [FIRST, SECOND] = [person('engineer-7'), person('engineer-8')];

  it('through trouble, after which wasl plans by itself', async () => {
    const { id, changeId } = await planned();
    await askAgain(id, FIRST);
    await trouble(changeId);
    const planId = await plan(changeId, { createdBy: person('wasl') });
    await expect(approve(id, planId, FIRST)).rejects.toMatchObject({ code: 'APPROVAL_SELF' });
    await approve(id, planId);
    expect((await store.readChange(changeId)).phase).toBe('approved');
  });

  it('through what somebody else asks for, and through a plan that was never decided on', async () => {
    const { id, changeId } = await planned();
    await askAgain(id, FIRST);
    await plan(changeId, { createdBy: FIRST });
    await askAgain(id, SECOND);
    const planId = await plan(changeId, { createdBy: SECOND });
    for (const by of [FIRST, SECOND])
      await expect(approve(id, planId, by)).rejects.toMatchObject({ code: 'APPROVAL_SELF' });
    await approve(id, planId);
    // Decided on: whoever asks from here on has a hand in the next plan, and they alone.
    await askAgain(id, SECOND);
    const next = await plan(changeId, { createdBy: SECOND });
    await expect(approve(id, next, SECOND)).rejects.toMatchObject({ code: 'APPROVAL_SELF' });
    await approve(id, next, FIRST);
  });
});

it('events tell each step once: word, whom it awaits, and that it is settled', async () => {
  const { id, changeId, planId } = await planned();
  await approve(id, planId);
  await store.beginApplying(changeId, 1, planId);
  await store.settleTransaction(changeId, 1, APPLIED);
  const events = await store.readProgress({ afterSequence: 0, interconnectId: id });
  expect(events.map(({ stage, message }) => `${stage}: ${message}`)).toEqual([
    'awaiting: signature of MOF',
    'settled: requested',
    expect.stringMatching(/^lifecycle: planned: /),
    'awaiting: approval of the plan by the network side',
    'settled: planned',
    expect.stringMatching(/^lifecycle: approved/),
    expect.stringMatching(/^lifecycle: provisioning/),
    'lifecycle: active: all hold it',
    'settled: active',
  ]);
});

it('the ledger of all of it is one intact chain', async () => {
  const entries = await store.readLedger({ afterSequence: 0, limit: 10_000 });
  expect(entries.length).toBeGreaterThan(100);
  expect(verifyChain(entries)).toMatchObject({ intact: true });
});
