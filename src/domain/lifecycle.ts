/**
 * Where an agreement stands. Work on the network has phases of its own (`change.ts`): no technical trouble ends an agreement, and none
 * of these says what wasl is doing. Which change leads from where to where: `change-kinds.ts`.
 */
export const LIFECYCLES = ['requested', 'active', 'suspended', 'withdrawn', 'rejected', 'expired'] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

/** Ends: nothing leads out of them, and route targets are given back. */
export const LIFECYCLE_ENDS = ['withdrawn', 'rejected', 'expired'] as const satisfies readonly Lifecycle[];

export function isEnd(lifecycle: Lifecycle): boolean {
  return (LIFECYCLE_ENDS as readonly Lifecycle[]).includes(lifecycle);
}
