/** Passwords, keys, hashes and communities in the models of IOS-XR, Junos, SR OS, Huawei and OpenConfig. */
export const SECRET_NAMES: readonly string[] = [
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'credential',
  'credentials',
  'secret',
  'cipher-text',
  'private-key',
  'shared-key',
  'preshared-key',
  'share-key',
  'sharekey',
  'authentication-key',
  'auth-key',
  'privacy-key',
  'encryption-key',
  'digest-key',
  'access-key',
  'api-key',
  'psk',
  'cak',
  'key-string',
  'keystring',
  'md5-key',
  'hash',
  'hmac',
  'token',
  'community-name',
  'community-string',
  'securityname',
  'snmp-community',
  'read-community',
  'write-community',
  'notify-community',
  'trap-community',
  'v2c-community',
];

export const MASK = '********';

/** In these a plain name says what elsewhere would be no secret: the name of an SNMP community, the key of a RADIUS server. */
const SECRETS_BY_PLACE: readonly { readonly places: readonly string[]; readonly names: ReadonlySet<string> }[] = [
  { places: ['snmp'], names: new Set(['community', 'name']) },
  {
    places: [
      ...['radius', 'tacacs', 'tacplus', 'aaa', 'authentication', 'ike', 'ikev2', 'isakmp', 'ipsec', 'ntp', 'macsec'],
      ...['key-chain', 'key-chains', 'keychain', 'keychains', 'bfd'],
    ],
    names: new Set(['key', 'ascii-text', 'hexadecimal', 'hex-key']),
  },
];

/** Below a secret these say how it is written, and not what it is. */
const MANNERS: ReadonlySet<string> = new Set(['level', 'type', 'encryption-type', 'algorithm']);

/** Attributes by which some write what others write between the tags. */
const VALUES: ReadonlySet<string> = new Set(['value', 'val', 'text', 'data']);

/** Tags in which this is not said nest no deeper in any model; below, everything is masked. */
const DEPTH_MAX = 10_000;

interface Open {
  /** As written. */
  readonly name: string;
  readonly isSecret: boolean;
  /** Names that are secret here and below. */
  readonly secretBelow: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Replaces the text of secret elements, at whatever depth below them, and of what is secret by its place. It follows the
 * structure: text, references and CDATA sections are one secret however they are cut, and a well-formed document stays one.
 * It takes others too, and then masks rather too much. Linear.
 */
export function maskSecrets(text: string, secretNames: readonly string[] = SECRET_NAMES): string {
  const isNamedSecret = remembered((name) => hasPart(name, secretNames));
  const secretsHere = remembered(secretsAt);
  const pieces: string[] = [];
  const open: Open[] = [];
  const inSecret = () => open.length > DEPTH_MAX || open[open.length - 1]?.isSecret === true;
  /** A mask stands where the text was, once however it was cut. */
  let masked = false;
  const hide = () => {
    if (!masked) pieces.push(MASK);
    masked = true;
  };
  for (let at = 0; at < text.length; ) {
    const token = readToken(text, at);
    at = token.end;
    if (token.kind === 'text') {
      if (inSecret() && token.text.trim() !== '') hide();
      else pieces.push(token.text);
      continue;
    }
    if (token.kind === 'cut off') {
      // Whatever it is the beginning of.
      hide();
      break;
    }
    if (token.kind === 'comment') {
      if (!inSecret()) pieces.push(token.text);
      continue;
    }
    masked = false;
    if (token.kind === 'end') {
      closeElement(open, nameIn(token.text, 2));
      pieces.push(token.text);
      continue;
    }
    const name = nameIn(token.text, 1);
    const local = name.slice(name.indexOf(':') + 1);
    const above = open[open.length - 1];
    const byPlace = above?.secretBelow ?? NOTHING;
    const isSecret = (inSecret() && !MANNERS.has(local)) || isNamedSecret(local) || byPlace.has(local.toLowerCase());
    const here = secretsHere(local);
    const secretBelow = here.size === 0 ? byPlace : new Set([...byPlace, ...here]);
    pieces.push(maskAttributes(token.text, (each) => isNamedSecret(each) || (isSecret && VALUES.has(each))));
    if (!token.text.endsWith('/>')) open.push({ name, isSecret, secretBelow });
  }
  return pieces.join('');
}

/** As they are or as parts between hyphens: `password` also matches `auth-password`, `authPassword` and `AUTH_PASSWORD`. */
function hasPart(name: string, parts: readonly string[]): boolean {
  const words = name.replace(/([a-z0-9])(?=[A-Z])/g, '$1-');
  const forms = [name, words].map((form) => `-${form.replaceAll('_', '-').toLowerCase()}-`);
  return parts.some((part) => part !== '' && forms.some((form) => form.includes(`-${part.toLowerCase()}-`)));
}

/** Names are few, elements many. */
function remembered<Found>(find: (name: string) => Found): (name: string) => Found {
  const known = new Map<string, Found>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const found = find(name);
    if (known.size < NAMES_KEPT_MAX) known.set(name, found);
    return found;
  };
}

