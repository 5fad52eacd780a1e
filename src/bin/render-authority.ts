/** docs/authority.md: who may do what. Every table is read from the code that decides; the gate's is got by asking it. */
import { z } from 'zod';
import { ACTIONS } from '../api/actions.ts';
import { CLOCK_TOLERANCE_SECONDS, TOKEN_BYTES_MAX, TOKEN_TYPE } from '../api/authentication.ts';
import { ACCESS, type Access } from '../api/authorisation.ts';
import { DISCOVERY_SECONDS, KEYS_AGE_SECONDS_MAX, KEYS_COOLDOWN_SECONDS } from '../api/issuer-keys.ts';
import { CALLS_OF_PARTIES_MAX, CALLS_PER_ENTITY_MAX, CALLS_PER_PERSON_MAX } from '../api/limit-calls.ts';
import { PROOF_SECONDS_MAX } from '../api/proof-of-possession.ts';
import { isDecision } from '../api/step-up.ts';
import { ALGORITHMS, claimsSchema, ROLES, type Role } from '../api/token-claims.ts';
import { CHANGE_KIND_RULES, CHANGE_KINDS, type ChangeKind, onlyTakesAway } from '../domain/change-kinds.ts';
import { EXCLUDED_BY, PART_WORDS, type Part } from '../domain/may-decide.ts';
import { PERSON_ID_WORDS } from '../domain/names.ts';
import { STEP_UP_SECONDS_DEFAULT, TOKEN_LIFETIME_SECONDS_DEFAULT } from './configuration.ts';
import { gateRows } from './gate-rows.ts';
import { code, table } from './markdown.ts';

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  portal: 'the approval portal of one entity: asks for interconnects in its name',
  'party-approver': 'a signatory of one entity: signs requests, withdraws',
  engineer: 'the network side: approves plans, plans again, recovers, reads routers',
  auditor: 'reads everything, and alone the ledger',
  security: 'the security officer: withdraws, reads routers',
  admin: 'imports the inventory, confirms what another admin proposed, retires installations',
  witness:
    'the witness that a party runs (`wasl witness`): cosigns checkpoints of the ledger, reads none of its entries',
};

/** Answered without being a part of the API's description. */
const NOT_OF_THE_CONTRACT: Readonly<Record<string, string>> = {
  'GET /metrics': 'Numbers for Prometheus; no entity, person or router',
  'GET /openapi.json': 'The description of this API',
  'OPTIONS /v1/codec/decode': "What a browser asks for a page of Temporal's UI",
  'OPTIONS /v1/codec/encode': "What a browser asks for a page of Temporal's UI",
};

/** `METHOD /path` -> what the API's own description says of it. */
export type RouteSummaries = ReadonlyMap<string, string>;

