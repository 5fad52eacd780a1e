import { WaslError } from '../errors.ts';
import type { CliIo } from './cli-io.ts';

/** Throws INPUT_INVALID for a file that cannot be written: its name is the person's. */
export async function writeText(
  io: Pick<CliIo, 'writeFile'>,
  file: string,
  content: string | Uint8Array,
): Promise<void> {
  try {
    await io.writeFile(file, content);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    const remedy = 'Check that its folder is there, has room, and that you may write to it.';
    throw new WaslError('INPUT_INVALID', `the file cannot be written${why}`, { path: file, remedy, cause });
  }
}
