import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Tells where the next page of a list is (RFC 8288): the same address with another cursor. A page that is not full is the last one; after a
 * full one there may be an empty one.
 */
export function linkNextPage(
  request: FastifyRequest,
  reply: FastifyReply,
  page: {
    readonly length: number;
    readonly limit: number;
    readonly cursor: readonly [name: string, value: string | number | undefined];
  },
): void {
  const { length, limit, cursor } = page;
  const [name, value] = cursor;
  if (length < limit || value === undefined) return;
  const [path = '', query = ''] = request.url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set(name, String(value));
  void reply.header('link', `<${path}?${parameters.toString()}>; rel="next"`);
}
