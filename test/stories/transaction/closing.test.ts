/** What may stand in the way of a removal, through the whole workflow: it ends all the same, and people are told. */
import { describe, it } from 'vitest';
import type { Inventory } from '../../../src/domain/inventory.ts';
import type { PeName, VpnId } from '../../../src/domain/names.ts';
import { shortForm } from '../../../src/domain/route-target.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { endState } from '../../support/end-state.ts';
import { deleteVrf, importOnIosxr, PEEK, prefixSet, removeImportOnIosxr } from '../../support/hand-edits.ts';
import { Installation, onServer } from '../../support/installation.ts';
import { MOE_MOF, MOH_MOF_LEARNT } from '../../support/requests.ts';
import { withThird } from '../../support/third-ministry.ts';

const CLEAN = { lifecycle: 'withdrawn', outcome: 'applied', leftOver: [] };

/** An installation with one interconnect in force. */
async function inForce(options?: Parameters<typeof Installation.open>[0], request = MOH_MOF) {
  const wasl = await Installation.open(options);
  const id = await wasl.provision(request);
  await wasl.untilLifecycle(id, 'active');
  return { wasl, id };
}

async function askAndApprove(wasl: Installation, id: string, party = 'MOF'): Promise<void> {
  await wasl.signatory(party).withdraw(id, 'the project has ended');
  await wasl.approvePlan(await wasl.untilPlanned(id));
}

const said = async (wasl: Installation, id: string) =>
  (await wasl.progress(id)).map(({ message }) => message).join('\n');

const without =
  (pe: string) =>
  (inventory: Inventory): Inventory => ({
    ...inventory,
    routers: inventory.routers.filter(({ name }) => name !== (pe as PeName)),
  });

describe.concurrent('P6c: an interconnect is withdrawn at once', () => {
  it.for([
    [
      'another route target in the register',
      `update route_targets set route_target = '0:65000:50787' where from_vpn = 'MOH' and released_at is null`,
    ],
    ['route targets that the register says were given back', 'update route_targets set released_at = now()'],
  ])('whole, by what the ledger says was given to it: %s', async ([, statement = ''], { expect }) => {
    const { wasl, id } = await inForce();
    await using _ = wasl;
    await onServer(wasl.databaseUrl, statement);
    await askAndApprove(wasl, id);
    await wasl.untilLifecycle(id, 'withdrawn');
    expect(await endState(wasl, id)).toMatchObject({ ...CLEAN, changed: [] });
  });

  it('whatever is odd elsewhere: a router that is down, an edited object, a stray import, a VRF that nobody lists', async ({
    expect,
  }) => {
    const { wasl, id } = await inForce({
      inventory: (demo) => ({ ...withThird('iosxr-um2'), backbone: demo.backbone }),
    });
    await using _ = wasl;
    const before = wasl.texts();
    wasl.backbone.router('ibr-pe-01').faults.set({ kind: 'refuse-connections' });
    wasl.backbone.router('mct-pe-01').editRunning(prefixSet('WASL-MOH-IPV4-0-65000-50000', '  10.100.10.0/24 le 32'));
    wasl.backbone.router('nzw-pe-01').editRunning(importOnIosxr('VISITORS', '65000:50000'));
    wasl.backbone.router('soh-pe-01').editRunning(PEEK.replaceAll('MOI', 'MOE'));
    expect(wasl.changedRouters(before).sort()).toEqual(['mct-pe-01', 'nzw-pe-01', 'soh-pe-01']);
    await askAndApprove(wasl, id);
    await wasl.untilLifecycle(id, 'withdrawn');
    const words = await said(wasl, id);
    expect(words).toContain('ibr-pe-01, which by the record does not carry the interconnect, was not read');
    expect(words).toContain('taken away whole');
    expect(words).toContain('VRF MOE at soh-pe-01');
    expect(words).toContain('VRF VISITORS at nzw-pe-01');
    // What people typed beside it is theirs.
    expect(await endState(wasl, id)).toMatchObject({ ...CLEAN, changed: ['nzw-pe-01', 'soh-pe-01'] });
    for (const router of wasl.backbone.routers()) expect(router.runningText()).not.toContain('WASL-');
  });

  it.for(['withdrawn by a party', 'its end date'])(
    'where a router that carries it is down (%s): the others are cleaned, it is told and tried again, and only then over',
    async (how, { expect }) => {
      const validUntil = new Date(Date.now() + 110_000).toISOString();
      const { wasl, id } = await inForce({}, how === 'its end date' ? { ...MOH_MOF, validUntil } : MOH_MOF);
      await using _ = wasl;
      const router = wasl.backbone.router('soh-pe-01');
      const fault = router.faults.set({ kind: 'refuse-connections' });
      if (how !== 'its end date') await askAndApprove(wasl, id);
      const { nextAt } = await wasl.untilWaiting(
        id,
        /^confirmed on 3 routers, each read back; soh-pe-01 may still carry it: /,
      );
      expect(wasl.changedRouters()).toEqual(['soh-pe-01']);
      const seen = await wasl.engineer(1).readInterconnect(id);
      expect([seen.lifecycle, seen.awaiting]).toEqual(['active', []]);
      expect(seen.standing).toMatch(/^withdrawing/);
      expect(seen.next).toMatch(/soh-pe-01|tries again/);
      expect((await wasl.store.countRouteTargets()).inUse).toBe(2);
      // The first try says it at once, and it goes on under the same approval.
      expect(nextAt).not.toBeNull();
      await wasl.untilWaiting(id, /^the routers that were read are clean; soh-pe-01 may still carry it: connect/);
      await expect
        .poll(async () => (await wasl.engineer(1).readReady()).says)
        .toContainEqual(expect.stringMatching(/^interconnects that are being withdrawn, and a router .*: 1 /));
      expect((await wasl.engineer(1).readInterconnect(id)).changes.at(-1)?.left).toEqual([
        { pe: 'soh-pe-01', reason: expect.stringContaining('soh-pe-01: connect') },
      ]);
      router.faults.clear(fault);
      await wasl.untilLifecycle(id, 'withdrawn');
      expect(await endState(wasl, id)).toMatchObject({ ...CLEAN, changed: [] });
      expect(wasl.learnt()).toEqual([]);
    },
  );
});

