import { interconnectRequestSchema } from '../../domain/request.ts';
import { examineRequest } from '../examine-request.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { requestCheckSchema } from '../wire.ts';

export function registerRequestCheckRoutes(app: ApiServer, { store, clock }: ApiDependencies): void {
  app.post(
    '/v1/request-checks',
    {
      schema: {
        summary: 'What is known about a request before it is asked',
        description:
          'Holds it against inventory and register, as a submission does, and stores nothing. With errors a submission is refused.',
        tags: ['interconnects'],
        body: interconnectRequestSchema,
        response: answers(requestCheckSchema),
      },
    },
    async (request) => {
      const { parties, errors, warnings } = await examineRequest(store, request.body, callerOf(request), clock());
      return { parties: parties === null ? null : [...parties], errors: [...errors], warnings: [...warnings] };
    },
  );
}
