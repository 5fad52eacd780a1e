import type { ErrorClass } from '../errors.ts';

/** What the process says to scripts. Documented in `wasl --help`. */
export const EXIT = {
  ok: 0,
  /** Wrong usage, bad input, or a refusal: the same call will not succeed. */
  permanent: 2,
  /** Something was away or busy: the same call may succeed later. */
  transient: 3,
  /** The outcome was not learnt, or a person must look. */
  unknown: 4,
  /** Ctrl-C, as shells say it. */
  interrupted: 130,
} as const;

export function exitCodeOf(errorClass: ErrorClass): number {
  return EXIT[errorClass];
}
