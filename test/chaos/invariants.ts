/** What must hold when the storm is over and everything is up again: asked of the routers and of the database, not of the API. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isEnd } from '../../src/domain/lifecycle.ts';
import type { InterconnectId } from '../../src/domain/names.ts';
import type { Approval } from '../../src/domain/request.ts';
import { verifyChain } from '../../src/ledger/verify-chain.ts';
import type { InterconnectRecord, Store } from '../../src/store/store.ts';
import type { Story } from './people.ts';
import type { World } from './world.ts';

/** Recovery waits for routers' timers; what is retried comes back within its retry time. */
const SETTLES_WITHIN_MS = 240_000;

/** Sentences about what is not as it must be; none is right. */
export async function findBreaches(
  world: World,
  stories: readonly Story[],
  base: ReadonlyMap<string, string>,
): Promise<string[]> {
  const store = await world.openStore();
  try {
    const restless = await untilSettled(world, store, stories);
    const register = await store.listInterconnects({ limit: 1_000 });
    return [
      ...restless,
      ...halfStates(world, register, base),
      ...locksAndPending(world),
      ...(await turnsLeft(world)),
      ...(await routeTargets(store, register)),
      ...(await ledgerBreaks(store)),
      ...(await lostFacts(store, stories)),
    ];
  } finally {
    await store.close();
  }
}

async function untilSettled(world: World, store: Store, stories: readonly Story[]): Promise<string[]> {
  for (const until = Date.now() + SETTLES_WITHIN_MS; ; await sleep(500)) {
    const found = await unsettled(store, stories);
    if (found.length === 0 && locksAndPending(world).length === 0) return [];
    if (Date.now() > until) return found;
  }
}

async function unsettled(store: Store, stories: readonly Story[]): Promise<string[]> {
  const found: string[] = [];
  for (const { id, wish } of stories) {
    if (id === null) continue;
    const record = await store.readInterconnect(id as InterconnectId);
    const words = `${id}, which ${wish}, is ${record.lifecycle} (${record.underWay?.phase ?? 'no change'}): ${record.reason}`;
    const isRight =
      wish === 'stays' ? record.lifecycle === 'active' && record.underWay === null : isEnd(record.lifecycle);
    if (!isRight) found.push(words);
  }
  return found;
}

/** Register = routers: a PE carries the route targets of what is active, all of them, and no others. */
function halfStates(
  world: World,
  register: readonly InterconnectRecord[],
  base: ReadonlyMap<string, string>,
): string[] {
  const { from, to } = world.backbone.inventory().backbone.routeTargetPool;
  // No other number of the sample's configuration lies in the pool.
  const isOfPool = (digits: string) => Number(digits) >= from && Number(digits) <= to;
  const found: string[] = [];
  const active = register.filter((record) => record.lifecycle === 'active');
  const expected = new Map<string, Set<string>>();
  for (const router of world.backbone.inventory().routers) expected.set(router.name, new Set());
  for (const { flows } of active) {
    for (const { from: giver, to: taker, routeTarget, prefixes } of flows ?? []) {
      for (const router of world.backbone.inventory().routers) {
        const gives = router.vrfs.some(
          (vrf) =>
            vrf.vpn === giver &&
            vrf.attachments.some((a) => a.prefixes.some((p) => prefixes === 'whole-vpn' || prefixes.includes(p))),
        );
        const takes = router.vrfs.some((vrf) => vrf.vpn === taker);
        if (gives || takes) expected.get(router.name)?.add(numberOf(routeTarget));
      }
    }
  }
  for (const router of world.backbone.routers()) {
    const text = router.runningText();
    const carried = new Set([...text.matchAll(/\d+/g)].map(([digits]) => digits).filter(isOfPool));
    const wanted = expected.get(router.name) ?? new Set();
    for (const number of carried)
      if (!wanted.has(number)) found.push(`${router.name} carries route target ${number} of no active agreement`);
    for (const number of wanted)
      if (!carried.has(number)) found.push(`${router.name} lacks route target ${number} of an active agreement`);
    if (wanted.size === 0 && text !== base.get(router.name)) found.push(`${router.name} is not as before wasl came`);
  }
  return found;
}

const numberOf = (routeTarget: string) => routeTarget.slice(routeTarget.lastIndexOf(':') + 1);

function locksAndPending(world: World): string[] {
  return world.backbone.routers().flatMap((router) => {
    const found: string[] = [];
    if (router.lockHolder('candidate') !== undefined) found.push(`a lock on ${router.name}`);
    if (router.pendingCommit() !== null) found.push(`a pending commit on ${router.name}`);
    if (router.isCandidateDirty()) found.push(`a dirty candidate on ${router.name}`);
    return found;
  });
}

async function turnsLeft(world: World): Promise<string[]> {
  return world.withDatabase(async (client) => {
    const { rows } = await client.query('select change_id from router_turns where lease_until > now()');
    return rows.map((row: { change_id: string }) => `${row.change_id} keeps its turn`);
  });
}

async function routeTargets(store: Store, register: readonly InterconnectRecord[]): Promise<string[]> {
  const held = register.filter((record) => record.flows !== null);
  const { inUse } = await store.countRouteTargets();
  const allocated = held.reduce((sum, record) => sum + (record.flows?.length ?? 0), 0);
  const leaked = held
    .filter((record) => isEnd(record.lifecycle))
    .map(({ id }) => `${id} ended and keeps its route targets`);
  return inUse === allocated ? leaked : [...leaked, `${inUse} route targets are in use, the register has ${allocated}`];
}

async function ledgerBreaks(store: Store): Promise<string[]> {
  const entries = [];
  for (let after = 0; ; ) {
    const page = await store.readLedger({ afterSequence: after, limit: 5_000 });
    entries.push(...page);
    if (page.length < 5_000) break;
    after = page.at(-1)?.sequence ?? after;
  }
  const chain = verifyChain(entries);
  return chain.intact ? [] : [`the ledger breaks at ${chain.sequence}: ${chain.reason}`];
}

/** Nothing acknowledged is lost or doubled. */
async function lostFacts(store: Store, stories: readonly Story[]): Promise<string[]> {
  const found: string[] = [];
  for (const { id, acknowledged, created } of stories) {
    if (id === null) continue;
    if (created > 1) found.push(`${id} was created ${created} times`);
    const approvals = await store.listApprovals(id as InterconnectId);
    for (const fact of acknowledged.filter((each) => each.what === 'signed')) {
      const count = approvals.filter((a: Approval) => a.subject === 'request' && a.person === fact.person).length;
      if (count !== 1) found.push(`the signature of ${fact.person} on ${id} stands ${count} times`);
    }
    const approved = acknowledged.filter((each) => each.what === 'approved').length;
    const plans = approvals.filter((a) => a.subject === 'plan' && a.decision === 'approve').length;
    if (plans < approved) found.push(`${approved} approvals of plans of ${id} were acknowledged, ${plans} stand`);
    const record = await store.readInterconnect(id as InterconnectId);
    if (acknowledged.some((each) => each.what === 'withdrawn') && record.withdrawal === null) {
      found.push(`the withdrawal of ${id} was acknowledged and is not in the record`);
    }
  }
  return found;
}
