// Verifies a message of wasl with nothing but Node: Standard Webhooks, scheme v1a (Ed25519). Any library of Standard Webhooks
// does the same for v1. `keys` are the public keys of the endpoint (whpk_...), which `wasl webhook show` prints; `rawBody` are the
// bytes as they came: parsing and writing JSON again alters them.
import { createPublicKey, verify } from 'node:crypto';

const TOLERANCE_SECONDS = 300;

/** Returns the message. Throws where it is not one that wasl signed within the last five minutes. */
export function verifyWebhook(rawBody, headers, keys, nowMs = Date.now()) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  if (!/^\d{1,12}$/.test(timestamp ?? '')) throw new Error('the message has no time');
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) throw new Error('the message is not of now');
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(rawBody)]);
  const signatures = (headers['webhook-signature'] ?? '').split(' ').filter((each) => each.startsWith('v1a,'));
  const isSigned = keys.some((key) => {
    const x = Buffer.from(key.replace(/^whpk_/, ''), 'base64').toString('base64url');
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return signatures.some((each) => verify(null, signed, publicKey, Buffer.from(each.slice(4), 'base64')));
  });
  if (!isSigned) throw new Error('no key of wasl signed the message');
  // The id is the same when a message comes again: keep those you have seen. `data.sequence` puts them in order.
  return { id, ...JSON.parse(rawBody) };
}
