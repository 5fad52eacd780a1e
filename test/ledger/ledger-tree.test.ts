import { beforeAll, describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../src/domain/ledger-entry.ts';
import { growTree, leafOf, proveConsistency, proveInclusion, rootAt } from '../../src/ledger/ledger-tree.ts';
import { GrowingTree, verifyConsistency, verifyInclusion } from '../../src/ledger/merkle-tree.ts';
import { rowsInMemory } from './ledger-rows-in-memory.ts';
import { chainOf, tampered } from './ledger-samples.ts';

let chain: readonly LedgerEntry[];
beforeAll(() => {
  chain = chainOf(Array.from({ length: 1_700 }, (_, index) => `IC-${index}`));
});

function rootOf(entries: readonly LedgerEntry[]): Buffer {
  const tree = new GrowingTree();
  for (const entry of entries) tree.push(leafOf(entry));
  return tree.root();
}

/** Grown in steps of these sizes. */
async function grownTo(...sizes: readonly number[]) {
  const rows = rowsInMemory([]);
  for (const size of sizes) {
    rows.entries = chain.slice(0, size);
    expect(await growTree(rows)).toEqual({ size, root: rootOf(rows.entries) });
  }
  rows.takeCount();
  return rows;
}

describe('the tree of a stored ledger', () => {
  test('is the same in whatever steps it grew', async () => {
    await grownTo(0, 1, 2, 255, 256, 257, 511, 513, 1_024, 1_700);
    const once = await grownTo(1_700);
    const steps = await grownTo(300, 900, 1_699, 1_700);
    expect([...steps.nodes]).toEqual([...once.nodes]);
    expect([...once.nodes.keys()].sort()).toEqual([
      ...['10/0', '8/0', '8/1', '8/2', '8/3', '8/4', '8/5', '9/0', '9/1', '9/2'],
    ]);
  });

  test('is grown, and asked for proofs, without reading it again', async () => {
    const rows = await grownTo(1_699);
    rows.entries = chain.slice(0, 1_700);
    await growTree(rows);
    // The rows behind the last complete 256, and the one that they follow.
    expect(rows.takeCount()).toBe(1_700 - 1_536 + 1);
    await proveInclusion(rows, 40, 1_700);
    expect(rows.takeCount()).toBeLessThanOrEqual(2 * 256);
    await proveConsistency(rows, 900, 1_700);
    expect(rows.takeCount()).toBeLessThanOrEqual(2 * 256);
  });

  test('proves its rows and its beginnings', async () => {
    const rows = await grownTo(1_700);
    for (const [old, size] of [
      [1, 1_700],
      [256, 1_024],
      [257, 900],
      [1_024, 1_025],
      [1_699, 1_700],
      [900, 900],
    ] as const) {
      const [from, to] = [await rootAt(rows, old), await rootAt(rows, size)];
      expect(from).toEqual(rootOf(chain.slice(0, old)));
      const proof = await proveConsistency(rows, old, size);
      expect(verifyConsistency({ size: old, root: from }, { size, root: to }, proof)).toBe(true);
    }
    for (const [sequence, size] of [
      [1, 1],
      [1, 1_700],
      [256, 300],
      [257, 300],
      [1_700, 1_700],
    ] as const) {
      const [root, entry] = [await rootAt(rows, size), chain[sequence - 1]];
      if (entry === undefined) throw new Error('the row is there');
      const proof = await proveInclusion(rows, sequence, size);
      expect(verifyInclusion(leafOf(entry), { index: sequence - 1, size, root }, proof)).toBe(true);
    }
  });

  test('is not grown over rows that were altered or are missing', async () => {
    const rows = await grownTo(600);
    rows.entries = tampered(chain, 1_000, { actor: 'nobody' }, 'kept');
    await expect(growTree(rows)).rejects.toThrow('row 1001 was altered: its content does not have its hash');
    rows.entries = chain.filter(({ sequence }) => sequence !== 650);
    await expect(growTree(rows)).rejects.toThrow('row 650 is missing: row 651 stands in its place');
    rows.entries = chain.slice(0, 500);
    await expect(growTree(rows)).rejects.toThrow('row 512 is missing');
  });
});
