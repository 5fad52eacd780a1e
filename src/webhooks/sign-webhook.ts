/** Signatures of Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
import { createHmac, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import type { WebhookScheme } from '../domain/webhook.ts';
import { WaslError } from '../errors.ts';

/** As the specification asks (24 to 64); an Ed25519 seed has as many. */
const SECRET_BYTES = 32;
/** What PKCS #8 has before an Ed25519 seed (RFC 8410 §7). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const PREFIXES: Readonly<Record<WebhookScheme, string>> = { v1: 'whsec_', v1a: 'whsk_' };

export const newWebhookSecret = (scheme: WebhookScheme): string =>
  PREFIXES[scheme] + randomBytes(SECRET_BYTES).toString('base64');

/** What a receiver verifies with: `whpk_` and the public key, or the shared secret itself. */
export function verificationKey(secret: string): string {
  if (!secret.startsWith(PREFIXES.v1a)) return secret;
  const { x = '' } = createPublicKey(privateKeyOf(secret)).export({ format: 'jwk' });
  return `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
}

/** The headers of one try; `secrets`: all keys in rotation. */
export function signWebhook(
  secrets: readonly string[],
  { id, at, body }: { readonly id: string; readonly at: Date; readonly body: string },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signed = Buffer.from(`${id}.${timestamp}.${body}`);
  const signatures = secrets.map((secret) =>
    secret.startsWith(PREFIXES.v1a)
      ? `v1a,${sign(null, signed, privateKeyOf(secret)).toString('base64')}`
      : `v1,${createHmac('sha256', bytesOf(secret)).update(signed).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

const bytesOf = (secret: string): Buffer => Buffer.from(secret.slice(secret.indexOf('_') + 1), 'base64');

function privateKeyOf(secret: string) {
  const seed = bytesOf(secret);
  if (seed.length !== SECRET_BYTES) throw new WaslError('INTERNAL', 'a webhook key is not one that wasl made');
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
}
