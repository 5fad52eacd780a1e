import { judgeAddresses } from './check-request-addresses.ts';
import { judgeParties } from './check-request-parties.ts';
import { judgeRegister } from './check-request-register.ts';
import { judgeWays } from './check-request-ways.ts';
import { refuseAgreedPolicy, refusePolicy } from './policy-law.ts';
import type { InterconnectRequest } from './request.ts';
import {
  createFindingNotes,
  type FindingNotes,
  type Parties,
  type RequestContext,
  type RequestFindings,
} from './request-findings.ts';
import { createAddressBook } from './vpn-addresses.ts';

const HOUR_MS = 3_600_000;
/** Two signatures, the plan's approval and the change itself rarely take less. */
const SHORT_PERIOD_HOURS = 24;

/**
 * Holds a request against inventory and register: all that can be known without a router, so that nobody signs what cannot be
 * planned. It says nothing about what runs on the routers: the plan's proofs do that.
 * Findings are written for one reader. A party learns of its own side; of others it learns that something is in the way, not what;
 * a canary answers as a VPN that does not exist.
 */
export function checkRequest(request: InterconnectRequest, context: RequestContext): RequestFindings {
  const notes = createFindingNotes();
  judgePeriod(request, context.now, notes);
  const addresses = createAddressBook(context.inventory);
  const { parties, flows } = judgeParties(request.flows, context, addresses, notes);
  const known = notes.errors.length;
  for (const flow of flows) judgeAddresses(flow, flows, context, addresses, notes);
  // Ways and duplicates are told of flows that could be: a fault in their prefixes would be told twice.
  if (notes.errors.length === known) {
    for (const flow of flows) judgeWays(flow, flows, context, notes);
    judgeRegister(flows, context, notes);
  }
  judgePolicy(request, parties, context, notes);
  return { parties, errors: notes.errors, warnings: notes.warnings };
}

/** Nobody signs under a policy that is not in force, nor for a party that has not accepted the one that is. */
function judgePolicy(
  { policyVersion }: InterconnectRequest,
  parties: Parties | null,
  { register: { policy }, reader, now }: RequestContext,
  notes: FindingNotes,
): void {
  const facts = { ...policy, agreed: policyVersion };
  const path = 'policyVersion';
  const isOld = refuseAgreedPolicy(facts, now);
  if (isOld !== null) return void notes.refuse(isOld.code, path, isOld.fact, isOld.remedy);
  for (const party of parties ?? []) {
    if (reader !== 'network' && reader !== party) continue;
    const pending = refusePolicy([party], facts, now);
    if (pending !== null) notes.warn('POLICY_PENDING', path, pending.fact, pending.remedy ?? '');
  }
}

function judgePeriod(request: InterconnectRequest, now: Date, notes: FindingNotes): void {
  const until = Date.parse(request.validUntil);
  const from = request.validFrom === undefined ? null : Date.parse(request.validFrom);
  const path = 'validUntil';
  if (until <= now.getTime()) {
    notes.refuse('REQUEST_PERIOD', path, `the end ${request.validUntil} lies in the past`);
  } else if (from !== null && from >= until) {
    const fact = `the end ${request.validUntil} is not after the start ${request.validFrom}`;
    notes.refuse('REQUEST_PERIOD', path, fact);
  } else if (until - Math.max(now.getTime(), from ?? 0) < SHORT_PERIOD_HOURS * HOUR_MS) {
    const begin = from === null || from < now.getTime() ? 'from now' : 'from its start';
    const minutes = Math.max(1, Math.floor((until - Math.max(now.getTime(), from ?? 0)) / 60_000));
    const length = minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
    notes.warn(
      'PERIOD_SHORT',
      path,
      `it ends ${length} ${begin}`,
      'Both signatures, the approval of the plan and the change itself must fit in: a later end leaves time for them.',
    );
  }
}
