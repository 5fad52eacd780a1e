/** What an audit says of each finding, word by word, and how it said it before. */
import { describe, expect, it } from 'vitest';
import type { PeName, VpnId } from '../../src/domain/names.ts';
import type { NetworkView } from '../../src/domain/network-view.ts';
import { type PrefixRange, parseScopeEntry } from '../../src/domain/scope.ts';
import { type AuditedAgreement, type AuditInput, auditNetwork } from '../../src/proof/audit-network.ts';
import { brutePut } from './brute-force.ts';
import { alterVrf, icId, makeFlow, makeInterconnect, makePe, rt, sampleNetwork } from './networks.ts';

const AT = '2026-03-01T08:00:00.000Z';
const bare = sampleNetwork();
const FLOW = makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']);
const carried = brutePut(bare, [makeInterconnect(1, FLOW)]);
const agreed = (more: Partial<AuditedAgreement> = {}): AuditedAgreement => ({
  ...{ id: icId(1), state: 'active', standing: 'on-network', validUntil: '2026-12-31T00:00:00Z', flows: [FLOW] },
  ...more,
});
const audit = (view: NetworkView, agreements: readonly AuditedAgreement[], more: Partial<AuditInput> = {}) =>
  auditNetwork({ at: AT, view, agreements, unread: [], rules: 5, ...more });

describe('a route without an agreement', () => {
  const [strange] = audit(carried, []).findings;

  it('is told with the rules of both ends, and either may be taken away', () => {
    expect(strange).toEqual({
      ...{ kind: 'no agreement', pe: 'pe3', vrf: 'MOF', routeTarget: '0:65000:9001', prefix: '10.100.10.0/24' },
      sentence:
        '10.100.10.0/24 of MOH at pe1 is, without an agreement, reachable from MOF at pe3 (VRF MOF) (and from 1 more of its VRFs) by route target 65000:9001',
      rules: [
        "VRF MOH at pe1 puts 65000:9001 on 10.100.10.0/24 (an export of wasl's pool)",
        "VRF MOF at pe3 imports 65000:9001 for ipv4 (an import of wasl's pool)",
      ],
      remedy:
        'Take the import of 65000:9001 from VRF MOF at pe3, or its export from VRF MOH at pe1. If it is wanted, have it agreed after that (wasl request submit).',
    });
  });

  it('was told in other words by the first audits', () => {
    expect(audit(carried, [], { rules: 1 }).findings[0]).toEqual({
      ...strange,
      rules: [
        "VRF MOH at pe1 puts 65000:9001 on 10.100.10.0/24 (wasl's export)",
        "VRF MOF at pe3 imports 65000:9001 for ipv4 (wasl's import)",
      ],
      remedy:
        'Take the import of 65000:9001 from VRF MOF at pe3, or its export from VRF MOH at pe1; or have it agreed (wasl request submit).',
    });
    const ended = agreed({ validUntil: AT });
    expect(audit(carried, [ended], { rules: 1 }).findings[0]?.remedy).toBe('wasl withdraw IC-0001');
  });

  it.each<[string, AuditedAgreement, string, string]>([
    [
      'of an agreement that ended',
      agreed({ validUntil: AT }),
      `; the route target is IC-0001's, which ended at ${AT}`,
      'wasl interconnect withdraw IC-0001 --reason "..."',
    ],
    [
      'of one that is suspended: both ends go',
      agreed({ standing: 'suspended', state: 'suspended' }),
      "; the route target is IC-0001's, which is suspended, and not to be on the network",
      'Take the import of 65000:9001 from VRF MOF at pe3, or its export from VRF MOH at pe1. If',
    ],
    [
      'of one for another prefix: what is given beyond it goes',
      agreed({ flows: [makeFlow('MOH', 'MOF', '65000:9001', ['10.100.20.0/24'])] }),
      "; the route target is IC-0001's, which agrees to something else",
      'Take the export of 65000:9001 from VRF MOH at pe1. If',
    ],
    [
      'of one for another taker: who takes it goes',
      agreed({ flows: [makeFlow('MOH', 'MOE', '65000:9001', ['10.100.10.0/24'])], standing: 'changing' }),
      "; the route target is IC-0001's, which agrees to something else",
      'Take the import of 65000:9001 from VRF MOF at pe3. If',
    ],
    [
      'of one for another giver: what is given goes',
      agreed({ flows: [makeFlow('MOE', 'MOF', '65000:9001', 'whole-vpn')] }),
      "; the route target is IC-0001's, which agrees to something else",
      'Take the export of 65000:9001 from VRF MOH at pe1. If',
    ],
  ])('%s', (_what, agreement, says, remedy) => {
    const found = audit(carried, [agreement]).findings.filter(({ kind }) => kind === 'no agreement');
    expect(found.map(({ sentence }) => sentence)).toEqual([`${strange?.sentence}${says}`]);
    expect(found[0]?.remedy.slice(0, remedy.length)).toBe(remedy);
  });
});

