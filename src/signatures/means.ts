import type { AskSource } from './stamp.ts';
import type { Trust } from './trust.ts';

/** Whom a process believes, and how it asks for what shows that a signature holds. */
export interface SignatureMeans {
  /** Read anew each time: whoever is no longer trusted opens nothing from then on. Throws TRUST_INVALID. */
  readonly trust: () => Trust;
  readonly ask: (trust: Trust) => AskSource;
  /** This machine's: the database's is not believed for signatures. */
  readonly clock: () => Date;
}
