import { z } from 'zod';
import type { AuditEntry } from '../../domain/audit.ts';
import { WaslError } from '../../errors.ts';
import { type AuditAnswer, auditSchema } from '../audit-wire.ts';
import { presentProofRecord, proofRecordSchema } from '../proof-record.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';

const LISTED_MAX = 100;
const tags = ['audits'];

/** The whole network against the register. A worker reads and its planning thread proves; the API shows what came of it. */
export function registerAuditRoutes(app: ApiServer, { store, routerReads }: ApiDependencies): void {
  app.post(
    '/v1/audits',
    { schema: { summary: 'Audit the whole network now', tags, response: answers(auditSchema) } },
    async (request) => {
      const { person } = callerOf(request);
      await store.appendLedger({ actor: person, action: 'audit.requested', subject: 'network', body: {} });
      return presentAudit(await routerReads.audit());
    },
  );

  app.get(
    '/v1/audits',
    {
      schema: {
        summary: 'Audits, the newest first',
        tags,
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(LISTED_MAX).default(1) }),
        response: answers(z.array(auditSchema)),
      },
    },
    async (request) => (await store.listAudits(request.query.limit)).map(presentAudit),
  );

  app.get(
    '/v1/audits/:digest/record',
    {
      schema: {
        summary: 'What an audit stood on and came to, for `wasl proof check`',
        tags,
        params: z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) }),
        response: answers(proofRecordSchema),
      },
    },
    async ({ params: { digest } }) => {
      const [reading] = await store.listReadings({ kind: 'audit', digest: digest as AuditEntry['digest'], limit: 1 });
      if (reading === undefined) {
        throw new WaslError('READING_UNKNOWN', `there is no record of an audit with digest ${digest}`, {
          remedy: 'Records of the last audits are kept; of older ones the ledger has the result. Audit again.',
        });
      }
      return presentProofRecord(reading.digest, (await store.readReading(reading.id)).text);
    },
  );
}

function presentAudit({ id, at, by, digest, result }: AuditEntry): AuditAnswer {
  const { verdict, examined, uncovered, missing, doubts, unread, assumptions, findings } = result;
  return {
    ...{ id, at, by, digest, verdict, examined, uncovered, missing, doubts, unread },
    assumptions: [...assumptions],
    findings: findings.map(({ rules, ...finding }) => ({ ...finding, rules: [...rules] })),
  };
}