export function renderAuthority(summaries: RouteSummaries): string {
  return [
    '# Who may do what',
    '',
    'Made of `src/api/authentication.ts`, `authorisation.ts`, `actions.ts`, `src/domain/change-kinds.ts` and `may-decide.ts`;',
    '`npm run docs` writes it. The API asks for a role; then the record asks the law of decisions, in the same store transaction',
    'that takes the decision. Nothing that Temporal says counts.',
    '',
    '## Tokens',
    '',
    ...tokens(),
    '',
    '## Roles',
    '',
    table(
      ['role', 'who'],
      ROLES.map((role) => [code(role), ROLE_WORDS[role]]),
    ),
    '',
    'A person may have several roles. Somebody with no role of the network side sees the interconnects of their own entity only:',
    'to them another one is `INTERCONNECT_UNKNOWN`, byte for byte as one that does not exist.',
    '',
    '## Routes',
    '',
    routes(summaries),
    '',
    'A route that is not listed is refused to everybody. The role alone decides nothing: what follows is asked as well.',
    'A route that **decides** needs a login made for it (see Tokens).',
    '',
    '`GET /metrics` needs no token where it is asked from the machine itself, without one: a proxy in front must not pass it on, or name',
    'for whom it asks (`Forwarded`, `X-Forwarded-For`, `X-Real-IP`, `Via`).',
    '',
    `Every POST but those of the codec, which count as reads, counts: ${CALLS_PER_PERSON_MAX} a minute for one person, ${CALLS_PER_ENTITY_MAX} for all persons of one entity, ${CALLS_OF_PARTIES_MAX} for all the parties; the network side has`,
    'no limit together. One more is `RATE_LIMITED` (429) with the `Retry-After` of the one who has too many. Each server counts its own.',
    '',
    '## Nobody plays two parts',
    '',
    ...parts(),
    '',
    'Who authorises an erasure (`wasl retention authorise`) did not propose it; and neither proposer nor authoriser is on its list.',
    '',
    '## Kinds of change',
    '',
    kinds(),
    '',
    'Only provision and withdraw have a command today. The other rules stand in the same table and are held by the same tests.',
    '',
    '- **Only takes away**: such a change needs the routers that carry the interconnect and no others, and is tried until nothing is left.',
    '- **Rejected plan**: where it leaves the agreement. Whoever asked for a withdrawal that was rejected may ask again.',
    '- **End date**: what the signed end does to a change that is not applied yet. A withdrawal needs no approval then.',
    '- **Window**: for how long an approval holds, from its start. What is not on the network by then is planned again.',
    '',
    '## The gate at push',
    '',
    'Before a worker locks the first router it reads the record again and asks once more. It starts from a record in order: signed by',
    'both parties, planned, approved by another engineer. Each row alters one thing. The cells are the answers of the code.',
    '',
    table(
      ['what the record says', ...CHANGE_KINDS.map(code)],
      gateRows().map(({ what, answers }) => [
        what,
        ...answers.map((answer) => (answer === null ? 'goes on' : code(answer))),
      ]),
    ),
    '',
    'The parties are derived again from the inventory in force, so a VPN that was given to another entity meanwhile stops the push.',
    'What was approved is the payloads themselves: their digests are in the plan, and what each router was sent is kept',
    '(`wasl plan show <id> --xml`, `GET /v1/changes/{id}/pushed`). After the gate, the state of the routers is held against the plan: see',
    '[life.md](life.md).',
    '',
  ].join('\n');
}

function tokens(): string[] {
  const { properties, required = [] } = z.toJSONSchema(claimsSchema, { io: 'input' }) as {
    properties: Record<string, { pattern?: string; maxItems?: number }>;
    required?: string[];
  };
  const must = (claim: string, otherwise = '') => (required.includes(claim) ? 'yes' : otherwise);
  const rows = [
    ['`iss`', 'yes', 'the configured issuer (`WASL_JWT_ISSUER`)'],
    ['`aud`', 'yes', 'the configured audience (`WASL_JWT_AUDIENCE`)'],
    ['`sub`', must('sub'), `the person: ${PERSON_ID_WORDS}; case and normal form make no second person`],
    [
      '`iat`, `exp`',
      must('exp'),
      `seconds since 1970, at most ${TOKEN_LIFETIME_SECONDS_DEFAULT} apart (\`WASL_JWT_LIFETIME_SECONDS\`)`,
    ],
    [
      '`roles`',
      must('roles'),
      `a list of at most ${properties.roles?.maxItems} strings; those that are not in the table below mean nothing here`,
    ],
    [
      '`entity`',
      must('entity', 'for the roles `portal` and `party-approver`'),
      `an entity of the inventory: \`${properties.entity?.pattern}\``,
    ],
    ['`acr`', must('acr', 'for decisions'), 'how the person logged in: one of `WASL_STEP_UP_ACR`'],
    [
      '`auth_time`',
      must('auth_time', 'for decisions'),
      `when, in seconds since 1970: at most ${STEP_UP_SECONDS_DEFAULT} s before the decision (\`WASL_STEP_UP_SECONDS\`)`,
    ],
  ];
  return [
    `Every call carries \`Authorization: Bearer\` with an access token of the one configured issuer: a signed JWT of the type \`${TOKEN_TYPE}\``,
    '(RFC 9068). An ID token lets nobody in.',
    '',
    table(['claim', 'needed', 'what'], rows),
    '',
    `Signatures with public keys only: ${ALGORITHMS.map(code).join(', ')}. Clocks may differ by ${CLOCK_TOLERANCE_SECONDS} s. A token has at most`,
    `${TOKEN_BYTES_MAX} bytes. A token in an address (\`?access_token=\`) is refused. Tokens of \`wasl token\` count on loopback only.`,
    '',
    'The issuer may put `roles`, `entity`, `acr` and `auth_time` elsewhere: `WASL_JWT_CLAIMS` maps each to the name of a claim, or to a JSON',
    'pointer into one (`{"roles":"/realm_access/roles"}`). `WASL_JWT_ROLES` maps its names of roles (`{"NOC":"engineer"}`); with it, no other',
    'name counts. What the mapping does not find is absent, and what is absent is refused.',
    '',
    '**Keys.** `WASL_JWT_JWKS_FILE`, or `WASL_JWT_JWKS_URL`, or neither: then the issuer is asked (OpenID Connect Discovery), once at the first',
    `token and again every ${DISCOVERY_SECONDS} s. A key set read by address is read again after ${KEYS_AGE_SECONDS_MAX} s, or for a key that it does not have, but at`,
    `most every ${KEYS_COOLDOWN_SECONDS} s: an issuer that rotates publishes the next key before it signs with it. While the issuer is away, the keys`,
    'that were read serve until then; after that every call is `ISSUER_UNAVAILABLE` (503).',
    '',
    '**Possession.** A token that the issuer bound to a key (`cnf.jkt`) counts only as `Authorization: DPoP` with a proof of that key in the header',
    `\`DPoP\` (RFC 9449): for this method, this address under \`WASL_PUBLIC_URL\` (never the header Host), this token, made in the last ${PROOF_SECONDS_MAX} s, used`,
    'once. `WASL_DPOP_CLIENTS` names the clients (`client_id`; `*`: all) of which no other token counts: the portal and other machines, which get',
    'theirs by `private_key_jwt`; a token that names no client is taken for one of theirs. A token bound in another way (a certificate) is',
    'refused. Each server remembers the proofs that it saw: with several behind one address, have the proxy keep a client at its server.',
    'There is no nonce.',
    '',
    '`GET /.well-known/oauth-protected-resource` (RFC 9728) says where tokens come from, and `GET /v1/caller` what one is worth here.',
    '',
    '**Decisions** need a login made for them (RFC 9470): without it a call is `STEP_UP_NEEDED` (401), with the challenge in',
    '`WWW-Authenticate`: `insufficient_user_authentication`, `acr_values`, `max_age`. What is asked is checked in the token, not believed of the',
    'client. A token of a machine names no login, and so decides nothing. The rule has no switch: `wasl serve` does not start with an issuer and',
    'without `WASL_STEP_UP_ACR`. The development issuer states its own `acr` and the time of the token; a decision may be as old as its token.',
  ];
}

