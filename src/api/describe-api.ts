/** The OpenAPI document: what the routes' schemas say, and what holds for all of them: names, problems by status, headers, examples. */

import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { POLICY_MEDIA_TYPES } from '../domain/policy.ts';
import { ERRORS, type ErrorCode, WaslError } from '../errors.ts';
import { accessTo } from './authorisation.ts';
import { BODY_EXAMPLES, exampleInAddress } from './operation-examples.ts';
import { OPERATIONS } from './operations.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import { ANSWER_TYPE } from './refuse-misuse.ts';
import { isDecision } from './step-up.ts';

export const OPENAPI: NonNullable<FastifyDynamicSwaggerOptions['openapi']> = {
  openapi: '3.1.0',
  info: {
    title: 'wasl',
    version: '1',
    description:
      'Interconnects between the L3VPNs of government entities: requests, approvals, plans, changes. Every refusal is a problem (RFC 9457) ' +
      'with a code of the registry: the type is urn:wasl:error: and the code. Bodies are JSON in UTF-8 in which no member comes twice.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'The server that gave this document' }],
  tags: [
    { name: 'operation', description: 'Whether it works' },
    { name: 'inventory', description: 'The edges of the network that wasl may touch' },
    { name: 'policy', description: 'The communication policy that both parties accept' },
    { name: 'identity', description: 'Who calls, and where tokens come from' },
    { name: 'signatures', description: 'Prepare, sign elsewhere, attach: nothing of it is kept' },
    { name: 'interconnects', description: 'What two parties ask, sign and end' },
    { name: 'plans', description: 'What a change will do, did, and was sent' },
    { name: 'routers', description: 'Live reads' },
    { name: 'audits', description: 'The whole network against the register' },
    { name: 'events', description: 'Progress as it happens' },
    { name: 'webhooks', description: 'Progress, sent: Standard Webhooks, signed' },
    { name: 'privacy', description: 'What is kept of persons, and how it ends' },
    { name: 'ledger', description: 'The record that can be shown' },
    { name: 'installation', description: 'Which installation this is' },
  ],
  components: {
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description:
          'An access token (at+jwt) of the configured issuer, for this API as its audience; roles and entity are claims of it. ' +
          'One that is bound to a key: `Authorization: DPoP`, with a proof in DPoP.',
      },
    },
  },
};

const ZOD_TO_JSON = {
  // `readonly` is about our types, not about the wire.
  override: ({ jsonSchema }: { jsonSchema: { readOnly?: boolean } }) => {
    delete jsonSchema.readOnly;
  },
} as const;
const toJsonSchema = createJsonSchemaTransform({ zodToJsonConfig: ZOD_TO_JSON });
const collectComponents = createJsonSchemaTransformObject({ zodToJsonConfig: ZOD_TO_JSON });

/** The route's entry, with its name and what the table of roles says about it. */
export function describeRoute(route: Parameters<typeof toJsonSchema>[0]): ReturnType<typeof toJsonSchema> {
  const { schema, url } = toJsonSchema(route);
  const method = String(route.route.method);
  const operation = OPERATIONS[`${method} ${url}`];
  const named = operation === undefined ? schema : { ...schema, operationId: operation.id };
  const access = accessTo(method, url);
  if (access === undefined || access === 'public') return { schema: named, url };
  const roles = `Roles: ${access.join(', ')}.`;
  const login = isDecision(method, url) ? 'A decision: it needs a login made for it.' : undefined;
  const description = [schema?.description, roles, login].filter((text) => text !== undefined).join(' ');
  return { schema: { ...named, description, security: [{ bearer: [] }] }, url };
}

interface Media {
  schema?: unknown;
  example?: unknown;
}
interface Answer {
  description?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
  links?: Record<string, unknown>;
  $ref?: string;
}
interface DescribedOperation {
  operationId?: string;
  security?: readonly unknown[];
  parameters?: readonly { in: string; name: string; example?: unknown }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Answer>;
}

