import ssh2 from 'ssh2';

/** The length field of an Ed25519 private key in OpenSSH's format: seed and public key, 32 bytes each. */
const WHOLE_PRIVATE_KEY = Buffer.from([0, 0, 0, 64]);

/** A key pair in OpenSSH's format. ssh2 1.17 leaves a leading zero out of one key in 256, and OpenSSH and Go refuse that key. */
export function generateEd25519KeyPair(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    const body = pair.private.split('\n').slice(1, -1).join('');
    const isWhole = Buffer.from(body, 'base64').includes(WHOLE_PRIVATE_KEY);
    const publicBytes = Buffer.from(pair.public.split(' ')[1] ?? '', 'base64').length;
    if (isWhole && publicBytes === 51) return pair;
  }
}
