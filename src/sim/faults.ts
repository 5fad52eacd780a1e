import type { DatastoreName } from './datastore/datastores.ts';
import type { ErrorTag } from './netconf/rpc-error.ts';

/**
 * What can be made to go wrong on a router. An operation is the name of an rpc, or `confirmed-commit` (a commit with
 * `<confirmed/>`), `confirming-commit` (one without, while a confirmed commit is pending), `plain-commit` (one without, while
 * none is), `edit-running` (an edit of running that takes effect), or `any`.
 */
export type Fault =
  | { readonly kind: 'refuse-connections' }
  | { readonly kind: 'refuse-authentication' }
  | { readonly kind: 'change-host-key' }
  /** Another NETCONF session holds the lock; for ever without `seconds`. */
  | {
      readonly kind: 'hold-lock';
      readonly datastore?: DatastoreName;
      readonly sessionId?: number;
      readonly seconds?: number;
    }
  /** Somebody left uncommitted changes in the candidate: `config`, or a description of the first VRF. */
  | { readonly kind: 'dirty-candidate'; readonly config?: string }
  /** With `done` it is carried out, and refused nevertheless. */
  | {
      readonly kind: 'rpc-error';
      readonly operation: string;
      readonly tag?: ErrorTag;
      readonly message?: string;
      readonly done?: boolean;
    }
  /** The connection breaks before the operation is done, or after it is done and before the reply. */
  | { readonly kind: 'drop-connection'; readonly operation: string; readonly when: 'before' | 'after' }
  /** The operation is not answered, nor is anything after it in that session; with `done` it is carried out nevertheless. */
  | { readonly kind: 'no-reply'; readonly operation: string; readonly done?: boolean }
  /** Every rpc takes this much longer. */
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'reboot'; readonly operation: string; readonly when: 'before' | 'after'; readonly downMs?: number }
  /** edit-config answers ok and changes nothing. */
  | { readonly kind: 'drop-edits' }
  /** The address does not answer, nor any address of the prefix; in one VRF or in all. */
  | { readonly kind: 'blackhole'; readonly target: string; readonly vrf?: string };

export type FaultKind = Fault['kind'];
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { readonly kind: Kind }>;

export interface ActiveFault {
  readonly id: number;
  readonly fault: Fault;
  /** How often it still strikes; null: until cleared. */
  readonly remaining: number | null;
}

/** More would be a mistake in the script that sets them. */
const FAULTS_MAX = 1_000;

export interface FaultHooks {
  onSet(active: ActiveFault): void;
  onClear(active: ActiveFault): void;
}

/** The faults of one router. One-shot faults (`times: 1`) go when they have struck, others when cleared. */
export class FaultBoard {
  readonly #active = new Map<number, ActiveFault>();
  readonly #hooks: FaultHooks;
  #nextId = 1;

  constructor(hooks: FaultHooks) {
    this.#hooks = hooks;
  }

  /** Returns the fault's id, for `clear`. Throws what the router says to a lock or an edit that it refuses. */
  set(fault: Fault, options: { readonly times?: number } = {}): number {
    if (this.#active.size >= FAULTS_MAX) throw new RangeError(`more than ${FAULTS_MAX} faults on one router`);
    const active: ActiveFault = { id: this.#nextId++, fault, remaining: options.times ?? null };
    // A state that cannot begin, such as a lock that is taken, is no fault.
    this.#hooks.onSet(active);
    this.#active.set(active.id, active);
    return active.id;
  }

  /** Without an id, all. */
  clear(id?: number): void {
    for (const active of [...this.#active.values()]) {
      if (id !== undefined && active.id !== id) continue;
      this.#active.delete(active.id);
      this.#hooks.onClear(active);
    }
  }

  list(): ActiveFault[] {
    return [...this.#active.values()];
  }

  /** Whether such a fault is set; does not count as a strike. */
  all<Kind extends FaultKind>(kind: Kind): FaultOf<Kind>[] {
    const isKind = (fault: Fault): fault is FaultOf<Kind> => fault.kind === kind;
    return this.list()
      .map((active) => active.fault)
      .filter(isKind);
  }

  /** The first fault of the kind that matches, and counts its strike. */
  strike<Kind extends FaultKind>(
    kind: Kind,
    matches: (fault: FaultOf<Kind>) => boolean = () => true,
  ): FaultOf<Kind> | undefined {
    const isKind = (fault: Fault): fault is FaultOf<Kind> => fault.kind === kind;
    for (const active of this.#active.values()) {
      const { fault, remaining } = active;
      if (!isKind(fault) || !matches(fault)) continue;
      if (remaining !== null && remaining <= 1) this.clear(active.id);
      else if (remaining !== null) this.#active.set(active.id, { ...active, remaining: remaining - 1 });
      return fault;
    }
    return undefined;
  }
}
