/** What a caller would say by signing, as the record has it now. */
import type { InterconnectId, PlanId } from '../domain/names.ts';
import type { PolicyTerms } from '../domain/policy.ts';
import { OPERATOR } from '../domain/signing-document.ts';
import {
  acceptanceStatement,
  planStatement,
  requestStatement,
  type Statement,
  withdrawalStatement,
} from '../domain/statement.ts';
import { WaslError } from '../errors.ts';
import { digestPlan } from '../plan/digest.ts';
import type { Store } from '../store/store.ts';

type Party = Statement['party'];

export async function statementOfAcceptance(store: Store, party: Party, version: string): Promise<Statement> {
  const policy = await store.readPolicy(version);
  if (policy.publishedBy !== null) return acceptanceStatement(party, policy);
  throw new WaslError('POLICY_UNKNOWN', `there is no communication policy ${version}`, { path: 'version' });
}

export async function statementOfRequest(store: Store, party: Party, id: InterconnectId): Promise<Statement> {
  const { request, requestDigest } = await store.readInterconnect(id);
  const terms: PolicyTerms = await store.readPolicy(request.policyVersion);
  return requestStatement(party, { id, digest: requestDigest as Statement['subject']['digest'] }, terms);
}

/** Whoever acts for no entity ends it for the network side. */
export async function statementOfWithdrawal(store: Store, party: Party | null, id: InterconnectId): Promise<Statement> {
  const { requestDigest } = await store.readInterconnect(id);
  return withdrawalStatement(party ?? OPERATOR, { id, digest: requestDigest as Statement['subject']['digest'] });
}

export async function statementOfPlan(store: Store, id: PlanId): Promise<Statement> {
  const plan = await store.readPlan(id);
  return planStatement({ id, digest: digestPlan(plan) });
}
