import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { AuthConfig } from '../api/authentication.ts';
import type { IssuerKeys } from '../api/issuer-keys.ts';
import {
  ALGORITHMS,
  CLAIM_SOURCES_DEFAULT,
  type ClaimSources,
  MAPPED_CLAIMS,
  ROLES,
  type Role,
} from '../api/token-claims.ts';
import { isLoopback } from '../domain/loopback.ts';
import { WaslError } from '../errors.ts';
import {
  LOGIN_SCOPE_DEFAULT,
  readListenAddress,
  readNumber,
  STEP_UP_SECONDS_DEFAULT,
  TOKEN_LIFETIME_SECONDS_DEFAULT,
} from './configuration.ts';
import { explainingSync } from './operator-error.ts';

/** RFC 7517 §5, with at least one key. What else a key must have depends on its type and is jose's business. */
const keySetSchema = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });
/** Members of a private or shared key (RFC 7518 §6): they have no business at those who only verify. */
const SECRET_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

type Environment = Readonly<Record<string, string | undefined>>;

/** The configured issuer: whose tokens count, its keys, where its claims are, and what a decision asks of a login. Null: none. */
export function readAuth(env: Environment = process.env): AuthConfig | null {
  const { WASL_JWT_ISSUER: issuer } = env;
  if (!issuer) {
    if (!env.WASL_JWT_JWKS_URL && !env.WASL_JWT_JWKS_FILE) return null;
    throw new WaslError('CONFIGURATION', 'keys of an issuer are set, but not whose they are', {
      path: 'WASL_JWT_ISSUER',
      remedy: "Set WASL_JWT_ISSUER to the claim iss of the issuer's tokens.",
    });
  }
  return {
    issuer,
    audience: env.WASL_JWT_AUDIENCE || 'wasl',
    keys: readIssuerKeys(issuer, env),
    algorithms: readAlgorithms(env),
    claims: { sources: readClaimSources(env), roleNames: readRoleNames(env) },
    lifetimeSecondsMax:
      readNumber(env, 'WASL_JWT_LIFETIME_SECONDS', 60, 28_800, 'seconds') ?? TOKEN_LIFETIME_SECONDS_DEFAULT,
    stepUp: {
      acrValues: readAcrValues(env),
      ageSecondsMax: readNumber(env, 'WASL_STEP_UP_SECONDS', 30, 3_600, 'seconds') ?? STEP_UP_SECONDS_DEFAULT,
    },
    possession: { publicUrl: readPublicUrl(env), clients: readList(env.WASL_DPOP_CLIENTS) },
    login: { clientId: env.WASL_LOGIN_CLIENT || null, scope: env.WASL_LOGIN_SCOPE || LOGIN_SCOPE_DEFAULT },
  };
}

function readIssuerKeys(issuer: string, env: Environment): IssuerKeys {
  const { WASL_JWT_JWKS_URL: jwksUrl, WASL_JWT_JWKS_FILE: jwksFile } = env;
  if (jwksUrl && jwksFile) {
    throw new WaslError('CONFIGURATION', "the issuer's keys are named twice, by address and by file", {
      path: 'WASL_JWT_JWKS_FILE',
      remedy: 'Keep the one that counts.',
    });
  }
  if (jwksUrl) return { jwksUrl: readKeySetUrl(jwksUrl) };
  if (jwksFile) return { jwks: readKeySet(jwksFile) };
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  if (url !== null && (url.protocol === 'https:' || isPlainHere(url))) return { discovery: url };
  throw new WaslError('CONFIGURATION', 'the keys of the issuer are not set, and it has no https address to ask', {
    path: 'WASL_JWT_JWKS_URL',
    remedy: "Set WASL_JWT_JWKS_URL to the issuer's key set, or WASL_JWT_JWKS_FILE to a copy of it.",
  });
}

/** Without TLS, and on this machine. */
const isPlainHere = ({ protocol, hostname }: URL) => protocol === 'http:' && isLoopback(hostname);

const isWildcard = (host: string) => ['0.0.0.0', '::'].includes(host);

