/** What must be signed before a change is pushed, in the terms of the record. Pure: who verifies it is elsewhere. */
import type { Digest } from './canonical-json.ts';
import { CHANGE_KIND_RULES } from './change-kinds.ts';
import { type DecisionFacts, isOver } from './may-decide.ts';
import type { Push } from './may-push.ts';
import { digestPolicy, type PolicyAcceptance, type PolicyTerms } from './policy.ts';
import { refusePolicy } from './policy-law.ts';
import { OPERATOR } from './signing-document.ts';
import { acceptanceStatement, planStatement, requestStatement, type Statement } from './statement.ts';

/** A decision of the record that may be the one that is due. */
export interface DecidedWithDocument {
  readonly subject: 'policy' | 'request' | 'plan';
  readonly digest: string;
  /** A party, or `network`. */
  readonly party: string;
  readonly decidedAt: string;
  /** The signed document; null: it is the word of a token. */
  readonly signed: string | null;
}

export interface Candidate<Decided extends DecidedWithDocument> {
  readonly decided: Decided;
  readonly statement: Statement;
}

/** One thing that must be signed: the first candidate that holds is enough. */
export interface DueStatement<Decided extends DecidedWithDocument> {
  /** For people: "MOH's signature under request IC-0001". */
  readonly what: string;
  /** Whoever signs this signs nothing that is due of another side. */
  readonly side: string;
  readonly candidates: readonly Candidate<Decided>[];
}

export interface StatementGrounds {
  /** Of the plans of the change, oldest first: `IC-0001-C1-P1` has the first digest. */
  readonly planDigests: readonly string[];
  /** Versions of the policy with their texts: those that parties accepted, and the one that the request names. */
  readonly policies: readonly PolicyTerms[];
}

/**
 * For what opens: each party's acceptance of the policy that holds, each party's signature under the request, the network side's under the plan.
 * For what takes away: the network side's under this plan or an earlier one of the same removal, unless the signed end date or a rule lets it go.
 * At recovery, which confirms or gives back: the network side's under the very plan.
 */
export function dueStatements<Decided extends DecidedWithDocument>(
  push: Push,
  facts: DecisionFacts,
  decided: readonly Decided[],
  grounds: StatementGrounds,
  { now, when }: { readonly now: Date; readonly when: 'push' | 'recovery' },
): DueStatement<Decided>[] {
  const rule = CHANGE_KIND_RULES[push.kind];
  const isApprovedByDate = isOver(facts, now) && rule.atEndDate === 'approves it';
  const due: DueStatement<Decided>[] = [];
  // What was pushed by a plan may be given back by it whatever became of the agreement: it is the plan that somebody signed.
  if (when === 'push' && rule.signatures === 'both parties') {
    for (const party of facts.parties) {
      due.push(dueAcceptance(party, facts, decided, grounds, now), dueRequest(party, push, facts, decided, grounds));
    }
  }
  if (rule.approval === 'network side' && !isApprovedByDate) due.push(dueApproval(push, decided, grounds));
  return due;
}

/**
 * What only takes away and needs no signature, by a date or by a rule, is vouched for by any of these: an approval of its plan, or where its end has
 * come by `now`, which is no clock of the record's, a party's signature under the very request that says so.
 */
export function vouchingStatements<Decided extends DecidedWithDocument>(
  push: Push,
  facts: DecisionFacts,
  decided: readonly Decided[],
  grounds: StatementGrounds,
  now: Date,
): DueStatement<Decided>[] {
  const isByDate = isOver(facts, now) && CHANGE_KIND_RULES[push.kind].atEndDate === 'approves it';
  const requests = isByDate ? facts.parties.map((party) => dueRequest(party, push, facts, decided, grounds)) : [];
  return [...requests, dueApproval(push, decided, grounds)];
}

function dueAcceptance<Decided extends DecidedWithDocument>(
  party: string,
  { policy }: DecisionFacts,
  decided: readonly Decided[],
  { policies }: StatementGrounds,
  now: Date,
): DueStatement<Decided> {
  const own = decided.filter((each) => each.subject === 'policy' && each.party === party);
  // Which is enough is the law's word, asked of each alone: one that is signed does not stand in for one that is only recorded.
  const isEnough = (terms: PolicyTerms) => {
    const of = { entity: party as PolicyAcceptance['entity'], version: terms.version, digest: digestPolicy(terms) };
    const alone = { ...of, person: '' as PolicyAcceptance['person'], acceptedAt: now.toISOString() };
    return refusePolicy([party], { ...policy, acceptances: [alone] }, now) === null;
  };
  const candidates = policies
    .filter(isEnough)
    .toSorted((a, b) => Date.parse(b.inForceFrom) - Date.parse(a.inForceFrom))
    .map((terms) => acceptanceStatement(party as Statement['party'], terms))
    .flatMap((statement) =>
      own.filter(({ digest }) => digest === statement.subject.digest).map((each) => ({ decided: each, statement })),
    );
  return { what: `${party}'s acceptance of the communication policy`, side: party, candidates };
}

function dueRequest<Decided extends DecidedWithDocument>(
  party: string,
  { requestContentDigest }: Push,
  { id, policy: { agreed } }: DecisionFacts,
  decided: readonly Decided[],
  { policies }: StatementGrounds,
): DueStatement<Decided> {
  const terms = policies.find(({ version }) => version === agreed);
  const request = { id, digest: requestContentDigest as Digest };
  const own = decided.filter(
    (each) => each.subject === 'request' && each.party === party && each.digest === requestContentDigest,
  );
  const candidates =
    terms === undefined
      ? []
      : own.map((each) => ({
          decided: each,
          statement: requestStatement(party as Statement['party'], request, terms),
        }));
  return { what: `${party}'s signature under request ${id}`, side: party, candidates };
}

function dueApproval<Decided extends DecidedWithDocument>(
  { kind, changeId, planId, contentDigest }: Push,
  decided: readonly Decided[],
  { planDigests }: StatementGrounds,
): DueStatement<Decided> {
  const { onlyTakesAway } = CHANGE_KIND_RULES[kind];
  // Made anew with the same contents a plan has the same digest, and an approval of the one before it covers it.
  const covered = planDigests
    .map((digest, index) => ({ id: `${changeId}-P${index + 1}`, digest: digest as Digest }))
    .filter(({ digest }) => onlyTakesAway || digest === contentDigest);
  const own = decided.filter((each) => each.subject === 'plan' && each.party === 'network');
  const candidates = covered.flatMap((plan) =>
    own
      .filter(({ digest }) => digest === plan.digest)
      .map((each) => ({ decided: each, statement: planStatement(plan) })),
  );
  return { what: `the network side's signature under plan ${planId}`, side: OPERATOR, candidates };
}

/** One certificate signs for one side: a person who signs for two has decided alone. Notes these, or says whom one of them signed for before. */
export function twiceSigned(
  { what, side }: Pick<DueStatement<never>, 'what' | 'side'>,
  certificates: readonly string[],
  signers: Map<string, string>,
): string | null {
  for (const certificate of certificates) {
    const other = signers.get(certificate) ?? side;
    if (other !== side) return `${what} does not hold: its certificate has signed for ${other}, too`;
    signers.set(certificate, side);
  }
  return null;
}
