import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkInventory } from '../../src/domain/check-inventory.ts';
import { comparableText } from '../../src/domain/comparable-text.ts';
import { PURPOSE_BOUNDS, parseFreeText } from '../../src/domain/free-text.ts';
import { formatPath, listInputIssues } from '../../src/domain/input-issues.ts';
import { inventorySchema } from '../../src/domain/inventory.ts';
import { visibleText } from '../../src/domain/visible-text.ts';
import { WaslError } from '../../src/errors.ts';

const text = (given: string) => parseFreeText(given, PURPOSE_BOUNDS);
function refusal(given: string): string {
  try {
    return `taken as ${JSON.stringify(text(given))}`;
  } catch (error) {
    return error instanceof WaslError ? `${error.code}: ${error.message}. ${error.remedy}` : String(error);
  }
}

describe('free text', () => {
  it.each([
    [
      'end\u0000ed',
      String.raw`the text has a control character (\u0000) as character 4. Write it without control characters.`,
    ],
    ['a line\nand another', String.raw`the text has a line break (\n) as character 7. Write it in one line.`],
    ['a line\u2028and another', String.raw`the text has a line break (\u2028) as character 7. Write it in one line.`],
    ['a\ttab', String.raw`the text has a control character (\t) as character 2. Write it without control characters.`],
    [
      'abc\u001b[8m',
      String.raw`the text has a control character (\u001b) as character 4. Write it without control characters.`,
    ],
    [
      'abc\u009b31m',
      String.raw`the text has a control character (\u009b) as character 4. Write it without control characters.`,
    ],
    [
      'abc\u007f',
      String.raw`the text has a control character (\u007f) as character 4. Write it without control characters.`,
    ],
    [
      'half \ud83d of it',
      String.raw`the text has half a character (\ud83d) as character 6. Send it as whole Unicode characters.`,
    ],
    [
      'abc\ud800',
      String.raw`the text has half a character (\ud800) as character 4. Send it as whole Unicode characters.`,
    ],
    [
      'Invoices \u202egnp.exe',
      String.raw`the text has a character that changes the direction (\u202e) as character 10. Write it without.`,
    ],
    [
      'abc\u2066x',
      String.raw`the text has a character that changes the direction (\u2066) as character 4. Write it without.`,
    ],
    [
      'abc\u200fx',
      String.raw`the text has a character that changes the direction (\u200f) as character 4. Write it without.`,
    ],
    ['abc\u200bx', String.raw`the text has an invisible character (\u200b) as character 4. Write it without.`],
    ['pay\u200dment', String.raw`the text has an invisible character (\u200d) as character 4. Write it without.`],
    ['\ufeffabc', String.raw`the text has an invisible character (\ufeff) as character 1. Write it without.`],
    [
      '👍abc\u{e0041}',
      String.raw`the text has an invisible character (\udb40\udc41) as character 5. Write it without.`,
    ],
    ['abc\ufe0f', String.raw`the text has an invisible character (\ufe0f) as character 4. Write it without.`],
    ['abc\u3164', String.raw`the text has an invisible character (\u3164) as character 4. Write it without.`],
    [
      'abc\ue001',
      String.raw`the text has a character that Unicode does not define (\ue001) as character 4. Write it without.`,
    ],
    [
      `abq${'\u0323'.repeat(5)}`,
      String.raw`the text has a mark without a letter of its own (\u0323) as character 8. Write marks after letters, at most four each.`,
    ],
    [' \u00a0\u3000ab\t\n', 'the text has fewer than 3 characters. Write 3 to 500 characters.'],
    ['a'.repeat(501), 'the text has 501 characters, more than 500. Write 3 to 500 characters.'],
    ['👍'.repeat(400), 'the text has 1600 bytes of UTF-8, more than 1500. Write less.'],
    ['a'.repeat(100_000), 'the text has more than 500 characters. Write 3 to 500 characters.'],
  ])('refuses %j', (given, expected) => {
    expect(refusal(given)).toBe(`INPUT_INVALID: ${expected}`);
  });

  it('is one text for what reads the same: composed, single spaces, none at the ends', () => {
    expect(text(' Cafe\u0301\u00a0 by \u2003wire\n')).toBe('Café by wire');
    expect(text('👍'.repeat(375))).toHaveLength(750);
  });

  it('is shown as it is signed, and is itself again when it is read again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 3, maxLength: 60 }), (given) => {
        let taken: string;
        try {
          taken = text(given);
        } catch (error) {
          expect(error).toBeInstanceOf(WaslError);
          return;
        }
        expect(visibleText(taken)).toBe(taken);
        expect(text(taken)).toBe(taken);
      }),
    );
  });
});

