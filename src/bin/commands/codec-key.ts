import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { addKey, CODEC_RING, parseKeyRing, printKeyRing, type RingKind } from '../../codec/key-ring.ts';
import { WaslError } from '../../errors.ts';
import { makeKeyRing } from '../codec.ts';
import { say } from '../foreground.ts';
import { explaining } from '../operator-error.ts';
import { readOwnFile } from '../own-file.ts';
import type { CodecKeyOptions } from '../server-commands.ts';

/** A further key encrypts from then on: until then every process has been given it. */
const HEAD_START_MS = 60 * 60_000;

/** Makes a ring of keys, or adds a key to one. The key is written, never shown. */
export async function makeRingKey(
  path: string,
  options: CodecKeyOptions,
  now = new Date(),
  kind: RingKind = CODEC_RING,
): Promise<void> {
  const isNew = !existsSync(path);
  const ring = isNew ? null : parseKeyRing(await readOwnFile(path, `the ${kind.what}`), path, kind);
  const from = readTime(options.from, '--from') ?? new Date(now.getTime() + (isNew ? 0 : HEAD_START_MS));
  const next = addKey(ring, from, readTime(options.plainUntil, '--plain-until'));
  if (isNew) await makeKeyRing(path, next, kind);
  else await replaceFile(path, printKeyRing(next), kind);
  const key = next.keys.at(-1);
  say(`${path}: ${isNew ? 'made, with' : 'added'} the key ${key?.id}, which encrypts from ${key?.from} on`);
  say(isNew ? `Name it in ${kind.setting} of each API and worker.` : 'Bring it to each API and worker before that.');
  if (next.plainUntil !== undefined) say(`What is not encrypted is taken until ${next.plainUntil}.`);
}

/** Whole or not at all: a ring that is cut off opens nothing any more. */
async function replaceFile(path: string, text: string, { what }: RingKind): Promise<void> {
  await explaining({ path, what: `the ${what}`, remedy: 'Let this user write the folder.' }, async () => {
    const unfinished = `${path}.${process.pid}`;
    await writeFile(unfinished, text, { mode: 0o600, flag: 'wx' });
    await rename(unfinished, path);
  });
}

function readTime(text: string | undefined, path: string): Date | null {
  if (text === undefined) return null;
  const time = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(time.getTime())) return time;
  const remedy = 'Write it like 2026-12-31 or 2026-12-31T08:00:00+04:00.';
  throw new WaslError('INPUT_INVALID', `${JSON.stringify(text)} is not a time`, { path, remedy });
}
