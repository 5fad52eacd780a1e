import { type ErrorEntry, permanent, transient } from './error-entry.ts';

/** Of the registry (`error-codes.ts`): what is kept of persons, and how it ends. */
export const PRIVACY_ERRORS = {
  PERSONAL_KEY_MISSING: transient(
    503,
    'The key of a personal text is not here',
    'Give this process the ring that the others have (WASL_PRIVACY_KEYS), with every key that wraps what is kept.',
  ),
  RETENTION_SCHEDULE: permanent(
    409,
    'There is no retention schedule',
    'Name the approved schedule in WASL_RETENTION of the API: nothing is proposed without one.',
  ),
  RETENTION_NOTHING: permanent(409, 'Nothing is due', '`wasl retention due` says why each record is kept.'),
  RETENTION_UNKNOWN: permanent(
    404,
    'No such proposal or legal hold',
    'Check the number against `wasl retention list`.',
  ),
  RETENTION_PROPOSAL: permanent(
    409,
    'The proposal cannot be taken further like this',
    'Read it again with `wasl retention list`; what is still needed or held is not erased: propose anew without it.',
  ),
} as const satisfies Record<string, ErrorEntry>;
