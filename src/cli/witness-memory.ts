import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WaslError } from '../errors.ts';

/** What a witness remembers: the last checkpoint that it cosigned, in a file. Whoever has it open is alone with it. */
export interface WitnessMemory {
  /** null: there is none yet. */
  readonly remembered: string | null;
  /** On the disk before it returns. */
  remember(note: string): Promise<void>;
  release(): Promise<void>;
}

/** Throws CONFIGURATION where another process has it open, or it cannot be used. */
export async function openWitnessMemory(path: string): Promise<WitnessMemory> {
  const lock = `${path}.lock`;
  await takeLock(lock);
  const release = () => rm(lock, { force: true });
  try {
    const remembered = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return {
      remembered,
      release,
      remember: (note) =>
        replace(path, note).catch((cause: unknown) => {
          throw unusable('the memory of the witness cannot be written', path, cause);
        }),
    };
  } catch (cause) {
    await release();
    throw unusable('the memory of the witness cannot be read', path, cause);
  }
}

/** Two at once could vouch for two ledgers, each of which continues the one that both remember. */
async function takeLock(lock: string): Promise<void> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw unusable('the memory of the witness cannot be locked', lock, cause);
    }
    const fact = 'another witness is at work on this memory, or ended without warning';
    const remedy = 'Wait for it. Where none is at work any more (a kill, a power cut), remove this file.';
    throw new WaslError('CONFIGURATION', fact, { path: lock, remedy, cause });
  }
}

/** What was remembered before outlives a full disk, and what is remembered now a power cut. */
async function replace(path: string, text: string): Promise<void> {
  try {
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
  } catch (error) {
    await rm(`${path}.new`, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

function unusable(fact: string, path: string, cause: unknown): WaslError {
  const why = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
  const remedy = 'Check that its folder is there, has room, and that you may read and write there.';
  return new WaslError('CONFIGURATION', `${fact}${why}`, { path, remedy, cause });
}
