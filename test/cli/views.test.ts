import { describe, expect, it } from 'vitest';
import type { MatrixAnswer, RouterCheck } from '../../src/api/network-wire.ts';
import type { ChangeAnswer, PlanAnswer } from '../../src/api/wire.ts';
import { createPaint, type Paint } from '../../src/cli/paint.ts';
import { showChange } from '../../src/cli/show-interconnect.ts';
import { matrixExitCode, showMatrix } from '../../src/cli/show-matrix.ts';
import { showPlan } from '../../src/cli/show-plan.ts';
import { checkExitCode, showRouterCheck } from '../../src/cli/show-router-check.ts';
import { formatTable } from '../../src/cli/table.ts';
import { formatDuration } from '../../src/cli/wording.ts';
import { checkOf } from '../support/api-under-test.ts';

const plain: Paint = (_style, text) => text;

const PLAN: PlanAnswer = {
  id: 'IC-0001-C1-P1',
  changeId: 'IC-0001-C1',
  interconnectId: 'IC-0001',
  kind: 'provision',
  routers: [
    {
      pe: 'mct-pe-01',
      platform: 'iosxr-um2',
      procedure: 'confirmed-commit-persist',
      baseDigest: 'sha256:0',
      vrfs: [
        {
          vrf: 'MOH',
          vpn: 'MOH',
          before: {},
          after: {},
          operations: [
            { operation: 'create', object: 'import', family: 'ipv4', routeTarget: '0:65000:50001' },
            {
              operation: 'replace',
              object: 'export-rule',
              family: 'ipv4',
              routeTarget: '0:65000:50000',
              scope: ['10.100.10.0/24'],
            },
            {
              operation: 'delete',
              object: 'export-rule',
              family: 'ipv6',
              routeTarget: '0:65000:50000',
              scope: 'whole-vpn',
            },
          ],
        },
      ],
    },
  ],
  gained: ['nzw-pe-01', 'soh-pe-01'].map((toPe) => ({
    ...{ from: 'MOH', fromPe: 'mct-pe-01', prefix: '10.100.10.0/24', to: 'MOF', toPe, via: '0:65000:50000' },
  })),
  lost: [
    { from: 'MOF', fromPe: 'nzw-pe-01', prefix: '10.200.10.0/24', to: 'MOE', toPe: 'mct-pe-01', via: '0:65000:50009' },
  ],
  proofs: [{ name: 'exact-reachability', verdict: 'pass', assumptions: ['CEs filter nothing'], counterExamples: [] }],
  probes: [{ pe: 'nzw-pe-01', vrf: 'MOF', prefix: '10.100.10.0/24', target: '10.100.10.10', expect: 'reachable' }],
  window: { notBefore: null, confirmTimeoutSeconds: 30 },
  createdAt: '2026-03-01T08:00:00Z',
  createdBy: 'wasl',
  digest: 'sha256:abc',
  approvals: [],
};

describe('a plan in words', () => {
  it('says what opens, what closes, and what each router gets', () => {
    expect(showPlan(PLAN, plain).join('\n')).toBe(`Plan IC-0001-C1-P1: provision IC-0001
made 2026-03-01T08:00:00Z by wasl
digest sha256:abc

After this change
  + 10.100.10.0/24 of MOH can be reached from MOF at nzw-pe-01, soh-pe-01 (route target 65000:50000)
  - 10.200.10.0/24 of MOF can no longer be reached from MOE at mct-pe-01 (route target 65000:50009)
  Nobody else gains a route (proved).

On the routers
  mct-pe-01 (iosxr-um2; confirmed commit, survives its session)
    VRF MOH
      + ipv4 import 65000:50001
      ~ ipv4 export 65000:50000 now for 10.100.10.0/24
      - ipv6 export 65000:50000 for EVERY prefix of MOH

Proved
  pass exact-reachability
      assuming CEs filter nothing

When
  as soon as it is approved
  checked within 30 s of the commit, else every router goes back:
  1 look at routing tables, 1 ping, of them 0 that must stay silent

Decided
  nobody yet`);
  });

  it('says which routers do not go back by themselves', () => {
    const routers = PLAN.routers.map((router) => ({ ...router, procedure: 'candidate-reverse-delta' }));
    const text = showPlan({ ...PLAN, routers }, plain).join('\n');
    expect(text).toContain('mct-pe-01 (iosxr-um2; commits at once, NO automatic revert)');
    expect(text).toContain(`
  checked within 30 s of the commit, else wasl takes it back everywhere:
  1 look at routing tables, 1 ping, of them 0 that must stay silent
  NO automatic revert on mct-pe-01: committed last and undone by a counter-change of wasl;
  when wasl or its way there is lost, or somebody edits the router meanwhile, the change stays until a person acts
`);
    expect(text).not.toContain('every router goes back');
  });

  it.each(['fail', 'unknown'] as const)('never claims more than was proved: %s', (verdict) => {
    const sentence = 'CANARY would import 65000:50000';
    const example = { pe: 'mct-pe-01', vrf: 'CANARY', routeTarget: null, prefix: null, sentence };
    const proofs = [{ name: 'exact-reachability', verdict, assumptions: [], counterExamples: [example] }];
    const text = showPlan({ ...PLAN, proofs }, plain).join('\n');
    expect(text).toContain('That nobody else gains a route is NOT proved.');
    expect(text).toContain(`mct-pe-01 CANARY: ${sentence}`);
    expect(text).not.toContain('(proved)');
    expect(showPlan({ ...PLAN, proofs: [] }, plain).join('\n')).toContain('NOT proved');
  });
});

