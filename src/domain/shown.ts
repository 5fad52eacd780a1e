import { visibleJsonText } from './visible-text.ts';

const TEXT_LENGTH_MAX = 60;

/** A value as it may stand in a sentence: short, on one line, and nothing in it that a terminal would act on or hide. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'object') return 'a group of members';
  return String(value).slice(0, TEXT_LENGTH_MAX);
}

function quote(text: string): string {
  const points = [...text];
  const cut = points.length > TEXT_LENGTH_MAX ? `${points.slice(0, TEXT_LENGTH_MAX).join('')}…` : text;
  return visibleJsonText(cut);
}
