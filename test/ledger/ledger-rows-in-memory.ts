import type { LedgerEntry } from '../../src/domain/ledger-entry.ts';
import type { LedgerRows, TreeNode } from '../../src/ledger/ledger-tree.ts';

export interface RowsInMemory extends LedgerRows {
  /** May be changed: whoever owns the tables can. */
  entries: LedgerEntry[];
  readonly nodes: Map<string, TreeNode>;
  /** Rows that were given out since the last look. */
  takeCount(): number;
}

export function rowsInMemory(entries: readonly LedgerEntry[]): RowsInMemory {
  const nodes = new Map<string, TreeNode>();
  let given = 0;
  const rows: RowsInMemory = {
    entries: [...entries],
    nodes,
    async readLedger({ afterSequence, limit = 500 }) {
      const page = rows.entries.filter(({ sequence }) => sequence > afterSequence).slice(0, limit);
      given += page.length;
      return page;
    },
    countTreeNodes: async (level) => [...nodes.values()].filter((node) => node.level === level).length,
    readTreeNodes: async (subtrees) =>
      subtrees.flatMap(({ level, index }) => {
        const node = nodes.get(`${level}/${index}`);
        return node === undefined ? [] : [node];
      }),
    async saveTreeNodes(added) {
      for (const node of added)
        if (!nodes.has(`${node.level}/${node.index}`)) nodes.set(`${node.level}/${node.index}`, node);
    },
    takeCount() {
      const count = given;
      given = 0;
      return count;
    },
  };
  return rows;
}
