/** What an operator took off a router by hand, or gave another name: a removal ends all the same. */
import { describe, expect, it } from 'vitest';
import type { Inventory, InventoryRouter } from '../../src/domain/inventory.ts';
import { deleteVrf } from '../support/hand-edits.ts';
import type { StagedNetwork } from '../support/staged-network.ts';
import { active, differing } from './active-network.ts';

const rest = (network: StagedNetwork, pe: string) =>
  network.backbone
    .router(pe)
    .runningText()
    .split('\n')
    .filter((line) => line.includes('WASL-'));

describe.concurrent('a VRF that is gone from its router', () => {
  it.each([
    ['nzw-pe-01', 'MOF'],
    ['soh-pe-01', 'MOF'],
    ['mct-pe-01', 'MOH'],
    ['sll-pe-01', 'MOH'],
  ])('%s, %s: what wasl put beside it goes with the interconnect', async (pe, vrf) => {
    const { network, id, before } = await active();
    await using _ = network;
    const router = network.backbone.router(pe);
    router.editRunning(deleteVrf(router.platform, vrf), 'none');
    expect(rest(network, pe)).not.toEqual([]);
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(rest(network, pe)).toEqual([]);
    expect(differing(network, before)).toEqual([pe]);
    expect(network.carriers(id)).toEqual([]);
  });

  it.each(['mct-pe-01', 'soh-pe-01'])('%s, beside another interconnect in the VRF that is left', async (pe) => {
    const { network, id } = await active();
    await using _ = network;
    const other = network.agree(
      { from: 'MOE', to: 'MOF', prefixes: ['10.150.10.0/24'] },
      { from: 'MOF', to: 'MOE', prefixes: ['10.200.10.0/24'] },
    );
    await network.provision(other);
    const router = network.backbone.router(pe);
    router.editRunning(deleteVrf(router.platform, pe === 'mct-pe-01' ? 'MOH' : 'MOF'), 'none');
    const moe = () => rest(network, pe).filter((line) => line.includes('WASL-MOE-'));
    const kept = moe();
    expect(kept).not.toEqual([]);
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(moe()).toEqual(kept);
    expect(rest(network, pe).join('\n')).not.toContain('WASL-MOH-');
    expect(await network.carryOut(other, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(rest(network, pe)).toEqual([]);
  });
});

it('a router that has another name now is cleaned under one of them, and the other one finds it clean', async () => {
  const { network, id, before } = await active();
  await using _ = network;
  const inventory: Inventory = network.backbone.inventory();
  const rename = (router: InventoryRouter): InventoryRouter =>
    (router.name as string) === 'soh-pe-01' ? { ...router, name: 'soh-pe-02' as never } : router;
  network.inventories.push({ ...inventory, routers: inventory.routers.map(rename) });
  const first = await network.carryOut(id, 'withdraw');
  expect(first.verdict).toBe('pass');
  expect(differing(network, before)).toEqual([]);
  // The same router twice in one change: whichever came second found it locked.
  expect(await network.plan(id, network.newChange(id, 'withdraw'))).toMatchObject({ planId: null, left: [] });
});
