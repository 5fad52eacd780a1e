import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { visibleJsonText } from '../domain/visible-text.ts';
import { ERRORS, WaslError } from '../errors.ts';
import { isProofScheme } from './proof-of-possession.ts';
import { ALGORITHMS } from './token-claims.ts';
import type { Problem } from './wire.ts';

export const PROBLEM_TYPE = 'application/problem+json';
/** What a caller should wait before it repeats a call that failed with a transient code. */
const RETRY_AFTER_SECONDS = 5;

/** The error handler of the whole API: every failure leaves as RFC 9457 with a code of the registry, and no stack. */
export function sendProblem(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toWaslError(error, request);
  const entry = ERRORS[known.code];
  if (entry.httpStatus >= 500) request.log.error({ err: error, code: known.code }, known.message);
  // Who has too many calls was told when theirs are taken again.
  const isTold = reply.hasHeader('retry-after');
  if (entry.class === 'transient' && !isTold) void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
  if (known.code === 'UNAUTHENTICATED') {
    void reply.header('www-authenticate', challengeTo(request.headers.authorization));
  }
  return reply
    .code(entry.httpStatus)
    .type(PROBLEM_TYPE)
    .serializer(visibleJsonText)
    .send(problemOf(known, request.url));
}

/** RFC 6750 §3, RFC 9449 §7.1. Who sent nothing is told of no error. */
function challengeTo(authorization: string | undefined): string {
  if (authorization === undefined) return 'Bearer';
  if (!isProofScheme(authorization)) return 'Bearer error="invalid_token"';
  return `DPoP error="invalid_token", algs="${ALGORITHMS.join(' ')}"`;
}

export function problemOf(error: WaslError, url: string): Problem {
  const entry = ERRORS[error.code];
  return {
    type: `urn:wasl:error:${error.code}`,
    title: entry.title,
    status: entry.httpStatus,
    detail: error.message,
    code: error.code,
    class: entry.class,
    ...(error.path === undefined ? {} : { path: error.path }),
    remedy: error.remedy,
    instance: url.split('?')[0] ?? url,
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}

/** What the HTTP server itself refuses, in words of our own. */
const FAULTS_OF_CALLS: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['FST_ERR_CTP_EMPTY_JSON_BODY', ['the body is empty', 'Send a JSON document, or no content-type.']],
  ['FST_ERR_CTP_INVALID_JSON_BODY', ['the body is not JSON', 'Correct its syntax.']],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', ['the body is not as long as declared', 'Send it whole.']],
  ['FST_ERR_BAD_URL', ['the address has a % that encodes nothing', 'Encode it as UTF-8, or write %25.']],
] as const);
const OTHER_FAULT = ['the call is not one that an HTTP server can read', 'Send a JSON body in UTF-8.'] as const;

function toWaslError(error: FastifyError | Error, request: FastifyRequest): WaslError {
  if (error instanceof WaslError) return error;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const limit = request.routeOptions.bodyLimit;
    return new WaslError('REQUEST_TOO_LARGE', `the body is larger than ${limit} bytes`);
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new WaslError('BODY_TYPE', 'the body is not declared as JSON');
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH') {
    return new WaslError('NOT_FOUND', 'the address is not one of this API');
  }
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const [fact, remedy] = FAULTS_OF_CALLS.get(code ?? '') ?? OTHER_FAULT;
    return new WaslError('INPUT_INVALID', fact, { path: code === 'FST_ERR_BAD_URL' ? 'address' : 'body', remedy });
  }
  // What is not an error of ours is a defect: its text may hold anything, so the caller gets none of it.
  return new WaslError('INTERNAL', `the request ${request.id} failed inside wasl`, { cause: error });
}
