/** The whole ledger read once, and held against itself and every checkpoint of it. Needs no database: rows come from where they are. */
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { LedgerFinding, LedgerReview } from '../domain/ledger-review.ts';
import { type Checkpoint, openCheckpoint, parseCheckpoint, withLines } from './checkpoint.ts';
import { leafOf } from './ledger-tree.ts';
import { GrowingTree } from './merkle-tree.ts';
import { cosignedAt, parseNote, type Verifier } from './signed-note.ts';
import { GENESIS, verifyChain } from './verify-chain.ts';

/** Small, so that whoever else works in this process has its turn between two. */
const PAGE_ROWS = 500;
const PAGE_CHECKPOINTS = 200;
/** What a person looks at; the first one tells where it began. */
const FINDINGS_MAX = 50;

export interface KeptCheckpoint {
  readonly size: number;
  readonly note: string;
  readonly cosignatures: readonly { readonly witness: string; readonly line: string; readonly receivedFrom: string }[];
  /** RFC 3161 over the note, DER in base64. */
  readonly timestamp?: string | undefined;
}

export interface ReviewedLedger {
  readLedger(filter: { readonly afterSequence: number; readonly limit?: number }): Promise<LedgerEntry[]>;
  listCheckpoints(filter: { readonly afterSize: number; readonly limit?: number }): Promise<KeptCheckpoint[]>;
}

export interface Trust {
  /** Whose checkpoints count; null: what they say is compared, and not who signed it. */
  readonly log: Verifier | null;
  /** Checkpoints that were kept elsewhere, by witnesses for one. */
  readonly known?: readonly Checkpoint[];
  /** Cosignatures of others are not looked at. */
  readonly witnesses?: readonly Verifier[];
  /** When a timestamp was given over a note; a text: why it proves nothing. Absent: timestamps are not looked at. */
  readonly readStamp?: (token: string, note: string) => Date | string;
}

export interface LedgerRead {
  readonly entries: number;
  readonly checkpoints: number;
  /** Of the last checkpoint that agrees with the rows. */
  readonly signedEntries: number;
  /** The last checkpoint that each trusted witness cosigned; without those that cosigned none. */
  readonly witnessed: readonly { readonly witness: string; readonly size: number; readonly at: Date }[];
  /** Checkpoints whose timestamps hold: by then these rows were there. The first and the last of them. */
  readonly stamped: readonly { readonly size: number; readonly at: Date }[];
  readonly findings: readonly LedgerFinding[];
}

export async function reviewLedger(ledger: ReviewedLedger, trust: Trust): Promise<LedgerRead> {
  const findings: LedgerFinding[] = [];
  const say = (path: string, fact: string) => {
    if (findings.length < FINDINGS_MAX) findings.push({ path, fact });
  };
  // First: each of them was signed over rows that were there by then.
  const checkpoints = await readCheckpoints(ledger);
  const heads = [...checkpoints.flatMap((kept) => headOf(kept, trust, say)), ...knownHeads(trust, say)];
  const roots = await computeRoots(ledger, new Set(heads.map(({ size }) => size)), say);
  let signedEntries = 0;
  for (const { size, root, path } of heads.toSorted((a, b) => a.size - b.size)) {
    const actual = roots.at.get(size);
    if (actual === undefined) {
      if (size > roots.entries) say(path, `rows ${roots.entries + 1} to ${size}, which it covers, are missing`);
    } else if (actual.equals(root)) signedEntries = size;
    else say(path, `it is of other rows: one of rows ${signedEntries + 1} to ${size} was altered since it was signed`);
  }
  const witnessed = (trust.witnesses ?? []).flatMap((witness) => {
    const last = lastWitnessed(checkpoints, witness);
    // Whoever rewrites a ledger takes away what the witnesses said of it.
    if (last.length === 0) say(witness.text, 'this witness cosigned no checkpoint that is there');
    return last;
  });
  const stamped = readStamps(checkpoints, trust, say);
  return { entries: roots.entries, checkpoints: checkpoints.length, signedEntries, findings, witnessed, stamped };
}

/** A store: what is in the ledger, and what people are shown. */
export interface ReviewedRecord extends ReviewedLedger {
  reviewRegister(): Promise<{ readonly interconnects: number; readonly findings: readonly LedgerFinding[] }>;
}

/** The ledger, and the register against it. */
export async function reviewRecord(record: ReviewedRecord, log: Verifier | null): Promise<LedgerReview> {
  const ledger = await reviewLedger(record, { log });
  const { interconnects, findings: ofRegister } = await record.reviewRegister();
  const findings = [...ledger.findings, ...ofRegister];
  const { entries, checkpoints, signedEntries } = ledger;
  const verdict = findings.length === 0 ? 'pass' : 'fail';
  return { verdict, entries, checkpoints, signedEntries, interconnects, findings };
}

