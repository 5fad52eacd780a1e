/** The simulated backbone with one interconnect on it, as removals find it. */
import type { Inventory } from '../../src/domain/inventory.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { StagedNetwork } from '../support/staged-network.ts';

export const BASIC = [
  { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24'] },
  { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24'] },
] as const;
export const FOUR = ['mct-pe-01', 'nzw-pe-01', 'sll-pe-01', 'soh-pe-01'];

export async function active(inventory: Inventory = DEMO_INVENTORY) {
  const network = await StagedNetwork.open(inventory);
  const before = network.texts();
  const id = network.agree(...BASIC);
  await network.provision(id);
  return { network, id, before };
}

export const differing = (network: StagedNetwork, before: ReadonlyMap<string, string>) =>
  [...network.texts()].filter(([pe, text]) => before.get(pe) !== text).map(([pe]) => pe);
