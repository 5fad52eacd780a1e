/** The sentences of the first proof, and of what it is made of, one way to be wrong at a time. */
import { describe, expect, it } from 'vitest';
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import type { CounterExample } from '../../src/domain/plan.ts';
import { anchorVrf, differRoutes, listCounterExamples } from '../../src/proof/change-under-proof.ts';
import { proveExactReachability } from '../../src/proof/exact-reachability.ts';
import { exportedBy, importedBy } from '../../src/proof/explain-rules.ts';
import { findLeftovers } from '../../src/proof/find-leftovers.ts';
import { allVrfs, type VrfAtPe } from '../../src/proof/route-model.ts';
import { brutePut } from './brute-force.ts';
import { alterVrf, base, makeFlow, makeInterconnect, makePe, pe, prefix, rt, vpn, vrfName } from './networks.ts';
import { network, prove as proveAll, provisioned, subject, withImport } from './proving.ts';

const prove = (more: Partial<Parameters<typeof proveExactReachability>[0]> = {}) => {
  const change = { kind: 'provision' as const, before: network, after: provisioned, subject, others: [], ...more };
  const { name, verdict, assumptions, counterExamples } = proveExactReachability(
    change,
    differRoutes(change.before, change.after),
  );
  expect(name).toBe('exact-reachability');
  return { verdict, assumptions, sentences: counterExamples.map(({ sentence }) => sentence) };
};
const joined = (view: NetworkView) => alterVrf(view, 'pe1', 'MOE', (vrf) => withImport(vrf, '65000:900'));
const odd = (vrf: VrfView): VrfView => ({ ...vrf, unknowns: [{ path: 'p', reach: 'vrf', why: 'is odd' }] });
const NO_REEXPORT = 'a VRF does not export again what it imported (RFC 4364)';

describe('what opens', () => {
  it('takes and gives nobody else anything', () => {
    expect(prove({ after: joined(provisioned) }).sentences).toEqual([
      '10.90.1.0/24 of CANARY at pe2 would also become reachable from MOE at pe1 (VRF MOE) by route target 65000:900',
      '10.90.2.0/24 of CANARY at pe4 would also become reachable from MOE at pe1 (VRF MOE) by route target 65000:900',
    ]);
    expect(prove({ before: joined(network) }).sentences).toEqual([
      '10.90.1.0/24 of CANARY at pe2 would no longer be reachable from MOE at pe1 (VRF MOE) by route target 65000:900',
      '10.90.2.0/24 of CANARY at pe4 would no longer be reachable from MOE at pe1 (VRF MOE) by route target 65000:900',
    ]);
  });

  it('assumes no export of what was imported, but of what was not understood whole', () => {
    const many = (count: number) => ({
      pes: [
        ...provisioned.pes,
        ...Array.from({ length: count }, (_, at) => makePe(`pe${at + 11}`, [{ vpn: 'MOX', own: '65000:400' }])),
      ].map((one) => ({
        ...one,
        vrfs: one.vrfs.map((vrf) => (vrf.vpn === 'MOX' ? odd(vrf) : vrf)),
      })),
    });
    const assumed = (count: number) =>
      prove({ after: many(count) }).assumptions.find((one) => one.startsWith(NO_REEXPORT));
    const five = [11, 12, 13, 14, 15].map((at) => `VRF MOX at pe${at}`).join(', ');
    expect(assumed(0)).toBe(NO_REEXPORT);
    expect(assumed(5)).toBe(`${NO_REEXPORT}; not assumed of ${five}, which were not understood whole`);
    expect(assumed(7)).toBe(`${NO_REEXPORT}; not assumed of ${five} and 2 more, which were not understood whole`);
  });

  it('of a whole VPN says so, and that there is something of it', () => {
    const whole = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', 'whole-vpn'));
    const { verdict, assumptions } = prove({ subject: whole, after: brutePut(network, [whole]) });
    expect(verdict).toBe('pass');
    expect(assumptions).toContain('MOH shares its whole VPN with MOF: also routes that the inventory does not list');
    expect(prove().assumptions.join()).not.toContain('whole VPN');
    const none = makeInterconnect(
      1,
      makeFlow('MOX', 'MOF', '65000:9001', 'whole-vpn'),
      makeFlow('MOF', 'MOH', '65000:9002', ['10.120.10.0/24']),
    );
    expect(prove({ subject: none, after: brutePut(network, [none]) }).sentences).toEqual([
      'nothing of MOX would be reachable from MOF by 65000:9001',
    ]);
  });

  it('delivers each prefix that was approved', () => {
    const flows = (text: string) =>
      makeInterconnect(
        1,
        makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24', text]),
        makeFlow('MOF', 'MOH', '65000:9002', ['10.120.10.0/24']),
      );
    const nowhere = flows('10.100.99.0/24');
    expect(prove({ subject: nowhere, after: brutePut(network, [nowhere]) }).sentences).toEqual([
      '10.100.99.0/24 of MOH was approved for MOF, but no VRF of MOH with ipv4 enabled announces it',
    ]);
    const six = flows('2001:db8:100::/48');
    const without = (view: NetworkView) =>
      ['pe3', 'pe4'].reduce(
        (of, at) =>
          alterVrf(of, at, 'MOF', (vrf) => ({
            ...vrf,
            operator: { ...(vrf.operator.ipv4 && { ipv4: vrf.operator.ipv4 }) },
          })),
        view,
      );
    const bare = without(network);
    expect(prove({ subject: six, before: bare, after: brutePut(bare, [six]) }).sentences).toEqual([
      '2001:db8:100::/48 of MOH was approved for MOF, but no VRF of MOF has ipv6 enabled',
    ]);
    // Of the other flow's prefix nothing is delivered by this one.
    const swapped = makeInterconnect(
      1,
      makeFlow('MOH', 'MOF', '65000:9001', ['10.120.10.0/24']),
      makeFlow('MOF', 'MOH', '65000:9002', ['10.120.10.0/24']),
    );
    expect(prove({ subject: swapped, after: brutePut(network, [swapped]) }).sentences).toEqual([
      '10.120.10.0/24 of MOH was approved for MOF, but no VRF of MOH with ipv4 enabled announces it',
    ]);
  });
});

