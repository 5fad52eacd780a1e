/** Junos, statement by statement: what of an instance and its policies comes into the model, and what is told as not understood. */
import { describe, expect, it } from 'vitest';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { canonicalText } from '../../src/router/canonical-text.ts';
import {
  community,
  from,
  instance,
  list,
  lists,
  OWN,
  policy,
  put,
  REJECT,
  read,
  readAll,
  target,
  term,
  told,
} from '../router/support/junos-texts.ts';

describe('a VRF by vrf-target', () => {
  const nobodys = { importRouteTargets: [], exportRouteTargets: [], exportPolicies: [], importPolicies: [] };
  const own = (importing: string[], exporting: string[]) => ({
    ...nobodys,
    importRouteTargets: importing,
    exportRouteTargets: exporting,
  });
  it('is what the model has of it, of both families', () => {
    const empty = { imports: [], exports: [] };
    const rd = '<route-distinguisher><rd-type> 64900:1 </rd-type></route-distinguisher>';
    expect(readAll(instance(rd + OWN))).toEqual([
      {
        name: 'MOH',
        routeDistinguisher: '0:64900:1',
        operator: {
          ipv4: own(['0:64900:1'], ['0:64900:1']),
          ipv6: own(['0:64900:1'], ['0:64900:1']),
        },
        share: { ipv4: empty, ipv6: empty },
        policyTexts: {},
        anomalies: [],
      },
    ]);
  });

  it.each([
    ['<community>target:64900:1</community>', ['0:64900:1'], ['0:64900:1']],
    ['<import>target:64900:1</import>', ['0:64900:1'], []],
    ['<export>target:64900:1</export>', [], ['0:64900:1']],
    ['<community>target:64900:1</community><import>target:64900:2</import>', ['0:64900:2'], ['0:64900:1']],
    ['<community>target:64900:1</community><export>target:64900:2</export>', ['0:64900:1'], ['0:64900:2']],
    ['<community>target:70000L:1</community>', ['2:70000:1'], ['2:70000:1']],
    ['<community>target:192.0.2.1:1</community>', ['1:192.0.2.1:1'], ['1:192.0.2.1:1']],
  ])('%s', (inside, importing, exporting) => {
    const vrf = read(target(inside));
    expect(vrf.operator.ipv4).toEqual(own(importing, exporting));
    expect(told([vrf])).toEqual([]);
  });

  it.each(['64900:1', '0:64900:1', 'target:0:64900:1', 'route-target:64900:1', 'target:64900', ''])(
    '%j is no route target on Junos, and is told',
    (text) => {
      const vrf = read(target(`<import>${text}</import>`));
      expect(vrf.operator.ipv4).toEqual(nobodys);
      expect(told([vrf])).toEqual([
        `network: ${['routing-instances instance MOH vrf-target import', text].join(' ').trim()}: is not understood as a route target`,
      ]);
    },
  );

  it('has no more than nothing where nothing says a route target or a distinguisher', () => {
    const vrf = read('<route-distinguisher><rd-type>none</rd-type></route-distinguisher>');
    expect([vrf.routeDistinguisher, vrf.operator.ipv6, told([vrf])]).toEqual([null, nobodys, []]);
    expect(read('').routeDistinguisher).toBeNull();
  });

  it.each([
    [undefined, ['ipv4', 'ipv6']],
    [[{ name: 'MOF', families: ['ipv6'] }], ['ipv4', 'ipv6']],
    [[{ name: 'MOH', families: ['ipv4'] }], ['ipv4']],
  ])('with %j in the inventory has the families %j', (listed, families) => {
    const { operator, share } = read(OWN, listed === undefined ? {} : { listed });
    expect([Object.keys(operator), Object.keys(share)]).toEqual([families, families]);
  });
});

