import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/domain/inventory.ts';
import { judgeInventory } from '../../src/domain/judge-inventory.ts';
import type { PeName } from '../../src/domain/names.ts';
import { rebaseInventory } from '../../src/domain/rebase-inventory.ts';
import { DEMO_INVENTORY as BASE } from '../support/api-under-test.ts';

const vpn = (id: string, change: object, of: Inventory = BASE): Inventory => ({
  ...of,
  vpns: of.vpns.map((one) => ((one.id as string) === id ? { ...one, ...change } : one)),
});
const router = (
  name: string,
  change: (one: Inventory['routers'][number]) => object,
  of: Inventory = BASE,
): Inventory => ({
  ...of,
  routers: of.routers.map((one) => ((one.name as string) === name ? { ...one, ...change(one) } : one)),
});
const without = (list: 'vpns' | 'routers', name: string, of: Inventory = BASE): Inventory => ({
  ...of,
  [list]: (of[list] as readonly object[]).filter((one) => !Object.values(one).includes(name)),
});
const backbone = (change: object, of: Inventory = BASE): Inventory => ({
  ...of,
  backbone: { ...of.backbone, ...change },
});
const scrap = (name: string, of: Inventory = BASE): Inventory => ({
  ...of,
  scrapped: [...(of.scrapped ?? []), { name: name as PeName, reason: 'burnt' }],
});
const newVrf = (one: Inventory['routers'][number], name: string) => ({
  vrfs: [...one.vrfs, { ...one.vrfs[0], name, routeDistinguisher: '0:65000:4242', attachments: [] }],
});

describe('a proposal over what came into force meanwhile', () => {
  it.each<[string, Inventory, (of: Inventory) => Inventory]>([
    ['another VPN', vpn('MOF', { canary: true }), (of) => vpn('MOH', { name: 'Health' }, of)],
    ['another member of the backbone', backbone({ confirmTimeoutSeconds: 60 }), (of) => backbone({ name: 'b' }, of)],
    [
      'another member of the same router',
      router('mct-pe-01', ({ management }) => ({ management: { ...management, port: 1_830 } })),
      (of) => router('mct-pe-01', () => ({ maintenance: true }), of),
    ],
    [
      'another VRF of the same router',
      router('mct-pe-01', (one) => newVrf(one, 'A')),
      (of) => router('mct-pe-01', (one) => ({ vrfs: one.vrfs.filter(({ name }) => (name as string) !== 'MOE') }), of),
    ],
    ['the same', vpn('MOF', { canary: true }), (of) => vpn('MOF', { canary: true }, of)],
    ['a scrapped router', scrap('old-pe-01'), (of) => vpn('MOF', { canary: true }, of)],
    ['two scrapped routers', scrap('old-pe-01'), (of) => scrap('old-pe-02', of)],
    ['nothing of it', BASE, (of) => without('routers', 'mct-pe-01', of)],
    ['what is gone in both', without('routers', 'soh-pe-01'), (of) => without('routers', 'soh-pe-01', of)],
  ])('%s: has both, in either order', (_what, proposed, alter) => {
    const both = alter(proposed);
    const inOrder = (of: Inventory | null) => of && { ...of, scrapped: of.scrapped?.map(({ name }) => name).sort() };
    expect(inOrder(rebaseInventory(BASE, proposed, alter(BASE)))).toEqual(inOrder(both));
    const swapped = rebaseInventory(BASE, alter(BASE), proposed);
    expect(swapped === null ? null : judgeInventory(swapped).issues.length).toBe(judgeInventory(both).issues.length);
  });

  it.each<[string, Inventory, Inventory]>([
    ['the same VPN', vpn('MOF', { canary: true }), vpn('MOF', { name: 'Finance' })],
    ['the same member of the backbone', backbone({ name: 'a' }), backbone({ name: 'b' })],
    ['altered by one, taken away by the other', vpn('MOF', { canary: true }), without('vpns', 'MOF')],
    ['taken away by one, altered by the other', without('vpns', 'MOF'), vpn('MOF', { canary: true })],
    [
      'the same VRF, added otherwise',
      router('mct-pe-01', (one) => newVrf(one, 'A')),
      router('mct-pe-01', (one) => ({ vrfs: [...one.vrfs, { ...one.vrfs[1], name: 'A' }] })),
    ],
    [
      'how a router is reached',
      router('mct-pe-01', ({ management }) => ({ management: { ...management, port: 1 } })),
      router('mct-pe-01', ({ management }) => ({ management: { ...management, host: 'x' } })),
    ],
  ])('%s: is void', (_what, proposed, current) => {
    expect(rebaseInventory(BASE, proposed, current)).toBeNull();
  });
});
