import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/api/authentication.ts';
import { reaches } from '../../src/api/routes/entity-routes.ts';
import type { Lifecycle } from '../../src/domain/lifecycle.ts';
import type { EntityId } from '../../src/domain/names.ts';
import type { Store } from '../../src/store/store.ts';
import { absentStore } from '../support/absent-store.ts';
import { createApiUnderTest, DEMO_INVENTORY } from '../support/api-under-test.ts';

const CONTACT = { subject: 'subj_1', purpose: 'liaison', name: 'Salim', designation: 'desk', email: 'a@b.example' };
const [MOH, MOF, MOE] = ['MOH', 'MOF', 'MOE'] as EntityId[] as [EntityId, EntityId, EntityId];

describe('contacts of the other party of an interconnect', () => {
  const record = (lifecycle: Lifecycle) => ({ parties: [MOF, MOH] as const, requestedByEntity: MOH, lifecycle });
  const of = (entity: EntityId, roles: readonly Role[] = ['portal']) => ({ entity, roles });

  it('are told while both are joined, and before that of the one that asked', () => {
    for (const lifecycle of ['active', 'suspended'] as const) {
      expect(reaches(of(MOH), MOF, record(lifecycle))).toBe(true);
      expect(reaches(of(MOF), MOH, record(lifecycle))).toBe(true);
    }
    expect(reaches(of(MOF), MOH, record('requested'))).toBe(true);
    expect(reaches(of(MOH), MOF, record('requested'))).toBe(false);
  });

  it('are not told after it, nor to whoever only owns something there', () => {
    for (const lifecycle of ['withdrawn', 'rejected', 'expired'] as const) {
      expect(reaches(of(MOF), MOH, record(lifecycle))).toBe(false);
      expect(reaches(of(MOF), MOF, record(lifecycle))).toBe(true);
      expect(reaches({ entity: null, roles: ['engineer'] }, MOF, record(lifecycle))).toBe(true);
    }
    expect(reaches(of(MOE), MOF, record('active'))).toBe(false);
    expect(reaches(of(MOE, ['portal', 'auditor']), MOF, record('active'))).toBe(false);
  });
});

describe('the profile of another entity', () => {
  const present = {
    readInventory: async () => ({ inventory: DEMO_INVENTORY, version: 1 }),
    readProfile: async (entity: EntityId) => {
      return { entity, contacts: entity === 'GONE' ? [CONTACT] : [], obligations: [] };
    },
    recordProfile: async ({ entity }: { entity: EntityId }) => ({ entity, contacts: [], obligations: [] }),
  } as unknown as Partial<Store>;
  const statusOf = async (method: 'GET' | 'PUT', roles: readonly Role[], of = 'MOF', entity = 'MOH') => {
    const api = await createApiUnderTest(absentStore(present));
    const headers = await api.as('somebody-1', roles, entity);
    const payload = method === 'PUT' ? { payload: { contacts: [], obligations: [] } } : {};
    const { statusCode } = await api.app.inject({ method, url: `/v1/entities/${of}/profile`, headers, ...payload });
    await api.app.close();
    return statusCode;
  };

  it('is written by an admin, and by nobody who is something else beside a signatory', async () => {
    expect(await statusOf('PUT', ['party-approver', 'engineer'])).toBe(404);
    expect(await statusOf('PUT', ['party-approver', 'auditor'])).toBe(404);
    expect(await statusOf('PUT', ['party-approver', 'admin'])).toBe(200);
  });

  it('is read by who operates and investigates, and by nobody who audits beside a portal', async () => {
    expect(await statusOf('GET', ['portal', 'auditor'])).toBe(404);
    expect(await statusOf('GET', ['portal', 'engineer'])).toBe(200);
  });

  it('is taken away by an admin when the entity has left the inventory', async () => {
    expect(await statusOf('PUT', ['admin'], 'GONE')).toBe(200);
    expect(await statusOf('PUT', ['admin'], 'NEVER')).toBe(404);
    expect(await statusOf('PUT', ['party-approver'], 'GONE')).toBe(404);
    expect(await statusOf('PUT', ['party-approver'], 'GONE', 'GONE')).toBe(404);
  });
});