describe('the matrix', () => {
  const covered = PLAN.gained.map((reach) => ({ ...reach, interconnects: ['IC-0001'], covered: true }));
  const active = { id: 'IC-0001', state: 'active', standing: 'on-network' } as const;
  const cell: MatrixAnswer['cells'][number] = {
    ...{
      from: 'MOH',
      to: 'MOF',
      prefixes: ['10.100.10.0/24'],
      uncovered: [],
      missing: [],
      covered: true,
      unread: false,
    },
    interconnects: [active],
  };
  const matrix: MatrixAnswer = {
    readAt: '2026-03-01T08:00:00Z',
    vpns: [
      { id: 'MOH', entity: 'MOH', canary: false },
      { id: 'MOF', entity: 'MOF', canary: false },
      { id: 'CANARY', entity: 'MTCIT', canary: true },
    ],
    ...{ reachabilities: covered, cells: [cell], missing: [], strangers: [], interconnects: [active] },
    ...{ unread: [], doubts: [], unreadVpns: [] },
  };
  const text = (more: Partial<MatrixAnswer> = {}) => showMatrix({ ...matrix, ...more }, plain).join('\n');

  it('counts prefixes: a row reaches a column, and each line names its agreement', () => {
    expect(text()).toBe(`Who reaches whom, read from the routers at 2026-03-01T08:00:00Z
FROM \\ TO        MOH  MOF  CANARY
MOH              =    ·    ·
MOF              1    =    ·
CANARY (canary)  ·    ·    =

IC-0001 (active): MOF reaches 10.100.10.0/24 of MOH at nzw-pe-01, soh-pe-01, route target 65000:50000`);
    expect(matrixExitCode(matrix)).toBe(0);
  });

  it('says so when nobody reaches anybody', () => {
    expect(text({ reachabilities: [], cells: [], interconnects: [] }).split('\n').at(-1)).toBe(
      'No VPN reaches another.',
    );
  });

  it('says NO AGREEMENT of what somebody put there by hand', () => {
    const byHand = covered.map((reach) => ({ ...reach, interconnects: [], covered: false }));
    const shown = text({
      reachabilities: byHand,
      cells: [{ ...cell, covered: false, interconnects: [] }],
      interconnects: [],
    });
    expect(shown).toMatch(/^MOF +1! +=/m);
    expect(shown).toContain('! under NO AGREEMENT');
    expect(shown).toContain('NO AGREEMENT: MOF reaches 10.100.10.0/24 of MOH at nzw-pe-01, soh-pe-01');
    expect(shown).toContain(
      'Find out who did, and remove it on the router; if it is wanted, have it agreed after that.',
    );
    const suspended = { ...active, state: 'suspended', standing: 'suspended' } as const;
    const left = covered.map((reach) => ({ ...reach, covered: false }));
    expect(text({ reachabilities: left, interconnects: [suspended] })).toMatch(
      /^NO AGREEMENT: MOF reaches .*; IC-0001 \(suspended\) does not let it be there$/m,
    );
    const stranger = {
      pe: 'pe4',
      vrf: 'STRAY',
      direction: 'reaches',
      other: 'MOH',
      prefix: '10.100.10.0/24',
      via: '0:65000:50000',
    } as const;
    expect(text({ reachabilities: [], cells: [], strangers: [stranger] })).toContain(
      'NO AGREEMENT: VRF STRAY at pe4, which the inventory does not know, reaches 10.100.10.0/24 of MOH, route target 65000:50000',
    );
  });

  it('shows what is agreed and missing, planned, suspended', () => {
    const gap = { ...PLAN.gained[0], interconnect: 'IC-0001' } as MatrixAnswer['missing'][number];
    const shown = text({
      reachabilities: [],
      cells: [{ ...cell, prefixes: [], missing: ['10.100.10.0/24'] }],
      missing: [gap],
    });
    expect(shown).toMatch(/^MOF +0- +=/m);
    expect(shown).toMatch(
      /^MISSING: IC-0001 lets MOF reach MOH, and the network does not carry 10\.100\.10\.0\/24 \(\S+ to \S+\)$/m,
    );
    const planned = { id: 'IC-0002', state: 'requested', standing: 'planned' } as const;
    const resting = { id: 'IC-0003', state: 'suspended', standing: 'suspended' } as const;
    const later = text({
      reachabilities: [],
      cells: [{ ...cell, prefixes: [], interconnects: [planned, resting] }],
      interconnects: [planned, resting],
    });
    expect(later).toMatch(/^MOF +ps +=/m);
    expect(later).toContain('p agreed or asked for, not there yet; s suspended');
    expect(later).toContain('not there yet: IC-0002 (requested)\nsuspended: IC-0003 (suspended)');
  });

  it('says ? of every pair that depends on a PE that was not read, and exits with its class', () => {
    const unread = [{ pe: 'sll-pe-01', code: 'ROUTER_UNREACHABLE', reason: 'it does not answer' }];
    const shown = text({ unread, unreadVpns: ['MOH'] });
    expect(shown.split('\n').slice(2, 6)).toEqual([
      'MOH              =    ?    ?',
      'MOF              1?   =    ·',
      'CANARY (canary)  ?    ·    =',
      '? not read, or not understood',
    ]);
    expect(shown).toContain('NOT READ: sll-pe-01: it does not answer; what it carries is unknown');
    expect(matrixExitCode({ ...matrix, unread })).toBe(3);
    expect(matrixExitCode({ ...matrix, unread: [...unread, { pe: 'b', code: 'INTERNAL', reason: '' }] })).toBe(4);
    expect(matrixExitCode({ ...matrix, unread: [{ pe: 'b', code: 'ROUTER_HOST_KEY', reason: '' }] })).toBe(2);
  });

  it('says ? of what was not understood, and names it', () => {
    const doubts = [{ pe: 'pe1', vrf: 'MOH', fact: 'prefix-set X is not as wasl wrote it', edited: true }];
    const shown = text({ doubts, unreadVpns: ['MOH'] });
    expect(shown).toMatch(/^MOF +1\? +=/m);
    expect(shown).toContain(
      'NOT UNDERSTOOD: VRF MOH at pe1: prefix-set X is not as wasl wrote it; what it lets through',
    );
  });

  it('exits with 4 where a person must look: no agreement, missing, not understood, and that hides nothing else', () => {
    const [byHand] = covered.map((reach) => ({ ...reach, covered: false }));
    const gap = { ...PLAN.gained[0], interconnect: 'IC-0001' } as MatrixAnswer['missing'][number];
    const stray = {
      pe: 'pe4',
      vrf: 'STRAY',
      direction: 'reaches',
      other: 'MOH',
      prefix: '10.0.0.0/8',
      via: '0:1:1',
    } as const;
    const doubt = { pe: 'pe1', vrf: null, fact: 'is not understood', edited: false };
    const unread = [{ pe: 'sll-pe-01', code: 'ROUTER_UNREACHABLE', reason: 'it does not answer' }];
    for (const found of [
      { reachabilities: [...covered, byHand as (typeof covered)[number]] },
      { missing: [gap] },
      { strangers: [stray] },
      { doubts: [doubt] },
    ]) {
      expect(matrixExitCode({ ...matrix, ...found })).toBe(4);
      expect(matrixExitCode({ ...matrix, ...found, unread })).toBe(4);
    }
  });
});

