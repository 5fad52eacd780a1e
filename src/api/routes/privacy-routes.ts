/** What is kept of persons: by which schedule, who ends it, who saw it. */
import { z } from 'zod';
import { interconnectIdSchema } from '../../domain/names.ts';
import { type RetentionSchedule, recordNamed } from '../../domain/retention.ts';
import { WaslError } from '../../errors.ts';
import type { LostKey } from '../../store/lost-keys.ts';
import type { RetentionProposal } from '../../store/retention-rows.ts';
import {
  disclosedSchema,
  exportBody,
  holdSchema,
  type LostKeyAnswer,
  lostKeyBody,
  lostKeysSchema,
  newHoldSchema,
  numberedParams,
  type ProposalAnswer,
  proposalDecisionBody,
  proposalSchema,
  purposeBody,
  retentionSchema,
  rotationSchema,
  signatureRecordSchema,
  subjectExportSchema,
} from '../privacy-wire.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';

const tags = ['privacy'];
const interconnectParams = z.object({ id: interconnectIdSchema });

export function registerPrivacyRoutes(app: ApiServer, deps: ApiDependencies): void {
  registerProposals(app, deps);
  registerHolds(app, deps);
  registerSubjects(app, deps);
}

function registerProposals(app: ApiServer, { store, retention }: ApiDependencies): void {
  const required = (): RetentionSchedule => {
    if (retention != null) return retention;
    throw new WaslError('RETENTION_SCHEDULE', 'this API was given no retention schedule');
  };
  app.get(
    '/v1/retention',
    {
      schema: {
        summary: 'The retention schedule, what is due by it, and why all else is kept',
        tags,
        response: answers(retentionSchema),
      },
    },
    async () => {
      const schedule = required();
      const { authority, rules } = schedule;
      return { authority, rules: [...rules], ...(await store.judgeKept(schedule)) };
    },
  );
  app.get(
    '/v1/retention/proposals',
    {
      schema: {
        summary: 'What was proposed for erasure, and what became of it; newest first',
        tags,
        response: answers(z.array(proposalSchema)),
      },
    },
    async () => (await store.listRetentionProposals()).map(present),
  );
  app.post(
    '/v1/retention/proposals',
    {
      schema: {
        summary: 'Propose what is due for erasure; nothing is erased by it',
        tags,
        response: answers(proposalSchema),
      },
    },
    async (request) => present(await store.proposeErasure({ schedule: required(), by: callerOf(request).person })),
  );
  app.post(
    '/v1/retention/proposals/:id/decision',
    {
      schema: {
        summary: 'Authorise or refuse what somebody else proposed, by its digest',
        tags,
        params: numberedParams,
        body: proposalDecisionBody,
        response: answers(proposalSchema),
      },
    },
    async (request) => {
      const { digest, decision } = request.body;
      const { id } = request.params;
      return present(await store.decideErasure({ id, digest, decision, by: callerOf(request).person }));
    },
  );
  app.post(
    '/v1/retention/proposals/:id/erasure',
    {
      schema: {
        summary: 'Erase what was authorised: its keys are destroyed, all of them or none; then rotate the ring',
        tags,
        params: numberedParams,
        response: answers(proposalSchema),
      },
    },
    async (request) => {
      const { id } = request.params;
      return present(await store.eraseProposed({ id, schedule: required(), by: callerOf(request).person }));
    },
  );
}

function registerHolds(app: ApiServer, { store }: ApiDependencies): void {
  app.get(
    '/v1/legal-holds',
    { schema: { summary: 'Legal holds; those that stand first', tags, response: answers(z.array(holdSchema)) } },
    () => store.listHolds(),
  );
  app.post(
    '/v1/legal-holds',
    {
      schema: {
        summary: 'Keep what is kept of a person, or of a record, from being erased',
        tags,
        body: newHoldSchema,
        response: answers(holdSchema),
      },
    },
    async (request) => {
      const { subject, record, reference } = request.body;
      const on = subject === undefined ? { record: requireRecord(record ?? '') } : { subject };
      return store.placeHold({ on, reference, by: callerOf(request).person });
    },
  );
  app.post(
    '/v1/legal-holds/:id/lifting',
    { schema: { summary: 'Lift a legal hold', tags, params: numberedParams, response: answers(holdSchema) } },
    async (request) => store.liftHold({ id: request.params.id, by: callerOf(request).person }),
  );
}

function registerSubjects(app: ApiServer, { store }: ApiDependencies): void {
  app.post(
    '/v1/privacy/rotations',
    {
      schema: {
        summary: 'Wrap the keys of all persons under the newest key of the ring',
        tags,
        response: answers(rotationSchema),
      },
    },
    async (request) => {
      const { retired, lost, ...rotation } = await store.rotatePersonalKeys({ by: callerOf(request).person });
      return { ...rotation, retired: [...retired], lost: lost.map(presentLost) };
    },
  );
  app.get(
    '/v1/privacy/lost-keys',
    {
      schema: {
        summary: 'Keys of the ring that are not here, and the records that are shut for want of them',
        tags,
        response: answers(lostKeysSchema),
      },
    },
    async () => (await store.listLostKeys()).map(presentLost),
  );
  app.post(
    '/v1/privacy/lost-keys',
    {
      schema: {
        summary: 'Give up a key that is gone for good: rotations go on without it; recorded in the ledger',
        tags,
        body: lostKeyBody,
        response: answers(lostKeysSchema),
      },
    },
    async (request) => {
      const by = callerOf(request).person;
      return (await store.giveUpKey({ key: request.body.key, by })).map(presentLost);
    },
  );
  app.post(
    '/v1/privacy/exports',
    {
      schema: {
        summary: 'All that is kept of one person; recorded in the ledger',
        tags,
        body: exportBody,
        response: answers(subjectExportSchema),
      },
    },
    async (request) => {
      const { subject, purpose } = request.body;
      const found = await store.exportSubject({ subject, purpose, by: callerOf(request).person });
      return { ...found, texts: [...found.texts], acceptances: [...found.acceptances], deeds: [...found.deeds] };
    },
  );
  app.get(
    '/v1/interconnects/:id/signatures',
    {
      schema: {
        summary: 'Who signed what of an interconnect, without their certificates',
        tags,
        params: interconnectParams,
        response: answers(z.array(signatureRecordSchema)),
      },
    },
    (request) => store.listSignatures(request.params.id),
  );
  app.post(
    '/v1/interconnects/:id/signatures/disclosures',
    {
      schema: {
        summary: 'The signed documents of an interconnect, for a purpose; recorded in the ledger',
        tags,
        params: interconnectParams,
        body: purposeBody,
        response: answers(z.array(disclosedSchema)),
      },
    },
    (request) => {
      const { purpose } = request.body;
      return store.discloseSignatures({ id: request.params.id, purpose, by: callerOf(request).person });
    },
  );
}

function requireRecord(id: string) {
  const record = recordNamed(id);
  if (record !== null) return record;
  const remedy = 'Name it like IC-0001, or the version and the entity like 2026-1/MOH.';
  throw new WaslError('INPUT_INVALID', 'no record is named so', { path: 'record', remedy });
}

const presentLost = ({ records, ...key }: LostKey): LostKeyAnswer => ({ ...key, records: [...records] });

const present = ({ scheduleDigest: _, records, ...proposal }: RetentionProposal): ProposalAnswer => ({
  ...proposal,
  records: records.map(({ keyId: _key, ...record }) => record),
});
