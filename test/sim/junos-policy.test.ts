import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteTarget, type RouteTarget } from '../../src/domain/route-target.ts';
import {
  evaluateChain,
  type Member,
  type PolicyOptions,
  readMember,
  requiredTargets,
  type Term,
} from '../../src/sim/junos/policy.ts';

const target = (number: number): RouteTarget => parseRouteTarget(`65000:${number}`);
const member = (text: string): Member => {
  const read = readMember(text);
  if (!read) throw new Error(`no member: ${text}`);
  return read;
};
const COMMUNITIES: ReadonlyMap<string, readonly Member[]> = new Map([
  ['A', [member('target:65000:1')]],
  ['B', [member('target:65000:2')]],
  ['AB', [member('target:65000:1'), member('target:65000:2')]],
  ['EMPTY', []],
]);

const term = (parts: Partial<Term>): Term => ({
  name: 't',
  family: null,
  communities: [],
  prefixes: null,
  protocols: [],
  actions: [],
  end: 'next-term',
  ...parts,
});
const optionsOf = (...policies: readonly (readonly Term[])[]): PolicyOptions => ({
  policies: new Map(policies.map((terms, i) => [`P${i}`, terms])),
  communities: COMMUNITIES,
});
const namesOf = (options: PolicyOptions): string[] => [...options.policies.keys()];
const route = (...numbers: readonly number[]) => ({
  prefix: parsePrefix('10.1.1.0/24'),
  family: 'ipv4' as const,
  protocol: 'bgp' as const,
  targets: new Set(numbers.map(target)),
});
const evaluate = (options: PolicyOptions, numbers: readonly number[], fallback: 'accept' | 'reject' = 'reject') => {
  const result = evaluateChain(namesOf(options), options, route(...numbers), fallback);
  return result === null ? null : [...result].map((rt) => Number(rt.split(':')[2])).sort();
};

describe('a member of a Junos community', () => {
  const own = target(300);
  const other = parseRouteTarget('65000:9001');
  it.each([
    ['target:65000:300', true, false],
    ...['target:.*', '.*', '^.*$', 'target:.+', '^target:6.+', 'target:65000.*', 'target:*:*', '*:*:*'].map(
      (text) => [text, true, true] as const,
    ),
    ...['target:65000:9{1}001', '.*:9001', 'target:65000:9[0-9]+'].map((text) => [text, false, true] as const),
    ['target:65000:(300|9001)', true, true],
    ['target:6500[0-9]:[0-9]{3}', true, false],
  ] as const)('%s is matched as a pattern of the whole target', (text, takesOwn, takesOther) => {
    expect([member(text).matches(own), member(text).matches(other)]).toEqual([takesOwn, takesOther]);
    const options = (action: string): PolicyOptions => ({
      policies: new Map([['P0', [term({ communities: ['X'], actions: [{ action, community: 'X' }], end: 'accept' })]]]),
      communities: new Map([['X', [member(text)]]]),
    });
    expect(evaluate(options('delete'), [9001])).toEqual(takesOther ? [] : null);
    // What can match more than it names gives no bound.
    const asks: PolicyOptions = {
      policies: new Map([['P0', [term({ communities: ['X'], end: 'accept' }), term({ end: 'reject' })]]]),
      communities: new Map([['X', [member(text)]]]),
    };
    expect(requiredTargets(['P0'], asks)).toEqual(/^target:\d+:\d+$/.test(text) ? new Set([own]) : 'any');
  });

  it('is none where it is neither target nor pattern', () => {
    expect([readMember('target:x'), readMember('target:(1'), readMember('origin:65000:1')]).toEqual([
      null,
      null,
      undefined,
    ]);
  });
});

