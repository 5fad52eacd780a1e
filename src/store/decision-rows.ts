/** What people decide: one store transaction each, under the law of `may-decide.ts`. Temporal has no part in it. */
import { and, eq, sql } from 'drizzle-orm';
import { windowEnd } from '../domain/approval-window.ts';
import { type Digest, digestOf } from '../domain/canonical-json.ts';
import { CHANGE_KIND_RULES } from '../domain/change-kinds.ts';
import { isRepeated, mayDecide, refused } from '../domain/may-decide.ts';
import type { EntityId, InterconnectId, PersonId, PlanId } from '../domain/names.ts';
import { isSignatureRefused, WaslError } from '../errors.ts';
import { shareUntilCommit } from './advisory-locks.ts';
import { announce } from './announce.ts';
import type { OpenChange } from './change-rows.ts';
import { atOneMoment, type Database, type StoreTransaction } from './database.ts';
import { keepEarlier } from './earlier-rows.ts';
import { findDecisionFacts, findStanding, type Standing } from './facts-rows.ts';
import { lockInterconnect } from './interconnect-rows.ts';
import { appendFacts, type NewFact } from './ledger-rows.ts';
import { type Sealer, sealerOf, sealReason } from './personal-rows.ts';
import { actionKeys, approvals, changes, interconnects } from './schema.ts';
import { endChange, stepAgreement } from './settle.ts';
import {
  approvalFactOf,
  closingColumnsOf,
  closingFactOf,
  columnsOf,
  factOf,
  type SignedDecisionText,
  sealSigned,
} from './signed-rows.ts';
import type { Store } from './store.ts';

interface Reasoned {
  readonly reason: string | null;
}

interface Signed {
  /** Of an approval: the document that says it, signed. Absent or null: it has none. */
  readonly signed?: SignedDecisionText | null;
}

interface SignedClosing extends Signed {
  /** Why the document that came with it is none. Absent: it holds, or none came. */
  readonly refusedSignature?: string;
}

/** A decision with the names of the record and why it was taken. */
export type PersonsDecision =
  | ({
      readonly verb: 'sign';
      readonly person: PersonId;
      readonly party: EntityId;
      readonly digest: string;
      readonly decision: 'approve' | 'reject';
    } & Reasoned &
      Signed)
  | ({
      readonly verb: 'approve-plan';
      readonly person: PersonId;
      readonly planId: PlanId;
      readonly digest: string;
      readonly decision: 'approve' | 'reject';
      readonly accepts?: readonly string[];
    } & Reasoned &
      Signed)
  | ({ readonly verb: 'withdraw'; readonly person: PersonId } & Reasoned & SignedClosing)
  | ({ readonly verb: 'replan' | 'recover'; readonly person: PersonId } & Reasoned);

type Sign = Extract<PersonsDecision, { verb: 'sign' }>;
type ApprovePlan = Extract<PersonsDecision, { verb: 'approve-plan' }>;

export function decisionQueries(database: Database): Pick<Store, 'decide' | 'readDecisionFacts'> {
  return {
    readDecisionFacts: (id) => atOneMoment(database, async (tx) => findDecisionFacts(tx, await findStanding(tx, id))),

    async decide(id, given, key) {
      const at = database.clock();
      const { before, after } = await database.transact(async (tx) => {
        await shareUntilCommit(tx, 'policy');
        await lockInterconnect(tx, id);
        const before = await findStanding(tx, id);
        const { person: subject } = given;
        const own = sealerOf(tx, database, { subject, record: { kind: 'interconnect', id } });
        const isWordless = given.verb === 'withdraw' && !(await canSeal(own));
        const [decision, sealer] = isWordless ? [withoutWords(given), NOTHING_TO_SEAL] : [given, own];
        if (key !== null && (await isKnownKey(tx, id, decision, key, at, sealer))) return { before, after: before };
        const law = await findDecisionFacts(tx, before);
        if (isRepeated(decision, law)) return { before, after: before };
        const refusal = mayDecide(decision, law, at);
        if (refusal !== null) throw refused(refusal);
        const facts = await take(tx, before, await sealDecision(sealer, decision), at);
        await tx
          .update(interconnects)
          .set({ revision: sql`${interconnects.revision} + 1`, updatedAt: at })
          .where(eq(interconnects.id, id));
        await appendFacts(tx, at, facts);
        return { before, after: await findStanding(tx, id) };
      });
      await announce(database, before, after);
      return after.interconnect;
    },
  };
}

/** What ends something waits for no key: then its words are not kept. */
const NOT_KEPT = 'not kept: there was no key here to seal it under';

type Withdraw = Extract<PersonsDecision, { verb: 'withdraw' }>;
const withoutWords = ({ verb, person }: Withdraw): Withdraw => ({
  ...{ verb, person, reason: NOT_KEPT, signed: null, refusedSignature: NOT_KEPT },
});

