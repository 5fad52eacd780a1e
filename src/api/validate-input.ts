import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { formatPath, listInputIssues } from '../domain/input-issues.ts';
import { WaslError } from '../errors.ts';

/** More findings at once would not be read. */
export const ISSUES_MAX = 50;

/**
 * The validator of every route: zod, with the refusal as WaslError. The first issue gives code, path and fact; all of
 * them are in `details.issues`. Paths start at the body; those of other parts at the part's name.
 */
export const compileInputValidator: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data: unknown) => {
    const result = schema.safeParse(data);
    return result.success ? { value: result.data } : { error: inputError(result.error, httpPart ?? 'body') };
  };

function inputError(error: z.ZodError, part: string): WaslError {
  const issues = listInputIssues(error)
    .slice(0, ISSUES_MAX)
    .map((issue) => ({ ...issue, path: pathIn(part, formatPath(issue.path)) }));
  const [first] = issues;
  return new WaslError(first?.code ?? 'INPUT_INVALID', first?.fact ?? z.prettifyError(error), {
    path: first?.path ?? part,
    ...(first?.remedy ? { remedy: first.remedy } : {}),
    details: { issues: issues.map(({ path, fact }) => ({ path, fact })) },
  });
}

function pathIn(part: string, path: string): string {
  if (part === 'body') return path === '' ? 'body' : path;
  return path === '' ? part : `${part}.${path}`;
}
