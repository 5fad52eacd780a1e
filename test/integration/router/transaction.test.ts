import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/domain/inventory.ts';
import type { PeName, VrfName } from '../../../src/domain/names.ts';
import type { RunningVrf, VrfShare } from '../../../src/domain/network-view.ts';
import { type Family, parseAddress, parsePrefix } from '../../../src/domain/prefix.ts';
import { parseRouteTarget } from '../../../src/domain/route-target.ts';
import type { VrfRoute } from '../../../src/platforms/platform.ts';
import { openRouter } from '../../../src/router/open-router.ts';
import type { Router, RouterConnection } from '../../../src/router/router.ts';
import { type Backbone, startBackbone } from '../../../src/sim/backbone.ts';
import { FOUR_ROUTERS, prefix6Of, prefixOf, probe6Of, probeOf } from '../../sim/support/fixtures.ts';

const OURS = parseRouteTarget('65000:90001');
const THEIRS = parseRouteTarget('65000:90002');
const MOH = 'MOH' as VrfName;
const MOF = 'MOF' as VrfName;

let backbone: Backbone;
let inventory: Inventory;
let opened: Router[];

beforeEach(async () => {
  backbone = await startBackbone({
    inventory: FOUR_ROUTERS,
    operatorExportPolicies: [
      { router: 'pe2', vrf: 'MOH', style: 'tag' },
      { router: 'pe4', vrf: 'MOH', style: 'tag' },
      { router: 'pe1', vrf: 'MOH', style: 'final' },
      { router: 'pe3', vrf: 'MOH', style: 'final' },
    ],
  });
  inventory = backbone.inventory();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((router) => router.close()));
  await backbone.close();
});

function connectionTo(name: string): RouterConnection {
  const router = inventory.routers.find((candidate) => candidate.name === name);
  if (router === undefined) throw new Error(`no router ${name}`);
  const credential = { username: backbone.username, password: backbone.password };
  return { router, credential, routeTargetPool: inventory.backbone.routeTargetPool };
}

async function open(name: string, options: Partial<RouterConnection> = {}): Promise<Router> {
  const router = await openRouter({ ...connectionTo(name), ...options });
  opened.push(router);
  return router;
}

const pick = (vrfs: readonly RunningVrf[], name: VrfName): RunningVrf => {
  const found = vrfs.find((vrf) => vrf.name === name);
  if (found === undefined) throw new Error(`no VRF ${name}`);
  return found;
};

/** MOH gives its site's prefixes and takes MOF's. */
const mohAt = (site: number): VrfShare => ({
  ipv4: { imports: [THEIRS], exports: [{ routeTarget: OURS, scope: [parsePrefix(prefixOf(0, site))] }] },
  ipv6: { imports: [THEIRS], exports: [{ routeTarget: OURS, scope: [parsePrefix(prefix6Of(0, site))] }] },
});
const mofAt = (site: number): VrfShare => ({
  ipv4: { imports: [OURS], exports: [{ routeTarget: THEIRS, scope: [parsePrefix(prefixOf(1, site))] }] },
  ipv6: { imports: [OURS], exports: [{ routeTarget: THEIRS, scope: [parsePrefix(prefix6Of(1, site))] }] },
});

async function stageOn(router: Router, vrf: VrfName, wanted: VrfShare) {
  const running = pick((await router.begin({ lockWaitMs: 1_000 })).running, vrf);
  return router.editCandidate([{ running, wanted }]);
}

async function routesOf(router: Router, vrf: VrfName, family: Family): Promise<VrfRoute[]> {
  return (await router.readRouteTables([{ vrf, family }])).flat();
}

