import { refusePastWindow } from '../domain/approval-window.ts';
import { onlyTakesAway } from '../domain/change-kinds.ts';
import { isRepeated, refuseDecision, refused } from '../domain/may-decide.ts';
import type { EntityId, InterconnectId, PlanId } from '../domain/names.ts';
import type { SignedDocument } from '../domain/signed-document.ts';
import { WaslError } from '../errors.ts';
import type { PersonsDecision } from '../store/decision-rows.ts';
import type { SignedDecisionText } from '../store/signed-rows.ts';
import { believesAnybody, receiveClosingSignature, receiveSignature, requireSigned } from './receive-signature.ts';
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
    return { ...decision, signed: (await receiveSignature(deps, statement, given)).signed };
  }
  return { ...decision, signed: await signPlan(deps, decision.planId, given) };
}

/** Of what opens it is taken for as long as the gate at push takes it; what closes waits for no authority. */
async function signPlan(
  deps: Pick<ApiDependencies, 'store' | 'signatures' | 'clock'>,
  planId: PlanId,
  given: SignedDocument | null,
): Promise<SignedDecisionText | null> {
  const statement = await statementOfPlan(deps.store, planId);
  const { kind, window } = await deps.store.readPlan(planId);
  if (onlyTakesAway(kind)) {
    if (given === null && !believesAnybody(deps)) return null;
    const { signed, told } = await receiveClosingSignature(deps, statement, requireSigned(given));
    if (signed === null) throw new WaslError('SIGNATURE_REFUSED', told ?? 'it does not hold', { path: 'signed' });
    return signed;
  }
  const { signed, times } = await receiveSignature(deps, statement, given);
  const refusal = refusePastWindow({ kind, planId, notBefore: window.notBefore }, times, deps.clock());
  if (refusal !== null) throw refused(refusal);
  return signed;
}
