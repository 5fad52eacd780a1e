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
  'cipher-string',
  'encryption-default',
  'encryption-aes',
  'salt',
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

/** In these a plain name says what elsewhere would be no secret: the key of a clock, of a session. */
const SECRETS_BY_PLACE: readonly { readonly places: readonly string[]; readonly names: ReadonlySet<string> }[] = [
  { places: ['ntp', 'bfd'], names: new Set(['key', 'ascii-text', 'hexadecimal', 'hex-key']) },
];

/**
 * In these, which say who may do what and by which secret, every text is masked but those of the manners: a model has names that nobody here has read, and
 * no VPN is configured there.
 */
const SECRET_PLACES: readonly string[] = [
  ...'snmp usm radius tacacs tacplus aaa authentication auth md5 hmac-md5 hmac-sha ppp chap pap local-user local-users'.split(
    ' ',
  ),
  ...'ike ikev2 isakmp ipsec macsec mka ppk pki key-chain key-chains keychain keychains encode'.split(' '),
];

/** There, and below a secret, these say how and where, and not what. */
const MANNERS: ReadonlySet<string> = new Set([
  ...'level type encryption-type algorithm crypto-algorithm cryptographic-algorithm key-id keyid'.split(' '),
  ...'address ip-address port timeout retry retransmit order admin-state enable enabled'.split(' '),
]);

/** Below a secret itself nothing says where. */
const MANNERS_OF_SECRETS: ReadonlySet<string> = new Set(['level', 'type', 'encryption-type', 'algorithm']);

/** How vendors write what they have hidden, and a key itself: no such text is shown, wherever it stands. */
const HIDDEN = /\$(?:1|2[abxy]|5|6|8|9|14|M|sha\d{1,4})\$|%\^%#|%\$%\$|@%@%| hash2?\s*$|PRIVATE KEY-----/;

/** The number of a key, where it is no key. */
const NUMBER = /^\s*\d{1,10}\s*$/;

/** Attributes by which some write what others write between the tags. */
const VALUES: ReadonlySet<string> = new Set(['value', 'val', 'text', 'data']);

/** Tags in which this is not said nest no deeper in any model; below, everything is masked. */
const DEPTH_MAX = 10_000;

/** What is shown below an element: all but secrets, the manners of a place of secrets, those of a secret. */
type Below = 'all' | 'place' | 'secret';

interface Open {
  /** As written. */
  readonly name: string;
  readonly isSecret: boolean;
  readonly below: Below;
  /** `key` is a name of lists, too: a number in it is shown. */
  readonly areNumbersShown: boolean;
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
  const isPlace = remembered((name) => name === 'key' || hasPart(name, SECRET_PLACES));
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
      const isShown = open[open.length - 1]?.areNumbersShown === true && NUMBER.test(token.text);
      if ((inSecret() && token.text.trim() !== '' && !isShown) || HIDDEN.test(token.text)) hide();
      else pieces.push(token.text);
      continue;
    }
    if (token.kind === 'cut off') {
      // Whatever it is the beginning of.
      hide();
      break;
    }
    if (token.kind === 'comment') {
      // A comment may be a configuration that somebody took out.
      if (!inSecret() && !HIDDEN.test(token.text)) pieces.push(token.text);
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
    const around = above?.below ?? 'all';
    const isNamed = isNamedSecret(local) || byPlace.has(local.toLowerCase());
    const below: Below =
      around === 'secret' || isNamed ? 'secret' : around === 'place' || isPlace(local) ? 'place' : 'all';
    const manners = around === 'secret' ? MANNERS_OF_SECRETS : MANNERS;
    const isSecret = below !== 'all' && (isNamed || !manners.has(local));
    const here = secretsHere(local);
    const secretBelow = here.size === 0 ? byPlace : new Set([...byPlace, ...here]);
    pieces.push(maskAttributes(token.text, (each) => isNamedSecret(each) || (isSecret && VALUES.has(each))));
    const areNumbersShown = local === 'key' && around === 'all' && !isNamed;
    if (!token.text.endsWith('/>')) open.push({ name, isSecret, below, areNumbersShown, secretBelow });
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
      const isShown = !isSecret(name.slice(name.indexOf(':') + 1)) && !HIDDEN.test(String(value).slice(1, -1));
      if (name.startsWith('xmlns') || isShown) return whole;
      const quote = String(value).charAt(0);
      return `${space}${name}${equals}${quote}${MASK}${quote}`;
    },
  );
}