describe.each([
  { from: 'pe2', fromSite: 2, to: 'pe4', toSite: 4 },
  { from: 'pe4', fromSite: 4, to: 'pe2', toSite: 2 },
])('MOH on $from with MOF on $to, over SSH', ({ from, fromSite, to, toSite }) => {
  it('opens exactly what was asked, confirms, and withdraws without a trace', async () => {
    const [moh, mof] = [await open(from), await open(to)];
    const before = [await moh.readRunningText(), await mof.readRunningText()];
    await stageOn(moh, MOH, mohAt(fromSite));
    await stageOn(mof, MOF, mofAt(toSite));
    for (const router of [moh, mof]) {
      const outcome = await router.commitConfirmed({ timeoutSeconds: 60, persistId: `test-${router.name}` });
      expect(outcome.outcome).toBe('done');
    }
    const shared = parsePrefix(prefixOf(0, fromSite));
    const imported = (await routesOf(mof, MOF, 'ipv4')).filter(({ prefix }) => prefix === shared);
    expect(imported).toEqual([{ prefix: shared, origin: 'vpn' }]);
    const imported6 = (await routesOf(moh, MOH, 'ipv6')).filter(({ origin }) => origin === 'vpn');
    expect(imported6.map(({ prefix }) => prefix)).toContain(parsePrefix(prefix6Of(1, toSite)));
    // MOH's other sites are its own affair.
    const routes = await routesOf(mof, MOF, 'ipv4');
    expect(routes.map(({ prefix }) => prefix)).not.toContain(parsePrefix(prefixOf(0, 1)));
    const there = {
      vrf: MOF,
      destination: parseAddress(probeOf(0, fromSite)),
      source: parseAddress(probeOf(1, toSite)),
    };
    expect(await mof.ping({ ...there, count: 2 })).toEqual({ sent: 2, received: 2 });
    const back = {
      vrf: MOH,
      destination: parseAddress(probe6Of(1, toSite)),
      source: parseAddress(probe6Of(0, fromSite)),
    };
    expect(await moh.ping({ ...back, count: 2 })).toEqual({ sent: 2, received: 2 });
    for (const router of [moh, mof]) {
      expect((await router.confirm({ persistId: `test-${router.name}` })).outcome).toBe('done');
    }

    const locked = await moh.begin({ lockWaitMs: 0 });
    expect(locked.text).toBe(await moh.readRunningText());
    expect(pick(locked.running, MOH)).toMatchObject({
      share: mohAt(fromSite),
      anomalies: [],
    });
    await moh.abandon();
    for (const [router, vrf] of [
      [moh, MOH],
      [mof, MOF],
    ] as const) {
      await stageOn(router, vrf, {});
      await router.commitConfirmed({ timeoutSeconds: 60, persistId: `gone-${router.name}` });
      await router.confirm({ persistId: `gone-${router.name}` });
    }
    expect([await moh.readRunningText(), await mof.readRunningText()]).toEqual(before);
  });

  it('is undone by cancel, and the candidate is clean for the next', async () => {
    const moh = await open(from);
    const before = await moh.readRunningText();
    await stageOn(moh, MOH, mohAt(fromSite));
    await moh.commitConfirmed({ timeoutSeconds: 60, persistId: 'test' });
    expect(await moh.readRunningText()).not.toBe(before);
    expect((await moh.cancel({ persistId: 'test' })).outcome).toBe('done');
    const again = await open(from);
    expect(await again.readRunningText()).toBe(before);
    await again.begin({ lockWaitMs: 0 });
    await again.abandon();
  });

  it('abandons without touching running', async () => {
    const moh = await open(from);
    const before = await moh.readRunningText();
    await stageOn(moh, MOH, mohAt(fromSite));
    await moh.abandon();
    expect(await moh.readRunningText()).toBe(before);
    await (await open(from)).begin({ lockWaitMs: 0 });
  });
});

describe('procedures', () => {
  it('follow the hello', async () => {
    expect((await open('pe1')).procedure).toBe('confirmed-commit-persist');
    expect((await open('pe3')).procedure).toBe('confirmed-commit-session');
  });

  it('cancels by persist id from another session, and says when nothing is pending', async () => {
    const first = await open('pe2');
    const before = await first.readRunningText();
    await stageOn(first, MOH, mohAt(2));
    await first.commitConfirmed({ timeoutSeconds: 60, persistId: 'mine' });
    await first.close();
    const second = await open('pe2');
    expect(await second.readRunningText()).not.toBe(before);
    expect((await second.cancel({ persistId: 'not-mine' })).outcome).toBe('refused');
    expect((await second.cancel({ persistId: 'mine' })).outcome).toBe('done');
    expect(await second.readRunningText()).toBe(before);
    expect((await second.cancel({ persistId: 'mine' })).outcome).toBe('refused');
  });
});

