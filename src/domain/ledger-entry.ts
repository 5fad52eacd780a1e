import { canonicalJson, type Digest, digestOf, digestOfText } from './canonical-json.ts';

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
  /** Random: whoever has only the digest cannot guess the fact from it. null or absent: a fact of before there were nonces. */
  readonly nonce?: string | null;
}

export interface LedgerEntry extends LedgerFact {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly previousHash: Digest;
  readonly hash: Digest;
}

/** The hash before the first row. */
export const GENESIS_HASH = `sha256:${'0'.repeat(64)}` as Digest;

/** Of a fact with a nonce; one without has no member `format`, so neither passes for the other. */
const FORMAT = 'wasl-fact/2';

export function digestLedgerFact({ actor, action, subject, body, at, nonce = null }: LedgerFact): Digest {
  const fact = { actor, action, subject, body, at };
  return digestOf(nonce === null ? fact : { format: FORMAT, ...fact, nonce });
}

/**
 * What a row's hash is made of, and its leaf in the tree. Over the fact's digest, not over the fact: a row whose content an auditor may not
 * see, or that was erased, still links the chain.
 */
export function ledgerLink(sequence: number, previousHash: Digest, factDigest: Digest): string {
  return canonicalJson({ sequence, previousHash, fact: factDigest });
}

export function linkLedgerRow(sequence: number, previousHash: Digest, factDigest: Digest): Digest {
  return digestOfText(ledgerLink(sequence, previousHash, factDigest));
}

export function hashLedgerEntry(sequence: number, previousHash: Digest, fact: LedgerFact): Digest {
  return linkLedgerRow(sequence, previousHash, digestLedgerFact(fact));
}
