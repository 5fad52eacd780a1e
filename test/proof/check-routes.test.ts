import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NetworkView } from '../../src/domain/network-view.ts';
import type { ObservedRoute, ObservedTables } from '../../src/domain/observed-routes.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { checkRoutes } from '../../src/proof/check-routes.ts';
import { planInput, samplePlan } from '../plan/samples.ts';
import { brutePut } from './brute-force.ts';
import {
  alterVrf,
  base,
  makeFlow,
  makeInterconnect,
  makePe,
  PROPERTY_TIMEOUT_MS,
  pe,
  prefix,
  rt,
  sampleInterconnect,
  sampleNetwork,
} from './networks.ts';
import { add, alterTable, drop, key, observe } from './observed.ts';

const network = sampleNetwork();
const provisioned = brutePut(network, [sampleInterconnect()]);
const plan = samplePlan();

const before = observe(network);
const after = observe(provisioned);
const check = (more: { before?: ObservedTables; after?: ObservedTables; plan?: Plan; view?: NetworkView } = {}) =>
  checkRoutes({ view: provisioned, before, after, plan, ...more });

describe('a route that arrives and does not decide', () => {
  const wrong = (more: Parameters<typeof check>[0]) => check(more).counterExamples.map((one) => one.sentence);
  const mof = key('pe3', 'MOF');

  test.each([
    ['P3b a longer route that the VRF had', 'local', true],
    ['a longer route that an operator leaked before', 'vpn', true],
    ['P3d a longer local route that came meanwhile', 'local', false],
  ] as const)('%s fails', (_, origin, wasThere) => {
    const longer = add('10.100.10.128/25', origin);
    const was = wasThere ? alterTable(before, mof, longer) : before;
    expect(wrong({ before: was, after: alterTable(after, mof, longer) })).toEqual([
      '10.100.10.0/24 of MOH arrived in VRF MOF at pe3, but 10.100.10.128/25 of it goes another way, which the VRF has too',
    ]);
  });

  test('P3f a planned prefix that was there before is not known to come from where it was agreed', () => {
    expect(wrong({ before: alterTable(before, mof, add('10.100.10.0/24')) })).toEqual([
      '10.100.10.0/24 was in VRF MOF at pe3 before the change already: that it comes from MOH now is not shown',
    ]);
  });

  test.each([
    ['P3a a covering route of its own', 'local'],
    ['P3c a covering route of a third VPN', 'vpn'],
  ] as const)('%s fails, unless it was accepted by name', (_, origin) => {
    const wider = add('10.100.0.0/16', origin);
    const state = { before: alterTable(before, mof, wider), after: alterTable(after, mof, wider) };
    expect(wrong(state)).toEqual([
      '10.100.10.0/24 of MOH arrived in VRF MOF at pe3 and takes addresses from 10.100.0.0/16, which the VRF has too and nobody accepted by name',
      '10.100.20.0/24 of MOH arrived in VRF MOF at pe3 and takes addresses from 10.100.0.0/16, which the VRF has too and nobody accepted by name',
    ]);
    const toAccept = [{ name: '10.100.0.0/16@MOF', pes: [pe('pe3')], sentence: '' }];
    expect(check({ ...state, plan: { ...plan, toAccept } }).verdict).toBe('pass');
  });

  test('a default route of its own is no hindrance', () => {
    const wider = add('0.0.0.0/0', 'local');
    expect(check({ before: alterTable(before, mof, wider), after: alterTable(after, mof, wider) }).verdict).toBe(
      'pass',
    );
  });

  const towards = (text: string, way: string) => (routes: readonly ObservedRoute[]) => [
    ...routes.filter((route) => route.prefix !== text),
    { prefix: prefix(text), origin: 'vpn' as const, towards: way },
  ];

  test('P3e a prefix of the change that leads elsewhere in a third VPN fails', () => {
    const moe = key('pe1', 'MOE');
    const was = alterTable(before, moe, towards('10.100.10.0/24', '192.0.2.9'));
    const now = (way: string) => alterTable(after, moe, towards('10.100.10.0/24', way));
    expect(wrong({ before: was, after: now('192.0.2.1') })).toEqual([
      "10.100.10.0/24 in VRF MOE at pe1 goes towards 192.0.2.1 now, and went towards 192.0.2.9 before: it is somebody else's",
    ]);
    expect(wrong({ before: was, after: now('192.0.2.9') })).toEqual([]);
    // Where a router does not tell the way, before or now, nothing is known to have turned.
    const silent = (of: ObservedTables) => alterTable(of, moe, add('10.100.10.0/24'));
    expect(wrong({ before: silent(before), after: now('192.0.2.1') })).toEqual([]);
    expect(wrong({ before: was, after: silent(after) })).toEqual([]);
    const others = (way: string) => towards('10.99.0.0/16', way);
    expect(
      wrong({
        before: alterTable(before, moe, others('192.0.2.9')),
        after: alterTable(after, moe, others('192.0.2.1')),
      }),
    ).toEqual([]);
  });

  test('P3e one that turns with all that went its way is still the same', () => {
    const moe = key('pe1', 'MOE');
    const both = (other: string, mine: string) => (routes: readonly ObservedRoute[]) =>
      towards('10.99.0.0/16', other)(towards('10.100.10.0/24', mine)(routes));
    const was = alterTable(before, moe, both('192.0.2.9', '192.0.2.9'));
    const now = (other: string) => wrong({ before: was, after: alterTable(after, moe, both(other, '192.0.2.1')) });
    expect(now('192.0.2.1')).toEqual([]);
    expect(now('192.0.2.9')).toHaveLength(1);
    expect(now('192.0.2.7')).toHaveLength(1);
    // What is gone says nothing of where the rest leads.
    expect(wrong({ before: was, after: alterTable(after, moe, towards('10.100.10.0/24', '192.0.2.1')) })).toHaveLength(
      2,
    );
  });

  test('P3e one that turns to another site that gives the same is still the same', () => {
    const moe = key('pe1', 'MOE');
    const takes = alterVrf(provisioned, 'pe1', 'MOE', (vrf) => ({
      ...vrf,
      operator: { ipv4: { ...base('65000:300'), importRouteTargets: [rt('65000:300'), rt('65000:900')] } },
    }));
    const site = (name: string, ...prefixes: string[]) => makePe(name, [{ vpn: 'OLD', own: '65000:900', prefixes }]);
    const view = (second: string) => ({
      pes: [...takes.pes, site('pe8', '10.100.10.0/24'), site('pe9', second, '10.99.0.0/16')],
    });
    const known = towards('10.99.0.0/16', '192.0.2.1');
    const was = alterTable(before, moe, (routes) => known(towards('10.100.10.0/24', '192.0.2.9')(routes)));
    const now = (way: string) => alterTable(after, moe, (routes) => known(towards('10.100.10.0/24', way)(routes)));
    expect(wrong({ view: view('10.100.10.0/24'), before: was, after: now('192.0.2.1') })).toEqual([]);
    expect(wrong({ view: view('10.100.10.0/24'), before: was, after: now('192.0.2.7') })).toHaveLength(1);
    // The other site does not give it.
    expect(wrong({ view: view('10.98.0.0/16'), before: was, after: now('192.0.2.1') })).toHaveLength(1);
  });

  test('a prefix of the change that a third VPN has as its own of a sudden fails', () => {
    expect(wrong({ after: alterTable(after, key('pe1', 'MOE'), add('10.100.10.0/24', 'local')) })).toEqual([
      'VRF MOE at pe1 gained 10.100.10.0/24 as its own, among what the change opens',
    ]);
  });

  test('a prefix that another agreement carries already arrives as planned', () => {
    const second = makeInterconnect(2, makeFlow('MOH', 'MOF', '65000:9005', ['10.100.10.0/24']));
    const was = brutePut(network, [sampleInterconnect()]);
    const view = brutePut(network, [sampleInterconnect(), second]);
    const input = { view: was, active: [sampleInterconnect()], subject: second };
    const later = { before: observe(was), after: observe(view), plan: planChange(planInput(input)), view };
    expect(check(later)).toMatchObject({ verdict: 'pass', counterExamples: [] });
  });

  test('a longer prefix of the same giver, by an agreement, is no detour', () => {
    const wide = makeInterconnect(2, makeFlow('MOE', 'MOH', '65000:9005', ['10.130.0.0/16', '10.130.7.0/24']));
    const site = { branch: 'site', prefixes: [prefix('10.130.7.0/24')], probe: null };
    const bare = alterVrf(network, 'pe1', 'MOE', (vrf) => ({ ...vrf, attachments: [...vrf.attachments, site] }));
    const view = brutePut(bare, [wide]);
    const later = {
      ...{ before: observe(bare), after: observe(view), view },
      plan: planChange(planInput({ view: bare, subject: wide })),
    };
    expect(check(later)).toMatchObject({ verdict: 'pass', counterExamples: [] });
  });

  test('P3g a dormant import of an operator that the change woke fails', () => {
    const wake = (view: NetworkView) =>
      alterVrf(view, 'pe1', 'MOE', (vrf) => {
        const own = vrf.operator.ipv4;
        if (own === undefined) throw new Error('a family');
        const importRouteTargets = [...own.importRouteTargets, rt('65000:100')];
        return { ...vrf, operator: { ...vrf.operator, ipv4: { ...own, importRouteTargets } } };
      });
    expect(
      wrong({ view: wake(provisioned), after: alterTable(after, key('pe1', 'MOE'), add('10.100.30.0/24')) }),
    ).toEqual(['VRF MOE at pe1 gained 10.100.30.0/24, which nobody approved']);
  });
});

