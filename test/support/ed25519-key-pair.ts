import ssh2 from 'ssh2';

/** The length field of an Ed25519 private key in OpenSSH's format: seed and public key, 32 bytes each. */
const WHOLE_PRIVATE_KEY = Buffer.from([0, 0, 0, 64]);

interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/** A key pair in OpenSSH's format. ssh2 1.17 leaves a leading zero out of one key in 256, and OpenSSH and Go refuse that key. */
export function generateEd25519KeyPair(): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    const body = pair.private.split('\n').slice(1, -1).join('');
    const isWhole = Buffer.from(body, 'base64').includes(WHOLE_PRIVATE_KEY);
    const publicBytes = Buffer.from(pair.public.split(' ')[1] ?? '', 'base64').length;
    if (isWhole && publicBytes === 51) return pair;
  }
}

/** The same behind a passphrase; there ssh2 itself refuses the key that lacks a zero. */
export function generateEncryptedEd25519KeyPair(passphrase: string): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 4 });
    const isWhole = !(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error);
    if (isWhole && Buffer.from(pair.public.split(' ')[1] ?? '', 'base64').length === 51) return pair;
  }
}
