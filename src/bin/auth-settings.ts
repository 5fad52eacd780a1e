import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { AuthConfig } from '../api/authentication.ts';
import { isLoopback } from '../domain/loopback.ts';
import { WaslError } from '../errors.ts';
import { explainingSync } from './operator-error.ts';

/** RFC 7517 §5, with at least one key. What else a key must have depends on its type and is jose's business. */
const keySetSchema = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });
/** Members of a private or shared key (RFC 7518 §6): they have no business at those who only verify. */
const SECRET_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/** The configured issuer: WASL_JWT_ISSUER, WASL_JWT_AUDIENCE, and its keys by WASL_JWT_JWKS_URL or WASL_JWT_JWKS_FILE. */
export function readAuth(env: Readonly<Record<string, string | undefined>> = process.env): AuthConfig | null {
  const { WASL_JWT_ISSUER: issuer, WASL_JWT_JWKS_URL: jwksUrl, WASL_JWT_JWKS_FILE: jwksFile } = env;
  if (!issuer) {
    if (!jwksUrl && !jwksFile) return null;
    throw new WaslError('CONFIGURATION', 'keys of an issuer are set, but not whose they are', {
      path: 'WASL_JWT_ISSUER',
      remedy: "Set WASL_JWT_ISSUER to the claim iss of the issuer's tokens.",
    });
  }
  const audience = env.WASL_JWT_AUDIENCE || 'wasl';
  if (jwksUrl && jwksFile) {
    throw new WaslError('CONFIGURATION', "the issuer's keys are named twice, by address and by file", {
      path: 'WASL_JWT_JWKS_FILE',
      remedy: 'Keep the one that counts.',
    });
  }
  if (jwksUrl) return { issuer, audience, keys: { jwksUrl: readKeySetUrl(jwksUrl) } };
  if (jwksFile) return { issuer, audience, keys: { jwks: readKeySet(jwksFile) } };
  throw new WaslError('CONFIGURATION', 'WASL_JWT_ISSUER is set, but the keys of that issuer are not', {
    path: 'WASL_JWT_JWKS_URL',
    remedy: "Set WASL_JWT_JWKS_URL to the issuer's key set, or WASL_JWT_JWKS_FILE to a copy of it.",
  });
}

/** The address is not repeated: it may carry a password. */
function readKeySetUrl(text: string): URL {
  const refuse = (fact: string): never => {
    const remedy = 'Write it like https://issuer.example/jwks.json.';
    throw new WaslError('CONFIGURATION', fact, { path: 'WASL_JWT_JWKS_URL', remedy });
  };
  const url = URL.canParse(text) ? new URL(text) : refuse('the address of the key set is not a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refuse(`the address of the key set begins with ${url.protocol} and not with https:`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return refuse('the key set would be read in clear: whoever is on the way could put keys of their own into it');
  }
  if (url.username !== '' || url.password !== '') return refuse('the address of the key set carries a login');
  return url;
}

function readKeySet(path: string): z.output<typeof keySetSchema> {
  const refuse = (fact: string): never => {
    const remedy = "Put the issuer's key set (RFC 7517) there: an object with its public keys in `keys`.";
    throw new WaslError('CONFIGURATION', fact, { path, remedy });
  };
  const remedy = 'Check WASL_JWT_JWKS_FILE, and that the server may read the file.';
  const text = explainingSync({ path, what: 'the key set', remedy }, () => readFileSync(path, 'utf8'));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('the key set is not JSON');
  }
  const parsed = keySetSchema.safeParse(value);
  if (!parsed.success) return refuse('the key set has no `keys` that are keys');
  const { keys } = parsed.data;
  if (keys.some((key) => SECRET_MEMBERS.some((member) => member in key))) {
    return refuse('the key set holds a private key, which lets every reader of the file mint tokens');
  }
  return parsed.data;
}
