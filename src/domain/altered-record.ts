/** The register against the ledger: what a decision rests on must be what was recorded when it was taken. */

import { windowEnd } from './approval-window.ts';
import { digestOf } from './canonical-json.ts';
import { CHANGE_KIND_RULES, type ChangeKind } from './change-kinds.ts';
import { GENESIS_HASH, hashLedgerEntry, type LedgerEntry } from './ledger-entry.ts';
import { LIFECYCLE_ENDS, type Lifecycle } from './lifecycle.ts';
import { canonicalPersonId, type VpnId } from './names.ts';
import { POLICY_ACCEPTED, POLICY_PUBLISHED, policySubject } from './policy.ts';
import type { PolicyFacts } from './policy-law.ts';
import type { Approval, InterconnectRequest, RealisedFlow } from './request.ts';
import { type RouteTarget, shortForm } from './route-target.ts';

/** What the law of decisions believes of one interconnect. */
export interface RecordedFacts {
  readonly id: string;
  readonly lifecycle: Lifecycle;
  readonly parties: readonly string[];
  readonly requestedBy: string;
  readonly request: InterconnectRequest;
  readonly requestDigest: string;
  /** null: no route target was given to it. */
  readonly flows: readonly GivenRouteTarget[] | null;
  readonly withdrawnBy: string | null;
  /** Of the signed document that says it; null: it has none. */
  readonly withdrawalSignature: string | null;
  readonly change: {
    readonly id: string;
    readonly kind: ChangeKind;
    readonly requestedBy: string;
    readonly planAskers: readonly string[];
    readonly applyUntil: string | null;
  } | null;
  readonly plan: {
    readonly id: string;
    readonly digest: string;
    readonly plannedBy: string;
    readonly notBefore: string | null;
  } | null;
  readonly approvals: readonly Approval[];
  readonly policy: Pick<PolicyFacts, 'published' | 'acceptances'>;
}

/** An entry of the ledger, with the hash of the one before it as it stands there; null: there is none. */
export type LinkedEntry = LedgerEntry & { readonly hashBefore: string | null };

/** One fact of the register that is not the ledger's. */
export interface AlteredFact {
  /** `approvals`, `agreement`, `change`, `plan`, `policy`, `ledger`. */
  readonly path: string;
  readonly fact: string;
}

/** Which route target carries which flow. */
export type GivenRouteTarget = Pick<RealisedFlow, 'from' | 'to' | 'routeTarget'>;

type Say = (path: string, fact: string) => void;

/**
 * Facts of the register without their entry in the ledger, with another person, time, digest or decision than there, or missing although
 * the ledger has them. `entries`, in order, are those about the interconnect, its open change and the plan in force, and those that published a
 * communication policy or accepted one for a party.
 */
export function alteredFacts(record: RecordedFacts, entries: readonly LinkedEntry[]): AlteredFact[] {
  const altered: AlteredFact[] = [];
  const say: Say = (path, fact) => void altered.push({ path, fact });
  checkEntries(entries, say);
  checkAgreement(record, entries, say);
  checkRouteTargets(record, entries, say);
  checkApprovals(record, entries, say);
  checkWithdrawal(record, entries, say);
  checkChange(record, entries, say);
  checkPlan(record, entries, say);
  checkPolicy(record, entries, say);
  return altered;
}

/** The same of all policies and acceptances. `entries`: those that published or accepted one. */
export function alteredPolicy(policy: RecordedFacts['policy'], entries: readonly LinkedEntry[]): AlteredFact[] {
  const altered: AlteredFact[] = [];
  const say: Say = (path, fact) => void altered.push({ path, fact });
  checkEntries(entries, say);
  checkPolicy({ policy }, entries, say);
  return altered;
}

/** Each entry is what its hash says, and follows the one before it. */
function checkEntries(entries: readonly LinkedEntry[], say: Say): void {
  for (const entry of entries) {
    if (!isAsHashed(entry)) say('ledger', `entry ${entry.sequence} of the ledger is not what its hash says`);
  }
}

export function isAsHashed(entry: LinkedEntry): boolean {
  const { sequence, previousHash, hash, hashBefore } = entry;
  const isLinked = previousHash === (sequence === 1 ? GENESIS_HASH : hashBefore);
  return isLinked && hashLedgerEntry(sequence, previousHash, entry) === hash;
}

const REQUESTS: ReadonlySet<string> = new Set(['request.submitted', 'request.amended']);

