import { expect, it } from 'vitest';
import { lastRead, type Sighting } from '../../src/domain/alignment.ts';
import type { NetworkView } from '../../src/domain/network-view.ts';
import { alignAgreements } from '../../src/proof/align.ts';
import { type Agreement, computeMatrix, type Standing } from '../../src/proof/matrix.ts';
import { inventoryOf } from '../plan/samples.ts';
import { brutePut } from './brute-force.ts';
import { alterVrf, icId, makePe, pe, prefix, rt, sampleInterconnect, sampleNetwork, vpn } from './networks.ts';

const bare = sampleNetwork();
const inventory = inventoryOf(bare);
const carried = brutePut(bare, [sampleInterconnect()]);
const agreement = (standing: Standing): Agreement => ({ ...sampleInterconnect(), state: 'as it is', standing });
function align(view: NetworkView, standing: Standing, unread: readonly string[] = []) {
  const read = { pes: view.pes.filter(({ name }) => !unread.includes(name)) };
  const agreements = [agreement(standing)];
  const found = alignAgreements(computeMatrix(read, inventory, agreements), inventory, agreements, unread.map(pe));
  return found.map(({ alignment, says }) => [alignment, says]);
}

it('is in sync where all is as agreed, and nothing is said while it changes', () => {
  expect(align(carried, 'on-network')).toEqual([['in-sync', null]]);
  expect(align(bare, 'suspended')).toEqual([['in-sync', null]]);
  expect([align(carried, 'changing'), align(bare, 'planned')]).toEqual([[], []]);
});

it('has drifted where a target was removed, was added for a third one, or is left of a suspended one', () => {
  const removed = alterVrf(carried, 'pe3', 'MOF', (vrf) => ({
    ...vrf,
    share: { ...vrf.share, ipv4: { imports: [], exports: [] } },
  }));
  const [alignment, says] = align(removed, 'on-network')[0] ?? [];
  expect([alignment, says]).toEqual([
    'drifted',
    expect.stringContaining('MOF at pe3 does not reach 10.100.10.0/24 of MOH; '),
  ]);
  expect(says).toMatch(/; and \d+ more$/);
  const added = alterVrf(carried, 'pe1', 'MOE', (vrf) => ({
    ...vrf,
    share: { ...vrf.share, ipv4: { imports: [rt('65000:9001')], exports: [] } },
  }));
  expect(align(added, 'on-network')[0]).toEqual([
    'drifted',
    expect.stringMatching(/^MOE at pe1 reaches 10\.100\.10\.0\/24 of MOH without agreement/),
  ]);
  expect(align(carried, 'suspended')[0]?.[0]).toBe('drifted');
  // What is known to differ is not hidden by what was not read.
  expect(align(added, 'on-network', ['pe4'])[0]?.[0]).toBe('drifted');
});

it('is unknown where a PE of its VPNs was not read, and others do not matter', () => {
  expect(align(carried, 'on-network', ['pe3'])).toEqual([['unknown', 'not read: pe3']]);
  const ofOthers = inventoryOf({ pes: [...bare.pes, { ...bare.pes[0], name: pe('pe9'), vrfs: [] } as never] });
  const agreements = [agreement('on-network')];
  const matrix = computeMatrix(carried, ofOthers, agreements);
  expect(alignAgreements(matrix, ofOthers, agreements, [pe('pe9')])[0]?.alignment).toBe('in-sync');
  const left = { pe: pe('pe8'), interconnects: [sampleInterconnect().id] };
  expect(alignAgreements(matrix, ofOthers, agreements, [], [left])).toMatchObject([
    { alignment: 'unknown', says: 'not read: pe8, which left the inventory' },
  ]);
  const elsewhere = { ...left, interconnects: [icId(77)] };
  expect(alignAgreements(matrix, ofOthers, agreements, [], [elsewhere])[0]?.alignment).toBe('in-sync');
});

it('has drifted where its own objects were edited by hand, and is unknown where something else is not understood', () => {
  const edited = (target: string, at = 'pe1', name = 'MOH') =>
    alterVrf(carried, at, name, (vrf) => ({
      ...vrf,
      anomalies: [`prefix-set WASL-${name}-IPV4-0-65000-${target} is not as wasl wrote it`],
    }));
  expect(align(edited('9001'), 'on-network')).toEqual([
    ['drifted', 'VRF MOH at pe1: prefix-set WASL-MOH-IPV4-0-65000-9001 is not as wasl wrote it'],
  ]);
  expect(align(edited('9009'), 'on-network')).toEqual([
    ['unknown', 'not understood: VRF MOH at pe1: prefix-set WASL-MOH-IPV4-0-65000-9009 is not as wasl wrote it'],
  ]);
  expect(align(edited('9009', 'pe1', 'MOE'), 'on-network')).toEqual([['in-sync', null]]);
});

