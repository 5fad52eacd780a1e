import type { Verdict } from './verdict.ts';

/** Where ledger, tree, checkpoints and register are not one. */
export interface LedgerFinding {
  /** `row 12`, `checkpoint 40`, `IC-0001`. */
  readonly path: string;
  /** One sentence. */
  readonly fact: string;
}

/** The whole ledger read and held against itself, its checkpoints and the register. */
export interface LedgerReview {
  readonly verdict: Exclude<Verdict, 'unknown'>;
  /** Rows that were read. */
  readonly entries: number;
  readonly checkpoints: number;
  /** Rows that the last checkpoint covers which agrees with them; 0: there is none. */
  readonly signedEntries: number;
  readonly interconnects: number;
  readonly findings: readonly LedgerFinding[];
}
