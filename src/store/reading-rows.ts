import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { and, desc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import { type Digest, digestOfText } from '../domain/canonical-json.ts';
import { type NewReading, READING_BYTES_MAX, type Reading } from '../domain/reading.ts';
import { WaslError } from '../errors.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database, StoreTransaction } from './database.ts';
import { readings, readingTexts } from './reading-schema.ts';
import type { Store } from './store.ts';

/** Of one kind at one PE, read for people: a few to compare with. As many for each change: what its plans and its transaction stood on. */
const KEPT_OF_A_KIND = 10;
/** Rows of one statement; a backbone has up to 2 000 PEs. */
const ROWS_AT_ONCE = 500;
const READINGS_PAGE_DEFAULT = 100;
const READINGS_PAGE_MAX = 5_000;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

export function readingQueries(database: Database): Pick<Store, 'saveReadings' | 'readReading' | 'listReadings'> {
  return {
    async saveReadings(news) {
      if (news.length === 0) return [];
      const rows = news.map(({ text, readAt, ...reading }) => ({
        ...reading,
        ...{ digest: digestOfText(text), readAt: new Date(readAt), savedAt: sql`clock_timestamp()` },
      }));
      const texts = new Map(news.map(({ text }, place) => [rows[place]?.digest as Digest, text]));
      // The work of compressing is done before the lock is held.
      const ready = new Map((await database.read((db) => compressMissing(db, texts))).map((row) => [row.digest, row]));
      return database.transact(async (tx) => {
        await lockUntilCommit(tx, 'readings');
        for (const some of inPortions(await compressMissing(tx, texts, ready)))
          await tx.insert(readingTexts).values(some);
        const ids: number[] = [];
        for (const some of inPortions(rows)) {
          const inserted = await tx.insert(readings).values(some).returning({ id: readings.id });
          ids.push(...inserted.map(({ id }) => id));
        }
        await prune(tx, news);
        return ids;
      });
    },

    readReading: (id) =>
      database.read(async (db) => {
        const [row] = await db
          .select({ reading: readings, compressed: readingTexts.compressed })
          .from(readings)
          .innerJoin(readingTexts, eq(readingTexts.digest, readings.digest))
          .where(eq(readings.id, id));
        if (row === undefined) throw new WaslError('READING_UNKNOWN', `there is no reading ${id}`);
        const text = await decompress(row.compressed, { maxOutputLength: READING_BYTES_MAX });
        return { ...toReading(row.reading), text: text.toString('utf8') };
      }),

    async listReadings({ kind, pe, changeId, digest, savedWithinMs, limit = READINGS_PAGE_DEFAULT }) {
      const conditions: (SQL | undefined)[] = [];
      if (kind !== undefined) conditions.push(eq(readings.kind, kind));
      if (pe !== undefined) conditions.push(pe === null ? isNull(readings.pe) : eq(readings.pe, pe));
      if (changeId !== undefined) conditions.push(eq(readings.changeId, changeId));
      if (digest !== undefined) conditions.push(eq(readings.digest, digest));
      if (savedWithinMs !== undefined) {
        conditions.push(sql`${readings.savedAt} > clock_timestamp() - ${savedWithinMs} * interval '1 millisecond'`);
      }
      const rows = await database.read((db) =>
        db
          .select()
          .from(readings)
          .where(and(...conditions))
          .orderBy(desc(readings.id))
          .limit(Math.min(limit, READINGS_PAGE_MAX)),
      );
      return rows.map(toReading);
    },
  };
}

type Row = typeof readingTexts.$inferInsert;

/** Of the texts that are not there yet; one that was pruned meanwhile is made again. */
async function compressMissing(
  db: Pick<StoreTransaction, 'select'>,
  texts: ReadonlyMap<Digest, string>,
  ready: ReadonlyMap<Digest, Row> = new Map(),
): Promise<Row[]> {
  const missing = new Map(texts);
  for (const digests of inPortions([...texts.keys()])) {
    const found = await db
      .select({ digest: readingTexts.digest })
      .from(readingTexts)
      .where(inArray(readingTexts.digest, digests));
    for (const { digest } of found) missing.delete(digest);
  }
  return Promise.all(
    [...missing].map(async ([digest, text]) => ready.get(digest) ?? { digest, compressed: await compress(text) }),
  );
}

/** Beside what was just read, only the newest of each PE, kind and change stay; a text goes with its last reading. */
async function prune(tx: StoreTransaction, news: readonly NewReading[]): Promise<void> {
  const kinds = [...new Set(news.map(({ kind }) => kind))];
  const pes = [...new Set(news.flatMap(({ pe }) => (pe === null ? [] : [pe])))];
  const changes = [...new Set(news.flatMap(({ changeId }) => (changeId === null ? [] : [changeId])))];
  const gone = await tx.execute<{ digest: Digest }>(sql`
    delete from readings where id in (
      select id from (
        select id, row_number() over (partition by kind, pe, change_id order by id desc) as place
        from readings
        where kind = any(${sql.param(kinds)}) and (pe is null or pe = any(${sql.param(pes)}))
          and (change_id is null or change_id = any(${sql.param(changes)}))
      ) ranked
      where place > ${KEPT_OF_A_KIND}
    ) returning digest`);
  const digests = [...new Set(gone.rows.map(({ digest }) => digest))];
  if (digests.length === 0) return;
  await tx.execute(sql`
    delete from reading_texts t where t.digest = any(${sql.param(digests)})
      and not exists (select from readings r where r.digest = t.digest)`);
}

function* inPortions<T>(list: readonly T[]): Generator<T[]> {
  for (let start = 0; start < list.length; start += ROWS_AT_ONCE) yield list.slice(start, start + ROWS_AT_ONCE);
}

function toReading({ savedAt: _savedAt, readAt, ...rest }: typeof readings.$inferSelect): Reading {
  return { ...rest, readAt: readAt.toISOString() };
}
