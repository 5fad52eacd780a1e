import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { PolicyAnswer } from '../../src/api/policy-wire.ts';
import { digestOfBytes } from '../../src/domain/canonical-json.ts';
import type { EntityId } from '../../src/domain/names.ts';
import { digestPolicy } from '../../src/domain/policy.ts';
import { acceptanceStatement, composeStatement } from '../../src/domain/statement.ts';
import { createDevelopmentAuthority } from '../../src/signatures/index.ts';
import { runForTest } from '../support/cli-under-test.ts';
import { signingSettings } from '../support/signing.ts';

const ENV = { WASL_TOKEN: 'token', WASL_SERVER: 'http://127.0.0.1:1' };
const TEXTS = { ar: 'سياسة', en: 'a policy' };
const textOf = (language: 'ar' | 'en', content: string) => ({
  ...{ language, mediaType: 'text/plain' as const },
  ...{ sha256: digestOfBytes(Buffer.from(content)), bytes: Buffer.byteLength(content) },
});

/** A server that tells these texts, under the digest of the true ones. */
function serverOf(told: typeof TEXTS) {
  const terms = { version: '1', inForceFrom: '2026-01-01T00:00:00.000Z', graceDays: 30 };
  const digest = digestPolicy({ ...terms, renditions: [textOf('ar', TEXTS.ar), textOf('en', TEXTS.en)] });
  const policy: PolicyAnswer = {
    ...{ ...terms, state: 'in-force', digest, renditions: [textOf('ar', told.ar), textOf('en', told.en)] },
    ...{ proposedBy: null, publishedBy: null, publishedAt: null },
  };
  const document = composeStatement(
    acceptanceStatement('MOH' as EntityId, { ...terms, renditions: policy.renditions as never }),
    {
      ...{ installation: 'here', seals: true, preparedAt: new Date(), nonce: 'a-nonce-of-tests-is-none' },
    },
  );
  const words = { title: '', statement: '', facts: [] };
  const asked: string[] = [];
  const answer: typeof fetch = async (input, init) => {
    const path = new URL(input instanceof Request ? input.url : input).pathname;
    asked.push(`${init?.method ?? 'GET'} ${path}`);
    if (path.endsWith('/renditions/ar')) return new Response(told.ar);
    if (path.endsWith('/renditions/en')) return new Response(told.en);
    if (path.endsWith('/signing-documents')) return Response.json({ document, words: { en: words, ar: words } });
    if (path.endsWith('/acceptances'))
      return Response.json({ version: '1', entity: 'MOH', digest, person: 'p', acceptedAt: terms.inForceFrom });
    return Response.json(policy);
  };
  return { asked, fetch: answer };
}

it('accepts what was read: both texts are held against the digest that is accepted', async () => {
  const honest = serverOf(TEXTS);
  const authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
  const folder = mkdtempSync(join(tmpdir(), 'wasl-keys-'));
  const env: Record<string, string> = {
    ...ENV,
    ...(await signingSettings(authority, folder, 'moh-head', 'MOH')),
  };
  expect(await runForTest(['policy', 'accept', '1'], env, honest)).toMatchObject({ code: 0, err: '' });
  expect(honest.asked.at(-1)).toBe('POST /v1/policies/1/acceptances');
  const seal = readFileSync(env.WASL_SEAL ?? '', 'utf8');
  const chain = seal.slice(seal.indexOf('-----BEGIN CERTIFICATE'));
  writeFileSync(join(folder, 'no-key.pem'), chain);
  const keyless = await runForTest(
    ['policy', 'accept', '1'],
    { ...env, WASL_SEAL: join(folder, 'no-key.pem') },
    honest,
  );
  expect(keyless.err).toMatch(/^error SIGNING_KEY: \S+no-key\.pem: there is no private key/);
  rmSync(folder, { recursive: true });

  const swapped = serverOf({ ...TEXTS, en: 'other words, with their own SHA-256' });
  const { code, err } = await runForTest(['policy', 'accept', '1'], ENV, swapped);
  expect(code).not.toBe(0);
  expect(err).toContain('text that came has not the digest that was told');
  expect(swapped.asked.filter((each) => each.startsWith('POST'))).toEqual([]);
  expect((await runForTest(['policy', 'text', '1'], ENV, swapped)).out).toBe('');
});
