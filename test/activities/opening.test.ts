/** What opens is proved again at every push, over the network and the inventory as they are then. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { digestOf } from '../../src/domain/canonical-json.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { Attachment } from '../../src/domain/network-view.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Prefix } from '../../src/domain/prefix.ts';
import { digestPlan } from '../../src/plan/digest.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { DETACH_ALL, importOnIosxr, junosInstances, PEEK, removeImportOnIosxr } from '../support/hand-edits.ts';
import { BOTH_WAYS, StagedNetwork } from '../support/staged-network.ts';
import { withThird } from '../support/third-ministry.ts';

describe('two requests planned side by side', () => {
  it('that share a prefix and routers both become active, in either order', async () => {
    for (const order of [[0, 1] as const, [1, 0] as const]) {
      await using network = await StagedNetwork.open(withThird('iosxr-um2', 'soh-pe-01'));
      const plans = [
        await network.planned(
          { from: 'MOE', to: 'MOF', prefixes: ['10.150.20.0/24'] },
          { from: 'MOF', to: 'MOE', prefixes: ['10.200.20.0/24'] },
        ),
        await network.planned(
          { from: 'MOE', to: 'MOH', prefixes: ['10.150.20.0/24'] },
          { from: 'MOH', to: 'MOE', prefixes: ['10.100.10.0/24'] },
        ),
      ];
      for (const index of order) {
        const { id, changeId, planId } = plans[index] as (typeof plans)[number];
        expect(await network.push(changeId, planId)).toMatchObject({ verdict: 'pass' });
        network.settle(id, 'active');
      }
      const second = plans[order[1]]?.plan;
      expect(silent(second, 'soh-pe-01')).not.toEqual([]);
    }
  });

  const silent = (plan: Plan | null | undefined, pe: string) =>
    plan?.probes.filter((probe) => probe.pe === pe && probe.expect === 'unreachable') ?? [];
});

describe('the network changed after planning', () => {
  it('a router that the change does not touch imports its route target: the plan is stale', async () => {
    await using network = await StagedNetwork.open(withThird('iosxr-um2'));
    const { changeId, planId } = await network.planned(...BOTH_WAYS);
    network.backbone.router('ibr-pe-01').editRunning(importOnIosxr('MOI', '65000:50000'));
    const result = await network.push(changeId, planId);
    expect(result).toMatchObject({ verdict: 'fail', code: 'PLAN_STALE', stage: 'prepare' });
    expect(result.reason).toContain('MOI');
  });

  it('and a policy that nobody had judged, though what it says opens nothing', async () => {
    await using network = await StagedNetwork.open(withThird('junos-yang'));
    const { changeId, planId } = await network.planned(...BOTH_WAYS);
    network.backbone.router('ibr-pe-01').editRunning(PEEK.replace('target:65000:50000', 'target:65000:501'));
    const result = await network.push(changeId, planId);
    expect(result).toMatchObject({ verdict: 'fail', code: 'PLAN_STALE', stage: 'prepare' });
    expect(result.reason).toContain('nobody approved it, that import policy IMP of VRF MOI at ibr-pe-01');
  });
});

describe('the inventory changed after planning', () => {
  const attach = (inventory: Inventory, pe: string, vrf: string, prefix: string): Inventory => ({
    ...inventory,
    routers: inventory.routers.map((router) => ({
      ...router,
      vrfs: router.vrfs.map((one) =>
        (router.name as string) === pe && (one.name as string) === vrf
          ? {
              ...one,
              attachments: [...one.attachments, { branch: 'new site', prefixes: [prefix as never], probe: null }],
            }
          : one,
      ),
    })),
  });

  it('what touches the plan voids it, with the difference', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const { changeId, planId, plan } = await network.planned({ from: 'MOE', to: 'MOF', prefixes: ['10.150.20.0/24'] });
    expect(plan).toMatchObject({ inventoryVersion: 1, inventoryDigest: digestOf(network.backbone.inventory()) });
    network.inventories.push(attach(network.backbone.inventory(), 'nzw-pe-01', 'MOF', '10.150.20.0/25'));
    const result = await network.push(changeId, planId);
    expect(result).toMatchObject({ verdict: 'fail', code: 'PLAN_STALE', stage: 'prepare' });
    expect(result.reason).toBe(
      'inventory 2 differs from 1, with which the plan was made: 10.150.20.0/25 in VRF MOF at nzw-pe-01 is new: ' +
        'attached (new site, {"probe":null,"source":null})',
    );
  });

  it('what is about others does not', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const { changeId, planId } = await network.planned(...BOTH_WAYS);
    network.inventories.push(attach(network.backbone.inventory(), 'soh-pe-01', 'MOE', '10.150.77.0/24'));
    expect(await network.push(changeId, planId)).toMatchObject({ verdict: 'pass' });
  });

  it('a removal does not ask', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const id = network.agree(...BOTH_WAYS);
    await network.provision(id);
    const changeId = network.newChange(id, 'withdraw');
    const { planId } = await network.plan(id, changeId);
    network.inventories.push(attach(network.backbone.inventory(), 'nzw-pe-01', 'MOF', '10.200.77.0/24'));
    expect(await network.push(changeId, planId)).toMatchObject({ verdict: 'pass', left: [] });
  });

  it('a VPN that belongs to somebody else now is not planned for', async () => {
    await using network = await StagedNetwork.open(withThird('iosxr-um2'));
    const id = network.agree(...BOTH_WAYS);
    const inventory = network.backbone.inventory();
    network.inventories.push({
      ...inventory,
      vpns: inventory.vpns.map((vpn) => ((vpn.id as string) === 'MOF' ? { ...vpn, entity: 'MOI' as never } : vpn)),
    });
    await expect(network.plan(id, network.newChange(id, 'provision'))).rejects.toMatchObject({
      code: 'APPROVAL_PARTY',
      message: 'the VPNs of IC-0001 belong to MOH and MOI now; MOF and MOH agreed to it',
    });
  });
});

it('a VRF of a party that exchanges routes with another VPN already is told: it may be listed under the wrong one', async () => {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const company = ({ plan }: { readonly plan: Plan | null }) =>
    plan?.told?.filter((sentence) => sentence.includes('without an agreement')) ?? [];
  expect(company(await network.planned(...BOTH_WAYS))).toEqual([]);
  network.backbone.router('mct-pe-01').editRunning(importOnIosxr('MOH', '65000:300'));
  const [first] = company(await network.planned(...BOTH_WAYS));
  expect(first).toMatch(
    /^VRF MOH at mct-pe-01, listed as MOH, already takes \d networks? of VRF MOE at (mct|soh)-pe-01, listed as MOE, by route target 65000:300, without an agreement: /,
  );
});

it('a site that was listed after another agreement is told, and part of the next request', async () => {
  const grown = withThird('iosxr-um2', 'ibr-pe-01', { vpn: 'MOF', prefix: '10.200.30.0/24' });
  await using network = await StagedNetwork.open(grown);
  const [whole] = network.inventories;
  if (whole === undefined) throw new Error('an inventory');
  network.inventories[0] = {
    ...whole,
    routers: whole.routers.map((router) =>
      (router.name as string) === 'ibr-pe-01' ? { ...router, vrfs: [] } : router,
    ),
  };
  await network.provision(network.agree(...BOTH_WAYS));
  network.inventories.push(whole);
  const second = network.agree({ from: 'MOH', to: 'MOF', prefixes: ['10.100.30.0/24'] });
  const { verdict, plan } = await network.carryOut(second, 'provision');
  expect(verdict).toBe('pass');
  expect(plan?.told).toContain(
    'VRF MOF at ibr-pe-01 does not have IC-0001, which is older than its place in the inventory',
  );
  expect(plan?.routers.map(({ pe }) => pe)).toContain('ibr-pe-01');
});

describe('the same change, pushed again', () => {
  it('an attempt that was rolled back while it confirmed never makes a later one go forward', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const before = network.texts();
    const { id, changeId, planId } = await network.planned(...BOTH_WAYS);
    if (planId === null) throw new Error('planned');
    const input = { changeId, planId };
    await network.stages.prepareRouters(input);
    await network.stages.commitRouters(input);
    // As of a worker that died with its confirmation on the way, and was rolled back.
    const epoch = Math.max(...network.journal.map((entry) => entry.epoch));
    const [first] = network.journal;
    if (first === undefined) throw new Error('journalled');
    network.journal.push({ ...first, state: 'confirm-sent', epoch });
    await network.stages.cancelRouters(input);

    await network.stages.prepareRouters(input);
    await network.stages.commitRouters(input);
    // Its sessions live on: only the journal says what may be done.
    const pes = network.journal.slice(network.journal.findLastIndex(({ state }) => state === 'preparing') + 1);
    expect(pes.some(({ state }) => state === 'confirm-sent')).toBe(false);
    await network.stages.close();
    expect(await network.recover(changeId, planId)).toMatchObject({ outcome: 'rolled-back' });
    expect([...network.texts()].filter(([pe, text]) => before.get(pe) !== text)).toEqual([]);
    expect(network.carriers(id)).toEqual([]);
    expect(await network.push(changeId, planId)).toMatchObject({ verdict: 'pass' });
    expect(network.carriers(id)).toHaveLength(4);
  });

  it('an attempt that has not begun is none', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const { changeId, planId } = await network.planned(...BOTH_WAYS);
    if (planId === null) throw new Error('planned');
    await network.push(changeId, planId);
    network.claim(changeId);
    expect(await network.recover(changeId, planId)).toMatchObject({ outcome: 'refused' });
  });
});

it('what was not verified is not confirmed, whatever the worker is told', async () => {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const before = network.texts();
  const { changeId, planId } = await network.planned(...BOTH_WAYS);
  if (planId === null) throw new Error('planned');
  const input = { changeId, planId };
  await network.stages.prepareRouters(input);
  await network.stages.commitRouters(input);
  expect(await network.stages.confirmRouters(input)).toMatchObject({ verdict: 'fail', code: 'VERIFY_FAILED' });
  await network.stages.cancelRouters(input);
  expect([...network.texts()].filter(([pe, text]) => before.get(pe) !== text)).toEqual([]);
});

it.for(['provision', 'withdraw'] as const)(
  '%s: what somebody puts into running beside the locked candidate stays',
  async (kind) => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const id = network.agree(...BOTH_WAYS);
    if (kind === 'withdraw') await network.provision(id);
    const changeId = network.newChange(id, kind);
    const { planId } = await network.plan(id, changeId);
    if (planId === null) throw new Error('planned');
    const input = { changeId, planId };
    await network.stages.prepareRouters(input);
    const router = network.backbone.router('mct-pe-01');
    router.editRunning(importOnIosxr('MOE', '65000:77'));
    const edited = router.runningText();
    const committed = await network.stages.commitRouters(input);
    expect(committed).toMatchObject(
      kind === 'provision'
        ? { verdict: 'fail', code: 'ROUTER_CANDIDATE_DIRTY', reason: /^mct-pe-01: running was edited/ }
        : { verdict: 'pass' },
    );
    expect(router.runningText()).toBe(edited);
    if (kind === 'provision') await network.stages.cancelRouters(input);
    expect(router.runningText()).toBe(edited);
    await network.stages.close();
  },
);

describe('somebody edits a router of the change once its tables were looked at', () => {
  /** While an untouched router is asked whether it has changed, which is the last thing before the confirmation but one. */
  const editedLate = async (config: string, operation: 'merge' | 'none' = 'merge', pe = 'mct-pe-01') => {
    const network = await StagedNetwork.open(DEMO_INVENTORY);
    const before = network.texts();
    const { changeId, planId } = await network.planned({ from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24'] });
    if (planId === null) throw new Error('planned');
    const input = { changeId, planId };
    await network.stages.prepareRouters(input);
    await network.stages.commitRouters(input);
    const bystander = network.backbone.router('sll-pe-01');
    bystander.faults.set({ kind: 'slow', ms: 300 });
    const sessions = bystander.sessions().length;
    const verifying = network.stages.verifyRouters(input);
    while (bystander.sessions().length === sessions) await sleep(5);
    network.backbone.router(pe).editRunning(config, operation);
    const verified = await verifying;
    await network.stages.cancelRouters(input);
    return { network, before, verified };
  };

  it('a third VRF takes the new route target: nothing is confirmed', async () => {
    const { network, verified } = await editedLate(importOnIosxr('MOE', '65000:50000'));
    await using _ = network;
    expect(verified).toMatchObject({ verdict: 'fail', code: 'ROUTER_READ_BACK' });
    expect(verified.reason).toBe('mct-pe-01: VRF MOE is not as approved: has also import 65000:50000 (ipv4)');
  });

  it('two VRFs of the router exchange routes by auto-export: nothing is confirmed', async () => {
    const on = '<instance><name>MOE</name><routing-options><auto-export/></routing-options></instance>';
    const { network, verified } = await editedLate(junosInstances(on), 'merge', 'soh-pe-01');
    await using _ = network;
    expect(verified).toMatchObject({
      code: 'ROUTER_READ_BACK',
      reason: "soh-pe-01: configuration that is not wasl's has changed since it was read under the lock",
    });
  });

  it('and where a part of the change is gone again, that says nothing of the change', async () => {
    const { network, before, verified } = await editedLate(DETACH_ALL, 'none');
    await using _ = network;
    expect(verified).toMatchObject({ verdict: 'fail', code: 'CHANGE_REVERTED', transient: true });
    expect([...network.texts()].filter(([pe, text]) => before.get(pe) !== text)).toEqual([]);
  });
});

