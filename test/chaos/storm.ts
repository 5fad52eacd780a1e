/** What happens to a data centre, at random instants. Each event mends itself after its time, as an operator or a service would. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../src/sim/faults.ts';
import type { SimulatedRouter } from '../../src/sim/router.ts';
import { bringIntoForce } from '../support/bring-into-force.ts';
import type { Random } from './random.ts';
import { PARTS, ROTATED_PASSWORD, type World } from './world.ts';

/** One event at its moment. All of it is drawn before the storm: what a server does just now changes nothing of a seed. */
export interface Strike {
  readonly name: string;
  readonly atMs: number;
  /** What is away is away so long. */
  readonly lastMs: number;
  /** Index among the routers, for what strikes one. */
  readonly router: number;
}

export interface StormEvent {
  readonly name: string;
  strike(world: World, strike: Strike): Promise<void>;
}

const LAST_MS_MIN = 1_000;
const LAST_MS_MAX = 60_000;
/** Shape of the tail (Pareto): half last below 2.4 s, one in six above 10 s, one in fifteen above 30 s. */
const TAIL = 0.8;

export function drawDuration(random: Random): number {
  const share = (1 + random.below(10_000)) / 10_000;
  return Math.round(Math.min(LAST_MS_MAX, LAST_MS_MIN / share ** (1 / TAIL)));
}

/** Beyond the confirm timeout, so that a router's own timer runs out before it is there again. */
const REBOOT_MS_MAX = 25_000;

const routerOf = (world: World, { router }: Strike): SimulatedRouter => {
  const all = world.backbone.routers();
  return all[router % all.length] as SimulatedRouter;
};

export const EVENTS: readonly StormEvent[] = [
  ...PARTS.map((part) => ({
    name: `kill -9 ${part}`,
    async strike(world: World, strike: Strike) {
      await world.endPart(part, 'SIGKILL');
      await sleep(strike.lastMs);
      await world.startPart(part);
    },
  })),
  ...PARTS.map((part) => ({
    name: `SIGTERM ${part}`,
    async strike(world: World, strike: Strike) {
      await world.endPart(part, 'SIGTERM');
      await sleep(strike.lastMs);
      await world.startPart(part);
    },
  })),
  ...[...PARTS, 'postgres' as const, 'temporal' as const].map((part) => ({
    name: `stop ${part} for a while`,
    async strike(world: World, strike: Strike) {
      const pids = await world.pidsOf(part);
      for (const pid of pids) signal(pid, 'SIGSTOP');
      await sleep(strike.lastMs);
      for (const pid of pids) signal(pid, 'SIGCONT');
    },
  })),
  {
    name: 'kill -9 postgres',
    async strike(world, strike) {
      await world.killServer('postgres');
      await sleep(strike.lastMs);
      await world.startPostgres();
    },
  },
  {
    name: 'kill -9 temporal',
    async strike(world, strike) {
      await world.killServer('temporal');
      await sleep(strike.lastMs);
      await world.startTemporal();
    },
  },
  {
    name: 'database read-only',
    async strike(world, strike) {
      await world.withDatabase(async (client) => {
        await client.query('alter system set default_transaction_read_only = on');
        await client.query('select pg_reload_conf()');
        await sleep(strike.lastMs);
      });
      await world.withDatabase(async (client) => {
        await client.query('alter system reset default_transaction_read_only');
        await client.query('select pg_reload_conf()');
      });
    },
  },
  {
    name: 'password rotated and back',
    async strike(world, strike) {
      const password = decodeURIComponent(new URL(world.databaseUrl).password);
      await world.withDatabase(async (client) => {
        await client.query(`alter role wasl password '${ROTATED_PASSWORD}'`);
        try {
          const others = 'usename = current_user and pid <> pg_backend_pid()';
          await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`);
          await sleep(strike.lastMs);
        } finally {
          await client.query(`alter role wasl password ${client.escapeLiteral(password)}`);
        }
      });
    },
  },
  ...(
    [
      { kind: 'reboot', operation: 'any', when: 'before', downMs: 2_500 },
      { kind: 'reboot', operation: 'confirming-commit', when: 'after', downMs: 2_000 },
      { kind: 'drop-connection', operation: 'any', when: 'before' },
      { kind: 'drop-connection', operation: 'confirmed-commit', when: 'after' },
      { kind: 'no-reply', operation: 'confirmed-commit' },
      { kind: 'no-reply', operation: 'confirming-commit', done: true },
      { kind: 'rpc-error', operation: 'validate' },
    ] satisfies Fault[]
  ).map((fault) => ({
    name: `router: ${fault.kind} at ${fault.operation}`,
    async strike(world: World, strike: Strike) {
      const lasting = fault.kind === 'reboot' ? { ...fault, downMs: Math.min(REBOOT_MS_MAX, strike.lastMs) } : fault;
      routerOf(world, strike).faults.set(lasting, { times: 1 });
    },
  })),
  {
    name: 'router: cut off',
    async strike(world, strike) {
      const { faults } = routerOf(world, strike);
      const id = faults.set({ kind: 'refuse-connections' });
      await sleep(strike.lastMs);
      faults.clear(id);
    },
  },
  {
    name: 'router: lock held by an operator',
    async strike(world, strike) {
      const router = routerOf(world, strike);
      if (router.lockHolder('candidate') !== undefined || router.pendingCommit() !== null) return;
      try {
        const id = router.faults.set({ kind: 'hold-lock', sessionId: 4_711 });
        await sleep(strike.lastMs);
        router.faults.clear(id);
      } catch {
        // Somebody else was faster with the lock.
      }
    },
  },
  {
    name: 'router: slow',
    async strike(world, strike) {
      const { faults } = routerOf(world, strike);
      const id = faults.set({ kind: 'slow', ms: 400 });
      await sleep(strike.lastMs);
      faults.clear(id);
    },
  },
  {
    name: 'inventory imported again',
    async strike(world) {
      const store = await world.openStore();
      const inventory = world.backbone.inventory();
      // Another name each time: the same content again would be no import.
      const backbone = { ...inventory.backbone, name: `backbone ${randomUUID()}` };
      await bringIntoForce(store, { ...inventory, backbone }).finally(() => store.close());
    },
  },
];

/** Some events, each at a moment of its own. */
export function drawStorm(random: Random, count: number, withinMs: number): Strike[] {
  const drawn = Array.from({ length: count }, () => ({
    name: random.pick(EVENTS).name,
    atMs: random.below(withinMs),
    lastMs: drawDuration(random),
    router: random.below(1_000),
  }));
  return drawn.sort((a, b) => a.atMs - b.atMs);
}

/** Resolves when all are over. What an event cannot do just now it leaves; calm mends what it left half done. */
export async function rage(world: World, storm: readonly Strike[]): Promise<void> {
  await Promise.all(
    storm.map(async (strike) => {
      await sleep(strike.atMs);
      const event = EVENTS.find(({ name }) => name === strike.name);
      await event?.strike(world, strike).catch(() => undefined);
    }),
  );
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
