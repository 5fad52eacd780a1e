/** What only takes away needs the PEs that carry the interconnect, and nothing else keeps it from ending. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/domain/inventory.ts';
import { PLAN_PHRASES } from '../../src/domain/plan-phrases.ts';
import { effectLines } from '../../src/domain/plan-text.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { DETACH_ALL, importOnIosxr, PEEK, prefixSet, routePolicy } from '../support/hand-edits.ts';
import { StagedNetwork } from '../support/staged-network.ts';
import { withThird } from '../support/third-ministry.ts';
import { active, BASIC, differing, FOUR } from './active-network.ts';

describe('a removal', () => {
  it('leaves every router as it was, byte for byte, and nothing carries the interconnect any more', async () => {
    const { network, id, before } = await active();
    await using _ = network;
    expect(network.carriers(id)).toEqual(FOUR);
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
    expect(network.carriers(id)).toEqual([]);
  });

  it('is not kept by the import of somebody else, which is told', async () => {
    const { network, id, before } = await active(withThird('junos-yang'));
    await using _ = network;
    network.backbone.router('ibr-pe-01').editRunning(PEEK);
    const result = await network.carryOut(id, 'withdraw');
    expect(result).toMatchObject({ verdict: 'pass', left: [] });
    expect(result.plan?.routers.map(({ pe }) => pe)).toEqual(FOUR);
    expect(result.plan?.told?.join('\n')).toContain('VRF MOI at ibr-pe-01');
    expect(result.plan?.probes.filter(({ pe }) => pe === 'ibr-pe-01')).toEqual([]);
    expect(differing(network, before)).toEqual(['ibr-pe-01']);
  });

  it('takes a stray import of its route target on a listed VRF with it, and says so', async () => {
    const { network, id, before } = await active(withThird('iosxr-um2'));
    await using _ = network;
    network.backbone.router('ibr-pe-01').editRunning(importOnIosxr('MOI', '65000:50000'));
    const result = await network.carryOut(id, 'withdraw');
    expect(result).toMatchObject({ verdict: 'pass', left: [] });
    expect(result.plan?.told).toContain(
      'VRF MOI at ibr-pe-01 has 65000:50000, though no flow leads there: it is taken away',
    );
    expect(differing(network, before)).toEqual([]);
  });

  it('does not ask for a router that does not carry it', async () => {
    const { network, id, before } = await active(withThird('iosxr-um2'));
    await using _ = network;
    network.backbone.router('ibr-pe-01').faults.set({ kind: 'refuse-connections' });
    const result = await network.carryOut(id, 'withdraw');
    expect(result).toMatchObject({ verdict: 'pass', left: [] });
    expect(result.plan?.told?.[0]).toMatch(
      /^ibr-pe-01, which by the record does not carry the interconnect, was not read: /,
    );
    expect(differing(network, before)).toEqual([]);
  });
});

describe('an inventory that no longer has what carries it', () => {
  it.each([
    [
      'the router',
      (inventory: Inventory) => ({
        ...inventory,
        routers: inventory.routers.filter(({ name }) => (name as string) !== 'soh-pe-01'),
      }),
    ],
    [
      'the VRFs of a party',
      (inventory: Inventory) => ({
        ...inventory,
        routers: inventory.routers.map((router) => ({
          ...router,
          vrfs: router.vrfs.filter(({ vpn }) => (vpn as string) !== 'MOF'),
        })),
      }),
    ],
    [
      'the router and the VPN',
      (inventory: Inventory) => ({
        ...inventory,
        vpns: inventory.vpns.filter((vpn) => (vpn.id as string) !== 'MOF'),
        routers: inventory.routers.filter(({ name }) => !['soh-pe-01', 'nzw-pe-01'].includes(name)),
      }),
    ],
  ])('%s: every router is cleaned all the same', async (_what, drop) => {
    const { network, id, before } = await active();
    await using _ = network;
    network.inventories.push(drop(network.backbone.inventory()));
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
  });
});

it('is done where nothing of it is left on any router, and not before every one of them was read', async () => {
  const { network, id } = await active();
  await using _ = network;
  // Somebody else's hands did it: wasl's own record still has four routers.
  const twin = network.newChange(id, 'withdraw');
  const { planId } = await network.plan(id, twin);
  await network.push(twin, planId);
  for (const entry of [...network.journal]) {
    if (entry.changeId === twin) network.journal.splice(network.journal.indexOf(entry), 1);
  }
  expect(network.carriers(id)).toEqual(FOUR);
  const fault = network.backbone.router('sll-pe-01').faults.set({ kind: 'refuse-connections' });
  const changeId = network.newChange(id, 'withdraw');
  expect(await network.plan(id, changeId)).toMatchObject({ planId: null, left: [{ pe: 'sll-pe-01' }] });
  network.backbone.router('sll-pe-01').faults.clear(fault);
  expect(await network.plan(id, changeId)).toMatchObject({ planId: null, left: [] });
});

it('judges only its own objects: a policy of the operator that names the pool keeps neither a push nor a removal', async () => {
  const network = await StagedNetwork.open(DEMO_INVENTORY);
  await using _ = network;
  network.backbone.router('soh-pe-01').editRunning(PEEK.replaceAll('MOI', 'MOE').replace('65000:50000', '65000:50900'));
  const before = network.texts();
  const id = network.agree(...BASIC);
  await network.provision(id);
  expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
  expect(differing(network, before)).toEqual([]);
});

it('ends though operators leak by its route targets: that is told', async () => {
  const { network, id } = await active(withThird('junos-yang'));
  await using _ = network;
  network.backbone.router('ibr-pe-01').editRunning(PEEK);
  network.backbone
    .router('soh-pe-01')
    .editRunning(
      PEEK.replaceAll('<name>MOI</name>', '<name>MOE</name>')
        .replaceAll('IMP', 'EXP')
        .replace('vrf-import', 'vrf-export')
        .replace('vrf-import', 'vrf-export')
        .replace(
          '<from><community>PEEK</community></from><then><accept/></then>',
          '<then><community><choice-ident>add</choice-ident><choice-value/><community-name>PEEK</community-name></community><accept/></then>',
        ),
    );
  const result = await network.carryOut(id, 'withdraw');
  expect(result).toMatchObject({ verdict: 'pass', left: [] });
  expect(network.carriers(id)).toEqual([]);
});

it('tells what stays reachable by another interconnect', async () => {
  const { network, id } = await active();
  await using _ = network;
  const second = network.agree(...BASIC);
  await network.provision(second);
  const { verdict, reason, plan } = await network.carryOut(id, 'withdraw');
  expect(verdict).toBe('pass');
  expect(reason).toContain('confirmed on 4 routers');
  expect(plan?.remains).toContainEqual({ from: 'MOH', prefix: '10.100.10.0/24', to: 'MOF', by: second });
  if (plan === null) throw new Error('planned');
  const words = effectLines(plan, PLAN_PHRASES.en)
    .map(({ text }) => text)
    .join('\n');
  expect(words).toContain('10.100.10.0/24 of MOH stays reachable from MOF, by IC-0002');
  expect(words).not.toContain('can no longer be reached');
  expect(
    network.progress
      .filter(({ stage }) => stage === 'verify')
      .map(({ message }) => message)
      .join('\n'),
  ).toContain('10.100.10.0/24 of MOH stays reachable from MOF, by IC-0002');
});

describe('where another interconnect is in the same VRFs', () => {
  const SECOND = [
    { from: 'MOH', to: 'MOF', prefixes: ['10.100.11.0/24'] },
    { from: 'MOF', to: 'MOH', prefixes: ['10.200.20.0/24'] },
  ] as const;

  it.each([
    ['as wasl wrote it', null],
    ['with an object of the other edited', prefixSet('WASL-MOH-IPV4-0-65000-50000', '  10.100.11.0/24 le 32')],
    ['with an object of its own edited', prefixSet('WASL-MOH-IPV4-0-65000-50002', '  10.100.10.0/24 le 32')],
    [
      'with its own rule unreadable in the policy that both share',
      routePolicy(
        'WASL-MOH-IPV4-EXPORT',
        '  if destination in WASL-MOH-IPV4-0-65000-50000 then',
        '    set extcommunity rt (65000:50000) additive',
        '  endif',
        '  if destination in WASL-MOH-IPV4-0-65000-50002 then',
        '    set extcommunity rt ( 65000:50002 )',
        '  endif',
        '  pass',
      ),
    ],
  ])('it takes only its own: %s', async (what, edit) => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const other = network.agree(...SECOND);
    await network.provision(other);
    const alone = network.texts();
    const id = network.agree(...BASIC);
    await network.provision(id);
    if (edit !== null) network.backbone.router('mct-pe-01').editRunning(edit);
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    const differs = differing(network, alone);
    expect(differs).toEqual(what.includes('of the other') ? ['mct-pe-01'] : []);
    expect(network.backbone.router('mct-pe-01').runningText()).not.toContain('50002');
    // And the other one can end as well.
    expect(await network.carryOut(other, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(network.backbone.router('mct-pe-01').runningText()).not.toContain('WASL-');
  });
});

it('is carried out where somebody took it off a router between plan and push', async () => {
  const { network, id, before } = await active();
  await using _ = network;
  const changeId = network.newChange(id, 'withdraw');
  const { planId } = await network.plan(id, changeId);
  network.backbone.router('mct-pe-01').editRunning(DETACH_ALL, 'none');
  const operator = importOnIosxr('MOH', '65000:777');
  network.backbone.router('nzw-pe-01').editRunning(operator.replaceAll('MOH', 'MOF'));
  expect(await network.push(changeId, planId)).toMatchObject({ verdict: 'pass', left: [] });
  expect(differing(network, before)).toEqual(['nzw-pe-01']);
  expect(network.backbone.router('nzw-pe-01').runningText()).not.toContain('WASL-');
});
