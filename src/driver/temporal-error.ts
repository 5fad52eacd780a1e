import { isGrpcServiceError, NamespaceNotFoundError } from '@temporalio/client';
import { type ErrorFacts, isErrorCode, WaslError } from '../errors.ts';

/** Causes of a Temporal failure nest: workflow failed -> activity failed -> application failure. */
const CAUSES_MAX = 10;

/**
 * Temporal's errors in the words of the registry. An ApplicationFailure anywhere in the chain of causes whose type is a registered code
 * is an activity's own refusal; its first detail may carry path, remedy and details.
 */
export function translateTemporalError(error: unknown): WaslError {
  if (error instanceof WaslError) return error;
  const refusal = findRefusal(error);
  if (refusal !== null) return refusal;
  if (causesOf(error).some((cause) => cause instanceof NamespaceNotFoundError)) {
    const fact = 'the workflow server has no namespace of this name';
    const remedy = 'Create it, or correct TEMPORAL_NAMESPACE: nothing was lost.';
    return new WaslError('TEMPORAL_UNAVAILABLE', fact, { remedy, cause: error });
  }
  if (isServerTrouble(error)) {
    const fact = 'the workflow server or its workers did not answer in time';
    return new WaslError('TEMPORAL_UNAVAILABLE', fact, { cause: error });
  }
  const words = error instanceof Error ? error.message : String(error);
  return new WaslError('INTERNAL', `the workflow failed: ${words}`, { cause: error });
}

function findRefusal(error: unknown): WaslError | null {
  for (const current of causesOf(error)) {
    const type = 'type' in current ? current.type : undefined;
    if (typeof type !== 'string' || !isErrorCode(type)) continue;
    const details = 'details' in current && Array.isArray(current.details) ? current.details : [];
    const facts = factsOf(details[0]);
    const prefix = facts.path === undefined ? '' : `${facts.path}: `;
    const fact = current.message.startsWith(prefix) ? current.message.slice(prefix.length) : current.message;
    return new WaslError(type, fact, { ...facts, cause: error });
  }
  return null;
}

function factsOf(detail: unknown): ErrorFacts {
  if (typeof detail !== 'object' || detail === null) return {};
  const { path, remedy, details } = detail as Record<string, unknown>;
  return {
    ...(typeof path === 'string' ? { path } : {}),
    ...(typeof remedy === 'string' ? { remedy } : {}),
    ...(typeof details === 'object' && details !== null ? { details: { ...details } } : {}),
  };
}

function isServerTrouble(error: unknown): boolean {
  return causesOf(error).some((cause) => isGrpcServiceError(cause) || cause.name === 'TransportError');
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let current = error; current instanceof Error && causes.length < CAUSES_MAX; current = current.cause) {
    causes.push(current);
  }
  return causes;
}
