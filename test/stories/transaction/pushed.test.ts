/** What is approved is what is pushed: recomputable from what the API shows, and recorded for every attempt. */
import { describe, it } from 'vitest';
import type { PlanContents } from '../../../src/plan/digest.ts';
import { digestPlan } from '../../../src/plan/digest.ts';
import { digestPayload } from '../../../src/plan/seal-payloads.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { Installation } from '../../support/installation.ts';

describe.concurrent('a plan that is approved', () => {
  it('can be recomputed by its approver, and so can what every router was sent', async ({ expect }) => {
    await using wasl = await Installation.open();
    const engineer = wasl.engineer(2);
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    const { approvals: _approvals, ...shown } = await engineer.readPlan(planId);
    expect(digestPlan(shown as unknown as PlanContents)).toBe(shown.digest);
    const payloads = await engineer.readPayloads(planId);
    const approved = shown.routers.map(({ pe, payloadDigest }) => [pe, payloadDigest]);
    expect(payloads.map(({ pe, xml }) => [pe, digestPayload(xml)])).toEqual(approved);

    await wasl.approvePlan(planId, 3);
    await wasl.untilLifecycle(id, 'active');
    const pushed = await engineer.listPushed(shown.changeId);
    expect(pushed.map(({ pe, digest }) => [pe, digest])).toEqual(approved);
    expect(pushed.map(({ xml }) => xml)).toEqual(payloads.map(({ xml }) => xml));
    expect(new Set(pushed.map(({ state }) => state))).toEqual(new Set(['confirmed']));
  });

  it('is stale when the templates have changed since: no router is written', async ({ expect }) => {
    await using wasl = await Installation.open();
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    await wasl.alterPayloads(planId);
    await wasl.approvePlan(planId);
    await wasl.untilRefused(id);
    const [first] = await wasl.store.listChanges(id as never);
    expect(first?.reason).toContain('the templates have changed since');
    expect(wasl.changedRouters()).toEqual([]);
  });
});
