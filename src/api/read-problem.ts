import { z } from 'zod';
import { isErrorCode, WaslError } from '../errors.ts';

/** What a caller knows when no answer of wasl came: nothing happened, or perhaps something did. */
export type NoAnswer = 'API_UNREACHABLE' | 'ANSWER_LOST';

const problemAnswerSchema = z.object({
  code: z.string(),
  detail: z.string(),
  path: z.string().optional(),
  remedy: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** The error of an answer that is no success; `otherwise` where it is not one of this contract. */
export function problemError(status: number, body: unknown, otherwise: NoAnswer = 'API_UNREACHABLE'): WaslError {
  const parsed = problemAnswerSchema.safeParse(body);
  if (!parsed.success || !isErrorCode(parsed.data.code)) {
    return new WaslError(otherwise, `the server answered ${status} without a problem that this client knows`);
  }
  const { code, detail, path, remedy, details } = parsed.data;
  return new WaslError(code, detail, {
    ...(path === undefined ? {} : { path }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(details === undefined ? {} : { details }),
  });
}
