/** G6 over a real record: every route of the API's own description is asked as somebody it is not for. New routes are asked, too. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../../src/api/authentication.ts';
import { ACCESS } from '../../../src/api/authorisation.ts';
import { type ApiUnderTest, createApiUnderTest, DEMO_INVENTORY, MOH_MOF, NOW } from '../../support/api-under-test.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const PARTY_ROLES = ['portal', 'party-approver'] as const;
const DIGEST = `sha256:${'0'.repeat(64)}`;
/** What would be taken of one's own. A route to come that takes a body gets one here, else the walk finds it refused for its form. */
const BODIES: Readonly<Record<string, object>> = {
  '/v1/interconnects/{id}/approvals': { decision: 'approve', digest: DIGEST },
  '/v1/entities/{id}/profile': { contacts: [], obligations: [] },
  '/v1/interconnects/{id}/withdrawal': { reason: 'mischief' },
};
/** Of everybody alike: an agreement's name means nothing in their place. */
const OF_ALL = /^\/v1\/(policies|ledger|audits|inventory|webhooks)\b/;
const ABSENT = 'IC-0999';

interface Operation {
  readonly security?: readonly object[];
  readonly description?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
}
interface Route extends Operation {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
}

let database: TestDatabase;
let api: ApiUnderTest;
let routes: readonly Route[];
let foreign: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const store = await database.open(() => NOW);
  api = await createApiUnderTest(store);
  await api.app.ready();
  const paths = api.app.swagger().paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, each]) => ({ method: method.toUpperCase() as 'GET', path, ...each })),
  );
  await bringIntoForce(store, DEMO_INVENTORY);
  const headers = { ...(await api.as('moh-clerk-1', ['portal'], 'MOH')), 'idempotency-key': 'key-000001' };
  const submitted = await api.app.inject({ method: 'POST', url: '/v1/interconnects', headers, payload: MOH_MOF });
  foreign = submitted.json().id;
});
afterAll(async () => {
  await api.app.close();
  await database.drop();
});

/** Who may call it, in the words of the document. */
const rolesOf = ({ description = '' }: Operation) => /Roles: ([\w, -]+)\./.exec(description)?.[1]?.split(', ') ?? [];
const mayAsk = (route: Operation, role: Role) => route.security === undefined || rolesOf(route).includes(role);
const nameOf = ({ method, path }: Route) => `${method} ${path}`;

function addressOf({ path, parameters = [] }: Route, interconnect: string): string {
  const ids = { plans: `${interconnect}-C1-P1`, changes: `${interconnect}-C1` };
  const kind = Object.entries(ids).find(([name]) => path.startsWith(`/v1/${name}/`));
  const filled = path.replace('{id}', kind?.[1] ?? interconnect).replace(/\{\w+\}/g, interconnect);
  return parameters.some(({ name }) => name === 'interconnect') ? `${filled}?interconnect=${interconnect}` : filled;
}

async function ask(route: Route, role: Role, entity: string | null, interconnect = ABSENT) {
  const who = `${entity ?? 'network'}-${role}`.toLowerCase();
  const headers = await api.as(who, [role], entity ?? undefined);
  const body = route.method === 'GET' ? {} : { payload: BODIES[route.path] ?? {} };
  const url = addressOf(route, interconnect);
  const answer = await api.app.inject({ method: route.method, url, headers, ...body });
  const { date: _date, 'x-request-id': _id, ...rest } = answer.headers;
  return { status: answer.statusCode, headers: rest, body: answer.body.replaceAll(interconnect, 'IC-X') };
}

describe('the document', () => {
  // That each role has exactly its routes of the table is test/api/authorisation.test.ts.
  it('names for every route the roles of the table, and asks a token of all but the public ones', () => {
    const said = routes.map((route) => [nameOf(route), route.security === undefined ? 'public' : rolesOf(route)]);
    const documented = Object.entries(ACCESS)
      .map(([route, access]) => [route.replace(/:(\w+)/g, '{$1}'), access] as const)
      // What a browser asks before it sends a token is no operation.
      .filter(([route]) => !['GET /metrics', 'GET /openapi.json'].includes(route) && !route.startsWith('OPTIONS '));
    expect(said.sort()).toEqual(documented.sort());
    expect(routes.length).toBeGreaterThan(40);
  });
});

describe('a route', () => {
  it('answers a third party about the agreement of others as about none: status, headers, body', async () => {
    const about = routes.filter((route) => addressOf(route, foreign) !== route.path && !OF_ALL.test(route.path));
    const open: string[] = [];
    for (const route of about) {
      for (const role of PARTY_ROLES) {
        const answer = await ask(route, role, 'MOE', foreign);
        expect(answer, `${nameOf(route)} as ${role}`).toEqual(await ask(route, role, 'MOE'));
        expect(answer.status, `${nameOf(route)}: give it a body in BODIES`).not.toBe(400);
        if (answer.status !== 403) open.push(`${role}: ${nameOf(route)} ${answer.status}`);
      }
    }
    expect(open.filter((each) => !each.endsWith(' 404'))).toEqual([]);
    expect(open.length).toBeGreaterThanOrEqual(6);
  });

  it('gives a third party no document to sign of what is theirs, in the same words as of nothing', async () => {
    const headers = await api.as('moe-signatory-1', ['party-approver'], 'MOE');
    const wish = async (id: string) => {
      const payload = { kind: 'request', id };
      const answer = await api.app.inject({ method: 'POST', url: '/v1/signing-documents', headers, payload });
      return [answer.statusCode, answer.body.replaceAll(id, 'IC-X')];
    };
    expect(await wish(foreign)).toEqual(await wish(ABSENT));
    expect((await wish(foreign))[0]).toBe(404);
  });

  it('that lists, lists nothing of theirs', async () => {
    const lists = routes.filter(({ method, path, parameters = [], security }) => {
      const isWhole = !path.includes('{') && !parameters.some((each) => each.required === true && each.in === 'query');
      return method === 'GET' && security !== undefined && isWhole && path !== '/v1/events';
    });
    const read = async (role: Role, entity: string | null) => {
      const mine = lists.filter((route) => mayAsk(route, role));
      const answers = await Promise.all(mine.map((route) => ask(route, role, entity, 'nothing')));
      expect(answers.map(({ status }) => status)).toEqual(mine.map(() => 200));
      return answers.map(({ body }) => body).join('\n');
    };
    // The agreement, its parties' addresses, and the canary.
    const secrets = [foreign, '10.100.10.0/24', '10.200.10.0/24', 'CANARY', MOH_MOF.purpose];
    const known = (text: string) => secrets.filter((secret) => text.includes(secret));
    for (const role of PARTY_ROLES) {
      expect(known(await read(role, 'MOE')), `${role} of MOE`).toEqual([]);
      expect(known(await read(role, 'MOX')), `${role} of an entity that there is not`).toEqual([]);
    }
    expect(known(await read('portal', 'MOH'))).toEqual(expect.arrayContaining([foreign, MOH_MOF.purpose]));
    expect(known(await read('engineer', null))).toEqual(expect.arrayContaining([foreign, 'CANARY']));
  });
});
