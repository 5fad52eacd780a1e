/** Objects of wasl that somebody edited by hand: what only takes away does not ask how they came to be so. */
import { describe, expect, it } from 'vitest';
import { DETACH, DETACH_ALL, junos, prefixSet, routePolicy } from '../support/hand-edits.ts';
import { active, differing } from './active-network.ts';

describe.concurrent('an object of its own that somebody edited goes whole, and that is told', () => {
  const edits: readonly (readonly [string, string, string, string])[] = [
    [
      'a prefix set made wider',
      'mct-pe-01',
      prefixSet('WASL-MOH-IPV4-0-65000-50000', '  10.100.10.0/24 le 32'),
      'merge',
    ],
    [
      'a prefix set with more in it',
      'mct-pe-01',
      prefixSet('WASL-MOH-IPV4-0-65000-50000', '  10.100.10.0/24', '  10.9.0.0/16'),
      'merge',
    ],
    [
      'a prefix set that names no prefix',
      'mct-pe-01',
      prefixSet('WASL-MOH-IPV4-0-65000-50000', '  # nothing'),
      'merge',
    ],
    [
      'a policy that gives another route target',
      'mct-pe-01',
      routePolicy('WASL-MOH-IPV4-EXPORT', '  set extcommunity rt (65000:777) additive', '  pass'),
      'merge',
    ],
    ['a policy that says nothing', 'mct-pe-01', routePolicy('WASL-MOH-IPV4-EXPORT', '  pass'), 'merge'],
    [
      'a policy with a line more',
      'mct-pe-01',
      routePolicy(
        'WASL-MOH-IPV4-EXPORT',
        '  if destination in WASL-MOH-IPV4-0-65000-50000 then',
        '    set extcommunity rt (65000:50000) additive',
        '  endif',
        '  set local-preference 200',
        '  pass',
      ),
      'merge',
    ],
    ['a policy that was detached', 'mct-pe-01', DETACH, 'none'],
    ['objects that were taken away by hand', 'mct-pe-01', DETACH_ALL, 'none'],
    [
      'a list with more in it',
      'soh-pe-01',
      junos(
        '<policy-statement><name>WASL-MOF-IMPORT</name><term><name>more</name><then><accept/></then></term></policy-statement>',
      ),
      'merge',
    ],
    [
      'a community of another route target',
      'soh-pe-01',
      junos(
        '<community nc:operation="replace"><name>WASL-MOF-RT-0-65000-50000</name><members>target:65000:777</members></community>',
      ),
      'merge',
    ],
    [
      'a community more',
      'soh-pe-01',
      junos('<community><name>WASL-MOF-RT-0-65000-50001</name><members>target:65000:50001</members></community>'),
      'merge',
    ],
    [
      'a term taken out of the import',
      'soh-pe-01',
      junos(
        '<policy-statement><name>WASL-MOF-IMPORT</name><term nc:operation="delete"><name>ipv4</name></term><term nc:operation="delete"><name>ipv6</name></term></policy-statement>',
      ),
      'merge',
    ],
  ];
  it.each(edits)('%s', async (_what, pe, edit, operation) => {
    const { network, id, before } = await active();
    await using _ = network;
    network.backbone.router(pe).editRunning(edit, operation as 'merge' | 'none');
    const result = await network.carryOut(id, 'withdraw');
    expect(result).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
    if (edit !== DETACH_ALL) expect(result.plan?.told?.join('\n')).toContain('taken away whole');
    expect(network.carriers(id)).toEqual([]);
  });
});

describe('an object that a policy of the operator uses stays, which is told, and all else of its own goes', () => {
  it.each([
    [
      'a prefix set',
      'mct-pe-01',
      routePolicy('OPS', '  if destination in WASL-MOH-IPV4-0-65000-50000 then', '    pass', '  endif'),
      ['WASL-MOH-IPV4-0-65000-50000'],
      'prefix-set WASL-MOH-IPV4-0-65000-50000 is used by route-policy OPS: it stays',
    ],
    [
      'a policy, with the set that it names',
      'mct-pe-01',
      routePolicy('OPS', '  apply WASL-MOH-IPV4-EXPORT', '  pass'),
      ['WASL-MOH-IPV4-0-65000-50000', 'WASL-MOH-IPV4-EXPORT'],
      'route-policy WASL-MOH-IPV4-EXPORT is used by route-policy OPS: it stays',
    ],
    [
      'a community',
      'soh-pe-01',
      junos(
        '<policy-statement><name>OPS</name><from><community>WASL-MOF-RT-0-65000-200</community></from><then><accept/></then></policy-statement>',
      ),
      ['WASL-MOF-RT-0-65000-200'],
      'community WASL-MOF-RT-0-65000-200 is used by policy-statement OPS: it stays',
    ],
  ])('%s', async (_what, pe, edit, stays, said) => {
    const { network, id } = await active();
    await using _ = network;
    const router = network.backbone.router(pe);
    router.editRunning(edit);
    const result = await network.carryOut(id, 'withdraw');
    expect(result).toMatchObject({ verdict: 'pass', left: [] });
    expect(result.plan?.told?.join('\n')).toContain(said);
    expect(network.carriers(id)).toEqual([]);
    const names = router.runningText().match(/(?<=name>|<community>)WASL-[^<]*/g);
    expect([...new Set(names)].sort()).toEqual(stays);
    expect(await network.plan(id, network.newChange(id, 'withdraw'))).toMatchObject({ planId: null, left: [] });
  });
});
