import swagger from '@fastify/swagger';
import Fastify, { type FastifyRequest, type FastifySerializerCompiler } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { isLoopback } from '../domain/loopback.ts';
import { visibleLines } from '../domain/visible-text.ts';
import { WaslError } from '../errors.ts';
import { createAuthenticate } from './authentication.ts';
import { accessTo, authorise, isOpenHere } from './authorisation.ts';
import { allowCodecOrigin } from './codec-origin.ts';
import { describeApi, describeRoute, OPENAPI } from './describe-api.ts';
import { limitCalls } from './limit-calls.ts';
import { logWithoutSecrets } from './log-address.ts';
import { createMetrics } from './metrics.ts';
import { parseJsonBodies } from './parse-json-body.ts';
import { sendProblem } from './problem.ts';
import type { Presented } from './proof-of-possession.ts';
import { answerClientError, refuseMisuse } from './refuse-misuse.ts';
import { registerActionRoutes } from './routes/action-routes.ts';
import { registerAuditRoutes } from './routes/audit-routes.ts';
import { registerCodecRoutes } from './routes/codec-routes.ts';
import { registerEntityRoutes } from './routes/entity-routes.ts';
import { registerEventRoutes } from './routes/event-routes.ts';
import { registerEvidenceRoutes } from './routes/evidence-routes.ts';
import { registerHandSignedRoutes } from './routes/hand-signed-routes.ts';
import { registerIdentityRoutes } from './routes/identity-routes.ts';
import { registerInstallationRoutes } from './routes/installation-routes.ts';
import { registerInterconnectRoutes } from './routes/interconnect-routes.ts';
import { registerInventoryRoutes } from './routes/inventory-routes.ts';
import { registerLedgerProofRoutes } from './routes/ledger-proof-routes.ts';
import { registerLedgerRoutes } from './routes/ledger-routes.ts';
import { registerNetworkRoutes } from './routes/network-routes.ts';
import { registerOperationRoutes } from './routes/operation-routes.ts';
import { registerPlanRoutes } from './routes/plan-routes.ts';
import { registerPolicyRoutes } from './routes/policy-routes.ts';
import { registerPrivacyRoutes } from './routes/privacy-routes.ts';
import { registerRequestCheckRoutes } from './routes/request-check-routes.ts';
import { registerSigningRoutes } from './routes/signing-routes.ts';
import { registerWebhookRoutes } from './routes/webhook-routes.ts';
import type { ApiDependencies, ApiServer } from './server-types.ts';
import { showPersonalTexts } from './show-personal-texts.ts';
import { isDecision, requireStepUp, stepUpChallenge } from './step-up.ts';
import { compileInputValidator } from './validate-input.ts';

/** A request with its 128 prefixes is a few kilobytes; only the inventory import allows more. */
const BODY_BYTES_MAX = 64 * 1024;
/** A client that sends its request slower than this is cut off. */
const REQUEST_TIMEOUT_MS = 60_000;

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
    clientErrorHandler: answerClientError,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(compileInputValidator);
  app.setSerializerCompiler(visibleSerializer);
  parseJsonBodies(app);
  app.setErrorHandler(sendProblem);
  allowCodecOrigin(app, deps);
  showPersonalTexts(app, deps);
  refuseMisuse(app);
  guardRoutes(app, deps);
  limitCalls(app);
  const metrics = createMetrics(deps);
  app.addHook('onResponse', async (request, reply) => {
    metrics.observe(request.routeOptions.url ?? 'none', request.method, reply.statusCode, reply.elapsedTime);
  });
  void app.register(swagger, {
    openapi: OPENAPI,
    transform: describeRoute,
    transformObject: describeApi,
  });
  void app.register((scope: ApiServer, _options, done) => {
    registerOperationRoutes(scope, deps, metrics);
    registerIdentityRoutes(scope, deps);
    registerInstallationRoutes(scope, deps);
    registerInventoryRoutes(scope, deps);
    registerPolicyRoutes(scope, deps);
    registerEntityRoutes(scope, deps);
    registerHandSignedRoutes(scope, deps);
    registerSigningRoutes(scope, deps);
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
    registerWebhookRoutes(scope, deps);
    registerPrivacyRoutes(scope, deps);
    done();
  });
  return app;
}

/** Authentication and authorisation of every route; what `authorisation.ts` does not list is refused. */
function guardRoutes(app: ApiServer, { auth, clock }: ApiDependencies): void {
  const authenticate = createAuthenticate(auth, clock);
  app.decorateRequest('principal', null);
  app.addHook('onRequest', async (request, reply) => {
    const { url } = request.routeOptions;
    if (url === undefined || accessTo(request.method, url) === 'public') return;
    if (isOpenHere(request.method, url) && isOfThisMachine(request)) return;
    if (auth.loopbackOnly) refuseForeignAddress(request);
    refuseTokenInAddress(request);
    request.principal = await authenticate(presentedBy(request));
    // Whose request it was, on every later line of it.
    request.log = request.log.child({ person: request.principal.person });
    reply.log = request.log;
    authorise(request.principal, request.method, url);
    if (!isDecision(request.method, url)) return;
    void reply.header('www-authenticate', stepUpChallenge(auth.stepUp, request.headers.authorization));
    requireStepUp(request.principal, auth.stepUp, clock());
    void reply.removeHeader('www-authenticate');
  });
}

function presentedBy({ headers, method, url: path }: FastifyRequest): Presented {
  const { authorization, dpop } = headers;
  // Two proofs are none: Node joins them, and the whole is no token.
  return { authorization, ...(dpop === undefined ? {} : { proof: String(dpop) }), method, path };
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
