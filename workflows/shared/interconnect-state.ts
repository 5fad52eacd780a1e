import type { LifecycleEvent } from '../../src/domain/lifecycle.ts';
import { canStep } from '../../src/domain/lifecycle.ts';
import type { PersonId } from '../../src/domain/names.ts';
import type {
  DecidePlanInput,
  DecideRequestInput,
  InterconnectState,
  InterconnectStatus,
  RunInterconnectInput,
  WithdrawInput,
} from './messages.ts';
import { refuse } from './refuse.ts';

export function newInterconnectState(): InterconnectState {
  return {
    lifecycle: 'requested',
    reason: null,
    steps: 0,
    changes: 0,
    planning: null,
    signatures: [],
    rejectedBy: null,
    change: null,
    withdrawal: null,
  };
}

export function statusOf(input: RunInterconnectInput, state: InterconnectState): InterconnectStatus {
  const { change } = state;
  return {
    interconnectId: input.interconnectId,
    lifecycle: state.lifecycle,
    awaiting: awaitedBy(input, state),
    change: change && {
      id: change.id,
      kind: change.kind,
      planId: change.plan?.id ?? null,
      planDigest: change.plan?.digest ?? null,
      outcome: change.outcome,
    },
    reason: state.reason,
  };
}

/** Whose move it is, in words. */
function awaitedBy(input: RunInterconnectInput, state: InterconnectState): string[] {
  const { change, lifecycle } = state;
  if (lifecycle === 'requested' && state.rejectedBy === null) {
    const unsigned = input.parties.filter((party) => !state.signatures.some((s) => s.party === party));
    if (unsigned.length > 0) return unsigned.map((party) => `signature of ${party}`);
  }
  const isPlannable = lifecycle === 'requested' || lifecycle === 'planned';
  const isPlanless = change !== null && change.plan === null && change.replanBy === null && state.planning === null;
  if (isPlannable && isPlanless && state.rejectedBy === null) return ['an engineer: replan or reject'];
  const decidable = change !== null && change.plan !== null && change.decision === null;
  if (decidable && (lifecycle === 'planned' || (lifecycle === 'withdrawing' && state.withdrawal?.person !== null))) {
    return ['approval of the plan by the network side'];
  }
  if (lifecycle === 'attention') return ['an engineer: mend the routers named, then recover'];
  return [];
}

/** Validators of the updates: a caller gets a coded refusal at once, and nothing enters the history. */
export function refusals(input: RunInterconnectInput, state: InterconnectState) {
  const { interconnectId, parties, requestedBy } = input;

  function mustStep(event: LifecycleEvent, verb: string): void {
    if (canStep(state.lifecycle, event)) return;
    throw refuse('LIFECYCLE_STEP', `${interconnectId} is ${state.lifecycle}: it cannot ${verb}`);
  }

  return {
    decideRequest({ person, party, digest }: DecideRequestInput): void {
      if (!parties.includes(party)) throw refuse('APPROVAL_PARTY', `${party} is no party of ${interconnectId}`);
      if (state.lifecycle !== 'requested' || state.rejectedBy !== null) {
        throw refuse('LIFECYCLE_STEP', `${interconnectId} is ${state.lifecycle}: its request is decided`);
      }
      if (person === requestedBy) throw refuse('APPROVAL_SELF', `${person} made the request ${interconnectId}`);
      if (digest !== input.requestDigest) {
        throw refuse('APPROVAL_DIGEST', `the request ${interconnectId} has digest ${input.requestDigest}`);
      }
      if (state.signatures.some((s) => s.person === person || s.party === party)) {
        throw refuse('APPROVAL_TWICE', `${person} or ${party} has already signed ${interconnectId}`);
      }
    },

    decidePlan({ person, planId, digest }: DecidePlanInput): void {
      // Judged when the plan is made: the record shows it a moment before it is in force here.
      if (state.planning !== null && state.planning.instead !== planId) return;
      const plan = state.change?.plan ?? null;
      const open = plan !== null && (state.lifecycle === 'planned' || state.lifecycle === 'withdrawing');
      if (!open || state.change?.decision !== null) {
        throw refuse('LIFECYCLE_STEP', `${interconnectId} is ${state.lifecycle}: no plan awaits approval`);
      }
      if (plan.id !== planId || plan.digest !== digest) {
        throw refuse('APPROVAL_DIGEST', `the plan in force is ${plan.id} with digest ${plan.digest}`);
      }
      const own = [requestedBy, plan.plannedBy, state.withdrawal?.person, ...state.signatures.map((s) => s.person)];
      if (own.includes(person)) {
        throw refuse('APPROVAL_SELF', `${person} asked for, signed or planned this change`);
      }
    },

    replan(_input: { readonly person: PersonId }): void {
      const planning = state.change !== null && state.signatures.length === parties.length;
      const waiting = ['requested', 'planned', 'scheduled', 'withdrawing'].includes(state.lifecycle);
      if (!planning || !waiting)
        throw refuse('LIFECYCLE_STEP', `${interconnectId} is ${state.lifecycle}: nothing to plan`);
    },

    withdraw({ person: _person }: WithdrawInput): void {
      // Before anything was pushed, withdrawing means that the request is given up.
      if (!canStep(state.lifecycle, 'reject')) mustStep('withdraw', 'be withdrawn');
      if (state.withdrawal !== null) throw refuse('LIFECYCLE_STEP', `${interconnectId} is already being withdrawn`);
    },

    recover(_input: { readonly person: PersonId }): void {
      mustStep('settle-active', 'be recovered');
    },
  };
}
