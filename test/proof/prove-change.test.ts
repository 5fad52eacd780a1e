import { describe, expect, test } from 'vitest';
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import type { ProofName } from '../../src/domain/plan.ts';
import { verdictOf } from '../../src/proof/prove-change.ts';
import { brutePut } from './brute-force.ts';
import { alterVrf, makeFlow, makeInterconnect, prefix, rt } from './networks.ts';

import { network, proof, prove, provisioned, sentences, subject, withImport } from './proving.ts';

describe('a change that is what was approved', () => {
  test('passes every proof and names what is gained', () => {
    const { gained, lost, proofs } = prove();
    expect(proofs.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      'exact-reachability pass',
      'no-overlap pass',
      'route-target-ownership pass',
      'return-path pass',
    ]);
    expect(lost).toEqual([]);
    expect(gained.map((one) => `${one.prefix} of ${one.from} from ${one.toPe}`)).toEqual([
      '10.120.10.0/24 of MOF from pe1',
      '10.120.10.0/24 of MOF from pe2',
      '10.100.10.0/24 of MOH from pe3',
      '10.100.10.0/24 of MOH from pe4',
      '10.100.20.0/24 of MOH from pe3',
      '10.100.20.0/24 of MOH from pe4',
    ]);
  });

  test('withdrawing it passes and loses the same', () => {
    const { gained, lost, proofs } = prove({ kind: 'withdraw', before: provisioned, after: network });
    expect(verdictOf(proofs)).toBe('pass');
    expect(gained).toEqual([]);
    expect(lost).toEqual(prove().gained);
  });
});