describe('the check of a router', () => {
  const fault = (code: RouterCheck['findings'][number]['code'], fact: string) =>
    ({ severity: 'fault', code, place: 'pe1', fact, remedy: 'Do this.' }) as const;

  it('is ✓ only where there is no fault', () => {
    expect(showRouterCheck(checkOf('pe1'), plain)).toEqual([
      '✓ pe1 answers in 12 ms and is as the inventory says',
      '  procedure  confirmed commit, survives its session',
      '  login      by publickey',
      '  candidate  clean',
      '  lock       of candidate: free',
      '  sessions   2 open',
      '  clock      not told',
      '  VRFs       3 of 3 as the inventory lists them',
    ]);
    const held = { datastore: 'candidate', state: 'held', holder: 'session 4711', how: 'tried' } as const;
    const findings = [fault('ROUTER_LOCKED', 'pe1: held')];
    const shown = showRouterCheck({ ...checkOf('pe1'), verdict: 'fail', lock: held, findings }, plain);
    expect(shown).toContain('✗ pe1 answers in 12 ms; 1 fault');
    expect(shown).toContain('  lock       of candidate: held by session 4711');
    expect(shown.slice(-2)).toEqual(['  ✗ pe1: held', '      Do this.']);
  });

  it('exits with the worst class', () => {
    const locked = { findings: [fault('ROUTER_LOCKED', '')] };
    const missing = { findings: [fault('VRF_MISSING', '')] };
    const remark = { findings: [{ ...fault('VRF_MISSING', ''), severity: 'remark' as const }] };
    expect([[], [remark], [locked], [locked, missing]].map(checkExitCode)).toEqual([0, 0, 3, 2]);
  });
});

