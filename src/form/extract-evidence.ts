/** The evidence that a printed form carries: the one file attached to a PDF as `print-form.ts` makes it (ISO 32000-1 §7.5, §7.11.4). */
import { inflateSync } from 'node:zlib';

/** The dictionary of an attached file is some hundred bytes; a name in it may be longer. */
const DICTIONARY_BYTES_MAX = 4_096;
const OBJECTS_MAX = 100_000;

export const isPdf = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 5)).toString('latin1') === '%PDF-';

/**
 * The bytes of the attached file; null: it is no PDF of one piece with one file attached. Nothing else of the PDF is believed, and none that
 * somebody appended to is taken: a second version of the attachment would stand behind the first.
 */
export function extractEvidence(pdf: Buffer, bytesMax: number): Buffer | null {
  const text = pdf.toString('latin1');
  const end = /\nstartxref\n(\d{1,10})\n%%EOF\s*$/.exec(text.slice(-64));
  const offsets = end === null ? null : readCrossReferences(text, Number(end[1]));
  if (offsets === null) return null;
  const found = offsets.flatMap((offset) => {
    const head = /^\d+ 0 obj\s*(<<[\s\S]*?>>)\s*stream\r?\n/.exec(text.slice(offset, offset + DICTIONARY_BYTES_MAX));
    const dictionary = head?.[1];
    if (head === null || dictionary === undefined || !/\/Type\s*\/EmbeddedFile\b/.test(dictionary)) return [];
    return [{ dictionary, start: offset + head[0].length }];
  });
  const [attached] = found;
  if (attached === undefined || found.length > 1) return null;
  return readStream(pdf, attached, bytesMax);
}

/** Where the objects begin, by the only table of the file; null: it has another form, or an older table before it. */
function readCrossReferences(text: string, at: number): number[] | null {
  const table = /^xref\n0 (\d{1,6})\n/.exec(text.slice(at, at + DICTIONARY_BYTES_MAX));
  const count = Number(table?.[1] ?? 0);
  if (table === null || count === 0 || count > OBJECTS_MAX) return null;
  const first = at + table[0].length;
  const trailer = text.slice(first + 20 * count);
  if (!/^trailer\b/.test(trailer) || /\/Prev\b|\/XRefStm\b/.test(trailer)) return null;
  const rows = Array.from({ length: count }, (_, place) => text.slice(first + 20 * place, first + 20 * (place + 1)));
  return rows.flatMap((row) => (/^\d{10} \d{5} n/.test(row) ? [Number(row.slice(0, 10))] : []));
}

function readStream(
  pdf: Buffer,
  { dictionary, start }: { readonly dictionary: string; readonly start: number },
  bytesMax: number,
): Buffer | null {
  const length = Number(/\/Length (\d{1,10})\b(?! \d+ R)/.exec(dictionary)?.[1] ?? -1);
  if (length < 0 || start + length > pdf.length) return null;
  const bytes = pdf.subarray(start, start + length);
  const filter = /\/Filter\s*(\[[^\]]*\]|\/\w+)/.exec(dictionary)?.[1]?.replace(/[[\]\s]/g, '');
  if (filter === undefined) return length > bytesMax ? null : bytes;
  if (filter !== '/FlateDecode') return null;
  try {
    return inflateSync(bytes, { maxOutputLength: bytesMax });
  } catch {
    return null;
  }
}
