import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import type { ChangeKind, Proof, ProofName } from '../../src/domain/plan.ts';
import type { RealisedInterconnect } from '../../src/domain/request.ts';
import type { ChangeUnderProof } from '../../src/proof/change-under-proof.ts';
import { proveChange, verdictOf } from '../../src/proof/prove-change.ts';
import { reachabilityKey } from '../../src/proof/reachability.ts';
import { bruteApproved, bruteCarried, brutePut, bruteReachability, bruteUndelivered } from './brute-force.ts';
import {
  alterVrf,
  arbitraryInterconnect,
  arbitraryNetwork,
  makeFlow,
  makeInterconnect,
  PROPERTY_TIMEOUT_MS,
  prefix,
  rt,
  sampleInterconnect,
  sampleNetwork,
} from './networks.ts';

const network = sampleNetwork();
const subject = sampleInterconnect();
const provisioned = brutePut(network, [subject]);

function prove(more: Partial<ChangeUnderProof> = {}) {
  return proveChange({ kind: 'provision', before: network, after: provisioned, subject, others: [], ...more });
}

function proof(proofs: readonly Proof[], name: ProofName): Proof {
  const found = proofs.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no proof ${name}`);
  return found;
}

const sentences = (one: Proof) => one.counterExamples.map(({ sentence }) => sentence);

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
    alter: (vrf) => ({ ...vrf, extranet: { ipv4: { imports: [rt('65000:9001')], exports: [] } } }),
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
      extranet: {
        ...vrf.extranet,
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
      extranet: { ipv4: { imports: [], exports: [{ routeTarget: rt('65000:9001'), scope: 'whole-vpn' }] } },
    }),
    proof: 'route-target-ownership',
    sentence: 'VRF STRAY at pe4 would export 65000:9001 without approval',
  },
  {
    fault: 'the giving VRF exports its whole VPN',
    at: ['pe1', 'MOH'],
    alter: (vrf) => ({
      ...vrf,
      extranet: {
        ...vrf.extranet,
        ipv4: { imports: [rt('65000:9002')], exports: [{ routeTarget: rt('65000:9001'), scope: 'whole-vpn' }] },
      },
    }),
    proof: 'route-target-ownership',
    sentence: 'VRF MOH at pe1 would export its whole VPN with 65000:9001',
  },
  {
    fault: 'one PE of the taking VPN was forgotten',
    at: ['pe4', 'MOF'],
    alter: (vrf) => ({ ...vrf, extranet: {} }),
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

function withImport(vrf: VrfView, target: string): VrfView {
  const ipv4 = vrf.base.ipv4;
  if (ipv4 === undefined) throw new Error('the sample has IPv4 everywhere');
  const importRouteTargets = [...ipv4.importRouteTargets, rt(target)];
  return { ...vrf, base: { ...vrf.base, ipv4: { ...ipv4, importRouteTargets } } };
}

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
      extranet: { ...vrf.extranet, ipv4: { imports: [rt('65000:9001')], exports: [] } },
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

describe("operators' policies", () => {
  const withPolicy = (platform: 'iosxr-um2' | 'junos-yang', texts: Record<string, string>) => ({
    pes: provisioned.pes.map((pe) =>
      pe.name !== 'pe3'
        ? pe
        : {
            ...pe,
            platform,
            vrfs: pe.vrfs.map((vrf) => {
              const { ipv4 } = vrf.base;
              if (vrf.name !== 'MOE' || ipv4 === undefined) return vrf;
              return { ...vrf, base: { ...vrf.base, ipv4: { ...ipv4, importPolicies: ['IMP'] } }, policyTexts: texts };
            }),
          },
    ),
  });

  test('an import policy of a third VRF that decides alone and matches by pattern leaves it unknown', () => {
    const { proofs } = prove({ after: withPolicy('junos-yang', { IMP: 'members target:65000:.*;' }) });
    expect(proof(proofs, 'exact-reachability').verdict).toBe('unknown');
    expect(sentences(proof(proofs, 'exact-reachability'))).toEqual([
      'import policy IMP matches route targets by a pattern, so whether VRF MOE at pe3 would take the new routes is not known',
    ]);
  });

  test('so does one whose text was not read', () => {
    expect(proof(prove({ after: withPolicy('junos-yang', {}) }).proofs, 'exact-reachability').verdict).toBe('unknown');
  });

  test('one that names other route targets is an assumption', () => {
    const found = proof(
      prove({ after: withPolicy('junos-yang', { IMP: 'members target:65000:300;' }) }).proofs,
      'exact-reachability',
    );
    expect(found.verdict).toBe('pass');
    expect(found.assumptions).toContain('import policy IMP of VRF MOE at pe3 does not take the new route targets');
  });

  test('where a policy only narrows, it opens nothing', () => {
    expect(proof(prove({ after: withPolicy('iosxr-um2', {}) }).proofs, 'exact-reachability').verdict).toBe('pass');
  });
});

/** Any state of the network after the change: as composed, or with one VRF altered at random. */
const arbitraryChange = fc
  .record({
    network: arbitraryNetwork,
    subject: arbitraryInterconnect(1),
    other: arbitraryInterconnect(2),
    kind: fc.constantFrom<ChangeKind>('provision', 'withdraw'),
    fault: fc.option(
      fc.record({
        pe: fc.nat(4),
        vrf: fc.nat(4),
        family: fc.constantFrom('ipv4', 'ipv6'),
        target: fc.constantFrom('65000:9002', '65000:9003', '65000:9004', '65000:100', '65000:101'),
        where: fc.constantFrom('import', 'base-import', 'export', 'base-export', 'wipe'),
      }),
    ),
  })
  .map(({ network: plain, subject: one, other, kind, fault }) => {
    const without = brutePut(plain, [other]);
    const withSubject = brutePut(plain, [other, one]);
    const [before, clean] = kind === 'provision' ? [without, withSubject] : [withSubject, without];
    return { kind, before, after: fault === null ? clean : breakVrf(clean, fault), subject: one, others: [other] };
  });

function breakVrf(
  view: NetworkView,
  fault: { pe: number; vrf: number; family: string; target: string; where: string },
): NetworkView {
  const pe = view.pes[fault.pe % view.pes.length];
  const vrf = pe?.vrfs[fault.vrf % pe.vrfs.length];
  if (pe === undefined || vrf === undefined) return view;
  const family = fault.family === 'ipv4' ? 'ipv4' : 'ipv6';
  return alterVrf(view, pe.name, vrf.name, (one) => {
    const target = rt(fault.target);
    const wasl = one.extranet[family] ?? { imports: [], exports: [] };
    const own = one.base[family];
    if (fault.where === 'wipe') return { ...one, extranet: {} };
    if (fault.where === 'import') {
      return { ...one, extranet: { ...one.extranet, [family]: { ...wasl, imports: [...wasl.imports, target] } } };
    }
    if (fault.where === 'export') {
      const exports = [...wasl.exports, { routeTarget: target, scope: 'whole-vpn' as const }];
      return { ...one, extranet: { ...one.extranet, [family]: { ...wasl, exports } } };
    }
    if (own === undefined) return one;
    const list = fault.where === 'base-import' ? 'importRouteTargets' : 'exportRouteTargets';
    return { ...one, base: { ...one.base, [family]: { ...own, [list]: [...own[list], target] } } };
  });
}

/** The claim in the words of the brute-force model. */
function bruteExact(change: ChangeUnderProof): boolean {
  const [had, has] = [bruteCarried(change.before), bruteCarried(change.after)];
  const own = new Set(change.subject.flows.map((flow) => flow.routeTarget as string));
  const isOwn = (line: string) => own.has(line.split(' ')[5] ?? '');
  const approved = change.kind === 'provision' ? bruteApproved(change.after, change.subject) : new Set<string>();
  const same = (a: readonly string[], b: readonly string[]) => [...a].sort().join('\n') === [...b].sort().join('\n');
  const delivered = change.kind === 'withdraw' || !bruteUndelivered(change.after, change.subject);
  return (
    delivered &&
    same([...has].filter(isOwn), [...approved]) &&
    same(
      [...has].filter((line) => !isOwn(line)),
      [...had].filter((line) => !isOwn(line)),
    )
  );
}

test(
  'exact reachability passes if and only if the brute-force model finds exactly the approved routes',
  () => {
    let passed = 0;
    let failed = 0;
    fc.assert(
      fc.property(arbitraryChange, (change) => {
        const verdict = proof(proveChange(change).proofs, 'exact-reachability').verdict;
        const exact = bruteExact(change);
        if (exact) passed += 1;
        else failed += 1;
        expect(verdict).toBe(exact ? 'pass' : 'fail');
      }),
      { numRuns: 500 },
    );
    // Both answers were asked for: a generator that only makes one of them would test nothing.
    expect(Math.min(passed, failed)).toBeGreaterThan(50);
  },
  PROPERTY_TIMEOUT_MS,
);

test(
  'gained and lost are the difference that the brute-force model sees',
  () => {
    fc.assert(
      fc.property(arbitraryChange, (change) => {
        const { gained, lost } = proveChange(change);
        const [had, has] = [bruteReachability(change.before), bruteReachability(change.after)];
        expect(new Set(gained.map(reachabilityKey))).toEqual(new Set([...has].filter((line) => !had.has(line))));
        expect(new Set(lost.map(reachabilityKey))).toEqual(new Set([...had].filter((line) => !has.has(line))));
      }),
      { numRuns: 200 },
    );
  },
  PROPERTY_TIMEOUT_MS,
);

test(
  'whatever VPN of the subject ends up with a route target of it that no flow gives it, some proof fails',
  () => {
    fc.assert(
      fc.property(arbitraryChange, ({ subject: one, ...rest }) => {
        const change = { ...rest, subject: one, kind: 'provision' as const };
        if (verdictOf(proveChange(change).proofs) !== 'pass') return;
        expect(strangers(change.after, one)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  },
  PROPERTY_TIMEOUT_MS,
);

/** VRFs that import a flow's route target without being of its taking VPN. */
function strangers(view: NetworkView, { flows }: RealisedInterconnect): string[] {
  return view.pes.flatMap((pe) =>
    pe.vrfs
      .filter((vrf) =>
        flows.some(
          (flow) =>
            vrf.vpn !== flow.to &&
            (['ipv4', 'ipv6'] as const).some(
              (family) =>
                vrf.extranet[family]?.imports.includes(flow.routeTarget) === true ||
                vrf.base[family]?.importRouteTargets.includes(flow.routeTarget) === true,
            ),
        ),
      )
      .map((vrf) => `${pe.name} ${vrf.name}`),
  );
}
