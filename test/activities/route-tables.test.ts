import { expect, it } from 'vitest';
import { readRouteTables, type WatchedRouter } from '../../src/activities/route-tables.ts';
import type { RunningVrf } from '../../src/domain/network-view.ts';
import type { Router } from '../../src/router/router.ts';

it('leaves a table absent that the router did not answer for: unread is unknown, not empty', async () => {
  const router = { name: 'pe1', readRouteTables: async () => [[]] } as unknown as Router;
  const running = [{ name: 'MOH', operator: { ipv4: {}, ipv6: {} } }] as unknown as readonly RunningVrf[];
  const tables = await readRouteTables([{ router, running }] satisfies readonly WatchedRouter[]);
  expect([...tables]).toEqual([['pe1/MOH/ipv4', []]]);
});
