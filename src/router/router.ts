import type { InventoryRouter } from '../domain/inventory.ts';
import type { PeName } from '../domain/names.ts';
import type { RunningVrf, VrfShare } from '../domain/network-view.ts';
import type { Procedure } from '../domain/plan.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import type { RouteTargetPool } from '../domain/route-target-pool.ts';
import type { ChangeMarker, PingRequest, RouteTable, VrfRoute } from '../platforms/platform.ts';
import type { RouterInspection } from './inspect-session.ts';
import type { Transcript } from './transcript.ts';

/** How to log in; resolved by `bin/` from the credential's name. Never stored, logged or put in a workflow's history. */
export type RouterCredential =
  | { readonly username: string; readonly password: string }
  /** The key is offered first, and the password only where it is refused. */
  | {
      readonly username: string;
      readonly privateKey: string;
      readonly passphrase?: string;
      readonly password?: string;
    };

export interface RouterConnection {
  readonly router: InventoryRouter;
  readonly credential: RouterCredential;
  /** One for each jump host of the router, in their order. */
  readonly jumpCredentials?: readonly RouterCredential[];
  /** Nothing is locked, edited or committed: the login of an earlier reading may serve again. */
  readonly isForReading?: boolean;
  /** Takes down what is said. */
  readonly transcript?: Transcript;
  /** Tells wasl's route targets from the operator's when running is parsed. */
  readonly routeTargetPool: RouteTargetPool;
  readonly signal?: AbortSignal;
  readonly connectTimeoutMs?: number;
  readonly rpcTimeoutMs?: number;
}

/** done: the server said so. refused: it said no, nothing changed. unknown: the reply was lost; look before deciding. */
export type CommitOutcome =
  | { readonly outcome: 'done'; readonly warnings: readonly string[] }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'unknown'; readonly reason: string };

export interface VrfEdit {
  readonly running: RunningVrf;
  readonly wanted: VrfShare;
  /** Of a removal: whatever stands in the VRF for these goes, also where it was edited by hand. */
  readonly retires?: readonly RouteTarget[];
}

/** All VRFs of running, and the VPN-relevant part of it as canonical text. */
export interface RunningReading {
  readonly running: RunningVrf[];
  readonly text: string;
}

/** How a router can take part in a change, by its hello. */
export interface RouterFacts {
  readonly pe: PeName;
  readonly procedure: Procedure;
  /** The SSH methods by which it let us in. */
  readonly login: readonly string[];
  readonly capabilities: readonly string[];
  /** What this server needs, as sentences. */
  readonly notes: readonly string[];
}

/** An edit that waits for its commit. */
export interface CandidateEdit {
  readonly checked: boolean;
  readonly warnings: readonly string[];
  /** What is sent to the router, byte for byte; empty where nothing is. */
  readonly xml: string;
}

/**
 * One PE behind few methods: one NETCONF session, whatever the vendor. Errors are WaslError with a ROUTER_* code; the PE is in the message.
 *
 * The network transaction per PE: begin -> editCandidate -> commitConfirmed -> (confirm | cancel) -> close.
 * `abandon` undoes begin and editCandidate. Nothing of another session is ever discarded, killed or unlocked.
 */
export interface Router {
  readonly name: PeName;
  readonly procedure: Procedure;
  readonly facts: RouterFacts;
  /** Resolves when the session ends, with the reason. */
  readonly closed: Promise<string>;

  /** All VRFs of running, sorted by name. */
  readRunning(): Promise<RunningVrf[]>;
  /** The whole VPN-relevant running configuration as canonical text, for byte-for-byte comparison and for people. */
  readRunningText(): Promise<string>;
  /** Both, from one reading. */
  readRunningWithText(): Promise<RunningReading>;
  /** One small request, which tells whether running may be another than it was; null: this router does not say. */
  readChangeMarker(): Promise<ChangeMarker | null>;
  /** What it says of candidate, lock, sessions and clock. Alters nothing. */
  inspect(): Promise<RouterInspection>;

  /**
   * Locks the candidate (waits `lockWaitMs`, then ROUTER_LOCKED naming the holder), refuses a dirty one (ROUTER_CANDIDATE_DIRTY),
   * and reads running under the lock: parsed, and as `readRunningText` gives it. With `requireSaved`, ROUTER_UNSAVED where the server
   * keeps a startup of its own and running holds what is not in it: `save` would save that too.
   */
  begin(options: { readonly lockWaitMs: number; readonly requireSaved?: boolean }): Promise<RunningReading>;
  /**
   * Edits the candidate to `wanted` and validates it. Without a candidate the edit waits for the commit, and is tried beforehand where
   * the server can (`checked`). ROUTER_REFUSED with every rpc-error; the caller then abandons.
   */
  editCandidate(edits: readonly VrfEdit[]): Promise<CandidateEdit>;
  /**
   * RFC 6241 §8.4, with the timer rounded up to what the router keeps. Without confirmed commit in the procedure this is a plain commit, or
   * the edit of running: it stays.
   */
  commitConfirmed(options: {
    readonly timeoutSeconds: number;
    readonly persistId: string | null;
  }): Promise<CommitOutcome>;
  /**
   * The confirming commit, and `save`; after them the lock is released. Without confirmed commit only the latter. May be repeated where
   * the router does not revert by itself.
   */
  confirm(options: { readonly persistId: string | null }): Promise<CommitOutcome>;
  /** cancel-commit; `refused` when nothing is pending under that id. Session-bound procedures end by cancel-commit or by closing the session. */
  cancel(options: { readonly persistId: string | null }): Promise<CommitOutcome>;
  /** Copies running to startup where the server keeps that apart (RFC 6241 §8.7); elsewhere running is what survives a restart. */
  save(): Promise<void>;
  /** discard-changes and unlock: undoes begin and editCandidate. */
  abandon(): Promise<void>;

  /** In the order of `tables`; together, so that a platform may answer many with one question. */
  readRouteTables(tables: readonly RouteTable[]): Promise<VrfRoute[][]>;
  ping(request: PingRequest): Promise<{ readonly sent: number; readonly received: number }>;

  /** close-session; never throws. */
  close(): Promise<void>;
}