function checkAgreement(record: RecordedFacts, entries: readonly LinkedEntry[], say: Say): void {
  const { id, lifecycle, parties, requestedBy, request, requestDigest } = record;
  const submitted = entries.find(({ action, subject }) => action === 'request.submitted' && subject === id);
  if (submitted === undefined) {
    say('agreement', `${id} was never submitted, by the ledger`);
    return;
  }
  const { actor } = submitted;
  // A modification puts another version of the request in force, and says so.
  const { body } = entries.findLast(({ action, subject }) => REQUESTS.has(action) && subject === id) ?? submitted;
  if (digestOf(request) !== requestDigest || body.requestDigest !== requestDigest) {
    say('agreement', `the request of ${id} is not the one that was submitted`);
  }
  if (!isSame(actor, requestedBy)) say('agreement', `${id} was submitted by ${actor}, not by ${requestedBy}`);
  if (sorted(listOf(body.parties)) !== sorted(parties)) {
    say('agreement', `the parties of ${id} are not those of its request`);
  }
  const stepped = entries.findLast(({ action, subject }) => action.endsWith('.stepped') && subject === id);
  const last = stepped?.body.to ?? 'requested';
  // Before agreement and change were told apart (0.1) the steps of both had other names; the ends had these.
  const isOfOldNames = stepped?.action === 'lifecycle.stepped' && !LIFECYCLE_ENDS.some((end) => end === last);
  if (last !== lifecycle && !isOfOldNames) say('agreement', `${id} is ${String(last)} by the ledger, not ${lifecycle}`);
}

/** By the ledger: given to it, and not given back. What is not what its hash says counts for nothing. */
export function givenRouteTargets(id: string, entries: readonly LinkedEntry[]): GivenRouteTarget[] {
  const given = new Map<RouteTarget, GivenRouteTarget>();
  for (const entry of entries) {
    const { action, subject, body } = entry;
    if (subject !== id || !action.startsWith('route-target.') || !isAsHashed(entry)) continue;
    const routeTarget = body.routeTarget as RouteTarget;
    if (action === 'route-target.released') given.delete(routeTarget);
    if (action !== 'route-target.allocated') continue;
    given.set(routeTarget, { from: body.from as VpnId, to: body.to as VpnId, routeTarget });
  }
  return [...given.values()];
}

/** What goes by them goes by these, and is taken away by them. */
function checkRouteTargets({ id, flows }: RecordedFacts, entries: readonly LinkedEntry[], say: Say): void {
  const inWords = ({ from, to, routeTarget }: GivenRouteTarget) => `${from} to ${to} by ${shortForm(routeTarget)}`;
  const [given, held] = [givenRouteTargets(id, entries), flows ?? []].map((list) =>
    list.map(inWords).sort().join(', '),
  );
  if (given === held) return;
  say('agreement', `by the ledger ${id} goes ${given || 'by no route target'}, not ${held || 'by none'}`);
}

/** The last word of each person on each digest, on both sides. */
function checkApprovals({ id, approvals }: RecordedFacts, entries: readonly LinkedEntry[], say: Say): void {
  const recorded = new Map<string, LinkedEntry>();
  for (const entry of entries) {
    if (entry.action !== 'approval.recorded' || entry.subject !== id) continue;
    recorded.set(keyOf(String(entry.body.subject), String(entry.body.digest), entry.actor), entry);
  }
  for (const approval of approvals) {
    const { subject, digest, person, party, decision, decidedAt } = approval;
    const what = `the ${decision === 'approve' ? 'approval' : 'rejection'} of the ${subject} by ${person} for ${party}`;
    const key = keyOf(subject, digest, person);
    const entry = recorded.get(key);
    recorded.delete(key);
    if (entry === undefined) {
      say('approvals', `${what} has no entry in the ledger`);
      continue;
    }
    const { body } = entry;
    const isOther =
      body.decision !== decision ||
      body.party !== party ||
      (body.decidedAt ?? entry.at) !== decidedAt ||
      body.signature !== approval.signature;
    if (isOther || sorted(listOf(body.accepts)) !== sorted(approval.accepts ?? [])) {
      say('approvals', `${what} is not what entry ${entry.sequence} of the ledger says`);
    }
  }
  for (const { sequence, actor } of recorded.values()) {
    say('approvals', `the decision of ${actor} in entry ${sequence} of the ledger is not in the register`);
  }
}

/** Asked for, and not refused since by the network side. */
function checkWithdrawal(record: RecordedFacts, entries: readonly LinkedEntry[], say: Say): void {
  const { id, withdrawnBy, withdrawalSignature } = record;
  let asked: string | null = null;
  let signature: unknown = null;
  for (const { action, subject, actor, body } of entries) {
    if (subject !== id) continue;
    if (action === 'withdrawal.requested') [asked, signature] = [actor, body.signature ?? null];
    if (action === 'approval.recorded' && body.subject === 'plan' && body.decision === 'reject') asked = null;
  }
  if (isSame(asked, withdrawnBy)) {
    if (asked === null || signature === withdrawalSignature) return;
    say('agreement', `the signature under the withdrawal of ${id} is not the one of the ledger`);
    return;
  }
  const [was, is] = [asked, withdrawnBy].map((who) => (who === null ? 'nobody' : who));
  say('agreement', `by the ledger ${was} has ${id} withdrawn, not ${is}`);
}

