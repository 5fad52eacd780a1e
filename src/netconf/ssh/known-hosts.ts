import { createHmac } from 'node:crypto';

export interface KnownHost {
  readonly type: string;
  readonly key: Buffer;
  /** Line in the text, from 1. */
  readonly line: number;
}

interface Line extends KnownHost {
  readonly revoked: boolean;
  matches(name: string): boolean;
}

/** A known_hosts file, sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT". Lines that cannot be read are skipped, as OpenSSH does. */
export class KnownHosts {
  private readonly lines: readonly Line[];

  constructor(lines: readonly Line[]) {
    this.lines = lines;
  }

  /** Keys that the host may show. */
  entriesFor(host: string, port: number): KnownHost[] {
    const name = lookupName(host, port);
    return this.lines.filter((line) => !line.revoked && line.matches(name));
  }

  /** True where a `@revoked` line for this host has the key. */
  isRevoked(key: Buffer, host: string, port: number): boolean {
    const name = lookupName(host, port);
    return this.lines.some((line) => line.revoked && line.key.equals(key) && line.matches(name));
  }
}

export function parseKnownHosts(text: string): KnownHosts {
  return new KnownHosts(text.split(/\r?\n/).flatMap((line, index) => parseLine(line.trim(), index + 1)));
}

/** One line for a known_hosts file, for what builds an inventory. */
export function knownHostsLine(host: string, port: number, key: Buffer, type: string): string {
  return `${lookupName(host, port)} ${type} ${key.toString('base64')}`;
}

function parseLine(line: string, number: number): Line[] {
  if (line === '' || line.startsWith('#')) return [];
  const fields = line.split(/[ \t]+/);
  const marker = line.startsWith('@') ? fields.shift() : undefined;
  const [names, type, base64] = fields;
  if (names === undefined || type === undefined || base64 === undefined) return [];
  // Host certificates: ssh2 does not offer them, so a CA line can never match a key that is shown. A marker that is not known,
  // a misspelt @revoked too, must not make a key trusted.
  if (marker !== undefined && marker !== '@revoked') return [];
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return [];
  const key = Buffer.from(base64, 'base64');
  return [{ type, key, line: number, revoked: marker === '@revoked', matches: nameMatcher(names) }];
}

function nameMatcher(names: string): (name: string) => boolean {
  if (names.startsWith('|1|')) return hashedMatcher(names);
  const patterns = names
    .toLowerCase()
    .split(',')
    .map((pattern) => {
      const negated = pattern.startsWith('!');
      return { negated, matches: globMatcher(negated ? pattern.slice(1) : pattern) };
    });
  return (name) => {
    const hits = patterns.filter((pattern) => pattern.matches(name));
    return hits.length > 0 && !hits.some((pattern) => pattern.negated);
  };
}

/** `|1|salt|HMAC-SHA1(salt, name)`, all base64. */
function hashedMatcher(names: string): (name: string) => boolean {
  const [, , salt, hash] = names.split('|');
  if (salt === undefined || hash === undefined) return () => false;
  return (name) => createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` and `?`; without a regular expression, whose backtracking a long pattern could abuse. */
function globMatcher(pattern: string): (name: string) => boolean {
  return (name) => {
    let p = 0;
    let n = 0;
    let star = -1;
    let starName = 0;
    while (n < name.length) {
      if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
        p += 1;
        n += 1;
      } else if (pattern[p] === '*') {
        star = p;
        starName = n;
        p += 1;
      } else if (star >= 0) {
        p = star + 1;
        starName += 1;
        n = starName;
      } else {
        return false;
      }
    }
    while (pattern[p] === '*') p += 1;
    return p === pattern.length;
  };
}

function lookupName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}
