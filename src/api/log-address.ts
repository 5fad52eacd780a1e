import type { FastifyBaseLogger, FastifyRequest } from 'fastify';

/** Longer paths are none of ours. */
const PATH_LENGTH_MAX = 200;
/** A JSON Web Token, wherever a confused client put it. */
const TOKEN = /eyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g;

/** The logger with requests as they may be kept: of the address only the path, for queries may hold what is secret (RFC 6750 §5.3). */
export function logWithoutSecrets(logger: FastifyBaseLogger): FastifyBaseLogger {
  return logger.child({}, { serializers: { req: describeRequest } });
}

function describeRequest({ method, url, ip, socket }: FastifyRequest) {
  return { method, path: pathForLog(url), remoteAddress: ip, remotePort: socket?.remotePort };
}

export function pathForLog(url: string): string {
  const [path = ''] = url.split('?');
  return path
    .slice(0, PATH_LENGTH_MAX * 4)
    .replace(TOKEN, '(token)')
    .slice(0, PATH_LENGTH_MAX);
}