describe('after a provisioning', () => {
  test('what was planned, and nothing else, passes', () => {
    expect(check()).toEqual({
      verdict: 'pass',
      sentences: ['6 routes arrived as planned; 18 routing tables were compared and nothing else moved'],
      counterExamples: [],
      intruded: false,
    });
  });

  test.each([
    [
      'a planned route that did not arrive',
      key('pe3', 'MOF'),
      drop('10.100.10.0/24'),
      '10.100.10.0/24 of MOH did not arrive in VRF MOF at pe3',
    ],
    [
      'a planned route that is local there',
      key('pe3', 'MOF'),
      (routes: readonly ObservedRoute[]) => add('10.100.10.0/24', 'local')(drop('10.100.10.0/24')(routes)),
      '10.100.10.0/24 of MOH did not arrive in VRF MOF at pe3',
    ],
    [
      'another prefix of the party',
      key('pe3', 'MOF'),
      add('10.100.30.0/24'),
      'VRF MOF at pe3 gained 10.100.30.0/24, which nobody approved',
    ],
    [
      'a route in a third VPN',
      key('pe1', 'MOE'),
      add('10.100.10.0/24'),
      'VRF MOE at pe1 gained 10.100.10.0/24, which nobody approved',
    ],
    [
      'a more specific route in a third VPN',
      key('pe1', 'MOE'),
      add('10.100.10.128/25'),
      'VRF MOE at pe1 gained 10.100.10.128/25, which nobody approved',
    ],
    [
      'a route in a canary',
      key('pe2', 'CANARY'),
      add('10.120.10.0/24'),
      'VRF CANARY at pe2 gained 10.120.10.0/24, which nobody approved',
    ],
    [
      'a route in a VRF of nobody',
      key('pe4', 'STRAY'),
      add('10.100.10.0/24'),
      'VRF STRAY at pe4 gained 10.100.10.0/24, which nobody approved',
    ],
    [
      'a route in the other family',
      key('pe1', 'MOE', 'ipv6'),
      add('2001:db8:100::/48'),
      'VRF MOE at pe1 gained 2001:db8:100::/48, which nobody approved',
    ],
    [
      "a route of the party's own VPN that went",
      key('pe2', 'MOH'),
      drop('10.100.10.0/24'),
      'VRF MOH at pe2 lost 10.100.10.0/24, which this change does not take away',
    ],
    [
      "a third VPN's route that went",
      key('pe1', 'MOE'),
      drop('10.131.0.0/16'),
      'VRF MOE at pe1 lost 10.131.0.0/16, which this change does not take away',
    ],
  ] as const)('%s fails', (_, of, alter, sentence) => {
    const result = check({ after: alterTable(after, of, alter) });
    expect(result.verdict).toBe('fail');
    expect(result.counterExamples.map((one) => one.sentence)).toEqual([sentence]);
    // Waiting brings what has not arrived, and takes away nothing that came.
    expect(result.intruded).toBe(sentence.includes('gained'));
  });

  test('a table that was not read, before or after, is unknown and never a pass', () => {
    for (const of of [key('pe3', 'MOF'), key('pe2', 'CANARY'), key('pe4', 'STRAY', 'ipv6')]) {
      const without = (tables: ObservedTables) => new Map([...tables].filter(([name]) => name !== of));
      expect(check({ after: without(after) }).verdict).toBe('unknown');
      expect(check({ before: without(before) }).verdict).toBe('unknown');
      expect(check({ before: without(before), after: without(after) }).verdict).toBe('unknown');
    }
    const without = new Map([...after].filter(([name]) => name !== key('pe3', 'MOF')));
    expect(check({ after: without })).toMatchObject({
      counterExamples: [
        {
          ...{ pe: 'pe3', vrf: 'MOF', routeTarget: null, prefix: null },
          sentence: 'the ipv4 routes of VRF MOF at pe3 were not read after the commit',
        },
      ],
      sentences: ['0 findings and 1 unread among 18 routing tables', expect.any(String)],
    });
    const never = new Map([...before].filter(([name]) => name !== key('pe3', 'MOF')));
    expect(check({ before: never }).sentences[1]).toBe(
      'the ipv4 routes of VRF MOF at pe3 were not read before the change',
    );
    expect(check({ view: { pes: [] } })).toMatchObject({
      verdict: 'unknown',
      sentences: ['no routing table was read'],
    });
  });

  test('a finding weighs more than an unread table', () => {
    const partly = new Map([...after].filter(([name]) => name !== key('pe4', 'STRAY')));
    expect(check({ after: alterTable(partly, key('pe1', 'MOE'), add('10.100.10.0/24')) }).verdict).toBe('fail');
  });

  test('a site of its own VPN that came back is told, not held against the change', () => {
    const away = alterTable(before, key('pe1', 'MOE'), drop('10.131.0.0/16'));
    const result = check({ before: away });
    expect(result.verdict).toBe('pass');
    expect(result.sentences[1]).toBe('10.131.0.0/16 came back to VRF MOE at pe1, where it belongs without this change');
  });

  test('nor while what was planned has not arrived yet, as after a router has started', () => {
    const deaf = new Map(
      [...before].map(([name, routes]) => [name, routes.filter(({ origin }) => origin === 'local')] as const),
    );
    expect(check({ before: deaf })).toMatchObject({ verdict: 'pass', intruded: false });
    const late = alterTable(after, key('pe3', 'MOF'), drop('10.100.10.0/24'));
    expect(check({ before: deaf, after: late })).toMatchObject({ verdict: 'fail', intruded: false });
  });

  test('but not where the VPN uses addresses that the change opens: which of the two came cannot be seen', () => {
    const put = (view: NetworkView) =>
      alterVrf(view, 'pe3', 'MOE', (vrf) => ({
        ...vrf,
        attachments: [{ branch: 'same', prefixes: [prefix('10.100.10.0/24')], probe: null }],
      }));
    const away = alterTable(observe(put(network)), key('pe1', 'MOE'), drop('10.100.10.0/24'));
    const result = check({ view: put(provisioned), before: away, after: observe(put(provisioned)) });
    expect(result.counterExamples.map((one) => one.sentence)).toEqual([
      'VRF MOE at pe1 gained 10.100.10.0/24, which nobody approved',
    ]);
  });
});

