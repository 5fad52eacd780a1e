/** For how long an approval of a plan holds: one rule for whoever takes it, for the record, for the gate and for auditors. Pure. */
import { CHANGE_KIND_RULES } from './change-kinds.ts';
import type { LawRefusal } from './may-decide.ts';
import type { Push } from './may-push.ts';

const HOUR_MS = 3_600_000;

export interface SignedTimes {
  /** The earliest that one of its signers says. */
  readonly signedAt: Date | null;
  /** By then every signature was there. */
  readonly provenAt: Date | null;
}

/**
 * Until when an approval holds, from its start; null: until it is done, or nobody knows when it was there. Whoever has a signature can have it
 * time-stamped anew, and so it is as old as its signer says under it, unless it is proven to be older.
 */
export function windowEnd(
  { kind, notBefore }: Pick<Push, 'kind' | 'notBefore'>,
  { signedAt, provenAt }: SignedTimes,
): Date | null {
  const { windowHours } = CHANGE_KIND_RULES[kind];
  if (windowHours === null || signedAt === null || provenAt === null) return null;
  const thereMs = Math.min(signedAt.getTime(), provenAt.getTime());
  const startMs = Math.max(thereMs, notBefore === null ? 0 : Date.parse(notBefore));
  return new Date(startMs + windowHours * HOUR_MS);
}

/** Nobody approves in vain: what the gate would not take by now is not taken in either. null: it holds. */
export function refusePastWindow(
  push: Pick<Push, 'kind' | 'notBefore' | 'planId'>,
  times: SignedTimes,
  now: Date,
): LawRefusal | null {
  const until = windowEnd(push, times);
  if (until === null || until > now) return null;
  const { planId } = push;
  const at = times.signedAt?.toISOString();
  return {
    code: 'SIGNATURE_REFUSED',
    fact: `the approval of plan ${planId} was signed at ${at}: its window ended at ${until.toISOString()}`,
    remedy: `It holds for ${CHANGE_KIND_RULES[push.kind].windowHours} hours from its signature: sign it anew, and bring it within them: wasl approve ${planId}`,
  };
}
