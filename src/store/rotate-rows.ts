/** Keys of persons, wrapped anew under the newest key of the ring: what lies in a backup opens with none that is left. */
import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq, isNull, like, ne, sql } from 'drizzle-orm';
import type { PersonId } from '../domain/names.ts';
import { type KeyEncryption, wrapKey } from '../domain/sealed-text.ts';
import { WaslError } from '../errors.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database, StoreTransaction } from './database.ts';
import { recordOf } from './earlier-rows.ts';
import { appendFacts } from './ledger-rows.ts';
import { keyMissing, sealerOf, unwrapOwn } from './personal-rows.ts';
import { personalKeys } from './personal-schema.ts';
import { policyAcceptances } from './policy-schema.ts';
import { approvals, interconnects } from './schema.ts';
import { earlierSignatures } from './signature-schema.ts';

export interface Rotation {
  /** Under which all are wrapped now. */
  readonly kek: string;
  readonly rewrapped: number;
  /** Signed documents that were in clear, of before there were keys. */
  readonly sealed: number;
  /** Keys of the ring under which nothing is wrapped any more: to be removed from it, and destroyed. */
  readonly retired: readonly string[];
  /** Whether the pages that held the old wraps are gone from the table; false: its owner must run `vacuum full personal_keys`. */
  readonly isVacuumed: boolean;
}

export interface RotationStore {
  /** PERSONAL_KEY_MISSING where no ring is here, or one of its keys is gone too early, RECORD_ALTERED where one opens nothing: nothing is rewrapped then. */
  rotatePersonalKeys(input: { readonly by: PersonId }): Promise<Rotation>;
}

export function rotationQueries(database: Database): RotationStore {
  return {
    async rotatePersonalKeys({ by }) {
      const { keys } = database;
      if (keys === null) throw new WaslError('PERSONAL_KEY_MISSING', 'no ring of keys is here');
      const at = database.clock();
      const kek = await keys.newest();
      const counts = await database.transact(async (tx) => {
        await lockUntilCommit(tx, 'retention');
        const others = await tx
          .select()
          .from(personalKeys)
          .where(and(isNull(personalKeys.erasedAt), ne(personalKeys.kek, kek.id)))
          .for('update');
        for (const { id, kek: before, wrapped } of others) {
          const under = await keys.find(before);
          if (under === null || wrapped === null) throw keyMissing(before);
          const rewrapped = wrapKey(unwrapOwn(id, wrapped, under), kek);
          await tx.update(personalKeys).set({ kek: kek.id, wrapped: rewrapped }).where(eq(personalKeys.id, id));
        }
        const sealed =
          (await sealApprovals(tx, database)) +
          (await sealAcceptances(tx, database)) +
          (await sealEarlier(tx, database)) +
          (await sealWithdrawals(tx, database));
        const body = { kek: kek.id, rewrapped: others.length, sealed };
        await appendFacts(tx, at, [{ actor: by, action: 'personal-keys.rotated', subject: 'personal-keys', body }]);
        return { rewrapped: others.length, sealed };
      });
      const isVacuumed = await vacuumKeys(database);
      return { kek: kek.id, ...counts, retired: await findRetired(database, keys, kek.id), isVacuumed };
    },
  };
}

/** Of the keys before the newest, those that wrap nothing: a process with another ring, or another clock, may have gone on with one meanwhile. */
async function findRetired(database: Database, keys: KeyEncryption, newest: string): Promise<string[]> {
  const used = await database.read((db) =>
    db.selectDistinct({ kek: personalKeys.kek }).from(personalKeys).where(isNull(personalKeys.erasedAt)),
  );
  return (await keys.listOlder()).filter((id) => id !== newest && !used.some(({ kek }) => kek === id));
}

/** A document is a JSON object; a reference is not. */
const IN_CLEAR = '{%';

