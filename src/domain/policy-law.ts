import type { LawRefusal } from './may-decide.ts';
import {
  isCurrentPolicy,
  type PolicyAcceptance,
  type PolicyTerms,
  type PublishedPolicy,
  policyInForce,
  policyStanding,
} from './policy.ts';

/** What the law looks at of the communication policy. */
export interface PolicyFacts {
  /** The version that the request names. */
  readonly agreed: string;
  readonly published: readonly PublishedPolicy[];
  /** Of the parties. */
  readonly acceptances: readonly PolicyAcceptance[];
}

const WHERE_NONE_IS = { remedy: 'An admin proposes one (`wasl policy propose`), and another publishes it.' };

/** Nothing opens for a party that does not live by the policy in force. */
export function refusePolicy(parties: readonly string[], policy: PolicyFacts, now: Date): LawRefusal | null {
  const inForce = policyInForce(policy.published, now);
  if (inForce === null) {
    return { code: 'POLICY_NOT_IN_FORCE', fact: 'no communication policy is in force', ...WHERE_NONE_IS };
  }
  for (const party of parties) {
    const { word, until } = policyStanding(party, policy, now);
    if (word !== 'missing') continue;
    const since = until === null ? '' : `; what it accepted before ended with its grace at ${until}`;
    const remedy = `A signatory of ${party} reads it and accepts it: wasl policy accept ${inForce.version}`;
    const fact = `${party} has not accepted the communication policy ${inForce.version}${since}`;
    return { code: 'POLICY_NOT_ACCEPTED', fact, remedy };
  }
  return null;
}

/** A request is signed under the policy that it names, while that one is in force or gives grace. */
export function refuseAgreedPolicy({ agreed, published }: PolicyFacts, now: Date): LawRefusal | null {
  if (isCurrentPolicy(agreed, published, now)) return null;
  const inForce = policyInForce(published, now);
  const instead = inForce === null ? 'and none is' : `but ${inForce.version} is`;
  const fact = `the communication policy ${agreed} is not in force, ${instead}`;
  return { code: 'POLICY_NOT_IN_FORCE', fact, ...(inForce === null ? WHERE_NONE_IS : {}) };
}

/** One person accepts for one entity, and nobody gets the grace of those who kept a version by accepting it when its time has passed. */
export function refuseAcceptance(
  { version, entity, person }: { readonly version: string; readonly entity: string; readonly person: string },
  { published, acceptances }: Pick<PolicyFacts, 'published' | 'acceptances'>,
  now: Date,
): LawRefusal | null {
  if (acceptances.some((each) => each.version === version && each.person === person && each.entity !== entity)) {
    return { code: 'APPROVAL_TWICE', fact: `you have accepted the policy ${version} for another entity` };
  }
  const inForce = policyInForce(published, now);
  const accepted = published.find((each) => each.version === version);
  if (inForce === null || accepted === undefined) return null;
  if (Date.parse(accepted.inForceFrom) >= Date.parse(inForce.inForceFrom)) return null;
  return {
    code: 'POLICY_NOT_IN_FORCE',
    fact: `the communication policy ${version} was in force before ${inForce.version}`,
    remedy: `Read and accept that one: wasl policy accept ${inForce.version}`,
  };
}

/** A slip in the year would keep every other version out until then: each one begins after those before it, and what is published stays. */
const AHEAD_DAYS_MAX = 731;
const DAY_MS = 86_400_000;

/** Asked when a version is proposed, and again when it is published. */
export function refuseFarAhead(
  { version, inForceFrom }: Pick<PolicyTerms, 'version' | 'inForceFrom'>,
  now: Date,
): LawRefusal | null {
  if (Date.parse(inForceFrom) - now.getTime() <= AHEAD_DAYS_MAX * DAY_MS) return null;
  const fact = `the policy ${version} would be in force from ${inForceFrom}, more than two years ahead`;
  return { code: 'POLICY_CONFLICT', fact, remedy: 'Check the year; propose it when its time is nearer.' };
}

/** A version that a person brings into force: four eyes, the very terms, and after whatever holds already. */
export function refusePublication(
  {
    policy,
    digest,
    by,
  }: {
    readonly policy: PolicyTerms & {
      readonly digest: string;
      readonly proposedBy: string;
      readonly publishedBy: string | null;
    };
    readonly digest: string;
    readonly by: string;
  },
  published: readonly PublishedPolicy[],
  now: Date,
): LawRefusal | null {
  const { version, inForceFrom } = policy;
  if (policy.publishedBy !== null) {
    return { code: 'POLICY_CONFLICT', fact: `the policy ${version} was published by ${policy.publishedBy}` };
  }
  if (policy.digest !== digest) {
    const remedy = `Read it again and publish what you have read: wasl policy show ${version}`;
    return { code: 'APPROVAL_DIGEST', fact: `the policy ${version} has the digest ${policy.digest}`, remedy };
  }
  if (policy.proposedBy === by) {
    const remedy = 'Another admin or a security officer must publish it.';
    return { code: 'APPROVAL_SELF', fact: `${by} has proposed the policy ${version}`, remedy };
  }
  const farAhead = refuseFarAhead(policy, now);
  if (farAhead !== null) return farAhead;
  const last = published.at(-1);
  // The first may be older than this program; from then on nobody is put out of grace by a date that has passed.
  if (last === undefined) return null;
  if (Date.parse(inForceFrom) < now.getTime()) {
    return {
      code: 'POLICY_CONFLICT',
      fact: `the policy ${version} would be in force from ${inForceFrom}, which has passed`,
    };
  }
  return Date.parse(inForceFrom) > Date.parse(last.inForceFrom)
    ? null
    : {
        code: 'POLICY_CONFLICT',
        fact: `the policy ${last.version} is in force from ${last.inForceFrom}, later than ${version}`,
      };
}
