/** What wasl writes on Junos: the objects that a share needs beside what the operator has there, and in which order they stand in an edit. */
import { describe, expect, it } from 'vitest';
import type { OperatorFamily, RunningVrf, VrfShare } from '../../src/domain/network-view.ts';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteTarget } from '../../src/domain/route-target.ts';
import { view } from '../../src/platforms/junos-yang/view.ts';
import type { ShareContext } from '../../src/platforms/platform-view.ts';

const rt = (text: string) => parseRouteTarget(text);
const [OWN, ONE, TWO, FOUR_OCTETS] = [rt('64900:1'), rt('64900:7001'), rt('64900:7002'), rt('70000:7003')];
const RULE = { routeTarget: TWO, scope: [parsePrefix('10.1.0.0/16')] };
const NOTHING = { imports: [], exports: [] };
const SHARE: VrfShare = { ipv4: { imports: [ONE], exports: [RULE] }, ipv6: NOTHING };
const EMPTY: VrfShare = { ipv4: NOTHING, ipv6: NOTHING };

const operator = (more: Partial<OperatorFamily> = {}): OperatorFamily => ({
  importRouteTargets: [OWN],
  exportRouteTargets: [OWN],
  exportPolicies: [],
  importPolicies: [],
  ...more,
});
const vrf = (more: Partial<OperatorFamily> = {}, traits?: readonly string[]): RunningVrf => ({
  name: 'MOH' as never,
  routeDistinguisher: null,
  operator: { ipv4: operator(more), ipv6: operator(more) },
  share: EMPTY,
  policyTexts: {},
  anomalies: [],
  ...(traits === undefined ? {} : { traits }),
});
const WANTED: ShareContext = { isRunning: false, joins: false };
const objectsOf = (running: RunningVrf, share: VrfShare, context: Partial<ShareContext> = {}) =>
  view.objectsOf(running, share, { ...WANTED, ...context });
const keysOf = (...args: Parameters<typeof objectsOf>) => objectsOf(...args).map(({ key }) => key);

const COMMUNITIES = ['community WASL-MOH-RT-0-64900-7001', 'community WASL-MOH-RT-0-64900-7002'];
const POLICIES = ['policy-statement WASL-MOH-IMPORT', 'policy-statement WASL-MOH-EXPORT'];
const PLACES = ['vrf MOH vrf-import WASL-MOH-IMPORT', 'vrf MOH vrf-export WASL-MOH-EXPORT'];
const LIST = 'prefix-list WASL-MOH-IPV4-0-64900-7002';
const MARK = 'prefix-list WASL-MOH-AUTO-EXPORT';
const OWN_COMMUNITY = 'community WASL-MOH-RT-0-64900-1';

