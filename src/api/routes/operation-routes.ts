import { z } from 'zod';
import type { ApiMetrics } from '../metrics.ts';
import type { ApiDependencies, ApiServer } from '../server-types.ts';
import { readySchema } from '../wire.ts';

const tags = ['operation'];

export function registerOperationRoutes(app: ApiServer, deps: ApiDependencies, metrics: ApiMetrics): void {
  const { store, workflows } = deps;

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
      const [database, engine] = await Promise.all([isUp(() => store.ping()), isUp(() => workflows.ping())]);
      // Without the workflow server reads still work: only a lost database takes this process out of service.
      const status = database === 'down' ? 'unavailable' : engine === 'down' ? 'degraded' : 'ready';
      return reply.code(database === 'up' ? 200 : 503).send({ status, database, workflows: engine });
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

async function isUp(ping: () => Promise<void>): Promise<'up' | 'down'> {
  try {
    await ping();
    return 'up';
  } catch {
    return 'down';
  }
}
