/** What explains that a route came, stayed or went in a table that was compared: its own VPN, an agreement, or nothing. */
import { describe, expect, it } from 'vitest';
import type { NetworkView } from '../../src/domain/network-view.ts';
import type { ObservedTables } from '../../src/domain/observed-routes.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { checkRoutes } from '../../src/proof/check-routes.ts';
import { planInput } from '../plan/samples.ts';
import { brutePut } from './brute-force.ts';
import {
  alterVrf,
  makeFlow,
  makeInterconnect,
  makePe,
  prefix,
  rt,
  sampleInterconnect,
  sampleNetwork,
} from './networks.ts';
import { add, alterTable, drop, key, observe } from './observed.ts';

const bare = sampleNetwork();
const SUBJECT = sampleInterconnect();
const announcing = (view: NetworkView, at: string, name: string, ...prefixes: string[]) =>
  alterVrf(view, at, name, (vrf) => ({
    ...vrf,
    attachments: [...vrf.attachments, { branch: 'more', prefixes: prefixes.map(prefix), probe: null }],
  }));
const without = (tables: ObservedTables, ...names: string[]) =>
  new Map([...tables].filter(([name]) => !names.includes(name)));

/** The sample is provisioned on this network; `change` alters what is read afterwards, `was` what was read before. */
function check(
  options: {
    network?: NetworkView;
    change?: (tables: ObservedTables) => ObservedTables;
    was?: (tables: ObservedTables) => ObservedTables;
    view?: (view: NetworkView) => NetworkView;
    others?: readonly (typeof SUBJECT)[];
  } = {},
) {
  const {
    network = bare,
    change = (tables) => tables,
    was = (tables) => tables,
    view = (of) => of,
    others = [],
  } = options;
  const before = brutePut(network, others);
  const after = brutePut(network, [...others, SUBJECT]);
  const plan = planChange(planInput({ view: before, active: others, subject: SUBJECT }));
  const result = checkRoutes({ view: view(after), before: was(observe(before)), after: change(observe(after)), plan });
  const [summary, ...rest] = result.sentences;
  return { verdict: result.verdict, summary, rest, intruded: result.intruded };
}
const gain =
  (at: string, name: string, text: string, origin: 'vpn' | 'local' = 'vpn') =>
  (tables: ObservedTables) =>
    alterTable(tables, key(at, name), add(text, origin));

