import type { IncomingHttpHeaders } from 'node:http';
import { decodeUtf8 } from '../domain/decode-utf8.ts';
import { type DocumentPath, formatPath } from '../domain/input-issues.ts';
import { shown } from '../domain/shown.ts';
import { WaslError } from '../errors.ts';
import type { ApiServer } from './server-types.ts';

const JSON_TYPE = 'application/json';
/** No document of the API has more than seven levels. */
const DEPTH_MAX = 64;

/**
 * Bodies are JSON as RFC 8259 has it: UTF-8 and nothing else (§8.1), and no member twice (§4): readers of such a body differ in
 * which one counts, so that what was read and what is signed could differ.
 */
export function parseJsonBodies(app: ApiServer): void {
  // Refuses `__proto__` and `constructor.prototype`, too.
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(JSON_TYPE, { parseAs: 'buffer' }, (request, bytes, done) => {
    refuseOtherForms(request.headers);
    const text = decodeUtf8(bytes, 'body');
    let error: Error | null = null;
    let body: unknown;
    void parse(request, text, (...result) => ([error, body] = result));
    if (error === null) refuseDuplicateMembers(text);
    done(error, body);
  });
}

/** Throws BODY_TYPE for JSON in another character set, and for what is compressed: its size would not be the one that is bounded. */
function refuseOtherForms(headers: IncomingHttpHeaders): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) throw new WaslError('BODY_TYPE', `the body is declared as ${shown(charset)}`);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new WaslError('BODY_TYPE', `the body is encoded as ${shown(encoding)}`);
}

/** An object or list that is open at this place of the text. */
interface Level {
  /** Of an object: the members so far; null for a list. */
  readonly members: Set<string> | null;
  /** The member or the position at which we are. */
  at: string | number;
}

const [QUOTE, BACKSLASH] = ['"'.charCodeAt(0), '\\'.charCodeAt(0)];

/** `text` is valid JSON. Throws INPUT_INVALID with the path of the first member that its object has already, or of too deep a value. */
export function refuseDuplicateMembers(text: string): void {
  const levels: Level[] = [];
  let isName = false;
  for (let index = 0; index < text.length; index++) {
    if (levels.length > DEPTH_MAX) throw refusal(levels.slice(0, 1), `the value has more than ${DEPTH_MAX} levels`);
    const level = levels.at(-1);
    switch (text[index]) {
      case '{':
        levels.push({ members: new Set(), at: '' });
        isName = true;
        break;
      case '[':
        levels.push({ members: null, at: 0 });
        isName = false;
        break;
      case '}':
      case ']':
        levels.pop();
        isName = false;
        break;
      case ',':
        if (typeof level?.at === 'number') level.at += 1;
        isName = level?.members != null;
        break;
      case '"': {
        const end = endOfString(text, index);
        if (isName && level !== undefined) enterMember(level, JSON.parse(text.slice(index, end + 1)), levels);
        isName = false;
        index = end;
        break;
      }
    }
  }
}

function enterMember(level: Level, name: string, levels: readonly Level[]): void {
  level.at = name;
  if (level.members?.has(name)) throw refusal(levels, `the member ${shown(name)} is given twice`);
  level.members?.add(name);
}

function refusal(levels: readonly Level[], fact: string): WaslError {
  const path: DocumentPath = levels.map(({ at }) => at);
  return new WaslError('INPUT_INVALID', fact, { path: formatPath(path) });
}

/** The position of the closing quotation mark. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (text.charCodeAt(index) !== QUOTE) index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  return index;
}
