import { WaslError } from '../errors.ts';

export const LIFECYCLES = [
  'requested',
  'planned',
  'approved',
  'scheduled',
  'provisioning',
  'active',
  'suspended',
  'withdrawing',
  'withdrawn',
  'rejected',
  'failed',
  'attention',
] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

export type LifecycleEvent =
  | 'plan'
  | 'approve'
  | 'reject'
  | 'schedule'
  | 'start'
  | 'activate'
  | 'fail'
  | 'suspend'
  | 'resume'
  | 'withdraw'
  | 'complete'
  | 'abandon'
  | 'raise'
  | 'settle-active'
  | 'settle-failed'
  | 'settle-withdrawn';

/**
 * The lifecycle of an interconnect: state -> event -> next state. What is not in the table is illegal.
 * `abandon` gives up a change before the network was touched (stale or rejected plan of an active interconnect).
 * `raise` is for a person to look; `settle-*` is that person's finding.
 */
const TABLE: Readonly<Record<Lifecycle, Readonly<Partial<Record<LifecycleEvent, Lifecycle>>>>> = {
  requested: { plan: 'planned', reject: 'rejected', fail: 'failed' },
  planned: { approve: 'approved', plan: 'planned', reject: 'rejected', fail: 'failed' },
  approved: { schedule: 'scheduled', plan: 'planned', reject: 'rejected', fail: 'failed' },
  scheduled: { start: 'provisioning', plan: 'planned', reject: 'rejected', fail: 'failed' },
  provisioning: { activate: 'active', fail: 'failed', plan: 'planned', raise: 'attention' },
  active: { suspend: 'suspended', withdraw: 'withdrawing', raise: 'attention' },
  suspended: { resume: 'active', withdraw: 'withdrawing', raise: 'attention' },
  withdrawing: { complete: 'withdrawn', abandon: 'active', raise: 'attention' },
  attention: {
    'settle-active': 'active',
    'settle-failed': 'failed',
    'settle-withdrawn': 'withdrawn',
  },
  withdrawn: {},
  rejected: {},
  failed: {},
};

/** Throws LIFECYCLE_STEP. */
export function nextLifecycle(state: Lifecycle, event: LifecycleEvent): Lifecycle {
  const next = TABLE[state][event];
  if (next === undefined) {
    const possible = Object.keys(TABLE[state]);
    const remedy = possible.length > 0 ? `From ${state} one can: ${possible.join(', ')}.` : `${state} is an end.`;
    throw new WaslError('LIFECYCLE_STEP', `an interconnect that is ${state} cannot ${event}`, { remedy });
  }
  return next;
}

export function canStep(state: Lifecycle, event: LifecycleEvent): boolean {
  return TABLE[state][event] !== undefined;
}

export function isEnd(state: Lifecycle): boolean {
  return Object.keys(TABLE[state]).length === 0;
}

/** States in which the interconnect's route targets may be on routers. */
export const ON_NETWORK: readonly Lifecycle[] = ['provisioning', 'active', 'withdrawing', 'attention'];
