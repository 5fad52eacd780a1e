/** What a change means where operators' own policies, or hand edits of wasl's, decide about routes. */
import { describe, expect, test } from 'vitest';
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import { verdictOf } from '../../src/proof/prove-change.ts';
import { alterVrf, prefix, rt } from './networks.ts';

import { network, proof, prove, provisioned, sentences, withImport } from './proving.ts';

describe("operators' policies", () => {
  const withPolicy = (platform: 'iosxr-um2' | 'junos-yang', texts: Record<string, string>) => ({
    pes: provisioned.pes.map((pe) =>
      pe.name !== 'pe3'
        ? pe
        : {
            ...pe,
            platform,
            vrfs: pe.vrfs.map((vrf) => {
              const { ipv4 } = vrf.operator;
              if (vrf.name !== 'MOE' || ipv4 === undefined) return vrf;
              return {
                ...vrf,
                operator: { ...vrf.operator, ipv4: { ...ipv4, importPolicies: ['IMP'] } },
                policyTexts: texts,
              };
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

describe('a hand edit of what wasl wrote lets through what nobody knows', () => {
  const edited = (vrf: VrfView): VrfView => ({
    ...vrf,
    anomalies: ['prefix-set WASL-X-IPV4-0-65000-9009 is not as wasl wrote it'],
  });
  /** MOE already gives MOF something by 65000:9009. */
  const givesToParty = (view: NetworkView) =>
    alterVrf(
      alterVrf(view, 'pe1', 'MOE', (vrf) =>
        edited({
          ...vrf,
          share: {
            ipv4: { imports: [], exports: [{ routeTarget: rt('65000:9009'), scope: [prefix('10.130.0.0/16')] }] },
          },
        }),
      ),
      ...(['pe4', 'MOF', (vrf: VrfView) => withImport(vrf, '65000:9009')] as const),
    );

  test.each([
    ['in a VRF of a party', (view: NetworkView) => alterVrf(view, 'pe2', 'MOH', edited), 'VRF MOH at pe2'],
    ['in a VRF that gives routes to a party', givesToParty, 'VRF MOE at pe1'],
  ])('%s: unknown for what opens, told for what takes away', (_where, alter, where) => {
    const opens = proof(prove({ before: alter(network), after: alter(provisioned) }).proofs, 'exact-reachability');
    expect(opens.verdict).toBe('unknown');
    expect(sentences(opens).join()).toContain(`${where}: prefix-set WASL-X-IPV4-0-65000-9009 is not as wasl wrote it`);
    const closes = prove({ kind: 'withdraw', before: alter(provisioned), after: alter(network) });
    expect(verdictOf(closes.proofs)).toBe('pass');
  });

  test('elsewhere it concerns nobody', () => {
    const after = alterVrf(provisioned, 'pe1', 'MOE', edited);
    expect(verdictOf(prove({ before: alterVrf(network, 'pe1', 'MOE', edited), after }).proofs)).toBe('pass');
  });
});
