import { expect, test } from 'vitest';
import { digestOf } from '../../src/domain/canonical-json.ts';
import { digestLedgerFact } from '../../src/domain/ledger-entry.ts';

const fact = {
  actor: 'moh-1',
  action: 'approval.recorded',
  subject: 'IC-0001',
  body: { decision: 'approve' },
  at: 'x',
};

test('the digest of a fact cannot be guessed without its nonce', () => {
  const digests = ['AAAA', 'AAAB'].map((nonce) => digestLedgerFact({ ...fact, nonce }));
  expect(new Set([...digests, digestLedgerFact(fact)]).size).toBe(3);
});

test('a fact of before there were nonces has the digest that it had', () => {
  expect(digestLedgerFact(fact)).toBe(digestOf(fact));
  expect(digestLedgerFact({ ...fact, nonce: null })).toBe(digestOf(fact));
});
