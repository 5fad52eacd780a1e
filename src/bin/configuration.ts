/** The only reader of the environment. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ActivityLimits } from '../activities/dependencies.ts';
import { WaslError } from '../errors.ts';

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

export function readBackends(env: Environment = process.env): Backends {
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

/** `host:port`; the default listens on loopback only. */
export function readListenAddress(env: Environment = process.env): { readonly host: string; readonly port: number } {
  const text = env.WASL_LISTEN || '127.0.0.1:8080';
  const match = /^(?<host>\[[0-9a-f:.]+\]|[^:]+):(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.port);
  if (!match?.groups?.host || port > 65_535) {
    throw new WaslError('CONFIGURATION', `${JSON.stringify(text)} is not host:port`, { path: 'WASL_LISTEN' });
  }
  return { host: match.groups.host.replace(/^\[|\]$/g, ''), port };
}

/** How long verification gives routes to arrive (WASL_CONVERGENCE_SECONDS, 1 to 600). */
export function readLimits(env: Environment = process.env): Partial<ActivityLimits> {
  const text = env.WASL_CONVERGENCE_SECONDS;
  if (!text) return {};
  const seconds = Number(text);
  if (seconds >= 1 && seconds <= 600) return { convergenceMs: seconds * 1_000 };
  throw new WaslError('CONFIGURATION', `${JSON.stringify(text)} is not 1 to 600 seconds`, {
    path: 'WASL_CONVERGENCE_SECONDS',
  });
}

/** What one planning thread may use (WASL_PLANNING_MEMORY_MB, 256 to 65536); undefined: the default. */
export function readPlanningMemoryMb(env: Environment = process.env): number | undefined {
  const text = env.WASL_PLANNING_MEMORY_MB;
  if (!text) return undefined;
  const megabytes = Number(text);
  if (Number.isInteger(megabytes) && megabytes >= 256 && megabytes <= 65_536) return megabytes;
  throw new WaslError('CONFIGURATION', `${JSON.stringify(text)} is not 256 to 65536 megabytes`, {
    path: 'WASL_PLANNING_MEMORY_MB',
  });
}
