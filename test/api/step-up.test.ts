/** RFC 9470: who decides has logged in for it. Every route that the API describes is asked; those to come as well. */
import { afterAll, describe, expect, it } from 'vitest';
import { ACCESS } from '../../src/api/authorisation.ts';
import { DEVELOPMENT_ACR } from '../../src/api/development-issuer.ts';
import { isDecision, requireStepUp, stepUpChallenge } from '../../src/api/step-up.ts';
import type { Principal, Role } from '../../src/api/token-claims.ts';
import { absentStore } from '../support/absent-store.ts';
import { createApiUnderTest, NOW } from '../support/api-under-test.ts';

const RULE = { acrValues: ['phr', 'gold'], ageSecondsMax: 300 };
const login = (acr: string | null, ageSeconds: number | null): Principal =>
  ({
    acr,
    authenticatedAt: ageSeconds === null ? null : new Date(NOW.getTime() - ageSeconds * 1_000),
  }) as unknown as Principal;

describe('a login that decides', () => {
  it.each([
    ['phr', 0],
    ['gold', 300],
    ['gold', 330],
    ['gold', -30],
  ])('is by %s, %d s ago', (acr, ageSeconds) => {
    expect(() => requireStepUp(login(acr, ageSeconds), RULE, NOW)).not.toThrow();
  });

  it.each([
    [null, 0, 'the token does not say how its person logged in'],
    ['pwd', 0, 'who decides logs in by phr or gold'],
    ['phr gold', 0, 'who decides logs in by phr or gold'],
    ['gold', null, 'the token does not say when its person logged in'],
    ['gold', 331, 'who decides has logged in at most 300 s before'],
    ['gold', -31, 'the token names a login that has not been'],
  ])('is not by %s, %s s ago', (acr, ageSeconds, fact) => {
    const needed = {
      code: 'STEP_UP_NEEDED',
      message: fact,
      details: { acrValues: ['phr', 'gold'], maxAgeSeconds: 300 },
    };
    expect(() => requireStepUp(login(acr, ageSeconds), RULE, NOW)).toThrow(expect.objectContaining(needed));
  });

  it('is asked for in the words of the RFC', () => {
    expect(stepUpChallenge({ acrValues: ['a"b\\', 'gold'], ageSecondsMax: 60 })).toBe(
      'Bearer error="insufficient_user_authentication", error_description="A more recent or stronger login is needed", ' +
        'acr_values="a\\"b\\\\ gold", max_age=60',
    );
  });
});

