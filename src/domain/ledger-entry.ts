import { type Digest, digestOf } from './canonical-json.ts';

/** What happened, as an auditor reads it. The chain: each row's hash covers its content and the hash of the row before. */
export interface LedgerFact {
  /** A person id, or `wasl` for what the program did by itself. */
  readonly actor: string;
  /** Verb-first, dotted by subject: `request.submitted`, `plan.approved`, `change.applied`. */
  readonly action: string;
  /** The id of what it is about. */
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** ISO 8601 with zone. */
  readonly at: string;
}

export interface LedgerEntry extends LedgerFact {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly previousHash: Digest;
  readonly hash: Digest;
}

/** The hash before the first row. */
export const GENESIS_HASH = `sha256:${'0'.repeat(64)}` as Digest;

export function digestLedgerFact({ actor, action, subject, body, at }: LedgerFact): Digest {
  return digestOf({ actor, action, subject, body, at });
}

/** Over the fact's digest, not over the fact: a row whose content an auditor may not see, or that was erased, still links the chain. */
export function linkLedgerRow(sequence: number, previousHash: Digest, factDigest: Digest): Digest {
  return digestOf({ sequence, previousHash, fact: factDigest });
}

export function hashLedgerEntry(sequence: number, previousHash: Digest, fact: LedgerFact): Digest {
  return linkLedgerRow(sequence, previousHash, digestLedgerFact(fact));
}