describe('somebody acts once the change was verified', () => {
  const committed = async (inventory: Inventory) => {
    const network = await StagedNetwork.open(inventory);
    const before = network.texts();
    const { changeId, planId } = await network.planned(...BOTH_WAYS);
    if (planId === null) throw new Error('planned');
    const input = { changeId, planId };
    await network.stages.prepareRouters(input);
    await network.stages.commitRouters(input);
    return { network, before, input };
  };

  it.for([
    ['a third VRF of a router of the change', 'mct-pe-01', 'MOE', 'VERIFY_FAILED', /VRF MOE at mct-pe-01 gained/],
    ['a VRF of a router that it does not touch', 'ibr-pe-01', 'MOI', 'PLAN_STALE', /not as it was planned for: .*MOI/],
  ] as const)(
    '%s takes the new route target while the confirmation waits: nothing is confirmed',
    async ([, pe, vrf, code, why]) => {
      const { network, before, input } = await committed(withThird('iosxr-um2'));
      await using _ = network;
      expect(await network.stages.verifyRouters(input)).toMatchObject({ verdict: 'pass' });
      network.backbone.router(pe).editRunning(importOnIosxr(vrf, '65000:50000'));
      await sleep(2_100);
      const confirmed = await network.stages.confirmRouters(input);
      expect(confirmed).toMatchObject({ verdict: 'fail', code });
      expect(confirmed.reason).toMatch(why);
      expect(network.journal.some(({ state }) => state === 'confirm-sent')).toBe(false);
      expect(await network.recover(input.changeId, input.planId)).toMatchObject({ outcome: 'rolled-back' });
      const changed = [...network.texts()].filter(([name, text]) => before.get(name) !== text);
      // A router goes back to what it was before the commit, and so does what was typed meanwhile.
      expect(changed.map(([name]) => name)).toEqual(pe === 'ibr-pe-01' ? [pe] : []);
    },
  );

  it('a site announces a part of what was agreed while pings are under way: it is seen', async () => {
    const { network, input } = await committed(DEMO_INVENTORY);
    await using _ = network;
    const [giver, taker] = [network.backbone.router('mct-pe-01'), network.backbone.router('nzw-pe-01')];
    giver.faults.set({ kind: 'slow', ms: 100 });
    // Asked for each echo that reaches a site of it.
    const pinged = vi.spyOn(giver.faults, 'all');
    const verifying = network.stages.verifyRouters(input);
    await expect.poll(() => pinged.mock.calls.flat(), { interval: 5 }).toContain('blackhole');
    const sites = taker.attachments as Map<string, readonly Attachment[]>;
    const late = { branch: 'late', prefixes: ['10.100.10.128/25' as Prefix], probe: null };
    sites.set('MOF', [...(sites.get('MOF') ?? []), late]);
    taker.editRunning(importOnIosxr('MOF', '65000:200'));
    expect(await verifying).toMatchObject({ code: 'VERIFY_FAILED', reason: /10\.100\.10\.128\/25/ });
    await network.stages.cancelRouters(input);
  });
});

