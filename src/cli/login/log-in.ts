/** New logins: of a person with a browser beside the terminal (RFC 8628), and of a machine with a key (RFC 7523). */
import { importJWK } from 'jose';
import {
  clientCredentialsGrant,
  initiateDeviceAuthorization,
  PrivateKeyJwt,
  pollDeviceAuthorizationGrant,
} from 'openid-client';
import { z } from 'zod';
import type { ProtectedResource } from '../../api/identity-wire.ts';
import { WaslError } from '../../errors.ts';
import type { CliIo } from '../cli-io.ts';
import { asking, boundTo, discoverIssuer, newProofKey, tokensOf } from './issuer-client.ts';
import { type Login, writeLogin } from './login-cache.ts';

/** Long enough for a person; whoever finds an old code on a screen can do nothing with it (RFC 8628 §5.4). */
const CODE_LIFETIME_MS_MAX = 600_000;
const KEY_BYTES_MAX = 16 * 1_024;
const clientKeySchema = z.looseObject({ kty: z.string(), d: z.string(), kid: z.string(), alg: z.string() });

export interface LoginPlace {
  readonly io: CliIo;
  readonly server: string;
  readonly resource: ProtectedResource;
  readonly tell: (text: string) => void;
}

/** What a decision asks of the login (RFC 9470). */
export interface StepUp {
  readonly acrValues: readonly string[];
  readonly maxAgeSeconds: number;
}

/** Shows the code, waits for the person, keeps the login. Throws LOGIN_FAILED, ISSUER_UNAVAILABLE; cut by Ctrl-C. */
export async function logInByDevice(place: LoginPlace, stepUp: StepUp | null): Promise<Login> {
  const { io, server, resource, tell } = place;
  const { issuer, clientId, scope } = placeOf(resource);
  const config = await discoverIssuer({ io, issuer, clientId });
  const wishes = stepUp === null ? {} : { acr_values: stepUp.acrValues.join(' '), max_age: `${stepUp.maxAgeSeconds}` };
  const device = await asking(issuer, () => initiateDeviceAuthorization(config, { scope, ...wishes }));
  tell(`To log in to ${server}, open ${device.verification_uri} and enter ${device.user_code}`);
  if (device.verification_uri_complete !== undefined) tell(`  or open ${device.verification_uri_complete}`);
  tell(
    `  Only if you started this yourself. The page is one of ${new URL(issuer).host}, and names the client ${clientId}.`,
  );
  const proofKey = await newProofKey(config);
  const bound = await boundTo(proofKey);
  const timeout = AbortSignal.timeout(Math.min(device.expires_in * 1_000, CODE_LIFETIME_MS_MAX));
  const signal = AbortSignal.any([io.signal, timeout]);
  const answer = await asking(issuer, () =>
    pollDeviceAuthorizationGrant(config, device, {}, { ...bound, signal }),
  ).catch((cause: unknown) => {
    if (!timeout.aborted || io.signal.aborted) throw cause;
    throw new WaslError('LOGIN_FAILED', 'nobody entered the code in its time', { cause });
  });
  const login = { server, issuer, clientId, scope, proofKey, ...tokensOf(answer, io.now(), null) };
  await writeLogin(io, login);
  return login;
}

/** The client and its private key (JWK with kid and alg) are registered at the issuer. */
export async function logInByKey(place: LoginPlace, machine: { readonly clientId: string; readonly file: string }) {
  const { io, server, resource } = place;
  const { issuer } = placeOf({ ...resource, wasl_client_id: machine.clientId });
  const login = await tokenByKey(io, { issuer, ...machine, proofKey: undefined });
  const kept: Login = { server, issuer, clientId: machine.clientId, scope: '', ...login };
  await writeLogin(io, kept);
  return kept;
}

export async function tokenByKey(
  io: CliIo,
  machine: {
    readonly issuer: string;
    readonly clientId: string;
    readonly file: string;
    /** Undefined: a new one. */
    readonly proofKey: Login['proofKey'] | undefined;
  },
): Promise<Pick<Login, 'accessToken' | 'expiresAt' | 'renewal' | 'proofKey'>> {
  const { issuer, clientId, file } = machine;
  const authentication = PrivateKeyJwt(await readClientKey(io, file));
  const config = await discoverIssuer({ io, issuer, clientId, authentication });
  const proofKey = machine.proofKey === undefined ? await newProofKey(config) : machine.proofKey;
  const bound = await boundTo(proofKey);
  const answer = await asking(issuer, () => clientCredentialsGrant(config, {}, bound));
  return { proofKey, ...tokensOf(answer, io.now(), { by: 'client-key', file }) };
}

async function readClientKey(io: CliIo, file: string) {
  const refuse = (cause: unknown): never => {
    const remedy = 'Name a file with the private key as a JWK: kty, d, kid and alg, as the issuer knows it.';
    throw new WaslError('CONFIGURATION', 'the key of the client is not one', { path: file, remedy, cause });
  };
  const text = await io.readFile(file, KEY_BYTES_MAX);
  try {
    const jwk = clientKeySchema.parse(JSON.parse(text));
    const key = await importJWK(jwk, jwk.alg);
    return key instanceof Uint8Array ? refuse(null) : { key, kid: jwk.kid };
  } catch (cause) {
    // The key is not repeated.
    return refuse(cause instanceof Error ? cause.name : null);
  }
}

function placeOf({ authorization_servers: [issuer], wasl_client_id: clientId, wasl_scope: scope }: ProtectedResource) {
  if (issuer === undefined || clientId === null) {
    throw new WaslError('LOGIN_FAILED', 'the server names no issuer at which `wasl login` is known', {
      remedy:
        'Have WASL_LOGIN_CLIENT set there, or bring a token: WASL_TOKEN, --token-file, `wasl token` on a development server.',
    });
  }
  return { issuer, clientId, scope };
}
