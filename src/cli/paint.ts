import { randomBytes } from 'node:crypto';
import { visibleText } from '../domain/visible-text.ts';
import type { CliIo, CliStream } from './cli-io.ts';
import type { ZoneOffset } from './local-time.ts';

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof STYLES;
export interface Paint {
  (style: Style, text: string): string;
  /** Of whoever looks at the screen; without it times stay as they were written. */
  readonly offsetOf?: ZoneOffset;
  /** Of the terminal; absent: a pipe, where lines may be as long as they are. */
  readonly columns?: number;
}

const ESCAPE = String.fromCharCode(27);
/** Until a line is written its colours are this word and a number: no text of others can know it, so what carries it is ours. */
const MARK = `\ue000${randomBytes(12).toString('hex')}`;
const MARKED = new RegExp(`${MARK}(\\d+);`);

/** Colours on a terminal only; NO_COLOR and a dumb terminal turn them off, FORCE_COLOR turns them on (force-color.org). */
export function createPaint(stream: CliStream, env: CliIo['env'], offsetOf?: ZoneOffset): Paint {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  const isColoured = forced || (stream.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb');
  const paint = (style: Style, text: string) => (isColoured ? `${MARK}${STYLES[style]};${text}${MARK}0;` : text);
  const reader = {
    ...(offsetOf === undefined ? {} : { offsetOf }),
    ...(stream.isTerminal ? { columns: stream.columns } : {}),
  };
  return Object.assign(paint, reader);
}

const ISOLATE = 900;
const END_OF_ISOLATE = 901;

/** FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE (UAX #9) around a name or number in a sentence of ours; those of others are shown as escapes. */
export const isolateText = (text: string): string => `${MARK}${ISOLATE};${text}${MARK}${END_OF_ISOLATE};`;

function writeMark(mark: number): string {
  if (mark === ISOLATE) return '\u2068';
  if (mark === END_OF_ISOLATE) return '\u2069';
  return `${ESCAPE}[${mark}m`;
}

/**
 * A line as it is written: our colours, and text of others that can neither hide nor imitate a line of ours. A line feed in it
 * is others' too, and shows as `\n`.
 */
export function toOutput(line: string): string {
  return line
    .split(MARKED)
    .map((part, index) => (index % 2 === 0 ? visibleText(part) : writeMark(Number(part))))
    .join('');
}

/** The line without its colours. */
export function toPlain(line: string): string {
  return line
    .split(MARKED)
    .map((part, index) => (index % 2 === 0 ? visibleText(part) : ''))
    .join('');
}

/** Drawn in two columns: emoji, and what Unicode calls wide (UAX 11). */
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const NARROWEST = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns that one character takes on a terminal. */
export function columnsOf(character: string): number {
  return NARROWEST.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

/** Columns that the line takes on a terminal. */
export function visibleLength(line: string): number {
  const plain = toPlain(line);
  let columns = 0;
  for (const character of plain) columns += columnsOf(character);
  return columns;
}

export function padVisible(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - visibleLength(line)));
}
