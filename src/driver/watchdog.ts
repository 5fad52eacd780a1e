/**
 * Holds the register against Temporal: an interconnect whose record asks for a move that nobody has seen or taken, one whose hour has come, an unfinished one without a
 * running workflow, and a running workflow without an unfinished one are made to look again; the schedule of audits is there; the newest release is brought into force.
 * So neither a lost signal, nor a lost workflow, nor a lost Temporal, database or release leaves anything behind.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { interconnectWorkflowId, interconnectWorkflowIds } from '../../workflows/shared/messages.ts';
import type { InterconnectId } from '../domain/names.ts';
import type { Store } from '../store/store.ts';
import { ensureAuditSchedule } from './audit-schedule.ts';
import type { Driver } from './driver.ts';
import { endImpostors } from './impostors.ts';
import { bringNewestIntoForce, endAbandonedTransactions } from './releases.ts';
import { endStuckTransactions, mayBeSignalled } from './stuck-workflows.ts';

/** A decision that no workflow has seen after this was not heard. */
const UNHEARD_MS = 3_000;
/** What is due by the record and was not looked at after this: its workflow sleeps by another hour. */
const OVERSLEPT_MS = 10_000;
/** Longer than a step of the record takes. A transaction takes longer, and a look does it no harm. */
const IDLE_MS = 20_000;
const LOOK_INTERVAL_MS = 3_000;
/** The whole register is held against what runs each so many looks. */
const SWEEP_EVERY = 10;
const PAGE = 1_000;

export interface WatchdogOptions {
  readonly store: Pick<Store, 'listUndriven' | 'listOverslept' | 'listIdle' | 'listInterconnects' | 'listWorkers'>;
  readonly driver: Driver;
  readonly client: Client;
  readonly installation: string;
  /** Of this worker. */
  readonly release: string;
  /** Between two audits of the schedule. */
  readonly auditMinutes: number;
  readonly clock: () => Date;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;
}

export interface Watchdog {
  stop(): Promise<void>;
}

export function startWatchdog(options: WatchdogOptions): Watchdog {
  const stopping = new AbortController();
  const running = watch(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function watch(options: WatchdogOptions, signal: AbortSignal): Promise<void> {
  const { log, client, installation, auditMinutes } = options;
  let hasToldInterval = false;
  for (let looks = 0; !signal.aborted; looks++) {
    try {
      await bringNewestIntoForce(options);
      await endAbandonedTransactions(options);
      await driveUnheard(options);
      if (looks % SWEEP_EVERY === 0) {
        await endImpostors(options);
        await endStuckTransactions(options);
        await driveStopped(options);
        await driveIdle(options);
      }
      if (!hasToldInterval || looks % SWEEP_EVERY === 0) {
        await ensureAuditSchedule(client, installation, auditMinutes, !hasToldInterval);
        hasToldInterval = true;
      }
    } catch (error) {
      // Database or Temporal away: the next look finds what this one would have.
      log('warn', 'the watchdog could not look', { error: error instanceof Error ? error.message : String(error) });
    }
    await sleep(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function driveUnheard(options: WatchdogOptions): Promise<void> {
  const { store, clock } = options;
  const before = (ms: number) => new Date(clock().getTime() - ms);
  const unheard = await store.listUndriven(before(UNHEARD_MS));
  const overslept = await store.listOverslept(before(OVERSLEPT_MS));
  await lookAtEach(options, new Set([...unheard, ...overslept]));
}

/** One that takes no more signals keeps none of the others from being looked at. */
async function lookAtEach(options: WatchdogOptions, ids: Iterable<InterconnectId>): Promise<void> {
  const failures: unknown[] = [];
  for (const id of ids) {
    await mayBeSignalled(options, id)
      .then((may) => (may ? options.driver.look(id) : undefined))
      .catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** Whoever answers a workflow in a worker's place can have it sleep, with nothing done: what the record asks for is asked again. */
async function driveIdle(options: WatchdogOptions): Promise<void> {
  const { store, clock } = options;
  await lookAtEach(options, await store.listIdle(new Date(clock().getTime() - IDLE_MS)));
}

/**
 * Unfinished interconnects without a running workflow are begun anew from the record. Running workflows without an unfinished interconnect, after the database was restored, find that out by looking,
 * and end.
 */
async function driveStopped(options: WatchdogOptions): Promise<void> {
  const { driver, installation, log } = options;
  const unfinished = new Set(await listUnfinished(options));
  const running = await listRunning(options);
  for (const id of unfinished) {
    if (running.has(interconnectWorkflowId(installation, id))) continue;
    log('warn', 'an interconnect had no workflow: it is driven again from the record', { interconnectId: id });
    await driver.look(id);
  }
  const own = interconnectWorkflowIds(installation);
  for (const workflowId of running) {
    const id = workflowId.slice(own.length) as InterconnectId;
    if (workflowId.startsWith(own) && !unfinished.has(id)) await driver.look(id);
  }
}

async function listUnfinished({ store }: WatchdogOptions): Promise<InterconnectId[]> {
  const ids: InterconnectId[] = [];
  for (let before: InterconnectId | undefined; ; ) {
    const page = await store.listInterconnects({
      unfinished: true,
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    ids.push(...page.map((record) => record.id));
    before = page.at(-1)?.id;
    if (page.length < PAGE || before === undefined) return ids;
  }
}

async function listRunning({ client }: WatchdogOptions): Promise<ReadonlySet<string>> {
  const running = new Set<string>();
  const query = 'WorkflowType = "runInterconnect" AND ExecutionStatus = "Running"';
  for await (const { workflowId } of client.workflow.list({ query })) running.add(workflowId);
  return running;
}
