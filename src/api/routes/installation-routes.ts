/** Which installation this is, and who else runs on the same Temporal: what a restored database makes one ask. */
import { z } from 'zod';
import { freeText } from '../../domain/free-text.ts';
import { interconnectIdSchema } from '../../domain/names.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { showInterconnect } from '../show.ts';
import { installationSchema, interconnectSchema, retirementSchema } from '../wire.ts';

const tags = ['operation'];
const retirementBody = z.strictObject({ installation: freeText({ min: 1, max: 64 }) });

export function registerInstallationRoutes(app: ApiServer, deps: ApiDependencies): void {
  const { store, driver } = deps;

  app.get(
    '/v1/installation',
    {
      schema: {
        summary: 'This installation, and others on the same Temporal',
        tags,
        response: answers(installationSchema),
      },
    },
    async () => {
      const [id, strangers] = await Promise.all([store.readInstallation(), driver.listStrangers()]);
      return { id, strangers: [...strangers] };
    },
  );

  app.post(
    '/v1/installation/retirements',
    {
      schema: {
        summary: 'End the workflows of an installation whose database is gone; routers are not touched',
        tags,
        body: retirementBody,
        response: answers(retirementSchema),
      },
    },
    async (request) => {
      const { installation } = request.body;
      const ended = await driver.retire(installation);
      const { person } = callerOf(request);
      await store.appendLedger({
        actor: person,
        action: 'installation.retired',
        subject: installation,
        body: { ended },
      });
      return { installation, ended };
    },
  );

  app.post(
    '/v1/interconnects/:id/resumption',
    {
      schema: {
        summary: 'Have the workflow look at the record, and begin it anew where none runs; decides nothing',
        tags: ['interconnects'],
        params: z.object({ id: interconnectIdSchema }),
        response: answers(interconnectSchema),
      },
    },
    async (request) => {
      const { id } = await store.readInterconnect(request.params.id);
      await driver.look(id);
      return showInterconnect(deps, id, callerOf(request));
    },
  );
}
