import type { Digest } from '../../src/domain/canonical-json.ts';
import { type Inventory, inventorySchema } from '../../src/domain/inventory.ts';
import type { ChangeId, EntityId, InterconnectId, PeName, PersonId, PlanId } from '../../src/domain/names.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { type InterconnectRequest, interconnectRequestSchema } from '../../src/domain/request.ts';

/** Values for tests that need some, not these: names as an inventory of two ministries would have them. */
export const ENGINEER = 'engineer-1' as PersonId;
export const MOH_CLERK = 'moh-clerk-1' as PersonId;
export const MOH = 'MOH' as EntityId;
export const MOF = 'MOF' as EntityId;

export function sampleInventory(pool: Partial<Inventory['backbone']['routeTargetPool']> = {}): Inventory {
  return inventorySchema.parse({
    version: 1,
    backbone: {
      name: 'sample',
      asNumber: 65_000,
      routeTargetPool: { administrator: '65000', from: 9001, to: 9010, quarantineDays: 30, ...pool },
    },
    entities: [
      { id: 'MOH', name: 'Ministry of Health' },
      { id: 'MOF', name: 'Ministry of Finance' },
    ],
    vpns: [
      { id: 'MOH', entity: 'MOH', prefixes: ['10.100.0.0/16'] },
      { id: 'MOF', entity: 'MOF', prefixes: ['10.200.0.0/16'] },
    ],
    routers: [
      {
        name: 'pe1',
        platform: 'frr',
        management: {
          host: '127.0.0.1',
          hostKeys: [`SHA256:${'A'.repeat(43)}`],
          credential: 'lab',
        },
        vrfs: [],
      },
    ],
  });
}

export function sampleRequest(purpose = 'share the registry of births'): InterconnectRequest {
  return interconnectRequestSchema.parse({
    purpose,
    flows: [
      { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24', '10.100.20.0/24'] },
      { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24'] },
    ],
    validUntil: '2036-12-31T20:00:00+04:00',
    policyVersion: '2026-1',
  });
}

export function sampleSubmission(idempotencyKey: string, request = sampleRequest()) {
  return {
    ...{ request, idempotencyKey, requestedBy: MOH_CLERK, requestedByEntity: MOH },
    parties: [MOF, MOH] as const,
  };
}

export function samplePlan(id: PlanId, digest = `sha256:${'1'.repeat(64)}`): Plan {
  const changeId = id.slice(0, id.lastIndexOf('-P')) as ChangeId;
  return {
    id,
    changeId,
    interconnectId: changeId.slice(0, changeId.lastIndexOf('-C')) as InterconnectId,
    kind: 'provision',
    routers: [
      {
        pe: 'pe1' as PeName,
        platform: 'frr',
        procedure: 'confirmed-commit-persist',
        baseDigest: `sha256:${'2'.repeat(64)}` as Digest,
        vrfs: [],
      },
    ],
    gained: [],
    lost: [],
    proofs: [{ name: 'exact-reachability', verdict: 'pass', assumptions: [], counterExamples: [] }],
    probes: [],
    window: { notBefore: null, confirmTimeoutSeconds: 120 },
    createdAt: '2026-11-22T08:00:00.000Z',
    createdBy: ENGINEER,
    digest: digest as Digest,
  };
}
