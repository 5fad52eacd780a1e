import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NetworkView } from '../../src/domain/network-view.ts';
import type { ChangeKind } from '../../src/domain/plan.ts';
import type { RealisedInterconnect } from '../../src/domain/request.ts';
import type { ChangeUnderProof } from '../../src/proof/change-under-proof.ts';
import { proveChange, verdictOf } from '../../src/proof/prove-change.ts';
import { reachabilityKey } from '../../src/proof/reachability.ts';
import { bruteApproved, bruteCarried, brutePut, bruteReachability, bruteUndelivered } from './brute-force.ts';
import { alterVrf, arbitraryInterconnect, arbitraryNetwork, PROPERTY_TIMEOUT_MS, rt } from './networks.ts';

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
    const wasl = one.share[family] ?? { imports: [], exports: [] };
    const own = one.operator[family];
    if (fault.where === 'wipe') return { ...one, share: {} };
    if (fault.where === 'import') {
      return { ...one, share: { ...one.share, [family]: { ...wasl, imports: [...wasl.imports, target] } } };
    }
    if (fault.where === 'export') {
      const exports = [...wasl.exports, { routeTarget: target, scope: 'whole-vpn' as const }];
      return { ...one, share: { ...one.share, [family]: { ...wasl, exports } } };
    }
    if (own === undefined) return one;
    const list = fault.where === 'base-import' ? 'importRouteTargets' : 'exportRouteTargets';
    return { ...one, operator: { ...one.operator, [family]: { ...own, [list]: [...own[list], target] } } };
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
        const verdict = proveChange(change).proofs.find(({ name }) => name === 'exact-reachability')?.verdict;
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
    let passed = 0;
    fc.assert(
      fc.property(arbitraryChange, ({ subject: one, ...rest }) => {
        const change = { ...rest, subject: one, kind: 'provision' as const };
        if (verdictOf(proveChange(change).proofs) !== 'pass') return;
        passed += 1;
        expect(strangers(change.after, one)).toEqual([]);
      }),
      { numRuns: 300 },
    );
    expect(passed).toBeGreaterThan(5);
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
                vrf.share[family]?.imports.includes(flow.routeTarget) === true ||
                vrf.operator[family]?.importRouteTargets.includes(flow.routeTarget) === true,
            ),
        ),
      )
      .map((vrf) => `${pe.name} ${vrf.name}`),
  );
}