describe('what only takes away', () => {
  const other = makeInterconnect(2, makeFlow('MOE', 'MOH', '65000:9009', ['10.130.0.0/16']));
  const remove = (more: Partial<Parameters<typeof proveExactReachability>[0]> = {}) =>
    prove({ kind: 'withdraw', before: provisioned, after: network, ...more });

  it('takes only its own', () => {
    expect(remove()).toEqual({ verdict: 'pass', assumptions: [], sentences: [] });
    const both = brutePut(network, [subject, other]);
    const { verdict, sentences } = remove({ before: both, others: [other] });
    expect(verdict).toBe('fail');
    expect(sentences).toEqual([
      '10.130.0.0/16 of MOE at pe1 would no longer be reachable from MOH at pe1 (VRF MOH) by route target 65000:9009',
      '10.130.0.0/16 of MOE at pe1 would no longer be reachable from MOH at pe2 (VRF MOH) by route target 65000:9009',
    ]);
    // What was of nobody may go with it.
    expect(remove({ before: both }).verdict).toBe('pass');
    expect(remove({ others: [subject] }).verdict).toBe('pass');
  });

  it('opens nothing', () => {
    expect(remove({ after: joined(network) }).sentences[0]).toBe(
      '10.90.1.0/24 of CANARY at pe2 would become reachable from MOE at pe1 (VRF MOE) by route target 65000:900',
    );
  });

  it('is told in order of what stays, and of what was not understood, no more than fifty', () => {
    const stays = alterVrf(
      alterVrf(network, 'pe4', 'STRAY', (vrf) => withImport(vrf, '65000:9001')),
      'pe1',
      'MOH',
      (vrf) => ({
        ...vrf,
        operator: {
          ...vrf.operator,
          ipv4: base('65000:100', { exportRouteTargets: [rt('65000:100'), rt('65000:9001')] }),
        },
      }),
    );
    const told = remove({ after: alterVrf(stays, 'pe2', 'MOH', odd) }).assumptions;
    expect(told.map((one) => one.slice(0, 60))).toEqual([
      '10.100.10.0/24 of MOH at pe1 stays, by somebody else, reacha',
      '10.100.20.0/24 of MOH at pe1 stays, by somebody else, reacha',
      'VRF MOH at pe2: `p` is odd, so where the routes of this VRF ',
    ]);
    const many = alterVrf(network, 'pe2', 'MOH', (vrf) => ({
      ...vrf,
      unknowns: Array.from({ length: 49 }, (_, at) => ({ path: `p${at}`, reach: 'vrf' as const, why: 'is odd' })),
    }));
    const view = alterVrf(
      many,
      'pe1',
      'MOH',
      () => allVrfs(stays).find(({ pe, vrf }) => pe === 'pe1' && vrf.name === 'MOH')?.vrf as VrfView,
    );
    const taking = alterVrf(view, 'pe4', 'STRAY', (vrf) => withImport(vrf, '65000:9001'));
    expect(remove({ after: taking }).assumptions).toHaveLength(50);
  });
});

