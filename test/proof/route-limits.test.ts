/** How many routes a table may hold, against how many it holds and how many come. */
import { expect, it } from 'vitest';
import type { RouteLimit } from '../../src/domain/network-view.ts';
import { type ObservedRoute, tableKey } from '../../src/domain/observed-routes.ts';
import { differRoutes } from '../../src/proof/change-under-proof.ts';
import { proveRouteLimits } from '../../src/proof/route-limits.ts';
import { brutePut } from './brute-force.ts';
import { alterVrf, makeFlow, makeInterconnect, pe, prefix, sampleNetwork, vrfName } from './networks.ts';

const ONE = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']));
const WHOLE = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', 'whole-vpn'));
const at = (router: string, vrf: string) => tableKey(pe(router), vrfName(vrf), 'ipv4');
const route = (text: string): ObservedRoute => ({ prefix: prefix(text), origin: 'local' });

function prove(
  limit: RouteLimit | null,
  size: number | null,
  subject = ONE,
  tables: Readonly<Record<string, readonly ObservedRoute[]>> = {},
) {
  const limited = alterVrf(sampleNetwork(), 'pe3', 'MOF', (vrf) => ({
    ...vrf,
    ...(limit === null ? {} : { routeLimits: { ipv4: limit } }),
  }));
  const after = brutePut(limited, [subject]);
  const change = { kind: 'provision' as const, before: limited, after, subject, others: [] };
  const read = { held: new Map(Object.entries(tables)), sizes: size === null ? {} : { [at('pe3', 'MOF')]: size } };
  return proveRouteLimits({ ...change, ...read }, differRoutes(limited, after)).map(
    ({ verdict, assumptions, counterExamples }) => [
      verdict,
      ...assumptions,
      ...counterExamples.map(({ sentence }) => sentence),
    ],
  );
}

const HARD = { routes: 100, drops: true };

it.each([
  ['no limit is no proof', null, 5, []],
  ['there is room for one', HARD, 99, [['pass']]],
  [
    'there is none',
    HARD,
    100,
    [
      [
        'fail',
        'VRF MOF at pe3 holds 100 ipv4 routes and would take 1 more, but may hold 100: raise its limit, or agree on fewer networks',
      ],
    ],
  ],
  [
    'nobody counted',
    HARD,
    null,
    [['unknown', 'VRF MOF at pe3 may hold 100 ipv4 routes, and how many it holds was not read']],
  ],
  [
    'it is only logged',
    { routes: 100, drops: false },
    100,
    [['pass', 'VRF MOF at pe3 logs a warning over 100 ipv4 routes, and drops none']],
  ],
])('%s', (_what, limit, size, said) => {
  expect(prove(limit, size)).toEqual(said);
});

it('counts what comes beyond the inventory where all is given, and nothing twice', () => {
  const [verdict, sentence] = prove(HARD, 97, WHOLE)[0] ?? [];
  expect([verdict, sentence]).toEqual(['pass', undefined]);
  const more = [1, 2, 3, 4].map((number) => route(`10.77.${number}.0/24`));
  expect(prove(HARD, 97, WHOLE, { [at('pe1', 'MOH')]: more })[0]).toEqual([
    'fail',
    expect.stringMatching(/^VRF MOF at pe3 holds 97 ipv4 routes and would take \d more, but may hold 100: /),
  ]);
  expect(prove(HARD, 97, WHOLE, { [at('pe1', 'MOH')]: more, [at('pe3', 'MOF')]: more })[0]?.[0]).toBe('pass');
});
