/** RFC 9470: whoever decides has logged in for it, in a way that counts, a short time ago. */
import { WaslError } from '../errors.ts';
import { CLOCK_TOLERANCE_SECONDS, type StepUpRule } from './authentication.ts';
import { accessTo } from './authorisation.ts';
import { isProofScheme } from './proof-of-possession.ts';
import type { Principal } from './token-claims.ts';

/**
 * What alters something and decides nothing: it asks, looks again, or is decided by somebody else afterwards. Every other route
 * that is not a GET is a decision, the ones to come as well.
 */
const ROUTINE: ReadonlySet<string> = new Set([
  'POST /v1/inventory/difference',
  'POST /v1/policies',
  'POST /v1/request-checks',
  'POST /v1/signing-documents/preparations',
  'POST /v1/signing-documents/attachments',
  'POST /v1/codec/decode',
  'POST /v1/codec/encode',
  'POST /v1/webhooks',
  'DELETE /v1/webhooks/:id',
  'POST /v1/webhooks/:id/keys',
  'POST /v1/webhooks/:id/enablement',
  'POST /v1/webhooks/:id/deliveries/:delivery/replay',
  'POST /v1/interconnects',
  'POST /v1/interconnects/:id/replan',
  'POST /v1/interconnects/:id/recovery',
  'POST /v1/interconnects/:id/resumption',
  'POST /v1/retention/proposals',
  'POST /v1/audits',
  'POST /v1/ledger/cosignatures',
  'POST /v1/ledger/reviews',
]);

/** Whether a call of the route needs a login made for it. */
export function isDecision(method: string, route: string): boolean {
  return method !== 'GET' && accessTo(method, route) !== 'public' && !ROUTINE.has(`${method} ${route}`);
}

/** Throws STEP_UP_NEEDED, with what the next login must be. What the token does not say did not happen. */
export function requireStepUp({ acr, authenticatedAt }: Principal, rule: StepUpRule, now: Date): void {
  const { acrValues, ageSecondsMax } = rule;
  const fact = loginFault(acr, authenticatedAt, rule, now);
  if (fact === null) return;
  throw new WaslError('STEP_UP_NEEDED', fact, { details: { acrValues, maxAgeSeconds: ageSecondsMax } });
}

/** What keeps a login from deciding; null: nothing. */
export function loginFault(acr: string | null, at: Date | null, rule: StepUpRule, now: Date): string | null {
  if (acr === null) return 'the token does not say how its person logged in';
  if (!rule.acrValues.includes(acr)) return `who decides logs in by ${rule.acrValues.join(' or ')}`;
  if (at === null) return 'the token does not say when its person logged in';
  const ageSeconds = (now.getTime() - at.getTime()) / 1_000;
  // A login of the future is none.
  if (ageSeconds < -CLOCK_TOLERANCE_SECONDS) return 'the token names a login that has not been';
  if (ageSeconds <= rule.ageSecondsMax + CLOCK_TOLERANCE_SECONDS) return null;
  return `who decides has logged in at most ${rule.ageSecondsMax} s before`;
}

/** The challenge of RFC 9470 §3, in the scheme of the token that was not enough. */
export function stepUpChallenge({ acrValues, ageSecondsMax }: StepUpRule, authorization?: string): string {
  const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  const description = 'A more recent or stronger login is needed';
  const parts = [`error_description=${quoted(description)}`, `acr_values=${quoted(acrValues.join(' '))}`];
  const scheme = isProofScheme(authorization) ? 'DPoP' : 'Bearer';
  return `${scheme} error="insufficient_user_authentication", ${parts.join(', ')}, max_age=${ageSecondsMax}`;
}
