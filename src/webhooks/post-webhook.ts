import { Agent, request } from 'undici';
import { WaslError } from '../errors.ts';
import { type AddressRules, guardedLookup, requireReachable, requireWebhookUrl } from './guard-address.ts';

/** As Standard Webhooks proposes (15 to 30 s): a receiver answers first and works then. */
const ANSWER_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Of an answer nothing is read but its head. */
const ANSWER_BYTES_MAX = 16 * 1_024;

export interface WebhookAnswer {
  readonly status: number;
  /** What Retry-After asks for (RFC 9110 §10.2.3); null: nothing, or nothing that can be read. */
  readonly retryAfterSeconds: number | null;
}

/**
 * One try. Follows no redirect, connects to nothing that the rules do not allow. Throws WEBHOOK_ADDRESS, and WEBHOOK_UNDELIVERED where no answer came.
 */
export async function postWebhook(
  address: string,
  message: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  rules: AddressRules,
): Promise<WebhookAnswer> {
  const url = requireWebhookUrl(address, rules.isDevelopment);
  requireReachable(url, rules);
  // One for each try: a connection that is kept would outlive what the operator allowed.
  const dispatcher = new Agent({
    connect: { lookup: guardedLookup(rules), timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    maxResponseSize: ANSWER_BYTES_MAX,
  });
  try {
    const { statusCode, headers, body } = await request(url, {
      method: 'POST',
      dispatcher,
      headers: { ...message.headers, 'content-type': 'application/json', 'user-agent': 'wasl' },
      body: message.body,
      signal: AbortSignal.timeout(2 * ANSWER_TIMEOUT_MS),
    });
    body.on('error', () => undefined).destroy();
    return { status: statusCode, retryAfterSeconds: secondsOf(headers['retry-after']) };
  } catch (error) {
    if (error instanceof WaslError) throw error;
    const { code, name } = error as NodeJS.ErrnoException;
    // Of a DOMException it is a number.
    const what = typeof code === 'string' ? code : name;
    throw new WaslError('WEBHOOK_UNDELIVERED', `no answer came (${what})`, { cause: error });
  } finally {
    await dispatcher.destroy();
  }
}

/** Seconds, or a date. */
function secondsOf(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string') return null;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const until = Date.parse(header);
  return Number.isNaN(until) ? null : Math.max(0, Math.ceil((until - Date.now()) / 1_000));
}
