/** Where secrets lie, and that nobody hears of them where they do not. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSecret } from '../../src/bin/secrets.ts';
import { WaslError } from '../../src/errors.ts';

const SECRET = 'n0-0ne-reads-this';
const TOKEN = 'hvs.nor-this';
const folder = mkdtempSync(join(tmpdir(), 'wasl-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (content: string, mode = 0o600): string => {
  const path = join(folder, `file-${mode}`);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};
const subject = { path: 'A_SETTING', what: 'the password' };
const read = (reference: string, env: Readonly<Record<string, string>> = {}) => readSecret(reference, subject, env);

async function refusal(reference: string, env: Readonly<Record<string, string>> = {}): Promise<WaslError> {
  const error = await read(reference, env).catch((caught: unknown) => caught);
  if (!(error instanceof WaslError)) throw new Error('it was taken');
  const told = JSON.stringify([error.message, error.remedy, error.path, error.details]);
  for (const each of [SECRET, TOKEN]) expect(told).not.toContain(each);
  expect(error.code).toBe('CONFIGURATION');
  return error;
}

describe('a reference', () => {
  it('names a file, or a variable, without the end of its line', async () => {
    const path = file(`${SECRET}\n`);
    expect(await Promise.all([read(path), read(`file:${path}`), read('env:IT', { IT: SECRET })])).toEqual([
      SECRET,
      SECRET,
      SECRET,
    ]);
    expect(await read(file('two\nlines\r\n'))).toBe('two\nlines');
  });

  it.each([SECRET, `pass:${SECRET}`, 'env:', ''])('%j is none, and is not repeated', async (reference) => {
    expect((await refusal(reference)).message).toBe('the password is not named by a reference');
  });

  it('to nothing is refused', async () => {
    expect((await refusal('env:IT')).remedy).toBe('Set IT.');
    expect((await refusal(join(folder, 'absent'))).message).toContain('does not exist');
    expect((await refusal(folder)).message).toContain('is no file');
    expect((await refusal(file('\n'))).message).toBe('the password is empty');
    expect((await refusal(file(SECRET, 0o640))).remedy).toMatch(/^Run: chmod 600 /);
  });
});

describe('Vault', () => {
  let vault: Server;
  let env: Record<string, string>;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const sendJson =
    (body: unknown, status = 200) =>
    (_request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
  beforeAll(async () => {
    vault = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => vault.listen(0, '127.0.0.1', resolve));
    const { port } = vault.address() as AddressInfo;
    env = { VAULT_ADDR: `http://127.0.0.1:${port}`, VAULT_TOKEN_FILE: file(`${TOKEN}\n`, 0o400) };
  });
  afterAll(() => new Promise((resolve) => vault.close(resolve)));

  it('is asked for the newest version of the secret, with the token of the file', async () => {
    const asked: unknown[] = [];
    answer = (request, response) => {
      const { 'x-vault-token': token, 'x-vault-namespace': namespace } = request.headers;
      asked.push([request.method, request.url, token, namespace]);
      sendJson({ data: { data: { password: SECRET }, metadata: { version: 3 } } })(request, response);
    };
    const spaced = { ...env, VAULT_NAMESPACE: 'interior' };
    expect(await read('vault:secret/wasl/database#password', spaced)).toBe(SECRET);
    expect(asked).toEqual([['GET', '/v1/secret/data/wasl/database', TOKEN, 'interior']]);
  });

  it.each<[string, unknown, number, RegExp]>([
    ['a token that may not', { errors: [TOKEN] }, 403, /does not let this token/],
    ['nothing there', { errors: [] }, 404, /has nothing there/],
    ['a seal', { errors: [] }, 503, /answers with 503/],
    ['another member', { data: { data: { other: SECRET } } }, 200, /not in what Vault has there/],
    ['an engine of version 1', { data: { password: SECRET } }, 200, /not in what Vault has there/],
    ['a deleted version', { data: { data: null } }, 200, /not in what Vault has there/],
  ])('with %s gives nothing', async (_what, body, status, fact) => {
    answer = sendJson(body, status);
    expect((await refusal('vault:secret/wasl#password', env)).message).toMatch(fact);
  });

  it('that sends us elsewhere is not followed: the token is for it alone', async () => {
    answer = (_request, response) => response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end();
    expect((await refusal('vault:secret/wasl#password', env)).message).toContain('Vault does not answer');
  });

  it.each([
    ['no address', { VAULT_ADDR: '' }, 'VAULT_ADDR'],
    ['an address in clear', { VAULT_ADDR: 'http://vault.example:8200' }, 'VAULT_ADDR'],
    ['a login in it', { VAULT_ADDR: `https://me:${SECRET}@vault.example` }, 'VAULT_ADDR'],
    ['no token', { VAULT_TOKEN_FILE: '' }, 'VAULT_TOKEN_FILE'],
  ])('with %s is not asked', async (_what, settings, path) => {
    expect((await refusal('vault:secret/wasl#password', { ...env, ...settings })).path).toBe(path);
  });

  it.each(['vault:secret', 'vault:secret/wasl', 'vault:secret/../sys#x', 'vault:secret/a b#x', 'vault:a/b?c#d'])(
    '%s is no place in it',
    async (reference) => {
      expect((await refusal(reference, env)).remedy).toContain('vault:secret/wasl/database#password');
    },
  );
});
