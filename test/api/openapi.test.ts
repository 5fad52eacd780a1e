/** What the OpenAPI document promises, and what HTTP asks of a server, for every operation: made of the document, not of a list of routes. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROLES } from '../../src/api/authentication.ts';
import { OPERATIONS } from '../../src/api/operations.ts';
import { ADDRESS_LENGTH_MAX } from '../../src/api/refuse-misuse.ts';
import { absentStore } from '../support/absent-store.ts';
import { type ApiUnderTest, createApiUnderTest } from '../support/api-under-test.ts';

interface Parameter {
  readonly example?: unknown;
  readonly in: string;
  readonly name: string;
  readonly schema: {
    readonly pattern?: string;
    readonly enum?: unknown;
    readonly minimum?: number;
    readonly type?: string;
  };
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object; readonly example?: unknown }> };
  readonly responses: Record<
    string,
    { readonly description: string; readonly $ref?: string; readonly headers?: object; readonly content?: object }
  >;
}

let api: ApiUnderTest;
let document: {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: object;
    responses: Record<
      string,
      { content: Record<string, { example: { status: number; code: string } }>; headers: object }
    >;
  };
  tags: { name: string }[];
};
/** `GET /v1/plans/{id}` -> the operation. */
let operations: readonly (readonly [string, Operation])[];
beforeAll(async () => {
  api = await createApiUnderTest(absentStore());
  await api.app.ready();
  document = JSON.parse((await api.app.inject('/openapi.json')).body);
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
});
afterAll(() => api.app.close());

const EXAMPLES: Readonly<Record<string, string>> = {
  ...{ id: 'IC-0001', pe: 'mct-pe-01', language: 'en', version: '2026-1', digest: `sha256:${'0'.repeat(64)}` },
};
/** An address of the operation, with what its path needs. */
function addressOf(route: string): { method: 'GET'; url: string } {
  const [method = '', path = ''] = route.split(' ');
  const id = /proposals/.test(path)
    ? '1'
    : /plans/.test(path)
      ? 'IC-0001-C1-P1'
      : /changes/.test(path)
        ? 'IC-0001-C1'
        : 'IC-0001';
  return {
    method: method as 'GET',
    url: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === 'id' ? id : (EXAMPLES[name] ?? 'x'))),
  };
}
/** Each call by another person: none has too many. */
let persons = 0;
const anybody = () => api.as(`person-${persons++}`, ROLES, `E${persons}`);

describe('the document', () => {
  it('names every operation once, and says what it is for and where it belongs', () => {
    const names = operations.map(([, { operationId }]) => operationId);
    expect(names).toEqual(names.map((name) => expect.stringMatching(/^[a-z][A-Za-z]+$/) && name));
    expect(new Set(names).size).toBe(names.length);
    expect(names.toSorted()).toEqual(
      Object.values(OPERATIONS)
        .map(({ id }) => id)
        .toSorted(),
    );
    const tags = document.tags.map(({ name }) => name);
    expect(
      operations.filter(([, { summary, tags: own }]) => !summary || !own.every((tag) => tags.includes(tag))),
    ).toEqual([]);
  });

  it('tells every status with its form, and no answer by default', () => {
    const wanting = operations.flatMap(([route, { responses, security }]) => {
      const missing = [
        '400',
        '406',
        '414',
        '431',
        ...(security === undefined ? [] : ['401', '403', '429', '500', '503']),
      ];
      const formless = Object.entries(responses).filter(
        ([, { $ref, content }]) => $ref === undefined && content === undefined,
      );
      return [
        ...missing.filter((status) => !(status in responses)).map((status) => `${route} says nothing of ${status}`),
        ...('default' in responses ? [`${route} answers anything`] : []),
        ...formless.map(([status]) => `${route} has no form for ${status}`),
      ];
    });
    expect(wanting).toEqual([]);
  });

  it('has an example problem for each status, of that status', () => {
    for (const [name, { content }] of Object.entries(document.components.responses)) {
      const { status, code } = content['application/problem+json']?.example ?? {};
      expect(`Problem${status}`, code).toBe(name);
    }
    expect(Object.keys(document.components.responses.Problem429?.headers ?? {})).toEqual(['Retry-After']);
    expect(Object.keys(document.components.responses.Problem401?.headers ?? {})).toEqual(['WWW-Authenticate']);
  });

  it('bounds every parameter of an address by a pattern, a list or a number', () => {
    const loose = operations.flatMap(([route, { parameters = [] }]) =>
      parameters
        .filter((each) => each.in === 'path')
        .filter(
          ({ schema }) => schema.pattern === undefined && schema.enum === undefined && schema.minimum === undefined,
        )
        .map(({ name }) => `${route}: ${name}`),
    );
    expect(loose).toEqual([]);
  });

  it('shows for every part of an address an example, which its schema takes', () => {
    for (const [route, { parameters = [] }] of operations) {
      for (const { in: place, name, schema, example } of parameters) {
        if (place !== 'path') continue;
        expect(z.fromJSONSchema(schema as never).safeParse(example), `${route}: ${name}`).toMatchObject({
          success: true,
        });
      }
    }
  });

  it('shows for every body an example, which its schema takes', () => {
    for (const [route, { requestBody }] of operations) {
      const { schema, example } = requestBody?.content['application/json'] ?? {};
      if (schema === undefined || takesNothing(schema)) continue;
      expect(example, route).toBeDefined();
      expect(
        z.fromJSONSchema({ ...schema, components: document.components } as never).safeParse(example),
        route,
      ).toMatchObject({ success: true });
    }
  });
});

