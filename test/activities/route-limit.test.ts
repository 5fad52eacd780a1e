/** A table that may hold no more than so many routes: planned for, and asked again at the push. */
import { expect, it } from 'vitest';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { junosInstances } from '../support/hand-edits.ts';
import { BOTH_WAYS, StagedNetwork } from '../support/staged-network.ts';

const limited = (routes: number) =>
  junosInstances(
    `<instance><name>MOH</name><routing-options><maximum-prefixes><limit>${routes}</limit></maximum-prefixes></routing-options></instance>`,
  );

it('nothing comes to a table that has no room for it, and one that has none by the push is not pushed to', async () => {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const junos = network.backbone.router('sll-pe-01');
  junos.editRunning(limited(1));
  const full = await network.planned(...BOTH_WAYS);
  expect(full.plan?.proofs.find(({ name }) => name === 'route-limits')).toMatchObject({
    verdict: 'fail',
    counterExamples: [{ pe: 'sll-pe-01', sentence: expect.stringMatching(/would take 1 more, but may hold 1: raise/) }],
  });

  junos.editRunning(limited(1_000));
  const id = network.agree({ from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24'] });
  const changeId = network.newChange(id, 'provision');
  const { planId, plan } = await network.plan(id, changeId);
  expect(plan?.proofs.map(({ name, verdict }) => [name, verdict])).toContainEqual(['route-limits', 'pass']);
  junos.editRunning(limited(1));
  expect(await network.push(changeId, planId ?? full.planId)).toMatchObject({
    code: 'PLAN_STALE',
    reason: expect.stringContaining('but may hold 1'),
  });
  junos.editRunning(limited(1_000));
  expect(await network.carryOut(id, 'provision')).toMatchObject({ verdict: 'pass' });
});
