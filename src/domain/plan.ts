import type { Digest } from './canonical-json.ts';
import type { LeftRouter } from './change.ts';
import type { ChangeKind } from './change-kinds.ts';
import { countOf } from './count-of.ts';
import type { ChangeId, InterconnectId, PeName, PersonId, PlanId, PlatformName, VpnId, VrfName } from './names.ts';
import type { ExportScope, RunningVrf, VrfShare } from './network-view.ts';
import type { Address, Family, Prefix } from './prefix.ts';
import type { RouteDistinguisher, RouteTarget } from './route-target.ts';
import type { Verdict } from './verdict.ts';

export type { ChangeKind };

/** How a PE can take part in a network transaction, best first; chosen by capability and shown to the approvers. */
export type Procedure =
  /** confirmed-commit 1.1: pending across sessions, ended by the persist id (RFC 6241 §8.4). */
  | 'confirmed-commit-persist'
  /** confirmed-commit 1.0: pending only while its session lives. */
  | 'confirmed-commit-session'
  /** candidate without confirmed commit: reverse delta on failure. */
  | 'candidate-reverse-delta'
  /** no candidate: edits reach running at once; reverse delta on failure. */
  | 'writable-running-reverse-delta';

/**
 * Whether the router by itself takes back what is not confirmed, also when wasl is gone (RFC 6241 §8.4). A procedure that this
 * version does not know gives no such guarantee.
 */
export const revertsByItself = (procedure: string): boolean => procedure.startsWith('confirmed-commit-');

export type DeltaOperation =
  | {
      readonly operation: 'create' | 'delete';
      readonly object: 'import';
      readonly family: Family;
      readonly routeTarget: RouteTarget;
    }
  | {
      readonly operation: 'create' | 'replace' | 'delete';
      readonly object: 'export-rule';
      readonly family: Family;
      readonly routeTarget: RouteTarget;
      /** The scope after the operation; for `delete` the scope that goes. */
      readonly scope: ExportScope;
    };

/** The part of a VRF that is not wasl's; policy texts by digest. */
export interface OperatorPart {
  readonly routeDistinguisher: RouteDistinguisher | null;
  readonly operator: RunningVrf['operator'];
  readonly policyDigests: Readonly<Record<string, Digest>>;
  /** What was not understood, as on the router. Absent: nothing. */
  readonly unknowns?: readonly string[];
}

/** Wanted minus running for one VRF of one PE. */
export interface VrfDelta {
  readonly vrf: VrfName;
  /** null: a VRF that left the inventory while it still carries the interconnect; only a removal touches such. */
  readonly vpn: VpnId | null;
  /** What the operator had configured in this VRF, so that a stale plan can say what changed. Absent in plans made by hand. */
  readonly operator?: OperatorPart;
  readonly before: VrfShare;
  readonly after: VrfShare;
  readonly operations: readonly DeltaOperation[];
  /** What was not as wasl writes it when the plan was made: no news when it is read again. Absent: nothing. */
  readonly anomalies?: readonly string[];
  /** Of a removal: whatever stands in the VRF for these goes, also where it was edited by hand. */
  readonly retires?: readonly RouteTarget[];
}

export interface RouterPlan {
  readonly pe: PeName;
  readonly platform: PlatformName;
  readonly procedure: Procedure;
  /** Digest of everything on this PE that is not wasl's: at push it must be the same, else the plan is stale. */
  readonly baseDigest: Digest;
  /** Of the XML that was rendered with the plan: another one may be pushed only where the plan was rebased. Absent in plans made by hand. */
  readonly payloadDigest?: Digest;
  readonly vrfs: readonly VrfDelta[];
}

/** `prefix` (originated by VPN `from` at `fromPe`) is reachable from VPN `to` at `toPe`. */
export interface Reachability {
  readonly from: VpnId;
  readonly fromPe: PeName;
  readonly prefix: Prefix;
  readonly to: VpnId;
  readonly toPe: PeName;
  /** The route target that carries it. */
  readonly via: RouteTarget;
}

