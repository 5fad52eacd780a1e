import { describe, expect, it } from 'vitest';
import { ROLES } from '../../src/api/authentication.ts';
import { ACCESS, isOpenHere } from '../../src/api/authorisation.ts';
import { absentStore } from '../support/absent-store.ts';
import { createApiUnderTest } from '../support/api-under-test.ts';

const PARAMETERS: Readonly<Record<string, string>> = { id: 'IC-0001', pe: 'mct-pe-01' };
const PLAN = 'IC-0001-C1-P1';

/** An address that matches the route. */
function addressOf(route: string): string {
  const path = route.split(' ')[1] ?? '';
  if (path.startsWith('/v1/plans/')) return path.replace(':id', PLAN);
  if (path.startsWith('/v1/changes/')) return path.replace(':id', 'IC-0001-C1');
  return path.replace(/:(\w+)/, (_, name: string) => PARAMETERS[name] ?? name);
}

describe('the table of roles', () => {
  it('lists every route of the server, and the server has every route of the table', async () => {
    const { app } = await createApiUnderTest(absentStore());
    const served: string[] = [];
    app.addHook('onRoute', ({ method, url }) => {
      for (const verb of [method].flat()) served.push(`${verb} ${url}`);
    });
    await app.ready();
    expect(served.sort()).toEqual(Object.keys(ACCESS).sort());
    await app.close();
  });

  it('gives each role exactly its routes', async () => {
    const { app, as } = await createApiUnderTest(absentStore());
    for (const role of ROLES) {
      const headers = await as(`${role}-1`, [role], 'MOH');
      for (const [route, access] of Object.entries(ACCESS)) {
        const method = (route.split(' ')[0] ?? 'GET') as 'GET';
        const answer = await app.inject({ method, url: addressOf(route), headers });
        const isRefused = answer.statusCode === 403 && answer.json().code === 'FORBIDDEN';
        const isListed = access === 'public' || access.includes(role);
        expect(isRefused, `${role} ${route} -> ${answer.statusCode}`).toBe(!isListed);
      }
    }
    await app.close();
  });

  it('refuses a route that nobody listed, to every role at once', async () => {
    const { app, as } = await createApiUnderTest(absentStore());
    app.get('/v1/unlisted', async () => ({ secret: true }));
    const answer = await app.inject({ url: '/v1/unlisted', headers: await as('root-1', ROLES, 'MOH') });
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'FORBIDDEN']);
    await app.close();
  });

  it('lets nobody in without a token but on public routes', async () => {
    const { app } = await createApiUnderTest(absentStore());
    for (const [route, access] of Object.entries(ACCESS)) {
      const method = (route.split(' ')[0] ?? 'GET') as 'GET';
      const answer = await app.inject({ method, url: addressOf(route) });
      if (access === 'public' || isOpenHere(method, addressOf(route))) expect(answer.statusCode, route).not.toBe(401);
      else expect([answer.statusCode, answer.json().code], route).toEqual([401, 'UNAUTHENTICATED']);
    }
    await app.close();
  });

  it('says nothing about addresses that do not exist', async () => {
    const { app } = await createApiUnderTest(absentStore());
    const answer = await app.inject({ url: '/v1/secrets' });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND']);
    await app.close();
  });
});
