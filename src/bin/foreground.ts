/** For commands that run until they are told to stop. */
import { visibleLines } from '../domain/visible-text.ts';

/** Resolves at the first SIGINT, SIGTERM or SIGHUP, or when the process that started this one is gone (its end of our stdin closes). */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    if (process.env.WASL_STOP_WITH_PARENT === '1') process.stdin.resume().once('end', () => resolve());
  });
  // Else an open stdin keeps the process alive.
  process.stdin.pause();
}

/** To standard error: standard output is for answers. Text of others shows; a line of JSON keeps its meaning. */
export function say(line: string): void {
  process.stderr.write(`${visibleLines(line)}\n`);
}