export interface CounterExample {
  readonly pe: PeName;
  readonly vrf: VrfName;
  readonly routeTarget: RouteTarget | null;
  readonly prefix: Prefix | null;
  /** One sentence a person reads: what would open, or what would not work. */
  readonly sentence: string;
}

export type ProofName = 'exact-reachability' | 'no-overlap' | 'route-target-ownership' | 'return-path' | 'route-limits';

export interface Proof {
  readonly name: ProofName;
  readonly verdict: Verdict;
  readonly assumptions: readonly string[];
  readonly counterExamples: readonly CounterExample[];
}

/** Pings and route look-ups that verification will do inside the confirm window. */
export interface ReachabilityProbe {
  readonly pe: PeName;
  readonly vrf: VrfName;
  readonly prefix: Prefix;
  /** null: the prefix's site has no probe; then only its route is checked. */
  readonly target: Address | null;
  readonly expect: 'reachable' | 'unreachable';
}

/** A route that a removal gives up and that stays all the same, because something else carries it. */
export interface RemainingReach {
  readonly from: VpnId;
  readonly prefix: Prefix;
  readonly to: VpnId;
  /** null: no interconnect; the operator's own configuration carries it. */
  readonly by: InterconnectId | null;
}

/**
 * A route that stands in a table of a VRF, that nobody's listed network explains and from which the change takes addresses, or a default route
 * that comes with a whole VPN. The plan is for those who approve it to accept by this name.
 */
export interface Acceptable {
  /** `PREFIX@VRF`. */
  readonly name: string;
  readonly pes: readonly PeName[];
  /** Which addresses go another way from then on. */
  readonly sentence: string;
}

export const acceptableName = (prefix: Prefix, vrf: VrfName): string => `${prefix}@${vrf}`;

export interface Plan {
  readonly id: PlanId;
  readonly changeId: ChangeId;
  readonly interconnectId: InterconnectId;
  readonly kind: ChangeKind;
  readonly routers: readonly RouterPlan[];
  readonly gained: readonly Reachability[];
  readonly lost: readonly Reachability[];
  readonly proofs: readonly Proof[];
  readonly probes: readonly ReachabilityProbe[];
  /** PEs that carry the interconnect and could not be read: a removal goes on without them, and comes back. Absent: none. */
  readonly left?: readonly LeftRouter[];
  readonly window: {
    /** ISO 8601; null: at once. */
    readonly notBefore: string | null;
    readonly confirmTimeoutSeconds: number;
  };
  /** The inventory that the plan was made with. Absent in plans of earlier releases, as the members below. */
  readonly inventoryVersion?: number;
  /** SHA-256 of that inventory: whose VPN it is, and so whose signature counts, is what was approved. Absent in plans of before. */
  readonly inventoryDigest?: Digest;
  /** Of a removal. */
  readonly remains?: readonly RemainingReach[];
  /** What is odd and keeps nothing from being done, as sentences. */
  readonly told?: readonly string[];
  /** What only an approver who names it lets pass. Absent: nothing. */
  readonly toAccept?: readonly Acceptable[];
  readonly createdAt: string;
  readonly createdBy: PersonId;
  /** Covers everything above but id, createdAt and createdBy. */
  readonly digest: Digest;
}

/** The proofs of a plan in one sentence: the first counter-example where one does not pass. */
export function describeVerdict({ proofs, routers }: Pick<Plan, 'proofs' | 'routers'>): string {
  const bad = proofs.find((proof) => proof.verdict !== 'pass');
  if (bad === undefined)
    return `${countOf(proofs.length, 'proof')} ${proofs.length === 1 ? 'passes' : 'pass'}; ${countOf(routers.length, 'router')} ${routers.length === 1 ? 'changes' : 'change'}`;
  const example = bad.counterExamples[0]?.sentence ?? 'without a counter-example';
  return `proof ${bad.name}: ${bad.verdict}: ${example}`;
}
