/** What a worker that is told to stop still owes: the transactions it began, until the record has their end. */
import type { ChangeId } from '../domain/names.ts';
import { WaslError } from '../errors.ts';

/** From one stage to the next, and from the last one to the record, it takes a step of the workflow; later nobody calls any more. */
const OWED_MS = 10_000;

export class UnderWay {
  readonly #changes = new Map<ChangeId, NodeJS.Timeout | null>();
  #long = 0;
  #isDraining = false;

  /** Changes whose end is not in the record yet. */
  get transactions(): number {
    return this.#changes.size;
  }

  get isQuiet(): boolean {
    return this.#changes.size === 0 && this.#long === 0;
  }

  /** From here on only what was begun goes on. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Throws a transient error where the worker is being stopped: another one takes it, or this one's successor. */
  requireRoom(changeId: ChangeId | null): void {
    if (!this.#isDraining || (changeId !== null && this.#changes.has(changeId))) return;
    throw new WaslError('WORKERS_AWAY', 'this worker is being stopped and begins nothing new');
  }

  async stage<T>(changeId: ChangeId, run: () => Promise<T>): Promise<T> {
    clearTimeout(this.#changes.get(changeId) ?? undefined);
    this.#changes.set(changeId, null);
    try {
      return await run();
    } finally {
      this.#changes.set(changeId, setTimeout(() => this.#changes.delete(changeId), OWED_MS).unref());
    }
  }

  settled(changeId: ChangeId): void {
    clearTimeout(this.#changes.get(changeId) ?? undefined);
    this.#changes.delete(changeId);
  }

  /** Planning, readings, recovery: what takes longer than a step of the record. */
  async long<T>(run: () => Promise<T>): Promise<T> {
    this.#long++;
    try {
      return await run();
    } finally {
      this.#long--;
    }
  }
}
