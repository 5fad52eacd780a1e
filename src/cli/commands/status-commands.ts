import { type Command, InvalidArgumentError } from 'commander';
import type { CliSession } from '../session.ts';
import { showInterconnect, showRefusal } from '../show-interconnect.ts';
import { exitCodeOfState, watchStatus } from '../watch-status.ts';
import { paintLifecycle } from '../wording.ts';

export function registerStatusCommands(program: Command, session: CliSession): void {
  program
    .command('status')
    .description('where an interconnect stands')
    .argument('<id>', 'for example IC-0001')
    .option('-w, --watch', 'live progress per router, until wasl has nothing more to do')
    .option('--follow', 'with --watch: go on while people decide')
    .option('--timeout <seconds>', 'with --watch: give up after this long', parseSeconds)
    .addHelpText(
      'after',
      `
With --watch the exit code says how it ended: 0 applied or waiting for a person's decision, 2 refused or
rolled back, 4 needs a person to look at routers.

Examples:
  wasl status IC-0001
  wasl status IC-0001 --watch --timeout 300`,
    )
    .action(async (id: string, options: { watch?: boolean; follow?: boolean; timeout?: number }) => {
      if (!options.watch) {
        const interconnect = await session.client.readInterconnect(id);
        if (session.isJson) return session.printJson(interconnect);
        return session.print(showInterconnect(interconnect, session.paint));
      }
      const timeoutMs = options.timeout === undefined ? null : options.timeout * 1_000;
      const end = await watchStatus(session, id, { follow: options.follow === true, timeoutMs });
      session.exitCode = exitCodeOfState(end);
      if (session.isJson) return session.io.out.write(`${JSON.stringify(end)}\n`);
      const reason = end.reason === null ? '' : `: ${end.reason}`;
      const refusal = end.changes.at(-1)?.refusal ?? null;
      session.print([
        `${id} is ${paintLifecycle(end.lifecycle, session.paint)}${reason}`,
        ...(refusal === null ? [] : showRefusal(refusal, session.paint)),
        ...end.awaiting.map((whose) => `  ${session.paint('yellow', 'waits for')} ${whose}`),
      ]);
    });
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0) throw new InvalidArgumentError('Write a number of seconds.');
  return seconds;
}