/** Every way in which more (or less) could open than was signed, one at a time. */
const FAULTS: readonly {
  readonly fault: string;
  readonly at: readonly [string, string];
  readonly alter: (vrf: VrfView) => VrfView;
  readonly proof: ProofName;
  readonly sentence: string;
}[] = [
  {
    fault: 'a third VPN imports the route target',
    at: ['pe1', 'MOE'],
    alter: (vrf) => ({ ...vrf, share: { ipv4: { imports: [rt('65000:9001')], exports: [] } } }),
    proof: 'exact-reachability',
    sentence:
      '10.100.10.0/24 of MOH at pe1 would, though nobody approved it, be reachable from MOE at pe1 (VRF MOE) by route target 65000:9001',
  },
  {
    fault: 'a VRF of nobody imports it in its own configuration',
    at: ['pe4', 'STRAY'],
    alter: (vrf) => withImport(vrf, '65000:9001'),
    proof: 'route-target-ownership',
    sentence: "route target 65000:9001 is imported for ipv4 by the operator's configuration of VRF STRAY at pe4",
  },
  {
    fault: 'the canary imports it',
    at: ['pe2', 'CANARY'],
    alter: (vrf) => withImport(vrf, '65000:9002'),
    proof: 'exact-reachability',
    sentence:
      '10.120.10.0/24 of MOF at pe3 would reach the canary CANARY at pe2 (VRF CANARY) by route target 65000:9002',
  },
  {
    fault: 'the export is wider than signed',
    at: ['pe2', 'MOH'],
    alter: (vrf) => ({
      ...vrf,
      share: {
        ...vrf.share,
        ipv4: {
          imports: [rt('65000:9002')],
          exports: [{ routeTarget: rt('65000:9001'), scope: [prefix('10.100.30.0/24')] }],
        },
      },
    }),
    proof: 'exact-reachability',
    sentence:
      '10.100.30.0/24 of MOH at pe2 would, though nobody approved it, be reachable from MOF at pe3 (VRF MOF) by route target 65000:9001',
  },
  {
    fault: 'a VRF exports everything, though nothing of it is known',
    at: ['pe4', 'STRAY'],
    alter: (vrf) => ({
      ...vrf,
      share: { ipv4: { imports: [], exports: [{ routeTarget: rt('65000:9001'), scope: 'whole-vpn' }] } },
    }),
    proof: 'route-target-ownership',
    sentence: 'VRF STRAY at pe4 would export 65000:9001 without approval',
  },
  {
    fault: 'the giving VRF exports its whole VPN',
    at: ['pe1', 'MOH'],
    alter: (vrf) => ({
      ...vrf,
      share: {
        ...vrf.share,
        ipv4: { imports: [rt('65000:9002')], exports: [{ routeTarget: rt('65000:9001'), scope: 'whole-vpn' }] },
      },
    }),
    proof: 'route-target-ownership',
    sentence: 'VRF MOH at pe1 would export its whole VPN with 65000:9001',
  },
  {
    fault: 'a prefix that was not signed is ready to be shared as soon as somebody announces it',
    at: ['pe1', 'MOH'],
    alter: (vrf) => ({
      ...vrf,
      share: {
        ...vrf.share,
        ipv4: {
          imports: [rt('65000:9002')],
          exports: [
            {
              routeTarget: rt('65000:9001'),
              scope: ['10.100.10.0/24', '10.100.20.0/24', '10.100.99.0/24'].map(prefix),
            },
          ],
        },
      },
    }),
    proof: 'route-target-ownership',
    sentence: 'VRF MOH at pe1 would share 10.100.99.0/24, which was not approved',
  },
  {
    fault: 'a third VPN imports it where no route has it yet',
    at: ['pe1', 'MOE'],
    alter: (vrf) => ({ ...vrf, share: { ipv6: { imports: [rt('65000:9001')], exports: [] } } }),
    proof: 'route-target-ownership',
    sentence: 'VRF MOE at pe1 would import 65000:9001 without approval',
  },
  {
    fault: 'one PE of the taking VPN was forgotten',
    at: ['pe4', 'MOF'],
    alter: (vrf) => ({ ...vrf, share: {} }),
    proof: 'exact-reachability',
    sentence:
      '10.100.10.0/24 of MOH at pe1 was approved but would not be reachable from MOF at pe4 (VRF MOF) by route target 65000:9001',
  },
  {
    fault: "a party's base route target is given to a third VPN on the way",
    at: ['pe3', 'MOE'],
    alter: (vrf) => withImport(vrf, '65000:100'),
    proof: 'exact-reachability',
    sentence:
      '10.100.10.0/24 of MOH at pe1 would also become reachable from MOE at pe3 (VRF MOE) by route target 65000:100',
  },
  {
    fault: "an operator's policy names the route target",
    at: ['pe3', 'MOE'],
    alter: (vrf) => ({ ...vrf, policyTexts: { LEAK: 'if extcommunity rt matches-any (65000:9001) then pass' } }),
    proof: 'route-target-ownership',
    sentence: "route target 65000:9001 is named in policy LEAK by the operator's configuration of VRF MOE at pe3",
  },
];

describe('a change that opens something else', () => {
  test.each(FAULTS)('$fault: refused with the counter-example', ({ at: [pe, vrf], alter, proof: name, sentence }) => {
    const { proofs } = prove({ after: alterVrf(provisioned, pe, vrf, alter) });
    expect(verdictOf(proofs)).toBe('fail');
    const refused = proof(proofs, name);
    expect(refused.verdict).toBe('fail');
    const example = refused.counterExamples.find((one) => one.sentence === sentence);
    expect(sentences(refused)).toContain(sentence);
    expect(example?.pe).toMatch(/^pe\d$/);
  });

  test('an approved prefix that nobody announces is not delivered by proving nothing', () => {
    const wish = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.99.0/24']));
    const { proofs } = prove({ after: brutePut(network, [wish]), subject: wish });
    expect(sentences(proof(proofs, 'exact-reachability'))).toEqual([
      '10.100.99.0/24 of MOH was approved for MOF, but no VRF of MOH with ipv4 enabled announces it',
    ]);
  });

  test('the counter-examples are bounded, and the last one says how many more there are', () => {
    const prefixes = Array.from({ length: 60 }, (_, index) => `10.101.${index}.0/24`);
    const many = {
      pes: network.pes.map((pe) =>
        pe.name !== 'pe1'
          ? pe
          : {
              ...pe,
              vrfs: pe.vrfs.map((vrf) =>
                vrf.name === 'MOH'
                  ? { ...vrf, attachments: [{ branch: 'all', prefixes: prefixes.map(prefix), probe: null }] }
                  : vrf,
              ),
            },
      ),
    };
    const wide = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', prefixes));
    const { proofs } = prove({ before: many, after: many, subject: wide });
    const { counterExamples } = proof(proofs, 'exact-reachability');
    expect(counterExamples.length).toBe(50);
    expect(counterExamples.at(-1)?.sentence).toMatch(/\(and 70 more\)$/);
  });
});