it('says three differences in order and counts the rest, of this agreement alone', () => {
  const [there] = sampleInterconnect().flows;
  if (there === undefined) throw new Error('a flow');
  const gaps = (...prefixes: readonly string[]) => {
    const flows = [{ ...there, prefixes: prefixes.map(prefix) }];
    const other = {
      ...agreement('on-network'),
      id: icId(2),
      flows: [{ ...there, from: vpn('MOE'), prefixes: 'whole-vpn' as const }],
    };
    const agreements = [{ ...agreement('on-network'), flows }, other];
    return alignAgreements(computeMatrix(bare, inventory, agreements), inventory, agreements, [])[0]?.says;
  };
  const lacks = (at: string, of: string) => `MOF at ${at} does not reach ${of} of MOH`;
  expect(gaps('10.100.10.0/24')).toBe([lacks('pe3', '10.100.10.0/24'), lacks('pe4', '10.100.10.0/24')].join('; '));
  expect(gaps('10.100.10.0/24', '10.100.20.0/24')).toBe(
    [lacks('pe3', '10.100.10.0/24'), lacks('pe4', '10.100.10.0/24'), lacks('pe3', '10.100.20.0/24'), 'and 1 more'].join(
      '; ',
    ),
  );
});

it('has drifted where a VRF of nobody takes what is shared', () => {
  const taken = alterVrf(carried, 'pe4', 'STRAY', (vrf) => ({
    ...vrf,
    share: { ipv4: { imports: [rt('65000:9001')], exports: [] } },
  }));
  expect(align(taken, 'on-network')).toEqual([
    [
      'drifted',
      'VRF STRAY at pe4 reaches MOH (10.100.10.0/24) without agreement; VRF STRAY at pe4 reaches MOH (10.100.20.0/24) without agreement',
    ],
  ]);
  const foreign = alterVrf(carried, 'pe4', 'STRAY', (vrf) => ({
    ...vrf,
    share: { ipv4: { imports: [rt('65000:300')], exports: [] } },
  }));
  expect(align(foreign, 'on-network')).toEqual([['in-sync', null]]);
});

it('is unknown where its router is in doubt, and says what was not read before what was not understood', () => {
  const odd = (...names: string[]): NetworkView => ({
    pes: carried.pes.map((one) =>
      names.includes(one.name) ? { ...one, unknowns: [{ path: 'x', reach: 'router', why: 'is odd' }] } : one,
    ),
  });
  expect(align(odd('pe1', 'pe3'), 'on-network')).toEqual([
    ['unknown', 'not understood: pe1: `x` is odd; pe3: `x` is odd'],
  ]);
  expect(align(odd('pe1'), 'on-network', ['pe3'])).toEqual([
    ['unknown', 'not read: pe3; not understood: pe1: `x` is odd'],
  ]);
  // A router that has neither of its VPNs, or that no inventory lists.
  const elsewhere = {
    ...makePe('pe9', [{ vpn: 'MOE', own: '65000:300' }]),
    unknowns: [{ path: 'x', reach: 'router' as const, why: 'is odd' }],
  };
  const withIt = { pes: [...carried.pes, elsewhere] };
  expect(align(withIt, 'on-network')).toEqual([['in-sync', null]]);
  const agreements = [agreement('on-network')];
  const listed = inventoryOf(withIt);
  expect(alignAgreements(computeMatrix(withIt, listed, agreements), listed, agreements, [])[0]?.alignment).toBe(
    'in-sync',
  );
});

it('what is shown is the younger of the last change and the last reading, while it may be on the network', () => {
  const applied = [
    {
      ...{ kind: 'provision' as const, outcome: 'applied' as const, routers: [] },
      ...{ endedAt: '2026-03-01T08:40:00.000Z', readBackAt: '2026-03-01T08:00:00.000Z' },
    },
  ];
  const sighting = (seenAt: string): Sighting => ({ interconnectId: icId(1), seenAt, alignment: 'drifted', says: 'x' });
  const confirmed = { seenAt: '2026-03-01T08:00:00.000Z', alignment: 'in-sync', says: null };
  expect(lastRead('active', applied, null)).toEqual(confirmed);
  expect(lastRead('active', applied, sighting('2026-03-01T07:00:00.000Z'))).toEqual(confirmed);
  expect(lastRead('active', applied, sighting('2026-03-01T09:00:00.000Z'))).toEqual({
    seenAt: '2026-03-01T09:00:00.000Z',
    alignment: 'drifted',
    says: 'x',
  });
  expect(lastRead('requested', [], null)).toBeNull();
  // One router is clean already, another does not answer: that all was as agreed is no news of today.
  const removal = (state: 'confirmed' | 'rolled-back') => ({
    ...{ kind: 'withdraw' as const, outcome: null, endedAt: null, readBackAt: null },
    routers: [{ pe: 'mct-pe-01' as never, state }],
  });
  expect(lastRead('active', [...applied, removal('confirmed')] as never, null)).toBeNull();
  expect(lastRead('active', [...applied, removal('rolled-back')] as never, null)).toEqual(confirmed);
  expect(lastRead('withdrawn', applied, sighting('2026-03-01T09:00:00.000Z'))).toBeNull();
});
