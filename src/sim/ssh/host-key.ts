import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';

export interface HostKey {
  /** OpenSSH private key text. */
  readonly privateKey: string;
  /** OpenSSH form: `SHA256:` and base64 without padding. */
  readonly fingerprint: string;
}

/** DER of an Ed25519 private key (RFC 8410 §7) up to the 32 bytes of the key itself. */
const PKCS8_ED25519_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** An Ed25519 host key that depends on the seed alone, so that a restarted simulation keeps the pinned fingerprints valid. */
export function deriveHostKey(seed: string): HostKey {
  const secret = createHash('sha256').update(`host key of ${seed}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519_HEAD, secret]), format: 'der', type: 'pkcs8' });
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const publicBytes = Buffer.from(jwk.x ?? '', 'base64url');
  const publicBlob = Buffer.concat([sshString('ssh-ed25519'), sshString(publicBytes)]);
  return {
    privateKey: formatOpenSshKey(publicBlob, publicBytes, secret),
    fingerprint: `SHA256:${createHash('sha256').update(publicBlob).digest('base64').replace(/=+$/, '')}`,
  };
}

/** The `openssh-key-v1` container without encryption: the form of an Ed25519 key that ssh2 reads. */
function formatOpenSshKey(publicBlob: Buffer, publicBytes: Buffer, secret: Buffer): string {
  const check = secret.subarray(0, 4);
  const inner = Buffer.concat([
    check,
    check,
    sshString('ssh-ed25519'),
    sshString(publicBytes),
    sshString(Buffer.concat([secret, publicBytes])),
    sshString('simulated router'),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, i) => i + 1));
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'latin1'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    uint32(1),
    sshString(publicBlob),
    sshString(Buffer.concat([inner, padding])),
  ]);
  const lines = body.toString('base64').match(/.{1,70}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