describe('the objects of a share', () => {
  it('are two policies that restate vrf-target, a list a rule, a community a route target, and their places', () => {
    expect(objectsOf(vrf(), SHARE)).toEqual([
      {
        kind: 'prefix-list',
        key: LIST,
        name: 'WASL-MOH-IPV4-0-64900-7002',
        says: '["10.1.0.0/16"]',
        family: 'ipv4',
        prefixes: ['10.1.0.0/16'],
      },
      {
        kind: 'policy-statement',
        key: POLICIES[0],
        name: 'WASL-MOH-IMPORT',
        says: expect.stringContaining('WASL-MOH-RT-0-64900-7001'),
        direction: 'import',
        importing: true,
        terms: [{ name: 'ipv4', everything: '0.0.0.0/0', communities: ['WASL-MOH-RT-0-64900-7001'] }],
        chained: false,
        ownCommunities: ['WASL-MOH-RT-0-64900-1'],
      },
      {
        kind: 'policy-statement',
        key: POLICIES[1],
        name: 'WASL-MOH-EXPORT',
        says: expect.stringContaining('WASL-MOH-RT-0-64900-7002'),
        direction: 'export',
        importing: false,
        terms: [
          {
            name: '0-64900-7002-ipv4',
            everything: '0.0.0.0/0',
            wholeVpn: false,
            prefixesName: 'WASL-MOH-IPV4-0-64900-7002',
            community: 'WASL-MOH-RT-0-64900-7002',
          },
        ],
        chained: false,
        ownCommunities: ['WASL-MOH-RT-0-64900-1'],
      },
      ...[
        [OWN_COMMUNITY, OWN, 1],
        [COMMUNITIES[0], ONE, 7001],
        [COMMUNITIES[1], TWO, 7002],
      ].map(([key, says, assigned]) => ({
        ...{ kind: 'community', key, name: String(key).replace('community ', ''), says },
        ...{ administrator: '64900', assigned, fourOctetAs: false },
      })),
      { kind: 'reference', key: PLACES[0], name: 'WASL-MOH-IMPORT', says: '', direction: 'import', first: false },
      { kind: 'reference', key: PLACES[1], name: 'WASL-MOH-EXPORT', says: '', direction: 'export', first: false },
    ]);
  });

  it('of the whole VPN and of IPv6 need no list, and say so', () => {
    const share: VrfShare = {
      ipv4: NOTHING,
      ipv6: { imports: [FOUR_OCTETS], exports: [{ routeTarget: FOUR_OCTETS, scope: 'whole-vpn' }] },
    };
    const objects = objectsOf(vrf({ importRouteTargets: [], exportRouteTargets: [] }), share);
    expect(objects.map(({ kind }) => kind)).toEqual([
      ...['policy-statement', 'policy-statement', 'community', 'reference', 'reference'],
    ]);
    expect(objects[0]).toMatchObject({ terms: [{ name: 'ipv6', everything: '::/0' }], ownCommunities: [] });
    expect(objects[1]).toMatchObject({ terms: [{ name: '2-70000-7003-ipv6', everything: '::/0', wholeVpn: true }] });
    expect(objects[2]).toMatchObject({ administrator: '70000', assigned: 7003, fourOctetAs: true });
  });

  it('are none of what is shared with nobody', () => {
    expect([keysOf(vrf(), EMPTY), keysOf(vrf(), {})]).toEqual([[], []]);
  });

  const chained = { exportPolicies: ['OUT'] };
  it('stand first in the operator’s chain and hand on to it, and restate nothing there', () => {
    const objects = objectsOf(vrf(chained), SHARE);
    expect(objects[1]).toMatchObject({
      direction: 'import',
      chained: false,
      ownCommunities: ['WASL-MOH-RT-0-64900-1'],
    });
    expect(objects[2]).toMatchObject({ direction: 'export', chained: true, ownCommunities: [] });
    expect(objects.slice(-2)).toMatchObject([{ first: false }, { first: true }]);
  });

  it.each([
    // A direction that the operator's policies state needs wasl's only where wasl adds to it.
    [
      'imports alone',
      { ipv4: { imports: [ONE], exports: [] } },
      {},
      [...POLICIES, OWN_COMMUNITY, COMMUNITIES[0], ...PLACES],
    ],
    [
      'imports alone',
      { ipv4: { imports: [ONE], exports: [] } },
      chained,
      [POLICIES[0], OWN_COMMUNITY, COMMUNITIES[0], PLACES[0]],
    ],
    [
      'exports alone',
      { ipv4: { imports: [], exports: [RULE] } },
      chained,
      [LIST, ...POLICIES, OWN_COMMUNITY, COMMUNITIES[1], ...PLACES],
    ],
    [
      'exports alone',
      { ipv4: { imports: [], exports: [RULE] } },
      { importPolicies: ['IN'] },
      [LIST, POLICIES[1], OWN_COMMUNITY, COMMUNITIES[1], PLACES[1]],
    ],
    [
      'imports alone',
      { ipv4: { imports: [ONE], exports: [] } },
      { importPolicies: ['IN'], exportPolicies: ['OUT'] },
      [POLICIES[0], COMMUNITIES[0], PLACES[0]],
    ],
  ] as const)('of %s (%j) beside %j', (_what, share, more, keys) => {
    expect(keysOf(vrf(more), share)).toEqual(keys);
  });
});

