import { expect, test } from 'vitest';
import { describePlan, describeReachability } from '../../src/plan/describe-plan.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { brutePut } from '../proof/brute-force.ts';
import { alterVrf, makeFlow, makeInterconnect, rt, sampleInterconnect, sampleNetwork, vpn } from '../proof/networks.ts';
import { planInput, samplePlan } from './samples.ts';

test('a plan reads as what becomes reachable, for whom, and what each router is told', () => {
  const text = describePlan(samplePlan(), new Map([[vpn('MOH'), 'the Ministry of Health']]));
  expect(text.slice(0, 5)).toEqual([
    'IC-0001-C1-P1: provision IC-0001 on 4 routers',
    'after this, 10.120.10.0/24 of MOF can be reached from the Ministry of Health',
    'after this, 10.100.10.0/24, 10.100.20.0/24 of the Ministry of Health can be reached from MOF; nobody else gains a route',
    'proof exact-reachability: pass',
    '  assuming every PE of the backbone is in the inventory, so nobody outside it imports the route targets of this change',
  ]);
  expect(text.slice(text.indexOf('pe3 (iosxr-um2, confirmed-commit-persist):')).slice(0, 5)).toEqual([
    'pe3 (iosxr-um2, confirmed-commit-persist):',
    '  VRF MOF',
    '    + import 65000:9001 (ipv4)',
    '    + export 10.120.10.0/24 with 65000:9002 (ipv4)',
    '    + import 65000:9001 (ipv6)',
  ]);
});

test('a router that keeps what nobody confirms is named to the approvers', () => {
  const plan = samplePlan();
  const routers = plan.routers.map((router) =>
    router.pe === 'pe3' ? { ...router, procedure: 'writable-running-reverse-delta' as const } : router,
  );
  const text = describePlan({ ...plan, routers });
  const warned = text.flatMap((line, index) => (line.includes('NO automatic revert') ? [text[index - 1]] : []));
  expect(warned).toEqual(['pe3 (iosxr-um2, writable-running-reverse-delta):']);
});

test('a withdrawal says what can no longer be reached', () => {
  const view = brutePut(sampleNetwork(), [sampleInterconnect()]);
  expect(describeReachability(planChange(planInput({ view, kind: 'withdraw' })))).toEqual([
    'after this, 10.120.10.0/24 of MOF can no longer be reached from MOH',
    'after this, 10.100.10.0/24, 10.100.20.0/24 of MOH can no longer be reached from MOF; nobody gains a route',
  ]);
});

test('a whole VPN is named as such', () => {
  const subject = makeInterconnect(1, makeFlow('MOE', 'MOF', '65000:9001', 'whole-vpn'));
  expect(describeReachability(planChange(planInput({ subject })))).toEqual([
    'after this, 10.130.0.0/16, 10.131.0.0/16 of MOE (its whole VPN) can be reached from MOF; nobody else gains a route',
  ]);
});

test('a plan whose proof failed never says that nobody else gains a route', () => {
  const view = alterVrf(sampleNetwork(), 'pe1', 'MOE', (vrf) => ({
    ...vrf,
    operator: {
      ...vrf.operator,
      ipv4: { importRouteTargets: [rt('65000:9001')], exportRouteTargets: [], importPolicies: [], exportPolicies: [] },
    },
  }));
  const text = describePlan(planChange(planInput({ view })));
  expect(text).toContain('whether anybody else gains a route is disproved: see the counter-examples');
  expect(text.join('\n')).not.toMatch(/nobody (else )?gains/);
  expect(text).toContain(
    '  because 10.100.10.0/24 of MOH at pe1 would, though nobody approved it, be reachable from MOE at pe1 (VRF MOE) by route target 65000:9001',
  );
});
