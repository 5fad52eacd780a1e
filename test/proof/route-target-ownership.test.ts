/** Whose a route target is: who may carry it, and what is told of who else does. */
import { describe, expect, it } from 'vitest';
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import { differRoutes } from '../../src/proof/change-under-proof.ts';
import { proveRouteTargetOwnership } from '../../src/proof/route-target-ownership.ts';
import { brutePut } from './brute-force.ts';
import { alterVrf, base, makeFlow, makeInterconnect, prefix, rt } from './networks.ts';
import { network, provisioned, subject, withImport } from './proving.ts';

const prove = (more: Partial<Parameters<typeof proveRouteTargetOwnership>[0]> = {}) => {
  const change = { kind: 'provision' as const, before: network, after: provisioned, subject, others: [], ...more };
  const { verdict, assumptions, counterExamples } = proveRouteTargetOwnership(
    change,
    differRoutes(change.before, change.after),
  );
  return { verdict, assumptions, sentences: counterExamples.map(({ sentence }) => sentence) };
};
const fails = (...sentences: string[]) => ({ verdict: 'fail', assumptions: [], sentences });
const passes = (...assumptions: string[]) => ({ verdict: 'pass', assumptions, sentences: [] });
const sharing = (share: VrfView['share']['ipv4']) => (vrf: VrfView) => ({
  ...vrf,
  share: { ...vrf.share, ...(share && { ipv4: share }) },
});

it('passes where only the two VPNs carry what was agreed', () => {
  expect(prove()).toEqual(passes());
});

describe("an operator's configuration", () => {
  const uses: readonly [string, (vrf: VrfView) => VrfView, string][] = [
    ['imports it', (vrf) => withImport(vrf, '65000:9001'), 'is imported for ipv4'],
    [
      'exports it',
      (vrf) => ({
        ...vrf,
        operator: { ...vrf.operator, ipv6: base('65000:777', { exportRouteTargets: [rt('65000:9001')] }) },
      }),
      'is exported for ipv6',
    ],
    ['names it in a policy', (vrf) => ({ ...vrf, policyTexts: { P: 'target:65000:9001' } }), 'is named in policy P'],
  ];

  it.each(uses)('%s: a failure for what opens, told of what closes', (_what, alter, how) => {
    const view = (of: NetworkView) => alterVrf(of, 'pe4', 'STRAY', alter);
    const sentence = `route target 65000:9001 ${how} by the operator's configuration of VRF STRAY at pe4`;
    expect(prove({ after: view(provisioned) })).toEqual(fails(sentence));
    expect(prove({ kind: 'withdraw', before: view(provisioned), after: view(network) })).toEqual(
      passes(`${sentence}: it stays there after the removal`),
    );
  });

  it('is told in order', () => {
    const view = (of: NetworkView) =>
      alterVrf(
        alterVrf(of, 'pe4', 'STRAY', (vrf) => withImport(vrf, '65000:9001')),
        'pe1',
        'MOE',
        (vrf) => withImport(vrf, '65000:9002'),
      );
    const turned = (of: NetworkView) => ({ pes: [...view(of).pes].reverse() });
    const { assumptions } = prove({ kind: 'withdraw', before: turned(provisioned), after: turned(network) });
    expect(assumptions.map((one) => one.slice(0, 24))).toEqual([
      'route target 65000:9001 ',
      'route target 65000:9002 ',
    ]);
  });
});

it('what stands under the name of wasl and is not as it writes it fails what opens, and is not told of what closes', () => {
  const view = (of: NetworkView) =>
    alterVrf(of, 'pe4', 'STRAY', (vrf) => ({ ...vrf, anomalies: ['set WASL-X has 65000:9001'] }));
  expect(prove({ after: view(provisioned) })).toEqual(
    fails(
      "route target 65000:9001 is named in an object that wasl would not render by the operator's configuration of VRF STRAY at pe4",
    ),
  );
  expect(prove({ kind: 'withdraw', before: view(provisioned), after: view(network) })).toEqual(passes());
});

