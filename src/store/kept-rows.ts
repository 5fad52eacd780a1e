/** What is kept of persons, whether it is still needed, and whether a legal hold stands on it. */
import { and, asc, eq, isNull, notInArray, sql } from 'drizzle-orm';
import { isEnd, LIFECYCLE_ENDS } from '../domain/lifecycle.ts';
import { graceEnd, type PublishedPolicy } from '../domain/policy.ts';
import type { KeptRecord } from '../domain/retention.ts';
import type { StoreTransaction } from './database.ts';
import { legalHolds, personalKeys } from './personal-schema.ts';
import { findPolicyFacts } from './policy-rows.ts';
import { agreements, changes, interconnects } from './schema.ts';

type Reader = Pick<StoreTransaction, 'select'>;
type Standing = Pick<KeptRecord, 'beganAt' | 'needed'>;

/** Oldest first. A period begins by the ledger, not by a row that may be changed. */
export async function findKept(db: Reader, now: Date): Promise<KeptRecord[]> {
  const keys = await db
    .select()
    .from(personalKeys)
    .where(isNull(personalKeys.erasedAt))
    .orderBy(asc(personalKeys.createdAt), asc(personalKeys.subject), asc(personalKeys.id));
  const [ends, policy, holds] = [await findEnds(db), await findPolicyUse(db), await findHolds(db)];
  return keys.map(({ id: keyId, subject, recordKind: kind, recordId: id }) => {
    const standing = kind === 'interconnect' ? endOf(id, ends) : supersededBy(id, policy, now);
    const held = holds.find((hold) => hold.subject === subject || (hold.recordKind === kind && hold.recordId === id));
    return { keyId, subject, kind, id, ...standing, held: held?.reference ?? null };
  });
}

const findHolds = (db: Reader) => db.select().from(legalHolds).where(isNull(legalHolds.liftedAt));

type End = Awaited<ReturnType<typeof findEnds>>[number];

function findEnds(db: Reader) {
  const steppedAt = sql<string | null>`(
    select l.at from ledger l where l.subject = "interconnects"."id" and l.action like '%.stepped' order by l.sequence desc limit 1
  )`;
  const isOpen = sql<boolean>`exists (
    select 1 from ${changes} c where c.interconnect_id = "interconnects"."id" and c.outcome is null
  )`;
  const { id, lifecycle } = interconnects;
  return db.select({ id, lifecycle, steppedAt, isOpen }).from(interconnects);
}

function endOf(id: string, ends: readonly End[]): Standing {
  const end = ends.find((each) => each.id === id);
  if (end === undefined) return { beganAt: null, needed: `${id} is not in the register` };
  if (!isEnd(end.lifecycle)) return { beganAt: null, needed: `${id} is ${end.lifecycle}: its signatures are verified` };
  if (end.isOpen) return { beganAt: null, needed: `a change of ${id} is open` };
  return { beganAt: end.steppedAt, needed: null };
}

interface PolicyUse {
  readonly published: readonly PublishedPolicy[];
  /** Of agreements that have not ended: who, and by which version. */
  readonly living: readonly { readonly id: string; readonly parties: readonly string[]; readonly version: string }[];
}

async function findPolicyUse(db: Reader): Promise<PolicyUse> {
  const { published } = await findPolicyFacts(db, []);
  const rows = await db
    .select({
      ...{ id: interconnects.id, first: interconnects.firstParty, second: interconnects.secondParty },
      version: sql<string>`${agreements.request} ->> 'policyVersion'`,
    })
    .from(interconnects)
    .innerJoin(agreements, and(eq(agreements.interconnectId, interconnects.id)))
    .where(notInArray(interconnects.lifecycle, [...LIFECYCLE_ENDS]));
  return { published, living: rows.map(({ first, second, ...row }) => ({ ...row, parties: [first, second] })) };
}

/** `id`: the version and the entity. */
function supersededBy(id: string, { published, living }: PolicyUse, now: Date): Standing {
  const [version = '', entity = ''] = id.split('/');
  const use = living.find((each) => each.version === version && each.parties.includes(entity));
  if (use !== undefined) return { beganAt: null, needed: `${use.id} names the policy ${version}, and has not ended` };
  const ordered = published.toSorted((a, b) => Date.parse(a.inForceFrom) - Date.parse(b.inForceFrom));
  const own = ordered.findIndex((each) => each.version === version);
  if (own === -1) return { beganAt: null, needed: `the policy ${version} is not in the register` };
  const next = ordered[own + 1];
  if (next === undefined) return { beganAt: null, needed: `no policy comes after ${version}` };
  const beganAt = graceEnd(next);
  if (Date.parse(beganAt) > now.getTime())
    return { beganAt: null, needed: `the policy ${version} may be lived by until ${beganAt}` };
  return { beganAt, needed: null };
}