describe('names of an inventory', () => {
  const SAMPLE = readFileSync(new URL('../../docs/samples/demo-backbone.yaml', import.meta.url), 'utf8');

  /** The sample with one value replaced, and what is found in it. */
  function findings(path: readonly [string, ...(string | number)[]], value: unknown): string[] {
    const document: unknown = parse(SAMPLE);
    const parent = path.slice(0, -1).reduce((node, part) => Reflect.get(node as object, part), document);
    Reflect.set(parent as object, path.at(-1) ?? '', value);
    const parsed = inventorySchema.safeParse(document);
    const issues = parsed.success ? checkInventory(parsed.data) : listInputIssues(parsed.error, document);
    return issues.map((issue) => `${formatPath(issue.path)}: ${issue.fact}`);
  }
  const entity = ['entities', 0, 'name'] as const;
  const branch = ['routers', 0, 'vrfs', 0, 'attachments', 1, 'branch'] as const;

  it.each([
    [
      entity,
      'Min\u001b]0;x\u0007istry',
      String.raw`entities[0].name: the text has a control character (\u001b) as character 4`,
    ],
    [entity, 'a\u0000b', String.raw`entities[0].name: the text has a control character (\u0000) as character 2`],
    [
      ['backbone', 'name'],
      '\u202eevil',
      String.raw`backbone.name: the text has a character that changes the direction (\u202e) as character 1`,
    ],
    [
      ['vpns', 3, 'name'],
      'a\u2069b',
      String.raw`vpns[3].name: the text has a character that changes the direction (\u2069) as character 2`,
    ],
    [
      branch,
      'a\nb',
      String.raw`routers[0].vrfs[0].attachments[1].branch: the text has a line break (\n) as character 2`,
    ],
    [
      ['routers', 0, 'management', 'host'],
      'a\u0000b',
      String.raw`routers[0].management.host: "a\u0000b" is neither a DNS name nor an IP address`,
    ],
    [entity, '—', 'entities[0].name: the text has no letter and no digit'],
    [entity, 'Ministry of He\u0430lth', 'entities[0].name: the text mixes letters of several scripts in He\u0430lth'],
    [entity, 'MINISTRY  of\u00a0Ｆinance', 'entities[1].name: ministry of finance is there twice'],
    [
      branch,
      'muscat HEADQUARTERS',
      'routers[0].vrfs[0].attachments[1].branch: MOH has the branch muscat HEADQUARTERS twice',
    ],
  ] as const)('%j = %j', (path, value, finding) => {
    expect(findings(path, value)).toEqual([finding]);
  });

  it.each(['وزارة الصحة', 'Ministry of Health – وزارة الصحة', 'Zdravotnictví č. 2'])('may be %s', (name) => {
    expect(findings(entity, name)).toEqual([]);
  });

  it('compare as people read them', () => {
    expect(comparableText('وزارة الصحـــة')).toBe(comparableText('وزارة الصحة'));
    expect(comparableText('Straße  1')).toBe(comparableText('STRASSE 1'));
    expect(comparableText('MOH')).not.toBe(comparableText('MOF'));
  });
});