describe('what is seen while the change is not there', () => {
  const silentFrom = async (undo: (network: StagedNetwork) => void) => {
    const network = await StagedNetwork.open(DEMO_INVENTORY);
    const { changeId, planId } = await network.planned(...BOTH_WAYS);
    if (planId === null) throw new Error('planned');
    const input = { changeId, planId };
    await network.stages.prepareRouters(input);
    await network.stages.commitRouters(input);
    for (const pe of network.backbone.inventory().routers.map(({ name }) => name as string))
      network.backbone.router(pe).faults.set({ kind: 'blackhole', target: '10.200.10.0/24' });
    const verifying = network.stages.verifyRouters(input);
    await sleep(1_000);
    undo(network);
    const verified = await verifying;
    await network.stages.cancelRouters(input);
    return { network, verified };
  };

  it('is no verdict: a router took it back while it was verified', async () => {
    const { network, verified } = await silentFrom(({ backbone }) => {
      backbone.router('mct-pe-01').editRunning(removeImportOnIosxr('MOH', '65000:50001'), 'none');
    });
    await using _ = network;
    expect(verified).toMatchObject({ verdict: 'fail', code: 'CHANGE_REVERTED', transient: true });
    expect(verified.reason).toMatch(
      /^mct-pe-01 no longer holds the change in VRF MOH; seen then, and no fact of the change: /,
    );
  });

  it('is one where nothing else happened', async () => {
    const { network, verified } = await silentFrom(() => undefined);
    await using _ = network;
    expect(verified).toMatchObject({ verdict: 'fail', code: 'VERIFY_FAILED', transient: false });
  });
});

