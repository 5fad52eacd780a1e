/** The `wasl` command. */
import { EXIT } from '../cli/exit-codes.ts';
import { runCli } from '../cli/main.ts';
import { createProcessIo } from './process-io.ts';
import { RELEASE } from './release.ts';
import { registerServerCommands } from './server-commands.ts';

const io = createProcessIo(process);
const code = await runCli(process.argv.slice(2), io, { registerServerCommands, version: RELEASE });
process.exitCode = code === EXIT.interrupted && io.isReaderGone() ? EXIT.ok : code;
