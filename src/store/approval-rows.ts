import { asc, eq, getTableColumns } from 'drizzle-orm';
import type { InterconnectId } from '../domain/names.ts';
import type { Approval } from '../domain/request.ts';
import type { Database, StoreTransaction } from './database.ts';
import { approvals } from './schema.ts';
import type { Store } from './store.ts';

export function approvalQueries(database: Database): Pick<Store, 'listApprovals'> {
  return { listApprovals: (id) => database.read((db) => findApprovals(db, id)) };
}

/** In the order in which they were given. */
export async function findApprovals(db: Pick<StoreTransaction, 'select'>, id: InterconnectId): Promise<Approval[]> {
  const { signed: _, ...columns } = getTableColumns(approvals);
  const rows = await db
    .select(columns)
    .from(approvals)
    .where(eq(approvals.interconnectId, id))
    .orderBy(asc(approvals.sequence));
  return rows.map(({ subject, digest, party, person, decision, reason, accepts, decidedAt, signature }) => ({
    ...{ subject, digest, party, person, decision, reason },
    ...(accepts.length === 0 ? {} : { accepts }),
    decidedAt: decidedAt.toISOString(),
    ...(signature === null ? {} : { signature }),
  }));
}
