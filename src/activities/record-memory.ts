/** What a worker remembers of the record outside of the database: nothing opens where the record is no continuation of it. */
import { createHash } from 'node:crypto';
import { hashLedgerEntry, type LedgerEntry } from '../domain/ledger-entry.ts';
import { POLICY_PUBLISHED } from '../domain/policy.ts';
import { WaslError } from '../errors.ts';
import { leafOf } from '../ledger/ledger-tree.ts';
import { GrowingTree } from '../ledger/merkle-tree.ts';
import { GENESIS, type LedgerHead, verifyChain } from '../ledger/verify-chain.ts';

/** Rows that are read at once. */
const PAGE_ROWS = 1_000;

/** A head of the ledger's tree (RFC 6962), as a checkpoint says it. */
export interface SeenHead {
  /** Rows. */
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

export interface KeptHead extends SeenHead {
  /** ISO 8601: the record went back, and somebody signed for that; what was approved before opens nothing. null: it never did. */
  readonly signaturesAfter: string | null;
}

/** Where it is kept: a file of the worker's, in `bin/`. */
export interface HeadKeeper {
  /** null: nothing was kept yet. Throws CONFIGURATION. */
  read(): Promise<KeptHead | null>;
  /** On the disk before it returns. */
  write(head: KeptHead): Promise<void>;
  /** What is to be signed so that the worker takes the record as it is. */
  offerRestoration(document: string): Promise<void>;
  /** What was signed of it; null: nothing. */
  readRestoration(): Promise<string | null>;
}

export interface RecordRows {
  readLedger(filter: { readonly afterSequence: number; readonly limit?: number }): Promise<LedgerEntry[]>;
  listLedgerOf(subjects: readonly string[]): Promise<LedgerEntry[]>;
}

export class RecordMemory {
  readonly #rows: RecordRows;
  readonly #keeper: HeadKeeper | null;
  #kept: KeptHead | null = null;
  #seen: SeenRows | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** Without a keeper it lasts as long as the process. */
  constructor(rows: RecordRows, keeper: HeadKeeper | null) {
    this.#rows = rows;
    this.#keeper = keeper;
  }

  get keeper(): HeadKeeper | null {
    return this.#keeper;
  }

  /** null: it has not looked yet. */
  get kept(): KeptHead | null {
    return this.#kept;
  }

  /**
   * ISO 8601: what was approved before opens nothing, for the record went back then. By its own memory, and by the ledger, where another worker wrote
   * what an officer had signed for: this one may have been behind the backup, or be new. null: it never did.
   */
  get signaturesAfter(): string | null {
    return laterTime(this.#kept?.signaturesAfter ?? null, this.#seen?.restoredAt ?? null);
  }

  /** The rows by which policies were published, as they were seen. */
  get publications(): readonly LedgerEntry[] {
    return this.#seen?.publications ?? [];
  }

  /** Reads what was added. Throws RECORD_ALTERED where what was seen is not there any more, or is other. One look at a time. */
  follow(): Promise<void> {
    return this.#alone(() => this.#follow());
  }

  /** The rows about these subjects, as they were seen. Throws RECORD_ALTERED where one of them is gone or other. */
  async entriesOf(subjects: readonly string[]): Promise<LedgerEntry[]> {
    await this.follow();
    return this.#alone(async () => {
      const seen = this.#seen ?? new SeenRows();
      const entries = (await this.#rows.listLedgerOf(subjects)).filter(({ sequence }) => sequence <= seen.size);
      for (const subject of subjects) {
        const own = entries.filter((each) => each.subject === subject);
        if (seen.isAsSeen(subject, own)) continue;
        throw altered(`the rows about ${subject} in the ledger are not those that this worker has seen`);
      }
      return entries;
    });
  }

  /** Takes the record that goes on from this head: somebody has signed for it. What was approved before `at` opens nothing. */
  restore(head: SeenHead, at: Date): Promise<void> {
    return this.#alone(async () => {
      await this.#keep({ ...head, signaturesAfter: at.toISOString() });
      this.#seen = null;
      await this.#follow();
    });
  }

  /** The ledger as the database has it, whatever is remembered; `size`: its first so many rows. Throws RECORD_ALTERED where it is no chain. */
  async headNow(size = Number.POSITIVE_INFINITY): Promise<SeenHead> {
    const seen = new SeenRows();
    await seen.readFrom(this.#rows, size);
    return seen.head();
  }

  async #follow(): Promise<void> {
    this.#kept ??= (await this.#keeper?.read()) ?? null;
    const kept = this.#kept;
    if (this.#seen === null) {
      const seen = new SeenRows();
      if (kept !== null) {
        await seen.readFrom(this.#rows, kept.size);
        refuseOther(kept, seen.head());
      }
      await seen.readFrom(this.#rows);
      this.#seen = seen;
    } else {
      await this.#seen.readFrom(this.#rows);
    }
    const { size } = this.#seen;
    if (kept !== null && size <= kept.size) return;
    const beside = await this.#keptBeside();
    if (beside !== null && beside.size > size) {
      // Another worker, by the same file, has seen more than this one was shown.
      this.#kept = beside;
      this.#seen = null;
      return this.#follow();
    }
    const signaturesAfter = laterTime(kept?.signaturesAfter ?? null, beside?.signaturesAfter ?? null);
    await this.#keep({ ...this.#seen.head(), signaturesAfter });
  }

  /** What lies in the file by now; null: nothing that can be read, and what this worker has seen is written in its place. */
  async #keptBeside(): Promise<KeptHead | null> {
    try {
      return (await this.#keeper?.read()) ?? null;
    } catch (error) {
      if (error instanceof WaslError) return null;
      throw error;
    }
  }

  async #keep(head: KeptHead): Promise<void> {
    await this.#keeper?.write(head);
    this.#kept = head;
  }

  #alone<T>(look: () => Promise<T>): Promise<T> {
    const next = this.#last.then(look, look);
    this.#last = next.catch(() => undefined);
    return next;
  }
}

