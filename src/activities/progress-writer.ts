import type { ProgressEvent } from '../domain/change.ts';
import { isRecordAway, WaslError } from '../errors.ts';
import type { JournalHolder, Store } from '../store/store.ts';

export type NewProgress = Omit<ProgressEvent, 'sequence' | 'at'>;

/**
 * Progress of one transaction, written beside its work and in order: what comes while a write is under way goes together in the next
 * one, so that forty PEs do not queue for forty writes. It is for people, the journal is the record: an outage of the store holds
 * events back until the next call and stops nothing.
 */
export class ProgressWriter {
  readonly #store: Pick<Store, 'appendProgress'>;
  readonly #holder: JournalHolder | undefined;
  #pending: NewProgress[] = [];
  #writing: Promise<void> | null = null;

  constructor(store: Pick<Store, 'appendProgress'>, holder?: JournalHolder) {
    this.#store = store;
    this.#holder = holder;
  }

  push(events: readonly NewProgress[]): void {
    this.#pending.push(...events);
    this.#start();
  }

  /** Resolves when everything pushed so far is in the store, or the store is away. Throws what else went wrong. */
  async settled(): Promise<void> {
    this.#start();
    await this.#writing;
  }

  #start(): void {
    if (this.#writing !== null || this.#pending.length === 0) return;
    const writing = this.#writeAll();
    this.#writing = writing;
    // Whoever waits for it is told; nobody may be waiting.
    writing.catch(() => undefined);
  }

  async #writeAll(): Promise<void> {
    // What one turn of the event loop brings goes together.
    await Promise.resolve();
    try {
      while (this.#pending.length > 0) {
        const events = this.#pending.splice(0);
        await this.#store.appendProgress(events, this.#holder).catch((error: unknown) => {
          if (error instanceof WaslError && isRecordAway(error.code)) this.#pending.unshift(...events);
          throw error;
        });
      }
    } catch (error) {
      if (!(error instanceof WaslError) || !isRecordAway(error.code)) throw error;
    } finally {
      // Before anything else runs: what is pushed from here on starts the next write.
      this.#writing = null;
    }
  }
}
