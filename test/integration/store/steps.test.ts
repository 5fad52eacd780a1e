/** What wasl settles: one store transaction each, that may come twice or late. */
import { describe, expect, it } from 'vitest';
import type { ChangeId } from '../../../src/domain/names.ts';
import { nextMove } from '../../../src/domain/next-move.ts';
import { verifyChain } from '../../../src/ledger/verify-chain.ts';
import {
  APPLIED,
  active,
  approve,
  asked,
  ended,
  everything,
  later,
  now,
  plan,
  planned,
  sign,
  signed,
  store,
  twice,
  withdraw,
} from '../../support/recorded-decisions.ts';
import { ENGINEER, MOF, MOH, samplePlan } from '../../support/store-samples.ts';

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

  it('a removal whose approval does not hold is approved anew when somebody asks for another plan', async () => {
    const id = await active();
    await withdraw(id);
    await store.openChange(id, 'withdraw', 'officer-1');
    const changeId = `${id}-C2` as ChangeId;
    const first = await plan(changeId, { kind: 'withdraw' });
    await approve(id, first);
    await store.beginApplying(changeId, 1, first);
    await store.settleTransaction(changeId, 1, ended('refused', 'SIGNATURE_REFUSED'));
    expect(await store.readChange(changeId)).toMatchObject({
      ...{ phase: 'planning', outcome: null },
      refusal: { code: 'SIGNATURE_REFUSED', remedy: expect.stringContaining(`wasl interconnect replan ${id}`) },
    });
    await store.decide(id, { verb: 'replan', person: ENGINEER, reason: null }, null);
    const second = await plan(changeId, { kind: 'withdraw' });
    expect(await store.readChange(changeId)).toMatchObject({ phase: 'planned', planId: second, refusal: null });
    await approve(id, second);
    expect(await store.readChange(changeId)).toMatchObject({ phase: 'approved' });
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
  it('is found by the hour that came, whatever its workflow was told, until it has looked', async () => {
    const id = await active();
    await store.readMoveFacts(id);
    const end = Date.parse((await store.readInterconnect(id)).request.validUntil);
    const overslept = async (at: number) => (await store.listOverslept(new Date(at))).includes(id);
    expect(await overslept(end)).toBe(false);
    expect(await overslept(end + 1)).toBe(true);
  });

  it('is found by the move that the record asks for, though its workflow has looked and was told something else', async () => {
    const id = await active();
    const idle = async (ms: number) => (await store.listIdle(new Date(now.getTime() + ms))).includes(id);
    await store.readMoveFacts(id);
    expect(await idle(1)).toBe(false);
    await withdraw(id);
    await store.readMoveFacts(id);
    expect([await idle(1), await idle(0)]).toEqual([true, false]);
    await store.openChange(id, 'withdraw', 'officer-1');
    expect(await idle(1)).toBe(true);
    const removal = await plan(`${id}-C2` as ChangeId, { kind: 'withdraw' });
    // Whoever waits for a person is not idle.
    expect(await idle(1)).toBe(false);
    await approve(id, removal);
    expect(await idle(1)).toBe(true);
    await store.beginApplying(`${id}-C2` as ChangeId, 1, removal);
    expect(await idle(1)).toBe(true);
    await store.settleTransaction(`${id}-C2` as ChangeId, 1, APPLIED);
    expect(await idle(1)).toBe(false);
  });

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
