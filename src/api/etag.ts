/** Answers that two officers may have before them at once: what one changes, the other has not seen (RFC 9110 §8.8.3, §13.1.1). */
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { digestOf } from '../domain/canonical-json.ts';
import { WaslError } from '../errors.ts';

/** As long as half a SHA-256: nobody gains by two answers that share it. */
const TAG_DIGITS = 32;

export const ifMatchHeaders = z.object({
  'if-match': z
    .string()
    .regex(/^"[0-9a-f]{32}"$/, 'must be an ETag as it was answered')
    .optional(),
});

export const etagOf = (answer: object): string => `"${digestOf(answer).slice(-TAG_DIGITS)}"`;

/** Throws CHANGED_MEANWHILE where the caller names an answer that is not the one of now. Who names none overwrites. */
export function requireMatch(ifMatch: string | undefined, current: object): void {
  if (ifMatch === undefined || ifMatch === etagOf(current)) return;
  throw new WaslError('CHANGED_MEANWHILE', 'it is not any more what the caller has seen', { path: 'if-match' });
}

/** The answer, with its tag. */
export function tagged<Answer extends object>(reply: FastifyReply, answer: Answer): Answer {
  void reply.header('etag', etagOf(answer));
  return answer;
}