/** What clients make their proofs for. A server that is called directly is called as it listens. */
function readPublicUrl(env: Environment): URL {
  const { WASL_PUBLIC_URL: text } = env;
  if (!text) {
    const { host, port } = readListenAddress(env);
    if (env.WASL_DPOP_CLIENTS && isWildcard(host)) {
      throw new WaslError('CONFIGURATION', 'clients are to make proofs for an address that is not set', {
        path: 'WASL_PUBLIC_URL',
        remedy: 'Set WASL_PUBLIC_URL to the address by which clients call this API.',
      });
    }
    return new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url !== null && isPlain && url.username === '' && url.search === '' && url.hash === '') return url;
  throw new WaslError('CONFIGURATION', 'the public address of the API is not one', {
    path: 'WASL_PUBLIC_URL',
    remedy: 'Write it as clients do, like https://wasl.example, with the path that a proxy takes off.',
  });
}

function readAlgorithms(env: Environment): readonly string[] {
  const chosen = readList(env.WASL_JWT_ALGORITHMS);
  const unknown = chosen.find((name) => !ALGORITHMS.includes(name));
  if (unknown === undefined) return chosen.length > 0 ? chosen : ALGORITHMS;
  throw new WaslError('CONFIGURATION', `${JSON.stringify(unknown)} is no algorithm that wasl verifies tokens with`, {
    path: 'WASL_JWT_ALGORITHMS',
    remedy: `Name some of ${ALGORITHMS.join(', ')}, with commas.`,
  });
}

const POINTER_OR_NAME = /^(?:[^/].*|(?:\/(?:[^~/]|~[01])+)+)$/;
const claimSourcesSchema = z.partialRecord(z.enum(MAPPED_CLAIMS), z.string().regex(POINTER_OR_NAME));
const roleNamesSchema = z.record(z.string().min(1), z.enum(ROLES));

function readClaimSources(env: Environment): ClaimSources {
  const example = '{"roles":"/realm_access/roles","entity":"organisation"}';
  const remedy = `Write a JSON object of ${MAPPED_CLAIMS.join(', ')}: names of claims or JSON pointers, like ${example}.`;
  const given = readJson(env, 'WASL_JWT_CLAIMS', claimSourcesSchema, remedy) ?? {};
  return { ...CLAIM_SOURCES_DEFAULT, ...given };
}

function readRoleNames(env: Environment): Readonly<Record<string, Role>> | null {
  const remedy = `Write a JSON object of the issuer's names with roles (${ROLES.join(', ')}), like {"NOC":"engineer"}.`;
  return readJson(env, 'WASL_JWT_ROLES', roleNamesSchema, remedy);
}

function readJson<Schema extends z.ZodType>(
  env: Environment,
  path: string,
  schema: Schema,
  remedy: string,
): z.output<Schema> | null {
  const text = env[path];
  if (!text) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WaslError('CONFIGURATION', `${path} is not JSON`, { path, remedy });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues[0]?.path.join('.') ?? '';
  const fact = `${path} has a member that means nothing${at === '' ? '' : `: ${at}`}`;
  throw new WaslError('CONFIGURATION', fact, { path, remedy });
}

/** Without it nobody could decide anything, and it would show at the first decision. */
function readAcrValues(env: Environment): readonly string[] {
  const values = readList(env.WASL_STEP_UP_ACR);
  if (values.length > 0) return values;
  throw new WaslError('CONFIGURATION', 'it is not set how the issuer names the login of who decides', {
    path: 'WASL_STEP_UP_ACR',
    remedy: "Set WASL_STEP_UP_ACR to values of the issuer's claim acr that stand for a strong login, with commas.",
  });
}

const readList = (text = '') =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** The address is not repeated: it may carry a password. */
function readKeySetUrl(text: string): URL {
  const refuse = (fact: string): never => {
    const remedy = 'Write it like https://issuer.example/jwks.json.';
    throw new WaslError('CONFIGURATION', fact, { path: 'WASL_JWT_JWKS_URL', remedy });
  };
  const url = URL.canParse(text) ? new URL(text) : refuse('the address of the key set is not a URL');
  // Whoever answers for the issuer on the way mints tokens.
  if (url.protocol !== 'https:' && !isPlainHere(url)) {
    return refuse(`the address of the key set begins with ${url.protocol} and not with https:`);
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
