/** Interconnects that share routers and VRFs: each ends on its own, none moves another. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/domain/inventory.ts';
import type { Attachment } from '../../../src/domain/network-view.ts';
import type { Address, Prefix } from '../../../src/domain/prefix.ts';
import type { InterconnectRequest } from '../../../src/domain/request.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState } from '../../support/end-state.ts';
import { Installation } from '../../support/installation.ts';
import { MOE_MOF, MOH_MOF_LEARNT } from '../../support/requests.ts';

const FOUR = ['mct-pe-01', 'sll-pe-01', 'nzw-pe-01', 'soh-pe-01'];
const APPLIED = 'confirmed on 4 routers, each read back';
const AT_ONCE = 10;

/** A site each for every one of the interconnects. */
function withSites(inventory: Inventory): Inventory {
  const places: Readonly<Record<string, readonly [router: string, network: string]>> = {
    MOH: ['mct-pe-01', '10.100'],
    MOF: ['nzw-pe-01', '10.200'],
  };
  const sites = (network: string): Attachment[] =>
    Array.from({ length: AT_ONCE }, (_, index) => ({
      branch: `site ${index}`,
      prefixes: [`${network}.${40 + index}.0/24` as Prefix],
      probe: `${network}.${40 + index}.10` as Address,
      source: null,
    }));
  return {
    ...inventory,
    routers: inventory.routers.map((router) => ({
      ...router,
      vrfs: router.vrfs.map((vrf) => {
        const [at, network] = places[vrf.vpn] ?? [];
        if (at !== router.name || network === undefined) return vrf;
        return { ...vrf, attachments: [...vrf.attachments, ...sites(network)] };
      }),
    })),
  };
}

const joining = (index: number): InterconnectRequest => ({
  ...MOH_MOF,
  flows: MOH_MOF.flows.map((flow) => {
    const network = (flow.from as string) === 'MOH' ? '10.100' : '10.200';
    return { ...flow, prefixes: [`${network}.${40 + index}.0/24` as Prefix] };
  }),
});

describe.concurrent('interconnects that share routers', () => {
  it('two, approved at the same moment: both are applied, one after the other', async ({ expect }) => {
    await using wasl = await Installation.open();
    const ids = [await wasl.agree(MOH_MOF), await wasl.agree(MOE_MOF)];
    const plans = await Promise.all(ids.map((id) => wasl.untilPlanned(id)));
    await Promise.all(plans.map((plan) => wasl.approvePlan(plan)));
    await Promise.all(ids.map((id) => wasl.untilTried(id)));
    for (const id of ids) {
      expect(await endState(wasl, id)).toMatchObject({ lifecycle: 'active', outcome: 'applied', leftOver: [] });
    }
    expect(wasl.learnt().sort()).toEqual(
      [
        ...MOH_MOF_LEARNT,
        ...['mct-pe-01 MOE 10.200.20.0/24', 'soh-pe-01 MOE 10.200.20.0/24'],
        ...['nzw-pe-01 MOF 10.150.10.0/24', 'soh-pe-01 MOF 10.150.10.0/24'],
      ].sort(),
    );
    const waited = (await Promise.all(ids.map((id) => wasl.progress(id)))).flat();
    expect(waited.map((event) => event.message)).toContainEqual(
      expect.stringMatching(/^waits for IC-000[12]-C1, which is at work on the same routers$/),
    );
  });

  it('ten at once: all are applied; three withdrawn at once leave seven', async ({ expect }) => {
    await using wasl = await Installation.open({ inventory: withSites });
    const ids = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => wasl.agree(joining(index))));
    const plans = await Promise.all(ids.map((id) => wasl.untilPlanned(id)));
    await Promise.all(plans.map((plan) => wasl.approvePlan(plan)));
    for (const id of ids) await wasl.untilTried(id);
    for (const id of ids) {
      expect(await endState(wasl, id)).toEqual({
        ...{ lifecycle: 'active', outcome: 'applied', reason: APPLIED },
        ...{ changed: FOUR, leftOver: [] },
      });
    }
    const shared = Array.from({ length: AT_ONCE }, (_, index) => 40 + index);
    expect(wasl.learnt().sort()).toEqual(
      shared
        .flatMap((net) => [
          ...['mct-pe-01', 'sll-pe-01'].map((pe) => `${pe} MOH 10.200.${net}.0/24`),
          ...['nzw-pe-01', 'soh-pe-01'].map((pe) => `${pe} MOF 10.100.${net}.0/24`),
        ])
        .sort(),
    );

    // Three of them end at once: the other seven stay as they are.
    const gone = ids.slice(0, 3);
    const kept = wasl.learnt().filter((route) => !/\.(40|41|42)\.0\/24$/.test(route));
    expect(kept).toHaveLength(7 * 4);
    const ends = gone.map(async (id) => {
      await wasl.signatory('MOH').withdraw(id, 'the project has ended');
      await wasl.approvePlan(await wasl.untilPlanned(id));
      return wasl.untilLifecycle(id, 'withdrawn');
    });
    expect(await Promise.all(ends)).toEqual(['withdrawn', 'withdrawn', 'withdrawn']);
    for (const id of gone) {
      expect(await endState(wasl, id)).toMatchObject({ lifecycle: 'withdrawn', outcome: 'applied', leftOver: [] });
    }
    expect(wasl.learnt().sort()).toEqual(kept.sort());
  });

  it('one is not opened when the signed date passed before the plan was approved', async ({ expect }) => {
    await using wasl = await Installation.open();
    const validUntil = new Date(Date.now() + 120_000).toISOString();
    const id = await wasl.agree({ ...MOH_MOF, validUntil });
    const planId = await wasl.untilPlanned(id);
    await new Promise((resolve) => setTimeout(resolve, Date.parse(validUntil) - Date.now() + 100));
    await expect(wasl.approvePlan(planId)).rejects.toMatchObject({ code: 'LIFECYCLE_STEP' });
    await wasl.untilLifecycle(id, 'expired');
    const reason = `its end date ${validUntil} came before it was on the network`;
    expect(await endState(wasl, id)).toEqual({
      ...{ lifecycle: 'expired', outcome: 'abandoned', reason },
      ...{ changed: [], leftOver: [] },
    });
  });
});

// Alone: it must be active before its end comes.
it('an interconnect ends by itself at the signed date', async () => {
  await using wasl = await Installation.open();
  const validUntil = new Date(Date.now() + 90_000).toISOString();
  const id = await wasl.provision({ ...MOH_MOF, validUntil });
  await wasl.untilTried(id);
  expect(wasl.learnt().sort()).toEqual(MOH_MOF_LEARNT);
  await wasl.untilLifecycle(id, 'withdrawn');
  expect(await endState(wasl, id)).toEqual({
    ...{ lifecycle: 'withdrawn', outcome: 'applied', reason: APPLIED },
    ...{ changed: [], leftOver: [] },
  });
  const steps = (await wasl.progress(id)).filter((event) => event.stage === 'lifecycle');
  expect(steps.map((event) => event.message)).toContain(`withdrawing: the agreement ended at ${validUntil}`);
});
