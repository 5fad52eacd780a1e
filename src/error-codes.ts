import { type ErrorEntry, permanent, transient, unknown } from './error-entry.ts';
import { PRIVACY_ERRORS } from './privacy-error-codes.ts';
import { ROUTER_ERRORS } from './router-error-codes.ts';

export type { ErrorClass, ErrorEntry } from './error-entry.ts';

/**
 * The registry of error codes. API, CLI, docs and Temporal failures use these codes and no others.
 * `transient`: the same call may succeed later. `permanent`: it will not. `unknown`: the outcome was not learnt; look before deciding.
 */
export const ERRORS = {
  // Input: text that is not what it claims to be.
  INPUT_INVALID: permanent(400, 'The input is not valid', 'Correct the field named in the path and send it again.'),
  PREFIX_INVALID: permanent(400, 'Not an IP prefix', 'Write it as address/length, for example 10.100.10.0/24.'),
  PREFIX_HOST_BITS: permanent(400, 'The prefix has host bits set', 'Use the network address of the prefix.'),
  PREFIX_DEFAULT_ROUTE: permanent(
    400,
    'A default route cannot be shared',
    'Name the prefixes that the agreement covers.',
  ),
  ROUTE_TARGET_INVALID: permanent(
    400,
    'Not a route target',
    'Write it as AS:number or IPv4:number, for example 65000:9001.',
  ),
  ROUTE_DISTINGUISHER_INVALID: permanent(
    400,
    'Not a route distinguisher',
    'Write it as AS:number or IPv4:number, for example 65000:100.',
  ),
  INVENTORY_INVALID: permanent(400, 'The inventory is not valid', 'Correct the lines named and validate again.'),
  INVENTORY_VERSION: permanent(
    412,
    'Another inventory is in force than the one compared with',
    'Compare again with `wasl inventory diff`, then import.',
  ),
  INVENTORY_VERSION_MISSING: permanent(
    428,
    'The import does not say which version it was compared with',
    'Send If-Match with the ETag of GET /v1/inventory.',
  ),
  CHANGED_MEANWHILE: permanent(
    412,
    'Somebody else changed it since it was read',
    'Read it again; if the change is still wanted, send it with the new ETag in If-Match.',
  ),
  INVENTORY_IN_USE: permanent(
    409,
    'The inventory takes away what one person alone may not',
    'End the interconnects that stand on it and leave what protects the network, or let another admin confirm the proposal.',
  ),
  INVENTORY_PROPOSAL: permanent(
    409,
    'The proposal cannot be confirmed like this',
    'Read it again with `wasl inventory proposals`.',
  ),
  PLATFORM_UNKNOWN: permanent(400, 'No such platform', 'Use one of the platforms that `wasl router platforms` lists.'),

  // Requests and approvals.
  ENTITY_UNKNOWN: permanent(404, 'No such entity', 'Check the name against `wasl inventory show`.'),
  VPN_UNKNOWN: permanent(404, 'No such VPN', 'Check the name against `wasl inventory show`.'),
  ROUTER_UNKNOWN: permanent(404, 'No such router', 'Check the name against `wasl router list`.'),
  INTERCONNECT_UNKNOWN: permanent(404, 'No such interconnect', 'Check the id against `wasl interconnect list`.'),
  PLAN_UNKNOWN: permanent(404, 'No such plan', 'Check the id against `wasl interconnect show`.'),
  READING_UNKNOWN: permanent(404, 'No such reading', 'Read again: old readings are not kept.'),
  CHANGE_UNKNOWN: permanent(404, 'No such change', 'Check the id against `wasl interconnect show`.'),
  PREFIX_OUTSIDE_VPN: permanent(
    422,
    'The prefix is not inside the VPN',
    "Share only prefixes of the VPN's address plan, or extend the plan in the inventory.",
  ),
  PREFIX_NOT_ORIGINATED: permanent(
    422,
    'No PE originates the prefix',
    'Share a prefix that an attachment of the VPN announces, exactly as announced.',
  ),
  PREFIX_OVERLAP: permanent(
    422,
    'The addresses overlap',
    'Renumber one side or share prefixes that do not overlap what the other VPN already reaches.',
  ),
  RETURN_PATH_MISSING: permanent(
    422,
    'No answer would find back',
    'Add a prefix of that address family to the flow back, or take it out of this one.',
  ),
  REQUEST_PARTIES: permanent(
    422,
    'An interconnect has exactly two parties',
    'Name flows between two VPNs of two different entities.',
  ),
  REQUEST_CONFLICT: permanent(
    409,
    'The same idempotency key came with another body',
    'Use a new key for a new request.',
  ),
  NOT_ITS_TIME: transient(
    503,
    'It is not the time of this change by the clock of the record',
    'Nothing: it is tried again. Where it stays, look whether the database keeps the right time.',
  ),
  REQUEST_PERIOD: permanent(422, 'The period is not valid', 'Give an end that lies after the start and in the future.'),
  POLICY_UNKNOWN: permanent(
    404,
    'There is no such communication policy',
    'Check its version against `wasl policy list`.',
  ),
  POLICY_FORM_UNKNOWN: permanent(404, 'No such scanned form', 'Check version and entity against `wasl policy forms`.'),
  POLICY_FORM_ERASED: permanent(
    410,
    'The scan was erased',
    'Its time by the retention schedule was over; that it was there, and its digest, stay in the ledger.',
  ),
  POLICY_CONFLICT: permanent(409, 'The communication policy cannot become that', 'Read what the version is now.'),
  POLICY_NOT_IN_FORCE: permanent(
    409,
    'No communication policy in force covers this',
    'Ask under the version in force: `wasl policy list`.',
  ),
  POLICY_NOT_ACCEPTED: permanent(
    409,
    'A party has not accepted the communication policy in force',
    'A signatory of that party reads it and accepts it: `wasl policy accept VERSION`.',
  ),
  LIFECYCLE_STEP: permanent(409, 'The interconnect is not in a state that allows this', 'Look at its state first.'),
  APPROVAL_PARTY: permanent(403, 'This party has no part in the request', 'Only the two parties approve a request.'),
  APPROVAL_SELF: permanent(403, 'Nobody approves their own request', 'Another person of the party must approve it.'),
  APPROVAL_TWICE: permanent(409, 'This person has already decided', 'Another person must give the other approval.'),
  APPROVAL_DIGEST: permanent(
    409,
    'The approval is for another version of the plan',
    'Read the plan again and approve its current digest.',
  ),
  APPROVAL_ACCEPTS: permanent(
    409,
    'The plan asks for something to be accepted by name',
    'Read what the plan says of it, then approve and accept it by its name, or reject the plan.',
  ),

  // Signatures.
  SIGNED_DOCUMENT_INVALID: permanent(
    400,
    'Not a signed document',
    'Send the document as `wasl sign` or the API gave it out, unchanged.',
  ),
  SIGNATURE_INVALID: permanent(
    422,
    'The signature is not one of what was prepared',
    'Sign the prepared bytes with the key of the certificate for which they were prepared.',
  ),
  SIGNING_KEY: permanent(
    422,
    'The key or certificate cannot be used to sign',
    'Use an unencrypted or PBES2-encrypted PEM key, or a PKCS#12 file with AES, of a P-256 or RSA certificate.',
  ),
  SIGNATURE_SOURCE: transient(
    503,
    'A timestamp or revocation status could not be had',
    'Try again; where it stays, look whether the address in the trust configuration answers.',
  ),
  SIGNATURE_MISSING: permanent(
    422,
    'A decision is not signed',
    'Sign it: `wasl approve ID --identity FILE`, or with `--signed FILE` what was signed elsewhere.',
  ),
  SIGNATURE_REFUSED: permanent(
    422,
    'A signature does not hold',
    'Read the reason; sign again with a certificate that the trust configuration names for this side.',
  ),
  SIGNATURE_UNPROVEN: transient(
    503,
    'Whether a signature holds cannot be told yet',
    'Nothing: it is tried again when the authority has published newer revocation data.',
  ),
  CLOSING_HELD: transient(
    503,
    'More interconnects close than anybody signed for',
    'Find out who wrote to the record: ends that were signed, and plans that an officer approved, go on meanwhile, and this one by itself within the hour.',
  ),
  TRUST_INVALID: permanent(500, 'The trust configuration is not valid', 'Correct the member named in the path.'),

  // Who may.
  LOGIN_FAILED: permanent(401, 'The login did not come about', 'Log in again: `wasl login`.'),
  STEP_UP_NEEDED: permanent(
    401,
    'A decision needs a login made for it',
    'Log in anew, as WWW-Authenticate says (RFC 9470), and repeat the call: nothing was done.',
  ),
  UNAUTHENTICATED: permanent(
    401,
    'No valid token',
    'Send a token of the configured issuer: `wasl login`, or WASL_TOKEN.',
  ),
  FORBIDDEN: permanent(403, 'This role may not do that', 'Ask someone whose role allows it.'),
  NOT_FOUND: permanent(404, 'There is nothing here', 'Check the address.'),
  METHOD_NOT_ALLOWED: permanent(405, 'The address does not take this method', 'Use one of those that Allow lists.'),
  NOT_ACCEPTABLE: permanent(
    406,
    'The answer has no form that the caller accepts',
    'Send the header Accept with the media type named, or none.',
  ),
  REQUEST_TIMEOUT: transient(408, 'The call did not arrive whole in time', 'Send it faster, or less at once.'),
  ADDRESS_TOO_LONG: permanent(414, 'The address is too long', 'Send what is long in the body.'),
  BODY_TYPE: permanent(
    415,
    'The body is not JSON in UTF-8',
    'Send content-type: application/json, in UTF-8 and not compressed.',
  ),
  HEADERS_TOO_LARGE: permanent(431, 'The headers are too large', 'Send fewer or shorter headers.'),
  REQUEST_TOO_LARGE: permanent(413, 'The request is too large', 'Send less at once.'),
  RATE_LIMITED: transient(429, 'Too many requests', 'Wait as long as Retry-After says.'),

  // Planning.
  ROUTE_TARGET_POOL_EXHAUSTED: permanent(
    409,
    'The route target pool has no free number',
    'Extend the pool in the inventory, or wait until released numbers leave quarantine.',
  ),
  ROUTE_TARGET_IN_USE: permanent(
    409,
    'A route target of the pool is already on a router',
    'Remove it from the router, or take it out of the pool.',
  ),
  PROOF_FAILED: permanent(422, 'The proof refused the change', 'Read the counter-example: it names what would open.'),
  RECORD_ALTERED: permanent(
    500,
    'The record was altered beside wasl',
    'Approve nothing of it. Find out who wrote to the database, and have the change planned again.',
  ),
  PLAN_STALE: permanent(
    409,
    'The network differs from what the plan was made for',
    'Look at the difference, then plan again and have the new plan approved.',
  ),
  VRF_DRIFTED: permanent(
    409,
    'A VRF of the change does not hold what wasl put there',
    'Look at the difference, bring the VRF back in line, then plan again.',
  ),
  PLAN_EMPTY: permanent(409, 'The plan changes nothing', 'Nothing needs to be done.'),
  EXPORT_POLICY_UNSAFE: permanent(
    422,
    "The operator's export policy cannot be wrapped safely",
    'Change the policy as the reason says, or provision this VRF by hand.',
  ),
  OWN_TARGETS_UNKNOWN: permanent(
    422,
    "The VRF's own route targets are not known",
    'State them in the VRF itself (vrf-target, or import and export policies), then plan again.',
  ),
  AUTO_EXPORT_OFF: permanent(
    422,
    'auto-export was switched off in the VRF by an operator',
    'Switch it on or delete it in the VRF, then plan again.',
  ),
  VRF_MISSING: permanent(422, 'The VRF is not on the router', 'Create the VRF, or correct the inventory.'),
  PLANNING_INTERRUPTED: transient(503, 'Planning was interrupted', 'Nothing was changed: it is planned again.'),
  PLANNING_MEMORY: transient(
    503,
    'Planning needs more memory than it may have',
    'Raise WASL_PLANNING_MEMORY_MB and start the worker again, or split the inventory.',
  ),
  RENDER_FAILED: permanent(500, 'The template could not be rendered', 'Report it with the plan: this is a defect.'),

  ...ROUTER_ERRORS,
  // Webhooks.
  WEBHOOK_UNKNOWN: permanent(404, 'No such webhook', 'Check the id against `wasl webhook list`.'),
  WEBHOOK_ADDRESS: permanent(
    422,
    'Webhooks are not sent to this address',
    'Use https on port 443 or 8443, at addresses that an admin allows: `wasl webhook allow ID NETWORK`.',
  ),
  WEBHOOK_LIMIT: permanent(409, 'The entity has as many webhooks as it may', 'Remove one that is not needed.'),
  WEBHOOK_UNDELIVERED: transient(502, 'The receiver of a webhook did not take it', 'Nothing: it is tried again.'),

  // wasl itself.
  TEMPORAL_UNAVAILABLE: transient(503, 'The workflow server does not answer', 'Try again: nothing was lost.'),
  MESSAGE_UNREADABLE: transient(
    503,
    'A message in Temporal cannot be decrypted',
    'Give this process the ring of codec keys that the others have (WASL_CODEC_KEYS), with every key that encrypted what still runs.',
  ),
  WORKERS_AWAY: transient(
    503,
    'No worker lives',
    'Start one (`wasl worker`), then try again: nothing was lost, and nothing of this call happens later.',
  ),
  API_UNREACHABLE: transient(
    502,
    'The wasl server does not answer',
    'Check --server or WASL_SERVER, and that it runs.',
  ),
  ANSWER_LOST: unknown(
    502,
    'The wasl server was asked, and its answer was lost',
    'Look first (`wasl status`): what was asked may have been done, or may be done yet. Asked again, it is not done twice.',
  ),
  OUTPUT_LOST: unknown(
    500,
    'The answer could not be written',
    'Give standard output room, then look (`wasl status`): what was asked may have been done.',
  ),
  WATCH_TIMEOUT: transient(504, 'The time to watch is over', 'Watch again: the work goes on without you.'),
  ISSUER_UNAVAILABLE: transient(503, 'The keys of the token issuer cannot be read', 'Try again: nothing was lost.'),
  DATABASE_UNAVAILABLE: transient(503, 'The database does not answer', 'Try again: nothing was lost.'),
  RECORD_OUTCOME_UNKNOWN: unknown(
    502,
    'Whether it was recorded is not known',
    'Look at it (`wasl status <id>`); if it is not there, repeat the call: under the same Idempotency-Key it counts once.',
  ),
  CONFIGURATION: permanent(500, 'The configuration is not valid', 'Correct the setting named.'),
  ...PRIVACY_ERRORS,
  LEDGER_BROKEN: unknown(
    500,
    'The ledger is not what was recorded',
    'Stop deciding on it; compare it with the checkpoints that witnesses hold: `wasl ledger verify` names the first row.',
  ),
  LEDGER_UNSIGNED: permanent(
    404,
    'There is no checkpoint of the ledger',
    'Have a worker sign checkpoints (WASL_LEDGER_KEY), or ask for an entry that the last one covers.',
  ),
  PRINTING_UNAVAILABLE: permanent(
    500,
    'No form can be printed here',
    'Install it without leaving out optional packages: npm install --include=optional',
  ),
  COSIGNATURE_INVALID: permanent(
    400,
    'Not a cosignature of this checkpoint',
    'Send a line of `wasl witness`, made over a checkpoint that is kept here, with the verifier key of its key.',
  ),
  INTERNAL: unknown(500, 'A defect in wasl', 'Report it with the code and the time.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;
