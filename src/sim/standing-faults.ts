import type { Clock } from './clock.ts';
import type { Datastores, SessionId } from './datastore/datastores.ts';
import { mergeConfig } from './datastore/merge-config.ts';
import type { ActiveFault, FaultHooks } from './faults.ts';

export interface StandingFaultsOptions {
  readonly datastores: Datastores;
  readonly clock: Clock;
  /** XML of a change such as a person leaves behind. */
  readonly leftover: string;
  newSessionId(): SessionId;
  /** Ends a fault when its time is over. */
  clearFault(id: number): void;
}

/** Faults that are states of the datastores, not accidents of an operation: they begin when set and end when cleared. */
export class StandingFaults implements FaultHooks {
  readonly #options: StandingFaultsOptions;
  readonly #locks = new Map<number, { readonly sessionId: SessionId; cancelTimer(): void }>();

  constructor(options: StandingFaultsOptions) {
    this.#options = options;
  }

  onSet({ id, fault }: ActiveFault): void {
    const { datastores, clock, leftover } = this.#options;
    if (fault.kind === 'dirty-candidate') {
      datastores.setCandidate(mergeConfig(datastores.candidate, fault.config ?? leftover), 0);
    }
    if (fault.kind !== 'hold-lock') return;
    const sessionId = fault.sessionId ?? this.#options.newSessionId();
    datastores.lock(fault.datastore ?? 'candidate', sessionId);
    const { seconds } = fault;
    const cancelTimer =
      seconds === undefined ? () => {} : clock.after(seconds * 1000, () => this.#options.clearFault(id));
    this.#locks.set(id, { sessionId, cancelTimer });
  }

  onClear({ id, fault }: ActiveFault): void {
    const { datastores } = this.#options;
    if (fault.kind === 'dirty-candidate' && datastores.lockHolder('candidate') === undefined) datastores.discard(0);
    const held = this.#locks.get(id);
    if (held === undefined) return;
    this.#locks.delete(id);
    held.cancelTimer();
    datastores.endSession(held.sessionId);
  }

  stop(): void {
    for (const held of this.#locks.values()) held.cancelTimer();
  }
}
