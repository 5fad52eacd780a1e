/** Scanned forms of the policy, signed by hand: attached by one officer, confirmed by another. The weaker kind of acceptance. */
import { z } from 'zod';
import { countOf } from '../../domain/count-of.ts';
import { FORM_BYTES_MAX, mediaTypeOf } from '../../domain/hand-signed.ts';
import { WaslError } from '../../errors.ts';
import { confirmFormBody, formParams, handSignedSchema, newFormBody } from '../hand-signed-wire.ts';
import { policyParams } from '../policy-wire.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { requireInventory } from './inventory-routes.ts';

/** The scan in base64, and the members around it. */
const BODY_BYTES_MAX = Math.ceil((FORM_BYTES_MAX * 4) / 3) + 4_096;
const tags = ['policy'];

export function registerHandSignedRoutes(app: ApiServer, { store }: ApiDependencies): void {
  app.get(
    '/v1/policies/:version/hand-signed',
    {
      schema: {
        summary: 'Scanned forms of a version, signed by hand',
        tags,
        params: policyParams,
        response: answers(z.array(handSignedSchema)),
      },
    },
    async (request) => {
      await store.readPolicy(request.params.version);
      return (await store.listForms(request.params.version)).map((form) => ({ ...form }));
    },
  );

  app.get(
    '/v1/policies/:version/hand-signed/:entity/content',
    {
      schema: {
        summary: 'The very bytes of a scanned form',
        tags,
        params: formParams,
        response: answers(z.any().describe('The scan, with its own media type')),
      },
    },
    async (request, reply) => {
      const { version, entity } = request.params;
      const { mediaType, sha256, content } = await store.readForm(version, entity);
      // It has a person's name and hand.
      await store.appendLedger({
        ...{ actor: callerOf(request).person, action: 'personal-data.disclosed' },
        ...{ subject: `hand-signed/${version}/${entity}`, body: { documents: 1 } },
      });
      return reply
        .header('content-type', mediaType)
        .header('content-disposition', `attachment; filename="policy-${version}-${entity}"`)
        .header('content-security-policy', 'sandbox')
        .header('x-content-type-options', 'nosniff')
        .header('etag', `"${sha256}"`)
        .send(content);
    },
  );

  app.post(
    '/v1/policies/:version/hand-signed',
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        summary:
          'Attach a scanned form that an entity signed by hand; it accepts nothing until another officer confirms it',
        tags,
        params: policyParams,
        body: newFormBody,
        response: answers(handSignedSchema),
      },
    },
    async (request) => {
      const { version } = request.params;
      const { digest, entity, content: base64 } = request.body;
      const { inventory } = await requireInventory(store);
      if (!inventory.entities.some(({ id }) => id === entity))
        throw new WaslError('ENTITY_UNKNOWN', `there is no entity ${entity}`, { path: 'entity' });
      const content = Buffer.from(base64, 'base64');
      if (content.length > FORM_BYTES_MAX) {
        const fact = `the scan has ${countOf(content.length, 'byte')}`;
        throw new WaslError('REQUEST_TOO_LARGE', fact, { path: 'content' });
      }
      const mediaType = mediaTypeOf(content);
      if (mediaType === null) {
        const remedy = 'Send the scan as PDF, PNG or JPEG.';
        throw new WaslError('INPUT_INVALID', 'the scan is of none of the kinds taken', { path: 'content', remedy });
      }
      const by = callerOf(request).person;
      return { ...(await store.attachForm({ version, digest, entity, mediaType, content, by })) };
    },
  );

  app.post(
    '/v1/policies/:version/hand-signed/:entity/confirmation',
    {
      schema: {
        summary: 'Another officer has held the scan against the paper: it is an acceptance, of the weaker kind',
        tags,
        params: formParams,
        body: confirmFormBody,
        response: answers(handSignedSchema),
      },
    },
    async (request) => {
      const { version, entity } = request.params;
      const by = callerOf(request).person;
      return { ...(await store.confirmForm({ version, entity, form: request.body.form, by })) };
    },
  );
}
