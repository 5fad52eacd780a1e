/** Calls with a kept login: bound to its key, renewed in time, repeated after a stronger login where a decision needs one. */
import {
  allowInsecureRequests,
  customFetch,
  protectedResourceRequest,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { refreshTokenGrant } from 'openid-client';
import { z } from 'zod';
import { WaslError } from '../../errors.ts';
import type { CliIo } from '../cli-io.ts';
import { asking, boundTo, discoverIssuer, proofOf, tokensOf } from './issuer-client.ts';
import { logInByDevice, type StepUp, tokenByKey } from './log-in.ts';
import { forgetLogin, type Login, readLogin, writeLogin } from './login-cache.ts';
import { readResource } from './read-resource.ts';

/** Before its end a token is renewed, so that it does not end on the way. */
const RENEWAL_MS = 30_000;
/** Of the repeated call: the time of the first went into the login. */
const REPEAT_TIMEOUT_MS = 120_000;

export interface CallPlace {
  readonly io: CliIo;
  readonly server: string;
  readonly send: typeof fetch;
  readonly tell: (text: string) => void;
}

export async function callAs(login: Login, place: CallPlace, url: string, init: RequestInit): Promise<Response> {
  const answer = await sendAs(await renewed(login, place.io), place, url, init);
  const stepUp = await stepUpOf(answer);
  if (stepUp === null) return answer;
  // Where nobody looks, nobody can enter a code.
  if (!place.io.err.isTerminal || login.renewal?.by === 'client-key') return answer;
  place.tell('This decides something: it needs a login made for it.');
  const resource = await readResource(place.server, place.send);
  const stronger = await logInByDevice({ ...place, resource }, stepUp);
  return sendAs(stronger, place, url, { ...init, signal: AbortSignal.timeout(REPEAT_TIMEOUT_MS) });
}

async function sendAs(login: Login, { send }: CallPlace, url: string, init: RequestInit): Promise<Response> {
  const { accessToken, proofKey } = login;
  if (proofKey === null) {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${accessToken}`);
    return send(url, { ...init, headers: Object.fromEntries(headers) });
  }
  const body = typeof init.body === 'string' ? init.body : null;
  try {
    return await protectedResourceRequest(
      accessToken,
      init.method ?? 'GET',
      new URL(url),
      new Headers(init.headers),
      body,
      {
        DPoP: await proofOf(proofKey),
        ...(init.signal ? { signal: init.signal } : {}),
        // Whether the server may be called without TLS is said where its address is read.
        [allowInsecureRequests]: new URL(url).protocol === 'http:',
        [customFetch]: (address, { method, headers, signal }) =>
          send(address, { method, headers, ...(signal ? { signal } : {}), ...(body === null ? {} : { body }) }),
      },
    );
  } catch (error) {
    // The answer says itself what is wrong.
    if (error instanceof WWWAuthenticateChallengeError) return error.response;
    throw error;
  }
}

const stepUpSchema = z.object({
  code: z.literal('STEP_UP_NEEDED'),
  details: z.object({ acrValues: z.array(z.string()), maxAgeSeconds: z.number() }),
});

async function stepUpOf(answer: Response): Promise<StepUp | null> {
  if (answer.status !== 401) return null;
  const problem = stepUpSchema.safeParse(
    await answer
      .clone()
      .json()
      .catch(() => null),
  );
  return problem.success ? problem.data.details : null;
}

/** Throws UNAUTHENTICATED where the login is over. */
async function renewed(login: Login, io: CliIo): Promise<Login> {
  if (Date.parse(login.expiresAt) - io.now().getTime() > RENEWAL_MS) return login;
  const { renewal } = login;
  if (renewal === null) return over(login, io);
  if (renewal.by === 'client-key')
    return kept(io, { ...login, ...(await tokenByKey(io, { ...login, file: renewal.file })) });
  const { issuer, clientId, proofKey } = login;
  const config = await discoverIssuer({ io, issuer, clientId });
  const bound = await boundTo(proofKey);
  try {
    const answer = await asking(issuer, () => refreshTokenGrant(config, renewal.refreshToken, {}, bound));
    return await kept(io, { ...login, ...tokensOf(answer, io.now(), renewal) });
  } catch (error) {
    if (!(error instanceof WaslError) || error.code !== 'LOGIN_FAILED') throw error;
    // Another command of the same user was first, and has the next token.
    const current = await readLogin(io, login.server);
    if (current !== null && current.accessToken !== login.accessToken) return current;
    return over(login, io, error);
  }
}

async function kept(io: CliIo, login: Login): Promise<Login> {
  await writeLogin(io, login);
  return login;
}

async function over({ server }: Login, io: CliIo, cause?: unknown): Promise<never> {
  await forgetLogin(io, server);
  throw new WaslError('UNAUTHENTICATED', `the login at ${server} is over`, {
    remedy: 'Log in again: `wasl login`.',
    cause,
  });
}
