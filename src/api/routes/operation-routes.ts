import { z } from 'zod';
import type { ApiMetrics } from '../metrics.ts';
import { readReadiness } from '../read-readiness.ts';
import type { ApiDependencies, ApiServer } from '../server-types.ts';
import { readySchema } from '../wire.ts';

const tags = ['operation'];

export function registerOperationRoutes(app: ApiServer, deps: ApiDependencies, metrics: ApiMetrics): void {
  app.get(
    '/health',
    { schema: { summary: 'The process lives', tags, response: { 200: z.object({ status: z.literal('ok') }) } } },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/ready',
    {
      schema: {
        summary: 'Whether requests are worth sending here',
        tags,
        response: { 200: readySchema, 503: readySchema },
      },
    },
    async (_request, reply) => {
      const ready = await readReadiness(deps);
      return reply.code(ready.status === 'unavailable' ? 503 : 200).send(ready);
    },
  );

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const { contentType, text } = await metrics.render();
    return reply.type(contentType).send(text);
  });

  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json').send(app.swagger()),
  );
}
