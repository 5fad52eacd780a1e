/** The peer's half of the line protocol, for peers in this language. */
import { createInterface } from 'node:readline';
import type { Answer, Target, Task } from './tasks.ts';

/** A peer whose clock runs only inside of `timed`. */
export type TaskRunner = (task: Task) => Promise<number>;

export function readTarget(): Target {
  return JSON.parse(process.argv[2] ?? '{}') as Target;
}

export async function serveTasks(run: TaskRunner): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const answer: Answer = await run(JSON.parse(line) as Task).then(
      (seconds) => ({ seconds }),
      (error: unknown) => ({ seconds: 0, error: error instanceof Error ? error.message : String(error) }),
    );
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  // The bench has ended; sessions that are open would keep this process.
  process.exit(0);
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}

/** `width` of them under way at any time. */
export async function atOnce(count: number, width: number, work: () => Promise<unknown>): Promise<void> {
  const worker = async () => {
    for (let done = 0; done < count / width; done += 1) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
}
