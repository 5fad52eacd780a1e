/** One run of the campaign: stories while a storm is on, then calm, then everything is held against what must hold. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isEnd } from '../../src/domain/lifecycle.ts';
import { findBreaches } from './invariants.ts';
import { chooseStories, play, type Story } from './people.ts';
import { seededRandom } from './random.ts';
import { lookWhenSettled } from './seen.ts';
import { drawStorm, rage, type Strike } from './storm.ts';
import type { World } from './world.ts';

const STORIES = 4;
const EVENTS = 5;
/** All events begin within it; the last may be over a minute later. */
const STORM_MS = 14_000;
/** After the storm people go on for so long. */
const CALM_MS = 150_000;

export interface RunReport {
  readonly seed: number;
  readonly events: readonly Strike[];
  readonly stories: readonly Story['wish'][];
  /** None: all is as it must be. */
  readonly breaches: readonly string[];
  readonly seconds: number;
}

/** `base`: running of all routers before wasl came. The world is good for another run only where nothing broke. */
export async function runOnce(world: World, seed: number, base: ReadonlyMap<string, string>): Promise<RunReport> {
  const startedAtMs = Date.now();
  const random = seededRandom(seed);
  // The same seed twice in one installation asks for other agreements.
  const stories = chooseStories(random, `run ${seed} of ${new Date().toISOString()}`, STORIES, new Date());
  const events = drawStorm(random, EVENTS, STORM_MS);
  const breaches = await tell(world, stories, events, base).catch((error: unknown) => [`the run broke off: ${error}`]);
  const seconds = Math.round((Date.now() - startedAtMs) / 1_000);
  return { seed, events, stories: stories.map(({ wish }) => wish), breaches, seconds };
}

async function tell(
  world: World,
  stories: readonly Story[],
  storm: readonly Strike[],
  base: ReadonlyMap<string, string>,
): Promise<string[]> {
  let untilMs = Number.POSITIVE_INFINITY;
  const people = Promise.allSettled(stories.map((story) => play(world, story, () => untilMs)));
  try {
    await rage(world, storm);
    await world.heal();
  } finally {
    untilMs = Date.now() + CALM_MS;
  }
  const outcomes = await people;
  const surprises = outcomes.flatMap((each) =>
    each.status === 'rejected' ? [`a person met: ${String(each.reason)}`] : [],
  );
  const breaches = [...surprises, ...findBreaches(await lookWhenSettled(world, stories, base))];
  if (breaches.length > 0) return breaches;
  await clearNetwork(world);
  return findBreaches(await lookWhenSettled(world, [], base));
}

/** What stays is withdrawn, so that the next run finds the network as this one did. */
async function clearNetwork(world: World): Promise<void> {
  const engineer = world.as('engineer-3', ['engineer']);
  const approver = world.as('engineer-4', ['engineer']);
  for (const until = Date.now() + CALM_MS; ; await sleep(400)) {
    const list = await engineer.listInterconnects({ limit: 200 });
    const open = list.filter(({ lifecycle }) => !isEnd(lifecycle));
    if (open.length === 0) return;
    if (Date.now() > until) throw new Error(`${open.map(({ id }) => id).join(', ')} cannot be withdrawn`);
    for (const { id } of open) {
      const seen = await engineer.readInterconnect(id);
      const planId = seen.changes.at(-1)?.planId;
      if (seen.withdrawal === null) await engineer.withdraw(id, 'the run is over').catch(() => undefined);
      else if (planId != null && seen.awaiting.length > 0) {
        const { digest } = await approver.readPlan(planId);
        await approver.decidePlan(planId, { decision: 'approve', digest }).catch(() => undefined);
      }
    }
  }
}

export function textsOf(world: World): ReadonlyMap<string, string> {
  return new Map(world.backbone.routers().map((router) => [router.name, router.runningText()]));
}