describe('R10 two VRFs of one router', () => {
  const flow = makeInterconnect(2, makeFlow('MOE', 'MOH', '65000:9005', ['10.130.0.0/16']));
  const [was, view] = [network, brutePut(network, [flow])];
  const of = planChange(planInput({ view: was, subject: flow }));
  const at = of.gained.find(({ fromPe, toPe }) => fromPe === toPe);
  const moh = key(at?.toPe ?? '', 'MOH');
  const asPrimary = (way?: string) => (routes: readonly ObservedRoute[]) =>
    routes.map((route) => {
      if (route.prefix !== at?.prefix) return route;
      return { prefix: route.prefix, origin: 'local' as const, ...(way === undefined ? {} : { towards: way }) };
    });
  const seen = (way?: string) => alterTable(observe(view), moh, asPrimary(way));

  test('a leaked route keeps the protocol of its primary, and has arrived', () => {
    expect(at).toBeDefined();
    expect(check({ view, plan: of, before: observe(was), after: seen() })).toMatchObject({ verdict: 'pass' });
  });

  test('one that leads elsewhere than its primary has not', () => {
    const result = check({ view, plan: of, before: observe(was), after: seen('ge-0/0/9.1') });
    expect(result.counterExamples[0]?.sentence).toContain(`${at?.prefix} of MOE did not arrive in VRF MOH`);
  });

  test('nor one that was there before', () => {
    const before = alterTable(observe(was), moh, add(at?.prefix ?? '', 'local'));
    expect(check({ view, plan: of, before, after: seen() }).verdict).toBe('fail');
  });

  test('nor one that its giver does not have at that very router', () => {
    const moe = key(at?.fromPe ?? '', 'MOE');
    const without = alterTable(seen(), moe, drop(at?.prefix ?? ''));
    expect(check({ view, plan: of, before: observe(was), after: without }).verdict).toBe('fail');
    const foreign = alterTable(without, moe, add(at?.prefix ?? ''));
    expect(check({ view, plan: of, before: observe(was), after: foreign }).verdict).toBe('fail');
  });

  test('nor one that comes from another router and is local here', () => {
    const far = of.gained.find(({ fromPe, toPe }) => fromPe !== toPe);
    const there = key(far?.toPe ?? '', 'MOH');
    const asLocal = alterTable(observe(view), there, (routes) =>
      routes.map((route) => (route.prefix === far?.prefix ? { ...route, origin: 'local' as const } : route)),
    );
    const result = check({ view, plan: of, before: observe(was), after: asLocal });
    expect(result.counterExamples[0]?.sentence).toContain(`${far?.prefix} of MOE did not arrive in VRF MOH`);
    expect(result.counterExamples[0]).toMatchObject({ routeTarget: far?.via, prefix: far?.prefix, vrf: 'MOH' });
  });
});

