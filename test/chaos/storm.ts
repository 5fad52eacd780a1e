/** What happens to a data centre, at random instants. Each event mends itself after its time, as an operator or a service would. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../src/sim/faults.ts';
import { bringIntoForce } from '../support/bring-into-force.ts';
import type { Random } from './random.ts';
import { PARTS, type World } from './world.ts';

export interface StormEvent {
  readonly name: string;
  strike(world: World, random: Random): Promise<void>;
}

const seconds = (random: Random, from: number, to: number) => (from + random.below((to - from) * 10) / 10) * 1_000;

export const EVENTS: readonly StormEvent[] = [
  ...PARTS.map((part) => ({
    name: `kill -9 ${part}`,
    async strike(world: World, random: Random) {
      await world.endPart(part, 'SIGKILL');
      await sleep(seconds(random, 0.5, 4));
      await world.startPart(part);
    },
  })),
  ...PARTS.map((part) => ({
    name: `SIGTERM ${part}`,
    async strike(world: World, random: Random) {
      await world.endPart(part, 'SIGTERM');
      await sleep(seconds(random, 0.2, 2));
      await world.startPart(part);
    },
  })),
  ...[...PARTS, 'postgres' as const, 'temporal' as const].map((part) => ({
    name: `stop ${part} for a while`,
    async strike(world: World, random: Random) {
      const pid = world.pidOf(part);
      if (pid === null) return;
      signal(pid, 'SIGSTOP');
      await sleep(seconds(random, 1, 9));
      signal(pid, 'SIGCONT');
    },
  })),
  {
    name: 'kill -9 postgres',
    async strike(world, random) {
      await world.killServer('postgres');
      await sleep(seconds(random, 0.5, 5));
      await world.startPostgres();
    },
  },
  {
    name: 'kill -9 temporal',
    async strike(world, random) {
      await world.killServer('temporal');
      await sleep(seconds(random, 0.5, 4));
      await world.startTemporal();
    },
  },
  {
    name: 'database read-only',
    async strike(world, random) {
      await world.withDatabase(async (client) => {
        await client.query('alter system set default_transaction_read_only = on');
        await client.query('select pg_reload_conf()');
        await sleep(seconds(random, 1, 9));
      });
      await world.withDatabase(async (client) => {
        await client.query('alter system reset default_transaction_read_only');
        await client.query('select pg_reload_conf()');
      });
    },
  },
  {
    name: 'password rotated and back',
    async strike(world, random) {
      const password = decodeURIComponent(new URL(world.databaseUrl).password);
      await world.withDatabase(async (client) => {
        await client.query("alter role wasl password 'rotated'");
        try {
          const others = 'usename = current_user and pid <> pg_backend_pid()';
          await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`);
          await sleep(seconds(random, 1, 6));
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
    async strike(world: World, random: Random) {
      random.pick(world.backbone.routers()).faults.set(fault, { times: 1 });
    },
  })),
  {
    name: 'router: cut off',
    async strike(world, random) {
      const { faults } = random.pick(world.backbone.routers());
      const id = faults.set({ kind: 'refuse-connections' });
      await sleep(seconds(random, 1, 8));
      faults.clear(id);
    },
  },
  {
    name: 'router: lock held by an operator',
    async strike(world, random) {
      const router = random.pick(world.backbone.routers());
      if (router.lockHolder('candidate') !== undefined || router.pendingCommit() !== null) return;
      try {
        const id = router.faults.set({ kind: 'hold-lock', sessionId: 4_711 });
        await sleep(seconds(random, 1, 9));
        router.faults.clear(id);
      } catch {
        // Somebody else was faster with the lock.
      }
    },
  },
  {
    name: 'router: slow',
    async strike(world, random) {
      const { faults } = random.pick(world.backbone.routers());
      const id = faults.set({ kind: 'slow', ms: 400 });
      await sleep(seconds(random, 2, 8));
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

/** Some events, each at a moment of its own; resolves when all are over. What an event cannot do just now it leaves. */
export async function rageStorm(world: World, random: Random, count: number, lastMs: number): Promise<string[]> {
  const planned = Array.from({ length: count }, () => ({ event: random.pick(EVENTS), atMs: random.below(lastMs) }));
  planned.sort((a, b) => a.atMs - b.atMs);
  await Promise.all(
    planned.map(async ({ event, atMs }) => {
      await sleep(atMs);
      await event.strike(world, random).catch(() => undefined);
    }),
  );
  return planned.map(({ event, atMs }) => `${(atMs / 1_000).toFixed(1)} s ${event.name}`);
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
