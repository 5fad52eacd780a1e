/** A client of wasl's HTTP API: paths, bodies, answers and problems as the OpenAPI document has them. `npm run client` writes the types. */
import createFetchClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './schema.d.ts';

export type { components, operations, paths } from './schema.d.ts';
export type Problem = components['schemas']['Problem'];
export type WaslClient = Client<paths>;

export interface WaslClientOptions {
  /** Like `https://wasl.example`. */
  readonly server: string;
  /** Asked before each call, so that a renewed token is taken up. */
  readonly token: () => string | Promise<string>;
}

export function createClient({ server, token }: WaslClientOptions): WaslClient {
  const client = createFetchClient<paths>({ baseUrl: server, headers: { accept: 'application/json' } });
  client.use({
    async onRequest({ request }) {
      request.headers.set('authorization', `Bearer ${await token()}`);
      return request;
    },
  });
  return client;
}
