import { and, asc, eq } from 'drizzle-orm';
import type { Approval } from '../domain/request.ts';
import { WaslError } from '../errors.ts';
import type { Database } from './database.ts';
import { lockInterconnect } from './interconnect-rows.ts';
import { appendFacts } from './ledger-rows.ts';
import { approvals } from './schema.ts';
import type { InterconnectRecord, Store } from './store.ts';

export function approvalQueries(database: Database): Pick<Store, 'recordApproval' | 'listApprovals'> {
  return {
    recordApproval: (id, approval) =>
      database.transact(async (tx) => {
        const { subject, digest, party, person, decision, reason, decidedAt } = approval;
        const interconnect = await lockInterconnect(tx, id);
        const [known] = await tx
          .select({ party: approvals.party, decision: approvals.decision })
          .from(approvals)
          .where(
            and(
              eq(approvals.interconnectId, id),
              eq(approvals.subject, subject),
              eq(approvals.digest, digest),
              eq(approvals.person, person),
            ),
          );
        if (known?.party === party && known.decision === decision) return;
        if (known !== undefined) {
          const fact = `${person} has already decided on this ${subject} for ${known.party}: ${known.decision}`;
          throw new WaslError('APPROVAL_TWICE', fact);
        }
        checkApproval(interconnect, approval);
        await tx.insert(approvals).values({ interconnectId: id, ...approval, decidedAt: new Date(decidedAt) });
        await appendFacts(tx, database.clock(), [
          {
            actor: person,
            action: 'approval.recorded',
            subject: id,
            body: { subject, digest, party, decision, reason, decidedAt },
          },
        ]);
      }),

    listApprovals: (id) =>
      database.read(async (db) => {
        const rows = await db
          .select()
          .from(approvals)
          .where(eq(approvals.interconnectId, id))
          .orderBy(asc(approvals.sequence));
        return rows.map(({ subject, digest, party, person, decision, reason, decidedAt }) => ({
          ...{ subject, digest, party, person, decision, reason },
          decidedAt: decidedAt.toISOString(),
        }));
      }),
  };
}

/** The last line of defence of "no signature, no route": callers check the same and more, with the roles of the token. */
function checkApproval(interconnect: InterconnectRecord, { subject, digest, party, person, decision }: Approval): void {
  const allowed: readonly string[] = subject === 'request' ? interconnect.parties : ['network'];
  if (!allowed.includes(party)) {
    throw new WaslError('APPROVAL_PARTY', `${party} does not decide on the ${subject} of ${interconnect.id}`);
  }
  if (decision === 'approve' && person === interconnect.requestedBy) {
    throw new WaslError('APPROVAL_SELF', `${person} made the request ${interconnect.id}`);
  }
  if (subject === 'request' && digest !== interconnect.requestDigest) {
    throw new WaslError('APPROVAL_DIGEST', `the digest is not that of the request ${interconnect.id}`);
  }
}