const NAMES_KEPT_MAX = 10_000;

function secretsAt(local: string): ReadonlySet<string> {
  const here = SECRETS_BY_PLACE.filter(({ places }) => hasPart(local, places));
  return here.length === 0 ? NOTHING : new Set(here.flatMap(({ names }) => [...names]));
}

/** In a message that is not well-formed an end tag may end nothing: then all stays open, and secret. */
function closeElement(open: Open[], name: string): void {
  if (open[open.length - 1]?.name === name) open.pop();
}

type Token =
  | { readonly kind: 'text' | 'comment' | 'start' | 'end'; readonly text: string; readonly end: number }
  | { readonly kind: 'cut off'; readonly end: number };

function readToken(text: string, at: number): Token {
  const upTo = (kind: 'text' | 'comment' | 'start' | 'end', end: number): Token =>
    end < 0 ? { kind: 'cut off', end: text.length } : { kind, text: text.slice(at, end), end };
  const after = (mark: string, from: number) => {
    const found = text.indexOf(mark, from);
    return found < 0 ? -1 : found + mark.length;
  };
  if (text[at] !== '<') {
    const next = text.indexOf('<', at);
    return upTo('text', next < 0 ? text.length : next);
  }
  if (text.startsWith('<!--', at)) return upTo('comment', after('-->', at + 4));
  if (text.startsWith('<![CDATA[', at)) return upTo('text', after(']]>', at + 9));
  if (text.startsWith('<?', at)) return upTo('comment', after('?>', at + 2));
  return upTo(text[at + 1] === '/' ? 'end' : 'start', tagEnd(text, at));
}

/** A > inside of a quoted value ends no tag. */
function tagEnd(text: string, from: number): number {
  let quote = '';
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at + 1;
  }
  return -1;
}

function nameIn(tag: string, from: number): string {
  return /^[^\s/>]*/.exec(tag.slice(from, from + NAME_LENGTH_MAX))?.[0] ?? '';
}

/** YANG has no longer identifiers that people could type. */
const NAME_LENGTH_MAX = 1_000;

/** `<user password="x"/>` is no YANG, and it is a secret. */
function maskAttributes(tag: string, isSecret: (name: string) => boolean): string {
  if (!tag.includes('=')) return tag;
  return tag.replace(
    /([\s])([^\s=<>"'/]{1,200})(\s*=\s*)("[^"]*"|'[^']*')/g,
    (whole, space, name: string, equals, value) => {
      if (name.startsWith('xmlns') || !isSecret(name.slice(name.indexOf(':') + 1))) return whole;
      const quote = String(value).charAt(0);
      return `${space}${name}${equals}${quote}${MASK}${quote}`;
    },
  );
}
