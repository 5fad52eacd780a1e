import { type ErrorEntry, permanent, transient, unknown } from './error-entry.ts';

/** What routers answer, and what they do not: a part of the registry (`error-codes.ts`). */
export const ROUTER_ERRORS = {
  ROUTER_UNREACHABLE: transient(502, 'The router does not answer', 'Check the management path to it.'),
  ROUTER_AUTH_FAILED: permanent(502, 'The router refused the login', 'Check the credential named in the inventory.'),
  CREDENTIAL_HOST: permanent(
    502,
    'The credential is not for this router',
    "Correct the inventory, or let whoever runs the workers add the router to the credential's hosts or hostKeys.",
  ),
  ROUTER_MAINTENANCE: permanent(
    409,
    'The router is in maintenance',
    'Wait until the inventory says that it is over: wasl goes on by itself.',
  ),
  ROUTER_HOST_KEY: permanent(
    502,
    'The router shows another host key than the one pinned',
    'Find out why before pinning the new key in the inventory.',
  ),
  ROUTER_CHANNEL_REFUSED: transient(
    502,
    'The router opens no further SSH session on the connection',
    'Let its SSH server allow at least two on one connection (OpenSSH: MaxSessions).',
  ),
  ROUTER_TIMEOUT: transient(504, 'The router did not answer in time', 'Check its load and the management path.'),
  ROUTER_PROTOCOL: permanent(502, 'The router broke the NETCONF protocol', 'Capture the session and report it.'),
  ROUTER_CAPABILITY: permanent(
    502,
    'The router lacks a NETCONF capability that is needed',
    'Enable it on the router, or use another platform entry.',
  ),
  ROUTER_NOT_UNDERSTOOD: permanent(
    409,
    'A part of the configuration is not understood',
    'State in plain route targets what it does, or take it away: until then nothing that it could touch is opened.',
  ),
  PLATFORM_MISMATCH: permanent(
    409,
    'The router is not what the inventory says',
    'Correct its platform in the inventory; a release whose models wasl does not know is not supported.',
  ),
  ROUTER_LOCKED: transient(409, 'Another session holds the lock', 'Wait, or ask the holder named to release it.'),
  ROUTER_CANDIDATE_DIRTY: permanent(
    409,
    'The candidate holds uncommitted work of somebody else',
    "Commit or discard it on the router: wasl never discards an operator's work.",
  ),
  ROUTER_UNSAVED: permanent(
    409,
    'Running holds work that nobody has saved to startup',
    'Save or undo it on the router: saving the change would save it too.',
  ),
  ROUTER_REFUSED: permanent(422, 'The router refused the change', 'Read what the router said; nothing was applied.'),
  ROUTER_READ_BACK: permanent(
    502,
    'The router does not hold what it acknowledged',
    'Compare running with the plan; report it to the vendor.',
  ),
  COMMIT_OUTCOME_UNKNOWN: unknown(
    502,
    'The reply to a commit was lost',
    'Recovery reads the router and decides; nothing is retried blindly.',
  ),
  VERIFY_FAILED: permanent(
    422,
    'Verification failed inside the confirm window',
    'Read the reason; the change was rolled back.',
  ),
  CHANGE_REVERTED: transient(
    502,
    'A router took the change back, or was not ready, before it was verified',
    'Everything goes back, and it is tried again.',
  ),
  SESSION_LOST: transient(502, 'The session of the transaction is gone', 'Recovery ends the transaction.'),
  CHANGE_ATTENTION: unknown(
    500,
    'The change needs a person',
    'Look at the routers named; they could not be brought to one state.',
  ),
} as const satisfies Record<string, ErrorEntry>;