it('a route without an agreement is told with the agreement that has its route target, and by that flow alone', () => {
  const other = agreed({ flows: [makeFlow('MOH', 'MOF', '65000:9007', 'whole-vpn')] });
  const owner = agreed({
    id: icId(2),
    flows: [makeFlow('MOH', 'MOF', '65000:9008', 'whole-vpn'), makeFlow('MOE', 'MOE', '65000:9001', 'whole-vpn')],
  });
  const [found] = audit(carried, [other, owner]).findings.filter(({ kind }) => kind === 'no agreement');
  expect(found?.sentence).toContain("; the route target is IC-0002's, which agrees to something else");
  expect(found?.remedy).toMatch(
    /^Take the import of 65000:9001 from VRF MOF at pe3, or its export from VRF MOH at pe1\./,
  );
});

it('what is left behind is not told of a route target by which a route goes, for that names both ends', () => {
  const found = audit(carried, []);
  expect([found.leftBehind, found.uncovered]).toEqual([0, 1]);
  const half = alterVrf(carried, 'pe1', 'MOH', (vrf) => ({ ...vrf, share: {} }));
  const left = audit(half, []);
  expect([left.leftBehind, left.uncovered]).toEqual([2, 0]);
  expect(
    left.findings.map(({ kind, pe, vrf, routeTarget, prefix, rules }) => [kind, pe, vrf, routeTarget, prefix, rules]),
  ).toEqual(['pe3', 'pe4'].map((pe) => ['left behind', pe, 'MOF', '0:65000:9001', null, []]));
  expect(audit(half, [], { rules: 1 })).toMatchObject({ verdict: 'pass', findings: [] });
  const over = audit(half, [agreed({ validUntil: AT })]).findings[0];
  expect(over).toMatchObject({
    sentence: `VRF MOF at pe3 imports 65000:9001: the route target is IC-0001's, which ended at ${AT}`,
    remedy: 'wasl interconnect withdraw IC-0001 --reason "..."',
  });
});

it('what is missing, not read or not understood is told with what to do', () => {
  const away = [{ pe: 'pe9' as PeName, reason: 'no answer' }];
  const odd = (view: NetworkView) =>
    alterVrf(view, 'pe1', 'MOE', (vrf) => ({
      ...vrf,
      unknowns: [
        { path: 'a b', reach: 'network' as const, why: 'was not read' },
        { path: 'c', reach: 'router' as const, why: 'leads elsewhere', ofRouter: true as const },
      ],
    }));
  const { verdict, findings, ...counts } = audit(odd(bare), [agreed()], { unread: away });
  expect([verdict, counts]).toEqual([
    'fail',
    expect.objectContaining({ doubts: 2, unread: 1, missing: 2, ofNobody: 0 }),
  ]);
  const nowhere = { routeTarget: null, prefix: null, rules: [] };
  expect(findings).toEqual([
    ...['pe3', 'pe4'].map((pe) => ({
      ...{ kind: 'missing', pe, vrf: 'MOF', routeTarget: '0:65000:9001', prefix: '10.100.10.0/24', rules: [] },
      sentence: `10.100.10.0/24 of MOH, agreed by IC-0001, is not reachable from MOF in VRF MOF at ${pe}`,
      remedy: `See what ${pe} has (wasl router check ${pe}); put back what was taken there, or withdraw the interconnect.`,
    })),
    {
      ...{ kind: 'not understood', pe: 'pe1', vrf: 'MOE', ...nowhere },
      sentence: 'VRF MOE at pe1: `a b` was not read; what it lets through is not known',
      remedy: 'Say it at pe1 in a way that wasl understands (docs/platforms.md), then audit again.',
    },
    {
      ...{ kind: 'not understood', pe: 'pe1', vrf: null, ...nowhere },
      sentence: 'pe1: `c` leads elsewhere; what it lets through is not known',
      remedy: 'Say it at pe1 in a way that wasl understands (docs/platforms.md), then audit again.',
    },
    {
      ...{ kind: 'not read', pe: 'pe9', vrf: null, ...nowhere },
      sentence: 'pe9 was not read: no answer; what it carries is unknown',
      remedy: 'Find out why (wasl router check pe9), then audit again.',
    },
  ]);
  expect(audit(odd(carried), [agreed()]).verdict).toBe('unknown');
});

