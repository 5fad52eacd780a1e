/** Keys of persons, wrapped anew under the newest key of the ring: what lies in a backup opens with none that is left. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eq, isNull, sql } from 'drizzle-orm';
import type { PersonId } from '../domain/names.ts';
import { isWrappedForNobody, type KeyEncryption, type KeyOwner, wrapKey } from '../domain/sealed-text.ts';
import { WaslError } from '../errors.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database, StoreTransaction } from './database.ts';
import { appendFacts } from './ledger-rows.ts';
import { findLost, givingUp, type LostKey, requireGivenUp, type ShutKey } from './lost-keys.ts';
import { keyMissing, unwrapOwn } from './personal-rows.ts';
import { personalKeys } from './personal-schema.ts';
import { sealWhatIsClear } from './seal-clear-rows.ts';
import { findSecretKeys, openSecrets, sealSecretsAnew } from './webhook-secrets.ts';

export interface Rotation {
  /** Under which all are wrapped now, but for what is `lost`. */
  readonly kek: string;
  readonly rewrapped: number;
  /** Signed documents and scans that were in clear, of before there were keys. */
  readonly sealed: number;
  /** Secrets of webhooks, sealed or sealed anew. */
  readonly secrets: number;
  /** What an officer has given up: it stays as it is, and opens should its key come back. */
  readonly lost: readonly LostKey[];
  /** Keys of the ring under which nothing is wrapped any more: to be removed from it, and destroyed. */
  readonly retired: readonly string[];
  /** Whether the pages that held the old wraps are gone from the table; false: its owner must run `vacuum full personal_keys`. */
  readonly isVacuumed: boolean;
}

export interface RotationStore {
  /** PERSONAL_KEY_MISSING where no ring is here, or a key is gone that nobody gave up, RECORD_ALTERED where one opens nothing: nothing is rewrapped then. */
  rotatePersonalKeys(input: { readonly by: PersonId }): Promise<Rotation>;
  /** Keys that this process lacks, or that open nothing, and what is shut for want of them. PERSONAL_KEY_MISSING where no ring is here. */
  listLostKeys(): Promise<LostKey[]>;
  /** For good as far as people know: rotations go on without it. INPUT_INVALID for a key for want of which nothing is shut. */
  giveUpKey(input: { readonly key: string; readonly by: PersonId }): Promise<LostKey[]>;
}

export function rotationQueries(database: Database): RotationStore {
  return {
    async rotatePersonalKeys({ by }) {
      const keys = requireRing(database);
      const at = database.clock();
      const kek = await keys.newest();
      const counts = await database.transact(async (tx) => {
        await lockUntilCommit(tx, 'retention');
        await lockUntilCommit(tx, 'webhooks');
        const { opened, secrets, shut } = await openAll(tx, keys);
        const lost = await findLost(tx, shut);
        requireGivenUp(shut, lost);
        for (const { dataKey, ...of } of opened) {
          const wrapped = wrapKey(dataKey, kek, of);
          await tx.update(personalKeys).set({ kek: kek.id, wrapped }).where(eq(personalKeys.id, of.id));
        }
        await sealSecretsAnew(tx, secrets, kek);
        const sealed = await sealWhatIsClear(tx, database);
        const done = { rewrapped: opened.length, sealed, secrets: secrets.length };
        const body = { kek: kek.id, ...done, lost: lost.map(({ key }) => key) };
        await appendFacts(tx, at, [{ actor: by, action: 'personal-keys.rotated', subject: 'personal-keys', body }]);
        return { ...done, lost };
      });
      const isVacuumed = await vacuumKeys(database);
      return { kek: kek.id, ...counts, retired: await findRetired(database, keys, kek.id), isVacuumed };
    },

    listLostKeys: () => database.transact(async (tx) => findLost(tx, (await openAll(tx, requireRing(database))).shut)),

    giveUpKey: ({ key, by }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'retention');
        const { shut } = await openAll(tx, requireRing(database));
        const fact = givingUp(await findLost(tx, shut), key, by);
        if (fact !== null) await appendFacts(tx, database.clock(), [fact]);
        return findLost(tx, shut);
      }),
  };
}

function requireRing({ keys }: Database): KeyEncryption {
  if (keys === null) throw new WaslError('PERSONAL_KEY_MISSING', 'no ring of keys is here');
  return keys;
}

async function openAll(tx: StoreTransaction, keys: KeyEncryption) {
  const newest = (await keys.newest()).id;
  const { opened, shut } = await openKeys(tx, keys, newest);
  const secrets = await openSecrets(tx, keys, newest);
  return { opened, secrets: secrets.opened, shut: [...shut, ...secrets.shut] };
}

/** Those that are to be wrapped anew, opened, and those that cannot be. */
async function openKeys(tx: StoreTransaction, keys: KeyEncryption, newest: string) {
  const rows = await tx.select().from(personalKeys).where(isNull(personalKeys.erasedAt)).for('update');
  const older = await keys.listOlder();
  const opened: (KeyOwner & { readonly dataKey: Buffer })[] = [];
  const shut: ShutKey[] = [];
  for (const { id, subject, recordKind, recordId, kek, wrapped } of rows) {
    const of = { id, subject, record: { kind: recordKind, id: recordId } };
    const under = await keys.find(kek);
    if (under === null || wrapped === null) shut.push({ key: kek, record: recordId, error: keyMissing(kek) });
    // One that a process of another clock has wrapped under a later key is never taken back under an earlier.
    else if ((kek === newest && !isWrappedForNobody(wrapped)) || (kek !== newest && !older.includes(kek))) continue;
    else {
      try {
        opened.push({ ...of, dataKey: unwrapOwn(wrapped, under, of) });
      } catch (error) {
        if (!(error instanceof WaslError)) throw error;
        shut.push({ key: id, record: recordId, error });
      }
    }
  }
  return { opened, shut };
}

/** Of the keys before the newest, those that wrap nothing: a process with another ring, or another clock, may have gone on with one meanwhile. */
async function findRetired(database: Database, keys: KeyEncryption, newest: string): Promise<string[]> {
  const used = await database.read(async (db) => [
    ...(await db.selectDistinct({ kek: personalKeys.kek }).from(personalKeys).where(isNull(personalKeys.erasedAt))).map(
      ({ kek }) => kek,
    ),
    ...(await findSecretKeys(db)),
  ]);
  return (await keys.listOlder()).filter((id) => id !== newest && !used.includes(id));
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
