/** A bounded share of the campaign of `npm run chaos`: other seeds each day would tell less than the same ones each time. */
import { describe, it } from 'vitest';
import { runOnce, textsOf } from '../chaos/run.ts';
import { World } from '../chaos/world.ts';

/** Short storms. Processes and servers are killed and stopped, the database is read-only, its password rotated, routers lose connections. */
const SEEDS = [17, 226];

describe.concurrent('a storm', () => {
  it.for(SEEDS)(
    '%i: nothing half, nothing stuck, nothing lost',
    { timeout: 540_000 },
    async (seed, { expect, onTestFinished }) => {
      const world = await World.open(`chaos-in-ci-${seed}`);
      onTestFinished(() => world.close());
      const { events, breaches } = await runOnce(world, seed, textsOf(world));
      expect(events).toHaveLength(5);
      expect(breaches).toEqual([]);
    },
  );
});