/** Who asked for it and its plan: they do not approve it. And until when it may be pushed. */
function checkChange(record: RecordedFacts, entries: readonly LinkedEntry[], say: Say): void {
  const { id: interconnectId, change, plan } = record;
  if (change === null) return;
  const { id, kind, requestedBy } = change;
  const started = entries.find(({ action, subject }) => action === 'change.started' && subject === id);
  if (started === undefined) {
    say('change', `${id} was never started, by the ledger`);
    return;
  }
  if (started.body.kind !== kind) say('change', `${id} is not the kind of change that was started`);
  if (!isSame(started.actor, requestedBy)) {
    say('change', `${id} was asked for by ${started.actor}, not by ${requestedBy}`);
  }
  let askers: string[] = [];
  let isDecided = false;
  let approval: LinkedEntry['body'] | null = null;
  for (const { action, subject, actor, body } of entries) {
    if (action === 'plan.requested' && subject === id) {
      askers = isDecided ? [actor] : [...askers, actor];
      isDecided = false;
      approval = null;
    }
    if (subject !== interconnectId || action !== 'approval.recorded' || body.decision !== 'approve') continue;
    if (!String(body.planId).startsWith(`${id}-P`)) continue;
    isDecided = true;
    if (body.planId === plan?.id) approval = body;
  }
  if (CHANGE_KIND_RULES[kind].onlyTakesAway) return;
  const known = change.planAskers.map((person) => canonicalPersonId(person));
  const hidden = askers.filter((person) => !known.includes(canonicalPersonId(person)));
  if (hidden.length > 0) say('change', `${hidden.join(' and ')} asked for the plan of ${id}, by the ledger`);
  if (approval === null) return;
  const { decidedAt, signedAt = decidedAt } = approval;
  const times = { signedAt: new Date(String(signedAt)), provenAt: new Date(String(decidedAt)) };
  const until = windowEnd({ kind, notBefore: plan?.notBefore ?? null }, times);
  if (until === null || (change.applyUntil !== null && Date.parse(change.applyUntil) === until.getTime())) return;
  // Whoever writes rows can write what is no time.
  const end = Number.isNaN(until.getTime()) ? 'at no time' : `at ${until.toISOString()}`;
  say('change', `the approved window of ${id} ends ${end}, by the ledger`);
}

function checkPlan({ plan }: RecordedFacts, entries: readonly LinkedEntry[], say: Say): void {
  if (plan === null) return;
  const { id, digest, plannedBy } = plan;
  const saved = entries.findLast(({ action, subject }) => action === 'plan.saved' && subject === id);
  if (saved === undefined) {
    say('plan', `${id} was never planned, by the ledger`);
    return;
  }
  if (saved.body.digest !== digest) say('plan', `${id} is not the plan that was made`);
  if (!isSame(saved.actor, plannedBy)) say('plan', `${id} was made by ${saved.actor}, not by ${plannedBy}`);
}

/** Which versions hold from when, and who accepted which: on both sides the same. */
function checkPolicy({ policy }: Pick<RecordedFacts, 'policy'>, entries: readonly LinkedEntry[], say: Say): void {
  const published = entries.filter(({ action }) => action === POLICY_PUBLISHED);
  for (const { version, digest, inForceFrom, graceDays } of policy.published) {
    const entry = published.find(({ subject }) => subject === policySubject(version));
    const isSameTerms =
      entry !== undefined &&
      entry.body.digest === digest &&
      entry.body.inForceFrom === inForceFrom &&
      entry.body.graceDays === graceDays;
    if (!isSameTerms)
      say('policy', `the communication policy ${version} is not the one that was published, by the ledger`);
  }
  for (const { subject } of published) {
    if (policy.published.some(({ version }) => policySubject(version) === subject)) continue;
    say('policy', `the published ${subject} of the ledger is not in the register`);
  }
  const accepted = entries.filter(({ action }) => action === POLICY_ACCEPTED);
  for (const { entity, version, digest, person, acceptedAt, signature, form } of policy.acceptances) {
    const isKnown = accepted.some(
      ({ subject, actor, body }) =>
        subject === policySubject(version) &&
        body.entity === entity &&
        body.digest === digest &&
        body.acceptedAt === acceptedAt &&
        body.signature === signature &&
        body.form === form &&
        isSame(actor, person),
    );
    if (!isKnown)
      say('policy', `the acceptance of the policy ${version} by ${person} for ${entity} is not in the ledger`);
  }
  for (const { sequence, subject, actor, body } of accepted) {
    if (policy.acceptances.some((a) => policySubject(a.version) === subject && a.entity === body.entity)) continue;
    say('policy', `the acceptance by ${actor} in entry ${sequence} of the ledger is not in the register`);
  }
}

const keyOf = (subject: string, digest: string, person: string) =>
  JSON.stringify([subject, digest, canonicalPersonId(person)]);
const isSame = (one: string | null, other: string | null): boolean =>
  one === null || other === null ? one === other : canonicalPersonId(one) === canonicalPersonId(other);
const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const sorted = (list: readonly string[]): string => JSON.stringify([...list].sort());
