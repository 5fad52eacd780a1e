import { describe, expect, test } from 'vitest';
import {
  canStep,
  isEnd,
  LIFECYCLES,
  type Lifecycle,
  type LifecycleEvent,
  nextLifecycle,
  ON_NETWORK,
} from '../../src/domain/lifecycle.ts';

const EVENTS: readonly LifecycleEvent[] = [
  'plan',
  'approve',
  'reject',
  'schedule',
  'start',
  'activate',
  'fail',
  'suspend',
  'resume',
  'withdraw',
  'complete',
  'abandon',
  'raise',
  'settle-active',
  'settle-failed',
  'settle-withdrawn',
];

function walk(...events: LifecycleEvent[]): Lifecycle {
  return events.reduce<Lifecycle>((state, event) => nextLifecycle(state, event), 'requested');
}

test('the life of an interconnect', () => {
  expect(walk('plan', 'approve', 'schedule', 'start', 'activate')).toBe('active');
  expect(walk('plan', 'approve', 'schedule', 'start', 'activate', 'withdraw', 'complete')).toBe('withdrawn');
  expect(walk('plan', 'approve', 'schedule', 'start', 'activate', 'suspend', 'resume')).toBe('active');
  expect(walk('plan', 'plan', 'approve', 'plan', 'approve', 'schedule', 'start', 'plan')).toBe('planned');
});

/** Every state that can be reached from a state, itself included. */
function reachable(from: Lifecycle): ReadonlySet<Lifecycle> {
  const seen = new Set<Lifecycle>([from]);
  for (const state of seen)
    for (const event of EVENTS) if (canStep(state, event)) seen.add(nextLifecycle(state, event));
  return seen;
}

describe('the table', () => {
  test('every state is reached from a request', () => {
    expect([...reachable('requested')].sort()).toEqual([...LIFECYCLES].sort());
  });

  test('from every state an end can be reached: nothing is stuck, everything ends', () => {
    for (const state of LIFECYCLES) expect([...reachable(state)].some(isEnd)).toBe(true);
    expect(LIFECYCLES.filter(isEnd)).toEqual(['withdrawn', 'rejected', 'failed']);
  });

  test('nothing becomes active but by provisioning, resuming, giving up a withdrawal, or the finding of a person', () => {
    const ways = LIFECYCLES.flatMap((state) =>
      EVENTS.filter((event) => canStep(state, event) && nextLifecycle(state, event) === 'active').map(
        (event) => `${state} ${event}`,
      ),
    );
    expect(ways).toEqual([
      'provisioning activate',
      'suspended resume',
      'withdrawing abandon',
      'attention settle-active',
    ]);
  });

  test('provisioning is only reached over an approved plan', () => {
    const ways = LIFECYCLES.filter((state) =>
      EVENTS.some((event) => canStep(state, event) && nextLifecycle(state, event) === 'provisioning'),
    );
    expect(ways).toEqual(['scheduled']);
    expect(LIFECYCLES.filter((state) => canStep(state, 'schedule'))).toEqual(['approved']);
    expect(LIFECYCLES.filter((state) => canStep(state, 'approve'))).toEqual(['planned']);
  });

  test('no step leads straight from the network to an end without taking the routes away', () => {
    // `provisioning fail` means that every PE was read back as before; attention is settled by a person.
    for (const state of ['active', 'withdrawing'] satisfies Lifecycle[]) {
      const ends = EVENTS.filter((event) => canStep(state, event) && isEnd(nextLifecycle(state, event)));
      expect(ends).toEqual(state === 'withdrawing' ? ['complete'] : []);
    }
    expect(ON_NETWORK).toEqual(['provisioning', 'active', 'withdrawing', 'attention']);
  });

  test('an illegal step names the state, the event and what is possible', () => {
    let illegal = 0;
    for (const state of LIFECYCLES) {
      for (const event of EVENTS) {
        if (canStep(state, event)) continue;
        illegal += 1;
        expect(() => nextLifecycle(state, event)).toThrow(
          expect.objectContaining({
            code: 'LIFECYCLE_STEP',
            message: `an interconnect that is ${state} cannot ${event}`,
          }),
        );
      }
    }
    expect(illegal).toBeGreaterThan(100);
    expect(() => nextLifecycle('withdrawn', 'resume')).toThrow(
      expect.objectContaining({ remedy: 'withdrawn is an end.' }),
    );
    expect(() => nextLifecycle('suspended', 'activate')).toThrow(
      expect.objectContaining({ remedy: 'From suspended one can: resume, withdraw, raise.' }),
    );
  });
});
