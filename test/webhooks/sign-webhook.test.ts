import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { newWebhookSecret, signWebhook, verificationKey } from '../../src/webhooks/sign-webhook.ts';

interface Verifier {
  verifyWebhook(
    body: string,
    headers: Readonly<Record<string, string>>,
    keys: readonly string[],
    nowMs?: number,
  ): unknown;
}
// The very file that integrators are given: it is JavaScript.
const { verifyWebhook } = (await import(
  String(new URL('../../docs/samples/verify-webhook.mjs', import.meta.url))
)) as Verifier;

const body = JSON.stringify({ type: 'interconnect.signed', data: { interconnect: 'IC-0001', sequence: 2 } });
const id = 'msg_00000000000000000000000000000001';
const headersOf = (secrets: readonly string[], at = new Date()) => signWebhook(secrets, { id, at, body });

describe('v1', () => {
  const [old, next, other] = [newWebhookSecret('v1'), newWebhookSecret('v1'), newWebhookSecret('v1')];

  it('is verified by the library of Standard Webhooks, by either key of a rotation', () => {
    const headers = headersOf([old, next]);
    for (const key of [old, next]) expect(new Webhook(key).verify(body, headers)).toEqual(JSON.parse(body));
  });

  it.each([
    ['by another key', () => new Webhook(other).verify(body, headersOf([old]))],
    ['of another text', () => new Webhook(old).verify(`${body} `, headersOf([old]))],
    ['of ten minutes ago', () => new Webhook(old).verify(body, headersOf([old], new Date(Date.now() - 600_000)))],
  ])('is refused %s', (_, verify) => {
    expect(verify).toThrow();
  });
});

describe('v1a', () => {
  const [old, next, other] = [newWebhookSecret('v1a'), newWebhookSecret('v1a'), newWebhookSecret('v1a')];
  const publicOf = verificationKey;

  it('is verified with public keys by the published snippet, by either key of a rotation', () => {
    expect(publicOf(old)).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    const headers = headersOf([old, next]);
    for (const key of [old, next])
      expect(verifyWebhook(body, headers, [publicOf(key)])).toEqual({ id, ...JSON.parse(body) });
  });

  it.each([
    ['by another key', () => verifyWebhook(body, headersOf([old]), [publicOf(other)]), 'no key'],
    ['of another text', () => verifyWebhook(body.replace('2', '3'), headersOf([old]), [publicOf(old)]), 'no key'],
    [
      'of another id',
      () => verifyWebhook(body, { ...headersOf([old]), 'webhook-id': 'msg_2' }, [publicOf(old)]),
      'no key',
    ],
    [
      'of ten minutes ago',
      () => verifyWebhook(body, headersOf([old], new Date(Date.now() - 600_000)), [publicOf(old)]),
      'not of now',
    ],
    ['without a signature', () => verifyWebhook(body, { ...headersOf([]) }, [publicOf(old)]), 'no key'],
  ])('is refused %s', (_, verify, reason) => {
    expect(verify).toThrow(reason);
  });
});
