/** The `wasl` command. */
import { runCli } from '../cli/main.ts';
import { createProcessIo } from './process-io.ts';
import { RELEASE } from './release.ts';
import { registerServerCommands } from './server-commands.ts';

const io = createProcessIo(process);
process.exitCode = await runCli(process.argv.slice(2), io, { registerServerCommands, version: RELEASE });
