/** How the messages of this process lie in Temporal: encrypted under the ring of WASL_CODEC_KEYS. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { type CodecTroubles, watchCodec } from '../codec/codec-troubles.ts';
import { addKey, CODEC_RING, type KeyRing, parseKeyRing, printKeyRing, type RingKind } from '../codec/key-ring.ts';
import { codecForPeople, createPayloadCodec, type Keys, type MessageCodec } from '../codec/payload-codec.ts';
import { isLoopback } from '../domain/loopback.ts';
import { WaslError } from '../errors.ts';
import { makeFolder } from '../store/make-folder.ts';
import { stateDirectory, temporalHost } from './configuration.ts';
import { failureConverterPath } from './failure-converter-path.ts';
import { explaining } from './operator-error.ts';
import { readSecret } from './secrets.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const SETTING = 'WASL_CODEC_KEYS';
const WHAT = `the ${CODEC_RING.what}`;
/** A ring that was changed is seen after so long by a process that runs. */
const FRESH_MS = 60_000;
/** Where a key is missing the ring is read again, but not for every payload. */
const AGAIN_MS = 1_000;
/** What an embedded server has from before there were keys is begun anew in this time: nothing there runs longer without a look. */
const OWN_PLAIN_MS = 30 * 86_400_000;

export interface TemporalCodec {
  readonly dataConverter: DataConverter;
  /** null: they lie there in clear. */
  readonly codec: MessageCodec | null;
  /** For the codec server. */
  readonly forPeople: MessageCodec | null;
  readonly troubles: CodecTroubles | null;
}

/** Nothing is encrypted: a Temporal server of a test, or one on loopback for which no keys are named. */
export const NO_CODEC: TemporalCodec = {
  dataConverter: { failureConverterPath },
  codec: null,
  forPeople: null,
  troubles: null,
};

export interface OpenCodecOptions {
  readonly log: (level: 'warn' | 'error', fact: string) => void;
  readonly env?: Environment;
  readonly now?: () => Date;
}

/** Throws CONFIGURATION where Temporal is not on this machine and no keys are named: nothing travels there in clear. */
export async function openCodec({
  log,
  env = process.env,
  now = () => new Date(),
}: OpenCodecOptions): Promise<TemporalCodec> {
  const reference = env[SETTING] || (env.TEMPORAL_ADDRESS ? null : await makeOwnRing(env, now()));
  if (reference === null) {
    refuseAbroad(env.TEMPORAL_ADDRESS ?? '');
    log('warn', `messages in Temporal are not encrypted: ${SETTING} is not set`);
    return NO_CODEC;
  }
  const troubles = watchCodec(now, (fact) => log('error', fact));
  const load = async () => parseKeyRing(await readSecret(reference, { path: SETTING, what: WHAT }, env), SETTING);
  const keys = keepFresh(await load(), load, log, CODEC_RING);
  const codec = createPayloadCodec({ keys, now, troubles });
  const dataConverter = { failureConverterPath, payloadCodecs: [codec] };
  return { dataConverter, codec, forPeople: codecForPeople(keys, now), troubles };
}

function refuseAbroad(address: string): void {
  if (isLoopback(temporalHost(address))) return;
  const remedy = 'Make a ring with `wasl codec-key FILE` and name it here, to each API and worker the same one.';
  throw new WaslError('CONFIGURATION', 'there are no keys for what Temporal stores', { path: SETTING, remedy });
}

/** A ring that cannot be read again stays as it was: what runs goes on. */
export function keepFresh(
  first: KeyRing,
  load: () => Promise<KeyRing>,
  log: OpenCodecOptions['log'],
  { what }: RingKind,
): Keys {
  let ring = first;
  let readAtMs = performance.now();
  return async (isMissing = false) => {
    if (performance.now() - readAtMs < (isMissing ? AGAIN_MS : FRESH_MS)) return ring;
    readAtMs = performance.now();
    ring = await load().catch((error: unknown) => {
      log('error', `the ${what} could not be read again: ${error instanceof Error ? error.message : String(error)}`);
      return ring;
    });
    return ring;
  };
}

/** Of the development server in the state directory: whoever reads this machine's disk has both. */
async function makeOwnRing(env: Environment, now: Date): Promise<string> {
  const directory = stateDirectory(env);
  const path = join(directory, 'codec-keys.json');
  const isOld = existsSync(join(directory, 'temporal', 'temporal.db'));
  await makeKeyRing(path, addKey(null, now, isOld ? new Date(now.getTime() + OWN_PLAIN_MS) : null));
  return path;
}

/** Nothing is done where there is a file already. Whole or not at all: processes that start together read it at once. */
export async function makeKeyRing(path: string, ring: KeyRing, kind = CODEC_RING): Promise<void> {
  await explaining({ path, what: `the ${kind.what}`, remedy: 'Name a folder that this user may write.' }, async () => {
    await makeFolder(dirname(path), 0o700);
    const unfinished = `${path}.${randomUUID()}`;
    await writeFile(unfinished, printKeyRing(ring), { mode: 0o600, flag: 'wx' });
    await link(unfinished, path)
      .catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      })
      .finally(() => unlink(unfinished));
  });
}