function routes(summaries: RouteSummaries): string {
  const rows = Object.entries(ACCESS).map(([route, access]) => {
    const path = route.replace(/:(\w+)/g, '{$1}');
    const what = summaries.get(path) ?? NOT_OF_THE_CONTRACT[path] ?? '';
    const [method = '', url = ''] = route.split(' ');
    return [code(path), what, ...ROLES.map((role) => mark(access, role)), isDecision(method, url) ? 'yes' : 'no'];
  });
  return table(['route', 'what', ...ROLES.map(code), 'decides'], rows);
}

const mark = (access: Access, role: Role) => (access === 'public' ? 'no token' : access.includes(role) ? '✓' : '·');

function parts(): string[] {
  const words = (part: Part) => `who ${PART_WORDS[part]}`;
  const rows = [
    ['sign a request for a party', ACTIONS.sign.roles, EXCLUDED_BY.signatory],
    ['approve or reject a plan', ACTIONS['approve-plan'].roles, EXCLUDED_BY.approver],
  ] as const;
  return [
    table(
      ['to', 'role', 'never'],
      rows.map(([what, roles, excluded]) => [what, roles.map(code).join(', '), excluded.map(words).join('; ')]),
    ),
    '',
    'Persons are compared by the `sub` of their tokens. Both parties sign, each by a person of its own, and the party is the',
    'entity of the token. A signature covers the digest of the request, an approval the digest of the plan: another digest is',
    'refused with `APPROVAL_DIGEST`.',
  ];
}

function kinds(): string {
  const row = (kind: ChangeKind): string[] => {
    const { from, to, rejectedTo, signatures, approval, atEndDate, windowHours } = CHANGE_KIND_RULES[kind];
    return [
      code(kind),
      from.map(code).join(', '),
      code(to),
      rejectedTo === null ? 'where it was' : code(rejectedTo),
      onlyTakesAway(kind) ? 'yes' : 'no',
      signatures,
      approval,
      atEndDate,
      windowHours === null ? 'until it is done' : `${windowHours} h`,
    ];
  };
  const heads = [
    'kind',
    'from',
    'to',
    'rejected plan',
    'only takes away',
    'signatures',
    'approval',
    'end date',
    'window',
  ];
  return table(heads, CHANGE_KINDS.map(row));
}
