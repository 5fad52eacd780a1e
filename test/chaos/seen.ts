/** All that a run is judged by, read from the routers and from the database, not from the API. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeRecord } from '../../src/domain/change.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { LedgerEntry } from '../../src/domain/ledger-entry.ts';
import { isEnd } from '../../src/domain/lifecycle.ts';
import type { Approval } from '../../src/domain/request.ts';
import type { InterconnectRecord, Store } from '../../src/store/store.ts';
import type { Story } from './people.ts';
import type { World } from './world.ts';

/** Recovery waits for routers' timers; what is retried comes back within its retry time. */
const SETTLES_WITHIN_MS = 240_000;
const LOOK_INTERVAL_MS = 500;
const LEDGER_PAGE = 5_000;

export interface SeenRouter {
  readonly name: string;
  readonly running: string;
  readonly startup: string;
  /** Running before wasl came. */
  readonly before: string;
  readonly isLocked: boolean;
  readonly isPending: boolean;
  readonly isCandidateDirty: boolean;
}

export interface SeenInterconnect {
  readonly record: InterconnectRecord;
  readonly changes: readonly ChangeRecord[];
  readonly approvals: readonly Approval[];
}

export interface Seen {
  readonly inventory: Inventory;
  readonly routers: readonly SeenRouter[];
  readonly register: readonly SeenInterconnect[];
  readonly stories: readonly Story[];
  /** When everything was up again. */
  readonly calmAt: Date;
  /** When an interconnect was first seen in one of its ends, by id. */
  readonly endedAt: ReadonlyMap<string, Date>;
  readonly at: Date;
  /** Changes whose turn at a router is theirs still. */
  readonly turns: readonly string[];
  readonly routeTargetsInUse: number;
  readonly ledger: readonly LedgerEntry[];
}

/** Waits until every story is where it should be, as long as that may take, and looks. */
export async function lookWhenSettled(
  world: World,
  stories: readonly Story[],
  base: ReadonlyMap<string, string>,
): Promise<Seen> {
  const calmAt = new Date();
  const endedAt = new Map<string, Date>();
  const store = await world.openStore();
  try {
    for (const until = Date.now() + SETTLES_WITHIN_MS; ; await sleep(LOOK_INTERVAL_MS)) {
      const register = await store.listInterconnects({ limit: 1_000 });
      for (const { id, lifecycle } of register) if (isEnd(lifecycle) && !endedAt.has(id)) endedAt.set(id, new Date());
      const isQuiet = seenRouters(world, base).every(
        (each) => !(each.isLocked || each.isPending || each.isCandidateDirty),
      );
      const isSettled = stories.every((story) => isAsWished(story, recordsOf(story, register)));
      if ((!isQuiet || !isSettled) && Date.now() < until) continue;
      return await look(world, store, { stories, base, calmAt, endedAt });
    }
  } finally {
    await store.close();
  }
}

export const recordsOf = (story: Story, register: readonly InterconnectRecord[]): InterconnectRecord[] =>
  register.filter(({ request }) => request.purpose === story.request.purpose);

/** What nobody could ask for in time may be in the record, unanswered, or not; what is there goes where the story goes. */
export function isAsWished(story: Story, records: readonly InterconnectRecord[]): boolean {
  if (records.length === 0) return story.isGivenUp;
  return records.every(({ lifecycle, underWay }) =>
    story.wish === 'stays' ? lifecycle === 'active' && underWay === null : isEnd(lifecycle),
  );
}

async function look(
  world: World,
  store: Store,
  { base, ...known }: Pick<Seen, 'stories' | 'calmAt' | 'endedAt'> & { readonly base: ReadonlyMap<string, string> },
): Promise<Seen> {
  const register: SeenInterconnect[] = [];
  for (const record of await store.listInterconnects({ limit: 1_000 })) {
    const [changes, approvals] = await Promise.all([store.listChanges(record.id), store.listApprovals(record.id)]);
    register.push({ record, changes, approvals });
  }
  const { inUse: routeTargetsInUse } = await store.countRouteTargets();
  const turns = await world.withDatabase(async (client) => {
    const { rows } = await client.query('select change_id from router_turns where lease_until > now()');
    return rows.map((row: { change_id: string }) => row.change_id);
  });
  const ledger = await readWholeLedger(store);
  const routers = seenRouters(world, base);
  return {
    ...known,
    inventory: world.backbone.inventory(),
    routers,
    register,
    turns,
    routeTargetsInUse,
    ledger,
    at: new Date(),
  };
}

function seenRouters(world: World, base: ReadonlyMap<string, string>): SeenRouter[] {
  return world.backbone.routers().map((router) => ({
    name: router.name,
    running: router.runningText(),
    startup: router.startupText(),
    before: base.get(router.name) ?? '',
    isLocked: router.lockHolder('candidate') !== undefined || router.lockHolder('running') !== undefined,
    isPending: router.pendingCommit() !== null,
    isCandidateDirty: router.isCandidateDirty(),
  }));
}

async function readWholeLedger(store: Store): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (;;) {
    const page = await store.readLedger({ afterSequence: entries.at(-1)?.sequence ?? 0, limit: LEDGER_PAGE });
    entries.push(...page);
    if (page.length < LEDGER_PAGE) return entries;
  }
}