describe('a chain of Junos policies', () => {
  it('ends at the first accept or reject that matches', () => {
    const chain = optionsOf(
      [term({ communities: ['A'], end: 'reject' }), term({ communities: ['B'], end: 'accept' })],
      [term({ end: 'accept' })],
    );
    expect(evaluate(chain, [1])).toBeNull();
    expect(evaluate(chain, [1, 2])).toBeNull();
    expect(evaluate(chain, [2])).toEqual([2]);
    expect(evaluate(chain, [3])).toEqual([3]);
  });

  it('goes on with the next policy at next policy, skipping the terms between', () => {
    const chain = optionsOf(
      [term({ communities: ['A'], end: 'next-policy' }), term({ end: 'reject' })],
      [term({ end: 'accept' })],
    );
    expect(evaluate(chain, [1])).toEqual([1]);
    expect(evaluate(chain, [2])).toBeNull();
  });

  it('takes the default of its direction where no term decides', () => {
    const chain = optionsOf([term({ communities: ['A'], end: 'accept' })]);
    expect(evaluate(chain, [2], 'accept')).toEqual([2]);
    expect(evaluate(chain, [2], 'reject')).toBeNull();
  });

  it('matches any of the communities of a term, but all members of one, and none of an empty one', () => {
    const accepts = (communities: readonly string[]) => optionsOf([term({ communities, end: 'accept' })]);
    expect(evaluate(accepts(['A', 'B']), [2])).toEqual([2]);
    expect(evaluate(accepts(['AB']), [2])).toBeNull();
    expect(evaluate(accepts(['AB']), [1, 2])).toEqual([1, 2]);
    expect(evaluate(accepts(['EMPTY']), [1])).toBeNull();
  });

  it('matches prefixes exactly, longer, or both, and families and protocols', () => {
    const lengths = (prefix: string, kind: string) =>
      optionsOf([term({ prefixes: [{ prefix: parsePrefix(prefix), lengths: kind }], end: 'accept' })]);
    expect(evaluate(lengths('10.1.1.0/24', 'exact'), [])).toEqual([]);
    expect(evaluate(lengths('10.1.0.0/16', 'exact'), [])).toBeNull();
    expect(evaluate(lengths('10.1.0.0/16', 'longer'), [])).toEqual([]);
    expect(evaluate(lengths('10.1.1.0/24', 'longer'), [])).toBeNull();
    expect(evaluate(lengths('10.1.1.0/24', 'orlonger'), [])).toEqual([]);
    expect(evaluate(lengths('0.0.0.0/0', 'orlonger'), [])).toEqual([]);
    expect(evaluate(lengths('::/0', 'orlonger'), [])).toBeNull();
    expect(evaluate(optionsOf([term({ family: 'ipv6', end: 'accept' })]), [])).toBeNull();
    expect(evaluate(optionsOf([term({ protocols: ['direct'], end: 'accept' })]), [])).toBeNull();
  });

  it('adds, sets and deletes communities as it goes, visibly for what follows', () => {
    const act = (action: string, community: string) => term({ actions: [{ action, community }] });
    const accept = term({ end: 'accept' });
    expect(evaluate(optionsOf([act('add', 'B'), accept]), [1])).toEqual([1, 2]);
    expect(evaluate(optionsOf([act('set', 'B'), accept]), [1])).toEqual([2]);
    expect(evaluate(optionsOf([act('delete', 'A'), accept]), [1, 2])).toEqual([2]);
    const seen = optionsOf([act('add', 'B')], [term({ communities: ['B'], end: 'accept' })]);
    expect(evaluate(seen, [1])).toEqual([1, 2]);
  });

  it('accepts nothing outside of the targets that narrow the search', () => {
    const termArbitrary = fc.record({
      name: fc.constant('t'),
      family: fc.constantFrom(null, 'ipv4' as const, 'ipv6' as const),
      communities: fc.uniqueArray(fc.constantFrom('A', 'B', 'AB', 'EMPTY'), { maxLength: 2 }),
      prefixes: fc.constantFrom(null, [{ prefix: parsePrefix('10.0.0.0/8'), lengths: 'orlonger' }], []),
      protocols: fc.constantFrom([], ['bgp'], ['direct']),
      actions: fc.oneof(
        { weight: 4, arbitrary: fc.constant([]) },
        fc
          .record({ action: fc.constantFrom('add', 'set', 'delete'), community: fc.constantFrom('A', 'B') })
          .map((a) => [a]),
      ),
      end: fc.constantFrom<Term['end']>('accept', 'reject', 'next-policy', 'next-term'),
    });
    // Most chains have no bound; those that end in a plain reject may have one.
    const policy = fc
      .tuple(fc.array(termArbitrary, { maxLength: 3 }), fc.boolean())
      .map(([terms, closes]) => [...terms, ...(closes ? [term({ end: 'reject' })] : [])]);
    const policies = fc.array(policy, { minLength: 1, maxLength: 3 });
    const numbers = fc.uniqueArray(fc.constantFrom(1, 2, 3), { maxLength: 3 });
    let narrowed = 0;
    fc.assert(
      fc.property(policies, numbers, (terms, carried) => {
        const options = optionsOf(...terms);
        const required = requiredTargets(namesOf(options), options);
        if (required === 'any') return;
        narrowed++;
        const accepted = evaluate(options, carried, 'accept') !== null;
        if (accepted) expect(carried.some((number) => required.has(target(number)))).toBe(true);
      }),
      { numRuns: 5_000 },
    );
    // The property says nothing when no chain has a bound.
    expect(narrowed).toBeGreaterThan(300);
  });
});
