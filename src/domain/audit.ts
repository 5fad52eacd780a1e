import type { Digest } from './canonical-json.ts';
import type { PeName, VrfName } from './names.ts';
import type { Prefix } from './prefix.ts';
import type { RouteTarget } from './route-target.ts';
import type { Verdict } from './verdict.ts';

export const AUDIT_FINDING_KINDS = ['no agreement', 'left behind', 'missing', 'not understood', 'not read'] as const;

/** One thing that keeps the network from being as agreed, or from being known to be. */
export interface AuditFinding {
  readonly kind: (typeof AUDIT_FINDING_KINDS)[number];
  readonly pe: PeName;
  readonly vrf: VrfName | null;
  readonly routeTarget: RouteTarget | null;
  readonly prefix: Prefix | null;
  readonly sentence: string;
  /** What makes it so: what exports, what imports. */
  readonly rules: readonly string[];
  /** What would mend it. */
  readonly remedy: string;
}

export interface NetworkAudit {
  /** `unknown`: nothing was found that is not as agreed, and something was not read or not understood. */
  readonly verdict: Verdict;
  /** Routes between VPNs, one for each giving VRF, prefix, taking VPN and route target. */
  readonly examined: number;
  readonly uncovered: number;
  readonly missing: number;
  /** Route targets in VRFs that wasl put there for what is not on the network; absent: an audit by the rules before this one. */
  readonly leftBehind?: number;
  readonly doubts: number;
  /** Of those, what VPNs take of VRFs that nobody listed; absent: an audit by the rules before this one. */
  readonly ofNobody?: number;
  readonly unread: number;
  readonly assumptions: readonly string[];
  /** The first of each kind. */
  readonly findings: readonly AuditFinding[];
  /** What is as agreed, and should be known; absent: nothing. */
  readonly told?: readonly string[];
}

/** What the record keeps of an audit for as long as the table reaches back. */
export interface AuditEntry {
  readonly id: number;
  /** When reading began. */
  readonly at: string;
  /** A person, or `wasl` for the schedule. */
  readonly by: string;
  /** Of the record that `wasl proof check` makes again. */
  readonly digest: Digest;
  readonly result: NetworkAudit;
}

export interface NewAudit extends Omit<AuditEntry, 'id'> {
  readonly readings: Readonly<Record<PeName, Digest>>;
}

/** Audits of the schedule are this many intervals late before it is said: one may find no worker, and the next one a slow network. */
const INTERVALS_LATE = 3;
const LATE_MS_MIN = 3_600_000;

/** Newest first. Null while the schedule keeps time, or cannot be told from what there is. */
export function describeOverdueAudit(audits: readonly Pick<AuditEntry, 'at' | 'by'>[], now: Date): string | null {
  const [last, before] = audits.filter(({ by }) => by === 'wasl').map(({ at }) => Date.parse(at));
  const [newest] = audits;
  if (last === undefined || before === undefined || newest === undefined) return null;
  const ageMs = now.getTime() - Date.parse(newest.at);
  if (ageMs < Math.max(INTERVALS_LATE * (last - before), LATE_MS_MIN)) return null;
  return `nobody has looked at the whole network since the audit of ${newest.at}: the schedule does not run`;
}
