import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GENESIS, verifyChain } from '../../src/ledger/verify-chain.ts';
import { chainOf, tampered } from './ledger-samples.ts';

const chain = chainOf(['a', 'b', 'c', 'd']);

test('an untouched chain is intact, whole or continued', () => {
  const head = { sequence: 4, hash: chain[3]?.hash };
  expect(verifyChain(chain)).toEqual({ intact: true, head });
  const middle = verifyChain(chain.slice(0, 2));
  expect(middle.intact && verifyChain(chain.slice(2), middle.head)).toEqual({ intact: true, head });
  expect(verifyChain([])).toEqual({ intact: true, head: GENESIS });
});

test.each([
  [
    'altered content',
    tampered(chain, 1, { actor: 'nobody' }, 'kept'),
    2,
    'row 2 was altered: its content does not have its hash',
  ],
  [
    'altered content and hash',
    tampered(chain, 1, { actor: 'nobody' }, 'recomputed'),
    3,
    'row 3 does not follow the row before it',
  ],
  ['a row taken out', chain.filter((_, index) => index !== 1), 2, 'row 2 is missing: row 3 stands in its place'],
  ['the first row taken out', chain.slice(1), 1, 'row 1 is missing: row 2 stands in its place'],
  ['a row twice', [...chain.slice(0, 2), ...chain.slice(1)], 3, 'row 3 is missing: row 2 stands in its place'],
  [
    'another beginning',
    chainOf(['x', 'b', 'c']).slice(0, 1).concat(chain.slice(1)),
    2,
    'row 2 does not follow the row before it',
  ],
  [
    'a content without a JSON form',
    tampered(chain, 2, { body: { at: new Date(0) } }, 'kept'),
    3,
    'row 3 was altered: its content does not have its hash',
  ],
])('%s is found, with the first row that is broken', (_case, entries, sequence, reason) => {
  expect(verifyChain(entries)).toEqual({ intact: false, sequence, reason });
});

test('whichever member of whichever row changes, the chain breaks there', () => {
  const members = ['actor', 'action', 'subject', 'at', 'previousHash', 'hash'] as const;
  fc.assert(
    fc.property(fc.nat(3), fc.constantFrom(...members), fc.string(), (index, member, text) => {
      fc.pre(chain[index]?.[member] !== text);
      const finding = verifyChain(tampered(chain, index, { [member]: text }, 'kept'));
      expect(finding).toMatchObject({ intact: false, sequence: index + 1 });
    }),
  );
});
