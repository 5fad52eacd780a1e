/** One run of the campaign: stories while a storm is on, then calm, then everything is held against what must hold. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isEnd } from '../../src/domain/lifecycle.ts';
import { findBreaches } from './invariants.ts';
import { chooseStories, play } from './people.ts';
import { seededRandom } from './random.ts';
import { rageStorm } from './storm.ts';
import type { World } from './world.ts';

const STORIES = 4;
const EVENTS = 5;
const STORM_MS = 14_000;
/** After the storm people go on for so long. */
const CALM_MS = 150_000;

export interface RunReport {
  readonly seed: number;
  readonly events: readonly string[];
  /** None: all is as it must be. */
  readonly breaches: readonly string[];
  readonly seconds: number;
}

export async function runOnce(world: World, seed: number, base: ReadonlyMap<string, string>): Promise<RunReport> {
  const startedAtMs = Date.now();
  const random = seededRandom(seed);
  const stories = chooseStories(random, STORIES, new Date());
  const untilMs = startedAtMs + STORM_MS + CALM_MS;
  const people = Promise.allSettled(
    stories.map((story, index) => play(world, story, `run-${seed}-story-${index}`, untilMs)),
  );
  const events = await rageStorm(world, random, EVENTS, STORM_MS);
  await world.heal();
  const outcomes = await people;
  const surprises = outcomes.flatMap((each) =>
    each.status === 'rejected' ? [`a person met: ${String(each.reason)}`] : [],
  );
  const breaches = [...surprises, ...(await findBreaches(world, stories, base))];
  await clearNetwork(world);
  return { seed, events, breaches, seconds: Math.round((Date.now() - startedAtMs) / 1_000) };
}

/** What stays is withdrawn, so that the next run finds the network as this one did. */
async function clearNetwork(world: World): Promise<void> {
  const engineer = world.as('engineer-3', ['engineer']);
  const approver = world.as('engineer-4', ['engineer']);
  for (const until = Date.now() + CALM_MS; Date.now() < until; await sleep(400)) {
    const list = await engineer.listInterconnects({ limit: 200 });
    const open = list.filter(({ lifecycle }) => !isEnd(lifecycle));
    if (open.length === 0) return;
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
