/** `wasl serve`: the HTTP API. */
import { Server as TlsServer } from 'node:tls';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import type { AuthConfig } from '../api/authentication.ts';
import { createApi } from '../api/create-api.ts';
import { temporalRouterReads } from '../api/temporal-router-reads.ts';
import type { RetentionSchedule } from '../domain/retention.ts';
import { temporalDriver } from '../driver/driver.ts';
import type { SignatureMeans } from '../signatures/index.ts';
import type { Store } from '../store/store.ts';
import { type ApiTls, refusePlainAbroad, watchTls } from './api-tls.ts';
import { NO_CODEC, type TemporalCodec } from './codec.ts';
import { explaining } from './operator-error.ts';
import { patientCalls } from './patient-calls.ts';
import type { TemporalLogin } from './temporal-login.ts';

export interface ServeOptions {
  readonly store: Store;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly temporalLogin?: TemporalLogin;
  /** Omitted: in clear, which is served on a loopback address only. */
  readonly tls?: ApiTls | null;
  readonly listen: { readonly host: string; readonly port: number };
  readonly auth: AuthConfig;
  readonly signatures: SignatureMeans | null;
  /** Omitted: what goes to Temporal is not encrypted. */
  readonly codec?: TemporalCodec;
  /** Of Temporal's UI, whose pages may call the codec; null: no pages may. */
  readonly codecOrigin?: string | null;
  /** By what texts of persons are erased; null or omitted: none are. */
  readonly retention?: RetentionSchedule | null;
  /** Requests as JSON lines: method, route, status, time, person; no bodies and no tokens. Omitted: nothing is logged. */
  readonly logger?: Logger;
}

export interface RunningApi {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startApi(options: ServeOptions): Promise<RunningApi> {
  const {
    store,
    temporalAddress: address,
    temporalNamespace: namespace,
    listen,
    auth,
    signatures,
    tls = null,
  } = options;
  refusePlainAbroad(listen, tls);
  const installation = await store.readInstallation();
  // Lazy: the API answers reads while Temporal is away.
  const calls = patientCalls();
  const connection = Connection.lazy({ address, ...options.temporalLogin, interceptors: calls.interceptors });
  const disconnect = async () => {
    calls.end();
    await connection.close();
  };
  const { dataConverter, forPeople, troubles } = options.codec ?? NO_CODEC;
  const client = new Client({ connection, namespace, dataConverter });
  const api = createApi({
    store,
    driver: temporalDriver(client, installation),
    routerReads: temporalRouterReads(client, store, installation),
    auth,
    signatures,
    ...(troubles === null ? {} : { codecTroubles: troubles }),
    ...(forPeople === null ? {} : { codec: { forPeople, origin: options.codecOrigin ?? null } }),
    retention: options.retention ?? null,
    clock: () => store.now(),
    ...(tls === null ? {} : { tls: tls.first }),
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  const remedy = 'Set WASL_LISTEN to host:port of this machine that nobody uses.';
  const what = `${listen.host} port ${listen.port}`;
  const url = await explaining({ path: 'WASL_LISTEN', what, remedy }, () => api.listen(listen)).catch(
    async (error: unknown) => {
      await api.close();
      await disconnect();
      throw error;
    },
  );
  const tell = (fact: string) => options.logger?.error(fact);
  const { server } = api;
  const watch =
    tls !== null && server instanceof TlsServer ? watchTls(tls, (files) => server.setSecureContext(files), tell) : null;
  return {
    url,
    async stop() {
      watch?.stop();
      await api.close();
      await disconnect();
    },
  };
}
