/** What is not right is refused at once, with its code and a sentence; what is not signed is not pushed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../../../src/api/client.ts';
import type { Prefix } from '../../../src/domain/prefix.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState } from '../../support/end-state.ts';
import { Installation } from '../../support/installation.ts';

const SAME = '10.100.11.0/24' as Prefix;
const MOF: string = 'MOF';

let wasl: Installation;
beforeAll(async () => {
  // Three numbers: an interconnect of two flows fits, a second one does not.
  wasl = await Installation.open({
    inventory: (demo) => {
      const { from } = demo.backbone.routeTargetPool;
      const routeTargetPool = { ...demo.backbone.routeTargetPool, to: from + 2 };
      return {
        ...demo,
        backbone: { ...demo.backbone, routeTargetPool },
        // Finance uses one of Health's networks, too.
        vpns: demo.vpns.map((vpn) => (vpn.entity === MOF ? { ...vpn, prefixes: [...vpn.prefixes, SAME] } : vpn)),
        routers: demo.routers.map((router) => ({
          ...router,
          vrfs: router.vrfs.map((vrf) => {
            if (router.name !== 'nzw-pe-01' || vrf.name !== 'MOF') return vrf;
            const attachment = { branch: 'an old office', prefixes: [SAME], probe: null, source: null };
            return { ...vrf, attachments: [...vrf.attachments, attachment] };
          }),
        })),
      };
    },
  });
});
afterAll(() => wasl[Symbol.asyncDispose]());

let keys = 0;
const newKey = () => `request-key-${++keys}`;
const asked = (flows: unknown, by: ApiClient = wasl.portal('MOH')) => by.submitRequest({ ...MOH_MOF, flows }, newKey());
const flow = (prefix: string, from = 'MOH', to = 'MOF') => [{ from, to, prefixes: [prefix] }];

describe('a request', () => {
  it.each([
    ['an unknown VPN', flow('10.100.10.0/24', 'MOH', 'MOX'), 'VPN_UNKNOWN', /MOX/],
    ['a prefix outside the VPN', flow('10.101.10.0/24'), 'PREFIX_OUTSIDE_VPN', /10\.101\.10\.0\/24/],
    ['a prefix that no site announces', flow('10.100.99.0/24'), 'PREFIX_NOT_ORIGINATED', /10\.100\.99\.0\/24/],
    ['a default route', flow('0.0.0.0/0'), 'PREFIX_DEFAULT_ROUTE', /0\.0\.0\.0\/0/],
    ['host bits', flow('10.100.10.1/24'), 'PREFIX_HOST_BITS', /10\.100\.10\.1\/24/],
    ['one entity with itself', flow('10.100.10.0/24', 'MOH', 'MOH'), 'REQUEST_PARTIES', /MOH/],
  ])('with %s is refused', async (_what, flows, code, sentence) => {
    await expect(asked(flows)).rejects.toMatchObject({ code, message: expect.stringMatching(sentence) });
  });

  it('for addresses that the other side uses itself is refused', async () => {
    await expect(asked(flow(SAME))).rejects.toMatchObject({
      code: 'PREFIX_OVERLAP',
      message: expect.stringMatching(/^10\.100\.11\.0\/24 overlaps /),
    });
  });

  it('by an entity that has no part in it is refused', async () => {
    await expect(asked(MOH_MOF.flows, wasl.portal('MOE'))).rejects.toMatchObject({
      code: 'APPROVAL_PARTY',
      message: 'MOE is no party of this request',
    });
  });

  it('sent twice is one request; another body under its key is refused', async () => {
    const key = newKey();
    const portal = wasl.portal('MOH');
    const [first, again] = await Promise.all([portal.submitRequest(MOH_MOF, key), portal.submitRequest(MOH_MOF, key)]);
    expect(again.interconnect.id).toBe(first.interconnect.id);
    expect([first.created, again.created].sort()).toEqual([false, true]);
    const other = { ...MOH_MOF, purpose: 'something else' };
    await expect(portal.submitRequest(other, key)).rejects.toMatchObject({ code: 'REQUEST_CONFLICT' });
    await wasl.signatory('MOH').withdraw(first.interconnect.id, 'only asked for');
  });
});

describe('signatures and approvals', () => {
  it('are given once, by those who may, for what they read; and a pool that is empty is said', async () => {
    const { interconnect } = await wasl.portal('MOH').submitRequest(MOH_MOF, newKey());
    const { id, requestDigest: digest } = interconnect;
    const approve = { decision: 'approve', digest } as const;
    await expect(wasl.signatory('MOE').decideRequest(id, approve)).rejects.toMatchObject({
      code: 'INTERCONNECT_UNKNOWN',
    });
    const both = wasl.as('moh-portal-1', ['portal', 'party-approver'], 'MOH');
    await expect(both.decideRequest(id, approve)).rejects.toMatchObject({
      code: 'APPROVAL_SELF',
      message: `moh-portal-1 made the request of ${id}`,
    });
    const other = { ...approve, digest: `sha256:${'0'.repeat(64)}` };
    await expect(wasl.signatory('MOH').decideRequest(id, other)).rejects.toMatchObject({ code: 'APPROVAL_DIGEST' });

    await wasl.signatory('MOH').decideRequest(id, approve);
    // The same decision again is a repeated call, not a second signature; a colleague's is one too many.
    await wasl.signatory('MOH').decideRequest(id, approve);
    const colleague = wasl.as('moh-signatory-2', ['party-approver'], 'MOH');
    await expect(colleague.decideRequest(id, approve)).rejects.toMatchObject({ code: 'APPROVAL_TWICE' });
    const reject = { decision: 'reject', digest, reason: 'changed my mind' } as const;
    await expect(wasl.signatory('MOH').decideRequest(id, reject)).rejects.toMatchObject({ code: 'APPROVAL_TWICE' });
    expect((await wasl.engineer(1).readInterconnect(id)).awaiting).toEqual(['signature of MOF']);
    await wasl.signatory('MOF').decideRequest(id, approve);

    const planId = await wasl.untilPlanned(id);
    const plan = { decision: 'approve', digest: (await wasl.engineer(2).readPlan(planId)).digest } as const;
    const signatoryAsEngineer = wasl.as('mof-signatory-1', ['engineer']);
    await expect(signatoryAsEngineer.decidePlan(planId, plan)).rejects.toMatchObject({
      code: 'APPROVAL_SELF',
      message: `mof-signatory-1 has signed the request of ${id}`,
    });
    await expect(wasl.signatory('MOF').decidePlan(planId, plan)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(wasl.changedRouters()).toEqual([]);

    // Said before anybody signs what cannot be planned.
    const second = wasl.agree({ ...MOH_MOF, purpose: 'another one for which no number is left' });
    await expect(second).rejects.toMatchObject({ code: 'ROUTE_TARGET_POOL_EXHAUSTED' });
    expect((await wasl.store.countRouteTargets()).inUse).toBe(2);

    const reason = 'not in this quarter';
    await wasl.engineer(2).decidePlan(planId, { ...plan, decision: 'reject', reason });
    await wasl.untilLifecycle(id, 'rejected');
    expect(await endState(wasl, id)).toEqual({
      ...{ lifecycle: 'rejected', outcome: 'abandoned', reason, changed: [], leftOver: [] },
    });
    await expect(wasl.engineer(2).decidePlan(planId, plan)).rejects.toMatchObject({ code: expect.any(String) });
  });
});
