/** The `wasl` command. */
import { EXIT } from '../cli/exit-codes.ts';
import { runCli } from '../cli/main.ts';
import { printError } from '../cli/print-error.ts';
import { WaslError } from '../errors.ts';
import { createProcessIo } from './process-io.ts';
import { RELEASE } from './release.ts';
import { registerServerCommands } from './server-commands.ts';

const io = createProcessIo(process);
const code = await runCli(process.argv.slice(2), io, { registerServerCommands, version: RELEASE });
process.exitCode = code === EXIT.interrupted && io.isReaderGone() ? EXIT.ok : code;
// Errors of writing come after the write: only at the end is it known whether the answer was lost.
process.once('exit', () => {
  const lost = io.lostOutput();
  if (lost === null) return;
  const fact = `standard output does not take the answer (${'code' in lost ? lost.code : lost.name})`;
  const told = printError(new WaslError('OUTPUT_LOST', fact), io, false);
  if (process.exitCode === EXIT.ok) process.exitCode = told;
});
