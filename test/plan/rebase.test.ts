import { describe, expect, test } from 'vitest';
import type { RunningVrf } from '../../src/domain/network-view.ts';
import type { Plan, RouterPlan } from '../../src/domain/plan.ts';
import { sameShare } from '../../src/plan/delta.ts';
import { holdsPlan, reverseRouterPlan } from '../../src/plan/holds-plan.ts';
import { describeOperatorChange, operatorDigest, operatorPart } from '../../src/plan/operator-digest.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { rebaseRouter } from '../../src/plan/rebase.ts';
import { reprove } from '../../src/plan/reprove.ts';
import { verdictOf } from '../../src/proof/prove-change.ts';
import { brutePut } from '../proof/brute-force.ts';
import {
  alterVrf,
  makeFlow,
  makeInterconnect,
  prefix,
  rt,
  sampleInterconnect,
  sampleNetwork,
} from '../proof/networks.ts';
import { applyPlan, planInput, runningAt, samplePlan } from './samples.ts';

const network = sampleNetwork();
const plan = samplePlan();
const other = makeInterconnect(2, makeFlow('MOE', 'MOF', '65000:9011', ['10.130.0.0/16']));

function routerPlan(of: Plan, pe: string): RouterPlan {
  const found = of.routers.find((router) => router.pe === pe);
  if (found === undefined) throw new Error(`${pe} is not in the plan`);
  return found;
}

const alter = (pe: string, name: string, change: (vrf: RunningVrf) => RunningVrf) =>
  runningAt(network, pe).map((vrf) => (vrf.name === name ? change(vrf) : vrf));

