import { describe, expect, it } from 'vitest';
import { randomPositive, remembering } from '../../src/signatures/der.ts';

const numbered = (number: number) => Uint8Array.from([number >> 8, number & 0xff]);

describe('remembering', () => {
  it('reads the same bytes once, and other bytes by themselves', () => {
    const read = remembering((der) => ({ length: der.byteLength, first: der[0] }));
    const facts = read(Uint8Array.of(1, 2));
    expect(read(Uint8Array.of(1, 2))).toBe(facts);
    expect(read(Uint8Array.of(3, 2))).toEqual({ length: 2, first: 3 });
  });

  it('reads again what was refused', () => {
    let count = 0;
    const read = remembering(() => {
      count += 1;
      throw new Error('refused');
    });
    expect(() => read(numbered(1))).toThrow('refused');
    expect(() => read(numbered(1))).toThrow('refused');
    expect(count).toBe(2);
  });

  it('forgets what was not asked for longest, and never holds what is large', () => {
    const read = remembering((der) => ({ length: der.byteLength }));
    const [first, second] = [read(numbered(0)), read(numbered(1))];
    for (let number = 2; number < 500; number += 1) read(numbered(number));
    expect(read(numbered(0))).toBe(first);
    read(numbered(500));
    expect(read(numbered(0))).toBe(first);
    expect(read(numbered(1))).not.toBe(second);
    const large = new Uint8Array(10_001);
    expect(read(large)).not.toBe(read(large));
  });
});

it('a random INTEGER is positive and in its shortest form', () => {
  for (let count = 0; count < 200; count += 1) expect((randomPositive()[0] ?? 0) >> 6).toBe(1);
});
