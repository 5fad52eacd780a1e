import { z } from 'zod';
import type { Digest } from './canonical-json.ts';
import { freeText, PURPOSE_BOUNDS, REASON_BOUNDS } from './free-text.ts';
import type { EntityId, InterconnectId, PersonId, VpnId } from './names.ts';
import { vpnIdSchema } from './names.ts';
import { policyVersionSchema } from './policy.ts';
import type { Prefix } from './prefix.ts';
import type { RouteTarget } from './route-target.ts';
import { type Scope, scopeEntrySchema } from './scope.ts';
import { timeTextSchema } from './time-text.ts';

/** Bounds of one request: more would not be read by the people who sign it. */
export const FLOWS_PER_REQUEST_MAX = 2;
export const PREFIXES_PER_FLOW_MAX = 64;

export const flowSchema = z.strictObject({
  from: vpnIdSchema,
  to: vpnIdSchema,
  prefixes: z.union([z.literal('whole-vpn'), z.array(scopeEntrySchema).min(1).max(PREFIXES_PER_FLOW_MAX)]),
});

/** What the parties ask and sign. Times are ISO 8601 with zone. */
export const interconnectRequestSchema = z.strictObject({
  purpose: freeText(PURPOSE_BOUNDS),
  flows: z.array(flowSchema).min(1).max(FLOWS_PER_REQUEST_MAX),
  /** Omitted: as soon as it is approved. */
  validFrom: timeTextSchema.optional(),
  validUntil: timeTextSchema,
  policyVersion: policyVersionSchema,
  /** What the parties must let pass at their firewalls: for them alone, wasl carries routes. */
  firewallNote: freeText(REASON_BOUNDS).optional(),
});

/** One direction: `prefixes` of VPN `from` may be reached from VPN `to`. */
export interface Flow {
  readonly from: VpnId;
  readonly to: VpnId;
  readonly prefixes: Scope;
}

export interface InterconnectRequest {
  readonly purpose: string;
  readonly flows: readonly Flow[];
  readonly validFrom?: string | undefined;
  readonly validUntil: string;
  readonly policyVersion: string;
  readonly firewallNote?: string | undefined;
}

/** A flow as it was planned last: with the route target that realises it, and the networks that its ranges took in then. */
export interface RealisedFlow extends Flow {
  readonly prefixes: readonly Prefix[] | 'whole-vpn';
  readonly routeTarget: RouteTarget;
}

/** An interconnect as planning and proving see it: id, parties in order of their names, flows with route targets. */
export interface RealisedInterconnect {
  readonly id: InterconnectId;
  readonly parties: readonly [EntityId, EntityId];
  readonly flows: readonly RealisedFlow[];
}

export type ApprovalSubject = 'request' | 'plan';
export type Decision = 'approve' | 'reject';
/** A party's entity, or `network` for the network side's approval of a plan. */
export type ApprovalParty = EntityId | 'network';

export interface Approval {
  readonly subject: ApprovalSubject;
  /** Digest of the request or of the plan that was decided on. */
  readonly digest: string;
  readonly party: ApprovalParty;
  readonly person: PersonId;
  readonly decision: Decision;
  readonly reason: string | null;
  /** What of the plan it accepts by name. Absent: nothing. */
  readonly accepts?: readonly string[];
  /** ISO 8601 with zone. */
  readonly decidedAt: string;
  /** Of the signed document that says it (`signature-digest.ts`). Absent: it is the word of a token. */
  readonly signature?: Digest;
}
