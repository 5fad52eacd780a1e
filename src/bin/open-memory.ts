import { RecordMemory, type RecordRows } from '../activities/record-memory.ts';
import { WaslError } from '../errors.ts';
import { recordKeeper, recordMemoryPath } from './record-keeper.ts';

/**
 * What a worker remembers of the record. A memory that cannot be read is told and stops no worker: nothing opens by it, and what only takes away goes
 * on without one.
 */
export async function openMemory(
  rows: RecordRows,
  installation: string,
  say: (line: string) => void,
): Promise<RecordMemory> {
  const path = recordMemoryPath(installation);
  const keeper = recordKeeper(path, installation);
  try {
    if ((await keeper.read()) === null)
      say(`Record: this worker has seen nothing of it yet, and remembers it from now on in ${path}`);
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    const { path: at, message, remedy } = error;
    say(`Record: this worker opens nothing; what only takes away goes on. ${at}: ${message}. ${remedy}`);
  }
  return new RecordMemory(rows, keeper);
}
