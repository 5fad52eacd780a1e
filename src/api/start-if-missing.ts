import type { InterconnectRecord } from '../store/store.ts';
import type { WorkflowGateway } from './workflow-gateway.ts';

/**
 * A request whose submission met a workflow server that was away is in the record without a workflow. Every later write
 * to it starts the workflow first; where it already runs that is a no-op. Throws TEMPORAL_UNAVAILABLE.
 */
export async function startIfMissing(workflows: WorkflowGateway, record: InterconnectRecord): Promise<void> {
  if (record.lifecycle !== 'requested') return;
  const { validFrom, validUntil } = record.request;
  await workflows.startInterconnect({
    interconnectId: record.id,
    parties: record.parties,
    requestedBy: record.requestedBy,
    requestDigest: record.requestDigest,
    validFrom: validFrom ?? null,
    validUntil,
  });
}
