/** What HTTP itself asks of a server (RFC 9110), for all routes alike: methods, media types, addresses, sizes. Every refusal is a problem. */

import type { Duplex } from 'node:stream';
import accepts from '@fastify/accepts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, WaslError } from '../errors.ts';
import { OPERATIONS } from './operations.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import type { ApiServer } from './server-types.ts';

/** No address of the API comes near it; Node bounds the whole head at 16 KiB. */
export const ADDRESS_LENGTH_MAX = 4_096;

/** What is not answered in JSON, by the name of the operation; null: as it was sent in. */
export const ANSWER_TYPE: Readonly<Record<string, string | null>> = {
  followEvents: 'text/event-stream',
  readRendition: null,
};

/** Before the caller is known: nothing of this depends on who calls. What does not exist says nothing of what does, but for the methods of an address. */
export function refuseMisuse(app: ApiServer): void {
  void app.register(accepts);
  const offered: { readonly pattern: RegExp; readonly methods: Set<string> }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const pattern = new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`);
    const known = offered.find((each) => each.pattern.source === pattern.source);
    const methods = known?.methods ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    if (known === undefined) offered.push({ pattern, methods });
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store').header('x-request-id', request.id);
    refuseAddress(request.url);
    refuseRepeated(request);
    // Before the body of a method that nobody offers is asked for.
    if (request.is404) {
      const [path = ''] = request.url.split('?');
      throw notOffered(request, reply, offered.find(({ pattern }) => pattern.test(path))?.methods);
    }
    refuseUnacceptable(request);
  });
}

function notOffered(
  { method }: FastifyRequest,
  reply: FastifyReply,
  methods: ReadonlySet<string> | undefined,
): WaslError {
  if (methods === undefined) return new WaslError('NOT_FOUND', `there is no ${method} here`);
  const allowed = [...methods].sort().join(', ');
  void reply.header('allow', allowed);
  return new WaslError('METHOD_NOT_ALLOWED', `the address takes ${allowed}, and no ${method}`);
}

/** Throws ADDRESS_TOO_LONG, or INPUT_INVALID for a query that is not UTF-8: elsewhere it would be read as it stands. */
function refuseAddress(address: string): void {
  if (address.length > ADDRESS_LENGTH_MAX) {
    throw new WaslError('ADDRESS_TOO_LONG', `the address has more than ${ADDRESS_LENGTH_MAX} characters`);
  }
  try {
    decodeURIComponent(address.slice(address.indexOf('?') + 1));
  } catch {
    const remedy = 'Encode it as UTF-8, or write %25.';
    throw new WaslError('INPUT_INVALID', 'the address has a % that encodes nothing', { path: 'address', remedy });
  }
}

/** What says who calls, whom and with what, is said once (RFC 9110 §5.3): Node reads the first, a proxy on the way may have read the other. */
const ONCE = ['host', 'authorization', 'content-type'];

function refuseRepeated({ raw: { rawHeaders } }: FastifyRequest): void {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const repeated = ONCE.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (repeated === undefined) return;
  throw new WaslError('INPUT_INVALID', 'the header is given twice', { path: repeated, remedy: 'Send it once.' });
}

function refuseUnacceptable(request: FastifyRequest): void {
  const { url, method } = request.routeOptions;
  if (url === undefined || request.headers.accept === undefined) return;
  const { id = '' } = OPERATIONS[`${String(method)} ${url}`] ?? {};
  const type = id in ANSWER_TYPE ? ANSWER_TYPE[id] : url === '/metrics' ? 'text/plain' : 'application/json';
  if (type == null || request.accepts().type([type]) !== false) return;
  throw new WaslError('NOT_ACCEPTABLE', `the answer is ${type}`);
}

/** The fault of a head that Node could not read: there is no request, so the problem is written to the connection itself. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const fault = faultOfHead(error.code);
  const body = JSON.stringify(problemOf(fault, ''));
  const { httpStatus, title } = ERRORS[fault.code];
  const head = [
    `HTTP/1.1 ${httpStatus} ${title}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function faultOfHead(code: string | undefined): WaslError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new WaslError('HEADERS_TOO_LARGE', 'address and headers are larger than 16 KiB');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new WaslError('REQUEST_TIMEOUT', 'the call did not arrive whole in time');
  const remedy = 'Send HTTP/1.1.';
  return new WaslError('INPUT_INVALID', 'the call is not one that an HTTP server can read', {
    path: 'headers',
    remedy,
  });
}