it("a site of a party leans on it by somebody's hand: taken back once and told, then over, under one approval", async ({
  expect,
}) => {
  const { wasl, id } = await inForce();
  await using _ = wasl;
  const router = wasl.backbone.router('mct-pe-01');
  const own = shortForm(wasl.backbone.baseRouteTarget('MOH' as VpnId));
  router.editRunning(importOnIosxr('MOH', '65000:50000'));
  router.editRunning(removeImportOnIosxr('MOH', own), 'none');
  await askAndApprove(wasl, id);
  await wasl.untilLifecycle(id, 'withdrawn');
  const words = await said(wasl, id);
  expect(words).toMatch(/no longer reaches its own site .*; the next try is not taken back for it/);
  // One change, which is tried again with the next plan.
  const changes = await wasl.store.listChanges(id as never);
  expect(changes.map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ['provision', 'applied'],
    ['withdraw', 'applied'],
  ]);
  // The operator's own import is still the operator's to put back.
  expect(await endState(wasl, id)).toMatchObject({ ...CLEAN, changed: ['mct-pe-01'] });
  expect(router.runningText()).not.toMatch(/WASL-|50000/);
});

describe.concurrent('P6h: an inventory that no longer has a router on which the interconnect is', () => {
  it.for([
    ['P6h: one that only takes', 'soh-pe-01', MOH_MOF],
    ['P6i: one that gives', 'mct-pe-01', MOH_MOF],
  ] as const)(
    'is refused to one person; after two, it is cleaned all the same: %s',
    async ([, pe, request], { expect }) => {
      const { wasl, id } = await inForce({}, request);
      await using _ = wasl;
      const admin = wasl.as('admin-1', ['admin']);
      const less = without(pe)(wasl.backbone.inventory());
      const { version } = await admin.readInventory();
      await expect(admin.importInventory(less, version)).rejects.toMatchObject({ code: 'INVENTORY_IN_USE' });
      await bringIntoForce(wasl.store, less);
      const router = wasl.backbone.router(pe);
      const fault = router.faults.set({ kind: 'refuse-connections' });
      await askAndApprove(wasl, id, 'MOF');
      await wasl.untilWaiting(id, new RegExp(pe));
      expect(wasl.changedRouters()).toEqual([pe]);
      expect((await wasl.store.countRouteTargets()).inUse).toBe(2);
      router.faults.clear(fault);
      await wasl.untilLifecycle(id, 'withdrawn');
      expect(await endState(wasl, id)).toMatchObject({ ...CLEAN, changed: [] });
      expect(wasl.learnt()).toEqual([]);
    },
  );
});

