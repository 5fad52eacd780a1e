import { isNode, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type DocumentPath, formatPath, type InputIssue, listInputIssues } from '../domain/input-issues.ts';
import { type ErrorCode, WaslError } from '../errors.ts';
import type { CliIo } from './cli-io.ts';
import { yamlFault } from './yaml-faults.ts';

/** YAML 1.2 (and so JSON), with the line of every value. */
export interface ReadDocument {
  readonly value: unknown;
  readonly file: string;
  /** Of the value, or of the nearest one around it when it is missing. */
  lineOf(path: DocumentPath): number;
}

/** Throws INPUT_INVALID for a file that is not there, not readable, or larger than `bytesMax` (else than a person's document is). */
export async function readText(io: Pick<CliIo, 'readFile'>, file: string, bytesMax?: number): Promise<string> {
  return explainingRead(file, () => io.readFile(file, bytesMax));
}

/** Throws INPUT_INVALID for a file that is not there, not readable, or larger. */
export async function readBytes(io: Pick<CliIo, 'readBytes'>, file: string, bytesMax: number): Promise<Buffer> {
  return explainingRead(file, () => io.readBytes(file, bytesMax));
}

async function explainingRead<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof WaslError) throw cause;
    const remedy = 'Check its name and that you may read it.';
    throw new WaslError('INPUT_INVALID', 'the file cannot be read', { path: file, remedy, cause });
  }
}

/** What a library refuses, with the file that it came from. */
export async function saying<T>(path: string | undefined, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof WaslError) || path === undefined || error.path !== undefined) throw error;
    throw new WaslError(error.code, error.message, { path, remedy: error.remedy, cause: error });
  }
}

/** Aliases that one document may expand: a bomb of nested aliases grows beyond any. */
const ALIASES_MAX = 1_000;
/**
 * Each name of a group is compared with those before it: a wrong file of some megabytes would take minutes, in which no signal is heard.
 */
const COMPARISONS_MAX = 20_000_000;
/** A wrong file would fill the screen. */
const ISSUES_MAX = 50;

/** Throws `code` with the line of every syntax fault. */
export function readDocument(text: string, file: string, code: ErrorCode): ReadDocument {
  const lines = new LineCounter();
  const keys = comparingKeys();
  const document = parseDocument(text, {
    ...{ lineCounter: lines, prettyErrors: false, version: '1.2', stringKeys: true },
    uniqueKeys: keys.isSame,
    // Its warnings would go to standard error past our own words.
    logLevel: 'error',
  });
  const lineOf = (offset: number) => lines.linePos(offset).line;
  if (keys.areTooMany()) {
    const remedy = 'Name another file: no document of wasl has so many.';
    throw new WaslError(code, 'a group of it has too many members', { path: file, remedy });
  }
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ code: fault, pos }) => ({ line: lineOf(pos[0]), ...yamlFault(fault) }));
    throw faultsError(faults, file, code);
  }
  return {
    value: toValue(() => document.toJS({ maxAliasCount: ALIASES_MAX }), file, code),
    file,
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return lineOf(node.range[0]);
      }
      return 1;
    },
  };
}

function comparingKeys() {
  let left = COMPARISONS_MAX;
  return {
    /** What is thrown here ends the parsing, and is told by it in words of its own. */
    isSame(this: void, a: ParsedNode, b: ParsedNode): boolean {
      left -= 1;
      if (left < 0) throw new RangeError('too many members');
      return a === b || ('value' in a && 'value' in b && a.value === b.value);
    },
    areTooMany: () => left < 0,
  };
}

const TOO_MANY_ALIASES = {
  fact: 'the document expands too many aliases',
  remedy: 'Write the values where they belong.',
};

function toValue(expand: () => unknown, file: string, code: ErrorCode): unknown {
  try {
    return expand();
  } catch (cause) {
    const isUnknown = cause instanceof Error && cause.message.startsWith('Unresolved alias');
    const { fact, remedy } = isUnknown ? yamlFault('BAD_ALIAS') : TOO_MANY_ALIASES;
    throw new WaslError(code, fact, { path: file, remedy, cause });
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
  throw issuesError(listInputIssues(result.error, document.value), document, code);
}

/** One error for everything that is wrong with a document. */
export function issuesError(
  issues: readonly Pick<InputIssue, 'path' | 'fact' | 'remedy'>[],
  document: ReadDocument,
  code: ErrorCode,
): WaslError {
  const faults = issues.map(({ path, fact, remedy }) => {
    const name = formatPath(path);
    return { line: document.lineOf(path), fact: name === '' ? fact : `${name}: ${fact}`, remedy };
  });
  return faultsError(faults, document.file, code);
}

interface Fault {
  readonly line: number;
  readonly fact: string;
  readonly remedy: string | null;
}

/** In the order of the lines: the first one is the fact, all are in `details.issues`. */
function faultsError(faults: readonly Fault[], file: string, code: ErrorCode): WaslError {
  const issues = faults
    .toSorted((a, b) => a.line - b.line)
    .slice(0, ISSUES_MAX)
    .map(({ line, fact, remedy }) => ({ path: `${file}:${line}`, fact, ...(remedy ? { remedy } : {}) }));
  const [first] = issues;
  return new WaslError(code, first?.fact ?? 'the document is not valid', {
    ...(first === undefined ? {} : { path: first.path }),
    ...(first?.remedy === undefined ? {} : { remedy: first.remedy }),
    details: { issues, total: faults.length },
  });
}