describe('the routes', async () => {
  const api = await createApiUnderTest(absentStore());
  await api.app.ready();
  afterAll(() => api.app.close());
  const OLD = new Date(NOW.getTime() - (8 * 3_600 + 31) * 1_000);
  const operations = Object.entries(api.app.swagger().paths ?? {}).flatMap(([path, methods]) =>
    Object.keys(methods ?? {}).map((method) => [method.toUpperCase() as 'GET' | 'POST' | 'PUT', path] as const),
  );
  /** The routine of those that write: whoever adds a route decides that it is none of these. */
  const routine = operations.filter(([method, path]) => {
    const route = path.replaceAll(/\{(\w+)\}/g, ':$1');
    return method !== 'GET' && ACCESS[`${method} ${route}`] !== 'public' && !isDecision(method, route);
  });

  it('that decide nothing are these, in the document, too', () => {
    expect(routine.map(([method, path]) => `${method} ${path}`).sort()).toEqual([
      'DELETE /v1/webhooks/{id}',
      'POST /v1/audits',
      'POST /v1/codec/decode',
      'POST /v1/codec/encode',
      'POST /v1/interconnects',
      'POST /v1/interconnects/{id}/recovery',
      'POST /v1/interconnects/{id}/replan',
      'POST /v1/interconnects/{id}/resumption',
      'POST /v1/inventory/difference',
      'POST /v1/ledger/cosignatures',
      'POST /v1/ledger/reviews',
      'POST /v1/policies',
      'POST /v1/policies/{version}/hand-signed',
      'POST /v1/request-checks',
      'POST /v1/retention/proposals',
      'POST /v1/signing-documents/attachments',
      'POST /v1/signing-documents/preparations',
      'POST /v1/webhooks',
      'POST /v1/webhooks/{id}/deliveries/{delivery}/replay',
      'POST /v1/webhooks/{id}/enablement',
      'POST /v1/webhooks/{id}/keys',
      'PUT /v1/entities/{id}/profile',
    ]);
    const isMarked = (route: string) => JSON.stringify(route).includes('A decision');
    const { paths } = api.app.swagger() as { paths: Record<string, Record<string, { description?: string }>> };
    for (const [method, path] of operations) {
      const marked = isMarked(paths[path]?.[method.toLowerCase()]?.description ?? '');
      expect(marked, `${method} ${path}`).toBe(isDecision(method, path.replaceAll(/\{(\w+)\}/g, ':$1')));
    }
  });

  it('tell who asks until when the login is enough; the development issuer has no login', async () => {
    const read = async (authenticatedAt: Date) => {
      const token = await api.issuer.mintToken({ person: 'engineer-1', roles: ['engineer'], authenticatedAt });
      const headers = { authorization: `Bearer ${token}` };
      return (await api.app.inject({ url: '/v1/caller', headers })).json();
    };
    const enough = new Date(NOW.getTime() + (8 * 3_600 + 30) * 1_000).toISOString();
    expect(await read(NOW)).toMatchObject({ person: 'engineer-1', acr: DEVELOPMENT_ACR, decidesUntil: enough });
    expect(await read(OLD)).toMatchObject({ authenticatedAt: OLD.toISOString(), decidesUntil: null });
    const { statusCode, body } = await api.app.inject('/.well-known/oauth-protected-resource');
    expect([statusCode, JSON.parse(body)]).toEqual([
      200,
      expect.objectContaining({
        authorization_servers: [],
        wasl_client_id: null,
        bearer_methods_supported: ['header'],
      }),
    ]);
  });

  it.each(operations)('%s %s asks for it exactly where it decides, after the role', async (method, path) => {
    const route = path.replaceAll(/\{(\w+)\}/g, ':$1');
    const access = ACCESS[`${method} ${route}`] ?? [];
    if (access === 'public') return;
    const role = access[0] as Role;
    const ask = async (request: { readonly role: Role; readonly acr: string; readonly authenticatedAt: Date }) => {
      const { role: asked, ...how } = request;
      const token = await api.issuer.mintToken({ person: `${asked}-1`, roles: [asked], entity: 'MOH', ...how });
      const url = path.replace(/\{(\w+)\}/g, '1');
      const answer = await api.app.inject({ method, url, headers: { authorization: `Bearer ${token}` } });
      return [/"code":"(\w+)"/.exec(answer.body)?.[1], answer.headers['www-authenticate']] as const;
    };
    const challenge = stepUpChallenge(api.issuer.auth.stepUp);
    const refused = isDecision(method, route) ? ['STEP_UP_NEEDED', challenge] : null;
    for (const how of [
      { acr: DEVELOPMENT_ACR, authenticatedAt: OLD },
      { acr: 'pwd', authenticatedAt: NOW },
    ]) {
      const answer = await ask({ role, ...how });
      if (refused !== null) expect(answer).toEqual(refused);
      else expect(answer[0]).not.toBe('STEP_UP_NEEDED');
    }
    const fresh = await ask({ role, acr: DEVELOPMENT_ACR, authenticatedAt: NOW });
    expect([fresh[0] === 'STEP_UP_NEEDED', fresh[1]]).toEqual([false, undefined]);
    const stranger = (['witness', 'portal', 'engineer', 'auditor'] as const).find((each) => !access.includes(each));
    if (stranger === undefined) return;
    expect((await ask({ role: stranger, acr: 'pwd', authenticatedAt: OLD }))[0]).toBe('FORBIDDEN');
  });
});
