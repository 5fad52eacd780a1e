import type { CliIo, CliStream } from './cli-io.ts';

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof STYLES;
export type Paint = (style: Style, text: string) => string;

const ESCAPE = String.fromCharCode(27);

/** Colours on a terminal only; NO_COLOR and a dumb terminal turn them off, FORCE_COLOR turns them on (force-color.org). */
export function createPaint(stream: CliStream, env: CliIo['env']): Paint {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  const isColoured = forced || (stream.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb');
  return (style, text) => (isColoured ? `${ESCAPE}[${STYLES[style]}m${text}${ESCAPE}[0m` : text);
}

/**
 * Text from servers and files may carry control characters that would move the cursor or set the title of a terminal.
 * Only line feeds, tabs and colours pass.
 */
export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}(\[[\d;]*m)?/gu, (match, colour: string | undefined) => {
    const [control = ''] = match;
    if (control === '\n' || control === '\t') return match;
    return control === ESCAPE && colour !== undefined ? match : (colour ?? '');
  });
}

/** Columns that the text takes on a terminal: without its colours. */
export function visibleLength(text: string): number {
  return [...text.replaceAll(new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g'), '')].length;
}

export function padVisible(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleLength(text)));
}