/** The whole document, as it is served. */
export function describeApi(given: Parameters<typeof collectComponents>[0]): ReturnType<typeof collectComponents> {
  const document = collectComponents(given);
  if (!('paths' in document)) return document;
  const components = ('components' in document ? document.components : {}) as {
    schemas?: Record<string, unknown>;
    responses?: object;
  };
  // The named schemas are answers; the collector offers each a second time as `...Input`, which nothing refers to.
  // In the order of their names: whichever module was read first, the document is the same.
  const named = Object.entries(components.schemas ?? {}).filter(([name]) => !name.endsWith('Input'));
  components.schemas = Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
  const used = new Set<number>();
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const [method, each] of Object.entries(operations as Record<string, DescribedOperation>)) {
      const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
      describeAnswers(each);
      for (const status of addProblems(each, method, route)) used.add(status);
      for (const parameter of each.parameters ?? []) {
        const shown = parameter.in === 'header' ? undefined : exampleInAddress(path, parameter.name);
        if (shown !== undefined) parameter.example = shown;
      }
      const example = BODY_EXAMPLES[each.operationId ?? ''];
      const body = each.requestBody?.content['application/json'];
      if (example !== undefined && body !== undefined) body.example = example;
    }
  }
  const responses = Object.fromEntries([...used].sort().map((status) => [`Problem${status}`, problemAnswer(status)]));
  return { ...document, components: { ...components, responses } } as ReturnType<typeof collectComponents>;
}

const header = (description: string, pattern?: string) => ({
  description,
  schema: { type: 'string', ...(pattern === undefined ? {} : { pattern }) },
});
const NEXT_PAGE = header('RFC 8288: the next page, with rel="next"; none where this is the last');
const ETAG = header('The version, for If-Match', '^"[^"]+"$');

const PAGED = ['listInterconnects', 'readLedger', 'listCheckpoints', 'listWebhookDeliveries'];
const LOCATED: Readonly<Record<string, string>> = {
  submitRequest: 'The interconnect',
  registerWebhook: 'The endpoint',
};
const VERSIONED = [
  ...['readInventory', 'importInventory', 'confirmInventoryProposal', 'readRendition', 'readHandSigned'],
  ...['readProfile', 'recordProfile', 'readWebhook', 'allowWebhook', 'addWebhookKey'],
];
/** What the answer of an operation is good for: the member by which the others, in whose addresses it stands, are called. */
const LINKED: Readonly<Record<string, { readonly member: string; readonly to: readonly string[] }>> = {
  submitRequest: { member: 'id', to: ['readInterconnect', 'decideRequest', 'withdraw', 'readLiaison'] },
  registerWebhook: { member: 'id', to: ['readWebhook', 'allowWebhook', 'addWebhookKey', 'listWebhookDeliveries'] },
  proposePolicy: { member: 'version', to: ['readPolicy', 'publishPolicy', 'acceptPolicy', 'listHandSigned'] },
  placeLegalHold: { member: 'id', to: ['liftLegalHold'] },
  proposeErasure: { member: 'id', to: ['decideErasure', 'eraseProposed'] },
};

function describeAnswers({ operationId = '', responses }: DescribedOperation): void {
  for (const [status, answer] of Object.entries(responses)) {
    if (answer.description === 'Default Response') answer.description = status === '201' ? 'Created' : 'The answer';
    if (!status.startsWith('2')) continue;
    if (PAGED.includes(operationId)) answer.headers = { ...answer.headers, Link: NEXT_PAGE };
    if (VERSIONED.includes(operationId)) answer.headers = { ...answer.headers, ETag: ETAG };
    const located = LOCATED[operationId];
    if (located !== undefined) answer.headers = { ...answer.headers, Location: header(located) };
    const linked = LINKED[operationId];
    if (linked !== undefined) {
      const { member, to } = linked;
      const link = (id: string) => ({ operationId: id, parameters: { [member]: `$response.body#/${member}` } });
      answer.links = Object.fromEntries(to.map((each) => [each, link(each)]));
    }
  }
  if (operationId === 'followEvents') responses['200'] = EVENT_STREAM;
  if (operationId === 'readRendition' && responses['200'] !== undefined) {
    const bytes = { schema: { type: 'string', contentMediaType: 'application/octet-stream' } };
    responses['200'].content = Object.fromEntries(POLICY_MEDIA_TYPES.map((type) => [type, bytes]));
  }
}

