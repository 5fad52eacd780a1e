/** What people decide: one store transaction each, that may come twice, late or at the same moment as another. */
import { describe, expect, it } from 'vitest';
import type { ChangeId, InterconnectId, PersonId, PlanId } from '../../../src/domain/names.ts';
import { nextMove } from '../../../src/domain/next-move.ts';
import { verifyChain } from '../../../src/ledger/verify-chain.ts';
import {
  APPLIED,
  APPROVER,
  active,
  approve,
  asked,
  everything,
  now,
  person,
  plan,
  planned,
  sign,
  store,
  twice,
  withdraw,
} from '../../support/recorded-decisions.ts';
import { UNREAD } from '../../support/signing.ts';
import { ENGINEER, MOF, MOH, samplePlan } from '../../support/store-samples.ts';

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

  it('that end something are recorded with their signature, and without one as unsigned', async () => {
    const decide = async (more: object) => {
      const id = await active();
      await store.decide(id, { verb: 'withdraw', person: person('officer-1'), reason: 'over', ...more }, null);
      const entries = await store.listLedgerOf([id]);
      const { withdrawal } = await store.readInterconnect(id);
      const { altered } = await store.readDecisionFacts(id);
      return { body: entries.at(-1)?.body, signature: withdrawal?.signature, altered };
    };
    const { signature } = UNREAD;
    const said = { reason: 'over' };
    const altered: unknown[] = [];
    expect(await decide({})).toEqual({ body: { ...said, unsigned: true }, signature: null, altered });
    expect(await decide({ signed: UNREAD })).toEqual({ body: { ...said, signature }, signature, altered });
    const unproven = 'the authority is away';
    expect(await decide({ signed: { ...UNREAD, unproven } })).toMatchObject({
      body: { signature, unproven },
      signature,
    });
    const refusedSignature = 'it is about another one';
    expect(await decide({ signed: null, refusedSignature })).toMatchObject({
      ...{ body: { unsigned: true, refusedSignature }, signature: null },
    });
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
      const said = { verb: 'approve-plan', person: APPROVER, digest, reason: 'so it is' } as const;
      const decide = (of: PlanId, word: 'approve' | 'reject') =>
        store.decide(id, { ...said, planId: of, decision: word, signed: { ...UNREAD, text: `"${of}"` } }, null);
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
      // The document under the first is kept: it may have been pushed by it.
      const earlier = { subject: 'plan', party: 'network', person: APPROVER, digest, signed: `"${planId}"` };
      expect(await store.listEarlierDecisions(id)).toMatchObject([earlier]);
    },
  );

  it('on a plan: its window is counted from the signature under it, and ledger and register say the same', async () => {
    const { id, changeId, planId } = await planned();
    const { digest } = await store.readPlan(planId);
    const signedAt = new Date(store.now().getTime() - 2 * 3_600_000).toISOString();
    const approval = { verb: 'approve-plan', person: APPROVER, planId, digest, decision: 'approve' } as const;
    await store.decide(id, { ...approval, reason: null, signed: { ...UNREAD, signedAt } }, null);
    const applyUntil = new Date(Date.parse(signedAt) + 4 * 3_600_000).toISOString();
    expect(await store.readChange(changeId)).toMatchObject({ phase: 'approved', applyUntil });
    expect((await store.readDecisionFacts(id)).altered).toEqual([]);
  });

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

it('the ledger of all of it is one intact chain', async () => {
  const entries = await store.readLedger({ afterSequence: 0, limit: 10_000 });
  expect(entries.length).toBeGreaterThan(100);
  expect(verifyChain(entries)).toMatchObject({ intact: true });
});
