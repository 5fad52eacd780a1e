import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type DocumentPath, formatPath, type InputIssue, listInputIssues } from '../domain/input-issues.ts';
import { type ErrorCode, WaslError } from '../errors.ts';
import type { CliIo } from './cli-io.ts';

/** YAML 1.2 (and so JSON), with the line of every value. */
export interface ReadDocument {
  readonly value: unknown;
  /** `file:line` of the value, or of the nearest one around it when it is missing. */
  placeOf(path: DocumentPath): string;
}

/** Throws INPUT_INVALID for a file that is not there or not readable. */
export async function readText(io: Pick<CliIo, 'readFile'>, file: string): Promise<string> {
  try {
    return await io.readFile(file);
  } catch (cause) {
    const remedy = 'Check its name and that you may read it.';
    throw new WaslError('INPUT_INVALID', 'the file cannot be read', { path: file, remedy, cause });
  }
}

/** Aliases that one document may expand: a bomb of nested aliases grows beyond any. */
const ALIASES_MAX = 1_000;
/** A wrong file would fill the screen. */
const ISSUES_MAX = 50;

/** Throws `code` at the line of the first syntax fault. */
export function readDocument(text: string, file: string, code: ErrorCode): ReadDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const place = (offset: number) => `${file}:${lines.linePos(offset).line}`;
  const [fault] = document.errors;
  if (fault !== undefined) {
    const path = place(fault.pos[0]);
    throw new WaslError(code, fault.message, { path, remedy: 'Correct the YAML of this line.' });
  }
  return {
    value: toValue(() => document.toJS({ maxAliasCount: ALIASES_MAX }), file, code),
    placeOf(path) {
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return place(node.range[0]);
      }
      return `${file}:1`;
    },
  };
}

function toValue(expand: () => unknown, file: string, code: ErrorCode): unknown {
  try {
    return expand();
  } catch (cause) {
    throw new WaslError(code, 'the document expands too many aliases', { path: file, cause });
  }
}

/** The document as its schema has it. Throws `code`, or the code of the domain's parser, with the line of every fault. */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  document: ReadDocument,
  code: ErrorCode,
): z.output<Schema> {
  const result = schema.safeParse(document.value);
  if (result.success) return result.data;
  throw issuesError(listInputIssues(result.error), document, code);
}

/** One error for all faults of a document: the first one is the fact, the rest is in `details.issues`. */
export function issuesError(
  issues: readonly Pick<InputIssue, 'path' | 'fact' | 'remedy'>[],
  document: ReadDocument,
  code: ErrorCode,
): WaslError {
  const placed = issues.slice(0, ISSUES_MAX).map(({ path, fact, remedy }) => {
    const name = formatPath(path);
    return {
      path: document.placeOf(path),
      fact: name === '' ? fact : `${name}: ${fact}`,
      ...(remedy ? { remedy } : {}),
    };
  });
  const [first] = placed;
  return new WaslError(code, first?.fact ?? 'the document is not valid', {
    ...(first === undefined ? {} : { path: first.path }),
    ...(first?.remedy === undefined ? {} : { remedy: first.remedy }),
    details: { issues: placed },
  });
}
