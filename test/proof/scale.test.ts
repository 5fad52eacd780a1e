import { expect, test } from 'vitest';
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { SILENT_PROBES_MAX } from '../../src/plan/plan-probes.ts';
import { explainReach } from '../../src/proof/explain-reach.ts';
import { proveChange, verdictOf } from '../../src/proof/prove-change.ts';
import { CARRIED_ROUTES_MAX, RouteIndex } from '../../src/proof/route-index.ts';
import { inventoryOf, planInput } from '../plan/samples.ts';
import { brutePut } from './brute-force.ts';
import { makeFlow, makeInterconnect, makePe, PROPERTY_TIMEOUT_MS, rt, vpn } from './networks.ts';

/** A national backbone: every VPN has a VRF with one prefix at every PE. */
function backbone(peCount: number, vpnCount: number): NetworkView {
  const vpns = Array.from({ length: vpnCount }, (_, index) => index);
  const pes = Array.from({ length: peCount }, (_, at) =>
    makePe(
      `pe${String(at).padStart(4, '0')}`,
      vpns.map((number) => ({
        vpn: `V${String(number).padStart(3, '0')}`,
        own: `65000:${100 + number}`,
        families: ['ipv4'],
        prefixes: [`${10 + number}.${at >> 8}.${at & 255}.0/24`],
      })),
    ),
  );
  return { pes };
}

const pair = makeInterconnect(
  1,
  makeFlow('V000', 'V001', '65000:9001', ['10.0.0.0/24', '10.0.1.0/24']),
  makeFlow('V001', 'V000', '65000:9002', ['11.0.0.0/24']),
);

/** The same view, counting how often a VRF's route targets or attachments are looked at: the work, whatever the machine. */
function counted(view: NetworkView): { view: NetworkView; reads: () => number } {
  let reads = 0;
  const watch = (vrf: VrfView): VrfView =>
    new Proxy(vrf, {
      get(target, name, receiver) {
        if (name === 'operator' || name === 'share' || name === 'attachments') reads += 1;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  return { view: { pes: view.pes.map((pe) => ({ ...pe, vrfs: pe.vrfs.map(watch) })) }, reads: () => reads };
}

test('the model looks at each VRF a fixed number of times, however many there are', () => {
  const perVrf = [25, 50, 100].map((peCount) => {
    const { view, reads } = counted(backbone(peCount, 10));
    expect(RouteIndex.of(view).routes()).toEqual([]);
    return reads() / (peCount * 10);
  });
  expect(perVrf[2]).toBe(perVrf[0]);
  expect(perVrf[1]).toBe(perVrf[0]);
});

test('all proofs together look at each VRF a fixed number of times', () => {
  const perVrf = [20, 40, 80].map((peCount) => {
    const { view, reads } = counted(backbone(peCount, 10));
    proveChange({ kind: 'provision', before: view, after: view, subject: pair, others: [] });
    return reads() / (peCount * 10);
  });
  // Lookups per approved route (2 of 10 VPNs here) come on top; quadratic work would double at each step.
  expect((perVrf[2] ?? Infinity) / (perVrf[0] ?? 0)).toBeLessThan(1.5);
});

test(
  'a plan over 200 PEs with 50 VRFs each is made and proved',
  () => {
    const view = backbone(200, 50);
    const plan = planChange(planInput({ view, subject: pair }));
    expect(verdictOf(plan.proofs)).toBe('pass');
    expect(plan.routers.length).toBe(200);
    expect(plan.gained.length).toBe(3 * 200);
    // Every PE keeps some, though there are 48 VRFs of others at each to be silent.
    const silent = plan.probes.filter(({ expect: wanted }) => wanted === 'unreachable');
    expect(silent.length).toBe(SILENT_PROBES_MAX);
    expect(new Set(silent.map(({ pe }) => pe)).size).toBe(200);
  },
  PROPERTY_TIMEOUT_MS,
);

/** A VRF of shared services on 20 PEs takes every route of 100 VPNs: together more routes than fit into memory. */
function withSharedServices(): NetworkView {
  const shared = {
    vpn: 'SHARED',
    own: '65000:99',
    operator: { importRouteTargets: Array.from({ length: 100 }, (_, number) => rt(`65000:${100 + number}`)) },
  };
  const pes = Array.from({ length: 20 }, (_, at) =>
    makePe(`pe${String(at).padStart(4, '0')}`, [
      { ...shared, families: ['ipv4'], prefixes: [`172.16.${at}.0/24`] },
      ...Array.from({ length: 100 }, (__, number) => ({
        vpn: `V${String(number).padStart(3, '0')}`,
        own: `65000:${100 + number}`,
        families: ['ipv4' as const],
        prefixes: Array.from({ length: 120 }, (___, site) => `${10 + number}.${at}.${site}.0/24`),
      })),
    ]),
  );
  return { pes };
}

test.each(['provision', 'withdraw'] as const)(
  'what a change does not move is not listed: to %s beside shared services',
  (kind) => {
    const view = withSharedServices();
    const subject = makeInterconnect(1, makeFlow('V000', 'V001', '65000:9001', ['10.0.0.0/24', '10.1.1.0/24']));
    const provisioned = brutePut(view, [subject]);
    const plan = planChange(planInput({ view: kind === 'provision' ? view : provisioned, kind, subject }));
    expect(verdictOf(plan.proofs)).toBe('pass');
    expect((kind === 'provision' ? plan.gained : plan.lost).length).toBe(2 * 20);
    expect(() => RouteIndex.of(view).routes()).toThrow(`more than ${CARRIED_ROUTES_MAX} routes`);
  },
  PROPERTY_TIMEOUT_MS,
);

test('what reaches what looks at each agreement a fixed number of times, however many networks are asked about', () => {
  const reads = [2, 4, 8].map((peCount) => {
    const view = backbone(peCount, 3);
    let flowsRead = 0;
    const agreements = Array.from({ length: 20 }, (_, number) => {
      const { id, flows } = makeInterconnect(number, makeFlow('V001', 'V002', `65000:${9_000 + number}`, 'whole-vpn'));
      const watched = new Proxy([...flows], {
        get(target, name, receiver) {
          flowsRead += 1;
          return Reflect.get(target, name, receiver) as unknown;
        },
      });
      return { id, flows: watched, state: 'active', standing: 'on-network' as const };
    });
    const inputs = { view, inventory: inventoryOf(view), agreements, unread: new Map() };
    expect(explainReach(inputs, { from: vpn('V000'), to: vpn('V001') }).places).toHaveLength(peCount * peCount);
    return flowsRead;
  });
  expect(reads[1]).toBe(reads[0]);
  expect(reads[2]).toBe(reads[0]);
});
