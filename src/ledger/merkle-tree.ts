/**
 * The Merkle tree of RFC 6962 §2.1 over the ledger's rows. A tree is cut into complete subtrees, whose hashes never change once their
 * leaves are there: whoever keeps those appends and proves in the logarithm of the tree's size.
 */
import { createHash } from 'node:crypto';

export const HASH_BYTES = 32;

/** Leaves `index * 2^level` to the end of it, all there. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** Leaves from `start`, without `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The hash of a complete subtree. */
export type HashOf = (subtree: Subtree) => Buffer;

/** Of a tree without leaves. */
export const EMPTY_ROOT = createHash('sha256').digest();

export function hashLeaf(leaf: string | Uint8Array): Buffer {
  return createHash('sha256').update(Uint8Array.of(0)).update(leaf).digest();
}

export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();
}

/** The largest power of two below `size`, which is at least 2: where RFC 6962 splits a tree. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Left to right. `start` is a multiple of the smallest power of two that is not below the length. */
export function subtreesOf({ start, end }: Range): Subtree[] {
  const subtrees: Subtree[] = [];
  let at = start;
  for (let level = levelOf(end - start); level >= 0; level -= 1) {
    const length = 2 ** level;
    if (end - at < length) continue;
    subtrees.push({ level, index: at / length });
    at += length;
  }
  return subtrees;
}

const levelOf = (length: number): number => (length < 1 ? -1 : Math.floor(Math.log2(length)));

/** Of a whole tree where `start` is 0, and of what a proof names else. */
export function hashRange(range: Range, hashOf: HashOf): Buffer {
  const hashes = subtreesOf(range).map(hashOf);
  const last = hashes.pop();
  if (last === undefined) return EMPTY_ROOT;
  return hashes.reduceRight((right, left) => hashNode(left, right), last);
}

/** RFC 6962 §2.1.1, from the leaf to the root. */
export function inclusionRanges(index: number, size: number): Range[] {
  return pathOf(index, { start: 0, end: size });
}

function pathOf(index: number, { start, end }: Range): Range[] {
  if (end - start <= 1) return [];
  const middle = start + splitOf(end - start);
  return index < middle
    ? [...pathOf(index, { start, end: middle }), { start: middle, end }]
    : [...pathOf(index, { start: middle, end }), { start, end: middle }];
}

/** RFC 6962 §2.1.2: that the tree of `size` leaves begins with the tree of `old` leaves. */
export function consistencyRanges(old: number, size: number): Range[] {
  return old === 0 || old === size ? [] : subproof(old, { start: 0, end: size }, true);
}

function subproof(old: number, { start, end }: Range, isWhole: boolean): Range[] {
  if (old === end) return isWhole ? [] : [{ start, end }];
  const middle = start + splitOf(end - start);
  if (old <= middle) return [...subproof(old, { start, end: middle }, isWhole), { start: middle, end }];
  return [...subproof(old, { start: middle, end }, false), { start, end: middle }];
}

/** RFC 9162 §2.1.3.2. */
export function verifyInclusion(
  leaf: Buffer,
  { index, size, root }: { readonly index: number; readonly size: number; readonly root: Buffer },
  proof: readonly Buffer[],
): boolean {
  const ranges = isIndex(index) && isIndex(size) && index < size ? inclusionRanges(index, size) : null;
  if (ranges === null || ranges.length !== proof.length) return false;
  const hash = proof.reduce((below, sibling, step) => {
    const isRight = (ranges[step]?.start ?? 0) > index;
    return isRight ? hashNode(below, sibling) : hashNode(sibling, below);
  }, leaf);
  return hash.equals(root);
}

export interface TreeHead {
  /** Leaves. */
  readonly size: number;
  readonly root: Buffer;
}

/** Whether `tree` begins with `old`. A tree of no leaves is the beginning of every other. */
export function verifyConsistency(old: TreeHead, tree: TreeHead, proof: readonly Buffer[]): boolean {
  if (!isIndex(old.size) || !isIndex(tree.size) || old.size > tree.size) return false;
  if (old.size === tree.size) return proof.length === 0 && old.root.equals(tree.root);
  if (old.size === 0) return proof.length === 0 && old.root.equals(EMPTY_ROOT);
  const given = consistencyRanges(old.size, tree.size);
  if (given.length !== proof.length) return false;
  const known = new Map(given.map((range, index) => [keyOf(range), proof[index] ?? EMPTY_ROOT]));
  // What is in the proof, or is the old tree itself, is taken as it is; what is not is made of its halves.
  known.set(keyOf({ start: 0, end: old.size }), old.root);
  const oldRoot = combine({ start: 0, end: old.size }, withoutWhole(known, old.size));
  const root = combine({ start: 0, end: tree.size }, known);
  const isBeginning = oldRoot === null ? isPower(old.size) : oldRoot.equals(old.root);
  return isBeginning && root?.equals(tree.root) === true;
}

const isIndex = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isPower = (size: number): boolean => subtreesOf({ start: 0, end: size }).length === 1;
const keyOf = ({ start, end }: Range): string => `${start}-${end}`;

function withoutWhole(known: ReadonlyMap<string, Buffer>, size: number): ReadonlyMap<string, Buffer> {
  return new Map([...known].filter(([key]) => key !== keyOf({ start: 0, end: size })));
}

/** null: it is not made of what is known. */
function combine(range: Range, known: ReadonlyMap<string, Buffer>): Buffer | null {
  const found = known.get(keyOf(range));
  if (found !== undefined || range.end - range.start <= 1) return found ?? null;
  const middle = range.start + splitOf(range.end - range.start);
  const left = combine({ start: range.start, end: middle }, known);
  if (left === null) return null;
  const right = combine({ start: middle, end: range.end }, known);
  return right === null ? null : hashNode(left, right);
}

/** A tree that grows leaf by leaf in the memory of its right edge. */
export class GrowingTree {
  #size: number;
  /** The complete subtrees of the tree, left to right. */
  readonly #edge: { readonly level: number; readonly hash: Buffer }[];

  /** Goes on from the tree whose complete subtrees (`subtreesOf`) have these hashes. */
  constructor(size = 0, hashes: readonly Buffer[] = []) {
    this.#size = size;
    this.#edge = subtreesOf({ start: 0, end: size }).map(({ level }, index) => ({
      level,
      hash: hashes[index] ?? EMPTY_ROOT,
    }));
  }

  get size(): number {
    return this.#size;
  }

  /** Returns the complete subtrees that it completes, the lowest first; the leaf itself is of level 0. */
  push(leaf: Buffer): (Subtree & { readonly hash: Buffer })[] {
    const completed = [{ level: 0, index: this.#size, hash: leaf }];
    for (let right = completed[0]; right !== undefined; ) {
      const left = this.#edge.at(-1);
      if (left === undefined || left.level !== right.level) {
        this.#edge.push({ level: right.level, hash: right.hash });
        break;
      }
      this.#edge.pop();
      right = { level: right.level + 1, index: (right.index - 1) / 2, hash: hashNode(left.hash, right.hash) };
      completed.push(right);
    }
    this.#size += 1;
    return completed;
  }

  root(): Buffer {
    const hashes = this.#edge.map(({ hash }) => hash);
    const last = hashes.pop();
    return last === undefined ? EMPTY_ROOT : hashes.reduceRight((right, left) => hashNode(left, right), last);
  }
}
