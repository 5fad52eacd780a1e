import { ownBytes, serialText, toHex } from './der.ts';
import { Refusal } from './finding.ts';

/** The entries of a CRL (RFC 5280 §5.1.2.6). */
export interface RevokedEntries {
  /** When a certificate was revoked, by its serial in hexadecimal: where it stands twice, the earlier time. */
  readonly revoked: ReadonlyMap<string, Date>;
  /** One of them says something that is not understood, and may mean another thing than it seems to. */
  readonly isNotUnderstood: boolean;
}

/** A CRL taken apart: what is signed as it is, what stands in its list, and the same CRL without that list. */
export interface CutCrl {
  readonly tbs: Uint8Array;
  readonly entries: RevokedEntries;
  readonly rest: Uint8Array;
}

const TAG = {
  integer: 0x02,
  octets: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  boolean: 0x01,
} as const;
const ENUMERATED = 0x0a;
/** Object identifiers in DER, hexadecimal: 2.5.29.21 and 2.5.29.24. */
const [REASON, INVALIDITY_DATE] = ['551d15', '551d18'];
/** REMOVE_FROM_CRL (RFC 5280 §5.3.1) stands in delta CRLs only, and those are refused. */
const REMOVE_FROM_CRL = 8;

/**
 * Takes the entries out of a CRL in one pass: an authority of a whole country has 100,000 of them, and asn1js takes 60 µs for each and stops at 10,000
 * nodes. The rest is as small as a certificate, and read as one. Throws Refusal for what is not DER of this shape.
 */
export function cutEntries(der: Uint8Array): CutCrl {
  try {
    const [list, ...others] = membersOf(der, 0, der.length);
    const [tbs, ...after] = list === undefined ? [] : membersOf(der, list.start, list.end);
    if (list?.tag !== TAG.sequence || tbs?.tag !== TAG.sequence || others.length > 0) throw new TypeError('no CRL');
    const members = membersOf(der, tbs.start, tbs.end);
    const times = members.filter(isTime);
    const lastTime = times.at(-1);
    const place = lastTime === undefined ? -1 : members.indexOf(lastTime) + 1;
    const entries = members[place]?.tag === TAG.sequence ? members[place] : undefined;
    const kept = members.filter((each) => each !== entries).map((each) => der.subarray(each.from, each.end));
    const shorter = sequence(kept);
    return {
      tbs: ownBytes(der.subarray(tbs.from, tbs.end)),
      entries: entries === undefined ? { revoked: new Map(), isNotUnderstood: false } : readEntries(der, entries),
      rest: sequence([shorter, ...after.map((each) => der.subarray(each.from, each.end))]),
    };
  } catch (cause) {
    throw new Refusal('FORMAT_FAILURE', 'a CRL cannot be read', cause);
  }
}

function readEntries(der: Uint8Array, list: Part): RevokedEntries {
  const revoked = new Map<string, Date>();
  let isNotUnderstood = false;
  for (let at = list.start; at < list.end; ) {
    const entry = partAt(der, at, list.end);
    at = entry.end;
    const [serial, time, extensions, ...others] = membersOf(der, entry.start, entry.end);
    if (entry.tag !== TAG.sequence || serial?.tag !== TAG.integer || time === undefined || others.length > 0) {
      throw new TypeError('no entry');
    }
    const more = extensions === undefined ? WITHOUT_EXTENSIONS : readExtensions(der, extensions);
    const since = Math.min(readTime(der, time), more.wrongSince);
    const key = serialText(der.subarray(serial.start, serial.end));
    const before = revoked.get(key);
    if (before === undefined || since < before.getTime()) revoked.set(key, new Date(since));
    isNotUnderstood ||= more.isNotUnderstood;
  }
  return { revoked, isNotUnderstood };
}

interface EntryExtensions {
  /** What is known to have been wrong before the revocation was wrong since then. Milliseconds; Infinity: it does not say. */
  readonly wrongSince: number;
  readonly isNotUnderstood: boolean;
}

const WITHOUT_EXTENSIONS: EntryExtensions = { wrongSince: Number.POSITIVE_INFINITY, isNotUnderstood: false };

function readExtensions(der: Uint8Array, extensions: Part): EntryExtensions {
  let { wrongSince, isNotUnderstood } = WITHOUT_EXTENSIONS;
  if (extensions.tag !== TAG.sequence) throw new TypeError('no extensions');
  for (const extension of membersOf(der, extensions.start, extensions.end)) {
    const [id, ...members] = membersOf(der, extension.start, extension.end);
    const isCritical = members[0]?.tag === TAG.boolean && der[members[0].start] !== 0;
    const octets = members.at(-1);
    if (id?.tag !== TAG.oid || octets?.tag !== TAG.octets) throw new TypeError('no extension');
    const name = toHex(der.subarray(id.start, id.end));
    const [value, ...others] = membersOf(der, octets.start, octets.end);
    if (value === undefined || others.length > 0) throw new TypeError('no extension');
    if (name === REASON) {
      isNotUnderstood ||= value.tag !== ENUMERATED || der[value.end - 1] === REMOVE_FROM_CRL;
    } else if (name === INVALIDITY_DATE) {
      wrongSince = readTime(der, value);
    } else {
      isNotUnderstood ||= isCritical;
    }
  }
  return { wrongSince, isNotUnderstood };
}

/** One element: where it begins, and where its content is. */
interface Part {
  readonly tag: number;
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

const isTime = ({ tag }: Part) => tag === TAG.utcTime || tag === TAG.time;

function membersOf(der: Uint8Array, start: number, end: number): Part[] {
  const members: Part[] = [];
  for (let at = start; at < end; ) {
    const part = partAt(der, at, end);
    members.push(part);
    at = part.end;
  }
  return members;
}

/** X.690 §10.1: a length has one form, the shortest. */
function partAt(der: Uint8Array, from: number, limit: number): Part {
  const tag = der[from] ?? 0;
  const first = der[from + 1] ?? 0;
  const isShort = first < 0x80;
  const lengthBytes = isShort ? 0 : first - 0x80;
  let length = isShort ? first : 0;
  for (let place = 0; place < lengthBytes; place++) length = length * 0x100 + (der[from + 2 + place] ?? 0);
  const start = from + 2 + lengthBytes;
  const end = start + length;
  const isShortest = isShort || (length >= 0x80 && der[from + 2] !== 0);
  if ((tag & 0x1f) === 0x1f || lengthBytes > 4 || (!isShort && lengthBytes === 0) || !isShortest || end > limit)
    throw new TypeError('not DER');
  return { tag, from, start, end };
}

/** RFC 5280 §5.1.2.4: in whole seconds, of Greenwich; two digits of a year are of 1950 to 2049. Milliseconds since 1970. */
function readTime(der: Uint8Array, { tag, start, end }: Part): number {
  const text = Buffer.from(der.subarray(start, end)).toString('latin1');
  const digits = tag === TAG.utcTime ? `${text < '5' ? 20 : 19}${text}` : text;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(at) || !(tag === TAG.utcTime || tag === TAG.time)) throw new TypeError('no time');
  return at;
}

function sequence(members: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(members);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([TAG.sequence, length]), content]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([TAG.sequence, 0x80 + bytes.length]), bytes, content]);
}
