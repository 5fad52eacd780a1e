import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChangeId, PeName, PersonId, PlanId } from '../../src/domain/names.ts';
import { canonicalShare, type NetworkView } from '../../src/domain/network-view.ts';
import { WaslError } from '../../src/errors.ts';
import { composeShares } from '../../src/plan/compose-shares.ts';
import { digestPlan } from '../../src/plan/digest.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { verdictOf } from '../../src/proof/prove-change.ts';
import { brutePut, bruteUndelivered } from '../proof/brute-force.ts';
import {
  address,
  alterVrf,
  arbitraryInterconnect,
  arbitraryNetwork,
  makeFlow,
  makeInterconnect,
  makePe,
  PROPERTY_TIMEOUT_MS,
  prefix,
  rt,
  sampleInterconnect,
  sampleNetwork,
} from '../proof/networks.ts';
import { applyPlan, describeOperation, planInput, samplePlan } from './samples.ts';

const network = sampleNetwork();
const provisioned = brutePut(network, [sampleInterconnect()]);
const other = makeInterconnect(2, makeFlow('MOE', 'MOF', '65000:9011', ['10.130.0.0/16']));

const lines = (plan: ReturnType<typeof samplePlan>) =>
  plan.routers.flatMap(({ pe, vrfs }) =>
    vrfs.flatMap(({ vrf, operations }) => operations.map((one) => `${pe} ${vrf} ${describeOperation(one)}`)),
  );