describe.concurrent('at night', () => {
  it('two neighbours are withdrawn at one moment while the router that both are on restarts', async ({ expect }) => {
    const { wasl, id } = await inForce();
    await using _ = wasl;
    const other = await wasl.provision(MOE_MOF);
    await wasl.untilLifecycle(other, 'active');
    const both = [id, other];
    for (const one of both) await wasl.signatory('MOF').withdraw(one, 'the project has ended');
    const plans = await Promise.all(both.map((one) => wasl.untilPlanned(one)));
    wasl.backbone
      .router('mct-pe-01')
      .faults.set({ kind: 'reboot', operation: 'confirming-commit', when: 'before', downMs: 4_000 }, { times: 1 });
    await Promise.all(plans.map((plan) => wasl.approvePlan(plan)));
    for (const one of both) await wasl.untilLifecycle(one, 'withdrawn');
    for (const one of both) expect(await endState(wasl, one)).toMatchObject({ ...CLEAN, changed: [] });
    expect(wasl.learnt()).toEqual([]);
  });

  it('a VRF that takes part was deleted by hand on one router: what is left there goes', async ({ expect }) => {
    const { wasl, id } = await inForce();
    await using _ = wasl;
    wasl.backbone.router('nzw-pe-01').editRunning(deleteVrf('iosxr-um2', 'MOF'), 'none');
    await askAndApprove(wasl, id);
    await wasl.untilLifecycle(id, 'withdrawn');
    expect(await endState(wasl, id)).toMatchObject({ ...CLEAN, changed: ['nzw-pe-01'] });
    expect(wasl.backbone.router('nzw-pe-01').runningText()).not.toContain('WASL-');
  });

  it('the templates changed after a removal was approved: it is planned again, and needs no other approval', async ({
    expect,
  }) => {
    const { wasl, id } = await inForce();
    await using _ = wasl;
    await wasl.signatory('MOF').withdraw(id, 'the project has ended');
    const planId = await wasl.untilPlanned(id);
    await wasl.alterPayloads(planId);
    await wasl.approvePlan(planId);
    await wasl.untilLifecycle(id, 'withdrawn');
    expect(await endState(wasl, id)).toMatchObject({ ...CLEAN, changed: [] });
  });

  it('a router is marked as in maintenance while a transaction on it is recovered', async ({ expect }) => {
    await using wasl = await Installation.open({ worker: 'none' });
    const worker = await wasl.startWorkerProcess();
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    wasl.backbone.router('soh-pe-01').faults.set({ kind: 'slow', ms: 400 });
    await wasl.approvePlan(planId);
    await wasl.untilDone(id, 'commit', 3);
    await worker.kill();
    const inventory = wasl.backbone.inventory();
    const mark = (maintenance: boolean) =>
      bringIntoForce(wasl.store, {
        ...inventory,
        routers: inventory.routers.map((each) =>
          (each.name as string) === 'soh-pe-01' ? { ...each, maintenance } : each,
        ),
      });
    await mark(true);
    await wasl.startWorkerProcess();
    await wasl.untilWaiting(id, /maintenance/);
    expect(wasl.changedRouters()).toEqual([]);
    await mark(false);
    await wasl.untilLifecycle(id, 'active');
    expect(await endState(wasl, id)).toMatchObject({ lifecycle: 'active', outcome: 'applied', leftOver: [] });
    expect(wasl.learnt().sort()).toEqual(MOH_MOF_LEARNT);
  });
});