/** What was read of a ledger, from its first row on. */
class SeenRows {
  readonly #tree = new GrowingTree();
  #head: LedgerHead = GENESIS;
  /** Of each subject that decisions are about: over the hashes of its rows. */
  readonly #digests = new Map<string, string>();
  readonly #publications: LedgerEntry[] = [];
  #restoredAt: string | null = null;

  /** ISO 8601: since when signatures count, by the rows that say that somebody signed for a restore. null: there is none. */
  get restoredAt(): string | null {
    return this.#restoredAt;
  }

  get size(): number {
    return this.#head.sequence;
  }

  get publications(): readonly LedgerEntry[] {
    return this.#publications;
  }

  head(): SeenHead {
    return { size: this.#tree.size, root: this.#tree.root().toString('base64') };
  }

  isAsSeen(subject: string, entries: readonly LedgerEntry[]): boolean {
    return (this.#digests.get(subject) ?? '') === entries.reduce((digest, entry) => linked(digest, hashOf(entry)), '');
  }

  /** The rows after those that it has, up to a size. Each continues the one before it. */
  async readFrom(rows: RecordRows, sizeMax = Number.POSITIVE_INFINITY): Promise<void> {
    await this.#requireLast(rows);
    while (this.size < sizeMax) {
      const limit = Math.min(PAGE_ROWS, sizeMax - this.size);
      const page = await rows.readLedger({ afterSequence: this.size, limit });
      const finding = verifyChain(page, this.#head);
      if (!finding.intact) throw altered(`the ledger is none: ${finding.reason}`);
      for (const entry of page) this.#take(entry);
      this.#head = finding.head;
      if (page.length < limit) return;
    }
  }

  #take(entry: LedgerEntry): void {
    this.#tree.push(leafOf(entry));
    const { action, subject, hash } = entry;
    if (action === POLICY_PUBLISHED) this.#publications.push(entry);
    if (action === RECORD_RESTORED) this.#restoredAt = laterTime(this.#restoredAt, restoredAt(entry));
    if (IS_DECIDED_ON.test(subject)) this.#digests.set(subject, linked(this.#digests.get(subject) ?? '', hash));
  }

  /** What was cut off shows where nothing new follows, too. */
  async #requireLast(rows: RecordRows): Promise<void> {
    const { sequence, hash } = this.#head;
    if (sequence === 0) return;
    const [row] = await rows.readLedger({ afterSequence: sequence - 1, limit: 1 });
    if (row?.sequence === sequence && row.hash === hash) return;
    throw altered(`row ${sequence} of the ledger is not the one that this worker has seen`);
  }
}

/** By which a worker that took a restored record says since when signatures count. */
export const RECORD_RESTORED = 'record.restored';

const restoredAt = ({ at, body }: LedgerEntry): string =>
  typeof body.signaturesAfter === 'string' ? body.signaturesAfter : at;

function laterTime(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return Date.parse(one) >= Date.parse(other) ? one : other;
}

/** Interconnects and their changes. */
const IS_DECIDED_ON = /^IC-\d+(-C\d+)?$/;

/** Of what it says: the hash that stands beside it may be the one of before. null: wasl never wrote it. */
function hashOf(entry: LedgerEntry): string | null {
  try {
    return hashLedgerEntry(entry.sequence, entry.previousHash, entry);
  } catch {
    return null;
  }
}

const linked = (digest: string, hash: string | null): string =>
  createHash('sha256').update(`${digest} ${hash}`).digest('base64');

function refuseOther(kept: KeptHead, { size, root }: SeenHead): void {
  if (size < kept.size) throw altered(`the ledger has ${size} rows, and this worker has seen ${kept.size}`);
  if (root !== kept.root) throw altered(`the first ${size} rows of the ledger are not those that this worker has seen`);
}

const altered = (fact: string) =>
  new WaslError('RECORD_ALTERED', fact, {
    remedy:
      'Find out who wrote to the database. After a restore from a backup an officer signs for it: docs/restore.md.',
  });
