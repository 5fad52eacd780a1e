/** The `wasl` command. */
import { readFileSync } from 'node:fs';
import { runCli } from '../cli/main.ts';
import { createProcessIo } from './process-io.ts';
import { registerServerCommands } from './server-commands.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

process.exitCode = await runCli(process.argv.slice(2), createProcessIo(process), { registerServerCommands, version });
