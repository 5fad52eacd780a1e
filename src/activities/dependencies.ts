import type { PeName } from '../domain/names.ts';
import type { LoginTarget } from '../domain/router-access.ts';
import type { Router, RouterConnection, RouterCredential } from '../router/router.ts';
import type { Store } from '../store/store.ts';
import type { KnownRunning } from './known-running.ts';
import type { Planner } from './planner.ts';
import type { GateQuestion } from './signature-gate.ts';

/** What the activities need from outside; composed in `bin/`, replaced in tests. */
export interface ActivityDependencies {
  readonly store: Store;
  readonly planner: Planner;
  readonly openRouter: (connection: RouterConnection) => Promise<Router>;
  /** The login for a router. Throws CONFIGURATION, and CREDENTIAL_HOST where the credential that the inventory names is not for it. */
  readonly credential: (router: { readonly name: PeName; readonly management: LoginTarget }) => RouterCredential;
  /** Of this worker: spares reading what has not changed. */
  readonly knownRunning: KnownRunning;
  /** An unguessable persist id (RFC 6241 §8.4.1): whoever knows it can end the pending commit. */
  readonly newPersistId: () => string;
  /** The record's. */
  readonly now: () => Date;
  /** This machine's: the signed end is not left to the record's alone. */
  readonly ownClock: () => Date;
  /** Verifies the signatures themselves that a push stands on (`signature-gate.ts`). Throws the refusal with its code. */
  readonly requireSignatures: (question: GateQuestion) => Promise<void>;
  /** The task queue that only this worker polls: its sessions live here. */
  readonly ownTaskQueue: string;
  readonly limits?: Partial<ActivityLimits>;
  /** Webhooks may be sent in plain text and to this machine: where everything is on it. */
  readonly isDevelopment?: boolean;
}

export interface ActivityLimits {
  /** One rpc of a transaction; never more than half of the confirm window, for a later reply leaves no time to verify. */
  readonly rpcTimeoutMs: number;
  /** How long `begin` waits for a candidate lock before it names the holder. */
  readonly lockWaitMs: number;
  /** Verification gives routes this long to arrive; always less than half of the confirm window. */
  readonly convergenceMs: number;
  /** Between two looks at the routing tables: slow enough for servers whose timers starve under polling (netconfd: one second). */
  readonly pollIntervalMs: number;
  readonly pingCount: number;
  /** Untouched PEs that are watched during a change, unless more are needed for one of each way to import. */
  readonly witnessesMax: number;
  /** The confirming commit must leave this much of the window, else the change is cancelled. */
  readonly confirmMarginMs: number;
  /** Between two stages there is one step of the workflow; sessions that wait longer are given up, and with them their locks. */
  readonly stageGapMs: number;
  /** One request of a check, for which a person waits: a router that takes longer is told to be silent. */
  readonly checkAnswerMs: number;
  /** Recovery gives a router that does not answer this long beyond its own timer. */
  readonly recoveryGraceMs: number;
}

export const DEFAULT_LIMITS: ActivityLimits = {
  rpcTimeoutMs: 60_000,
  lockWaitMs: 8_000,
  convergenceMs: 20_000,
  pollIntervalMs: 500,
  pingCount: 3,
  witnessesMax: 64,
  confirmMarginMs: 3_000,
  stageGapMs: 20_000,
  checkAnswerMs: 10_000,
  recoveryGraceMs: 60_000,
};
