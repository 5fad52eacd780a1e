/** What closes without a signature of its own: by a date, or by a rule. Whoever writes the record can forge both, and closes a few by it, never all. */
import type { Push } from '../domain/may-push.ts';
import { WaslError } from '../errors.ts';

/** As many as an operator looks into one by one; a forger of the whole record takes days for a national backbone, under an alarm. */
export const UNVOUCHED_MAX = 3;
const WITHIN_MS = 3_600_000;

export type ToldClosing = Pick<Push, 'changeId' | 'kind'> & { readonly why: string };

/** Of one worker, as long as it runs. */
export class UnvouchedClosings {
  readonly #taken = new Map<string, number>();
  readonly #told = new Set<string>();
  readonly #tell: (fact: string, closing: ToldClosing) => void;

  constructor(tell: (fact: string, closing: ToldClosing) => void) {
    this.#tell = tell;
  }

  /**
   * True where it is the first attempt of this change: it is to be recorded. Throws CLOSING_HELD where so many went without a signature within the hour;
   * an attempt that is repeated counts once. `now`: of this machine, for the record's clock is the forger's.
   */
  take(closing: ToldClosing, now: Date): boolean {
    const { changeId } = closing;
    for (const [id, atMs] of this.#taken) if (atMs <= now.getTime() - WITHIN_MS) this.#taken.delete(id);
    if (this.#taken.has(changeId)) return false;
    if (this.#taken.size >= UNVOUCHED_MAX) {
      if (!this.#told.has(changeId)) this.#tell('more closes at once than anybody signed for: it is held', closing);
      this.#told.add(changeId);
      const next = new Date(Math.min(...this.#taken.values()) + WITHIN_MS).toISOString();
      const fact = `nobody signed for this (${closing.why}), and ${UNVOUCHED_MAX} went so within an hour: the next one goes at ${next}`;
      throw new WaslError('CLOSING_HELD', fact);
    }
    this.#taken.set(changeId, now.getTime());
    this.#told.delete(changeId);
    this.#tell('an interconnect is closed, and nobody signed for it', closing);
    return true;
  }
}