describe('a plan that cannot be made', () => {
  const flow = { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24'] };

  it('leaves in the record what a rule refused, by the worker that found it', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const id = network.agree(flow);
    const vpns = DEMO_INVENTORY.vpns.map((vpn) => (vpn.id === 'MOF' ? { ...vpn, entity: 'MTCIT' as never } : vpn));
    network.inventories.push({ ...DEMO_INVENTORY, vpns });
    await expect(network.plan(id, network.newChange(id, 'provision'))).rejects.toMatchObject({
      code: 'APPROVAL_PARTY',
    });
    expect(network.finding).toMatchObject({ by: 'planning', outcome: 'refused', code: 'APPROVAL_PARTY', path: id });
    expect(network.finding).toMatchObject({ reason: expect.stringMatching(/^the VPNs of IC-0001 belong to/) });
  });

  it('leaves nothing where something was away: that is no verdict', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const id = network.agree(flow);
    network.backbone.router('mct-pe-01').faults.set({ kind: 'refuse-connections' });
    await expect(network.plan(id, network.newChange(id, 'provision'))).rejects.toThrow();
    expect(network.finding).toBeNull();
  });
});

describe('routes that the inventory does not list', () => {
  /** An attachment that a router has, and the inventory has not. */
  async function withUnlisted(prefix: string, pe: string, vrf: string): Promise<StagedNetwork> {
    const routers = DEMO_INVENTORY.routers.map((router) => ({
      ...router,
      vrfs: router.vrfs.map((one) =>
        (router.name as string) === pe && (one.name as string) === vrf
          ? {
              ...one,
              attachments: [...one.attachments, { branch: 'unlisted', prefixes: [prefix as never], probe: null }],
            }
          : one,
      ),
    }));
    const network = await StagedNetwork.open({ ...DEMO_INVENTORY, routers });
    const known = network.backbone.inventory();
    const listed = new Map(DEMO_INVENTORY.routers.map((router) => [router.name as string, router.vrfs]));
    network.inventories.splice(0, 1, {
      ...known,
      routers: known.routers.map((router) => ({ ...router, vrfs: listed.get(router.name) ?? router.vrfs })),
    });
    return network;
  }
  const MOE_MOF = [
    { from: 'MOE', to: 'MOF', prefixes: ['10.150.10.0/24'] },
    { from: 'MOF', to: 'MOE', prefixes: ['10.200.10.0/24', '10.200.20.0/24'] },
  ] as const;

  it('P3 a covering route of the taker is refused unless it was accepted by name, and then told', async () => {
    await using network = await withUnlisted('10.150.0.0/16', 'soh-pe-01', 'MOF');
    const { changeId, planId, plan } = await network.planned(...MOE_MOF);
    expect(plan?.toAccept).toEqual([
      {
        name: '10.150.0.0/16@MOF',
        pes: ['nzw-pe-01', 'soh-pe-01'],
        sentence: expect.stringContaining(
          'from then on 10.150.10.0/24 goes to MOE: until now VRF MOF at soh-pe-01 sends it by 10.150.0.0/16',
        ),
      },
    ]);
    expect(await network.push(changeId, planId)).toMatchObject({ code: 'APPROVAL_ACCEPTS', stage: 'prepare' });
    network.accepts = ['10.150.0.0/16@MOF'];
    expect(await network.push(changeId, planId)).toMatchObject({ verdict: 'pass' });
  });

  it('a longer route of the taker is no matter of acceptance', async () => {
    await using network = await withUnlisted('10.150.10.128/25', 'soh-pe-01', 'MOF');
    const { plan } = await network.planned(...MOE_MOF);
    const proof = plan?.proofs.find(({ name }) => name === 'no-overlap');
    expect(proof?.verdict).toBe('fail');
    expect(proof?.counterExamples[0]?.sentence).toContain('overlaps 10.150.10.128/25');
  });

  it('a default route is told, and takes nobody in', async () => {
    await using network = await withUnlisted('0.0.0.0/0', 'soh-pe-01', 'MOF');
    const { changeId, planId, plan } = await network.planned(...MOE_MOF);
    expect(plan?.told).toContain(
      'from then on 10.150.10.0/24 goes to MOE: until now VRF MOF at soh-pe-01 sends it by its default route',
    );
    expect(await network.push(changeId, planId)).toMatchObject({ verdict: 'pass' });
  });

  it('P4 the default route of a whole VPN is to be accepted by name', async () => {
    await using network = await withUnlisted('0.0.0.0/0', 'mct-pe-01', 'MOH');
    const id = network.agree({ from: 'MOH', to: 'MOF', prefixes: 'whole-vpn' });
    const changeId = network.newChange(id, 'provision');
    const { planId, plan } = await network.plan(id, changeId);
    expect(plan?.toAccept?.map(({ name }) => name)).toEqual(['0.0.0.0/0@MOF']);
    expect(await network.push(changeId, planId)).toMatchObject({ code: 'APPROVAL_ACCEPTS' });
    network.accepts = ['0.0.0.0/0@MOF'];
    expect(await network.push(changeId, planId)).toMatchObject({ verdict: 'pass' });
  });

  it('what came to a table after planning voids the plan', async () => {
    await using network = await withUnlisted('10.150.0.0/16', 'soh-pe-01', 'MOF');
    const { changeId, planId, plan } = await network.planned(...MOE_MOF);
    const { toAccept: _, ...without } = plan as Plan;
    network.replacePlan({ ...without, digest: digestPlan(without) });
    expect(await network.push(changeId, planId)).toMatchObject({ code: 'PLAN_STALE', stage: 'prepare' });
  });
});
