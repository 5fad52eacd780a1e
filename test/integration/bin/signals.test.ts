/** One signal or ten, at any moment: nothing is left behind, neither servers nor the files that hold secrets. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { createTestDatabase } from '../../support/database.ts';
import { processesNaming, startProgram, startWasl, type WaslProcess } from '../../support/wasl-process.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** A busy machine takes its time; a process that does not end at all is what is looked for. */
const END_WITHIN_MS = 90_000;
vi.setConfig({ testTimeout: 400_000 });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasl-signals-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** TMPDIR is ours: what the demonstration makes, it makes there. */
const demo = (...options: string[]) => startProgram('npm', ['run', 'demo', '--', ...options], { TMPDIR: folder }, ROOT);

async function untilNothingIsLeft(wasl: WaslProcess): Promise<void> {
  const late = sleep(END_WITHIN_MS, 'it does not end' as const, { ref: false });
  expect(await Promise.race([wasl.ended, late]), wasl.text()).not.toBe('it does not end');
  // npm itself may be gone before what it runs.
  await expect.poll(() => processesNaming(folder), { timeout: END_WITHIN_MS }).toEqual([]);
  expect((await readdir(folder)).filter((name) => name.startsWith('wasl'))).toEqual([]);
}

async function send(wasl: WaslProcess, times: number, signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
  for (let sent = 0; sent < times; sent++) {
    wasl.signal(signal);
    await sleep(150);
  }
}

describe('the demonstration', () => {
  it.each([
    [1, 'SIGINT', 0],
    [10, 'SIGINT', 1_500],
    [2, 'SIGTERM', 6_000],
  ] as const)('ends on %d × %s, %d ms after it began to start', async (times, signal, afterMs) => {
    const wasl = demo();
    await wasl.says('Starting a simulated backbone');
    await sleep(afterMs);
    await send(wasl, times, signal);
    await untilNothingIsLeft(wasl);
  });

  it('that was kept ends on two Ctrl-C', async () => {
    const wasl = demo('--keep');
    await wasl.says('Ctrl-C ends it', 240_000);
    await send(wasl, 2);
    await untilNothingIsLeft(wasl);
  });
});

describe('a server', () => {
  it.each([
    ['serve', 1, 0],
    ['serve', 10, 1_500],
    ['worker', 2, 2_500],
  ] as const)(
    '%s with a database of its own ends on %d × Ctrl-C, %d ms after its start',
    async (part, times, afterMs) => {
      const credentials = join(folder, 'credentials.yaml');
      await writeFile(credentials, 'backbone: { username: a, password: b, hosts: [127.0.0.1] }\n', { mode: 0o600 });
      const wasl = startWasl([part, ...(part === 'serve' ? ['--development-issuer'] : [])], {
        TEMPORAL_ADDRESS: inject('temporalAddress'),
        WASL_STATE_DIR: join(folder, 'state'),
        WASL_LISTEN: '127.0.0.1:0',
        WASL_CREDENTIALS: credentials,
      });
      await sleep(400 + afterMs);
      await send(wasl, times);
      const late = sleep(END_WITHIN_MS, 'it does not end' as const, { ref: false });
      expect(await Promise.race([wasl.ended, late]), wasl.text()).not.toBe('it does not end');
      await expect.poll(() => processesNaming(folder), { timeout: 60_000, message: wasl.text() }).toEqual([]);
    },
  );

  it('that runs ends well on the first and on the tenth', async () => {
    const { databaseUrl } = await createTestDatabase();
    const wasl = startWasl(['serve', '--development-issuer'], {
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      WASL_STATE_DIR: folder,
      WASL_LISTEN: '127.0.0.1:0',
    });
    await wasl.says('API: http://127.0.0.1:');
    await send(wasl, 10, 'SIGTERM');
    expect(await wasl.ended).toBe(0);
  });
});
