import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { meansOfWorker, readSignatureMeans } from '../../src/bin/trust-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasl-trust-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'trust.yaml');

it.each([
  ['anchors: []', `${path} anchors`, /./],
  ['', path, /no value/],
  ['anchors:\n  - [', path, /not YAML \(line 2\)/],
  ['anchors: *nothing', path, /not YAML/],
])('names the file, and the place in it: %j', (text, place, fact) => {
  writeFileSync(path, text);
  const fault = { code: 'TRUST_INVALID', path: place, message: expect.stringMatching(fact) };
  expect(() => readSignatureMeans({ WASL_TRUST: path })).toThrow(expect.objectContaining(fault));
});

it('has a worker of the development authority send webhooks to its own machine, and no other worker', async () => {
  vi.stubEnv('WASL_STATE_DIR', folder);
  expect(await meansOfWorker({ developmentAuthority: true }, {})).toMatchObject({ isDevelopment: true });
  expect(await meansOfWorker({}, {})).toEqual({ signatures: null, isDevelopment: false });
  // A trust file is asked, whatever else was.
  const asked = meansOfWorker({ developmentAuthority: true }, { WASL_TRUST: join(folder, 'none.yaml') });
  await expect(asked).rejects.toMatchObject({ path: join(folder, 'none.yaml') });
  vi.unstubAllEnvs();
});

it.each([
  'postgres://wasl:a@db.example/wasl?sslmode=disable',
  'postgres://wasl:a@127.0.0.1/wasl?host=db.example&sslmode=disable',
])('believes no development authority over the record of another machine: %s', async (databaseUrl) => {
  vi.stubEnv('WASL_STATE_DIR', folder);
  vi.stubEnv('DATABASE_URL', databaseUrl);
  await expect(meansOfWorker({ developmentAuthority: true }, {})).rejects.toMatchObject({ code: 'CONFIGURATION' });
  vi.unstubAllEnvs();
});
