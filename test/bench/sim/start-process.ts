/** Starts as many routers as its argument says, and says what that cost. */
import { startBackbone } from '../../../src/sim/backbone.ts';
import { backboneInventory } from '../network/backbone-inventory.ts';

export interface StartCosts {
  readonly startMs: number;
  readonly cpuMs: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
}

const inventory = backboneInventory(Number(process.argv[2]));
globalThis.gc?.();
const before = process.memoryUsage();
const cpuBefore = process.cpuUsage();
const from = performance.now();
const backbone = await startBackbone({ inventory });
const startMs = performance.now() - from;
const { user, system } = process.cpuUsage(cpuBefore);
globalThis.gc?.();
const after = process.memoryUsage();
const costs: StartCosts = {
  startMs,
  cpuMs: (user + system) / 1_000,
  heapBytes: after.heapUsed - before.heapUsed,
  residentBytes: after.rss - before.rss,
};
process.once('disconnect', () => void backbone.close());
process.send?.(costs);