it('of each kind at most fifty are told, and all are counted', () => {
  const many = Array.from({ length: 60 }, (_, at) => ({ pe: `pe${at}` as PeName, reason: 'no answer' }));
  const fact = { path: 'a', reach: 'network' as const, why: 'was not read' };
  const odd = alterVrf(bare, 'pe1', 'MOE', (vrf) => ({ ...vrf, unknowns: many.map(() => fact) }));
  const rules = many.map((_, at) => rt(`65000:${9_100 + at}`));
  const left = alterVrf(odd, 'pe1', 'MOE', (vrf) => ({ ...vrf, share: { ipv4: { imports: rules, exports: [] } } }));
  const { findings, ...counts } = audit(left, [], { unread: many });
  expect(counts).toMatchObject({ doubts: 60, unread: 60, leftBehind: 60 });
  const told = (kind: string) => findings.filter((one) => one.kind === kind).length;
  expect(['left behind', 'not understood', 'not read'].map(told)).toEqual([50, 50, 50]);
});

describe('networks that joined an agreed range since it was planned', () => {
  const range = (text: string) => parseScopeEntry(text) as PrefixRange;
  const ranged = (text: string, more: Partial<AuditedAgreement> = {}) =>
    agreed({ ranges: [{ from: 'MOH' as VpnId, to: 'MOF' as VpnId, range: range(text) }], ...more });
  const told = (...agreements: readonly AuditedAgreement[]) => audit(carried, agreements).told;

  it('are told, one or more', () => {
    expect(told(ranged('10.100.16.0/20 le 24'))).toEqual([
      '10.100.20.0/24, 10.100.30.0/24 of MOH joined the agreed range 10.100.16.0/20 le 24 after IC-0001 was planned: MOF does not reach them',
    ]);
    expect(told(ranged('10.100.20.0/23 le 24'))).toEqual([
      '10.100.20.0/24 of MOH joined the agreed range 10.100.20.0/23 le 24 after IC-0001 was planned: MOF does not reach it',
    ]);
  });

  it.each<[string, AuditedAgreement]>([
    ['of an agreement that has ended', ranged('10.100.16.0/20 le 24', { validUntil: AT })],
    ['of one that is being changed', ranged('10.100.16.0/20 le 24', { standing: 'changing' })],
    ['where there are none', ranged('10.100.10.0/24 le 24')],
    ['of a direction that it does not have', ranged('10.100.16.0/20 le 24', { flows: [] })],
    [
      'of a direction the other way',
      ranged('10.100.16.0/20 le 24', { flows: [makeFlow('MOF', 'MOH', '65000:9001', [])] }),
    ],
    ['of a flow to another VPN', ranged('10.100.16.0/20 le 24', { flows: [makeFlow('MOH', 'MOE', '65000:9001', [])] })],
    ['of a flow of another VPN', ranged('10.100.16.0/20 le 24', { flows: [makeFlow('MOE', 'MOF', '65000:9001', [])] })],
    [
      'of a VPN that nobody serves',
      agreed({ ranges: [{ from: 'NONE' as VpnId, to: 'MOF' as VpnId, range: range('10.0.0.0/8 le 24') }] }),
    ],
  ])('are not told %s', (_what, agreement) => {
    expect(told(agreement)).toBeUndefined();
  });

  it('are told of each agreement, fifty at most', () => {
    const list = Array.from({ length: 51 }, (_, at) => ranged('10.100.20.0/23 le 24', { id: icId(at + 1) }));
    expect(told(...list)).toHaveLength(50);
    expect(told(...list.slice(0, 2))?.map((one) => one.match(/IC-\d+/)?.[0])).toEqual(['IC-0001', 'IC-0002']);
  });
});

it('what has no route target yet is nowhere, and so is its agreement', () => {
  const planned = agreed({ flows: [{ ...FLOW, routeTarget: null }] });
  expect(audit(bare, [planned])).toMatchObject({ verdict: 'pass', missing: 0 });
  expect(audit(carried, [planned])).toMatchObject({ verdict: 'fail', uncovered: 1 });
});

it('what a VRF that nobody listed gives is unknown since the third rules', () => {
  const view: NetworkView = {
    pes: [
      makePe('pe1', [
        { vpn: 'AAA', own: '65000:100' },
        { vpn: null, name: 'STRAY', own: '65000:100' },
      ]),
    ],
  };
  const results = ([1, 2, 3, 5] as const).map((rules) => audit(view, [], { rules }));
  expect(results.map(({ verdict, doubts, ofNobody }) => [verdict, doubts, ofNobody])).toEqual([
    ['pass', 0, undefined],
    ['pass', 0, undefined],
    ['unknown', 1, 1],
    ['unknown', 1, 1],
  ]);
});
