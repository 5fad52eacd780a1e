import { expect, it } from 'vitest';
import { confirmTimerOf, roundedTimers } from '../../src/domain/confirm-timers.ts';
import type { Inventory, InventoryRouter } from '../../src/domain/inventory.ts';

function routerOf(name: string, platform: string, confirmTimer?: InventoryRouter['management']['confirmTimer']) {
  return { name, platform, management: { confirmTimer } } as unknown as InventoryRouter;
}

const inventoryOf = (confirmTimeoutSeconds: number, ...routers: InventoryRouter[]) =>
  ({ backbone: { confirmTimeoutSeconds }, routers }) as unknown as Inventory;

it('tells which routers keep a longer confirm timer than is asked for', () => {
  const routers = [routerOf('pe1', 'junos-yang'), routerOf('pe2', 'iosxr-um2'), routerOf('pe3', 'junos-yang')];
  expect(roundedTimers(inventoryOf(90, ...routers))).toEqual([
    'routers of platform junos-yang keep a confirm timer of 120 s where 90 s are asked for',
  ]);
  expect(roundedTimers(inventoryOf(120, ...routers))).toEqual([]);
});

it('believes the inventory of one router more than the manifest of its platform', () => {
  const [slow, quick] = [
    routerOf('pe1', 'iosxr-um2', { unitSeconds: 60, minimumSeconds: 300 }),
    routerOf('pe2', 'junos-yang', { unitSeconds: 1, minimumSeconds: 1 }),
  ];
  expect(confirmTimerOf(quick)).toEqual({ unitSeconds: 1, minimumSeconds: 1 });
  expect(roundedTimers(inventoryOf(90, slow, quick))).toEqual([
    'routers pe1 keep a confirm timer of 300 s where 90 s are asked for',
  ]);
});
