import { open, readFile, rename, rm } from 'node:fs/promises';
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
  // Two at once could vouch for two ledgers, each of which continues the one that both remember.
  await attempt(lock, 'another witness is at work on this memory; remove the lock where none is', async () => {
    await (await open(lock, 'wx', 0o600)).close();
  });
  const release = () => rm(lock, { force: true });
  try {
    const remembered = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return {
      remembered,
      release,
      remember: (note) => attempt(path, 'the memory of the witness cannot be written', () => replace(path, note)),
    };
  } catch (cause) {
    await release();
    throw new WaslError('CONFIGURATION', 'the memory of the witness cannot be read', { path, cause });
  }
}

async function replace(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

async function attempt(path: string, fact: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    throw new WaslError('CONFIGURATION', fact, { path, cause });
  }
}
