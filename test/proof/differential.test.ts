import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WaslError } from '../../src/errors.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { planInput } from '../plan/samples.ts';
import { disagreements, shareTargets } from './differential.ts';
import { PROPERTY_TIMEOUT_MS } from './networks.ts';
import { type SmallWorld, smallWorld } from './worlds.ts';

const removal = smallWorld.filter(({ kind }) => kind === 'withdraw' || kind === 'suspend');

test(
  'verdicts and plans of small crowded networks are those of the slow model',
  () => {
    fc.assert(
      fc.property(smallWorld, (world) => {
        expect(disagreements(world)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  },
  PROPERTY_TIMEOUT_MS,
);

const isThere = ({ view, subject }: SmallWorld): boolean => {
  const own = subject.flows.map(({ routeTarget }) => String(routeTarget));
  return shareTargets(view).some((target) => own.includes(target));
};

const removalOf = ({ view, active, subject, kind }: SmallWorld) => {
  try {
    return planChange(planInput({ view, active, subject, kind }));
  } catch (error) {
    if (error instanceof WaslError) return error.code;
    throw error;
  }
};

test(
  'a removal is refused as empty where nothing of it is on any router, and nowhere else',
  () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(removal, (world) => {
        seen.add(isThere(world));
        expect(removalOf(world) === 'PLAN_EMPTY').toBe(!isThere(world));
      }),
      { numRuns: 100 },
    );
    expect(seen.size).toBe(2);
  },
  PROPERTY_TIMEOUT_MS,
);

test(
  'no proof holds a removal up, whatever was typed by hand or not understood',
  () => {
    fc.assert(
      fc.property(removal.filter(isThere), (world) => {
        const plan = removalOf(world);
        const verdicts = typeof plan === 'string' ? [plan] : plan.proofs.map(({ verdict }) => verdict);
        expect(new Set(verdicts)).toEqual(new Set(['pass']));
      }),
      { numRuns: 100 },
    );
  },
  PROPERTY_TIMEOUT_MS,
);
