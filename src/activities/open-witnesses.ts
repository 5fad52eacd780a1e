import { onlyTakesAway } from '../domain/change-kinds.ts';
import type { AttemptSessions } from './attempt-sessions.ts';
import { chooseWitnesses, type WitnessQuestion } from './choose-witnesses.ts';
import type { ActivityDependencies, ActivityLimits } from './dependencies.ts';
import { openInventoryRouter } from './network.ts';
import type { WatchedRouter } from './route-tables.ts';

/** PEs outside of what opens that are read before it and after its commit: nothing may move there that the plan does not say. */
export async function openWitnesses(
  deps: ActivityDependencies,
  question: WitnessQuestion,
  attempt: AttemptSessions,
  { witnessesMax }: Pick<ActivityLimits, 'witnessesMax'>,
): Promise<{ readonly witnesses: readonly WatchedRouter[]; readonly unwatched: number }> {
  const { inventory, plan, running } = question;
  if (onlyTakesAway(plan.kind)) return { witnesses: [], unwatched: 0 };
  const { chosen, others } = chooseWitnesses(question, witnessesMax);
  const witnesses = chosen.map(async ({ name }) => {
    const router = await attempt.open(() => openInventoryRouter(deps, inventory, name));
    return { router, running: running.get(name) ?? [] };
  });
  return { witnesses: await Promise.all(witnesses), unwatched: others };
}
