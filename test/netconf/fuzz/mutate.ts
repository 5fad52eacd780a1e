import type { Random } from './random.ts';

const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;

/** Changes an input in one to six ways: bytes, numbers, words of the dictionary, tags, and parts of another input. */
export function mutate(
  input: Buffer,
  other: Buffer,
  dictionary: readonly Buffer[],
  random: Random,
  bytesMax: number,
): Buffer {
  let bytes = input;
  for (let changes = 1 + random.below(6); changes > 0; changes -= 1) bytes = change(bytes, other, dictionary, random);
  return bytes.subarray(0, bytesMax);
}

function change(bytes: Buffer, other: Buffer, dictionary: readonly Buffer[], random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const length = 1 + random.below(random.pick([1, 4, 16, 64]));
  switch (random.below(11)) {
    case 0:
      return replace(bytes, at, 1, Buffer.of(random.below(256)));
    case 1:
      return replace(bytes, at, 0, Buffer.of(random.below(256)));
    case 2:
      return replace(bytes, at, length, Buffer.alloc(0));
    case 3:
      return replace(bytes, at, 0, bytes.subarray(random.below(bytes.length + 1)).subarray(0, length));
    case 4:
    case 5:
      return replace(bytes, at, 0, random.pick(dictionary));
    case 6:
      return replace(bytes, at, length, random.pick(dictionary));
    case 7: {
      const from = random.below(other.length + 1);
      return replace(bytes, at, random.below(length), other.subarray(from, from + 4 * length));
    }
    case 8:
      return changeNumber(bytes, at, random);
    default:
      return changeTag(bytes, at, random, other);
  }
}

function replace(bytes: Buffer, at: number, drop: number, put: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)]);
}

/** The number at or after a place, by one more or less, times ten, or with a zero before it. */
function changeNumber(bytes: Buffer, from: number, random: Random): Buffer {
  const text = bytes.toString('latin1');
  const found = /[0-9]+/.exec(text.slice(from)) ?? /[0-9]+/.exec(text);
  if (found === null) return bytes;
  const [digits] = found;
  const at = text.indexOf(digits, found.index + from) >= 0 ? text.indexOf(digits, found.index + from) : found.index;
  const number = Number(digits.slice(0, 12));
  const put = random.pick([
    `${number + 1}`,
    `${Math.max(number - 1, 0)}`,
    `${digits}0`,
    `0${digits}`,
    digits.slice(1),
    `${bytes.length}`,
  ]);
  return replace(bytes, at, digits.length, Buffer.from(put, 'latin1'));
}

/** A tag, or all from one tag to another: twice, gone, or somewhere else. */
function changeTag(bytes: Buffer, from: number, random: Random, other: Buffer): Buffer {
  const source = random.below(4) === 0 ? other : bytes;
  const start = source.indexOf(LESS_THAN, from < source.length ? from : 0);
  if (start < 0) return bytes;
  let end = start;
  for (let tags = random.pick([1, 1, 2, 3, 5]); tags > 0; tags -= 1) {
    const next = source.indexOf(GREATER_THAN, end);
    if (next < 0) break;
    end = next + 1;
  }
  const span = source.subarray(start, end);
  const border = bytes.indexOf(random.pick([LESS_THAN, GREATER_THAN]), random.below(bytes.length + 1)) + 1;
  switch (random.below(3)) {
    case 0:
      return replace(bytes, border, 0, span);
    case 1:
      return source === bytes ? replace(bytes, start, span.length, Buffer.alloc(0)) : bytes;
    default:
      return replace(bytes, Math.min(start, bytes.length), 0, span);
  }
}
