import { randomBytes } from 'node:crypto';
import { and, asc, desc, eq, getTableColumns, gt, inArray, type SQL, sql } from 'drizzle-orm';
import { isAsHashed, type LinkedEntry } from '../domain/altered-record.ts';
import type { Digest } from '../domain/canonical-json.ts';
import { CHANGE_KINDS, type ChangeKind } from '../domain/change-kinds.ts';
import { GENESIS_HASH, hashLedgerEntry, type LedgerEntry, type LedgerFact } from '../domain/ledger-entry.ts';
import type { ChangeId, PeName } from '../domain/names.ts';
import { visibleJson } from '../domain/visible-text.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database, StoreTransaction } from './database.ts';
import type { LedgerStore } from './ledger-store.ts';
import { queueWebhooks } from './queue-webhooks.ts';
import { ledger } from './schema.ts';

/** Rows of one read: a page that an auditor's export fetches in a moment. */
const LEDGER_PAGE_MAX = 5_000;
const LEDGER_PAGE_DEFAULT = 500;

/** As much as a key of AES-128: no list of guesses is long enough. */
const NONCE_BYTES = 16;

export type NewFact = Omit<LedgerFact, 'at' | 'nonce'>;

/**
 * The last statement of its store transaction: from here to the end of it nobody else can append, and what is acknowledged together
 * is recorded together.
 */
export async function appendFacts(tx: StoreTransaction, at: Date, facts: readonly NewFact[]): Promise<LedgerEntry[]> {
  if (facts.length === 0) return [];
  await lockUntilCommit(tx, 'ledger');
  const [head] = await tx
    .select({ sequence: ledger.sequence, hash: ledger.hash })
    .from(ledger)
    .orderBy(desc(ledger.sequence))
    .limit(1);
  let sequence = head?.sequence ?? 0;
  let previousHash = (head?.hash ?? GENESIS_HASH) as Digest;
  const entries = facts.map((given): LedgerEntry => {
    // Hashed as JSON will give it back: without undefined members, dates as text, texts of others visible.
    const body = visibleJson(given.body);
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    const fact = { ...given, body, at: at.toISOString(), nonce };
    sequence += 1;
    const hash = hashLedgerEntry(sequence, previousHash, fact);
    const entry = { ...fact, sequence, previousHash, hash };
    previousHash = hash;
    return entry;
  });
  await tx.insert(ledger).values(entries);
  await queueWebhooks(tx, at, entries);
  return entries;
}

/** What the ledger says about these subjects, in order, each with the hash of the row before it. */
export function findEntriesOf(
  db: Pick<StoreTransaction, 'select'>,
  subjects: readonly string[],
): Promise<LinkedEntry[]> {
  return findEntriesWhere(db, inArray(ledger.subject, [...subjects]));
}

/** The same, of whatever rows. */
export async function findEntriesWhere(
  db: Pick<StoreTransaction, 'select'>,
  condition: SQL | undefined,
): Promise<LinkedEntry[]> {
  const hashBefore = sql<string | null>`(
    select before.hash from ledger before where before.sequence = "ledger"."sequence" - 1
  )`;
  const rows = await db
    .select({ ...getTableColumns(ledger), hashBefore })
    .from(ledger)
    .where(condition)
    .orderBy(asc(ledger.sequence));
  return rows.map((row) => ({ ...row, previousHash: row.previousHash as Digest, hash: row.hash as Digest }));
}

/** What each change was begun as, whatever its row says by now. */
export async function findKindsStarted(
  db: Pick<StoreTransaction, 'select'>,
  ids: readonly ChangeId[],
): Promise<ReadonlyMap<ChangeId, ChangeKind>> {
  const entries = ids.length === 0 ? [] : await findEntriesOf(db, ids);
  const kinds = new Map<ChangeId, ChangeKind>();
  for (const entry of entries) {
    const kind = CHANGE_KINDS.find((each) => each === entry.body.kind);
    const isFirst = entry.action === 'change.started' && !kinds.has(entry.subject as ChangeId);
    if (isFirst && kind !== undefined && isAsHashed(entry)) kinds.set(entry.subject as ChangeId, kind);
  }
  return kinds;
}