const NOTHING_TO_SEAL: Sealer = { seal: async (_kind, text) => text, commit: async (text) => text };

async function canSeal(sealer: Sealer): Promise<boolean> {
  try {
    await sealer.commit('');
    return true;
  } catch (error) {
    if (error instanceof WaslError && error.code === 'PERSONAL_KEY_MISSING') return false;
    throw error;
  }
}

/** Throws REQUEST_CONFLICT where the key came with something else. */
async function isKnownKey(
  tx: StoreTransaction,
  interconnectId: InterconnectId,
  decision: PersonsDecision,
  key: string,
  at: Date,
  sealer: Sealer,
): Promise<boolean> {
  const { person } = decision;
  const reason = decision.reason === null ? null : await sealer.commit(decision.reason);
  // Signed anew it is the same decision.
  const actionDigest = digestOf({
    interconnectId,
    ...decision,
    ...{ reason, signed: undefined, refusedSignature: undefined },
  });
  const [known] = await tx
    .select()
    .from(actionKeys)
    .where(and(eq(actionKeys.person, person), eq(actionKeys.key, key)));
  if (known === undefined) {
    await tx.insert(actionKeys).values({ person, key, interconnectId, actionDigest, at });
    return false;
  }
  if (known.actionDigest === actionDigest) return true;
  throw new WaslError(
    'REQUEST_CONFLICT',
    `the idempotency key was used for something else about ${known.interconnectId}`,
  );
}

/** What it says in a person's own words, or with their certificate, is sealed before it comes to any row. */
async function sealDecision(sealer: Sealer, decision: PersonsDecision): Promise<PersonsDecision> {
  const reason = await sealReason(sealer, decision.reason);
  if (!('signed' in decision)) return { ...decision, reason };
  return { ...decision, reason, signed: await sealSigned(sealer, decision.signed) };
}

async function take(tx: StoreTransaction, standing: Standing, decision: PersonsDecision, at: Date): Promise<NewFact[]> {
  switch (decision.verb) {
    case 'sign':
      return sign(tx, standing, decision, at);
    case 'approve-plan':
      return decidePlan(tx, standing, decision, at);
    case 'withdraw':
      return giveUp(tx, standing, { ...decision, reason: decision.reason ?? '' }, at);
    case 'replan':
    case 'recover':
      return ask(tx, standing, decision.verb, decision.person);
  }
}

async function sign(tx: StoreTransaction, standing: Standing, decided: Sign, at: Date): Promise<NewFact[]> {
  const { person, party, digest, decision, reason, signed } = decided;
  const { id } = standing.interconnect;
  const approval = { subject: 'request', digest, party, person, decision, reason } as const;
  await tx.insert(approvals).values({ interconnectId: id, ...approval, decidedAt: at, ...columnsOf(signed) });
  const body = {
    ...{ subject: 'request', digest, party, decision, reason, decidedAt: at.toISOString() },
    ...factOf(signed),
  };
  const facts: NewFact[] = [{ actor: person, action: 'approval.recorded', subject: id, body }];
  if (decision === 'approve') return facts;
  return [...facts, ...(await giveUp(tx, standing, { person, reason: reason ?? `rejected by ${party}` }, at))];
}

async function decidePlan(
  tx: StoreTransaction,
  standing: Standing,
  decided: ApprovePlan,
  at: Date,
): Promise<NewFact[]> {
  const { person, digest, decision, reason, accepts = [], signed } = decided;
  const { interconnect, change, plan, carriedBy } = standing;
  if (change === null || plan === null) throw new TypeError('the law lets nobody decide on no plan');
  const { id, lifecycle } = interconnect;
  const approval = { subject: 'plan', digest, party: 'network', person, decision, reason } as const;
  await keepReplaced(tx, id, { digest, person });
  // A plan that was made anew may be the same to the letter: the last word of each person on it counts.
  const { subject, digest: on, person: by, interconnectId: of } = approvals;
  await tx
    .insert(approvals)
    .values({ interconnectId: id, ...approval, accepts: [...accepts], decidedAt: at, ...closingColumnsOf(signed) })
    .onConflictDoUpdate({
      target: [of, subject, on, by],
      set: { decision, reason, accepts: [...accepts], decidedAt: at, ...closingColumnsOf(signed) },
    });
  const body = {
    subject: 'plan',
    planId: plan.id,
    digest,
    party: 'network',
    decision,
    reason,
    ...(accepts.length === 0 ? {} : { accepts }),
    decidedAt: at.toISOString(),
    ...approvalFactOf(signed),
  };
  const facts: NewFact[] = [{ actor: person, action: 'approval.recorded', subject: id, body }];
  const rule = CHANGE_KIND_RULES[change.kind];
  if (decision === 'approve') {
    const { notBefore } = plan;
    const signedAt = signed?.signedAt === undefined ? at : new Date(signed.signedAt);
    const applyUntil = windowEnd({ kind: change.kind, notBefore }, { signedAt, provenAt: at });
    const phase = notBefore !== null && Date.parse(notBefore) > at.getTime() ? 'scheduled' : 'approved';
    await tx.update(changes).set({ phase, approvedAt: at, applyUntil, waiting: null }).where(eq(changes.id, change.id));
    return facts;
  }
  const why = reason ?? `the network side rejected ${plan.id}`;
  facts.push(...(await endChange(tx, change, { outcome: 'abandoned', reason: why, by: person, at })));
  if (rule.rejectedTo !== null && carriedBy.length > 0) {
    return [...facts, ...(await giveUp(tx, { ...standing, change: null }, { person, reason: why }, at))];
  }
  if (rule.rejectedTo !== null) {
    return [
      ...facts,
      ...(await stepAgreement(tx, id, { from: lifecycle, to: rule.rejectedTo, by: person, reason: why, at })),
    ];
  }
  // Whoever asked for the change was told no: asking again is theirs.
  const none = { withdrawnBy: null, withdrawalReason: null, withdrawnAt: null };
  const refused = {
    ...none,
    withdrawalSigned: null,
    withdrawalSignature: null,
    withdrawalUnproven: false,
    reason: why,
  };
  await tx.update(interconnects).set(refused).where(eq(interconnects.id, id));
  return facts;
}