describe('a table', () => {
  const paint = (columns?: number): Paint =>
    Object.assign((_: unknown, text: string) => text, columns === undefined ? {} : { columns });
  const table = (columns?: number) =>
    formatTable(
      ['ID', 'STATE', 'PURPOSE', 'NEXT'],
      [
        ['IC-0001', 'active', 'Patient transfers between the two', 'nothing: in force'],
        ['IC-0002', 'planned', '', 'wasl approve IC-0002-C1-P1'],
      ],
      paint(columns),
    );

  it('stands in columns where there is room, and in a pipe', () => {
    const [head, first] = table();
    expect([head, first]).toEqual([
      'ID       STATE    PURPOSE                            NEXT',
      'IC-0001  active   Patient transfers between the two  nothing: in force',
    ]);
    expect(table(80)).toEqual(table());
    expect(table(79)).toEqual(table());
  });

  it('puts what a narrow terminal has no room for below its row, under its name', () => {
    expect(table(60)).toEqual([
      'ID       STATE    PURPOSE',
      'IC-0001  active   Patient transfers between the two',
      '  next: nothing: in force',
      'IC-0002  planned',
      '  next: wasl approve IC-0002-C1-P1',
    ]);
    expect(table(1)).toEqual([
      'ID',
      'IC-0001',
      '  state: active',
      '  purpose: Patient transfers between the two',
      '  next: nothing: in force',
      'IC-0002',
      '  state: planned',
      '  next: wasl approve IC-0002-C1-P1',
    ]);
  });
});

describe('colours', () => {
  const stream = (isTerminal: boolean) => ({ isTerminal, columns: 80, write: () => undefined });
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
  ])('on a terminal %s with %j: %s', (isTerminal, env, expected) => {
    expect(createPaint(stream(isTerminal), env)('red', 'x') !== 'x').toBe(expected);
  });
});

it.each([
  [850.4, '850 ms'],
  [12_400, '12.4 s'],
  [185_000, '3 min 05 s'],
])('%d ms is %s', (elapsedMs, text) => {
  expect(formatDuration(elapsedMs)).toBe(text);
});

it('a router that was left is named once, and is not said to hold what nobody read', () => {
  const change = {
    ...{ id: 'IC-0001-C2', kind: 'withdraw', phase: 'ended', outcome: 'applied', planId: null, reason: null },
    ...{ waiting: null, refusal: null, routers: [], openedAt: '2026-11-29T19:00:19Z', openedBy: 'wasl', endedAt: null },
    left: [{ pe: 'soh-pe-01', reason: 'soh-pe-01: connect: read ECONNRESET' }],
  } as unknown as ChangeAnswer;
  expect(showChange(change, plain).at(-1)).toBe('      soh-pe-01 may still carry it: connect: read ECONNRESET');
});
