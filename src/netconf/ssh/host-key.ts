import { createHash } from 'node:crypto';
import { NetconfError } from '../errors.ts';
import { type KnownHosts, parseKnownHosts } from './known-hosts.ts';

/** How the server proves who it is. There is no way to skip it: ssh2 accepts any key when it is not told otherwise. */
export type HostKeyPolicy =
  /** The text of a known_hosts file (OpenSSH's sshd(8)), hashed names and `@revoked` included. */
  | { readonly knownHosts: string }
  /** Fingerprints as `ssh-keygen -l` prints them, `SHA256:` or bare, padded or not. */
  | { readonly sha256: readonly string[] };

export interface HostKeyCheck {
  /** @throws NetconfError `HOST_KEY_UNKNOWN`, `HOST_KEY_MISMATCH` */
  verify(key: Buffer): void;
  /** Key types that this policy can accept, so that the server is asked for one of them; empty where it does not say. */
  readonly acceptableTypes: readonly string[];
}

/** @throws NetconfError `INVALID_REQUEST` for a policy that cannot accept anything by mistake of its author */
export function createHostKeyCheck(policy: HostKeyPolicy, host: string, port: number): HostKeyCheck {
  if ('knownHosts' in policy) return fromKnownHosts(parseKnownHosts(policy.knownHosts), host, port);
  if ('sha256' in policy && Array.isArray(policy.sha256)) return fromFingerprints(policy.sha256);
  throw new NetconfError('INVALID_REQUEST', 'hostKey is mandatory: { knownHosts } or { sha256 }');
}

/** `SHA256:` and base64 without padding, as OpenSSH prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The name of the key's type, which every SSH key blob starts with (RFC 4253 §6.6). */
export function keyType(key: Buffer): string {
  if (key.length < 4) return 'unknown';
  const length = key.readUInt32BE(0);
  const type = length > 64 || key.length < 4 + length ? '' : key.toString('latin1', 4, 4 + length);
  return /^[A-Za-z0-9@.-]+$/.test(type) ? type : 'unknown';
}

function fromFingerprints(sha256: readonly string[]): HostKeyCheck {
  const pins = sha256.map((pin) => {
    const bare = pin
      .trim()
      .replace(/^SHA256:/i, '')
      .replace(/=+$/, '');
    if (!/^[A-Za-z0-9+/]{43}$/.test(bare)) {
      throw new NetconfError(
        'INVALID_REQUEST',
        `not a SHA-256 host key fingerprint: ${JSON.stringify(pin.slice(0, 80))}`,
      );
    }
    return `SHA256:${bare}`;
  });
  if (pins.length === 0) throw new NetconfError('INVALID_REQUEST', 'hostKey.sha256 is empty: no key could be accepted');
  return {
    acceptableTypes: [],
    verify(key) {
      const shown = fingerprint(key);
      if (pins.includes(shown)) return;
      throw new NetconfError(
        'HOST_KEY_MISMATCH',
        `the server's host key is ${keyType(key)} ${shown}, pinned is ${pins.join(' or ')}`,
      );
    },
  };
}

function fromKnownHosts(known: KnownHosts, host: string, port: number): HostKeyCheck {
  const entries = known.entriesFor(host, port);
  const where = port === 22 ? host : `[${host}]:${port}`;
  return {
    acceptableTypes: [...new Set(entries.map((entry) => entry.type))],
    verify(key) {
      const type = keyType(key);
      const shown = `${type} ${fingerprint(key)}`;
      if (known.isRevoked(key, host, port)) {
        throw new NetconfError('HOST_KEY_MISMATCH', `the server's host key ${shown} is marked @revoked in known_hosts`);
      }
      if (entries.some((entry) => entry.key.equals(key))) return;
      const same = entries.filter((entry) => entry.type === type);
      if (same.length > 0) {
        const expected = same.map((entry) => `${fingerprint(entry.key)} (line ${entry.line})`).join(' or ');
        throw new NetconfError('HOST_KEY_MISMATCH', `the server's host key is ${shown}, known_hosts says ${expected}`);
      }
      const others = entries.length === 0 ? 'no entry' : `only ${entries.map((entry) => entry.type).join(', ')}`;
      throw new NetconfError(
        'HOST_KEY_UNKNOWN',
        `the server's host key ${shown} is not known: known_hosts has ${others} for ${where}`,
      );
    },
  };
}
