/** The tree over the rows of a ledger that is stored elsewhere: grown, and asked for proofs, in the logarithm of its size. */
import { digestLedgerFact, type LedgerEntry, ledgerLink } from '../domain/ledger-entry.ts';
import { WaslError } from '../errors.ts';
import {
  consistencyRanges,
  GrowingTree,
  hashLeaf,
  hashRange,
  inclusionRanges,
  type Range,
  type Subtree,
  subtreesOf,
} from './merkle-tree.ts';
import { GENESIS, type LedgerHead, verifyChain } from './verify-chain.ts';

/** Subtrees from here on are stored; those below are made of at most 256 rows when they are asked for. */
const NODE_LEVEL_MIN = 8;
const TILE_ROWS = 2 ** NODE_LEVEL_MIN;
/** Rows that are read at once. */
const PAGE_ROWS = 1_000;

export interface TreeNode extends Subtree {
  /** Hexadecimal. */
  readonly hash: string;
}

/** What a store of the ledger gives. */
export interface LedgerRows {
  readLedger(filter: { readonly afterSequence: number; readonly limit?: number }): Promise<LedgerEntry[]>;
  /** How many nodes of a level are there, without gaps from the first one. */
  countTreeNodes(level: number): Promise<number>;
  /** Those that are there, in any order. */
  readTreeNodes(subtrees: readonly Subtree[]): Promise<TreeNode[]>;
  /** Keeps what is there. */
  saveTreeNodes(nodes: readonly TreeNode[]): Promise<void>;
}

export function leafOf(entry: LedgerEntry): Buffer {
  return hashLeaf(ledgerLink(entry.sequence, entry.previousHash, digestLedgerFact(entry)));
}

/** The tree of all rows that are there now. Throws LEDGER_BROKEN where a new row does not continue the chain. */
export async function growTree(rows: LedgerRows): Promise<{ readonly size: number; readonly root: Buffer }> {
  const tiles = await rows.countTreeNodes(NODE_LEVEL_MIN);
  const stored = subtreesOf({ start: 0, end: tiles * TILE_ROWS });
  const tree = new GrowingTree(tiles * TILE_ROWS, await storedHashes(rows, stored));
  let head = await headAt(rows, tree.size);
  for (;;) {
    const page = await rows.readLedger({ afterSequence: tree.size, limit: PAGE_ROWS });
    const finding = verifyChain(page, head);
    if (!finding.intact) throw new WaslError('LEDGER_BROKEN', finding.reason, { path: `row ${finding.sequence}` });
    head = finding.head;
    const completed = page.flatMap((entry) => tree.push(leafOf(entry)));
    const nodes = completed.filter(({ level }) => level >= NODE_LEVEL_MIN);
    if (nodes.length > 0) await rows.saveTreeNodes(nodes.map((node) => ({ ...node, hash: node.hash.toString('hex') })));
    if (page.length < PAGE_ROWS) return { size: tree.size, root: tree.root() };
  }
}

async function headAt(rows: LedgerRows, size: number): Promise<LedgerHead> {
  if (size === 0) return GENESIS;
  const [row] = await rows.readLedger({ afterSequence: size - 1, limit: 1 });
  if (row?.sequence !== size) throw missing(size);
  return { sequence: size, hash: row.hash };
}

/** Of the first `size` rows. */
export async function rootAt(rows: LedgerRows, size: number): Promise<Buffer> {
  const [root] = await hashesOf(rows, [{ start: 0, end: size }]);
  return root ?? Buffer.alloc(0);
}

/** That the tree of `size` rows begins with the tree of `old` rows. */
export function proveConsistency(rows: LedgerRows, old: number, size: number): Promise<Buffer[]> {
  return hashesOf(rows, consistencyRanges(old, size));
}

/** That row `sequence` is in the tree of `size` rows. */
export function proveInclusion(rows: LedgerRows, sequence: number, size: number): Promise<Buffer[]> {
  return hashesOf(rows, inclusionRanges(sequence - 1, size));
}

async function hashesOf(rows: LedgerRows, ranges: readonly Range[]): Promise<Buffer[]> {
  const subtrees = ranges.flatMap(subtreesOf);
  const high = subtrees.filter(({ level }) => level >= NODE_LEVEL_MIN);
  const stored = await storedHashes(rows, high);
  const hashes = new Map(high.map((subtree, index) => [nameOf(subtree), stored[index]]));
  const leaves = await leavesUnder(
    rows,
    subtrees.filter(({ level }) => level < NODE_LEVEL_MIN),
  );
  const made = (subtree: Subtree): Buffer => {
    if (subtree.level >= NODE_LEVEL_MIN) return hashes.get(nameOf(subtree)) ?? Buffer.alloc(0);
    const tree = new GrowingTree();
    const first = subtree.index * 2 ** subtree.level;
    for (let leaf = first; leaf < first + 2 ** subtree.level; leaf++) {
      const hash = leaves.get(leaf);
      if (hash === undefined) throw missing(leaf + 1);
      tree.push(hash);
    }
    return tree.root();
  };
  return ranges.map((range) => hashRange(range, made));
}

/** By their index; of each tile that one of the subtrees is in. */
async function leavesUnder(rows: LedgerRows, subtrees: readonly Subtree[]): Promise<ReadonlyMap<number, Buffer>> {
  const tiles = new Set(subtrees.map(({ level, index }) => Math.floor((index * 2 ** level) / TILE_ROWS)));
  const leaves = new Map<number, Buffer>();
  for (const tile of tiles) {
    const page = await rows.readLedger({ afterSequence: tile * TILE_ROWS, limit: TILE_ROWS });
    for (const entry of page) leaves.set(entry.sequence - 1, leafOf(entry));
  }
  return leaves;
}

async function storedHashes(rows: LedgerRows, subtrees: readonly Subtree[]): Promise<Buffer[]> {
  if (subtrees.length === 0) return [];
  const found = new Map((await rows.readTreeNodes(subtrees)).map((node) => [nameOf(node), node.hash]));
  return subtrees.map((subtree) => {
    const hash = found.get(nameOf(subtree));
    if (hash !== undefined) return Buffer.from(hash, 'hex');
    throw new WaslError('LEDGER_BROKEN', `node ${nameOf(subtree)} of the tree is missing`, { path: 'ledger_nodes' });
  });
}

const nameOf = ({ level, index }: Subtree): string => `${level}/${index}`;
const missing = (sequence: number) =>
  new WaslError('LEDGER_BROKEN', `row ${sequence} is missing`, { path: `row ${sequence}` });
