import { describe, expect, it } from 'vitest';
import { readCorpus } from './corpus.ts';
import { frameByChunks, frameByMark } from './reference/framing.ts';
import { isMalformed, readReference } from './reference/xml.ts';
import { TARGETS } from './targets/index.ts';

const CORPUS = `${import.meta.dirname}/corpus`;

// What the fuzzer found worth keeping, played again; a search of its own is in test/integration/netconf/fuzz.test.ts.
describe('the corpus', () => {
  it.each(TARGETS)('$name: every input kept holds', async (target) => {
    const seeds = target.seeds.map((seed) => (typeof seed === 'string' ? Buffer.from(seed) : seed));
    const inputs = [...seeds, ...readCorpus(CORPUS, target.name)];
    expect(inputs.length).toBeGreaterThan(40);
    for (const input of inputs) {
      try {
        await target.run(input);
      } catch (error) {
        throw new Error(`${JSON.stringify(input.toString('latin1'))}: ${error}`, { cause: error });
      }
    }
  });
});

// A reference that says yes to everything would make every target pass.
describe('the references', () => {
  it.each([
    ['\n#1\na\n#2\nbc\n##\n', ['abc'], 'between'],
    ['\n#01\na\n##\n', [], 'FRAMING'],
    ['\n#99\na\n##\n', [], 'LIMIT_EXCEEDED'],
    ['\n#1\na\n##\n\n#1\nb\n##', ['a'], 'inside'],
    ['\n#1\na\n##\n#1\nb\n##\n', ['a'], 'FRAMING'],
    ['\n##\n', [], 'FRAMING'],
  ])('chunked: %j', (text, messages, end) => {
    expect(frameByChunks(text, 50)).toEqual({ messages, end });
  });

  it('end-of-message', () => {
    expect(frameByMark(' a]]>]]>]]>]]>\nb]]>]]>]]>')).toEqual({ messages: ['a', 'b'], end: 'inside' });
  });

  it.each(['<a>', '<a/><b/>', '<b:a/>', '<!DOCTYPE a><a/>', '<a>&b;</a>', '<a x="1" x="2"/>', ''])(
    'XML: %j is malformed',
    (text) => {
      expect(isMalformed(readReference(text))).toBe(true);
    },
  );
});
