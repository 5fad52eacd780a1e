/** For commands that run until they are told to stop. */
import { visibleLines } from '../domain/visible-text.ts';

/** Resolves when `stop` is aborted. */
export async function untilStopped(stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  // A pending promise alone keeps no process alive.
  const alive = setInterval(() => undefined, 3_600_000);
  await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
  clearInterval(alive);
}

/** A command that was told to stop while it was still starting has done what it was told. */
export async function unlessStopped(stop: AbortSignal, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

/** To standard error: standard output is for answers. Text of others shows; a line of JSON keeps its meaning. */
export function say(line: string): void {
  process.stderr.write(`${visibleLines(line)}\n`);
}
