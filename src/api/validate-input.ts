import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { formatPath, type InputIssue, listInputIssues } from '../domain/input-issues.ts';
import { inventorySchema } from '../domain/inventory.ts';
import { judgeInventory } from '../domain/judge-inventory.ts';
import { type ErrorCode, WaslError } from '../errors.ts';

/** More findings at once would not be read. */
const ISSUES_MAX = 50;

/**
 * The validator of every route: zod, with the refusal as WaslError. The first issue gives code, path and fact; all of
 * them are in `details.issues`.
 */
export const compileInputValidator: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = 'body' }) => {
  // A misspelt filter would answer everything, and a misspelt cursor the first page for ever.
  const asked = httpPart === 'querystring' && schema instanceof z.ZodObject ? schema.strict() : schema;
  return (data: unknown) => {
    // Shapes, references and rules in one round: whoever corrects an inventory corrects all of it.
    if (schema === inventorySchema) {
      const { inventory, issues } = judgeInventory(data);
      return inventory === null ? { error: inputError(issues, httpPart, 'INVENTORY_INVALID') } : { value: inventory };
    }
    const result = asked.safeParse(data);
    if (result.success) return { value: result.data };
    return { error: inputError(listInputIssues(result.error, data), httpPart, 'INPUT_INVALID') };
  };
};

/** One error for all issues of one part of a call: the first one is the fact. */
function inputError(found: readonly InputIssue[], part: string, code: ErrorCode): WaslError {
  const issues = found.slice(0, ISSUES_MAX).map((issue) => ({ ...issue, path: pathIn(part, formatPath(issue.path)) }));
  const [first] = issues;
  const more = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
  return new WaslError(first?.code ?? code, `${first?.fact ?? 'the input is not valid'}${more}`, {
    path: first?.path ?? part,
    ...(first?.remedy ? { remedy: first.remedy } : {}),
    details: {
      issues: issues.map(({ path, fact, remedy }) => ({ path, fact, ...(remedy ? { remedy } : {}) })),
      total: found.length,
    },
  });
}

/** As people know the parts of a call: `id in the address`, `?limit` after it, a header by its name. */
function pathIn(part: string, path: string): string {
  if (part === 'params') return `${path} in the address`;
  if (part === 'querystring') return `?${path}`;
  if (part === 'headers') return path === '' ? 'headers' : path;
  return path === '' ? 'body' : path;
}