/** OpenAPI 3.1 has no form for events: the text is told, and each event's data by the schema beside it. */
const EVENT_STREAM: Answer = {
  description:
    'Server-sent events (HTML, 9.2): `id` is the sequence to resume after, `event` is `progress`, `data` one JSON object of the schema Progress.',
  content: {
    [ANSWER_TYPE.followEvents ?? '']: {
      schema: {
        type: 'string',
        contentMediaType: 'text/event-stream',
        ...{ 'x-event-data': { progress: { $ref: '#/components/schemas/Progress' } } },
      },
      example: 'id: 7\nevent: progress\ndata: {"sequence":7,"stage":"verify","status":"done"}\n\n',
    },
  },
};

/** What any call may meet; then, by what the operation takes. */
const OF_EVERY_CALL: readonly ErrorCode[] = [
  'INPUT_INVALID',
  'NOT_ACCEPTABLE',
  'ADDRESS_TOO_LONG',
  'HEADERS_TOO_LARGE',
];
const OF_CALLERS: readonly ErrorCode[] = [
  ...(['UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED', 'DATABASE_UNAVAILABLE', 'INTERNAL'] as const),
];
const OF_BODIES: readonly ErrorCode[] = ['REQUEST_TOO_LARGE', 'BODY_TYPE'];

function addProblems(operation: DescribedOperation, method: string, route: string): readonly number[] {
  const { parameters = [], requestBody, security, responses } = operation;
  const codes: readonly ErrorCode[] = [
    ...OF_EVERY_CALL,
    ...(security === undefined ? [] : OF_CALLERS),
    ...(parameters.some((each) => each.in === 'path') ? (['NOT_FOUND'] as const) : []),
    ...(requestBody === undefined ? [] : OF_BODIES),
    // A body that nobody asked for is refused by its type, too.
    ...(method === 'post' ? (['BODY_TYPE', 'REQUEST_TOO_LARGE'] as const) : []),
    ...(method === 'get' ? [] : (['RECORD_OUTCOME_UNKNOWN'] as const)),
    ...(OPERATIONS[route]?.refuses ?? []),
  ];
  delete responses.default;
  const statuses = [...new Set(codes.map((code) => ERRORS[code].httpStatus))].sort();
  for (const status of statuses) {
    if (responses[status] !== undefined) continue;
    const ofStatus = [...new Set(codes)].filter((code) => ERRORS[code].httpStatus === status);
    const told = ofStatus.map((code) => `${ERRORS[code].title} (${code})`).join('; ');
    responses[status] = { $ref: `#/components/responses/Problem${status}`, description: told };
  }
  return statuses;
}

/** One form for each status: the problem with the codes of the registry that have it. */
function problemAnswer(status: number): Answer {
  const codes = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => ERRORS[code].httpStatus === status);
  const [first] = codes;
  if (first === undefined) throw new RangeError(`no code of the registry has the status ${status}`);
  const waits = codes.some((code) => ERRORS[code].class === 'transient');
  return {
    description: `Refused with ${status}`,
    headers: {
      ...(waits ? { 'Retry-After': header('Seconds to wait before the same call is worth repeating', '^\\d+$') } : {}),
      ...(status === 401 ? { 'WWW-Authenticate': header('RFC 6750') } : {}),
    },
    content: {
      [PROBLEM_TYPE]: {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { status: { const: status }, code: { enum: codes } } },
          ],
        },
        example: problemOf(new WaslError(first, ERRORS[first].title), '/v1/interconnects'),
      },
    },
  };
}
