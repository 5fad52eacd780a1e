/** What the readers of all platforms share. */
import { describe, expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import { parseAddress } from '../../src/domain/prefix.ts';
import { parseXml } from '../../src/netconf/index.ts';
import { countEchoes } from '../../src/platforms/reading/count-echoes.ts';
import { oncePer } from '../../src/platforms/reading/once-per.ts';
import { towards } from '../../src/platforms/reading/towards.ts';
import { isWithout, notATable, prefixIn } from '../../src/platforms/reading/unread-table.ts';
import { tryParse } from '../../src/platforms/reading/vrf-reader.ts';

describe('echoes', () => {
  const request = { vrf: 'MOH' as VrfName, destination: parseAddress('10.0.0.1'), count: 3 };

  it('are counted where both numbers are there', () => {
    expect(countEchoes(request, { sent: '3', received: '0' })).toEqual({ sent: 3, received: 0 });
  });

  it.each([
    [{ sent: undefined, received: '1' }, 'no echo was counted'],
    [{ sent: '3', received: undefined }, 'no echo was counted'],
    [{ sent: '3', received: 'x' }, 'no echo was counted'],
    [{ sent: 'x', received: '3' }, 'no echo was counted'],
    [{ sent: '-3', received: '3' }, 'no echo was counted'],
    [{ sent: '3', received: '1e1' }, 'no echo was counted'],
    [{ sent: '0', received: '0', said: 'nothing\u0007' }, 'no echo was counted: nothing'],
  ])('of %j there are none', (texts, message) => {
    expect(() => countEchoes(request, texts)).toThrow(`ping 10.0.0.1 from VRF MOH: ${message}`);
    if (!('said' in texts)) expect(() => countEchoes(request, texts)).toThrow(/counted$/);
  });
});

it.each([
  ['', 'table t: the answer is odd'],
  [' \n', 'table t: the answer is odd'],
  ['a "b"', 'table t: the answer is odd: "a \\"b\\""'],
])('what a router said in place of a table, %j', (said, message) => {
  expect(notATable('t', 'odd', said)).toMatchObject({ code: 'ROUTER_PROTOCOL', message });
  expect(notATable('t', 'odd').message).toBe('table t: the answer is odd');
});

it.each([
  ['<a><b/><c/></a>', true],
  ['<a>\n <b/>\n</a>', true],
  ['<a/>', true],
  ['<a><b/><d/></a>', false],
  ['<a>text<b/></a>', false],
])('%s has nothing but b and c: %s', (xml, wanted) => {
  expect(isWithout(parseXml(xml), ['b', 'c'])).toBe(wanted);
});

it.each([
  ['10.0.0.0/8', undefined, '10.0.0.0/8'],
  ['10.0.0.0/8', '9', '10.0.0.0/8'],
  ['10.0.0.0', '8', '10.0.0.0/8'],
  [' 10.0.0.0', '8\n', '10.0.0.0/8'],
])('%j and %j are a prefix', (address, length, prefix) => {
  expect(prefixIn('t', address, length)).toBe(prefix);
});

it.each([
  ['10.0.0.0', undefined, '10.0.0.0/undefined'],
  [undefined, '8', 'undefined/8'],
  ['10.0.0.1', '8', '10.0.0.1/8'],
])('%j and %j are none', (address, length, text) => {
  expect(() => prefixIn('t', address, length)).toThrow(
    `table t: the answer is a route whose prefix is not one: "${text}"`,
  );
});

it.each([
  [[], undefined],
  [[[undefined, '']], undefined],
  [[[' ', undefined]], undefined],
])('of %j no way is known', (paths, way) => {
  expect(towards(paths).towards).toBe(way);
});

it('an answer is found once for an owner and a key, also where it is nothing', () => {
  const asked: string[] = [];
  const answer = oncePer((names, owner: { readonly of: string }) => {
    asked.push(`${owner.of} ${names}`);
    return names.includes('none') ? undefined : `${owner.of} ${names}`;
  });
  const [one, other] = [{ of: 'one' }, { of: 'other' }];
  expect([answer(['a'], one), answer(['a'], one), answer(['a'], other)]).toEqual(['one a', 'one a', 'other a']);
  expect([answer(['none'], one), answer(['none'], one)]).toEqual([undefined, undefined]);
  expect(answer(['a', 'b'], one)).toBe('one a,b');
  expect(asked).toEqual(['one a', 'other a', 'one none', 'one a,b']);
});

it('what is wrong with a text is null, and what is wrong with the code is not', () => {
  expect(tryParse(() => parseAddress('nonsense'))).toBeNull();
  expect(() =>
    tryParse(() => {
      throw new TypeError('a defect');
    }),
  ).toThrow('a defect');
});
