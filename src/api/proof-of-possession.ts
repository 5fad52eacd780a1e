/** DPoP (RFC 9449): a token that is bound to a key counts only from who has the key. */
import { decodeJwt } from 'jose';
import { clockSkew, clockTolerance, jwksCache, validateJwtAccessToken } from 'oauth4webapi';
import { WaslError } from '../errors.ts';
import type { KeySet } from './issuer-keys.ts';
import { createReplayMemory } from './replay-memory.ts';
import { ALGORITHMS } from './token-claims.ts';

export interface PossessionRule {
  /** How clients call this API, before any proxy: proofs are made for it, whatever the header Host says. */
  readonly publicUrl: URL;
  /** Clients (`client_id`) whose tokens count only when bound to a key; `*`: all. A bound token of anybody is held to it. */
  readonly clients: readonly string[];
}

/** What of a request says who calls. */
export interface Presented {
  readonly authorization: string | undefined;
  /** The header DPoP. */
  readonly proof?: string | undefined;
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
}

/** A proof is made for its call: older, or of a time to come by more, it is none. */
export const PROOF_SECONDS_MAX = 60;

export interface VerifiedToken {
  readonly presented: Presented;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly keys: KeySet;
}

export const isProofScheme = (authorization: string | undefined): boolean => /^DPoP /i.test(authorization ?? '');

/**
 * Checks the proof of a token that jose has verified. oauth4webapi checks all of RFC 9449 but the nonce and repetitions; each server
 * remembers its own. Throws UNAUTHENTICATED, or RATE_LIMITED where too many proofs came to tell repetitions.
 */
export function createPossessionCheck(
  { issuer, audience, rule }: { readonly issuer: string; readonly audience: string; readonly rule: PossessionRule },
  clock: () => Date,
): (token: VerifiedToken) => Promise<void> {
  const memory = createReplayMemory(2 * PROOF_SECONDS_MAX);
  return async ({ presented, claims, keys }) => {
    const { authorization = '', proof, method, path } = presented;
    if (claims.cnf === undefined && !isProofScheme(authorization) && proof === undefined) {
      return refuseUnbound(claims.client_id, rule);
    }
    const now = clock();
    const headers = { authorization, ...(proof === undefined ? {} : { dpop: proof }) };
    try {
      const request = new Request(`${rule.publicUrl.href.replace(/\/$/, '')}${path}`, { method, headers });
      await validateJwtAccessToken({ issuer }, request, audience, {
        requireDPoP: true,
        // Of token and proof: which of them may sign tokens was asked before.
        signingAlgorithms: ALGORITHMS,
        [jwksCache]: { jwks: keys.all(), uat: Math.floor(Date.now() / 1_000) },
        [clockSkew]: Math.floor((now.getTime() - Date.now()) / 1_000),
        [clockTolerance]: PROOF_SECONDS_MAX,
      });
    } catch (cause) {
      throw refusal(cause instanceof Error ? cause.message : 'it is none', cause);
    }
    const { iat = Number.NaN, jti = '' } = decodeJwt(proof ?? '');
    const ageSeconds = Math.abs(now.getTime() / 1_000 - iat);
    if (!(ageSeconds <= PROOF_SECONDS_MAX)) throw refusal('it is not of this minute');
    memory.takeOnce(keyOf(claims), jti, now);
  };
}

function refuseUnbound(client: unknown, { clients }: PossessionRule): void {
  if (clients.length === 0) return;
  const isFree = typeof client === 'string' && !clients.includes('*') && !clients.includes(client);
  if (isFree) return;
  throw new WaslError('UNAUTHENTICATED', 'the token is not bound to a key of its client, and has to be', {
    remedy: 'Have the issuer bind it (DPoP, RFC 9449), and send a proof with each call.',
  });
}

/** The thumbprint, which validation has seen. */
function keyOf({ cnf }: Readonly<Record<string, unknown>>): string {
  return typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? String(cnf.jkt) : '';
}

function refusal(reason: string, cause?: unknown): WaslError {
  return new WaslError('UNAUTHENTICATED', `the proof of possession is not valid: ${reason}`, {
    remedy: 'Make a new proof (DPoP, RFC 9449) for this call: method, address of the API as configured, token.',
    cause,
  });
}
