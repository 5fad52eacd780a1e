/** A bounded share of the campaign of `npm run chaos`: other seeds each day would tell less than the same ones each time. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runOnce, textsOf } from '../chaos/run.ts';
import { World } from '../chaos/world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open('chaos-in-ci');
}, 120_000);
afterAll(() => world.close(), 60_000);

it.each([3, 6])(
  'storm %i: nothing half, nothing stuck, nothing lost',
  async (seed) => {
    const { events, breaches } = await runOnce(world, seed, textsOf(world));
    expect(events).toHaveLength(5);
    expect(breaches).toEqual([]);
  },
  420_000,
);
