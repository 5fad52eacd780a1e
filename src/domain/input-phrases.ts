import type { z } from 'zod';
import { shown } from './shown.ts';

export interface Phrase {
  readonly fact: string;
  readonly remedy: string;
}

type Issue = z.core.$ZodIssue;

/** Our own words in a schema begin with this; every other message of an issue is the library's and is not shown. */
const OUR_WORDS = 'must be ';

/** What the schemas expect, as people call it. What is not listed is a text in some form. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['tuple', 'a list'],
  ['set', 'a list'],
  ['object', 'a group of members'],
  ['record', 'a group of members'],
  ['map', 'a group of members'],
  ['null', 'nothing'],
  ['date', 'a date and time'],
]);

const FORMATS: ReadonlyMap<string, Phrase> = new Map([
  [
    'datetime',
    { fact: 'a date and time with zone', remedy: 'Write it like 2031-01-31T18:00:00+04:00, with a day that exists.' },
  ],
  ['date', { fact: 'a date', remedy: 'Write it like 2031-01-31.' }],
  ['url', { fact: 'an address of the web', remedy: 'Write it like https://wasl.example.' }],
]);

/** One issue of a schema as fact and remedy. `member` names the value, `value` is what stands there. */
export function phraseOf(issue: Issue, member: string, value: unknown): Phrase {
  if (issue.message.startsWith(OUR_WORDS) && value !== undefined) {
    return isNot(value, issue.message.slice(OUR_WORDS.length));
  }
  switch (issue.code) {
    case 'invalid_type':
      return wrongKind(member, value, KINDS.get(issue.expected) ?? 'a value of another kind');
    case 'too_small':
      return outOfBounds(member, value, issue.origin, Number(issue.minimum), 'at least');
    case 'too_big':
      return outOfBounds(member, value, issue.origin, Number(issue.maximum), 'at most');
    case 'not_multiple_of':
      return isNot(value, `a multiple of ${issue.divisor}`);
    case 'invalid_value':
      return value === undefined ? isMissing(member, oneOf(issue.values)) : isNot(value, oneOf(issue.values));
    case 'invalid_union':
      return isNot(value, alternatives(issue));
    case 'invalid_format': {
      const format = FORMATS.get(issue.format);
      if (format !== undefined) return { fact: `${shown(value)} is not ${format.fact}`, remedy: format.remedy };
      return {
        fact: `${shown(value)} is not a valid ${member}`,
        remedy: 'Write it in the form that the schema gives.',
      };
    }
    default:
      return { fact: `${shown(value)} is not a valid ${member}`, remedy: 'Correct it.' };
  }
}

function isNot(value: unknown, what: string): Phrase {
  return { fact: `${shown(value)} is not ${what}`, remedy: `Write ${what}.` };
}

function isMissing(member: string, what: string): Phrase {
  return { fact: `${member} is missing`, remedy: `Add ${member}: ${what}.` };
}

function wrongKind(member: string, value: unknown, what: string): Phrase {
  if (value === undefined) return isMissing(member, what);
  if (value === null) return { fact: `${member} has no value`, remedy: `Write ${what}.` };
  if (what === 'a text' && (typeof value === 'number' || typeof value === 'boolean')) {
    return { fact: `${value} is not a text`, remedy: `Put it in quotes: "${value}".` };
  }
  return isNot(value, what);
}

function outOfBounds(member: string, value: unknown, origin: string, bound: number, which: string): Phrase {
  if (typeof value === 'string' && origin === 'string') {
    const characters = (count: number) => (count === 1 ? 'one character' : `${count} characters`);
    const fact = value === '' ? `${member} is empty` : `${member} has ${characters(value.length)}`;
    return { fact, remedy: `Write ${which} ${characters(bound)}.` };
  }
  if (Array.isArray(value)) {
    const entries = value.length === 0 ? 'no entry' : value.length === 1 ? 'one entry' : `${value.length} entries`;
    return { fact: `${member} has ${entries}`, remedy: `Give it ${which} ${bound === 1 ? 'one' : bound}.` };
  }
  return { fact: `${shown(value)} is not ${which} ${bound}`, remedy: `Write a number of ${which} ${bound}.` };
}

/** The values of an enumeration or of a literal. */
function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? shown(values[0]) : `one of ${values.map(plain).join(', ')}`;
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : shown(value));

/** What the alternatives of a union are, where none came further than the others. */
function alternatives(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const words = issue.errors.flatMap((errors) => {
    const [first] = errors;
    if (first?.code === 'invalid_value') return [oneOf(first.values)];
    if (first?.code === 'invalid_type') return [KINDS.get(first.expected) ?? 'a value of another kind'];
    if (first?.message.startsWith(OUR_WORDS)) return [first.message.slice(OUR_WORDS.length)];
    if (first?.code === 'custom' && first.params?.code === 'PREFIX_INVALID') return ['a prefix'];
    return [];
  });
  return words.length > 0 ? [...new Set(words)].join(' or ') : 'one of the forms that are possible here';
}
