import { expect, it } from 'vitest';
import { maintenanceOf, refuseMaintenance } from '../../src/domain/maintenance.ts';
import type { VpnId } from '../../src/domain/names.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';

it('a router in maintenance is refused to what touches it, with its reason, and to nothing else', () => {
  const [first, ...others] = DEMO_INVENTORY.routers;
  if (first === undefined) throw new Error('the sample has routers');
  const marked = { ...first, maintenance: true, maintenanceReason: 'line card' };
  const inventory = { ...DEMO_INVENTORY, routers: [marked, ...others] };
  expect(maintenanceOf(first)).toBeNull();
  expect(maintenanceOf({ ...first, maintenance: true })).toBe('mct-pe-01 is in maintenance');
  expect(() => refuseMaintenance(inventory, new Set(['MOH' as VpnId]))).toThrow(
    expect.objectContaining({
      code: 'ROUTER_MAINTENANCE',
      path: 'mct-pe-01',
      message: 'mct-pe-01 is in maintenance: line card',
    }),
  );
  expect(() => refuseMaintenance(inventory, new Set(['MOF' as VpnId]))).not.toThrow();
});
