/** A VPN that is shared whole brings routes that no inventory lists. */
import { describe, expect, test } from 'vitest';
import type { NetworkView } from '../../src/domain/network-view.ts';
import type { ObservedRoute, ObservedTables } from '../../src/domain/observed-routes.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { checkRoutes } from '../../src/proof/check-routes.ts';
import { planInput } from '../plan/samples.ts';
import { cpuSeconds } from '../support/cpu-seconds.ts';
import { brutePut } from './brute-force.ts';
import { makeFlow, makeInterconnect, pe, prefix, sampleNetwork } from './networks.ts';
import { add, alterTable, drop, key, observe } from './observed.ts';

const network = sampleNetwork();
const check = (state: { before: ObservedTables; after: ObservedTables; plan: Plan; view: NetworkView }) =>
  checkRoutes(state);

describe('a whole VPN', () => {
  const whole = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', 'whole-vpn'));
  const of = planChange(planInput({ subject: whole }));
  const put = brutePut(network, [whole]);
  const link = add('192.0.2.0/30', 'local');
  const [had, has] = [
    alterTable(observe(network), key('pe1', 'MOH'), link),
    alterTable(observe(put), key('pe1', 'MOH'), link),
  ];

  test('brings routes that the inventory does not list, if the VPN has them', () => {
    expect(
      check({ view: put, plan: of, before: had, after: alterTable(has, key('pe3', 'MOF'), add('192.0.2.0/30')) })
        .verdict,
    ).toBe('pass');
    const stranger = alterTable(has, key('pe3', 'MOF'), add('192.0.2.4/30'));
    expect(check({ view: put, plan: of, before: had, after: stranger })).toMatchObject({
      verdict: 'fail',
      intruded: true,
    });
    const third = alterTable(has, key('pe3', 'MOE'), add('192.0.2.0/30'));
    expect(check({ view: put, plan: of, before: had, after: third }).verdict).toBe('fail');
  });

  test('P4 not a default route, unless it was accepted by name', () => {
    const all = add('0.0.0.0/0', 'local');
    const state = {
      ...{ view: put, before: alterTable(had, key('pe1', 'MOH'), all) },
      after: alterTable(alterTable(has, key('pe1', 'MOH'), all), key('pe3', 'MOF'), add('0.0.0.0/0')),
    };
    expect(check({ ...state, plan: of }).counterExamples.map((one) => one.sentence)).toEqual([
      'VRF MOF at pe3 gained the default route 0.0.0.0/0 of a VPN that is shared whole, which nobody accepted by name',
    ]);
    expect(check({ ...state, plan: of }).intruded).toBe(true);
    const toAccept = [{ name: '0.0.0.0/0@MOF', pes: [pe('pe3')], sentence: '' }];
    expect(check({ ...state, plan: { ...of, toAccept } }).verdict).toBe('pass');
  });

  test('not if such a route overlaps with what the other VPN has', () => {
    const clash = add('192.0.2.0/24', 'local');
    const result = check({
      view: put,
      plan: of,
      before: alterTable(had, key('pe3', 'MOF'), clash),
      after: alterTable(alterTable(has, key('pe3', 'MOF'), clash), key('pe3', 'MOF'), add('192.0.2.0/30')),
    });
    expect(result.counterExamples.map((one) => one.sentence)).toEqual([
      'VRF MOF at pe3 gained 192.0.2.0/30, which overlaps its 192.0.2.0/24',
    ]);
    expect(result.intruded).toBe(true);
  });

  test('but where that was accepted by name, or is a mere default route', () => {
    const taken = (mine: string) => ({
      ...{ view: put, before: alterTable(had, key('pe3', 'MOF'), add(mine, 'local')) },
      after: alterTable(alterTable(has, key('pe3', 'MOF'), add(mine, 'local')), key('pe3', 'MOF'), add('192.0.2.0/30')),
    });
    const toAccept = [{ name: '192.0.2.0/24@MOF', pes: [pe('pe3')], sentence: '' }];
    expect(check({ ...taken('192.0.2.0/24'), plan: { ...of, toAccept } }).verdict).toBe('pass');
    expect(check({ ...taken('0.0.0.0/0'), plan: of }).verdict).toBe('pass');
  });

  test('a route of it that the taking VPN holds already, from elsewhere, is no clash with itself', () => {
    const at = (tables: ObservedTables) => alterTable(tables, key('pe3', 'MOF'), add('192.0.2.0/30', 'local'));
    expect(check({ view: put, plan: of, before: at(had), after: at(has) }).verdict).toBe('pass');
  });

  test('a shorter route of it around a planned one takes nothing from anybody', () => {
    const wider = add('10.100.0.0/16', 'local');
    const after = alterTable(alterTable(has, key('pe1', 'MOH'), wider), key('pe3', 'MOF'), add('10.100.0.0/16'));
    expect(check({ view: put, plan: of, before: alterTable(had, key('pe1', 'MOH'), wider), after }).verdict).toBe(
      'pass',
    );
  });

  test('takes what it brought with it when it goes, and nothing else', () => {
    const leaving = planChange(planInput({ view: put, subject: whole, kind: 'withdraw' }));
    const shared = alterTable(has, key('pe3', 'MOF'), add('192.0.2.0/30'));
    const state = { view: network, plan: leaving, before: shared };
    expect(check({ ...state, after: had }).verdict).toBe('pass');
    const more = alterTable(had, key('pe3', 'MOF'), drop('10.120.20.0/24'));
    expect(check({ ...state, after: more }).counterExamples.map((one) => one.sentence)).toEqual([
      'VRF MOF at pe3 lost 10.120.20.0/24, which this change does not take away',
    ]);
  });

  // Looking at each table's route for each that came would take minutes here, with the confirm window running.
  test('of 6,000 routes that the inventory does not list, into a table of as many', () => {
    const many = (network: number) =>
      Array.from({ length: 6_000 }, (_, at) =>
        prefix(`${network + (at >> 14)}.${(at >> 6) & 255}.${(at & 63) * 4}.0/24`),
      );
    const local = many(20).map((one) => ({ prefix: one, origin: 'local' as const }));
    const mine = many(40).map((one) => ({ prefix: one, origin: 'local' as const }));
    const shared = many(20).map((one) => ({ prefix: one, origin: 'vpn' as const }));
    const atMoh = (tables: ObservedTables) => alterTable(tables, key('pe1', 'MOH'), (routes) => [...routes, ...local]);
    const atMof = (tables: ObservedTables, more: readonly ObservedRoute[]) =>
      alterTable(tables, key('pe3', 'MOF'), (routes) => [...routes, ...mine, ...more]);
    const before = cpuSeconds();
    const state = { view: put, plan: of, before: atMof(atMoh(had), []) };
    expect(check({ ...state, after: atMof(atMoh(has), shared) }).verdict).toBe('pass');
    const clash = { prefix: prefix('41.0.0.0/8'), origin: 'vpn' as const };
    expect(check({ ...state, after: atMof(atMoh(has), [...shared, clash]) }).verdict).toBe('fail');
    expect(cpuSeconds() - before).toBeLessThan(15);
  });
});
