import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { ERRORS, WaslError } from '../../errors.ts';
import type { Backbone } from '../backbone.ts';
import { RpcErrors } from '../datastore/datastores.ts';
import { RpcError } from '../netconf/rpc-error.ts';
import type { SimulatedRouter } from '../router.ts';
import { parseFault } from './parse-fault.ts';

/** A fault or an edit of a few objects; nobody sends more. */
const BODY_BYTES_MAX = 1024 * 1024;

export interface ControlServerOptions {
  /** The bearer secret that steering needs. */
  readonly token: string;
  /** Absent or 0: a port that is free. */
  readonly port?: number;
}

export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Steers a backbone from another process, over HTTP on loopback: faults, reboots, console edits, and what the routers hold. */
export async function startControlServer(backbone: Backbone, options: ControlServerOptions): Promise<ControlServer> {
  const server = createServer((request, response) => {
    answer(backbone, options.token, request)
      .catch(describeFailure)
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body ?? {}));
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the control server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

type Handler = (router: SimulatedRouter, body: Readonly<Record<string, unknown>>, id: string | undefined) => unknown;

/** What can be asked of one router: `METHOD action` under `/routers/<name>/`. */
const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['GET running', (router) => ({ text: router.runningText() })],
  ['GET candidate', (router) => ({ text: router.candidateText(), dirty: router.isCandidateDirty() })],
  ['GET sessions', (router) => router.sessions()],
  ['GET faults', (router) => router.faults.list()],
  ['POST faults', (router, body) => ({ id: router.faults.set(parseFault(body.fault), readTimes(body)) })],
  ['DELETE faults', (router, _body, id) => router.faults.clear(id === undefined ? undefined : Number(id))],
  ['POST reboot', (router, body) => router.reboot(typeof body.downMs === 'number' ? { downMs: body.downMs } : {})],
  [
    'POST edit',
    (router, body) => router.editRunning(String(body.config), body.defaultOperation === 'none' ? 'none' : 'merge'),
  ],
]);

async function answer(backbone: Backbone, token: string, request: IncomingMessage): Promise<Answer> {
  requireToken(request, token);
  const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname.split('/').filter((part) => part !== '');
  const [collection, name, action, id] = path.map(decodeURIComponent);
  if (request.method === 'GET' && collection === 'inventory') return { status: 200, body: backbone.inventory() };
  if (collection === 'routers' && name === undefined && request.method === 'GET') {
    return { status: 200, body: backbone.routers().map(summarize) };
  }
  if (collection === 'routers' && name !== undefined && action !== undefined) {
    const handler = HANDLERS.get(`${request.method} ${action}`);
    const router = backbone.router(name);
    if (handler !== undefined) return { status: 200, body: handler(router, await readBody(request), id) };
  }
  throw new WaslError('NOT_FOUND', `There is nothing at ${request.method} ${request.url}`);
}

function summarize(router: SimulatedRouter) {
  return {
    name: router.name,
    platform: router.platform,
    port: router.port,
    fingerprint: router.fingerprint,
    isUp: router.isUp(),
    isCandidateDirty: router.isCandidateDirty(),
    pendingCommit: router.pendingCommit() !== null,
    candidateLock: router.lockHolder('candidate') ?? null,
    runningLock: router.lockHolder('running') ?? null,
    sessions: router.sessions().length,
    faults: router.faults.list().length,
  };
}

export type RouterSummary = ReturnType<typeof summarize>;

function requireToken(request: IncomingMessage, token: string): void {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  if (timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`))) return;
  throw new WaslError('UNAUTHENTICATED', 'The control server was called without its secret');
}

function readTimes(body: Readonly<Record<string, unknown>>): { readonly times?: number } {
  const { times } = body;
  if (times === undefined || times === null) return {};
  if (typeof times === 'number' && Number.isInteger(times) && times > 0) return { times };
  throw new WaslError('INPUT_INVALID', 'times is not a whole number above 0', { path: 'times' });
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) throw new WaslError('REQUEST_TOO_LARGE', `More than ${BODY_BYTES_MAX} bytes`);
    parts.push(part);
  }
  if (bytes === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString());
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below: text that is not JSON and JSON that is not an object are the same mistake.
  }
  throw new WaslError('INPUT_INVALID', 'The body is not a JSON object');
}

function describeFailure(error: unknown): Answer {
  if (error instanceof WaslError) {
    return { status: ERRORS[error.code].httpStatus, body: { code: error.code, message: error.message } };
  }
  // A console edit or a lock that the router refuses: the same words a NETCONF client would get.
  const refused = error instanceof RpcError || error instanceof RpcErrors;
  const code = refused ? 'ROUTER_REFUSED' : 'INTERNAL';
  return {
    status: ERRORS[code].httpStatus,
    body: { code, message: String(error instanceof Error ? error.message : error) },
  };
}