describe('a fresh route target', () => {
  const used = alterVrf(network, 'pe1', 'MOE', sharing({ imports: [rt('65000:9009'), rt('65000:9001')], exports: [] }));
  const exported = alterVrf(
    network,
    'pe1',
    'MOE',
    sharing({ imports: [], exports: [{ routeTarget: rt('65000:9002'), scope: 'whole-vpn' }] }),
  );

  it.each(['provision', 'resume'] as const)('is nowhere before %s', (kind) => {
    expect(prove({ kind, before: used })).toEqual(
      fails('VRF MOE at pe1 already carries route target 65000:9001, which should be fresh'),
    );
    expect(prove({ kind, before: exported })).toEqual(
      fails('VRF MOE at pe1 already carries route target 65000:9002, which should be fresh'),
    );
  });

  it('may be there before what alters an agreement', () => {
    expect(prove({ kind: 'modify', before: provisioned })).toEqual(passes());
  });
});

describe('what wasl would put on', () => {
  const giver = sharing({
    imports: [rt('65000:9002')],
    exports: [
      { routeTarget: rt('65000:9001'), scope: ['10.100.10.0/24', '10.100.30.0/24'].map(prefix) },
      { routeTarget: rt('65000:9009'), scope: 'whole-vpn' },
    ],
  });

  it.each<[string, NetworkView, string]>([
    [
      'an import in a third VPN',
      alterVrf(provisioned, 'pe1', 'MOE', sharing({ imports: [rt('65000:9001')], exports: [] })),
      'VRF MOE at pe1 would import 65000:9001 without approval',
    ],
    [
      'an import of the other direction',
      alterVrf(provisioned, 'pe1', 'MOH', sharing({ imports: [rt('65000:9001')], exports: [] })),
      'VRF MOH at pe1 would import 65000:9001 without approval',
    ],
    [
      'an export of a third VPN',
      alterVrf(
        provisioned,
        'pe1',
        'MOE',
        sharing({ imports: [], exports: [{ routeTarget: rt('65000:9001'), scope: 'whole-vpn' }] }),
      ),
      'VRF MOE at pe1 would export 65000:9001 without approval',
    ],
    [
      'an export of the other direction',
      alterVrf(
        provisioned,
        'pe3',
        'MOF',
        sharing({ imports: [], exports: [{ routeTarget: rt('65000:9001'), scope: [] }] }),
      ),
      'VRF MOF at pe3 would export 65000:9001 without approval',
    ],
    [
      'a prefix more',
      alterVrf(provisioned, 'pe1', 'MOH', giver),
      'VRF MOH at pe1 would share 10.100.30.0/24, which was not approved',
    ],
    [
      'the whole VPN',
      alterVrf(
        provisioned,
        'pe1',
        'MOH',
        sharing({ imports: [], exports: [{ routeTarget: rt('65000:9001'), scope: 'whole-vpn' }] }),
      ),
      'VRF MOH at pe1 would export its whole VPN with 65000:9001',
    ],
  ])('%s', (_what, after, sentence) => {
    expect(prove({ after })).toEqual(fails(sentence));
  });

  it('a whole VPN where that was agreed', () => {
    const whole = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', 'whole-vpn'));
    expect(prove({ subject: whole, after: brutePut(network, [whole]) })).toEqual(passes());
  });
});

describe('a route target of two flows', () => {
  const other = (...targets: string[]) =>
    makeInterconnect(2, ...targets.map((target) => makeFlow('MOE', 'MOH', target, ['10.130.0.0/16'])));

  it('joins four VPNs', () => {
    expect(prove({ others: [other('65000:9003', '65000:9002')] })).toEqual(
      fails('route target 65000:9002 of MOF to MOH already belongs to a flow of IC-0002'),
    );
    expect(prove({ others: [other('65000:9003')] })).toEqual(passes());
    const twice = makeInterconnect(
      1,
      makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']),
      makeFlow('MOF', 'MOH', '65000:9001', ['10.120.10.0/24']),
    );
    expect(prove({ subject: twice, after: brutePut(network, [twice]) }).sentences).toEqual([
      'route target 65000:9001 of MOF to MOH already belongs to a flow of IC-0001',
    ]);
  });

  it('is not its own, as it was, and is told of no removal', () => {
    expect(prove({ others: [subject] })).toEqual(passes());
    const others = [other('65000:9002')];
    expect(prove({ kind: 'withdraw', before: provisioned, after: network, others })).toEqual(passes());
    const empty = { pes: [] };
    expect(prove({ before: empty, after: empty, others })).toEqual(passes());
  });
});
