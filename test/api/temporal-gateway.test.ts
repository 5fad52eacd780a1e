import {
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { translateTemporalError } from '../../src/api/temporal-gateway.ts';
import type { InterconnectId } from '../../src/domain/names.ts';

const ID = 'IC-0001' as InterconnectId;
const refusal = (type: string, message: string, details: unknown[] = []) =>
  ApplicationFailure.create({ type, message, details, nonRetryable: true });

describe("Temporal's errors in the words of the registry", () => {
  it("keep a workflow's refusal: code, fact, path, remedy", () => {
    const cause = refusal('APPROVAL_SELF', 'flows: it is your own', [{ remedy: 'ask another', path: 'flows' }]);
    const error = translateTemporalError(new WorkflowUpdateFailedError('update failed', cause), ID);
    expect(error).toMatchObject({
      ...{ code: 'APPROVAL_SELF', message: 'it is your own', path: 'flows', remedy: 'ask another' },
    });
  });

  it('find the code below an activity that failed', () => {
    const cause = refusal('ROUTER_LOCKED', 'session 7 holds the lock');
    const activity = new ActivityFailure('activity failed', 'a', '1', 'NON_RETRYABLE_FAILURE', 'worker', cause);
    const error = translateTemporalError(new WorkflowUpdateFailedError('update failed', activity), ID);
    expect(error).toMatchObject({ code: 'ROUTER_LOCKED', message: 'session 7 holds the lock' });
  });

  it('say that server or workers are away', () => {
    const timeout = new WorkflowUpdateRPCTimeoutOrCancelledError('deadline');
    expect(translateTemporalError(timeout, ID)).toMatchObject({ code: 'TEMPORAL_UNAVAILABLE', class: 'transient' });
    const grpc = Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: 'refused', metadata: {} });
    const wrapped = new ServiceError('failed to signal', { cause: grpc });
    expect(translateTemporalError(wrapped, ID)).toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
  });

  it('say that no workflow runs', () => {
    const error = translateTemporalError(new WorkflowNotFoundError('not found', 'interconnect/IC-0001', undefined), ID);
    expect(error).toMatchObject({ code: 'INTERCONNECT_UNKNOWN', message: 'no workflow runs for IC-0001' });
  });

  it('take anything else for a defect', () => {
    const error = translateTemporalError(new WorkflowUpdateFailedError('update failed', refusal('Oops', 'x')), ID);
    expect(error).toMatchObject({ code: 'INTERNAL', class: 'unknown' });
  });
});