type Say = (path: string, fact: string) => void;

async function readCheckpoints(ledger: ReviewedLedger): Promise<KeptCheckpoint[]> {
  const all: KeptCheckpoint[] = [];
  for (;;) {
    const page = await ledger.listCheckpoints({ afterSize: all.at(-1)?.size ?? 0, limit: PAGE_CHECKPOINTS });
    all.push(...page);
    if (page.length < PAGE_CHECKPOINTS) return all;
  }
}

interface Head {
  readonly size: number;
  readonly root: Buffer;
  readonly path: string;
}

function headOf(kept: KeptCheckpoint, { log, witnesses = [] }: Trust, say: Say): Head[] {
  const path = `checkpoint ${kept.size}`;
  const checkpoint = log === null ? parseCheckpoint(kept.note) : openCheckpoint(kept.note, log);
  if (checkpoint?.size !== kept.size) {
    say(path, log === null ? 'it is no checkpoint' : `it is not signed with the key ${log.text}`);
    return [];
  }
  for (const { witness, line } of kept.cosignatures) {
    const verifier = witnesses.find(({ text }) => text === witness);
    if (verifier === undefined) continue;
    const note = parseNote(withLines(kept.note, [line]));
    if (note === null || cosignedAt(note, verifier) === null) {
      say(path, `the line of the witness ${verifier.name} is not its cosignature`);
    }
  }
  return [{ size: kept.size, root: checkpoint.root, path }];
}

function readStamps(checkpoints: readonly KeptCheckpoint[], { readStamp }: Trust, say: Say): LedgerRead['stamped'] {
  if (readStamp === undefined) return [];
  const stamped: { size: number; at: Date }[] = [];
  for (const { size, note, timestamp } of checkpoints) {
    if (timestamp === undefined) continue;
    const at = readStamp(timestamp, note);
    if (at instanceof Date) stamped.push({ size, at });
    else say(`checkpoint ${size}`, `its timestamp proves nothing: ${at}`);
  }
  const [first, ...others] = stamped;
  return first === undefined ? [] : [first, ...others.slice(-1)];
}

/** Whatever the database says: nobody who writes there has written these. */
function knownHeads({ log, known = [] }: Trust, say: Say): Head[] {
  return known.flatMap((checkpoint) => {
    const { size, root, origin } = checkpoint;
    const path = `checkpoint ${size}, kept elsewhere`;
    if (log === null || log.name === origin) return [{ size, root, path }];
    say(path, `it is of ${origin}, and not of ${log.name}`);
    return [];
  });
}

/** The root after each of these sizes, up to where the chain breaks. */
async function computeRoots(
  ledger: ReviewedLedger,
  sizes: ReadonlySet<number>,
  say: Say,
): Promise<{ readonly entries: number; readonly at: ReadonlyMap<number, Buffer> }> {
  const tree = new GrowingTree();
  const at = new Map([[0, tree.root()]]);
  let head = GENESIS;
  for (;;) {
    const page = await ledger.readLedger({ afterSequence: head.sequence, limit: PAGE_ROWS });
    const finding = verifyChain(page, head);
    if (!finding.intact) {
      say(`row ${finding.sequence}`, finding.reason);
      const [last] = (await ledger.readLedger({ afterSequence: finding.sequence - 1, limit: 1 })).slice(-1);
      return { entries: await countOf(ledger, last?.sequence ?? head.sequence), at };
    }
    for (const entry of page) {
      tree.push(leafOf(entry));
      if (sizes.has(tree.size)) at.set(tree.size, tree.root());
    }
    head = finding.head;
    if (page.length < PAGE_ROWS) return { entries: tree.size, at };
  }
}

/** Behind a break the rows are counted only, so that a missing tail is told apart from it. */
async function countOf(ledger: ReviewedLedger, from: number): Promise<number> {
  for (let last = from; ; ) {
    const page = await ledger.readLedger({ afterSequence: last, limit: PAGE_ROWS });
    last = page.at(-1)?.sequence ?? last;
    if (page.length < PAGE_ROWS) return last;
  }
}

function lastWitnessed(checkpoints: readonly KeptCheckpoint[], verifier: Verifier) {
  const lines = checkpoints.flatMap(({ size, note, cosignatures }) =>
    cosignatures
      .filter(({ witness }) => witness === verifier.text)
      .map(({ line }) => ({ size, note: parseNote(withLines(note, [line])) })),
  );
  const valid = lines.flatMap(({ size, note }) => {
    const at = note === null ? null : cosignedAt(note, verifier);
    return at === null ? [] : [{ witness: verifier.name, size, at }];
  });
  return valid.slice(-1);
}
