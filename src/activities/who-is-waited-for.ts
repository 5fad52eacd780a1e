import type { ChangeId, PeName } from '../domain/names.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** A router may be silent for as long as one request to it may take: whoever waits must know before that for which. */
const TOLD_EVERY_MS = 5_000;

/** What is told of: the change, and who holds its journal. */
interface Told {
  readonly deps: ActivityDependencies;
  readonly changeId: ChangeId;
  readonly epoch: number;
}

/**
 * While `work` goes on the record says for which routers it waits, and why. `waitedFor`: those that are not done, each with what it failed with
 * last; '': it says nothing. `untilMs`: when they are given up, by `performance.now()`; null: when they have answered.
 */
export async function tellingWhoIsWaitedFor<T>(
  { deps, changeId, epoch }: Told,
  { waitedFor, untilMs }: { readonly waitedFor: ReadonlyMap<PeName, string>; readonly untilMs: number | null },
  work: () => Promise<T>,
): Promise<T> {
  let telling: Promise<void> = Promise.resolve();
  let told = '';
  const tell = async () => {
    const failing = [...waitedFor].filter(([, why]) => why !== '');
    const names = (failing.length > 0 ? failing : [...waitedFor]).map(([pe]) => pe).join(', ');
    const [, why = ''] = failing[0] ?? [];
    if (names === '' || `${names} ${why}` === told) return;
    told = `${names} ${why}`;
    const seconds =
      untilMs === null ? '' : `, ${Math.max(0, Math.ceil((untilMs - performance.now()) / 1_000))} s at most`;
    const says = why === '' ? `waits for ${names}` : `waits for ${names}${seconds}: ${why}`;
    await deps.store.noteRecovery(changeId, says, epoch);
  };
  const timer = setInterval(() => {
    telling = telling.then(tell).catch(() => undefined);
  }, TOLD_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await telling;
  }
}
