/** docs/settings.md: what `--help` says of the commands that run a part of wasl, verbatim. */
import { Command } from 'commander';
import { registerServerCommands } from './server-commands.ts';

const COLUMNS = 110;
const DOCUMENTED = ['serve', 'worker', 'migrate', 'codec-key', 'privacy-key'] as const;

export function renderSettings(): string {
  const program = new Command('wasl');
  registerServerCommands(program, () => undefined);
  return [
    '# Settings',
    '',
    'Made of what `wasl serve --help`, `worker --help`, `migrate --help`, `codec-key --help` and `privacy-key --help` say; `npm run docs` writes it. All settings are environment variables, read at the',
    'start. A setting that is not understood ends the process with its name, the fact and a remedy.',
    '',
    ...DOCUMENTED.flatMap((name) => [`## wasl ${name}`, '', '```', helpOf(program, name), '```', '']),
    'The CLI has its own: `WASL_SERVER`, `WASL_TOKEN` or `WASL_TOKEN_FILE`, `WASL_IDENTITY`, `WASL_SEAL`, `WASL_DESIGNATION`, `WASL_PASSPHRASE_FILE`, `NO_COLOR` (`wasl --help`).',
    '',
  ].join('\n');
}

function helpOf(program: Command, name: string): string {
  const command = program.commands.find((each) => each.name() === name);
  let text = '';
  command?.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => COLUMNS,
    getOutHasColors: () => false,
  });
  command?.outputHelp();
  return text.trim().replace(/[ \t]+$/gm, '');
}
