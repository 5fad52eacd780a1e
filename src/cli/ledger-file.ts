import { z } from 'zod';
import { type CheckpointAnswer, checkpointSchema } from '../api/ledger-wire.ts';
import { type LedgerAnswer, ledgerEntrySchema } from '../api/wire.ts';
import { canonicalJson, type Digest } from '../domain/canonical-json.ts';
import { countOf } from '../domain/count-of.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import { WaslError } from '../errors.ts';
import type { ReviewedLedger } from '../ledger/review-ledger.ts';
import { readText } from './read-document.ts';
import type { CliSession } from './session.ts';
import { writeText } from './write-text.ts';

const FORMAT = 'wasl-ledger/1';
/** A million rows are some 500 MB: larger ones are verified online. */
const BYTES_MAX = 512 * 1024 * 1024;
const PAGE = 1_000;

const fileSchema = z.object({
  format: z.literal(FORMAT),
  entries: z.array(ledgerEntrySchema),
  checkpoints: z.array(checkpointSchema),
});

export const ledgerOf = (entries: readonly LedgerAnswer[]): LedgerEntry[] =>
  entries.map((entry) => ({ ...entry, previousHash: entry.previousHash as Digest, hash: entry.hash as Digest }));

export async function writeLedgerFile({ client, io, remark }: CliSession, file: string): Promise<void> {
  // First: each was signed over rows that are there when they are read.
  const checkpoints = await readPages<CheckpointAnswer>((last) =>
    client.listCheckpoints({ after: last?.size ?? 0, limit: PAGE }),
  );
  const entries = await readPages<LedgerAnswer>((last) =>
    client.readLedger({ after: last?.sequence ?? 0, limit: PAGE }),
  );
  await writeText(io, file, `${canonicalJson({ format: FORMAT, entries, checkpoints })}\n`);
  remark(`${file}: ${countOf(entries.length, 'row')}, ${countOf(checkpoints.length, 'checkpoint')}`);
}

async function readPages<T>(readAfter: (last: T | undefined) => Promise<T[]>): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const page = await readAfter(all.at(-1));
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

export async function readLedgerFile({ io }: CliSession, path: string): Promise<ReviewedLedger> {
  const remedy = 'Name a file that it wrote, unchanged.';
  const refuse = (fact: string) => new WaslError('INPUT_INVALID', fact, { path, remedy });
  const text = await readText(io, path, BYTES_MAX);
  const parsed = parseFile(text);
  if (parsed === null) throw refuse('this is no ledger of `wasl ledger export`');
  const { entries, checkpoints } = parsed;
  // What a person reads in the file is what is verified: nothing stands beside it, twice, or before the first row.
  if (!holds(() => isOneText(text, entries, checkpoints))) throw refuse('it is not the one text of what it says');
  if (!isAscending(entries.map(({ sequence }) => sequence)) || !isAscending(checkpoints.map(({ size }) => size)))
    throw refuse('its rows or checkpoints are not in order');
  const rows = ledgerOf(entries);
  const rowAfter = pager(rows, ({ sequence }) => sequence);
  const checkpointAfter = pager(checkpoints, ({ size }) => size);
  return {
    readLedger: async ({ afterSequence, limit }) => rowAfter(afterSequence, limit),
    listCheckpoints: async ({ afterSize, limit }) => checkpointAfter(afterSize, limit),
  };
}

/** As a database gives them: what follows a number, whether that one is there or not. */
function pager<T>(all: readonly T[], numberOf: (each: T) => number) {
  const positions = new Map(all.map((each, position) => [numberOf(each), position]));
  return (after: number, limit = PAGE): T[] => {
    const known = positions.get(after);
    const from = known === undefined ? all.findIndex((each) => numberOf(each) > after) : known + 1;
    return from < 0 ? [] : all.slice(from, from + limit);
  };
}

function parseFile(text: string): z.output<typeof fileSchema> | null {
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** What has no canonical form, half a character for one, is none either. */
function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** RFC 8785 and a line feed, held against the text piece by piece: a second text of this size might not fit. */
function isOneText(text: string, entries: readonly unknown[], checkpoints: readonly unknown[]): boolean {
  let at = 0;
  const isNext = (piece: string) => {
    const isThere = text.startsWith(piece, at);
    at += piece.length;
    return isThere;
  };
  const areNext = (list: readonly unknown[]) =>
    list.every((each, place) => isNext(`${place === 0 ? '' : ','}${canonicalJson(each)}`));
  return (
    isNext('{"checkpoints":[') &&
    areNext(checkpoints) &&
    isNext('],"entries":[') &&
    areNext(entries) &&
    isNext(`],"format":${canonicalJson(FORMAT)}}\n`) &&
    at === text.length
  );
}

/** From 1 on; a gap is for the review to name. */
const isAscending = (numbers: readonly number[]): boolean =>
  numbers.every((number, place) => number > (numbers[place - 1] ?? 0));
