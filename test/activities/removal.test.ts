/** What only takes away needs the PEs that carry the interconnect, and nothing else keeps it from ending. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/domain/inventory.ts';
import { describePlan } from '../../src/plan/describe-plan.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { importOnIosxr } from '../support/hand-edits.ts';
import { StagedNetwork } from '../support/staged-network.ts';
import { withThird } from './third-ministry.ts';

const BASIC = [
  { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24'] },
  { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24'] },
] as const;
const FOUR = ['mct-pe-01', 'nzw-pe-01', 'sll-pe-01', 'soh-pe-01'];

async function active(inventory: Inventory = DEMO_INVENTORY) {
  const network = await StagedNetwork.open(inventory);
  const before = network.texts();
  const id = network.agree(...BASIC);
  await network.provision(id);
  return { network, id, before };
}

const differing = (network: StagedNetwork, before: ReadonlyMap<string, string>) =>
  [...network.texts()].filter(([pe, text]) => before.get(pe) !== text).map(([pe]) => pe);

const PEEK = `<configuration xmlns="http://yang.juniper.net/junos/conf/root">
  <policy-options xmlns="http://yang.juniper.net/junos/conf/policy-options">
    <policy-statement><name>IMP</name>
      <term><name>a</name><from><community>PEEK</community></from><then><accept/></then></term>
      <term><name>b</name><from><community>OWN</community></from><then><accept/></then></term>
      <then><reject/></then></policy-statement>
    <community><name>PEEK</name><members>target:65000:50000</members></community>
    <community><name>OWN</name><members>target:65000:500</members></community>
  </policy-options>
  <routing-instances xmlns="http://yang.juniper.net/junos/conf/routing-instances">
    <instance><name>MOI</name><vrf-import>IMP</vrf-import></instance>
  </routing-instances></configuration>`;

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
    expect(result.plan?.told?.[0]).toMatch(/^ibr-pe-01, which does not carry the interconnect, was not read: /);
    expect(differing(network, before)).toEqual([]);
  });
});

const POLICY = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-route-policy-cfg';
const prefixSet = (name: string, ...lines: string[]) =>
  `<routing-policy xmlns="${POLICY}"><sets><prefix-sets><prefix-set><set-name>${name}</set-name>` +
  `<rpl-prefix-set>prefix-set ${name}\n${lines.join(',\n')}\nend-set\n</rpl-prefix-set></prefix-set></prefix-sets></sets></routing-policy>`;
const routePolicy = (name: string, ...lines: string[]) =>
  `<routing-policy xmlns="${POLICY}"><route-policies><route-policy><route-policy-name>${name}</route-policy-name>` +
  `<rpl-route-policy>route-policy ${name}\n${lines.join('\n')}\nend-policy\n</rpl-route-policy></route-policy></route-policies></routing-policy>`;
const DETACH = `<vrfs xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"><vrf><vrf-name>MOH</vrf-name><address-family><ipv4><unicast>
  <export xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg"><route-policy nc:operation="delete">WASL-MOH-IPV4-EXPORT</route-policy></export></unicast></ipv4></address-family></vrf></vrfs>`;
const DETACH_ALL = `${DETACH}<routing-policy xmlns="${POLICY}" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">
  <route-policies><route-policy nc:operation="delete"><route-policy-name>WASL-MOH-IPV4-EXPORT</route-policy-name></route-policy></route-policies>
  <sets><prefix-sets><prefix-set nc:operation="delete"><set-name>WASL-MOH-IPV4-0-65000-50000</set-name></prefix-set></prefix-sets></sets></routing-policy>`;
const junos = (options: string, instances = '') =>
  `<configuration xmlns="http://yang.juniper.net/junos/conf/root" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">
  <policy-options xmlns="http://yang.juniper.net/junos/conf/policy-options">${options}</policy-options>${instances}</configuration>`;

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

describe('a router that carries it and cannot take part', () => {
  it('is left when it does not answer to planning; the others are cleaned, and it is cleaned when it is back', async () => {
    const { network, id, before } = await active();
    await using _ = network;
    const router = network.backbone.router('soh-pe-01');
    const fault = router.faults.set({ kind: 'refuse-connections' });
    const first = await network.carryOut(id, 'withdraw');
    expect(first.plan?.left).toEqual([{ pe: 'soh-pe-01', reason: expect.stringContaining('soh-pe-01: connect') }]);
    expect(first.plan?.routers.map(({ pe }) => pe)).toEqual(['mct-pe-01', 'nzw-pe-01', 'sll-pe-01']);
    expect(differing(network, before)).toEqual(['soh-pe-01']);
    expect(network.carriers(id)).toEqual(['soh-pe-01']);
    // Nothing can be pushed, and that is no end.
    expect(await network.plan(id, network.newChange(id, 'withdraw'))).toMatchObject({
      ...{ planId: null, left: [{ pe: 'soh-pe-01' }] },
      reason: expect.stringMatching(/^soh-pe-01 may still carry it; the other routers are clean: /),
    });
    router.faults.clear(fault);
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
  });

  it.each([
    ['a lock that stays', { kind: 'hold-lock', sessionId: 4711 }, 'the lock of candidate was held by session 4711'],
    ['work of an operator', { kind: 'dirty-candidate' }, 'the candidate differs from running'],
    ['a login that is refused', { kind: 'refuse-authentication' }, 'the server refused every login method'],
    ['a router that does not validate', { kind: 'rpc-error', operation: 'validate' }, 'the server refused'],
  ] as const)('is left at the push: %s', async (_what, fault, reason) => {
    const { network, id, before } = await active();
    await using _ = network;
    const changeId = network.newChange(id, 'withdraw');
    const { planId } = await network.plan(id, changeId);
    network.backbone.router('mct-pe-01').faults.set(fault);
    const result = await network.push(changeId, planId);
    expect(result).toMatchObject({
      verdict: 'pass',
      left: [{ pe: 'mct-pe-01', reason: expect.stringContaining(reason) }],
    });
    expect(differing(network, before)).toEqual(['mct-pe-01']);
    const last = network.journal.findLast(({ pe }) => pe === 'mct-pe-01');
    expect(last).toMatchObject({ state: 'idle', detail: expect.stringContaining(reason) });
    network.backbone.router('mct-pe-01').faults.clear();
    // The same change once more, with the next plan.
    const next = await network.plan(id, changeId);
    expect(next.plan?.routers.map(({ pe }) => pe)).toEqual(['mct-pe-01']);
    expect(await network.push(changeId, next.planId)).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
    expect(network.carriers(id)).toEqual([]);
  });

  it.each([
    ['a commit that is refused', { kind: 'rpc-error', operation: 'confirmed-commit' }, 'the server refused'],
    ['an edit that is acknowledged and dropped', { kind: 'drop-edits' }, 'is not as approved'],
    ['a commit that is not answered', { kind: 'no-reply', operation: 'confirmed-commit' }, 'answer'],
  ] as const)('is put back and left: %s', async (_what, fault, reason) => {
    const { network, id, before } = await active();
    await using _ = network;
    network.backbone.router('mct-pe-01').faults.set(fault);
    const result = await network.carryOut(id, 'withdraw');
    expect(result).toMatchObject({
      verdict: 'pass',
      left: [{ pe: 'mct-pe-01', reason: expect.stringContaining(reason) }],
    });
    expect(differing(network, before)).toEqual(['mct-pe-01']);
    expect(network.carriers(id)).toEqual(['mct-pe-01']);
    network.backbone.router('mct-pe-01').faults.clear();
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
  });

  it('takes no part in the recovery of the attempt that went on without it', async () => {
    const { network, id, before } = await active();
    await using _ = network;
    const changeId = network.newChange(id, 'withdraw');
    const { planId } = await network.plan(id, changeId);
    if (planId === null) throw new Error('planned');
    network.backbone.router('nzw-pe-01').faults.set({ kind: 'hold-lock', sessionId: 4711 });
    expect(await network.stages.prepareRouters({ changeId, planId })).toMatchObject({ verdict: 'pass' });
    await network.stages.commitRouters({ changeId, planId });
    await network.stages.close();
    expect(await network.recover(changeId, planId)).toMatchObject({
      outcome: 'rolled-back',
      left: [{ pe: 'nzw-pe-01', reason: expect.stringContaining('4711') }],
    });
    network.backbone.router('nzw-pe-01').faults.clear();
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
  });
});

it('what it took away before a worker died stays away; what went back by itself is left', async () => {
  const { network, id, before } = await active();
  await using _ = network;
  const changeId = network.newChange(id, 'withdraw');
  const { planId } = await network.plan(id, changeId);
  if (planId === null) throw new Error('planned');
  const input = { changeId, planId };
  await network.stages.prepareRouters(input);
  await network.stages.commitRouters(input);
  // The worker has written that it confirms, and dies: two routers keep it by their persist id, two lose it with the session.
  const epoch = Math.max(...network.journal.map((entry) => entry.epoch));
  const pending = network.journal.filter(({ state, changeId: of }) => state === 'pending-confirm' && of === changeId);
  network.journal.push(...pending.map((entry) => ({ ...entry, state: 'confirm-sent' as const, epoch })));
  await network.stages.close();
  const recovered = await network.recover(changeId, planId);
  expect(recovered).toMatchObject({
    ...{ outcome: 'applied', reason: 'recovered: 2 of 4 routers are clean', attention: [] },
    left: [{ pe: 'sll-pe-01' }, { pe: 'soh-pe-01' }],
  });
  expect(differing(network, before)).toEqual(['sll-pe-01', 'soh-pe-01']);
  expect(network.carriers(id)).toEqual(['sll-pe-01', 'soh-pe-01']);
  expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
  expect(differing(network, before)).toEqual([]);
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
  const words = describePlan(plan).join('\n');
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
