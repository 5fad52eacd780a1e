import { z } from 'zod';
import { countOf } from '../domain/count-of.ts';
import { visibleJsonText } from '../domain/visible-text.ts';
import { ERRORS, WaslError } from '../errors.ts';
import type { CliIo } from './cli-io.ts';
import { exitCodeOf } from './exit-codes.ts';
import { foldLine } from './fold-line.ts';
import { withLocalTimes } from './local-time.ts';
import { createPaint, toOutput } from './paint.ts';

const issuesSchema = z.object({
  issues: z.array(z.object({ path: z.string(), fact: z.string(), remedy: z.string().nullish() })),
  /** Where not all of them are listed. */
  total: z.number().optional(),
});

/** Path, fact and remedy on standard error; returns the exit code. */
export function printError(error: unknown, io: CliIo, isJson: boolean): number {
  const known =
    error instanceof WaslError
      ? error
      : new WaslError('INTERNAL', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  const text = isJson
    ? asJson(known)
    : asText(known, io)
        .map((line) => withLocalTimes(line, io.offsetOf))
        .map((line) => (io.err.isTerminal ? foldLine(line, io.err.columns) : toOutput(line)))
        .join('\n');
  io.err.write(`${text}\n`);
  return exitCodeOf(known.class);
}

function asJson({ code, class: errorClass, message, path, remedy, details }: WaslError): string {
  return visibleJsonText({ error: { code, class: errorClass, detail: message, path, remedy, details } }, 2);
}

function asText(error: WaslError, io: CliIo): string[] {
  const paint = createPaint(io.err, io.env);
  const issues = issuesSchema.safeParse(error.details);
  // A document with several faults: each with its own place, so that one pass corrects them all.
  if (issues.success && issues.data.issues.length > 1) {
    const lines = issues.data.issues.flatMap(({ path, fact, remedy }) => [
      `${paint('bold', path)}: ${fact}`,
      ...(remedy ? [`  ${remedy}`] : []),
    ]);
    const summary = `${countOf(issues.data.total ?? issues.data.issues.length, 'fault')}. ${ERRORS[error.code].remedy}`;
    return [...lines, `${paint('red', `error ${error.code}`)}: ${summary}`];
  }
  const { path, message } = error;
  const where = path === undefined || message.startsWith(path) ? '' : `${paint('bold', path)}: `;
  return [`${paint('red', `error ${error.code}`)}: ${where}${message}`, error.remedy];
}
