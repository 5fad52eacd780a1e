import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countOf } from '../../src/domain/count-of.ts';
import { describeVerdict, type Plan } from '../../src/domain/plan.ts';
import { settlementOf } from '../../src/domain/settlement.ts';

it('one is one', () => {
  expect([0, 1, 2].map((count) => countOf(count, 'router'))).toEqual(['0 routers', '1 router', '2 routers']);
  const plan = { kind: 'provision', routers: [{ pe: 'pe1' }], proofs: [{ verdict: 'pass' }] } as unknown as Plan;
  expect(describeVerdict(plan)).toBe('1 proof passes; 1 router changes');
  const journal = [{ pe: 'pe1', state: 'confirmed', detail: null }] as never;
  expect(settlementOf(plan, journal, null)?.reason).toBe('confirmed on 1 router, each read back');
});

/** Where more than one is certain, or one is said apart; the client library stands alone. */
const NEVER_ONE = [
  'src/platforms/',
  'src/router/platforms/',
  'src/bin/demo/',
  'src/netconf/',
  'src/domain/input-phrases.ts',
];

it('no sentence counts by hand', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((path) => join('src', path));
  const counted = files
    .filter((path) => path.endsWith('.ts') && !NEVER_ONE.some((folder) => path.startsWith(folder)))
    .flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\$\{[^{}]*\.(?:length|size)\} (?!is\b|was\b)[a-z]+s\b/g)].map(
        ([text]) => `${path}: ${text}`,
      ),
    );
  expect(counted).toEqual([]);
});
