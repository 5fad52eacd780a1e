/** What the operator took away beside wasl's objects, and a VPN then has by them alone: an end takes nobody off their own VPN, and comes all the same. */
import { describe, expect, it } from 'vitest';
import type { VpnId } from '../../src/domain/names.ts';
import { shortForm } from '../../src/domain/route-target.ts';
import { baseRouteTarget } from '../../src/sim/base-route-target.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { importOnIosxr, removeImportOnIosxr } from '../support/hand-edits.ts';
import { StagedNetwork } from '../support/staged-network.ts';
import { active, differing } from './active-network.ts';

const own = (vpn: string) => shortForm(baseRouteTarget(DEMO_INVENTORY, vpn as VpnId));
const instance = (vrf: string, inner: string) =>
  '<configuration xmlns="http://yang.juniper.net/junos/conf/root" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">' +
  '<routing-instances xmlns="http://yang.juniper.net/junos/conf/routing-instances">' +
  `<instance><name>${vrf}</name>${inner}</instance></routing-instances></configuration>`;
const vrfTargets = (texts: ReadonlyMap<string, string>) => texts.get('soh-pe-01')?.match(/<vrf-target.*/g) ?? [];
const NO_VRF_TARGET = instance('MOF', '<vrf-target nc:operation="delete"/>');

const DEACTIVATED = '<vrf-target inactive="inactive"/>';
const WITHOUT_VRF_TARGET = [
  ['deleted', NO_VRF_TARGET, 'none'],
  ['deactivated', instance('MOF', DEACTIVATED), 'merge'],
  [
    'deactivated inside',
    instance('MOF', `<vrf-target><community inactive="inactive">target:${own('MOF')}</community></vrf-target>`),
    'merge',
  ],
  [
    'altered and deactivated',
    instance('MOF', DEACTIVATED.replace('/>', '><community>target:65000:777</community></vrf-target>')),
    'merge',
  ],
] as const;

describe.each(WITHOUT_VRF_TARGET)('vrf-target that was %s while wasl restated it', (_how, edit, operation) => {
  it('is seen by planning, keeps out what opens, and is there again after the removal', async () => {
    const { network, id, before } = await active();
    await using _ = network;
    network.backbone.router('soh-pe-01').editRunning(edit, operation);
    const more = network.agree({ from: 'MOF', to: 'MOE', prefixes: ['10.200.20.0/24'] });
    await expect(network.provision(more)).rejects.toThrow(/own route target .* by wasl's policy alone/);
    const result = await network.carryOut(id, 'withdraw');
    expect(result).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
  });
});

it.each(WITHOUT_VRF_TARGET.slice(0, 2))(
  '%s, it stays so while another interconnect is in the VRF, which restates it',
  async (_how, edit, operation) => {
    const { network, id, before } = await active();
    await using _ = network;
    const other = network.agree(
      { from: 'MOF', to: 'MOE', prefixes: ['10.200.10.0/24'] },
      { from: 'MOE', to: 'MOF', prefixes: ['10.150.20.0/24'] },
    );
    await network.provision(other);
    network.backbone.router('soh-pe-01').editRunning(edit, operation);
    const edited = network.texts();
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, edited)).toContain('soh-pe-01');
    expect(vrfTargets(network.texts())).toEqual(vrfTargets(edited));
    expect(await network.carryOut(other, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
  },
);

it('vrf-target that was altered while wasl restated it is in force after the removal, as the operator has it', async () => {
  const { network, id, before } = await active();
  await using _ = network;
  const edit = instance('MOF', '<vrf-target><community>target:65000:777</community></vrf-target>');
  network.backbone.router('soh-pe-01').editRunning(edit);
  const changeId = network.newChange(id, 'withdraw');
  const tryOnce = async () => network.push(changeId, (await network.plan(id, changeId)).planId);
  expect((await tryOnce()).reason).toMatch(/no longer reaches its own site/);
  expect(await tryOnce()).toMatchObject({ verdict: 'pass', left: [] });
  expect(network.carriers(id)).toEqual([]);
  expect(differing(network, before)).toEqual(['soh-pe-01']);
  expect(network.texts().get('soh-pe-01')).not.toContain('WASL-');
});

it('a site that somebody made lean on the interconnect: taken back once and told, then it ends', async () => {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const id = network.agree(
    { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24', '10.100.20.0/24'] },
    { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24'] },
  );
  await network.provision(id);
  const mct = network.backbone.router('mct-pe-01');
  mct.editRunning(importOnIosxr('MOH', '65000:50000'));
  mct.editRunning(removeImportOnIosxr('MOH', own('MOH')), 'none');
  const changeId = network.newChange(id, 'withdraw');
  const tryOnce = async () => network.push(changeId, (await network.plan(id, changeId)).planId);
  const first = await tryOnce();
  expect(first).toMatchObject({ verdict: 'fail', code: 'VERIFY_FAILED' });
  expect(first.reason).toMatch(/no longer reaches its own site .*; the next try is not taken back for it/);
  expect(network.carriers(id)).not.toEqual([]);
  expect(await tryOnce()).toMatchObject({ verdict: 'pass' });
  expect(network.carriers(id)).toEqual([]);
  expect(network.progress.map(({ message }) => message).join('\n')).toMatch(/no longer reaches its own site/);
});