describe('at push', () => {
  test('the same base gives the planned edits', () => {
    const rebase = rebaseRouter(routerPlan(plan, 'pe3'), runningAt(network, 'pe3'));
    expect(rebase.verdict).toBe('same');
    expect(rebase.differences).toEqual([]);
    expect(rebase.edits.map(({ running, wanted }) => [running.name, wanted])).toEqual(
      routerPlan(plan, 'pe3').vrfs.map(({ vrf, after }) => [vrf, after]),
    );
  });

  test.each(['constructor', '__proto__'])('a policy %s that has gone since is told to be gone', (name) => {
    const [vrf] = runningAt(network, 'pe3');
    if (vrf === undefined) throw new Error('pe3 has no VRF');
    const before = operatorPart({ ...vrf, policyTexts: { [name]: 'pass' } });
    const after = operatorPart({ ...vrf, policyTexts: {} });
    expect(describeOperatorChange(before, after)).toEqual([`the text of policy ${name} is gone`]);
  });

  test('lists in another order are the same base', () => {
    const reversed = [...runningAt(network, 'pe3')].reverse();
    expect(rebaseRouter(routerPlan(plan, 'pe3'), reversed).verdict).toBe('same');
    expect(operatorDigest(reversed)).toBe(operatorDigest(runningAt(network, 'pe3')));
    const listed = (...targets: string[]) =>
      alter('pe3', 'MOF', (vrf) => {
        const importRouteTargets = targets.map(rt);
        const family = { importRouteTargets, exportRouteTargets: [], importPolicies: [], exportPolicies: [] };
        return { ...vrf, operator: { ipv4: family } };
      });
    expect(operatorDigest(listed('65000:1', '65000:2'))).toBe(operatorDigest(listed('65000:2', '65000:1')));
    expect(operatorDigest(listed('65000:1', '65000:2'))).not.toBe(operatorDigest(listed('65000:1')));
  });

  test('another change of wasl that came in between is kept, and the same operations are made', () => {
    const running = runningAt(brutePut(network, [other]), 'pe3');
    const targets = new Set(other.flows.map((flow) => flow.routeTarget));
    const rebase = rebaseRouter(routerPlan(plan, 'pe3'), running, { otherWaslRouteTargets: targets });
    expect(rebase.verdict).toBe('rebased');
    expect(rebase.edits[0]?.wanted.ipv4).toEqual({
      imports: [rt('65000:9001'), rt('65000:9011')],
      exports: [{ routeTarget: rt('65000:9002'), scope: [prefix('10.120.10.0/24')] }],
    });
    expect(rebase.differences).toEqual([
      'VRF MOF at pe3 has also import 65000:9011 (ipv4)',
      'VRF MOF at pe3 has also import 65000:9011 (ipv6)',
    ]);
  });

  test('another change of wasl that was withdrawn in between is no difference that matters', () => {
    const planned = planChange(planInput({ view: brutePut(network, [other]), active: [other] }));
    const rebase = rebaseRouter(routerPlan(planned, 'pe3'), runningAt(network, 'pe3'), {
      otherWaslRouteTargets: new Set(),
    });
    expect(rebase.verdict).toBe('rebased');
    expect(rebase.edits[0]?.wanted.ipv4?.imports).toEqual([rt('65000:9001')]);
  });

  const withTargets = (vrf: RunningVrf, change: Partial<NonNullable<RunningVrf['operator']['ipv4']>>): RunningVrf => {
    const { ipv4 } = vrf.operator;
    if (ipv4 === undefined) throw new Error('the sample has IPv4 everywhere');
    return { ...vrf, operator: { ...vrf.operator, ipv4: { ...ipv4, ...change } } };
  };
  const imports = (...targets: string[]) => ({ ipv4: { imports: targets.map(rt), exports: [] } });

  test.each([
    [
      'a route target of nobody',
      alter('pe3', 'MOF', (vrf) => ({ ...vrf, share: imports('65000:9099') })),
      ['VRF MOF at pe3 has also import 65000:9099 (ipv4), which belongs to no interconnect'],
    ],
    [
      "the plan's own route target, half applied",
      alter('pe3', 'MOF', (vrf) => ({ ...vrf, share: imports('65000:9001') })),
      ["VRF MOF at pe3 has also import 65000:9001 (ipv4), which is this plan's to change"],
    ],
    [
      'an import that an operator added',
      alter('pe3', 'MOF', (vrf) => withTargets(vrf, { importRouteTargets: ['65000:200', '65000:300'].map(rt) })),
      ['VRF MOF at pe3: ipv4 import was 65000:200, is 65000:200, 65000:300'],
    ],
    [
      'an export policy that an operator attached',
      alter('pe3', 'MOF', (vrf) => ({
        ...withTargets(vrf, { exportPolicies: ['OLD'] }),
        policyTexts: { OLD: 'pass' },
      })),
      ['VRF MOF at pe3: ipv4 export policy was none, is OLD', 'VRF MOF at pe3: the text of policy OLD changed'],
    ],
    [
      'a family that was switched off',
      alter('pe3', 'MOF', (vrf) => ({ ...vrf, operator: { ...(vrf.operator.ipv4 && { ipv4: vrf.operator.ipv4 }) } })),
      ['VRF MOF at pe3: ipv6 was on, is off'],
    ],
    [
      'another VRF of the PE',
      alter('pe3', 'MOE', (vrf) => withTargets(vrf, { importRouteTargets: [rt('65000:200')] })),
      ["the operator's configuration of pe3 changed: another VRF was changed, added or removed (there are now MOE)"],
    ],
    [
      'an object that wasl would not render',
      alter('pe3', 'MOF', (vrf) => ({ ...vrf, anomalies: ['policy WASL-X is not attached'] })),
      ['VRF MOF at pe3: policy WASL-X is not attached'],
    ],
    [
      'a VRF that is gone',
      runningAt(network, 'pe3').filter(({ name }) => name !== 'MOF'),
      ['VRF MOF is gone from pe3'],
    ],
  ])('%s makes it stale', (_, running, differences) => {
    const rebase = rebaseRouter(routerPlan(plan, 'pe3'), running, { otherWaslRouteTargets: new Set() });
    expect(rebase).toEqual({ verdict: 'stale', edits: [], differences });
  });
});

