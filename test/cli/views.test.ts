import { describe, expect, it } from 'vitest';
import type { MatrixAnswer, PlanAnswer } from '../../src/api/wire.ts';
import { createPaint, type Paint } from '../../src/cli/paint.ts';
import { showMatrix } from '../../src/cli/show-matrix.ts';
import { showPlan } from '../../src/cli/show-plan.ts';
import { formatDuration } from '../../src/cli/wording.ts';

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

After this
  + 10.100.10.0/24 of MOH from MOF at nzw-pe-01, soh-pe-01 (route target 65000:50000)
  - 10.200.10.0/24 of MOF from MOE at mct-pe-01 (route target 65000:50009)
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
  const matrix: MatrixAnswer = {
    readAt: '2026-03-01T08:00:00Z',
    vpns: [
      { id: 'MOH', entity: 'MOH', canary: false },
      { id: 'MOF', entity: 'MOF', canary: false },
      { id: 'CANARY', entity: 'MTCIT', canary: true },
    ],
    reachabilities: PLAN.gained,
    unread: [],
  };

  it('counts prefixes: a row reaches a column', () => {
    expect(showMatrix(matrix, plain).join('\n')).toBe(`Who reaches whom, read from the routers at 2026-03-01T08:00:00Z
FROM \\ TO        MOH  MOF  CANARY
MOH              =    ·    ·
MOF              1    =    ·
CANARY (canary)  ·    ·    =

MOF reaches 10.100.10.0/24 of MOH (2 PEs, route target 65000:50000)`);
  });

  it('says so when nobody reaches anybody', () => {
    expect(showMatrix({ ...matrix, reachabilities: [] }, plain).at(-1)).toBe('No VPN reaches another.');
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
