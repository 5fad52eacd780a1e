import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyRanges,
  EMPTY_ROOT,
  GrowingTree,
  hashLeaf,
  hashNode,
  hashRange,
  inclusionRanges,
  type Subtree,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
} from '../../src/ledger/merkle-tree.ts';

/** RFC 6962 §2.1, word for word. */
function mth(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return only;
  const k = largestPowerBelow(leaves.length);
  return hashNode(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

/** §2.1.1. */
function path(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = largestPowerBelow(leaves.length);
  return m < k
    ? [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))];
}

/** §2.1.2. */
function subproof(m: number, leaves: readonly Buffer[], isWhole: boolean): Buffer[] {
  if (m === leaves.length) return isWhole ? [] : [mth(leaves)];
  const k = largestPowerBelow(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), isWhole), mth(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))];
}

function largestPowerBelow(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

const leavesOf = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => hashLeaf(`leaf ${index}`));

/** Complete subtrees as a growing tree gives them. */
function grown(leaves: readonly Buffer[]) {
  const tree = new GrowingTree();
  const hashes = new Map<string, Buffer>();
  for (const leaf of leaves) for (const node of tree.push(leaf)) hashes.set(`${node.level}/${node.index}`, node.hash);
  const hashOf = ({ level, index }: Subtree): Buffer => {
    const hash = hashes.get(`${level}/${index}`);
    if (hash === undefined) throw new Error(`subtree ${level}/${index} is not complete`);
    return hash;
  };
  return { tree, hashOf };
}

/** Inputs and answers of Certificate Transparency's own tests of RFC 6962. */
const KNOWN_LEAVES = [
  ...['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'],
].map((hex) => hashLeaf(Buffer.from(hex, 'hex')));
const KNOWN_ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the tree', () => {
  test('has the roots that RFC 6962 gives', () => {
    expect(EMPTY_ROOT.toString('hex')).toBe(KNOWN_ROOTS[0]);
    for (const [size, root] of KNOWN_ROOTS.entries()) {
      const { tree, hashOf } = grown(KNOWN_LEAVES.slice(0, size));
      expect(tree.root().toString('hex')).toBe(root);
      expect(hashRange({ start: 0, end: size }, hashOf).toString('hex')).toBe(root);
    }
  });

  test('has the known inclusion and consistency proofs', () => {
    const { hashOf } = grown(KNOWN_LEAVES);
    const hex = (ranges: readonly { start: number; end: number }[]) =>
      ranges.map((range) => hashRange(range, hashOf).toString('hex'));
    expect(hex(inclusionRanges(5, 8))).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(hex(consistencyRanges(6, 8))).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  test('is, at every size, what the definition says, and so are its proofs', () => {
    const leaves = leavesOf(70);
    const { hashOf } = grown(leaves);
    for (let size = 1; size <= leaves.length; size++) {
      const some = leaves.slice(0, size);
      const root = mth(some);
      expect(hashRange({ start: 0, end: size }, hashOf)).toEqual(root);
      for (let index = 0; index < size; index++) {
        const proof = inclusionRanges(index, size).map((range) => hashRange(range, hashOf));
        expect(proof).toEqual(path(index, some));
        expect(verifyInclusion(leaves[index] ?? root, { index, size, root }, proof)).toBe(true);
      }
      for (let old = 1; old <= size; old++) {
        const proof = consistencyRanges(old, size).map((range) => hashRange(range, hashOf));
        expect(proof).toEqual(subproof(old, some, true));
        const oldHead = { size: old, root: mth(leaves.slice(0, old)) };
        expect(verifyConsistency(oldHead, { size, root }, proof)).toBe(true);
      }
    }
  });

  test('goes on from its complete subtrees', () => {
    const leaves = leavesOf(40);
    for (let size = 0; size <= leaves.length; size++) {
      const { hashOf } = grown(leaves);
      const tree = new GrowingTree(size, subtreesOf({ start: 0, end: size }).map(hashOf));
      for (const leaf of leaves.slice(size)) tree.push(leaf);
      expect([tree.size, tree.root()]).toEqual([40, mth(leaves)]);
    }
  });

  test('of 2^40 leaves is proved with 40 hashes', () => {
    expect(inclusionRanges(2 ** 39 + 12_345, 2 ** 40)).toHaveLength(40);
    expect(consistencyRanges(2 ** 40 - 1, 2 ** 40).length).toBeLessThanOrEqual(41);
    expect(subtreesOf({ start: 0, end: 2 ** 40 - 1 })).toHaveLength(40);
  });
});