/** Verbs without a body of their own take an empty one. */
const takesNothing = (schema: object) => JSON.stringify(schema).includes('"type":"null"');

describe('every operation', () => {
  const problem = async (call: InjectOptions) => {
    const answer = await api.app.inject(call);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    const { code, status } = answer.json();
    expect([status, answer.headers['cache-control']]).toEqual([answer.statusCode, 'no-store']);
    return { status, code, headers: answer.headers };
  };

  it('refuses other methods, and says which the address takes', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      // What a browser asks before it sends a token is no operation.
      const allowed = [...Object.keys(methods), ...(path.startsWith('/v1/codec/') ? ['options'] : [])]
        .map((method) => method.toUpperCase())
        .toSorted();
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'].filter(
        (each) => !allowed.includes(each),
      )) {
        const { url } = addressOf(`${method} ${path}`);
        const answer = await api.app.inject({ method: method as 'GET', url });
        expect([answer.statusCode, answer.headers.allow], `${method} ${path}`).toEqual([405, allowed.join(', ')]);
      }
    }
  });

  it('refuses a caller that accepts nothing it has', async () => {
    for (const [route, { operationId }] of operations) {
      if (operationId === 'readRendition') continue;
      const headers = { ...(await anybody()), accept: 'image/png' };
      expect(await problem({ ...addressOf(route), headers }), route).toMatchObject({
        status: 406,
        code: 'NOT_ACCEPTABLE',
      });
    }
  });

  it.each([
    ['another media type', { 'content-type': 'text/plain' }, '{}', 415],
    ['another character set', { 'content-type': 'application/json; charset=iso-8859-6' }, '{}', 415],
    ['a compressed body', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, '{}', 415],
    ['text that is not UTF-8', { 'content-type': 'application/json' }, Buffer.from([0x22, 0xe9, 0x22]), 400],
    ['a surrogate in UTF-8', { 'content-type': 'application/json' }, Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 400],
    ['a member given twice', { 'content-type': 'application/json' }, '{"digest":1,"digest":2}', 400],
    ['half a document', { 'content-type': 'application/json' }, '{"digest":', 400],
    ['more than it takes', { 'content-type': 'application/json', 'content-length': String(2 ** 31) }, '{}', 413],
  ])('that takes a body refuses %s', async (_, typed, payload, status) => {
    for (const [route, { requestBody }] of operations) {
      if (requestBody === undefined) continue;
      const headers = { ...(await anybody()), ...typed };
      expect(await problem({ ...addressOf(route), headers, payload }), route).toMatchObject({ status });
    }
  });

  it('refuses an address that is too long, or not UTF-8', async () => {
    for (const [route] of operations) {
      const { method, url } = addressOf(route);
      expect(await problem({ method, url: `${url}?x=${'y'.repeat(ADDRESS_LENGTH_MAX)}` }), route).toMatchObject({
        status: 414,
      });
      expect(await problem({ method, url: `${url}?x=%FF` }), route).toMatchObject({
        status: 400,
        code: 'INPUT_INVALID',
      });
    }
  });

  it('refuses a parameter that it does not know, where it knows some', async () => {
    const asked = operations.filter(
      ([route, { parameters = [] }]) => !route.includes('{') && parameters.some((each) => each.in === 'query'),
    );
    expect(asked.length).toBeGreaterThan(5);
    for (const [route] of asked) {
      const { method, url } = addressOf(route);
      const wrong = { method, url: `${url}${url.includes('?') ? '&' : '?'}misspelt=1`, headers: await anybody() };
      const answer = await api.app.inject(wrong);
      expect(answer.json(), route).toMatchObject({ status: 400, path: expect.stringContaining('?') });
      expect(answer.body, route).toContain('misspelt is not a member');
    }
  });

  it('wants a token, and says which kind', async () => {
    for (const [route, { security }] of operations) {
      if (security === undefined) continue;
      const { status, headers } = await problem(addressOf(route));
      expect([status, headers['www-authenticate']], route).toEqual([401, 'Bearer']);
    }
  });
});

describe('what is no call', () => {
  const raw = async (sent: string) => {
    await api.app.listen({ host: '127.0.0.1', port: 0 }).catch(() => undefined);
    const address = api.app.server.address();
    const socket = connect({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
    socket.write(sent);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    return { head, problem: JSON.parse(body) };
  };

  it.each([
    [
      'headers without end',
      `GET /health HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', 400, 'INPUT_INVALID'],
    [
      'two lengths',
      'POST /v1/audits HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
      'INPUT_INVALID',
    ],
    ['two hosts', 'GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\nhost: y\r\n\r\n', 400, 'INPUT_INVALID'],
    [
      'two callers',
      'GET /v1/caller HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n',
      400,
      'INPUT_INVALID',
    ],
  ])('is answered with a problem, too: %s', async (_, sent, status, code) => {
    const { head, problem } = await raw(sent);
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*application/problem\\+json`, 's'));
    expect(problem).toMatchObject({ status, code });
  });
});
