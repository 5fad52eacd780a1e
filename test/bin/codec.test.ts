/** Where the keys of payloads come from, and what a process without them may do. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Payload } from '@temporalio/common';
import { afterAll, describe, expect, it } from 'vitest';
import { NO_CODEC, openCodec } from '../../src/bin/codec.ts';
import { makeRingKey } from '../../src/bin/commands/codec-key.ts';
import { listenForProbes } from '../../src/bin/worker-probes.ts';
import { addKey, parseKeyRing, printKeyRing } from '../../src/codec/key-ring.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasl-payloads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const NOW = new Date('2026-03-01T08:00:00Z');
const ringOf = (path: string) => parseKeyRing(readFileSync(path, 'utf8'), path);

const told: [string, string][] = [];
const open = (env: Readonly<Record<string, string>>) =>
  openCodec({ env, log: (level, fact) => told.push([level, fact]), now: () => NOW });

describe('without keys', () => {
  it('a Temporal of somewhere else gets nothing', async () => {
    await expect(open({ TEMPORAL_ADDRESS: 'temporal.example:7233' })).rejects.toMatchObject({
      ...{ code: 'CONFIGURATION', path: 'WASL_CODEC_KEYS' },
      remedy: expect.stringContaining('wasl codec-key'),
    });
  });

  it('one of this machine gets them in clear, and the log says so', async () => {
    expect(await open({ TEMPORAL_ADDRESS: '127.0.0.1:7233' })).toBe(NO_CODEC);
    expect(told.splice(0)).toEqual([['warn', expect.stringContaining('are not encrypted')]]);
  });

  it("a server of wasl's own has a ring beside it, which takes what is older only where there is something", async () => {
    const [fresh, used] = ['fresh', 'used'].map((name) => join(folder, name));
    mkdirSync(join(used ?? '', 'temporal'), { recursive: true });
    writeFileSync(join(used ?? '', 'temporal', 'temporal.db'), '');
    for (const directory of [fresh ?? '', used ?? '']) {
      const { codec } = await open({ WASL_STATE_DIR: directory });
      expect((await codec?.encode([{ data: Buffer.from('x') }]))?.[0]?.data).not.toEqual(Buffer.from('x'));
      const path = join(directory, 'codec-keys.json');
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readdirSync(directory).filter((name) => name.startsWith('codec'))).toEqual(['codec-keys.json']);
      expect(ringOf(path).plainUntil).toBe(directory === used ? '2026-03-31T08:00:00.000Z' : undefined);
      const again = readFileSync(path, 'utf8');
      await open({ WASL_STATE_DIR: directory });
      expect(readFileSync(path, 'utf8')).toBe(again);
    }
  });
});

describe('the ring of WASL_CODEC_KEYS', () => {
  it('is made by a command, and gets a key by it, which waits for the others', async () => {
    const path = join(folder, 'ring.json');
    await makeRingKey(path, { plainUntil: '2026-04-01' }, NOW);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await makeRingKey(path, {}, NOW);
    const { keys, plainUntil } = ringOf(path);
    expect(keys.map(({ from }) => from)).toEqual([NOW.toISOString(), '2026-03-01T09:00:00.000Z']);
    expect(plainUntil).toBe('2026-04-01T00:00:00.000Z');
    await expect(makeRingKey(path, { from: 'tomorrow' }, NOW)).rejects.toMatchObject({ path: '--from' });
    expect(ringOf(path).keys).toHaveLength(2);
  });

  it('that others can read is refused', async () => {
    const path = join(folder, 'open.json');
    writeFileSync(path, printKeyRing(addKey(null, NOW)), { mode: 0o644 });
    await expect(open({ WASL_CODEC_KEYS: path })).rejects.toMatchObject({ remedy: `Run: chmod 600 ${path}` });
  });

  it('is refused where a key stands in the place of its name, without the key', async () => {
    const refused = await open({ WASL_CODEC_KEYS: 's3cret' }).catch((error: Error) => error);
    expect(refused).toMatchObject({ code: 'CONFIGURATION', path: 'WASL_CODEC_KEYS' });
    expect(JSON.stringify([refused, String(refused)])).not.toContain('s3cret');
  });

  it('comes from the environment, too', async () => {
    const { codec } = await open({ WASL_CODEC_KEYS: 'env:RING', RING: printKeyRing(addKey(null, NOW)) });
    expect(codec).not.toBeNull();
  });
});

it('a worker that lacks a key is not ready, and its metrics say why', async () => {
  const [one, other] = [addKey(null, NOW), addKey(null, NOW)].map(printKeyRing);
  const { codec } = await open({ WASL_CODEC_KEYS: 'env:RING', RING: one ?? '' });
  const payloads = await open({ WASL_CODEC_KEYS: 'env:RING', RING: other ?? '' });
  const probes = await listenForProbes({
    listen: { host: '127.0.0.1', port: 0 },
    worker: () => ({ status: () => ({ state: 'running', transactionsUnderWay: 0 }) }),
    store: { ping: async () => undefined },
    codec: payloads,
  });
  try {
    const ask = (path: string) => fetch(`${probes.url}${path}`);
    expect([(await ask('/ready')).status, await (await ask('/ready')).json()]).toMatchObject([
      200,
      { messages: 'readable' },
    ]);
    const foreign = (await codec?.encode([{ data: Buffer.from('x') }])) as Payload[];
    told.splice(0);
    await expect(payloads.codec?.decode(foreign)).rejects.toMatchObject({ code: 'MESSAGE_UNREADABLE' });
    const ready = await ask('/ready');
    expect([ready.status, await ready.json()]).toMatchObject([503, { messages: expect.stringContaining('not here') }]);
    expect(await (await ask('/metrics')).text()).toContain('wasl_messages_unreadable{reason="key missing"} 1');
    expect(told).toEqual([['error', expect.stringContaining('which is not here')]]);
  } finally {
    await probes.close();
  }
});
