import { sql } from 'drizzle-orm';
import type { LedgerFact } from '../domain/ledger-entry.ts';
import { webhookEventOf } from '../domain/webhook.ts';
import type { StoreTransaction } from './database.ts';

/**
 * With the facts, under the ledger's lock, which makes the sequence: what happened to an interconnect is numbered, and queued for every endpoint
 * of its parties that is enabled.
 */
export async function queueWebhooks(
  tx: Pick<StoreTransaction, 'execute'>,
  at: Date,
  facts: readonly Pick<LedgerFact, 'action' | 'subject' | 'body'>[],
): Promise<void> {
  for (const fact of facts) {
    const event = webhookEventOf(fact);
    if (event === null) continue;
    const { type, interconnectId } = event;
    await tx.execute(sql`
      with event as (
        insert into webhook_events (interconnect_id, sequence, type, lifecycle, at)
        select i.id, 1 + coalesce((select max(e.sequence) from webhook_events e where e.interconnect_id = i.id), 0),
          ${type}, i.lifecycle, ${at.toISOString()}::timestamptz
        from interconnects i where i.id = ${interconnectId}
        returning interconnect_id, sequence, at
      )
      insert into webhook_deliveries (id, endpoint_id, interconnect_id, sequence, state, due_at, queued_at)
      select 'msg_' || replace(gen_random_uuid()::text, '-', ''), endpoint.id, event.interconnect_id, event.sequence, 'pending', event.at, event.at
      from event
        join interconnects i on i.id = event.interconnect_id
        join webhook_endpoints endpoint on endpoint.entity in (i.first_party, i.second_party) and endpoint.state = 'enabled'`);
  }
}
