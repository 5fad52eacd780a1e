/** What the record says of rows that came beside wasl, and of requests that a router may still hold something of. */
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { ChangeId, InterconnectId, PeName, PlanId } from '../../../src/domain/names.ts';
import { nextMove } from '../../../src/domain/next-move.ts';
import {
  APPLIED,
  APPROVER,
  active,
  approve,
  asked,
  database,
  ended,
  now,
  person,
  plan,
  planned,
  setNow,
  sign,
  store,
  withdraw,
} from '../../support/recorded-decisions.ts';
import { ENGINEER, MOH } from '../../support/store-samples.ts';

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

describe('an attempt at the routers', () => {
  const verified = (changeId: ChangeId, planId: PlanId, epoch: number) =>
    store.recordVerified(changeId, { planId, says: 'every probe answers' }, epoch);

  it('is verified by the ledger alone, and each attempt for itself', async () => {
    const { id, changeId, planId } = await planned();
    await approve(id, planId);
    await store.beginApplying(changeId, 1, planId);
    const { epoch } = await store.claimJournal(changeId, { begins: true });
    expect(await store.isVerified(changeId, planId)).toBe(false);
    await verified(changeId, planId, epoch);
    expect(await store.isVerified(changeId, planId)).toBe(true);
    expect(await store.isVerified(changeId, `${changeId}-P9` as PlanId)).toBe(false);
    // A person looks, and the next recovery goes the same way.
    await store.settleTransaction(changeId, 1, ended('attention', 'CHANGE_ATTENTION'));
    expect(await store.isVerified(changeId, planId)).toBe(true);
    await store.settleTransaction(changeId, 1, ended('rolled-back', 'SESSION_LOST'));
    await store.beginApplying(changeId, 2, planId);
    expect(await store.isVerified(changeId, planId)).toBe(false);
    await expect(store.recordAttempt(changeId, { planId, routers: [] }, epoch + 7)).rejects.toMatchObject({
      code: 'SESSION_LOST',
    });
    await expect(verified(changeId, planId, epoch + 7)).rejects.toMatchObject({ code: 'SESSION_LOST' });
    expect(await store.isVerified(changeId, planId)).toBe(false);
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
    setNow('2046-01-01T00:00:00Z');
    expect(await move(id)).toMatchObject({ move: 'abandon' });
    await store.settleAgreement(id, 'expired', 'wasl', 'its date came');
    expect([(await store.readInterconnect(id)).lifecycle, await held(id)]).toEqual(['requested', true]);
    setNow('2026-11-28T09:00:00Z');
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
