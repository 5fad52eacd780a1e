import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { CODEC_TROUBLES, type CodecTroubles } from '../codec/codec-troubles.ts';
import { OVERDUE_AFTER_MS, TROUBLES } from '../domain/trouble.ts';
import type { ApiDependencies } from './server-types.ts';

export interface ApiMetrics {
  observe(route: string, method: string, status: number, elapsedMs: number): void;
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const UNHEARD_MS = 10_000;
/** Without the database: 0 would say that nobody need look. */
const UNKNOWN = Number.NaN;

/** Numbers for Prometheus. Labels are routes, methods and states: never an entity, a person or a router. */
export function createMetrics({
  store,
  clock,
  codecTroubles,
}: Pick<ApiDependencies, 'store' | 'clock' | 'codecTroubles'>): ApiMetrics {
  const registry = new Registry();
  if (codecTroubles !== undefined) countCodecTroubles(registry, codecTroubles);
  collectDefaultMetrics({ register: registry });
  const lastAudit = () =>
    store.listAudits(1).then(
      ([last]) => last,
      () => undefined,
    );
  const duration = new Histogram({
    name: 'wasl_http_request_duration_seconds',
    help: 'Time to answer a request of the API',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers: [registry],
  });
  new Gauge({
    name: 'wasl_route_targets',
    help: 'Route targets of the pool by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      // Without the database the other numbers are still worth scraping.
      const counts = await store.countRouteTargets().catch(() => null);
      if (counts === null) return;
      this.set({ state: 'free' }, counts.free);
      this.set({ state: 'in-use' }, counts.inUse);
      this.set({ state: 'quarantined' }, counts.quarantined);
    },
  });
  new Gauge({
    name: 'wasl_undriven_interconnects',
    help: 'Interconnects that ask for a move which no workflow has seen for ten seconds',
    registers: [registry],
    async collect() {
      const undriven = store.listUndriven(new Date(clock().getTime() - UNHEARD_MS));
      this.set(await undriven.then(({ length }) => length).catch(() => UNKNOWN));
    },
  });
  new Gauge({
    name: 'wasl_troubled_interconnects',
    help: 'Interconnects that need somebody, by trouble: attention, left on a router, overdue, drifted',
    labelNames: ['trouble'],
    registers: [registry],
    async collect() {
      this.reset();
      const counts = await store.countTroubled(new Date(clock().getTime() - OVERDUE_AFTER_MS)).catch(() => null);
      if (counts === null) return;
      for (const trouble of TROUBLES) this.set({ trouble }, counts[trouble]);
    },
  });
  new Gauge({
    name: 'wasl_audit_age_seconds',
    help: 'Since the last audit of the whole network began to read; absent before the first one',
    registers: [registry],
    async collect() {
      this.reset();
      const last = await lastAudit();
      if (last !== undefined) this.set((clock().getTime() - Date.parse(last.at)) / 1_000);
    },
  });
  new Gauge({
    name: 'wasl_audit_verdict',
    help: '1 for the verdict of the last audit of the whole network; absent before the first one',
    labelNames: ['verdict'],
    registers: [registry],
    async collect() {
      this.reset();
      const last = await lastAudit();
      if (last === undefined) return;
      for (const verdict of ['pass', 'fail', 'unknown']) this.set({ verdict }, last.result.verdict === verdict ? 1 : 0);
    },
  });
  new Gauge({
    name: 'wasl_ledger_verdict',
    help: '1 for the verdict of the last review of ledger, checkpoints and register; absent before the first one',
    labelNames: ['verdict'],
    registers: [registry],
    async collect() {
      this.reset();
      const last = await store.readLedgerReview().catch(() => null);
      if (last === null) return;
      for (const verdict of ['pass', 'fail']) this.set({ verdict }, last.verdict === verdict ? 1 : 0);
    },
  });
  new Gauge({
    name: 'wasl_ledger_unsigned_rows',
    help: 'Rows of the ledger that no checkpoint covers yet',
    registers: [registry],
    async collect() {
      this.reset();
      const [rows, last] = await Promise.all([store.countLedger(), store.readLastCheckpoint()]).catch(() => [
        null,
        null,
      ]);
      if (rows !== null) this.set(rows - (last?.size ?? 0));
    },
  });
  return {
    observe(route, method, status, elapsedMs) {
      duration.observe({ route, method, status: String(status) }, elapsedMs / 1_000);
    },
    async render() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** Of an API as of a worker: above 0, a process lacks a key or somebody writes to Temporal who is not wasl. */
export function countCodecTroubles(registry: Registry, { counts }: CodecTroubles): void {
  new Gauge({
    name: 'wasl_messages_unreadable',
    help: 'Messages from Temporal that could not be decrypted since the start, by reason',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      for (const reason of CODEC_TROUBLES) this.set({ reason }, counts[reason]);
    },
  });
}
