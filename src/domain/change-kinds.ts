import type { Lifecycle } from './lifecycle.ts';

export const CHANGE_KINDS = ['provision', 'modify', 'suspend', 'resume', 'withdraw'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface ChangeKindRule {
  /** States of the agreement in which such a change may begin. */
  readonly from: readonly Lifecycle[];
  /** Where the agreement stands when the change is on every PE. */
  readonly to: Lifecycle;
  /** Where the network side's rejection of the plan leaves the agreement; null: where it was. */
  readonly rejectedTo: Lifecycle | null;
  /** It needs the PEs that carry the interconnect and no others, and it is never given up: what is open must be closed. */
  readonly onlyTakesAway: boolean;
  /** Whose signatures the agreement's version in force must carry. */
  readonly signatures: 'both parties' | 'none';
  /** Who approves the plan before the push. `afterwards`: a second officer reviews what was done. */
  readonly approval: 'network side' | 'afterwards';
  /** What the signed end date does to such a change that is not applied yet. */
  readonly atEndDate: 'ends it' | 'approves it';
  /** For how long the approval of a plan holds, from its start; null: until it is done. */
  readonly windowHours: number | null;
}

/** Long enough for a worker to be replaced and an operator to let a lock go, short enough that approvers know what night they mean. */
const WINDOW_HOURS = 4;

/** What each kind of change may do: the one table. Nothing else in wasl asks for a kind by name. */
export const CHANGE_KIND_RULES: Readonly<Record<ChangeKind, ChangeKindRule>> = {
  provision: {
    from: ['requested'],
    to: 'active',
    rejectedTo: 'rejected',
    onlyTakesAway: false,
    signatures: 'both parties',
    approval: 'network side',
    atEndDate: 'ends it',
    windowHours: WINDOW_HOURS,
  },
  modify: {
    from: ['active'],
    to: 'active',
    rejectedTo: null,
    onlyTakesAway: false,
    signatures: 'both parties',
    approval: 'network side',
    atEndDate: 'ends it',
    windowHours: WINDOW_HOURS,
  },
  suspend: {
    from: ['active'],
    to: 'suspended',
    rejectedTo: null,
    onlyTakesAway: true,
    signatures: 'none',
    approval: 'afterwards',
    atEndDate: 'ends it',
    windowHours: null,
  },
  resume: {
    from: ['suspended'],
    to: 'active',
    rejectedTo: null,
    onlyTakesAway: false,
    signatures: 'both parties',
    approval: 'network side',
    atEndDate: 'ends it',
    windowHours: WINDOW_HOURS,
  },
  withdraw: {
    // Of a request that never came into force, where a try of it may have left something on a router.
    from: ['requested', 'active', 'suspended'],
    to: 'withdrawn',
    rejectedTo: null,
    onlyTakesAway: true,
    signatures: 'none',
    approval: 'network side',
    atEndDate: 'approves it',
    windowHours: null,
  },
};

export const onlyTakesAway = (kind: ChangeKind): boolean => CHANGE_KIND_RULES[kind].onlyTakesAway;

/** The change that leads an agreement from one state to another; null where none does. */
export function kindBetween(from: Lifecycle, to: Lifecycle): ChangeKind | null {
  return (
    CHANGE_KINDS.find((kind) => CHANGE_KIND_RULES[kind].from.includes(from) && CHANGE_KIND_RULES[kind].to === to) ??
    null
  );
}
