import { onlyTakesAway } from '../domain/change-kinds.ts';
import { isRepeated, refuseDecision, refused } from '../domain/may-decide.ts';
import type { EntityId, InterconnectId } from '../domain/names.ts';
import type { SignedDocument } from '../domain/signed-document.ts';
import { WaslError } from '../errors.ts';
import type { PersonsDecision } from '../store/decision-rows.ts';
import { receiveClosingSignature, receiveSignature } from './receive-signature.ts';
import type { ApiDependencies } from './server-types.ts';
import { statementOfPlan, statementOfRequest, statementOfWithdrawal } from './statements.ts';

/**
 * The decision with the signed document that says it, where it is one that must be signed. One that the record has already needs none again,
 * and one that it refuses is refused before anybody looks at signatures. What closes waits for no authority: its signature is judged by what is at hand.
 */
export async function signDecision(
  deps: Pick<ApiDependencies, 'store' | 'signatures' | 'clock'>,
  { id, entity }: { readonly id: InterconnectId; readonly entity: EntityId | null },
  decision: PersonsDecision,
  given: SignedDocument | null,
): Promise<PersonsDecision> {
  const { store, clock } = deps;
  if (decision.verb === 'withdraw' && given !== null) {
    const statement = await statementOfWithdrawal(store, entity, id);
    const { signed, refusedSignature } = await receiveClosingSignature(deps, statement, given);
    return { ...decision, signed, ...(refusedSignature === undefined ? {} : { refusedSignature }) };
  }
  if (decision.verb !== 'sign' && decision.verb !== 'approve-plan') return decision;
  if (decision.decision === 'reject') return decision;
  const facts = await store.readDecisionFacts(id);
  const refusal = refuseDecision(decision, facts, clock(), given !== null);
  if (refusal !== null) throw refused(refusal);
  if (isRepeated(decision, facts)) return decision;
  if (decision.verb === 'sign') {
    const statement = await statementOfRequest(store, decision.party, id);
    return { ...decision, signed: await receiveSignature(deps, statement, given) };
  }
  const statement = await statementOfPlan(store, decision.planId);
  // The law has looked: the plan in force is of this change.
  const isClosing = facts.change !== null && onlyTakesAway(facts.change.kind);
  if (!isClosing || given === null) return { ...decision, signed: await receiveSignature(deps, statement, given) };
  const { signed, told } = await receiveClosingSignature(deps, statement, given);
  if (signed === null) throw new WaslError('SIGNATURE_REFUSED', told ?? 'it does not hold', { path: 'signed' });
  return { ...decision, signed };
}