describe('a route that came', () => {
  it('of a site of its own VPN is where it belongs, if it has another home than this VRF', () => {
    const shared = announcing(bare, 'pe2', 'MOH', '10.100.20.0/24');
    const back = (network: NetworkView, at: string, text: string) =>
      check({
        network,
        was: (tables) => alterTable(tables, key(at, 'MOH'), drop(text)),
        change: (tables) => alterTable(tables, key(at, 'MOH'), (routes) => add(text)(drop(text)(routes))),
      });
    // pe1 and pe2 both announce it: from the other one it may come.
    expect(back(shared, 'pe1', '10.100.20.0/24')).toMatchObject({
      verdict: 'pass',
      rest: ['10.100.20.0/24 came back to VRF MOH at pe1, where it belongs without this change'],
    });
    expect(back(bare, 'pe2', '10.100.20.0/24')).toMatchObject({ verdict: 'pass', intruded: false });
    // Nobody but this VRF announces it: it came of somebody else.
    expect(back(bare, 'pe1', '10.100.20.0/24')).toMatchObject({
      verdict: 'fail',
      intruded: true,
      rest: ['VRF MOH at pe1 gained 10.100.20.0/24, which nobody approved'],
    });
  });

  it('by another agreement is where it belongs, and by what an operator imports nobody approved it', () => {
    const other = makeInterconnect(2, makeFlow('MOE', 'MOF', '65000:9005', ['10.130.0.0/16']));
    const late = (tables: ObservedTables) => alterTable(tables, key('pe3', 'MOF'), drop('10.130.0.0/16'));
    expect(check({ others: [other], was: late })).toMatchObject({
      verdict: 'pass',
      rest: ['10.130.0.0/16 came back to VRF MOF at pe3, where it belongs without this change'],
    });
    const byHand = alterVrf(bare, 'pe3', 'MOF', (vrf) => ({
      ...vrf,
      operator: {
        ...vrf.operator,
        ipv4: {
          importRouteTargets: ['65000:200', '65000:300'].map(rt),
          exportRouteTargets: [rt('65000:200')],
          importPolicies: [],
          exportPolicies: [],
        },
      },
    }));
    expect(check({ network: byHand, was: late })).toMatchObject({
      verdict: 'fail',
      rest: ['VRF MOF at pe3 gained 10.130.0.0/16, which nobody approved'],
    });
  });

  it('in a VRF of nobody is nobody’s to approve', () => {
    expect(check({ change: gain('pe4', 'STRAY', '10.7.0.0/16') }).rest).toEqual([
      'VRF STRAY at pe4 gained 10.7.0.0/16, which nobody approved',
    ]);
  });

  it('as a local one among what the change opens is its own only where the inventory lists it for the VPN', () => {
    const came = gain('pe1', 'MOE', '10.100.10.128/25', 'local');
    expect(check({ change: came }).verdict).toBe('fail');
    const listed = (view: NetworkView) => announcing(view, 'pe3', 'MOE', '10.100.10.128/25');
    expect(check({ change: came, view: listed })).toMatchObject({ verdict: 'pass', rest: [] });
    expect(check({ change: gain('pe4', 'STRAY', '10.100.10.128/25', 'local') }).verdict).toBe('fail');
    // Where it was before, it is not news.
    expect(check({ change: came, was: came })).toMatchObject({ verdict: 'pass', rest: [] });
  });
});

describe('a network at home at two routers, one of which takes it too', () => {
  const subject = makeInterconnect(2, makeFlow('MOE', 'MOH', '65000:9005', ['10.130.0.0/16']));
  // And a second VRF of the giver there, where it is not at home.
  const [twin] = makePe('pe1', [{ vpn: 'MOE', name: 'MOE-2', own: '65000:300' }]).vrfs;
  if (twin === undefined) throw new Error('a VRF');
  const two = { pes: bare.pes.map((one) => (one.name === 'pe1' ? { ...one, vrfs: [...one.vrfs, twin] } : one)) };
  const network = announcing(two, 'pe3', 'MOE', '10.130.0.0/16');
  const after = brutePut(network, [subject]);
  const plan = planChange(planInput({ view: network, subject }));
  const seen = (at: string) =>
    alterTable(observe(after), key(at, 'MOH'), (routes) =>
      add('10.130.0.0/16', 'local')(drop('10.130.0.0/16')(routes)),
    );
  const result = (at: string) => checkRoutes({ view: after, before: observe(network), after: seen(at), plan });

  it('has arrived there though it keeps the protocol of the VRF where it is at home', () => {
    expect(plan.gained.filter(({ toPe }) => toPe === 'pe1').map(({ fromPe }) => fromPe)).toEqual(['pe1', 'pe3']);
    expect(result('pe1')).toMatchObject({ verdict: 'pass', counterExamples: [] });
  });

  it('has not where it is at home at neither', () => {
    expect(result('pe2').counterExamples.map(({ sentence }) => sentence)).toContain(
      '10.130.0.0/16 of MOE did not arrive in VRF MOH at pe2',
    );
  });
});

