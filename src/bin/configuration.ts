/** The only reader of the environment. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ActivityLimits } from '../activities/dependencies.ts';
import { WaslError } from '../errors.ts';
import { refuseBadDatabaseUrl } from './database-url.ts';

export const DRAIN_SECONDS_DEFAULT = 120;
export const PROGRESS_DAYS_DEFAULT = 90;
export const AUDIT_MINUTES_DEFAULT = 360;
export const CHECKPOINT_SECONDS_DEFAULT = 10;
export const REVIEW_MINUTES_DEFAULT = 60;
export const TOKEN_LIFETIME_SECONDS_DEFAULT = 3_600;
export const STEP_UP_SECONDS_DEFAULT = 300;
export const LOGIN_SCOPE_DEFAULT = 'openid offline_access';

const TEMPORAL_EXAMPLE = 'temporal.example:7233';

type Environment = Readonly<Record<string, string | undefined>>;

export function cacheDirectory(env: Environment = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'wasl');
}

export function stateDirectory(env: Environment = process.env): string {
  return env.WASL_STATE_DIR || join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'wasl');
}

/** Where the parts of wasl find each other. Both are servers of one's own when they are set. */
export interface Backends {
  readonly databaseUrl: string | null;
  readonly temporalAddress: string | null;
  readonly temporalNamespace: string;
}

/** For `wasl migrate` alone: whoever serves needs no login of the owner. */
export function readMigration(env: Environment = process.env): {
  readonly ownerUrl: string;
  readonly application: string;
} {
  const ownerUrl = requireSetting('WASL_DATABASE_OWNER_URL', 'the login of the role that owns the tables', env);
  refuseBadDatabaseUrl(ownerUrl, 'WASL_DATABASE_OWNER_URL');
  const databaseUrl = requireSetting('DATABASE_URL', 'the login of the role that serves', env);
  refuseBadDatabaseUrl(databaseUrl);
  const application = decodeURIComponent(new URL(databaseUrl).username);
  if (application !== '') return { ownerUrl, application };
  const remedy = 'Name the role that serves in DATABASE_URL, like postgres://wasl_application:password@host:5432/wasl.';
  throw new WaslError('CONFIGURATION', 'the address of the database names no role', { path: 'DATABASE_URL', remedy });
}

export function readBackends(env: Environment = process.env): Backends {
  if (env.DATABASE_URL) refuseBadDatabaseUrl(env.DATABASE_URL);
  if (env.TEMPORAL_ADDRESS) temporalHost(env.TEMPORAL_ADDRESS);
  return {
    databaseUrl: env.DATABASE_URL || null,
    temporalAddress: env.TEMPORAL_ADDRESS || null,
    temporalNamespace: env.TEMPORAL_NAMESPACE || 'default',
  };
}

