/** Names of XML 1.0 (fifth edition) §2.3 as Namespaces in XML 1.0 §3 narrows them: NCName, and QName with one colon at most. */

const NAME_START =
  'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}' +
  '\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const NAME_REST = `${NAME_START}.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}\\-`;
const NC_NAME = new RegExp(`^[${NAME_START}][${NAME_REST}]*$`, 'u');

/** Characters that end a name in a tag, by code below 128: whitespace and what has a meaning. */
const ENDS_NAME = new Uint8Array(128);
for (const character of '\t\n\r "&\'/<=>?') ENDS_NAME[character.charCodeAt(0)] = 1;

/** Names that were seen and are right: a configuration uses a few hundred names a million times. */
const known = new Map<string, string>();
/** A hostile server can invent names without end. */
const KNOWN_NAMES_MAX = 10_000;

/** The offset of the first character after the name that begins at `from`; any character that cannot stand in markup belongs to it. */
export function nameEnd(text: string, from: number): number {
  let position = from;
  for (;;) {
    const code = text.charCodeAt(position);
    // Past the end the code is NaN, which ends the loop too.
    if (!(code >= 128 || ENDS_NAME[code] === 0)) return position;
    position += 1;
  }
}

/** The name where it is a QName, else null: the same string each time, so that a lookup by it needs no look at its characters. */
export function asQName(name: string): string | null {
  const seen = known.get(name);
  if (seen !== undefined) return seen;
  const colon = name.indexOf(':');
  const right =
    colon < 0 ? NC_NAME.test(name) : NC_NAME.test(name.slice(0, colon)) && NC_NAME.test(name.slice(colon + 1));
  if (!right) return null;
  const kept = copyOf(name);
  if (known.size < KNOWN_NAMES_MAX) known.set(kept, kept);
  return kept;
}

/** A slice keeps the whole text alive that it was cut from: a reply of megabytes, for a name. */
function copyOf(name: string): string {
  return Buffer.from(name, 'utf8').toString('utf8');
}

export function isNcName(name: string): boolean {
  return NC_NAME.test(name);
}