function refusal(run: () => unknown): WaslError {
  try {
    run();
  } catch (error) {
    if (error instanceof WaslError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a provisioning', () => {
  test('exports where the prefixes are, imports at every PE of the other VPN, in every enabled family', () => {
    expect(lines(samplePlan())).toEqual([
      'pe1 MOH + import 65000:9002 (ipv4)',
      'pe1 MOH + export 10.100.10.0/24, 10.100.20.0/24 with 65000:9001 (ipv4)',
      'pe1 MOH + import 65000:9002 (ipv6)',
      'pe2 MOH + import 65000:9002 (ipv4)',
      'pe2 MOH + import 65000:9002 (ipv6)',
      'pe3 MOF + import 65000:9001 (ipv4)',
      'pe3 MOF + export 10.120.10.0/24 with 65000:9002 (ipv4)',
      'pe3 MOF + import 65000:9001 (ipv6)',
      'pe4 MOF + import 65000:9001 (ipv4)',
      'pe4 MOF + import 65000:9001 (ipv6)',
    ]);
    expect(verdictOf(samplePlan().proofs)).toBe('pass');
  });

  test('pings where packets find back, and wants canaries and third VPNs silent', () => {
    const probes = samplePlan().probes.map(
      ({ pe, vrf, prefix: one, target, expect: wanted }) => `${pe} ${vrf} ${one} ${target} ${wanted}`,
    );
    expect(probes).toEqual([
      'pe1 MOE 10.100.10.0/24 10.100.10.1 unreachable',
      'pe1 MOE 10.120.10.0/24 10.120.10.1 unreachable',
      'pe1 MOH 10.120.10.0/24 10.120.10.1 reachable',
      'pe2 CANARY 10.100.10.0/24 10.100.10.1 unreachable',
      'pe2 CANARY 10.100.20.0/24 null unreachable',
      'pe2 CANARY 10.120.10.0/24 10.120.10.1 unreachable',
      // Nothing of pe2 is shared, so an answer would not find its way back to it: only the route is looked up.
      'pe2 MOH 10.120.10.0/24 null reachable',
      'pe3 MOE 10.100.10.0/24 10.100.10.1 unreachable',
      'pe3 MOE 10.120.10.0/24 10.120.10.1 unreachable',
      'pe3 MOF 10.100.10.0/24 10.100.10.1 reachable',
      'pe3 MOF 10.100.20.0/24 null reachable',
      'pe4 CANARY 10.100.10.0/24 10.100.10.1 unreachable',
      'pe4 CANARY 10.100.20.0/24 null unreachable',
      'pe4 CANARY 10.120.10.0/24 10.120.10.1 unreachable',
      'pe4 MOF 10.100.10.0/24 null reachable',
      'pe4 MOF 10.100.20.0/24 null reachable',
      'pe4 STRAY 10.100.10.0/24 10.100.10.1 unreachable',
      'pe4 STRAY 10.120.10.0/24 10.120.10.1 unreachable',
    ]);
  });

  test('pings only from an address that the other side reaches', () => {
    const withSource = (source: string) =>
      alterVrf(network, 'pe3', 'MOF', (vrf) => ({
        ...vrf,
        attachments: vrf.attachments.map((one) => ({ ...one, source: address(source) })),
      }));
    const pinged = (source: string) =>
      planChange(planInput({ view: withSource(source) })).probes.find(
        ({ pe: at, vrf, prefix: one }) => at === 'pe3' && vrf === 'MOF' && one === '10.100.10.0/24',
      )?.target;
    expect(pinged('10.120.10.254')).toBe('10.100.10.1');
    expect(pinged('192.0.2.1')).toBeNull();
  });

  test('does not want silence where another interconnect already gives the prefix', () => {
    const known = makeInterconnect(2, makeFlow('MOH', 'MOE', '65000:9011', ['10.100.10.0/24']));
    const plan = planChange(planInput({ view: brutePut(network, [known]), active: [known] }));
    expect(plan.probes.filter(({ vrf, prefix: one }) => vrf === 'MOE' && one === '10.100.10.0/24')).toEqual([]);
  });

  test('leaves what other interconnects have in the same VRF', () => {
    const plan = planChange(planInput({ view: brutePut(network, [other]), active: [other] }));
    const after = plan.routers.find(({ pe }) => pe === 'pe3')?.vrfs[0]?.after;
    expect(after?.ipv4?.imports).toEqual([rt('65000:9001'), rt('65000:9011')]);
    expect(lines(plan)).toEqual(lines(samplePlan()));
  });
});

describe('the digest', () => {
  test('is that of the contents, whoever made the plan and when', () => {
    const plan = samplePlan();
    expect(plan.digest).toBe(digestPlan(plan));
    const again = planChange(
      planInput({
        id: 'IC-0001-C1-P2' as PlanId,
        createdAt: '2027-01-01T00:00:00.000Z',
        createdBy: 'engineer-2' as PersonId,
      }),
    );
    expect(again.digest).toBe(plan.digest);
    expect(again.id).not.toBe(plan.id);
  });

  test('does not depend on the order in which things were read', () => {
    const shuffled: NetworkView = {
      pes: network.pes.map((pe) => ({
        ...pe,
        vrfs: pe.vrfs.map((vrf) => ({ ...vrf, attachments: [...vrf.attachments].reverse() })),
      })),
    };
    const { flows } = sampleInterconnect();
    const reordered = {
      ...sampleInterconnect(),
      flows: [...flows].reverse().map((flow) => ({
        ...flow,
        prefixes: flow.prefixes === 'whole-vpn' ? flow.prefixes : [...flow.prefixes].reverse(),
      })),
    };
    expect(planChange(planInput({ view: shuffled, subject: reordered })).digest).toBe(samplePlan().digest);
  });

  test.each([
    ['the window', { window: { notBefore: null, confirmTimeoutSeconds: 121 } }],
    ['the change', { changeId: 'IC-0001-C2' as ChangeId }],
    ['a prefix', { subject: makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24'])) }],
    ['a procedure', { procedures: new Map(network.pes.map(({ name }) => [name, 'candidate-reverse-delta' as const])) }],
    [
      "an operator's policy",
      { view: alterVrf(network, 'pe1', 'MOE', (vrf) => ({ ...vrf, policyTexts: { OLD: 'pass' } })) },
    ],
  ])('covers %s', (_, more) => {
    expect(planChange(planInput(more)).digest).not.toBe(samplePlan().digest);
  });
});

describe('what is refused', () => {
  const refused = (more: Parameters<typeof planInput>[0]) => refusal(() => planChange(planInput(more)));

  test('a prefix that no PE announces exactly names the nearest and where it is', () => {
    const inside = refused({ subject: makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/25'])) });
    expect(inside.code).toBe('PREFIX_NOT_ORIGINATED');
    expect(inside.message).toBe(
      'no PE originates 10.100.10.0/25 of MOH, exactly so; the nearest is 10.100.10.0/24 at pe1',
    );
    const around = refused({ subject: makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.0.0/16'])) });
    expect(around.message).toContain('the nearest is 10.100.10.0/24 at pe1');
    const apart = refused({ subject: makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.31.0/24'])) });
    expect(apart.message).toContain('the nearest is 10.100.30.0/24 at pe2');
  });

  test('a default route, also inside a whole VPN', () => {
    const view = alterVrf(network, 'pe1', 'MOH', (vrf) => ({
      ...vrf,
      attachments: [{ branch: 'internet', prefixes: [prefix('0.0.0.0/0')], probe: null }],
    }));
    const subject = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', 'whole-vpn'));
    expect(refused({ view, subject }).code).toBe('PREFIX_DEFAULT_ROUTE');
  });

  test('a VPN that is on no router', () => {
    const subject = makeInterconnect(1, makeFlow('MOH', 'ROP', '65000:9001', ['10.100.10.0/24']));
    expect(refused({ subject }).code).toBe('VRF_MISSING');
  });

  test('a plan that changes nothing', () => {
    expect(refused({ view: provisioned, kind: 'modify', previous: sampleInterconnect() }).code).toBe('PLAN_EMPTY');
    expect(refused({ kind: 'withdraw' }).code).toBe('PLAN_EMPTY');
  });

  test('what is there already, though nobody has approved it: with the routers that have it', () => {
    expect(refused({ view: provisioned })).toMatchObject({
      ...{
        code: 'VRF_DRIFTED',
        message: expect.stringMatching(/^all of IC-0001 is there already, and not by wasl: pe/),
      },
      remedy: 'Find out who typed it, and take it away on these routers.',
    });
  });

  test('a PE without a procedure', () => {
    const procedures = new Map([['pe1' as PeName, 'confirmed-commit-persist' as const]]);
    expect(refused({ procedures }).message).toBe('no procedure is known for pe2');
  });

  test('a VRF that drifted, with the difference', () => {
    const view = alterVrf(network, 'pe3', 'MOF', (vrf) => ({
      ...vrf,
      share: { ...vrf.share, ipv4: { imports: [rt('65000:9099')], exports: [] } },
    }));
    const error = refused({ view });
    expect(error.code).toBe('VRF_DRIFTED');
    expect(error.message).toBe('VRF MOF at pe3 has also import 65000:9099 (ipv4)');
    const lacking = refused({ active: [other] });
    expect(lacking.code).toBe('VRF_DRIFTED');
    expect(lacking.message).toBe('VRF MOF at pe3 lacks import 65000:9011 (ipv4) (and 3 more)');
  });

  test('a VRF with an object that wasl would not render', () => {
    const view = alterVrf(network, 'pe3', 'MOF', (vrf) => ({ ...vrf, anomalies: ['policy WASL-X is not attached'] }));
    expect(refused({ view }).message).toBe('VRF MOF at pe3: policy WASL-X is not attached');
  });
});

test('drift of a VRF that the change does not touch is no reason to refuse', () => {
  const view = alterVrf(network, 'pe1', 'MOE', (vrf) => ({ ...vrf, anomalies: ['policy WASL-X is not attached'] }));
  expect(lines(planChange(planInput({ view })))).toEqual(lines(samplePlan()));
});

test('an interconnect with a change in hand may or may not be on the routers, and stays as it is', () => {
  for (const view of [network, brutePut(network, [other])]) {
    const plan = planChange(planInput({ view, active: [{ ...other, settled: false }] }));
    expect(lines(plan)).toEqual(lines(samplePlan()));
    expect(verdictOf(plan.proofs)).toBe('pass');
  }
});

describe('a withdrawal', () => {
  test('takes away exactly its own, though the VRF drifted, and leaves the rest as read', () => {
    const view = alterVrf(provisioned, 'pe3', 'MOF', (vrf) => ({
      ...vrf,
      share: { ...vrf.share, ipv4: { imports: [rt('65000:9001'), rt('65000:9099')], exports: [] } },
    }));
    const plan = planChange(planInput({ view, kind: 'withdraw' }));
    expect(plan.routers.find(({ pe }) => pe === 'pe3')?.vrfs[0]?.after.ipv4).toEqual({
      imports: [rt('65000:9099')],
      exports: [],
    });
    expect(verdictOf(plan.proofs)).toBe('pass');
  });

  test('reaches a VRF that has left the inventory', () => {
    const view = alterVrf(provisioned, 'pe4', 'MOF', (vrf) => ({ ...vrf, vpn: null, attachments: [] }));
    const plan = planChange(planInput({ view, kind: 'withdraw' }));
    expect(lines(plan)).toContain('pe4 MOF - import 65000:9001 (ipv4)');
  });

  test('does not need its prefixes to be announced still', () => {
    const view = alterVrf(provisioned, 'pe1', 'MOH', (vrf) => ({ ...vrf, attachments: [] }));
    const plan = planChange(planInput({ view, kind: 'withdraw' }));
    expect(lines(plan)).toContain('pe1 MOH - export 10.100.10.0/24, 10.100.20.0/24 with 65000:9001 (ipv4)');
  });

  test('expects what goes to be unreachable, unless something else still carries it', () => {
    const twin = makeInterconnect(2, makeFlow('MOH', 'MOF', '65000:9011', ['10.100.10.0/24']));
    const view = brutePut(network, [sampleInterconnect(), twin]);
    const plan = planChange(planInput({ view, kind: 'withdraw', active: [twin] }));
    const atMof = plan.probes
      .filter(({ vrf }) => vrf === 'MOF')
      .map(({ pe, prefix: one, expect: e }) => `${pe} ${one} ${e}`);
    expect(atMof).toEqual(['pe3 10.100.20.0/24 unreachable', 'pe4 10.100.20.0/24 unreachable']);
  });
});

test('a modification of the prefixes replaces the rule and keeps the route target', () => {
  const next = makeInterconnect(
    1,
    makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24', '10.100.30.0/24']),
    makeFlow('MOF', 'MOH', '65000:9002', ['10.120.10.0/24']),
  );
  const plan = planChange(
    planInput({ view: provisioned, kind: 'modify', subject: next, previous: sampleInterconnect() }),
  );
  expect(lines(plan)).toEqual([
    'pe1 MOH ~ export 10.100.10.0/24 with 65000:9001 (ipv4)',
    'pe2 MOH + export 10.100.30.0/24 with 65000:9001 (ipv4)',
  ]);
  expect(verdictOf(plan.proofs)).toBe('pass');
  expect(plan.gained.map((one) => `${one.prefix} ${one.toPe}`)).toEqual(['10.100.30.0/24 pe3', '10.100.30.0/24 pe4']);
  expect(plan.lost.map((one) => `${one.prefix} ${one.toPe}`)).toEqual(['10.100.20.0/24 pe3', '10.100.20.0/24 pe4']);
});

const arbitraryCase = fc.record({
  network: arbitraryNetwork,
  subject: arbitraryInterconnect(1),
  other: arbitraryInterconnect(2),
});

/** Shares by PE and VRF, in canonical form. */
function canonicalState(view: NetworkView) {
  return view.pes.map((pe) => [pe.name, pe.vrfs.map((vrf) => [vrf.name, canonicalShare(vrf.share, ['ipv4', 'ipv6'])])]);
}

test(
  'composition is what putting every interconnect on by hand gives',
  () => {
    fc.assert(
      fc.property(arbitraryCase, ({ network: plain, subject, other: second }) => {
        const composed = composeShares(plain, [subject, second]);
        const put = brutePut(plain, [subject, second]);
        for (const pe of put.pes) {
          for (const vrf of pe.vrfs) {
            const families = (['ipv4', 'ipv6'] as const).filter((family) => vrf.operator[family] !== undefined);
            expect(composed.get(pe.name)?.get(vrf.name)).toEqual(canonicalShare(vrf.share, families));
          }
        }
      }),
      { numRuns: 200 },
    );
  },
  PROPERTY_TIMEOUT_MS,
);

test(
  'provision, then withdraw: the network is as it was, and each plan does exactly what it says',
  () => {
    let planned = 0;
    fc.assert(
      fc.property(arbitraryCase, ({ network: plain, subject, other: second }) => {
        const before = brutePut(plain, [second]);
        const absent = (id: string) => !plain.pes.some((pe) => pe.vrfs.some((vrf) => vrf.vpn === id));
        const impossible =
          subject.flows.some((flow) => absent(flow.from) || absent(flow.to)) || bruteUndelivered(plain, subject);
        if (impossible) return;
        planned += 1;
        const provision = planChange(planInput({ view: before, subject, active: [second] }));
        const after = applyPlan(before, provision);
        expect(canonicalState(after)).toEqual(canonicalState(brutePut(plain, [second, subject])));
        expect(provision.proofs.find(({ name }) => name === 'exact-reachability')?.verdict).toBe('pass');

        const withdrawal = planChange(planInput({ view: after, subject, active: [second], kind: 'withdraw' }));
        expect(canonicalState(applyPlan(after, withdrawal))).toEqual(canonicalState(before));
        expect(verdictOf(withdrawal.proofs)).toBe('pass');
        expect(withdrawal.lost).toEqual(provision.gained);
        expect(provision.routers.every(({ vrfs }) => vrfs.every(({ operations }) => operations.length > 0))).toBe(true);
      }),
      { numRuns: 150 },
    );
    expect(planned).toBeGreaterThan(10);
  },
  PROPERTY_TIMEOUT_MS,
);

test('platforms are named as the inventory does', () => {
  const view = {
    pes: [
      makePe('pe1', [{ vpn: 'MOH', own: '65000:100', prefixes: ['10.100.10.0/24'] }], 'junos-yang'),
      makePe('pe2', [{ vpn: 'MOF', own: '65000:200', prefixes: ['10.120.10.0/24'] }], 'frr'),
    ],
  };
  const subject = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']));
  expect(planChange(planInput({ view, subject })).routers.map(({ platform }) => platform)).toEqual([
    'junos-yang',
    'frr',
  ]);
});
