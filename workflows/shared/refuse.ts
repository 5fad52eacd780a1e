import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { Refusal } from '../../src/domain/change.ts';
import { ERRORS, type ErrorCode, isErrorCode } from '../../src/errors.ts';

/** A refusal that the caller of an update receives at once: type = code, never retried. */
export function refuse(code: ErrorCode, fact: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message: fact,
    nonRetryable: true,
    details: [{ remedy: ERRORS[code].remedy }],
  });
}

/** The refusal that a code stands for, with the registry's remedy. */
export function refusalOf(code: string | null, fact: string): Refusal {
  const known = code !== null && isErrorCode(code) ? code : 'INTERNAL';
  return { code: known, path: null, fact, remedy: ERRORS[known].remedy, at: new Date().toISOString() };
}

/** What an activity failed with, for the record; anything else is a defect and fails the task. */
export function refusalOfFailure(failure: unknown): Refusal {
  if (!(failure instanceof ActivityFailure)) throw failure;
  const { cause } = failure;
  if (!(cause instanceof ApplicationFailure)) return refusalOf('TEMPORAL_UNAVAILABLE', explain(failure));
  const refusal = refusalOf(cause.type ?? null, cause.message);
  const { path, remedy } = (cause.details?.[0] ?? {}) as { path?: string | null; remedy?: string };
  const prefix = `${path}: `;
  const fact = cause.message.startsWith(prefix) ? cause.message.slice(prefix.length) : cause.message;
  return { ...refusal, path: path ?? null, fact, remedy: remedy ?? refusal.remedy };
}

/** One sentence for people from what an activity failed with; anything else is a defect and fails the task. */
export function explain(failure: unknown): string {
  if (!(failure instanceof ActivityFailure)) throw failure;
  const { cause } = failure;
  if (cause instanceof ApplicationFailure) return `${cause.message} (${cause.type ?? 'INTERNAL'})`;
  return `${failure.activityType} was lost: ${cause?.message ?? failure.message}`;
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
  if (!(failure instanceof ActivityFailure)) throw failure;
  const { cause } = failure;
  const stage = STAGE_WORDS[failure.activityType] ?? failure.activityType;
  if (cause instanceof ApplicationFailure) return `while ${stage}: ${cause.message} (${cause.type ?? 'INTERNAL'})`;
  return `the worker was lost while ${stage}`;
}