describe('all proofs together', () => {
  it('prove nothing of a view without VRFs', () => {
    const empty = { pes: [] };
    const verdicts = (more: Parameters<typeof proveAll>[0]) =>
      new Set(proveAll(more).proofs.map(({ verdict }) => verdict));
    expect(verdicts({ before: empty })).toEqual(new Set(['unknown']));
    expect(verdicts({ after: empty })).toEqual(new Set(['unknown']));
    expect(verdicts({ before: empty, after: { pes: [makePe('pe1', [])] } })).toEqual(new Set(['unknown']));
  });

  it('a VPN that keeps a prefix at a PE, in another VRF or by another route target, has neither gained nor lost it', () => {
    const again = makeInterconnect(2, makeFlow('MOH', 'MOF', '65000:9005', ['10.100.10.0/24']));
    const both = brutePut(network, [subject, again]);
    const gained = (more: Parameters<typeof proveAll>[0]) =>
      proveAll(more).gained.map((one) => `${one.prefix} ${one.toPe} ${one.via}`);
    expect(gained({ before: brutePut(network, [again]), after: both }).length).toBeGreaterThan(0);
    const second = (view: NetworkView): NetworkView => ({
      pes: view.pes.map((one) =>
        one.name !== 'pe3'
          ? one
          : {
              ...one,
              vrfs: [
                ...one.vrfs,
                ...one.vrfs.filter(({ vpn }) => vpn === 'MOF').map((vrf) => ({ ...vrf, name: vrfName('MOF-2') })),
              ],
            },
      ),
    });
    expect(gained({ before: provisioned, after: second(provisioned) })).toEqual([]);
    expect(proveAll({ before: second(provisioned), after: provisioned }).lost).toEqual([]);
  });
});

describe('counter-examples', () => {
  const one = (at: number): CounterExample => ({
    pe: pe(`pe${100 + at}`),
    vrf: vrfName('A'),
    routeTarget: null,
    prefix: null,
    sentence: `s${at}`,
  });
  const listed = (count: number) =>
    listCounterExamples(Array.from({ length: count }, (_, at) => one(count - 1 - at))).map(({ sentence }) => sentence);

  it('are in order, each once, and beyond fifty counted', () => {
    expect(listCounterExamples([one(2), one(1), one(2)]).map(({ sentence }) => sentence)).toEqual(['s1', 's2']);
    expect(listed(50)).toEqual(Array.from({ length: 50 }, (_, at) => `s${at}`));
    expect(listed(53).slice(48)).toEqual(['s48', 's49 (and 3 more)']);
  });

  it('point at a VRF of the first VPN that has one, else at any', () => {
    const at = (view: NetworkView, ...vpns: string[]) => {
      const found = anchorVrf(view, ...vpns.map(vpn));
      return found && `${found.pe}/${found.vrf.name}`;
    };
    expect(at(network, 'MOF', 'MOH')).toBe('pe3/MOF');
    expect(at(network, 'MOX', 'MOF')).toBe('pe3/MOF');
    expect(at(network, 'MOX')).toBe('pe1/MOE');
    expect(at({ pes: [] }, 'MOX')).toBeNull();
  });
});