async function sealApprovals(tx: StoreTransaction, database: Database): Promise<number> {
  const rows = await tx.select().from(approvals).where(like(approvals.signed, IN_CLEAR));
  for (const { sequence, person: subject, interconnectId: id, signed } of rows) {
    const sealer = sealerOf(tx, database, { subject, record: { kind: 'interconnect', id } });
    const reference = await sealer.seal('signed-document', signed ?? '');
    await tx.update(approvals).set({ signed: reference }).where(eq(approvals.sequence, sequence));
  }
  return rows.length;
}

async function sealAcceptances(tx: StoreTransaction, database: Database): Promise<number> {
  const rows = await tx.select().from(policyAcceptances).where(like(policyAcceptances.signed, IN_CLEAR));
  for (const { policyVersion, entity, person: subject, signed } of rows) {
    const record = { kind: 'policy-acceptance', id: `${policyVersion}/${entity}` } as const;
    const reference = await sealerOf(tx, database, { subject, record }).seal('signed-document', signed ?? '');
    const isIt = and(eq(policyAcceptances.policyVersion, policyVersion), eq(policyAcceptances.entity, entity));
    await tx.update(policyAcceptances).set({ signed: reference }).where(isIt);
  }
  return rows.length;
}

async function sealEarlier(tx: StoreTransaction, database: Database): Promise<number> {
  const rows = await tx.select().from(earlierSignatures).where(like(earlierSignatures.signed, IN_CLEAR));
  for (const row of rows) {
    const sealer = sealerOf(tx, database, { subject: row.person, record: recordOf(row) });
    const signed = await sealer.seal('signed-document', row.signed ?? '');
    await tx.update(earlierSignatures).set({ signed }).where(eq(earlierSignatures.sequence, row.sequence));
  }
  return rows.length;
}

async function sealWithdrawals(tx: StoreTransaction, database: Database): Promise<number> {
  const rows = await tx.select().from(interconnects).where(like(interconnects.withdrawalSigned, IN_CLEAR));
  for (const { id, withdrawnBy, withdrawalSigned } of rows) {
    if (withdrawnBy === null) continue;
    const sealer = sealerOf(tx, database, { subject: withdrawnBy, record: { kind: 'interconnect', id } });
    const reference = await sealer.seal('signed-document', withdrawalSigned ?? '');
    await tx.update(interconnects).set({ withdrawalSigned: reference }).where(eq(interconnects.id, id));
  }
  return rows.length;
}

/** How long transactions elsewhere on the server may keep what is gone. */
const OTHERS_TRIES = 60;
const OTHERS_PAUSE_MS = 250;

/**
 * A row that was changed or emptied is in the table's file until it is written anew, and is written anew with it while a transaction of before runs
 * anywhere on the server. False where one does not end in 15 s, or this role may not: Postgres before 17 lets the owner alone.
 */
export async function vacuumKeys(database: Database): Promise<boolean> {
  const mayVacuum = sql`select case when current_setting('server_version_num')::int >= 170000
    then has_table_privilege('personal_keys', 'MAINTAIN') else pg_has_role(current_user, relowner, 'usage') end as may,
    pg_current_xact_id()::text as now from pg_class where oid = to_regclass('personal_keys')`;
  try {
    return await database.read(async (db) => {
      const { rows } = await db.execute<{ may: boolean; now: string }>(mayVacuum);
      const [found] = rows;
      if (found?.may !== true || !(await othersEnded(db, found.now))) return false;
      await db.execute(sql`vacuum (full) personal_keys`);
      return true;
    });
  } catch {
    // What was erased or rewrapped is: somebody reads the table for long, and its owner does this later.
    return false;
  }
}

async function othersEnded(db: Pick<StoreTransaction, 'execute'>, transaction: string): Promise<boolean> {
  for (let tries = 0; tries < OTHERS_TRIES; tries += 1) {
    const { rows } = await db.execute<{ ended: boolean }>(
      sql`select pg_snapshot_xmin(pg_current_snapshot()) > ${transaction}::xid8 as ended`,
    );
    if (rows[0]?.ended === true) return true;
    await sleep(OTHERS_PAUSE_MS);
  }
  return false;
}
