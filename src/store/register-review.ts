/** The whole register held against the ledger. */
import { asc, eq, gt, sql } from 'drizzle-orm';
import { digestOf } from '../domain/canonical-json.ts';
import type { LedgerFinding } from '../domain/ledger-review.ts';
import { atOneMoment, type Database, type StoreTransaction } from './database.ts';
import { findDecisionFacts, findStanding } from './facts-rows.ts';
import { findImport } from './ledger-rows.ts';
import type { LedgerStore } from './ledger-store.ts';
import { findAlteredPolicies } from './policy-rows.ts';
import { interconnects, inventories } from './schema.ts';

/** Interconnects of one read: their numbers and names only. */
const PAGE = 1_000;
/** What a person looks at. */
const FINDINGS_MAX = 50;

export function registerReviewQueries(database: Database): Pick<LedgerStore, 'reviewRegister'> {
  return {
    async reviewRegister() {
      const findings: LedgerFinding[] = [];
      let count = 0;
      for (let after = 0; ; ) {
        const page = await database.read((db) =>
          db
            .select({ id: interconnects.id, number: interconnects.number })
            .from(interconnects)
            .where(gt(interconnects.number, after))
            .orderBy(asc(interconnects.number))
            .limit(PAGE),
        );
        for (const { id } of page) {
          const { altered } = await atOneMoment(database, async (tx) =>
            findDecisionFacts(tx, await findStanding(tx, id)),
          );
          // Of the policies below, once.
          const own = altered.filter(({ path }) => path !== 'policy');
          findings.push(...own.map(({ path, fact }) => ({ path: `${id} ${path}`, fact })));
        }
        count += page.length;
        after = page.at(-1)?.number ?? after;
        if (page.length < PAGE) break;
      }
      findings.push(...(await atOneMoment(database, findAlteredPolicies)));
      findings.push(...(await atOneMoment(database, unmatchedRows)), ...(await reviewInventories(database)));
      return { interconnects: count, findings: findings.slice(0, FINDINGS_MAX) };
    },
  };
}

/** Plans that were not made by the ledger, or as others, and requests that were submitted and are not there any more. */
async function unmatchedRows(tx: StoreTransaction): Promise<LedgerFinding[]> {
  const { rows } = await tx.execute<{ path: string; fact: string }>(sql`
    select p.id || ' plan' as path, p.id || ' is not the plan that was made, by the ledger' as fact
    from plans p
    where not exists (
      select from ledger l where l.subject = p.id and l.action = 'plan.saved' and l.body ->> 'digest' = p.digest
    )
    union all
    select l.subject || ' agreement', l.subject || ' was submitted, by the ledger, and is not in the register'
    from ledger l
    where l.action = 'request.submitted' and not exists (select from interconnects i where i.id = l.subject)
    limit ${FINDINGS_MAX}`);
  return rows;
}

async function reviewInventories(database: Database): Promise<LedgerFinding[]> {
  const versions = await database.read((db) =>
    db.select({ version: inventories.version }).from(inventories).orderBy(asc(inventories.version)),
  );
  const findings: LedgerFinding[] = [];
  for (const { version } of versions) {
    const isOther = await atOneMoment(database, async (tx) => {
      const [row] = await tx
        .select({ inventory: inventories.inventory })
        .from(inventories)
        .where(eq(inventories.version, version));
      return row !== undefined && (await findImport(tx, version)).digest !== digestOf(row.inventory);
    });
    if (!isOther) continue;
    findings.push({
      path: `inventory/${version}`,
      fact: `inventory ${version} is not the one that was imported, by the ledger`,
    });
  }
  return findings;
}
