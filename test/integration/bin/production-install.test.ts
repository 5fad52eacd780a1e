/** O1a: what `npm ci --omit=dev` installs is enough to run a server and a worker. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createTestDatabase } from '../../support/database.ts';
import { startProgram, type WaslProcess } from '../../support/wasl-process.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** What a release is made of. */
const SHIPPED = ['package.json', 'package-lock.json', 'tsconfig.json', 'src', 'workflows', 'templates'];
/** From npm's cache where it is warm, as it is after the `npm ci` of the checkout. */
const INSTALL_TIMEOUT_MS = 300_000;
const READY_WITHIN_MS = 120_000;

let folder: string;
const running: WaslProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasl-production-'));
  await Promise.all(SHIPPED.map((name) => cp(join(ROOT, name), join(folder, name), { recursive: true })));
  const words = ['ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', words, { cwd: folder, timeout: INSTALL_TIMEOUT_MS });
}, INSTALL_TIMEOUT_MS + 10_000);

afterAll(async () => {
  for (const part of running) part.signal('SIGKILL');
  await Promise.all(running.map((part) => part.ended));
  await rm(folder, { recursive: true, force: true });
});

it(
  'runs serve and worker, both ready, and both end when they are told to',
  async () => {
    await expect(access(join(folder, 'node_modules', 'vitest'))).rejects.toThrow(/ENOENT/);
    const credentials = join(folder, 'credentials.yaml');
    await writeFile(credentials, 'backbone: { username: wasl, password: s3cret, hosts: [127.0.0.1] }\n', {
      mode: 0o600,
    });
    const namespace = `production-${randomUUID()}`;
    await registerNamespace(namespace);
    const env = {
      DATABASE_URL: (await createTestDatabase()).databaseUrl,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: namespace,
      WASL_STATE_DIR: folder,
      WASL_CREDENTIALS: credentials,
      WASL_LISTEN: '127.0.0.1:0',
    };
    const start = (...argv: string[]) => {
      const part = startProgram(process.execPath, [join(folder, 'src', 'bin', 'wasl.js'), ...argv], env, folder);
      running.push(part);
      return part;
    };
    const api = start('serve', '--development-issuer');
    const worker = start('worker');
    await Promise.all([api.says('API: http', READY_WITHIN_MS), worker.says('worker ready', READY_WITHIN_MS)]);
    const url = /API: (http:\S+)/.exec(api.text())?.[1] ?? '';
    await expect
      .poll(async () => (await fetch(`${url}/ready`)).json(), { timeout: READY_WITHIN_MS })
      .toMatchObject({ status: 'ready', workers: 'up' });
    for (const part of [worker, api]) {
      part.signal('SIGTERM');
      expect(await part.ended).toBe(0);
    }
  },
  2 * READY_WITHIN_MS,
);

async function registerNamespace(namespace: string): Promise<void> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  try {
    const seconds = 86_400 as unknown as Long;
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds } });
    const described = () =>
      connection.workflowService.describeNamespace({ namespace }).then(
        () => true,
        () => false,
      );
    await expect.poll(described, { timeout: READY_WITHIN_MS }).toBe(true);
  } finally {
    await connection.close();
  }
}