describe('auto-export', () => {
  it.each([
    ['a flow joins VRFs of the router', [], SHARE, { joins: true }, true],
    ['none does', [], SHARE, { joins: false }, false],
    ['the operator has it on already', ['auto-export'], SHARE, { joins: true }, false],
    ['wasl switched it on before', ['wasl-auto-export'], SHARE, { joins: false }, true],
    ['nothing is shared any more', ['wasl-auto-export'], EMPTY, { joins: true }, false],
    ['it stands', ['wasl-auto-export'], SHARE, { isRunning: true }, true],
    ['it stands, and nothing is shared', ['wasl-auto-export'], EMPTY, { isRunning: true }, true],
    ['it does not stand', [], SHARE, { isRunning: true, joins: true }, false],
    ['the operator’s stands', ['auto-export'], SHARE, { isRunning: true, joins: true }, false],
  ] as const)('where %s', (_what, traits, share, context, isThere) => {
    const found = objectsOf(vrf({}, traits), share, context).filter(({ kind }) => kind === 'auto-export');
    const mark = { kind: 'auto-export', key: MARK, name: 'WASL-MOH-AUTO-EXPORT', says: '' };
    expect(found).toEqual(isThere ? [mark] : []);
  });

  it('that the operator switched off is not switched on', () => {
    const off = vrf({}, ['without effect: auto-export']);
    expect(() => objectsOf(off, SHARE, { joins: true })).toThrow(
      expect.objectContaining({
        code: 'AUTO_EXPORT_OFF',
        message:
          'VRF MOH has auto-export, deactivated or disabled: it would give nothing to the other VRF of this router',
      }),
    );
    expect(keysOf(off, SHARE)).not.toContain(MARK);
    const ours = vrf({}, ['wasl-auto-export', 'without effect: auto-export']);
    expect(keysOf(ours, SHARE, { joins: true })).toContain(MARK);
  });
});

describe('vrf-target, of which only what wasl restated is in force, comes back with the last interconnect', () => {
  const RESTATED = ['own-import-restated', 'own-export-restated'];
  const off = (...parts: string[]) => parts.map((part) => `without effect: ${part}`);
  const leaf = (name: string, more: object = {}) => ({
    ...{
      kind: 'vrf-target',
      key: `vrf MOH vrf-target ${name}`,
      name,
      leaf: name,
      activates: false,
      activatesAll: false,
    },
    ...{ says: OWN, administrator: '64900', assigned: 1, fourOctetAs: false, ...more },
  });
  const given = (traits: readonly string[], more: Partial<OperatorFamily> = {}) => objectsOf(vrf(more, traits), EMPTY);

  it.each([
    ['both directions', RESTATED, {}, [leaf('community')]],
    ['no direction', [], {}, []],
    ['imports', ['own-import-restated'], {}, [leaf('import')]],
    ['exports', ['own-export-restated'], {}, [leaf('export')]],
    [
      'two route targets',
      RESTATED,
      { exportRouteTargets: [FOUR_OCTETS] },
      [
        leaf('import'),
        leaf('export', { says: FOUR_OCTETS, administrator: '70000', assigned: 7003, fourOctetAs: true }),
      ],
    ],
    ['what nothing says', ['own-import-restated'], { importRouteTargets: [] }, []],
  ] as const)('of %s', (_what, traits, more, objects) => {
    expect(given(traits, more)).toEqual(objects);
  });

  it.each([
    [
      'the whole',
      RESTATED,
      off('vrf-target', 'vrf-target community'),
      {},
      [leaf('community', { activates: true, activatesAll: true })],
    ],
    ['the one of both directions', RESTATED, off('vrf-target community'), {}, [leaf('community', { activates: true })]],
    [
      'those of each direction',
      RESTATED,
      off('vrf-target import', 'vrf-target export'),
      {},
      [leaf('import', { activates: true }), leaf('export', { activates: true })],
    ],
    ['that of one of two', RESTATED, off('vrf-target import'), {}, [leaf('community')]],
    ['that of imports', ['own-import-restated'], off('vrf-target import'), {}, [leaf('import', { activates: true })]],
    // It would speak for exports, too.
    ['the one of both, for imports', ['own-import-restated'], off('vrf-target community'), {}, [leaf('import')]],
    [
      'the one of both, for imports alone',
      ['own-import-restated'],
      off('vrf-target community'),
      { exportPolicies: ['OUT'] },
      [leaf('community', { activates: true })],
    ],
    ['nothing, beside a policy', ['own-import-restated'], [], { exportPolicies: ['OUT'] }, [leaf('import')]],
    [
      'the one of both, for exports alone',
      ['own-export-restated'],
      off('vrf-target community'),
      { importPolicies: ['IN'] },
      [leaf('community', { activates: true })],
    ],
  ] as const)('that stands deactivated: %s of %j with %j beside %j', (_what, restated, offs, more, objects) => {
    expect(given([...restated, ...offs], more)).toEqual(objects);
  });

  it('but not while anything is shared, and it is none that runs', () => {
    expect(keysOf(vrf({}, RESTATED), SHARE).filter((key) => key.includes('vrf-target'))).toEqual([]);
    expect(keysOf(vrf({}, RESTATED), EMPTY, { isRunning: true })).toEqual([]);
  });
});