describe('after a withdrawal', () => {
  const withdrawal = planChange(planInput({ view: provisioned, kind: 'withdraw' }));
  const withdrawn = { view: network, before: after, after: before, plan: withdrawal };

  test('what was planned passes', () => {
    const { verdict, sentences } = check(withdrawn);
    expect(verdict).toBe('pass');
    expect(sentences[0]).toBe('6 routes left as planned; 18 routing tables were compared and nothing else moved');
  });

  test('a route that stays fails', () => {
    const result = check({ ...withdrawn, after: alterTable(before, key('pe4', 'MOF'), add('10.100.20.0/24')) });
    expect(result.counterExamples.map((one) => one.sentence)).toEqual([
      '10.100.20.0/24 of MOH is still in VRF MOF at pe4',
    ]);
  });

  test('a route that another interconnect carries too must stay', () => {
    const twin = makeInterconnect(2, makeFlow('MOH', 'MOF', '65000:9011', ['10.100.10.0/24']));
    const [had, has] = [brutePut(network, [sampleInterconnect(), twin]), brutePut(network, [twin])];
    const of = planChange(planInput({ view: had, kind: 'withdraw', active: [twin] }));
    const state = { view: has, before: observe(had), plan: of };
    expect(check({ ...state, after: observe(has) }).verdict).toBe('pass');
    const gone = check({ ...state, after: alterTable(observe(has), key('pe3', 'MOF'), drop('10.100.10.0/24')) });
    expect(gone.counterExamples.map((one) => one.sentence)).toEqual([
      'VRF MOF at pe3 lost 10.100.10.0/24, which this change does not take away',
    ]);
  });
});

test(
  'any one route that came to or went from any table is found',
  () => {
    const keys = [...after.keys()];
    const fault = fc.record({
      table: fc.constantFrom(...keys),
      text: fc.constantFrom('10.100.10.0/24', '10.100.30.0/24', '10.120.10.0/24', '10.99.0.0/16', '10.130.0.0/16'),
      action: fc.constantFrom('add', 'drop'),
    });
    let faults = 0;
    fc.assert(
      fc.property(fault, ({ table, text, action }) => {
        const there = (after.get(table) ?? []).some((route) => route.prefix === text && route.origin === 'vpn');
        // A route of the VPN's own that comes (back) is no fault.
        const belongs = ['MOH 10.100.30.0/24', 'MOE 10.130.0.0/16'].includes(`${table.split('/')[1]} ${text}`);
        if (there === (action === 'add') || (action === 'add' && belongs)) return;
        faults += 1;
        const altered = alterTable(after, table, action === 'add' ? add(text) : drop(text));
        expect(check({ after: altered }).verdict).toBe('fail');
      }),
      { numRuns: 300 },
    );
    expect(faults).toBeGreaterThan(50);
  },
  PROPERTY_TIMEOUT_MS,
);
