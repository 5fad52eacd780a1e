/** What has not changed since a worker read it is not read again; what may have is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { KnownRunning } from '../../src/activities/known-running.ts';
import type { InventoryRouter } from '../../src/domain/inventory.ts';
import type { RunningVrf } from '../../src/domain/network-view.ts';
import { openRouter } from '../../src/router/open-router.ts';
import type { Router } from '../../src/router/router.ts';
import { startBackbone } from '../../src/sim/backbone.ts';
import type { SimulatedRouter } from '../../src/sim/router.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { importOnIosxr, PEEK } from '../support/hand-edits.ts';
import { StagedNetwork } from '../support/staged-network.ts';
import { withThird } from '../support/third-ministry.ts';

const [ROUTER, OTHER] = DEMO_INVENTORY.routers as unknown as [InventoryRouter, InventoryRouter];
const DAY_MS = 24 * 3_600_000;
const RUNNING: readonly RunningVrf[] = [];
const unique = (value: string) => ({ value, isUnique: true });
const bySecond = (value: string) => ({ value, isUnique: false });

describe('a reading that is remembered', () => {
  it('stands for the router while its marker is the same, for a day, and as long as it is listed as it was', () => {
    let now = 0;
    const known = new KnownRunning(() => now);
    known.begin(DEMO_INVENTORY, ROUTER, unique('a'))(RUNNING);
    now = DAY_MS;
    expect(known.find(DEMO_INVENTORY, ROUTER, unique('a'))).toBe(RUNNING);
    expect(known.find(DEMO_INVENTORY, ROUTER, unique('b'))).toBeNull();
    expect(known.find(DEMO_INVENTORY, ROUTER, null)).toBeNull();
    expect(known.find(DEMO_INVENTORY, OTHER, unique('a'))).toBeNull();
    expect(known.find(DEMO_INVENTORY, { ...ROUTER, vrfs: [] }, unique('a'))).toBeNull();
    const pool = { ...DEMO_INVENTORY.backbone.routeTargetPool, from: 1 };
    const moved = { ...DEMO_INVENTORY, backbone: { ...DEMO_INVENTORY.backbone, routeTargetPool: pool } };
    expect(known.find(moved, ROUTER, unique('a'))).toBeNull();
    now = DAY_MS + 1;
    expect(known.find(DEMO_INVENTORY, ROUTER, unique('a'))).toBeNull();
  });

  it('by a marker of whole seconds counts only where it began two seconds after the marker was first seen', () => {
    let now = 0;
    const known = new KnownRunning(() => now);
    const read = () => known.begin(DEMO_INVENTORY, ROUTER, bySecond('7'))(RUNNING);
    read();
    now = 5_000;
    // Another commit of that second may have come right after it was read.
    expect(known.find(DEMO_INVENTORY, ROUTER, bySecond('7'))).toBeNull();
    read();
    expect(known.find(DEMO_INVENTORY, ROUTER, bySecond('7'))).toBe(RUNNING);
    known.begin(DEMO_INVENTORY, ROUTER, bySecond('8'))(RUNNING);
    expect(known.find(DEMO_INVENTORY, ROUTER, bySecond('8'))).toBeNull();
  });

  it('is nothing while it is under way, and forgotten where a later one has no marker', () => {
    const known = new KnownRunning(() => 0);
    const keep = known.begin(DEMO_INVENTORY, ROUTER, unique('a'));
    expect(known.find(DEMO_INVENTORY, ROUTER, unique('a'))).toBeNull();
    keep(RUNNING);
    known.begin(DEMO_INVENTORY, ROUTER, null)(RUNNING);
    expect(known.find(DEMO_INVENTORY, ROUTER, unique('a'))).toBeNull();
  });
});

const edits = { 'iosxr-um2': importOnIosxr('MOI', '65000:9'), 'junos-yang': PEEK } as const;

describe.each(['iosxr-um2', 'junos-yang'] as const)('the marker of %s', (platform) => {
  async function withRouter(work: (router: Router, third: SimulatedRouter) => Promise<void>): Promise<void> {
    const backbone = await startBackbone({ inventory: withThird(platform), seed: 'marker' });
    const { username, password } = backbone;
    const listed = backbone.inventory().routers.find(({ name }) => (name as string) === 'ibr-pe-01');
    if (listed === undefined) throw new Error('the third is there');
    const { routeTargetPool } = DEMO_INVENTORY.backbone;
    const router = await openRouter({ router: listed, credential: { username, password }, routeTargetPool });
    try {
      await work(router, backbone.router('ibr-pe-01'));
    } finally {
      await router.close();
      await backbone.close();
    }
  }

  it('stays while nothing is committed, and moves with a commit', async () => {
    await withRouter(async (router, third) => {
      const first = await router.readChangeMarker();
      expect(first).toMatchObject({ value: expect.any(String), isUnique: platform === 'iosxr-um2' });
      const text = await router.readRunningText();
      expect(await router.readChangeMarker()).toEqual(first);
      // A marker may have whole seconds.
      await sleep(1_100);
      third.editRunning(edits[platform]);
      expect((await router.readChangeMarker())?.value).not.toBe(first?.value);
      expect(await router.readRunningText()).not.toBe(text);
    });
  });

  it('is none where the router does not answer that question', async () => {
    await withRouter(async (router, third) => {
      const operation = platform === 'iosxr-um2' ? 'get' : 'get-config';
      third.faults.set({ kind: 'rpc-error', operation, tag: 'access-denied' });
      expect(await router.readChangeMarker()).toBeNull();
    });
  });
});

const FLOW = { from: 'MOH', to: 'MOF', prefixes: ['10.100.20.0/24'] } as const;

async function planned() {
  const network = await StagedNetwork.open(withThird('iosxr-um2'));
  const changeId = network.newChange(network.agree(FLOW), 'provision');
  const { planId } = await network.plan(changeId.replace(/-C\d+$/, ''), changeId);
  return { network, changeId, planId, third: network.backbone.router('ibr-pe-01') };
}

describe('a push', () => {
  it('asks a router of a third party only whether it has changed since it was planned', async () => {
    const { network, changeId, planId, third } = await planned();
    await using _ = network;
    third.faults.set({ kind: 'no-reply', operation: 'get-config' });
    expect(await network.push(changeId, planId)).toMatchObject({ verdict: 'pass', stage: 'confirm' });
  });

  it('reads it where it has', async () => {
    const { network, changeId, planId, third } = await planned();
    await using _ = network;
    third.editRunning(importOnIosxr('MOI', '65000:50000'));
    expect(await network.push(changeId, planId)).toMatchObject({ code: 'PLAN_STALE', stage: 'prepare' });
  });

  it('reads it where it ends the session over that question, as the plan does before', async () => {
    await using network = await StagedNetwork.open(withThird('iosxr-um2'));
    const third = network.backbone.router('ibr-pe-01');
    third.faults.set({ kind: 'drop-connection', operation: 'get', when: 'before' });
    const changeId = network.newChange(network.agree(FLOW), 'provision');
    const { planId } = await network.plan(changeId.replace(/-C\d+$/, ''), changeId);
    third.editRunning(importOnIosxr('MOI', '65000:50000'));
    expect(await network.push(changeId, planId)).toMatchObject({ code: 'PLAN_STALE', stage: 'prepare' });
  });
});
