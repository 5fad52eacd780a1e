import type { RouterLock } from '../domain/router-check.ts';
import {
  childrenNamed,
  childText,
  descend,
  NetconfError,
  type NetconfSession,
  namespaces,
  RpcError,
  type XmlElement,
} from '../netconf/index.ts';
import { strayLines } from './candidate-lock.ts';
import { lockHolder } from './translate-error.ts';

const { NETCONF_MONITORING } = namespaces;
/** RFC 7317: the clock of a system. */
const IETF_SYSTEM = 'urn:ietf:params:xml:ns:yang:ietf-system';

/** What a router says of itself beside its configuration. */
export interface RouterInspection {
  /** Whole datastores, not only wasl's part. */
  readonly candidate: 'clean' | 'dirty' | 'none' | 'unknown';
  /** Some lines that only the candidate has. */
  readonly uncommittedLines: readonly string[];
  /** Running differs from startup, where the server keeps that apart. */
  readonly isUnsaved: boolean;
  /** Some lines of running that startup lacks. */
  readonly unsavedLines: readonly string[];
  readonly lock: RouterLock;
  readonly sessions: number | null;
  readonly clockSkewMs: number | null;
  readonly unanswered: readonly { readonly code: 'ROUTER_REFUSED' | 'ROUTER_TIMEOUT'; readonly fact: string }[];
}

export type InspectedSession = Pick<
  NetconfSession,
  'capabilities' | 'sessionId' | 'get' | 'getConfig' | 'lock' | 'unlock'
>;

export interface InspectOptions {
  readonly target: 'candidate' | 'running';
  readonly lockRefusesDirtyCandidate: boolean;
}

/**
 * Asks without altering anything. Who holds the lock is read from RFC 6022 monitoring where the server has it. Elsewhere the lock is
 * tried and given back at once, which is what a change would do; not while the candidate holds somebody's work and the server would lock
 * it nevertheless, for the unlock would discard that work (RFC 6241 §8.3.5.2).
 */
export async function inspectSession(session: InspectedSession, options: InspectOptions): Promise<RouterInspection> {
  const { target, lockRefusesDirtyCandidate } = options;
  const unanswered: RouterInspection['unanswered'][number][] = [];
  let isSilent = false;
  const ask = async <T>(what: string, otherwise: T, question: () => Promise<T>): Promise<T> => {
    // A server answers in order: after a question without an answer no other one has one.
    if (isSilent) return otherwise;
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof NetconfError)) throw error;
      isSilent = !(error instanceof RpcError);
      unanswered.push({ code: isSilent ? 'ROUTER_TIMEOUT' : 'ROUTER_REFUSED', fact: `${what}: ${error.message}` });
      return otherwise;
    }
  };
  const monitored = session.capabilities.has(NETCONF_MONITORING)
    ? await ask('netconf-state', null, () => readMonitoring(session))
    : null;
  const uncommitted =
    target === 'running'
      ? null
      : await ask('the candidate', undefined, () => strayLines(session, 'candidate', 'running'));
  const unsaved = session.capabilities.has(':startup')
    ? await ask('startup', null, () => strayLines(session, 'running', 'startup'))
    : null;
  const isSafeToTry = target === 'running' || uncommitted === null || lockRefusesDirtyCandidate;
  const lock =
    monitored === null && isSafeToTry
      ? await ask('the lock', unknownLock(target), () => tryLock(session, target, uncommitted !== null))
      : lockOf(monitored, target);
  const clockSkewMs = session.capabilities.has(IETF_SYSTEM)
    ? await ask('the clock', null, () => readClockSkew(session))
    : null;
  return {
    candidate: candidateState(target, uncommitted),
    uncommittedLines: uncommitted ?? [],
    isUnsaved: unsaved !== null,
    unsavedLines: unsaved ?? [],
    ...{ lock, clockSkewMs, unanswered, sessions: monitored?.sessions ?? null },
  };
}

