/** wasl as it is installed: what it needs to run is among its dependencies, not among those of its development. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createTestDatabase } from '../../support/database.ts';
import { startProgram } from '../../support/wasl-process.ts';

const CLONE = fileURLToPath(new URL('../../../', import.meta.url));
/** All that the programs read; a test of its own says what else lies at the top. */
const PARTS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'src',
  'workflows',
  'templates',
  'topology',
  'docs',
];
const INSTALLED_WITHIN_MS = 300_000;
const READY_WITHIN_MS = 120_000;

let folder: string;
const inFolder = (...names: readonly string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasl-install-'));
  for (const part of PARTS) await cp(join(CLONE, part), inFolder(part), { recursive: true });
  await promisify(execFile)('npm', ['ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: folder,
  });
}, INSTALLED_WITHIN_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

it('serves and works without the dependencies of its development', { timeout: INSTALLED_WITHIN_MS }, async () => {
  const credentials = inFolder('credentials.yaml');
  await writeFile(credentials, 'backbone: { username: wasl, password: s3cret, hosts: [127.0.0.1] }\n', { mode: 0o600 });
  const env = {
    DATABASE_URL: (await createTestDatabase()).databaseUrl,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    WASL_STATE_DIR: folder,
    WASL_CREDENTIALS: credentials,
    WASL_LISTEN: '127.0.0.1:0',
  };
  const start = (...argv: readonly string[]) =>
    startProgram(process.execPath, [inFolder('src', 'bin', 'wasl.js'), ...argv], env, folder);
  const programs = [start('serve', '--development-issuer'), start('worker')];
  try {
    await Promise.all([
      programs[0]?.says('API: http', READY_WITHIN_MS),
      programs[1]?.says('worker ready', READY_WITHIN_MS),
    ]);
    for (const program of programs) program.child.kill('SIGTERM');
    expect(await Promise.all(programs.map(({ ended }) => ended))).toEqual([0, 0]);
  } finally {
    for (const program of programs) program.signal('SIGKILL');
  }
});
