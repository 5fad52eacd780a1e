import swagger from '@fastify/swagger';
import Fastify, { type FastifyRequest, type FastifySerializerCompiler } from 'fastify';
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
  serializerCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { isLoopback } from '../domain/loopback.ts';
import { visibleLines } from '../domain/visible-text.ts';
import { WaslError } from '../errors.ts';
import { createAuthenticate } from './authentication.ts';
import { accessTo, authorise, isOpenHere } from './authorisation.ts';
import { allowCodecOrigin } from './codec-origin.ts';
import { limitCalls } from './limit-calls.ts';
import { logWithoutSecrets } from './log-address.ts';
import { createMetrics } from './metrics.ts';
import { parseJsonBodies } from './parse-json-body.ts';
import { sendProblem } from './problem.ts';
import { registerActionRoutes } from './routes/action-routes.ts';
import { registerAuditRoutes } from './routes/audit-routes.ts';
import { registerCodecRoutes } from './routes/codec-routes.ts';
import { registerEventRoutes } from './routes/event-routes.ts';
import { registerEvidenceRoutes } from './routes/evidence-routes.ts';
import { registerInstallationRoutes } from './routes/installation-routes.ts';
import { registerInterconnectRoutes } from './routes/interconnect-routes.ts';
import { registerInventoryRoutes } from './routes/inventory-routes.ts';
import { registerLedgerProofRoutes } from './routes/ledger-proof-routes.ts';
import { registerLedgerRoutes } from './routes/ledger-routes.ts';
import { registerNetworkRoutes } from './routes/network-routes.ts';
import { registerOperationRoutes } from './routes/operation-routes.ts';
import { registerPlanRoutes } from './routes/plan-routes.ts';
import { registerPolicyRoutes } from './routes/policy-routes.ts';
import { registerRequestCheckRoutes } from './routes/request-check-routes.ts';
import type { ApiDependencies, ApiServer } from './server-types.ts';
import { compileInputValidator } from './validate-input.ts';

/** A request with its 128 prefixes is a few kilobytes; only the inventory import allows more. */
const BODY_BYTES_MAX = 64 * 1024;
/** A client that sends its request slower than this is cut off. */
const REQUEST_TIMEOUT_MS = 60_000;

const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'wasl',
    version: '1',
    description: 'Interconnects between the L3VPNs of government entities: requests, approvals, plans, changes.',
  },
  components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
} as const;

/**
 * The HTTP API. Nothing is sent to store, workflows or routers before the first request.
 * Every request is authenticated, then held against the one table of roles, before its body is read.
 */
export function createApi(deps: ApiDependencies): ApiServer {
  const app: ApiServer = Fastify({
    ...(deps.logger === undefined ? { logger: false } : { loggerInstance: logWithoutSecrets(deps.logger) }),
    // The types of the two kinds of server differ; what is registered on them does not.
    ...((deps.tls === undefined ? {} : { https: deps.tls }) as object),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    requestIdHeader: false,
    frameworkErrors: sendProblem,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(compileInputValidator);
  app.setSerializerCompiler(visibleSerializer);
  parseJsonBodies(app);
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => {
    sendProblem(new WaslError('NOT_FOUND', `there is no ${request.method} here`), request, reply);
  });
  allowCodecOrigin(app, deps);
  guardRoutes(app, deps);
  limitCalls(app);
  const metrics = createMetrics(deps);
  app.addHook('onResponse', async (request, reply) => {
    metrics.observe(request.routeOptions.url ?? 'none', request.method, reply.statusCode, reply.elapsedTime);
  });
  void app.register(swagger, {
    openapi: OPENAPI,
    transform: (route) => describeRoute(route),
    transformObject: (document) => withAnswersOnly(collectComponents(document)),
  });
  void app.register((scope: ApiServer, _options, done) => {
    registerOperationRoutes(scope, deps, metrics);
    registerInstallationRoutes(scope, deps);
    registerInventoryRoutes(scope, deps);
    registerPolicyRoutes(scope, deps);
    registerRequestCheckRoutes(scope, deps);
    registerInterconnectRoutes(scope, deps);
    registerActionRoutes(scope, deps);
    registerPlanRoutes(scope, deps);
    registerNetworkRoutes(scope, deps);
    registerAuditRoutes(scope, deps);
    registerEventRoutes(scope, deps);
    registerLedgerRoutes(scope, deps);
    registerLedgerProofRoutes(scope, deps);
    registerEvidenceRoutes(scope, deps);
    registerCodecRoutes(scope, deps);
    done();
  });
  return app;
}

/** Authentication and authorisation of every route; what `authorisation.ts` does not list is refused. */
function guardRoutes(app: ApiServer, { auth, clock }: ApiDependencies): void {
  const authenticate = createAuthenticate(auth, clock);
  app.decorateRequest('principal', null);
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store').header('x-request-id', request.id);
    const { url } = request.routeOptions;
    // No route: the not-found handler answers, and says nothing about what exists.
    if (url === undefined || accessTo(request.method, url) === 'public') return;
    if (isOpenHere(request.method, url) && isOfThisMachine(request)) return;
    if (auth.loopbackOnly) refuseForeignAddress(request);
    refuseTokenInAddress(request);
    request.principal = await authenticate(request.headers.authorization);
    // Whose request it was, on every later line of it.
    request.log = request.log.child({ person: request.principal.person });
    reply.log = request.log;
    authorise(request.principal, request.method, url);
  });
}