describe('after a rebase the proofs are made again', () => {
  const again = (view: typeof network, of: Plan = plan) =>
    reprove({ view, plan: of, subject: sampleInterconnect(), active: [other] });

  test('over a network where another change landed they pass', () => {
    expect(verdictOf(again(brutePut(network, [other])).proofs)).toBe('pass');
  });

  test('over one where somebody else began to import the route target they fail', () => {
    const view = alterVrf(network, 'pe4', 'STRAY', (vrf) => ({
      ...vrf,
      share: { ipv4: { imports: [rt('65000:9001')], exports: [] } },
    }));
    expect(verdictOf(again(view).proofs)).toBe('fail');
  });

  test('what is gained must be what was approved, not only what the flows allow', () => {
    const whole = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', 'whole-vpn'));
    const wide = planChange(planInput({ subject: whole }));
    const grown = alterVrf(network, 'pe1', 'MOH', (vrf) => ({
      ...vrf,
      attachments: [...vrf.attachments, { branch: 'new', prefixes: [prefix('10.100.77.0/24')], probe: null }],
    }));
    const { proofs } = reprove({ view: grown, plan: wide, subject: whole, active: [] });
    expect(proofs[0]?.verdict).toBe('fail');
    expect(proofs[0]?.counterExamples[0]?.sentence).toBe(
      '10.100.77.0/24 of MOH at pe1 was not approved to be gained by MOF at pe3',
    );
  });

  test('a VRF that is gone is stale', () => {
    const view = { pes: network.pes.map((pe) => (pe.name === 'pe3' ? { ...pe, vrfs: [] } : pe)) };
    expect(() => again(view)).toThrow('VRF MOF is gone from pe3');
  });
});

describe('the way back of a router', () => {
  const after = applyPlan(network, plan);

  test('leads to where it was, and undone it is the plan', () => {
    const back = applyPlan(after, { ...plan, routers: plan.routers.map(reverseRouterPlan) });
    for (const { pe } of plan.routers) {
      for (const [index, vrf] of runningAt(back, pe).entries()) {
        expect(sameShare(vrf.share, runningAt(network, pe)[index]?.share ?? {})).toBe(true);
      }
    }
    expect(plan.routers.map(reverseRouterPlan).map(reverseRouterPlan)).toEqual(plan.routers);
  });

  test('can be taken though another change of wasl came since', () => {
    const busy = brutePut(network, [sampleInterconnect(), other]);
    const rebase = rebaseRouter(reverseRouterPlan(routerPlan(plan, 'pe3')), runningAt(busy, 'pe3'));
    expect(rebase.verdict).toBe('rebased');
    expect(rebase.edits[0]?.wanted.ipv4).toEqual({ imports: [rt('65000:9011')], exports: [] });
  });
});

describe('where a router stands', () => {
  const router = routerPlan(plan, 'pe3');
  const after = applyPlan(network, plan);

  test('before, after, or neither', () => {
    expect(holdsPlan(router, runningAt(network, 'pe3'))).toBe('before');
    expect(holdsPlan(router, runningAt(after, 'pe3'))).toBe('after');
    expect(
      holdsPlan(
        router,
        alter('pe3', 'MOF', (vrf) => ({ ...vrf, share: { ipv4: { imports: [rt('65000:9001')], exports: [] } } })),
      ),
    ).toBe('mixed');
    expect(() => holdsPlan(router, [])).toThrow(expect.objectContaining({ code: 'ROUTER_PROTOCOL' }));
    expect(
      holdsPlan(
        router,
        alter('pe3', 'MOF', (vrf) => ({ ...vrf, anomalies: ['half'] })),
      ),
    ).toBe('mixed');
  });

  test('whatever other changes of wasl did', () => {
    expect(holdsPlan(router, runningAt(brutePut(network, [other]), 'pe3'))).toBe('before');
    expect(holdsPlan(router, runningAt(brutePut(network, [sampleInterconnect(), other]), 'pe3'))).toBe('after');
  });

  test('one VRF with the change and one without is mixed', () => {
    const leaky = makeInterconnect(3, makeFlow('MOH', 'MOE', '65000:9021', ['10.100.10.0/24']));
    const both = planChange(planInput({ subject: leaky }));
    const half = alterVrf(applyPlan(network, both), 'pe1', 'MOE', (vrf) => ({ ...vrf, share: {} }));
    expect(routerPlan(both, 'pe1').vrfs.length).toBe(2);
    expect(holdsPlan(routerPlan(both, 'pe1'), runningAt(half, 'pe1'))).toBe('mixed');
  });
});
