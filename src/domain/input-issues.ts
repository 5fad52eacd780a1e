import type { z } from 'zod';
import { type ErrorCode, isErrorCode } from '../errors.ts';
import { phraseOf } from './input-phrases.ts';
import { shown } from './shown.ts';
import { findUnmetWish } from './unmet-wishes.ts';

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

/** Every issue of a failed parse of `input`; of a union only the alternative that came closest. No text of the library is in it. */
export function listInputIssues(error: z.core.$ZodError, input: unknown): InputIssue[] {
  return error.issues.flatMap((issue) => flatten(issue, [], input));
}

function flatten(issue: Issue, parent: DocumentPath, input: unknown): InputIssue[] {
  const path = [...parent, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  if (issue.code === 'invalid_union') {
    const closest = [...issue.errors].sort((a, b) => depthOf(b) - depthOf(a))[0] ?? [];
    if (depthOf(closest) > 0) return closest.flatMap((inner) => flatten(inner, path, input));
  }
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    return issue.issues.flatMap((inner) => flatten({ ...inner, path: [] }, path, input));
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownMember(key, path));
  }
  const params: Readonly<Record<string, unknown>> = issue.code === 'custom' ? (issue.params ?? {}) : {};
  const phrase = phraseOf(issue, String(path.at(-1) ?? 'the document'), valueAt(input, path));
  const { code, fact, remedy } = params;
  return [
    {
      path,
      fact: typeof fact === 'string' ? fact : phrase.fact,
      remedy: typeof remedy === 'string' ? remedy : phrase.remedy,
      code: typeof code === 'string' && isErrorCode(code) ? code : null,
    },
  ];
}

/** Of a request, members that people expect there are answered with what is possible. */
function unknownMember(key: string, path: DocumentPath): InputIssue {
  const whole = path.length === 0 ? 'the document' : formatPath(path);
  const fact = `${IDENTIFIER.test(key) ? key : shown(key)} is not a member of ${whole}`;
  const wish = path.length === 0 || path[0] === 'flows' ? findUnmetWish(key) : null;
  return {
    path: [...path, key],
    fact: wish === null ? fact : `${fact}: ${wish.why}`,
    remedy: wish?.remedy ?? 'Remove it, or correct its name.',
    code: null,
  };
}

/** How far into the document an alternative was accepted before it failed. */
function depthOf(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

/** Own members only: a path may name `constructor`. */
function valueAt(input: unknown, path: DocumentPath): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

const IDENTIFIER = /^[\w-]{1,60}$/;

/** `routers[0].vrfs[1].name`; a member that is no identifier in quotes: it came from outside. */
export function formatPath(path: DocumentPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!IDENTIFIER.test(part)) return `[${shown(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}
