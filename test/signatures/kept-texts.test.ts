import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepInFolder, keepInMemory } from '../../src/signatures/kept-texts.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasl-kept-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('texts in a folder', () => {
  it('are those of whoever was first, for everybody', () => {
    const [one, two] = [keepInFolder(folder), keepInFolder(folder)];
    expect([two.read('a'), one.keep('a', '1'), two.keep('a', '2'), one.keep('a', '3')]).toEqual([null, '1', '1', '1']);
    expect([two.read('a'), two.names(), readdirSync(folder)]).toEqual(['1', ['a'], ['a']]);
  });

  it('are published as they are after the last was kept, whoever writes last', () => {
    const [one, two] = [keepInFolder(folder), keepInFolder(folder)];
    const compose = () =>
      one
        .names()
        .filter((name) => name !== 'all')
        .sort()
        .join();
    one.keep('a', '1');
    let asked = 0;
    one.publish('all', () => {
      const text = compose();
      asked += 1;
      // Another process keeps and publishes after this one has looked, and before it has written.
      if (asked === 1) {
        two.keep('b', '2');
        two.publish('all', compose);
      }
      return text;
    });
    expect(readFileSync(join(folder, 'all'), 'utf8')).toBe('a,b');
    expect(readdirSync(folder).sort()).toEqual(['a', 'all', 'b']);
  });

  it('need the folder above', () => {
    expect(() => keepInFolder(join(folder, 'none', 'here'))).toThrow('ENOENT');
  });
});

it('texts in memory are those of whoever was first', () => {
  const kept = keepInMemory();
  expect([kept.read('a'), kept.keep('a', '1'), kept.keep('a', '2'), kept.names()]).toEqual([null, '1', '1', ['a']]);
});