describe('a table of a router that the change does not touch', () => {
  const far = makePe('pe7', [{ vpn: 'FAR', own: '65000:700', prefixes: ['10.7.0.0/16'] }]);
  const network = { pes: [...bare.pes, far] };

  it('is compared where it was read, and missed by nobody where it was not', () => {
    const [four, six] = [key('pe7', 'FAR'), key('pe7', 'FAR', 'ipv6')];
    expect(check({ network, change: gain('pe7', 'FAR', '10.8.0.0/16') }).rest).toEqual([
      'VRF FAR at pe7 gained 10.8.0.0/16, which nobody approved',
    ]);
    const unread = (tables: ObservedTables) => without(tables, four, six);
    expect(check({ network, change: unread, was: unread })).toMatchObject({ verdict: 'pass', rest: [] });
    expect(check({ network, was: (tables) => without(tables, six) })).toMatchObject({
      verdict: 'unknown',
      rest: ['the ipv6 routes of VRF FAR at pe7 were not read before the change'],
    });
    expect(check({ network, change: (tables) => without(tables, four) }).rest).toEqual([
      'the ipv4 routes of VRF FAR at pe7 were not read after the commit',
    ]);
  });
});

describe('what came and went is counted', () => {
  const VPNS = [
    makePe('pe1', [{ vpn: 'AAA', own: '65000:100', prefixes: ['10.1.0.0/16', '10.1.1.0/24'], families: ['ipv4'] }]),
    makePe('pe2', [{ vpn: 'BBB', own: '65000:200', families: ['ipv4'] }]),
  ];
  const flow = (text: string) => makeInterconnect(1, makeFlow('AAA', 'BBB', '65000:9001', [text]));

  it.each<[string, string | null, string | null, string]>([
    [
      'what arrives',
      null,
      '10.1.0.0/16',
      '1 routes arrived as planned; 2 routing tables were compared and nothing else moved',
    ],
    [
      'what leaves',
      '10.1.0.0/16',
      null,
      '1 routes left as planned; 2 routing tables were compared and nothing else moved',
    ],
    [
      'both',
      '10.1.0.0/16',
      '10.1.1.0/24',
      '1 routes arrived and 1 left as planned; 2 routing tables were compared and nothing else moved',
    ],
  ])('%s', (_what, was, now, summary) => {
    const network = { pes: VPNS };
    const put = (text: string | null) => brutePut(network, text === null ? [] : [flow(text)]);
    const kind = was === null ? 'provision' : now === null ? 'withdraw' : 'modify';
    const plan = planChange(
      planInput({
        ...{ kind, view: put(was), subject: flow(now ?? was ?? '') },
        ...(kind === 'modify' ? { previous: flow(was ?? '') } : {}),
      }),
    );
    const ipv4 = (tables: ObservedTables) => new Map([...tables].filter(([name]) => !name.endsWith('ipv6')));
    const result = checkRoutes({
      view: put(now),
      before: ipv4(observe(put(was))),
      after: ipv4(observe(put(now))),
      plan,
    });
    expect([result.verdict, result.sentences]).toEqual(['pass', [summary]]);
    const one = checkRoutes({
      ...{ view: { pes: [] }, before: new Map(), after: new Map(), plan },
    });
    expect([one.verdict, one.sentences]).toEqual(['unknown', ['no routing table was read']]);
  });
});

it('what leaves is still there where its own VPN has it elsewhere, and that is no finding', () => {
  const subject = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']));
  const site = makePe('pe9', [{ vpn: 'MOF', own: '65000:200', prefixes: ['10.100.10.0/24'], families: ['ipv4'] }]);
  const both = { pes: [...bare.pes, site] };
  const plan = planChange(planInput({ kind: 'withdraw', view: brutePut(both, [subject]), subject }));
  // At that site itself it is attached, before and after.
  const before = alterTable(observe(brutePut(both, [subject])), key('pe9', 'MOF'), (routes) =>
    routes.filter(({ origin }) => origin === 'local'),
  );
  const result = checkRoutes({ view: both, before, after: observe(both), plan });
  expect([result.verdict, result.counterExamples]).toEqual(['pass', []]);
  // Without the site that has it, it should have gone.
  const stays = checkRoutes({ view: bare, before, after: observe(both), plan });
  expect(stays.counterExamples.map(({ sentence }) => sentence)).toContain(
    '10.100.10.0/24 of MOH is still in VRF MOF at pe3',
  );
});