describe('the rules of a VRF', () => {
  const at = (alter: (vrf: VrfView) => VrfView): VrfAtPe => {
    const [pe3] = makePe('pe3', [{ vpn: 'MOF', own: '65000:200', families: ['ipv4'] }]).vrfs;
    if (pe3 === undefined) throw new Error('no VRF');
    return { pe: pe('pe3'), vrf: alter(pe3) };
  };
  const ruled = at((vrf) => ({
    ...vrf,
    operator: {
      ipv4: base('65000:200', {
        exportRules: [{ routeTarget: rt('65000:7'), scope: 'whole-vpn' }],
        importPolicies: ['A', 'B'] as never,
      }),
    },
    share: {
      ipv4: {
        imports: [rt('65000:9')],
        exports: [
          { routeTarget: rt('65000:8'), scope: ['10.1.0.0/16', '10.2.0.0/16'].map(prefix) },
          { routeTarget: rt('65000:5'), scope: [] },
        ],
      },
    },
  }));
  const VRF = 'VRF MOF at pe3';

  it.each([
    ['65000:200', '10.1.0.0/16', [`${VRF} puts 65000:200 on all its ipv4 routes (the operator's export route target)`]],
    ['65000:7', '10.1.0.0/16', [`${VRF} puts 65000:7 on all its ipv4 routes (the operator's export rule)`]],
    ['65000:8', '10.1.0.0/16', [`${VRF} puts 65000:8 on 10.1.0.0/16 (an export of wasl's pool)`]],
    ['65000:8', null, [`${VRF} puts 65000:8 on 2 of its ipv4 prefixes (an export of wasl's pool)`]],
    ['65000:8', '10.3.0.0/16', []],
    ['65000:5', '10.1.0.0/16', []],
    ['65000:200', '2001:db8::/32', []],
    [null, null, []],
  ])('with %s on %s are told', (target, of, told) => {
    expect(exportedBy(ruled, of === null ? null : prefix(of), target === null ? null : rt(target))).toEqual(told);
  });

  it.each([
    [
      '65000:200',
      '10.1.0.0/16',
      [`${VRF} imports 65000:200 for ipv4 (the operator's import, through import policy A, B)`],
    ],
    ['65000:9', null, [`${VRF} imports 65000:9 for ipv4 (an import of wasl's pool, through import policy A, B)`]],
    ['65000:9', '2001:db8::/32', []],
    ['65000:8', null, []],
    [null, null, []],
  ])('that take %s for %s are told', (target, of, told) => {
    expect(importedBy(ruled, of === null ? null : prefix(of), target === null ? null : rt(target))).toEqual(told);
    expect(
      importedBy(
        at((vrf) => vrf),
        null,
        rt('65000:200'),
      ),
    ).toEqual([`${VRF} imports 65000:200 for ipv4 (the operator's import)`]);
    expect(
      exportedBy(
        at((vrf) => ({ ...vrf, share: {} })),
        null,
        rt('65000:8'),
      ),
    ).toEqual([]);
    expect(
      importedBy(
        at((vrf) => ({ ...vrf, share: {} })),
        null,
        rt('65000:9'),
      ),
    ).toEqual([]);
  });
});

it('what is left of agreements that are not on the network is told by VRF, in order, with what it does', () => {
  const share = (imports: string[], exports: string[]) => ({
    imports: imports.map(rt),
    exports: exports.map((one) => ({ routeTarget: rt(one), scope: [] })),
  });
  const view = alterVrf(network, 'pe1', 'MOE', (vrf) => ({
    ...vrf,
    share: { ipv4: share(['65000:9', '65000:7'], ['65000:8']), ipv6: share([], ['65000:7', '65000:6']) },
  }));
  const left = findLeftovers(view, new Set([rt('65000:6')]));
  expect(left.map(({ pe, vrf, routeTarget, does }) => `${pe}/${vrf.name} ${does} ${routeTarget}`)).toEqual([
    'pe1/MOE imports and exports with 0:65000:7',
    'pe1/MOE exports with 0:65000:8',
    'pe1/MOE imports 0:65000:9',
  ]);
});