describe('what was found under the name of wasl', () => {
  const said = { says: null, importing: false, terms: [], chained: false, ownCommunities: [] };
  it.each([
    [
      'prefix-list WASL-MOH-IPV6-0-64900-7002',
      { kind: 'prefix-list', name: 'WASL-MOH-IPV6-0-64900-7002', says: null, family: 'ipv6', prefixes: [] },
    ],
    [
      'prefix-list WASL-MOH-OTHER',
      { kind: 'prefix-list', name: 'WASL-MOH-OTHER', says: null, family: 'ipv4', prefixes: [] },
    ],
    [MARK, { kind: 'prefix-list', name: 'WASL-MOH-AUTO-EXPORT', says: null, family: 'ipv4', prefixes: [] }],
    [
      COMMUNITIES[0] ?? '',
      {
        kind: 'community',
        name: 'WASL-MOH-RT-0-64900-7001',
        says: null,
        administrator: '',
        assigned: 0,
        fourOctetAs: false,
      },
    ],
    [POLICIES[0] ?? '', { kind: 'policy-statement', name: 'WASL-MOH-IMPORT', direction: 'import', ...said }],
    [POLICIES[1] ?? '', { kind: 'policy-statement', name: 'WASL-MOH-EXPORT', direction: 'export', ...said }],
    [
      'policy-statement WASL-OLD-EXPORT',
      { kind: 'policy-statement', name: 'WASL-OLD-EXPORT', direction: null, ...said, shared: true },
    ],
    [PLACES[0] ?? '', { kind: 'reference', name: 'WASL-MOH-IMPORT', says: '', direction: 'import', first: false }],
    [
      'vrf MOH vrf-export WASL-OLD-EXPORT',
      { kind: 'reference', name: 'WASL-OLD-EXPORT', says: '', direction: 'export', first: false, shared: true },
    ],
  ])('%s', (key, object) => {
    expect(view.objectFound(key, vrf())).toEqual({ key, ...object });
  });

  it('is not what stands elsewhere', () => {
    expect(view.objectFound('vrf MOH vrf-target WASL-MOH-IMPORT', vrf())).toBeNull();
    expect(view.objectFound('vrf MOF vrf-import WASL-MOH-IMPORT', vrf())).toBeNull();
  });

  it('its auto-export, deactivated, goes with its mark; not that of another VRF', () => {
    const off = vrf({}, ['without effect: auto-export']);
    expect(view.objectFound(MARK, off)).toEqual({
      kind: 'auto-export',
      key: MARK,
      name: 'WASL-MOH-AUTO-EXPORT',
      says: null,
    });
    expect(view.objectFound(MARK.replace('MOH', 'OLD'), off)).toMatchObject({ kind: 'prefix-list' });
    expect(view.objectFound(LIST, off)).toMatchObject({ kind: 'prefix-list' });
  });

  it('of a VRF without families has none', () => {
    expect(view.objectFound('prefix-list WASL-MOH-OTHER', { ...vrf(), operator: {} })).toMatchObject({ family: null });
  });
});