const IMPORTED = 'inventory.imported';

/** What the ledger says of an inventory; null: nothing, or its entry is not what its hash says. */
export async function findImport(
  db: Pick<StoreTransaction, 'select' | 'execute'>,
  version: number,
): Promise<{ readonly digest: string | null; readonly isLast: boolean }> {
  const entries = await findEntriesOf(db, [`inventory/${version}`]);
  const entry = entries.findLast(({ action }) => action === IMPORTED);
  const digest = entry !== undefined && isAsHashed(entry) ? String(entry.body.digest) : null;
  // One statement: an import between two would be taken for an alteration.
  const { rows } = await db.execute<{ is_last: boolean | null }>(sql`
    select (select max(version) from inventories) = (
      select (body ->> 'version')::int from ledger where action = 'inventory.imported' order by sequence desc limit 1
    ) as is_last`);
  return { digest, isLast: rows[0]?.is_last === true };
}

/** Routers that by the newest import are gone for good; only what two persons let pass gets there. */
export async function findScrapped(db: Pick<StoreTransaction, 'select'>): Promise<ReadonlySet<PeName>> {
  const [newest] = await db
    .select({ subject: ledger.subject })
    .from(ledger)
    .where(eq(ledger.action, IMPORTED))
    .orderBy(desc(ledger.sequence))
    .limit(1);
  const entries = newest === undefined ? [] : await findEntriesOf(db, [newest.subject]);
  const entry = entries.findLast(({ action }) => action === IMPORTED);
  const isWhole = entry !== undefined && isAsHashed(entry);
  return new Set(isWhole ? scrappedIn(entry) : []);
}

/** Routers that by any import were gone for good, or are others under their names: the ones before may hold what nobody took off them. */
export async function findEverGone(db: Pick<StoreTransaction, 'select'>): Promise<ReadonlySet<PeName>> {
  const imports = await db
    .select({ subject: ledger.subject })
    .from(ledger)
    .where(
      and(
        eq(ledger.action, IMPORTED),
        sql`(${ledger.body} -> 'scrapped' is not null or ${ledger.body} -> 'replaced' is not null)`,
      ),
    );
  const subjects = imports.map(({ subject }) => subject);
  const entries = subjects.length === 0 ? [] : await findEntriesOf(db, subjects);
  return new Set(
    entries
      .filter(({ action }) => action === IMPORTED)
      .flatMap((entry) => [...scrappedIn(entry), ...replacedIn(entry)]),
  );
}

const replacedIn = ({ body }: LinkedEntry): readonly PeName[] =>
  (body as { readonly replaced?: readonly PeName[] }).replaced ?? [];

const scrappedIn = ({ body }: LinkedEntry): readonly PeName[] =>
  (body as { readonly scrapped?: readonly PeName[] }).scrapped ?? [];

export function ledgerQueries(database: Database): Pick<LedgerStore, 'appendLedger' | 'readLedger' | 'listLedgerOf'> {
  return {
    async appendLedger(fact) {
      const [entry] = await database.transact((tx) => appendFacts(tx, database.clock(), [fact]));
      if (entry === undefined) throw new TypeError('one fact makes one entry');
      return entry;
    },

    async listLedgerOf(subjects) {
      const entries = await database.read((db) => findEntriesOf(db, subjects));
      return entries.map(({ hashBefore: _hashBefore, ...entry }) => entry);
    },

    async readLedger({ afterSequence, limit = LEDGER_PAGE_DEFAULT }) {
      const rows = await database.read((db) =>
        db
          .select()
          .from(ledger)
          .where(gt(ledger.sequence, afterSequence))
          .orderBy(asc(ledger.sequence))
          .limit(Math.min(limit, LEDGER_PAGE_MAX)),
      );
      return rows.map((row) => ({ ...row, previousHash: row.previousHash as Digest, hash: row.hash as Digest }));
    },
  };
}