describe('route targets', () => {
  test('one that another interconnect has is refused', () => {
    const other = makeInterconnect(7, makeFlow('MOE', 'CANARY', '65000:9001', 'whole-vpn'));
    expect(sentences(proof(prove({ others: [other] }).proofs, 'route-target-ownership'))).toEqual([
      'route target 65000:9001 of MOH to MOF already belongs to a flow of IC-0007',
    ]);
  });

  test('one for both directions is refused', () => {
    const reuse = makeInterconnect(
      1,
      makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']),
      makeFlow('MOF', 'MOH', '65000:9001', ['10.120.10.0/24']),
    );
    const { proofs } = prove({ subject: reuse, after: brutePut(network, [reuse]) });
    expect(sentences(proof(proofs, 'route-target-ownership'))).toContain(
      'route target 65000:9001 of MOF to MOH already belongs to a flow of IC-0001',
    );
  });

  test('one that is still on a router is not fresh', () => {
    const before = alterVrf(network, 'pe4', 'MOF', (vrf) => ({
      ...vrf,
      share: { ...vrf.share, ipv4: { imports: [rt('65000:9001')], exports: [] } },
    }));
    expect(sentences(proof(prove({ before }).proofs, 'route-target-ownership'))).toEqual([
      'VRF MOF at pe4 already carries route target 65000:9001, which should be fresh',
    ]);
  });

  test("a withdrawal is not kept from ending by an operator's use of the route target, but says so", () => {
    const foreign = (view: NetworkView) => alterVrf(view, 'pe3', 'MOE', (vrf) => withImport(vrf, '65000:9001'));
    const { lost, proofs } = prove({ kind: 'withdraw', before: foreign(provisioned), after: foreign(network) });
    expect(verdictOf(proofs)).toBe('pass');
    expect(lost.some((one) => one.to === 'MOE')).toBe(true);
    expect(proof(proofs, 'route-target-ownership').assumptions).toEqual([
      "route target 65000:9001 is imported for ipv4 by the operator's configuration of VRF MOE at pe3: it stays there after the removal",
    ]);
  });

  test.each(['65000:9001', '0:65000:9001', 'target:65000:9001', 'target:65000L:9001'])(
    '%s in a policy is a mention',
    (text) => {
      const after = alterVrf(provisioned, 'pe3', 'MOE', (vrf) => ({ ...vrf, policyTexts: { P: `x ${text};` } }));
      expect(proof(prove({ after }).proofs, 'route-target-ownership').verdict).toBe('fail');
    },
  );

  test.each(['65000:90010', '165000:9001', '1.65000:9001', '65000:900'])('%s is another number', (text) => {
    const after = alterVrf(provisioned, 'pe3', 'MOE', (vrf) => ({ ...vrf, policyTexts: { P: `x ${text};` } }));
    expect(proof(prove({ after }).proofs, 'route-target-ownership').verdict).toBe('pass');
  });
});

