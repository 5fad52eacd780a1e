/** What a supervisor and Prometheus ask a worker: GET /health, /ready, /metrics. Nothing of parties, people or routers. */
import { createServer, type ServerResponse } from 'node:http';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { countCodecTroubles } from '../api/metrics.ts';
import type { Store } from '../store/store.ts';
import type { TemporalCodec } from './codec.ts';
import type { Address } from './configuration.ts';
import { explaining } from './operator-error.ts';
import type { RunningWorker } from './worker.ts';

/** A probe that waits longer is as good as unanswered. */
const LOOK_MS = 2_000;
const STATES = ['starting', 'running', 'draining', 'stopped'] as const;
const STARTING = { state: 'starting', transactionsUnderWay: 0 } as const;

export interface ProbeOptions {
  readonly listen: Address;
  /** null: it has not joined yet. */
  readonly worker: () => Pick<RunningWorker, 'status'> | null;
  readonly store: Pick<Store, 'ping'>;
  readonly codec?: Pick<TemporalCodec, 'troubles'>;
}

export async function listenForProbes({ listen, worker, store, codec }: ProbeOptions) {
  const status = () => worker()?.status() ?? STARTING;
  const troubles = codec?.troubles ?? null;
  const metrics = createMetrics(status);
  if (troubles !== null) countCodecTroubles(metrics, troubles);
  const server = createServer({ requestTimeout: LOOK_MS, headersTimeout: LOOK_MS }, (request, response) => {
    void answer(request.url ?? '', response).catch(() => response.destroy());
  });
  async function answer(url: string, response: ServerResponse): Promise<void> {
    const { state, transactionsUnderWay } = status();
    if (url === '/health') return sendJson(response, state === 'stopped' ? 503 : 200, { status: state });
    if (url === '/ready') {
      const database = (await answersInTime(store)) ? 'up' : 'down';
      const unreadable = troubles?.current() ?? null;
      const isReady = state === 'running' && database === 'up' && unreadable === null;
      return sendJson(response, isReady ? 200 : 503, {
        ...{ status: state, database, transactionsUnderWay },
        messages: unreadable ?? 'readable',
      });
    }
    if (url !== '/metrics') return sendJson(response, 404, { status: 'there is nothing here' });
    response.setHeader('content-type', metrics.contentType).end(await metrics.metrics());
  }
  const { host, port } = listen;
  const remedy = 'Set WASL_WORKER_LISTEN to host:port of this machine that nobody uses, or leave it out.';
  await explaining({ path: 'WASL_WORKER_LISTEN', what: `${host} port ${port}`, remedy }, async () => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function createMetrics(status: () => { readonly state: string; readonly transactionsUnderWay: number }): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'wasl_worker_state',
    help: '1 at the state that the worker is in',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const state of STATES) this.set({ state }, state === status().state ? 1 : 0);
    },
  });
  new Gauge({
    name: 'wasl_worker_transactions_under_way',
    help: 'Changes whose NETCONF sessions this worker holds',
    registers: [registry],
    collect() {
      this.set(status().transactionsUnderWay);
    },
  });
  return registry;
}

async function answersInTime(store: Pick<Store, 'ping'>): Promise<boolean> {
  const patience = AbortSignal.timeout(LOOK_MS);
  const late = new Promise<false>((resolve) => patience.addEventListener('abort', () => resolve(false)));
  const ping = store.ping().then(
    () => true,
    () => false,
  );
  return Promise.race([ping, late]);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
