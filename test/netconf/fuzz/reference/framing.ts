/** Framing as the RFC's text says it, over the whole of the bytes at once: slow, and plain to see to be right. */

export interface Framed {
  /** Whole messages, one character a byte. */
  readonly messages: readonly string[];
  /** What the bytes end in: between messages, inside of one, or the code of an error. */
  readonly end: 'between' | 'inside' | 'FRAMING' | 'LIMIT_EXCEEDED';
}

const CHUNK_SIZE_MAX = 4_294_967_295;

/** RFC 6242 §4.3, with whitespace before a message and empty messages read over. */
export function frameByMark(text: string): Framed {
  const parts = text.split(']]>]]>').map((part) => part.replace(/^[ \t\r\n]+/, ''));
  const rest = parts.pop() ?? '';
  return { messages: parts.filter((part) => part !== ''), end: rest === '' ? 'between' : 'inside' };
}

/** RFC 6242 §4.2, with whitespace between messages read over. */
export function frameByChunks(text: string, sizeMax: number): Framed {
  const messages: string[] = [];
  let at = 0;
  for (;;) {
    const gap = /^[ \t\r\n]*/.exec(text.slice(at))?.[0] ?? '';
    at += gap.length;
    if (at === text.length) return { messages, end: 'between' };
    if (text[at] !== '#' || !gap.endsWith('\n')) return { messages, end: 'FRAMING' };
    const message = readChunks(text, at, sizeMax);
    if (typeof message === 'string') return { messages, end: message };
    messages.push(message.text);
    at = message.end;
  }
}

/** From the # of the first chunk to the LF after ##. */
function readChunks(
  text: string,
  from: number,
  sizeMax: number,
): { text: string; end: number } | Exclude<Framed['end'], 'between'> {
  let message = '';
  for (let at = from; ; ) {
    const after = text.slice(at + 1);
    if (message !== '' && after.startsWith('#\n')) return { text: message, end: at + 3 };
    if (after === '' || (message !== '' && after === '#')) return 'inside';
    const digits = /^[1-9][0-9]*/.exec(after)?.[0];
    if (digits === undefined) return 'FRAMING';
    const size = Number(digits);
    if (size > CHUNK_SIZE_MAX) return 'FRAMING';
    if (after === digits) return 'inside';
    if (after[digits.length] !== '\n') return 'FRAMING';
    if (size > sizeMax) return 'LIMIT_EXCEEDED';
    const start = at + 1 + digits.length + 1;
    message += text.slice(start, start + size);
    const next = text.slice(start + size, start + size + 2);
    if ('\n#'.startsWith(next) && next.length < 2) return 'inside';
    if (next !== '\n#') return 'FRAMING';
    at = start + size + 1;
  }
}
