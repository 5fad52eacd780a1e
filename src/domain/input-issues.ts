import type { z } from 'zod';
import { type ErrorCode, isErrorCode } from '../errors.ts';

/** Member names and list positions down to a value of a document. */
export type DocumentPath = readonly (string | number)[];

/** One thing that is wrong with a document, in the terms that a person needs to correct it. */
export interface InputIssue {
  readonly path: DocumentPath;
  readonly fact: string;
  readonly remedy: string | null;
  /** The registry's code where a parser of the domain gave one. */
  readonly code: ErrorCode | null;
}

type Issue = z.core.$ZodIssue;

/** Every issue of a failed parse; of a union only the alternative that came closest. */
export function listInputIssues(error: z.core.$ZodError): InputIssue[] {
  return error.issues.flatMap((issue) => flatten(issue, []));
}

function flatten(issue: Issue, parent: DocumentPath): InputIssue[] {
  const path = [...parent, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  if (issue.code === 'invalid_union') {
    const closest = [...issue.errors].sort((a, b) => depthOf(b) - depthOf(a))[0] ?? [];
    if (closest.length > 0 && depthOf(closest) > 0) return closest.flatMap((inner) => flatten(inner, path));
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      fact: `${key} is not a member of ${path.length === 0 ? 'the document' : formatPath(path)}`,
      remedy: 'Remove it, or correct its name.',
      code: null,
    }));
  }
  const params: Readonly<Record<string, unknown>> = issue.code === 'custom' ? (issue.params ?? {}) : {};
  const { code, fact, remedy } = params;
  return [
    {
      path,
      fact: typeof fact === 'string' ? fact : issue.message,
      remedy: typeof remedy === 'string' ? remedy : null,
      code: typeof code === 'string' && isErrorCode(code) ? code : null,
    },
  ];
}

/** How far into the document an alternative was accepted before it failed. */
function depthOf(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

/** `routers[0].vrfs[1].name` */
export function formatPath(path: DocumentPath): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}