function candidateState(
  target: 'candidate' | 'running',
  uncommitted: readonly string[] | null | undefined,
): RouterInspection['candidate'] {
  if (target === 'running') return 'none';
  if (uncommitted === undefined) return 'unknown';
  return uncommitted === null ? 'clean' : 'dirty';
}

interface Monitoring {
  readonly sessions: number;
  /** Datastore -> holder. */
  readonly locks: ReadonlyMap<string, string>;
}

/** RFC 6022 §2.1. */
async function readMonitoring(session: InspectedSession): Promise<Monitoring> {
  const filter = `<netconf-state xmlns="${NETCONF_MONITORING}"><datastores/><sessions/></netconf-state>`;
  const { data } = await session.get({ filter: { subtree: filter } });
  return parseMonitoring(data?.children ?? []);
}

export function parseMonitoring(data: readonly XmlElement[]): Monitoring {
  const state = data.find(({ name }) => name === 'netconf-state');
  const sessions = state === undefined ? undefined : descend(state, 'sessions');
  const open = sessions === undefined ? [] : childrenNamed(sessions, 'session');
  const users = new Map(open.map((entry) => [childText(entry, 'session-id'), entry]));
  const datastores = state === undefined ? undefined : descend(state, 'datastores');
  const locks = new Map<string, string>();
  for (const entry of datastores === undefined ? [] : childrenNamed(datastores, 'datastore')) {
    const lock = descend(entry, 'locks', 'global-lock');
    const holder = lock === undefined ? undefined : childText(lock, 'locked-by-session');
    if (lock === undefined || holder === undefined) continue;
    const known = users.get(holder);
    const facts = [
      known === undefined ? undefined : childText(known, 'username'),
      known === undefined ? undefined : childText(known, 'source-host'),
      childText(lock, 'locked-time'),
    ];
    const words = facts.filter((fact) => fact !== undefined && fact !== '').join(', ');
    locks.set(childText(entry, 'name') ?? '', words === '' ? `session ${holder}` : `session ${holder} (${words})`);
  }
  return { sessions: open.length, locks };
}

function lockOf(monitored: Monitoring | null, target: 'candidate' | 'running'): RouterLock {
  if (monitored === null) return unknownLock(target);
  const holder = monitored.locks.get(target) ?? null;
  return { datastore: target, state: holder === null ? 'free' : 'held', holder, how: 'asked' };
}

const unknownLock = (datastore: 'candidate' | 'running'): RouterLock => ({
  ...{ datastore, state: 'unknown', holder: null, how: 'not tried' },
});

async function tryLock(
  session: InspectedSession,
  datastore: 'candidate' | 'running',
  isDirty: boolean,
): Promise<RouterLock> {
  try {
    await session.lock(datastore);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const holder = lockHolder(error);
    // A candidate with somebody's work refuses the lock and names nobody: that is no lock.
    if (holder === null && isDirty) return { datastore, state: 'unknown', holder, how: 'tried' };
    return { datastore, state: 'held', holder, how: 'tried' };
  }
  await session.unlock(datastore);
  return { datastore, state: 'free', holder: null, how: 'tried' };
}

/** RFC 7317 §3.1; half of the round trip is taken for the way. */
async function readClockSkew(session: InspectedSession): Promise<number | null> {
  const filter = `<system-state xmlns="${IETF_SYSTEM}"><clock><current-datetime/></clock></system-state>`;
  const askedAtMs = Date.now();
  const { data } = await session.get({ filter: { subtree: filter } });
  const halfwayMs = (askedAtMs + Date.now()) / 2;
  const state = data?.children.find(({ name }) => name === 'system-state');
  const clock = state === undefined ? undefined : descend(state, 'clock');
  const theirsMs = Date.parse(clock === undefined ? '' : (childText(clock, 'current-datetime') ?? ''));
  return Number.isNaN(theirsMs) ? null : Math.round(theirsMs - halfwayMs);
}
