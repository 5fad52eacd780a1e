/** A removal in the pure layers: what is planned, held against what runs later, and found in the tables. */
import { describe, expect, test } from 'vitest';
import type { PeName } from '../../src/domain/names.ts';
import { type ObservedTables, tableKey } from '../../src/domain/observed-routes.ts';
import type { RouterPlan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import { holdsPlan, reverseRouterPlan } from '../../src/plan/holds-plan.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { planAsSent, rebaseRouter } from '../../src/plan/rebase.ts';
import { checkRemovedRoutes } from '../../src/proof/check-removed-routes.ts';
import { verdictOf } from '../../src/proof/prove-change.ts';
import { brutePut } from '../proof/brute-force.ts';
import { alterVrf, pe, prefix, rt, sampleInterconnect, sampleNetwork, vrfName } from '../proof/networks.ts';
import { applyPlan, planInput, runningAt } from './samples.ts';

const network = sampleNetwork();
const provisioned = brutePut(network, [sampleInterconnect()]);
const withdrawal = planChange(planInput({ view: provisioned, kind: 'withdraw' }));
const routerPlan = (at: string): RouterPlan => {
  const found = withdrawal.routers.find((router) => (router.pe as string) === at);
  if (found === undefined) throw new Error(`${at} is in the plan`);
  return found;
};

test('operators who carry its route targets are told and keep nothing from ending', () => {
  const operator = { importRouteTargets: [rt('65000:777'), rt('65000:9001')], exportRouteTargets: [rt('65000:777')] };
  const peeking = alterVrf(provisioned, 'pe4', 'STRAY', (vrf) => ({
    ...vrf,
    operator: { ipv4: { ...operator, importPolicies: [], exportPolicies: [] } },
  }));
  const plan = planChange(planInput({ view: peeking, kind: 'withdraw' }));
  expect(verdictOf(plan.proofs)).toBe('pass');
  expect(plan.routers).toHaveLength(4);
  expect(plan.proofs.flatMap(({ assumptions }) => assumptions).join('\n')).toContain(
    "route target 65000:9001 is imported for ipv4 by the operator's configuration of VRF STRAY at pe4",
  );
});

test('only what it takes away is pinged, and only where a session is held', () => {
  expect(withdrawal.probes.map(({ vrf, expect: wanted }) => `${vrf} ${wanted}`)).not.toContain('CANARY unreachable');
  const elsewhere = { pes: provisioned.pes.filter(({ name }) => name !== 'pe3') };
  const plan = planChange(
    planInput({ view: elsewhere, kind: 'withdraw', left: [{ pe: pe('pe3'), reason: 'it is away' }] }),
  );
  expect(plan.probes.some((probe) => probe.pe === 'pe3')).toBe(false);
  const { sections } = planText({ ...plan, told: ['something is odd'] }, 'en');
  expect(sections.flatMap(({ lines }) => lines)).toEqual(
    expect.arrayContaining([
      { mark: '!', text: 'pe3 is not reached yet; wasl tries again.' },
      { mark: '!', text: '1 note in English follows' },
    ]),
  );
});

describe('at the push', () => {
  const running = runningAt(provisioned, 'pe3');

  test('adds nothing, whatever its delta says: what is called a removal needs fewer signatures', () => {
    const opening = planChange(planInput()).routers.find((router) => router.pe === 'pe3') as RouterPlan;
    const closed = runningAt(network, 'pe3');
    expect(rebaseRouter(opening, closed).verdict).toBe('same');
    const { verdict, edits, differences } = rebaseRouter(opening, closed, { onlyTakesAway: true });
    expect([verdict, edits]).toEqual(['stale', []]);
    expect(differences[0]).toMatch(/^VRF \S+ at pe3 would have .*, and it only takes away$/);
    expect(rebaseRouter(routerPlan('pe3'), running, { onlyTakesAway: true }).verdict).toBe('same');
  });

  test('is taken back to what ran under the lock, whatever its plan says of before', () => {
    const [target, evil] = [routerPlan('pe3'), rt('65000:9099')];
    const vrfs = target.vrfs.map((delta) => ({ ...delta, retires: [evil], before: imports(evil), after: imports() }));
    const forged = { ...target, vrfs };
    const { edits } = rebaseRouter(forged, running, { onlyTakesAway: true });
    const back = (plan: RouterPlan) =>
      rebaseRouter(reverseRouterPlan(plan), running).edits.flatMap(({ wanted }) => wanted.ipv4?.imports ?? []);
    expect(back(planAsSent(forged, edits))).not.toContain(evil);
    expect(back(planAsSent(forged, edits))).toEqual(running.flatMap(({ share }) => share.ipv4?.imports ?? []));
  });

  const imports = (...targets: ReturnType<typeof rt>[]) => ({ ipv4: { imports: targets, exports: [] } });

  test('means the same, whatever else became of the router', () => {
    const edited = running.map((vrf) => ({
      ...vrf,
      operator: Object.fromEntries(
        Object.entries(vrf.operator).map(([family, operator]) => [
          family,
          { ...operator, exportRouteTargets: [rt('65000:42')] },
        ]),
      ),
      share: { ...vrf.share, ipv4: { imports: [rt('65000:9001'), rt('65000:9055')], exports: [] } },
      anomalies: ['somebody was here'],
    }));
    const { verdict, edits, differences } = rebaseRouter(routerPlan('pe3'), edited, {
      otherWaslRouteTargets: new Set(),
    });
    expect(verdict).toBe('rebased');
    expect(edits.find((edit) => edit.running.name === 'MOF')?.wanted.ipv4?.imports).toEqual([rt('65000:9055')]);
    expect(differences.join('\n')).toContain('65000:42');
  });

  test('a VRF that is gone has nothing left to take away', () => {
    const clean = runningAt(applyPlan(provisioned, withdrawal), 'pe3');
    const others = clean.map((vrf) => ({ ...vrf, name: vrfName(`${vrf.name}-2`) }));
    const { verdict, edits } = rebaseRouter(routerPlan('pe3'), others);
    expect([verdict, edits]).toEqual(['rebased', []]);
    expect(holdsPlan(routerPlan('pe3'), others)).toBe('after');
  });

  test('a router that shows no VRF at all has not shown that anything is gone', () => {
    const blank = expect.objectContaining({ code: 'ROUTER_PROTOCOL', path: 'pe3' });
    expect(() => rebaseRouter(routerPlan('pe3'), [])).toThrow(blank);
    expect(() => holdsPlan(routerPlan('pe3'), [])).toThrow(blank);
  });

  test('has reached a router where nothing of its own is left, whatever of others is odd there', () => {
    const after = runningAt(applyPlan(provisioned, withdrawal), 'pe3');
    const odd = (anomaly: string, objects: string[] = []) =>
      after.map((vrf) => ({ ...vrf, anomalies: [anomaly], objects }));
    expect(holdsPlan(routerPlan('pe3'), running)).toBe('before');
    expect(holdsPlan(routerPlan('pe3'), after)).toBe('after');
    expect(holdsPlan(routerPlan('pe3'), odd("vrf MOF: the operator's policies name 0:65000:9007 of wasl's pool"))).toBe(
      'after',
    );
    const left = 'prefix-set WASL-MOF-IPV4-0-65000-9002';
    expect(holdsPlan(routerPlan('pe3'), odd(`${left} belongs to no interconnect`, [left]))).toBe('mixed');
  });
});

describe('in the routing tables', () => {
  const after = applyPlan(provisioned, withdrawal);
  const at = (name: string) => tableKey('pe3' as PeName, vrfName(name), 'ipv4');
  const held = (...prefixes: string[]) => prefixes.map((one) => ({ prefix: prefix(one), origin: 'vpn' as const }));
  const tables = (entries: Record<string, ReturnType<typeof held>>): ObservedTables =>
    new Map(
      withdrawal.lost
        .map((one) => [tableKey(one.toPe, vrfName(one.to), 'ipv4'), []] as const)
        .concat(Object.entries(entries).map(([name, routes]) => [at(name), routes] as never)),
    );
  const check = (before: ObservedTables, now: ObservedTables, view = after) =>
    checkRemovedRoutes({ view, before, after: now, plan: withdrawal });
  const before = tables({ MOF: held('10.100.10.0/24', '10.100.20.0/24', '192.0.2.0/24') });

  test('what it took away is gone, and what else moved is nobody’s business here', () => {
    const { still, told, summary } = check(before, tables({ MOF: held('203.0.113.0/24') }));
    expect([still, told]).toEqual([[], []]);
    expect(summary).toMatch(/^6 routes left as planned; 4 of 4 routing tables were read$/);
  });

  test('what is still there is waited for; what something else carries, or brought, is told', () => {
    expect(check(before, tables({ MOF: held('10.100.10.0/24') })).still).toEqual([
      '10.100.10.0/24 is still in VRF MOF at pe3, though nothing of this interconnect is configured there any more',
    ]);
    const carried = brutePut(network, [{ ...sampleInterconnect(), id: 'IC-0002' as never }]);
    expect(check(before, tables({ MOF: held('10.100.10.0/24') }), carried)).toMatchObject({
      still: [],
      told: ['10.100.10.0/24 is still in VRF MOF at pe3, where something else carries it'],
    });
    const unread = new Map([...tables({})].filter(([key]) => key !== at('MOF')));
    expect(check(before, unread).told).toEqual(['the routes of VRF MOF at pe3 were not read after the commit']);
  });
});
