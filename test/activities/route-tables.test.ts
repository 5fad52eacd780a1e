import { expect, it } from 'vitest';
import { readLosingTables, readRouteTables, type WatchedRouter } from '../../src/activities/route-tables.ts';
import type { RunningVrf } from '../../src/domain/network-view.ts';
import type { Router } from '../../src/router/router.ts';

it('leaves a table absent that the router did not answer for: unread is unknown, not empty', async () => {
  const router = { name: 'pe1', readRouteTables: async () => [[]] } as unknown as Router;
  const running = [{ name: 'MOH', operator: { ipv4: {}, ipv6: {} } }] as unknown as readonly RunningVrf[];
  const tables = await readRouteTables([{ router, running }] satisfies readonly WatchedRouter[]);
  expect([...tables]).toEqual([['pe1/MOH/ipv4', []]]);
});

it('of a removal only the tables are read that lose routes, however many VRFs a router has', async () => {
  const asked: string[] = [];
  const router = (name: string) =>
    ({
      name,
      readRouteTables: async (tables: readonly { vrf: string }[]) => {
        if (name === 'pe2') throw new Error('away');
        asked.push(...tables.map(({ vrf }) => vrf));
        return tables.map(() => []);
      },
    }) as unknown as Router;
  const vrfs = ['MOH', 'MOF', 'STRAY', ...Array.from({ length: 3_000 }, (_, at) => `CUSTOMER-${at}`)];
  const running = vrfs.map((name) => ({ name, operator: { ipv4: {} } })) as unknown as readonly RunningVrf[];
  const listed = (name: string) => ({
    name,
    vrfs: [
      { name: 'MOH', vpn: 'MOH' },
      { name: 'MOF', vpn: 'MOF' },
    ],
  });
  const tables = await readLosingTables({
    plan: { routers: [{ pe: 'pe1', vrfs: [{ vrf: 'STRAY' }] }], lost: [{ to: 'MOF' }] } as never,
    inventory: { routers: [listed('pe1'), listed('pe2')] } as never,
    watched: [
      { router: router('pe1'), running },
      { router: router('pe2'), running },
    ],
  });
  expect(asked).toEqual(['MOF', 'STRAY']);
  expect([...tables.keys()]).toEqual(['pe1/MOF/ipv4', 'pe1/STRAY/ipv4']);
});
