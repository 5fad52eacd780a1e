/** The simulated networks, in a process of their own: their work must not stand in the worker's way. */
import { startBackbone } from '../../../src/sim/backbone.ts';
import { backboneInventory } from '../network/backbone-inventory.ts';
import type { Network, SimulatedNetworks } from './messages.ts';

const networks = JSON.parse(process.env.WASL_BENCH_NETWORKS ?? '[]') as Network[];
const backbones = await Promise.all(
  networks.map(({ name, routers, rttMs }) =>
    startBackbone({ inventory: backboneInventory(routers), seed: name, rttMs }),
  ),
);
const [first] = backbones;
if (first === undefined) throw new Error('no network to simulate');
const { username, password } = first;
const started: SimulatedNetworks = {
  inventories: backbones.map((backbone) => backbone.inventory()),
  credential: { username, password },
};
process.send?.(started);
process.once('disconnect', () => process.exit(0));
