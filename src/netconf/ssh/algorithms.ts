import type { Algorithms, CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import { NetconfError } from '../errors.ts';

// Stated here and not left to ssh2, whose defaults still hold ssh-rsa (SHA-1) and may change under us.
// AES-GCM first: measured fastest of all with AES instructions, and authenticated.
const KEX: readonly KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
];
const CIPHERS: readonly CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
];
const MACS: readonly MacAlgorithm[] = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
];
const HOST_KEYS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** What old routers need. Never offered unless it is named. */
const LEGACY = {
  kex: ['diffie-hellman-group-exchange-sha1', 'diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
  cipher: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  hmac: ['hmac-sha1-etm@openssh.com', 'hmac-sha1', 'hmac-md5'],
  serverHostKey: ['ssh-rsa', 'ssh-dss'],
} as const satisfies { [Kind in keyof Algorithms]: readonly string[] };

export type LegacyAlgorithm = (typeof LEGACY)[keyof typeof LEGACY][number];

/**
 * What is offered to the server: the safe lists, the legacy ones that were named at their ends, and of the host key types those
 * first that the policy can accept (as OpenSSH does), else a server with several keys would show one that is not known.
 *
 * @throws NetconfError `INVALID_REQUEST`
 */
export function chooseAlgorithms(
  acceptableKeyTypes: readonly string[],
  legacy: readonly LegacyAlgorithm[] = [],
): Algorithms {
  const known = Object.values(LEGACY).flat() as readonly string[];
  const unknown = legacy.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new NetconfError(
      'INVALID_REQUEST',
      `not a legacy algorithm: ${JSON.stringify(unknown)}; there are ${known.join(', ')}`,
    );
  }
  const named = <Name extends LegacyAlgorithm>(names: readonly Name[]) => names.filter((name) => legacy.includes(name));
  const hostKeys = [...HOST_KEYS, ...named(LEGACY.serverHostKey)];
  const acceptable = hostKeys.filter((name) => acceptableKeyTypes.includes(blobType(name)));
  return {
    kex: [...KEX, ...named(LEGACY.kex)],
    cipher: [...CIPHERS, ...named(LEGACY.cipher)],
    hmac: [...MACS, ...named(LEGACY.hmac)],
    serverHostKey: [...acceptable, ...hostKeys.filter((name) => !acceptable.includes(name))],
    // Compression costs more than it saves on a management network, and has been a way to guess secrets.
    compress: ['none'],
  };
}

/** RFC 8332: the rsa-sha2 signature algorithms use keys of type ssh-rsa. */
function blobType(algorithm: string): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}