/** Tokens of the development issuer count on this machine only, however the server came to be bound. */
function refuseForeignAddress(request: FastifyRequest): void {
  const { localAddress } = request.socket;
  if (localAddress !== undefined && !isLoopback(localAddress)) {
    throw new WaslError('UNAUTHENTICATED', 'tokens of the development issuer are accepted on loopback only');
  }
}

const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/** Asked here without a token, and not on behalf of somebody elsewhere: proxies name those. */
function isOfThisMachine({ socket, headers }: FastifyRequest): boolean {
  if (headers.authorization !== undefined) return false;
  const { localAddress, remoteAddress } = socket;
  const isProxied = PROXY_HEADERS.some((name) => headers[name] !== undefined);
  return !isProxied && [localAddress, remoteAddress].every((address) => address === undefined || isLoopback(address));
}

/** Addresses are kept by proxies, browsers and logs on their way (RFC 6750 §5.3): a token there is no secret any more. */
function refuseTokenInAddress({ query }: FastifyRequest): void {
  if (!Object.keys(query ?? {}).some((name) => name.toLowerCase() === 'access_token')) return;
  throw new WaslError('UNAUTHENTICATED', 'a token in the address counts for nothing', {
    remedy: 'Send it in the header Authorization. Have this one revoked: others may have read it.',
  });
}

/** Answers are JSON in which text of others is visible, whatever reads them: a terminal, too. */
const visibleSerializer: FastifySerializerCompiler<z.ZodType | { properties: z.ZodType }> = (route) => {
  const serialize = serializerCompiler(route);
  return (data) => visibleLines(serialize(data));
};

const ZOD_TO_JSON = {
  // `readonly` is about our types, not about the wire.
  override: ({ jsonSchema }: { jsonSchema: { readOnly?: boolean } }) => {
    delete jsonSchema.readOnly;
  },
} as const;
const toJsonSchema = createJsonSchemaTransform({ zodToJsonConfig: ZOD_TO_JSON });
const collectComponents = createJsonSchemaTransformObject({ zodToJsonConfig: ZOD_TO_JSON });

/** The named schemas are answers; the collector offers each a second time as `...Input`, which nothing refers to. */
function withAnswersOnly(document: ReturnType<typeof collectComponents>): ReturnType<typeof collectComponents> {
  const schemas: Record<string, unknown> = 'components' in document ? (document.components?.schemas ?? {}) : {};
  for (const name of Object.keys(schemas)) {
    if (name.endsWith('Input')) delete schemas[name];
  }
  return document;
}

/** The route's OpenAPI entry, with what the table of roles says about it. */
function describeRoute(route: Parameters<typeof toJsonSchema>[0]): ReturnType<typeof toJsonSchema> {
  const { schema, url } = toJsonSchema(route);
  const access = accessTo(String(route.route.method), url);
  if (access === undefined || access === 'public') return { schema, url };
  const roles = `Roles: ${access.join(', ')}.`;
  const description = [schema?.description, roles].filter((text) => text !== undefined).join(' ');
  return { schema: { ...schema, description, security: [{ bearer: [] }] }, url };
}
