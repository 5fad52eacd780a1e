import { readFileSync } from 'node:fs';
import type { Role } from '../../src/api/authentication.ts';
import { createApi } from '../../src/api/create-api.ts';
import { createDevelopmentIssuer, type DevelopmentIssuer } from '../../src/api/development-issuer.ts';
import type { MatrixReading, RouterReads } from '../../src/api/router-reads.ts';
import type { ApiServer } from '../../src/api/server-types.ts';
import type { WorkflowGateway } from '../../src/api/workflow-gateway.ts';
import { readInventory } from '../../src/cli/read-inventory.ts';
import { readRequest } from '../../src/cli/read-request.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { InterconnectId } from '../../src/domain/names.ts';
import type { InterconnectRequest } from '../../src/domain/request.ts';
import { WaslError } from '../../src/errors.ts';
import type { Store } from '../../src/store/store.ts';
import type { InterconnectStatus } from '../../workflows/shared/messages.ts';

const sample = (name: string) => readFileSync(new URL(`../../docs/samples/${name}`, import.meta.url), 'utf8');

export const DEMO_INVENTORY: Inventory = readInventory(sample('demo-backbone.yaml'), 'demo-backbone.yaml');
export const MOH_MOF: InterconnectRequest = readRequest(sample('moh-mof.yaml'), 'moh-mof.yaml');
export const NOW = new Date('2026-03-01T08:00:00Z');

/** A stand-in for Temporal: notes what it was asked, and applies decisions to the store as the workflows' activities do. */
export interface RecordingGateway extends WorkflowGateway {
  readonly calls: { readonly method: string; readonly id: string; readonly input: unknown }[];
  /** While true every call fails as if the workflow server were away. */
  isAway: boolean;
}

export function createRecordingGateway(store: () => Store): RecordingGateway {
  const calls: RecordingGateway['calls'] = [];
  const note = (method: string, id: string, input: unknown) => {
    if (gateway.isAway) throw new WaslError('TEMPORAL_UNAVAILABLE', 'the workflow server does not answer');
    calls.push({ method, id, input });
  };
  const status = (interconnectId: InterconnectId): InterconnectStatus => ({
    interconnectId,
    lifecycle: 'requested',
    awaiting: ['what the workflow says'],
    change: null,
    reason: null,
  });
  const gateway: RecordingGateway = {
    calls,
    isAway: false,
    async startInterconnect(input) {
      note('startInterconnect', input.interconnectId, input);
    },
    async decideRequest(id, input) {
      note('decideRequest', id, input);
      const { person, party, digest, decision, reason } = input;
      const decidedAt = NOW.toISOString();
      await store().recordApproval(id, { subject: 'request', digest, party, person, decision, reason, decidedAt });
      return status(id);
    },
    async decidePlan(id, input) {
      note('decidePlan', id, input);
      const { person, digest, decision, reason } = input;
      const decidedAt = NOW.toISOString();
      const party = 'network';
      await store().recordApproval(id, { subject: 'plan', digest, party, person, decision, reason, decidedAt });
      return status(id);
    },
    async replan(id, input) {
      note('replan', id, input);
      return status(id);
    },
    async recover(id, input) {
      note('recover', id, input);
      return status(id);
    },
    async withdraw(id, input) {
      note('withdraw', id, input);
      return status(id);
    },
    async readStatus(id) {
      if (gateway.isAway) throw new WaslError('TEMPORAL_UNAVAILABLE', 'the workflow server does not answer');
      return status(id);
    },
    async ping() {
      if (gateway.isAway) throw new WaslError('TEMPORAL_UNAVAILABLE', 'the workflow server does not answer');
    },
  };
  return gateway;
}

export const SILENT_MATRIX: MatrixReading = { readAt: NOW.toISOString(), vpns: [], reachabilities: [], unread: [] };

export const CANNED_READS: RouterReads = {
  check: async (pe) => ({ pe, procedure: 'confirmed-commit-persist', capabilities: [], notes: [] }),
  read: async (pe) => ({ pe, readAt: NOW.toISOString(), text: `running of ${pe}\n` }),
  matrix: async () => SILENT_MATRIX,
};

export interface ApiUnderTest {
  readonly app: ApiServer;
  readonly issuer: DevelopmentIssuer;
  readonly workflows: RecordingGateway;
  /** A token as a header, for `inject`. */
  as(person: string, roles: readonly Role[], entity?: string): Promise<{ authorization: string }>;
}

export async function createApiUnderTest(store: Store, routerReads: RouterReads = CANNED_READS): Promise<ApiUnderTest> {
  const clock = () => NOW;
  const issuer = await createDevelopmentIssuer({ apiHost: '127.0.0.1', clock });
  const workflows = createRecordingGateway(() => store);
  const app = createApi({ store, workflows, routerReads, auth: issuer.auth, clock });
  return {
    app,
    issuer,
    workflows,
    async as(person, roles, entity) {
      const token = await issuer.mintToken({ person, roles, ...(entity === undefined ? {} : { entity }) });
      return { authorization: `Bearer ${token}` };
    },
  };
}
