/** `wasl serve`: the HTTP API. */
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import type { JSONWebKeySet } from 'jose';
import { pino } from 'pino';
import type { AuthConfig } from '../api/authentication.ts';
import { createApi } from '../api/create-api.ts';
import { temporalRouterReads } from '../api/temporal-router-reads.ts';
import { visibleLines } from '../domain/visible-text.ts';
import { temporalDriver } from '../driver/driver.ts';
import { WaslError } from '../errors.ts';
import type { Store } from '../store/store.ts';

export interface ServeOptions {
  readonly store: Store;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly auth: AuthConfig;
  /** Requests on stderr as JSON lines: method, route, status, time; no bodies and no tokens. */
  readonly log: boolean;
}

export interface RunningApi {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startApi(options: ServeOptions): Promise<RunningApi> {
  const { store, temporalAddress: address, temporalNamespace: namespace, listen, auth } = options;
  const installation = await store.readInstallation();
  // Lazy: the API answers reads while Temporal is away.
  const connection = Connection.lazy({ address });
  const client = new Client({ connection, namespace });
  const api = createApi({
    store,
    driver: temporalDriver(client, installation),
    routerReads: temporalRouterReads(client, store, installation),
    auth,
    clock: () => new Date(),
    ...(options.log ? { logger: pino({ hooks: { streamWrite: visibleLines } }, pino.destination(2)) } : {}),
  });
  const url = await api.listen(listen);
  return {
    url,
    async stop() {
      await api.close();
      await connection.close();
    },
  };
}

/** The configured issuer: WASL_JWT_ISSUER, WASL_JWT_AUDIENCE, and its keys by WASL_JWT_JWKS_URL or WASL_JWT_JWKS_FILE. */
export function readAuth(env: Readonly<Record<string, string | undefined>>): AuthConfig | null {
  const { WASL_JWT_ISSUER: issuer, WASL_JWT_JWKS_URL: jwksUrl, WASL_JWT_JWKS_FILE: jwksFile } = env;
  if (!issuer) return null;
  const audience = env.WASL_JWT_AUDIENCE || 'wasl';
  if (jwksUrl) return { issuer, audience, keys: { jwksUrl: new URL(jwksUrl) } };
  if (jwksFile)
    return { issuer, audience, keys: { jwks: JSON.parse(readFileSync(jwksFile, 'utf8')) as JSONWebKeySet } };
  throw new WaslError('CONFIGURATION', 'WASL_JWT_ISSUER is set, but the keys of that issuer are not', {
    path: 'WASL_JWT_JWKS_URL',
    remedy: "Set WASL_JWT_JWKS_URL to the issuer's key set, or WASL_JWT_JWKS_FILE to a copy of it.",
  });
}
