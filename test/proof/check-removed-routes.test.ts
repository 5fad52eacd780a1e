/** What a removal took away, table by table. */
import { expect, it } from 'vitest';
import type { NetworkView } from '../../src/domain/network-view.ts';
import { type ObservedRoute, type ObservedTables, tableKey } from '../../src/domain/observed-routes.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { familyOf } from '../../src/domain/prefix.ts';
import { checkRemovedRoutes } from '../../src/proof/check-removed-routes.ts';
import { alterVrf, makePe, pe, prefix, rt, vpn, vrfName } from './networks.ts';

const bare: NetworkView = {
  pes: [
    makePe('pe1', [
      { vpn: 'AAA', own: '65000:100' },
      { vpn: 'BBB', own: '65000:200' },
    ]),
    makePe('pe2', [
      { vpn: 'AAA', own: '65000:100' },
      { vpn: 'AAA', name: 'AAA-2', own: '65000:100', families: ['ipv4'] },
    ]),
    makePe('pe3', [{ vpn: 'CCC', own: '65000:300', prefixes: ['10.3.0.0/16', '2001:db8:3::/48'] }]),
  ],
};
/** What AAA loses of CCC. */
const planOf = (lost: readonly [string, string][], touched: readonly string[]) =>
  ({
    routers: touched.map((name) => ({ pe: pe(name) })),
    lost: lost.map(([at, text]) => {
      const [to = '', toPe = ''] = at.split('@');
      return {
        from: vpn('CCC'),
        fromPe: pe('pe3'),
        to: vpn(to),
        toPe: pe(toPe),
        prefix: prefix(text),
        via: rt('65000:1'),
      };
    }),
  }) as unknown as Plan;

/** `VRF@PE` -> its routes of either family, a local one with `!`; every other table is empty. */
function tablesOf(held: Readonly<Record<string, readonly string[]>>, unread: readonly string[] = []): ObservedTables {
  const tables = new Map<string, ObservedRoute[]>();
  for (const { name, vrfs } of bare.pes) {
    for (const vrf of vrfs) {
      for (const family of ['ipv4', 'ipv6'] as const) {
        if (unread.includes(`${vrf.name}@${name} ${family}`)) continue;
        const routes = (held[`${vrf.name}@${name}`] ?? []).map((text): ObservedRoute => {
          const [bareText = ''] = text.split('!');
          return { prefix: prefix(bareText), origin: text.endsWith('!') ? 'local' : 'vpn' };
        });
        tables.set(
          tableKey(pe(name), vrfName(vrf.name), family),
          routes.filter((one) => familyOf(one.prefix) === family),
        );
      }
    }
  }
  return tables;
}
const LOST: [string, string][] = [
  ['AAA@pe1', '10.3.0.0/16'],
  ['AAA@pe2', '10.3.0.0/16'],
  ['AAA@pe2', '2001:db8:3::/48'],
];
const HAD = { 'AAA@pe1': ['10.3.0.0/16'], 'AAA@pe2': ['10.3.0.0/16'], 'AAA-2@pe2': ['10.3.0.0/16'] };
function check(
  now: Readonly<Record<string, readonly string[]>>,
  more: { unread?: string[]; before?: ObservedTables; view?: NetworkView; touched?: string[] } = {},
) {
  const plan = planOf(LOST, more.touched ?? ['pe1', 'pe2']);
  const view = more.view ?? bare;
  return checkRemovedRoutes({ view, before: more.before ?? tablesOf(HAD), after: tablesOf(now, more.unread), plan });
}

it('counts what went in every VRF of the VPN with the family, on the PEs that it touches', () => {
  // Two VRFs at pe2, one of them without IPv6.
  expect(check({})).toEqual({
    summary: '4 routes left as planned; 4 of 4 routing tables were read',
    still: [],
    told: [],
  });
  expect(check({}, { touched: ['pe2'] }).summary).toBe('3 routes left as planned; 3 of 3 routing tables were read');
  expect(check({}, { touched: [] }).summary).toBe('0 routes left as planned; 0 of 0 routing tables were read');
});

it('tells what is still there, of its own prefixes alone', () => {
  const { still, told, summary } = check({
    ...HAD,
    'AAA@pe1': ['10.3.0.0/16', '10.9.0.0/16'],
    'BBB@pe1': ['10.3.0.0/16'],
  });
  const inVrf = ['VRF AAA at pe1', 'VRF AAA at pe2', 'VRF AAA-2 at pe2'];
  expect(still).toEqual(
    inVrf.map(
      (where) => `10.3.0.0/16 is still in ${where}, though nothing of this interconnect is configured there any more`,
    ),
  );
  expect([told, summary]).toEqual([[], '1 routes left as planned; 4 of 4 routing tables were read']);
});

it('takes a route of the VRF’s own for no route of the other VPN, before and after', () => {
  expect(check({ 'AAA@pe1': ['10.3.0.0/16!'] })).toMatchObject({ still: [], told: [] });
  const came = check({ 'AAA@pe1': ['10.3.0.0/16'] }, { before: tablesOf({ ...HAD, 'AAA@pe1': ['10.3.0.0/16!'] }) });
  expect(came).toMatchObject({ still: [], told: ['10.3.0.0/16 came to VRF AAA at pe1 meanwhile, from somebody else'] });
});

it('tells what came meanwhile; where nobody looked before, it may be the old one', () => {
  const now = { 'AAA@pe1': ['10.3.0.0/16'] };
  expect(check(now, { before: tablesOf({}) })).toMatchObject({
    still: [],
    told: ['10.3.0.0/16 came to VRF AAA at pe1 meanwhile, from somebody else'],
  });
  expect(check(now, { before: new Map() }).still).toHaveLength(1);
});

it('tells what something else carries', () => {
  const view = alterVrf(bare, 'pe1', 'AAA', (vrf) => ({
    ...vrf,
    share: { ipv4: { imports: [rt('65000:300')], exports: [] } },
  }));
  expect(check(HAD, { view })).toMatchObject({
    told: ['10.3.0.0/16 is still in VRF AAA at pe1, where something else carries it'],
    still: [expect.stringContaining('VRF AAA at pe2'), expect.stringContaining('VRF AAA-2 at pe2')],
  });
});

it('says which tables were not read, behind the rest', () => {
  const { summary, told, still } = check(
    { 'AAA@pe1': ['10.3.0.0/16'] },
    { unread: ['AAA@pe2 ipv4', 'AAA@pe2 ipv6'], before: tablesOf({}) },
  );
  expect([summary, still]).toEqual(['1 routes left as planned; 2 of 4 routing tables were read', []]);
  expect(told).toEqual([
    '10.3.0.0/16 came to VRF AAA at pe1 meanwhile, from somebody else',
    'the routes of VRF AAA at pe2 were not read after the commit',
    'the routes of VRF AAA at pe2 were not read after the commit',
  ]);
});
