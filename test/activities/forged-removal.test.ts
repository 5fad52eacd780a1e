/** A plan that calls itself a removal, in the record of somebody who has no key: fewer signatures are due of it, and it opens nothing. */
import { expect, it } from 'vitest';
import { CHANGE_KIND_RULES } from '../../src/domain/change-kinds.ts';
import { dueStatements } from '../../src/domain/due-statements.ts';
import { digestPlan } from '../../src/plan/digest.ts';
import { decisionFacts, NOW, push } from '../domain/agreement-samples.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { BOTH_WAYS, StagedNetwork } from '../support/staged-network.ts';

it('is pushed only where it takes away', async () => {
  const grounds = { planDigests: [], policies: [] };
  expect(dueStatements(push({ kind: 'suspend' }), decisionFacts(), [], grounds, { now: NOW, when: 'push' })).toEqual(
    [],
  );
  expect(CHANGE_KIND_RULES.suspend.from).toEqual(['active']);

  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const { id, changeId, planId, plan } = await network.planned(...BOTH_WAYS);
  if (plan === null) throw new Error('nothing was planned');
  network.settle(id, 'active');
  const forged = { ...plan, kind: 'suspend' as const };
  network.replacePlan({ ...forged, digest: digestPlan(forged) });
  const before = network.texts();
  const result = await network.push(changeId, planId);
  expect(result).toMatchObject({ verdict: 'fail', code: 'PLAN_STALE', stage: 'prepare' });
  expect(result.reason).toMatch(/and it only takes away/);
  expect(network.texts()).toEqual(before);
});
