import type { EntityId, PeName, VpnId } from '../domain/names.ts';
import type { Reachability } from '../domain/plan.ts';

/** What `wasl router check` shows of a PE that answered. */
export interface RouterCheckReading {
  readonly pe: PeName;
  readonly procedure: string;
  readonly capabilities: readonly string[];
  readonly notes: readonly string[];
}

export interface RouterRunningReading {
  readonly pe: PeName;
  /** ISO 8601 with zone. */
  readonly readAt: string;
  /** Canonical text of the VPN-relevant running configuration. */
  readonly text: string;
}

/** Who reaches whom, as the routers' running configuration says. */
export interface MatrixReading {
  readonly readAt: string;
  readonly vpns: readonly { readonly id: VpnId; readonly entity: EntityId; readonly canary: boolean }[];
  /** Between different VPNs only. */
  readonly reachabilities: readonly Reachability[];
  /** PEs that could not be read: what they carry is not in `reachabilities`. */
  readonly unread: readonly { readonly pe: PeName; readonly reason: string }[];
}

/**
 * Reads of live routers. The API holds no session and no credential: a worker does these on its behalf.
 * Errors: ROUTER_UNKNOWN, the ROUTER_* of the session, TEMPORAL_UNAVAILABLE when no worker answers.
 */
export interface RouterReads {
  check(pe: PeName): Promise<RouterCheckReading>;
  read(pe: PeName): Promise<RouterRunningReading>;
  matrix(): Promise<MatrixReading>;
}