describe('an edit', () => {
  type Changes = Parameters<typeof view.viewEdit>[0][number]['changes'];
  const change = (objects: readonly object[], operation = 'create') =>
    objects.map((object) => ({ ...object, operation, deletes: operation === 'delete' })) as unknown as Changes;
  const edit = (...changes: Changes[]) =>
    (
      view.viewEdit(changes.map((each) => ({ vrf: 'MOH' as never, changes: each }))) as {
        configuration: {
          policyOptions: Record<string, { key: string }[]>[];
          instances: Record<string, never>[];
        } | null;
      }
    ).configuration;
  const keys = (objects: readonly { key: string }[] = []) => objects.map(({ key }) => key);

  it('of nothing is none', () => {
    expect([edit(), edit([]), edit([], [])]).toEqual([null, null, null]);
  });

  it('has policies by direction and lists by family, wherever they came from', () => {
    const six: VrfShare = {
      ipv4: SHARE.ipv4 as never,
      ipv6: { imports: [], exports: [{ routeTarget: TWO, scope: [parsePrefix('2001:db8::/32')] }] },
    };
    const objects = objectsOf(vrf({}, ['wasl-auto-export']), six, { isRunning: true });
    const gone = view.objectFound('policy-statement WASL-OLD-EXPORT', vrf());
    const found = edit(change([gone as object, ...objects].reverse()));
    const options = found?.policyOptions[0];
    expect(keys(options?.prefixLists)).toEqual([LIST, LIST.replace('IPV4', 'IPV6'), MARK]);
    expect(options?.prefixLists?.at(-1)).toMatchObject({ prefixes: [] });
    expect(keys(options?.policies)).toEqual([...POLICIES, 'policy-statement WASL-OLD-EXPORT']);
    expect(keys(options?.communities)).toEqual([...COMMUNITIES, OWN_COMMUNITY].sort().reverse());
    expect(found?.instances).toEqual([
      {
        vrf: 'MOH',
        references: [expect.objectContaining({ key: PLACES[0] }), expect.objectContaining({ key: PLACES[1] })],
        own: null,
        autoExport: expect.objectContaining({ key: MARK }),
      },
    ]);
  });

  it.each([
    ['a prefix list', LIST, 'prefixLists'],
    ['a policy', POLICIES[0] ?? '', 'policies'],
    ['a community', COMMUNITIES[0] ?? '', 'communities'],
  ])('of %s alone leaves instances alone', (_what, key, place) => {
    const found = edit(change([view.objectFound(key, vrf()) as object], 'delete'));
    expect(found?.instances).toEqual([]);
    expect(found?.policyOptions).toHaveLength(1);
    const sizes = Object.entries(found?.policyOptions[0] ?? {}).map(([name, all]) => [name, all.length]);
    expect(Object.fromEntries(sizes)).toEqual({ prefixLists: 0, policies: 0, communities: 0, [place]: 1 });
  });

  it('of a place alone leaves policies alone, and none that is taken away is first', () => {
    const place = { ...(view.objectFound(PLACES[1] ?? '', vrf()) as object), first: true };
    expect(edit(change([place]))).toMatchObject({ policyOptions: [], instances: [{ references: [{ first: true }] }] });
    expect(edit(change([place], 'delete'))).toMatchObject({
      policyOptions: [],
      instances: [{ references: [{ first: false }] }],
    });
  });

  it('of the mark alone takes auto-export with it', () => {
    const mark = objectsOf(vrf({}, ['wasl-auto-export']), EMPTY, { isRunning: true });
    const found = edit(change(mark, 'delete'));
    expect(keys(found?.policyOptions[0]?.prefixLists)).toEqual([MARK]);
    expect(found?.instances).toEqual([
      { vrf: 'MOH', references: [], own: null, autoExport: expect.objectContaining({ operation: 'delete' }) },
    ]);
  });

  const own = (traits: readonly string[], more: Partial<OperatorFamily> = {}) =>
    edit(change(objectsOf(vrf(more, traits), EMPTY)))?.instances[0]?.own;
  it.each([
    ['create', [], { operation: 'merge', activates: false, activatesAll: false }],
    ['replace', ['vrf-target community'], { operation: 'merge', activates: true, activatesAll: false }],
    // Nothing else in it is to come into force.
    ['create', ['vrf-target'], { operation: 'replace', activates: true, activatesAll: true }],
    ['replace', ['vrf-target', 'vrf-target community'], { operation: 'replace', activates: true, activatesAll: true }],
  ])('to %s vrf-target where without effect is %j', (operation, parts, said) => {
    const traits = ['own-import-restated', 'own-export-restated', ...parts.map((part) => `without effect: ${part}`)];
    expect(own(traits)).toEqual({ ...said, leaves: [expect.objectContaining({ leaf: 'community', operation })] });
    expect(edit(change(objectsOf(vrf({}, traits), EMPTY)))).toMatchObject({
      policyOptions: [],
      instances: [{ vrf: 'MOH', references: [], autoExport: null }],
    });
  });

  it('of one leaf that stands deactivated brings only that one into force', () => {
    const traits = ['own-import-restated', 'own-export-restated', 'without effect: vrf-target import'];
    expect(own(traits, { exportRouteTargets: [FOUR_OCTETS] })).toMatchObject({
      ...{ operation: 'merge', activates: true, activatesAll: false },
      leaves: [
        { leaf: 'import', operation: 'replace' },
        { leaf: 'export', operation: 'create' },
      ],
    });
  });
});