async function keepReplaced(
  tx: StoreTransaction,
  id: InterconnectId,
  { digest, person }: Pick<ApprovePlan, 'digest' | 'person'>,
): Promise<void> {
  const isIts = and(eq(approvals.interconnectId, id), eq(approvals.subject, 'plan'), eq(approvals.digest, digest));
  const [row] = await tx
    .select()
    .from(approvals)
    .where(and(isIts, eq(approvals.person, person)));
  if (row === undefined) return;
  const { interconnectId, party, decidedAt, signature, signed } = row;
  const of = { interconnectId, digest: digest as Digest, party, person, decidedAt };
  await keepEarlier(tx, { ...of, subject: 'plan', signature, signed });
}

/** Before anything was pushed the request is over at once; what is on the network, on its way there, or may be left of a try is taken off it. */
async function giveUp(
  tx: StoreTransaction,
  standing: Standing,
  { person, reason, ...said }: { readonly person: PersonId; readonly reason: string } & SignedClosing,
  at: Date,
): Promise<NewFact[]> {
  const { interconnect, change, carriedBy } = standing;
  const { id, lifecycle } = interconnect;
  const facts: NewFact[] = [
    { actor: person, action: 'withdrawal.requested', subject: id, body: { reason, ...closingFactOf(said) } },
  ];
  const columns = closingColumnsOf(said.signed);
  const asked = { withdrawnBy: person, withdrawalReason: reason, withdrawnAt: at };
  const withdrawal = {
    ...{ ...asked, withdrawalSigned: columns.signed },
    ...{ withdrawalSignature: columns.signature, withdrawalUnproven: columns.unproven },
  };
  await tx.update(interconnects).set(withdrawal).where(eq(interconnects.id, id));
  // What waits for a person is looked at again now that one has decided: it may end by that.
  if (change?.phase === 'attention')
    await tx.update(changes).set({ recoverBy: person }).where(eq(changes.id, change.id));
  const isUnderWay = change !== null && (change.phase === 'applying' || change.phase === 'attention');
  if (lifecycle !== 'requested' || isUnderWay || carriedBy.length > 0) return facts;
  if (change !== null) facts.push(...(await endChange(tx, change, { outcome: 'abandoned', reason, by: person, at })));
  return [...facts, ...(await stepAgreement(tx, id, { from: lifecycle, to: 'rejected', by: person, reason, at }))];
}

/** Until a plan is decided on, whoever asked for it has a hand in it: through trouble, and through what others ask for meanwhile. */
const isDecided = ({ phase }: OpenChange): boolean => phase === 'approved' || phase === 'scheduled';

async function ask(
  tx: StoreTransaction,
  { change }: Standing,
  verb: 'replan' | 'recover',
  person: PersonId,
): Promise<NewFact[]> {
  if (change === null) throw new TypeError('the law lets nobody ask about no change');
  const asked =
    verb === 'recover'
      ? { recoverBy: person }
      : {
          replanBy: person,
          planAskers: isDecided(change) ? [person] : [...new Set([...change.planAskers, person])],
          phase: 'planning' as const,
          waiting: null,
          applyUntil: null,
          // Under an approval that does not hold it would never be taken away, and nobody be asked for another.
          ...(isSignatureRefused(change.refusal?.code ?? null) ? { approvedAt: null } : {}),
        };
  await tx.update(changes).set(asked).where(eq(changes.id, change.id));
  const action = verb === 'recover' ? 'recovery.requested' : 'plan.requested';
  return [{ actor: person, action, subject: change.id, body: {} }];
}
