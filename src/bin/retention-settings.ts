/** The approved retention schedule, of WASL_RETENTION. */
import { readFile } from 'node:fs/promises';
import { type Document, parseDocument } from 'yaml';
import { listInputIssues } from '../domain/input-issues.ts';
import { type RetentionSchedule, retentionScheduleSchema } from '../domain/retention.ts';
import { WaslError } from '../errors.ts';
import { explaining } from './operator-error.ts';

const REMEDY = 'Write it as docs/privacy.md shows, or leave WASL_RETENTION out: nothing is proposed for erasure then.';

/** null: none is named. Throws CONFIGURATION with the member that is wrong. */
export async function readRetention(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<RetentionSchedule | null> {
  const path = env.WASL_RETENTION;
  if (!path) return null;
  const subject = {
    path,
    what: 'the retention schedule',
    remedy: 'Check WASL_RETENTION, and that this user may read it.',
  };
  return parseRetention(await explaining(subject, () => readFile(path, 'utf8')), path);
}

export function parseRetention(text: string, path: string): RetentionSchedule {
  const document = parseDocument(text, { logLevel: 'error', stringKeys: true });
  const [fault] = document.errors;
  if (fault !== undefined) throw refused(path, `it is not YAML (line ${fault.linePos?.[0].line ?? 1})`);
  const value = plainValue(document, path);
  const parsed = retentionScheduleSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = listInputIssues(parsed.error, value);
  throw refused([path, issue?.path.join('.')].filter(Boolean).join(' '), issue?.fact ?? 'it is not valid');
}

/** An alias of nothing, or aliases without end, are found only here. */
function plainValue(document: Pick<Document, 'toJS'>, path: string): unknown {
  try {
    return document.toJS();
  } catch {
    throw refused(path, 'it has an alias that names nothing, or too many of them');
  }
}

const refused = (path: string, fact: string) =>
  new WaslError('CONFIGURATION', `the retention schedule: ${fact}`, { path, remedy: REMEDY });
