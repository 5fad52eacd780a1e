/** A real OpenID provider in this process: what wasl is told by one, and what it must not believe. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { allowInsecureRequests, type Configuration as Client, discovery, PrivateKeyJwt } from 'openid-client';

export const AUDIENCE = 'wasl';
export const MACHINE = 'portal';
export const CLI = 'wasl-cli';
const TOKEN_SECONDS = 300;

export interface Login {
  readonly person: string;
  readonly acr?: string;
}

export interface IdentityProvider {
  readonly issuer: URL;
  /** How often its keys were read. */
  readonly keyReads: () => number;
  /** Claims of the next tokens of machines; and what is known of persons, by name. */
  machineClaims: Readonly<Record<string, unknown>>;
  readonly persons: Map<string, Readonly<Record<string, unknown>>>;
  /** While set, it answers nothing. */
  isAway: boolean;
  /** While set, it lets everybody wait; `waiting` says how many do. */
  isSilent: boolean;
  readonly waiting: () => number;
  readonly machineKey: CryptoKey;
  /** Discovered and authenticated by private_key_jwt; with `requireProof` it gets bound tokens only. */
  machine(): Promise<Client>;
  /** The keys that it publishes from now on, the signing one first. */
  publish(...keys: readonly JWK[]): void;
  readonly keys: readonly JWK[];
  /** What a person does who opens the address that a device shows; answers the last page. */
  logIn(verificationUriComplete: string, login: Login): Promise<string>;
  stop(): Promise<void>;
}

export async function createSigningKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' };
}

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const machine = await generateKeyPair('ES256', { extractable: true });
  const machineJwk = { ...(await exportJWK(machine.publicKey)), kid: 'machine', alg: 'ES256', use: 'sig' };
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined;
  let keyReads = 0;
  let waiting = 0;
  let nextLogin: Login = { person: 'nobody' };
  const server = createServer((request, response) => {
    if (self.isAway) return void request.socket.destroy();
    if (self.isSilent) {
      waiting += 1;
      return void response.on('close', () => {
        waiting -= 1;
      });
    }
    if (request.url === '/jwks') keyReads += 1;
    return void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  const publish = (...keys: readonly JWK[]) => {
    const provider = new Provider(issuer.origin, configurationOf(keys, machineJwk, self));
    provider.use(async (ctx, next) => {
      if (ctx.path === '/device/auth') {
        await next();
        // Nobody is slow here.
        if (typeof ctx.body === 'object' && ctx.body !== null) Object.assign(ctx.body, { interval: 0.02 });
        return;
      }
      if (!ctx.path.startsWith('/interaction/')) return next();
      const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
      const { person, acr } = nextLogin;
      if (prompt.name === 'login') {
        const login = { accountId: person, ...(acr === undefined ? {} : { acr }), remember: false };
        return provider.interactionFinished(ctx.req, ctx.res, { login }, { mergeWithLastSubmission: false });
      }
      const grant = new provider.Grant({ accountId: session?.accountId ?? person, clientId: String(params.client_id) });
      grant.addOIDCScope('openid offline_access');
      grant.addResourceScope(RESOURCE, 'wasl');
      const consent = { grantId: await grant.save() };
      return provider.interactionFinished(ctx.req, ctx.res, { consent }, { mergeWithLastSubmission: true });
    });
    handle = provider.callback();
  };
  const self: IdentityProvider = {
    ...{ issuer, keyReads: () => keyReads, machineClaims: {}, persons: new Map(), isAway: false },
    ...{ isSilent: false, waiting: () => waiting },
    ...{
      machineKey: machine.privateKey,
      publish,
      keys: [await createSigningKey('one'), await createSigningKey('two')],
    },
    machine: () =>
      discovery(issuer, MACHINE, undefined, PrivateKeyJwt({ key: machine.privateKey, kid: 'machine' }), {
        execute: [allowInsecureRequests],
      }),
    async logIn(uri, login) {
      nextLogin = login;
      return walkPages(uri);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  publish(...self.keys.slice(0, 1));
  return self;
}

const RESOURCE = 'urn:wasl:api';

function configurationOf(keys: readonly JWK[], machineJwk: JWK, self: IdentityProvider): Configuration {
  const common = { redirect_uris: [], response_types: [], id_token_signed_response_alg: 'ES256' as const };
  return {
    jwks: { keys: [...keys] as NonNullable<Configuration['jwks']>['keys'] },
    clients: [
      {
        ...common,
        ...{ client_id: MACHINE, grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt' },
        ...{ token_endpoint_auth_signing_alg: 'ES256', jwks: { keys: [machineJwk] } },
      },
      {
        ...common,
        ...{ client_id: CLI, application_type: 'native', token_endpoint_auth_method: 'none' },
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      },
    ],
    scopes: ['openid', 'offline_access'],
    acrValues: ['pwd', 'gold'],
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...self.persons.get(sub) }) }),
    extraTokenClaims: (ctx, token) => (token.kind === 'ClientCredentials' ? self.machineClaims : ofPerson(ctx, self)),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: async () => true,
    ttl: {
      ...{ AccessToken: TOKEN_SECONDS, ClientCredentials: TOKEN_SECONDS, DeviceCode: 600, IdToken: 600 },
      ...{ Interaction: 600, Session: 600, Grant: 3_600, RefreshToken: 3_600 },
    },
    cookies: { keys: ['a key of the test'] },
    features: {
      ...{ devInteractions: { enabled: false }, clientCredentials: { enabled: true }, dPoP: { enabled: true } },
      ...{ deviceFlow: { enabled: true }, revocation: { enabled: true } },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          ...{ scope: 'wasl', audience: AUDIENCE, accessTokenTTL: TOKEN_SECONDS, accessTokenFormat: 'jwt' as const },
          jwt: { sign: { alg: 'ES256' as const } },
        }),
      },
    },
  };
}

/** What a provider has to be told to put into its access tokens: roles and entity, how and when the person logged in. */
function ofPerson(ctx: KoaContextWithOIDC, { persons }: IdentityProvider): Record<string, unknown> {
  const { DeviceCode: device, RefreshToken: refresh } = ctx.oidc.entities;
  const source = device ?? refresh;
  const { acr, authTime } = source ?? {};
  return {
    ...persons.get(source?.accountId ?? ''),
    ...(acr === undefined ? {} : { acr }),
    ...(authTime === undefined ? {} : { auth_time: authTime }),
  };
}

/** A browser without a screen: keeps cookies, follows redirects, sends each form as it stands. */
async function walkPages(start: string): Promise<string> {
  const cookies = new Map<string, string>();
  let next: { url: string; body: URLSearchParams | null } = { url: start, body: null };
  for (let step = 0; step < 20; step += 1) {
    const { url, body } = next;
    const answer = await fetch(url, {
      ...{ redirect: 'manual', method: body === null ? 'GET' : 'POST', body },
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    const page = await answer.text();
    if (location !== null) {
      next = { url: new URL(location, url).href, body: null };
      continue;
    }
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
    if (action === undefined) return page;
    const inputs = [...page.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)];
    const fields = inputs.map(([, name = '', value = '']): [string, string] => [name, value]);
    next = { url: new URL(action, url).href, body: new URLSearchParams(fields) };
  }
  throw new Error('the pages of the provider do not end');
}