describe('members of communities', () => {
  const policies = (...members: string[]) =>
    policy('IN', term('a', from('C'), '<accept/>') + REJECT) +
    policy('OUT', term('a', '', `${put('C')}<accept/>`)) +
    community('C', ...members);

  it.each([
    [['target:64900:7'], ['0:64900:7'], []],
    [['target:64900:8', ' target:64900:7 '], ['0:64900:7', '0:64900:8'], []],
    [['64900:7', 'origin:64900:7', 'no-export', 'large:64900:1:7'], [], []],
    [['route-target:64900:7'], [], ['pattern route-target:64900:7']],
    [['0:64900:7'], [], ['pattern 0:64900:7']],
    [['target:0:64900:7'], [], ['pattern target:0:64900:7', 'puts target:0:64900:7 on routes']],
    [['target:6490.:7'], [], ['pattern target:6490.:7', 'puts target:6490.:7 on routes']],
  ])('%j are the route targets %j', (members, targets, doubts) => {
    const vrf = read(lists('IN', 'OUT'), { policies: policies(...members) });
    expect(vrf.operator.ipv4).toMatchObject({ importRouteTargets: targets, exportRouteTargets: targets });
    const said = [...told([vrf]), vrf.policyTexts.IN?.replace(/[^#]*/, '') ?? ''].join('\n');
    for (const doubt of doubts) expect(said).toContain(doubt);
    if (doubts.length === 0) expect(said).toBe('');
  });

  it('of a community of wasl’s that a hand made a standard one are no route target', () => {
    const wasl = (member: string) =>
      readAll(instance(lists('WASL-MOH-IMPORT') + OWN), {
        policies:
          policy('WASL-MOH-IMPORT', term('ipv4', from('WASL-MOH-RT-0-64900-7001'), '<accept/>') + REJECT) +
          community('WASL-MOH-RT-0-64900-7001', member),
      })[0];
    const of = (member: string) =>
      wasl(member)?.anomalies.filter((text) => text.startsWith('community WASL-MOH-RT-0-64900-7001'));
    expect([wasl('target:64900:7001')?.share.ipv4?.imports, of('target:64900:7001')]).toEqual([['0:64900:7001'], []]);
    expect(wasl('64900:7001')?.share.ipv4?.imports).toEqual([]);
    expect(of('64900:7001')).toEqual(['community WASL-MOH-RT-0-64900-7001 belongs to no interconnect']);
  });
});

describe('policies that ask others', () => {
  const asks = (count: number) =>
    Array.from({ length: count }, (_each, index) =>
      policy(`P${index}`, term('a', `<policy>P${index + 1}</policy>`, '<accept/>')),
    ).join('');

  it('are followed however many there are', () => {
    const policies = asks(150) + policy('P150', term('a', from('C'), put('D'))) + community('C', 'target:64900:7');
    const vrf = read(lists('P0', 'P0'), { policies: policies + community('D', 'target:64900:8') });
    expect(vrf.operator.ipv4).toMatchObject({ importRouteTargets: ['0:64900:7'], exportRouteTargets: ['0:64900:8'] });
  });

  it('and that are not on the router are told', () => {
    expect(told([read(OWN + lists('', 'P0'), { policies: asks(1) })])).toEqual([
      'network: routing-instances instance MOH policy P0: asks policy P1, which is not on the router',
    ]);
  });
});

it.each(['<no-vrf-advertise/>', '<vrf-advertise-selective/>'])('%s keeps routes back', (inside) => {
  expect(told([read(OWN + inside)])).toEqual([
    `vrf: routing-instances instance MOH ${inside.replace(/[</>]/g, '')}: keeps its routes from other routers`,
  ]);
});

describe('what wasl shares', () => {
  const [TAKEN, GIVEN, SIX] = ['WASL-MOH-RT-0-64900-7001', 'WASL-MOH-RT-0-64900-7002', 'WASL-MOH-RT-0-64900-7003'];
  const [LIST, LIST_6] = ['WASL-MOH-IPV4-0-64900-7002', 'WASL-MOH-IPV6-0-64900-7003'];
  const RESTATED = 'WASL-MOH-RT-0-64900-1';
  const everything = (prefix: string) =>
    `<route-filter><address>${prefix}</address><choice-ident>orlonger</choice-ident><choice-value/></route-filter>`;
  const within = (name: string) => `<prefix-list><name>${name}</name></prefix-list>`;
  const IMPORT =
    term('ipv4', from(TAKEN) + everything('0.0.0.0/0'), '<accept/>') +
    term('ipv6', from(SIX) + everything('::/0'), '<accept/>') +
    term('own', from(RESTATED), '<accept/>') +
    term('others', '', '<reject/>');
  const EXPORT =
    term('0-64900-7001-ipv4', everything('0.0.0.0/0'), put(TAKEN)) +
    term('0-64900-7002-ipv4', within(LIST), put(GIVEN)) +
    term('0-64900-7003-ipv6', within(LIST_6), put(SIX)) +
    term('own', '', `${put(RESTATED)}<accept/>`);
  const objects = {
    imports: policy('WASL-MOH-IMPORT', IMPORT),
    exports: policy('WASL-MOH-EXPORT', EXPORT),
    lists: list(LIST, '10.1.0.0/16', '10.2.0.0/16') + list(LIST_6, '2001:db8::/32'),
    communities:
      community(TAKEN, 'target:64900:7001') +
      community(GIVEN, 'target:64900:7002') +
      community(SIX, 'target:64900:7003') +
      community(RESTATED, 'target:64900:1'),
  };
  const all = (more: Partial<typeof objects> = {}) => Object.values({ ...objects, ...more }).join('');
  const ATTACHED = lists('WASL-MOH-IMPORT', 'WASL-MOH-EXPORT');
  const SHARE = {
    ipv4: {
      imports: ['0:64900:7001'],
      exports: [
        { routeTarget: '0:64900:7001', scope: 'whole-vpn' },
        { routeTarget: '0:64900:7002', scope: ['10.1.0.0/16', '10.2.0.0/16'] },
      ],
    },
    ipv6: { imports: ['0:64900:7003'], exports: [{ routeTarget: '0:64900:7003', scope: ['2001:db8::/32'] }] },
  };

  it('is read of both families, with nothing to tell, and is no operator’s', () => {
    const vrf = read(ATTACHED + OWN, { policies: all() });
    expect(vrf.share).toEqual(SHARE);
    expect(vrf.operator.ipv4).toEqual({
      importRouteTargets: ['0:64900:1'],
      exportRouteTargets: ['0:64900:1'],
      exportPolicies: [],
      importPolicies: [],
    });
    expect([vrf.anomalies, told([vrf]), vrf.traits, vrf.objects, vrf.policyTexts]).toEqual([
      [],
      [],
      undefined,
      undefined,
      {},
    ]);
  });

  const LIST_IS_NOT = `prefix-list ${LIST} is not as wasl wrote it`;
  const taken = `<community><name>${TAKEN}</name>`;
  const edited = (to: string) => ({ communities: objects.communities.replace(taken, to) });
  const needsTwo = edited(`${taken}<members>64900:5</members>`);
  const deactivated = edited(taken.replace('>', ' inactive="inactive">'));
  const NOT_TAKEN = [
    `community ${TAKEN} belongs to no interconnect`,
    'policy-statement WASL-MOH-EXPORT is not as wasl wrote it',
    'policy-statement WASL-MOH-IMPORT is not as wasl wrote it',
  ];
  it.each([
    [
      'is not attached',
      all(),
      OWN,
      ['vrf MOH vrf-export WASL-MOH-EXPORT is missing', 'vrf MOH vrf-import WASL-MOH-IMPORT is missing'],
    ],
    [
      'stands behind another policy, which has the last word on imports',
      all(),
      lists('FIRST WASL-MOH-IMPORT', 'WASL-MOH-EXPORT') + OWN,
      [
        'policy-statement WASL-MOH-IMPORT is not as wasl wrote it',
        'vrf MOH vrf-import WASL-MOH-IMPORT is not as wasl wrote it',
      ],
    ],
    [
      'stands behind one that is deactivated',
      all(),
      `<vrf-import inactive="inactive">FIRST</vrf-import>${ATTACHED}${OWN}`,
      [],
    ],
    [
      'has a community less',
      all({ communities: objects.communities.replace(community(GIVEN, 'target:64900:7002'), '') }),
      ATTACHED + OWN,
      ['policy-statement WASL-MOH-EXPORT is not as wasl wrote it', `prefix-list ${LIST} belongs to no interconnect`],
    ],
    ['has a community that needs two members of a route', all(needsTwo), ATTACHED + OWN, NOT_TAKEN],
    [
      'has a community with more in it',
      all({ communities: objects.communities.replace('<members>', '<invert-match/><members>') }),
      ATTACHED + OWN,
      [`community ${TAKEN} is not as wasl wrote it`],
    ],
    ['has a community deactivated', all(deactivated), ATTACHED + OWN, NOT_TAKEN],
    [
      'has a prefix that is none',
      all({ lists: objects.lists.replace('10.1.0.0/16', '10.1.0.1/16') }),
      ATTACHED + OWN,
      [LIST_IS_NOT],
    ],
    [
      'has a prefix with more in it',
      all({ lists: objects.lists.replace('10.1.0.0/16</name>', '10.1.0.0/16</name><apply-macro/>') }),
      ATTACHED + OWN,
      [LIST_IS_NOT],
    ],
    [
      'has more in a list',
      all({ lists: objects.lists.replace('</name>', '</name><apply-path>interfaces</apply-path>') }),
      ATTACHED + OWN,
      [LIST_IS_NOT],
    ],
    [
      'has another action in a term',
      all({ imports: objects.imports.replace('<accept/>', '<reject/>') }),
      ATTACHED + OWN,
      ['policy-statement WASL-MOH-IMPORT is not as wasl wrote it'],
    ],
    [
      'has an object more',
      all() + policy('WASL-MOH-OTHER', ''),
      ATTACHED + OWN,
      ['policy-statement WASL-MOH-OTHER belongs to no interconnect'],
    ],
  ])('that %s', (_what, policies, inside, anomalies) => {
    expect(read(inside, { policies }).anomalies).toEqual(anomalies);
  });

  it('with other prefixes in its lists is another share', () => {
    const lists = objects.lists.replace('10.1.0.0/16', ' 10.3.0.0/16 ');
    const vrf = read(ATTACHED + OWN, { policies: all({ lists }) });
    expect(vrf.share.ipv4?.exports[1]?.scope).toEqual(['10.2.0.0/16', '10.3.0.0/16']);
    expect(vrf.anomalies).toEqual([]);
  });

  it.each([
    ['as it was', OWN, ['0:64900:1'], ['0:64900:1'], undefined],
    ['gone', '', ['0:64900:1'], ['0:64900:1'], ['own-import-restated', 'own-export-restated']],
    [
      'of imports alone',
      target('<import>target:64900:1</import>'),
      ['0:64900:1'],
      ['0:64900:1'],
      ['own-export-restated'],
    ],
    [
      'of exports alone',
      target('<export>target:64900:1</export>'),
      ['0:64900:1'],
      ['0:64900:1'],
      ['own-import-restated'],
    ],
  ])('restates vrf-target, which is %s', (_what, inside, importing, exporting, traits) => {
    const vrf = read(ATTACHED + inside, { policies: all() });
    expect(vrf.operator.ipv4).toMatchObject({ importRouteTargets: importing, exportRouteTargets: exporting });
    expect(vrf.traits).toEqual(traits);
    const sentences = (traits ?? []).map((trait) =>
      trait === 'own-import-restated'
        ? "vrf MOH: imports its own route target 0:64900:1 by wasl's policy alone"
        : "vrf MOH: exports its own route target 0:64900:1 by wasl's policy alone",
    );
    expect(vrf.anomalies.filter((text) => text.startsWith('vrf MOH:'))).toEqual(sentences);
    expect([vrf.share, told([vrf])]).toEqual([SHARE, []]);
  });

  it.each(['community', 'import', 'export'])(
    'is in force where vrf-target %s says otherwise than what is restated',
    (leaf) => {
      const other = `<${leaf}>target:64900:2</${leaf}>`;
      const rest = leaf === 'community' ? '' : '<community>target:64900:1</community>';
      const vrf = read(ATTACHED + target(rest + other), { policies: all() });
      const why =
        "vrf: routing-instances instance MOH vrf-target: is not what wasl's policies restate, which are in force";
      expect(told([vrf])[0]).toBe(why);
      expect(told([vrf]).filter((text) => text === why)).toHaveLength(1);
    },
  );

  it('of another VRF is not this one’s own', () => {
    const vrf = read(lists('WASL-MOH-IMPORT', 'WASL-MOH-EXPORT'), { policies: all() }, 'MOF');
    expect(vrf.operator.ipv4).toMatchObject({ importRouteTargets: [], exportRouteTargets: [] });
    expect(vrf.traits).toBeUndefined();
    // But in force it is, as a share that nobody agreed on.
    expect(vrf.share).toEqual(SHARE);
  });

  it('restates one route target; of two it is not known which is the VRF’s own', () => {
    const two = objects.imports.replace(from(RESTATED), from(RESTATED) + from('Z'));
    const vrf = read(ATTACHED, { policies: all({ imports: two }) + community('Z', 'target:64900:2') });
    expect(vrf.operator.ipv4?.importRouteTargets).toEqual([]);
    expect(vrf.traits).toEqual(['own-export-restated']);
    expect(told([vrf])).toEqual([
      "network: routing-instances instance MOH vrf-import: takes 64900:1 by wasl's policies, which share it with nobody",
      "network: routing-instances instance MOH vrf-import: takes 64900:2 by wasl's policies, which share it with nobody",
    ]);
  });

  it.each([
    ['<routing-options><auto-export/></routing-options>', '', ['auto-export']],
    ['<routing-options><auto-export/></routing-options>', list('WASL-MOH-AUTO-EXPORT'), ['wasl-auto-export']],
    ['<routing-options><auto-export/></routing-options>', list('WASL-MOF-AUTO-EXPORT'), ['auto-export']],
    ['<routing-options><auto-export><disable/></auto-export></routing-options>', '', ['without effect: auto-export']],
    [
      '<routing-options><auto-export inactive="inactive"/></routing-options>',
      list('WASL-MOH-AUTO-EXPORT'),
      ['without effect: auto-export'],
    ],
    ['<routing-options/>', list('WASL-MOH-AUTO-EXPORT'), undefined],
  ])('%s with %s', (inside, more, traits) => {
    const vrf = read(ATTACHED + OWN + inside, { policies: all() + more });
    expect(vrf.traits).toEqual(traits);
    const mark = vrf.anomalies.filter((text) => text.includes('MOH-AUTO-EXPORT'));
    expect(mark).toEqual(
      more.includes('MOH') && traits?.[0] !== 'wasl-auto-export'
        ? ['prefix-list WASL-MOH-AUTO-EXPORT belongs to no interconnect']
        : [],
    );
  });

  it('leaves nothing of auto-export behind where it shares nothing any more', () => {
    const inside = `${OWN}<routing-options><auto-export/></routing-options>`;
    expect(read(inside, { policies: list('WASL-MOH-AUTO-EXPORT') }).anomalies).toEqual([
      'prefix-list WASL-MOH-AUTO-EXPORT belongs to no interconnect',
    ]);
  });

  it.each([
    // What is inside of it has none either.
    [' inactive="inactive"', '', ['vrf-target', 'vrf-target community']],
    ['', ' inactive="inactive"', ['vrf-target community']],
  ])('vrf-target%s with a leaf%s stands there without effect', (whole, leaf, parts) => {
    const vrf = read(`${ATTACHED}<vrf-target${whole}><community${leaf}>target:64900:1</community></vrf-target>`, {
      policies: all(),
    });
    expect(vrf.traits).toEqual([
      'own-import-restated',
      'own-export-restated',
      ...parts.map((part) => `without effect: ${part}`),
    ]);
  });
});

describe('names of wasl on the router', () => {
  const owner = (policies: string) =>
    readAll(instance(OWN, 'vrf', 'A') + instance(OWN, 'vrf', 'A-B'), { policies })
      .filter(({ objects = [] }) => objects.length > 0)
      .map(({ name }) => name);
  const objects = { 'policy-statement': policy, 'prefix-list': list, community };

  // What names no VRF, or not as wasl does, is put to the first.
  it.each([
    ...[
      'policy-statement IMPORT',
      'policy-statement EXPORT',
      'prefix-list AUTO-EXPORT',
      'prefix-list IPV4-0-64900-7001',
    ],
    ...[
      'prefix-list IPV6-2-70000-7001',
      'community RT-0-64900-7001',
      'community RT-1-192-0-2-1-7',
      'community RT-2-70000-7001',
    ],
  ])('%s of A-B are of A-B', (text) => {
    const [kind = '', rest] = text.split(' ');
    const write = objects[kind as keyof typeof objects];
    expect(owner(write(`WASL-A-B-${rest}`, ''))).toEqual(['A-B']);
    expect(owner(write(`WASL-A-${rest}`, ''))).toEqual(['A']);
    expect(owner(write(`WASL-A-B-${rest}-X`, ''))).toEqual(['A']);
    expect(owner(write(`THEIRS-A-B-${rest}`, ''))).toEqual([]);
  });

  it.each([
    ...[
      'policy-statement RT-0-64900-7001',
      'prefix-list IPV5-0-64900-7001',
      'prefix-list IPV4-3-64900-7001',
      'prefix-list IPV4-0',
    ],
    ...[
      'prefix-list IPV4-0-64900-x',
      'prefix-list IPV4-0x64900',
      'community IMPORT',
      'community RT-3-64900-7001',
      'community RT-0',
      'community RT-0-x',
    ],
  ])('%s of A-B is nobody’s', (text) => {
    const [kind = '', rest] = text.split(' ');
    expect(owner(objects[kind as keyof typeof objects](`WASL-A-B-${rest}`, ''))).toEqual(['A']);
  });

  it.each(['configuration', 'policy-options', 'routing-instances', 'routing-options', 'protocols', 'firewall', 'then'])(
    'an empty %s is as good as none, and an empty instance is not',
    (name) => {
      const text = (xml: string) => canonicalText(parseXmlFragment(xml), PLATFORMS['junos-yang'].transparentContainers);
      expect(text(`<top><a/><${name}/></top>`)).toBe(text('<top><a/></top>'));
      expect(text('<top><a/><instance/></top>')).not.toBe(text('<top><a/></top>'));
    },
  );
});

describe('the default instance of the ephemeral database', () => {
  const rest = (inside: string, marks = '') =>
    `<system xmlns="http://yang.juniper.net/junos/conf/system"><configuration-database><ephemeral>${inside}</ephemeral></configuration-database></system>`.replace(
      '<ephemeral>',
      `<ephemeral${marks}>`,
    );
  const INACTIVE = ' inactive="inactive"';
  it.each([
    ['says nothing of it', '', undefined],
    ['says that it counts for nothing', rest('<ignore-ephemeral-default/>'), ['nothing beside running']],
    ['said so, which is deactivated', rest(`<ignore-ephemeral-default${INACTIVE}/>`), undefined],
    ['said so in what is deactivated', rest('<ignore-ephemeral-default/>', INACTIVE), undefined],
  ])('of a router that %s', (_what, more, traits) => {
    expect(read(OWN, { rest: more }).traits).toEqual(traits);
  });
});
