import type {
  DecidePlanInput,
  DecideRequestInput,
  InterconnectStatus,
  RunInterconnectInput,
  WithdrawInput,
} from '../../workflows/shared/messages.ts';
import type { InterconnectId, PersonId } from '../domain/names.ts';

/**
 * What the API asks of the workflows. Refusals come back as WaslError with the code that the workflow gave.
 * TEMPORAL_UNAVAILABLE: the server or its workers do not answer; the message may still arrive, so every call here is
 * safe to repeat with the same input. INTERCONNECT_UNKNOWN: no workflow runs under that id.
 */
export interface WorkflowGateway {
  /** Starting what already runs, or has ended, is done at once. */
  startInterconnect(input: RunInterconnectInput): Promise<void>;
  decideRequest(id: InterconnectId, input: DecideRequestInput): Promise<InterconnectStatus>;
  decidePlan(id: InterconnectId, input: DecidePlanInput): Promise<InterconnectStatus>;
  replan(id: InterconnectId, input: { readonly person: PersonId }): Promise<InterconnectStatus>;
  withdraw(id: InterconnectId, input: WithdrawInput): Promise<InterconnectStatus>;
  /** Runs the recovery again after a person mended what it could not. */
  recover(id: InterconnectId, input: { readonly person: PersonId }): Promise<InterconnectStatus>;
  readStatus(id: InterconnectId): Promise<InterconnectStatus>;
  /** Throws TEMPORAL_UNAVAILABLE. */
  ping(): Promise<void>;
}