export function requireSetting(name: string, meaning: string, env: Environment = process.env): string {
  const value = env[name];
  if (value) return value;
  throw new WaslError('CONFIGURATION', `${name} is not set: ${meaning}`, {
    path: name,
    remedy: `Set ${name}, for example in the unit file of the service.`,
  });
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`; the default listens on loopback only. */
export function readListenAddress(env: Environment = process.env): Address {
  return parseAddress(env.WASL_LISTEN || '127.0.0.1:8080', 'WASL_LISTEN', '127.0.0.1:8080');
}

/** Whose pages may call the codec (WASL_CODEC_ORIGIN): an origin of RFC 6454, byte for byte as browsers send it; null: nobody's. */
export function readCodecOrigin(env: Environment = process.env): string | null {
  const text = env.WASL_CODEC_ORIGIN;
  if (!text) return null;
  if (/^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text) return text;
  const remedy = 'Write it like https://temporal.example: no path, no slash at the end, no *.';
  throw new WaslError('CONFIGURATION', `${JSON.stringify(text)} is not an origin`, {
    path: 'WASL_CODEC_ORIGIN',
    remedy,
  });
}

/** Where a worker answers probes and shows its metrics; null: nowhere. */
export function readWorkerListen(env: Environment = process.env): Address | null {
  const text = env.WASL_WORKER_LISTEN;
  return text ? parseAddress(text, 'WASL_WORKER_LISTEN', '127.0.0.1:9090') : null;
}

/** Of TEMPORAL_ADDRESS. */
export const temporalHost = (address: string): string =>
  parseAddress(address, 'TEMPORAL_ADDRESS', TEMPORAL_EXAMPLE).host;

function parseAddress(text: string, setting: string, example: string): Address {
  const match = /^(?<host>\[[0-9a-f:.]+\]|[^\s:/@]+):(?<port>\d{1,5})$/i.exec(text);
  const port = Number(match?.groups?.port);
  if (!match?.groups?.host || port > 65_535) {
    const remedy = `Write it as host:port, like ${example}.`;
    throw new WaslError('CONFIGURATION', `${JSON.stringify(text)} is not host:port`, { path: setting, remedy });
  }
  return { host: match.groups.host.replace(/^\[|\]$/g, ''), port };
}

/** How long verification gives routes to arrive (WASL_CONVERGENCE_SECONDS, 1 to 600). */
export function readLimits(env: Environment = process.env): Partial<ActivityLimits> {
  const seconds = readNumber(env, 'WASL_CONVERGENCE_SECONDS', 1, 600, 'seconds');
  return seconds === undefined ? {} : { convergenceMs: seconds * 1_000 };
}

/**
 * How long a worker that was told to stop grants the transactions under way (WASL_DRAIN_SECONDS, 1 to 3600). The default is the
 * default confirm window: by then a router has undone by itself what was not confirmed, and there is nothing to wait for.
 */
export function readDrainSeconds(env: Environment = process.env): number {
  return readNumber(env, 'WASL_DRAIN_SECONDS', 1, 3_600, 'seconds') ?? DRAIN_SECONDS_DEFAULT;
}

/** How long events of progress are kept (WASL_PROGRESS_DAYS, 1 to 3650). What was decided and done is kept elsewhere, for good. */
export function readProgressDays(env: Environment = process.env): number {
  return readNumber(env, 'WASL_PROGRESS_DAYS', 1, 3_650, 'days') ?? PROGRESS_DAYS_DEFAULT;
}

/** How often the whole network is held against the register (WASL_AUDIT_MINUTES, 5 to 10080). */
export function readAuditMinutes(env: Environment = process.env): number {
  return readNumber(env, 'WASL_AUDIT_MINUTES', 5, 10_080, 'minutes') ?? AUDIT_MINUTES_DEFAULT;
}

/** How often the ledger gets a signed checkpoint while it grows (WASL_CHECKPOINT_SECONDS, 1 to 3600). */
export function readCheckpointSeconds(env: Environment = process.env): number {
  return readNumber(env, 'WASL_CHECKPOINT_SECONDS', 1, 3_600, 'seconds') ?? CHECKPOINT_SECONDS_DEFAULT;
}

/** How often the whole ledger is read and held against checkpoints and register (WASL_REVIEW_MINUTES, 1 to 10080). */
export function readReviewMinutes(env: Environment = process.env): number {
  return readNumber(env, 'WASL_REVIEW_MINUTES', 1, 10_080, 'minutes') ?? REVIEW_MINUTES_DEFAULT;
}

/** What one planning thread may use (WASL_PLANNING_MEMORY_MB, 256 to 65536); undefined: the default. */
export function readPlanningMemoryMb(env: Environment = process.env): number | undefined {
  return readNumber(env, 'WASL_PLANNING_MEMORY_MB', 256, 65_536, 'megabytes');
}

export function readNumber(
  env: Environment,
  setting: string,
  min: number,
  max: number,
  unit: string,
): number | undefined {
  const text = env[setting];
  if (!text) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  const remedy = `Set ${setting} to a whole number of ${unit}, ${min} to ${max}, or leave it out.`;
  throw new WaslError('CONFIGURATION', `${JSON.stringify(text)} is not ${min} to ${max} ${unit}`, {
    path: setting,
    remedy,
  });
}