describe('overlap', () => {
  test('addresses that the taking VPN has itself are refused, nested either way', () => {
    for (const own of ['10.100.10.128/25', '10.100.0.0/16', '10.100.10.0/24']) {
      const put = (view: NetworkView) =>
        alterVrf(view, 'pe4', 'MOF', (vrf) => ({
          ...vrf,
          attachments: [{ branch: 'clash', prefixes: [prefix(own)], probe: null }],
        }));
      const { proofs } = prove({ before: put(network), after: put(provisioned) });
      expect(sentences(proof(proofs, 'no-overlap'))[0]).toBe(
        `10.100.10.0/24 of MOH, new in MOF, overlaps ${own} of MOF itself at pe4`,
      );
    }
  });

  test('addresses that it reaches in a third VPN are refused', () => {
    const third = makeInterconnect(2, makeFlow('MOE', 'MOF', '65000:9005', ['10.130.0.0/16']));
    const put = (view: NetworkView) =>
      alterVrf(view, 'pe1', 'MOE', (vrf) => ({
        ...vrf,
        attachments: [{ branch: 'clash', prefixes: [prefix('10.100.0.0/16')], probe: null }],
      }));
    const wide = makeInterconnect(2, makeFlow('MOE', 'MOF', '65000:9005', ['10.100.0.0/16']));
    const { proofs } = prove({
      before: brutePut(put(network), [wide]),
      after: brutePut(put(network), [wide, subject]),
      others: [wide],
    });
    expect(sentences(proof(proofs, 'no-overlap'))).toContain(
      '10.100.10.0/24 of MOH, new in MOF, overlaps 10.100.0.0/16 of MOE at pe1',
    );
    const apart = prove({
      before: brutePut(network, [third]),
      after: brutePut(network, [third, subject]),
      others: [third],
    });
    expect(verdictOf(apart.proofs)).toBe('pass');
  });
});

describe('the way back', () => {
  test('one flow is one-way as signed', () => {
    const oneWay = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']));
    const found = proof(prove({ subject: oneWay, after: brutePut(network, [oneWay]) }).proofs, 'return-path');
    expect(found.verdict).toBe('pass');
    expect(found.assumptions).toEqual(['one-way as signed: from MOH nothing of MOF is reachable over ipv4']);
  });

  test('a flow on to a third VPN is no way back', () => {
    const onwards = makeInterconnect(
      1,
      makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']),
      makeFlow('MOF', 'MOE', '65000:9002', ['10.120.10.0/24']),
    );
    const found = proof(prove({ subject: onwards, after: brutePut(network, [onwards]) }).proofs, 'return-path');
    expect(found.verdict).toBe('pass');
    expect(found.assumptions).toEqual([
      'one-way as signed: from MOF nothing of MOE is reachable over ipv4',
      'one-way as signed: from MOH nothing of MOF is reachable over ipv4',
    ]);
  });

  test('two flows of different families have no way back', () => {
    const crossed = makeInterconnect(
      1,
      makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']),
      makeFlow('MOF', 'MOH', '65000:9002', ['2001:db8:200::/48']),
    );
    const found = proof(prove({ subject: crossed, after: brutePut(network, [crossed]) }).proofs, 'return-path');
    expect(found.verdict).toBe('fail');
    expect(sentences(found)).toContain(
      '10.100.10.0/24 of MOH would be reachable from MOF, but VRF MOH at pe1 has no ipv4 route back to MOF',
    );
  });
});

test('a network without VRFs proves nothing', () => {
  const nothing = { pes: [] };
  const { proofs } = prove({ before: nothing, after: nothing });
  expect(proofs.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
});

test('VPNs that are nowhere are not connected by proving nothing', () => {
  const strays = {
    pes: network.pes.map((pe) => ({ ...pe, vrfs: pe.vrfs.map((vrf) => ({ ...vrf, vpn: null, attachments: [] })) })),
  };
  expect(proof(prove({ before: strays, after: strays }).proofs, 'exact-reachability').verdict).toBe('fail');
});
