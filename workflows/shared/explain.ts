import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TemporalFailure } from '@temporalio/workflow';
import type { Refusal } from '../../src/domain/change.ts';
import { ERRORS, isErrorCode } from '../../src/errors.ts';

/** The refusal that a code stands for, with the registry's remedy. */
export function refusalOf(code: string | null, fact: string): Refusal {
  const known = code !== null && isErrorCode(code) ? code : 'INTERNAL';
  return { code: known, path: null, fact, remedy: ERRORS[known].remedy, at: new Date().toISOString() };
}

/** What an activity failed with, for the record; anything else is a defect and fails the task. */
export function refusalOfFailure(failure: unknown): Refusal {
  const { cause } = activityFailure(failure);
  if (!(cause instanceof ApplicationFailure)) return refusalOf('TEMPORAL_UNAVAILABLE', explain(failure));
  const refusal = refusalOf(cause.type ?? null, cause.message);
  const { path, remedy } = (cause.details?.[0] ?? {}) as { path?: string | null; remedy?: string };
  const prefix = `${path}: `;
  const fact = cause.message.startsWith(prefix) ? cause.message.slice(prefix.length) : cause.message;
  return { ...refusal, path: path ?? null, fact, remedy: remedy ?? refusal.remedy };
}

/** One sentence for people from what an activity or a child failed with; anything else is a defect and fails the task. */
export function explain(failure: unknown): string {
  if (failure instanceof ChildWorkflowFailure)
    return `its workflow was lost: ${failure.cause?.message ?? failure.message}`;
  // A child that an earlier run began is still being ended by the server.
  if (failure instanceof TemporalFailure && failure.name === 'WorkflowExecutionAlreadyStartedError') {
    return failure.message;
  }
  const lost = activityFailure(failure);
  if (lost.cause instanceof ApplicationFailure) return `${lost.cause.message} (${lost.cause.type ?? 'INTERNAL'})`;
  return `${lost.activityType} was lost: ${lost.cause?.message ?? lost.message}`;
}

function activityFailure(failure: unknown): ActivityFailure {
  if (failure instanceof ActivityFailure) return failure;
  throw failure;
}

const STAGE_WORDS: Readonly<Record<string, string>> = {
  prepareRouters: 'preparing',
  commitRouters: 'committing',
  verifyRouters: 'verifying',
  confirmRouters: 'confirming',
  cancelRouters: 'rolling back',
};

/** Why a stage of the transaction has no result: its worker is gone, or what it needs is away. */
export function explainLoss(failure: unknown): string {
  const { cause, activityType } = activityFailure(failure);
  const stage = STAGE_WORDS[activityType] ?? activityType;
  if (cause instanceof ApplicationFailure) return `while ${stage}: ${cause.message} (${cause.type ?? 'INTERNAL'})`;
  return `the worker was lost while ${stage}`;
}
