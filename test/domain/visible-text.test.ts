import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PURPOSE_BOUNDS, parseFreeText } from '../../src/domain/free-text.ts';
import { firstHidden, visibleJson, visibleJsonText, visibleLines, visibleText } from '../../src/domain/visible-text.ts';
import { cpuSeconds } from '../support/cpu-seconds.ts';

describe('a line of others', () => {
  it.each([
    ['NUL', 'a\u0000b', String.raw`a\u0000b`],
    ['line feed and tab', 'a\n\tb', String.raw`a\n\tb`],
    ['CSI and OSC', 'a\u001b[8mb\u001b]0;x\u0007', String.raw`a\u001b[8mb\u001b]0;x\u0007`],
    ['DEL and C1', 'a\u007f\u009b31m', String.raw`a\u007f\u009b31m`],
    ['half a character', 'a\ud83d b\udc00', String.raw`a\ud83d b\udc00`],
    ['BiDi controls', '\u202ea\u2066b\u061c\u200e', String.raw`\u202ea\u2066b\u061c\u200e`],
    ['separators of lines', 'a\u2028b\u2029c\u0085d', String.raw`a\u2028b\u2029c\u0085d`],
    [
      'what is invisible',
      'a\u200bb\ufeffc\u00add\u2060e\u3164f\u2800g',
      String.raw`a\u200bb\ufeffc\u00add\u2060e\u3164f\u2800g`,
    ],
    ['tags', 'a\u{e0041}', String.raw`a\udb40\udc41`],
    ['selectors without an emoji', 'a\ufe0f\u{e0101}', String.raw`a\ufe0f\udb40\udd01`],
    ['private and undefined characters', '\ue000\u{f0000}\uffff', String.raw`\ue000\udb80\udc00\uffff`],
    [
      'a joiner that joins nothing',
      'pay\u200dment \u062f\u200c\u0627 \u0647\u200d\u0645',
      String.raw`pay\u200dment ${'\u062f'}\u200c${'\u0627'} ${'\u0647'}\u200d${'\u0645'}`,
    ],
    ['a mark without a letter', '\u0336a \u0301b', String.raw`\u0336a \u0301b`],
    ['more marks than a letter bears', `a${'\u0323'.repeat(6)}`, `a${'\u0323'.repeat(4)}${String.raw`\u0323\u0323`}`],
  ])('shows %s', (_what, given, shown) => {
    expect(visibleText(given)).toBe(shown);
    expect(visibleText(shown)).toBe(shown);
  });

  it.each([
    'Exchange of invoices: 50 % of 10.200.10.0/24 – “by wire”',
    'تبادل البيانات الصحية بين الوزارتين، ١٤٤٧ هـ',
    'مُحَمَّدٌ رَسُولُ اللَّٰهِ ﷺ',
    'ثبت می\u200cشود',
    '١٤٤٥ ه\u200d',
    'हिन्दी, 漢字, Ελληνικά, čeština, Việt',
    '👍 ✔️ 👩‍⚕️ 🇴🇲 1️⃣',
  ])('leaves as it is: %s', (text) => {
    expect(visibleText(text)).toBe(text);
    expect(parseFreeText(text, PURPOSE_BOUNDS)).toBe(text.normalize('NFC'));
  });

  it('is what a terminal cannot be steered with, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visibleText(text);
        expect(firstHidden(shown)).toBeNull();
        expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('costs by its length, and not by the square of it', () => {
    const timeOf = (times: number) => {
      const text = `${'مُحَمَّد '.repeat(times)}\n${'a\u0000'.repeat(times)}`;
      const before = cpuSeconds();
      visibleLines(text);
      return cpuSeconds() - before;
    };
    const short = Math.max(timeOf(5_000), timeOf(5_000), timeOf(5_000));
    expect(timeOf(100_000) / short).toBeLessThan(150);
  });
});

describe('a text of several lines', () => {
  it('keeps its lines and nothing else that steers', () => {
    expect(visibleLines('a\nb\r\n\u001b[2J')).toBe(`a\nb${String.raw`\r`}\n${String.raw`\u001b[2J`}`);
  });
});

describe('JSON', () => {
  it('shows what it holds and still says the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = visibleJsonText(value, 2);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
      }),
    );
    expect(visibleJsonText({ a: '\u202e\u009b' })).toBe(String.raw`{"a":"\u202e\u009b"}`);
  });

  it('of sentences holds none that a database refuses, in names either', () => {
    const given = { 'a\u0000': ['\ud83d', 1, null, { b: 'c\u202e\nd' }], at: new Date(0), gone: undefined };
    expect(visibleJson<unknown>(given)).toEqual({
      'a\\u0000': [String.raw`\ud83d`, 1, null, { b: `c${String.raw`\u202e`}\nd` }],
      at: '1970-01-01T00:00:00.000Z',
    });
  });
});
