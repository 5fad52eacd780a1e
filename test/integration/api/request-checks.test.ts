import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readInventory } from '../../../src/cli/read-inventory.ts';
import type { Store } from '../../../src/store/store.ts';
import { type ApiUnderTest, createApiUnderTest, NOW } from '../../support/api-under-test.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const file = 'national-backbone.yaml';
const NATIONAL = readInventory(readFileSync(new URL(`../../../docs/samples/${file}`, import.meta.url), 'utf8'), file);
/** Room for two requests of two flows. */
const SMALL_POOL = {
  ...NATIONAL,
  backbone: { ...NATIONAL.backbone, routeTargetPool: { ...NATIONAL.backbone.routeTargetPool, to: 50_003 } },
};

let database: TestDatabase;
let store: Store;
let api: ApiUnderTest;
let keys = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open(() => NOW);
  api = await createApiUnderTest(store);
  await bringIntoForce(store, SMALL_POOL);
});
afterAll(async () => {
  await api.app.close();
  await database.drop();
});

const clerk = (entity: string) => api.as(`${entity.toLowerCase()}-clerk-1`, ['portal'], entity);
const request = (...flows: object[]) => ({
  purpose: 'School budgets',
  flows,
  validUntil: '2031-12-31T23:59:59+04:00',
  policyVersion: '2026-1',
});
const flow = (from: string, to: string, ...prefixes: string[]) => ({ from, to, prefixes });

async function check(entity: string, payload: object) {
  return api.app.inject({ method: 'POST', url: '/v1/request-checks', headers: await clerk(entity), payload });
}
async function submit(entity: string, payload: object, key = `key-${String(++keys).padStart(6, '0')}`) {
  const headers = { ...(await clerk(entity)), 'idempotency-key': key };
  return api.app.inject({ method: 'POST', url: '/v1/interconnects', headers, payload });
}
const SOUND = request(flow('MOE', 'MOF', '10.150.20.0/24'), flow('MOF', 'MOE', '10.200.20.0/24'));

it('answers what a submission would, and stores nothing', async () => {
  const sound = await check('MOE', SOUND);
  expect([sound.statusCode, sound.json()]).toEqual([200, { parties: ['MOE', 'MOF'], errors: [], warnings: [] }]);
  const faulty = request(
    flow('MOE', 'MOF', '10.150.20.0/25', '10.9.0.0/24'),
    flow('MOF', 'MOE', '10.200.20.0/24', '2001:db8:200:10::/64'),
  );
  const checked = (await check('MOE', faulty)).json();
  expect(checked.errors.map(({ code, path }: { code: string; path: string }) => [code, path])).toEqual([
    ['PREFIX_NOT_ORIGINATED', 'flows[0].prefixes[0]'],
    ['PREFIX_OUTSIDE_VPN', 'flows[0].prefixes[1]'],
  ]);
  const refused = await submit('MOE', faulty);
  expect(refused.statusCode).toBe(422);
  expect(refused.json()).toMatchObject({
    code: 'PREFIX_NOT_ORIGINATED',
    details: { issues: checked.errors, total: 2 },
  });
  expect(refused.json().detail).toMatch(/\(and 1 more\)$/);
  expect(await store.listInterconnects()).toEqual([]);
});

it('returns warnings with the submission, and shows them to who signs', async () => {
  const oneWay = await submit('MOE', request(flow('MOE', 'MOL', '10.150.20.0/24')));
  expect(oneWay.statusCode).toBe(201);
  expect(oneWay.json().warnings).toMatchObject([{ code: 'ONE_WAY', path: 'flows[0]' }]);
  const signer = await api.as('mol-signatory-1', ['party-approver'], 'MOL');
  const shown = await api.app.inject({ url: `/v1/interconnects/${oneWay.json().id}`, headers: signer });
  expect(shown.json().warnings).toEqual(oneWay.json().warnings);
  const twice = await submit('MOL', request(flow('MOE', 'MOL', '10.150.20.0/24')));
  expect(twice.json().warnings.map(({ code }: { code: string }) => code)).toEqual(['ONE_WAY', 'ALREADY_OPEN']);
  expect(twice.json().warnings[1].fact).toContain(`by ${oneWay.json().id} (requested`);
});

it('refuses what has no route target left, and answers a repeated call as before', async () => {
  const key = 'key-of-the-first-one';
  const first = await submit('MOE', SOUND, key);
  expect(first.statusCode).toBe(201);
  const pool = { ...SMALL_POOL.backbone.routeTargetPool, to: 50_000 };
  await bringIntoForce(store, { ...SMALL_POOL, backbone: { ...SMALL_POOL.backbone, routeTargetPool: pool } });
  const refused = await submit(
    'MOH',
    request(flow('MOH', 'MOF', '10.100.20.0/24'), flow('MOF', 'MOH', '10.200.20.0/24')),
  );
  expect([refused.statusCode, refused.json().code]).toEqual([409, 'ROUTE_TARGET_POOL_EXHAUSTED']);
  expect(JSON.stringify(refused.json())).not.toMatch(/\d+ (free|needed|awaited)/);
  const again = await submit('MOE', SOUND, key);
  expect([again.statusCode, again.json().id]).toEqual([200, first.json().id]);
  expect(again.json().warnings).toMatchObject([{ code: 'ROUTE_TARGET_POOL_EXHAUSTED' }]);
  await bringIntoForce(store, SMALL_POOL);
});

it('tells a party nothing of canaries: as a VPN that does not exist, in every byte but the name', async () => {
  const ask = async (vpn: string) => {
    const answers = [
      await submit('MOE', request(flow('MOE', vpn, '10.150.20.0/24')), 'key-about-a-canary'),
      await submit(
        'MOE',
        request(flow('MOE', vpn, '10.150.20.0/24'), flow(vpn, 'MOE', '10.250.1.0/24')),
        'key-canary-2',
      ),
      await submit('MTCIT', request(flow(vpn, 'MOE', '10.250.1.0/24')), 'key-canary-3'),
      await check('MOE', request(flow('MOE', vpn, '10.150.20.0/24'))),
    ];
    return answers.map(({ statusCode, headers, body }) => {
      const { date, 'x-request-id': id, 'content-length': _length, ...rest } = headers;
      return { statusCode, rest, dated: [typeof date, typeof id], body: body.replaceAll(vpn, 'VPN') };
    });
  };
  const canary = await ask('CANARY');
  expect(canary.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 200]);
  expect(canary).toEqual(await ask('NOBODY'));
});

it.each([
  ['MOH', request(flow('MOH', 'MOE', '10.1.0.0/24'))],
  ['MOE', request(flow('MOH', 'MOE', '10.1.0.0/24'))],
  ['MOE', request(flow('MOE', 'MOH', '10.150.20.0/24'), flow('MOH', 'MOE', '10.100.0.0/16'))],
  ['MOL', request(flow('MOH', 'MOE', '10.100.0.0/16'))],
])("tells %s no other entity's addresses", async (entity, payload) => {
  const { body } = await submit(entity, payload);
  const asked = JSON.stringify(payload);
  const others = NATIONAL.vpns.filter((vpn) => vpn.entity !== entity).flatMap(({ prefixes }) => prefixes);
  const announced = NATIONAL.routers.flatMap(({ vrfs }) =>
    vrfs
      .filter(({ vpn }) => vpn !== entity)
      .flatMap(({ attachments }) => attachments.flatMap(({ prefixes }) => prefixes)),
  );
  const told = [...others, ...announced].filter((prefix) => body.includes(prefix) && !asked.includes(prefix));
  expect(told).toEqual([]);
});
