import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { temporalGateway } from '../../../src/api/temporal-gateway.ts';
import type { EntityId, InterconnectId, PersonId } from '../../../src/domain/names.ts';
import { interconnectWorkflowId } from '../../../workflows/shared/messages.ts';

const INPUT = {
  interconnectId: 'IC-990001' as InterconnectId,
  parties: ['MOF', 'MOH'] as [EntityId, EntityId],
  requestedBy: 'moh-clerk-1' as PersonId,
  requestDigest: `sha256:${'1'.repeat(64)}`,
  validFrom: null,
  validUntil: '2035-12-31T20:00:00Z',
};

let connection: Connection;
let client: Client;
beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
  client = new Client({ connection });
});
afterAll(() => connection.close());

test('starting is done once: again while it runs and after its end changes nothing', async () => {
  const gateway = temporalGateway(client);
  await gateway.ping();
  await gateway.startInterconnect(INPUT);
  const handle = client.workflow.getHandle(interconnectWorkflowId(INPUT.interconnectId));
  const { runId } = await handle.describe();
  await gateway.startInterconnect(INPUT);
  await handle.terminate('the test is over');
  await gateway.startInterconnect(INPUT);
  const { runId: lastRunId, status } = await handle.describe();
  expect([lastRunId, status.name]).toEqual([runId, 'TERMINATED']);
  const withdrawal = gateway.withdraw(INPUT.interconnectId, { person: INPUT.requestedBy, reason: 'over' });
  await expect(withdrawal).rejects.toMatchObject({ code: 'INTERCONNECT_UNKNOWN' });
});

test('a server that is away is TEMPORAL_UNAVAILABLE', async () => {
  const away = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 1_000 });
  const gateway = temporalGateway(new Client({ connection: away }));
  await expect(gateway.ping()).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
  await expect(gateway.startInterconnect(INPUT)).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
  await away.close();
});
