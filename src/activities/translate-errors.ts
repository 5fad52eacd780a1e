import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { visibleJson, visibleText } from '../domain/visible-text.ts';
import { ERRORS, type ErrorCode, isErrorCode, isRecordAway, WaslError } from '../errors.ts';

/** Which refusals no other try mends. */
type IsFinal = (code: ErrorCode) => boolean;

/** Steps on the record are made to be repeated; what a router may have done is not. */
const mayPass = (code: ErrorCode): boolean => ERRORS[code].class === 'transient' || isRecordAway(code);
const isNotTransient: IsFinal = (code) => !mayPass(code);

/** The one place where errors become Temporal's: type = code, retried unless it is final. */
export function translateError(error: unknown, isFinal: IsFinal = isNotTransient): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof WaslError) {
    return ApplicationFailure.create({
      type: error.code,
      message: visibleText(withPath(error)),
      nonRetryable: isFinal(error.code),
      details: visibleJson([{ remedy: error.remedy, path: error.path ?? null }]),
    });
  }
  // A defect. Its message may hold anything, so only its kind travels into the history; the worker's log has the rest.
  const kind = error instanceof Error ? error.name : typeof error;
  return ApplicationFailure.create({
    type: 'INTERNAL',
    message: `a defect in wasl (${kind})`,
    nonRetryable: isFinal('INTERNAL'),
  });
}

function withPath({ path, message }: WaslError): string {
  return path === undefined || message.startsWith(`${path}: `) ? message : `${path}: ${message}`;
}

/** What an activity says on purpose: a receiver that does not answer is no defect. */
const isForeseen = (error: unknown): boolean =>
  error instanceof WaslError || error instanceof ApplicationFailure || error instanceof CancelledFailure;

/** Wraps each activity; the type is unchanged. */
export function translateErrors<Activities extends object>(
  activities: Activities,
  log: (error: unknown) => void,
  isFinal?: IsFinal,
): Activities {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await activity(...args);
      } catch (error) {
        if (!isForeseen(error)) log(error);
        throw translateError(error, isFinal);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Activities;
}

/** The code and the sentence of any error, for journals and stage results. */
export function describeError(error: unknown): {
  readonly code: string;
  readonly sentence: string;
  readonly transient: boolean;
} {
  if (error instanceof WaslError) {
    return { code: error.code, sentence: visibleText(error.message), transient: mayPass(error.code) };
  }
  if (error instanceof ApplicationFailure && error.type && isErrorCode(error.type)) {
    return { code: error.type, sentence: visibleText(error.message), transient: !error.nonRetryable };
  }
  const sentence = visibleText(error instanceof Error ? error.message : String(error));
  return { code: 'INTERNAL', sentence, transient: false };
}