describe('a proof that is not one', () => {
  const world = fc
    .record({
      size: fc.integer({ min: 2, max: 200 }),
      at: fc.nat(),
      flip: fc.nat(),
      byte: fc.integer({ min: 0, max: 31 }),
    })
    .map(({ size, at, flip, byte }) => ({ size, at: at % size, flip, byte }));
  const flipped = (hash: Buffer | undefined, byte: number): Buffer => {
    const other = Buffer.from(hash ?? EMPTY_ROOT);
    other[byte] = (other[byte] ?? 0) ^ 1;
    return other;
  };

  test('shows no leaf', () => {
    fc.assert(
      fc.property(world, ({ size, at: index, flip, byte }) => {
        const leaves = leavesOf(size);
        const { hashOf, tree } = grown(leaves);
        const root = tree.root();
        const proof = inclusionRanges(index, size).map((range) => hashRange(range, hashOf));
        const leaf = leaves[index] ?? root;
        const position = flip % proof.length;
        const bent = proof.with(position, flipped(proof[position], byte));
        expect(verifyInclusion(leaf, { index, size, root }, bent)).toBe(false);
        expect(verifyInclusion(flipped(leaf, byte), { index, size, root }, proof)).toBe(false);
        expect(verifyInclusion(leaf, { index, size, root: flipped(root, byte) }, proof)).toBe(false);
        expect(verifyInclusion(leaf, { index, size, root }, proof.slice(1))).toBe(false);
        expect(verifyInclusion(leaf, { index, size, root }, [...proof, root])).toBe(false);
        expect(verifyInclusion(leaf, { index: (index + 1) % size, size, root }, proof)).toBe(false);
        expect(verifyInclusion(leaf, { index: size, size, root }, proof)).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  test('shows no continuation', () => {
    fc.assert(
      fc.property(world, ({ size, at, flip, byte }) => {
        const old = at + 1 === size ? 1 : at + 1;
        const leaves = leavesOf(size);
        const { hashOf } = grown(leaves);
        const [oldRoot, root] = [mth(leaves.slice(0, old)), mth(leaves)];
        const proof = consistencyRanges(old, size).map((range) => hashRange(range, hashOf));
        const holds = (from: Buffer, to: Buffer, given: readonly Buffer[]) =>
          verifyConsistency({ size: old, root: from }, { size, root: to }, given);
        const position = flip % proof.length;
        expect(holds(oldRoot, root, proof)).toBe(true);
        expect(holds(oldRoot, root, proof.with(position, flipped(proof[position], byte)))).toBe(false);
        expect(holds(flipped(oldRoot, byte), root, proof)).toBe(false);
        expect(holds(oldRoot, flipped(root, byte), proof)).toBe(false);
        expect(holds(oldRoot, root, proof.slice(1))).toBe(false);
        expect(holds(oldRoot, root, [...proof, root])).toBe(false);
        const forked = leaves.with(flip % old, hashLeaf('another'));
        const fork = grown(forked);
        const forkProof = consistencyRanges(old, size).map((range) => hashRange(range, fork.hashOf));
        expect(holds(oldRoot, mth(forked), forkProof)).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  test('of a shrunk tree, or another of the same size, is refused', () => {
    const [three, four] = [leavesOf(3), leavesOf(4)].map((leaves) => ({ size: leaves.length, root: mth(leaves) }));
    if (three === undefined || four === undefined) throw new Error('two trees');
    expect(verifyConsistency(four, three, [])).toBe(false);
    expect(verifyConsistency(four, { ...four, root: three.root }, [])).toBe(false);
    expect(verifyConsistency({ size: 0, root: EMPTY_ROOT }, four, [])).toBe(true);
    expect(verifyConsistency({ size: 0, root: three.root }, four, [])).toBe(false);
  });
});
