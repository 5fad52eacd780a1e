import { desc, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { appendFacts } from './ledger-rows.ts';
import { audits } from './reading-schema.ts';
import type { Store } from './store.ts';

/** More than a day of the shortest interval; what each came to stays in the ledger. */
const AUDITS_KEPT = 500;

export function auditQueries(database: Database): Pick<Store, 'saveAudit' | 'listAudits'> {
  return {
    saveAudit: ({ readings, ...audit }) =>
      database.transact(async (tx) => {
        const [row] = await tx
          .insert(audits)
          .values({ ...audit, at: new Date(audit.at) })
          .returning({ id: audits.id });
        if (row === undefined) throw new TypeError('one row was inserted');
        await tx.execute(sql`
          delete from audits where id in (select id from audits order by id desc offset ${AUDITS_KEPT})`);
        const { verdict, examined, uncovered, missing, doubts, unread, findings } = audit.result;
        const body = {
          ...{ verdict, examined, uncovered, missing, doubts, unread, readAt: audit.at, proof: audit.digest, readings },
          findings: findings.map(({ sentence }) => sentence),
        };
        await appendFacts(tx, database.clock(), [
          { actor: audit.by, action: 'network.audited', subject: 'network', body },
        ]);
        return { ...audit, id: row.id };
      }),

    listAudits: (limit) =>
      database.read(async (db) => {
        const rows = await db.select().from(audits).orderBy(desc(audits.id)).limit(Math.min(limit, AUDITS_KEPT));
        return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
      }),
  };
}
