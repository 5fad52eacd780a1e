import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLedgerKey } from '../../src/bin/ledger-key.ts';
import { stampCheckpoint } from '../../src/bin/stamp-checkpoint.ts';
import { startLedgerWatch } from '../../src/bin/watch-ledger.ts';
import type { LedgerReview } from '../../src/domain/ledger-review.ts';
import { WaslError } from '../../src/errors.ts';
import { signCheckpoint } from '../../src/ledger/checkpoint.ts';
import { leafOf } from '../../src/ledger/ledger-tree.ts';
import { GrowingTree } from '../../src/ledger/merkle-tree.ts';
import { reviewLedger } from '../../src/ledger/review-ledger.ts';
import { readSigner } from '../../src/ledger/signed-note.ts';
import { createDevelopmentAuthority, readStamp } from '../../src/signatures/index.ts';
import { rowsInMemory } from '../ledger/ledger-rows-in-memory.ts';
import { chainOf, tampered } from '../ledger/ledger-samples.ts';
import { absentStore } from '../support/absent-store.ts';

const newPem = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
const NOW = new Date('2026-11-29T10:00:00Z');

describe('a worker that watches the ledger', () => {
  const chain = chainOf(['IC-0001', 'IC-0001-C1', 'IC-0002', 'IC-0003']);
  const rows = rowsInMemory(chain.slice(0, 3));
  const checkpoints: { size: number; note: string }[] = [];
  const reviews: (LedgerReview & { at: string })[] = [];
  const store = absentStore({
    ...rows,
    readLedger: (filter) => rows.readLedger(filter),
    now: () => NOW,
    countLedger: async () => rows.entries.at(-1)?.sequence ?? 0,
    readLastCheckpoint: async () => {
      const last = checkpoints.at(-1);
      return last === undefined ? null : { ...last, signedAt: NOW.toISOString() };
    },
    listCheckpoints: async ({ afterSize }) =>
      checkpoints
        .filter(({ size }) => size > afterSize)
        .map((each) => ({ ...each, signedAt: NOW.toISOString(), cosignatures: [] })),
    saveCheckpoint: async (checkpoint) => checkpoints.push(checkpoint) > 0,
    reviewRegister: async () => ({ interconnects: 0, findings: [] }),
    saveLedgerReview: async (review) => void reviews.push({ ...review, at: NOW.toISOString() }),
    readLedgerReview: async () => reviews.at(-1) ?? null,
  });
  const signer = readSigner(newPem(), 'log', 'wasl/a1b2c3', 'key.pem');
  const said: string[] = [];
  const watching = () =>
    startLedgerWatch({
      ...{ store, signer, signatures: null, checkpointSeconds: 0.01, reviewMinutes: 60, follow: async () => undefined },
      log: (level, message) => void said.push(`${level}: ${message}`),
    });

  test('signs what is new, reviews once an hour, and tells once, at once, that it refuses to sign', async () => {
    const watch = watching();
    await expect.poll(() => reviews.map(({ verdict }) => verdict)).toEqual(['pass']);
    expect(checkpoints.map(({ size }) => size)).toEqual([3]);
    rows.entries = [...chain];
    await expect.poll(() => checkpoints.map(({ size }) => size)).toEqual([3, 4]);
    expect(reviews).toHaveLength(1);
    rows.entries = tampered(chain, 1, { actor: 'ghost' }, 'kept').slice(0, 3);
    await expect.poll(() => reviews.map(({ verdict }) => verdict)).toEqual(['pass', 'fail']);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await watch.stop();
    expect(reviews).toHaveLength(2);
    expect(reviews[1]?.findings.map(({ path }) => path)).toEqual(['row 2', 'checkpoint 4']);
    expect(said).toEqual([
      'info: checkpoints of the ledger are signed',
      'error: no checkpoint is signed: the ledger is not what was recorded',
      ...(reviews[1]?.findings.map(() => 'error: the record is not what was recorded') ?? []),
    ]);
  });

  test('goes on when the database is back', async () => {
    said.length = 0;
    const away = startLedgerWatch({
      ...{
        store: absentStore({ now: () => NOW }),
        signer,
        signatures: null,
        checkpointSeconds: 0.01,
        reviewMinutes: 60,
        follow: async () => undefined,
      },
      log: (level, message) => void said.push(`${level}: ${message}`),
    });
    await expect.poll(() => said.length).toBeGreaterThan(2);
    await away.stop();
    expect(said.at(-1)).toBe('warn: the ledger could not be looked at');
  });

  test('tells once that the record is another one, however it grows, and again when it was mended meanwhile', async () => {
    said.length = 0;
    let looks = 0;
    const other = startLedgerWatch({
      ...{ store, signer, signatures: null, checkpointSeconds: 0.01, reviewMinutes: 60 },
      follow: async () => {
        looks++;
        if (looks !== 4) throw new WaslError('RECORD_ALTERED', `the ledger has ${looks} rows`);
      },
      log: (level, _message, facts = {}) => void (level === 'error' && 'why' in facts && said.push(String(facts.why))),
    });
    await expect.poll(() => looks).toBeGreaterThan(6);
    await other.stop();
    expect(said.filter((why) => why.startsWith('the ledger has'))).toEqual([
      'the ledger has 1 rows',
      'the ledger has 5 rows',
    ]);
  });
});