describe('refusals', () => {
  it.each(['pe1', 'pe3'])(
    "refuses on %s an operator's policy that would not keep wasl's route target",
    async (name) => {
      const router = await open(name);
      const site = name === 'pe1' ? 1 : 3;
      await expect(stageOn(router, MOH, mohAt(site))).rejects.toMatchObject({ code: 'EXPORT_POLICY_UNSAFE' });
      await router.abandon();
    },
  );

  it.each(['pe2', 'pe4'])('names the holder of the lock of %s after waiting', async (name) => {
    const holder = await open(name);
    await holder.begin({ lockWaitMs: 0 });
    const waiting = (await open(name)).begin({ lockWaitMs: 700 });
    await expect(waiting).rejects.toMatchObject({
      code: 'ROUTER_LOCKED',
      message: expect.stringMatching(/held by session \d+/),
    });
  });

  it.each(['pe2', 'pe4'])('gets the lock of %s that is let go while it waits', async (name) => {
    const holder = await open(name);
    await holder.begin({ lockWaitMs: 0 });
    const waiting = (await open(name)).begin({ lockWaitMs: 60_000 });
    await holder.abandon();
    expect((await waiting).running).toHaveLength(2);
  });

  it.each(['pe2', 'pe4'])("refuses the dirty candidate of %s and leaves the operator's work in it", async (name) => {
    backbone.router(name).faults.set({ kind: 'dirty-candidate' });
    const dirty = backbone.router(name).candidateText();
    const router = await open(name);
    await expect(router.begin({ lockWaitMs: 2_000 })).rejects.toMatchObject({ code: 'ROUTER_CANDIDATE_DIRTY' });
    await router.close();
    expect(backbone.router(name).candidateText()).toBe(dirty);
  });

  it.each(['pe2', 'pe4'])('keeps every rpc-error of %s when validation fails', async (name) => {
    backbone.router(name).faults.set({ kind: 'rpc-error', operation: 'validate', message: 'no memory for that' });
    const router = await open(name);
    const before = await router.readRunningText();
    await expect(stageOn(router, MOH, mohAt(name === 'pe2' ? 2 : 4))).rejects.toMatchObject({
      code: 'ROUTER_REFUSED',
      path: name,
      message: expect.stringContaining('no memory for that'),
      details: { rpcErrors: [expect.objectContaining({ message: 'no memory for that' })] },
    });
    await router.abandon();
    expect(await router.readRunningText()).toBe(before);
  });
});

describe('connecting', () => {
  it('tells a refused login, another host key and a router that is away apart', async () => {
    const wrong = { credential: { username: backbone.username, password: 'wrong' } };
    await expect(open('pe1', wrong)).rejects.toMatchObject({ code: 'ROUTER_AUTH_FAILED' });
    backbone.router('pe2').faults.set({ kind: 'change-host-key' });
    await expect(open('pe2')).rejects.toMatchObject({ code: 'ROUTER_HOST_KEY' });
    backbone.router('pe3').faults.set({ kind: 'refuse-connections' });
    await expect(open('pe3', { connectTimeoutMs: 2_000 })).rejects.toMatchObject({
      code: expect.stringMatching(/^ROUTER_(UNREACHABLE|TIMEOUT)$/),
      message: expect.stringContaining('pe3'),
    });
  });

  it('refuses a router that the inventory does not know by its key', async () => {
    const { router } = connectionTo('pe1');
    const management = { ...router.management, hostKeys: [`SHA256:${'B'.repeat(43)}`] };
    const other = { router: { ...router, name: 'pe1' as PeName, management } };
    await expect(open('pe1', other)).rejects.toMatchObject({ code: 'ROUTER_HOST_KEY' });
  });
});

describe('a commit whose reply is lost', () => {
  it.each(['before', 'after'] as const)('is unknown when the connection drops %s it was done', async (when) => {
    const router = await open('pe2');
    await stageOn(router, MOH, mohAt(2));
    backbone.router('pe2').faults.set({ kind: 'drop-connection', operation: 'confirmed-commit', when });
    const outcome = await router.commitConfirmed({ timeoutSeconds: 60, persistId: 'lost' });
    expect(outcome.outcome).toBe('unknown');
    expect(await router.closed).toContain('pe2');
    // Another commit on the dead session was never sent: that much is known.
    expect((await router.confirm({ persistId: 'lost' })).outcome).toBe('refused');
    const recovering = await open('pe2');
    expect((await recovering.cancel({ persistId: 'lost' })).outcome).toBe(when === 'after' ? 'done' : 'refused');
    expect(pick(await recovering.readRunning(), MOH).share.ipv4?.imports).toEqual([]);
  });

  it('goes with its session where it is bound to it', async () => {
    const router = await open('pe4');
    const before = await router.readRunningText();
    await stageOn(router, MOH, mohAt(4));
    backbone.router('pe4').faults.set({ kind: 'drop-connection', operation: 'confirmed-commit', when: 'after' });
    expect((await router.commitConfirmed({ timeoutSeconds: 60, persistId: null })).outcome).toBe('unknown');
    expect(await (await open('pe4')).readRunningText()).toBe(before);
  });
});
