/** Policies of wasl's that somebody attached to another VRF, or copied or renamed a VRF with: no router takes away what is attached. */
import { describe, expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import { attachOnIosxr, copyVrf, deleteVrf, junosInstances } from '../support/hand-edits.ts';
import type { StagedNetwork } from '../support/staged-network.ts';
import { active, differing } from './active-network.ts';

type Router = ReturnType<StagedNetwork['backbone']['router']>;

const copy = (router: Router, vrf: string, to: string) =>
  router.editRunning(copyVrf(router.platform, router.runningText(), vrf, to));

const rename = (router: Router, vrf: string, to: string) => {
  copy(router, vrf, to);
  router.editRunning(deleteVrf(router.platform, vrf), 'none');
};

const rest = (router: Router) =>
  router
    .runningText()
    .split('\n')
    .filter((line) => /WASL-|\b5000\d\b/.test(line));

describe.concurrent('what is attached goes with what it names', () => {
  it.each([
    ['mct-pe-01', 'MOE', attachOnIosxr('MOE', 'ipv4', 'export', 'WASL-MOH-IPV4-EXPORT')],
    ['mct-pe-01', 'MOE, as import policy', attachOnIosxr('MOE', 'ipv4', 'import', 'WASL-MOH-IPV4-EXPORT')],
    ['mct-pe-01', 'the other family', attachOnIosxr('MOH', 'ipv6', 'export', 'WASL-MOH-IPV4-EXPORT')],
    ['mct-pe-01', 'its own imports', attachOnIosxr('MOH', 'ipv4', 'import', 'WASL-MOH-IPV4-EXPORT')],
    [
      'soh-pe-01',
      'MOE',
      junosInstances('<instance><name>MOE</name><vrf-import>WASL-MOF-IMPORT</vrf-import></instance>'),
    ],
    // This one names no route target of the interconnect.
    [
      'soh-pe-01',
      'MOE, for export',
      junosInstances('<instance><name>MOE</name><vrf-export>WASL-MOF-EXPORT</vrf-export></instance>'),
    ],
  ])('%s: attached to %s', async (pe, _where, edit) => {
    const { network, id, before } = await active();
    await using _ = network;
    network.backbone.router(pe).editRunning(edit);
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
  });

  it.each([
    ['mct-pe-01', 'MOH', 'copied', copy],
    ['mct-pe-01', 'MOH', 'renamed', rename],
    ['soh-pe-01', 'MOF', 'copied', copy],
    ['soh-pe-01', 'MOF', 'renamed', rename],
  ])('%s: VRF %s was %s', async (pe, vrf, _how, edit) => {
    const { network, id } = await active();
    await using _ = network;
    const router = network.backbone.router(pe);
    edit(router, vrf, 'NEW');
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(rest(router)).toEqual([]);
    expect(router.runningText()).toContain('NEW');
    expect(network.carriers(id)).toEqual([]);
  });

  it.each([
    ['mct-pe-01', 'MOH', 'copied', copy],
    ['mct-pe-01', 'MOH', 'renamed', rename],
    ['soh-pe-01', 'MOF', 'copied', copy],
    ['soh-pe-01', 'MOF', 'renamed', rename],
  ])('%s: VRF %s was %s, with two interconnects in it', async (pe, vrf, _how, edit) => {
    const { network, id } = await active();
    await using _ = network;
    const other = network.agree(
      { from: 'MOH', to: 'MOF', prefixes: ['10.100.11.0/24'] },
      { from: 'MOF', to: 'MOH', prefixes: ['10.200.20.0/24'] },
    );
    await network.provision(other);
    const router = network.backbone.router(pe);
    edit(router, vrf, 'NEW');
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(rest(router).filter((line) => /\b5000[01]\b/.test(line))).toEqual([]);
    expect(await network.carryOut(other, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(rest(router)).toEqual([]);
  });
});

describe('a VRF that was renamed and listed under its new name, with two interconnects in it', () => {
  it.each([
    ['mct-pe-01', 'MOH', 'NEW', [0, 1]],
    ['mct-pe-01', 'MOH', 'NEW', [1, 0]],
    // What names no VRF of the router is put to the first one, which is this one.
    ['mct-pe-01', 'MOH', 'AAA', [0, 1]],
    ['soh-pe-01', 'MOF', 'NEW', [0, 1]],
    ['soh-pe-01', 'MOF', 'NEW', [1, 0]],
  ] as const)('%s, %s is now %s: each ends by itself, in order %j', async (pe, vrf, to, order) => {
    const { network, id, before } = await active();
    await using _ = network;
    const other = network.agree(
      { from: 'MOH', to: 'MOF', prefixes: ['10.100.11.0/24'] },
      { from: 'MOF', to: 'MOH', prefixes: ['10.200.20.0/24'] },
    );
    await network.provision(other);
    const router = network.backbone.router(pe);
    rename(router, vrf, to);
    router.moveAttachments(vrf, to);
    const inventory = network.backbone.inventory();
    const routers = inventory.routers.map((entry) => {
      const vrfs = entry.vrfs.map((one) => (one.name === (vrf as string) ? { ...one, name: to as VrfName } : one));
      return entry.name === (pe as string) ? { ...entry, vrfs } : entry;
    });
    network.inventories.push({ ...inventory, routers });
    const [first, last] = order.map((index) => [id, other][index]) as [string, string];
    const { told } = (await network.carryOut(first, 'withdraw')).plan ?? {};
    expect(told?.join('\n')).toContain(
      `VRF ${to} at ${pe} has 65000:${first === id ? 50002 : 50000} under the name of`,
    );
    expect(router.runningText()).toContain(`WASL-${to}-`);
    expect(router.runningText()).not.toContain(`WASL-${vrf}-`);
    expect(await network.carryOut(last, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    const lines = (text = '') => text.split('\n').sort();
    const renamed = before.get(pe)?.replace(new RegExp(`<(vrf-name|name)>${vrf}<`), `<$1>${to}<`);
    expect(lines(router.runningText())).toEqual(lines(renamed));
  });
});

it('what is attached elsewhere stays while the policy is needed for another interconnect', async () => {
  const { network, id } = await active();
  await using _ = network;
  const other = network.agree(
    { from: 'MOH', to: 'MOE', prefixes: ['10.100.11.0/24'] },
    { from: 'MOE', to: 'MOH', prefixes: ['10.150.10.0/24'] },
  );
  await network.provision(other);
  const router = network.backbone.router('mct-pe-01');
  router.editRunning(attachOnIosxr('MOE', 'ipv4', 'import', 'WASL-MOH-IPV4-EXPORT'));
  expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
  expect(router.runningText().match(/<route-policy>WASL-MOH-IPV4-EXPORT/g)).toHaveLength(2);
  expect(await network.carryOut(other, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
  expect(rest(router)).toEqual([]);
});

it('an instance that is no VRF any more', async () => {
  const { network, id } = await active();
  await using _ = network;
  const router = network.backbone.router('soh-pe-01');
  router.editRunning(
    junosInstances('<instance><name>MOF</name><instance-type>virtual-router</instance-type></instance>'),
  );
  expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
  expect(rest(router)).toEqual([]);
});