function rootOf(entries: ReturnType<typeof chainOf>): Buffer {
  const tree = new GrowingTree();
  for (const entry of entries) tree.push(leafOf(entry));
  return tree.root();
}

describe('a timestamp over a checkpoint', () => {
  const log = readSigner(newPem(), 'log', 'wasl/a1b2c3', 'key.pem');
  const chain = chainOf(['IC-0001', 'IC-0001-C1']);
  const note = signCheckpoint({ size: 2, root: rootOf(chain) }, log);
  const kept: { size: number; token: string; receivedAt: string }[] = [];
  let now = new Date();
  let size = 2;
  const store = {
    readLastCheckpoint: async () => ({ size, note, signedAt: now.toISOString() }),
    readLastTimestamp: async () => kept.at(-1) ?? null,
    saveTimestamp: async (each: { size: number; token: string }) =>
      void kept.push({ ...each, receivedAt: now.toISOString() }),
  };
  const authority = createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => now });
  const means = () => authority.then((each) => ({ trust: each.trust, ask: () => each.ask, clock: () => now }));

  test('is asked for once an hour while the ledger grows, and proves to whoever believes its authority when the rows were there', async () => {
    await stampCheckpoint(store, await means());
    await stampCheckpoint(store, await means());
    size = 3;
    await stampCheckpoint(store, await means());
    expect(kept.map((each) => each.size)).toEqual([2]);
    const trust = (await authority).trust();
    const stranger = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => now });
    const [timestamp = ''] = kept.map(({ token }) => token);
    const ledger = {
      readLedger: async ({ afterSequence }: { afterSequence: number }) => chain.slice(afterSequence),
      listCheckpoints: async ({ afterSize }: { afterSize: number }) =>
        afterSize > 0 ? [] : [{ size: 2, note, cosignatures: [], timestamp }],
    };
    const bytes = (text: string) => new TextEncoder().encode(text);
    const reviewed = await reviewLedger(ledger, {
      log: null,
      readStamp: (token, text) => readStamp(token, bytes(text), trust, now),
    });
    expect(reviewed).toMatchObject({ findings: [], stamped: [{ size: 2 }] });
    const others = await reviewLedger(ledger, {
      log: null,
      readStamp: (token, text) => readStamp(token, bytes(`${text} `), trust, now),
    });
    expect(others.findings).toEqual([
      { path: 'checkpoint 2', fact: 'its timestamp proves nothing: the timestamp is not over this signature' },
    ]);
    expect(readStamp(timestamp, bytes(note), stranger.trust(), now)).toMatch(/./);
    expect(readStamp('AAAA', bytes(note), trust, now)).toBe('a timestamp cannot be read');
    now = new Date(now.getTime() + 3_600_001);
    await stampCheckpoint(store, await means());
    expect(kept.map((each) => each.size)).toEqual([2, 3]);
  });
});

describe('the key of the ledger', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wasl-ledger-key-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('is made once where the database is this machine’s own, and nowhere else', async () => {
    const own = { WASL_STATE_DIR: join(folder, 'state') };
    const [first, second] = [await openLedgerKey('a1', own), await openLedgerKey('a1', own)];
    expect(first?.verifier.text).toMatch(/^wasl\/a1\+/);
    expect(second?.verifier.text).toBe(first?.verifier.text);
    expect((await stat(join(folder, 'state', 'ledger-key.pem'))).mode & 0o777).toBe(0o600);
    expect(await openLedgerKey('a1', { ...own, DATABASE_URL: 'postgres://db.example/wasl' })).toBeNull();
  });

  test('is a file that nobody else reads', async () => {
    const path = join(folder, 'key.pem');
    await expect(openLedgerKey('a1', { WASL_LEDGER_KEY: path })).rejects.toThrow(
      'the key of the ledger does not exist',
    );
    await writeFile(path, newPem(), { mode: 0o600 });
    expect((await openLedgerKey('a1', { WASL_LEDGER_KEY: path }))?.verifier.name).toBe('wasl/a1');
    await chmod(path, 0o640);
    await expect(openLedgerKey('a1', { WASL_LEDGER_KEY: path })).rejects.toThrow('can be read by others');
  });
});
